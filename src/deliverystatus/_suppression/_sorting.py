"""
Which facts an event holds about who may be written to.

An event is sorted by its content alone (``facts_in``): it may be a ground to stop sending, or something that may lift
one, or a remark that only counts beside others, or nothing.
"""

from collections.abc import Iterator
from functools import lru_cache

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._suppression._facts import (
    FIRST,
    HARD,
    LAST,
    SOFT,
    SOME_SENDER,
    TOOK_MAIL,
    Domain,
    FactKey,
    Place,
    Trouble,
    alike,
    by_day,
    by_hand_in,
    copy_of,
    covered,
    domain_of,
    refused_as,
    release_in,
)
from deliverystatus._suppression._rules import (
    COUNTED,
    ENGAGEMENT,
    LISTED_AS,
    OURS,
    STOPS,
    TRIED,
    TURNED_BACK_AS,
    Rules,
)
from deliverystatus._suppression._words import CauseKind, Fact
from deliverystatus._text import comparable
from deliverystatus._values import Failure

#: Keys that many addresses have: one of each is enough for a million of them.
_TRIED = FactKey(Fact.TRIED)
_COMPLAINT, _DOUBTED_COMPLAINT = FactKey(Fact.COMPLAINT), FactKey(Fact.DOUBTED_COMPLAINT)
_BAD_DOMAIN = FactKey(Fact.BAD_DOMAIN)
_BAD_ADDRESS = {
    channel: FactKey(Fact.BAD_ADDRESS, None if channel is Channel.EMAIL else channel) for channel in Channel
}


#: Causes that are released in a scope.
_SCOPED = frozenset({CauseKind.PROVIDER_LIST, CauseKind.UNSUBSCRIBE, CauseKind.MANUAL})


#: What a provider lists an address for, where it says in which scope, besides what is over: the provider's own word
#: is enough that it came back. What is still tried is on no list, and what was not tried has a reason of its own.
_LISTING = frozenset({EventKind.COMPLAINED, EventKind.UNDETERMINED_BOUNCE})


@lru_cache(maxsize=256)
def _ends(period: str) -> tuple[FactKey, FactKey]:
    """Give the first and the last interaction of a month or year."""
    return FactKey(Fact.ENGAGED, detail=(period, FIRST)), FactKey(Fact.ENGAGED, detail=(period, LAST))


def facts_in(event: Event, rules: Rules) -> Iterator[tuple[Place | Trouble, FactKey]]:
    """
    Say what an event, not in test mode, is to a suppression list, and where. Usually nothing.

    What lifts must have a time (a missing one is read as the earliest, and lifts nothing), and so must a failure that
    is counted by the day. An unsubscription counts even if anyone could have sent it: stopping is the safe side.
    """
    if event.recipient is None:
        return
    address = comparable(event.recipient)
    sure = event.attribution is Attribution.EXACT and event.authenticated is not False
    if sure and event.occurred_at is not None:
        for place, key in _lifting(event, address, rules):
            yield place, by_day(key, event.occurred_at, rules)
        for key in _remarks(event, rules):
            yield address, by_day(key, event.occurred_at, rules)
    if event.kind is EventKind.SUPPRESSION_CHANGED and event.value == "removed":
        return  # why it was listed is told once more, and is no new failure
    for key in _said(event, sure=sure):
        yield address, key
    if sure:
        if event.failure is not None:
            yield from _failing(event, event.failure, address, rules)
        for key in _listed(event, rules):
            yield address, key


def _said(event: Event, *, sure: bool) -> Iterator[FactKey]:
    """Say what the recipient asked for, or one of those the message went to."""
    if event.attribution is Attribution.MESSAGE:
        return
    if event.kind is EventKind.COMPLAINED:
        yield _COMPLAINT if sure else _DOUBTED_COMPLAINT
    elif event.kind is EventKind.UNSUBSCRIBED and event.actor is not Actor.MACHINE:  # scanners follow every link
        yield FactKey(STOPS[event.channel], event.channel, covered(event.scope))


