"""
What five products promise their staff, row by row, on their providers' own payloads: label, sentence, what to do.

Each test names its rows. ``docs/products.md`` lists all of them, and ``products/test_claims.py`` sees that none lacks.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations_with_replacement, permutations, product

import attrs
import pytest

from deliverystatus import (
    POLICIES,
    Event,
    EventKind,
    Record,
    Standing,
    Tracking,
    Wording,
    explain,
    fold,
    fold_copies,
    parse,
    report,
    suppress,
    vocabularies,
)
from deliverystatus._explain._texts import Voice, locales
from deliverystatus.testing import universe
from told import FIXTURES, read

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

#: What each product calls a recipient, and whom its staff contact.
WORDINGS = {
    "clinicsense": Wording(product="ClinicSense", recipient="client", support="support@clinicsense.com"),
    "writeupp": Wording(product="WriteUpp", recipient="patient", support="the help desk"),
    "amilia": Wording(product="Amilia", recipient="client", support="the help desk"),
    "timetap": Wording(product="TimeTap", recipient="client", support="support@timetap.com"),
    "crisisworks": Wording(product="Crisisworks", support="your administrator"),
}

PROCESSED, DELIVERED, OPENED, CLICKED = (read("sendgrid", "life_of_a_copy.json")[:n] for n in (1, 2, 3, 4))
DEFERRED = read("sendgrid", "deferred.json")[:1]
SPAM_REPORT, OPTED_OUT = ((each,) for each in read("sendgrid", "opt_outs.json")[:2])
BOUNCED_BEFORE, LEFT_BEFORE, REPORTED_BEFORE, LOOKS_LIKE_SPAM = (
    (each,) for each in read("sendgrid", "dropped_reasons.json")[:4]
)
NO_SUCH_MAILBOX, BLOCKED, FULL = ((each,) for each in read("sendgrid", "bounce_types.json")[:3])
INVALID = read("sendgrid", "dropped_invalid.json")[:1]
BY_OWN_SERVER = read("smtp", "accepted.json")[:1]


def own(kind, **fields):
    """Give an event of the product's own side."""
    return (Event(kind, **{"recipient": "ada@example.com", "reference": "V-17", "occurred_at": NOON} | fields),)


def held(**standing):
    """Give the event of a message that the product decided not to send."""
    asked = suppress([]).may_send("ada@example.com", purpose="invitation", standing=Standing(**standing), now=NOON)
    return (asked.event,)


def seen_in(name, events, **asked):
    """Explain the one copy that *events* are about, as staff of the product see it."""
    copies = fold_copies(events)
    records = [*copies.values()] or [fold(copies.uncorrelated)]
    (record,) = records
    return explain(record, vocabulary=name, wording=WORDINGS[name], **asked)


def text_of(explanation):
    """Give what staff read, in the order in which they read it; not what was seen."""
    return " ".join((explanation.headline, explanation.meaning, *explanation.next_steps, *explanation.caveats))


def missing(name, events, label, says, **asked):
    """Name what staff of the product do not see, or not in this order; nothing, if they see all."""
    explanation = seen_in(name, events, **asked)
    text = text_of(explanation)
    lacking = [] if explanation.label == label else [f"{label}, but {explanation.label}"]
    for sentence in says:
        before, found, text = text.partition(sentence)
        if not found:
            lacking.append(sentence)
            text = before
    return lacking


def late(events, minutes=11):
    """Ask some minutes after the first of *events*."""
    return {"now": events[0].occurred_at + minutes * MINUTE}


# -- ClinicSense -----------------------------------------------------------------------------------------------------

IS_SPAM = "marked an earlier message as spam. That stops all further messages to this address."
FROM_THE_ADDRESS = "write to support@clinicsense.com, from the address that this message went to."
DIRECTLY = "the request must come directly from the client."

