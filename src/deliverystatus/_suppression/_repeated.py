"""
Failures that count when repeated: read off the facts of an address by each threshold of the rules.

Failures before the latest reset are forgotten: a release, or whatever the rules take for a sign of life. A copy that
was delivered and failed as well is no such sign.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from deliverystatus._events import Event
from deliverystatus._suppression._facts import HARD, LATEST, FactKey, age, when
from deliverystatus._suppression._keeping import Facts
from deliverystatus._suppression._lifts import lifted_by
from deliverystatus._suppression._rules import Rules, Threshold
from deliverystatus._suppression._words import Fact


class Repetition(NamedTuple):
    """
    What the failures of an address come to.

    Attributes:
        evidence: The latest failure that suppresses it.
        single: Whether that one is enough by itself, and says that the address is bad.
        until: When it ends (aware, UTC); ``None``: it does not.
        ended: Whether that is over, so that one message may try the address.
    """

    evidence: Event
    single: bool
    until: datetime | None
    ended: bool


class _Failure(NamedTuple):
    weight: float
    hard: bool
    event: Event


def repetitions(
    facts: Facts, lifts: Mapping[FactKey, datetime], rules: Rules, waits: Iterable[FactKey], now: datetime
) -> list[Repetition]:
    """Give what each threshold makes of the failures that are no incident's."""
    failed = {key: event for key, event in facts.items() if key.fact is Fact.FAILED}
    if not failed or Fact.FAILED not in rules.grounds:
        return []
    copies = {key.detail[2:] for key in failed}
    for key in waits:
        failed.pop(key, None)
    since = _reset(facts, lifts, rules, copies, now)
    tried = facts.get(FactKey(Fact.TRIED))
    found = []
    for threshold in rules.thresholds:
        failures = _counted(failed, threshold, since)
        repetition = _weigh(failures, threshold, rules, tried, now)
        if repetition is not None:
            found.append(repetition)
    return found


def _reset(
    facts: Facts, lifts: Mapping[FactKey, datetime], rules: Rules, copies: set[tuple[str | None, ...]], now: datetime
) -> datetime | None:
    """Say when the count last started again."""
    released = {
        each
        for fact in (Fact.FAILED, Fact.BAD_ADDRESS)
        if fact in rules.grounds
        for each in lifted_by(FactKey(fact), rules.grounds[fact])
    }
    resets = [
        at
        for key, at in lifts.items()
        if key in released or (key.fact is Fact.DELIVERED and key.fact in rules.resets and key.detail not in copies)
    ]
    if Fact.ENGAGED in rules.resets:
        resets += [at for key, event in facts.items() if key.fact is Fact.ENGAGED and (at := when(event)) <= now]
    return max(resets, default=None)


def _counted(failed: Mapping[FactKey, Event], threshold: Threshold, since: datetime | None) -> list[_Failure]:
    """Give the failures that count, oldest first: each copy on its first day, of each day the heaviest."""
    of_day: dict[str | None, list[_Failure]] = {}
    seen = set()
    for key in sorted(failed, key=lambda key: (key.detail[0] or "", key.detail[1] or "")):
        hard = key.detail[1] == HARD
        weight = threshold.hard if hard else threshold.soft
        if key.detail[2:] in seen or not weight:
            continue
        seen.add(key.detail[2:])
        if since is None or when(failed[key]) >= since:
            of_day.setdefault(key.detail[0], []).append(_Failure(weight, hard, failed[key]))
    counted = []
    for failures in of_day.values():
        counted += sorted(failures, key=lambda each: (each.weight, age(each.event)))[-threshold.per_day :]
    return sorted(counted, key=lambda each: age(each.event))


def _weigh(
    failures: list[_Failure], threshold: Threshold, rules: Rules, tried: Event | None, now: datetime
) -> Repetition | None:
    """Go through the failures, oldest first, and give the suppression they end in; ``None`` if there was none."""
    together: list[_Failure] = []
    last: _Failure | None = None
    until: datetime | None = None
    times = 0
    for failure in failures:
        at = when(failure.event)
        if together and threshold.stale_after is not None and at - when(together[-1].event) > threshold.stale_after:
            together = []
        together = [each for each in together if threshold.window is None or at - when(each.event) <= threshold.window]
        together.append(failure)
        first = when(together[0].event)
        tries = last is not None and until is not None and at >= until and not threshold.from_first
        enough = sum(each.weight for each in together) >= threshold.score
        if not (tries or (enough and (threshold.apart is None or at - first > threshold.apart))):
            continue
        if threshold.lasts:
            if last is None or (until is not None and at >= until):
                times += 1
            lasts = threshold.lasts[min(times, len(threshold.lasts)) - 1]
            until = after(_needed(together, threshold) if threshold.from_first else at, lasts)
        last = failure
    if last is None:
        return None
    if until is not None and tried is not None and until <= when(tried) < now:
        until = max(
            until, after(when(tried), rules.probe_waits)
        )  # one message tries it; what came of it, if it failed, is told above
    single = last.hard and last.weight >= threshold.score
    return Repetition(last.event, single, until, ended=until is not None and now >= until)


def _needed(together: list[_Failure], threshold: Threshold) -> datetime:
    """Say when the first of the latest failures that are enough happened."""
    weight = 0.0
    for failure in reversed(together):
        weight += failure.weight
        if weight >= threshold.score:
            return when(failure.event)
    return when(together[0].event)


def after(moment: datetime, duration: timedelta) -> datetime:
    """Add; what lies after the end of the calendar is its end."""
    return LATEST if duration > LATEST - moment else moment + duration
