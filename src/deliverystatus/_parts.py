"""
The parts of a long text message: each is a copy of its own.

What a provider says of a part has its number, or, if nobody numbered it, a message id of its own. What our side says of the message
(created, handed over) is said of each of its parts; an id that our side was given is of the part that has it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from deliverystatus._enums import Channel
from deliverystatus._events import Event

#: A part of which nobody said which it is: its message id is its own, so a reference that it shares does not unite it.
SOME_PART = (0, 0)

#: Events of one copy.
Group = list[Event]

#: The ids of an event, each with what it is an id of.
Ids = Callable[[Event], list[object]]


class Settled(NamedTuple):
    """
    One copy.

    Attributes:
        group: Its own events.
        shared: What is said of it and of others, each group once: of every part of the message, or of all with an id.
    """

    group: Group
    shared: Sequence[Group] = ()


def part_of(event: Event) -> tuple[int, int] | None:
    """Say which part an event is about; ``None`` of a whole message, such as every mail."""
    if event.channel is Channel.EMAIL:  # mail has no parts: its details stay unread
        return None
    part = event.part
    return None if part == SOME_PART and event.message_id is None else part  # nothing tells it from the others


def id_of(event: Event) -> str | None:
    """Give the message id as ids are compared: some providers answer it in angle brackets, and report it without."""
    found = event.message_id
    return found[1:-1] if found is not None and found[:1] == "<" and found[-1:] == ">" else found


def part_of_all(group: Iterable[Event]) -> tuple[int, int] | None:
    """Say which part a copy is: by the events that have a number, or else some part, or the whole."""
    return max(filter(None, map(part_of, group)), default=None)


def settled(groups: Sequence[Group], comparable: Callable[[str], str]) -> list[Settled]:
    """
    Give the copies among which groups of connected events are, where some are of parts.

    A part without a number is the one with a number that has its id, if there is one. What is said of a whole message is said of
    each of its parts, but for what has an id: that is of the part with that id; and if the parts have ids of their own, and none
    has this one, of a part that was not heard of yet.
    """

    def ids(event: Event) -> list[object]:
        who, source = (event.channel, comparable(event.recipient or "")), event.source
        return [(*who, source.provider, source.account, id_of(event))] if event.message_id is not None else []

    def keys(event: Event) -> list[object]:
        who = event.channel, comparable(event.recipient or "")
        return ids(event) + ([(*who, event.reference)] if event.reference is not None else [])

    parts = _numbered([group for group in groups if part_of(group[0]) is not None], ids)
    found = _by_key(parts, keys)
    shared: dict[int, list[Group]] = {id(part): [] for part in parts}
    copies: list[Settled] = []
    for whole in groups:
        if part_of(whole[0]) is None:
            linked = _once(part for key in _all_of(whole, keys) for part in found.get(key, ()))
            copies += _told_of(whole, linked, found, ids, shared) if linked else [Settled(whole)]
    return copies + [Settled(part, shared[id(part)]) for part in parts]


def _told_of(
    whole: Group, parts: list[Group], found: Mapping[object, list[Group]], ids: Ids, shared: Mapping[int, list[Group]]
) -> list[Settled]:
    """Share what is said of a whole among its *parts*; give those parts that only it tells of."""
    unheard: list[Group] = []
    of_all, of_an_id = _apart(whole, ids)
    have_own_ids = any(part_of_all(part) == SOME_PART for part in parts)
    for key, group in of_an_id.items():
        with_it = found.get(key, ())
        for part in with_it:
            shared[id(part)].append(group)
        if not with_it and have_own_ids:
            unheard.append(group)
        elif not with_it:
            of_all += group
    for part in parts:
        shared[id(part)].append(of_all)
    return [Settled(group, (of_all,)) for group in unheard]


def _apart(whole: Group, ids: Ids) -> tuple[Group, dict[object, Group]]:
    """Take apart what is said of a message without an id, and of each id."""
    of_all: Group = []
    of_an_id: dict[object, Group] = {}
    for event in whole:
        mine = ids(event)
        (of_an_id.setdefault(mine[0], []) if mine else of_all).append(event)
    return of_all, of_an_id


def _numbered(parts: list[Group], ids: Ids) -> list[Group]:
    """Put parts without a number to the one with a number that has their id, if it is one."""
    numbered = _by_key([part for part in parts if not _is_some(part)], ids)
    left = []
    for part in parts:
        found = _once(other for key in _all_of(part, ids) for other in numbered.get(key, ())) if _is_some(part) else []
        if len(found) == 1:
            found[0].extend(part)
        else:
            left.append(part)
    return left


def _is_some(part: Group) -> bool:
    return part_of(part[0]) == SOME_PART


def _by_key(groups: Iterable[Group], keys: Ids) -> dict[object, list[Group]]:
    found: dict[object, list[Group]] = {}
    for group in groups:
        for key in _all_of(group, keys):
            found.setdefault(key, []).append(group)
    return found


def _all_of(group: Group, keys: Ids) -> Iterable[object]:
    """Give each key of a group once."""
    return dict.fromkeys(key for event in group for key in keys(event))


def _once(groups: Iterable[Group]) -> list[Group]:
    """Give each group once: two that hold the same are two."""
    return list({id(group): group for group in groups}.values())