CLINICSENSE = [
    ("C1", CLICKED, "Clicked", ["A link or button in the message was followed.", "strong sign that it arrived"], {}),
    ("C2", CLICKED, "Clicked", ["Privacy and security programs can follow links too."], {}),
    ("C3", DEFERRED, "Deferred", ["was not delivered this time", "That is not final."], {}),
    ("C4", DEFERRED, "Deferred", ["It will be tried again without your help.", "Look again later"], {}),
    ("C5", DELIVERED, "Delivered", ["accepted the message", "not prove that it is in the inbox", "report wrongly"], {}),
    ("C6", DELIVERED, "Delivered", ["junk and spam folders", "own mail provider. It confirmed that it took"], {}),
    ("C7", OPENED, "Open", ["That is a strong sign that it arrived."], {}),
    ("C8", NO_SUCH_MAILBOX, "Failed", ["no mailbox at this address", "Ask the client for their current address"], {}),
    ("C9", REPORTED_BEFORE, "Failed", [IS_SPAM], {}),
    ("C10", read("mailgun", "failed_suppress_complaint.json"), "Failed", ["Ask the client whether it was a mistake"], {}),
    ("C11", SPAM_REPORT, "Spam report", [FROM_THE_ADDRESS], {}),
    ("C12", SPAM_REPORT, "Spam report", ["have a rule against spam", DIRECTLY], {}),
    ("C13", OPENED, "Open", ["picture in the message was loaded", "Privacy settings and firewalls"], {}),
    ("C14", PROCESSED, "Processed", ["It should go out in a few minutes."], late(PROCESSED, 9)),
    ("C15", PROCESSED, "Processed", ["takes longer than it should", "support@clinicsense.com"], late(PROCESSED)),
    ("C16", own("sending"), "Sending", ["being handed over", "Contact support@clinicsense.com."], {"now": NOON + 11 * MINUTE}),
    ("C17", SPAM_REPORT, "Spam report", ["that the client marked this message as spam", FROM_THE_ADDRESS, DIRECTLY], {}),
    ("C20", PROCESSED, "Processed", ["The service that sends for ClinicSense has"], {}),
]  # fmt: skip


@pytest.mark.parametrize("row, events, label, says, asked", CLINICSENSE, ids=[row for row, *_ in CLINICSENSE])
def test_what_staff_of_clinicsense_read(row, events, label, says, asked):
    """C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17, C20: on SendGrid's own webhooks."""
    assert [] == missing("clinicsense", events, label, says, **asked), row


def test_the_log_is_in_order_whatever_came_first():
    """C21: however SendGrid's four webhooks about a message are shuffled, the log goes up the same steps."""
    labels = ["Processed", "Delivered", "Open", "Clicked"]
    for n, label in enumerate(labels, 1):
        for arrived in permutations(CLICKED[:n]):
            assert label == seen_in("clinicsense", arrived).label


# -- WriteUpp --------------------------------------------------------------------------------------------------------

TRACKED_LATER = {"tracking": Tracking(since=datetime(2026, 7, 23, tzinfo=UTC))}
DAYS_LATER = {"now": datetime(2026, 12, 24, tzinfo=UTC)}
NOTHING_KNOWN = read("sendgrid", "unlisted_event.json")
POSTMARK = {
    name: read("postmark", f"{name}.json") for name in ("delivery", "open", "click", "spam_complaint", "bounce_hard")
}

WRITEUPP = [
    ("W1", NOTHING_KNOWN, "No information", ["That does not mean that it failed."], {}),
    ("W2", NOTHING_KNOWN, "No information", ["No report says where it stands.", "Look again later."], {}),
    ("W2", read("mailgun", "accepted.json"), "Sent", ["Not every mail server reports back."], {}),
    ("W3", read("mailgun", "failed_temporary.json"), "Sent", ["was heard since. So it is not known what became of it"], DAYS_LATER),
    ("W3", NOTHING_KNOWN, "No information", ["Some mail servers never report back"], {}),
    ("W4", NOTHING_KNOWN, "No information", ["firewalls can stop reports"], {}),
    ("W5", POSTMARK["delivery"], "Delivered", ["No sign of opening means nothing.", "block pictures in the junk folder"], {}),
    ("W6", NOTHING_KNOWN, "No information", ["You cannot change that from here."], {}),
    ("W7", BY_OWN_SERVER, "Sent", ["no more reports are expected", "This account cannot report"], DAYS_LATER),
    ("W8", read("mailgun", "accepted.json"), "Sent", ["The message was sent before tracking began on 23 July 2026."], TRACKED_LATER),
    ("W9", read("mailgun", "accepted.json"), "Sent", ["The service that sends for WriteUpp has the message."], {}),
    ("W9", BY_OWN_SERVER, "Sent", ["The mail server of this account, or of WriteUpp, took the message."], {}),
    ("W10", POSTMARK["delivery"], "Delivered", ["The mail server of the patient accepted the message."], {}),
    ("W10", POSTMARK["bounce_hard"], "Not delivered", ["The message came back, and that was reported as final."], {}),
    ("W11", POSTMARK["open"], "Opened", ["A small hidden picture in the message was loaded.", "may not have been a person"], {}),
    ("W14", POSTMARK["click"], "Opened", ["A link or button in the message was followed."], {}),
    ("W14", POSTMARK["spam_complaint"], "Delivered", ["The label does not say so, but this message was marked as spam."], {}),
    ("W14", read("mailgun", "failed_temporary.json"), "Sent", ["was not delivered this time"], {}),
]  # fmt: skip


