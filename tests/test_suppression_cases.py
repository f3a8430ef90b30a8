"""
Where others were bitten: the users' own cases about who may still be mailed, each by the thread it was told in.

A case is a number of the list of threads the library was made from; the last test sees that none lacks.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import attrs
import pytest

from deliverystatus import (
    CauseKind,
    Contradiction,
    Failure,
    Party,
    Purpose,
    Reason,
    Rules,
    Standing,
    SuppressionList,
    explain,
    fold,
    parse,
    stop_by_hand,
    suppress,
)
from deliverystatus._suppression._rules import GROUNDS
from deliverystatus._suppression._words import Fact
from deliverystatus.testing import START, event, failure
from told import FIXTURES, lacking, read

ADA, GRACE = "ada@example.com", "grace@example.com"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
EVERY, NONE, TRANSACTIONAL = set(Purpose), set(), {Purpose.TRANSACTIONAL}
BAD, FULL = failure(Reason.UNKNOWN_RECIPIENT), failure(Reason.MAILBOX_FULL)


def ask(events, recipient=ADA, *, purpose="transactional", now=NOW, rules="default", **about):
    """Ask whether a message may be sent, of the list that *events* give."""
    return suppress(events, rules=rules).may_send(recipient, purpose=purpose, now=now, **about)


def allowed(events, recipient=ADA, **about):
    """Say for which purposes a message may be sent."""
    return {purpose for purpose in Purpose if ask(events, recipient, purpose=purpose, **about).allowed}


def release(events, cause, actor, proof, *, at=NOW, rules="default"):
    """Try to lift a cause."""
    return suppress(events, rules=rules).release(ADA, cause, actor=actor, proof=proof, at=at)


def at_end(*days, kind="soft_bounced", why=FULL):
    """Make a failure of another copy so many days before ``NOW``."""
    return [event(kind, at=NOW - day * DAY, message_id=f"copy-{day}", failure=why) for day in days]


# -- what was no bounce ----------------------------------------------------------------------------------------------


def test_over_quota_is_no_bad_address():
    """Case 32, SparkDevNetwork/Rock#6426: a 452 that the provider calls a hard bounce suppresses nobody."""
    called_hard = Failure(reply_code="452", enhanced_code="4.2.2", diagnostic="452 4.2.2 over quota", reported="hard")
    members = [
        event("bounced", at=1, recipient=f"member{n}@example.com", message_id=f"m-{n}", failure=called_hard)
        for n in range(300)
    ]
    known = suppress(members)
    assert all(known.may_send(member, purpose="bulk", now=NOW).allowed for member in known)


def test_a_blip_of_the_domain_names_is_our_trouble():
    """Case 32, SparkDevNetwork/Rock#6426: hundreds of "no such domain" at once are one incident, and nobody's fault."""
    gone = failure(Reason.UNKNOWN_DOMAIN)
    members = [f"member@parish{n}.example" for n in range(300)]
    before = [event("delivered", at=NOW - DAY, recipient=each, message_id=f"d-{each}") for each in members]
    blip = [
        event("bounced", at=NOW + timedelta(seconds=n), recipient=each, message_id=f"b-{each}", failure=gone)
        for n, each in enumerate(members)
    ]
    decision = ask([*before, *blip], members[0], now=NOW + timedelta(hours=1))
    assert decision.allowed
    assert {CauseKind.BAD_ADDRESS, CauseKind.BAD_DOMAIN} >= {cause.kind for cause in decision.waiting} != set()
    (incident,) = decision.incidents
    assert ("domains_unknown", 300) == (incident.kind, incident.addresses)
    assert "Do not remove these addresses." in " ".join(explain(incident).next_steps)
    assert NONE == allowed(blip[:1], members[0], now=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "events",
    [
        at_end(*range(20), kind="deferred"),
        at_end(*range(20), kind="unknown", why=None),
        read("mailgun", "failed_temporary.json"),
        read("mailgun", "form_unknown.txt"),
        read("sendgrid", "unlisted_event.json"),
        read("sendgrid", "deferred.json"),
    ],
    ids=["deferred", "unknown", "mailgun", "mailgun's unknown", "sendgrid's unknown", "sendgrid"],
)
def test_what_is_delayed_or_not_known_never_counts(events):
    """Case 33, mozilla/fxa#5757: a new kind, or the report of a delay, is no soft bounce, however often it comes."""
    for recipient in {one.recipient for one in events}:
        assert EVERY == allowed(events, recipient)


