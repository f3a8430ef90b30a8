"""
Who sent it: every provider's scheme, held to the same promises. None is named but where the promise is its own.

A request verifies as it came; changed anywhere in what is signed, it is refused; so it is with another secret, with a secret
that was replaced, at another time, and with headers that are missing or come twice.
"""

import base64
import hmac
import json
import pickle
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

import deliverystatus as ds
from deliverystatus import providers
from deliverystatus._proof import SKEW, AlignedPass
from deliverystatus.exceptions import CertificateNeeded, MissingExtra, PayloadError, SignatureError
from signers import (
    CERTIFICATE_URL,
    NOW,
    SIGNERS,
    TOPIC,
    URL,
    certificate,
    elliptic_certificate,
    secret,
    shared,
    signed,
    sns,
)

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


def test_every_signer_is_of_a_provider():
    """A way to sign that no provider has is a mistake here."""
    assert set() == set(SIGNERS) - set(VERIFIED)


@each_verified
def test_what_came_verifies(name):
    """A request that is as it came is proven, and its events say so, and else the same as before."""
    call = call_of(name)

    trusted = call.verified(name)
    parsed = ds.parse(name, trusted)

    assert name == trusted.provider
    assert {True} == {event.authenticated for event in parsed.events}
    assert said(name, trusted) == [
        {field: value for field, value in event.to_dict().items() if field != "authenticated"}
        for event in parsed.events
    ]
    if providers.get(name).scheme.window is not None:
        assert abs(trusted.signed_at - NOW) < timedelta(seconds=1)


@each_verified
def test_receiving_is_verifying_and_parsing(name):
    """``receive`` does both, with what either takes."""
    call = call_of(name)
    asked = {"headers": call.headers, "secrets": call.secret or (), "trust": call.trust, "url": call.url, "now": NOW}

    parsed = ds.receive(name, call.body, account="main", **asked)

    assert ds.parse(name, call.verified(name), account="main", received_at=NOW) == parsed
    assert {NOW} == {event.received_at for event in parsed.events}
    assert {("main", True)} == {(event.account, event.authenticated) for event in parsed.events}


@each_verified
def test_every_bit_of_the_body(name):
    """A body with any bit changed is refused, unless what is signed of it, and so what it says, is still the same."""
    call = call_of(name)
    if "nothing" in providers.get(name).scheme.covers or name == "mailgun":  # its token is looked at below
        pytest.skip("this scheme shows who calls, and not what was said")
    before = said(name, call.verified(name))

    for body in flipped(call.body):
        if not refused(name, call, body=body):
            assert before == said(name, body)


@each_verified
def test_every_bit_of_the_headers(name):
    """A header that is part of the proof, with any bit changed, is refused; which are part of it is found out here."""
    call = call_of(name)
    needed = [header for header in call.headers if refused(name, call, headers=without(call.headers, header))]

    for header in needed:
        value = call.headers[header]
        survivors = {
            changed.decode("latin-1")
            for changed in flipped(value.encode())
            if not refused(name, call, headers={**call.headers, header: changed.decode("latin-1")})
        }
        # what is beside the right one in a list of signatures, and the case of "Basic", make no difference
        assert all(same_but_for_beside(value, changed) for changed in survivors), survivors


def same_but_for_beside(value, changed):
    """Say whether two header values differ only in a signature that was a wrong one before, or in the case of a scheme."""
    if value.lower().startswith("basic "):
        return value[6:] == changed[6:] and value.lower() == changed.lower()
    separator = "," if "," in value and " " not in value else " "
    return separator in value and value.split(separator)[-1] == changed.split(separator)[-1]


def is_list(value):
    """Say whether a header is a list of signatures, so that one more does no harm."""
    return "," in value


def without(headers, name):
    """Give the other headers."""
    return {header: value for header, value in headers.items() if header != name}


@each_verified
def test_missing_headers(name):
    """Without any header the request is refused, unless the proof is in the body; and never with anything but a refusal."""
    call = call_of(name)
    in_body = name in {"mailgun", "unisender_go"} or call.trust is not None

    assert refused(name, call, headers={}) is not in_body
    assert refused(name, call, headers=None) is not in_body


