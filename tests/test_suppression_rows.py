"""
The requirement rows of suppression, with vendors' real payloads: what five products promise their staff.

Each test names the rows it is about, as ``docs`` and the tables of requirements do. The last one sees that none lacks.
"""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from deliverystatus import (
    CauseKind,
    Party,
    Purpose,
    Reason,
    ReleaseProof,
    Rules,
    Standing,
    Wording,
    explain,
    fold_copies,
    parse,
    stop_by_hand,
    suppress,
)
from deliverystatus.testing import event
from told import FIXTURES, lacking, read

ADA, GRACE = "ada@example.com", "grace@example.com"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
EVERY, NONE, TRANSACTIONAL = set(Purpose), set(), {Purpose.TRANSACTIONAL}

#: The rows this file is about.
ROWS = (
    *(f"C{n}" for n in (9, 10, 11, 12, 17)),
    *(f"A{n}" for n in (6, 7, 8, 16, 17, 18, 24)),
    *(f"T{n}" for n in (7, 8, 10, 11, 12, 13, 14, 15, 16)),
    "K12",
)

SPAM_REPORT = read("sendgrid", "opt_outs.json")[:1]
BOUNCED_BEFORE, UNSUBSCRIBED_BEFORE, REPORTED_BEFORE = read("sendgrid", "dropped_reasons.json")[:3]


def ask(events, recipient=ADA, *, purpose="transactional", now=NOW, rules="default", **about):
    """Ask whether a message may be sent, of the list that *events* give."""
    return suppress(events, rules=rules).may_send(recipient, purpose=purpose, now=now, **about)


def allowed(events, recipient=ADA, **about):
    """Say for which purposes a message may be sent."""
    return {purpose for purpose in Purpose if ask(events, recipient, purpose=purpose, **about).allowed}


def release(events, cause, actor, proof, *, recipient=ADA, at=NOW):
    """Try to lift a cause."""
    return suppress(events).release(recipient, cause, actor=actor, proof=proof, at=at)


def soft_bounces(days):
    """Give what Postmark says of another copy on each of *days*: mailbox full."""
    told = json.loads((FIXTURES / "postmark" / "bounce_soft.json").read_bytes())
    return [
        one
        for n, day in enumerate(days)
        for one in parse(
            "postmark", told | {"MessageID": f"copy-{n}", "BouncedAt": f"2026-03-{day:02}T09:15:07Z"}
        ).events
    ]


# -- complaints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events",
    [
        SPAM_REPORT,
        [REPORTED_BEFORE],
        read("postmark", "spam_complaint.json"),
        read("postmark", "subscription_change_spam_complaint.json"),
        read("smtp", "arf_abuse.eml"),
    ],
    ids=["spam report", "drop", "complaint", "list", "feedback loop"],
)
def test_an_earlier_spam_report_blocks_all_further_mail(events):
    """C9, A18: after a spam report, however it is heard of, nothing is sent to the address, by whatever provider."""
    assert NONE == allowed(events)
    assert NONE == allowed(events, provider="another", account="another")
    assert Reason.SUPPRESSED_COMPLAINT is ask(events).event.failure.reason


def test_staff_are_told_what_blocks_it():
    """C9: it was the client's own report, and stays until they take it back."""
    assert [] == lacking(
        ask(SPAM_REPORT),
        whose=Party.RECIPIENT,
        lasting="stays",
        by=Party.RECIPIENT,
        how=["write to your support team, from the address that this message was for"],
    )
    assert "marked an earlier message as spam" in explain(ask(SPAM_REPORT)).meaning


def test_staff_are_told_what_to_ask_the_client():
    """C10: whether the address is right, and whether it was a mistake to report the message."""
    steps = explain(ask([*SPAM_REPORT, *read("postmark", "bounce_hard.json")])).next_steps
    assert "Ask the recipient whether it was a mistake." in steps
    assert any("whether the address is right" in step for step in steps)


def test_the_clients_mail_from_the_address_removes_it():
    """C11: a mail from the address in the file, that passed the checks, lifts the spam report; then mail is sent."""
    lifted = release(SPAM_REPORT, "complaint", "recipient", "from_suppressed_address")
    assert lifted.accepted
    assert EVERY == allowed([*SPAM_REPORT, lifted.event], now=NOW + DAY)
    assert "The stop was lifted" == explain(lifted).headline


