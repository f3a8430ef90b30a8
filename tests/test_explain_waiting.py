"""Explanations when time has passed: what takes too long, what is not heard of any more, what was taken back since."""

from datetime import timedelta

import pytest

from deliverystatus import Party, Status, Tracking, explain, fold
from deliverystatus._explain._tables import QUIET_AFTER, STUCK
from deliverystatus.testing import START, event
from deliverystatus.vocabularies import PASSING

MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)
LIFTED = "complaint:recipient:link_mailed_there"


def told(explanation):
    """Give what an explanation says beyond the headline."""
    return " ".join((explanation.meaning, *explanation.next_steps, *explanation.caveats))


# -- limits ----------------------------------------------------------------------------------------------------------


def test_what_passes_quickly_is_what_can_be_stuck():
    """The statuses with a limit are those whose limit may be changed."""
    assert PASSING == set(STUCK)


@pytest.mark.parametrize("kind", sorted(PASSING))
def test_the_limit_can_be_another(kind):
    """C15, C16: ten minutes is a default; an account whose sends take longer says so."""
    record, slow = fold([event(kind)]), Tracking(limits={Status(kind): 30 * MINUTES})
    assert "longer than it should" in told(explain(record, now=START + 11 * MINUTES))
    assert "longer than it should" not in told(explain(record, now=START + 11 * MINUTES, tracking=slow))
    assert START + 30 * MINUTES == explain(record, now=START + 11 * MINUTES, tracking=slow).look_again
    assert "longer than it should" in told(explain(record, now=START + 31 * MINUTES, tracking=slow))


def test_a_limit_is_for_what_passes():
    """A limit for a status that lasts is refused: nothing would be said of it."""
    with pytest.raises(ValueError, match="limits: expected accepted, pending, sending"):
        Tracking(limits={Status.DELIVERED: 3 * MINUTES})


def test_a_scheduled_message_starts_later():
    """C15: a message to be sent tomorrow is pending from then on, and not stuck before."""
    tomorrow = event("pending", at=DAYS.total_seconds())
    assert "longer than" not in told(explain(fold([tomorrow]), now=START + 60 * MINUTES))
    assert "longer than" in told(explain(fold([tomorrow]), now=START + DAYS + 11 * MINUTES))


# -- no further news -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retrying", [True, None])
def test_deferred_for_long_is_an_open_end(retrying):
    """36: nobody tries for more than some days, so what became of it is not known, and nobody claims it."""
    record = fold([event("deferred", retrying=retrying)])
    within, after = (explain(record, now=START + QUIET_AFTER[Status.DEFERRED] + more) for more in (0 * DAYS, MINUTES))
    assert "no more news is expected" not in told(within)
    assert "it is not known what became of it, and no more news is expected" in after.meaning
    assert (Party.STAFF, None, True) == (after.who_acts, after.look_again, after.final)
    assert "Ask the recipient whether it arrived." == after.next_steps[0]
    assert "tried again without your help" not in told(after)


def test_each_new_deferral_starts_the_wait_again():
    """The last that was heard counts, not the first."""
    record = fold([event("deferred"), event("deferred", at=(4 * DAYS).total_seconds())])
    assert "no more news is expected" not in told(explain(record, now=START + 6 * DAYS))
    assert "no more news is expected" in told(explain(record, now=START + 9 * DAYS + MINUTES))


def test_given_up_is_no_open_end():
    """Where the provider said that it will not try again, that is what is told."""
    record = fold([event("deferred", retrying=False)])
    assert "no more news is expected" not in told(explain(record, now=START + 30 * DAYS))


def test_sent_and_nothing_more():
    """W3: the other side never answered; so nobody knows, and that is said."""
    record = fold([event("sent")])
    assert "it is not known whether it arrived" in told(explain(record, now=START + 6 * DAYS))
    assert "no more news is expected" not in told(
        explain(record, now=START + 6 * DAYS, tracking=Tracking(delivery=False))
    )
    assert "no more news is expected" not in told(explain(record))


@pytest.mark.parametrize("kind, since", [("accepted", 11 * MINUTES), ("deferred", 6 * DAYS), ("sent", 6 * DAYS)])
def test_a_confirmation_may_be_lost(kind, since):
    """A provider that reports a delivery once only may have reported it to nobody: the wait proves nothing."""
    lost = "may have arrived without a report"
    copy = event(kind, provider="mailgun")
    assert lost in told(explain(fold([copy]), now=START + since))
    assert lost not in told(explain(fold([copy]), now=START))
    assert lost not in told(explain(fold([event(kind, provider="sendgrid")]), now=START + since))
    assert lost not in told(explain(fold([event(kind, provider="ours")]), now=START + since))


def test_what_never_was_handed_over_has_no_confirmation_to_lose():
    """A message that is not sent yet is not delivered either."""
    assert "without a report" not in told(explain(fold([event("sending", provider="mailgun")]), now=START + DAYS))


# -- taken back ------------------------------------------------------------------------------------------------------