@pytest.mark.parametrize("row, events, label, says, asked", WRITEUPP, ids=[row for row, *_ in WRITEUPP])
def test_what_staff_of_writeupp_read(row, events, label, says, asked):
    """W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W14: on webhooks, and on what an own mail server says."""
    assert [] == missing("writeupp", events, label, says, **asked), row


# -- Amilia ----------------------------------------------------------------------------------------------------------

AMILIA = [
    ("A9", BLOCKED, "Blocked / Spam", ["look in the spam folder, and to approve your sender", "not to block it"]),
    ("A10", PROCESSED, "Sent", ["The service that sends for Amilia has the message."]),
    ("A11", DELIVERED, "Delivered", ["The mail server of the client accepted", "not prove that it is in the inbox"]),
    ("A12", OPENED, "Open", ["picture in the message was loaded"]),
    ("A12", CLICKED, "Click", ["A link or button in the message was followed."]),
    ("A13", FULL, "Bounce", ["was not delivered, and will not be tried again."]),
    ("A14", LOOKS_LIKE_SPAM, "Dropped", ["had the message, but did not try to deliver it."]),
    ("A15", LOOKS_LIKE_SPAM, "Dropped", ["looks like spam. Other copies of this message may be stopped for it too."]),
    ("A16", INVALID, "Dropped", ["not written the way an address must be", "Look for a typing mistake"]),
    ("A17", BOUNCED_BEFORE, "Dropped", ["an earlier message to this address, or to its mail system, could not"]),
    ("A18", REPORTED_BEFORE, "Dropped", [IS_SPAM]),
    ("A19", LOOKS_LIKE_SPAM, "Dropped", ["Capital letters in the subject and many links look like spam."]),
    ("A20", SPAM_REPORT, "Spam", ["that the client marked this message as spam"]),
    ("A20", OPTED_OUT, "Unsubscribed", ["was used to stop further messages"]),
]


@pytest.mark.parametrize("row, events, label, says", AMILIA, ids=[row for row, *_ in AMILIA])
def test_what_staff_of_amilia_read(row, events, label, says):
    """A9, A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20: each of the words for a recipient, and its reasons."""
    assert [] == missing("amilia", events, label, says), row


def test_each_client_with_the_address_used_and_since_when():
    """A21: the address as it was spelled, the label, and the time of the change, apart from when it was sent."""
    copies = fold_copies([*CLICKED, *read("mailgun", "failed_hard_bounce.json")])
    rows = report.rows(copies, now=NOON, vocabulary="amilia", wording=WORDINGS["amilia"])
    shown = {row.recipient: (row.label, row.began, row.since) for row in rows}
    first, last = CLICKED[0].occurred_at, CLICKED[-1].occurred_at
    assert ("Click", first, last) == shown[CLICKED[0].recipient]
    assert {"ada@example.com": "Click", "grace@example.com": "Bounce"} == {who: row[0] for who, row in shown.items()}


# -- TimeTap ---------------------------------------------------------------------------------------------------------

TIMETAP = [
    ("T4", PROCESSED, "Processed", ["The service that sends for TimeTap has the message."]),
    ("T5", DELIVERED, "Delivered", ["accepted the message. What happens behind that server cannot be seen from here."]),
    ("T6", OPENED, "Opened", ["picture in the message was loaded"]),
    ("T6", CLICKED, "Clicked", ["A link or button in the message was followed."]),
    ("T7", held(declined=True), "Declined", ["The client chose not to get messages of this kind."]),
    ("T7", held(template_on=False), "Declined", ["switched off for the whole account. It was not the choice of the"]),
    ("T8", POSTMARK["spam_complaint"], "Subscription change", ["The label does not say so, but", "marked as spam"]),
    ("T9", NO_SUCH_MAILBOX, "Bounced", ["The message came back", "there is no mailbox at this address"]),
    ("T12", LEFT_BEFORE, "Dropped", ["asked for no more messages of this kind"]),
    ("T12", BOUNCED_BEFORE, "Dropped", ["an earlier message to this address"]),
    ("T12", REPORTED_BEFORE, "Dropped", [IS_SPAM]),
    ("T13", held(quota_left=0), "Quota Exceeded", ["has used up the messages that it may send", "billing details"]),
    (
        "T14",
        held(channel_on=False),
        "Blocked",
        ["not switched on for the account", "Ask support@timetap.com to switch"],
    ),
    ("T15", held(opted_in=False), "Not opted in", ["has not agreed to get messages", "record that they agreed"]),
    ("T16", held(on_hold=True), "Blocked", ["A rule of TimeTap held the message back.", "Contact support@timetap.com"]),
    ("T18", NO_SUCH_MAILBOX, "Bounced", ["Ask the client for their current address"]),
    ("T18", BLOCKED, "Bounced", ["to approve your sender address"]),
]


