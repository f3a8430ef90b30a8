"""What Postmark's words mean, and every trap of its webhooks. The bodies themselves are in fixtures/postmark."""

import json
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deliverystatus as ds
from deliverystatus import Event, EventKind, Reason
from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import postmark

ID = "5e2b9d0c-1f4a-4c7d-8a63-90d1c2b3a4f5"
ADA = "ada@example.com"
MESSAGE = {"MessageID": ID, "MessageStream": "outbound", "Tag": "reminder", "Metadata": {"visit": "V-17"}}
#: RecordType: the field of its time
TIMES = {
    "Delivery": "DeliveredAt",
    "Bounce": "BouncedAt",
    "SpamComplaint": "BouncedAt",
    "Open": "ReceivedAt",
    "Click": "ReceivedAt",
    "SubscriptionChange": "ChangedAt",
}
#: What is read of a body, of whatever RecordType
FIELDS = sorted(
    {*TIMES.values(), *MESSAGE, "Email", "Recipient", "Type", "Details", "ID", "OriginalLink", "Inactive"}
    | {"SuppressSending", "SuppressionReason", "Origin"}
)
#: The kinds of what came back, or did not go
FAILED = {"bounced", "soft_bounced", "undetermined_bounce", "deferred", "dropped"}


def body(record: str, **fields: Any) -> dict[str, Any]:
    """Give a body of that RecordType."""
    who = "Email" if record in ("Bounce", "SpamComplaint") else "Recipient"
    return {"RecordType": record, who: ADA, TIMES[record]: "2026-03-02T09:15:07.4931276Z", **MESSAGE, **fields}


def bounce(type_name: str, **fields: Any) -> dict[str, Any]:
    """Give a bounce of that Type; Description is what Postmark writes for hard bounces."""
    described = {"Type": type_name, "Description": "unknown user, mailbox not found", "Details": ""}
    return body("Bounce", ID=690000000000000001, Inactive=False) | described | fields


def change(**fields: Any) -> dict[str, Any]:
    """Give a change of the suppression list: an unsubscription, unless *fields* say otherwise."""
    said = {"Origin": "Recipient", "SuppressSending": True, "SuppressionReason": "ManualSuppression"}
    return body("SubscriptionChange") | said | fields


def events(payload: dict[str, Any], **options: Any) -> tuple[Event, ...]:
    """Read a body that has nothing but events."""
    parsed = postmark.parse(payload, **options)
    assert ((), ()) == (parsed.notices, parsed.unread)
    return parsed.events


def only(payload: dict[str, Any], **options: Any) -> Event:
    """Read a body that gives one event."""
    (event,) = events(payload, **options)
    return event


def kinds(payload: dict[str, Any]) -> list[str]:
    """Say what a body gives."""
    return [str(event.kind) for event in events(payload)]


