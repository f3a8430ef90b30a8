"""Mandrill: what its fixtures cannot show: signatures, bodies of others, and entries of one subaccount."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

import deliverystatus as ds
from deliverystatus.providers import mandrill

NOW = datetime(2026, 3, 5, tzinfo=UTC)
KEY = "a-key-for-tests"
URL = "https://desk:s3cret@hooks.example.org/mandrill?clinic=north"
EVENTS = (
    '[{"event":"delivered","ts":1772366401,"_id":"4d7c1b9e",'
    '"msg":{"email":"ada@example.com","subject":"Très bien & +1"}}]'
)
BODY = urlencode({"mandrill_events": EVENTS}).encode()
SIGNATURE = "tU89oQGMBBTZNT7bIkN/dAuBwoo="

#: Of an empty array, with the key that Mandrill asks with whether a URL is there.
SIGNATURE_OF_NOTHING = "RjJS8drYlWaNZfJYIN/x21nvQw8="

#: Of the events, with that key.
SIGNATURE_OF_ANYBODY = "mf+8LuYGFrHApxv2gsjqAIwZBIo="


def receive(body=BODY, signature=SIGNATURE, url=URL, key=KEY):
    """Receive a call."""
    headers = {"X-Mandrill-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return ds.receive("mandrill", body, headers=headers, secrets=key, url=url, now=NOW)


def test_signed():
    """The URL, as Mandrill has it, and the decoded field are signed; the signature is what comes only once."""
    (event,) = receive().events

    assert ("ada@example.com", True) == (event.recipient, event.authenticated)
    assert (
        SIGNATURE
        == ds.verify(
            "mandrill", BODY, headers={"x-mandrill-signature": SIGNATURE}, secrets=KEY, url=URL, now=NOW
        ).replay_key
    )


def test_fields_are_signed_in_the_order_of_their_names():
    """A field that Mandrill may add one day is signed too, wherever it stands, and if it is empty."""
    (event,) = receive(body=b"z=&" + BODY + b"&a=1", signature="Ya3cyH+HB9XpGZKIXSnpBswavl4=").events

    assert event.authenticated


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b"&more=1"},
        {"body": BODY.replace(b"delivered", b"spam")},
        {"url": "https://hooks.example.org/mandrill?clinic=north"},
        {"url": None},
        {"signature": SIGNATURE_OF_NOTHING},
        {"signature": SIGNATURE_OF_ANYBODY},
        {"key": "another-key"},
        {"key": "test-webhook"},
    ],
    ids=repr,
)
def test_signed_otherwise(changed):
    """A call of which anything is another is refused."""
    with pytest.raises(ds.SignatureError):
        receive(**changed)


def test_a_url_that_is_asked_for():
    """The empty array, signed with the key that everybody knows, is taken: it says nothing."""
    parsed = receive(body=b"mandrill_events=%5B%5D", signature=SIGNATURE_OF_NOTHING)

    assert ((), (), ()) == (parsed.events, parsed.notices, parsed.unread)


@pytest.mark.parametrize(
    "payload",
    [b"a=b", {"event": "open"}, {"mandrill_events": "{}"}, {"mandrill_events": "[7"}, {"mandrill_events": None}, b"7"],
    ids=repr,
)
def test_bodies_of_others(payload):
    """What has no such field, or no array in it, is refused whole."""
    with pytest.raises(ds.PayloadError):
        mandrill.parse(payload)


def test_two_fields():
    """A form with the field twice is read with nothing lost: neither is taken for the other."""
    parsed = mandrill.parse(b"mandrill_events=%5B%5D&mandrill_events=%5B%5D")

    assert ["mandrill_events.0", "mandrill_events.1"] == [each.path for each in parsed.unread]


def about_copy(event, **msg):
    """Give an event about a mail to Ada."""
    return {"event": event, "ts": 1772366401, "_id": "4d7c1b9e", "msg": {"email": "ada@example.com", **msg}}


def may_send(elements, provider="mandrill", scope=None):
    """Say whether a letter to Ada may go out after that."""
    suppressed = ds.suppress(mandrill.parse(elements).events)
    return suppressed.may_send("ada@example.com", purpose="bulk", provider=provider, scope=scope, now=NOW).allowed


def test_a_rejection_of_a_subaccount_is_for_its_list():
    """What one subaccount's list stopped, the others may still send."""
    rejected = [about_copy("reject", subaccount="north", reject={"reason": "custom"})]

    assert [False, True] == [may_send(rejected, scope=f"stream:{name}") for name in ("north", "south")]


def test_a_hard_bounce_is_on_the_list():
    """Mandrill lists the address for a hard bounce whatever the server said: it would reject what follows, others would not."""
    bounced = [about_copy("hard_bounce", bounce_description="general")]

    assert [False, True] == [may_send(bounced, provider) for provider in ("mandrill", "postmark")]
    assert may_send([about_copy("soft_bounce", bounce_description="general")])


def entry(action, second, subaccount):
    """Give a change of the rejection list."""
    reject = {"reason": "custom", "email": "ada@example.com", "subaccount": subaccount}
    return {"type": "blacklist", "action": action, "reject": reject, "ts": 1772366400 + second}


@pytest.mark.parametrize("subaccount, allowed", [(None, False), ("north", True)])
def test_an_entry_of_a_subaccount_ends_alone(subaccount, allowed):
    """Taking an address off a subaccount's list ends that entry, and not one for the whole account."""
    events = mandrill.parse([entry("add", 1, subaccount), entry("remove", 2, "north")]).events

    told = ds.suppress(events).may_send("ada@example.com", purpose="bulk", provider="mandrill", now=NOW)

    assert allowed == told.allowed


def test_a_field_in_the_name_of_another():
    """Names and values are signed one behind the other: what hides in a name that is none is refused."""
    body = urlencode({"mandrill_events" + EVENTS[:20]: EVENTS[20:]}).encode()
    with pytest.raises(ds.SignatureError, match="field"):
        receive(body=body)
