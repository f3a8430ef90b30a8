"""
Which facts an event holds about who may be written to, which are kept, and which lifts which.

An event is sorted by its content alone (``facts_in``): it may be a ground to stop sending, or something that may lift
one, or neither. Of every sort the latest event is kept, by a total order on content; so what is kept has bounds and
cannot depend on order, repetition or merging. Whether something that may lift a ground does is asked when the list is
read.

A ground without a time had happened by the time it was first heard of, if that is known. Two of them have two such
bounds, and a repetition may lower one, so none stands for another: each is kept, up to a number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from heapq import nlargest, nsmallest
from typing import NamedTuple

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Party, Reason
from deliverystatus._events import Event
from deliverystatus._suppression_rules import (
    COUNTED,
    KEPT_DAYS,
    LIFTS,
    LISTED_AS,
    STOPS,
    CauseKind,
    Fact,
    Ground,
    ReleaseProof,
    Rules,
)
from deliverystatus._text import comparable
from deliverystatus._values import EVERYTHING, Failure, Scope

#: So many failed copies of a day are kept, those with the smallest names: one counts, the others may be of other days.
KEPT_COPIES = 4

#: So many delivered copies are kept, the latest: one that shows the mailbox works, and some that failed afterwards.
KEPT_DELIVERIES = 3

#: So many grounds of one sort that have no time are kept apart. Where there are more, nobody knows by when all of them
#: had happened, and nothing is known to be later: the safe side.
KEPT_UNDATED = 16

#: Facts are brought back to their bounds when there are twice as many as then, and so many more: it saves room, nothing
#: else, and each is looked through a bounded number of times.
_ROOM = 32

LATEST = datetime.max.replace(tzinfo=UTC)


class FactKey(NamedTuple):
    """
    What an event says, as far as it changes who may be written to.

    Attributes:
        fact: What it is to the list.
        channel: Where it holds; ``None`` everywhere.
        scope: What it covers; ``None`` where that means nothing, or was not said by what lifts.
        provider: At which provider it holds; ``None`` everywhere.
        account: In which account.
        detail: What else tells it from others: the list that holds a complaint or bad address; the day and the copy
            of a failure; the copy of a delivery; cause, actor and proof of a release.
        undated: The fingerprint of a ground that has no time.
    """

    fact: Fact
    channel: Channel | None = None
    scope: Scope | None = None
    provider: str | None = None
    account: str | None = None
    detail: tuple[str | None, ...] = ()
    undated: str | None = None


def facts_in(event: Event, rules: Rules) -> Iterator[FactKey]:
    """
    Say what an event of a named recipient, not in test mode, is to a suppression list. Usually nothing.

    What lifts must have a time (a missing one is read as the earliest, and lifts nothing), and so must a failure that
    is counted by the day. An unsubscription counts even if anyone could have sent it: stopping is the safe side.
    """
    kind, source = event.kind, event.source
    sure = event.attribution is Attribution.EXACT and source.authenticated is not False
    if kind in _LIFTING or (kind is EventKind.SUPPRESSION_CHANGED and event.value == "removed"):
        if sure and event.occurred_at is not None:
            yield from _lifting(event)
        if kind is EventKind.SUPPRESSION_CHANGED:
            return  # why it was listed is told once more, and is no new failure
    elif kind is EventKind.COMPLAINED and event.attribution is not Attribution.MESSAGE:
        yield FactKey(Fact.COMPLAINT if sure else Fact.DOUBTED_COMPLAINT)
    elif (
        kind is EventKind.UNSUBSCRIBED
        and event.actor is not Actor.MACHINE  # scanners follow every link
        and event.attribution is not Attribution.MESSAGE
    ):
        yield FactKey(STOPS[source.channel], source.channel, _covered(event.scope))
    if sure:
        if event.failure is not None:
            yield from _failing(event, event.failure, rules)
        if kind is EventKind.DROPPED or kind is EventKind.SUPPRESSION_CHANGED:  # whatever does not say "removed"
            yield from _listed(event)
        elif (event.failure is not None or kind is EventKind.COMPLAINED) and event.scope is not None:
            # the provider listed the address for it, whatever the server's words say of the address
            yield FactKey(Fact.LISTED, None, _covered(event.scope), source.provider, source.account)


_LIFTING = frozenset({EventKind.DELIVERED, EventKind.RESUBSCRIBED, EventKind.RELEASED})


def _lifting(event: Event) -> Iterator[FactKey]:
    source = event.source
    if event.kind is EventKind.DELIVERED:
        yield FactKey(Fact.DELIVERED, detail=copy_of(event))
    elif event.kind is EventKind.SUPPRESSION_CHANGED:
        yield FactKey(Fact.UNLISTED, None, event.scope or EVERYTHING, source.provider, source.account)
    elif event.kind is EventKind.RESUBSCRIBED:
        if event.actor is not Actor.MACHINE:
            yield FactKey(Fact.RESUBSCRIBED, source.channel, event.scope)
    elif said := _release(event.value or ""):
        kind = said[0]
        where = (source.provider, source.account) if kind is CauseKind.PROVIDER_LIST else (None, None)
        scope = event.scope if kind in (CauseKind.PROVIDER_LIST, CauseKind.UNSUBSCRIBE) else None
        channel = source.channel if kind is CauseKind.UNSUBSCRIBE else None
        yield FactKey(Fact.RELEASED, channel, scope, *where, said)


def _release(value: str) -> tuple[CauseKind, Party, ReleaseProof] | None:
    """Read what ``release_value`` wrote; ``None`` for anything else."""
    kind, _, rest = value.partition(":")
    party, _, proof = rest.partition(":")
    try:
        return CauseKind(kind), Party(party), ReleaseProof(proof)
    except ValueError:
        return None


def release_value(kind: CauseKind, actor: Party, proof: ReleaseProof) -> str:
    """Give the value of a ``released`` event; in a field that equality compares, for everything in it counts."""
    return f"{kind}:{actor}:{proof}"


def _failing(event: Event, failure: Failure, rules: Rules) -> Iterator[FactKey]:
    if failure.address_is_bad and _is_who_was_addressed(event):
        yield FactKey(Fact.BAD_ADDRESS)
    elif event.kind in COUNTED and event.occurred_at is not None and _counts(failure.reason, rules):
        yield FactKey(Fact.FAILED, detail=(event.occurred_at.date().isoformat(), *copy_of(event)))


def _counts(reason: Reason, rules: Rules) -> bool:
    """Whether repeating it suppresses; "user unknown" of a forward's target, after DATA, or "for now", does so too."""
    return reason in rules.repeated or CONSEQUENCES[reason].bad_address


