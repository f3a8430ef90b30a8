"""The two-year rule (A24): who is judged inactive, since when, and what makes them active again."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import CauseKind, Inactivity, Party, Purpose, ReleaseProof, Rules, Standing, explain, suppress
from deliverystatus._suppression._facts import LATEST
from deliverystatus._suppression._inactive import inactive_since
from deliverystatus._suppression._keeping import KEPT_PERIODS
from deliverystatus.testing import event

ADA = "ada@example.com"
SECOND = timedelta(seconds=1)
ENDS = ("active", "resubscribed", "opted_in")
ENGAGED = ("opened", "clicked", "acknowledged", "responded")


def day(year, month=1, of_month=1, hour=0):
    """Give a time."""
    return datetime(year, month, of_month, hour, tzinfo=UTC)


def each(kind, *times, **fields):
    """Make an event of another copy at each time."""
    return [event(kind, at=at, message_id=at.isoformat(), **fields) for at in times]


def monthly(*, start, months, kind="opened"):
    """Make an event in each of so many months."""
    return each(kind, *(start + relativedelta(months=n) for n in range(months)))


def every(**period):
    """Make rules that stop bulk mail after another period."""
    return Rules(name="other", inactivity=Inactivity(period=relativedelta(**period)))


def since(events, *, now, rules="default", last_active=None):
    """Say since when the recipient has been inactive; ``None`` if not."""
    known = suppress(events, rules=rules)
    decision = known.may_send(ADA, purpose="bulk", standing=Standing(last_active=last_active), now=now)
    return next((cause.since for cause in decision.causes if cause.kind is CauseKind.INACTIVE), None)


# -- becoming inactive -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*ENDS, *ENGAGED])
def test_two_years_to_the_second(kind):
    """A24: a client is active for two calendar years after they did something, and inactive from then on."""
    done, over = event(kind, at=day(2022, 3, 5, 9)), day(2024, 3, 5, 9)
    assert since([done], now=over - SECOND) is None
    assert over == since([done], now=over)
    assert over == since([done], now=over + timedelta(days=1000))


@pytest.mark.parametrize(
    "done, over",
    [
        (day(2024, 2, 29), day(2026, 2, 28)),
        (day(2022, 2, 28), day(2024, 2, 28)),
        (day(2023, 3, 1), day(2025, 3, 1)),
        (day(2022, 12, 31, 23), day(2024, 12, 31, 23)),
    ],
    ids=str,
)
def test_years_are_those_of_the_calendar(done, over):
    """Two years are not 730 days: leap days lie between, and who was last seen on one is active until 28 February."""
    assert since([event("active", at=done)], now=over - SECOND) is None
    assert over == since([event("active", at=done)], now=over)


def test_four_years_lead_from_leap_day_to_leap_day():
    """Where the day exists again, it is the day."""
    assert day(2028, 2, 29) == since([event("active", at=day(2024, 2, 29))], now=day(2029), rules=every(years=4))


def test_the_calendar_is_that_of_utc():
    """Early on 1 March in Auckland it is still leap day: what zone a time is told in changes nothing."""
    auckland = timezone(timedelta(hours=13))
    told = datetime(2024, 3, 1, 5, tzinfo=auckland)
    assert day(2024, 2, 29, 16) == told
    assert day(2026, 2, 28, 16) == since([event("active", at=told)], now=day(2030))
    assert day(2026, 2, 28, 16) == since([], now=day(2030), last_active=told)
    assert since([], now=datetime(2026, 3, 1, 4, tzinfo=auckland), last_active=told) is None


def test_each_interaction_starts_the_time_again():
    """Who opens something every other year stays active."""
    opened = each("opened", day(2018), day(2019, 12), day(2021, 11), day(2023, 10))
    assert since(opened, now=day(2025, 9)) is None
    assert day(2025, 10) == since(opened, now=day(2026))


def test_who_was_never_seen_is_not_judged():
    """Perhaps nothing of theirs is tracked: deliveries, and the want of openings, mean nothing."""
    assert since(each("delivered", day(2010), day(2015)), now=day(2030)) is None
    assert since([], now=day(2030)) is None


def test_machines_are_not_active():
    """A proxy that loads images neither shows that anybody is there nor keeps them active."""
    fetched = each("opened", day(2021), day(2023), actor="machine")
    assert since(fetched, now=day(2030)) is None
    assert day(2022) == since([*each("opened", day(2020)), *fetched], now=day(2030))


@pytest.mark.parametrize("doubt", [{"authenticated": False}, {"attribution": "message"}, {"test": True}])
def test_what_is_not_surely_theirs_is_no_activity(doubt):
    """What anyone could have sent, somebody else did, or is a provider's test, does not bring mass mail back."""
    assert day(2022) == since([*each("active", day(2020)), *each("active", day(2023), **doubt)], now=day(2024))


