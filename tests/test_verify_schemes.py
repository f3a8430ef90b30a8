"""What single schemes promise of who sent a request: secrets that come along, requests in another guise, keys of every form."""

import base64
import hmac
import json
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

import deliverystatus as ds
from calls import VERIFIED, call_of, flipped, refused, without
from deliverystatus import providers
from deliverystatus.exceptions import SignatureError
from linear import is_linear
from signers import NOW, URL, secret, shared

# -- shared secrets --------------------------------------------------------------------------------------------------

SECRETS = [
    ("hook:pass:word", {"Authorization": "Basic aG9vazpwYXNzOndvcmQ="}, URL),
    ("hook:pass:word", {"authorization": "bAsIc  aG9vazpwYXNzOndvcmQ="}, URL),
    ("X-Token: abc 123", {"x-token": "abc 123"}, URL),
    ("Authorization: Bearer abc", {"Authorization": "Bearer abc"}, None),
    ("?code=a b&c", {}, "https://example.org/hook?other=1&code=a+b%26c"),
    (b"h\xc3\xb6k:p", {"Authorization": "Basic aMO2azpw"}, None),
    ("Authorization: Basic aG9vazpwYXNzOndvcmQ=", {"Authorization": "Basic aG9vazpwYXNzOndvcmQ="}, None),
    ("Authorization: abc", {"Authorization": "abc"}, None),
    ("hook:pa: ss", {"Authorization": "Basic aG9vazpwYTogc3M="}, None),
    ("?code=abc+def/==", {}, "https://example.org/hook?code=abc+def/=="),
    ("?code=abc+def/==", {}, "https://example.org/hook?code=abc%2Bdef%2F%3D%3D"),
    ("?code=a%2Bb", {}, "https://example.org/hook?code=a%2Bb"),
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


@pytest.mark.parametrize(
    "unset",
    [
        "?code=",
        "?=",
        "X-Token: ",
        ": ",
        ":",
        "hook:",
        ":word",
        "?code= ",
        "X-Token:  ",
        "Authorization: Bearer ",
        "Authorization: Basic ",
        "Authorization: Token  ",
        "Authorization: Basic Og==",
        "Authorization: Basic aG9vazo=",
        "Authorization: basic !",
        "hook:\n",
    ],
)
@pytest.mark.parametrize("name", [name for name in VERIFIED if "nothing" in providers.get(name).scheme.covers])
def test_a_shared_secret_of_which_half_is_not_set(name, unset):
    """What is missing is no secret: it would be missing from every request as well."""
    sent = ["Basic Og==", "Basic aG9vazo=", "Bearer", "Basic", "Token", "basic !", "Bearer "]
    for headers in ({}, {"X-Token": ""}, *({"Authorization": each} for each in sent)):
        for url in (URL, f"{URL}&code=", None):
            assert refused(name, shared(b"{}"), secrets=[unset], headers=headers, url=url)


def test_one_secret_of_another_sort():
    """While a secret in the query is changed for one in the credentials, either is enough."""
    headers = {"Authorization": "Basic aG9vazpwYXNzOndvcmQ="}
    assert not refused("postmark", shared(b"{}"), secrets=["?code=abc", "hook:pass:word"], headers=headers, url=None)


@pytest.mark.parametrize("secret", ["v2:", "v2: ", "v2:\n"])
@pytest.mark.parametrize("key", [b"", b" "])
def test_no_token_behind_v2(secret, key):
    """Plivo's token may be said to be for V2; if it is not set, it is none, for V3 neither."""
    made = base64.b64encode(hmac.digest(key, f"{URL}.{'1' * 20}".encode(), "sha256")).decode()
    for version in ("V3", "V2"):
        headers = {f"X-Plivo-Signature-{version}": made, f"X-Plivo-Signature-{version}-Nonce": "1" * 20}
        with pytest.raises(SignatureError):
            ds.verify("plivo", b"", headers=headers, secrets=secret, url=URL, now=NOW)


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


def test_a_dot_in_the_id_of_a_webhook():
    """Dots part id, time and body; with one in the id they could be parted elsewhere."""
    call = call_of("resend")
    for name in ("msg.1", "msg_1.1772452800"):
        with pytest.raises(SignatureError, match="no dot"):
            call.verified("resend", headers={**call.headers, "svix-id": name})


def test_headers_without_end():
    """Four times as many headers of one name take about four times as long."""
    call = call_of("postmark")
    assert is_linear(
        lambda headers: refused("postmark", call, headers=headers), lambda size: [("Authorization", "x")] * size, 60_000
    )


@pytest.mark.parametrize(
    "token", ["." * 9, "e30.e30.", base64.urlsafe_b64encode(b"[" * 6_000).decode() + ".e30.e30", "x" * 9_000]
)
def test_tokens_that_are_none(token):
    """Whatever is given for a token is refused as one."""
    with pytest.raises(SignatureError):
        call_of("vonage").verified("vonage", headers={"Authorization": f"Bearer {token}"})


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