@each_verified
def test_doubled_headers(name):
    """A header of the proof that is there twice is refused: it is not said which of the two counts."""
    call = call_of(name)
    for header in call.headers:
        if refused(name, call, headers=without(call.headers, header)):
            twice = [*call.headers.items(), (header.upper(), call.headers[header])]
            assert refused(name, call, headers=twice)
            assert refused(name, call, headers={**call.headers, header: [call.headers[header], "other"]})
            joined = f"{call.headers[header]}, {call.headers[header]}"  # as RFC 9110 section 5.3 lets a server do
            assert refused(name, call, headers={**call.headers, header: joined}) or is_list(call.headers[header])


@each_verified
@pytest.mark.parametrize(
    "spelled",
    [
        lambda headers: {name.lower(): value for name, value in headers.items()},
        lambda headers: {name.upper(): value for name, value in headers.items()},
        lambda headers: [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        lambda headers: {name: [value] for name, value in headers.items()},
        lambda headers: {"Content-Length": "17", **headers, "X-Other": "1"},
    ],
    ids=["lower", "upper", "asgi", "lists", "beside others"],
)
def test_headers_as_frameworks_have_them(name, spelled):
    """The names of headers have no case, and frameworks give them as text, octets, lists or pairs."""
    call = call_of(name)

    assert not refused(name, call, headers=spelled(call.headers))


@each_verified
def test_secrets_that_change(name):
    """The old secret holds as long as it is given beside the new one, and no longer."""
    old, new = call_of(name, 0), call_of(name, 1)
    if old.trust is not None:
        pytest.skip("there is no secret: the certificate is the provider's")
    both = [new.secret, old.secret]

    assert not refused(name, old, secrets=both)
    assert not refused(name, new, secrets=both)
    assert not refused(name, new, secrets=[new.secret.encode()])
    assert refused(name, old, secrets=[new.secret])


@each_verified
@pytest.mark.parametrize("secrets", [(), "", [], [""], [b""], "  ", [b"\t\n"]])
def test_no_secret(name, secrets):
    """Without a secret nothing is proven, and the operator is told what is needed; an empty one is none."""
    call = call_of(name)
    if call.trust is None:
        with pytest.raises(SignatureError, match=rf"^{name}: no secret was given; pass .*secrets=None"):
            call.verified(name, secrets=secrets)
    else:
        with pytest.raises(SignatureError, match=rf"^{name}: nothing is trusted; pass trust="):
            call.verified(name, secrets=secrets, trust=None)


@each_verified
def test_a_secret_of_another_form(name):
    """What is no secret of this provider's is refused without a stir, and not shown."""
    call = call_of(name)
    if call.trust is not None:
        pytest.skip("there is no secret")
    for strange in (
        "sEnTiNeL",
        b"\xff\x00sEnTiNeL",
        "-----BEGIN sEnTiNeL-----",
        "whsec_sEnTiNeL!",
        "v=DKIM1; p=sEnTiNeL",
        "sEnTiNeL\udcff",
        "sEnTiNeL\ud800",
    ):
        with pytest.raises(SignatureError) as caught:
            call.verified(name, secrets=[strange])
        assert "sEnTiNeL" not in str(caught.value)


@each_verified
def test_another_time(name):
    """A request is taken for as long as the provider may send it again, and two clocks may differ; no longer, and no earlier."""
    call, scheme = call_of(name), providers.get(name).scheme
    if scheme.window is None:
        assert call.verified(name, now=NOW + timedelta(days=400)).signed_at is None
        return
    signed_at = call.verified(name).signed_at

    assert not refused(name, call, now=signed_at + scheme.window + SKEW)
    assert refused(name, call, now=signed_at + scheme.window + SKEW + timedelta(seconds=2))
    assert not refused(name, call, now=signed_at - SKEW)
    assert refused(name, call, now=signed_at - SKEW - timedelta(seconds=2))


@each_verified
def test_a_window_is_no_shorter_than_the_retries(name):
    """What a provider sends again with the same signature must not be refused for being old."""
    provider = providers.get(name)
    signed_anew = timedelta(0)

    if provider.scheme.window not in (None, signed_anew) and provider.habits.retries is not None:
        assert provider.scheme.window >= provider.habits.retries


@each_verified
def test_another_url(name):
    """Where the URL is signed, a request to another one is refused, and one must be given."""
    call = call_of(name)
    if "URL" not in providers.get(name).scheme.covers:
        pytest.skip("the URL is not signed")

    for url in (
        f"{call.url}x",
        call.url.replace("hooks", "hook"),
        call.url.replace("/status", "/Status"),
        call.url + "&a=b",
    ):
        assert refused(name, call, url=url), url
    with pytest.raises(SignatureError, match="pass url="):
        call.verified(name, url=None)


@each_verified
def test_a_body_that_was_encoded_again(name):
    """A body that a framework decoded and somebody encoded again does not verify, and the refusal says why."""
    scheme = providers.get(name).scheme
    body = next((body for body in bodies_of(name) if body[:1] in {b"[", b"{"}), None)
    if "body" not in scheme.covers or body is None:
        pytest.skip("the bytes of the body are not what is signed")
    call = signed(name, json.dumps(json.loads(body), separators=(",", ":")).encode())
    call.verified(name)

    with pytest.raises(SignatureError, match="decoded and encoded again"):
        call.verified(name, body=json.dumps(json.loads(call.body)).encode())


@each_verified
@pytest.mark.parametrize("body", ["{}", {"event": "x"}, [], None, 7])
def test_a_body_that_is_no_bytes(name, body):
    """What a framework made of the body is refused, and the refusal says what to pass."""
    with pytest.raises(SignatureError, match="has to be bytes"):
        call_of(name).verified(name, body=body)


@each_verified
def test_a_key_to_remember(name):
    """The same request has the same key whenever it comes, and another request has another; a shared secret has none."""
    call = call_of(name)
    key = call.verified(name).replay_key
    scheme = providers.get(name).scheme
    if "nothing" in scheme.covers:
        assert key is None
        return

    assert key
    assert key == call.verified(name, now=NOW + timedelta(minutes=2)).replay_key
    if (
        len(bodies_of(name)) > 1 and call.trust is None and name != "plivo"
    ):  # here these two are signed with the same ids
        assert key != signed(name, bodies_of(name)[-1]).verified(name).replay_key


@each_verified
def test_what_is_verified_travels(name):
    """What was proven can be put into a queue, and is of that provider only."""
    trusted = call_of(name).verified(name)
    again = pickle.loads(pickle.dumps(trusted))  # noqa: S301 (our own)

    assert (trusted, vars(trusted)) == (again, vars(again))
    other = "postmark" if name != "postmark" else "sendgrid"
    with pytest.raises(ValueError, match=rf"^verified as of {name}, and to be read as of {other}$"):
        ds.parse(other, trusted)
    assert {f"Trusted({len(trusted)} bytes of {name})"} == {repr(trusted), str(trusted), f"{trusted}", "%s" % trusted}  # noqa: UP031


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.text(st.characters(), max_size=30)


@each_verified
@given(data=st.data())
def test_anything_is_verified_or_refused(name, data):
    """Whatever is in the body, the headers and the URL, there is a proof or a refusal, and nothing of what came is in it."""
    call = call_of(name)
    headers = {
        header: data.draw(st.just(value) | TEXTS.map("sEnTiNeL{}".format)) for header, value in call.headers.items()
    }
    body = data.draw(
        st.just(call.body) | st.binary(max_size=80) | st.sampled_from([b"[" * 100_000, b"{}", b"[]", b"a=b", b""])
    )
    url = data.draw(st.just(call.url) | TEXTS | st.just("http://[sEnTiNeL"))

    try:
        call.verified(name, body=body, headers=headers, url=url)
    except (SignatureError, CertificateNeeded) as error:
        assert "sEnTiNeL" not in f"{error} {error!r}"  # noqa: PT017 (the point)


# -- on the caller's own word ----------------------------------------------------------------------------------------


@each_verified
def test_on_the_callers_own_word(name):
    """``secrets=None`` says outright that nothing is verified; of a request without a body, its query is read."""
    call = call_of(name)
    parsed = ds.receive(name, call.body, headers=call.headers, secrets=None, url=call.url, now=NOW)

    assert parsed.events
    assert {None} == {event.authenticated for event in parsed.events}


def test_what_is_answered_to_what_is_not_proven():
    """401, so that a wrong secret destroys nothing; and something else where a provider would take that for a last word."""
    assert {401: 21, 429: 2, 503: 3} == Counter(providers.get(name).habits.asks_again for name in VERIFIED)
    for name in VERIFIED:
        with pytest.raises(SignatureError) as caught:
            call_of(name).verified(name, secrets="a:b", trust=None, headers={}, body=b"x")
        assert providers.get(name).habits.asks_again == caught.value.answer
        assert caught.value.answer != providers.get(name).habits.ends_retries


def test_nothing_can_be_verified_of_a_mail():
    """A mail proves itself by what is in it: ``receive`` looks for that, and ``verify`` does not."""
    with pytest.raises(SignatureError, match=r"^smtp: nothing here can show who sent it; .*secrets=None"):
        ds.verify("smtp", b"", secrets="s", now=NOW)


def test_no_query_of_no_url():
    """A URL that is none has no query."""
    with pytest.raises(PayloadError):
        ds.receive("sendgrid", b"", secrets=None, url="http://[", now=NOW)


def test_trust_for_mails_is_none_for_webhooks():
    """Vouching for the sender of a mail says nothing of a webhook."""
    with pytest.raises(SignatureError, match="no mail's"):
        ds.receive("sendgrid", b"[]", secrets="s", trust=AlignedPass("example.net"), now=NOW)


@pytest.mark.parametrize(
    "name,module", [("sendgrid", "cryptography"), ("ses", "cryptography"), ("vonage", "jwt"), ("messagebird", "jwt")]
)
def test_a_package_that_is_not_installed(name, module, monkeypatch):
    """Schemes that need a package say which extra brings it; all others do without."""
    call = call_of(name)
    for each in [*sys.modules, module]:
        if each.partition(".")[0] == module:
            monkeypatch.setitem(sys.modules, each, None)

    with pytest.raises(MissingExtra, match=r"deliverystatus\[verify\]"):
        call.verified(name)
    assert not refused("mailgun", call_of("mailgun"))


@pytest.mark.parametrize(
    "claims", [{"iat": "soon"}, {"exp": [1]}, {"nbf": 1e300}, {"jti": None}, {"jti": ""}, {"payload_hash": None}]
)
@pytest.mark.parametrize("name", ["vonage", "messagebird"])
def test_claims_that_are_none(name, claims):
    """A token of the right secret whose claims are something else is refused."""
    call = call_of(name)
    header, value = next(iter(call.headers.items()))
    token = value.removeprefix("Bearer ")
    said = jwt.decode(token, options={"verify_signature": False}) | claims
    again = jwt.encode({name: each for name, each in said.items() if each is not None}, call.secret, algorithm="HS256")

    if name == "messagebird" and claims.keys() & {"iat", "payload_hash"}:
        assert not refused(name, call, headers={header: again})  # it has neither: a GET has no body
    else:
        assert refused(name, call, headers={header: value.replace(token, again)})


# -- shared secrets --------------------------------------------------------------------------------------------------

SECRETS = [
    ("hook:pass:word", {"Authorization": "Basic aG9vazpwYXNzOndvcmQ="}, URL),
    ("hook:pass:word", {"authorization": "bAsIc  aG9vazpwYXNzOndvcmQ="}, URL),
    ("X-Token: abc 123", {"x-token": "abc 123"}, URL),
    ("Authorization: Bearer abc", {"Authorization": "Bearer abc"}, None),
    ("?code=a b&c", {}, "https://example.org/hook?other=1&code=a+b%26c"),
    (b"h\xc3\xb6k:p", {"Authorization": "Basic aMO2azpw"}, None),
]


@pytest.mark.parametrize("given,headers,url", SECRETS)
def test_where_a_shared_secret_stands(given, headers, url):
    """A secret says by its form where it is looked for: in the credentials, in a header, in the query."""
    call = shared(b"{}")
    assert not refused("postmark", call, secrets=[given], headers=headers, url=url)
    assert not refused("postmark", call, secrets=["other:one", given], headers=headers, url=url)
    assert refused(
        "postmark", call, secrets=[given], headers={"X-Token": "abc", "Authorization": "Basic !"}, url=f"{URL}&code=a"
    )
    assert refused("postmark", call, secrets=[given], headers={}, url=URL)


@pytest.mark.parametrize(
    "url", [None, "https://example.org/", "https://example.org/?code=abc&code=abc", "https://[/?code=abc"]
)
def test_a_secret_in_the_query(url):
    """It must be there once, and the caller has to say what was called."""
    assert refused("postmark", shared(b"{}"), secrets=["?code=abc"], headers={}, url=url)


def test_a_query_is_read_without_its_secret():
    """Of a GET the query is what the provider says; the secret in it is ours."""
    url = "https://example.org/?code=abc&to=ada%40example.com&status=Sent&transaction=t-1"
    trusted = ds.verify("elastic_email", b"", secrets="?code=abc", url=url, now=NOW)

    assert [("to", "ada@example.com"), ("status", "Sent"), ("transaction", "t-1")] == parse_qsl(trusted.decode())


@pytest.mark.parametrize("unset", ["?code=", "?=", "X-Token: ", ": ", ":", "hook:", ":word", "?code= ", "X-Token:  "])
@pytest.mark.parametrize("name", [name for name in VERIFIED if "nothing" in providers.get(name).scheme.covers])
def test_a_shared_secret_of_which_half_is_not_set(name, unset):
    """What is missing is no secret: it would be missing from every request as well."""
    for headers in ({}, {"X-Token": ""}, {"Authorization": "Basic Og=="}, {"Authorization": "Basic aG9vazo="}):
        for url in (URL, f"{URL}&code=", None):
            assert refused(name, shared(b"{}"), secrets=[unset], headers=headers, url=url)


@pytest.mark.parametrize("name", ["resend", "loops", "generic"])
def test_the_empty_key(name):
    """A secret that is nothing but its beginning is a key that everybody knows."""
    call = call_of(name)
    prefix = next(iter(call.headers)).rpartition("-")[0]
    made = hmac.digest(b"", f"m.{int(NOW.timestamp())}.".encode() + call.body, "sha256")
    headers = {
        f"{prefix}-id": "m",
        f"{prefix}-timestamp": str(int(NOW.timestamp())),
        f"{prefix}-signature": f"v1,{base64.b64encode(made).decode()}",
    }

    with pytest.raises(SignatureError, match="not of the right form"):
        call.verified(name, headers=headers, secrets=["whsec_"])


def test_a_header_in_another_alphabet():
    """Servers read headers as Latin-1, whatever they are; a secret may be written in UTF-8."""
    sent = "hök".encode().decode("latin-1")
    assert not refused("postmark", shared(b"{}"), secrets=["X-Token: hök"], headers={"X-Token": sent})
    assert not refused("postmark", shared(b"{}"), secrets=["X-Token: hök"], headers={"X-Token": "hök"})


# -- the same request in another guise -------------------------------------------------------------------------------


def test_another_signature_of_the_same_request():
    """Anyone can make a second right signature of one by ECDSA: the key to remember is of what was signed, not of that."""
    call = call_of("sendgrid")
    name = "X-Twilio-Email-Event-Webhook-Signature"
    r, s = decode_dss_signature(base64.b64decode(call.headers[name]))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = base64.b64encode(encode_dss_signature(r, order - s)).decode()
    again = call.verified("sendgrid", headers={**call.headers, name: other})

    assert other != call.headers[name]
    assert call.verified("sendgrid").replay_key == again.replay_key


def test_the_older_of_two_signatures():
    """A request of Postal's whose newer signature was taken away is the same request."""
    call = call_of("postal")
    older = call.verified("postal", headers=without(call.headers, "X-Postal-Signature-256"))

    assert call.verified("postal").replay_key == older.replay_key


@pytest.mark.parametrize("name", ["Subject", "Timestamp", "TopicArn"])
def test_a_field_of_sns_in_another(name):
    """What is signed are names and values a line each: no value but the message's may have a line break, or it could hold others."""
    call = sns(DELIVERED, Subject="News")
    whole = json.loads(call.body)
    whole["MessageId"] += f"\n{name}\n{whole.pop(name)}"

    assert refused("ses", call, body=json.dumps(whole).encode())


FORGED = json.dumps(
    {
        "eventType": "Complaint",
        "mail": {"messageId": "0102", "destination": ["victim@example.com"], "timestamp": "2026-03-02T11:59:00Z"},
        "complaint": {
            "complainedRecipients": [{"emailAddress": "victim@example.com"}],
            "timestamp": "2026-03-02T12:00:00Z",
        },
    }
).encode()


@pytest.mark.parametrize("media", [None, "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_beside_a_message_of_sns(media):
    """What stands beside what is signed is never read, in whatever alphabet, and whatever the headers say of the body."""
    genuine = sns(DELIVERED).body.decode()
    wide = "utf-16-le"
    evil = FORGED if len(FORGED) % 2 else FORGED + b" "
    body = (
        '  {"x":"'.encode(wide)
        + b"AA"
        + '\\"'.encode(wide)
        + b"\x7d\x0a"
        + evil
        + b"\n"
        + f'",{genuine[1:]}'.encode(wide)
    )
    headers = {} if media is None else {"Content-Type": media}
    for each in (body, genuine.replace("{", '{"Records": [' + FORGED.decode() + "], ", 1).encode()):
        try:
            parsed = ds.receive("ses", each, headers=headers, trust=sns(DELIVERED).trust, now=NOW)
        except SignatureError:
            continue
        assert ["ada@example.com"] == [event.recipient for event in parsed.events]


def test_a_dot_in_the_id_of_a_webhook():
    """Dots part id, time and body; with one in the id they could be parted elsewhere."""
    call = call_of("resend")
    for name in ("msg.1", "msg_1.1772452800"):
        with pytest.raises(SignatureError, match="no dot"):
            call.verified("resend", headers={**call.headers, "svix-id": name})


def test_headers_without_end():
    """Very many headers of one name cost no more than as many of several."""
    call = call_of("postmark")
    assert refused("postmark", call, headers=[("Authorization", "x")] * 100_000)


@pytest.mark.parametrize(
    "token", ["." * 9, "e30.e30.", base64.urlsafe_b64encode(b"[" * 6_000).decode() + ".e30.e30", "x" * 9_000]
)
def test_tokens_that_are_none(token):
    """Whatever is given for a token is refused as one."""
    with pytest.raises(SignatureError):
        call_of("vonage").verified("vonage", headers={"Authorization": f"Bearer {token}"})


# -- Amazon SNS ------------------------------------------------------------------------------------------------------

DELIVERED = json.dumps(
    {
        "eventType": "Delivery",
        "mail": {"messageId": "0102", "destination": ["ada@example.com"], "timestamp": "2026-03-02T11:59:00Z"},
        "delivery": {"timestamp": "2026-03-02T11:59:03Z", "recipients": ["ada@example.com"]},
    }
).encode()


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("fields", [{}, {"Subject": "Amazon SES notification"}])
def test_both_versions_of_sns(version, fields):
    """SHA-1 and SHA-256 verify, with a subject and without."""
    call = sns(DELIVERED, version=version, **fields)

    assert "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324" == call.verified("ses").replay_key


def test_confirmations_are_signed_too():
    """A subscription is to be confirmed at a URL that is signed; the library fetches nothing."""
    link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    call = sns(b"Confirm.", Type="SubscriptionConfirmation", SubscribeURL=link, Token="t-1")  # noqa: S106 (it guards nothing)
    (notice,) = ds.parse("ses", call.verified("ses")).notices

    assert link == notice.url
    changed = call.body.replace(b"ConfirmSubscription", b"ConfirmSubscriptioN")
    assert refused("ses", call, body=changed)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com.example.net/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com@example.net/SimpleNotificationService-1.pem",
        "https://example.net/sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns-eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
        "https://sns.cn-north-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?x",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem#x",
        "https://sns.eu-west-1.amazonaws.com/bucket/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem\n",
        "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-\u0661.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/..pem",
        f"https://sns.eu-west-1.amazonaws.com/{'a' * 200}.pem",
        "https://sns.eu-west-1.xn--amazonaws-.com/SimpleNotificationService-1.pem",
        "",
    ],
)
def test_a_certificate_from_elsewhere(url):
    """A certificate that is not on a host of SNS in the topic's partition is refused, and its URL is never handed out."""
    call = sns(DELIVERED)
    whole = {**json.loads(call.body), "SigningCertURL": url}
    trust = ds.Trust(topics=[TOPIC], certificates={url: certificate(0)})

    with pytest.raises(SignatureError, match="not on a host of SNS"):
        call.verified("ses", body=json.dumps(whole).encode(), trust=trust)


@pytest.mark.parametrize(
    "topic,url",
    [
        (
            "arn:aws:sns:us-east-1:123456789012:mail",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
        ),
        (
            "arn:aws:sns:ap-southeast-2:1:m.fifo",
            "https://sns.ap-southeast-2.amazonaws.com/SimpleNotificationService-0.pem",
        ),
        ("arn:aws-cn:sns:cn-north-1:1:mail", "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem"),
        (
            "arn:aws-us-gov:sns:us-gov-west-1:1:mail",
            "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        ),
    ],
)
def test_a_certificate_that_is_needed(topic, url):
    """A certificate that is missing is asked for, after its URL was shown to be of SNS, in every partition."""
    call = sns(DELIVERED, TopicArn=topic)
    body = json.dumps({**json.loads(call.body), "SigningCertURL": url}).encode()

    with pytest.raises(CertificateNeeded) as caught:
        call.verified("ses", body=body, trust={"topics": [topic]})
    assert url == caught.value.url
    trust = {"topics": topic, "certificates": {url: certificate(0).decode()}}
    assert json.loads(body)["Message"] == json.loads(call.verified("ses", body=body, trust=trust))["Message"]


@pytest.mark.parametrize(
    "topic", ["arn:aws:sns:eu-west-1:999999999999:mail-events", "arn:aws-iso:sns:us-iso-east-1:1:m", "mail-events", ""]
)
def test_a_topic_that_nobody_trusts(topic):
    """Anyone with an account can have their own topic sign: only those that are named count."""
    call = sns(DELIVERED, TopicArn=topic)

    with pytest.raises(SignatureError, match="topic"):
        call.verified("ses")
    if topic.startswith("arn:aws-iso"):  # a partition whose hosts nobody here knows
        with pytest.raises(SignatureError, match="topic"):
            call.verified("ses", trust=ds.Trust(topics=[topic], certificates=call.trust.certificates))


@pytest.mark.parametrize(
    "changed",
    [
        {"authorities": b""},
        {"authorities": certificate(1)},
        {"authorities": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
        {"authorities": certificate(2, days=-1)},
        {"certificate": certificate(0)},
        {"certificate": certificate(0, above=2, days=-1)},
        {"certificate": certificate(0, above=1)},
    ],
    ids=["none", "another", "garbage", "its time is over", "by itself", "the time is over", "of another"],
)
def test_a_certificate_that_no_authority_issued(changed):
    """Scaleway asks for more than a host: its authority has to have issued the certificate, and both have to be of this time."""
    call = call_of("scaleway")
    ((url, pem),) = call.trust.certificates.items()
    trust = ds.Trust(
        topics=call.trust.topics,
        certificates={url: changed.get("certificate", pem)},
        authorities=changed.get("authorities", call.trust.authorities),
    )

    with pytest.raises(SignatureError, match="certificate"):
        call.verified("scaleway", trust=trust)


def test_topics_of_one_service_are_none_of_another():
    """A topic that is trusted vouches for its own service only."""
    call = call_of("scaleway")
    with pytest.raises(SignatureError, match="topic"):
        call.verified("ses")


@pytest.mark.parametrize("pem", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff"])
def test_a_certificate_that_is_none(pem):
    """What was fetched may be anything; it is said so."""
    with pytest.raises(SignatureError, match="certificate cannot be read"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: pem}))


def test_a_certificate_of_another_sort():
    """A certificate of a key that is not RSA's is none of SNS."""
    pem = elliptic_certificate()
    with pytest.raises(SignatureError, match="RSA"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: pem}))


