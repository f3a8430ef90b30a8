"""
What is counted: facts, each a row of a table, and what the slots of a record say of them.

A copy counts in every fact that is known of it. One that was delivered, opened, and came back late counts in all three; a
headline would show one of them and hide two.
"""

from collections.abc import Iterable, Mapping
from enum import unique

import attrs

from deliverystatus._engine import SlotKey, proves
from deliverystatus._enums import Actor, Axis, EventKind, Reason, Status, Word
from deliverystatus._policies import AXES, BEST_REACHED, DEFAULT, INFERS


@unique
class Fact(Word):
    """What copies are counted by. A copy counts in each that is known of it."""

    COPIES = "copies", "Every copy that was counted."
    PENDING = "pending", "Created on our side, whatever came after."
    SENDING = "sending", "Its hand-over began."
    WITHHELD = "withheld", "We decided not to send it."
    REJECTED = "rejected", "The hand-over was refused."
    OUTCOME_UNKNOWN = "outcome_unknown", "The connection broke before the answer."
    ACCEPTED = "accepted", "The provider said that it has it."
    SENT = "sent", "It left our side: a provider or server has taken it, or something that came after shows it."
    DEFERRED = "deferred", "Refused for now, at least once."
    DROPPED = "dropped", "The provider did not try, or refused it after accepting it."
    DELIVERED = "delivered", "The recipient's server, or device, took it."
    UNDETERMINED_BOUNCE = "undetermined_bounce", "Reported as returned, without any server's word."
    SOFT_BOUNCED = "soft_bounced", "Returned for good; the cause may pass or is not the address's."
    BOUNCED = "bounced", "Returned, and reported as permanent."
    RETURNED = "returned", "Came back, in any of the three ways."
    BLOCKED = "blocked", "Came back because the receiving side blocks us, or what was in it."
    OPENED = "opened", "It was opened, by a person as far as anyone can tell."
    CLICKED = "clicked", "A link in it was followed, by a person as far as anyone can tell."
    MACHINE_OPENED = "machine_opened", "A machine opened it, by the provider's flag."
    MACHINE_CLICKED = "machine_clicked", "A machine followed a link in it, by the provider's flag."
    UNSUBSCRIBED = "unsubscribed", "It led to an unsubscription, whether or not that was taken back."
    RESUBSCRIBED = "resubscribed", "An unsubscription was taken back."
    ACKNOWLEDGED = "acknowledged", "Its receipt was confirmed, not by a machine."
    RESPONDED = "responded", "It was answered, not by a machine."
    COMPLAINED = "complained", "The recipient called it spam."
    AUTO_REPLIED = "auto_replied", "A machine answered: out of office, or a challenge."
    UNKNOWN = "unknown", "Something was reported that we do not know."
    TRACKABLE = "trackable", "It may have arrived, and an opening would be heard of."


#: What an event of a kind says, where no machine did it. Total over EventKind.
SAYS: Mapping[EventKind, tuple[Fact, ...]] = {
    EventKind.PENDING:             (Fact.PENDING,),
    EventKind.SENDING:             (Fact.SENDING,),
    EventKind.WITHHELD:            (Fact.WITHHELD,),
    EventKind.REJECTED:            (Fact.REJECTED,),
    EventKind.OUTCOME_UNKNOWN:     (Fact.OUTCOME_UNKNOWN,),
    EventKind.ACCEPTED:            (Fact.ACCEPTED, Fact.SENT),  # it left our side
    EventKind.SENT:                (Fact.SENT,),
    EventKind.DEFERRED:            (Fact.DEFERRED,),
    EventKind.DELIVERED:           (Fact.DELIVERED,),
    EventKind.DROPPED:             (Fact.DROPPED,),
    EventKind.UNDETERMINED_BOUNCE: (Fact.UNDETERMINED_BOUNCE, Fact.RETURNED),
    EventKind.SOFT_BOUNCED:        (Fact.SOFT_BOUNCED, Fact.RETURNED),
    EventKind.BOUNCED:             (Fact.BOUNCED, Fact.RETURNED),
    EventKind.OPENED:              (Fact.OPENED,),
    EventKind.CLICKED:             (Fact.CLICKED,),
    EventKind.UNSUBSCRIBED:        (Fact.UNSUBSCRIBED,),
    EventKind.ACKNOWLEDGED:        (Fact.ACKNOWLEDGED,),
    EventKind.RESPONDED:           (Fact.RESPONDED,),
    EventKind.COMPLAINED:          (Fact.COMPLAINED,),
    EventKind.RESUBSCRIBED:        (Fact.RESUBSCRIBED,),
    EventKind.OPTED_IN:            (),  # of an address, not of this copy; so are the next ones
    EventKind.MARKED_NOT_SPAM:     (),
    EventKind.RELEASED:            (),
    EventKind.AUTO_REPLIED:        (Fact.AUTO_REPLIED,),
    EventKind.ADDRESS_CHANGED:     (),
    EventKind.SUPPRESSION_CHANGED: (),
    EventKind.ACTIVE:              (),
    EventKind.UNKNOWN:             (Fact.UNKNOWN,),
}  # fmt: skip

