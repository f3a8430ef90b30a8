"""What a mapper of SendGrid's events gets wrong, one test each. The bodies that go right are in fixtures/sendgrid."""

import json
from datetime import UTC, datetime

import pytest

from deliverystatus import Actor, EventKind, Notice, PayloadError, Reason, Scope, ScopeKind, Status, fold, fold_copies
from deliverystatus.providers import sendgrid

OWN_ID = "Pd3kVw8ZRfGq1TtYs6uNbA"
COMMON = {
    "email": "ada@example.com",
    "event": "delivered",
    "timestamp": 1_717_236_000,
    "sg_event_id": "ZXZlbnQtMQ",
    "sg_message_id": f"{OWN_ID}.recvd-5d8c7b9f6-q4wzn-1-665AF2A0-2B.0",
    "smtp-id": f"<{OWN_ID}@geopod-ismtpd-4>",
}
HARD = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user here"}
BLOCKED = {"event": "bounce", "type": "blocked", "status": "5.7.1", "reason": "554 5.7.1 Blocked using a blocklist"}


def parse(*elements, **arguments):
    """Read a body of these elements, each with the common fields but for its own."""
    return sendgrid.parse(json.dumps([COMMON | element for element in elements]).encode(), **arguments)


def only(element=None, **arguments):
    """Read the one event of a body of one element."""
    (event,) = parse(element or {}, **arguments).events
    return event


def without(*names):
    """Give the common fields but for some."""
    return [{name: value for name, value in COMMON.items() if name not in names}]


def test_processed_is_not_delivered():
    """Trap 1: processed means that SendGrid has it, no more."""
    assert EventKind.ACCEPTED is only({"event": "processed"}).kind


def test_row_1_blocked_is_no_hard_bounce():
    """Row 1, trap 2: a block is about the message or the sender, and says nothing against the address."""
    event = only(BLOCKED)

    assert EventKind.SOFT_BOUNCED is event.kind
    assert Reason.REPUTATION_BLOCKED is event.reason
    assert event.failure.address_is_bad is False


@pytest.mark.parametrize(
    "said, reason",
    [
        ("Bounced Address", Reason.SUPPRESSED_BAD_ADDRESS),
        ("Unsubscribed Address", Reason.SUPPRESSED_UNSUBSCRIBE),
        ("Spam Reporting Address", Reason.SUPPRESSED_COMPLAINT),
        ("Invalid", Reason.INVALID_ADDRESS),
        ("Spam Content", Reason.SPAM_CONTENT),
        ("Invalid SMTPAPI header", Reason.PROTOCOL_ERROR),
        ("Recipient List over Package Quota", Reason.QUOTA_EXCEEDED),
    ],
)
def test_row_2_a_drop_says_why(said, reason):
    """Row 2: each documented reason of a drop has its own meaning, whatever its case."""
    reasons = [only({"event": "dropped", "reason": spelled}).reason for spelled in (said, said.upper())]

    assert [reason, reason] == reasons


def test_row_3_a_machine_open_is_a_machines():
    """Row 3: an open that Apple's proxy made is no person's, infers delivery only, and its flag is no metadata."""
    event = only({"event": "open", "sg_machine_open": True})

    assert Actor.MACHINE is event.actor
    assert {} == event.metadata
    assert Status.DELIVERED is fold([event]).status


@pytest.mark.parametrize("flag", [False, None, "true", 1])
def test_an_open_without_the_flag_is_anybodys(flag):
    """No flag makes an open a person's: the actor is unknown."""
    assert Actor.UNKNOWN is only({"event": "open", "sg_machine_open": flag}).actor


@pytest.mark.parametrize("event", ["click", "unsubscribe", "delivered"])
def test_the_machine_flag_is_for_opens(event):
    """SendGrid flags no clicks: a custom argument that is named so makes none a machine's."""
    assert Actor.UNKNOWN is only({"event": event, "sg_machine_open": True}).actor


@pytest.mark.parametrize("message_id", ["", None])
def test_row_4_an_asynchronous_bounce_stays_uncorrelated(message_id):
    """Row 4, trap 5: a bounce without a message id makes up no copy, joins none, and still says the address is bad."""
    delivered = only()
    bounce = only(HARD | {"sg_message_id": message_id, "smtp-id": None})

    copies = fold_copies([delivered, bounce])

    assert (bounce,) == copies.uncorrelated
    assert [Status.DELIVERED] == [record.status for record in copies.values()]
    assert bounce.failure.address_is_bad is True


