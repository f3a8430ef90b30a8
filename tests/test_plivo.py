"""What Plivo's signatures cover, and what not. The bodies are in fixtures/plivo."""

import base64
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

import deliverystatus as ds
from deliverystatus import PayloadError, SignatureError
from deliverystatus.providers import plivo

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
TOKEN = "5e1f-not-a-token"
NONCE = "05429567804466091622"
URL = "https://clinic.example.org/hooks"
FORM = {"To": "15005550006", "From": "15005550001", "Status": "delivered", "MessageUUID": "9d2f6c1e"}
BODY = urlencode(FORM).encode()
V2 = {"X-Plivo-Signature-V2": "t5XXk5woOwMhuhpSGUUoupqA+hAlVNEvkqrR8z3mmUQ=", "X-Plivo-Signature-V2-Nonce": NONCE}


def v3(signature: str, name: str = "X-Plivo-Signature-V3") -> dict[str, str]:
    """Give the headers of a request."""
    return {name: signature, "X-Plivo-Signature-V3-Nonce": NONCE}


SIGNED = v3("tMLfpEFIkj7bitG0QDvC1kLtt0faRusZL9LtCux+Pdg=")


def verified(headers: dict[str, str], body: bytes = BODY, url: str | None = URL) -> ds.Trusted:
    """Verify a request with the token."""
    return ds.verify("plivo", body, headers=headers, secrets=["another", f"v2:{TOKEN}"], url=url, now=NOW)


@pytest.mark.parametrize(
    "signature, url, body",
    [
        ("tMLfpEFIkj7bitG0QDvC1kLtt0faRusZL9LtCux+Pdg=", URL, BODY),
        ("8MzPYNzASfOEudjZjY4hsZQG81Nsv5ANduahjBv3d2g=", f"{URL}?visit=V-17&a=b%20c", BODY),
        ("6xWRK1KqW3AAjy/62WAWk1zJgB2q+5cg3SgcQGikdCg=", URL, BODY + b"&x=2&x=1"),
        ("djFsYTXM77uip/1B7rRJ/BjuX+a1Ymv4uTB2VzgITeo=", URL, BODY + b"&Text=Jusqu%27%C3%A0+demain"),
        ("61z3U6J7Y3Rcnqb5aM69psKIpBNNO44uuEoSIqEdBWs=", URL, BODY + b"&Text=Jusqu%27%C3%A0+demain"),
        ("i9+B/IPpGfqnTLgQ3mTV4AUmEoGpp9yzY79yDkWDe5E=", f"{URL}?{urlencode(FORM)}", b""),
        ("b3rlzuNLsd2Dsbzply1MPS04d+yoLsvLh0CfVqqqz+k=", URL, b""),
    ],
    ids=["form", "query", "repeated", "encoded-twice", "encoded-once", "get", "nothing"],
)
def test_signatures_of_plivos_own_library(signature, url, body):
    """What plivo 4.63.0 for Python makes of a request is right; of what is no ASCII, also what its JavaScript makes."""
    assert verified(v3(signature), body, url).replay_key


def test_what_the_sender_put_into_the_url_is_read():
    """The query is signed, so the reference in it is read with the form."""
    trusted = verified(v3("8MzPYNzASfOEudjZjY4hsZQG81Nsv5ANduahjBv3d2g="), BODY, f"{URL}?visit=V-17&a=b%20c")

    (event,) = plivo.parse(trusted, reference="visit").events

    assert ("delivered", "V-17", True) == (event.kind, event.reference, event.authenticated)


@pytest.mark.parametrize("name", ["X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"])
def test_while_a_token_is_changed(name):
    """Of several signatures one is enough, the account's or the main account's."""
    assert verified(v3(f"AAAA, {SIGNED['X-Plivo-Signature-V3']}", name))


def test_v2_does_not_cover_the_body():
    """It covers the address: whatever is said in the body is believed. Where there is a V3, it is not looked at."""
    (event,) = plivo.parse(verified(V2, BODY.replace(b"delivered", b"failed"), f"{URL}?any=thing")).events

    assert ("dropped", True) == (event.kind, event.authenticated)
    with pytest.raises(SignatureError):
        verified(V2 | v3("AAAA"))


def test_v2_has_to_be_allowed():
    """It shows so little that a token alone does not let it in: the refusal says what to do."""
    with pytest.raises(SignatureError, match="v2:TOKEN"):
        ds.verify("plivo", BODY, headers=V2, secrets=TOKEN, url=URL, now=NOW)
    assert ds.verify("plivo", BODY, headers=SIGNED, secrets=TOKEN, url=URL, now=NOW)


