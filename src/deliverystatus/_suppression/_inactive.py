"""
Since when somebody has been inactive: read off their interactions, month by month or year by year.

Somebody is active for a period after each interaction. Where one ends without another, they are inactive until they
do what ends that (A24): a later opening of an old message does not.

Of interactions only so many months or years are kept. Where as many are known, there may have been more, and nobody
can tell any longer whether there was a gap before them; so it is asked from the first of them on.
"""

from collections.abc import Mapping
from datetime import datetime

from deliverystatus._events import Event
from deliverystatus._suppression._facts import FactKey, after, when
from deliverystatus._suppression._keeping import KEPT_PERIODS
from deliverystatus._suppression._rules import Rules
from deliverystatus._suppression._words import Fact


def inactive_since(
    facts: Mapping[FactKey, Event], rules: Rules, last_active: datetime | None, now: datetime
) -> datetime | None:
    """
    Say since when (aware, UTC); ``None`` if active, or never seen to be so.

    What is dated later than *now* does not count: an interaction ahead lies behind every gap that ends before it.
    """
    if rules.inactivity is None:
        return None
    starts = [when(event) for key, event in facts.items() if key.fact is Fact.ACTIVE]
    starts += [] if last_active is None else [last_active]
    start = max((at for at in starts if at <= now), default=None)
    engaged = {key: when(event) for key, event in facts.items() if key.fact is Fact.ENGAGED}
    if start is not None and len({key.detail[0] for key in engaged}) >= KEPT_PERIODS:
        start = max(start, min(engaged.values()))
    interactions = sorted(at for at in engaged.values() if start is None or at >= start)
    if start is None and not interactions:
        return None
    active_until = after(start or interactions[0], rules.inactivity.period)
    for at in interactions:
        if at >= active_until:
            break
        active_until = after(at, rules.inactivity.period)
    return active_until if now >= active_until else None
