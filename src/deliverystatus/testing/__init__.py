"""
For your own tests: an event in one line, every event that matters once, and Hypothesis strategies.

``event``, ``history``, ``failure``, ``universe``, ``nothing_lost`` and ``deliverystatus.testing.rivals`` need nothing but
this library; ``events``, ``histories`` and ``deliveries`` give strategies, and need Hypothesis.
"""

from collections import Counter
from collections.abc import Container, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING, Any

from deliverystatus._contract import Parsed
from deliverystatus._enums import Actor, Attribution, EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._policies import PROVES, PROVES_BY_MACHINE
from deliverystatus._values import Failure

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "FAILING",
    "START",
    "deliveries",
    "event",
    "events",
    "failure",
    "histories",
    "history",
    "nothing_lost",
    "universe",
]

#: The moment from which ``event`` counts.
START = datetime(2024, 1, 1, tzinfo=UTC)

#: The kinds that say why.
FAILING = (
    EventKind.WITHHELD,
    EventKind.REJECTED,
    EventKind.DEFERRED,
    EventKind.DROPPED,
    EventKind.UNDETERMINED_BOUNCE,
    EventKind.SOFT_BOUNCED,
    EventKind.BOUNCED,
)

#: The ids a kind carries in a usual life: our own side knows its reference, a webhook the provider's id, and the answer
#: to the send call both.
_REFERENCE = {"reference": "order-1"}
_MESSAGE_ID = {"provider": "example", "message_id": "m-1"}
_IDS = {
    EventKind.PENDING: _REFERENCE,
    EventKind.SENDING: _REFERENCE,
    EventKind.WITHHELD: _REFERENCE,
    EventKind.REJECTED: _REFERENCE,
    EventKind.OUTCOME_UNKNOWN: _REFERENCE,
    EventKind.ACCEPTED: _REFERENCE | _MESSAGE_ID,
}


def event(kind: EventKind | str, *, at: float | datetime | None = 0, **fields: Any) -> Event:
    """
    Make an event. All that this makes are of one copy, unless *fields* say otherwise.

    Args:
        kind: What happened.
        at: When: seconds after ``START``, or a time with its zone; ``None`` for an event without a time.
        fields: Any other argument of ``Event``.
    """
    when = START + timedelta(seconds=at) if isinstance(at, int | float) else at
    kind = EventKind(kind)
    return Event(kind, **{"recipient": "ada@example.com", "occurred_at": when} | _IDS.get(kind, _MESSAGE_ID) | fields)


def history(*kinds: EventKind | str) -> tuple[Event, ...]:
    """Make one event of each kind, each a minute after the one before, all of one copy."""
    return tuple(event(kind, at=60 * minute) for minute, kind in enumerate(kinds))


def failure(reason: Reason | str, **fields: Any) -> Failure:
    """Make a failure that is diagnosed as *reason*; *fields* are any other argument of ``Failure``."""
    return Failure(claimed=Reason(reason), **fields)


def nothing_lost(parsed: Parsed) -> bool:
    """
    Say whether every element of a body is there once, as events, a notice, or unread, and all events are theirs.

    One that was read in part has its events, if there are any, and each of what is unread in it, once.
    """
    places = {element.path for element in parsed.elements}
    parts = {element.path for element in parsed.elements if element.partly}
    unread = [_element_at(each.path, places) for each in parsed.unread]
    told = [element.path for element in parsed.elements if element.events and not element.partly]
    told += [notice.path for notice in parsed.notices]
    told += [place for place in unread if place not in parts]
    told += parts.intersection(unread)
    events = tuple(event for element in parsed.elements for event in element.events)
    return (
        parsed.events == events
        and Counter(told) == Counter(element.path for element in parsed.elements)
        and len(parsed.unread) == len({each.path for each in parsed.unread})
    )


def _element_at(path: str, places: Container[str]) -> str:
    """Give the place of the element that *path* leads into."""
    while path and path not in places:
        path = path.rpartition(".")[0]
    return path


def universe() -> tuple[Event, ...]:
    """
    Give events of one copy: each thing once that a record or a policy tells apart.

    Every kind; every actor where the actor changes what is proved; for kinds that fail a bad address, a cause that
    passes, and nothing said; every status that is proved at two times, and some without a time; some that are not
    surely about this recipient, and one that anyone could have sent. For laws that are shown by trying everything.
    """
    return tuple(chain(_each_kind(), _each_actor(), _each_cause(), _each_doubt()))


def _each_kind() -> Iterator[Event]:
    for kind in EventKind:
        yield event(kind, at=1)
        if PROVES[kind] is not None and kind not in (*FAILING, *PROVES_BY_MACHINE):  # those come again, below
            yield event(kind, at=2)


def _each_actor() -> Iterator[Event]:
    for kind in PROVES_BY_MACHINE:
        yield event(kind, at=1, actor=Actor.MACHINE)
        yield event(kind, at=2, actor=Actor.HUMAN)


def _each_cause() -> Iterator[Event]:
    for kind in FAILING:
        yield event(kind, at=1, failure=failure(Reason.UNKNOWN_RECIPIENT))
        yield event(kind, at=2, failure=failure(Reason.MAILBOX_FULL))
    yield event(EventKind.BOUNCED, at=2, failure=Failure())
    # refused after the content was sent: the words are those of a bad address, the address need not be bad
    yield event(EventKind.BOUNCED, at=2, failure=Failure(diagnostic="550 5.1.1 user unknown", smtp_command="DATA"))


def _each_doubt() -> Iterator[Event]:
    for kind in (EventKind.DELIVERED, EventKind.BOUNCED, EventKind.OPENED, EventKind.COMPLAINED):
        yield event(kind, at=None, received_at=START + timedelta(seconds=3))
    yield event(EventKind.OPENED, at=2, attribution=Attribution.MESSAGE)
    yield event(EventKind.COMPLAINED, at=1, attribution=Attribution.CANDIDATE)
    yield event(EventKind.COMPLAINED, at=2, authenticated=False)


def events(**fixed: Any) -> "SearchStrategy[Event]":
    """
    Give a strategy for events with any fields.

    Args:
        fixed: Arguments of ``Event`` that are not drawn: values, or strategies for them.

    Raises:
        ImportError: If Hypothesis is not installed.
    """
    strategy: SearchStrategy[Event] = _with_hypothesis().events(**fixed)
    return strategy


def histories(*, most: int = 8) -> "SearchStrategy[list[Event]]":
    """
    Give a strategy for lists of up to *most* events of one copy, in any order, with repetitions.

    Raises:
        ImportError: If Hypothesis is not installed.
    """
    strategy: SearchStrategy[list[Event]] = _with_hypothesis().histories(most=most)
    return strategy


def deliveries(*, most: int = 12) -> "SearchStrategy[list[Event]]":
    """
    Give a strategy for lists of up to *most* events of several copies, whose ids overlap, are missing or are spelled
    in several ways.

    Raises:
        ImportError: If Hypothesis is not installed.
    """
    strategy: SearchStrategy[list[Event]] = _with_hypothesis().deliveries(most=most)
    return strategy


def _with_hypothesis() -> ModuleType:
    try:
        from deliverystatus.testing import _strategies as strategies  # noqa: PLC0415 (the rest works without)
    except ModuleNotFoundError as error:
        raise ImportError("these strategies need Hypothesis: pip install hypothesis") from error
    return strategies