def test_what_has_no_time_is_no_activity():
    """Nobody knows when it was."""
    assert since([event("active", at=None, received_at=day(2020))], now=day(2030)) is None


# -- becoming active again -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ENGAGED)
def test_a_late_opening_does_not_end_it(kind):
    """A24: after the gap it takes a transaction, and not an old message that is opened once more."""
    assert day(2022) == since([*each("opened", day(2020)), *each(kind, day(2022), day(2023))], now=day(2024))


@pytest.mark.parametrize("kind", ENDS)
def test_a_transaction_ends_it(kind):
    """A24: "until they make a transaction": or subscribe again, or opt in."""
    events = [*each("opened", day(2020), day(2023)), *each(kind, day(2024, 5))]
    assert day(2022) == since(events, now=day(2024, 4))
    assert since(events, now=day(2026, 4)) is None
    assert day(2026, 5) == since(events, now=day(2026, 5))


def test_an_opening_counts_again_after_a_transaction():
    """It starts anew: what was before does not matter."""
    events = [*each("opened", day(2015), day(2025)), *each("active", day(2024))]
    assert since(events, now=day(2026, 12)) is None
    assert day(2027) == since(events, now=day(2027))


def test_what_makes_active_again_can_be_chosen():
    """For a product whose messages are answered, an answer may do; what is not named no longer does."""
    answer = Rules(name="answer", inactivity=Inactivity(ended_by=frozenset({"responded"})))
    events = [*each("opened", day(2015)), *each("active", day(2023))]
    assert day(2017) == since(events, now=day(2024), rules=answer)
    assert since([*events, *each("responded", day(2023))], now=day(2024), rules=answer) is None


def test_the_callers_word_ends_it():
    """``Standing.last_active`` is for what no event tells, such as a sale in another system."""
    opened = each("opened", day(2015))
    assert since(opened, now=day(2024), last_active=day(2023)) is None
    assert day(2025) == since(opened, now=day(2025), last_active=day(2023))


def test_the_later_of_the_callers_word_and_an_event_counts():
    """An old word does not take back what an event tells, nor the other way round."""
    assert since(each("active", day(2023)), now=day(2024), last_active=day(2010)) is None
    assert since(each("active", day(2010)), now=day(2024), last_active=day(2023)) is None


def test_the_callers_word_alone_judges():
    """Somebody of whom nothing is known but that they were active long ago is inactive."""
    assert day(2012) == since([], now=day(2024), last_active=day(2010))


# -- times that lie ahead --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["active", "opened"])
def test_what_is_dated_later_does_not_count(kind):
    """A time that is yet to come is a wrong clock's, or was not known when it is asked about."""
    ahead = each(kind, day(2024, 6))
    assert since(ahead, now=day(2024, 5)) is None
    assert day(2022) == since([*each("opened", day(2020)), *ahead], now=day(2024, 5))
    assert day(2022) == since(each("opened", day(2020)), now=day(2024), last_active=day(2024, 6))


def test_what_happens_now_counts():
    """The very moment is not later."""
    assert since([*each("opened", day(2020)), *each("active", day(2024))], now=day(2024)) is None


def test_the_end_of_the_calendar_is_no_error():
    """Two years after 9998 there is no time: whoever was active then is so until the end."""
    assert since([], now=day(9999, 12, 31), last_active=day(9998, 6)) is None
    assert since(each("opened", day(9998, 6)), now=day(9999, 12, 31)) is None
    assert LATEST == since([], now=LATEST, last_active=day(9998, 6))


