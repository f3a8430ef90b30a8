"""What bodies cannot show of MailerSend: who signed them. The bodies are in fixtures/mailersend."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from deliverystatus import EventKind, PayloadError, SignatureError, fold, receive
from deliverystatus.providers import mailersend

SECRET = "a secret of our own"
NOW = datetime(2026, 10, 5, 10, tzinfo=UTC)
PING = {"type": "webhook.test", "message": "Ping", "created_at": "2026-10-05T09:12:04.604840Z"}
DELIVERED = {
    "type": "activity.delivered",
    "created_at": "2026-10-05T09:12:04.000000Z",
    "data": {"id": "a-1", "message_id": "m-1", "recipient": "ada@example.com", "meta": []},
}


def received(value, secret):
    """Receive a body that was signed with a secret."""
    body = json.dumps(value).encode()
    key = secret if isinstance(secret, bytes) else secret.encode()
    signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    return receive("mailersend", body, headers={"signature": signature}, secrets=SECRET, now=NOW)


@pytest.mark.parametrize(
    "body, problem",
    [(b"[]", "expected an object, got list"), (b'{"event": "delivered"}', "expected an object with a type")],
)
def test_a_body_of_another(body, problem):
    """A body that is none of MailerSend's is refused whole."""
    with pytest.raises(PayloadError) as caught:
        mailersend.parse(body)

    assert problem == caught.value.problem


def test_a_signed_event():
    """An event that was signed with the webhook's secret is authenticated."""
    assert [True] == [event.source.authenticated for event in received(DELIVERED, SECRET).events]


@pytest.mark.parametrize("secret", [SECRET, mailersend.TEST_SECRET])
def test_the_call_that_a_new_webhook_must_answer(secret):
    """The test call is let through, whether it is signed with the webhook's secret or with the one everybody knows."""
    assert ["webhook.test"] == [notice.name for notice in received(PING, secret).notices]


@pytest.mark.parametrize("value", [DELIVERED, [PING], "webhook.test", DELIVERED | {"message": "webhook.test"}])
def test_the_secret_that_everybody_knows_proves_no_event(value):
    """What is signed with the printed secret is refused, unless it is the test call."""
    with pytest.raises(SignatureError):
        received(value, mailersend.TEST_SECRET)


def test_a_first_opening_is_one_opening():
    """``opened`` and ``opened_unique`` tell of one fact: the second adds nothing to the record."""
    opened = DELIVERED | {"type": "activity.opened"}
    again = opened | {"type": "activity.opened_unique", "data": opened["data"] | {"id": "a-2"}}
    events = [event for each in (opened, again) for event in mailersend.parse(each).events]

    assert [EventKind.OPENED, EventKind.OPENED] == [event.kind for event in events]
    assert fold(events[:1]) == fold(events)
