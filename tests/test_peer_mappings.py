"""
Where a widely used mapper (django-anymail 15.2) is doubtful or wrong by the providers' own words, row by row.

Each row says in a word what the provider documents, and what follows here. A row is a body as it is posted, and what it must give.
Those that cannot be seen in one event have a test of their own below.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import deliverystatus as ds

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ADA = "ada@example.com"


def sendgrid(**fields):
    """Write one event of SendGrid's."""
    return [{"email": ADA, "timestamp": 1772452800, "sg_message_id": "K1.recvd-1", **fields}]


def mailgun(**fields):
    """Write one event of Mailgun's."""
    message = {"headers": {"message-id": "m-1@example.org"}}
    return {"signature": {}, "event-data": {"recipient": ADA, "timestamp": 1772452800.5, "message": message, **fields}}


def ses(kind, **fields):
    """Write one event of Amazon SES."""
    mail = {"messageId": "0102", "timestamp": "2026-03-02T12:00:00Z", "destination": [ADA, "bob@example.com"]}
    return {"eventType": kind, "mail": mail, **fields}


def ses_bounce(kind, subtype, **recipient):
    """Write a bounce of Amazon SES's."""
    listed = [{"emailAddress": ADA, **recipient}]
    bounce = {
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": listed,
        "timestamp": "2026-03-02T12:00:09Z",
    }
    return ses("Bounce", bounce=bounce)


def ses_complaint(**fields):
    """Write a complaint of Amazon SES's."""
    complaint = {"complainedRecipients": [{"emailAddress": ADA}], "timestamp": "2026-03-02T13:00:00Z", **fields}
    return ses("Complaint", complaint=complaint)


def postmark(record, **fields):
    """Write one record of Postmark's."""
    common = {"MessageID": "p-1", "Email": ADA, "Recipient": ADA, "MessageStream": "outbound"}
    times = {"BouncedAt": "2026-03-02T12:00:00Z", "ChangedAt": "2026-03-02T12:00:00Z"}
    return {"RecordType": record, **common, **times, **fields}


def mandrill(event, **msg):
    """Write one event of Mandrill's, as its form holds it."""
    return {
        "mandrill_events": json.dumps([{"event": event, "ts": 1772452800, "_id": "a1", "msg": {"email": ADA, **msg}}])
    }


def resend(kind, **data):
    """Write one event of Resend's."""
    return {"type": kind, "created_at": "2026-03-02T12:00:00Z", "data": {"email_id": "e-1", "to": [ADA], **data}}


def postal(event, **payload):
    """Write one event of Postal's."""
    message = {"id": 17, "message_id": "m-1@example.org", "to": ADA, "direction": "outgoing"}
    return {"event": event, "timestamp": 1772452800.5, "uuid": "u-1", "payload": {"message": message, **payload}}


def sparkpost(kind, **fields):
    """Write one event of SparkPost's."""
    common = {"type": kind, "rcpt_to": ADA, "timestamp": "1772452800", "transmission_id": "7"}
    return [{"msys": {"message_event": {**common, **fields}}}]


def mailjet(event, **fields):
    """Write one event of Mailjet's."""
    return {"event": event, "time": 1772452800, "email": ADA, "MessageID": 19421777835146490, **fields}


def brevo(event, **fields):
    """Write one event of Brevo's."""
    return {
        "event": event,
        "email": ADA,
        "message-id": "<b-1@example.org>",
        "ts_epoch": 1772452800000,
        "id": 7,
        **fields,
    }


def mailtrap(event, **fields):
    """Write one event of Mailtrap's."""
    return {"events": [{"event": event, "email": ADA, "message_id": "t-1", "timestamp": 1772452800, **fields}]}


def mailersend(kind):
    """Write one event of MailerSend's, of either version."""
    first = {
        "type": kind,
        "data": {"id": "a", "created_at": "2026-03-02T12:00:00Z", "email": {"recipient": {"email": ADA}}},
    }
    return {**first, "created_at": "2026-03-02T12:00:00Z"}


