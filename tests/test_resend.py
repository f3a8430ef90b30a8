"""Resend: what its fixtures cannot show."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

import deliverystatus as ds
from deliverystatus.providers import resend

MAIL = {"email_id": "0c1d7b52-6a0e-4f5b-9d57-2f9a4b6c8e10", "to": ["ada@example.com"]}
ENTRY = {"email": "ada@example.com", "origin": "bounce", "source_id": MAIL["email_id"]}
BOUNCE = {"type": "Permanent", "subType": "General"}
LATER = datetime(2026, 3, 5, tzinfo=UTC)

SECRET = "whsec_YSBrZXkgZm9yIHRlc3RzIG9ubHksIDMyIG9jdGV0cyE="
SIGNATURE = "v1,zQYwa7dkKr3STZ4Ts2vye4dd51IYoLQ/87Os0qWYxd8="
SIGNED_AT = datetime(2026, 3, 2, 9, 15, 4, tzinfo=UTC)


def events(name, data, at="2026-03-02T09:15:04.250Z"):
    """Give what a call says."""
    return resend.parse({"type": name, "created_at": at, "data": data}).events


def may_send(told):
    """Say whether a letter to Ada may go out by Resend after that."""
    return ds.suppress(told).may_send("ada@example.com", purpose="bulk", provider="resend", now=LATER).allowed


@pytest.mark.parametrize("payload", [[], [{"type": "email.sent", "data": {}}], {"type": "email.sent"}, {"data": {}}])
def test_bodies_of_others(payload):
    """What has no type and no data is not Resend's, and a batch is none of its either."""
    with pytest.raises(ds.PayloadError):
        resend.parse(payload)


def test_signed():
    """A call is signed as Svix signs, under either name of its headers; one whose body was touched is refused."""
    body = b'{"type":"email.sent","created_at":"2026-03-02T09:15:04.250Z","data":{"email_id":"m","to":["ada@example.com"]}}'
    for prefix in ("svix", "webhook"):
        headers = {
            f"{prefix}-id": "msg_1",
            f"{prefix}-timestamp": "1772442904",
            f"{prefix}-signature": f"v1,bad {SIGNATURE}",
        }
        (event,) = ds.receive("resend", body, headers=headers, secrets=SECRET, now=SIGNED_AT).events

        assert event.authenticated
        with pytest.raises(ds.SignatureError):
            ds.receive("resend", body + b" ", headers=headers, secrets=SECRET, now=SIGNED_AT)


class TestMailsToSeveral:
    """Nobody says whose an event is, so that it is held against no one."""

    BOTH = MAIL | {"to": ["ada@example.com", "grace@example.net"]}

    def test_bounce(self):
        """A bounce of a mail to one suppresses, and one of a mail to several does not, nor is it anybody's status."""
        told = events("email.bounced", self.BOTH | {"bounce": BOUNCE})

        assert not may_send(events("email.bounced", MAIL | {"bounce": BOUNCE}))
        assert may_send(told)
        assert {ds.Status.UNKNOWN} == {record.status for record in ds.fold_copies(told).values()}

    def test_list_entry(self):
        """The list entry that follows says whose it was."""
        told = [*events("email.bounced", self.BOTH | {"bounce": BOUNCE}), *events("suppression.added", ENTRY)]
        copies = {key.recipient: record.status for key, record in ds.fold_copies(told).items()}

        assert {"ada@example.com": ds.Status.BOUNCED, "grace@example.net": ds.Status.UNKNOWN} == copies
        assert not may_send(told)

    def test_complaint(self):
        """A complaint may be of any of them: letters to each stop until somebody looked at it."""
        assert not may_send(events("email.complained", self.BOTH))

    def test_details_are_read_once(self):
        """What all events of a mail share is one object, however many it went to."""
        told = events("email.delivered", self.BOTH | {"tags": {"visit": "V-17"}})

        assert told[0].details is told[1].details


