"""
From many records to numbers: how many copies, and what is known of them.

Three rules:

 - Facts are counted, not headlines, and only those that are surely about the recipient. So numbers do not exclude each
   other, but for the two that put each copy at one place: where it stands, and how far it ever got.
 - What could not be known is not zero. Copies that cannot be tracked are left out of a rate and counted beside it, and a
   rate of nothing is ``None``.
 - Nobody is lost: what a window leaves out, what is in test mode and what names no copy is counted apart.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deliverystatus import _checks as check
from deliverystatus._copies import Copies, copy_key
from deliverystatus._engine import Record, SlotKey, handed_over
from deliverystatus._enums import Channel, Reason
from deliverystatus._summary._counted import Counted, Profile
from deliverystatus._summary._facts import BLOCKING, BY_A_RETURN, BY_THE_HAND_OVER, BY_THE_IMAGE, Fact, Said
from deliverystatus._summary._messages import SERIOUSNESS, Message
from deliverystatus._summary._values import RATES, Outside, Rate, Summary
from deliverystatus.vocabularies import Tracking, untracked

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta

__all__ = ["BLOCKING", "RATES", "SERIOUSNESS", "Fact", "Message", "Outside", "Rate", "Summary", "summarize"]

#: Channels on which nothing tells of an opening: a text has no image.
_WITHOUT_IMAGE = frozenset({Channel.SMS})

_NEVER = datetime.min.replace(tzinfo=UTC)


def summarize(
    copies: Mapping[Hashable, Record] | Iterable[Record],
    *,
    now: datetime | None = None,
    window: "timedelta | relativedelta | None" = None,
    tracking: Tracking | None = None,
) -> Summary:
    """
    Count what is known of *copies*.

    A copy falls under the time at which it was first handed over; if nothing says when that was, under the earliest time
    of anything about it. Where an event has no time, its arrival is taken: it happened before.

    Args:
        copies: What ``fold_copies`` gave, any mapping to records, or records. A record that is given twice counts twice.
        now: The end of the window (aware); a copy of that very moment is inside.
        window: How long it is: ``timedelta(days=30)``, or a calendar period. A copy of the very moment at which it
            starts is outside, so that windows which follow on each other count every copy once.
        tracking: What the account can report at all; else the provider says.

    Raises:
        ValueError: If there is a window and no *now*, if *now* has no zone, or if the window does not end after it
            starts.
        TypeError: If something that is no record is among them.
    """
    end = check.optional_moment("now", now)
    start = None if window is None else _start(end, window)
    said: dict[frozenset[SlotKey], Said] = {}
    profiles: dict[object, Profile] = {}
    lines: list[Counted] = []
    outside = {"earlier": 0, "later": 0, "undated": 0}
    for key, record in _keyed(copies):
        by_arrival = False
        if start is not None and end is not None:
            moment, by_arrival = handed_over(record)
            where = "undated" if moment is None else "earlier" if moment <= start else "later" if moment > end else None
            if where:
                outside[where] += 1
                continue
        keys = frozenset(record.slots)
        if keys not in said:
            said[keys] = Said.by(keys)
        why = _unheard(record, tracking)
        causes = tuple((fact, _cause(record, giving)) for fact, giving in said[keys].causes)
        alike = (keys, causes, why, by_arrival)
        if alike not in profiles:
            profiles[alike] = _profile(said[keys], causes, why, by_arrival=by_arrival)
        part, channel = _part(record), _channel(record)
        known_by = copy_key(record, part, channel) if key is None else key
        ids = record.references | record.message_ids
        lines.append(Counted(known_by, record.recipient, channel, ids, part, profiles[alike]))
    told = (len(copies.tests), len(copies.uncorrelated)) if isinstance(copies, Copies) else (0, 0)
    return Summary(tuple(lines), Outside(**outside), *told)


def _keyed(copies: Mapping[Hashable, Record] | Iterable[Record]) -> Iterator[tuple[Hashable | None, Record]]:
    keyed = copies.items() if isinstance(copies, Mapping) else ((None, record) for record in copies)
    for key, record in keyed:
        if not isinstance(record, Record):
            raise TypeError(f"copies: expected records, got {type(record).__name__}")
        yield key, record


def _start(end: datetime | None, window: "timedelta | relativedelta") -> datetime:
    if end is None:
        raise ValueError("window: needs now")
    try:
        start = end - window
    except (OverflowError, ValueError):  # before there was a calendar
        start = _NEVER
    if start >= end:
        raise ValueError("window: expected one that ends after it starts")
    return start


def _profile(said: Said, causes: tuple[tuple[Fact, Reason], ...], why: str | None, *, by_arrival: bool) -> Profile:
    trackable = why is None and said.may_have_arrived
    return Profile(
        facts=said.facts | {Fact.TRACKABLE} if trackable else said.facts,
        inferred=said.inferred,
        unheard=_UNHEARD[why],
        untracked=why,
        actors=said.actors,
        causes=causes,
        possible=said.possible,
        status=said.status,
        furthest=said.furthest,
        by_arrival=by_arrival,
    )


#: What is not heard of a copy, by why it is untracked.
_UNHEARD = {
    None:      frozenset[Fact](),
    "opens":   BY_THE_IMAGE,
    "account": frozenset(Fact) - BY_THE_HAND_OVER,
    "deliveries": frozenset(Fact) - BY_THE_HAND_OVER - BY_A_RETURN,
    "before":  frozenset(Fact) - BY_THE_HAND_OVER,
}  # fmt: skip


def _cause(record: Record, keys: tuple[SlotKey, ...]) -> Reason:
    """Choose one of the reasons of a fact, so that reasons add up: the latest that is known."""
    if len(keys) == 1:
        return keys[0].reason or Reason.UNKNOWN
    reasons = [(key.reason or Reason.UNKNOWN, record.slots[key].last or _NEVER) for key in keys]
    return max(reasons, key=lambda each: (each[0] is not Reason.UNKNOWN, each[1], each[0].ordinal))[0]


def _unheard(record: Record, tracking: Tracking | None) -> str | None:
    """
    Say why not everything would be heard of a copy.

    Whatever was heard of it must not count, or only those that were opened would be tracked.
    """
    if why := untracked(record, tracking):
        return "deliveries" if why == "account" and tracking is not None and tracking.returns else why
    if tracking is not None and not tracking.opens:
        return "opens"
    return "opens" if any(slot.evidence.channel in _WITHOUT_IMAGE for slot in record.slots.values()) else None


def _channel(record: Record) -> Channel:
    """Say how a copy travels, as its key does."""
    channels = {slot.evidence.channel for slot in record.slots.values()}
    return min(channels, key=lambda channel: channel.ordinal, default=Channel.EMAIL)


def _part(record: Record) -> tuple[int, int] | None:
    """Say which part of an SMS a copy is. Mail has none: its details stay unread."""
    evidence = (slot.evidence for slot in record.slots.values())
    return min((part for e in evidence if e.channel is not Channel.EMAIL and (part := e.part)), default=None)
