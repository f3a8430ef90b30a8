"""What the tests of signatures share: a request of each provider, and whether it is refused."""

from pathlib import Path

import pytest

from deliverystatus import providers
from deliverystatus.exceptions import CertificateNeeded, PayloadError, SignatureError
from signers import signed

FIXTURES = Path(__file__).parent / "fixtures"

VERIFIED = [name for name in providers.names() if providers.get(name).scheme]

#: How the bodies begin that can be signed: where the signature stands in them they have to be JSON, where fields are, forms.
SIGNED_IN = {"mailgun": b"{", "unisender_go": b"{", "mandrill": b"m"}

each_verified = pytest.mark.parametrize("name", VERIFIED)


def bodies_of(name):
    """Give the bodies of a provider's fixtures that hold events, the shortest first."""
    files = [path for path in FIXTURES.glob(f"{name}/*") if path.suffix in {".json", ".txt", ".lines"}]
    bodies = [
        raw
        for path in files
        for raw in (path.read_bytes().splitlines() if path.suffix == ".lines" else [path.read_bytes()])
    ]
    return sorted((raw for raw in bodies if told(name, raw) and raw[:1] in SIGNED_IN.get(name, raw[:1])), key=len)


def told(name, raw):
    """Say whether a body holds events."""
    try:
        return bool(providers.get(name).parse(raw).events)
    except PayloadError:
        return False


def call_of(name, which=0):
    """Give the request of a provider's shortest body, signed with the secret of that number."""
    return signed(name, bodies_of(name)[0], which)


def said(name, payload):
    """Give what a payload says, without who vouches for it; ``None`` if it cannot be read."""
    try:
        parsed = providers.get(name).parse(bytes(payload))
    except PayloadError:
        return None
    return [event.to_dict() for event in parsed.events]


def refused(name, call, **changed):
    """Say whether a request is refused if something of it is changed."""
    try:
        trusted = call.verified(name, **changed)
    except (SignatureError, CertificateNeeded):
        return True
    return trusted is None


def flipped(octets):
    """Give octets with each bit changed, one at a time."""
    for place in range(len(octets)):
        for bit in range(8):
            yield octets[:place] + bytes([octets[place] ^ 1 << bit]) + octets[place + 1 :]


def without(headers, name):
    """Give the other headers."""
    return {header: value for header, value in headers.items() if header != name}
