"""Who signed a call of Unisender Go's. The bodies themselves are in fixtures/unisender_go."""

import hashlib
from datetime import UTC, datetime

import pytest

import deliverystatus as ds
from deliverystatus.providers import unisender_go

NOW = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
KEY = "k3y-of-the-account"
UNSIGNED = (
    b'{"auth": "AUTH", "events_by_user":[{"user_id":4711,"events":[{"event_name":"transactional_email_status","event_data":'
    b'{"job_id":"1vZk01-0004Qp-7R","email":"ada@example.com","status":"delivered","event_time":"2026-03-02 09:15:07"}}]}]}'
)


def signed(body=UNSIGNED, key=KEY):
    """Give a body with the digest that the service would put in."""
    digest = hashlib.md5(body.replace(b"AUTH", key.encode()), usedforsecurity=False).hexdigest()
    return body.replace(b"AUTH", digest.encode())


def verified(body, *secrets):
    """Verify a body."""
    return ds.verify("unisender_go", body, headers={}, secrets=secrets or (KEY,), now=NOW)


def test_a_call_with_the_key_in_its_digest():
    """A body whose digest was made with the key is the service's, byte for byte, and so are its events."""
    body = signed()

    parsed = ds.receive("unisender_go", body, headers={}, secrets=(KEY,), now=NOW)

    assert body == verified(body)
    assert [True] == [event.authenticated for event in parsed.events]


def test_a_new_key_beside_the_old():
    """While a key is changed, either will do."""
    assert verified(signed(key="n3w"), "n3w", KEY) == signed(key="n3w")
    assert verified(signed(), "n3w", KEY) == signed()


def test_the_same_call_again():
    """A call that comes again has the same replay key, and another call another."""
    other = signed(UNSIGNED.replace(b"delivered", b"opened"))

    assert verified(signed()).replay_key == verified(signed()).replay_key
    assert verified(signed()).replay_key != verified(other).replay_key


def extended(body):
    """Give a body with more behind its end, as one is made whose MD5 follows from that of the body (RFC 1321 section 3.1)."""
    return body + b"\x80" + b"\x00" * 20 + b'{"events_by_user":[]}'


REFUSED = {
    "another key": signed(key="a-guess"),
    "another status": signed().replace(b"delivered", b"unsubscribed"),
    "another space": signed().replace(b'"auth": ', b'"auth":'),
    "no digest": UNSIGNED,
    "no auth": b'{"events_by_user":[]}',
    "auth that is no text": b'{"auth":["0123456789abcdef0123456789abcdef"]}',
    "auth twice": signed().replace(b'"user_id":4711', b'"user_id":"' + signed()[10:42] + b'"'),
    "an array": b'["0123456789abcdef0123456789abcdef"]',
    "no JSON": b"\xff\xfe\x00",
    "nothing": b"",
    "more behind the end": signed(extended(UNSIGNED)),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_call_of_somebody_else(body):
    """What the key does not show to be the service's, or is no single JSON text, is refused."""
    with pytest.raises(ds.SignatureError):
        verified(body)


@pytest.mark.parametrize("body", [[], {}, {"events": []}, {"events_by_user": {}}, {"events_by_user": "none"}])
def test_what_is_not_theirs(body):
    """A body that is neither a call with users and events nor a single event is refused whole."""
    with pytest.raises(ds.PayloadError):
        unisender_go.parse(body)


def test_who_subscribes_again_comes_back_to_no_list_of_another():
    """To subscribe again ends an unsubscription from everything here, and none from a list that was left elsewhere."""
    list_left = {
        "eventName": "contact.mailingList.unsubscribed",
        "eventTime": 1772442904,
        "contactIdentity": {"email": "ada@example.com"},
        "mailingList": {"id": "news"},
    }
    told = [
        *ds.parse("loops", list_left).events,
        *(parsed_status("unsubscribed", "2026-03-02 09:16:00")),
        *(parsed_status("subscribed", "2026-03-02 09:17:00")),
    ]
    listed = ds.suppress(told)

    assert [False, True] == [
        listed.may_send("ada@example.com", purpose="bulk", scope=scope, now=NOW).allowed
        for scope in ("list:news", "list:jobs")
    ]


def parsed_status(status, time):
    """Give the events of one status."""
    said = {"status": status, "email": "ada@example.com", "event_time": time}
    return unisender_go.parse({"event_name": "transactional_email_status", "event_data": said}).events
