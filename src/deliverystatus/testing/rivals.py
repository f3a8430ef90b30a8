"""
How others find the status of a message, for comparison: each published rule as a fold over a *sequence* of events.

None of these is a policy of this library. A policy reads a set of facts, so it cannot depend on the order in which they
came; most of these rules can, and do. **Each is an approximation, from sources and pull-request texts, of what a product
did at one time**; none was measured on the running product, and products change.

Every rule is total over our kinds, by one reading that they share (``READ_AS``): the originals know eight or nine words,
and a kind that none of them has a word for is passed over. Who opened is not looked at: none of the rules does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import permutations
from typing import ClassVar

import attrs

from deliverystatus._enums import EventKind, Status
from deliverystatus._events import Event
from deliverystatus.testing import event

#: What each of our kinds is to the rules. Total over EventKind; ``None``: passed over.
READ_AS: Mapping[EventKind, Status | None] = {
    EventKind.PENDING:             None,  # the rules begin when the provider has the message
    EventKind.SENDING:             None,
    EventKind.WITHHELD:            None,
    EventKind.REJECTED:            Status.BOUNCED,       # "failed" to all of them
    EventKind.OUTCOME_UNKNOWN:     None,
    EventKind.ACCEPTED:            Status.ACCEPTED,      # their "processed", "sent", "wired" or "created"
    EventKind.SENT:                Status.ACCEPTED,
    EventKind.DEFERRED:            Status.DEFERRED,
    EventKind.DELIVERED:           Status.DELIVERED,
    EventKind.DROPPED:             Status.BOUNCED,
    EventKind.UNDETERMINED_BOUNCE: Status.SOFT_BOUNCED,  # SES calls it transient, and so they do
    EventKind.SOFT_BOUNCED:        Status.SOFT_BOUNCED,
    EventKind.BOUNCED:             Status.BOUNCED,
    EventKind.OPENED:              Status.OPENED,
    EventKind.CLICKED:             Status.CLICKED,
    EventKind.UNSUBSCRIBED:        None,
    EventKind.ACKNOWLEDGED:        None,
    EventKind.RESPONDED:           None,
    EventKind.COMPLAINED:          Status.COMPLAINED,
    EventKind.RESUBSCRIBED:        None,
    EventKind.OPTED_IN:            None,
    EventKind.MARKED_NOT_SPAM:     None,
    EventKind.RELEASED:            None,
    EventKind.AUTO_REPLIED:        None,
    EventKind.ADDRESS_CHANGED:     None,
    EventKind.SUPPRESSION_CHANGED: None,
    EventKind.ACTIVE:              None,
    EventKind.UNKNOWN:             None,
}  # fmt: skip


@attrs.frozen
class Shown:
    """
    What a rule ends with.

    Attributes:
        status: The one word it shows, in our words.
        beside: What it keeps apart from that word.
        refused: Whether an event was answered with an error on the way, and so was lost.
    """

    status: Status = Status.UNKNOWN
    beside: frozenset[Status] = frozenset()
    refused: bool = False


#: When an event without a time happened, to the rules that believe clocks: before all others.
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class _Known:
    """What a rule keeps between two events."""

    shown: Shown = Shown()
    at: datetime = _LONG_AGO


#: From what is kept, what an event is read as, and when it happened, to what is kept then.
_Step = Callable[[_Known, Status, datetime], _Known]


@attrs.frozen(kw_only=True)
class Rival:
    """
    A published rule.

    Attributes:
        name: What we call it.
        source: Where it was published.
        rule: The rule, in one line.
        note: To be shown wherever the rule is shown.
    """

    name: str
    source: str
    rule: str
    _step: _Step = attrs.field(repr=False, eq=False)

    note: ClassVar[str] = "an approximation from sources and pull-request texts"

    def shown(self, events: Iterable[Event]) -> Shown:
        """Say what the rule ends with when *events* arrive one by one, as given."""
        known = _Known()
        for each in events:
            read = READ_AS[each.kind]
            if read is not None:
                known = self._step(known, read, each.occurred_at or _LONG_AGO)
        return known.shown

    def ends(self, events: Sequence[Event]) -> frozenset[Shown]:
        """Give all that the rule can end with, over every order of arrival of *events*."""
        return frozenset(self.shown(order) for order in permutations(events))


def _last_arrival(_: _Known, read: Status, at: datetime) -> _Known:
    return _Known(Shown(read), at)


def _newest_or_equal(known: _Known, read: Status, at: datetime) -> _Known:
    return _Known(Shown(read), at) if at >= known.at else known


def _newest(known: _Known, read: Status, at: datetime) -> _Known:
    first = known.shown.status is Status.UNKNOWN
    return _Known(Shown(read), at) if first or at > known.at else known


_NOT_FINAL = frozenset({Status.UNKNOWN, Status.ACCEPTED, Status.DEFERRED, Status.SOFT_BOUNCED})


def _first_final(known: _Known, read: Status, at: datetime) -> _Known:
    return _Known(Shown(read), at) if known.shown.status in _NOT_FINAL else known


#: State: input -> next state. A deferral is a transient bounce to it; engagement is no input; all else raises.
_AUTOMAT: Mapping[Status, Mapping[Status, Status]] = {
    Status.UNKNOWN: {  # the row is made, as accepted, when the message is handed over
        Status.DELIVERED:    Status.DELIVERED,
        Status.BOUNCED:      Status.BOUNCED,
        Status.SOFT_BOUNCED: Status.SOFT_BOUNCED,
    },
    Status.SOFT_BOUNCED: {
        Status.DELIVERED:    Status.DELIVERED,
    },
    Status.DELIVERED: {
        Status.SOFT_BOUNCED: Status.DELIVERED,
        Status.DELIVERED:    Status.DELIVERED,
        Status.BOUNCED:      Status.BOUNCED,
        Status.COMPLAINED:   Status.COMPLAINED,
    },
    Status.BOUNCED: {
        Status.DELIVERED:    Status.BOUNCED,
    },
    Status.COMPLAINED: {},
}  # fmt: skip


def _automat(known: _Known, read: Status, at: datetime) -> _Known:
    if read in (Status.ACCEPTED, Status.OPENED, Status.CLICKED):
        return known
    read = Status.SOFT_BOUNCED if read is Status.DEFERRED else read
    status = _AUTOMAT[known.shown.status].get(read)
    if status is None:
        return attrs.evolve(known, shown=attrs.evolve(known.shown, refused=True))
    return _Known(attrs.evolve(known.shown, status=status), at)


_FORWARD = {
    Status.UNKNOWN:      -1,
    Status.ACCEPTED:     0,
    Status.DEFERRED:     0,
    Status.SOFT_BOUNCED: 0,
    Status.DELIVERED:    1,
    Status.OPENED:       2,
    Status.CLICKED:      2,
    Status.COMPLAINED:   2,
    Status.BOUNCED:      3,
}  # fmt: skip


def _forward_unless_failed(known: _Known, read: Status, at: datetime) -> _Known:
    stored = known.shown.status
    moves = Status.BOUNCED in (read, stored) or _FORWARD[read] >= _FORWARD[stored]
    return _Known(Shown(read), at) if moves else known


_COURIER = {
    Status.ACCEPTED:     Status.ACCEPTED,  # "wired"
    Status.DEFERRED:     Status.DEFERRED,  # "errored"
    Status.SOFT_BOUNCED: Status.DEFERRED,
    Status.DELIVERED:    Status.DELIVERED,
    Status.OPENED:       Status.OPENED,    # "read"
    Status.CLICKED:      Status.OPENED,
    Status.COMPLAINED:   Status.OPENED,
    Status.BOUNCED:      Status.BOUNCED,   # "failed"
}  # fmt: skip
_COURIER_ENDS = frozenset({Status.OPENED, Status.BOUNCED})


def _read_or_failed(known: _Known, read: Status, at: datetime) -> _Known:
    stored, read = known.shown.status, _COURIER[read]
    if stored in _COURIER_ENDS or (stored is Status.DELIVERED and read not in _COURIER_ENDS):
        return known
    return _Known(Shown(read), at)


def _failure_absorbs(known: _Known, read: Status, at: datetime) -> _Known:
    shown = known.shown
    if read is Status.OPENED:
        return _Known(attrs.evolve(shown, beside=frozenset({read})), at)
    if read is Status.BOUNCED or (read is Status.DELIVERED and shown.status is not Status.BOUNCED):
        return _Known(attrs.evolve(shown, status=read), at)
    return known


def _highest_of(order: Sequence[Status], beside: frozenset[Status] = frozenset()) -> _Step:
    """Make the rule that shows the last in *order* of what was reported, and keeps what is in *beside* apart."""

    def step(known: _Known, read: Status, at: datetime) -> _Known:
        status, kept = known.shown.status, known.shown.beside
        if read in beside:
            kept |= {read}
        if read in order:
            status = max(read, status, key=[Status.UNKNOWN, *order].index)
        return _Known(Shown(status, kept), at)

    return step


_SEVERITY = (
    Status.ACCEPTED, Status.SOFT_BOUNCED, Status.DEFERRED, Status.DELIVERED, Status.OPENED, Status.CLICKED,
    Status.BOUNCED, Status.COMPLAINED,
)  # fmt: skip
_KNOCK = (Status.BOUNCED, Status.DEFERRED, Status.SOFT_BOUNCED, Status.ACCEPTED, Status.DELIVERED)
_COLUMNS = (
    Status.DELIVERED, Status.OPENED, Status.CLICKED, Status.COMPLAINED, Status.SOFT_BOUNCED, Status.BOUNCED,
)  # fmt: skip

RIVALS = (
    Rival(
        name="last arrival",
        source="https://github.com/cds-snc/notification-api/pull/1295",
        rule="Whatever arrived last.",
        step=_last_arrival,
    ),
    Rival(
        name="newest or equal",
        source="laravel-postmaster; Oracle UMS StatusListener",
        rule="Whatever happened last by the provider's clock; of two at one time, what arrived last.",
        step=_newest_or_equal,
    ),
    Rival(
        name="newest",
        source="Mailglass",
        rule="Whatever happened last by the provider's clock; of two at one time, what arrived first.",
        step=_newest,
    ),
    Rival(
        name="first final",
        source="https://github.com/alphagov/notifications-api/pull/321",
        rule="The first that is neither on the way nor a passing failure stays.",
        step=_first_final,
    ),
    Rival(
        name="PyPI Automat",
        source="https://github.com/pypi/warehouse/pull/3627",
        rule="A state machine: nine of twenty pairs of state and input have a transition, the others raise.",
        step=_automat,
    ),
    Rival(
        name="Chatwoot PR#14149",
        source="https://github.com/chatwoot/chatwoot/pull/14149",
        rule="Forward only, but failed may always be entered, and always be left.",
        step=_forward_unless_failed,
    ),
    Rival(
        name="courier PR#1189",
        source="https://github.com/nyaruka/courier/pull/1189",
        rule="Forward only; read and failed are both ends.",
        step=_read_or_failed,
    ),
    Rival(
        name="Ghost PR#15901",
        source="https://github.com/TryGhost/Ghost/pull/15901",
        rule="A failure erases a delivery and bars a later one; an opening is a flag beside it.",
        step=_failure_absorbs,
    ),
    Rival(
        name="severity max",
        source="https://github.com/twentyhq/twenty/pull/24473",
        rule="The highest of one order: accepted, soft, deferred, delivered, opened, clicked, bounced, complained.",
        step=_highest_of(_SEVERITY),
    ),
    Rival(
        name="Knock",
        source="https://docs.knock.app/send-notifications/message-statuses",
        rule="The highest of: bounced, deferred, soft, accepted, delivered; engagement is kept apart.",
        step=_highest_of(_KNOCK, beside=frozenset({Status.OPENED, Status.CLICKED})),
    ),
    Rival(
        name="column order",
        source="https://github.com/backstagephp/laravel-mails",
        rule="The first column that has a time: bounced, soft, complained, clicked, opened, delivered.",
        step=_highest_of(_COLUMNS, beside=frozenset(_COLUMNS)),
    ),
)

#: Four short lives of a copy on which the rules come apart, each in the order in which it happened.
STORIES: Mapping[str, tuple[Event, ...]] = {
    # deferred, delivered, opened, and returned after all
    "A": (
        event(EventKind.ACCEPTED, at=0),
        event(EventKind.DEFERRED, at=10),
        event(EventKind.DELIVERED, at=20),
        event(EventKind.OPENED, at=20),
        event(EventKind.BOUNCED, at=300),
    ),
    # called spam, then followed a link
    "B": (
        event(EventKind.ACCEPTED, at=0),
        event(EventKind.DELIVERED, at=10),
        event(EventKind.OPENED, at=20),
        event(EventKind.COMPLAINED, at=30),
        event(EventKind.CLICKED, at=40),
    ),
    # a passing failure, delivered, an out-of-office note that was reported as a soft bounce, and opened
    "C": (
        event(EventKind.ACCEPTED, at=0),
        event(EventKind.UNDETERMINED_BOUNCE, at=10),
        event(EventKind.DELIVERED, at=20),
        event(EventKind.UNDETERMINED_BOUNCE, at=30),
        event(EventKind.OPENED, at=40),
    ),
    # delivered and opened in the same second
    "D": (
        event(EventKind.ACCEPTED, at=0),
        event(EventKind.DELIVERED, at=20),
        event(EventKind.OPENED, at=20),
    ),
}