def _is_who_was_addressed(event: Event) -> bool:
    final, recipient = event.final_recipient, event.recipient or ""
    return final is None or comparable(final) == comparable(recipient)


def _listed(event: Event) -> Iterator[FactKey]:
    """Read the provider's claim, not the diagnosis: its sentence ("marked as spam") is no server's word."""
    claimed = None if event.failure is None else event.failure.claimed
    fact = None if claimed is None else LISTED_AS.get(claimed)
    if fact is None:
        if event.kind is EventKind.DROPPED or (event.failure is not None and event.failure.address_is_bad):
            return
        fact = Fact.LISTED  # it is on the list; why was not said
    where = (event.source.provider, event.source.account)
    if fact in (Fact.COMPLAINT, Fact.BAD_ADDRESS):
        yield FactKey(fact, detail=where)
    else:
        yield FactKey(fact, None, _covered(event.scope), *where)


def _covered(scope: Scope | None) -> Scope:
    """Read what a ground covers on the safe side: a group that is not named may be any."""
    return scope if scope is not None and scope.name else EVERYTHING


def copy_of(event: Event) -> tuple[str | None, ...]:
    """Name the copy an event is about; one without an id is a copy of its own."""
    if event.message_id is not None:
        return "message_id", event.source.provider, event.source.account, event.message_id
    if event.reference is not None:
        return "reference", event.reference
    return "event", event.fingerprint


# -- what is kept ----------------------------------------------------------------------------------------------------


class Facts(dict[FactKey, Event]):
    """What is known of one address."""

    #: How many there may be before they are brought back to their bounds.
    room = _ROOM


def when(event: Event) -> datetime:
    """Say when, or by when at the latest; of what lifts, the former is known."""
    return event.occurred_at or event.received_at or LATEST


def age(event: Event) -> tuple[bool, datetime, str]:
    """Order events by content, and those without a time by arrival; the last part means nothing, and settles ties."""
    return event.occurred_at is None, when(event), event.fingerprint


def later(a: Event, b: Event) -> Event:
    """Choose the greater of two by ``age``; the digest is made on ties only."""
    if a is b or a.occurred_at != b.occurred_at:
        return a if when(a) >= when(b) else b
    return max(a, b, key=age)


def add(facts: Facts, key: FactKey, event: Event) -> None:
    """Put an event among the facts of an address, in place."""
    if event.occurred_at is None:
        key = key._replace(undated=event.fingerprint)
    mine = facts.get(key)
    if mine is None:
        facts[key] = event
        if len(facts) > facts.room:
            forget(facts)
            facts.room = 2 * len(facts) + _ROOM
    elif key.undated is None:
        facts[key] = later(mine, event)
    elif when(event) < when(mine):  # the same, heard of earlier
        facts[key] = event


