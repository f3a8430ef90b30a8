"""
Failures that count when repeated: read off the facts of an address by each threshold of the rules.

Failures before the latest reset are forgotten: a release, or whatever the rules take for a sign of life. A copy that
was delivered and failed as well is no such sign. A failure that suppresses by itself because the address is bad is
released as a bad address, and the others together as repeated failures: neither release lifts the other.

A suppression that ended has one message try the address. If that is delivered, it is over, whether or not the rules
take a delivery for a reset: nothing else could show it. If it fails, the address is suppressed again at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from deliverystatus._events import Event
from deliverystatus._suppression._facts import HARD, FactKey, after, when
from deliverystatus._suppression._keeping import Facts
from deliverystatus._suppression._lifts import lifted_by
from deliverystatus._suppression._rules import Rules, Threshold
from deliverystatus._suppression._words import Fact

#: A copy that is returned is so within this time, mostly: senders try for up to five days (RFC 5321, 4.5.4.1).
NEAR = timedelta(days=5)


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
    for key in waits:
        failed.pop(key, None)
    delivered = max(
        (at for key, at in lifts.items() if key.fact is Fact.DELIVERED and _is_another(key, at, facts)), default=None
    )
    since = _resets(facts, lifts, rules, delivered, now)
    tried = max(
        (at for key, event in facts.items() if key.fact is Fact.TRIED and (at := when(event)) <= now), default=None
    )
    found = []
    for threshold in rules.thresholds:
        failures = _counted(failed, threshold, since)
        repetition = _weigh(failures, threshold, delivered, now)
        if repetition is not None:
            found.append(repetition if tried is None else _waiting(repetition, tried, rules, now))
    return found


def _is_another(delivered: FactKey, at: datetime, facts: Facts) -> bool:
    """Whether no failure is of the same copy, as far as can be told: one known by other ids may be, if it is near."""
    for key, event in facts.items():
        if key.fact is not Fact.FAILED:
            continue
        copy = key.detail[2:]
        if copy == delivered.detail or (copy[0] != delivered.detail[0] and abs(when(event) - at) <= NEAR):
            return False
    return True


def _resets(
    facts: Facts, lifts: Mapping[FactKey, datetime], rules: Rules, delivered: datetime | None, now: datetime
) -> dict[Fact, datetime | None]:
    """Say when the count last started again: of failures together, and of those of which one is a bad address."""
    signs = []
    if delivered is not None and Fact.DELIVERED in rules.resets:
        signs.append(delivered)
    if Fact.ENGAGED in rules.resets:
        signs += [at for key, event in facts.items() if key.fact is Fact.ENGAGED and (at := when(event)) <= now]
    return {
        fact: max(
            [*signs, *(lifts[by] for by in lifted_by(FactKey(fact), rules.grounds[fact]) if by in lifts)], default=None
        )
        for fact in (Fact.FAILED, Fact.BAD_ADDRESS)
        if fact in rules.grounds
    }


def _counted(
    failed: Mapping[FactKey, Event], threshold: Threshold, since: Mapping[Fact, datetime | None]
) -> list[_Failure]:
    """Give the failures that count, oldest first: of each copy the heaviest, on its first day; of each day the heaviest."""
    weights = {key: threshold.hard if key.detail[1] == HARD else threshold.soft for key in failed}
    of_day: dict[str | None, list[_Failure]] = {}
    seen = set()
    latest_first = sorted(failed, key=lambda key: _heard(failed[key]), reverse=True)
    for key in sorted(latest_first, key=lambda key: (-weights[key], key.detail[0] or "", key.detail[1] or "")):
        if key.detail[2:] in seen or not weights[key]:
            continue
        seen.add(key.detail[2:])
        hard = key.detail[1] == HARD
        alone = hard and weights[key] >= threshold.score and Fact.BAD_ADDRESS in since
        reset = since[Fact.BAD_ADDRESS if alone else Fact.FAILED]
        if reset is None or when(failed[key]) >= reset:
            of_day.setdefault(key.detail[0], []).append(_Failure(weights[key], hard, failed[key]))
    counted = []
    for failures in of_day.values():
        counted += sorted(failures, key=lambda each: (each.weight, _heard(each.event)))[-threshold.per_day :]
    return sorted(counted, key=lambda each: _heard(each.event))


def _heard(event: Event) -> tuple[datetime, str]:
    """Order failures by when, or by when, they had happened; the last part settles ties."""
    return when(event), event.fingerprint


def _weigh(
    failures: list[_Failure], threshold: Threshold, delivered: datetime | None, now: datetime
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
        over = until is not None and at >= until
        tries = over and not threshold.from_first and not _is_since(delivered, until)
        enough = sum(each.weight for each in together) >= threshold.score
        if not (tries or (enough and (threshold.apart is None or at - first > threshold.apart))):
            continue
        if threshold.lasts:
            times += last is None or over
            lasts = threshold.lasts[min(times, len(threshold.lasts)) - 1]
            until = after(_needed(together, threshold) if threshold.from_first else at, lasts)
        last = failure
    if last is None or _is_since(delivered, until):
        return None
    single = last.hard and last.weight >= threshold.score
    return Repetition(last.event, single, until, ended=until is not None and now >= until)


def _is_since(delivered: datetime | None, until: datetime | None) -> bool:
    """Whether something was delivered after the end."""
    return delivered is not None and until is not None and delivered >= until


def _waiting(repetition: Repetition, tried: datetime, rules: Rules, now: datetime) -> Repetition:
    """Let others wait while one message tries the address; what came of it, if anything was heard, is told already."""
    if repetition.until is None or not repetition.until <= tried <= now:
        return repetition
    until = after(tried, rules.probe_waits)
    return repetition._replace(until=until, ended=now >= until)


def _needed(together: list[_Failure], threshold: Threshold) -> datetime:
    """Say when the first of the latest failures that are enough happened."""
    needed, weight = together[-1], 0.0
    for failure in reversed(together):
        if weight < threshold.score:
            needed, weight = failure, weight + failure.weight
    return when(needed.event)
