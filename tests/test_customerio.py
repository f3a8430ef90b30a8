"""Customer.io: what its fixtures cannot show."""

from datetime import UTC, datetime

import pytest

import deliverystatus as ds
from deliverystatus.providers import customerio

SECRET = "a key for tests only"
SIGNATURE = "51cc7df817735ab3aee7f6d7c022b7eec69b9d616a453256460d02d3d1e36b82"
SIGNED_AT = datetime(2026, 3, 2, 9, 15, 4, tzinfo=UTC)
LATER = datetime(2026, 3, 5, tzinfo=UTC)


def person(metric, at=1772442904, **more):
    """Give what a call says of a person."""
    data = {"email_address": "ada@example.com", **more}
    return customerio.parse({"object_type": "customer", "metric": metric, "timestamp": at, "data": data}).events


@pytest.mark.parametrize("payload", [[], [{"metric": "sent", "data": {}}], {"metric": "sent"}, {"data": {}}])
def test_bodies_of_others(payload):
    """What has no metric and no data is not Customer.io's, and a batch is none of its either."""
    with pytest.raises(ds.PayloadError):
        customerio.parse(payload)


def test_signed():
    """A call is signed with its time; one whose body or time was touched is refused."""
    body = (
        b'{"event_id":"01HQZX","object_type":"sms","metric":"delivered","timestamp":1772442904,'
        b'"data":{"recipient":"+15005550006"}}'
    )
    headers = {"X-CIO-Timestamp": "1772442904", "X-CIO-Signature": SIGNATURE}
    (event,) = ds.receive("customerio", body, headers=headers, secrets=SECRET, now=SIGNED_AT).events

    assert (True, "sms") == (event.authenticated, event.channel)
    for changed, touched in [(headers, body + b" "), (headers | {"X-CIO-Timestamp": "1772442905"}, body)]:
        with pytest.raises(ds.SignatureError):
            ds.receive("customerio", touched, headers=changed, secrets=SECRET, now=SIGNED_AT)


def test_a_topic_that_was_left_stays_left():
    """Who takes up mail as such again gets it, but not that of a topic that was left by itself."""
    told = [
        *person("cio_subscription_preferences_changed", content='{"topics": {"topic_7": false}}'),
        *person("unsubscribed", at=1772442905),
        *person("subscribed", at=1772443904),
    ]
    suppressed = ds.suppress(told)

    def may_send_of(scope):
        return suppressed.may_send("ada@example.com", purpose="bulk", scope=scope, now=LATER).allowed

    assert [True, False] == [may_send_of("topic:topic_8"), may_send_of("topic:topic_7")]


def test_what_was_not_sent_is_not_held_against_anybody():
    """A drop is Customer.io's own decision: its list binds there, and nowhere else."""
    data = {"recipient": "ada@example.com", "delivery_id": "d", "failure_message": "550 5.1.1 user unknown"}
    call = {"object_type": "email", "metric": "dropped", "timestamp": 1772442904, "data": data}
    suppressed = ds.suppress(customerio.parse(call).events)

    assert [False, True] == [
        suppressed.may_send("ada@example.com", purpose="bulk", provider=name, now=LATER).allowed
        for name in ("customerio", "loops")
    ]