class TestElements:
    """One object is one call."""

    def test_body_is_the_element(self):
        """The one element is the body itself, and its path is empty."""
        payload = body("Open")
        (element,) = postmark.parse(json.dumps(payload)).elements
        assert ("", payload, 1) == (element.path, element.raw, len(element.events))

    @pytest.mark.parametrize(
        "payload",
        [
            [body("Delivery")],
            [],
            {"ErrorCode": 406, "Message": "Found inactive addresses: ada@example.com."},
            {"event": "delivered", "recipient": ADA},
            "visit=1",
        ],
        ids=["array", "empty array", "answer of a send call", "other provider", "form"],
    )
    def test_not_postmarks(self, payload):
        """What is no object with a RecordType is not Postmark's, and no error shows a piece of it."""
        with pytest.raises(PayloadError) as caught:
            postmark.parse(payload)
        assert ADA not in str(caught.value)

    def test_inbound_message(self):
        """An inbound message has no RecordType; it is a notice, and nothing of its content is in it."""
        parsed = postmark.parse({"FromFull": {"Email": ADA}, "MessageID": ID, "Subject": "Re: your visit"})
        assert ((ds.Notice(name="Inbound"),), ()) == (parsed.notices, parsed.events)

    def test_unlisted_record(self):
        """A RecordType that is not listed is kept as unknown, with its word and without a guessed time."""
        event = only(body("Delivery", RecordType="Aurora"), reference="visit")
        assert ("unknown", "Aurora", None, "V-17") == (event.kind, event.value, event.occurred_at, event.reference)

    def test_unlisted_record_by_email(self):
        """An unlisted RecordType may name its recipient as bounces do."""
        assert ADA == only({"RecordType": "Aurora", "Email": ADA}).recipient

    def test_unlisted_record_of_nobody(self):
        """An unlisted RecordType that names no recipient is a notice."""
        parsed = postmark.parse({"RecordType": "Maintenance", "ServerID": 23})
        assert ((ds.Notice(name="Maintenance"),), ()) == (parsed.notices, parsed.events)

    @pytest.mark.parametrize("record", [None, "", 7, ["Bounce"]])
    def test_record_type_is_no_word(self, record):
        """A RecordType that is no word leaves the element unread."""
        (unread,) = postmark.parse({"RecordType": record}).unread
        assert "RecordType" == unread.path

    def test_every_body_comes_out(self):
        """Whatever its fields hold, a body gives events, a notice, or what is unread; and its events can be stored."""

        @given(
            record=st.sampled_from([*TIMES, "Aurora"]),
            fields=st.dictionaries(
                st.sampled_from(FIELDS),
                st.none()
                | st.booleans()
                | st.integers()
                | st.text(max_size=8)
                | st.sampled_from([ADA, "2026-03-02T09:15:07Z", *postmark.BOUNCES, *postmark.SUPPRESSIONS])
                | st.lists(st.integers(), max_size=2)
                | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
            ),
        )
        def check(record, fields):
            parsed = postmark.parse({"RecordType": record, **fields}, reference="visit")
            assert 1 == len(parsed.elements)
            assert parsed.events or parsed.notices or parsed.unread
            assert list(parsed.events) == [Event.from_dict(event.to_dict()) for event in parsed.events]

        check()