def forget(facts: Facts) -> Facts:
    """
    Forget what no rule asks for (law 6), in place: older days of failure, more copies of a day, older deliveries, and
    of grounds without a time those that only add to a number that is too large already.

    What is kept is the top of a total order, so that forgetting early or late gives the same.
    """
    of_day: dict[str | None, list[FactKey]] = {}
    undated: dict[FactKey, list[FactKey]] = {}
    delivered = []
    for key in facts:
        if key.undated is not None:
            undated.setdefault(key._replace(undated=None), []).append(key)
        elif key.fact is Fact.FAILED:
            of_day.setdefault(key.detail[0], []).append(key)
        elif key.fact is Fact.DELIVERED:
            delivered.append(key)
    for day in sorted(of_day, key=str, reverse=True)[KEPT_DAYS:]:
        _remove(facts, of_day.pop(day))
    for keys in of_day.values():
        _remove(facts, keys, nsmallest(KEPT_COPIES, keys, key=repr))
    _remove(facts, delivered, nlargest(KEPT_DELIVERIES, delivered, key=lambda key: age(facts[key])))
    for keys in undated.values():
        _remove(facts, keys, nlargest(KEPT_UNDATED + 1, keys, key=lambda key: key.undated or ""))
    return facts


def _remove(facts: Facts, keys: Iterable[FactKey], but: Iterable[FactKey] = ()) -> None:
    for key in {*keys}.difference(but):
        del facts[key]


def latest_times(facts: Mapping[FactKey, Event]) -> dict[FactKey, datetime]:
    """Say of each fact when, or by when, it had happened; ``LATEST`` if that is not known."""
    undated = Counter(key._replace(undated=None) for key in facts if key.undated is not None)
    return {
        key: LATEST if undated and undated[key._replace(undated=None)] > KEPT_UNDATED else when(event)
        for key, event in facts.items()
    }


# -- what lifts what -------------------------------------------------------------------------------------------------

_SAID = frozenset({Fact.UNSUBSCRIBED, Fact.STOPPED})
_LISTED = frozenset({Fact.LISTED, Fact.LISTED_FAILURES, Fact.LISTED_UNSUBSCRIBE})


def lifts_at(facts: Facts, now: datetime) -> dict[FactKey, datetime]:
    """Give what may lift something by now, and when: what is dated later does not count yet."""
    return {key: when(event) for key, event in facts.items() if key.fact in LIFTS and when(event) <= now}


def is_lifted(key: FactKey, happened: datetime, ground: Ground, lifts: Mapping[FactKey, datetime]) -> bool:
    """Whether something that counts is later than the evidence."""
    return any(by in lifts and lifts[by] > happened for by in lifted_by(key, ground))


def lifted_by(key: FactKey, ground: Ground) -> Iterator[FactKey]:
    """
    Name what lifts it: the opposite of what was said, and a release by one of those who may, with a proof that will do.

    They are few, and looked up: there may be as many lifts as there are grounds.
    """
    for scope in _covered_by(key):
        for actor, proof in ground.releases:
            yield FactKey(Fact.RELEASED, key.channel, scope, key.provider, key.account, (ground.kind, actor, proof))
        if key.fact in _SAID:
            yield FactKey(Fact.RESUBSCRIBED, key.channel, scope)
    if key.fact in _LISTED:
        yield key._replace(fact=Fact.UNLISTED, undated=None)


def _covered_by(key: FactKey) -> tuple[Scope | None, ...]:
    """Name the scopes that cover it: the same, or everything; not told, only what covers all that is not named."""
    if key.fact not in _SAID:
        return (key.scope,)
    return (EVERYTHING, None) if key.scope == EVERYTHING else (key.scope, EVERYTHING)


def unlisted_at(lifts: Mapping[FactKey, datetime]) -> dict[tuple[str | None, str | None], datetime]:
    """Say of each (provider, account) when the address was last taken from a list there."""
    latest: dict[tuple[str | None, str | None], datetime] = {}
    for key, at in lifts.items():
        if key.fact is Fact.UNLISTED:
            where = (key.provider, key.account)
            latest[where] = max(at, latest.get(where, at))
    return latest


def lists_that_hold(
    known: Mapping[FactKey, datetime], unlisted: Mapping[tuple[str | None, str | None], datetime]
) -> tuple[tuple[str | None, str | None], ...]:
    """Name the (provider, account) of the lists that hold one of these, none of which is lifted."""
    held = set()
    for key, happened in known.items():
        if key.fact in _LISTED:
            held.add((key.provider, key.account))
        elif key.detail:
            provider, account = key.detail
            if not ((taken := unlisted.get((provider, account))) and taken > happened):
                held.add((provider, account))
    return tuple(sorted(held, key=repr))
