"""What an event says of who may be written to: places, keys, and the values of our own events."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from deliverystatus._enums import Channel, Party, Purpose, Reason
from deliverystatus._events import Event
from deliverystatus._suppression._words import CauseKind, Fact, IncidentKind, ReleaseProof
from deliverystatus._values import Scope

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
    """

    kind: IncidentKind
    reason: Reason | None = None
    domain: str | None = None
    provider: str | None = None
    account: str | None = None


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
        detail: What else tells it from others: the list that holds a complaint or bad address; day, copy and weight of
            a failure; the copy of a delivery; cause, actor and proof of a release; month or year, and which end of it,
            of an interaction; the purposes of what is stopped by hand; whose failure it was in a trouble, and in which hour.
        undated: The fingerprint of a ground that has no time.
    """

    fact: Fact
    channel: Channel | None = None
    scope: Scope | None = None
    provider: str | None = None
    account: str | None = None
    detail: tuple[str | None, ...] = ()
    undated: str | None = None


#: That a message was delivered: what lifts what stands against everybody at a domain, and the first there ever was.
DELIVERED_THERE, TOOK_MAIL = FactKey(Fact.DELIVERED), FactKey(Fact.TOOK_MAIL)

#: The ends of a month or year of interactions, and the weights of a failure.
FIRST, LAST = "first", "last"
HARD, SOFT = "hard", "soft"


def domain_of(address: str) -> str | None:
    """Give the domain of an address as addresses are compared; ``None`` for a phone number."""
    _, at, domain = address.rpartition("@")
    return domain if at and domain else None


def refused_as(address: str, reason: Reason | None, *, domain_known: bool = True) -> Trouble:
    """Name what a refused address may share with others; without a *reason*, it was said to be bad."""
    if not domain_known:
        return Trouble(IncidentKind.DOMAINS_UNKNOWN)
    return Trouble(IncidentKind.RECEIVER_REFUSES, reason, domain_of(address))


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


def age(event: Event) -> tuple[bool, datetime, str]:
    """Order events by content, and those without a time by arrival; the last part means nothing, and settles ties."""
    return event.occurred_at is None, when(event), event.fingerprint


# -- the values of our own events -----------------------------------------------------------------------------------


def release_in(value: str) -> tuple[CauseKind, Party, ReleaseProof] | None:
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


_BY_HAND = {Party.STAFF: Fact.MANUAL_BY_STAFF, Party.SUPPORT: Fact.MANUAL_BY_SUPPORT}


def by_hand_in(value: str) -> tuple[Fact, str] | None:
    """Read what ``by_hand_value`` wrote; ``None`` for anything else."""
    word, _, rest = value.partition(":")
    actor, _, purposes = rest.partition(":")
    if word != CauseKind.MANUAL or actor not in _BY_HAND or not {*purposes.split(",")} <= {*Purpose, ""}:
        return None
    return _BY_HAND[Party(actor)], purposes


def by_hand_value(actor: Party, purposes: Iterable[Purpose]) -> str:
    """
    Give the value of a ``suppression_changed`` event of our own side; no purposes are all of them.

    Raises:
        ValueError: If nobody of that sort may.
    """
    if actor not in _BY_HAND:
        raise ValueError(f"actor: expected {' or '.join(_BY_HAND)}")
    return f"{CauseKind.MANUAL}:{actor}:{','.join(sorted(purposes))}"