#: The row, the provider, a body, and of each event: what it is, why, and whether the address is held to be bad.
ROWS = [
    (1, "sendgrid", sendgrid(event="bounce", type="blocked", reason="554 5.7.1 blocked"), [("soft_bounced", "policy_rejected", False)]),
    (2, "sendgrid", sendgrid(event="dropped", reason="Spam Reporting Address"), [("dropped", "suppressed_complaint", False)]),
    (2, "sendgrid", sendgrid(event="dropped", reason="Spam Content"), [("dropped", "spam_content", False)]),
    (2, "sendgrid", sendgrid(event="dropped", reason="Recipient List over Package Quota"), [("dropped", "quota_exceeded", False)]),
    (2, "sendgrid", sendgrid(event="dropped", reason="Invalid SMTPAPI header"), [("dropped", "protocol_error", False)]),
    (5, "mailgun", mailgun(event="failed", severity="permanent", reason="suppress-bounce", **{"delivery-status": {"code": 605}}), [("dropped", "suppressed_bad_address", False)]),
    (5, "mailgun", mailgun(event="failed", severity="permanent", reason="suppress-unsubscribe", **{"delivery-status": {"code": 606}}), [("dropped", "suppressed_unsubscribe", False)]),
    (5, "mailgun", mailgun(event="failed", severity="permanent", reason="suppress-complaint", **{"delivery-status": {"code": 607}}), [("dropped", "suppressed_complaint", False)]),
    (6, "mailgun", mailgun(event="failed", severity="permanent", reason="generic", **{"delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "5.1.1 no such user"}, "flags": {"is-delayed-bounce": True}}), [("bounced", "unknown_recipient", True)]),
    (7, "mailgun", mailgun(event="failed", severity="temporary", reason="old", **{"delivery-status": {"code": 602, "message": "Too old"}}), [("soft_bounced", "expired", False)]),
    (10, "ses", ses_bounce("Transient", "MailboxFull", diagnosticCode="smtp; 552 5.2.2 full", status="5.2.2"), [("soft_bounced", "mailbox_full", False)]),
    (10, "ses", ses_bounce("Transient", "General"), [("undetermined_bounce", "unknown", False)]),
    (10, "ses", ses_bounce("Transient", "General", diagnosticCode="smtp; 550 5.1.1 no such user", status="5.1.1"), [("soft_bounced", "unknown_recipient", True)]),
    (11, "ses", ses_bounce("Permanent", "Suppressed"), [("dropped", "suppressed_bad_address", False)]),
    (11, "ses", ses_bounce("Permanent", "OnAccountSuppressionList"), [("dropped", "suppressed_bad_address", False)]),
    (12, "ses", ses_complaint(complaintSubType="OnAccountSuppressionList"), [("dropped", "suppressed_complaint", False)]),
    (12, "ses", ses_complaint(complaintFeedbackType="not-spam"), [("marked_not_spam", None, False)]),
    (13, "ses", ses("Reject", reject={"reason": "Bad content"}), [("dropped", "content_rejected", False)] * 2),
    (14, "postmark", postmark("Bounce", Type="SoftBounce", Details="smtp;452 4.2.2 mailbox full", Inactive=False), [("soft_bounced", "mailbox_full", False)]),
    (15, "postmark", postmark("Bounce", Type="SpamNotification"), [("soft_bounced", "spam_content", False)]),
    (16, "postmark", postmark("Bounce", Type="Blocked"), [("soft_bounced", "reputation_blocked", False)]),
    (16, "postmark", postmark("Bounce", Type="DMARCPolicy"), [("soft_bounced", "sender_authentication", False)]),
    (17, "postmark", postmark("Bounce", Type="AddressChange"), [("address_changed", None, False)]),
    (18, "postmark", postmark("Bounce", Type="ManuallyDeactivated"), [("dropped", "suppressed_other", False)]),
    (18, "postmark", postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression", Origin="Recipient"), [("unsubscribed", None, False)]),
    (18, "postmark", postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression", Origin="Customer", MessageID=None), [("suppression_changed", "suppressed_other", False)]),
    (19, "postmark", postmark("SubscriptionChange", SuppressSending=False, Origin="Customer", MessageID=None), [("suppression_changed", None, False)]),
    (20, "postmark", postmark("Bounce", Type="Transient", Details="smtp;451 4.3.0 later"), [("deferred", "recipient_server_error", False)]),
    (21, "mandrill", mandrill("delivered"), [("delivered", None, False)]),
    (22, "mandrill", mandrill("hard_bounce", bounce_description="bad_mailbox", diag="smtp;550 5.1.1 no such user"), [("bounced", "unknown_recipient", True)]),
    (22, "mandrill", mandrill("soft_bounce", bounce_description="mailbox_full", diag="smtp;552 5.2.2 over quota"), [("soft_bounced", "mailbox_full", False)]),
    (23, "resend", resend("email.failed", failed={"reason": "reached_daily_quota"}), [("dropped", "quota_exceeded", False)]),
    (23, "resend", resend("email.suppressed", suppressed={"type": "OnAccountSuppressionList", "message": "listed"}), [("dropped", "suppressed_other", False)]),
    (23, "resend", resend("email.scheduled"), [("accepted", None, False)]),
    (24, "resend", resend("email.bounced", bounce={"type": "Transient", "subType": "MailboxFull", "message": "full"}), [("soft_bounced", "mailbox_full", False)]),
    (24, "resend", resend("email.bounced", bounce={"type": "Permanent", "subType": "Suppressed", "message": "suppressed sending"}), [("dropped", "suppressed_bad_address", False)]),
    (25, "postal", postal("MessageLoaded"), [("opened", None, False)]),
    (26, "postal", postal("MessageDeliveryFailed", status="HardFail", details="Permanent SMTP delivery error when sending to mx.example.com:25", output="550 5.1.1 no such user"), [("bounced", "unknown_recipient", True)]),
    (27, "postal", postal("MessageHeld", status="Held", details="Recipient (ada@example.com) is on the suppression list (reason: too many hard fails)"), [("dropped", "suppressed_repeated_bounces", False)]),
    (28, "sparkpost", sparkpost("bounce", bounce_class="22", raw_reason="552 5.2.2 over quota", error_code="552"), [("soft_bounced", "mailbox_full", False)]),
    (28, "sparkpost", sparkpost("bounce", bounce_class="51", raw_reason="550 5.7.1 listed at an RBL", error_code="550"), [("soft_bounced", "reputation_blocked", False)]),
    (28, "sparkpost", sparkpost("bounce", bounce_class="25", raw_reason="554 5.7.1 [internal] recipient address was suppressed due to customer policy"), [("dropped", "suppressed_other", False)]),
    (28, "sparkpost", sparkpost("delay", bounce_class="22", raw_reason="452 4.2.2 over quota", error_code="452"), [("deferred", "mailbox_full", False)]),
    (29, "mailjet", mailjet("bounce", hard_bounce=False, blocked=False, error="quota exceeded", error_related_to="recipient"), [("soft_bounced", "mailbox_full", False)]),
    (29, "mailjet", mailjet("bounce", hard_bounce=True, blocked=True, error="user unknown", error_related_to="recipient"), [("bounced", "unknown_recipient", True)]),
    (30, "brevo", brevo("soft_bounce", reason="452 4.2.2 mailbox full"), [("soft_bounced", "mailbox_full", False)]),
    (31, "mailtrap", mailtrap("reject", reason="Recipient in suppression list. Reason: unsubscription"), [("dropped", "suppressed_unsubscribe", False)]),
    (31, "mailtrap", mailtrap("reject", reason="Sending domain is not verified"), [("dropped", "sender_account", False)]),
    (32, "mailersend", mailersend("activity.opened_unique"), [("opened", None, False)]),
    (32, "mailersend", mailersend("activity.clicked_unique"), [("clicked", None, False)]),
    (33, "postmark", postmark("Bounce", Type="NewlyInvented", Details="smtp;550 no"), [("undetermined_bounce", "policy_rejected", False)]),
]  # fmt: skip


@pytest.mark.parametrize(
    "row,provider,body,expected", ROWS, ids=[f"row {row[0]}: {row[1]} {n}" for n, row in enumerate(ROWS)]
)
def test_row(row, provider, body, expected):
    """What the provider documents is what is read, and an address is blamed only by a server's word, or the provider's."""
    events = ds.parse(provider, body).events

    assert expected == [
        (str(event.kind), event.reason and str(event.reason), bool(event.failure and event.failure.address_is_bad))
        for event in events
    ], row


@pytest.mark.parametrize(
    "row,provider,body,expected", ROWS, ids=[f"row {row[0]}: {row[1]} {n}" for n, row in enumerate(ROWS)]
)
def test_who_may_still_be_written_to(row, provider, body, expected):
    """What is no fault of the address leaves it to be written to by another provider; a bad address, or a complaint, never does."""
    events = ds.parse(provider, body).events
    stops = any(bad or reason in {"suppressed_complaint", "suppressed_bad_address"} for _, reason, bad in expected)
    unsubscribed = any(kind == "unsubscribed" for kind, *_ in expected)

    allowed = ds.suppress(events).may_send(ADA, purpose="transactional", provider="another", now=NOW).allowed

    assert allowed is not stops or unsubscribed, row


def test_row_3_a_machines_opening():
    """SendGrid's flag of Apple's machine is the actor of the opening, is no metadata, and raises no status."""
    (event,) = ds.parse("sendgrid", sendgrid(event="open", sg_machine_open=True)).events
    record = ds.fold([*ds.parse("sendgrid", sendgrid(event="delivered")).events, event])

    assert ("machine", {}) == (event.actor, dict(event.metadata))
    assert "delivered" == record.status


def test_row_4_a_bounce_without_an_id():
    """A bounce that SendGrid heard of later has no id: it is of no copy, and counts against the address."""
    events = ds.parse(
        "sendgrid", [{"email": ADA, "timestamp": 1, "event": "bounce", "type": "bounce", "status": "5.1.1"}]
    ).events
    copies = ds.fold_copies(events)

    assert (0, events) == (len(copies), copies.uncorrelated)
    assert not ds.suppress(events).may_send(ADA, purpose="bulk", now=NOW).allowed


@pytest.mark.parametrize("bot", ["apple", "gmail", "generic"])
def test_row_8_mailguns_bots(bot):
    """Mailgun names bots, of openings and of clicks: neither is a person's."""
    for word, proves in [("opened", "delivered"), ("clicked", "sent")]:
        (event,) = ds.parse("mailgun", mailgun(event=word, **{"client-info": {"bot": bot}})).events
        assert ("machine", proves) == (event.actor, ds.fold([event]).status)


def test_row_9_delays_and_subscriptions_of_ses():
    """A delay is of the recipients it names, until a time; a subscription says what was left."""
    delayed = [{"emailAddress": ADA, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1 no answer"}]
    delay = {
        "delayType": "TransientCommunicationFailure",
        "timestamp": "2026-03-02T12:10:00Z",
        "delayedRecipients": delayed,
    }
    (event,) = ds.parse(
        "ses", ses("DeliveryDelay", deliveryDelay={**delay, "expirationTime": "2026-03-03T02:00:00Z"})
    ).events
    assert ("deferred", ADA, True, datetime(2026, 3, 3, 2, tzinfo=UTC)) == (
        event.kind,
        event.recipient,
        event.retrying,
        event.retry_until,
    )
    left = {
        "contactList": "News",
        "timestamp": "2026-03-02T12:00:00Z",
        "newTopicPreferences": {"unsubscribeAll": True, "topicSubscriptionStatus": []},
        "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": []},
    }
    body = ses("Subscription", subscription=left)
    body["mail"]["destination"] = [ADA]
    (event,) = ds.parse("ses", body).events
    assert ("unsubscribed", "everything") == (event.kind, str(event.scope))


def test_row_14_which_bounces_put_an_address_on_the_list():
    """Postmark's ``Inactive`` says whether the next message is refused there; the address itself may be fine."""
    events = ds.parse(
        "postmark", postmark("Bounce", Type="SoftBounce", Details="smtp;452 4.2.2 full", Inactive=True)
    ).events
    known = ds.suppress(events)

    assert not known.may_send(ADA, purpose="bulk", provider="postmark", scope="stream:outbound", now=NOW).allowed
    assert known.may_send(ADA, purpose="bulk", provider="another", now=NOW).allowed


def test_row_19_a_change_of_a_list_is_no_second_bounce():
    """What put an address on the list is told of the list; where it names a message it proves what became of that one."""
    body = postmark("SubscriptionChange", SuppressSending=True, SuppressionReason="HardBounce", Origin="Recipient")
    change, bounce = ds.parse("postmark", body).events
    assert ("suppression_changed", "added", "bounced", "p-1") == (
        change.kind,
        change.value,
        bounce.kind,
        bounce.message_id,
    )


def test_row_20_a_transient_bounce_may_be_the_last_word():
    """Postmark shows "Transient" as undeliverable too: whether it is still tried is not said, and nothing is final."""
    (event,) = ds.parse("postmark", postmark("Bounce", Type="Transient", Details="smtp;451 4.3.0 later")).events
    assert event.retrying is None


@pytest.mark.parametrize("word", ["proxy_open", "unique_proxy_open", "unique_proxy_opened"])
def test_row_30_openings_by_a_proxy(word):
    """Brevo names what a proxy opened, in either spelling: no person's opening."""
    (event,) = ds.parse("brevo", brevo(word)).events
    assert ("opened", "machine") == (event.kind, event.actor)


def test_row_32_both_versions_of_mailersend():
    """The payload of webhooks from 2026 on says the same as the one before."""
    second = {"type": "activity.hard_bounced", "created_at": "2026-03-02T12:00:00Z", "data": {"id": "a", "recipient": ADA, "reason": "Mailbox full"}}  # fmt: skip
    (event,) = ds.parse("mailersend", second).events
    assert ("bounced", ADA) == (event.kind, event.recipient)


def test_row_33_a_word_nobody_knows_suppresses_nobody():
    """A Type that is new says that something came back; nobody stops writing for it."""
    events = ds.parse("postmark", postmark("Bounce", Type="NewlyInvented")).events
    assert ds.suppress(events).may_send(ADA, purpose="bulk", now=NOW).allowed


def test_every_row_is_shown():
    """All 33 rows have a test that names them."""
    named = {int(row) for row in re.findall(r"def test_row_(\d+)", Path(__file__).read_text("utf-8"))}
    assert {*range(1, 34)} == named | {row for row, *_ in ROWS}
