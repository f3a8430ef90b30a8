"""
Failures that count when repeated, for a while: the probe after the end, and what may be forgotten.

What each preset counts is in test_presets; here is what all of them share: one message tries an address whose
suppression ended, and neither order, nor storing, nor forgetting what no rule asks for changes any answer.
"""

from collections import Counter
from datetime import timedelta

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deliverystatus import CauseKind, Failure, Party, Purpose, Reason, ReleaseProof, SuppressionList, WhyNot, suppress
from deliverystatus._suppression import _keeping
from deliverystatus._suppression._facts import release_value
from deliverystatus._suppression._presets import RULES
from deliverystatus._suppression._rules import GROUNDS, KEPT_DAYS, Rules, Threshold
from deliverystatus._suppression._words import Fact
from deliverystatus.testing import START, event, failure

ADA = "ada@example.com"
DAY = 24 * 60 * 60
BAD = Failure(diagnostic="550 5.1.1 user unknown")
FULL = failure(Reason.MAILBOX_FULL)


def hard(day, copy=None, **fields):
    """Make a failure that shows that the address is bad."""
    return event("bounced", at=day * DAY, message_id=copy or f"hard-{day}", failure=BAD, **fields)


def soft(day, copy=None):
    """Make a failure for a full mailbox."""
    return event("soft_bounced", at=day * DAY, message_id=copy or f"soft-{day}", failure=FULL)


def other(kind, day, copy=None):
    """Make an event that is no failure, of a copy of its own unless said."""
    return event(kind, at=day * DAY, message_id=copy or f"{kind}-{day}")


def released(day, kind, actor, proof):
    """Make a release as our own side does."""
    return event(
        "released", at=day * DAY, value=release_value(kind, actor, proof), provider=None, message_id=None, scope="everything"
    )  # fmt: skip


def ask(rules, events, day, purpose="transactional"):
    """Ask at the beginning of *day* whether a message may be sent."""
    return suppress(events, rules=rules).may_send(ADA, purpose=purpose, now=START + timedelta(days=day))


#: For each preset that ends by itself: failures that suppress, and the day it ends.
BOXED = {
    "default":            ([soft(0), soft(1), soft(2)], 32),
    "discourse":          ([hard(0), hard(1)], 31),
    "postal":             ([hard(0)], 30),
    "tiers":              ([hard(0)], 1),
    "time_boxed":         ([soft(0)], 7),
    "time_boxed_growing": ([soft(0)], 2),
    "complaint_spares_transactional": ([soft(0), soft(1), soft(2)], 32),
}  # fmt: skip

boxed = pytest.mark.parametrize("name", BOXED)

# -- one message tries -----------------------------------------------------------------------------------------------


def test_every_preset_that_ends_is_among_them():
    """The cases below are all the presets with a time."""
    assert set(BOXED) == {name for name, rules in RULES.items() if any(each.lasts for each in rules.thresholds)}


@boxed
def test_what_expires_is_no_longer_refused(name):
    """A suppression with an end is over at its end, and not a moment before (case 38, savvyagents/larasend#10)."""
    failures, end = BOXED[name]
    before = ask(name, failures, end - 1 / DAY)
    assert not before.allowed
    assert [START + timedelta(days=end)] == [cause.until for cause in before.causes]
    assert ask(name, failures, end).allowed


@boxed
def test_the_message_after_the_end_is_a_probe(name):
    """Who asks after the end is told that the message tries the address, long after too (case 43, PostHog#71038)."""
    failures, end = BOXED[name]
    assert ask(name, failures, end).probe
    assert ask(name, failures, end + 1000).probe
    assert not ask(name, failures, end - 1).probe
    assert not ask(name, [], end).probe


@boxed
@pytest.mark.parametrize("kind", ["sending", "accepted", "sent"])
def test_while_one_message_tries_others_wait(name, kind):
    """A message that is handed over after the end keeps others back for three days, or until something is heard."""
    failures, end = BOXED[name]
    handed_over = [*failures, other(kind, end + 1)]
    assert not ask(name, handed_over, end + 1).allowed
    assert not ask(name, handed_over, end + 4 - 1 / DAY).allowed
    assert [START + timedelta(days=end + 4)] == [cause.until for cause in ask(name, handed_over, end + 2).causes]
    assert ask(name, handed_over, end + 4).probe


