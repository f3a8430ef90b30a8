"""
Signed return paths: how a bounce mail proves that it is about a message of ours.

Anyone can write a bounce mail or a complaint. Who has seen the message it is about also knows its envelope sender, so a
token there that only we can make is the proof (variable envelope return path; https://cr.yp.to/proto/verp.txt). It is
the local part of an address, so it must survive what happens to local parts: at most 64 octets (RFC 5321 section
4.5.3.1.1), and letters whose case may be lost on the way.

The token is opaque: it shows neither the reference nor the recipient. It is the synthetic-IV construction (RFC 5297)
with HMAC-SHA256 as its only primitive: the tag over the content is also the nonce under which the content is encrypted,
so equal contents give equal tokens, and nothing needs to be stored.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

import attrs

from deliverystatus._text import comparable

#: The longest reference, in octets of UTF-8. A UUID may be given as such. With it a token has 56 characters, which leaves
#: eight for what stands before it in the local part, such as ``bounces+``.
LONGEST_REFERENCE = 20

_TAG, _WHO = 10, 4  # octets: 80 bits against forging, 32 to tell the recipients of one hand-over apart
_AS_TEXT, _AS_UUID = b"\0", b"\1"
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{24,56}(?![a-z2-7])")

#: So many tokens of one mail are tried: a mail of ours holds the same one a few times.
_MOST_CANDIDATES = 64


@attrs.frozen
class Claim:
    """
    What a token that verified says.

    Attributes:
        reference: The sender's own id of the hand-over.
    """

    reference: str
    _who: bytes = attrs.field(repr=False)
    _key: bytes = attrs.field(repr=False, eq=False)

    def is_about(self, recipient: str) -> bool:
        """Say whether the message was for that recipient."""
        return hmac.compare_digest(self._who, _digest(self._key, "who", _octets(recipient))[:_WHO])


def return_path(secret: str | bytes, reference: str, recipient: str) -> str:
    """
    Make the token that proves a bounce mail or complaint to be about this hand-over.

    Put it into the envelope sender (``bounces+TOKEN@example.org``), and where you can also into the envelope id (RFC 3461)
    and an ``X-`` header: complaints come to another mailbox than bounces, and return the message they are about.

    Args:
        secret: Known to nobody else; at least 16 octets. Rotate it by verifying with the old one for a while.
        reference: The sender's own id of the hand-over: a UUID, or at most 20 octets.
        recipient: Whom the message is for.

    Returns:
        At most 56 characters of ``a-z2-7``; letters may lose their case on the way.

    Raises:
        ValueError: If the secret is too short, or the reference empty or too long.
    """
    key = _key(secret)
    content = _digest(key, "who", _octets(recipient))[:_WHO] + _packed(reference)
    tag = _digest(key, "tag", content)[:_TAG]
    return base64.b32encode(tag + _masked(key, tag, content)).decode("ascii").rstrip("=").lower()


def claims(secrets: Iterable[str | bytes], texts: Iterable[str]) -> tuple[Claim, ...]:
    """
    Find the tokens in *texts* that were made with one of *secrets*.

    Total over any texts; takes time linear in them.

    Raises:
        ValueError: If a secret is too short.
    """
    keys = [_key(secret) for secret in secrets]
    candidates = dict.fromkeys(token for text in texts for token in _TOKEN.findall(text.lower()))
    found = (_read(key, token) for token in list(candidates)[:_MOST_CANDIDATES] for key in keys)
    return tuple(claim for claim in found if claim is not None)


def _read(key: bytes, token: str) -> Claim | None:
    try:
        whole = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except binascii.Error:  # of a length that no octets have
        return None
    tag, content = whole[:_TAG], _masked(key, whole[:_TAG], whole[_TAG:])
    if not hmac.compare_digest(tag, _digest(key, "tag", content)[:_TAG]):
        return None
    who, packed = content[:_WHO], content[_WHO:]
    reference = str(UUID(bytes=packed[1:])) if packed[:1] == _AS_UUID else packed[1:].decode()
    return Claim(reference, who, key)


def _packed(reference: str) -> bytes:
    try:
        as_uuid = UUID(reference)
    except ValueError:
        pass
    else:
        if str(as_uuid) == reference:
            return _AS_UUID + as_uuid.bytes
    plain = reference.encode()
    if not 0 < len(plain) <= LONGEST_REFERENCE:
        raise ValueError(f"reference: expected a UUID, or 1 to {LONGEST_REFERENCE} octets, got {len(plain)}")
    return _AS_TEXT + plain


def _octets(recipient: str) -> bytes:
    return comparable(recipient).encode("utf-8", "replace")


def _masked(key: bytes, tag: bytes, content: bytes) -> bytes:
    stream = _digest(key, "mask", tag)
    return bytes(a ^ b for a, b in zip(content, stream, strict=False))


def _key(secret: str | bytes) -> bytes:
    octets = secret.encode() if isinstance(secret, str) else secret
    if len(octets) < 16:  # noqa: PLR2004 (128 bits, RFC 2104 section 3 asks for more)
        raise ValueError("secret: expected at least 16 octets")
    return octets


def _digest(key: bytes, use: str, content: bytes) -> bytes:
    return hmac.new(key, f"deliverystatus return path, {use}:".encode() + content, hashlib.sha256).digest()
