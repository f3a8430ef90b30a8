"""
What a file in ``providers/`` must offer, and what every provider does alike.

A provider gives its tables, says where the elements of a body stand (``elements``), and reads one of them (``read``).
Decoding, paths, raw, and law 9 (every element comes out as events, a notice, or unread; one that was read in part, as
events and unread) live here, once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import attrs

from deliverystatus._checks import moment
from deliverystatus._decoding import decode
from deliverystatus._enums import Channel, EventKind
from deliverystatus._events import Event
from deliverystatus._proof import AlignedPass, Scheme, Trusted
from deliverystatus._values import Source
from deliverystatus.exceptions import PayloadError


@attrs.frozen(kw_only=True)
class Notice:
    """
    An element that is about no recipient: an account suspended, a subscription to confirm, a ping.

    Attributes:
        name: The provider's word for it.
        detail: What it adds, in the provider's words; may be empty.
        url: A link that is part of it, such as one that confirms; never fetched by this library.
        path: Where it stood in the body.
    """

    name: str = attrs.field(repr=False)
    detail: str = attrs.field(default="", repr=False)
    url: str | None = attrs.field(default=None, repr=False)
    path: str = ""


@attrs.frozen(kw_only=True)
class Unread:
    """
    An element that could not be read.

    Attributes:
        path: Where the problem stands, in dots and indexes from the top of the body.
        problem: What was expected and what kind of thing came; holds nothing of the payload.
        raw: The element as it was decoded. Personal data.
    """

    path: str
    problem: str
    raw: Any = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Element:
    """
    One entry of a body, with what was made of it.

    Attributes:
        path: Where it stands, in dots and indexes from the top of the body.
        raw: The entry as it was decoded. Personal data.
        events: The events read from it; empty if it is a notice or unread.
        partly: Whether only a part of it was read, and the rest of it is unread.
    """

    path: str
    raw: Any = attrs.field(repr=False)
    events: tuple[Event, ...] = ()
    partly: bool = False


@attrs.frozen
class Partly:
    """
    What could be read of an element, and what could not: an entry in it that is broken costs the others nothing.

    Attributes:
        events: Those of the entries that could be read.
        problems: One for each that could not, with its path in the element.
    """

    events: tuple[Event, ...]
    problems: tuple[PayloadError, ...]

    @classmethod
    def of_each(
        cls, entries: Sequence[Any], path: str, read: "Callable[[Any], Outcome]"
    ) -> "tuple[Event, ...] | Partly":
        """
        Read the entries of an element one by one: all their events if each could be read, or what could be.

        Args:
            entries: The entries.
            path: Where their array stands in the element; empty if the element is that array.
            read: From an entry to what it says; raises PayloadError, with a path in the entry, if it cannot be read.

        Raises:
            PayloadError: If there is none.
        """
        if not entries:
            raise PayloadError("missing", path=path)
        events: list[Event] = []
        problems: list[PayloadError] = []
        for index, entry in enumerate(entries):
            with noting(problems, f"{path}.{index}" if path else f"{index}") as place:
                outcome = read(entry)
                events += _events_of(outcome)
                if isinstance(outcome, Partly):
                    problems += [problem.under(place) for problem in outcome.problems]
                elif isinstance(outcome, Notice):  # which is an element by itself
                    raise PayloadError("about no recipient")
        return cls(tuple(events), tuple(problems)) if problems else tuple(events)


def within(path: str, read: "Callable[..., Outcome]", *given: Any) -> "Outcome":
    """Read what stands at *path* in an element: the path of whatever in it cannot be read begins so."""
    try:
        outcome = read(*given)
    except PayloadError as error:
        raise error.under(path) from None
    if isinstance(outcome, Partly):
        return Partly(outcome.events, tuple(problem.under(path) for problem in outcome.problems))
    return outcome


@contextmanager
def noting(problems: list[PayloadError], path: str) -> Iterator[str]:
    """Note what cannot be read at *path* in an element, and go on: for a Partly."""
    try:
        yield path
    except PayloadError as error:
        problems.append(error.under(path))


#: What reading one element gives.
Outcome = Event | tuple[Event, ...] | Notice | Partly


class Body(NamedTuple):
    """
    A decoded body, taken apart.

    Attributes:
        items: Its elements.
        path: From an element's index to its path in the body.
    """

    items: Sequence[Any]
    path: Callable[[int], str] = str

    @classmethod
    def of_one(cls, payload: Any) -> "Body":
        """Give a body that is one element by itself."""
        return cls((payload,), _whole)


def _whole(index: int) -> str:  # noqa: ARG001 (there is one element, and it is the body)
    return ""


@attrs.frozen
class Parsed:
    """
    All that one webhook body said. Nothing of it is lost (law 9).

    Attributes:
        events: What happened to copies, in the order of the body.
        notices: What is about no recipient.
        unread: What could not be read, with path and problem.
    """

    events: tuple[Event, ...]
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()
    _read: "tuple[Body, Sequence[Outcome | None]]" = attrs.field(default=(Body(()), ()), eq=False, repr=False)

    def vouched(self, events_of: "Callable[[Any, tuple[Event, ...]], tuple[Event, ...]]") -> "Parsed":
        """Give the same with each element's events as *events_of* makes them, from the raw element and its events."""
        body, outcomes = self._read
        vouched = [
            _with(events_of(raw, events), outcome) if (events := _events_of(outcome)) else outcome
            for raw, outcome in zip(body.items, outcomes, strict=True)
        ]
        events = tuple(event for outcome in vouched for event in _events_of(outcome))
        return Parsed(events, self.notices, self.unread, (body, vouched))

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The entries of the body as they came, each with its events: raw lives here, not on events."""
        body, outcomes = self._read
        return tuple(
            Element(path=body.path(index), raw=raw, events=_events_of(outcome), partly=isinstance(outcome, Partly))
            for index, (raw, outcome) in enumerate(zip(body.items, outcomes, strict=True))
        )


def _events_of(outcome: Outcome | None) -> tuple[Event, ...]:
    if isinstance(outcome, tuple):
        return outcome
    if isinstance(outcome, Partly):
        return outcome.events
    return (outcome,) if isinstance(outcome, Event) else ()


def _with(events: tuple[Event, ...], outcome: Outcome | None) -> Outcome:
    return attrs.evolve(outcome, events=events) if isinstance(outcome, Partly) else events


#: From secrets, and what else the caller vouches for, to a function of an element and its events.
Authenticate = Callable[
    [tuple[str | bytes, ...], AlignedPass | None], Callable[[Any, tuple[Event, ...]], tuple[Event, ...]]
]


class Precision(StrEnum):
    """How finely a provider writes the times of its events."""

    NONE = "none"  #: it gives no time
    SECOND = "second"
    FRACTION = "fraction"  #: of a second


class EventId(StrEnum):
    """What a provider's own id of an event is good for. A hint in any case: events are told apart by what they say."""

    NONE = "none"  #: there is none
    SOME = "some"  #: some of its events have one
    SHARED = "shared"  #: the events of several recipients have the same one
    OWN = "own"  #: every event has its own


