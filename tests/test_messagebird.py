"""What MessageBird's token covers. The bodies are in fixtures/messagebird."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

import deliverystatus as ds
from deliverystatus import PayloadError, SignatureError
from deliverystatus.providers import messagebird

NOW = datetime(2026, 3, 2, 9, 15, 10, tzinfo=UTC)
KEY = "a-signing-key-that-is-none-of-anybody"
QUERY = (
    "id=7c1f&reference=visit-17&recipient=15005550006&status=delivered&statusDatetime=2026-03-02T09%3A15%3A07%2B00%3A00"
)
URL = f"https://clinic.example.org/hooks?{QUERY}"
REPLY = b"id=in-1&recipient=15005550001&originator=15005550006&body=STOP"


def token(url: str = URL, body: bytes = b"", *, key: str = KEY, **changed: Any) -> dict[str, str]:
    """Give the header of a request; what is changed to ``None`` is left out of the claims."""
    claims = {
        "iss": "MessageBird",
        "jti": "0f1e2d3c",
        "nbf": int(NOW.timestamp()) - 1,
        "exp": int(NOW.timestamp()) + 60,
        "url_hash": hashlib.sha256(url.encode()).hexdigest(),
        "payload_hash": hashlib.sha256(body).hexdigest() if body else None,
    } | changed
    claims = {name: value for name, value in claims.items() if value is not None}
    return {"MessageBird-Signature-JWT": jwt.encode(claims, key, algorithm="HS256")}


def verified(headers: dict[str, str], body: bytes = b"", url: str | None = URL) -> ds.Trusted:
    """Verify a request with the key."""
    return ds.verify("messagebird", body, headers=headers, secrets=KEY, url=url, now=NOW)


def test_a_report_is_read_from_the_query_that_was_signed():
    """Of a GET the query is what is proven; the token's id is what comes only once."""
    trusted = verified(token())

    (event,) = messagebird.parse(trusted, reference="reference").events

    assert ("delivered", "visit-17", True) == (event.kind, event.reference, event.authenticated)
    assert ("0f1e2d3c", NOW - timedelta(seconds=1)) == (trusted.replay_key, trusted.signed_at)


@pytest.mark.parametrize("query", [QUERY, f"?{QUERY}", f"?{QUERY}".encode()])
def test_a_query_is_read_with_its_question_mark_or_without(query):
    """As frameworks give it."""
    assert messagebird.parse(QUERY.encode()).events == messagebird.parse(query).events


def test_a_reply_is_read_from_the_body_that_was_signed():
    """Of a POST the body is."""
    url = "https://clinic.example.org/replies?from=messagebird"

    (event,) = messagebird.parse(verified(token(url, REPLY, iat=int(NOW.timestamp()), nbf=None), REPLY, url)).events

    assert ("unsubscribed", "+15005550006", True) == (event.kind, f"+{event.recipient}", event.authenticated)


@pytest.mark.parametrize(
    "headers, body, url",
    [
        (token(), b"", URL.replace("delivered", "expired")),
        (token(), b"", None),
        (token(), REPLY, URL),
        (token(body=b"another"), REPLY, URL),
        (token(body=REPLY), b"", URL),
        (token(key="another-signing-key-that-nobody-has"), b"", URL),
        (token(jti=None), b"", URL),
        (token(jti=7), b"", URL),
        (token(exp=None), b"", URL),
        (token(nbf=None), b"", URL),
        (token(exp=int(NOW.timestamp()) - 3600), b"", URL),
        ({"MessageBird-Signature": "old", "MessageBird-Request-Timestamp": "1"}, b"", URL),
    ],
    ids=[
        "url",
        "no-url",
        "body-without-digest",
        "body",
        "no-body",
        "key",
        "no-id",
        "id",
        "no-end",
        "no-time",
        "ended",
        "legacy",
    ],
)
def test_what_is_not_proven_is_refused(headers, body, url):
    """Another URL or body, no id, no end, or the older signature: none of it shows who sent the request."""
    with pytest.raises(SignatureError):
        verified(headers, body, url)


@pytest.mark.parametrize("body", [b"[]", b"status=sent", b"recipient=15005550006"])
def test_a_body_of_somebody_else_is_refused(body):
    """What cannot be from here is no element that is unread: the address is wrong, and the caller says so."""
    with pytest.raises(PayloadError):
        messagebird.parse(body)
