"""Mailgun: each trap of its two formats, as tables and fixtures alone would not show it."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import (
    Actor,
    Attribution,
    Event,
    EventKind,
    PayloadError,
    Permanence,
    Reason,
    Status,
    fold_copies,
)
from deliverystatus._values import EVERYTHING
from deliverystatus.providers import mailgun

MESSAGE_ID = "20260301120000.7.0A1B2C3D4E5F@mg.example.org"


def body(event, **more):
    """Give a webhook body; a field given as ``...`` is left out."""
    fields = {
        "event": event,
        "id": "mg-event-1",
        "timestamp": 1772366400.25,
        "message": {"headers": {"message-id": MESSAGE_ID, "to": "Grace <grace@example.com>"}},
        "recipient": "grace@example.com",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return {
        "signature": {"timestamp": "1772366400", "token": "t" * 50, "signature": "s" * 64},
        "event-data": {name: value for name, value in fields.items() if value is not ...},
    }


def only(payload, **arguments):
    """Give the one event of a body."""
    (event,) = mailgun.parse(payload, **arguments).events
    return event


def failed(severity="permanent", reason="generic", **status):
    """Give the event of a failure with that ``delivery-status``."""
    status = {name.replace("_", "-"): value for name, value in status.items()}
    return only(body("failed", severity=severity, reason=reason, delivery_status=status))


def form(event, **more):
    """Give the fields of a form."""
    return {
        "event": event,
        "recipient": "grace@example.com",
        "domain": "mg.example.org",
        "Message-Id": f"<{MESSAGE_ID}>",
        "timestamp": "1772366400",
        "token": "t" * 50,
        "signature": "s" * 64,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


class MultiDict(dict):
    """A form as Django and Werkzeug give it: it shows one value of a field, and has the others."""

    def __getitem__(self, name):
        return super().__getitem__(name)[-1]

    def items(self):
        """Give one value of each field."""
        return [(name, self[name]) for name in self]

    def getlist(self, name):
        """Give all values of a field."""
        return super().__getitem__(name)


# --- the rows where another library loses what Mailgun said


@pytest.mark.parametrize(
    "reason,code,because",
    [
        ("suppress-bounce", 605, Reason.SUPPRESSED_BAD_ADDRESS),
        ("suppress-unsubscribe", 606, Reason.SUPPRESSED_UNSUBSCRIBE),
        ("suppress-complaint", 607, Reason.SUPPRESSED_COMPLAINT),
    ],
)
def test_row_5_a_suppressed_address_was_not_tried(reason, code, because):
    """What Mailgun's own list stopped is dropped, by reason or by code alone, and is no new evidence."""
    for said in (
        failed(reason=reason, code=code, description="Not delivering to previously bounced address"),
        failed(reason=reason),
        failed(reason="generic", code=code, message="550 5.1.1 No such user"),
        failed(severity="temporary", reason="generic", code=code),
    ):
        assert EventKind.DROPPED is said.kind
        assert because is said.reason
        assert said.failure.diagnostic is None
        assert said.failure.reply_code is None
        assert not said.failure.address_is_bad


def test_row_6_a_delayed_bounce_of_an_unknown_user():
    """A delayed bounce says generic; its codes and words say unknown user, and that is what it is."""
    event = only(
        body(
            "failed",
            severity="permanent",
            reason="generic",
            envelope={},
            flags={"is-delayed-bounce": True},
            delivery_status={"code": 550, "bounce-code": "5.1.1", "message": "smtp; 550-5.1.1 Who is that?"},
        )
    )

    assert EventKind.BOUNCED is event.kind
    assert Reason.UNKNOWN_RECIPIENT is event.reason
    assert event.failure.address_is_bad
    assert "550-5.1.1 Who is that?" == event.failure.diagnostic


@pytest.mark.parametrize("severity", [*mailgun.SEVERITIES, "never heard of"])
def test_row_7_old_is_final_whatever_the_severity(severity):
    """The last attempt may be called temporary; nothing comes after it, so it is no deferral."""
    event = failed(severity=severity, reason="old", code=421, message="")

    assert EventKind.SOFT_BOUNCED is event.kind
    assert event.retrying is None
    assert Reason.EXPIRED is failed(severity=severity, reason="old", code=602, message="Too old").reason