@pytest.mark.parametrize("actor", ["staff", "support", "engineers", "provider"])
def test_the_request_must_come_directly_from_the_client(actor):
    """C12: nobody else's request counts, whatever they vouch for; staff read so, and why."""
    for proof in ReleaseProof:
        refused = release(SPAM_REPORT, "complaint", actor, proof)
        assert ("wrong_actor", None) == (refused.why_not, refused.event)
        explanation = explain(refused)
        assert Party.RECIPIENT is explanation.who_acts
        assert "from that same address. Nobody else can lift this stop." in explanation.next_steps[0]
    caveats = " ".join(explain(ask(SPAM_REPORT)).caveats)
    assert "Mailbox providers have a rule against spam" in caveats
    assert "must come directly from the recipient" in caveats


def test_the_removal_is_told_in_the_products_words():
    """C11, C12: with the product's own address for it, and its word for a client."""
    wording = Wording(recipient="client", support="support@clinic.example")
    explanation = explain(ask(SPAM_REPORT), wording=wording)
    assert "If it was, ask them to write to support@clinic.example, from the address" in explanation.next_steps[1]
    assert "directly from the client" in explanation.caveats[0]


@pytest.mark.parametrize("proof", ["from_suppressed_address", "link_mailed_there"])
def test_a_spam_report_by_mistake_is_taken_back_the_same_way(proof):
    """C17: the status of the message says spam report, and the same mail removes it; a mere request does not."""
    refused = release(SPAM_REPORT, "complaint", "recipient", "recipient_request")
    assert "wrong_proof" == refused.why_not
    assert "Nobody else can lift this stop." in explain(refused).next_steps[0]
    assert release(SPAM_REPORT, "complaint", "recipient", proof).accepted
    (record,) = fold_copies(SPAM_REPORT).values()
    assert any("from the address" in step for step in explain(record).next_steps)


def test_taken_out_of_the_spam_folder_is_no_request():
    """C11, C17: "not spam", reported by the feedback loop, lifts nothing."""
    assert NONE == allowed([*read("smtp", "arf_abuse.eml"), *read("smtp", "arf_not_spam.eml")])


# -- unsubscriptions -------------------------------------------------------------------------------------------------


def test_off_automated_mail_for_the_company():
    """A6: who unsubscribed gets no more automated mail from the company, and still what they have to know."""
    left = read("mailgun", "unsubscribed_from_the_domain.json")
    assert TRANSACTIONAL == allowed(left, GRACE)
    assert [] == lacking(
        ask(left, GRACE, purpose="bulk"),
        whose=Party.RECIPIENT,
        lasting="stays",
        by=Party.RECIPIENT,
        how=["ask them to sign up again. Only they can do that."],
    )


def test_one_companys_mail_is_no_other_companys():
    """A6: "for your company": another has a list of its own; within one, leaving a stream leaves that stream."""
    left = read("postmark", "subscription_change_unsubscribe.json")
    assert not ask(left, purpose="bulk", scope="stream:broadcast").allowed
    assert ask(left, purpose="bulk", scope="stream:news").allowed
    assert ask([], purpose="bulk").allowed


def test_customers_come_back_by_themselves():
    """A7: the Communications tab takes it back, and nobody of the company does; so does subscribing again."""
    left = read("mailgun", "unsubscribed_from_the_domain.json")
    lifted = release(left, "unsubscribe", "recipient", "recipient_request", recipient=GRACE)
    assert EVERY == allowed([*left, lifted.event], GRACE, now=NOW + DAY)
    refused = release(left, "unsubscribe", "staff", "support_decision", recipient=GRACE)
    assert ("wrong_actor", Party.RECIPIENT) == (refused.why_not, explain(refused).who_acts)
    streams = (
        read("postmark", "subscription_change_unsubscribe.json"),
        [event("resubscribed", at=NOW, scope="stream:broadcast", provider="postmark", message_id=None)],
    )
    assert EVERY == allowed([one for some in streams for one in some], now=NOW + DAY)