@pytest.mark.parametrize("row, events, label, says", TIMETAP, ids=[row for row, *_ in TIMETAP])
def test_what_staff_of_timetap_read(row, events, label, says):
    """T4, T5, T6, T7, T8, T9, T12, T13, T14, T15, T16, T18: on both of its providers' webhooks, and for what it held."""
    assert [] == missing("timetap", events, label, says), row


def test_suppressed_after_several_bounces():
    """T10, T11: of the fourth message its log says Suppressed, and that support lets messages through again."""
    told = [
        one
        for day in (1, 2, 3)
        for one in parse(
            "postmark",
            (FIXTURES / "postmark" / "bounce_soft.json").read_text().replace("2026-03-02", f"2026-03-0{day}"),
        ).events
    ]
    bounces = [Event.from_dict(each.to_dict() | {"message_id": str(n)}) for n, each in enumerate(told)]
    refused = suppress(bounces).may_send("ada@example.com", purpose="transactional", now=NOON + timedelta(days=3))
    says = ["several earlier messages to this address came back", "ask support@timetap.com to let messages through"]
    assert [] == missing("timetap", [refused.event], "Suppressed", says)


def test_one_log_for_mail_and_text_messages():
    """T1: mail and text messages, to clients and to staff, are copies of one log, each with how it travelled."""
    text = own("delivered", channel="sms", recipient="+15550100", reference="V-18")
    to_staff = own("accepted", recipient="reception@example.org", reference="V-17")
    rows = report.rows(fold_copies([*DELIVERED, *text, *to_staff]), now=NOON, vocabulary="timetap")
    assert {
        ("ada@example.com", "email", "Delivered"),
        ("+15550100", "sms", "Delivered"),
        ("reception@example.org", "email", "Processed"),
    } == {(row.recipient, row.channel, row.label) for row in rows}


# -- Crisisworks -----------------------------------------------------------------------------------------------------

BY_PHONE = {"channel": "sms", "recipient": "+15550100"}

CRISISWORKS = [
    ("K1", own("pending"), "Pending", ["Not sent yet", "It has not been handed over for sending yet."]),
    ("K4", read("mailgun", "accepted.json"), "Sent", ["Whether it arrives is not known yet."]),
    ("K5", read("smtp", "recipients_refused.json")[:1], "Not Sent", ["was not taken on for sending. So it was not sent."]),
    ("K5", read("smtp", "outcome_unknown.json")[:1], "Not Sent", ["nobody knows if the message was taken", "Do not just"]),
    ("K6", POSTMARK["delivery"], "Delivered", ["The mail server of the recipient accepted the message."]),
    ("K6", own("delivered", **BY_PHONE), "Delivered", ["The phone of the recipient, or its network, confirmed"]),
    ("K7", read("postmark", "bounce_soft.json"), "Bounced Temporarily", ["mailbox of the recipient is full", "passes by itself"]),
    ("K7", read("postmark", "bounce_unknown.json"), "Bounced Temporarily", ["such as an out-of-office note, can look like"]),
    ("K8", POSTMARK["bounce_hard"], "Failed", ["Could not be delivered"]),
    ("K8", POSTMARK["spam_complaint"], "Failed", ["Marked as spam", "The label does not say so, but"]),
    ("K9", POSTMARK["open"], "Read", ["picture in the message was loaded"]),
    ("K9", POSTMARK["delivery"], "Delivered", ["No sign of opening means nothing. Many mail programs do not report it"]),
    ("K10", own("acknowledged", actor="human"), "Acknowledged", ["A person confirmed the receipt. So it arrived, and was seen."]),
    ("K11", own("responded", value="On my way"), "Responded", ["One of the answers in the message was chosen.", "Read the answer."]),
    ("K12", OPTED_OUT, "Opted-out", ["was used to stop further messages", "Send no more messages of this kind."]),
    ("K15", own("responded", value="On my way"), "Responded", ["Replies that were written freely are not part of this"]),
]  # fmt: skip