def test_a_nonce_that_begins_elsewhere():
    """What is signed ends in a dot and the nonce: with the end of a price in the nonce it would be another key to remember."""
    body = BODY + b"&TotalRate=0.00350"
    signed = f"{URL}?From15005550001MessageUUID9d2f6c1eStatusdeliveredTo15005550006TotalRate0.00350.{NONCE}"
    made = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), "sha256")).decode()
    verified(v3(made), body)

    with pytest.raises(SignatureError, match="nonce"):
        verified(v3(made) | {"X-Plivo-Signature-V3-Nonce": f"00350.{NONCE}"}, BODY + b"&TotalRate=0")
    with pytest.raises(SignatureError, match="field"):
        verified(v3(made), BODY.replace(b"Status=delivered", b"Status%3D=delivered"))


def test_one_request_has_one_key():
    """The key is of all that is signed, the nonce with it."""
    first = verified(SIGNED).replay_key
    assert first == verified(SIGNED).replay_key
    assert first != verified(v3("b3rlzuNLsd2Dsbzply1MPS04d+yoLsvLh0CfVqqqz+k="), b"").replay_key


@pytest.mark.parametrize(
    "headers, body, url",
    [
        (SIGNED, BODY.replace(b"delivered", b"failed"), URL),
        (SIGNED, BODY, f"{URL}?a=b"),
        (SIGNED, BODY, None),
        (SIGNED | {"X-Plivo-Signature-V3-Nonce": "1"}, BODY, URL),
        (V2, BODY, f"{URL}/elsewhere"),
        ({"X-Plivo-Signature-V3": SIGNED["X-Plivo-Signature-V3"]}, BODY, URL),
        ({"X-Plivo-Signature-V2-Nonce": NONCE}, BODY, URL),
        (v3(", ".join(2 * [SIGNED["X-Plivo-Signature-V3"]])), BODY, URL),
        (SIGNED, b"\xff=\xff&%ff=%ff", "https://clinic.example.org/\ud800?\udc80=\ud800"),
    ],
    ids=["body", "query", "no-url", "nonce", "address", "no-nonce", "no-signature", "doubled", "unprintable"],
)
def test_what_is_not_proven_is_refused(headers, body, url):
    """Another body, URL or nonce, or one of the headers alone, does not show who sent the request."""
    with pytest.raises(SignatureError):
        verified(headers, body, url)


def test_a_stop_binds_its_sender_until_a_start_that_has_a_time():
    """STOP stops what that number sends. A START of Plivo's has no time, so it lifts nothing until somebody says when it was."""
    texts = [
        {"From": "15005550006", "To": "15005550001", "Text": text, "MessageUUID": text} for text in ("STOP", "START")
    ]
    (stop,), (start,) = (plivo.parse(text, received_at=NOW).events for text in texts)
    dated = ds.Event.from_dict(start.to_dict() | {"occurred_at": "2026-03-02T10:00:00Z"})
    asked = {"purpose": "transactional", "channel": "sms", "now": NOW.replace(hour=12)}

    allowed = [
        ds.suppress(events).may_send("+15005550006", scope=f"sender:{number}", **asked).allowed
        for events in ([stop], [stop, start], [stop, dated])
        for number in ("15005550001", "15005550002")
    ]

    assert [False, True, False, True, True, True] == allowed


@pytest.mark.parametrize("body", [b"[]", b"Status=sent&To=15005550006"])
def test_a_body_of_somebody_else_is_refused(body):
    """What cannot be from here is no element that is unread: the address is wrong, and the caller says so."""
    with pytest.raises(PayloadError):
        plivo.parse(body)


def test_a_request_in_somebody_s_own_text():
    """Who has a text of his own signed could put a report into it: no value holds the name that every request has."""
    forged = {
        "MessageUUID": "u",
        "Status": "undelivered",
        "Text": "hi",
        "To": "15559999",
        "Zz": "MessageUUID1To15550002",
    }
    said = "".join(name + value for name, value in sorted(forged.items()))
    made = base64.b64encode(hmac.digest(TOKEN.encode(), f"{URL}?{said}.{NONCE}".encode(), "sha256")).decode()

    with pytest.raises(SignatureError, match="hides in another"):
        verified(v3(made), urlencode(forged).encode())


def test_one_key_in_either_encoding():
    """What is encoded twice and what is encoded once are one request if they were signed as one: the key is of what was signed."""
    signature = "djFsYTXM77uip/1B7rRJ/BjuX+a1Ymv4uTB2VzgITeo="
    twice = verified(v3(signature), BODY + b"&Text=Jusqu%27%C3%A0+demain")
    once = verified(v3(signature), BODY + b"&Text=Jusqu%27%C3%83%C2%A0+demain")

    assert twice.replay_key == once.replay_key
