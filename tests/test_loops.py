"""Loops: what its fixtures cannot show."""

from datetime import UTC, datetime

import pytest

import deliverystatus as ds
from deliverystatus.providers import loops

SECRET = "whsec_YSBrZXkgZm9yIHRlc3RzIG9ubHksIDMyIG9jdGV0cyE="
SIGNATURE = "v1,pfN0oke4VbLJcoe4IP2++/u8+w6lMMPwMMi6b76TC74="
SIGNED_AT = datetime(2026, 3, 2, 9, 15, 4, tzinfo=UTC)
LATER = datetime(2026, 3, 5, tzinfo=UTC)


def call(name, at=1772442904, **more):
    """Give what a call says."""
    contact = {"id": "ct0ada", "email": "ada@example.com", "userId": None}
    return loops.parse({"eventName": name, "eventTime": at, "contactIdentity": contact, **more}).events


@pytest.mark.parametrize("payload", [[], [{"eventName": "email.opened"}], {"event": "email.opened"}])
def test_bodies_of_others(payload):
    """What has no eventName is not Loops's, and a batch is none of its either."""
    with pytest.raises(ds.PayloadError):
        loops.parse(payload)


def test_signed():
    """A call is signed as Standard Webhooks has it; one whose body was touched is refused."""
    body = b'{"eventName":"email.delivered","eventTime":1772442904,"contactIdentity":{"email":"ada@example.com"}}'
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": "1772442904", "Webhook-Signature": SIGNATURE}
    (event,) = ds.receive("loops", body, headers=headers, secrets=SECRET, now=SIGNED_AT).events

    assert event.authenticated
    with pytest.raises(ds.SignatureError):
        ds.receive("loops", body + b" ", headers=headers, secrets=SECRET, now=SIGNED_AT)


def test_a_soft_bounce_is_no_end():
    """A mail that bounced softly and arrived later has arrived, and nothing was held against the address."""
    mail = {"email": {"id": "em0a1b2"}}
    told = [*call("email.softBounced", **mail), *call("email.delivered", at=1772443904, **mail)]

    assert ds.Status.DELIVERED is ds.fold(told).status
    assert () == ds.fold(told).contradictions


def test_one_list_is_one_list():
    """Who takes up marketing mail again by a mail's link has not joined the list again that was left by itself."""
    told = [
        *call("contact.mailingList.unsubscribed", mailingList={"id": "ml0news"}),
        *call("email.unsubscribed", at=1772442905),
        *call("email.resubscribed", at=1772443904),
    ]
    suppressed = ds.suppress(told)

    def may_send_of(scope):
        return suppressed.may_send("ada@example.com", purpose="bulk", scope=scope, now=LATER).allowed

    assert [True, False] == [may_send_of("list:ml0offers"), may_send_of("list:ml0news")]