class TestFields:
    """Where the fields stand."""

    @pytest.mark.parametrize("record", sorted(TIMES))
    def test_time(self, record):
        """Each RecordType has its own time field, with seven digits of a second, of which six are kept."""
        assert {"2026-03-02T09:15:07.493127Z"} == {
            event.to_dict()["occurred_at"] for event in events(change() if "Sub" in record else body(record, Type="?"))
        }

    @pytest.mark.parametrize("record", sorted(TIMES))
    def test_time_of_another_record(self, record):
        """A time under another RecordType's field is not taken for this one's: the event has none."""
        payload = {**change(), **body(record, Type="?")}
        for field in TIMES.values():
            payload[field] = None if field == TIMES[record] else "2026-03-02T09:15:07Z"
        assert {None} == {event.occurred_at for event in events(payload)}

    def test_time_with_an_offset(self):
        """Older bodies have an offset instead of Z; it is kept in UTC."""
        event = only(body("Delivery", DeliveredAt="2026-03-02T04:15:07.4931276-05:00"))
        assert "2026-03-02T09:15:07.493127Z" == event.to_dict()["occurred_at"]

    def test_time_that_is_none(self):
        """A time that cannot be read leaves the element unread, and says which field."""
        (unread,) = postmark.parse(body("Click", ReceivedAt="yesterday")).unread
        assert "ReceivedAt" == unread.path

    @pytest.mark.parametrize(
        "record, field", [(r, "Email" if r in ("Bounce", "SpamComplaint") else "Recipient") for r in sorted(TIMES)]
    )
    def test_recipient(self, record, field):
        """The recipient is ``Email`` of bounces and complaints, ``Recipient`` elsewhere; without it nothing is read."""
        (unread,) = postmark.parse(change(RecordType=record, Type="?") | {field: ""}).unread
        assert (field, "missing") == (unread.path, unread.problem)

    def test_event_id(self):
        """Bounces and complaints have an id of up to 64 bits."""
        assert "690000000000000001" == only(bounce("Unknown")).event_id

    @pytest.mark.parametrize("record", ["Delivery", "Open", "Click"])
    def test_no_event_id(self, record):
        """Nothing else has an event id; the message's id is none, or all but the first event would go."""
        assert None is only(body(record)).event_id

    def test_message(self):
        """Tag, metadata and the sender's reference are the message's."""
        event = only(body("Delivery"), reference="visit")
        assert (ID, ("reminder",), {"visit": "V-17"}, "V-17") == (
            event.message_id,
            event.tags,
            event.metadata,
            event.reference,
        )

    @pytest.mark.parametrize("metadata", [None, {}, [], "V-17", {"other": "V-17"}, {"visit": None}])
    def test_no_reference(self, metadata):
        """Without the key in the metadata there is no reference, whatever stands there instead."""
        assert None is only(body("Delivery", Metadata=metadata), reference="visit").reference

    def test_reference_that_is_a_number(self):
        """Metadata are strings by the reference and numbers in its samples: a number is its digits."""
        assert "43" == only(body("Open", Metadata={"visit": 43}), reference="visit").reference

    @pytest.mark.parametrize("tag", [None, "", 7])
    def test_no_tag(self, tag):
        """A Tag that is null, empty or no word is no tag."""
        assert () == only(body("Delivery", Tag=tag)).tags

    @pytest.mark.parametrize("message_id", [None, "", postmark.NO_MESSAGE])
    def test_no_message_id(self, message_id):
        """A message id of null, or of zeros as in test posts, names no message: the event stays uncorrelated."""
        event = only(body("Delivery", MessageID=message_id))
        copies = ds.fold_copies([event])
        assert (0, (event,)) == (len(copies), copies.uncorrelated)

    def test_message_id_that_is_no_word(self):
        """A message id of another type leaves the element unread."""
        (unread,) = postmark.parse(body("Delivery", MessageID=7)).unread
        assert "MessageID" == unread.path

    def test_click(self):
        """A click has its link."""
        event = only(body("Click", OriginalLink="https://clinic.example.org/visits/V-17"))
        assert ("clicked", "https://clinic.example.org/visits/V-17") == (event.kind, event.url)

    @pytest.mark.parametrize("record", ["Open", "Click"])
    def test_nobody_knows_who(self, record):
        """There is no flag for machines: the actor is unknown, even where the user agent names a proxy."""
        event = only(body(record, UserAgent="Mozilla/5.0 (via ggpht.com GoogleImageProxy)", Platform="WebMail"))
        assert ds.Actor.UNKNOWN is event.actor

    def test_delivery_is_no_failure(self):
        """The details of a delivery are the receiver's yes."""
        assert None is only(body("Delivery", Details="smtp;250 2.0.0 OK")).failure


