"""From facts to sentences: what five products promise their staff, row by row, and what must never be said."""

import re
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Event, Failure, Record, UnknownName, diagnose, fold, vocabularies
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import (
    Actor,
    Attribution,
    Channel,
    Contradiction,
    EventKind,
    Party,
    Permanence,
    Reason,
    Status,
)
from deliverystatus._explain import explain
from deliverystatus._explain._tables import (
    DECIDED,
    OVER,
    REASON_REPLACES,
    STAFF_ACT_FOR,
    STUCK,
    WHO_ACTS,
    WHO_ACTS_NEXT,
)
from deliverystatus._explain._texts import Wording
from deliverystatus._explain._values import Certainty
from deliverystatus._policies import FINAL
from deliverystatus._suppression import suppress
from deliverystatus._suppression._words import WhyNot
from deliverystatus.vocabularies import Tracking

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLINIC = Wording(product="ClinicSense", recipient="client", support="help@example.org")


def event(kind, reason=None, *, failure=None, **fields):
    """Make an event of one copy, at noon."""
    failure = failure if reason is None else Failure(claimed=Reason(reason))
    return Event(
        kind, **{"occurred_at": NOON, "recipient": "ada@example.com", "message_id": "m", "failure": failure} | fields
    )


def of(*kinds, **fields):
    """Fold one event of each kind."""
    return fold([event(kind, **fields) for kind in kinds])


def told(explanation):
    """Give all the sentences of an explanation, one after the other."""
    said = (explanation.headline, explanation.meaning, *explanation.next_steps, *explanation.caveats)
    return " ".join(said)


# -- the rows of the products ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind, label", [("clicked", "Clicked"), ("opened", "Open")])
def test_a_click_or_an_opening_is_a_strong_sign(kind, label):
    """C1, C7, C13: it arrived and was probably opened; but privacy settings and firewalls can do the same (C2)."""
    explanation = explain(of(kind), vocabulary="clinicsense")
    assert label == explanation.label
    assert "strong sign that it arrived. It was probably opened." in explanation.meaning
    assert "may not have been a person" in explanation.caveats[0]
    assert Party.NOBODY is explanation.who_acts


@pytest.mark.parametrize("kind", ["opened", "clicked", "unsubscribed", "acknowledged", "responded"])
def test_a_person_is_believed(kind):
    """C2: where the caller knows that it was a person, nothing is put in doubt."""
    doubts = [c for c in explain(of(kind)).caveats if "programs" in c or "firewalls" in c]
    by_a_person = explain(of(kind, actor="human"))
    assert 1 == len(doubts)
    assert doubts[0] not in by_a_person.caveats


def test_deferred_is_not_final():
    """C3, C4: it was refused for now; look again later."""
    explanation = explain(of("deferred", retrying=True), vocabulary="clinicsense", now=NOON)
    assert ("Deferred", False) == (explanation.label, explanation.final)
    assert explanation.meaning.endswith("That is not final. It will be tried again without your help.")
    assert "Look again later to see whether this has changed." == explanation.next_steps[0]
    assert NOON + timedelta(hours=1) == explanation.look_again
    assert Party.NOBODY is explanation.who_acts


def test_deferred_without_word_of_a_retry():
    """C4: where nobody said that it is tried again, that is not promised."""
    explanation = explain(of("deferred"))
    assert "it is not known whether it will be tried again" in explanation.meaning
    assert "ask the recipient whether it arrived" in explanation.next_steps[-1]


def test_deferred_and_given_up():
    """C3: where it is not tried again, it is final, and somebody has to send it again."""
    explanation = explain(of("deferred", retrying=False), now=NOON)
    assert (True, Party.STAFF, None) == (explanation.final, explanation.who_acts, explanation.look_again)
    assert "It will not be tried again." in explanation.meaning
    assert "When that is settled, you can send the message once more." == explanation.next_steps[-1]
    assert "Look again later to see whether this has changed." not in explanation.next_steps
    full = explain(of("deferred", retrying=False, reason="mailbox_full"))
    assert Party.RECIPIENT is full.who_acts
    assert "Send the message again later." == full.next_steps[-1]


def test_delivered_is_no_promise():
    """C5, T5, A11: the mail server took it; that does not prove the inbox, and some report wrongly."""
    explanation = explain(of("delivered"))
    assert explanation.meaning.startswith("The mail server of the recipient accepted the message.")
    assert "cannot be seen from here" in explanation.meaning
    assert (
        "This does not prove that it is in the inbox. Some mail providers also report wrongly." in explanation.caveats
    )


def test_what_to_do_if_a_delivered_message_is_not_there():
    """C6: first the junk and spam folders, then their own mail provider, which confirmed that it took the message."""
    first, then = explain(of("delivered"), wording=CLINIC).next_steps
    assert first == "If the client cannot find it, ask them to look in the junk and spam folders."
    assert then == (
        "If it is not there, ask them to contact their own mail provider. "
        "It confirmed that it took the message, so it may know more."
    )


def test_no_opening_means_nothing():
    """K9, W5: many programs do not report an opening, or block pictures in the junk folder."""
    assert "No sign of opening means nothing." in told(explain(of("delivered")))


@pytest.mark.parametrize("tracking", [Tracking(opens=False), Tracking(since=NOON + MINUTE)])
def test_openings_that_are_not_tracked(tracking):
    """W5: where openings are not tracked, that is said instead."""
    said = told(explain(of("delivered"), tracking=tracking))
    assert "Openings are not tracked for this message." in said
    assert "No sign of opening" not in said


def test_failed_for_an_unknown_cause():
    """C8, C10: the address may be out of date or mistyped; ask for it, and whether they reported spam."""
    explanation = explain(of("bounced"), vocabulary="clinicsense", wording=CLINIC)
    assert "Failed" == explanation.label
    assert "Often the address is out of date or mistyped." in explanation.meaning
    assert explanation.next_steps[:2] == (
        "Ask the client whether the address is right and still in use.",
        "Ask whether they marked an earlier message as spam.",
    )


def test_failed_because_of_an_earlier_spam_report():
    """C9, A18, T12: an earlier spam report stops all further mail."""
    explanation = explain(of("dropped", reason="suppressed_complaint"), vocabulary="clinicsense")
    assert "Failed" == explanation.label
    assert "marked an earlier message as spam. That stops all further messages" in explanation.meaning
    assert Party.RECIPIENT is explanation.who_acts