def test_a_certificate_of_another_key():
    """A certificate of SNS proves nothing of what another key signed."""
    with pytest.raises(SignatureError, match="not made with that certificate"):
        sns(DELIVERED).verified("ses", trust=ds.Trust(topics=[TOPIC], certificates={CERTIFICATE_URL: certificate(1)}))


@pytest.mark.parametrize(
    "field", ["Type", "SignatureVersion", "Signature", "SigningCertURL", "Timestamp", "TopicArn", "Message"]
)
@pytest.mark.parametrize("value", [None, 7, "x", ["x"]])
def test_fields_that_are_something_else(field, value):
    """A message of SNS whose fields are something else is refused."""
    call = sns(DELIVERED)

    assert refused("ses", call, body=json.dumps({**json.loads(call.body), field: value}).encode())


def test_a_field_that_is_there_twice():
    """Of two fields of one name, one would be checked and the other believed."""
    call = sns(DELIVERED)
    twice = call.body[:-1] + b', "Message": "{}"}'

    assert refused("ses", call, body=twice)
    assert refused("ses", call, body=b'{"Message": "{}", ' + call.body[1:])


@pytest.mark.parametrize("body", [b"[]", b"7", b"{", b"\xff", DELIVERED, b'{"Records": []}'])
def test_what_sns_did_not_post(body):
    """What comes another way is not signed: who may send it is said elsewhere, and so is the refusal."""
    with pytest.raises(SignatureError, match="SNS"):
        sns(DELIVERED).verified("ses", body=body)


