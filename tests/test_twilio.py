"""What Twilio's signature covers, and what shows a suppression list a STOP. The bodies are in fixtures/twilio."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest

import deliverystatus as ds
from deliverystatus import Event, SignatureError
from deliverystatus.providers import twilio

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
TOKEN = "5e1f-not-a-token"
URL = "https://clinic.example.org/hooks?visit=V-17"
FORM = {"MessageSid": "SM5e1f", "MessageStatus": "delivered", "To": "+15005550006", "From": "+15005550001"}


def signed(url: str, fields: dict[str, list[str]], token: str = TOKEN) -> dict[str, str]:
    """Sign as Twilio's documentation says: the URL, then each name and value, in the order of the names."""
    text = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


def verified(body: bytes, headers: dict[str, str], url: str | None = URL) -> ds.Trusted:
    """Verify a request with the token."""
    return ds.verify("twilio", body, headers=headers, secrets=TOKEN, url=url, now=NOW)


def test_the_documentation_s_own_example():
    """The signature that Twilio's page on security works out is right."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    headers = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    body, url = urlencode(fields).encode(), "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert ds.verify("twilio", body, headers=headers, secrets="12345", url=url, now=NOW)


def test_what_the_sender_put_into_the_url_is_read():
    """The query is signed, so the reference in it is read with the form; the signature is what comes only once."""
    body = urlencode(FORM).encode()
    headers = signed(URL, parse_qs(body.decode()))

    (event,) = twilio.parse(verified(body, headers), reference="visit").events

    assert ("V-17", True) == (event.reference, event.authenticated)
    assert headers["X-Twilio-Signature"] == verified(body, headers).replay_key


def test_a_call_with_get():
    """What stands in the query alone is read from there."""
    url = f"https://clinic.example.org/hooks?{urlencode(FORM)}"

    (event,) = twilio.parse(verified(b"", signed(url, {}), url)).events

    assert ("delivered", True) == (event.kind, event.authenticated)


@pytest.mark.parametrize(
    "theirs, ours",
    [
        ("https://clinic.example.org:443/hooks?a=1", "https://clinic.example.org/hooks?a=1"),
        ("https://clinic.example.org/hooks", "https://clinic.example.org:8443/hooks"),
        ("http://clinic.example.org:80/hooks", "http://clinic.example.org/hooks"),
    ],
)
def test_the_port_makes_no_difference(theirs, ours):
    """Twilio signs the URL with its port or without it."""
    body = urlencode(FORM).encode()

    assert verified(body, signed(theirs, parse_qs(body.decode())), ours)


def test_fields_that_are_there_twice():
    """Of a field that comes several times each value is signed once, in order, and an empty one is signed as well."""
    body = b"MessageSid=SM5e1f&MediaUrl=b&MediaUrl=a&MediaUrl=b&Body="

    assert verified(body, signed(URL, parse_qs(body.decode(), keep_blank_values=True)))


def test_a_body_of_json():
    """Where the body is no form, its digest stands in the URL."""
    body = json.dumps(FORM).encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = signed(url, {})

    assert body == verified(body, headers, url)
    with pytest.raises(SignatureError):
        verified(body + b" ", headers, url)


@pytest.mark.parametrize(
    "body, url",
    [
        (urlencode(FORM | {"MessageStatus": "sent"}).encode(), URL),
        (urlencode(FORM).encode(), URL + "8"),
        (urlencode(FORM).encode(), None),
        (urlencode(FORM).encode(), "https://[clinic"),
        (urlencode(FORM).encode(), "https://clinic.example.org/\ud800"),
    ],
    ids=["another field", "another URL", "no URL", "half a URL", "a URL that nobody can write"],
)
def test_what_is_changed_is_refused(body, url):
    """No field, and nothing of the URL, can be changed."""
    with pytest.raises(SignatureError):
        verified(body, signed(URL, {name: [value] for name, value in FORM.items()}), url)


def test_stop_binds_its_sender():
    """STOP stops all that comes from the number it was sent to, of whatever purpose, and nothing of another's."""
    stop = {
        "MessageSid": "SM5e20",
        "SmsStatus": "received",
        "Body": "stop",
        "To": "+15005550001",
        "From": "+15005550006",
    }
    asked = {"purpose": "transactional", "channel": "sms", "now": NOW}

    suppressed = ds.suppress(twilio.parse(stop).events)

    assert not suppressed.may_send("+1 500 555 0006", scope="sender:+15005550001", **asked).allowed
    assert suppressed.may_send("+1 500 555 0006", scope="sender:+15005550002", **asked).allowed


def test_a_stop_makes_up_no_copy():
    """An incoming message has an id of its own, which is no copy's."""
    (event,) = twilio.parse({"MessageSid": "SM5e20", "Body": "STOP", "From": "+15005550006"}).events

    assert isinstance(event, Event)
    assert (0, (event,)) == (len(ds.fold_copies([event])), ds.fold_copies([event]).uncorrelated)


def test_what_twilio_does_not_send():
    """What is no form, or has no id of Twilio's, is not Twilio's."""
    for payload in ([], {"To": "+15005550006"}):
        with pytest.raises(ds.PayloadError):
            twilio.parse(payload)


def test_a_field_in_the_name_of_another():
    """Fields are signed one behind the other: what hides in a name that no field of Twilio's has is refused."""
    fields = {"To+15005550006MessageStatus ": ["delivered"]}
    with pytest.raises(SignatureError, match="field"):
        verified(urlencode(fields, doseq=True).encode(), signed(URL, fields))


@pytest.mark.parametrize("in_url", [False, True])
def test_a_request_in_somebody_s_own_text(in_url):
    """Who has a text of his own signed could put a report into it: no value holds the names that every request has."""
    text = "hiFrom+15550000MessageSidSMvictimMessageStatusundeliveredTo+15559999Zz"
    genuine = {"Body": [text], "From": ["+15550001"], "MessageSid": ["SM1"], "To": ["+15550002"]}
    made = signed(URL, genuine)
    forged = {
        "Body": "hi",
        "From": "+15550000",
        "MessageSid": "SMvictim",
        "MessageStatus": "undelivered",
        "To": "+15559999",
    }
    rest = "From+15550001MessageSidSM1To+15550002"
    body, url = urlencode({**forged, "Zz": rest}).encode(), URL
    if in_url:
        body, url = b"{}", f"{URL}?a=From+15550001MessageSidSM1&bodySHA256={hashlib.sha256(b'{}').hexdigest()}"
        made = signed(url, {})

    with pytest.raises(SignatureError, match="hides in another"):
        verified(body, made, url)