@pytest.mark.parametrize("record", [of("complained"), of("dropped", reason="suppressed_complaint")])
def test_only_the_recipient_takes_a_spam_report_back(record):
    """C11, C12, C17, C20: they write to support from the address it went to; mailbox providers ask for it."""
    explanation = explain(record, wording=CLINIC)
    step = next(step for step in explanation.next_steps if "write to" in step)
    assert step.startswith("If it was, ask them to write to help@example.org, from the address that this message")
    assert (
        "Mailbox providers have a rule against spam: the request must come directly from the client. "
        "Nobody else can make it." in explanation.caveats
    )
    assert Party.RECIPIENT is explanation.who_acts


@pytest.mark.parametrize("kind, label", [("accepted", "Processed"), ("sending", "Sending")])
def test_what_is_on_its_way_goes_out_in_minutes(kind, label):
    """C14, C16, T4, K4: the sending service has it, or is getting it; nothing is confirmed."""
    explanation = explain(of(kind), vocabulary="clinicsense", now=NOON + 9 * MINUTE)
    assert label == explanation.label
    assert "few minutes" in explanation.meaning
    assert ("Look again in a few minutes.",) == explanation.next_steps
    assert (False, Party.NOBODY) == (explanation.final, explanation.who_acts)
    assert NOON + 10 * MINUTE == explanation.look_again


@pytest.mark.parametrize("kind", ["pending", "sending", "accepted"])
def test_what_takes_more_than_ten_minutes_is_for_support(kind):
    """C15, C16, C20: after ten minutes in Processed or Sending, contact support."""
    explanation = explain(of(kind), now=NOON + 10 * MINUTE + timedelta(seconds=1), wording=CLINIC)
    assert "contact help@example.org." in explanation.next_steps[0].lower()
    assert "longer than it should" in explanation.meaning
    assert (Party.SUPPORT, None) == (explanation.who_acts, explanation.look_again)


@pytest.mark.parametrize("kind", ["pending", "sending", "accepted"])
def test_ten_minutes_are_not_more_than_ten(kind):
    """C15: at the limit itself there is nothing to do but wait; and without *now* nothing is known to be late."""
    assert Party.NOBODY is explain(of(kind), now=NOON + 10 * MINUTE).who_acts
    assert Party.NOBODY is explain(of(kind)).who_acts
    assert explain(of(kind)).look_again is None


def test_a_repeated_report_does_not_start_the_ten_minutes_again():
    """C15: the time counts from the first report."""
    copy = fold([event("accepted"), event("accepted", occurred_at=NOON + 9 * MINUTE)])
    assert Party.SUPPORT is explain(copy, now=NOON + 11 * MINUTE).who_acts


def test_without_a_time_the_arrival_counts():
    """C15: what carries no time happened before it arrived; with neither, nobody can say that it is late."""
    late = NOON + 11 * MINUTE
    assert Party.SUPPORT is explain(of("accepted", occurred_at=None, received_at=NOON), now=late).who_acts
    unknown = explain(of("accepted", occurred_at=None), now=late)
    assert (Party.NOBODY, late + 10 * MINUTE) == (unknown.who_acts, unknown.look_again)


def test_a_clock_that_runs_ahead():
    """C15: a time in the future, however far, is neither late nor an error."""
    explanation = explain(of("accepted", occurred_at=datetime.max.replace(tzinfo=UTC)), now=NOON)
    assert (Party.NOBODY, NOON + 10 * MINUTE) == (explanation.who_acts, explanation.look_again)


def test_the_order_of_arrival_changes_no_word():
    """C21: whatever order the reports come in, the explanation is the same."""
    events = [
        event(kind, occurred_at=NOON + n * MINUTE)
        for n, kind in enumerate(("accepted", "deferred", "delivered", "opened"))
    ]
    assert 1 == len(
        {explain(fold(order), vocabulary="clinicsense", now=NOON + MINUTE) for order in permutations(events)}
    )


def test_nothing_reported_is_not_failed():
    """W1, W2, W3, W4, W6: no report is no failure; some servers never answer, firewalls block, nothing to be done."""
    explanation = explain(Record(), vocabulary="writeupp", now=NOON)
    assert ("No information", Status.UNKNOWN) == (explanation.label, explanation.status)
    assert "That does not mean that it failed." in explanation.meaning
    assert "Some mail servers never report back, and firewalls can stop reports." in explanation.caveats[0]
    assert "You cannot change that from here." in explanation.caveats[0]
    assert (Certainty.NOTHING_KNOWN, Party.NOBODY, False) == (
        explanation.certainty,
        explanation.who_acts,
        explanation.final,
    )
    assert ((), None) == (explanation.evidence, explanation.look_again)


@pytest.mark.parametrize("kind", ["accepted", "sent"])
@pytest.mark.parametrize("tracking", [None, Tracking(delivery=False)])
def test_sent_is_the_last_word_of_an_account_that_cannot_report(kind, tracking):
    """W7, W9: with its own server an account only ever says Sent; that is final, and neither good nor bad news."""
    provider = "smtp" if tracking is None else None
    explanation = explain(of(kind, provider=provider), vocabulary="writeupp", tracking=tracking, now=NOON + 60 * MINUTE)
    assert ("Sent", True) == (explanation.label, explanation.final)
    assert "This account cannot report what happens after that." in explanation.meaning
    assert "It does not mean that the message failed, nor that it arrived." in explanation.caveats
    assert (Party.NOBODY, None) == (explanation.who_acts, explanation.look_again)


def test_a_message_from_before_tracking_stays_sent():
    """W8: what was sent before that date stays Sent, and is explained so."""
    explanation = explain(of("accepted"), tracking=Tracking(since=NOON + MINUTE), now=NOON + 60 * MINUTE)
    assert ("Sent", True, Party.NOBODY) == (explanation.label, explanation.final, explanation.who_acts)
    assert "sent before tracking began" in explanation.meaning


def test_sent_is_not_final_where_more_may_be_heard():
    """W9, K4: elsewhere it was handed on, and nobody has confirmed yet that it arrived."""
    explanation = explain(of("sent", provider="sendgrid"))
    assert not explanation.final
    assert "Nobody has confirmed yet that it arrived." in explanation.meaning


def test_an_account_without_reports_may_still_get_a_bounce_back():
    """W7, W10: what is known is told, whatever the account can report as a rule."""
    explanation = explain(
        of("sent", "bounced", provider="smtp"), vocabulary="writeupp", tracking=Tracking(delivery=False)
    )
    assert "Not delivered" == explanation.label


def test_an_opening_is_not_said_to_be_confirmed_by_a_server():
    """W11: a hidden picture was loaded; no server confirms an opening."""
    explanation = explain(of("opened"), vocabulary="writeupp")
    assert ("Opened", "Opened, as far as anyone can tell") == (explanation.label, explanation.headline)
    assert explanation.meaning.startswith("A small hidden picture in the message was loaded.")