@pytest.mark.parametrize("kind", ["opened", "clicked", "unsubscribed"])
@pytest.mark.parametrize("bot", ["apple", "gmail", "generic", "one that comes next year"])
def test_row_8_a_bot_is_a_machine(kind, bot):
    """Any bot that is named is a machine, and one that opened does not make the copy opened."""
    event = only(body(kind, client_info={"bot": bot}))

    assert Actor.MACHINE is event.actor
    if kind == "opened":
        (record,) = fold_copies([event]).values()
        assert Status.DELIVERED is record.status


@pytest.mark.parametrize("client", [..., None, [], {}, {"bot": ""}, {"bot": None}, {"bot": False}, {"bot": ["apple"]}])
def test_no_bot_is_nobody_knows_who(client):
    """An empty bot is none; who opened it, nobody knows."""
    assert Actor.UNKNOWN is only(body("opened", client_info=client)).actor


def test_a_bot_does_not_complain():
    """The flag is read where it is documented only: a complaint is never excused by it."""
    assert Actor.UNKNOWN is only(body("complained", client_info={"bot": "generic"})).actor


# --- failed: severity, reason, code


def test_temporary_is_a_deferral():
    """A temporary failure may still arrive; retry-seconds is no deadline (anymail issue 130)."""
    event = failed(severity="temporary", code=452, message="4.2.2 Over quota", retry_seconds=600)

    assert EventKind.DEFERRED is event.kind
    assert event.retrying is True
    assert event.retry_until is None
    assert Reason.MAILBOX_FULL is event.reason


def test_greylisted_is_a_deferral():
    """Greylisted is known, and passes by itself (anymail issue 130)."""
    event = failed(severity="temporary", reason="greylisted")

    assert EventKind.DEFERRED is event.kind
    assert Reason.GREYLISTED is event.reason
    assert Permanence.TRANSIENT is event.failure.permanence


@pytest.mark.parametrize("severity,kind", mailgun.SEVERITIES.items())
@pytest.mark.parametrize("reason", ["generic", "unknown", "spam", "virus", None, ...])
def test_the_kind_is_by_severity_where_the_reason_is_no_other(severity, kind, reason):
    """generic, and any reason that is not listed, derives nothing: severity gives the kind, the words permanence."""
    event = only(
        body("failed", severity=severity, reason=reason, delivery_status={"message": "4.2.2 Mailbox full, try later"})
    )

    assert kind is event.kind
    assert event.failure.claimed is None
    assert Permanence.TRANSIENT is event.failure.permanence


@pytest.mark.parametrize("severity", [..., None, "", "severe"])
def test_a_severity_that_is_not_listed(severity):
    """Whether it was final is not known, and is not guessed."""
    assert EventKind.UNDETERMINED_BOUNCE is only(body("failed", severity=severity)).kind


@pytest.mark.parametrize("word", ["Permanent", " permanent "])
def test_words_are_known_in_any_case(word):
    """SDKs of Mailgun lower the case of names, so a change of it must not make a bounce unknown."""
    assert EventKind.BOUNCED is only(body("Failed", severity=word, reason="Bounce")).kind


@pytest.mark.parametrize("reason", ["espblock", "blacklisted", "greylisted"])
def test_a_block_of_the_sender_is_soft(reason):
    """Refused for good, but not for the address: Mailgun does not suppress it either."""
    assert EventKind.SOFT_BOUNCED is failed(reason=reason).kind
    assert EventKind.DEFERRED is failed(severity="temporary", reason=reason).kind


def test_a_soft_bounce_type_softens_a_bounce_and_nothing_else():
    """bounce-type says which sort of bounce a permanent failure was; a drop or a deferral it does not touch."""
    assert EventKind.SOFT_BOUNCED is failed(bounce_type="soft").kind
    assert EventKind.BOUNCED is failed(bounce_type="hard").kind
    assert EventKind.BOUNCED is failed(bounce_type="medium").kind
    assert EventKind.SOFT_BOUNCED is failed(reason="blacklisted", bounce_type="hard").kind
    assert EventKind.DEFERRED is failed(severity="temporary", bounce_type="soft").kind
    assert EventKind.DROPPED is failed(reason="suppress-bounce", bounce_type="soft").kind


@pytest.mark.parametrize("status", [..., None, [], {}])
def test_a_failure_without_delivery_status(status):
    """delivery-status may be null, empty or missing (anymail pull requests 362 and 363)."""
    event = only(body("failed", severity="permanent", reason="bounce", delivery_status=status))

    assert EventKind.BOUNCED is event.kind
    assert Reason.UNKNOWN_RECIPIENT is event.reason
    assert event.failure.diagnostic is None


