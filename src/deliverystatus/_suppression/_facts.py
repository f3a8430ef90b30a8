"""What an event says of who may be written to: places, keys, and the values of our own events."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from dateutil.relativedelta import relativedelta

from deliverystatus._enums import Channel, Party, Purpose, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._suppression._rules import BY_DAY, Rules, at_most
from deliverystatus._suppression._words import CauseKind, Fact, IncidentKind, ReleaseProof
from deliverystatus._text import comparable
from deliverystatus._values import EVERYTHING, Scope

LATEST = datetime.max.replace(tzinfo=UTC)


class Domain(NamedTuple):
    """Everybody at a domain, as domains are compared."""

    name: str


class Trouble(NamedTuple):
    """
    What many addresses may share.

    Attributes:
        kind: What it would be if there were many.
        reason: For which reason; ``None`` for any that says the address is bad.
        domain: At which domain; ``None`` for all of them.
        provider: Who sent.
        account: In which account.
        channel: On which channel; ``None`` for all of them.
    """

    kind: IncidentKind
    reason: Reason | None = None
    domain: str | None = None
    provider: str | None = None
    account: str | None = None
    channel: Channel | None = None


Place: TypeAlias = str | Domain  # an address, as addresses are compared


class FactKey(NamedTuple):
    """
    What an event says, as far as it changes who may be written to.

    Attributes:
        fact: What it is to the list.
        channel: Where it holds; ``None`` everywhere.
        scope: What it covers; ``None`` where that means nothing, or was not said by what lifts.
        provider: At which provider it holds; ``None`` everywhere.
        account: In which account.
        detail: What else tells it from others: the list that holds a complaint, bad address or STOP, and whether a drop
            shows it, or no sender was named; day, weight and copy of a failure; the copy of a delivery; cause, actor, proof and which of a release; month or year, and which end
            of it, of an interaction; purposes and end of what is stopped by hand; whose failure it was in a trouble,
            and in which hour. Of what undoes something (``BY_DAY``) the day it was said stands last.
        undated: The fingerprint of a ground that has no time.
    """

    fact: Fact
    channel: Channel | None = None
    scope: Scope | None = None
    provider: str | None = None
    account: str | None = None
    detail: tuple[str | None, ...] = ()
    undated: str | None = None


#: The first message that was ever taken there.
TOOK_MAIL = FactKey(Fact.TOOK_MAIL)

#: The ends of a month or year of interactions, and the weights of a failure.
FIRST, LAST = "first", "last"
HARD, SOFT = "hard", "soft"

#: Of a STOP: the provider's list does not say whose messages it stops. Of what starts again: it is of any one sender.
SOME_SENDER = "some_sender"


def domain_of(address: str) -> str | None:
    """Give the domain of an address as addresses are compared; ``None`` for a phone number."""
    _, at, domain = address.rpartition("@")
    return domain if at and domain else None


def refused_as(address: str, reason: Reason | None, *, domain_known: bool = True) -> Trouble:
    """Name what a refused address may share with others; without a *reason*, it was said to be bad."""
    if not domain_known:
        return Trouble(IncidentKind.DOMAINS_UNKNOWN)
    return Trouble(IncidentKind.RECEIVER_REFUSES, reason, domain_of(address))


def covered(scope: Scope | None) -> Scope:
    """Read what a ground covers on the safe side: a group that is not named may be any."""
    return EVERYTHING if scope is None or not scope.name else alike(scope)


def alike(scope: Scope) -> Scope:
    """Give the form in which two spellings of a scope are equal: numbers by their digits, all else as Mailgun compares tags."""
    name = comparable(scope.name) if scope.kind is ScopeKind.SENDER else scope.name.strip().casefold()
    return scope if name == scope.name else Scope(scope.kind, name)


def copy_of(event: Event) -> tuple[str | None, ...]:
    """Name the copy an event is about; one without an id is a copy of its own."""
    if event.message_id is not None:
        return "message_id", event.source.provider, event.source.account, event.message_id
    if event.reference is not None:
        return "reference", event.reference
    return "event", event.fingerprint


def when(event: Event) -> datetime:
    """Say when it happened; without that, by when it had. Of causes the latter is asked; of what lifts, the former is known."""
    return event.occurred_at or event.received_at or LATEST


def after(moment: datetime, duration: timedelta | relativedelta) -> datetime:
    """Add to a time (aware, UTC); what lies after the end of the calendar is its end."""
    try:
        return moment + duration
    except (ValueError, OverflowError):
        return LATEST


def age(event: Event) -> tuple[bool, datetime, str]:
    """Order events by content, and those without a time by arrival; the last part means nothing, and settles ties."""
    return event.occurred_at is None, when(event), event.fingerprint


# -- the values of our own events -----------------------------------------------------------------------------------


def release_in(value: str) -> tuple[CauseKind, Party, ReleaseProof, str] | None:
    """Read what ``release_value`` wrote; ``None`` for anything else."""
    kind, party, proof, which = (*value.split(":", 3), "", "", "", "")[:4]
    try:
        return CauseKind(kind), Party(party), ReleaseProof(proof), which
    except ValueError:
        return None


def release_value(kind: CauseKind, actor: Party, proof: ReleaseProof, which: str = "") -> str:
    """
    Give the value of a ``released`` event; in a field that equality compares, for everything in it counts.

    *which* tells causes of a kind apart that nothing else does: the purposes of a stop by hand, the reason of an entry.
    """
    return ":".join((kind, actor, proof, which) if which else (kind, actor, proof))


#: A stop by hand, by who set it.
BY_HAND = {Party.STAFF: Fact.MANUAL_BY_STAFF, Party.SUPPORT: Fact.MANUAL_BY_SUPPORT}


def by_hand_in(value: str) -> tuple[Fact, str, str] | None:
    """Read what ``by_hand_value`` wrote: the fact, the purposes, and until when; ``None`` for anything else."""
    word, actor, purposes, until = (*value.split(":", 3), "", "", "", "")[:4]
    if word != CauseKind.MANUAL or actor not in BY_HAND or not {*purposes.split(",")} <= {*Purpose, ""}:
        return None
    if until and ends_at(until) is None:
        return None
    return BY_HAND[Party(actor)], purposes, until


def ends_at(until: str | None) -> datetime | None:
    """Read when a stop by hand ends by itself (aware, UTC); ``None`` if it does not."""
    try:
        end = datetime.fromisoformat(until or "")
    except ValueError:
        return None
    return end if end.utcoffset() is not None else None


def by_hand_value(actor: Party, purposes: Iterable[Purpose], until: datetime | None) -> str:
    """
    Give the value of a ``suppression_changed`` event of our own side; no purposes are all of them.

    Raises:
        ValueError: If nobody of that sort may.
    """
    if actor not in BY_HAND:
        raise ValueError(f"actor: expected {' or '.join(BY_HAND)}")
    said = f"{CauseKind.MANUAL}:{actor}:{','.join(sorted(chosen)) if (chosen := {*purposes}) != {*Purpose} else ''}"
    return said if until is None else f"{said}:{until.isoformat()}"


# -- what is kept by the day ---------------------------------------------------------------------------------------------


def by_day(key: FactKey, at: datetime, rules: Rules) -> FactKey:
    """Add the day it was said, of what undoes something; the moment, where it may be said so many times only."""
    if key.fact not in BY_DAY:
        return key
    said = at.isoformat() if most_of(key, rules) is not None else at.date().isoformat()
    return key._replace(detail=(*key.detail, said))


def most_of(key: FactKey, rules: Rules) -> int | None:
    """Say how many releases of such a cause by the recipient count; ``None`` if all do."""
    if key.fact is not Fact.RELEASED or key.detail[1] is not Party.RECIPIENT:
        return None
    return at_most(CauseKind(key.detail[0] or ""), ReleaseProof(key.detail[2] or ""), rules)