def test_how_long_others_wait_is_a_rule():
    """Whoever hears of failures within an hour need not wait for days."""
    failures, end = BOXED["default"]
    hasty = attrs.evolve(RULES["default"], name="hasty", probe_waits=timedelta(hours=1))
    handed_over = [*failures, other("sent", end)]
    assert not ask(hasty, handed_over, end + 0.5 / 24).allowed
    assert ask(hasty, handed_over, end + 1 / 24).allowed


@boxed
def test_what_was_handed_over_before_the_end_tries_nothing(name):
    """A message that left before the suppression, or in spite of it, keeps nobody waiting after its end."""
    failures, end = BOXED[name]
    assert ask(name, [*failures, other("sent", end - 0.01)], end + 1).allowed


def test_what_will_be_handed_over_tries_nothing_yet():
    """A hand-over that is dated after the question keeps nobody waiting."""
    failures, end = BOXED["default"]
    assert ask("default", [*failures, other("sent", end + 2)], end + 1).allowed


def test_a_pending_message_tries_nothing():
    """What was only created, or is put off, was not handed over."""
    failures, end = BOXED["default"]
    assert ask("default", [*failures, other("pending", end), other("withheld", end)], end + 1).allowed


@boxed
def test_a_probe_that_fails_suppresses_at_once(name):
    """After the end one failure is enough, for the whole time again."""
    failures, end = BOXED[name]
    again = (soft if soft(0) in failures else hard)(end + 2)
    tried = [*failures, other("sent", end + 1), again]
    refused = ask(name, tried, end + 2.5)
    assert not refused.allowed
    assert again == refused.causes[0].evidence
    assert refused.causes[0].until >= again.occurred_at + min(
        lasts for each in RULES[name].thresholds for lasts in each.lasts
    )


def test_a_failed_probe_is_not_one_of_three():
    """Under our own rules the third failure suppresses at first, and the very next after the end."""
    failures, end = BOXED["default"]
    again = soft(end + 100)
    assert ask("default", [again], end + 101).allowed
    refused = ask("default", [*failures, again], end + 101)
    assert [again.occurred_at + timedelta(days=30)] == [cause.until for cause in refused.causes]


@boxed
def test_a_probe_that_is_delivered_clears(name):
    """When the message that tried the address arrives, the next is a message like any other, and nobody waits."""
    failures, end = BOXED[name]
    arrived = [*failures, other("sent", end + 1, "probe"), other("delivered", end + 1.01, "probe")]
    decision = ask(name, [*arrived, other("sent", end + 1.02)], end + 1.03)
    assert decision.allowed
    assert not decision.probe


@pytest.mark.parametrize("name", ["default", "discourse"])
def test_after_a_delivered_probe_one_failure_is_one(name):
    """Who was shown to be reachable is not suppressed for the next full mailbox."""
    failures, end = BOXED[name]
    arrived = [*failures, other("delivered", end + 1), soft(end + 40)]
    assert ask(name, arrived, end + 41).allowed


@boxed
def test_a_probe_that_was_delivered_and_failed_clears_nothing(name):
    """A server that took the probe and returned it later has not shown that the mailbox works."""
    failures, end = BOXED[name]
    again = (soft if soft(0) in failures else hard)(end + 2, "probe")
    taken_back = [*failures, other("delivered", end + 1.5, "probe"), again]
    assert not ask(name, taken_back, end + 2.5).allowed


def test_what_was_delivered_before_the_end_clears_nothing_that_no_delivery_resets():
    """Under a fixed time, a delivery of what was still under way does not end it early."""
    assert not ask("time_boxed", [soft(0), other("delivered", 1)], 2).allowed
    assert ask("time_boxed", [soft(0), other("delivered", 1)], 8).probe


def test_the_end_of_two_thresholds_is_the_later():
    """Where two rules suppress, the message waits for both."""
    two = Rules(
        name="two",
        thresholds=(
            Threshold(score=1, lasts=(timedelta(days=1),)),
            Threshold(score=2, lasts=(timedelta(days=10),)),
        ),
    )
    decision = ask(two, [soft(0), soft(0.5), soft(1)], 1.5)
    assert [START + timedelta(days=2), START + timedelta(days=11)] == sorted(cause.until for cause in decision.causes)
    assert not ask(two, [soft(0), soft(0.5), soft(1)], 5).allowed