def test_the_time_of_a_message():
    """A time without a zone, or that is none, is refused."""
    for time in ("2026-03-02T12:00:00", "yesterday"):
        with pytest.raises(SignatureError, match="no time"):
            sns(DELIVERED, Timestamp=time).verified("ses")


# -- what single schemes promise -------------------------------------------------------------------------------------


def test_mailgun_signs_a_token_alone():
    """Mailgun's signature holds for its time and token: these cannot be changed, and the event can, so remember the token."""
    call = call_of("mailgun")
    body = json.loads(call.body)
    for name, value in body["signature"].items():
        for changed in flipped(value.encode()):
            other = {**body, "signature": {**body["signature"], name: changed.decode("latin-1")}}
            assert refused("mailgun", call, body=json.dumps(other).encode()), (name, changed)
    assert body["signature"]["token"] == call.verified("mailgun").replay_key


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_mailgun_of_a_subaccount(missing):
    """An event of a subaccount is signed with the key of the account above it too, and either may be checked."""
    ours, theirs = (json.loads(call_of("mailgun", which).body) for which in (0, 1))
    body = json.dumps({**ours, "parent-signature": theirs["signature"]}).encode()

    assert [False, False, True][missing] is refused("mailgun", call_of("mailgun", missing), body=body)


def test_mailgun_of_another_signature_above():
    """The signature of the account above counts for the same time and token only: another one may have been recorded."""
    ours, theirs = (json.loads(call_of("mailgun", which).body) for which in (0, 1))
    other = {**theirs["signature"], "token": "another"}
    body = json.dumps({**ours, "parent-signature": other}).encode()

    assert refused("mailgun", call_of("mailgun", 1), body=body)


