"""What bodies that go right cannot show of Brevo. Those are in fixtures/brevo."""

from datetime import UTC, datetime

import pytest

from deliverystatus import EventKind, PayloadError, Status, fold, fold_copies, suppress
from deliverystatus.providers import brevo
from deliverystatus.testing import event

NOW = datetime(2026, 2, 26, tzinfo=UTC)
OWN_ID = "202602250613.48213900001@smtp-relay.example.net"
COMMON = {"email": "ada@example.com", "id": 52107, "message-id": f"<{OWN_ID}>", "ts_event": 1_772_000_000}


@pytest.mark.parametrize(
    "body, problem",
    [
        (b'"delivered"', "expected an object or an array, got str"),
        (b'{"msg_status": "delivered", "to": "+15005550006"}', "expected an object with an event"),
    ],
)
def test_a_body_of_another(body, problem):
    """A body that is none of Brevo's events, such as that of a text message's webhook, is refused whole."""
    with pytest.raises(PayloadError) as caught:
        brevo.parse(body)

    assert problem == caught.value.problem


@pytest.mark.parametrize("answered", [f"<{OWN_ID}>", OWN_ID])
def test_the_answer_of_the_send_call_joins(answered):
    """Our own side's event and the webhook are of one copy if the message id is that of the answer, or that without brackets."""
    own = event(EventKind.ACCEPTED, provider="brevo", message_id=answered, recipient="ada@example.com")

    told = brevo.parse(COMMON | {"event": "delivered"}).events
    copies = fold_copies([own, *told])

    assert [f"<{OWN_ID}>"] == [each.message_id for each in told]
    assert [Status.DELIVERED] == [record.status for record in copies.values()]


@pytest.mark.parametrize("reason", [None, "554 5.7.1 Listed by a blocklist"])
def test_brevo_writes_no_more_to_who_bounced_hard(reason):
    """After a hard bounce the address is on Brevo's list, whatever the server said; others may write to it."""
    listed = suppress(brevo.parse(COMMON | {"event": "hard_bounce", "reason": reason}).events)

    assert [False, True] == [
        listed.may_send("ada@example.com", purpose="transactional", provider=name, now=NOW).allowed
        for name in ("brevo", "ses")
    ]


def test_events_out_of_order():
    """A request that is dated after the bounce, as has been seen, takes nothing back."""
    bounced = COMMON | {"event": "soft_bounce", "reason": "552 5.2.2 mailbox full"}
    requested = COMMON | {"event": "request", "reason": "sent", "ts_event": 1_772_000_060}

    record = fold(brevo.parse([bounced, requested]).events)

    assert Status.SOFT_BOUNCED is record.status