class TestBounces:
    """What comes back, and what only looks so."""

    @pytest.mark.parametrize("type_name", sorted(postmark.BOUNCES))
    def test_kind_is_the_tables(self, type_name):
        """The kind is the table's, whatever the server said."""
        said = bounce(type_name, Details="smtp;550 5.1.1 user unknown")
        assert [str(postmark.BOUNCES[type_name][0])] == kinds(said)

    @pytest.mark.parametrize("type_name", sorted(postmark.BOUNCES))
    def test_failure(self, type_name):
        """What failed reports Postmark's word and claims what the table says; what did not fail has no failure."""
        kind, claimed = postmark.BOUNCES[type_name]
        failure = only(bounce(type_name)).failure
        expected = ds.Failure(reported=type_name, claimed=claimed) if kind in FAILED else None
        assert expected == failure

    @pytest.mark.parametrize("type_name", sorted(postmark.BOUNCES))
    def test_bad_addresses(self, type_name):
        """Without a server's words, two Types alone say that the address is bad."""
        failure = only(bounce(type_name)).failure
        assert (type_name in ("HardBounce", "BadEmailAddress")) == (failure is not None and failure.address_is_bad)

    @pytest.mark.parametrize("type_name", sorted(postmark.BOUNCES))
    def test_complaints(self, type_name):
        """One Type alone is a complaint."""
        assert (type_name == "SpamComplaint") == ("complained" in kinds(bounce(type_name)))

    @pytest.mark.parametrize("type_name", sorted({*postmark.BOUNCES, "SolarFlare"}))
    def test_description_is_no_reply(self, type_name):
        """Description is Postmark's text of the Type: it is never diagnosed."""
        failure = only(bounce(type_name, Description="550 5.2.2 mailbox full")).failure
        assert failure is None or (failure.diagnostic is None and failure.reason is not Reason.MAILBOX_FULL)

    @pytest.mark.parametrize(
        "details, diagnostic",
        [
            ("smtp;550 5.1.1 user unknown", "550 5.1.1 user unknown"),
            ("SMTP; 550 5.1.1 user unknown\r\n", "550 5.1.1 user unknown"),
            ("action: failed\r\n", "action: failed"),
            ("smtp;", None),
            (" ", None),
            ("", None),
            (None, None),
        ],
    )
    def test_details(self, details, diagnostic):
        """What the server said stands in Details, after the name of its protocol."""
        assert diagnostic == only(bounce("HardBounce", Details=details)).failure.diagnostic

    def test_server_outranks_the_word(self):
        """The server's words are diagnosed, though Postmark's word says otherwise."""
        failure = only(bounce("HardBounce", Details="smtp;552 5.2.2 mailbox full")).failure
        assert (Reason.MAILBOX_FULL, False) == (failure.reason, failure.address_is_bad)

    @pytest.mark.parametrize(
        "type_name", sorted(name for name, (kind, _) in postmark.BOUNCES.items() if kind is EventKind.DROPPED)
    )
    def test_dropped_met_no_server(self, type_name):
        """What was dropped met no server: Postmark's own text is not taken for a refusal of the mailbox."""
        failure = only(bounce(type_name, Details="The recipient has been marked as inactive.")).failure
        assert (None, postmark.BOUNCES[type_name][1]) == (failure.diagnostic, failure.reason)

    def test_smtp_api_error_ends_an_accepted_message(self):
        """A message that SMTP took and that Postmark then found listed is dropped, not waiting as accepted."""
        accepted = Event("accepted", provider="postmark", message_id=ID, recipient=ADA)
        assert ds.Status.DROPPED is ds.fold([accepted, only(bounce("SMTPApiError"))]).status

    def test_type_code_is_not_read(self):
        """Lists of wrong type codes are about: the code of another Type changes nothing."""
        assert only(bounce("Blocked", TypeCode=100006)) == only(bounce("Blocked", TypeCode=16))

    @pytest.mark.parametrize(
        "type_name, kind",
        [("AutoResponder", "auto_replied"), ("Subscribe", "opted_in"), ("Unsubscribe", "unsubscribed")],
    )
    def test_record_says_bounce(self, type_name, kind):
        """Replies and requests arrive as bounces: they are none, and the copy is not returned."""
        event = only(bounce(type_name))
        assert (kind, None) == (str(event.kind), ds.fold([event]).axes.own_side)
        assert EventKind.BOUNCED not in ds.fold([event]).kinds

    def test_challenge(self):
        """A challenge is an answer of a machine, and told apart from an out-of-office reply."""
        assert ("challenge", None) == (only(bounce("ChallengeVerification")).value, only(bounce("AutoResponder")).value)

    def test_relay_test_is_kept(self):
        """A test of an open relay is unknown, with its word."""
        assert "OpenRelayTest" == only(bounce("OpenRelayTest")).value

    @pytest.mark.parametrize("address", [{}, {"Email": ""}, {"Email": "tickets@example.org"}])
    def test_inbound_error(self, address):
        """An inbound message that could not be posted is about no recipient of ours, whatever address it has."""
        payload = {"RecordType": "Bounce", "Type": "InboundError", "MessageID": ID, **address}
        parsed = postmark.parse(payload)
        assert (["InboundError"], ()) == ([notice.name for notice in parsed.notices], parsed.events)

    @pytest.mark.parametrize("type_name", [None, ""])
    def test_no_type(self, type_name):
        """A bounce without a Type came back, and nobody says why."""
        event = only(bounce("?", Type=type_name))
        assert ("undetermined_bounce", None) == (str(event.kind), event.failure.reported)

    @pytest.mark.parametrize("type_name", [1, ["InboundError"], {}])
    def test_type_is_no_word(self, type_name):
        """A Type that is no word leaves the element unread."""
        (unread,) = postmark.parse(bounce("?", Type=type_name)).unread
        assert "Type" == unread.path

    def test_complaint_without_a_type(self):
        """What RecordType calls a complaint is one, whatever its Type."""
        assert [["complained"]] * 2 == [kinds(body("SpamComplaint")), kinds(body("SpamComplaint", Type="HardBounce"))]

    def test_complaint_without_a_sender(self):
        """Complaints do not include the address of the sender."""
        assert "complained" == only(body("SpamComplaint", From="")).kind


