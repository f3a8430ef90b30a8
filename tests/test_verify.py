"""
Who sent it: every provider's scheme, held to the same promises. None is named but where the promise is its own.

A request verifies as it came; changed anywhere in what is signed, it is refused; so it is with another secret, with a secret
that was replaced, at another time, and with headers that are missing or come twice.
"""

import json
import pickle
import sys
from collections import Counter
from datetime import timedelta
from email.message import Message

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deliverystatus as ds
from calls import VERIFIED, bodies_of, call_of, each_verified, flipped, refused, said, without
from deliverystatus import providers
from deliverystatus._proof import SKEW, AlignedPass
from deliverystatus.exceptions import CertificateNeeded, MissingExtra, PayloadError, SignatureError
from signers import NOW, SIGNERS, signed


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


def those(which):
    """Take the providers of whose scheme something holds."""
    return pytest.mark.parametrize("name", [name for name in VERIFIED if which(name, providers.get(name).scheme)])


def is_of_the_bytes(name, scheme):
    """Say whether the bytes of a body are signed, and a fixture of JSON is there to encode again."""
    return "body" in scheme.covers and any(body[:1] in {b"[", b"{"} for body in bodies_of(name))


@those(lambda name, scheme: "nothing" not in scheme.covers and name != "mailgun")  # its token has tests of its own
def test_every_bit_of_the_body(name):
    """A body with any bit changed is refused, unless what is signed of it, and so what it says, is still the same."""
    call = call_of(name)
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


def message_with(headers):
    """Give headers as the standard library's HTTP server has them."""
    message = Message()
    for name, value in headers.items():
        message[name] = value
    return message


@each_verified
@pytest.mark.parametrize(
    "spelled",
    [
        lambda headers: {name.lower(): value for name, value in headers.items()},
        lambda headers: {name.upper(): value for name, value in headers.items()},
        lambda headers: [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        lambda headers: {name: [value] for name, value in headers.items()},
        lambda headers: {"Content-Length": "17", **headers, "X-Other": "1"},
        lambda headers: {name: f" {value}\t" for name, value in headers.items()},
        message_with,
    ],
    ids=["lower", "upper", "asgi", "lists", "beside others", "blanks", "a mail's"],
)
def test_headers_as_frameworks_have_them(name, spelled):
    """The names of headers have no case, and frameworks give them as text, octets, lists or pairs."""
    call = call_of(name)

    assert not refused(name, call, headers=spelled(call.headers))


@those(lambda _, scheme: not scheme.by_trust)
def test_secrets_that_change(name):
    """The old secret holds as long as it is given beside the new one, and no longer."""
    old, new = call_of(name, 0), call_of(name, 1)
    both = [new.secret, old.secret]

    assert not refused(name, old, secrets=both)
    assert not refused(name, new, secrets=both)
    assert not refused(name, new, secrets=[new.secret.encode()])
    assert not refused(name, new, secrets=[f"{new.secret}\r\n"])  # as it stands in a file
    assert refused(name, old, secrets=[new.secret])


@each_verified
@pytest.mark.parametrize("secrets", [(), "", [], [""], [b""], "  ", [b"\t\n"], None, [None]])
def test_no_secret(name, secrets):
    """Without a secret nothing is proven, and the operator is told what is needed; an empty one is none."""
    call = call_of(name)
    if call.trust is None:
        with pytest.raises(SignatureError, match=rf"^{name}: no secret was given; pass .*secrets=None"):
            call.verified(name, secrets=secrets)
    else:
        with pytest.raises(SignatureError, match=rf"^{name}: nothing is trusted; pass trust="):
            call.verified(name, secrets=secrets, trust=None)


@those(lambda _, scheme: not scheme.by_trust)
def test_a_secret_of_another_form(name):
    """What is no secret of this provider's is refused without a stir, and not shown."""
    call = call_of(name)
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


@those(lambda _, scheme: "URL" in scheme.covers)
def test_another_url(name):
    """Where the URL is signed, a request to another one is refused, and one must be given."""
    call = call_of(name)

    for url in (
        f"{call.url}x",
        call.url.replace("hooks", "hook"),
        call.url.replace("/status", "/Status"),
        call.url + "&a=b",
    ):
        assert refused(name, call, url=url), url
    with pytest.raises(SignatureError, match="pass url="):
        call.verified(name, url=None)


@those(is_of_the_bytes)
def test_a_body_that_was_encoded_again(name):
    """A body that a framework decoded and somebody encoded again does not verify, and the refusal says why."""
    body = next(body for body in bodies_of(name) if body[:1] in {b"[", b"{"})
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


@pytest.mark.parametrize("trust", [{"topic": ["arn"]}, {}, "arn", 7])
def test_trust_of_another_form(trust):
    """What is trusted is refused if it is something else, with what it should be."""
    with pytest.raises(SignatureError, match=r"Trust\(topics"):
        ds.verify("ses", b"{}", trust=trust, now=NOW)


def test_trust_for_mails_is_none_for_webhooks():
    """Vouching for the sender of a mail says nothing of a webhook."""
    with pytest.raises(SignatureError, match="trust= is not of the right form"):
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