@pytest.mark.parametrize("row, events, label, says", CRISISWORKS, ids=[row for row, *_ in CRISISWORKS])
def test_what_staff_of_crisisworks_read(row, events, label, says):
    """K1, K4, K5, K6, K7, K8, K9, K10, K11, K12, K15: of what it did itself, of what webhooks and servers said."""
    assert [] == missing("crisisworks", events, label, says), row


def test_an_acknowledgement_shows_an_opening():
    """K10: who acknowledged has opened it and has it, though nobody reported either; a person did, by our own word."""
    axes = fold(own("acknowledged", actor="human")).axes
    assert ("acknowledged", "opened", "delivered") == (axes.feedback, axes.engagement, axes.transport)


def test_refreshing_takes_new_reports_alone():
    """K2: a stored copy takes what is new, in any order, ends as if all had been read again, and does not grow."""
    for arrived in permutations(CLICKED):
        stored = Record()
        for new in arrived:
            stored = Record.from_dict(stored.to_dict()).observe(new).record
        assert fold(CLICKED) == stored
    step = stored.observe(CLICKED[0])
    assert ("nothing_new", stored) == (step.effect, step.record)
    opened_often = [
        Event.from_dict(OPENED[-1].to_dict() | {"occurred_at": (NOON + n * MINUTE).isoformat()}) for n in range(100)
    ]
    assert len(stored.slots) == len(fold([*CLICKED, *opened_often]).slots)


def test_a_record_for_each_recipient_and_channel():
    """K3: who gets it by mail and on the phone has two, and each stands where it stands."""
    copies = fold_copies([*own("delivered"), *own("sent", **BY_PHONE), *own("pending", recipient="bob@example.com")])
    labels = {
        (key.recipient, record.deciding.channel): seen_in("crisisworks", [record.deciding]).label
        for key, record in copies.items()
    }
    assert {
        ("ada@example.com", "email"): "Delivered",
        ("+15550100", "sms"): "Sent",
        ("bob@example.com", "email"): "Pending",
    } == labels


# -- every pack ------------------------------------------------------------------------------------------------------


@cache
def records():
    """Give the records of every one and every two events of the universe."""
    return tuple(fold(pair) for pair in combinations_with_replacement(universe(), 2))


@pytest.mark.parametrize("name", vocabularies.names())
def test_every_two_reports_have_exactly_one_label(name):
    """C19, W14: whatever two reports say, tracked or not, the label is one of the product's words."""
    pack = vocabularies.get(name)
    for record, tracking in ((r, t) for r in records() for t in (None, Tracking(delivery=False))):
        assert 1 == pack.words.count(pack.label(record, tracking))


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("name", vocabularies.names())
def test_no_complaint_is_lost_under_any_label(name, locale):
    """K8, W14: in each pack, policy and language staff read that there was a complaint, whatever else is known."""
    voice = Voice.of("staff", locale, Wording())
    certain = {
        voice(section, key).meaning
        for section, key in (("status", "complained"), ("hidden", "complained"), ("caveat", "also_complained"))
    }
    doubtful = {voice("caveat", "maybe_complained").meaning}
    complaints = [r for r in records() if any(key.kind is EventKind.COMPLAINED for key in r.slots)]
    assert 300 < len(complaints)
    for record, policy in product(complaints, POLICIES):
        explanation = explain(record, vocabulary=attrs.evolve(vocabularies.get(name), policy=policy), locale=locale)
        said = "\n".join((explanation.meaning, *explanation.caveats))
        surely = any(key.kind is EventKind.COMPLAINED and key.exact for key in record.slots)
        assert any(sentence in said for sentence in (certain if surely else doubtful)), (policy, record.kinds)


@pytest.mark.parametrize(
    "claiming, table",
    [
        (test_what_staff_of_clinicsense_read, CLINICSENSE),
        (test_what_staff_of_writeupp_read, WRITEUPP),
        (test_what_staff_of_amilia_read, AMILIA),
        (test_what_staff_of_timetap_read, TIMETAP),
        (test_what_staff_of_crisisworks_read, CRISISWORKS),
    ],
)
def test_what_a_test_claims_it_has_a_case_for(claiming, table):
    """A row that loses its case cannot go on being claimed."""
    assert set() == set(re.findall(r"\b[CWATK][0-9]+\b", claiming.__doc__)) - {row for row, *_ in table}