class TestSuppression:
    """Bounces, and the list they lead to."""

    def test_both_webhooks(self):
        """The bounce and its list entry tell one story: in any order they make one copy, returned once."""
        told = [
            *events("email.sent", MAIL),
            *events("email.bounced", MAIL | {"bounce": BOUNCE}),
            *events("suppression.added", ENTRY),
        ]
        expected = ds.fold(told)

        assert ds.Status.BOUNCED is expected.status
        assert all(expected == ds.fold(order) for order in permutations(told))

    @pytest.mark.parametrize("sub_type", ["General", "SolarFlare"])
    def test_answers_of_machines(self, sub_type):
        """A passing bounce that no server gave a reason for is held against nobody."""
        told = events("email.bounced", MAIL | {"bounce": {"type": "Transient", "subType": sub_type}})

        assert (ds.Status.UNDETERMINED_BOUNCE, True) == (ds.fold(told).status, may_send(told))

    def test_removed(self):
        """An entry made by hand binds until it is taken out."""
        added = events("suppression.added", ENTRY | {"origin": "manual", "source_id": None})
        removed = events("suppression.removed", ENTRY | {"origin": "manual"}, at="2026-03-03T00:00:00Z")

        assert [False, True] == [may_send(added), may_send([*added, *removed])]


class TestContacts:
    """What a contact may get."""

    def test_a_contact_that_changed(self):
        """A contact that is not unsubscribed may have a new name only: whatever it left, here or elsewhere, it has left."""
        here = events("contact.updated", {"email": "ada@example.com", "unsubscribed": True})
        elsewhere = ds.parse("mailjet", {"event": "unsub", "time": 1772442904, "email": "ada@example.com"}).events
        changed = events(
            "contact.updated", {"email": "ada@example.com", "unsubscribed": False}, at="2026-03-03T00:00:00Z"
        )

        assert [False, False] == [may_send([*left, *changed]) for left in (here, elsewhere)]
        assert may_send(changed)

    def test_each_topic_is_read_by_itself(self):
        """An opt-out counts though the topic beside it could not be read."""
        topics = [{"id": "t-news", "subscription": "opt_out"}, {"id": 7, "subscription": "opt_in"}]
        suppressed = ds.suppress(events("contact.topics.updated", {"email": "ada@example.com", "topics": topics}))

        def may_send_of(scope):
            return suppressed.may_send("ada@example.com", purpose="bulk", scope=scope, now=LATER).allowed

        assert [True, False] == [may_send_of("topic:t-visits"), may_send_of("topic:t-news")]

    def test_topics_of_nobody(self):
        """Without an address no topic can be read, which is told once."""
        body = {"type": "contact.topics.updated", "data": {"topics": [{"id": "t", "subscription": "opt_out"}] * 2}}

        assert ["data.email"] == [unread.path for unread in resend.parse(body).unread]


class TestPeers:
    """Where a peer's mapping is doubtful (its rows 23 and 24)."""

    @pytest.mark.parametrize(
        "name, kind", [("email.failed", "dropped"), ("email.suppressed", "dropped"), ("email.scheduled", "accepted")]
    )
    def test_row_23_words_that_are_documented(self, name, kind):
        """Row 23: none of these is unknown."""
        (event,) = events(name, MAIL)

        assert kind == event.kind

    def test_row_24_types_of_bounces(self):
        """Row 24: type and subtype say what it is, whatever the English beside them says."""
        text = {"message": "The mailbox does not exist, user unknown, 550 5.1.1"}
        full = events("email.bounced", MAIL | {"bounce": text | {"type": "Transient", "subType": "MailboxFull"}})[0]
        listed = events("email.bounced", MAIL | {"bounce": text | {"type": "Permanent", "subType": "Suppressed"}})[0]
        old = events("email.bounced", MAIL | {"bounce": text})[0]

        assert ("soft_bounced", ds.Reason.MAILBOX_FULL) == (full.kind, full.reason)
        assert ("dropped", ds.Reason.SUPPRESSED_BAD_ADDRESS) == (listed.kind, listed.reason)
        assert ("undetermined_bounce", ds.Reason.UNKNOWN) == (old.kind, old.reason)