#: Types of which a listing is told by the event's scope; the others have a scope of their own, or prove nothing.
LISTABLE = sorted(
    name
    for name, (kind, _) in {**postmark.BOUNCES, "SolarFlare": postmark.UNLISTED_BOUNCE}.items()
    if kind in postmark._RETURNED - {EventKind.DROPPED} or kind is EventKind.COMPLAINED
)


class TestInactive:
    """Whether Postmark put the address on its list."""

    @pytest.mark.parametrize("inactive", [True, False, None, "true"])
    @pytest.mark.parametrize("type_name", LISTABLE)
    def test_inactive_not_type(self, type_name, inactive):
        """Inactive alone, of whatever Type, says that the address was listed, in the stream; the kind is the Type's."""
        event = only(bounce(type_name, Inactive=inactive))
        assert kinds(bounce(type_name)) == [event.kind]
        assert ("stream:outbound" if inactive is True else "None") == str(event.scope)

    @pytest.mark.parametrize("type_name", LISTABLE)
    def test_it_binds_nobody_but_postmark(self, type_name):
        """What Postmark lists, Postmark does not send in that stream; nobody else is bound by that alone."""
        causes = listed(bounce(type_name, Inactive=True, Details=""))
        assert ("postmark", "stream:outbound") == next((c.provider, str(c.scope)) for c in causes if c.provider)
        assert [] == [cause for cause in listed(bounce(type_name, Details="")) if cause.provider]

    def test_listed_though_the_reply_blames_the_content(self):
        """A hard bounce whose reply does not blame the address is listed all the same: only Inactive tells."""
        payload = bounce("HardBounce", Inactive=True, Details="smtp;554 message rejected as spam")
        assert not only(payload).failure.address_is_bad
        assert ["provider_list"] == [cause.kind for cause in listed(payload)]


def listed(payload: dict[str, Any]) -> tuple[ds.Cause, ...]:
    """Give what stands against writing to the recipient of a body."""
    known = ds.suppress(events(payload))
    return known.may_send("ada@example.com", purpose="bulk", now=datetime(2027, 1, 1, tzinfo=UTC)).causes