@attrs.frozen(kw_only=True)
class Habits:
    """
    How a provider reports, as far as it is documented: what the matrix of providers shows, beside the tables.

    Attributes:
        besides: The kinds it tells of beside those in its tables: what no word of its own stands for.
        machine: The kinds of which it says whether a machine did it.
        event_id: What its ids of events are good for.
        precision: How finely it writes times.
        retries: For how long it sends again what was not taken; ``None`` if that is not documented.
        ends_retries: The answer after which it does not send again, of those that mean refusal. Give it only to what was
            verified, can never be read, and is stored: a wrong secret must not destroy events.
        asks_again: What to answer to a request that is not proven, so that it is sent again once the secret is right.
        lists: The suppression lists it keeps, in its own words.
        confirms_delivery: Whether it can ever say that a message was delivered; if not, sent is as far as it goes.
        repeats_lost_delivery: Whether it sends a ``delivered`` again if our side missed it.
    """

    besides: frozenset[EventKind] = frozenset()
    machine: frozenset[EventKind] = frozenset()
    event_id: EventId = EventId.NONE
    precision: Precision = Precision.SECOND
    retries: timedelta | None = None
    ends_retries: int | None = None
    asks_again: int = 401
    lists: tuple[str, ...] = ()
    confirms_delivery: bool = True
    repeats_lost_delivery: bool = True


@lru_cache(maxsize=256)  # one for every webhook a service has; most bodies are of one event, and names take time
def _source(  # noqa: PLR0917
    provider: str,
    channel: Channel,
    account: str | None,
    reference: str | None,
    sent_via: str | None,
    authenticated: bool | None,  # noqa: FBT001
) -> Source:
    return Source(
        provider=provider,
        channel=channel,
        account=account,
        reference_key=reference,
        sent_via=sent_via,
        authenticated=authenticated,
    )