def _lifting(event: Event, address: str, rules: Rules) -> Iterator[tuple[Place, FactKey]]:
    source = event.source
    if event.kind is EventKind.DELIVERED:
        yield address, FactKey(Fact.DELIVERED, detail=copy_of(event))
        yield from _taken(event, address, rules)
    elif event.kind is EventKind.SENT:  # all that some senders ever hear: the next server took it
        yield from _taken(event, address, rules)
    elif event.kind is EventKind.SUPPRESSION_CHANGED and event.value == "removed":
        yield address, FactKey(Fact.UNLISTED, None, covered(event.scope), source.provider, source.account)
    elif event.kind is EventKind.RESUBSCRIBED:
        if event.actor is not Actor.MACHINE:
            yield address, FactKey(Fact.RESUBSCRIBED, event.channel, event.scope and alike(event.scope))
    elif event.kind is EventKind.RELEASED and (said := release_in(event.value or "")):
        kind = said[0]
        where = (source.provider, source.account) if kind is CauseKind.PROVIDER_LIST else (None, None)
        scope = alike(event.scope) if event.scope and kind in _SCOPED else None
        key = FactKey(Fact.RELEASED, _released_on(kind, event.channel, rules), scope, *where, said)
        if kind is not CauseKind.BAD_DOMAIN:
            yield address, key
        elif domain := domain_of(address):
            yield Domain(domain), key


def _released_on(kind: CauseKind, channel: Channel, rules: Rules) -> Channel | None:
    """Say where a release holds: a number that is bad on one channel may be good on another, and is released there."""
    if kind is CauseKind.UNSUBSCRIBE:
        return channel
    return _BAD_ADDRESS[channel].channel if kind is CauseKind.BAD_ADDRESS and rules.at_first_strike else None


def _taken(event: Event, address: str, rules: Rules) -> Iterator[tuple[Place, FactKey]]:
    """Say that mail was taken there, as far as is ever known."""
    yield address, TOOK_MAIL
    if rules.domain_lasts is not None and (domain := domain_of(address)):
        yield Domain(domain), FactKey(Fact.DELIVERED, detail=copy_of(event))
        yield Domain(domain), TOOK_MAIL


def _remarks(event: Event, rules: Rules) -> Iterator[FactKey]:
    """Say what an event that is sure and has a time shows besides."""
    kind = event.kind
    if kind in TRIED:
        if rules.thresholds:
            yield _TRIED
        return
    if kind is EventKind.OPTED_IN and event.actor is not Actor.MACHINE:
        yield FactKey(Fact.OPTED_IN)
    if event.actor is Actor.MACHINE:
        return
    inactivity = rules.inactivity
    if inactivity is not None and kind in inactivity.ended_by:
        yield FactKey(Fact.ACTIVE)
    elif inactivity is not None and kind in inactivity.interactions and event.occurred_at is not None:
        period = event.occurred_at.strftime("%Y" if inactivity.by_year else "%Y-%m")
        yield from _ends(period)
    elif Fact.ENGAGED in rules.resets and kind in ENGAGEMENT:
        yield FactKey(Fact.ENGAGED)