@pytest.mark.parametrize("kind", ["delivered", "opened", "clicked", "complained"])
def test_others_do_not_need_delivery_status(kind):
    """What is no failure has none to read, whatever stands there."""
    assert only(body(kind, delivery_status=None)).failure is None
    assert only(body(kind, delivery_status="?")).failure is None


@pytest.mark.parametrize("code", [498, 499, 602, 605, 606, 607, 625, 0, 199, 600, 5500, "5x0", "", None, [], True, 5.5])
def test_what_is_no_reply_code_is_none(code):
    """Codes of Mailgun's own are not SMTP's, nor is anything outside 200 to 599."""
    assert failed(code=code, message="?").failure.reply_code is None


@pytest.mark.parametrize("code", [550, "550", 421, 250])
def test_a_reply_code(code):
    """A number or its digits."""
    assert str(code) == failed(code=code).failure.reply_code


@pytest.mark.parametrize(
    "status,enhanced",
    [
        ({"enhanced-code": "5.1.1"}, "5.1.1"),
        ({"enhanced-code": ""}, None),
        ({"enhanced-code": None}, None),
        ({}, None),
        ({"enhanced-code": 5.1}, None),
        ({"enhanced-code": "mx5.1.1"}, None),
        ({"enhanced-code": "", "bounce-code": "5.2.1"}, "5.2.1"),
        ({"enhanced-code": "5.1.1", "bounce-code": "5.2.1"}, "5.1.1"),
        ({"bounce-code": "550"}, None),
    ],
)
def test_an_enhanced_code(status, enhanced):
    """Missing, null and empty are none; a delayed bounce has bounce-code instead."""
    event = only(body("failed", severity="permanent", reason="generic", delivery_status=status))

    assert enhanced == event.failure.enhanced_code


def test_the_last_reply_tells_why_it_got_old():
    """Too old is no reply: the last one is, with its code."""
    failure = failed(
        reason="old", code=602, message="Too old", last_code=451, last_message="4.2.2 Mailbox is full"
    ).failure

    assert "451" == failure.reply_code
    assert "4.2.2 Mailbox is full" == failure.diagnostic
    assert Reason.MAILBOX_FULL is failure.reason


def test_too_old_is_no_reply():
    """Without a last reply there is none: Mailgun's words are not a server's."""
    assert failed(reason="old", code=602, message="Too old").failure.diagnostic is None


def test_old_with_a_reply_of_its_own():
    """Where the code is a server's, so is the message; a last reply is later, and better, all the same."""
    failure = failed(severity="temporary", reason="old", code=421, message="4.3.2 Shutting down").failure
    later = failed(reason="old", code=421, message="4.3.2 Down", last_code=452, last_message="4.2.2 Full").failure

    assert ("421", "4.3.2 Shutting down") == (failure.reply_code, failure.diagnostic)
    assert ("452", "4.2.2 Full") == (later.reply_code, later.diagnostic)


def test_no_mx_and_no_connection():
    """498 is the domain's fault, 499 is not the address's."""
    assert Reason.UNKNOWN_DOMAIN is failed(code=498).reason
    assert Reason.NETWORK_ERROR is failed(code=499).reason
    assert EventKind.BOUNCED is failed(code=498).kind
    assert EventKind.SOFT_BOUNCED is failed(code=499).kind
    assert EventKind.DEFERRED is failed(severity="temporary", code=499).kind


@pytest.mark.parametrize(
    "message,description,diagnostic",
    [
        ("5.1.1 No", "A long story", "5.1.1 No"),
        ("", "A long story", "A long story"),
        (None, None, None),
        ("smtp;550 No", "", "550 No"),
        ("SMTP; 550 No", "", "550 No"),
        ("smtp;", "", None),
        ("the smtp; of 550", "", "the smtp; of 550"),
    ],
)
def test_the_diagnostic(message, description, diagnostic):
    """The message is the reply, without the type that a delayed bounce puts before it; else the description."""
    assert diagnostic == failed(message=message, description=description).failure.diagnostic


def test_the_reported_word():
    """The vendor's own word is kept as it is spelled; of a drop without one, the code."""
    assert "Bounce" == failed(reason="Bounce").failure.reported
    assert "605" == failed(reason=None, code=605).failure.reported
    assert failed(reason=None).failure.reported is None


# --- who, when, which message


