"""
What an event proves, and which proof makes the headline: tables, and nothing that runs over a record.

A **rank** policy is an order of statuses; the highest that is proved is shown, so the headline never falls when more
becomes known (law 5). A **time** policy believes clocks: it shows the first or the last of some statuses. It does not
depend on the order of arrival either, but it may fall. What does depend on it is no policy at all, see
``deliverystatus.testing.rivals``.
"""

from collections.abc import Mapping
from functools import cached_property

import attrs

from deliverystatus._enums import Actor, Axis, EventKind, Status
from deliverystatus.exceptions import UnknownName

#: What an event of a kind proves by itself. ``None``: nothing about where the copy stands. Total over EventKind.
PROVES: Mapping[EventKind, Status | None] = {
    EventKind.PENDING:             Status.PENDING,
    EventKind.SENDING:             Status.SENDING,
    EventKind.WITHHELD:            Status.WITHHELD,
    EventKind.REJECTED:            Status.REJECTED,
    EventKind.OUTCOME_UNKNOWN:     Status.OUTCOME_UNKNOWN,
    EventKind.ACCEPTED:            Status.ACCEPTED,
    EventKind.SENT:                Status.SENT,
    EventKind.DEFERRED:            Status.DEFERRED,
    EventKind.DELIVERED:           Status.DELIVERED,
    EventKind.DROPPED:             Status.DROPPED,
    EventKind.UNDETERMINED_BOUNCE: Status.UNDETERMINED_BOUNCE,
    EventKind.SOFT_BOUNCED:        Status.SOFT_BOUNCED,
    EventKind.BOUNCED:             Status.BOUNCED,
    EventKind.OPENED:              Status.OPENED,
    EventKind.CLICKED:             Status.CLICKED,
    EventKind.UNSUBSCRIBED:        Status.UNSUBSCRIBED,
    EventKind.ACKNOWLEDGED:        Status.ACKNOWLEDGED,
    EventKind.RESPONDED:           Status.RESPONDED,
    EventKind.COMPLAINED:          Status.COMPLAINED,
    EventKind.RESUBSCRIBED:        None,
    EventKind.OPTED_IN:            None,
    EventKind.MARKED_NOT_SPAM:     None,
    EventKind.RELEASED:            None,
    EventKind.AUTO_REPLIED:        None,  # "delivered" is likely, but a gateway may answer for a mailbox that is none
    EventKind.ADDRESS_CHANGED:     None,
    EventKind.SUPPRESSION_CHANGED: None,
    EventKind.ACTIVE:              None,
    EventKind.UNKNOWN:             None,
}  # fmt: skip

#: What the same kinds prove when a machine did it: an inference, labelled so, never the thing itself.
PROVES_BY_MACHINE = {
    EventKind.OPENED:       Status.DELIVERED,  # a proxy prefetches what was delivered (Apple, Gmail)
    EventKind.CLICKED:      Status.SENT,       # gateways follow links before they accept
    EventKind.UNSUBSCRIBED: Status.SENT,       # by following the link
    EventKind.ACKNOWLEDGED: Status.SENT,
    EventKind.RESPONDED:    Status.SENT,
}  # fmt: skip

#: The axis a status belongs to. Total over Status; "unknown" is on none.
AXES: Mapping[Status, Axis | None] = {
    Status.UNKNOWN:             None,
    Status.PENDING:             Axis.OWN_SIDE,
    Status.SENDING:             Axis.OWN_SIDE,
    Status.WITHHELD:            Axis.OWN_SIDE,
    Status.REJECTED:            Axis.OWN_SIDE,
    Status.OUTCOME_UNKNOWN:     Axis.OWN_SIDE,
    Status.ACCEPTED:            Axis.TRANSPORT,
    Status.SENT:                Axis.TRANSPORT,
    Status.DEFERRED:            Axis.TRANSPORT,
    Status.DROPPED:             Axis.TRANSPORT,
    Status.UNDETERMINED_BOUNCE: Axis.TRANSPORT,
    Status.DELIVERED:           Axis.TRANSPORT,
    Status.SOFT_BOUNCED:        Axis.TRANSPORT,
    Status.BOUNCED:             Axis.TRANSPORT,
    Status.OPENED:              Axis.ENGAGEMENT,
    Status.CLICKED:             Axis.ENGAGEMENT,
    Status.UNSUBSCRIBED:        Axis.FEEDBACK,
    Status.ACKNOWLEDGED:        Axis.FEEDBACK,
    Status.RESPONDED:           Axis.FEEDBACK,
    Status.COMPLAINED:          Axis.FEEDBACK,
}  # fmt: skip

