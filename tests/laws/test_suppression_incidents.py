"""
Incidents against a model of them in a few lines, where two addresses are enough for one.

Every short history of three addresses at two domains: refusals, deliveries and releases, in every order of arrival.
"""

from datetime import timedelta
from itertools import combinations, permutations

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliverystatus import CauseKind, Failure, Party, Reason, ReleaseProof, suppress
from deliverystatus._suppression._facts import release_value
from deliverystatus._suppression._presets import RULES
from deliverystatus._suppression._rules import Clusters
from deliverystatus.testing import START, event, failure

HOUR = 60 * 60
NOW = START + timedelta(hours=9)
TWO = attrs.evolve(
    RULES["default"],
    name="two",
    domain_lasts=None,
    clusters=Clusters(at_least=2, share=0, within=timedelta(minutes=30)),
)
PEOPLE = ("a@one.example", "b@one.example", "c@two.example")
UNKNOWN = Failure(diagnostic="550 5.1.1 user unknown")
GONE = failure(Reason.UNKNOWN_DOMAIN)


def happened(who, what, hour):
    """Make what happens to somebody in the middle of an hour."""
    at, copy = (hour + 0.5) * HOUR, f"{what}-{hour}"
    if what == "delivered":
        return event("delivered", at=at, recipient=who, message_id=copy)
    if what == "checked":
        value = release_value(CauseKind.BAD_ADDRESS, Party.STAFF, ReleaseProof.ADDRESS_CHECKED)
        return event("released", at=at, recipient=who, value=value, provider=None, message_id=None)
    return event("bounced", at=at, recipient=who, message_id=copy, failure=GONE if what == "gone" else UNKNOWN)


def shared(who, what):
    """Name what a refusal may have in common with others, and of whom one is told from another by it."""
    domain = who.partition("@")[2]
    return ("gone", domain) if what == "gone" else (domain, who)


def took_mail(history, who, hour):
    """Whether somebody got a message before."""
    return any(each == who and what == "delivered" and at < hour for each, what, at in history)


def excused(history, who, what, hour):
    """Whether a refusal was somebody's first of either sort, and of two at least that took mail before, in that hour."""
    first = {
        (each, sort): min(at for name, word, at in history if (name, word) == (each, sort))
        for each, sort, _ in history
        if sort in ("unknown", "gone")
    }
    trouble = shared(who, what)[0]
    together = {
        shared(each, sort)[1]
        for (each, sort), at in first.items()
        if shared(each, sort)[0] == trouble and at == hour and took_mail(history, each, at)
    }
    mine = {at for (each, _), at in first.items() if each == who}
    return len(together) > 1 and mine == {hour} and took_mail(history, who, hour)


def expected(history, who, now):
    """Say whether somebody is stopped, and whether something waits."""
    known = [each for each in history if each[2] < now]
    refused = [(what, hour) for each, what, hour in history if each == who and what in ("unknown", "gone")]
    checked = max((hour for each, what, hour in known if (each, what) == (who, "checked")), default=-1)
    if not refused:
        return False, False
    last = max(hour for _, hour in refused)
    latest = [(what, hour) for what, hour in refused if hour == last]
    waits = all(excused(history, who, what, hour) for what, hour in latest)
    delivered = any(each == who and what == "delivered" and hour > last for each, what, hour in known)
    stands = checked <= last
    return stands and not waits, stands and waits and not delivered


#: At most one thing happens to each in an hour.
happenings = st.dictionaries(
    st.tuples(st.sampled_from(PEOPLE), st.integers(0, 5)),
    st.sampled_from(["delivered", "delivered", "unknown", "unknown", "gone", "checked"]),
    max_size=12,
).map(lambda drawn: [(who, what, hour) for (who, hour), what in drawn.items()])


def compare(history):
    """Ask of everybody."""
    known = suppress([happened(*each) for each in history], rules=TWO)
    for who in PEOPLE:
        for now in (9, 12):  # what is dated ahead of the question lifts nothing, and grounds count all the same
            decision = known.may_send(who, purpose="transactional", now=START + timedelta(hours=now))
            stopped = bool(decision.causes)
            assert expected(history, who, now) == (stopped, bool(decision.waiting)), (who, now)


@settings(max_examples=400)
@given(happenings)
def test_who_waits_is_who_was_refused_with_others(history):
    """Whoever was refused for the first time, with another, having got mail before, waits; nobody else does (law 8)."""
    compare(history)


@settings(max_examples=200)
@given(happenings, st.integers(0, 3))
def test_what_is_dated_ahead_lifts_nothing_yet(history, ahead):
    """Checked, or delivered, at a time that has not come: the answers are those without it."""
    wrong = [
        event_
        for who in PEOPLE
        for event_ in (happened(who, "checked", 50 + ahead), happened(who, "delivered", 50 + ahead))
    ]
    events = [happened(*each) for each in history]
    for who in PEOPLE:
        one, other = (
            suppress(each, rules=TWO).may_send(who, purpose="transactional", now=NOW)
            for each in (events, events + wrong)
        )
        assert (one.causes, one.waiting, one.incidents) == (other.causes, other.waiting, other.incidents)


WAVE = [(who, "delivered", 0) for who in PEOPLE] + [(who, what, 2) for who in PEOPLE for what in ("unknown", "gone")]


@pytest.mark.parametrize("size", [2, 3])
def test_no_order_or_split_changes_who_waits(size):
    """Any few refusals after three deliveries, in any order and merged one by one: the same answers (laws 2 to 4)."""
    before = suppress([happened(*each) for each in WAVE[:3]], rules=TWO)
    for chosen in combinations(WAVE[3:], size):
        answers = set()
        for order in permutations(chosen):
            known = before
            for each in order:
                known.may_send(PEOPLE[0], purpose="bulk", now=NOW)  # what was found before must not stay
                known = suppress([happened(*each)], rules=TWO) | known
            answers.add(repr([known.may_send(who, purpose="bulk", now=NOW) for who in PEOPLE]))
        assert 1 == len(answers)
