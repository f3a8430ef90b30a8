"""The numbers above the list. What is counted is ``summarize``'s business; here it gets its place on the page."""

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta

import attrs

from deliverystatus._copies import CopyKey
from deliverystatus._engine import Record
from deliverystatus._summary import Fact, Rate, summarize
from deliverystatus.vocabularies import Tracking

#: What is shown, in this order, and of which copies; each of copies that could be tracked only.
_SHOWN = (
    (Fact.SENT,         Fact.COPIES),
    (Fact.DELIVERED,    Fact.SENT),
    (Fact.OPENED,       Fact.DELIVERED),
    (Fact.CLICKED,      Fact.DELIVERED),
    (Fact.RESPONDED,    Fact.DELIVERED),
    (Fact.RETURNED,     Fact.SENT),
    (Fact.BLOCKED,      Fact.SENT),
    (Fact.COMPLAINED,   Fact.DELIVERED),
    (Fact.UNSUBSCRIBED, Fact.DELIVERED),
)  # fmt: skip


@attrs.frozen
class Figure:
    """
    One number.

    Attributes:
        fact: What is counted.
        count: How many; ``None`` where nothing could be tracked.
        rate: Of how many.
    """

    fact: Fact
    count: int | None
    rate: Rate


@attrs.frozen
class Window:
    """
    What is known of the copies of a window, by facts and not by labels.

    Attributes:
        inside: The keys of its copies.
        figures: The numbers.
    """

    inside: frozenset[Hashable]
    figures: tuple[Figure, ...]


def counted(
    copies: Mapping[CopyKey, Record], *, now: datetime, window: timedelta | None, tracking: Tracking | None
) -> Window:
    """Count the copies of a window; all of them without one."""
    keyed: dict[Hashable, Record] = dict(copies.items())
    summary = summarize(keyed, now=now, window=window, tracking=tracking)
    rates = [summary.rate(fact, of=base) for fact, base in _SHOWN]
    return Window(
        frozenset(summary.which(Fact.COPIES)),
        tuple(
            Figure(rate.fact, summary.facts[rate.fact] if rate.denominator or not rate.untracked else None, rate)
            for rate in rates
        ),
    )
