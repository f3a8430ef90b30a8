"""What summaries promise of any copies: they add up, in any order, and nobody is lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Fact, Status, Summary, Tracking, fold_copies, summarize
from deliverystatus.testing import deliveries

MIDDLE = datetime(1970, 1, 2, tzinfo=UTC)

#: Ways to ask: all, a window some copies fall into, and accounts that cannot report everything.
ASKED = st.fixed_dictionaries(
    {
        "tracking": st.sampled_from([None, Tracking(delivery=False), Tracking(opens=False), Tracking(since=MIDDLE)]),
    }
) | st.just({"now": MIDDLE, "window": timedelta(hours=30)})


@given(deliveries(), ASKED, st.integers(min_value=0), st.randoms(use_true_random=False))
def test_they_add_up(events, asked, at, random):
    """The summary of all is the sum of the summaries of any parts, in any order, with the same messages."""
    records = list(fold_copies(events).values())
    whole = summarize(records, **asked)
    random.shuffle(records)
    at %= len(records) + 1
    parts = [summarize(each, **asked) for each in (records[:at], records[at:])]

    assert whole == parts[0] + parts[1] == parts[1] + parts[0] == Summary() + whole
    assert whole.to_dict() == (parts[0] + parts[1]).to_dict()


@given(deliveries(), ASKED)
def test_nobody_is_lost(events, asked):
    """Each copy is in the window or counted out of it, at one status, in one message, and found under its key."""
    copies = fold_copies(events)
    summary = summarize(copies, **asked)
    outside = summary.outside

    assert len(copies) == summary.copies + outside.earlier + outside.later + outside.undated
    assert summary.copies == sum(summary.statuses.values()) == sum(summary.furthest.values()) == summary.facts["copies"]
    keys = sorted(map(hash, summary.which("copies")))
    assert keys == sorted(hash(key) for status in Status for key in summary.at(status))
    assert keys == sorted(hash(key) for message in summary.messages for key in message.keys)
    assert len(summary.messages) == sum(summary.most_serious.values())
    assert (len(copies.tests), len(copies.uncorrelated)) == (summary.tests, summary.uncorrelated)


@given(deliveries(), ASKED)
def test_numbers_agree(events, asked):
    """Reasons add up to their fact, what follows is never more than what is known, and a later fact has the earlier."""
    summary = summarize(fold_copies(events), **asked)
    facts = summary.facts

    assert [] == [fact for fact, found in summary.causes.items() if sum(found.values()) != facts[fact]]
    assert [] == [fact for fact in Fact if not 0 <= summary.inferred[fact] <= facts[fact] <= summary.copies]
    assert facts["clicked"] <= facts["opened"] <= facts["delivered"] <= facts["sent"]
    assert facts["blocked"] <= facts["returned"] <= facts["sent"]
    assert facts["trackable"] <= facts["sent"]
    assert [] == [fact for fact in Fact if len(summary.which(fact)) != facts[fact]]


@given(deliveries(), ASKED)
def test_rates_never_exceed_one(events, asked):
    """Every rate of any two facts is between 0 and 1 or none, and with what it left out makes all of its name."""
    summary = summarize(fold_copies(events), **asked)

    for rate in [summary.rate(fact, of=base) for fact in Fact for base in Fact]:
        assert 0 <= rate.numerator <= rate.denominator
        assert rate.denominator + rate.untracked == summary.facts[rate.of]
        assert (rate.value is None) is (rate.denominator == 0)