def test_the_client_list_shows_the_state_of_each_address():
    """A8: for the icon of each client, the list says at any time what stands against their address, if anything."""
    known = suppress([*SPAM_REPORT, *read("mailgun", "unsubscribed_from_the_domain.json")])
    icons = {
        client: [cause.kind for cause in known.may_send(client, purpose="bulk", now=NOW).causes]
        for client in (ADA, GRACE, "bob@example.com")
    }
    assert {ADA: [CauseKind.COMPLAINT], GRACE: [CauseKind.UNSUBSCRIBE], "bob@example.com": []} == icons
    assert {ADA, GRACE} == set(known)


def test_opted_out_of_future_messages():
    """K12: who clicked to opt out gets no future messages of the kind; alarms and receipts still come."""
    left = read("sendgrid", "opt_outs.json")[1:2]
    assert TRANSACTIONAL == allowed(left)
    assert Reason.SUPPRESSED_UNSUBSCRIBE is ask(left, purpose="bulk").event.failure.reason
    assert "asked for no more messages of this kind" in explain(ask(left, purpose="bulk")).meaning


def test_opted_out_on_the_phone():
    """K12: STOP ends everything from that number, alarms too; its staff read that it was the recipient's choice."""
    stop = [event("unsubscribed", at=0, channel="sms", recipient="+15550100", scope="sender:+15550199")]
    decision = ask(stop, "+15550100", channel="sms", scope="sender:+15550199")
    how = ["they can answer with the word START. Only they can do that."]
    assert [] == lacking(decision, whose=Party.RECIPIENT, lasting="until", by=Party.RECIPIENT, how=how)


# -- bad addresses and domains ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events, recipient",
    [
        (read("sendgrid", "dropped_invalid.json"), "ada@example"),
        (read("postmark", "bounce_bad_email_address.json"), "ada@example..com"),
        (read("postmark", "bounce_hard.json"), ADA),
        (read("mailgun", "failed_hard_bounce.json"), GRACE),
        (read("smtp", "recipients_refused.json"), ADA),
    ],
    ids=["sendgrid", "malformed", "postmark", "mailgun", "at our own RCPT"],
)
def test_an_address_that_is_not_valid(events, recipient):
    """A16: the address is invalid: nothing more is sent to it, by any provider, and staff lift it after checking."""
    assert NONE == allowed(events, recipient)
    assert NONE == allowed(events, recipient, provider="another")
    assert CauseKind.BAD_ADDRESS is ask(events, recipient).causes[0].kind
    at = NOW if all(one.occurred_at for one in events) else NOW + DAY
    assert release(events, "bad_address", "staff", "address_checked", recipient=recipient, at=at).accepted


def test_staff_are_told_of_an_invalid_address():
    """A16: what became of it, that it stays, and that they can lift it when they have checked the address."""
    assert [] == lacking(
        ask(read("postmark", "bounce_hard.json")),
        whose=Party.RECEIVER,
        lasting="stays",
        by=Party.STAFF,
        how=["whether the address is right"],
    )


def test_an_earlier_failure_of_the_domain():
    """A17: a domain that takes no mail is flagged for everybody there, and for a while."""
    failed = read("mailgun", "form_dropped_no_mx.txt")
    assert NONE == allowed(failed, "hopper@example.com")
    decision = ask(failed, "hopper@example.com")
    assert (CauseKind.BAD_DOMAIN, "example.com") == (decision.causes[0].kind, decision.causes[0].domain)
    assert EVERY == allowed(failed, "hopper@example.net")
    assert EVERY == allowed(failed, "hopper@example.com", now=NOW + 30 * DAY)


def test_staff_are_told_of_a_domain():
    """A17: it ends by itself, or when they have checked what is after the @."""
    decision = ask(read("mailgun", "form_dropped_no_mx.txt"), "hopper@example.com")
    how = ["Check the part of the address after the @", "note that you checked it, and lift the stop"]
    assert [] == lacking(decision, whose=Party.RECEIVER, lasting="ends", by=Party.STAFF, how=how)


def test_an_earlier_failure_of_the_address():
    """A17, T12: a drop for an earlier bounce is remembered as a bad address, whoever sends next."""
    assert NONE == allowed([BOUNCED_BEFORE], provider="postmark")
    assert "an earlier message to this address" in explain(ask([BOUNCED_BEFORE])).meaning