class TestSubscriptionChange:
    """A list gained or lost an address."""

    def test_unsubscription(self):
        """A recipient's own doing is an unsubscription from the stream."""
        event = only(change(MessageStream="broadcast"))
        assert ("unsubscribed", "stream:broadcast", None) == (event.kind, str(event.scope), event.failure)

    @pytest.mark.parametrize("origin", ["Customer", "Admin", "Neighbour", None])
    def test_somebody_elses_doing(self, origin):
        """Anybody else's doing is an entry in a list."""
        event = only(change(Origin=origin, MessageID=None))
        assert ("suppression_changed", "added", Reason.SUPPRESSED_OTHER, "ManualSuppression") == (
            event.kind,
            event.value,
            event.reason,
            event.failure.reported,
        )

    @pytest.mark.parametrize(
        "reason, proves, claimed",
        [
            ("HardBounce", "bounced", Reason.SUPPRESSED_BAD_ADDRESS),
            ("SpamComplaint", "complained", Reason.SUPPRESSED_COMPLAINT),
        ],
    )
    def test_names_a_message(self, reason, proves, claimed):
        """An entry that names a message and says why also proves what became of the message."""
        entry, fact = events(change(SuppressionReason=reason))
        assert ("suppression_changed", claimed, proves, ID) == (entry.kind, entry.reason, fact.kind, fact.message_id)

    @pytest.mark.parametrize("message_id", [None, postmark.NO_MESSAGE])
    @pytest.mark.parametrize("reason", ["HardBounce", "SpamComplaint"])
    def test_names_no_message(self, reason, message_id):
        """An entry that names no message proves nothing about any."""
        assert ["suppression_changed"] == kinds(change(SuppressionReason=reason, MessageID=message_id))

    def test_hard_bounce_in_a_list(self):
        """The bounce that an entry proves is against the address, as Postmark's word says."""
        _, returned = events(change(SuppressionReason="HardBounce"))
        assert (ds.Failure(reported="HardBounce", claimed=Reason.UNKNOWN_RECIPIENT), True) == (
            returned.failure,
            returned.failure.address_is_bad,
        )

    @pytest.mark.parametrize("reason", ["Moonlight", "SpamNotification", None])
    def test_unlisted_reason(self, reason):
        """A reason that is not listed is kept, and is a list entry whoever did it."""
        event = only(change(SuppressionReason=reason))
        assert ("suppression_changed", Reason.SUPPRESSED_OTHER, reason) == (
            event.kind,
            event.reason,
            event.failure.reported,
        )

    @pytest.mark.parametrize("reason", [None, "ManualSuppression", "HardBounce"])
    @pytest.mark.parametrize(
        "origin, kind, value",
        [
            ("Recipient", "resubscribed", None),
            ("Customer", "suppression_changed", "removed"),
            ("Admin", "suppression_changed", "removed"),
            ("Neighbour", "suppression_changed", "removed"),
        ],
    )
    def test_reactivation(self, origin, kind, value, reason):
        """Sending starts again: no failure, no new bounce, and by the recipient alone a resubscription."""
        event = only(change(SuppressSending=False, Origin=origin, SuppressionReason=reason, Metadata={}, Tag=None))
        assert (kind, value, None) == (event.kind, event.value, event.failure)

    @pytest.mark.parametrize("stops", [None, "true", 1, 0])
    def test_direction_is_not_said(self, stops):
        """What does not say whether sending stops or starts is unread: a guess could lift a suppression."""
        parsed = postmark.parse(change(SuppressSending=stops))
        assert (["SuppressSending"], ()) == ([unread.path for unread in parsed.unread], parsed.events)

    def test_both_webhooks(self):
        """The bounce and its list entry tell one story: in any order they make one copy, returned once."""
        told = [
            *events(body("Delivery")),
            *events(bounce("HardBounce", Inactive=True)),
            *events(change(SuppressionReason="HardBounce")),
        ]
        expected = ds.fold(told)
        assert ds.Status.BOUNCED is expected.status
        assert all(expected == ds.fold(order) for order in permutations(told))