@pytest.mark.parametrize("written", [MESSAGE_ID, f"<{MESSAGE_ID}>"])
def test_the_message_id_has_no_brackets(written):
    """The send call's answer has them and webhooks do not: both spellings are one id."""
    event = only(body("delivered", message={"headers": {"message-id": written}}))

    assert MESSAGE_ID == event.message_id
    assert MESSAGE_ID == event.internet_message_id


@pytest.mark.parametrize("message", [..., None, [], {}, {"headers": []}, {"headers": {}}])
def test_a_message_without_headers(message):
    """What is empty is absent; the event is read."""
    event = only(body("delivered", message=message))

    assert event.message_id is None
    assert event.internet_message_id is None


@pytest.mark.parametrize(
    "more,path",
    [
        ({"message": "?"}, "event-data.message"),
        ({"message": {"headers": "?"}}, "event-data.message.headers"),
        ({"timestamp": "noon"}, "event-data.timestamp"),
        ({"recipient": ...}, "event-data.recipient"),
        ({"recipient": ["grace@example.com"]}, "event-data.recipient"),
        ({"event": ...}, "event-data.event"),
        ({"event": 7}, "event-data.event"),
        ({"event": "failed", "severity": 5}, "event-data.severity"),
        ({"event": "failed", "reason": {}}, "event-data.reason"),
        ({"event": "failed", "delivery_status": "?"}, "event-data.delivery-status"),
        ({"event": "rejected", "recipient": ..., "reject": "?"}, "event-data.reject"),
        ({"event": "rejected", "recipient": ..., "message": {}}, "event-data.recipient"),
        ({"event": "unsubscribed", "mailing_list": "?"}, "event-data.mailing-list"),
    ],
)
def test_what_cannot_be_read_says_where(more, path):
    """A field of another type is unread with its path, and nothing is raised."""
    given = mailgun.parse(body(more.pop("event", "delivered"), **more))

    assert () == given.events
    assert [path] == [each.path for each in given.unread]


@pytest.mark.parametrize("data", [None, [], "?", 7])
def test_event_data_of_another_type(data):
    """It is Mailgun's body, and its only element is unread."""
    (unread,) = mailgun.parse({"signature": {}, "event-data": data}).unread

    assert "event-data" == unread.path
    assert data == unread.raw


def test_the_time_has_fractions():
    """The time is a float of seconds; the signature's is when it was signed, and is not it."""
    event = only(body("delivered", timestamp=1772366400.123456))

    assert datetime(2026, 3, 1, 12, 0, 0, 123456, UTC) == event.occurred_at


def test_a_long_recipient_is_cut():
    """An address of any length makes an event of bounded size that can be stored."""
    event = only(body("delivered", recipient="a" * 5_000 + "@example.com"))

    assert event == Event.from_dict(event.to_dict())


def test_the_id_is_a_hint():
    """It is unique within a day only: two events that say the same are equal whatever their ids are."""
    assert only(body("delivered", id="a")) == only(body("delivered", id="b"))
    assert "a" == only(body("delivered", id="a")).event_id


@pytest.mark.parametrize(
    "flags,test",
    [
        ({"is-test-mode": True}, True),
        ({"is-test-mode": False}, False),
        ({"is-test-mode": "yes"}, False),
        ({"is-system-test": True}, False),
        ({"is-routed": True, "is-big": True, "is-authenticated": True, "is-delayed-bounce": True}, False),
        ([], False),
        (None, False),
    ],
)
def test_only_test_mode_is_a_test(flags, test):
    """is-test-mode means not really sent; a system test is documented nowhere and changes nothing."""
    assert test is only(body("delivered", flags=flags)).test


def test_a_routed_mail_keeps_its_recipient():
    """Who the mail was first for is not said: To is no envelope, and the route's target is the recipient."""
    event = only(body("delivered", recipient="archive@example.net", flags={"is-routed": True}))

    assert "archive@example.net" == event.recipient
    assert event.final_recipient is None


def test_the_account_is_the_callers():
    """Mailgun's own account id, there or of a subaccount, does not become the caller's name for it."""
    payload = body("delivered", account={"id": "5f1e9a0c"})
    payload["signature"]["parent-signature"] = "p" * 64

    assert only(payload).account is None
    assert "main" == only(payload, account="main").account


@pytest.mark.parametrize("variables", [..., None, [], {}, "B-77"])
def test_no_user_variables(variables):
    """An empty list is an empty object: no reference, no metadata, no error."""
    event = only(body("delivered", user_variables=variables), reference="appointment")

    assert event.reference is None
    assert {} == event.metadata