@pytest.mark.parametrize("pack", ["writeupp", "crisisworks", "timetap"])
def test_a_label_that_hides_a_complaint_does_not_lose_it(pack):
    """W14, K8: Delivered and Failed stand for complaints too; the explanation says so."""
    explanation = explain(of("delivered", "complained"), vocabulary=pack)
    assert explanation.label in {"Delivered", "Failed", "Subscription change"}
    assert "The label does not say so, but this message was marked as spam." in explanation.caveats
    assert "Marked as spam" == explanation.headline


@pytest.mark.parametrize("pack", ["clinicsense", "amilia"])
def test_a_label_that_names_the_complaint_needs_no_word_more(pack):
    """C17, A20: Spam report and Spam say it themselves."""
    assert "The label does not say so" not in told(explain(of("complained"), vocabulary=pack))


def test_a_label_that_hides_an_unsubscription():
    """A20, K12: where a product has no word for it, the explanation says it."""
    assert "this message was used to ask for no more messages" in told(
        explain(of("unsubscribed"), vocabulary="writeupp")
    )
    assert "The label does not say so" not in told(explain(of("unsubscribed"), vocabulary="amilia"))


def test_a_headline_that_hides_a_complaint_does_not_lose_it():
    """K8: whatever the policy shows, a complaint is told, and so is an unsubscription."""
    latest = attrs.evolve(vocabularies.get("clinicsense"), policy="latest_reported")
    copy = fold([event("complained"), event("unsubscribed"), event("clicked", occurred_at=NOON + MINUTE)])
    said = explain(copy, vocabulary=latest)
    assert Status.CLICKED is said.status
    assert "It was also marked as spam. So this address should get no more messages." in said.caveats
    assert "It was also used to ask for no more messages." in said.caveats


@pytest.mark.parametrize("attribution", [Attribution.CANDIDATE, Attribution.MESSAGE])
def test_a_complaint_that_may_be_somebody_elses(attribution):
    """K8: one of several recipients complained; that is told, and not pinned on this one."""
    explanation = explain(fold([event("delivered"), event("complained", attribution=attribution)]))
    assert Status.DELIVERED is explanation.status
    assert "It is not known whether that was this recipient." in told(explanation)
    assert "marked as spam. It is not " in explanation.evidence[1].text


def test_a_complaint_that_is_surely_this_recipients_is_not_put_in_doubt():
    """K8: what is known of this recipient is not blurred by what is known of somebody on the message."""
    copy = fold([event("complained"), event("complained", attribution="candidate")])
    assert "It is not known whether that was" not in told(explain(copy))


def test_an_unsubscription_by_a_machine_is_nobodys_wish():
    """C2: a link scanner asks for nothing."""
    copy = fold([event("delivered"), event("unsubscribed", actor="machine")])
    assert "to ask for no more messages" not in told(explain(copy))


@pytest.mark.parametrize("reason", ["reputation_blocked", "spam_content", "policy_rejected"])
def test_blocked_by_the_other_side(reason):
    """A9: look in the spam folder, approve the sender address, ask their provider."""
    explanation = explain(of("soft_bounced", reason=reason), vocabulary="amilia", wording=Wording(recipient="customer"))
    assert "Blocked / Spam" == explanation.label
    assert (
        "Ask the customer to look in the spam folder, and to approve your sender address." == explanation.next_steps[0]
    )
    assert explanation.next_steps[1].startswith("If it is not there, they can ask their mail provider")


@pytest.mark.parametrize(
    "kind, label, says",
    [
        ("accepted", "Sent", "The service that sends for this system has the message."),
        ("clicked", "Click", "A link or button in the message was followed."),
        ("opened", "Open", "A small hidden picture in the message was loaded."),
        ("soft_bounced", "Bounce", "The message was not delivered, and will not be tried again."),
        ("dropped", "Dropped", "but did not try to deliver it."),
        ("complained", "Spam", "marked this message as spam"),
        ("unsubscribed", "Unsubscribed", "was used to stop further messages"),
    ],
)
def test_what_the_dashboard_shows_per_recipient(kind, label, says):
    """A10, A12, A13, A14, A20: each of its words, said of what was reported and no more."""
    explanation = explain(of(kind), vocabulary="amilia")
    assert label == explanation.label
    assert says in explanation.meaning


@pytest.mark.parametrize(
    "reason, says, step",
    [
        ("spam_content", "Other copies of this message may be stopped for it too.", "Capital letters in the subject"),
        ("invalid_address", "is not written the way an address must be", "Look for a typing mistake"),
        ("suppressed_bad_address", "an earlier message to this address, or to its mail system,", "correct it"),
        ("suppressed_complaint", "marked an earlier message as spam", "whether it was a mistake"),
        (
            "suppressed_repeated_bounces",
            "several earlier messages to this address came back.",
            "ask your support team to let",
        ),
    ],
)
def test_why_it_was_dropped(reason, says, step):
    """A15, A16, A17, A18, A19, T10, T11, T12: each cause of Dropped has its meaning and its step."""
    explanation = explain(of("dropped", reason=reason))
    assert says in explanation.meaning
    assert step in " ".join(explanation.next_steps)


@pytest.mark.parametrize(
    "reason, label, says, acts",
    [
        ("declined", "Declined", "The recipient chose not to get messages of this kind.", Party.RECIPIENT),
        ("template_disabled", "Declined", "It was not the choice of the recipient.", Party.SUPPORT),
        ("quota_exceeded", "Quota Exceeded", "has used up the messages that it may send", Party.STAFF),
        ("not_opted_in", "Not opted in", "has not agreed to get messages of this kind", Party.RECIPIENT),
        ("policy_hold", "Blocked", "A rule of this system held the message back.", Party.SUPPORT),
        ("channel_disabled", "Blocked", "not switched on for the account", Party.SUPPORT),
    ],
)
def test_why_it_was_held_back(reason, label, says, acts):
    """T7, T13, T14, T15, T16: whose decision it was, and who can change it."""
    explanation = explain(of("withheld", reason=reason), vocabulary="timetap")
    assert (label, acts) == (explanation.label, explanation.who_acts)
    assert says in explanation.meaning
    assert "not sent" in explanation.headline


@pytest.mark.parametrize(
    "reason, remedy",
    [
        ("quota_exceeded", "billing details"),
        ("policy_hold", "Contact your support team to have it let through."),
        ("not_opted_in", "Ask the recipient whether they want such messages."),
        ("suppressed_repeated_bounces", "ask your support team to let messages through again"),
    ],
)
def test_how_to_get_a_held_message_through(reason, remedy):
    """T10, T11, T13, T15, T16: each has its remedy."""
    assert remedy in " ".join(explain(of("withheld", reason=reason)).next_steps)