def test_an_asynchronous_bounce_has_no_id_field_at_all():
    """Trap 5: the field may be missing altogether."""
    (event,) = sendgrid.parse([element | HARD for element in without("sg_message_id", "smtp-id", "sg_event_id")]).events

    assert (None, None, None) == (event.message_id, event.internet_message_id, event.event_id)


@pytest.mark.parametrize("reason", ["Bounced Address", "Spam Reporting Address", "Unsubscribed Address"])
def test_a_drop_is_no_new_evidence(reason):
    """Trap 3: a drop is a list's memory: dropped, not bounced, and no new word against the address."""
    event = only({"event": "dropped", "reason": reason, "status": "5.0.0"})

    assert EventKind.DROPPED is event.kind
    assert event.failure.address_is_bad is False
    assert (None, None) == (event.failure.reply_code, event.failure.enhanced_code)


def test_a_drop_whose_reason_is_null():
    """A drop without a reason is a drop for a reason unknown."""
    event = only({"event": "dropped", "reason": None})

    assert (EventKind.DROPPED, Reason.UNKNOWN) == (event.kind, event.reason)


def test_a_drop_whose_reason_is_a_reply():
    """A reason that is none of SendGrid's words is read as a server's."""
    assert Reason.UNKNOWN_RECIPIENT is only({"event": "dropped", "reason": "550 5.1.1 No such user here"}).reason


@pytest.mark.parametrize(
    "whole, own_id",
    [
        (f"{OWN_ID}.recvd-5d8c7b9f6-q4wzn-1-665AF2A0-2B.0", OWN_ID),
        (f"{OWN_ID}.filter0007.2817.5515E0B88.0", OWN_ID),
        ("18f3c9ad0b2.5e1.77c0d4.filter0007.2817.5515E0B88.0", "18f3c9ad0b2.5e1.77c0d4"),
        (f"{OWN_ID}.0", OWN_ID),
        (OWN_ID, OWN_ID),
        (".recvd-5d8c7b9f6.0", None),
        (".", None),
    ],
)
def test_the_message_id_is_the_answers(whole, own_id):
    """Trap 4: X-Message-Id of the send call's answer is the first part of ``sg_message_id`` only."""
    assert own_id == only({"sg_message_id": whole}).message_id


@pytest.mark.parametrize("whole", ["recvd-5d8c7b9f6-q4wzn-1-665AF2A0-2B.0", "filter0093p1las1.9128.5717FB8127.0"])
def test_dropped_as_invalid_joins_by_smtp_id(whole):
    """A drop for an invalid address has no id of its own; ``smtp-id`` joins it to the copy that was handed over."""
    processed = only({"event": "processed"})
    dropped = only({"event": "dropped", "reason": "Invalid", "sg_message_id": whole})

    copies = fold_copies([processed, dropped])

    assert () == copies.uncorrelated
    assert [Status.DROPPED] == [record.status for record in copies.values()]


def test_a_message_id_that_the_sender_made_is_no_own_id():
    """If the sender's own Message-ID stands in ``smtp-id``, it is not taken for SendGrid's id."""
    event = only(
        {"event": "dropped", "reason": "Invalid", "sg_message_id": "recvd-1.0", "smtp-id": "<77@mail.example.org>"}
    )

    assert (None, "77@mail.example.org") == (event.message_id, event.internet_message_id)


def test_numbers_that_are_strings():
    """Trap 6: ``attempt`` and ``pool.id`` are strings; they are SendGrid's, and cost nothing."""
    events = parse(
        {"event": "deferred", "attempt": "5"}, {"event": "processed", "pool": {"name": "shop", "id": "31"}}
    ).events

    assert [(EventKind.DEFERRED, {}), (EventKind.ACCEPTED, {})] == [(event.kind, event.metadata) for event in events]


@pytest.mark.parametrize(
    "category, tags",
    [
        ("receipt", ("receipt",)),
        (["receipt", "june"], ("receipt", "june")),
        (["receipt", None, "", 3], ("receipt",)),
        ([], ()),
        ("", ()),
        (None, ()),
        ({"a": 1}, ()),
    ],
)
def test_a_category_is_a_string_or_a_list(category, tags):
    """Trap 6: one category comes bare, several in a list."""
    assert tags == only({"category": category}).tags


@pytest.mark.parametrize("event", sendgrid.EVENTS)
def test_ip_is_nobodys(event):
    """Trap 7: ``ip`` is the sender's or the recipient's, by event: it is neither kept nor shown."""
    assert "192.0.2.40" not in json.dumps(only({"event": event, "ip": "192.0.2.40"}).to_dict())