@attrs.frozen(kw_only=True)
class Provider:
    """
    One company, or protocol, that reports what happened to messages.

    Attributes:
        name: The name it is asked for by; the name of its file.
        title: The name people know it by.
        elements: From a decoded body to its elements; raises PayloadError if the body is not this provider's at all.
        read: From one element to what it says; raises PayloadError, with a path, if it cannot be read.
        tables: Every word of the provider's that is known, by the name of its field: word -> what it means here.
        decode: From a body as it came to what *elements* takes; raises PayloadError if it is neither.
        channels: How its messages travel; the first of them where a message does not say.
        scheme: How its requests show who sent them; ``None`` if they cannot.
        authenticate: From the caller's secrets and word to what says of an element's events who can have sent them;
            ``None`` if that is not for elements to say.
        habits: How it reports.
    """

    name: str
    title: str
    elements: Callable[[Any], Body]
    read: Callable[[Any, Source], Outcome]
    tables: Mapping[str, Mapping[str, Any]]
    decode: Callable[[Any, Mapping[str, str] | None], Any] = decode
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    scheme: Scheme | None = None
    authenticate: Authenticate | None = None
    habits: Habits = Habits()

    @property
    def kinds(self) -> frozenset[EventKind]:
        """What it can tell of: every kind of event that its words stand for, and those that others show."""
        return (frozenset(_kinds_in(self.tables)) | self.habits.besides) - {EventKind.UNKNOWN}

    def parse(
        self,
        payload: bytes | str | Mapping[str, Any] | Sequence[Any],
        *,
        headers: Mapping[str, str] | None = None,
        received_at: datetime | None = None,
        reference: str | None = None,
        account: str | None = None,
        sent_via: str | None = None,
    ) -> Parsed:
        """
        Read one webhook body.

        Args:
            payload: The body as it came, or decoded: JSON, or a form as a mapping to strings or lists of strings. Of one that
                ``verify`` gave, the events are authenticated.
            headers: Those of the request; only Content-Type is looked at, and only if the body leaves a doubt.
            received_at: When it arrived (aware), to be kept with each event.
            reference: The metadata key under which the sender gave its own reference.
            account: The caller's name for the account the webhook belongs to.
            sent_via: The provider that sent the mail, where the body is a bounce mail about it.

        Raises:
            PayloadError: If the body is not this provider's at all. A broken element is no such case: it is in
                ``Parsed.unread``.
            ValueError: If *received_at* has no zone, or lies outside the calendar in UTC; or if the payload was verified as
                another provider's.
        """
        authenticated = None
        if type(payload) is Trusted:
            if payload.provider != self.name:
                raise ValueError(f"verified as of {payload.provider}, and to be read as of {self.name}")
            authenticated, payload = True, bytes(payload)
        source = _source(self.name, self.channels[0], account, reference, sent_via, authenticated)
        if received_at is not None:
            source = attrs.evolve(source, received_at=moment("received_at", received_at))
        return self._read_all(self.elements(self.decode(payload, headers)), source)

    def _read_all(self, body: Body, source: Source) -> Parsed:
        events: list[Event] = []
        notices: list[Notice] = []
        unread: list[Unread] = []
        outcomes: list[Outcome | None] = []
        read = self.read
        for index, item in enumerate(body.items):
            try:
                outcome = read(item, source)
            except PayloadError as error:
                unread.append(_unread(body.path(index), error, item))
                outcomes.append(None)
                continue
            if type(outcome) is Event:
                events.append(outcome)
            elif isinstance(outcome, tuple):
                events.extend(outcome)
            elif isinstance(outcome, Partly):
                events.extend(outcome.events)
                unread.extend(_unread(body.path(index), problem, item) for problem in outcome.problems)
            else:
                notices.append(attrs.evolve(outcome, path=body.path(index)))  # type: ignore[arg-type]  # nothing else is left
            outcomes.append(outcome)
        return Parsed(tuple(events), tuple(notices), tuple(unread), (body, outcomes))


def _unread(path: str, error: PayloadError, raw: Any) -> Unread:
    return Unread(path=error.under(path).path, problem=error.problem, raw=raw)


def _kinds_in(value: object) -> Iterator[EventKind]:
    if isinstance(value, EventKind):
        yield value
    elif isinstance(value, Mapping | tuple):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _kinds_in(each)