@pytest.mark.parametrize(
    "kind, label, says",
    [
        ("pending", "Pending", "It has not been handed over for sending yet."),
        ("accepted", "Sent", "Whether it arrives is not known yet."),
        ("rejected", "Not Sent", "was not taken on for sending. So it was not sent."),
        ("outcome_unknown", "Not Sent", "nobody knows if the message was taken"),
        ("opened", "Read", "was loaded"),
        ("acknowledged", "Acknowledged", "The link that confirms receipt was followed."),
        ("responded", "Responded", "One of the answers in the message was chosen."),
        ("unsubscribed", "Opted-out", "was used to stop further messages"),
    ],
)
def test_what_the_delivery_report_shows(kind, label, says):
    """K1, K4, K5, K9, K10, K11, K12: each of its words, said of what was reported and no more."""
    explanation = explain(of(kind), vocabulary="crisisworks")
    assert label == explanation.label
    assert says in explanation.meaning


def test_delivered_to_a_phone():
    """K6: to a phone it is the phone or its network that took it, and there is no junk folder."""
    explanation = explain(of("delivered", channel="sms"))
    assert "The phone, or its network, took it" == explanation.headline
    assert "No sign of opening" not in told(explanation)


def test_a_full_mailbox_is_temporary():
    """K7: returned because the mailbox is full: it passes, and the recipient can make room."""
    explanation = explain(of("soft_bounced", reason="mailbox_full"), vocabulary="crisisworks")
    assert "Bounced Temporarily" == explanation.label
    assert "This mostly passes by itself." in explanation.meaning
    assert "Send the message again later." == explanation.next_steps[-1]


def test_an_out_of_office_note_can_look_like_a_return():
    """K7: some automatic replies come as returns: ask before anything is changed."""
    explanation = explain(of("undetermined_bounce"), vocabulary="crisisworks")
    assert "Bounced Temporarily" == explanation.label
    assert "An automatic reply, such as an out-of-office note, can look like this." in explanation.caveats
    assert "Ask the recipient whether it arrived." == explanation.next_steps[0]


def test_a_permanent_rejection_and_a_complaint_are_told_apart():
    """K8: one label, two explanations."""
    returned, complained = (explain(of(kind), vocabulary="crisisworks") for kind in ("bounced", "complained"))
    assert "Failed" == returned.label == complained.label
    assert returned.headline != complained.headline


def test_replies_are_not_in_the_report():
    """K15: answers that were written freely are not seen."""
    assert "Replies that were written freely are not part of this report." in explain(of("responded")).caveats


def test_it_may_arrive_twice():
    """K5: after a broken hand-over nothing is simply sent again."""
    explanation = explain(of("outcome_unknown"))
    assert "Do not just send it again. It may arrive twice." == explanation.next_steps[0]
    assert (Party.STAFF, False) == (explanation.who_acts, explanation.final)


# -- never more than was reported ------------------------------------------------------------------------------------

FORWARDED = {"final_recipient": "ada@example.org"}


@pytest.mark.parametrize("kind", ["undetermined_bounce", "soft_bounced", "bounced"])
@pytest.mark.parametrize("reason", ["unknown_recipient", "mailbox_full", "spam_content", "unknown", None])
def test_what_an_address_it_was_passed_on_to_refused_is_not_the_address_at_fault(kind, reason):
    """A good address is kept: what its mail is passed on to refused the message, and the recipient looks into that."""
    explanation = explain(of(kind, reason=reason, **FORWARDED))
    assert "Passed on to another address that did not take it" == explanation.headline
    assert "passed on to another address, and that one did not take it" in explanation.meaning
    assert "Ask the recipient to check where their messages are passed on to." in explanation.next_steps
    assert "The address that you use may well be right, so keep it." in explanation.next_steps
    said = " ".join((told(explanation), *(seen.text for seen in explanation.evidence)))
    assert "orrect the address" not in said
    assert "current address" not in said
    assert "at this address" not in said
    assert (Party.STAFF if kind == "undetermined_bounce" else Party.RECIPIENT) is explanation.who_acts


def test_what_was_passed_on_may_still_get_through():
    """While it is still tried, waiting comes first, and nobody has to act."""
    explanation = explain(of("deferred", reason="unknown_recipient", retrying=True, **FORWARDED))
    assert explanation.next_steps[0].startswith("Look again later")
    assert "Ask the recipient to check where their messages are passed on to." == explanation.next_steps[1]
    assert (Party.NOBODY, False) == (explanation.who_acts, explanation.final)


@pytest.mark.parametrize("final", ["ada@example.com", " ADA@Example.COM ", None])
def test_the_address_itself_is_no_forwarding(final):
    """However it is spelled: a refusal by the address it was sent to is one."""
    explanation = explain(of("bounced", reason="unknown_recipient", final_recipient=final))
    assert "passed on" not in told(explanation)


def test_a_copy_withheld_for_a_doubtful_complaint_is_explained_so():
    """K8: nobody is said to have complained where that is in doubt, and support can lift it."""
    failure = Failure(reported="doubted_complaint", claimed=Reason.SUPPRESSED_COMPLAINT)
    explanation = explain(fold([event("withheld", failure=failure)]))
    assert "It is not certain that the recipient did it." in explanation.meaning
    assert "That stops all further messages" not in explanation.meaning
    assert "the request must come" not in told(explanation)
    assert "tell your support team, so that the stop can be lifted" in explanation.next_steps[-1]
    assert "It is not certain" in explanation.evidence[0].text
    assert Party.SUPPORT is explanation.who_acts


def test_a_copy_withheld_is_explained_as_its_decision_is():
    """K8: the event of a decision says what the decision says, of a sure complaint and of a doubtful one."""
    sure = decided(event("complained", authenticated=True))
    doubted = decided(event("complained", authenticated=False), purpose="bulk")
    for decision in (sure, doubted):
        of_copy, of_decision = explain(fold([decision.event])), explain(decision)
        assert (
            of_copy.meaning.removeprefix("The message was held back on purpose. It was not sent. ")
            in of_decision.meaning
        )
        assert (of_decision.next_steps, of_decision.who_acts) == (of_copy.next_steps, of_copy.who_acts)