@pytest.mark.parametrize("event", sorted(set(sendgrid.EVENTS) - {"group_unsubscribe", "group_resubscribe"}))
def test_a_group_id_is_no_unsubscription(event):
    """Trap 8: a mail that was sent with a group carries its id on every event; no kind or scope changes for it."""
    alone, with_group = only({"event": event}), only({"event": event, "asm_group_id": 812})

    assert alone == with_group
    assert ScopeKind.GROUP is not (with_group.scope and with_group.scope.kind)


@pytest.mark.parametrize("event", ["group_unsubscribe", "group_resubscribe"])
@pytest.mark.parametrize("group", [812, "812"])
def test_a_group_event_covers_its_group(event, group):
    """Trap 9: group events are read, and cover the group only; their link is a page of SendGrid's and no click."""
    read = only({"event": event, "asm_group_id": group, "url": "https://u.example.org/asm"})

    assert (Scope(ScopeKind.GROUP, "812"), None) == (read.scope, read.url)


def test_a_group_event_without_its_group():
    """Trap 9: leaving a group that is not named is taken for everything, coming back to one for nothing by name."""
    scopes = [only({"event": name}).scope for name in ("group_unsubscribe", "group_resubscribe")]

    assert [Scope(ScopeKind.EVERYTHING), Scope(ScopeKind.GROUP)] == scopes


def test_a_global_unsubscription_covers_everything():
    """The link of subscription tracking stops everything."""
    assert Scope(ScopeKind.EVERYTHING) == only({"event": "unsubscribe"}).scope


def test_account_status_change_is_a_notice():
    """Trap 10: what is about the account has no recipient, and is no event."""
    element = {"event": "account_status_change", "timestamp": 1_717_236_000, "type": "compliance_suspend"}

    parsed = sendgrid.parse([element])

    assert (Notice(name="account_status_change", detail="compliance_suspend", path="0"),) == parsed.notices
    assert ((), ()) == (parsed.events, parsed.unread)


@pytest.mark.parametrize(
    "written, second",
    [(1_717_236_005, 5), ("1717236005", 5), (1_717_236_005_000, 5), ("1717236005000", 5), (1_717_236_005.0, 5)],
)
def test_times_are_seconds_or_milliseconds(written, second):
    """One sample of the reference has milliseconds; such large numbers are read as that."""
    assert datetime(2024, 6, 1, 10, 0, second, tzinfo=UTC) == only({"timestamp": written}).occurred_at


@pytest.mark.parametrize("written", [None, ""])
def test_an_event_without_a_time(written):
    """An event without a time is dateless, not lost and not of now."""
    assert only({"timestamp": written}).occurred_at is None


@pytest.mark.parametrize("name", ["Processed", "PROCESSED", " processed "])
def test_an_events_name_in_another_case(name):
    """A sample of the reference writes "Processed": case does not matter."""
    assert only({"event": "processed"}) == only({"event": name})


@pytest.mark.parametrize(
    "said, kind",
    [
        ({"status": "5.0.0"}, EventKind.BOUNCED),
        ({"status": "4.0.0"}, EventKind.SOFT_BOUNCED),
        ({"status": "550"}, EventKind.BOUNCED),
        ({"status": 550}, EventKind.BOUNCED),
        ({"reason": "550 no such user"}, EventKind.BOUNCED),
        ({"reason": "no such user"}, EventKind.UNDETERMINED_BOUNCE),
        ({"status": "250"}, EventKind.UNDETERMINED_BOUNCE),
        ({}, EventKind.UNDETERMINED_BOUNCE),
    ],
)
def test_a_bounce_without_a_type(said, kind):
    """SendGrid's own test posts have no type: the status says, or else the reply, or else nothing is determined."""
    assert kind is only({"event": "bounce"} | said).kind


def test_an_unlisted_type_of_bounce():
    """A type that is not documented is not guessed to be permanent."""
    assert EventKind.UNDETERMINED_BOUNCE is only({"event": "bounce", "type": "tomorrow"}).kind


@pytest.mark.parametrize("spelled", ["expired", "Expired"])
def test_an_expired_bounce_gave_up(spelled):
    """The type of older payloads says why it was returned."""
    event = only({"event": "bounce", "type": spelled})

    assert (EventKind.SOFT_BOUNCED, Reason.EXPIRED) == (event.kind, event.reason)