# -- what a copy counts ----------------------------------------------------------------------------------------------


def test_a_copy_counts_as_its_heaviest_failure():
    """A copy that was put off for a full mailbox and then returned as unknown is a hard one (discourse#42660)."""
    history = [soft(0, "m-1"), hard(1, "m-1"), hard(2)]
    assert not ask("discourse", history, 3).allowed
    assert ask("discourse", [soft(0, "m-1"), hard(2)], 3).allowed


def test_a_day_counts_as_its_heaviest_failure():
    """Where one failure of a day counts, a hard one stands for the soft ones beside it."""
    days = [each for day in range(5) for each in (soft(day + 0.1), hard(day + 0.2), soft(day + 0.3))]
    assert not ask("mailman", days, 6).allowed
    assert ask("mailman", [each for each in days if each.failure == FULL], 6).allowed


# -- the recipient lifts it, but not for ever ------------------------------------------------------------------------

#: As Bugzilla does: the recipient may lift it, twice.
TWICE = attrs.evolve(
    RULES["default"],
    name="twice",
    grounds=GROUNDS
    | {
        Fact.FAILED: attrs.evolve(
            GROUNDS[Fact.FAILED],
            releases=((Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST), *GROUNDS[Fact.FAILED].releases),
            at_most=2,
        )
    },
)
BY_RECIPIENT = (CauseKind.REPEATED_FAILURES, Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST)
BY_SUPPORT = (CauseKind.REPEATED_FAILURES, Party.SUPPORT, ReleaseProof.SUPPORT_DECISION)


def failing_again(times):
    """Make three failures, lifted by the recipient each time but the last, *times* times over."""
    return [
        each
        for round_ in range(times)
        for each in (
            *(soft(10 * round_ + day) for day in range(3)),
            *([released(10 * round_ + 5, *BY_RECIPIENT)] if round_ + 1 < times else []),
        )
    ]


def lift(rules, events, day, said):
    """Try to lift it."""
    kind, actor, proof = said
    known = suppress(events, rules=rules)
    return known.release(ADA, kind, actor=actor, proof=proof, at=START + timedelta(days=day))


def test_recipients_lift_it_so_many_times():
    """Self-service works twice and no third time (case 41, mozilla-bteam/bmo#1510)."""
    assert [None, None, WhyNot.TOO_OFTEN] == [
        lift(TWICE, failing_again(times), 10 * times - 5, BY_RECIPIENT).why_not for times in (1, 2, 3)
    ]


def test_support_lifts_it_when_the_recipient_no_longer_may():
    """The number is the recipient's; the administrator looks into it and lifts it (case 41, mozilla-bteam/bmo#1510)."""
    history = failing_again(3)
    lifted = lift(TWICE, history, 25, BY_SUPPORT)
    assert lifted.accepted
    assert ask(TWICE, [*history, lifted.event], 26).allowed


def test_a_third_release_by_hand_lifts_nothing():
    """Releases beyond the number do not count however they came, and the earliest are those that do."""
    beyond = [*failing_again(3), released(25, *BY_RECIPIENT)]
    assert not ask(TWICE, beyond, 26).allowed
    assert not ask(TWICE, [*reversed(beyond)], 26).allowed


def test_a_release_told_twice_is_one():
    """The same release, reported again, does not use up the number."""
    once = [*failing_again(2), released(5, *BY_RECIPIENT)]
    assert lift(TWICE, once, 15, BY_RECIPIENT).accepted


# -- the laws --------------------------------------------------------------------------------------------------------

EVERY = [*RULES.values(), TWICE]

quarters = st.integers(0, 60 * 4).map(lambda quarter: quarter / 4)
copies = st.integers(0, 9).map("m-{}".format)
steps = st.one_of(
    st.builds(hard, quarters, copies),
    st.builds(soft, quarters, copies),
    st.builds(other, st.sampled_from(["sending", "accepted", "sent", "delivered", "opened", "clicked"]), quarters, copies),
    st.builds(
        lambda day, said: released(day, *said),
        quarters,
        st.sampled_from([
            BY_RECIPIENT,
            BY_SUPPORT,
            (CauseKind.REPEATED_FAILURES, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE),
            (CauseKind.BAD_ADDRESS, Party.STAFF, ReleaseProof.ADDRESS_CHECKED),
        ]),
    ),
)  # fmt: skip