# -- what it stops ---------------------------------------------------------------------------------------------------


def test_mass_mail_alone_is_stopped():
    """A24: appointments and invitations are no mass communications."""
    known = suppress(each("opened", day(2020)))
    allowed = {purpose for purpose in Purpose if known.may_send(ADA, purpose=purpose, now=day(2024)).allowed}
    assert {Purpose.TRANSACTIONAL, Purpose.INVITATION} == allowed


def test_no_release_ends_it():
    """Nobody can be declared active: a release is refused, and says what would do (A24)."""
    release = suppress(each("opened", day(2020))).release(
        ADA, "inactive", actor="support", proof="support_decision", at=day(2024)
    )
    assert (False, "not_by_release", None) == (release.accepted, release.why_not, release.event)
    assert ((Party.RECIPIENT, ReleaseProof.NEW_ACTIVITY),) == release.would_do


def test_staff_are_told_what_ends_it():
    """A24: the explanation says that it was for want of activity, and that a booking or the like ends it."""
    explanation = explain(suppress(each("opened", day(2020))).may_send(ADA, purpose="bulk", now=day(2024)))
    assert "has not been active for a long time" in explanation.meaning
    assert any(
        step.startswith("Mass messages start again once the recipient is active again.")
        for step in explanation.next_steps
    )
    assert Party.RECIPIENT is explanation.who_acts


def test_rules_may_do_without():
    """Without a rule nobody is inactive."""
    never = Rules(name="never", inactivity=None)
    assert since(each("opened", day(2000)), now=day(2024), rules=never, last_active=day(2000)) is None


# -- other periods, and what is forgotten ----------------------------------------------------------------------------


def test_a_period_may_be_of_months():
    """Half a year is six calendar months: from 31 August to the last of February."""
    assert day(2024, 2, 29) == since(each("opened", day(2023, 8, 31)), now=day(2024, 3), rules=every(months=6))


def test_a_gap_is_found_between_two_months_of_a_year():
    """Where the period is shorter than a year, so are the gaps."""
    opened = each("opened", day(2023, 1, 5), day(2023, 8, 5), day(2023, 12))
    assert day(2023, 7, 5) == since(opened, now=day(2024), rules=every(months=6))
    assert since(opened, now=day(2024), rules=every(months=8)) is None


def test_the_first_of_a_year_is_kept_beside_the_last():
    """From one last to the next it may be longer than it was quiet."""
    opened = each("opened", day(2019, 3), day(2020, 1), day(2020, 12))
    assert since(opened, now=day(2021), rules=every(years=1)) is None


def test_a_gap_is_found_among_all_that_are_kept():
    """The first and the last interaction of each year or month show every gap, however many lie between them."""
    before = [each("opened", day(2000, 1, 2) + timedelta(days=n)) for n in range(0, 300, 7)]
    after = [each("opened", day(2003) + timedelta(days=n)) for n in range(0, 5000, 7)]
    opened = [one for some in (*before, *after) for one in some]
    last_before = max(one[0].occurred_at for one in before)
    assert last_before + relativedelta(years=2) == since(opened, now=day(2016))


@pytest.mark.parametrize("months", [KEPT_PERIODS - 1, KEPT_PERIODS, KEPT_PERIODS + 1, 3 * KEPT_PERIODS])
def test_nobody_is_inactive_for_what_was_forgotten(months):
    """Who bought once and has opened something every month since is active, though the first months are forgotten."""
    events = [*each("active", day(2010)), *monthly(start=day(2010), months=months)]
    now = day(2010) + relativedelta(months=months)
    assert since(events, now=now, rules=every(months=2)) is None
    assert now + relativedelta(months=1) == since(events, now=day(2030), rules=every(months=2))


def test_so_it_is_by_the_year():
    """The same over decades, where years are kept."""
    events = [*each("active", day(1980)), *each("opened", *(day(year) for year in range(1980, 2025)))]
    assert since(events, now=day(2025)) is None
    assert day(2026) == since(events, now=day(2026))