@pytest.mark.parametrize(
    "provider, name",
    [
        ("smtp", "auto_reply.eml"),
        ("smtp", "auto_reply_old_header.eml"),
        ("smtp", "challenge.eml"),
        ("postmark", "bounce_auto_responder.json"),
        ("postmark", "bounce_challenge_verification.json"),
    ],
)
def test_an_answering_machine_neither_bounces_nor_unsubscribes(provider, name):
    """Case 34, mozilla/fxa-auth-server#1943, mautic#2761: out of office has no effect on who may be mailed."""
    replied = read(provider, name)
    assert {"auto_replied"} == {one.kind for one in replied}
    assert [] == list(suppress(replied))
    assert EVERY == allowed(replied)


def test_the_words_are_believed_and_the_class_is_not():
    """Case 35, knadh/listmonk#1463: "Transient" with 5.4.4 invalid domain suppresses, and the record says they differ."""
    why = Failure(enhanced_code="5.4.4", diagnostic="550 5.4.4 Invalid domain", reported="Transient")
    bounced = event("soft_bounced", at=NOW - DAY, failure=why)
    assert NONE == allowed([bounced])
    assert (Contradiction.CLASS_AGAINST_DIAGNOSIS,) == fold([bounced]).contradictions


def test_deferred_is_explained():
    """Case 36, anonaddy#209, remails#177: still trying, and when to look again, instead of an error nobody reads."""
    deferred = event("deferred", at=NOW, failure=failure(Reason.GREYLISTED), retrying=True)
    explanation = explain(fold([deferred]), now=NOW + timedelta(minutes=1))
    assert "That is not final. It will be tried again without your help." in explanation.meaning
    assert NOW < explanation.look_again
    assert explain(ask([deferred])).headline == "The message may be sent"


@pytest.mark.parametrize(
    "events",
    [
        at_end(
            *range(9), why=Failure(reply_code="451", diagnostic="451 4.3.2 system not accepting messages, try later")
        ),
        read("mailgun", "failed_permanent_no_connection.json"),
    ],
    ids=["server", "no connection"],
)
def test_what_passes_is_sent_again(events):
    """Case 37, freescout#4906: a fault that passes says so, that it may be sent again, and the list lets it pass."""
    record = fold(events[:1])
    explanation = explain(record)
    assert "This mostly passes by itself." in explanation.meaning
    assert "Send the message again later." in explanation.next_steps
    assert EVERY == allowed(events, record.deciding.recipient)


# -- the way back ----------------------------------------------------------------------------------------------------


def test_there_is_a_way_back_from_each_stop():
    """Case 38, savvyagents/larasend#10: whatever stops an address, its cause names who lifts it, and that works."""
    stops = {
        "complaint": [event("complained", at=NOW - DAY)],
        "bad_address": [event("bounced", at=NOW - DAY, failure=BAD)],
        "repeated_failures": at_end(1, 2, 3),
        "unsubscribe": [event("unsubscribed", at=NOW - DAY)],
        "manual": [stop_by_hand(ADA, actor="staff", at=NOW - DAY)],
    }
    for kind, events in stops.items():
        (cause,) = ask(events, purpose="bulk").causes
        actor, proof = cause.releases[0]
        lifted = release(events, kind, actor, proof)
        assert EVERY == allowed([*events, lifted.event], now=NOW + DAY)


def test_a_stop_that_expires_does():
    """Case 38, savvyagents/larasend#10: the time at which it ends is kept to, to the second."""
    (cause,) = ask(at_end(1, 2, 3)).causes
    assert NONE == allowed(at_end(1, 2, 3), now=cause.until - timedelta(seconds=1))
    assert EVERY == allowed(at_end(1, 2, 3), now=cause.until)