def answers(known):
    """Give all that a list says of Ada: now, later, when all is over, and whether the recipient could lift it."""
    asked = [
        known.may_send(ADA, purpose=purpose, now=START + timedelta(days=day))
        for purpose in (Purpose.TRANSACTIONAL, Purpose.BULK)
        for day in (30, 61, 70, 500)
    ]
    kind, actor, proof = BY_RECIPIENT
    return asked, known.release(ADA, kind, actor=actor, proof=proof, at=START + timedelta(days=61)).why_not


@pytest.mark.parametrize("rules", EVERY, ids=lambda rules: rules.name)
@settings(max_examples=25)
@given(events=st.lists(steps, max_size=25), random=st.randoms(use_true_random=False))
def test_no_order_split_or_store_changes_an_answer(rules, events, random):
    """Shuffled, repeated, split, merged either way, stored in between: equal lists, and equal answers (laws 2 to 4)."""
    whole = suppress(events, rules=rules)
    shuffled = random.sample(events, len(events)) + events[:3]
    split = random.randint(0, len(shuffled))
    first, second = suppress(shuffled[:split], rules=rules), suppress(shuffled[split:], rules=rules)
    for same in (
        suppress(shuffled, rules=rules),
        first | second,
        second | first,
        SuppressionList.from_dict(first.to_dict(), rules=rules) | second,
        SuppressionList.from_dict(whole.to_dict(), rules=rules),
    ):
        assert whole == same
        assert answers(whole) == answers(same)


def unforgotten(events, rules):
    """Fold, and keep every fact."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deliverystatus._suppression._list.forget", lambda facts, _: facts)
        patch.setattr(_keeping.Facts, "room", 1_000_000)
        return suppress(events, rules=rules)


#: Each copy fails once, and any number of a day do: of three days many, and of others some.
HOURS = [*range(72)] * 10 + [*range(72, KEPT_DAYS * 24)]
crowded = st.lists(st.tuples(st.sampled_from([hard, soft]), st.sampled_from(HOURS)), max_size=60).map(
    lambda drawn: [make(hour / 24, f"m-{number}") for number, (make, hour) in enumerate(drawn)]
)
#: A day of more failures than are kept, whose ids are not in the order of their times.
ONE_DAY = [soft(0.1 + number / 50, f"m-{number:02}") for number in range(40)]


@pytest.mark.parametrize("rules", EVERY, ids=lambda rules: rules.name)
@settings(max_examples=25)
@given(failures=crowded, rest=st.lists(steps.filter(lambda each: each.failure is None), max_size=6))
@example(failures=ONE_DAY, rest=[])
@example(failures=[*ONE_DAY, soft(1), soft(2)], rest=[])
@example(failures=[*ONE_DAY, hard(0.95, "m-99")], rest=[])
def test_what_is_forgotten_changes_no_answer(rules, failures, rest):
    """More failures of a day than any rule counts are forgotten, and every answer is as if they were not (law 6)."""
    kept, whole = suppress([*failures, *rest], rules=rules), unforgotten([*failures, *rest], rules)
    assert answers(whole) == answers(kept)


@pytest.mark.parametrize("rules", EVERY, ids=lambda rules: rules.name)
def test_what_is_kept_has_bounds(rules):
    """However much fails, arrives and is lifted, an address has a bounded number of facts (law 6)."""

    def sizes(days):
        history = [
            each
            for day in range(days)
            for number in range(30)
            for each in (
                hard(day + number / 40, f"{day}-{number}"),
                soft(day + number / 40, f"{day}-{number}-soft"),
                other("delivered", day + number / 40),
                other("opened", day + number / 40),
                released(day + number / 40, *BY_RECIPIENT),
            )
        ]  # fmt: skip
        (known,) = (facts for place, facts in suppress(history, rules=rules)._facts.items() if place == ADA)
        return Counter(key.fact for key in known)

    assert sizes(KEPT_DAYS) == sizes(KEPT_DAYS + 20)