# -- repeated failures -----------------------------------------------------------------------------------------------


def test_who_bounced_several_times_is_suppressed():
    """T10: after bounces on three days the sender stops; two, or three on one day, are not enough."""
    assert EVERY == allowed(soft_bounces([2, 3]))
    assert EVERY == allowed(soft_bounces([2, 2, 2]))
    assert NONE == allowed(soft_bounces([2, 3, 4]))
    assert Reason.SUPPRESSED_REPEATED_BOUNCES is ask(soft_bounces([2, 3, 4])).event.failure.reason


def test_support_un_suppresses():
    """T11: support lifts it; who asks as the recipient is told to contact support, as staff are beforehand."""
    bounces = soft_bounces([2, 3, 4])
    how = ["ask your support team to let messages through again"]
    assert [] == lacking(ask(bounces), whose=Party.RECEIVER, lasting="ends", by=Party.SUPPORT, how=how)
    refused = release(bounces, "repeated_failures", "recipient", "recipient_request")
    assert ("wrong_actor", Party.SUPPORT) == (refused.why_not, explain(refused).who_acts)
    lifted = release(bounces, "repeated_failures", "support", "support_decision")
    assert EVERY == allowed([*bounces, lifted.event], now=NOW + DAY)


# -- the provider's own list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, kind",
    [
        ("subscription_change_hard_bounce.json", CauseKind.BAD_ADDRESS),
        ("subscription_change_spam_complaint.json", CauseKind.COMPLAINT),
        ("subscription_change_by_admin.json", CauseKind.PROVIDER_LIST),
        ("subscription_change_unsubscribe.json", CauseKind.UNSUBSCRIBE),
    ],
)
def test_an_address_is_added_to_a_streams_list(name, kind):
    """T8: after a hard bounce, a complaint, by hand or by the recipient: each is the cause it is, and no status."""
    events = read("postmark", name)
    assert kind is ask(events, purpose="bulk", scope="stream:outbound" if "admin" in name else None).causes[0].kind
    assert not any("suppression_changed" in record.status for record in fold_copies(events).values())


def test_added_by_hand_binds_the_stream():
    """T8: what an administrator listed there is stopped there, and not for another stream, account or provider."""
    added = read("postmark", "subscription_change_by_admin.json")
    assert NONE == allowed(added, provider="postmark", scope="stream:outbound")
    assert EVERY == allowed(added, provider="postmark", scope="stream:broadcast")
    assert EVERY == allowed(added, provider="sendgrid")
    how = ["Ask your support team", "must be lifted there as well"]
    assert [] == lacking(ask(added), whose=Party.PROVIDER, lasting="stays", by=Party.SUPPORT, how=how)


def test_removed_from_the_list():
    """T8: taken from the list later, the address gets mail again; a complaint stands, though the list forgot it."""
    body = json.loads((FIXTURES / "postmark" / "subscription_change_reactivated.json").read_bytes())
    removed = parse("postmark", body | {"ChangedAt": "2026-03-05T09:15:08Z"}).events
    assert EVERY == allowed([*read("postmark", "subscription_change_by_admin.json"), *removed])
    assert NONE == allowed([*read("postmark", "subscription_change_spam_complaint.json"), *removed])


@pytest.mark.parametrize(
    "drop, kind, purposes, word",
    [
        (UNSUBSCRIBED_BEFORE, CauseKind.PROVIDER_LIST, TRANSACTIONAL, "asked for no more messages"),
        (BOUNCED_BEFORE, CauseKind.BAD_ADDRESS, NONE, "could not be delivered"),
        (REPORTED_BEFORE, CauseKind.COMPLAINT, NONE, "marked an earlier message as spam"),
    ],
    ids=["in a group", "bounced", "reported"],
)
def test_three_reasons_to_drop(drop, kind, purposes, word):
    """T12: in a suppression group, bounced before, marked as spam: three causes, and staff read which it was."""
    assert purposes == allowed([drop])
    decision = ask([drop], purpose="bulk")
    assert [kind] == [cause.kind for cause in decision.causes]
    assert word in explain(decision).meaning