class TestStreams:
    """A list is one stream's."""

    @pytest.mark.parametrize(
        "payload",
        [
            bounce("Unsubscribe"),
            bounce("Subscribe"),
            bounce("ManuallyDeactivated"),
            bounce("SMTPApiError"),
            change(),
            change(SuppressSending=False),
            change(Origin="Customer"),
            change(Origin="Customer", SuppressSending=False),
        ],
    )
    def test_scope(self, payload):
        """What is about a list covers its stream and no other."""
        assert "stream:broadcast" == str(only(payload | {"MessageStream": "broadcast"}).scope)

    @pytest.mark.parametrize(
        "payload", [bounce("Unsubscribe"), bounce("SMTPApiError"), change(), change(Origin="Customer")]
    )
    def test_stops_in_no_named_stream(self, payload):
        """What stops mail in a stream that is not named stops it in all."""
        assert "everything" == str(only(payload | {"MessageStream": None}).scope)

    @pytest.mark.parametrize(
        "payload",
        [bounce("Subscribe"), change(SuppressSending=False), change(SuppressSending=False, Origin="Customer")],
    )
    def test_lifts_in_no_named_stream(self, payload):
        """What lets mail pass again in a stream that is not named lifts nothing."""
        assert "stream" == str(only(payload | {"MessageStream": None}).scope)

    @pytest.mark.parametrize(
        "payload", [*map(body, ("Delivery", "Open", "Click")), bounce("HardBounce"), bounce("Unconfirmed")]
    )
    def test_no_scope(self, payload):
        """What is about a message has no scope."""
        assert None is only(payload).scope


class TestPeers:
    """Where a peer's mapping is doubtful (its rows 14 to 20, and 33)."""

    def test_row_14_soft_bounce(self):
        """Row 14: a soft bounce is soft, and only Inactive says that the address was listed."""
        soft = only(bounce("SoftBounce"))
        assert ("soft_bounced", False) == (soft.kind, soft.failure.address_is_bad)
        assert "stream:outbound" == str(only(bounce("SoftBounce", Inactive=True)).scope)

    def test_row_15_spam_notification(self):
        """Row 15: a filter's word is no complaint of a person, and nothing against the address."""
        event = only(bounce("SpamNotification"))
        assert ("soft_bounced", Reason.SPAM_CONTENT, False) == (event.kind, event.reason, event.failure.address_is_bad)

    @pytest.mark.parametrize(
        "type_name, reason",
        [("Blocked", Reason.REPUTATION_BLOCKED), ("DMARCPolicy", Reason.SENDER_AUTHENTICATION)],
    )
    def test_row_16_blocked_by_the_receiver(self, type_name, reason):
        """Row 16: the receiver refused, not Postmark, and it is the sender's problem."""
        event = only(bounce(type_name))
        assert ("soft_bounced", reason, False) == (event.kind, event.reason, event.failure.address_is_bad)

    def test_row_17_address_change(self):
        """Row 17: a change of address is not one more out-of-office reply."""
        assert "address_changed" == only(bounce("AddressChange")).kind

    def test_row_18_one_act_one_fact(self):
        """Row 18: a deactivation by hand is one fact, by whichever webhook; a recipient's own is another."""
        by_bounce = only(bounce("ManuallyDeactivated", Inactive=True))
        by_change = only(change(Origin="Customer"))
        assert (by_bounce.reason, by_bounce.scope) == (by_change.reason, by_change.scope)
        assert "unsubscribed" == only(change(Origin="Recipient")).kind

    def test_row_19_list_change(self):
        """Row 19: a list change is one, first of all; a reactivation is no subscription."""
        assert "suppression_changed" == events(change(SuppressionReason="HardBounce"))[0].kind
        assert ("suppression_changed", "removed") == (
            (event := only(change(SuppressSending=False, Origin="Customer"))).kind,
            event.value,
        )

    @pytest.mark.parametrize("type_name", ["Transient", "DnsError"])
    def test_row_20_maybe_final(self, type_name):
        """Row 20: a delay is deferred, and whether Postmark still tries is not claimed."""
        event = only(bounce(type_name))
        assert ("deferred", None) == (event.kind, event.retrying)

    def test_row_33_unlisted_type(self):
        """Row 33: a Type nobody has seen is undetermined, keeps its word, and is never held against the address."""
        event = only(bounce("SolarFlare"))
        assert ("undetermined_bounce", "SolarFlare", Reason.UNKNOWN, False) == (
            event.kind,
            event.failure.reported,
            event.reason,
            event.failure.address_is_bad,
        )
