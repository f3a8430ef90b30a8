"""What lifts what, and whether it does: asked when a list is read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from deliverystatus._enums import Channel, ScopeKind
from deliverystatus._events import Event
from deliverystatus._suppression._facts import LATEST, SOME_SENDER, FactKey, when
from deliverystatus._suppression._keeping import KEPT_UNDATED, Facts
from deliverystatus._suppression._rules import BY_DAY, LIFTS, Ground, which_of
from deliverystatus._suppression._words import Fact
from deliverystatus._values import EVERYTHING, Scope


def latest_times(facts: Mapping[FactKey, Event]) -> dict[FactKey, datetime]:
    """Say of each fact when, or by when, it had happened; ``LATEST`` if that is not known."""
    undated = Counter(key._replace(undated=None) for key in facts if key.undated is not None)
    return {
        key: LATEST if undated and undated[key._replace(undated=None)] > KEPT_UNDATED else when(event)
        for key, event in facts.items()
    }


_SAID = frozenset({Fact.UNSUBSCRIBED, Fact.STOPPED})
_LISTED = frozenset({Fact.LISTED, Fact.LISTED_FAILURES, Fact.LISTED_UNSUBSCRIBE})
#: What a list may hold that is a cause of its own; its key says which list.
_LISTED_ELSEWHERE = frozenset({Fact.COMPLAINT, Fact.BAD_ADDRESS, Fact.STOPPED})


def lifts_at(facts: Facts, now: datetime) -> dict[FactKey, datetime]:
    """Give what may lift something by now, and when: what is dated later does not count yet."""
    lifts: dict[FactKey, datetime] = {}
    for key, event in facts.items():
        if key.fact in LIFTS and (at := when(event)) <= now:
            said = key._replace(detail=key.detail[:-1]) if key.fact in BY_DAY else key
            lifts[said] = max(at, lifts.get(said, at))
            for other in _also(said, event):
                lifts[other] = max(at, lifts.get(other, at))
    return lifts


def _also(key: FactKey, event: Event) -> Iterator[FactKey]:
    """Name what else it may lift: what is lifted by one of several, or by the same at one provider."""
    if key.fact is Fact.RESUBSCRIBED:
        yield key._replace(provider=event.source.provider, account=event.source.account)
        if _names_a_sender(key.scope):
            yield key._replace(scope=None, detail=(SOME_SENDER,))


def _names_a_sender(scope: Scope | None) -> bool:
    return scope is not None and scope.kind is ScopeKind.SENDER and bool(scope.name)


def is_lifted(key: FactKey, happened: datetime, ground: Ground, lifts: Mapping[FactKey, datetime]) -> bool:
    """Whether something that counts is later than the evidence."""
    return any(by in lifts and lifts[by] > happened for by in lifted_by(key, ground))


def was_released(key: FactKey, ground: Ground, lifts: Mapping[FactKey, datetime]) -> bool:
    """Whether it was rightly released before, however late the evidence."""
    return any(by in lifts and by.fact is Fact.RELEASED for by in lifted_by(key, ground))


def lifted_by(key: FactKey, ground: Ground) -> Iterator[FactKey]:
    """
    Name what lifts it: the opposite of what was said, and a release by one of those who may, with a proof that will do.

    They are few, and looked up: there may be as many lifts as there are grounds.
    """
    for scope in _covered_by(key):
        for actor, proof in ground.releases:
            which = which_of(ground, key.detail[0] if key.detail else "")
            said = (ground.kind, actor, proof, which)
            yield FactKey(Fact.RELEASED, key.channel, scope, key.provider, key.account, said)
        if key.fact in _SAID:
            yield FactKey(Fact.RESUBSCRIBED, key.channel, scope)
    if SOME_SENDER in key.detail[2:]:  # whoever it was of: the next drop shows if it was another
        yield FactKey(Fact.RESUBSCRIBED, key.channel, detail=(SOME_SENDER,))
    if key.fact in _LISTED:
        yield key._replace(fact=Fact.UNLISTED, undated=None)
    if key.fact is Fact.LISTED_UNSUBSCRIBE and key.provider is not None:  # what the list held for is taken back there
        for scope in _wider(key.scope):
            yield FactKey(Fact.RESUBSCRIBED, Channel.EMAIL, scope, key.provider, key.account)


def _covered_by(key: FactKey) -> tuple[Scope | None, ...]:
    """Name the scopes that cover it: the same, or everything; not told, only what covers all that is not named."""
    return _wider(key.scope) if key.fact in _SAID else (key.scope,)


def _wider(scope: Scope | None) -> tuple[Scope | None, ...]:
    return (EVERYTHING, None) if scope == EVERYTHING else (scope, EVERYTHING)


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
        elif key.detail and key.fact in _LISTED_ELSEWHERE:
            provider, account = key.detail[:2]
            if not ((taken := unlisted.get((provider, account))) and taken > happened):
                held.add((provider, account))
    return tuple(sorted(held, key=repr))