def _failing(event: Event, failure: Failure, address: str, rules: Rules) -> Iterator[tuple[Place | Trouble, FactKey]]:
    source, kind = event.source, event.kind
    bad = failure.address_is_bad and _is_who_was_addressed(event)
    counts = _is_over(event) and _counts(failure.reason, rules)
    at = event.occurred_at or event.received_at  # what has no time had happened by its arrival
    if bad and rules.at_first_strike:
        yield address, _BAD_ADDRESS[event.channel]
    elif (bad or counts) and at is not None:
        weight = HARD if bad else SOFT
        yield address, FactKey(Fact.FAILED, detail=(at.date().isoformat(), weight, *copy_of(event)))
    domain = domain_of(address)
    unknown_domain = bad and failure.reason is Reason.UNKNOWN_DOMAIN
    if unknown_domain and domain and rules.domain_lasts is not None:
        yield Domain(domain), _BAD_DOMAIN
    if unknown_domain or ((bad or counts) and domain):
        if event.occurred_at is not None:  # when it came does not show that it took mail before
            reason = None if bad else failure.reason
            shared = refused_as(address, reason, domain_known=not unknown_domain)
            yield shared, FactKey(Fact.REFUSED, detail=(address,))
    elif failure.reason in OURS and kind in TURNED_BACK_AS and at is not None:
        where = (source.provider, source.account, event.channel)
        trouble = Trouble(TURNED_BACK_AS[kind], failure.reason, None, *where)
        yield trouble, FactKey(Fact.TURNED_BACK, detail=(address, at.strftime("%Y-%m-%d %H")))


def _is_over(event: Event) -> bool:
    """Whether the copy is returned for good; a deferral is, if nobody tries it any more."""
    return event.kind in COUNTED or (event.kind is EventKind.DEFERRED and event.retrying is False)


def _counts(reason: Reason, rules: Rules) -> bool:
    """Whether repeating it suppresses; "user unknown" of a forward's target, after DATA, or "for now", does so too."""
    return reason in rules.repeated or CONSEQUENCES[reason].bad_address


def _is_who_was_addressed(event: Event) -> bool:
    final, recipient = event.final_recipient, event.recipient or ""
    return final is None or comparable(final) == comparable(recipient)


def _listed(event: Event, rules: Rules) -> Iterator[FactKey]:
    """Say on whose list the address is: a drop shows it, a change of the list, or a failure that says where."""
    source, scope = event.source, covered(event.scope)
    if event.kind is EventKind.DROPPED or event.kind is EventKind.SUPPRESSION_CHANGED:
        by_hand = by_hand_in(event.value or "") if source.provider is None else None
        if by_hand is not None:
            yield FactKey(by_hand[0], None, scope, detail=by_hand[1:])
        elif (fact := _listed_as(event, rules)) in (Fact.COMPLAINT, Fact.BAD_ADDRESS):
            # a drop stands apart: after a release it is less than an entry, and must not hide one
            dropped = (str(event.kind),) if event.kind is EventKind.DROPPED else ()
            channel = _BAD_ADDRESS[event.channel].channel if fact is Fact.BAD_ADDRESS else None
            yield FactKey(fact, channel, detail=(source.provider, source.account, *dropped))
        elif fact is Fact.LISTED_UNSUBSCRIBE and STOPS[event.channel] is Fact.STOPPED:
            unnamed = source.provider is not None and (event.scope is None or scope != alike(event.scope))
            of_whom = (SOME_SENDER,) if unnamed else ()
            yield FactKey(Fact.STOPPED, event.channel, scope, detail=(source.provider, source.account, *of_whom))
        elif fact is not None:
            yield FactKey(fact, None, scope, source.provider, source.account)
    elif (event.kind in _LISTING or _is_over(event)) and source.provider is not None and event.scope is not None:
        # the provider listed the address for it, whatever the server's words say of the address
        yield FactKey(Fact.LISTED, None, scope, source.provider, source.account)


def _listed_as(event: Event, rules: Rules) -> Fact | None:
    """Read the provider's claim, not the diagnosis: its sentence ("marked as spam") is no server's word."""
    claimed = None if event.failure is None else event.failure.claimed
    fact = None if claimed is None else LISTED_AS.get(claimed)
    if fact is Fact.BAD_ADDRESS and not rules.at_first_strike:
        return Fact.LISTED_FAILURES  # these rules do not believe a single one; the list binds where it is
    if fact is not None:
        return fact
    if event.kind is EventKind.DROPPED or (event.failure is not None and event.failure.address_is_bad):
        return None
    return Fact.LISTED  # it is on the list; why was not said