@pytest.mark.parametrize(
    "words", [{"diagnostic": "550 5.1.1 no such user"}, {"enhanced_code": "5.1.1"}, {"reply_code": "550"}]
)
def test_an_unclear_return_with_a_servers_words(words):
    """K7: where a server's words are there, nobody is told that no server said anything."""
    explanation = explain(of("undetermined_bounce", failure=Failure(reported="Strange", **words)))
    said = " ".join((told(explanation), *(seen.text for seen in explanation.evidence)))
    assert "No mail server said" not in said
    assert "No server said" not in said
    assert "an answer from the other side came with it" in explanation.meaning
    assert "Ask the recipient whether it arrived." == explanation.next_steps[0]


@pytest.mark.parametrize("reason", [None, "unknown"])
def test_an_unclear_return_without_a_servers_words(reason):
    """K7: where neither a server nor the provider said why, nobody refused it as far as is known."""
    explanation = explain(of("undetermined_bounce", reason=reason))
    assert "No mail server said that it refused it." in explanation.meaning
    assert "The message was reported as returned. No server said so." in explanation.evidence[0].text
    assert Party.STAFF is explanation.who_acts


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("reason", ["unknown_recipient", "reputation_blocked"])
def test_an_unclear_return_with_a_cause_and_no_words(reason, channel):
    """K7: the provider's own class is no word of a server; but "nobody refused it" does not stand beside a refusal."""
    explanation = explain(of("undetermined_bounce", reason=reason, channel=channel))
    said = " ".join((told(explanation), *(seen.text for seen in explanation.evidence)))
    assert "No answer from the other side came with it, so that is not certain." in explanation.meaning
    assert "No answer from the other side came with that." in explanation.evidence[0].text
    assert not re.search("said so|said that it refused", said)
    assert Party.STAFF is explanation.who_acts


@pytest.mark.parametrize("kind", ["rejected", "soft_bounced", "dropped"])
@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in DECIDED])
def test_who_sends_again_acts(kind, reason):
    """Where the cause passes and the message has to be sent again, that is for staff, unless the recipient is first."""
    failure = Failure(diagnostic="450 try again later", claimed=reason)
    explanation = explain(of(kind, failure=failure))
    if "Send the message again later." in explanation.next_steps:
        assert explanation.who_acts in {Party.STAFF, Party.RECIPIENT}


@pytest.mark.parametrize("reason", ["greylisted", "network_error", "rate_limited"])
@pytest.mark.parametrize("kind", ["rejected", "soft_bounced", "dropped"])
def test_staff_send_again_what_failed_for_a_while(kind, reason):
    """It is over, the cause passes, and nobody else sends it again; one's own server is for others to mend."""
    if (kind, reason) == ("rejected", "network_error"):
        return
    explanation = explain(of(kind, reason=reason))
    assert "Send the message again later." == explanation.next_steps[-1]
    assert Party.STAFF is explanation.who_acts


@pytest.mark.parametrize("kind", ["opened", "clicked"])
def test_seen_is_said_of_people_only(kind):
    """C2, C7: a strong sign of the delivery; that somebody saw it is said where the caller knows that a person did."""
    unknown, human = explain(of(kind)), explain(of(kind, actor="human"))
    assert "That is a strong sign that it arrived. It was probably opened." in unknown.meaning
    assert "seen" not in told(unknown)
    assert "So it arrived, and was seen." in human.meaning
    assert "probably" not in told(human)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.ordinal and reason not in DECIDED])
def test_reasons_are_told_as_reports(reason):
    """What another side says of a cause is told as its word, never as a fact."""
    assert explain(Failure(claimed=reason).diagnosis).meaning.startswith("It was reported that ")


def test_what_is_contradicted_does_not_contradict_itself():
    """A refusal that names a lasting cause and is tried again: not said to be open, and said not to agree."""
    for retrying in (True, None):
        explanation = explain(of("deferred", reason="unknown_recipient", retrying=retrying))
        assert Certainty.CONTRADICTED is explanation.certainty
        assert "That is not final" not in explanation.meaning
        assert "do not agree on whether this is final" in explanation.caveats[0]
    assert (
        "Even so, it was said to be tried again."
        in explain(of("deferred", reason="unknown_recipient", retrying=True)).meaning
    )


@pytest.mark.parametrize("kind", sorted(REASON_REPLACES))
@pytest.mark.parametrize("reason", Reason)
def test_steps_make_sense_in_their_order(kind, reason):
    """No step takes back another, and none hangs in the air."""
    for retrying in (True, False, None) if kind == "deferred" else (None,):
        steps = " ".join(explain(of(kind, reason=reason, retrying=retrying)).next_steps)
        assert "There is nothing to do." not in steps
        assert "Then send the message once more" not in steps
        assert "for this alone" not in steps


def test_what_came_back_and_arrived_is_not_simply_sent_again():
    """Where something shows that it arrived, the recipient is asked before it is sent twice."""
    caveats = explain(of("bounced", "delivered")).caveats
    assert 1 == sum("ask the recipient before you send it again." in caveat for caveat in caveats)


@pytest.mark.parametrize("other", ["clicked", "complained", "acknowledged"])
def test_what_was_used_and_came_back_is_not_put_down_to_a_program(other):
    """A complaint or a person's answer is played down by nothing: the reports do not agree, and that is said."""
    said = " ".join(explain(of("bounced", other, actor="human" if other == "acknowledged" else "unknown")).caveats)
    assert "The reports do not agree." in said
    assert "passed on to another address" in said
    assert "security program" not in said.replace("Security programs that test links can cause this.", "")


def test_a_returned_message_may_still_come_to_an_account_that_cannot_report():
    """W7: its own server can still send a note to the sender's mailbox, so that is not ruled out."""
    explanation = explain(of("sent", provider="smtp"), now=NOON)
    assert "last word" not in told(explanation)
    assert (
        "If it cannot be delivered, a note about that may still come to the mailbox of the sender."
        in explanation.caveats
    )


def test_what_a_mail_provider_can_tell_is_not_promised():
    """C6: that it took the message is known; that it knows where it is now is not."""
    said = told(explain(of("delivered")))
    assert "Most servers" not in said
    assert "so it can say" not in said


def test_agreement_is_recorded_wherever_a_product_records_it():
    """T16: not every product has files of people."""
    assert "file" not in told(explain(of("withheld", reason="not_opted_in")))


# -- laws ------------------------------------------------------------------------------------------------------------