def test_a_way_back_leaves_its_trace():
    """Case 39, knadh/listmonk#1221: a release is an event with who, how and when, stored with the list."""
    bounced = event("bounced", at=NOW - DAY, failure=BAD)
    lifted = release([bounced], "bad_address", "staff", "address_checked")
    stored = suppress([bounced, lifted.event]).to_dict()
    trace = [each for each in stored["evidence"] if each["kind"] == "released"]
    assert ["bad_address:staff:address_checked"] == [each["value"] for each in trace]
    again = SuppressionList.from_dict(json.loads(json.dumps(stored)))
    assert again.may_send(ADA, purpose="bulk", now=NOW + DAY).allowed


def test_a_mail_from_the_blocked_address_unblocks_it():
    """Case 40, hitobito/hitobito#4449: who was blocked by a complaint writes from that address, and gets mail again."""
    blocked = read("smtp", "arf_abuse.eml")
    lifted = release(blocked, "complaint", "recipient", "from_suppressed_address")
    assert EVERY == allowed([*blocked, lifted.event], now=NOW + DAY)
    how = ["write to your support team, from the address that this message was for"]
    assert [] == lacking(ask(blocked), whose=Party.RECIPIENT, lasting="stays", by=Party.RECIPIENT, how=how)


@pytest.mark.parametrize("sign", ["delivered", "opened", "clicked", "marked_not_spam"])
def test_nothing_comes_back_by_itself(sign):
    """Case 40, hitobito/hitobito#3532: no later sign of life lifts a complaint or a bad address: it may be a trap."""
    signs = [event(sign, at=NOW - DAY, message_id="later")]
    assert NONE == allowed([event("complained", at=NOW - 2 * DAY), *signs])
    assert NONE == allowed([event("bounced", at=NOW - 2 * DAY, failure=BAD), *signs])


def test_who_may_help_themselves_may_do_so_so_often():
    """Case 41, mozilla-bteam/bmo#1510: the recipient lifts it twice, and from then on support has to look into it."""
    twice = attrs.evolve(
        GROUNDS[Fact.BAD_ADDRESS],
        at_most=2,
        releases=((Party.RECIPIENT, "link_mailed_there"), *GROUNDS[Fact.BAD_ADDRESS].releases),
    )
    rules = Rules(name="twice", weakens_law_8=True, grounds=MappingProxyType({**GROUNDS, Fact.BAD_ADDRESS: twice}))
    events, outcomes = [], []
    for n in range(3):
        at = NOW + n * DAY
        events.append(event("bounced", at=at, message_id=f"copy-{n}", failure=BAD))
        lifted = release(
            events, "bad_address", "recipient", "link_mailed_there", at=at + timedelta(hours=1), rules=rules
        )
        outcomes.append(lifted.why_not)
        events += [] if lifted.event is None else [lifted.event]
    assert [None, None, "too_often"] == outcomes
    assert "as often as they may" in explain(lifted).meaning
    assert NONE == allowed(events, now=NOW + 9 * DAY, rules=rules)
    assert release(events, "bad_address", "staff", "address_checked", at=NOW + 9 * DAY, rules=rules).accepted


def test_tiers():
    """Case 42, mozilla/fxa#1893: one bad bounce stops for a day, a second within twelve months for the rest of them."""
    once = [event("bounced", at=NOW, failure=BAD)]
    again = [*once, event("bounced", at=NOW + 90 * DAY, message_id="again", failure=BAD)]
    assert NONE == allowed(once, now=NOW + DAY / 2, rules="tiers")
    assert EVERY == allowed(once, now=NOW + DAY, rules="tiers")
    assert NONE == allowed(again, now=NOW + 100 * DAY, rules="tiers")
    assert EVERY == allowed(again, now=NOW + 366 * DAY, rules="tiers")


def test_recovery_is_tried_with_one_message():
    """Case 43, PostHog#71038: when the stop has ended, one message tries it, and meanwhile no other is sent."""
    failed = at_end(1, 2, 3)
    ended = ask(failed).causes[0].until
    first = ask(failed, now=ended)
    assert first.probe
    assert "Send one message, and wait for its report" in explain(first).next_steps[0]
    tried = [*failed, event("accepted", at=ended + timedelta(hours=1), message_id="probe", reference="probe")]
    assert NONE == allowed(tried, now=ended + timedelta(hours=2))