#: What the same kinds say when a machine did it. An unsubscription or answer by a link scanner is in ``actors`` only.
SAYS_BY_MACHINE: Mapping[EventKind, tuple[Fact, ...]] = {
    EventKind.OPENED:       (Fact.MACHINE_OPENED,),
    EventKind.CLICKED:      (Fact.MACHINE_CLICKED,),
    EventKind.UNSUBSCRIBED: (),
    EventKind.ACKNOWLEDGED: (),
    EventKind.RESPONDED:    (),
}  # fmt: skip

#: A return for one of these is a block: the server answers for its policy, and the mailbox may be fine.
BLOCKING = frozenset({
    Reason.REPUTATION_BLOCKED, Reason.CONTENT_REJECTED, Reason.SPAM_CONTENT, Reason.POLICY_REJECTED,
})  # fmt: skip

#: Facts that have a reason.
WITH_CAUSE = (
    Fact.WITHHELD, Fact.REJECTED, Fact.DEFERRED, Fact.DROPPED, Fact.UNDETERMINED_BOUNCE, Fact.SOFT_BOUNCED, Fact.BOUNCED,
    Fact.RETURNED, Fact.BLOCKED,
)  # fmt: skip

#: Facts that have an actor. What machines did is told there too.
WITH_ACTOR = (Fact.OPENED, Fact.CLICKED, Fact.UNSUBSCRIBED, Fact.ACKNOWLEDGED, Fact.RESPONDED)

#: What is known before, or by, the hand-over. Of an account that reports nothing more, the rest is never heard.
BY_THE_HAND_OVER = frozenset({
    Fact.COPIES, Fact.PENDING, Fact.SENDING, Fact.WITHHELD, Fact.REJECTED, Fact.OUTCOME_UNKNOWN, Fact.ACCEPTED,
    Fact.SENT, Fact.UNKNOWN, Fact.TRACKABLE,
})  # fmt: skip

#: What is known by what comes back.
BY_A_RETURN = frozenset({
    Fact.UNDETERMINED_BOUNCE, Fact.SOFT_BOUNCED, Fact.BOUNCED, Fact.RETURNED, Fact.BLOCKED,
})  # fmt: skip

#: What is known by the tracking image alone.
BY_THE_IMAGE = frozenset({Fact.OPENED, Fact.MACHINE_OPENED})

_NOTHING_RETURNED = frozenset({Fact.RETURNED, Fact.DROPPED})

#: Statuses that show that a copy left our side: what was dropped may never have been taken.
_LEFT = frozenset(s for s, axis in AXES.items() if axis not in (None, Axis.OWN_SIDE) and s is not Status.DROPPED)


@attrs.frozen
class Said:
    """
    What the slots of a record say, whatever their times: two records with the same keys say the same.

    Attributes:
        facts: What is known, reported or inferred.
        inferred: What of it nobody reported.
        actors: Who did what has an actor.
        causes: The slots that give the reasons of a fact.
        possible: What is not surely about this recipient.
        status: Where the copy stands by the default policy.
        furthest: The furthest it ever got.
    """

    facts: frozenset[Fact]
    inferred: frozenset[Fact]
    actors: frozenset[tuple[Fact, Actor]]
    causes: tuple[tuple[Fact, tuple[SlotKey, ...]], ...]
    possible: frozenset[EventKind]
    status: Status
    furthest: Status

    @classmethod
    def by(cls, keys: Iterable[SlotKey]) -> "Said":
        """Read the keys of a record's slots."""
        keys = tuple(keys)
        exact = tuple(key for key in keys if key.exact)
        saying = [(fact, key) for key in exact for fact in _facts(key)]
        proved = [(status, key.actor) for key in exact if (status := proves(key))]
        statuses = {status for status, _ in proved}
        statuses |= {inferred for status in statuses for inferred in INFERS.get(status, ())}
        reported = frozenset(fact for fact, _ in saying) | {Fact.COPIES}
        facts = reported | {Fact(status) for status in statuses} | ({Fact.SENT} if statuses & _LEFT else set())
        return cls(
            facts=facts,
            inferred=facts - reported,
            actors=frozenset((Fact(key.kind), key.actor) for key in exact if key.kind in SAYS_BY_MACHINE),
            causes=tuple(
                (fact, tuple(key for said, key in saying if said is fact)) for fact in WITH_CAUSE if fact in reported
            ),
            possible=frozenset(key.kind for key in keys if not key.exact),
            status=max((s for s in proved), key=lambda s: DEFAULT.rank(*s), default=_NOTHING)[0],
            furthest=max((s for s in proved), key=lambda s: BEST_REACHED.rank(*s), default=_NOTHING)[0],
        )

    @property
    def may_have_arrived(self) -> bool:
        """Whether it is known to have arrived, or left and never came back."""
        return Fact.DELIVERED in self.facts or (Fact.SENT in self.facts and not self.facts & _NOTHING_RETURNED)


_NOTHING = (Status.UNKNOWN, Actor.UNKNOWN)


def _facts(key: SlotKey) -> tuple[Fact, ...]:
    if key.actor is Actor.MACHINE and key.kind in SAYS_BY_MACHINE:
        return SAYS_BY_MACHINE[key.kind]
    if key.reason in BLOCKING and key.kind in (EventKind.SOFT_BOUNCED, EventKind.BOUNCED):
        return (*SAYS[key.kind], Fact.BLOCKED)
    return SAYS[key.kind]
