"""What bodies that go right cannot show of Mailtrap. Those are in fixtures/mailtrap."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from deliverystatus import PayloadError, SignatureError, Status, fold, receive
from deliverystatus.providers import mailtrap

NOW = datetime(2026, 2, 25, 7, tzinfo=UTC)
COMMON = {"email": "ada@example.com", "message_id": "b4d1f0a6-77aa-11f0-8000-0000000000a1", "timestamp": 1_772_000_000}
DELIVERED = COMMON | {"event": "delivery"}
LINES = f"{json.dumps(DELIVERED)}\r\n{json.dumps(COMMON | {'event': 'open'})}\r\n"


@pytest.mark.parametrize(
    "body, problem",
    [
        (b"7", "expected an object, got int"),
        (b'{"event_id": "x"}', "events: expected an array, got NoneType"),
        (b'{"events": {}}', "events: expected an array, got dict"),
        (b'{\n"events": [\n{}\n', "expected JSON, got text that is none at character 17"),
        (None, "expected a body, got NoneType"),
    ],
)
def test_a_body_of_another(body, problem):
    """A body that is none of Mailtrap's, or that breaks off, is refused whole, and not taken for lines."""
    with pytest.raises(PayloadError) as caught:
        mailtrap.parse(body)

    assert problem == str(caught.value)


def test_lines_as_text():
    """JSON Lines are read from text as they are from bytes."""
    assert mailtrap.parse(LINES.encode()) == mailtrap.parse(LINES)
    assert 2 == len(mailtrap.parse(LINES).events)


def test_a_soft_bounce_is_no_end():
    """After a soft bounce with a category of the address, a delivery is a delivery."""
    soft = COMMON | {"event": "soft bounce", "bounce_category": "badrecipient"}
    later = DELIVERED | {"timestamp": 1_772_000_600}

    assert Status.DELIVERED is fold(mailtrap.parse({"events": [soft, later]}).events).status


@pytest.mark.parametrize("body", [json.dumps({"events": [DELIVERED, DELIVERED]}).encode(), LINES.encode()])
def test_who_signed(body):
    """The header is the HMAC of the body as it came, in either form; no other secret's will do."""
    signature = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    headers = {"Mailtrap-Signature": signature}

    parsed = receive("mailtrap", body, headers=headers, secrets="secret", now=NOW)

    assert [True, True] == [event.source.authenticated for event in parsed.events]
    with pytest.raises(SignatureError):
        receive("mailtrap", body, headers=headers, secrets="another", now=NOW)