def test_user_variables():
    """One of them is the reference; all of them are metadata, as strings."""
    event = only(body("delivered", user_variables={"appointment": 77, "tenant": {"id": 3}}), reference="appointment")

    assert "77" == event.reference
    assert {"appointment": "77", "tenant": '{"id": 3}'} == event.metadata
    assert only(body("delivered", user_variables={"appointment": 77})).reference is None


def test_delivered_is_never_posted_again():
    """A lost delivered stays lost, so whoever looks at the status is told."""
    assert mailgun.PROVIDER.habits.repeats_lost_delivery is False


def test_a_link_is_kept_of_clicks_only():
    """The URL of a click is the link; other events may have one of Mailgun's."""
    assert "https://example.org/a" == only(body("clicked", url="https://example.org/a")).url
    assert only(body("opened", url="https://example.org/a")).url is None


# --- unsubscribed, rejected, and what is no event


@pytest.mark.parametrize(
    "more,scopes",
    [
        ({"tags": ["*"]}, ["everything"]),
        ({"tags": ["news"]}, ["tag:news"]),
        ({"tags": ["news", "offers", "news"]}, ["tag:news", "tag:offers"]),
        ({"tags": ["news"], "mailing_list": {"address": "n@mg.example.org"}}, ["list:n@mg.example.org"]),
        ({"tags": ["*"], "mailing_list": {"address": "n@mg.example.org"}}, ["everything"]),
        ({"tags": ["news", "*"]}, ["everything"]),
        ({"tags": [], "mailing_list": []}, ["everything"]),
        ({}, ["everything"]),
    ],
)
def test_what_was_unsubscribed_from(more, scopes):
    """The whole domain, one list, or each of the tags; where nothing is said, everything."""
    events = mailgun.parse(body("unsubscribed", **more)).events

    assert scopes == [str(event.scope) for event in events]
    assert {EventKind.UNSUBSCRIBED} == {event.kind for event in events}
    assert len(scopes) == len(set(events))


@pytest.mark.parametrize(
    "number,scopes",
    [(mailgun.MOST_SCOPES, mailgun.MOST_SCOPES), (mailgun.MOST_SCOPES + 1, 1), (9 * mailgun.MOST_SCOPES, 1)],
)
def test_more_tags_than_a_message_has_are_everything(number, scopes):
    """Nothing is lost: what one body names too many of is left as a whole, the safe side, and all its tags are kept."""
    tags = [f"tag {n}" for n in range(number)]
    events = mailgun.parse(body("unsubscribed", tags=tags)).events

    assert scopes == len(events)
    assert (scopes == 1) is (EVERYTHING in {event.scope for event in events})
    assert {tuple(tags)} == {event.tags for event in events}


@pytest.mark.parametrize(
    "several",
    [
        {"event": "unsubscribed", "tags": [f"tag {n}" for n in range(mailgun.MOST_SCOPES)]},
        {"event": "rejected", "recipient": ..., "message": {"headers": {"to": "a@example.com, b@example.com"}}},
    ],
    ids=["unsubscribed", "rejected"],
)
def test_what_several_events_of_a_body_share_is_read_once(several, monkeypatch):
    """However many events a body makes, its variables are gone through once, when the first is asked for them."""
    read = []
    original = mailgun.reading.metadata
    monkeypatch.setattr(mailgun.reading, "metadata", lambda value: read.append(value) or original(value))
    events = mailgun.parse(body(**several, user_variables={"order": "17"})).events

    assert [] == read
    assert [{"order": "17"}] * len(events) == [event.metadata for event in events]
    assert 1 < len(events)
    assert 1 == len(read)


def test_tags_of_other_events_are_no_scope():
    """Everywhere else tags are those of the message."""
    event = only(body("clicked", tags=["news"]))

    assert event.scope is None
    assert ("news",) == event.tags


def test_a_rejection_of_one():
    """The hand-over was refused; the only address in To is its recipient."""
    event = only(body("rejected", recipient=..., reject={"reason": "Sandbox subdomains are for tests."}))

    assert EventKind.REJECTED is event.kind
    assert "grace@example.com" == event.recipient
    assert Attribution.EXACT is event.attribution
    assert ("Sandbox subdomains are for tests.", None) == (event.failure.reported, event.failure.diagnostic)
    assert Reason.SENDER_ACCOUNT is event.reason


