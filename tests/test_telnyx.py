"""What Telnyx's signature covers. The bodies are in fixtures/telnyx."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import deliverystatus as ds
from deliverystatus import PayloadError, SignatureError
from deliverystatus.providers import telnyx

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
DATA = {
    "event_type": "message.finalized",
    "id": "1b7c",
    "payload": {"id": "6f5e", "to": [{"phone_number": "+15005550006", "status": "delivered"}]},
}
BODY = json.dumps({"data": DATA}).encode()


def signed(body: bytes = BODY, *, at: datetime = NOW) -> dict[str, str]:
    """Sign as Telnyx does: the time, a bar, and the body."""
    time = str(int(at.timestamp()))
    signature = base64.b64encode(KEY.sign(f"{time}|".encode() + body)).decode()
    return {"Telnyx-Signature-Ed25519": signature, "Telnyx-Timestamp": time}


def verified(headers: dict[str, str], body: bytes = BODY) -> ds.Trusted:
    """Verify a request with the public key, as the portal shows it."""
    return ds.verify("telnyx", body, headers=headers, secrets=PUBLIC, now=NOW)


def test_the_time_and_the_body_are_signed():
    """What was signed within five minutes is believed."""
    trusted = verified(signed(at=NOW - timedelta(minutes=4)))

    (event,) = telnyx.parse(trusted).events

    assert ("delivered", True) == (event.kind, event.authenticated)
    assert NOW - timedelta(minutes=4) == trusted.signed_at


@pytest.mark.parametrize(
    "headers, body",
    [
        (signed(), BODY.replace(b"delivered", b"expired")),
        (signed() | {"Telnyx-Timestamp": str(int(NOW.timestamp()) + 1)}, BODY),
        (signed(at=NOW - timedelta(minutes=6)), BODY),
        (signed(at=NOW + timedelta(minutes=6)), BODY),
        ({}, BODY),
    ],
    ids=["body", "time", "late", "early", "unsigned"],
)
def test_what_is_not_proven_is_refused(headers, body):
    """Another body or time, or a signature of another hour, does not show who sent the request."""
    with pytest.raises(SignatureError):
        verified(headers, body)


def test_a_stop_by_a_profiles_own_keyword():
    """Telnyx knows what its profiles' keywords are, in any language, and says what it made of a text."""
    texts = [("Basta", "STOP"), ("JOIN", "START"), ("stop it, will you", None)]
    stop, start, neither = (
        telnyx.parse(
            {
                "data": {
                    "event_type": "message.received",
                    "occurred_at": f"2026-03-02T0{hour}:00:00Z",
                    "payload": {
                        "from": {"phone_number": "+15005550006"},
                        "to": [{"phone_number": "+15005550001"}],
                        "text": text,
                        "autoresponse_type": said,
                    },
                }
            }
        ).events
        for hour, (text, said) in enumerate(texts)
    )

    allowed = [
        ds.suppress(events).may_send("+15005550006", purpose="transactional", channel="sms", now=NOW).allowed
        for events in (stop, stop + start, neither)
    ]

    assert [False, True, True] == allowed


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {"payload": {}}}'])
def test_a_body_of_somebody_else_is_refused(body):
    """What cannot be from here is no element that is unread: the address is wrong, and the caller says so."""
    with pytest.raises(PayloadError):
        telnyx.parse(body)