def test_recovery_needs_a_newer_delivery():
    """Case 43, PostHog#71038: a delivery before the last failure recovers nothing; one after it does."""
    failed = at_end(1, 2, 3)
    older = event("delivered", at=NOW - timedelta(days=2, hours=1), message_id="older")
    newer = event("delivered", at=NOW - timedelta(hours=1), message_id="newer")
    two_more = at_end(0.5, 0.1)
    assert NONE == allowed([*failed, event("delivered", at=NOW - 4 * DAY, message_id="oldest")])
    assert EVERY == allowed([*failed, newer])
    assert EVERY == allowed([*at_end(1, 3), older])
    assert not ask([*failed, newer, *two_more]).probe


# -- each for itself -------------------------------------------------------------------------------------------------


def test_what_is_set_by_hand_erases_nothing():
    """Case 44, mautic#1663: stopped by hand and let go again, the address is still unsubscribed, and the other way."""
    left, by_hand = event("unsubscribed", at=NOW - 2 * DAY), stop_by_hand(ADA, actor="staff", at=NOW - DAY)
    events = [left, by_hand]
    assert ["unsubscribe", "manual"] == [cause.kind for cause in ask(events, purpose="bulk").causes]
    lifted = release(events, "manual", "staff", "support_decision").event
    assert ["unsubscribe"] == [cause.kind for cause in ask([*events, lifted], purpose="bulk", now=NOW + DAY).causes]


def test_who_comes_back_leaves_other_causes_standing():
    """Case 45, silent-suite#74: subscribing again takes back the leaving, and no bounce; staff read what is left."""
    events = [
        event("unsubscribed", at=NOW - 3 * DAY),
        event("bounced", at=NOW - 3 * DAY, failure=BAD),
        event("resubscribed", at=NOW - DAY),
    ]
    decision = ask(events, purpose="bulk")
    assert ["bad_address"] == [cause.kind for cause in decision.causes]
    assert "asked for no more" not in explain(decision).meaning


def test_one_recipients_bounce_hits_nobody_else():
    """Case 46, usesend#337, hyvor/relay#233: of one message to several, each has what became of their own copy."""
    events = read("smtp", "dsn_several.eml")
    assert NONE == allowed(events, ADA)
    assert EVERY == allowed(events, "bob@example.com")
    assert EVERY == allowed(events, "eve@example.com")


@pytest.mark.parametrize("kind", ["bounced", "complained"])
def test_what_names_several_is_nobodys_bounce(kind):
    """Case 46, OCA/social#1501: what is only known to be one of a message's recipients condemns none of them."""
    someone = event(kind, at=NOW - DAY, attribution="message", failure=BAD if kind == "bounced" else None)
    assert EVERY == allowed([someone])


def test_a_corrected_address_is_a_new_one():
    """Case 47, mautic#5723, sympa#472: the bounce stays with the address it was of, and does not follow the person."""
    bounced = read("mailgun", "failed_hard_bounce.json")
    assert NONE == allowed(bounced, GRACE)
    assert NONE == allowed(bounced, "Grace@Example.COM")
    assert EVERY == allowed(bounced, "grace.h@example.com")
    assert EVERY == allowed(bounced, "grace+new@example.com")


@pytest.mark.parametrize(
    "events, purposes",
    [
        ([event("unsubscribed", at=0)], TRANSACTIONAL),
        ([event("complained", at=0)], NONE),
        ([event("complained", at=0, authenticated=False)], EVERY - {Purpose.BULK}),
        ([event("bounced", at=0, failure=BAD)], NONE),
        ([event("opened", at=START - 1000 * DAY)], EVERY - {Purpose.BULK}),
    ],
    ids=["unsubscribed", "complained", "perhaps", "bounced", "inactive"],
)
def test_what_it_is_for_decides(events, purposes):
    """Case 48, frappe#36069, calcom#10093: who left the newsletter gets the new password, who complained nothing."""
    assert purposes == allowed(events, now=START + DAY)
    with pytest.raises(TypeError, match="purpose"):
        suppress(events).may_send(ADA, now=NOW)


def test_a_drop_tells_of_a_list_we_do_not_see():
    """Case 49, sendgrid/docs#6325: dropped "because bounced" is on our list from now on, and says who holds it too."""
    (dropped, *_) = read("sendgrid", "dropped_reasons.json")
    decision = ask([dropped])
    assert [("sendgrid", None)] == list(decision.causes[0].listed_by)
    assert "The stop must be lifted there as well." in " ".join(explain(decision).caveats)
    lifted = release([dropped], "bad_address", "staff", "address_checked")
    assert (("sendgrid", None),) == lifted.listed_by
    assert "lift it at the sending service as well" in explain(lifted).next_steps[0]