def test_a_rejection_of_several():
    """To may name people this hand-over was not for: each is only somebody on the message."""
    headers = {"message-id": MESSAGE_ID, "to": 'grace@example.com, "Hopper, G." <hopper@example.net>'}
    events = mailgun.parse(body("rejected", recipient=..., message={"headers": headers})).events

    assert ["grace@example.com", "hopper@example.net"] == [event.recipient for event in events]
    assert {Attribution.MESSAGE} == {event.attribution for event in events}


def test_a_rejection_that_names_its_recipient():
    """If Mailgun names the recipient after all, To is not asked."""
    event = only(body("rejected", recipient="ada@example.com", reject={"reason": "", "description": "Paused."}))

    assert "ada@example.com" == event.recipient
    assert "Paused." == event.failure.reported


def test_the_words_of_a_rejection_are_no_reply():
    """What Mailgun says of our account is not diagnosed as if a server had said it of the mailbox."""
    event = only(body("rejected", recipient=..., reject={"reason": "The account is disabled."}))

    assert Reason.SENDER_ACCOUNT is event.reason


def test_an_event_nobody_documents():
    """It is kept with its name; about no recipient it is a notice."""
    assert "blocked" == only(body("Blocked")).value
    assert EventKind.UNKNOWN is only(body("blocked")).kind

    (notice,) = mailgun.parse(body("blocked", recipient=...)).notices
    assert ("blocked", "event-data") == (notice.name, notice.path)


@pytest.mark.parametrize("name", mailgun.NOTICES)
def test_what_is_about_no_copy_is_a_notice(name):
    """Stored and list events are about no copy of ours, even where they name an address."""
    given = mailgun.parse(body(name))

    assert () == given.events
    assert [name] == [notice.name for notice in given.notices]


# --- bodies


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        [body("delivered")],
        "7",
        {"signature": {}},
        {"event": "delivered"},
        {"event": "delivered", "email": "grace@example.com"},
        {"recipient": "grace@example.com", "sender": "a@example.org", "timestamp": "1772366400"},  # an inbound route's
        {"items": {}},
    ],
)
def test_what_is_not_mailguns_is_refused(payload):
    """A body of somebody else's, or a mail that a route posted, is no webhook of Mailgun's."""
    with pytest.raises(PayloadError):
        mailgun.parse(payload)


def test_the_element_is_the_event_data():
    """The signature is no part of what happened."""
    payload = body("delivered")
    (element,) = mailgun.parse(json.dumps(payload).encode()).elements

    assert "event-data" == element.path
    assert payload["event-data"] == element.raw


def test_records_of_the_events_api():
    """One record, or a page of them, as they are: that is how a lost delivered is found again."""
    record = body("delivered")["event-data"]
    page = {"items": [record, {**record, "recipient": 7}, record], "paging": {"next": "https://api.example.net/"}}

    assert only(body("delivered")) == only(record)
    assert [only(record)] * 2 == list(mailgun.parse(page).events)
    assert ["items.1.recipient"] == [each.path for each in mailgun.parse(page).unread]
    assert () == mailgun.parse({"items": []}).elements


# --- forms


def as_multipart(fields):
    """Give the bytes of a form with files."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, values in fields.items()
        for value in values
    ]
    return ("".join(parts) + "--edge--\r\n").encode()


@pytest.mark.parametrize(
    "posted",
    [
        lambda fields: urlencode(fields, doseq=True).encode(),
        lambda fields: urlencode(fields, doseq=True),
        as_multipart,
        lambda fields: fields,
        lambda fields: {name: values[0] for name, values in fields.items()},
        MultiDict,
    ],
    ids=["bytes", "text", "multipart", "lists", "strings", "getlist"],
)
def test_a_form_in_any_shape(posted):
    """However a form comes, it says the same."""
    fields = {name: [value] for name, value in form("bounced", code="550", error="5.1.1 No such user").items()}
    fields["appointment"] = ["B-77"]
    event = only(posted(fields), reference="appointment")

    assert EventKind.BOUNCED is event.kind
    assert Reason.UNKNOWN_RECIPIENT is event.reason
    assert (MESSAGE_ID, "grace@example.com", "B-77") == (event.message_id, event.recipient, event.reference)
    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == event.occurred_at
    assert "t" * 50 == event.event_id
    assert {"appointment": "B-77"} == event.metadata


def test_the_element_of_a_form_is_the_form():
    """It stands at the top, and raw is what was posted."""
    (element,) = mailgun.parse(form("delivered")).elements

    assert "" == element.path
    assert form("delivered") == element.raw


def test_of_two_values_the_first_is_mailguns():
    """The user's variables come after Mailgun's fields: they cannot change what happened to whom."""
    fields = form(["clicked", "complained"])
    event = only({**fields, "recipient": ["grace@example.com", "x@example.net"]})

    assert EventKind.CLICKED is event.kind
    assert "grace@example.com" == event.recipient
    assert {"event": "complained", "recipient": "x@example.net"} == event.metadata


def test_of_two_values_of_the_signed_fields_the_last_is_mailguns():
    """timestamp, token and signature come after the user's variables."""
    event = only(form("opened", timestamp=["noon", "1772366400"], token=["mine", "t"], signature=["mine", "s"]))

    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == event.occurred_at
    assert "t" == event.event_id
    assert {"timestamp": "noon", "token": "mine", "signature": "mine"} == event.metadata


