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
    groups.settle_parts()
    if any(event.internet_message_id for event in uncorrelated):
        uncorrelated = groups.add_by_internet_message_id(uncorrelated)
    records = {}
    for group in groups.all():
        record = fold_group(group, groups.comparable(group[0].recipient or ""))
        part = max(filter(None, map(_part, group)), default=None)
        records[copy_key(record, part, channel_of(group[0]))] = record
    return Copies(records, tuple(uncorrelated), tuple(tests))


def copy_key(record: Record, part: tuple[int, int] | None, channel: Channel) -> CopyKey:
    """Give the ids that a copy is known by; of several the first in their order."""
    ids = record.message_ids
    provider, account, message_id = next(iter(ids)) if len(ids) == 1 else min(ids, key=repr, default=(None, None, None))
    reference = min(record.references, default=None)
    return CopyKey(record.recipient or "", reference, provider, account, message_id, part, channel)


def channel_of(event: Event) -> Channel:
    """Say how a copy travels; our own side need not say so of a number."""
    channel = event.source.channel
    return Channel.SMS if channel is Channel.EMAIL and "@" not in (event.recipient or "@") else channel


def _part(event: Event) -> tuple[int, int] | None:
    return None if event.source.channel is Channel.EMAIL else event.part  # mail has no parts: its details stay unread


#: A part of which nobody said which: its message id is its own, so a reference that it shares does not unite it.
_SOME_PART = (0, 0)

#: How many values lead by reference; by message id it is one more.
_REFERENCE_KEY = 3


class _Groups:
    """Connected components, grown event by event; each id leads to its group, and groups that meet are united."""

    def __init__(self) -> None:
        self._group_of: dict[object, int] = {}
        self._comparable: dict[str, str] = {}
        self._events: list[list[Event]] = []
        self._united_with: dict[int, int] = {}
        self._some_parts: set[int] = set()

    def add(self, event: Event) -> bool:
        """Put an event where its ids lead; ``False`` if it has none."""
        if event.recipient is None:
            return False
        recipient = self.comparable(event.recipient)
        part = _part(event)
        by_id = by_reference = None
        if event.message_id is not None:
            by_id = (event.source.provider, event.source.account, event.message_id, recipient, part, channel_of(event))
            group = self._group_of.get(by_id)
        if event.reference is not None:
            which: object = by_id if part == _SOME_PART else part
            by_reference = (event.reference, recipient, which, channel_of(event))
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
        if part == _SOME_PART:
            self._some_parts.add(group)
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

    def settle_parts(self) -> None:
        """
        Put parts of which nobody said which to what is known of the same message, if that is one copy only.

        A part is of the copy that has its message id, or, if it is the only one, of what our side said of the reference.
        """
        if not self._some_parts:
            return
        known: dict[object, set[int]] = {}
        for place, group in enumerate(self._events):
            if group and _part(group[0]) != _SOME_PART:
                keys = {key for event in group for key in self._part_keys(event)}
                for key in {
                    key for key in keys if len(key) > _REFERENCE_KEY
                } or keys:  # with an id it is of that id only
                    known.setdefault(key, set()).add(place)
        wanted: dict[int, list[int]] = {}
        for place in sorted({self._root(group) for group in self._some_parts}):
            keys = {key for event in self._events[place] for key in self._part_keys(event)}
            by_id = {found for key in keys if len(key) > _REFERENCE_KEY for found in known.get(key, ())}
            found = by_id or {found for key in keys for found in known.get(key, ())}
            if len(found) == 1:
                wanted.setdefault(min(found), []).append(place)
        for place, parts in wanted.items():
            if len(parts) == 1:
                first, second = sorted((place, *parts))
                self._events[first], self._events[second] = self._events[first] + self._events[second], []

    def _part_keys(self, event: Event) -> Iterator[tuple[object, ...]]:
        """Give what leads from a part to its copy: the message id, and the reference if nobody speaks of parts there."""
        recipient = self.comparable(event.recipient or "")
        if event.message_id is not None:
            yield event.source.provider, event.source.account, event.message_id, recipient, channel_of(event)
        if event.reference is not None and _part(event) in (None, _SOME_PART):
            yield event.reference, recipient, channel_of(event)

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
