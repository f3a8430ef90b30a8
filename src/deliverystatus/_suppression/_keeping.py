"""
Which facts are kept of a place, and how many.

Of every sort the latest event is kept (of some the earliest), by a total order on content; so what is kept has bounds
and cannot depend on order, repetition or merging. Whether something that may lift a ground does is asked when the list
is read.

A ground without a time had happened by the time it was first heard of, if that is known. Two of them have two such
bounds, and a repetition may lower one, so none stands for another: each is kept, up to a number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import nlargest, nsmallest
from itertools import groupby

from deliverystatus._enums import Party
from deliverystatus._events import Event
from deliverystatus._suppression._facts import FIRST, LATEST, FactKey, age, most_of, when
from deliverystatus._suppression._rules import BY_DAY, KEPT_DAYS, Rules, at_most
from deliverystatus._suppression._words import CauseKind, Fact, ReleaseProof

#: So many delivered copies are kept, the latest: one that shows the mailbox works, and some that failed afterwards.
KEPT_DELIVERIES = 3

#: So many grounds of one sort that have no time are kept apart. Where there are more, nobody knows by when all of them
#: had happened, and nothing is known to be later: the safe side.
KEPT_UNDATED = 16

#: Interactions are kept of so many months or years, the latest: the first and the last of each.
KEPT_PERIODS = 24

#: Facts of which the earliest is kept.
_EARLIEST = frozenset({Fact.TOOK_MAIL, Fact.REFUSED, Fact.TURNED_BACK})

#: How long the day is in an hour as it is written.
_DAY = len("2024-01-01")

#: What undoes something is kept of so many days, the latest: those dated ahead hide it only if there are as many.
KEPT_LIFTS = 4

#: Facts are brought back to their bounds when there are twice as many as then, and so many more: it saves room, nothing
#: else, and each is looked through a bounded number of times.
_ROOM = 32


class Facts(dict[FactKey, Event]):
    """What is known of one place."""

    #: How many there may be before they are brought back to their bounds.
    room = _ROOM


def later(a: Event, b: Event) -> Event:
    """Choose the greater of two by ``age``; the digest is made on ties only."""
    if a is b or a.occurred_at != b.occurred_at:
        return a if when(a) >= when(b) else b
    return max(a, b, key=age)


def earlier(a: Event, b: Event) -> Event:
    """Choose the one that had happened by an earlier time; of two by the same, the one that has it."""
    if a is b or when(a) != when(b):
        return a if when(a) <= when(b) else b
    return min(a, b, key=age)


def add(facts: Facts, key: FactKey, event: Event, rules: Rules) -> None:
    """Put an event among the facts of a place, in place."""
    if event.occurred_at is None and key.fact not in _EARLIEST:
        key = key._replace(undated=event.fingerprint)
    mine = facts.get(key)
    if mine is None:
        facts[key] = event
        if len(facts) > facts.room:
            forget(facts, rules)
            facts.room = 2 * len(facts) + _ROOM
    elif key.undated is not None:
        if when(event) < when(mine):  # the same, heard of earlier
            facts[key] = event
    elif key.fact in _EARLIEST or (key.fact is Fact.ENGAGED and key.detail[1:] == (FIRST,)):
        facts[key] = earlier(mine, event)
    else:
        facts[key] = later(mine, event)


def forget(facts: Facts, rules: Rules) -> Facts:
    """
    Forget what no rule asks for (law 6), in place: older days of failure, an address's or ours, more copies of a day,
    older deliveries, older interactions, releases beyond their number, and of grounds without a time those that only
    add to a number that is too large already.

    What is kept is the top of a total order, so that forgetting early or late gives the same.
    """
    sorts: dict[tuple[Fact | None, FactKey | None], list[FactKey]] = {}
    for key in facts:
        if sort := _sort(key):
            sorts.setdefault(sort, []).append(key)
    for (fact, _), keys in sorts.items():
        for key in {*keys}.difference(_KEPT[fact](facts, keys, rules)):
            del facts[key]
    return facts


def _sort(key: FactKey) -> tuple[Fact | None, FactKey | None] | None:
    """Say among which facts only some are kept, all grounds without a time first; ``None`` where each is."""
    if key.fact is Fact.FAILED:
        return key.fact, None
    if key.undated is not None:
        return None, key._replace(undated=None)
    if key.fact in BY_DAY:
        return key.fact, key._replace(detail=key.detail[:2] if key.fact is Fact.RELEASED else ())
    if key.fact in (Fact.DELIVERED, Fact.TURNED_BACK) or (key.fact is Fact.ENGAGED and key.detail):
        return key.fact, None
    return None


def _undated(_: Facts, keys: list[FactKey], __: Rules) -> Iterable[FactKey]:
    return nlargest(KEPT_UNDATED + 1, keys, key=lambda key: key.undated or "")


def _failures(facts: Facts, keys: list[FactKey], rules: Rules) -> Iterator[FactKey]:
    """Keep the latest days, and of each the latest copies of each weight: ids say nothing of which came first."""
    days = nlargest(KEPT_DAYS, {key.detail[0] or "" for key in keys})
    for (day, _weight), alike in groupby(sorted(keys, key=_day_and_weight), key=_day_and_weight):
        if day in days:
            yield from nlargest(rules.copies_of_a_day, alike, key=lambda key: _lasting(facts[key]))


def _lasting(event: Event) -> tuple[bool, datetime, str]:
    """Order events by what no repetition changes: of those without a time an earlier arrival may be heard of yet."""
    return event.occurred_at is None, event.occurred_at or LATEST, event.fingerprint


def _day_and_weight(key: FactKey) -> tuple[str, str]:
    return key.detail[0] or "", key.detail[1] or ""


def _engagement(_: Facts, keys: list[FactKey], __: Rules) -> Iterable[FactKey]:
    periods = nlargest(KEPT_PERIODS, {key.detail[0] or "" for key in keys})
    return [key for key in keys if key.detail[0] in periods]


def _turned_back(_: Facts, keys: list[FactKey], rules: Rules) -> Iterable[FactKey]:
    days = nlargest(rules.clusters.days_told, {(key.detail[1] or "")[:_DAY] for key in keys})
    return [key for key in keys if (key.detail[1] or "")[:_DAY] in days]


def _delivered(facts: Facts, keys: list[FactKey], _: Rules) -> Iterable[FactKey]:
    if len(keys) <= KEPT_DELIVERIES:  # nearly always, and then no digest is made, nor kept with the event
        return keys
    return nlargest(KEPT_DELIVERIES, keys, key=lambda key: age(facts[key]))


def _undoing(_: Facts, keys: list[FactKey], rules: Rules) -> Iterator[FactKey]:
    """Keep those that can count: the first so many, where there is a number, and else the latest days of each."""
    limited: list[FactKey] = []
    days: dict[FactKey, list[FactKey]] = {}
    for key in keys:
        if most_of(key, rules) is None:
            days.setdefault(key._replace(detail=key.detail[:-1]), []).append(key)
        else:
            limited.append(key)
    for each in days.values():
        yield from nlargest(KEPT_LIFTS, each, key=lambda key: key.detail[-1] or "")
    if limited:
        most = min(most_of(key, rules) or 0 for key in limited)
        yield from nsmallest(most, limited, key=lambda key: (key.detail[-1] or "", str(key.detail[2])))


#: Which are kept, of each sort of which not all are.
_KEPT: Mapping[Fact | None, Callable[[Facts, list[FactKey], Rules], Iterable[FactKey]]] = {
    None:             _undated,
    Fact.FAILED:      _failures,
    Fact.ENGAGED:     _engagement,
    Fact.TURNED_BACK: _turned_back,
    Fact.DELIVERED:   _delivered,
    **dict.fromkeys(BY_DAY, _undoing),
}  # fmt: skip


def lifted_too_often(facts: Facts, kind: CauseKind, actor: Party, proof: ReleaseProof, rules: Rules) -> bool:
    """Whether one more such release would be beyond their number."""
    most = at_most(kind, proof, rules)
    if actor is not Party.RECIPIENT or most is None:
        return False
    return sum(key.fact is Fact.RELEASED and key.detail[:2] == (kind, actor) for key in facts) >= most