# -- what is no event ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "standing, whose, by, how",
    [
        ({"declined": True}, Party.RECIPIENT, Party.RECIPIENT, "ask them to change their choice"),
        ({"template_on": False}, Party.STAFF, Party.STAFF, "Switch them on in the settings"),
    ],
    ids=["by the recipient", "for the account"],
)
def test_declined_has_two_meanings(standing, whose, by, how):
    """T7: refused by the recipient, or off for the account: each says whose decision it was, and who changes it."""
    assert [] == lacking(ask([], standing=Standing(**standing)), whose=whose, lasting="changes", by=by, how=[how])


def test_the_quota_of_a_trial():
    """T13: beyond the trial's number nothing is sent; entering billing details removes the limit."""
    decision = ask([], standing=Standing(quota_left=0))
    how = ["A trial may need billing details"]
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="changes", by=Party.STAFF, how=how)
    assert Reason.QUOTA_EXCEEDED is decision.event.failure.reason
    assert ask([], standing=Standing(quota_left=None)).allowed


def test_text_messages_are_not_on_in_a_trial():
    """T14: not before billing, and then on request: support switches the channel on; mail is not meant."""
    decision = ask([], "+15550100", channel="sms", standing=Standing(channel_on=False))
    how = ["Ask your support team to switch it on"]
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="changes", by=Party.SUPPORT, how=how)
    assert Reason.CHANNEL_DISABLED is decision.event.failure.reason


def test_an_invitation_needs_the_tick():
    """T15: only where the account enabled the field, only for invitations, and only while the box is not ticked."""
    enabled = Rules(name="enabled", opt_in=frozenset({Purpose.INVITATION}))
    decision = ask([], purpose="invitation", rules=enabled, standing=Standing(opted_in=False))
    how = ["Ask the recipient whether they want such messages", "record that they agreed"]
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="changes", by=Party.RECIPIENT, how=how)
    assert {Purpose.TRANSACTIONAL, Purpose.BULK} == allowed([], rules=enabled)
    assert EVERY == allowed([], rules=enabled, standing=Standing(opted_in=True))
    assert EVERY == allowed([])


def test_blocked_by_our_own_system():
    """T16: held back by a rule of ours: staff write to support, who unblock it; it is no block by the receiver."""
    decision = ask([], standing=Standing(on_hold=True))
    how = ["Contact your support team to have it let through"]
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="changes", by=Party.SUPPORT, how=how)
    assert Reason.POLICY_HOLD is decision.event.failure.reason


def test_stopped_by_hand():
    """T16, T11: what staff stopped they lift again, and what support stopped support alone does."""
    by_staff, by_support = (stop_by_hand(ADA, actor=actor, at=NOW - DAY) for actor in ("staff", "support"))
    assert release([by_staff], "manual", "staff", "support_decision").accepted
    assert "wrong_actor" == release([by_support], "manual", "staff", "support_decision").why_not
    how = ["Ask your support team who stopped it"]
    assert [] == lacking(ask([by_staff]), whose=Party.STAFF, lasting="stays", by=Party.STAFF, how=how)
    assert [] == lacking(ask([by_support]), whose=Party.SUPPORT, lasting="stays", by=Party.SUPPORT, how=how)


def test_two_years_without_interaction():
    """A24: no mass mail after two years without interaction, until the next transaction; appointments go out."""
    opened = read("postmark", "open.json")
    later = datetime(2028, 3, 2, 9, 20, tzinfo=UTC)
    assert EVERY == allowed(opened, now=later - timedelta(seconds=1))
    assert {Purpose.TRANSACTIONAL, Purpose.INVITATION} == allowed(opened, now=later)
    how = ["Mass messages start again once the recipient is active again"]
    decision = ask(opened, purpose="bulk", now=later)
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="changes", by=Party.RECIPIENT, how=how)
    assert EVERY == allowed([*opened, event("active", at=later)], now=later + DAY)
    assert EVERY == allowed(opened, now=later, standing=Standing(last_active=later))


def test_each_row_is_claimed():
    """Every row of suppression is named by a test of this file, in its docstring."""
    claimed = {
        row
        for name, test in globals().items()
        if name.startswith("test_") and test.__doc__
        for row in re.findall(r"\b[ACKT]\d+\b", test.__doc__)
    }
    assert [] == [row for row in ROWS if row not in claimed]