#: What a proved status lets one infer on other axes.
INFERS: Mapping[Status, tuple[Status, ...]] = {
    Status.OPENED:       (Status.DELIVERED,),
    Status.CLICKED:      (Status.OPENED, Status.DELIVERED),
    Status.UNSUBSCRIBED: (Status.DELIVERED,),  # by a link or a header of it, which needs no opening
    Status.ACKNOWLEDGED: (Status.OPENED, Status.DELIVERED),
    Status.RESPONDED:    (Status.OPENED, Status.DELIVERED),
    Status.COMPLAINED:   (Status.DELIVERED,),  # from the list of messages, which needs no opening
}  # fmt: skip

#: Statuses after which nothing more is expected, though more may still come.
FINAL = frozenset({
    Status.WITHHELD, Status.REJECTED, Status.DROPPED, Status.DELIVERED, Status.OPENED, Status.CLICKED,
    Status.UNSUBSCRIBED, Status.ACKNOWLEDGED, Status.RESPONDED, Status.SOFT_BOUNCED, Status.BOUNCED,
    Status.COMPLAINED,
})  # fmt: skip


@attrs.frozen
class Level:
    """
    One step of a rank policy.

    Attributes:
        status: The status that is shown.
        actor: Whose doing it must be; ``None``: anybody's.
        why: Why it overrules the level below.
    """

    status: Status
    actor: Actor | None = None
    why: str = attrs.field(default="", eq=False)


@attrs.frozen
class RankPolicy:
    """
    Shows the highest status that is proved.

    Attributes:
        name: What it is asked for by.
        meaning: What it is for, in one line.
        levels: The order, lowest first; every status once without an actor, and again with one where that matters.

    Raises:
        ValueError: If a status has no level without an actor, or more than one: the policy would not be total (law 1).
    """

    name: str
    meaning: str
    levels: tuple[Level, ...] = attrs.field()

    @levels.validator
    def _is_total(self, _: object, levels: tuple[Level, ...]) -> None:
        if sorted(level.status for level in levels if level.actor is None) != sorted(Status):
            raise ValueError("levels: expected every status once without an actor")

    @cached_property
    def _ranks(self) -> Mapping[tuple[Status, Actor], int]:
        ranks: dict[tuple[Status, Actor], int] = {}
        for actor_given in (False, True):  # a level that names an actor overrules the one that does not
            for rank, level in enumerate(self.levels):
                if (level.actor is not None) is actor_given:
                    for actor in (level.actor,) if level.actor else Actor:
                        ranks[level.status, actor] = rank
        return ranks

    def rank(self, status: Status, actor: Actor) -> int:
        """Give the height of a status that *actor* brought about."""
        return self._ranks[status, actor]


@attrs.frozen
class TimePolicy:
    """
    Shows the first, or the last, of the statuses it looks at, by the events' own times.

    Events without a time come after all others; ties go to the default rank. If none of its statuses is proved, the
    default policy decides.

    Attributes:
        name: What it is asked for by.
        meaning: What it is for, in one line.
        latest: Whether the last is shown; else the first.
        among: The statuses it looks at.
    """

    name: str
    meaning: str
    latest: bool
    among: frozenset[Status]


Policy = RankPolicy | TimePolicy