def test_asked_about_the_distant_past():
    """Whose interactions of that time are forgotten is not judged for it."""
    events = [*each("active", day(2010)), *monthly(start=day(2010), months=100)]
    assert since(events, now=day(2011), rules=every(months=2)) is None


def test_a_gap_after_the_forgotten_is_found():
    """What is kept shows its gaps, however much came before."""
    events = [*monthly(start=day(2010), months=40), *monthly(start=day(2014), months=5)]
    assert day(2013, 6) == since(events, now=day(2014, 6), rules=every(months=2))


PERIODS = [{"years": 2}, {"years": 1, "months": 6}, {"months": 12}, {"months": 5}, {"months": 1}]
KINDS = st.sampled_from(["active", "resubscribed", "opened", "opened", "opened", "clicked", "delivered"])
ACTORS = st.sampled_from(["unknown", "unknown", "human", "machine"])
#: Parts of the period between one thing and the next.
STEPS = st.sampled_from([0, 0.01, 0.2, 0.5, 0.8, 0.99, 1, 1.01])


@st.composite
def lives(draw):
    """Draw what somebody did, which is so little that nothing is forgotten, the length of a period, and when we ask."""
    period = relativedelta(**draw(st.sampled_from(PERIODS)))
    at, done = day(2019, draw(st.integers(1, 12)), draw(st.integers(1, 28))), []
    length = (at + period) - at
    for kind, actor, step in draw(st.lists(st.tuples(KINDS, ACTORS, STEPS), max_size=12)):
        at += length * step
        done.append(event(kind, at=at, actor=actor))
    ends = [one.occurred_at for one in done if one.kind in ENDS]
    return done, period, max([at + length * (draw(STEPS) - draw(STEPS)), *ends])


def by_all_events(done, period, now):
    """Say it as naively as can be: with all events, from the last that makes active, one after the other."""
    seen = [one for one in done if one.occurred_at <= now and one.actor != "machine"]
    ends = [one.occurred_at for one in seen if one.kind in ENDS]
    opened = sorted(one.occurred_at for one in seen if one.kind in ENGAGED)
    if not (ends or opened):
        return None
    start = max(ends) if ends else opened[0]
    times = [start, *(at for at in opened if at > start), now]
    for at, following in pairwise(times):
        if following >= at + period:
            return at + period
    return None


@given(lives())
def test_what_is_kept_says_as_much_as_all_events(life):
    """In any order and however split and merged, the list answers as a model that has every event."""
    done, period, now = life
    rules = Rules(name="other", inactivity=Inactivity(period=period))
    expected = by_all_events(done, period, now)
    merged = suppress(done[::2], rules=rules) | suppress(done[1::2], rules=rules)
    for known in (suppress(done, rules=rules), suppress(done[::-1], rules=rules), merged):
        assert expected == inactive_since(known._facts.get(ADA, {}), rules, None, now)


def test_a_transaction_ends_it_however_much_was_before():
    """What is kept of earlier interactions does not reach behind the last transaction."""
    events = [*monthly(start=day(2010), months=40), *each("active", day(2014))]
    assert since(events, now=day(2014, 2), rules=every(months=2)) is None
    assert day(2014, 3) == since(events, now=day(2014, 6), rules=every(months=2))


def test_forgetting_early_or_late_gives_the_same():
    """Law 4: lists of parts of a life that was too long to keep merge into the list of the whole."""
    events = [*each("active", day(2010)), *monthly(start=day(2010), months=90), *monthly(start=day(2018), months=9)]
    rules = every(months=3)
    whole = suppress(events, rules=rules)
    for parts in (events[::2], events[1::2]), (events[:50], events[50:]), (events[60:], events[:60]):
        assert whole == suppress(parts[0], rules=rules) | suppress(parts[1], rules=rules)


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"days": 31},
        {"weeks": 8},
        {"months": -1},
        {"years": 1, "months": -1},
        {"months": 1, "days": -20},
        {"months": 1, "year": 2000},
    ],
    ids=str,
)
def test_a_period_that_is_not_kept_is_refused(period):
    """What is shorter than a month, or no duration, cannot be told from what is kept."""
    with pytest.raises(ValueError, match=r"\Aperiod: expected a calendar month or more, in no negative parts\Z"):
        every(**period)
