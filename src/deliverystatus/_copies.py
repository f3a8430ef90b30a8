"""
Which events are of one copy.

Two ids join events of a recipient: the sender's reference, and the provider's message id. A service's own ``pending``
carries the first, a webhook the second, and the send call's answer both, so copies are connected components; and they
are the same in whatever order the events came.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import attrs

from deliverystatus._engine import Record, fold_group
from deliverystatus._enums import Channel
from deliverystatus._events import Event
from deliverystatus._parts import SOME_PART, id_of, part_of, part_of_all, settled
from deliverystatus._text import comparable


class CopyKey(NamedTuple):
    """
    What a copy is known by. Where there are several ids of a sort, the smallest.

    Attributes:
        recipient: The recipient, as addresses are compared.
        reference: The sender's own id of the hand-over, if any event carried it.
        provider: Whose id the message id is.
        account: The caller's name for the account it belongs to.
        message_id: The provider's id, if any event carried it.
        part: Which part of an SMS it is, as (i, n); (0, 0) if that was not said; ``None`` for a whole message.
        channel: How it travels; what is said of a number on no channel is of an SMS.
    """

    recipient: str
    reference: str | None = None
    provider: str | None = None
    account: str | None = None
    message_id: str | None = None
    part: tuple[int, int] | None = None
    channel: Channel = Channel.EMAIL

    def __repr__(self) -> str:
        return f"CopyKey(provider={self.provider!r}, part={self.part})"  # recipients and ids are personal data


@attrs.frozen(repr=False, eq=False)
class Copies(Mapping[CopyKey, Record]):
    """
    The records of all copies, by key. Equal if they hold the same, in whatever order and however often it was said.

    Attributes:
        uncorrelated: Events that name no copy: an asynchronous bounce without an id, a change of a suppression list.
            They count for suppression, and make up no copy.
        tests: Events of a provider's test mode. They count nowhere.
    """

    _records: Mapping[CopyKey, Record]
    uncorrelated: tuple[Event, ...] = ()
    tests: tuple[Event, ...] = ()

    def __repr__(self) -> str:
        return f"Copies({len(self)} copies, {len(self.uncorrelated)} uncorrelated, {len(self.tests)} in test mode)"

    def __getitem__(self, key: CopyKey) -> Record:
        return self._records[key]

    def __iter__(self) -> Iterator[CopyKey]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, Copies) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as every mapping

    def _content(self) -> tuple[object, ...]:
        return dict(self._records), frozenset(self.uncorrelated), frozenset(self.tests)


def fold_copies(events: Iterable[Event]) -> Copies:
    """
    Tell the copies apart, and fold each.

    Any order of *events* gives equal copies. ``Copies`` are in the order in which they were first heard of.
    """
    groups = _Groups()
    uncorrelated: list[Event] = []
    tests: list[Event] = []
    for event in events:
        if event.test:
            tests.append(event)
        elif not groups.add(event):
            uncorrelated.append(event)
    if any(event.internet_message_id for event in uncorrelated):
        uncorrelated = groups.add_by_internet_message_id(uncorrelated)
    records = {}
    for group, record in _folded(groups):
        part = part_of_all(group) if groups.have_parts else None
        records[copy_key(record, part, group[0].channel)] = record
    return Copies(records, tuple(uncorrelated), tuple(tests))


def _folded(groups: "_Groups") -> Iterator[tuple[list[Event], Record]]:
    """Fold each copy; what is said of several parts is folded once, and joined with each (law 4)."""
    if not groups.have_parts:
        for group in groups.all():
            yield group, fold_group(group, groups.comparable(group[0].recipient or ""))
        return
    known: dict[int, Record] = {}
    for group, shared in settled(groups.all(), groups.comparable):
        recipient = groups.comparable(group[0].recipient or "")
        record = fold_group(group, recipient)
        for each in filter(None, shared):
            if id(each) not in known:
                known[id(each)] = fold_group(each, recipient)
            record |= known[id(each)]
        yield group, record


def copy_key(record: Record, part: tuple[int, int] | None, channel: Channel) -> CopyKey:
    """Give the ids that a copy is known by; of several the first in their order."""
    ids = record.message_ids
    provider, account, message_id = next(iter(ids)) if len(ids) == 1 else min(ids, key=repr, default=(None, None, None))
    reference = min(record.references, default=None)
    return CopyKey(record.recipient or "", reference, provider, account, message_id, part, channel)


class _Groups:
    """Connected components, grown event by event; each id leads to its group, and groups that meet are united."""

    def __init__(self) -> None:
        self._group_of: dict[object, int] = {}
        self._comparable: dict[str, str] = {}
        self._events: list[list[Event]] = []
        self._united_with: dict[int, int] = {}
        self.have_parts = False

    def add(self, event: Event) -> bool:
        """Put an event where its ids lead; ``False`` if it has none."""
        if event.recipient is None:
            return False
        recipient = self.comparable(event.recipient)
        part = part_of(event)
        by_id = by_reference = None
        if event.message_id is not None:
            by_id = (event.source.provider, event.source.account, id_of(event), recipient, part, event.channel)
            group = self._group_of.get(by_id)
        if event.reference is not None:
            which: object = by_id if part == SOME_PART else part
            by_reference = (event.reference, recipient, which, event.channel)
            group = self._united(self._group_of.get(by_reference), group if by_id else None)
        elif by_id is None:
            return False
        if group is None:
            group = len(self._events)
            self._events.append([event])
        else:
            group = self._root(group)
            self._events[group].append(event)
        if by_id is not None:
            self._group_of[by_id] = group
        if by_reference is not None:
            self._group_of[by_reference] = group
        self.have_parts = self.have_parts or part is not None
        return True

    def comparable(self, recipient: str) -> str:
        """Give a recipient in comparable form, made once for each spelling."""
        known = self._comparable.get(recipient)
        if known is None:
            known = self._comparable[recipient] = comparable(recipient)
        return known

    def _united(self, one: int | None, other: int | None) -> int | None:
        """Make one group of two, in the place of the older. No event moves more than log n times."""
        if one is None or other is None:
            return other if one is None else one
        one, other = self._root(one), self._root(other)
        if one != other:
            one, other = min(one, other), max(one, other)
            smaller, larger = sorted((self._events[one], self._events[other]), key=len)
            larger += smaller
            self._events[one], self._events[other] = larger, []
            self._united_with[other] = one
        return one

    def add_by_internet_message_id(self, events: list[Event]) -> list[Event]:
        """Put events without an id where others with their Message-ID are, if it is one place; give back the rest."""
        left: list[Event] = []
        by_message_id: dict[object, list[Event]] = {}
        for group in self.all():
            for event in group:
                key = _internet_key(event)
                if by_message_id.setdefault(key, group) is not group:
                    by_message_id[key] = left  # sent again with the same Message-ID: which copy it is, nobody can say
        for event in events:
            found = by_message_id.get(_internet_key(event), left) if event.internet_message_id else left
            found.append(event)
        return left

    def all(self) -> list[list[Event]]:
        """Give the groups, each not empty, in the order in which they were first heard of."""
        return [group for group in self._events if group]

    def _root(self, group: int) -> int:
        while group in self._united_with:
            above = self._united_with[group]
            self._united_with[group] = self._united_with.get(above, above)  # the next walk is half as long
            group = above
        return group


def _internet_key(event: Event) -> object:
    who = None if event.recipient is None else comparable(event.recipient)
    return event.source.provider, event.source.account, event.internet_message_id, who