def test_who_came_back_is_said_to_be_back():
    """A6, A7: an unsubscription that was taken back is not told as if it held."""
    left, back = event("unsubscribed", at=1), event("resubscribed", at=2)
    assert "Later the recipient asked for them again." in told(explain(fold([left, back])))
    assert "Later the recipient" not in told(explain(fold([left, event("resubscribed", at=0)])))
    assert "Later the recipient" not in told(explain(fold([left, event("resubscribed", at=None)])))
    assert "Later the recipient" not in told(explain(fold([back])))


def test_who_left_again_is_not_back():
    """The later word counts; what has no time may be later."""
    once, back, again = event("unsubscribed", at=1), event("resubscribed", at=2), event("unsubscribed", at=3)
    assert "Later the recipient" not in told(explain(fold([once, back, again])))
    assert "Later the recipient" not in told(explain(fold([event("unsubscribed", at=None), back])))


def test_a_machine_does_not_come_back():
    """Scanners follow every link, the one back too."""
    left, back = event("unsubscribed", at=1), event("resubscribed", at=2, actor="machine")
    assert "Later the recipient" not in told(explain(fold([left, back])))


def test_a_stop_that_was_lifted_since():
    """A release shows beside what it lifts, which stays told; there is nothing left to do."""
    told_now = explain(fold([event("complained", at=1), event("released", at=2, value=LIFTED)]))
    assert "A stop on this address was lifted since." in told(told_now)
    assert (Status.COMPLAINED, Party.NOBODY) == (told_now.status, told_now.who_acts)
    assert ("There is nothing to do.",) == told_now.next_steps


def test_not_spam_after_all():
    """A complaint that was taken back in the mail program is said to be so, and to lift nothing."""
    said = told(explain(fold([event("complained", at=1), event("marked_not_spam", at=2)])))
    assert "It was later marked as not spam. That alone does not lift a stop." in said


def test_a_stop_of_another_sort_lifts_no_complaint():
    """Support that lifts another stop takes no complaint back: nothing is told as lifted, and there is something to do."""
    other = explain(fold([event("complained", at=1), event("released", at=2, value="manual:staff:support_decision")]))
    assert "lifted since" not in told(other)
    assert Party.RECIPIENT is other.who_acts


@pytest.mark.parametrize("kind", ["released", "marked_not_spam"])
def test_what_was_said_before_takes_nothing_back(kind):
    """A release, or a word that it is no spam, of before the complaint says nothing of it."""
    said = told(explain(fold([event(kind, at=1, value=LIFTED), event("complained", at=2)])))
    assert "lifted since" not in said
    assert "not spam" not in said


def test_who_came_back_is_not_asked_to_come_back():
    """What to do after an unsubscription is not told once it was taken back."""
    back = explain(fold([event("unsubscribed", at=1), event("resubscribed", at=2)]))
    assert ("There is nothing to do.",) == back.next_steps
    assert Party.NOBODY is back.who_acts


def test_nobody_tries_longer_than_they_said():
    """A provider that says until when it tries is believed: look again then, and expect no more afterwards."""
    until = START + timedelta(hours=4)
    record = fold([event("deferred", retrying=True, retry_until=until)])
    assert until == explain(record, now=until - 10 * MINUTES).look_again
    assert START + timedelta(hours=2) == explain(record, now=START + timedelta(hours=1)).look_again
    over = told(explain(record, now=until + MINUTES))
    assert "no more news is expected" in over
    assert "days ago" not in over


def test_what_is_to_be_sent_later_is_looked_at_then():
    """A message that is due in three days is looked at when it is due."""
    due = event("pending", at=(3 * DAYS).total_seconds())
    assert START + 3 * DAYS + 10 * MINUTES == explain(fold([due]), now=START).look_again


def test_given_up_says_so_at_once():
    """The headline of what is not tried again is no other than its text."""
    assert "Not delivered, and not tried again" == explain(fold([event("deferred", retrying=False)])).headline


def test_a_mailbox_for_bounces_beside_it():
    """W7: an account that hears of returns alone says so, instead of sending staff to another mailbox."""
    record = fold([event("sent")])
    alone, beside = (explain(record, tracking=Tracking(delivery=False, returns=each)) for each in (False, True))
    assert any("mailbox of the sender" in caveat for caveat in alone.caveats)
    assert any("most likely be reported here" in caveat for caveat in beside.caveats)
    assert not any("mailbox of the sender" in caveat for caveat in beside.caveats)


def test_tracking_began_before_the_hand_over():
    """W8: what was made before tracking began and handed over afterwards is tracked."""
    record = fold([event("pending", at=0), event("accepted", at=(2 * DAYS).total_seconds())])
    assert not explain(record, tracking=Tracking(since=START + DAYS)).final
    assert explain(record, tracking=Tracking(since=START + 3 * DAYS)).final


def test_the_callers_word_on_deliveries_stands_above_the_providers():
    """An account that does hear of deliveries is not told that it cannot."""
    record = fold([event("sent", provider="smtp")])
    assert explain(record).final
    assert not explain(record, tracking=Tracking(delivery=True)).final
