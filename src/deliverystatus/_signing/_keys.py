"""Signatures that only the provider can make, and everybody can check: ECDSA, RSA, Ed25519."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from deliverystatus._proof import AS_IT_CAME, Proof, Request, Scheme
from deliverystatus._signing._hmac import digest, unix
from deliverystatus.exceptions import MissingExtra, SignatureError

_RAW_ED25519 = 32  # octets


def ecdsa_of_time_and_body(header: str, time_header: str, *, needs: str, window: timedelta) -> Scheme:
    """Give the scheme in which a header is the ECDSA-SHA256 signature, DER in base64, of a time and the body."""

    def check(request: Request) -> Proof:
        given, time = request.header(header), request.header(time_header)
        signed = time.encode("utf-8", "replace") + request.body
        _refuse_unless_signed(request, given, "ecdsa", lambda key, signature: _ecdsa(key, signature, signed))
        return Proof(signed_at=unix(time, time_header), replay_key=digest(signed))

    return Scheme(title="ECDSA P-256, SHA-256", covers="the time and the body", needs=needs, check=check, window=window)


def ed25519_of_time_and_body(header: str, time_header: str, *, between: str, needs: str, window: timedelta) -> Scheme:
    """Give the scheme in which a header is the Ed25519 signature, in base64, of a time, *between* and the body."""

    def check(request: Request) -> Proof:
        given, time = request.header(header), request.header(time_header)
        signed = f"{time}{between}".encode("utf-8", "replace") + request.body
        _refuse_unless_signed(request, given, "ed25519", lambda key, signature: key.verify(signature, signed))
        return Proof(signed_at=unix(time, time_header), replay_key=digest(signed))

    return Scheme(title="Ed25519", covers="the time and the body", needs=needs, check=check, window=window)


def rsa_of_body(header: str, fallback: str, *, needs: str) -> Scheme:
    """
    Give the scheme in which a header is the RSA-SHA256 signature (PKCS #1 v1.5), in base64, of the body.

    Older senders have only the *fallback* header, with SHA-1. It is looked at only where the other is missing: a second body of the
    same SHA-1 can be made only by who can also choose the first one.
    """

    def check(request: Request) -> Proof:
        name, sha = (header, "SHA256") if request.has(header) else (fallback, "SHA1")
        given = request.header(name)
        _refuse_unless_signed(
            request, given, "rsa", lambda key, signature: rsa_verify(key, signature, request.body, sha)
        )
        return Proof(replay_key=digest(request.body))

    return Scheme(title="RSA, SHA-256 or SHA-1", covers="the body", needs=needs, check=check)


def rsa_verify(key: Any, signature: bytes, signed: bytes, sha: str) -> None:
    """Check an RSA signature (RFC 8017 section 8.2); raises InvalidSignature."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 (an extra)
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

    key.verify(signature, signed, padding.PKCS1v15(), getattr(hashes, sha)())


def _ecdsa(key: Any, signature: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 (an extra)
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))


def _refuse_unless_signed(request: Request, given: str, sort: str, verify: Callable[[Any, bytes], None]) -> None:
    keys = [_public_key(secret, sort) for secret in request.secrets]
    signature = octets(given)
    if signature is None or not any(is_signed(key, signature, verify) for key in keys):
        raise SignatureError(
            "the signature was made with another key, or of something else", f"check the public key; {AS_IT_CAME}"
        )


def is_signed(key: Any, signature: bytes, verify: Callable[[Any, bytes], None]) -> bool:
    """Say whether *verify* finds nothing wrong with a signature."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (an extra)

    try:
        verify(key, signature)
    except InvalidSignature:
        return False
    return True


def octets(text: str) -> bytes | None:
    """Read base64 (RFC 4648 section 4), written in the one way there is; ``None`` if it is something else."""
    try:
        read = base64.b64decode(text.encode("utf-8", "replace"), validate=True)
    except binascii.Error:
        return None
    return read if base64.b64encode(read).decode() == text else None


def _public_key(secret: bytes, sort: str) -> Any:
    """Read a public key: PEM, its base64 alone, what a DKIM record has behind ``p=``, or the 32 octets of Ed25519."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 (an extra)
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_der_public_key,
            load_pem_public_key,
        )
    except ImportError:
        raise MissingExtra("verify") from None
    expected = {"ecdsa": ec.EllipticCurvePublicKey, "rsa": rsa.RSAPublicKey, "ed25519": ed25519.Ed25519PublicKey}[sort]
    try:
        secret = secret.replace(b'"', b"")  # as tools print DNS records
        if b"-----BEGIN" in secret:
            key: Any = load_pem_public_key(secret)
        else:
            record = secret.partition(b"p=")[2].partition(b";")[0] if b"v=DKIM1" in secret else secret
            der = base64.b64decode(b"".join(record.split()), validate=True)
            is_raw = sort == "ed25519" and len(der) == _RAW_ED25519
            key = ed25519.Ed25519PublicKey.from_public_bytes(der) if is_raw else load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, expected):
        return key
    raise SignatureError("the secret is not of the right form", f"expected the provider's public key ({sort})")