def test_a_field_without_a_value():
    """An empty list of values is an absent field."""
    event = only(form("opened", timestamp=[], appointment=[]))

    assert event.occurred_at is None
    assert {} == event.metadata


def test_variables_in_the_header():
    """The header that carried the variables knows which are the user's; several are merged."""
    headers = [
        ["To", "grace@example.com"],
        ["X-Mailgun-Variables", json.dumps({"appointment": "B-77"})],
        ["x-mailgun-variables", json.dumps({"tenant": 3, "name": "\x00"})],
        ["X-Mailgun-Variables", "[1]"],
        ["odd"],
    ]
    event = only(
        form("delivered", message_headers=json.dumps(headers), appointment="other", stray="x"), reference="appointment"
    )

    assert "B-77" == event.reference
    assert {"appointment": "B-77", "tenant": "3", "name": "\ufffd"} == event.metadata


def test_long_headers_are_read_whole():
    """Headers are longer than what is kept of a text; the variables may stand at their end."""
    headers = [["Received", "by mx.example.com"]] * 400 + [["X-Mailgun-Variables", '{"appointment": "B-77"}']]

    assert "B-77" == only(form("delivered", message_headers=json.dumps(headers)), reference="appointment").reference


@pytest.mark.parametrize(
    "headers", ["", "[]", "{}", "[", "7", "[[[[]]]]", "[" * 5_000, '[["X-Mailgun-Variables", "["]]']
)
def test_headers_that_hold_no_variables(headers):
    """Without them, what is not Mailgun's is the user's."""
    event = only(form("delivered", message_headers=headers, appointment="B-77"), reference="appointment")

    assert "B-77" == event.reference
    assert {"appointment": "B-77"} == event.metadata


def test_fields_of_mailguns_are_no_metadata():
    """No field that is documented or seen leaks into the user's data, nor the bounce mail that is attached."""
    fields = dict.fromkeys(mailgun.RESERVED, "x") | form("bounced")
    event = only({**fields, "attachment-1": "the whole mail", "X-Mailgun-Sid": "x", "tag": ["a", "b"]})

    assert {} == event.metadata
    assert ("a", "b") == event.tags


def test_tags_of_a_form():
    """They are in tag, or in X-Mailgun-Tag."""
    assert ("a",) == only(form("opened", tag="a")).tags
    assert ("a", "b") == only({**form("opened"), "X-Mailgun-Tag": ["a", "b"]}).tags


@pytest.mark.parametrize("name", ["Message-Id", "message-id"])
@pytest.mark.parametrize("written", [MESSAGE_ID, f"<{MESSAGE_ID}>"])
def test_the_message_id_of_a_form(name, written):
    """It is spelled in two ways, with and without brackets."""
    fields = form("opened")
    del fields["Message-Id"]

    assert MESSAGE_ID == only({**fields, name: written}).message_id


def test_an_unsubscription_in_a_form():
    """Tag and mailing-list are the message's: from which of them is not said, so from everything."""
    event = only(form("unsubscribed", tag="news", mailing_list="news@mg.example.org"))

    assert "everything" == str(event.scope)