def test_postal_of_long_ago():
    """Older versions of Postal have SHA-1 alone; where there is SHA-256, it is what counts."""
    call = call_of("postal")
    old, new = "X-Postal-Signature", "X-Postal-Signature-256"

    assert not refused("postal", call, headers=without(call.headers, new))
    assert refused("postal", call, headers={**call.headers, new: call.headers[old]})


@pytest.mark.parametrize(
    "written", ["v=DKIM1; t=s; h=sha256; p={};", "v=DKIM1; k=rsa; p={}", "{}\n", "  {}", '"v=DKIM1; k=rsa; " "p={}"']
)
def test_postals_key_as_it_is_published(written):
    """The key is published in a DKIM record, and may be given as it stands there."""
    call = call_of("postal")

    assert not refused("postal", call, secrets=[written.format(call.secret)])


def test_standard_webhooks_of_either_prefix():
    """Resend signs with Svix, whose headers have another name for the same."""
    call = call_of("resend")
    renamed = {name.replace("svix", "webhook"): value for name, value in call.headers.items()}

    assert not refused("resend", call, headers=renamed)
    assert not refused("resend", call, secrets=[call.secret.removeprefix("whsec_")])


def test_many_signatures_are_not_all_tried():
    """A header of thousands of signatures costs no more than one of a few."""
    call = call_of("resend")
    right = call.headers["svix-signature"].split()[-1]
    many = {**call.headers, "svix-signature": " ".join(["v1,AAAA"] * 1_000 + [right])}

    assert refused("resend", call, headers=many)


def test_times_that_are_none():
    """A time of signing is digits; nothing else is."""
    call = call_of("telnyx")
    for time in ("", "1e9", "-1", "١٢٣", "9" * 40, "1772452800.0"):
        assert refused("telnyx", call, headers={**call.headers, "telnyx-timestamp": time})


def test_the_secret_of_another_sort_of_key():
    """A key of another sort is no key of this provider's."""
    ours, theirs = call_of("sendgrid"), call_of("postal")
    with pytest.raises(SignatureError, match="public key"):
        ours.verified("sendgrid", secrets=[theirs.secret])
    pem = f"-----BEGIN PUBLIC KEY-----\n{ours.secret}\n-----END PUBLIC KEY-----\n"
    assert not refused("sendgrid", ours, secrets=[pem])


def test_a_secret_for_everybody():
    """Secrets of the test run differ, or nothing above would mean anything."""
    assert secret(0) != secret(1)