def test_two_lists_are_two_causes():
    """Case 49, SparkDevNetwork/Rock#2082: ours is lifted and the provider's is not, so that provider does not send."""
    told = json.loads((FIXTURES / "postmark" / "subscription_change_by_admin.json").read_bytes())
    events = [*parse("postmark", told).events, event("bounced", at=NOW - 9 * DAY, failure=BAD)]
    lifted = release(events, "bad_address", "staff", "address_checked").event
    assert NONE == allowed([*events, lifted], now=NOW + DAY, provider="postmark")
    assert EVERY == allowed([*events, lifted], now=NOW + DAY, provider="sendgrid")


# -- told apart ------------------------------------------------------------------------------------------------------

#: One refusal of each kind: events, and what is so at the moment.
REFUSALS = {
    CauseKind.COMPLAINT: ([event("complained", at=0)], {}),
    CauseKind.BAD_ADDRESS: ([event("bounced", at=0, failure=BAD)], {}),
    CauseKind.BAD_DOMAIN: (
        [event("bounced", at=0, recipient="bob@example.com", failure=failure(Reason.UNKNOWN_DOMAIN))],
        {},
    ),
    CauseKind.REPEATED_FAILURES: (
        [event("soft_bounced", at=START - n * DAY, message_id=f"copy-{n}", failure=FULL) for n in range(3)],
        {},
    ),
    CauseKind.UNSUBSCRIBE: ([event("unsubscribed", at=0)], {}),
    CauseKind.DECLINED: ([], {"declined": True}),
    CauseKind.MANUAL: ([stop_by_hand(ADA, actor="staff", at=START)], {}),
    CauseKind.POLICY_HOLD: ([], {"on_hold": True}),
    CauseKind.NOT_OPTED_IN: ([], {"opted_in": False}),
    CauseKind.TEMPLATE_DISABLED: ([], {"template_on": False}),
    CauseKind.CHANNEL_DISABLED: ([], {"channel_on": False}),
    CauseKind.QUOTA_EXCEEDED: ([], {"quota_left": 0}),
    CauseKind.INACTIVE: ([], {"last_active": START - 1000 * DAY}),
    CauseKind.PROVIDER_LIST: (
        [event("suppression_changed", at=0, value="added", failure=failure(Reason.SUPPRESSED_OTHER))],
        {},
    ),
}


def refusal(kind):
    """Make the refusal of that kind."""
    events, standing = REFUSALS[kind]
    decision = ask(events, purpose="bulk", now=START + DAY, standing=Standing(**standing), reference="message-1")
    assert [kind] == [cause.kind for cause in decision.causes]
    return decision


def test_every_kind_of_refusal_is_told_apart():
    """Case 50, xdubois-57/scoutmagic#375: "suspended" is not shown as "invalid": every cause has words of its own."""
    assert set(CauseKind) == set(REFUSALS)
    decisions = [refusal(kind) for kind in CauseKind]
    assert len(CauseKind) == len({explain(each).meaning for each in decisions})
    assert len(CauseKind) == len({each.event.failure.reported for each in decisions})


def test_the_message_that_was_not_sent_says_which():
    """Case 50, xdubois-57/scoutmagic#375: nor are they one in the status of the message, stored and read back."""
    events = [type(refusal(kind).event).from_dict(refusal(kind).event.to_dict()) for kind in CauseKind]
    records = [fold([event("pending", at=START, reference="message-1"), each]) for each in events]
    assert {"withheld"} == {record.status for record in records}
    told = [explain(record) for record in records]
    assert len(CauseKind) == len({(each.label, each.meaning) for each in told})


def test_each_case_is_claimed():
    """Cases 32 to 50 are each named by a test of this file."""
    claimed = {
        int(number)
        for name, test in globals().items()
        if name.startswith("test_") and test.__doc__
        for number in re.findall(r"^Case (\d+), ", test.__doc__)
    }
    assert [] == [number for number in range(32, 51) if number not in claimed]
