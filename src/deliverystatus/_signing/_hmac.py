"""Signatures with a key that both sides have (RFC 2104)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from deliverystatus._proof import AS_IT_CAME, Proof, Request, Scheme
from deliverystatus.exceptions import SignatureError

#: Providers put several signatures side by side while a secret is changed; more than these are not looked at.
_MOST_SIGNATURES = 10


def is_made_with_one_of(secrets: Iterable[bytes], given: Iterable[str], made: Callable[[bytes], str]) -> bool:
    """Say whether one of the *given* signatures is what *made* makes of a secret; as long for every answer."""
    signatures = [each.encode("utf-8", "replace") for each in given]
    found = [hmac.compare_digest(made(secret).encode(), each) for secret in secrets for each in signatures]
    return any(found)


def refuse_unless_made_with_one_of(
    request: Request, given: Iterable[str], made: Callable[[bytes], str], *, advice: str = AS_IT_CAME
) -> None:
    """
    Refuse a request if none of its signatures was made with one of the caller's secrets.

    Raises:
        SignatureError: With *advice* on what else there is to check.
    """
    if not is_made_with_one_of(request.secrets, list(given)[:_MOST_SIGNATURES], made):
        raise SignatureError(
            "the signature was made with another secret, or of something else", f"check the secret; {advice}"
        )


def digest(signed: bytes) -> str:
    """Give a key for what was signed: a signature is none, for some can be changed and still be right."""
    return hashlib.sha256(signed).hexdigest()


def unix(text: str, name: str) -> datetime:
    """
    Give the time of signing from its seconds since the epoch, as digits.

    Raises:
        SignatureError: If it is no such time.
    """
    if text.isascii() and text.isdigit() and len(text) <= 11:  # noqa: PLR2004 (the year 5138)
        return datetime.fromtimestamp(int(text), UTC)
    raise SignatureError(f"{name} is no time", "expected seconds since the epoch")


def hmac_of_body(header: str, *, needs: str) -> Scheme:
    """Give the scheme in which a header is the hexadecimal HMAC-SHA256 of the body. It carries no time."""

    def check(request: Request) -> Proof:
        given = request.header(header)
        refuse_unless_made_with_one_of(request, [given], lambda key: _hex(key, request.body))
        return Proof(replay_key=digest(request.body))

    return Scheme(title="HMAC-SHA256", covers="the body", needs=needs, check=check)


def hmac_of_time_and_body(
    header: str, time_header: str, *, begins: str, between: str, needs: str, window: timedelta
) -> Scheme:
    """Give the scheme in which a header is the hexadecimal HMAC-SHA256 of *begins*, a time, *between* and the body."""

    def check(request: Request) -> Proof:
        given, time = request.header(header), request.header(time_header)
        signed = f"{begins}{time}{between}".encode("utf-8", "replace") + request.body
        refuse_unless_made_with_one_of(request, [given], lambda key: _hex(key, signed))
        return Proof(signed_at=unix(time, time_header), replay_key=digest(signed))

    return Scheme(title="HMAC-SHA256", covers="the time and the body", needs=needs, check=check, window=window)


def standard_webhooks(*prefixes: str) -> Scheme:
    """
    Give the scheme of https://www.standardwebhooks.com (and of Svix, whose headers have another prefix).

    ``{id}.{timestamp}.{body}`` under the bytes that stand in base64 behind ``whsec_``; several signatures, each with its
    version, while a secret is changed. The time is that of the attempt: it is new each time the request is sent again.
    """

    def check(request: Request) -> Proof:
        prefix = next((each for each in prefixes if request.has(f"{each}-signature")), prefixes[0])
        message_id, time = request.header(f"{prefix}-id"), request.header(f"{prefix}-timestamp")
        if "." in message_id:  # it parts id, time and body: with one in the id they could be parted elsewhere
            raise SignatureError(f"{prefix}-id is not of the right form", "expected no dot in it")
        listed = request.header(f"{prefix}-signature").split(" ")
        signed = f"{message_id}.{time}.".encode("utf-8", "replace") + request.body
        refuse_unless_made_with_one_of(
            request,
            [each.removeprefix("v1,") for each in listed if each.startswith("v1,")],
            lambda secret: _base64(_svix_key(secret), signed),
        )
        return Proof(signed_at=unix(time, f"{prefix}-timestamp"), replay_key=message_id)

    return Scheme(
        title="Standard Webhooks (HMAC-SHA256)",
        covers="id, time and body",
        needs="the webhook's signing secret (whsec_…)",
        check=check,
        window=timedelta(0),
    )


def _svix_key(secret: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(b"whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:  # anybody knows the empty key
        raise SignatureError("the secret is not of the right form", "expected whsec_ and base64")
    return key


def _hex(key: bytes, signed: bytes) -> str:
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def _base64(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