REASONS = st.sampled_from([None, *Reason])
EVENTS = st.builds(
    event,
    st.sampled_from(EventKind),
    REASONS,
    actor=st.sampled_from(Actor),
    attribution=st.sampled_from(Attribution),
    authenticated=st.sampled_from([True, None, False]),
    channel=st.sampled_from(Channel),
    retrying=st.sampled_from([True, None, False]),
    occurred_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    received_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    provider=st.sampled_from([None, "smtp", "sendgrid", "n0body"]),
    message_id=st.none(),
    reference=st.just("r"),
)
CIRCUMSTANCES = st.fixed_dictionaries(
    {},
    optional={
        "vocabulary": st.sampled_from(vocabularies.names()),
        "now": st.datetimes(max_value=datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (Hypothesis adds the zone)
        "tracking": st.builds(
            Tracking,
            delivery=st.booleans(),
            opens=st.booleans(),
            since=st.none() | st.datetimes(timezones=st.just(UTC)),
        ),
        "wording": st.builds(Wording, product=st.text(), recipient=st.text(), support=st.text()),
    },
)


@given(st.lists(EVENTS, max_size=6), CIRCUMSTANCES)
def test_every_record_is_explained(events, circumstances):
    """Law 1: there is text for any record, in any circumstances; it is the same for any order of the events."""
    record = fold(events)
    explanation = explain(record, **circumstances)
    assert explanation.label
    assert explanation.headline
    assert explanation.meaning
    assert explanation.next_steps
    assert explanation == explain(fold(events[::-1]), **circumstances)
    assert len(explanation.evidence) <= len(events)


@given(st.lists(EVENTS, max_size=4), CIRCUMSTANCES)
def test_labels_are_those_of_the_pack(events, circumstances):
    """Law 1: with a pack the label is the pack's; the status is that of its policy."""
    record = fold(events)
    pack = vocabularies.get(circumstances.get("vocabulary", "writeupp"))
    explanation = explain(record, **circumstances | {"vocabulary": pack})
    assert pack.label(record, circumstances.get("tracking")) == explanation.label
    assert record.status_under(pack.policy) == explanation.status


@given(st.lists(EVENTS, max_size=4))
def test_nothing_of_strangers_is_quoted(events):
    """No address, no word of a server and no name of a provider is in an explanation."""
    secret = [attrs_of(each) for each in events]
    said = repr(explain(fold(secret)))
    for word in ("ada@example.com", "s3cret", "sendgrid", "n0body", "smtp"):
        assert word not in said


def attrs_of(each):
    """Give the event with a server's words in it."""
    failure = Failure(diagnostic="550 s3cret words of <ada@example.com>", reported="s3cret", remote_mta="mx.s3cret")
    return Event.from_dict(each.to_dict() | {"failure": failure.to_dict(), "value": "s3cret", "url": "https://s3cret/"})


@pytest.mark.parametrize("status", Status)
def test_final_is_what_nothing_more_is_expected_of(status):
    """A status is final in its explanation exactly if it is by the policies' table, where everything is tracked."""
    assert (status in FINAL) is explain(of(status) if status is not Status.UNKNOWN else Record()).final


def test_tables_are_total():
    """Every status, every permanence and every refusal of a release has somebody who acts."""
    assert set(Status) == set(WHO_ACTS)
    assert set(WhyNot) == set(WHO_ACTS_NEXT)
    assert set(Permanence) == set(STAFF_ACT_FOR)
    assert OVER < set(REASON_REPLACES)
    assert set(STUCK).isdisjoint(FINAL)


def test_decisions_are_the_reasons_of_what_was_not_sent():
    """The reasons from "declined" on are somebody's decisions, and no others are."""
    assert {reason for reason in Reason if reason.ordinal >= Reason.DECLINED.ordinal} == DECIDED


@pytest.mark.parametrize("kind, reason", [*product(sorted(REASON_REPLACES), Reason)])
def test_the_reason_says_who_acts_and_what_to_do(kind, reason):
    """Where a reason is known, its steps are given and its party acts, or whoever asks or sends again."""
    if kind == "rejected" and reason in (Reason.NETWORK_ERROR, Reason.RECIPIENT_SERVER_ERROR):
        return  # it was one's own server
    explanation = explain(of(kind, reason=reason))
    steps = explain(Failure(claimed=reason).diagnosis).next_steps
    if reason is Reason.UNKNOWN:
        assert WHO_ACTS[Status(kind)] is explanation.who_acts
        return
    assert set(steps) <= set(explanation.next_steps)
    cause = CONSEQUENCES[reason]
    expected = cause.who_acts
    if kind == "undetermined_bounce" or (
        kind in OVER and reason not in DECIDED and expected in STAFF_ACT_FOR[cause.permanence]
    ):
        expected = Party.STAFF
    elif kind == "deferred" and cause.permanence is not Permanence.PERMANENT:
        expected = Party.NOBODY
    assert expected is explanation.who_acts


@pytest.mark.parametrize("kind", sorted(REASON_REPLACES))
def test_where_the_reason_replaces_the_general_steps(kind):
    """Known cause: its own steps instead of guesses; but waiting and asking come first where it may not be over."""
    general = explain(of(kind)).next_steps
    specific = explain(of(kind, reason="mailbox_full")).next_steps
    assert (general[0] in specific) is not REASON_REPLACES[Status(kind)]


@pytest.mark.parametrize("kind, reason", [*product(sorted(OVER), Reason)])
def test_whether_to_send_again(kind, reason):
    """What came back says whether another message would get through; for what somebody decided, the decision does."""
    explanation = explain(of(kind, reason=reason))
    again = {
        Permanence.PERMANENT: "Send the message again only when this is solved.",
        Permanence.TRANSIENT: "Send the message again later.",
        Permanence.UNDETERMINED: "When that is settled, you can send the message once more.",
    }
    expected = set() if reason in DECIDED else {again[CONSEQUENCES[reason].permanence]}
    assert expected == set(again.values()) & set(explanation.next_steps)


@pytest.mark.parametrize("kind", sorted(OVER))
def test_without_any_failure_nobody_can_tell_whether_to_send_again(kind):
    """A bare report says neither why nor for how long."""
    assert "It is not clear whether another message would get through." in explain(of(kind)).meaning


# -- how far to trust it ---------------------------------------------------------------------------------------------


def test_what_was_reported():
    """The usual case: somebody who can know said so."""
    assert Certainty.REPORTED is explain(of("delivered")).certainty


@pytest.mark.parametrize(
    "kind, status, says",
    [
        ("opened", Status.DELIVERED, "A machine opened it. That shows that it arrived, not that a person read it."),
        (
            "clicked",
            Status.SENT,
            "A machine followed a link in it. That shows that it was sent on, not that it arrived.",
        ),
    ],
)
def test_what_a_machine_did_is_an_inference(kind, status, says):
    """C7: an opening by a machine shows an arrival nobody reported; a click by one shows less."""
    explanation = explain(of(kind, actor="machine"))
    assert (status, Certainty.INFERRED) == (explanation.status, explanation.certainty)
    assert says == explanation.caveats[0]
    assert "confirmed that it took" not in told(explanation)


def test_what_was_reported_as_well_is_no_inference():
    """A machine that opens after the delivery was confirmed does not make the delivery doubtful."""
    explanation = explain(fold([event("delivered"), event("opened", actor="machine", occurred_at=NOON + MINUTE)]))
    assert Certainty.REPORTED is explanation.certainty
    assert "A machine opened it. That shows" not in told(explanation)


def test_what_anyone_could_have_sent():
    """A report that anyone could have made up is told as such, before all else."""
    explanation = explain(of("bounced", authenticated=False))
    assert Certainty.UNPROVEN is explanation.certainty
    assert (
        "Anyone could have sent this report. Do not rely on it until something else confirms it."
        == explanation.caveats[0]
    )
    assert Certainty.REPORTED is explain(of("bounced", authenticated=None)).certainty


@pytest.mark.parametrize(
    "events, contradiction, says",
    [
        ([event("delivered"), event("bounced")], Contradiction.DELIVERED_AND_RETURNED, "as delivered, and as returned"),
        (
            [event("clicked"), event("bounced")],
            Contradiction.ENGAGED_AND_RETURNED,
            "and also as opened, used, answered or marked as spam",
        ),
        ([event("dropped"), event("delivered")], Contradiction.NOT_SENT_AND_DELIVERED, "as not sent, and yet"),
        ([event("bounced", "mailbox_full")], Contradiction.CLASS_AGAINST_DIAGNOSIS, "on whether this is final"),
    ],
)
def test_contradictions_are_told(events, contradiction, says):
    """What cannot all be true is said, and nothing is hidden."""
    record = fold(events)
    assert contradiction in record.contradictions
    explanation = explain(record)
    assert Certainty.CONTRADICTED is explanation.certainty
    assert says in " ".join(explanation.caveats)


def test_every_certainty_has_a_meaning():
    """The words of the vocabulary explain themselves."""
    assert all(certainty.meaning.endswith(".") for certainty in Certainty)


# -- what was seen ---------------------------------------------------------------------------------------------------


def test_the_evidence_is_told_in_the_order_of_its_times():
    """Oldest first, each at its latest time, without a time last; with the cause where it is known."""
    explanation = explain(fold([
        event("bounced", "mailbox_full", occurred_at=NOON + 2 * MINUTE),
        event("deferred", "greylisted"),
        event("deferred", "greylisted", occurred_at=NOON + MINUTE),
        event("accepted", occurred_at=None),
        event("opened", actor="machine", occurred_at=NOON - MINUTE),
    ]))  # fmt: skip
    assert [
        ("opened", NOON - MINUTE, "A machine opened the message."),
        (
            "deferred",
            NOON + MINUTE,
            (
                "The message was not delivered this time. "
                "It was reported that the other side asks new senders to come back a little later. That is normal."
            ),
        ),
        (
            "bounced",
            NOON + 2 * MINUTE,
            "The message was reported as returned for good. It was reported that the mailbox of the recipient is full.",
        ),
        ("accepted", None, "The sending service took the message on."),
    ] == [(seen.kind, seen.occurred_at, seen.text) for seen in explanation.evidence]


def test_what_happened_again_is_told_once_at_its_latest_time():
    """A repetition is told with its last time, and what reads alike is told once."""
    refused = [
        Failure(diagnostic="550 5.1.1 no such user", smtp_command=command) for command in ("RCPT", "DATA")
    ]  # only the first of them is evidence against the address
    events = [event("bounced", failure=failure) for failure in refused]
    assert 2 == len(fold(events).slots)
    assert 1 == len(explain(fold(events)).evidence)
    forged = event("delivered", occurred_at=NOON + MINUTE, authenticated=False)
    assert NOON + MINUTE == explain(fold([event("delivered"), forged])).evidence[0].occurred_at


# -- wording ---------------------------------------------------------------------------------------------------------


def test_texts_carry_the_products_own_words():
    """C20: the product, what it calls a recipient, and its support stand inside the texts."""
    said = told(explain(of("accepted"), wording=CLINIC, now=NOON + 11 * MINUTE))
    assert "The service that sends for ClinicSense has the message." in said
    assert "Contact help@example.org." in said


@pytest.mark.parametrize("blank", [Wording(), Wording(product="", recipient=" ", support="\n"), None])
def test_absent_wording_breaks_no_sentence(blank):
    """C20: each has a decent default."""
    said = told(explain(of("complained"), wording=blank))
    assert "write to your support team, from the address" in said
    assert "Ask the recipient whether" in said


def test_what_looks_like_a_placeholder_in_wording_or_labels_stays_as_it_is():
    """Only our own texts are templates."""
    ours = attrs.evolve(vocabularies.get("writeupp"), labels=dict.fromkeys(Status, "$5 $product"))
    explanation = explain(of("accepted"), vocabulary=ours, wording=Wording(product="$ecret $recipient"))
    assert "$5 $product" == explanation.label
    assert "sends for $ecret $recipient has" in explanation.meaning


# -- other things that are explained ---------------------------------------------------------------------------------


def test_a_diagnosis():
    """What a server's words mean, for whoever reads them; a reply alone does not say that it is over."""
    explanation = explain(diagnose("552 5.2.2 mailbox full"))
    assert (None, "Mailbox full", "Mailbox full") == (explanation.status, explanation.label, explanation.headline)
    assert (
        "It was reported that the mailbox of the recipient is full. This mostly passes by itself."
        == explanation.meaning
    )
    assert (Certainty.REPORTED, Party.RECIPIENT, False) == (
        explanation.certainty,
        explanation.who_acts,
        explanation.final,
    )


def test_a_diagnosis_that_found_nothing():
    """Words that nobody understands are called so."""
    explanation = explain(diagnose("something else"))
    assert (Certainty.NOTHING_KNOWN, "Cause not known") == (explanation.certainty, explanation.label)


def decided(*events, purpose="transactional"):
    """Ask a list made of these events, ten days later."""
    return suppress(events).may_send("ada@example.com", purpose=purpose, now=NOON + timedelta(days=10))


def test_a_decision_to_send():
    """Nothing speaks against it, and no more than that is claimed."""
    explanation = explain(decided())
    assert ("Allowed", Party.NOBODY, None) == (explanation.label, explanation.who_acts, explanation.status)
    assert "Nothing that is known speaks against it." == explanation.meaning


def test_a_decision_not_to_send_tells_every_cause():
    """C9, C12, T12: each cause with what to do, the most binding first; who may lift that has to act."""
    explanation = explain(decided(event("complained"), event("bounced", "unknown_recipient")))
    assert ("Not allowed", Party.RECIPIENT) == (explanation.label, explanation.who_acts)
    assert explanation.meaning.index("marked an earlier message") < explanation.meaning.index("could not be delivered")
    assert "the request must come directly from the recipient" in told(explanation)
    assert [EventKind.BOUNCED, EventKind.COMPLAINED] == sorted(seen.kind for seen in explanation.evidence)
    assert (Certainty.REPORTED, None) == (explanation.certainty, explanation.look_again)


def test_a_complaint_that_anyone_could_have_sent_is_not_pinned_on_the_recipient():
    """K8: a doubtful complaint stops mass messages only, and support can lift it."""
    explanation = explain(decided(event("complained", authenticated=False), purpose="bulk"))
    assert "It is not certain that the recipient did it." in explanation.meaning
    assert "the request must come" not in told(explanation)
    assert (Certainty.UNPROVEN, Party.SUPPORT) == (explanation.certainty, explanation.who_acts)


def test_one_sure_cause_is_enough():
    """A decision is as sure as its surest cause."""
    forged, sure = event("complained", authenticated=False), event("bounced", "unknown_recipient")
    assert Certainty.REPORTED is explain(decided(forged, sure, purpose="bulk")).certainty


def test_a_stop_that_ends_by_itself():
    """T10: after repeated failures the stop ends some day, and that day is told."""
    failed = [
        event("bounced", "mailbox_full", message_id=str(n), occurred_at=NOON + timedelta(days=n)) for n in range(3)
    ]
    explanation = explain(decided(*failed))
    assert "several earlier messages to this address came back." in explanation.meaning
    assert "It ends by itself on 7 June 2024, if it is not lifted before." in explanation.meaning
    assert NOON + timedelta(days=2 + 30) == explanation.look_again
    assert explain(decided(*failed, event("complained"))).look_again is None


def test_a_stop_that_somebody_else_keeps_too():
    """T11: a list of the sending service has to be cleared as well."""
    listed = event("suppression_changed", "suppressed_bad_address", value="added", provider="postmark")
    explanation = explain(decided(listed))
    assert "The stop must be lifted there as well." in told(explanation)
    lifted = explain(released(listed, actor="staff", proof="address_checked"))
    assert ("Lifted", Party.SUPPORT) == (lifted.label, lifted.who_acts)
    assert ("Ask your support team to lift it at the sending service as well.",) == lifted.next_steps


def test_a_decision_about_a_phone():
    """K6: a number is called a number."""
    known = suppress([event("bounced", "unknown_recipient", channel="sms", recipient="+15550100")])
    decision = known.may_send("+15550100", purpose="transactional", channel="sms", now=NOON + timedelta(days=1))
    assert "an earlier message to this number could not be delivered." in explain(decision).meaning


def released(*events, cause="bad_address", actor, proof, after=timedelta(days=10)):
    """Try to lift a cause from a list made of these events."""
    return suppress(events).release("ada@example.com", cause, actor=actor, proof=proof, at=NOON + after)


def test_a_release_that_counts():
    """C11: it was lifted, and no more than that is claimed."""
    explanation = explain(released(event("bounced", "unknown_recipient"), actor="staff", proof="address_checked"))
    assert ("Lifted", True, Party.NOBODY) == (explanation.label, explanation.final, explanation.who_acts)
    assert "Something else may still do so." in explanation.meaning


@pytest.mark.parametrize(
    "release, says, step, acts",
    [
        (
            released(event("complained"), cause="complaint", actor="staff", proof="support_decision"),
            "by somebody who cannot lift it",
            "Ask the recipient to write to your support team from that same address.",
            Party.RECIPIENT,
        ),
        (
            released(event("bounced", "unknown_recipient"), actor="staff", proof="recipient_request"),
            "does not suffice",
            "Check the address with the recipient.",
            Party.STAFF,
        ),
        (
            released(actor="staff", proof="address_checked"),
            "There is no such stop.",
            "There is nothing to do.",
            Party.NOBODY,
        ),
        (
            released(
                event("bounced", "unknown_recipient"), actor="staff", proof="address_checked", after=-timedelta(days=1)
            ),
            "happened after that was asked for",
            "start again",
            Party.STAFF,
        ),
    ],
)
def test_a_release_that_does_not_count(release, says, step, acts):
    """C11, C12: why not, and what would lift it."""
    explanation = explain(release)
    assert ("Not lifted", False, acts) == (explanation.label, explanation.final, explanation.who_acts)
    assert says in explanation.meaning
    assert step in explanation.next_steps[0]


def test_a_refusal_that_nothing_can_mend_goes_to_support():
    """A refused release without a way to lift it still says whom to ask."""
    nothing_helps = attrs.evolve(released(actor="staff", proof="address_checked"), why_not=WhyNot.CAUSE_WITHOUT_TIME)
    explanation = explain(nothing_helps)
    assert Party.SUPPORT is explanation.who_acts
    assert explanation.next_steps[0].startswith("Contact your support team")


# -- what cannot be explained ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argument, says",
    [
        ({"audience": "manager"}, "no audience named 'manager'; there are: staff, recipient, developer"),
        ({"locale": "../vocabularies/amilia"}, "no locale named"),
        ({"vocabulary": "elsewhere"}, "no vocabulary named 'elsewhere'; there are: amilia"),
    ],
)
def test_names_that_do_not_exist(argument, says):
    """The error lists the names that do."""
    with pytest.raises(UnknownName) as refused:
        explain(Record(), **argument)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    "argument",
    [
        {"now": datetime(2024, 5, 6).date()},  # noqa: DTZ001 (that is the mistake)
        {"now": "2024-05-06"},
        {"vocabulary": 5},
        {"vocabulary": ["amilia"]},
        {"tracking": "no"},
        {"wording": "ClinicSense"},
        {"audience": 5},
        {"locale": None},
    ],
)
def test_what_is_of_another_type(argument):
    """The error names the argument, and the type it got."""
    ((name, value),) = argument.items()
    with pytest.raises(TypeError, match=rf"^{name}: expected .*, got {type(value).__name__}$"):
        explain(Record(), **argument)


def test_a_time_without_a_zone():
    """*now* has its zone, as everywhere."""
    with pytest.raises(ValueError, match="now: expected a time with its zone"):
        explain(Record(), now=datetime(2024, 5, 6))  # noqa: DTZ001 (that is the mistake)


@pytest.mark.parametrize("subject", [None, "bounced", Status.BOUNCED])
def test_what_cannot_be_explained(subject):
    """The error names the type, and nothing of the content."""
    with pytest.raises(TypeError, match=f"got {type(subject).__name__}"):
        explain(subject)