DEFAULT = RankPolicy(
    "default",
    "Further along beats earlier; a server's word beats what a link suggests; a complaint beats all.",
    (
        Level(Status.UNKNOWN,             why="Nothing is known."),
        Level(Status.PENDING,             why="Something is."),
        Level(Status.SENDING,             why="The hand-over began."),
        Level(Status.WITHHELD,            why="A decision not to send ends the waiting."),
        Level(Status.REJECTED,            why="It was tried after all, and refused."),
        Level(Status.OUTCOME_UNKNOWN,     why="A later try may have passed: that it may have been sent is the safe word."),
        Level(Status.ACCEPTED,            why="The provider's word ends the doubt."),
        Level(Status.SENT,                why="Further along."),
        Level(Status.DEFERRED,            why="The receiving server answered, with: later."),
        Level(Status.DROPPED,             why="Nobody tries any more."),
        Level(Status.UNDETERMINED_BOUNCE, why="It was tried, and something came back."),
        Level(Status.DELIVERED,           why="A server's word; what came back may have been an auto-reply."),
        Level(Status.OPENED,              why="Further along."),
        Level(Status.CLICKED,             why="Further along."),
        Level(Status.UNSUBSCRIBED,        why="An answer, of sorts."),
        Level(Status.ACKNOWLEDGED,        why="An answer."),
        Level(Status.RESPONDED,           why="An answer with content."),
        Level(Status.SOFT_BOUNCED,        why="A bounce may follow an acceptance (RFC 5321 section 6.1); scanners click too."),
        Level(Status.BOUNCED,             why="The graver of two returns."),
        Level(Status.ACKNOWLEDGED, Actor.HUMAN, why="A person answered: the bounce came from a forward target."),
        Level(Status.RESPONDED, Actor.HUMAN, why="An answer with content."),
        Level(Status.COMPLAINED,          why="Mailbox providers hold the sender to it, whatever else happened."),
    ),
)  # fmt: skip

BEST_REACHED = RankPolicy(
    "best_reached",
    "The best that was ever reported: a delivery or an opening beats a later return.",
    (
        *(Level(s) for s in Status if AXES[s] in (None, Axis.OWN_SIDE)),
        Level(Status.ACCEPTED),
        Level(Status.SENT),
        Level(Status.DEFERRED),
        Level(Status.DROPPED),
        Level(Status.UNDETERMINED_BOUNCE),
        Level(Status.SOFT_BOUNCED),
        Level(Status.BOUNCED),
        Level(Status.DELIVERED),
        Level(Status.OPENED),
        Level(Status.CLICKED),
        Level(Status.UNSUBSCRIBED),
        Level(Status.ACKNOWLEDGED),
        Level(Status.RESPONDED),
        Level(Status.COMPLAINED),
    ),
)

SEVERITY = RankPolicy(
    "severity",
    "The worst that was ever reported: any return beats any opening or answer.",
    (
        *(Level(s) for s in Status if AXES[s] in (None, Axis.OWN_SIDE)),
        Level(Status.ACCEPTED),
        Level(Status.SENT),
        Level(Status.DEFERRED),
        Level(Status.DELIVERED),
        Level(Status.OPENED),
        Level(Status.CLICKED),
        Level(Status.ACKNOWLEDGED),
        Level(Status.RESPONDED),
        Level(Status.UNSUBSCRIBED),
        Level(Status.DROPPED),
        Level(Status.UNDETERMINED_BOUNCE),
        Level(Status.SOFT_BOUNCED),
        Level(Status.BOUNCED),
        Level(Status.COMPLAINED),
    ),
)

FIRST_FINAL = TimePolicy(
    "first_final",
    "The first final status stays; engagement and answers do not count.",
    latest=False,
    among=frozenset(s for s in FINAL if AXES[s] is not Axis.ENGAGEMENT and AXES[s] is not Axis.FEEDBACK)
    | {Status.COMPLAINED},
)

LATEST_REPORTED = TimePolicy(
    "latest_reported",
    "Whatever happened last, by the providers' clocks.",
    latest=True,
    among=frozenset(Status) - {Status.UNKNOWN},
)

POLICIES: Mapping[str, Policy] = {
    policy.name: policy for policy in (DEFAULT, BEST_REACHED, SEVERITY, FIRST_FINAL, LATEST_REPORTED)
}


def policy_of(policy: str | Policy) -> Policy:
    """
    Give the policy of that name, or the policy itself.

    Raises:
        UnknownName: If there is none.
    """
    if not isinstance(policy, str):
        return policy
    UnknownName.refuse("policy", policy, POLICIES)
    return POLICIES[policy]