@pytest.mark.parametrize(
    "code,reason,kind,because",
    [
        ("605", "hardfail", EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),
        ("606", "hardfail", EventKind.DROPPED, Reason.SUPPRESSED_UNSUBSCRIBE),
        ("607", "hardfail", EventKind.DROPPED, Reason.SUPPRESSED_COMPLAINT),
        ("625", "hardfail", EventKind.DROPPED, Reason.POLICY_HOLD),
        ("602", "old", EventKind.SOFT_BOUNCED, Reason.EXPIRED),
        ("", "old", EventKind.SOFT_BOUNCED, Reason.EXPIRED),
        ("498", "hardfail", EventKind.BOUNCED, Reason.UNKNOWN_DOMAIN),
        ("499", "hardfail", EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),
        ("", "hardfail", EventKind.DROPPED, Reason.SUPPRESSED_OTHER),
        ("", "", EventKind.DROPPED, Reason.UNKNOWN),
        ("550", "hardfail", EventKind.BOUNCED, Reason.POLICY_REJECTED),
        ("5.1.1", "hardfail", EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT),
        ("452", "", EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR),
        ("4.2.2", "", EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL),
        ("250", "", EventKind.DROPPED, Reason.UNKNOWN),
    ],
)
def test_dropped_in_a_form(code, reason, kind, because):
    """Dropped is what was never tried, and also the end after a refusal: a server's code tells which."""
    event = only(form("dropped", code=code, reason=reason))

    assert kind is event.kind
    assert because is event.reason
    assert (reason or "dropped") == event.failure.reported


def test_the_description_of_a_drop():
    """It is the reply where the code is a server's, and Mailgun's own words where it is not."""
    said = "5.1.1 No such user"

    assert said == only(form("dropped", code="550", reason="hardfail", description=said)).failure.diagnostic
    assert only(form("dropped", code="605", reason="hardfail", description=said)).failure.diagnostic is None
    assert only(form("dropped", reason="hardfail", description=said)).failure.diagnostic is None
    assert said == only(form("dropped", description=said)).failure.diagnostic


@pytest.mark.parametrize("more", [{"error": "5.1.1 No", "notification": "Hello"}, {"notification": "5.1.1 No"}])
def test_the_reply_of_a_bounce_in_a_form(more):
    """It is in error, or else in notification."""
    assert "5.1.1 No" == only(form("bounced", **more)).failure.diagnostic


def test_an_unknown_event_in_a_form():
    """It is kept with its name; about no recipient it is a notice."""
    fields = form("throttled")
    event = only(fields)
    del fields["recipient"]
    (notice,) = mailgun.parse(fields).notices

    assert (EventKind.UNKNOWN, "throttled") == (event.kind, event.value)
    assert ("throttled", "") == (notice.name, notice.path)


@pytest.mark.parametrize("name,path", [("delivered", "recipient"), ("", "event"), ([], "event")])
def test_a_form_that_lacks_what_it_must_have(name, path):
    """A known event needs its recipient, and a form its event."""
    fields = form(name)
    del fields["recipient"]
    (unread,) = mailgun.parse(fields).unread

    assert (path, "missing") == (unread.path, unread.problem)


@pytest.mark.parametrize("name", mailgun.FORM_EVENTS)
def test_forms_know_no_bots(name):
    """A client-type is a guess from the User-Agent: nobody knows who it was."""
    assert Actor.UNKNOWN is only(form(name, client_type="robot", bot="generic")).actor


# --- laws

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "event", "id", "timestamp", "recipient", "severity", "reason", "delivery-status", "message", "flags", "client-info",
    "tags", "mailing-list", "user-variables", "reject", "url", "code", "Message-Id", "message-headers", "tag", "error",
)  # fmt: skip
WORDS = st.sampled_from([word for table in mailgun.PROVIDER.tables.values() for word in table])
ANYTHING = st.dictionaries(st.sampled_from(FIELDS), WORDS | JSON | st.lists(WORDS, max_size=2), max_size=8)


@given(ANYTHING, st.sampled_from(["webhook", "record", "page"]))
def test_parsing_is_total(fields, place):
    """Whatever stands in its fields, a body gives events that can be stored, notices or unread, or is refused."""
    payload = {"webhook": {"event-data": fields}, "record": fields, "page": {"items": [fields]}}[place]
    try:
        read = mailgun.parse(payload, reference="appointment")
    except PayloadError:
        assert "record" == place
        return
    for event in read.events:
        assert event == Event.from_dict(event.to_dict())
        assert event.failure is None or isinstance(event.failure.reason, Reason)
    (element,) = read.elements
    assert bool(element.events) + len(read.notices) + len(read.unread) == 1


@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(WORDS | st.text(max_size=8), min_size=1, max_size=3)))
def test_a_form_says_the_same_decoded_or_not(fields):
    """The bytes of a form and the mapping that a framework makes of them are read alike."""
    fields = {name: [value] for name, value in form("dropped").items()} | fields
    posted = urlencode({name: [value.encode() for value in values] for name, values in fields.items()}, doseq=True)

    assert mailgun.parse(fields) == mailgun.parse(posted.encode())