@pytest.mark.parametrize(
    "status, codes",
    [("5.1.1", (None, "5.1.1")), ("550", ("550", None)), (550, ("550", None)), (None, (None, None))],
)
def test_a_status_is_an_enhanced_code_or_a_reply_code(status, codes):
    """``status`` is documented as one and seen as the other."""
    failure = only({"event": "bounce", "type": "bounce", "status": status}).failure

    assert codes == (failure.reply_code, failure.enhanced_code)


@pytest.mark.parametrize("spelled", ["Invalid Address", "invalid addresses", "INVALID ADDRESS (hard)"])
def test_a_classification_is_known_by_how_it_begins(spelled):
    """The classes change over time; what begins alike means the same."""
    event = only({"event": "bounce", "type": "bounce", "bounce_classification": spelled})

    assert (Reason.UNKNOWN_RECIPIENT, spelled) == (event.reason, event.failure.reported)


def test_the_servers_words_beat_the_class():
    """A block that is classed as content but says the mailbox is full is about the mailbox."""
    event = only(BLOCKED | {"reason": "452 4.2.2 Mailbox full", "bounce_classification": "Content"})

    assert Reason.MAILBOX_FULL is event.reason


def test_an_unlisted_event_keeps_its_name():
    """An event of tomorrow is kept under its name, and proves nothing."""
    event = only({"event": "Translated"})

    assert (EventKind.UNKNOWN, "translated") == (event.kind, event.value)
    assert Status.UNKNOWN is fold([event]).status


def test_custom_arguments_stand_among_the_fields():
    """What is not SendGrid's is the sender's, as strings; the reference is one of them."""
    event = only({"order": "R-77", "reseller_id": 135}, reference="order")

    assert {"order": "R-77", "reseller_id": "135"} == event.metadata
    assert "R-77" == event.reference


@pytest.mark.parametrize("order", [None, "", ["R-77"], {"id": 1}, True])
def test_a_custom_argument_that_is_no_reference(order):
    """An argument that is no word or number is no reference."""
    assert only({"order": order}, reference="order").reference is None


@pytest.mark.parametrize("event", [*sendgrid.EVENTS, "translated"])
def test_reserved_fields_never_leak(event):
    """Nothing that SendGrid adds shows up as the sender's metadata."""
    element = dict.fromkeys(sendgrid.RESERVED - {"event", "email", "timestamp"}, "x") | {"event": event}

    assert {} == only(element).metadata


def test_a_deferral_is_being_retried():
    """SendGrid retries what it deferred for 72 hours; no other event says whether it does."""
    assert [True, None] == [only({"event": event}).retrying for event in ("deferred", "bounce")]


def test_the_link_of_a_click():
    """A click says which link."""
    assert "https://shop.example.org/?a=1" == only({"event": "click", "url": "https://shop.example.org/?a=1"}).url


def test_a_body_that_is_no_array():
    """The body is an array even for one event: a bare object is no body of SendGrid's."""
    with pytest.raises(PayloadError, match=r"^expected an array, got dict$"):
        sendgrid.parse(COMMON)


def test_elements_keep_what_came():
    """Raw stands on the elements, one for each entry of the body, and not on the events."""
    elements = [COMMON, "no object", COMMON | {"event": "account_status_change"}]

    parsed = sendgrid.parse(elements)

    assert elements == [element.raw for element in parsed.elements]
    assert [1, 0, 0] == [len(element.events) for element in parsed.elements]
    assert ["0", "1", "2"] == [element.path for element in parsed.elements]


@pytest.mark.parametrize(
    "broken", [None, 7, "delivered", [], {}, {"event": "delivered"}, COMMON | {"timestamp": "soon"}]
)
def test_a_broken_element_never_costs_the_rest(broken):
    """Whatever stands between two good elements, both are read."""
    parsed = sendgrid.parse([COMMON, broken, COMMON | HARD])

    assert [EventKind.DELIVERED, EventKind.BOUNCED] == [event.kind for event in parsed.events]
    assert [broken] == [unread.raw for unread in parsed.unread]
    assert [True] == [unread.path.startswith("1") for unread in parsed.unread]


@pytest.mark.parametrize("field", ["email", "sg_message_id", "event", "order", "sg_event_id", "smtp-id"])
@pytest.mark.parametrize("letter", ["a", "\u0130"], ids=ascii)  # the second grows when it is put in lower case
def test_texts_are_bounded(field, letter):
    """No field is so long that an event read from it could not be stored and read back."""
    long = letter * 5_000 if field != "sg_message_id" else letter * 5_000 + ".recvd-1.0"
    event = only({field: long}, reference="order")

    assert event.to_dict() == type(event).from_dict(event.to_dict()).to_dict()
