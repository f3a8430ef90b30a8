"""
From events to a record, and from a record to a status.

Theory of operation
===================

Providers report observations. An observation can be late, repeated, out of order, missing, forged or wrong; it is never
illegal. So a copy is not a machine that is pushed from state to state. It is **a set of facts that only grows**, and the
status is read off that set. Order, repetition, batching and concurrent workers then cannot matter.

A record keeps its facts in *slots*. Which slot an event falls into depends on its content alone (``SlotKey``), and a slot
keeps four things that can be joined in any order: the earliest time, the latest time, an upper bound for events without a
time, and the one event that is its evidence, chosen by a total order on content. Records are therefore a
join-semilattice (Shapiro et al. 2011, "Conflict-free replicated data types"): ``|`` commutes, associates and is
idempotent, ``fold`` is a homomorphism into it, and every rank policy is a monotone function out of it.

Two rules:

 - Everything that decides where a copy stands is in this file or in ``_policies``. No provider is named in either. If a
   provider seems to need an ``if`` here, its table is wrong.
 - This file does not know about arrival. ``received_at`` bounds events without a time, and decides nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import attrs

from deliverystatus._diagnosis import Diagnosis
from deliverystatus._enums import Actor, Attribution, Axis, Contradiction, EventKind, Permanence, Reason, Status
from deliverystatus._events import Event
from deliverystatus._notebook import at, rows, said
from deliverystatus._policies import AXES, DEFAULT, INFERS, PROVES, PROVES_BY_MACHINE, Policy, RankPolicy, policy_of
from deliverystatus._text import comparable
from deliverystatus.exceptions import MixedCopiesError, PayloadError

#: Raised by one whenever a row of any provider's table, or of ``PROVES``, changes what stored events mean. Records that
#: carry an older one are to be read again from raw and replaced, not joined.
MAPPING_VERSION = 1

#: A record keeps this many ids of each sort, the smallest (law 6). One hand-over has one of each.
_MOST_IDS = 8

_DATELESS = datetime.min.replace(tzinfo=UTC)


class SlotKey(NamedTuple):
    """
    What an event says, as far as it changes what may be concluded.

    Attributes:
        kind: What happened.
        actor: Whose doing.
        reason: Why, if it is a failure.
        disagrees: Whether the provider's class says one thing and the diagnosis another.
        bad_address: Whether the address is at fault; so that no other failure displaces the evidence of it.
        exact: Whether it is surely about this recipient.
    """

    kind: EventKind
    actor: Actor
    reason: Reason | None
    disagrees: bool
    bad_address: bool
    exact: bool


class Slot(NamedTuple):
    """
    All that was said of one key.

    Attributes:
        first: The earliest time, or ``None`` if no event had one.
        last: The latest time, likewise.
        bound: The earliest arrival of an event that had no time: it happened before. Not used by any policy.
        evidence: The event that stands for the slot: not forgeable before forgeable, with a server's words before
            without, then the latest, then by fingerprint.
    """

    first: datetime | None
    last: datetime | None
    bound: datetime | None
    evidence: Event


class Effect(StrEnum):
    """What one more event did to a record."""

    ADVANCED = "advanced"  #: the headline changed
    NOTED = "noted"  #: something new is known, the headline stands
    NOTHING_NEW = "nothing_new"  #: it was known, or counts nowhere


@attrs.frozen(kw_only=True)
class Axes:
    """
    Where a copy stands in each of four respects, each with its own status or ``None`` if nothing was said.

    Attributes:
        own_side: What we did with it.
        transport: How far it got.
        engagement: Whether it was looked at.
        feedback: What the recipient answered.
        inferred: The axes on which nothing reports the status itself: an opening says delivered on the transport axis.
    """

    own_side: Status | None
    transport: Status | None
    engagement: Status | None
    feedback: Status | None
    inferred: frozenset[Axis] = frozenset()


@attrs.frozen(eq=False, repr=False)
class Record:
    """
    All that is known of one copy.

    Attributes:
        recipient: The recipient as addresses are compared, or ``None``.
        references: The sender's own ids of the hand-over.
        message_ids: The providers' ids, as (provider, account, message id).
        slots: The facts, each with its times and its evidence.
        mapping_version: With which reading of the providers the oldest of them was read; ``None`` if there are none.
    """

    recipient: str | None = None
    references: frozenset[str] = frozenset()
    message_ids: frozenset[tuple[str | None, str | None, str]] = frozenset()
    slots: Mapping[SlotKey, Slot] = attrs.field(factory=dict)
    mapping_version: int | None = None

    # -- the facts ---------------------------------------------------------------------------------------------------

    @property
    def kinds(self) -> frozenset[EventKind]:
        """What is known to have happened, of whatever attribution."""
        return frozenset(key.kind for key in self.slots)

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """What cannot all be true, in the order of the vocabulary. What a machine did contradicts nothing."""
        said = {PROVES[key.kind] for key in self.slots if key.exact and proves(key) is PROVES[key.kind]}
        returned = said & _RETURNED
        arrived = Status.DELIVERED in said
        engaged = said & _ENGAGED
        found = {
            Contradiction.DELIVERED_AND_RETURNED: arrived and returned,
            Contradiction.ENGAGED_AND_RETURNED: engaged and returned,
            Contradiction.NOT_SENT_AND_DELIVERED: (arrived or engaged) and said & _NOT_SENT,
            Contradiction.CLASS_AGAINST_DIAGNOSIS: any(key.exact and key.disagrees for key in self.slots),
        }
        return tuple(contradiction for contradiction in Contradiction if found[contradiction])

    # -- the status --------------------------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """Where the copy stands, by the default policy."""
        return self.status_under(DEFAULT)

    def status_under(self, policy: str | Policy) -> Status:
        """
        Say where the copy stands by *policy*. Total: every record has exactly one status (law 1).

        Raises:
            UnknownName: If no policy has that name.
        """
        key = self._decides(policy_of(policy))
        return Status.UNKNOWN if key is None else proves(key) or Status.UNKNOWN

    @property
    def deciding(self) -> Event | None:
        """The evidence of the status under the default policy; ``None`` only where the status is unknown (law 7)."""
        return self.deciding_under(DEFAULT)

    def deciding_under(self, policy: str | Policy) -> Event | None:
        """
        Give the evidence of the status under *policy*.

        Raises:
            UnknownName: If no policy has that name.
        """
        key = self._decides(policy_of(policy))
        return None if key is None else self.slots[key].evidence

    @property
    def inferred(self) -> bool:
        """Whether nothing reports the status itself: it follows from what a machine did, such as an opening."""
        status = self.status
        return status is not Status.UNKNOWN and not self._is_reported(status)

    def _is_reported(self, status: Status) -> bool:
        return any(key.exact and PROVES[key.kind] is status and proves(key) is status for key in self.slots)

    @property
    def reason(self) -> Reason | None:
        """Why, if the status is a failure or something that was not sent."""
        key = self._decides(DEFAULT)
        return None if key is None else key.reason

    @property
    def permanence(self) -> Permanence | None:
        """Whether a later message would fail too, if the status is a failure."""
        deciding = self.deciding
        return None if deciding is None or deciding.failure is None else deciding.failure.permanence

    @property
    def axes(self) -> Axes:
        """Where the copy stands on each axis, by the default order."""
        statuses = {(status, key.actor) for key in self.slots if key.exact and (status := proves(key))}
        statuses |= {(inferred, actor) for status, actor in statuses for inferred in INFERS.get(status, ())}
        best: dict[Axis | None, Status] = {}
        for status, _ in sorted(statuses, key=lambda proved: DEFAULT.rank(*proved)):
            best[AXES[status]] = status
        inferred = frozenset(axis for axis in Axis if axis in best and not self._is_reported(best[axis]))
        return Axes(**{axis.value: best.get(axis) for axis in Axis}, inferred=inferred)

    def _decides(self, policy: Policy) -> SlotKey | None:
        proved = [key for key in self.slots if key.exact and proves(key)]
        if len(proved) <= 1:
            return proved[0] if proved else None
        if isinstance(policy, RankPolicy):
            return self._highest(proved, policy)
        looked_at = [key for key in proved if proves(key) in policy.among]
        dated = [key for key in looked_at if self.slots[key].last]
        if not dated:
            return self._highest(looked_at or proved, DEFAULT)
        end = max if policy.latest else min
        when = {key: self.slots[key].last if policy.latest else self.slots[key].first for key in dated}
        moment = end(filter(None, when.values()))
        return self._highest([key for key in dated if when[key] == moment], DEFAULT)

    def _highest(self, keys: list[SlotKey], policy: RankPolicy) -> SlotKey:
        ranks = {key: policy.rank(proves(key) or Status.UNKNOWN, key.actor) for key in keys}
        top = max(ranks.values())
        keys = [key for key in keys if ranks[key] == top]
        return keys[0] if len(keys) == 1 else max(keys, key=self._weight)

    def _weight(self, key: SlotKey) -> tuple[bool, bool, datetime, int, str]:
        """Order evidence of one rank: what not just anyone can have sent, a known reason, the latest, content alone."""
        slot = self.slots[key]
        proven = slot.evidence.source.authenticated is not False
        known = key.reason not in (None, Reason.UNKNOWN)
        return (
            proven,
            known,
            slot.last or _DATELESS,
            key.reason.ordinal if key.reason else -1,
            slot.evidence.fingerprint,
        )

    # -- growing -----------------------------------------------------------------------------------------------------

    def __or__(self, other: "Record") -> "Record":
        """
        Join two records of one copy: all that either knows. Commutes, associates, is idempotent (law 4).

        Whether two ids are of one copy may depend on a third record, so only ``fold`` and ``observe`` ask that.

        Raises:
            MixedCopiesError: If they are of two recipients.
        """
        if not isinstance(other, Record):
            return NotImplemented
        slots = dict(self.slots)
        for key, slot in other.slots.items():
            mine = slots.get(key)
            slots[key] = slot if mine is None else _joined(mine, slot)
        _refuse_two_recipients((self, other))
        return Record(
            self.recipient if other.recipient is None else other.recipient,
            _smallest(self.references | other.references),
            _smallest(self.message_ids | other.message_ids),
            slots,
            min(filter(None, (self.mapping_version, other.mapping_version)), default=None),
        )

    def observe(self, event: Event) -> "Transition":
        """
        Add one event, and say what it changed.

        Raises:
            MixedCopiesError: If the event is of another copy.
        """
        one = fold([event])
        _refuse_mixed((self, one))
        grown = self | one
        known_until = max((slot.last for slot in self.slots.values() if slot.last), default=None)
        before, after = self.status, grown.status
        effect = Effect.NOTED if after is before else Effect.ADVANCED
        return Transition(
            before=before,
            after=after,
            record=grown,
            effect=Effect.NOTHING_NEW if grown == self else effect,
            late=bool(known_until and event.occurred_at and event.occurred_at < known_until),
            new_contradictions=tuple(c for c in grown.contradictions if c not in self.contradictions),
        )

    def _content(self) -> tuple[object, ...]:
        return self.recipient, self.references, self.message_ids, self.slots, self.mapping_version

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, Record) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.recipient, self.references, self.message_ids, frozenset(self.slots)))

    def __repr__(self) -> str:
        return f"Record({self.status}, kinds={sorted(self.kinds)})"  # ids and recipients are personal data

    def _repr_html_(self) -> str:
        """Show the status, the axes and the facts in a notebook: no ids, no recipients and no words of a server."""
        axes = " · ".join(f"{axis}: {status}" for axis in Axis if (status := getattr(self.axes, axis)))
        facts = sorted(self.slots.items(), key=lambda item: (item[1].first is None, str(item[1].first), repr(item[0])))
        table = rows(
            ("fact", "actor", "reason", "first", "last"),
            (
                (key.kind, key.actor or "", key.reason or "", at(slot.first), at(slot.last) if slot.last else "no time")
                for key, slot in facts
            ),
        )
        contradictions = "".join(f"<p>{said(each.meaning)}</p>" for each in self.contradictions)
        return f"<section><p><b>{said(self.status)}</b> {said(axes)}</p>{contradictions}{table}</section>"

    # -- storing -----------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Give the record ready for JSON, for a store; ``Record.from_dict`` reads it back."""
        return {
            "mapping_version": self.mapping_version,
            "recipient": self.recipient,
            "references": sorted(self.references),
            "message_ids": sorted((list(each) for each in self.message_ids), key=repr),
            "slots": [
                {
                    "first": slot.first and slot.first.isoformat(),
                    "last": slot.last and slot.last.isoformat(),
                    "bound": slot.bound and slot.bound.isoformat(),
                    "evidence": slot.evidence.content(),
                }
                for _, slot in sorted(self.slots.items(), key=lambda item: repr(item[0]))
            ],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Record":
        """
        Read what ``to_dict`` gave.

        Raises:
            PayloadError: If it is of another form.
        """
        try:
            slots: dict[SlotKey, Slot] = {}
            for each in _checked(stored["slots"], list):
                evidence = Event.from_dict(each["evidence"])
                first, last, bound = (_stored_time(each[name]) for name in ("first", "last", "bound"))
                key, slot = slot_key(evidence), Slot(first, last, bound, evidence)
                slots[key] = _joined(slots[key], slot) if key in slots else slot  # two that a diagnosis now makes one
            return cls(
                _checked(stored["recipient"], str | None),
                frozenset(_checked(each, str) for each in _checked(stored["references"], list)),
                frozenset(
                    (_checked(provider, str | None), _checked(account, str | None), _checked(message_id, str))
                    for provider, account, message_id in _checked(stored["message_ids"], list)
                ),
                slots,
                _checked(stored["mapping_version"], int | None),
            )
        except PayloadError:
            raise
        except (KeyError, TypeError, ValueError):
            raise PayloadError("expected a record as to_dict writes it") from None


#: Nothing is known: the identity of ``|``.
NOTHING_KNOWN = Record()


@attrs.frozen(kw_only=True)
class Transition:
    """
    What one more event did.

    Attributes:
        before: The status before.
        after: The status after.
        record: The record with the event.
        effect: Whether the headline changed, something was noted, or nothing is new.
        late: Whether it happened before something that was already known.
        new_contradictions: What it made contradictory.
    """

    before: Status
    after: Status
    record: Record
    effect: Effect
    late: bool
    new_contradictions: tuple[Contradiction, ...]


def fold(events: Iterable[Event]) -> Record:
    """
    Join what *events* say of one copy. Test-mode events count nowhere.

    Order and repetition do not matter (laws 2 and 3), and ``fold(a + b) == fold(a) | fold(b)`` (law 4).

    Raises:
        MixedCopiesError: If they are of more than one copy; ``fold_copies`` tells them apart.
    """
    counted = [event for event in events if not event.test]
    if not counted:
        return NOTHING_KNOWN
    identities = [_identity(event) for event in counted]
    _refuse_mixed(identities)
    return fold_group(counted, next((each.recipient for each in identities if each.recipient is not None), None))


def fold_group(events: Iterable[Event], recipient: str | None) -> Record:
    """Fold events that are known to be of one copy for *recipient* (in comparable form), none of them in test mode."""
    slots: dict[SlotKey, Slot] = {}
    references: set[str] = set()
    message_ids: set[tuple[str | None, str | None, str]] = set()
    for event in events:
        key, source, when = slot_key(event), event.source, event.occurred_at
        slot = _new_slot((when, when, None if when else source.received_at, event))
        known = slots.get(key)
        slots[key] = slot if known is None else _joined(known, slot)
        if event.message_id is not None:
            message_ids.add((source.provider, source.account, event.message_id))
        if event.reference is not None:
            references.add(event.reference)
    return Record(recipient, _smallest(references), _smallest(message_ids), slots, MAPPING_VERSION)


def slot_key(event: Event) -> SlotKey:
    """Say which slot of a record an event falls into."""
    if event.failure is None:
        return _PLAIN_KEYS[event.kind, event.actor, event.attribution is Attribution.EXACT]
    found = event.failure.diagnosis
    disagrees = event.kind in _CLASS_DENIES and _CLASS_DENIES[event.kind](found)
    return SlotKey(
        event.kind, event.actor, found.reason, disagrees, found.address_is_bad, event.attribution is Attribution.EXACT
    )


def proves(key: SlotKey) -> Status | None:
    """Say which status the facts of a slot prove, or let one infer."""
    if key.actor is Actor.MACHINE and key.kind in PROVES_BY_MACHINE:
        return PROVES_BY_MACHINE[key.kind]
    return PROVES[key.kind]


_PLAIN_KEYS = {
    (kind, actor, exact): SlotKey(kind, actor, None, False, False, exact)
    for kind, actor, exact in product(EventKind, Actor, (True, False))
}

#: Where the class a kind reports and the diagnosis cannot both be right.
_CLASS_DENIES: Mapping[EventKind, Callable[[Diagnosis], bool]] = {
    EventKind.BOUNCED: lambda found: found.permanence is Permanence.TRANSIENT,
    EventKind.SOFT_BOUNCED: lambda found: found.address_is_bad,
    EventKind.DEFERRED: lambda found: found.address_is_bad,
}

_RETURNED = frozenset({Status.UNDETERMINED_BOUNCE, Status.SOFT_BOUNCED, Status.BOUNCED})
_NOT_SENT = frozenset({Status.WITHHELD, Status.REJECTED, Status.DROPPED})
_ENGAGED = frozenset({status for status, axis in AXES.items() if axis in (Axis.ENGAGEMENT, Axis.FEEDBACK)})


def _new_slot(parts: tuple[datetime | None, datetime | None, datetime | None, Event]) -> Slot:
    return tuple.__new__(Slot, parts)  # half the time of Slot(...), and there is one for every event


def _joined(a: Slot, b: Slot) -> Slot:
    return _new_slot(
        (
            _earlier(a.first, b.first),
            b.last if a.last is None or (b.last is not None and b.last > a.last) else a.last,
            _earlier(a.bound, b.bound),
            _better(a.evidence, b.evidence),
        )
    )


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return b if a is None or (b is not None and b < a) else a


def _better(a: Event, b: Event) -> Event:
    """Choose the evidence of a slot. A total order on content; the digest is made on ties only."""
    if a is b:
        return a
    proven_a, proven_b = a.source.authenticated is not False, b.source.authenticated is not False
    if proven_a is not proven_b:  # what anyone could have sent never stands before what nobody could
        return a if proven_a else b
    told_a, told_b = _has_words(a), _has_words(b)
    if told_a is not told_b:  # of two reports of one failure, the one with the server's words explains it
        return a if told_a else b
    when_a, when_b = a.occurred_at or _DATELESS, b.occurred_at or _DATELESS
    if when_a != when_b:
        return a if when_a > when_b else b
    return a if a.fingerprint >= b.fingerprint else b


def _checked(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _stored_time(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    if moment.utcoffset() is None:
        raise ValueError
    return moment.astimezone(UTC)


def _has_words(event: Event) -> bool:
    return event.failure is not None and event.failure.diagnostic is not None


def _smallest(ids: AbstractSet[Any]) -> frozenset[Any]:
    return frozenset(ids) if len(ids) <= _MOST_IDS else frozenset(sorted(ids, key=repr)[:_MOST_IDS])


def _identity(event: Event) -> Record:
    """Give the record that holds an event's ids and nothing else."""
    ids = () if event.message_id is None else ((event.source.provider, event.source.account, event.message_id),)
    return Record(
        None if event.recipient is None else comparable(event.recipient),
        frozenset(() if event.reference is None else (event.reference,)),
        frozenset(ids),
    )


def _refuse_two_recipients(parts: Iterable[Record]) -> None:
    if len({part.recipient for part in parts} - {None}) > 1:
        raise MixedCopiesError("events of more than one recipient in one record; use fold_copies")


def _refuse_mixed(parts: Collection[Record]) -> None:
    """
    Refuse parts that are of more than one copy: other recipients, or other ids of one sort with no id that links them.

    A part that is known by its reference alone and one that is known by its message id alone may be of one copy.
    """
    _refuse_two_recipients(parts)
    known = {part.references | part.message_ids for part in parts}
    if len(known) <= 1 or any(len(ids) >= _MOST_IDS for ids in known):  # what was forgotten may link them
        return
    group_of: dict[object, set[object]] = {}
    for ids in known:
        linked = {id(group): group for each in ids if (group := group_of.get(each))}
        largest, *others = sorted(linked.values(), key=len, reverse=True) or [set()]
        moved = ids.union(*others)
        largest |= moved
        group_of.update(dict.fromkeys(moved, largest))
    for sort in (str, tuple):
        if len({id(group) for each, group in group_of.items() if isinstance(each, sort)}) > 1:
            raise MixedCopiesError("events of more than one copy in one record; use fold_copies")


#: Kinds that say when a copy was handed over.
_HAND_OVER = frozenset({
    EventKind.SENDING, EventKind.REJECTED, EventKind.OUTCOME_UNKNOWN, EventKind.ACCEPTED, EventKind.SENT,
})  # fmt: skip


def handed_over(record: Record) -> tuple[datetime | None, bool]:
    """Say when a copy was handed over, and whether that is by an arrival."""
    times = [(key.kind in _HAND_OVER, *time) for key, slot in record.slots.items() for time in _times(slot)]
    if not times:
        return None, False
    _, moment, by_arrival = min(times, key=lambda time: (not time[0], *time[1:]))
    return moment, by_arrival


def _times(slot: Slot) -> Iterator[tuple[datetime, bool]]:
    if slot.first is not None:
        yield slot.first, False
    if slot.bound is not None:
        yield slot.bound, True
