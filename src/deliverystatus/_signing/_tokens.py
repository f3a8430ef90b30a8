"""Signed tokens (JSON Web Tokens, RFC 7519) that hold digests of what they came with."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deliverystatus._proof import AS_IT_CAME, SKEW, Request
from deliverystatus.exceptions import MissingExtra, SignatureError

#: No provider's token is longer.
_LONGEST = 8_192

#: Octets of a block of SHA-256.
_BLOCK = 64


def claims_of(request: Request, token: str) -> Mapping[str, Any]:
    """
    Give the claims of a token that was signed with one of the caller's secrets by HMAC-SHA256, and is valid now.

    Raises:
        SignatureError: If it was not, or is not.
    """
    try:
        import jwt  # noqa: PLC0415 (an extra)
    except ImportError:
        raise MissingExtra("verify") from None
    # what is valid now is judged by the caller's clock, below
    unclocked: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    found: list[dict[str, Any]] = []
    for secret in request.secrets if len(token) <= _LONGEST else ():
        # zeros are put behind a short key in any case (RFC 2104 section 2), and it is the provider that made it short
        key = secret.ljust(_BLOCK, b"\0")
        try:
            found.append(jwt.decode(token, key, algorithms=["HS256"], options=unclocked))
        except (jwt.PyJWTError, ValueError, RecursionError):
            continue
    if not found:
        raise SignatureError("the token was signed with another secret, or is none", "check the secret")
    claims = found[0]
    ends, begins = claimed_time(claims, "exp"), claimed_time(claims, "nbf")
    if (ends and request.now - SKEW > ends) or (begins and request.now + SKEW < begins):
        raise SignatureError("the token is not of this time", "check this machine's clock")
    return claims


def claimed_time(claims: Mapping[str, Any], name: str) -> datetime | None:
    """
    Give a time that a token claims, ``None`` if it claims none.

    Raises:
        SignatureError: If it is no time.
    """
    value = claims.get(name)
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise SignatureError(f"the token's {name} is no time", "") from None


def refuse_unless_digest(claims: Mapping[str, Any], name: str, of: bytes, *, advice: str = AS_IT_CAME) -> None:
    """
    Refuse a token that does not hold, under *name*, the SHA-256 of what it came with, in hexadecimal digits.

    Raises:
        SignatureError: With *advice* on what there is to check.
    """
    claimed = str(claims.get(name, "")).encode("utf-8", "replace")
    if not hmac.compare_digest(hashlib.sha256(of).hexdigest().encode(), claimed):
        raise SignatureError("the token is of something else", advice)
