"""What Postal's texts mean, where fixtures cannot show it. The bodies themselves are in fixtures/postal."""

import pytest

import deliverystatus as ds
from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import postal


def held(details):
    """Give a copy that was held, for that reason."""
    message = {"id": 7, "direction": "outgoing", "to": "ada@example.com"}
    return {"message": message, "status": "Held", "details": details, "output": "", "timestamp": 1772442960.0}


def test_the_list_is_believed_within_postal_only():
    """That Postal lists an address is no evidence against it: through another provider it may be written to."""
    details = "Recipient (ada@example.com) is on the suppression list (reason: too many hard fails)"
    events = postal.parse(held(details), account="visits").events
    now = events[0].occurred_at

    def may_send(provider, account):
        decision = ds.suppress(events).may_send(
            "ada@example.com", purpose="transactional", provider=provider, account=account, now=now
        )
        return decision.allowed

    assert (False, True) == (may_send("postal", "visits"), may_send("mailgun", "main"))


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"event": "MessageSent"},
        {"status": "Sent"},
        {"status": "Sent", "message": "m-1"},
        {"url": "https://example.org"},
    ],
)
def test_what_is_not_postals(body):
    """A body that is neither an envelope nor one of the payloads is refused whole."""
    with pytest.raises(PayloadError):
        postal.parse(body)


def test_a_bounce_by_another_name():
    """A payload that has the form of a bounce is one, whatever stands beside it."""
    said = {"original_message": {"id": 7, "to": "ada@example.com"}, "bounce": {"id": 8, "timestamp": 1772452800.5}}
    (event,) = postal.parse({"event": "MessageDelayed", "timestamp": 1772452801.0, "payload": said, "uuid": "u"}).events

    assert ("undetermined_bounce", "7") == (event.kind, event.message_id)
