"""What Postal's texts mean, where fixtures cannot show it. The bodies themselves are in fixtures/postal."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import deliverystatus as ds
from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import postal


def held(details):
    """Give a copy that was held, for that reason."""
    message = {"id": 7, "direction": "outgoing", "to": "ada@example.com"}
    return {"message": message, "status": "Held", "details": details, "output": "", "timestamp": 1772442960.0}


def test_the_list_is_believed_within_postal_only():
    """That Postal lists an address is no evidence against it: through another provider it may be written to."""
    details = "Recipient (ada@example.com) is on the suppression list (reason: too many hard fails)"
    events = postal.parse(held(details), account="visits").events
    now = events[0].occurred_at

    def may_send(provider, account):
        decision = ds.suppress(events).may_send(
            "ada@example.com", purpose="transactional", provider=provider, account=account, now=now
        )
        return decision.allowed

    assert (False, True) == (may_send("postal", "visits"), may_send("mailgun", "main"))


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"event": "MessageSent"},
        {"status": "Sent"},
        {"status": "Sent", "message": "m-1"},
        {"url": "https://example.org"},
    ],
)
def test_what_is_not_postals(body):
    """A body that is neither an envelope nor one of the payloads is refused whole."""
    with pytest.raises(PayloadError):
        postal.parse(body)


KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
DKIM = f"v=DKIM1; t=s; h=sha256; p={base64.b64encode(PUBLIC).decode()};"
BODY = json.dumps(held("Server is in development mode.")).encode()
NOW = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)


def signature(body, digest):
    """Sign a body as an installation does."""
    return base64.b64encode(KEY.sign(body, padding.PKCS1v15(), digest)).decode()


@pytest.mark.parametrize(
    "header, digest",
    [
        ("X-Postal-Signature-256", hashes.SHA256()),
        ("X-Postal-Signature", hashes.SHA1()),  # noqa: S303 (all that older versions have)
    ],
)
def test_the_key_is_in_the_dkim_record(header, digest):
    """What an installation signed, whatever its version, is shown by the record that it has in the DNS anyway."""
    headers = {header: signature(BODY, digest)}

    parsed = ds.receive("postal", BODY, headers=headers, secrets=(DKIM,), now=NOW)

    assert [True] == [event.authenticated for event in parsed.events]
    with pytest.raises(ds.SignatureError):
        ds.verify("postal", BODY + b" ", headers=headers, secrets=(DKIM,), now=NOW)
