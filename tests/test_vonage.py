"""How Vonage signs, and that parts stay apart. The bodies are in fixtures/vonage."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import jwt
import pytest

import deliverystatus as ds
from deliverystatus import SignatureError
from deliverystatus.providers import vonage

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
SECRET = "5e1f-not-a-secret-but-as-long-as-one-has-to-be"
FIELDS = {
    "msisdn": "15005550006",
    "to": "Clinic & Co = one",
    "messageId": "5E1F000000000001",
    "status": "delivered",
    "err-code": "0",
    "nonce": "5e1f0000-0000-4000-8000-000000000001",
    "timestamp": str(int(NOW.timestamp())),
}
MESSAGE = json.dumps(
    {"message_uuid": "5e1f0001", "to": "15005550006", "status": "delivered", "channel": "sms"}
).encode()


def signed(fields: dict[str, str], method: str | None = None) -> dict[str, str]:
    """Sign as the documentation says: each name and value in order, & and = in a value replaced."""
    text = "".join(f"&{name}={fields[name].replace('&', '_').replace('=', '_')}" for name in sorted(fields)).encode()
    if method is None:
        return fields | {"sig": hashlib.md5(text + SECRET.encode(), usedforsecurity=False).hexdigest()}
    return fields | {"sig": hmac.new(SECRET.encode(), text, method).hexdigest().upper()}


def token(body: bytes, **claims: object) -> dict[str, str]:
    """Sign a body of the Messages API."""
    said = {"iat": NOW, "jti": "5e1f", "iss": "Vonage", "payload_hash": hashlib.sha256(body).hexdigest(), **claims}
    return {"Authorization": f"Bearer {jwt.encode(said, SECRET, algorithm='HS256')}"}


def verified(
    body: bytes, headers: dict[str, str] | None = None, *, url: str | None = None, now: datetime = NOW
) -> ds.Trusted:
    """Verify a request with the signature secret."""
    return ds.verify("vonage", body, headers=headers, secrets=SECRET, url=url, now=now)


def test_the_sdk_s_own_example():
    """The signature that Vonage's SDK for Python is tested with is right, in its time."""
    fields = {"a": "1", "b": "2", "timestamp": "1461605396", "sig": "6af838ef94998832dbfc29020b564830"}
    now = datetime.fromtimestamp(1461605396, UTC)

    assert ds.verify("vonage", json.dumps(fields).encode(), secrets="secret", now=now)


@pytest.mark.parametrize("method", [None, "md5", "sha1", "sha256", "sha512"])
def test_each_setting_of_an_account(method):
    """Whatever the account is set to, the fields are proven, and the key to remember is of them all."""
    body = json.dumps(signed(FIELDS, method)).encode()

    trusted = verified(body)

    assert (body, NOW) == (trusted, trusted.signed_at)
    assert trusted.replay_key == verified(body).replay_key
    assert (
        trusted.replay_key != verified(json.dumps(signed({**FIELDS, "nonce": "another"}, method)).encode()).replay_key
    )
    assert [True] == [event.authenticated for event in vonage.parse(trusted).events]


def test_a_field_in_the_name_of_another():
    """What is replaced in values is not in names: a field that hides in a name would be signed, and not read."""
    fields = signed(FIELDS)
    (first, value), *others = sorted(fields.items())
    (second, beside), *others = others
    hidden = {f"{first}={value}&{second}": beside, **dict(others)}

    with pytest.raises(SignatureError, match="field"):
        verified(json.dumps(hidden).encode())


def test_forms_and_queries():
    """A form is signed as JSON is, and so is a query; then the query is what is read."""
    form = urlencode(signed(FIELDS))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    for trusted in (verified(form.encode(), headers), verified(b"", url=f"https://clinic.example.org/hooks?{form}")):
        assert ["delivered"] == [event.kind for event in vonage.parse(trusted).events]


def test_a_retry_is_taken_for_a_day():
    """What is sent again keeps its time, for 24 hours; nothing older is taken."""
    body = json.dumps(signed(FIELDS)).encode()

    assert verified(body, now=NOW + timedelta(hours=24))
    with pytest.raises(SignatureError):
        verified(body, now=NOW + timedelta(hours=25))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(signed(FIELDS) | {"status": "failed"}).encode(),
        json.dumps(FIELDS).encode(),
        json.dumps(signed({name: value for name, value in FIELDS.items() if name != "timestamp"})).encode(),
        json.dumps(signed(FIELDS) | {"deep": [1, 2]}).encode(),
        json.dumps(signed(FIELDS) | {"deep": {}}).encode(),
        urlencode(signed(FIELDS)).encode() + b"&status=failed",
        b"[]",
        b"no fields",
        b"",
    ],
    ids=["changed", "unsigned", "timeless", "a list", "an object", "a field twice", "no object", "no body", "nothing"],
)
def test_what_is_not_signed_is_refused(body):
    """No field can be changed, added, or come a second time."""
    with pytest.raises(SignatureError):
        verified(body)


def test_a_token():
    """A message of the Messages API comes with a token of its body."""
    trusted = verified(MESSAGE, token(MESSAGE))

    assert (NOW, "5e1f", MESSAGE) == (trusted.signed_at, trusted.replay_key, trusted)


@pytest.mark.parametrize(
    "headers",
    [
        token(MESSAGE + b" "),
        token(MESSAGE, payload_hash=None),
        token(MESSAGE, iat=None),
        token(MESSAGE, iat=NOW - timedelta(days=2)),
        {"Authorization": "Bearer 5e1f"},
        {"Authorization": "Basic NWUxZjo1ZTFm"},
    ],
    ids=["another body", "no digest", "no time", "too old", "no token", "no bearer"],
)
def test_a_token_of_something_else(headers):
    """A token of another body, of none, or of another time shows nothing."""
    with pytest.raises(SignatureError):
        verified(MESSAGE, {name: value for name, value in headers.items() if value})


def test_parts_stay_apart():
    """Two parts of one SMS, with one reference, are two copies: one arrived, the other did not."""
    parts = [
        FIELDS | {"client-ref": "V-17"},
        FIELDS | {"client-ref": "V-17", "messageId": "5E1F000000000002", "status": "failed", "err-code": "2"},
    ]
    events = [event for part in parts for event in vonage.parse(part, reference="client-ref").events]

    assert ["delivered", "soft_bounced"] == [record.status for record in ds.fold_copies(events).values()]


def test_a_start_lifts_a_stop():
    """START takes back the STOP that was sent to the same number before it."""
    said = {"msisdn": "15005550006", "to": "15005550001", "messageId": "5E1F", "type": "text"}
    stop = said | {"text": "STOP", "message-timestamp": "2026-03-02 09:15:05"}
    start = said | {"text": "START", "message-timestamp": "2026-03-02 09:16:05"}
    asked = {"purpose": "bulk", "channel": "sms", "scope": "sender:15005550001", "now": NOW + timedelta(days=1)}

    stopped = vonage.parse(stop).events

    assert not ds.suppress(stopped).may_send("+15005550006", **asked).allowed
    assert ds.suppress(stopped + vonage.parse(start).events).may_send("+15005550006", **asked).allowed


def test_what_vonage_does_not_send():
    """What is neither a receipt nor a message is not Vonage's."""
    for payload in ([], {"msisdn": "15005550006"}, {"messageId": "5E1F000000000001"}):
        with pytest.raises(ds.PayloadError):
            vonage.parse(payload)
