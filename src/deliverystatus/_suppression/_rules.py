"""
What suppresses an address, which messages that stops, and who lifts it with which proof: the tables of suppression.

Reasons fall in three groups. The *address* is bad, by diagnosis: one failure is enough (law 8), whatever its kind, and
whatever class digit the provider reports. The *mailbox* is full or disabled, or "user unknown" was said of somebody
else's address or only after DATA: repetition is enough, for a while. Everything else (reputation, content, size,
authentication, policy, rate, network, server, greylisting, expiry, our account, unknown) is never the address's fault.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property

import attrs
from dateutil.relativedelta import relativedelta

from deliverystatus._enums import Channel, EventKind, Party, Purpose, Reason
from deliverystatus._suppression._words import CauseKind, Fact, IncidentKind, ReleaseProof

#: What lifts.
LIFTS = frozenset({Fact.DELIVERED, Fact.RESUBSCRIBED, Fact.UNLISTED, Fact.RELEASED})

#: What undoes something, each kept by the day it was said: one whose date is wrong must not hide the others.
BY_DAY = frozenset({
    Fact.RESUBSCRIBED, Fact.UNLISTED, Fact.RELEASED, Fact.ACTIVE, Fact.OPTED_IN, Fact.TRIED,
})  # fmt: skip

#: What neither stops nor lifts by itself.
REMARKS = frozenset({
    Fact.TRIED, Fact.ENGAGED, Fact.ACTIVE, Fact.OPTED_IN, Fact.TOOK_MAIL, Fact.REFUSED, Fact.TURNED_BACK,
})  # fmt: skip

#: An unsubscription, by how it was said. Total over Channel.
STOPS = {
    Channel.EMAIL:    Fact.UNSUBSCRIBED,
    Channel.SMS:      Fact.STOPPED,  # STOP ends everything from that number (CTIA Messaging Principles, 5.1.3)
    Channel.WHATSAPP: Fact.STOPPED,
}  # fmt: skip

#: The provider's word for an entry of its own list. A complaint or bad address that is known through the list alone is
#: one nevertheless: it outlives a change of provider, and is lifted as one. So is a STOP, which is on no list of mail.
LISTED_AS = {
    Reason.SUPPRESSED_COMPLAINT:        Fact.COMPLAINT,
    Reason.SUPPRESSED_BAD_ADDRESS:      Fact.BAD_ADDRESS,
    Reason.SUPPRESSED_REPEATED_BOUNCES: Fact.LISTED_FAILURES,
    Reason.SUPPRESSED_UNSUBSCRIBE:      Fact.LISTED_UNSUBSCRIBE,
    Reason.SUPPRESSED_OTHER:            Fact.LISTED,
}  # fmt: skip

#: Kinds that say a copy is returned for good. A deferral may still be delivered; what was dropped or withheld was not
#: tried, and an undetermined bounce has no server's word.
COUNTED = frozenset({EventKind.REJECTED, EventKind.SOFT_BOUNCED, EventKind.BOUNCED})


#: Reasons that lie with the sender, so that many failures for one of them at a time are one trouble, and it is ours.
OURS = frozenset({
    Reason.MESSAGE_TOO_LARGE, Reason.CONTENT_REJECTED, Reason.SPAM_CONTENT, Reason.REPUTATION_BLOCKED,
    Reason.SENDER_AUTHENTICATION, Reason.SENDER_REJECTED, Reason.POLICY_REJECTED, Reason.RELAY_DENIED,
    Reason.RATE_LIMITED, Reason.PROTOCOL_ERROR, Reason.SENDER_ACCOUNT, Reason.TEMPLATE_FAILED,
})  # fmt: skip

#: Kinds whose failures make an incident, by what a cluster of them for a reason of ours is. What is only deferred is
#: still tried; a drop for our content is of a campaign, for nobody's server has seen it.
TURNED_BACK_AS = {
    EventKind.REJECTED:     IncidentKind.SENDER_FAULT,
    EventKind.DROPPED:      IncidentKind.CAMPAIGN_DROPPED,
    EventKind.SOFT_BOUNCED: IncidentKind.SENDER_FAULT,
    EventKind.BOUNCED:      IncidentKind.SENDER_FAULT,
}  # fmt: skip

#: Kinds that say that a message was handed over, so that what comes of it will be heard.
TRIED = frozenset({EventKind.SENDING, EventKind.ACCEPTED, EventKind.SENT})

#: Kinds that are an interaction, if no machine did it (A24). A delivery is not: nobody had to be there.
ENGAGEMENT = frozenset({
    EventKind.OPENED, EventKind.CLICKED, EventKind.ACKNOWLEDGED, EventKind.RESPONDED,
})  # fmt: skip


@attrs.frozen
class Ground:
    """
    What one sort of fact means.

    Attributes:
        kind: The cause it makes.
        reason: Why a message is withheld for it.
        decided_by: Whose decision it is.
        purposes: The messages it stops.
        releases: Who lifts it with which proof, the likeliest first.
        at_most: How often the recipient may lift it; ``None``: whenever it stands.
    """

    kind: CauseKind
    reason: Reason
    decided_by: Party
    purposes: frozenset[Purpose]
    releases: tuple[tuple[Party, ReleaseProof], ...]
    at_most: int | None = None


ALL = frozenset(Purpose)
UNASKED = frozenset({Purpose.BULK, Purpose.INVITATION})
_BY_THE_COMPLAINER = (
    (Party.RECIPIENT, ReleaseProof.FROM_SUPPRESSED_ADDRESS),
    (Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE),
)
_BY_THE_RECIPIENT = ((Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST), *_BY_THE_COMPLAINER)
_BY_DECISION = ((Party.SUPPORT, ReleaseProof.SUPPORT_DECISION), (Party.STAFF, ReleaseProof.SUPPORT_DECISION))
_BY_SUPPORT = ((Party.SUPPORT, ReleaseProof.SUPPORT_DECISION),)
_BY_CHECKING = ((Party.STAFF, ReleaseProof.ADDRESS_CHECKED), (Party.SUPPORT, ReleaseProof.ADDRESS_CHECKED))

#: Total over the facts that are grounds.
GROUNDS = {
    # mailbox providers hold the sender to it, whoever else asks: only the one who complained can take it back
    Fact.COMPLAINT: Ground(
        CauseKind.COMPLAINT, Reason.SUPPRESSED_COMPLAINT, Party.RECIPIENT, ALL, _BY_THE_COMPLAINER
    ),
    Fact.DOUBTED_COMPLAINT: Ground(
        CauseKind.COMPLAINT,
        Reason.SUPPRESSED_COMPLAINT,
        Party.SUPPORT,  # whose complaint it is, is not known: a rule of ours
        frozenset({Purpose.BULK}),  # forged, or somebody else's: an appointment must not depend on it
        (*_BY_DECISION, *_BY_THE_COMPLAINER),
    ),
    Fact.BAD_ADDRESS: Ground(
        CauseKind.BAD_ADDRESS, Reason.SUPPRESSED_BAD_ADDRESS, Party.RECEIVER, ALL, _BY_CHECKING
    ),
    Fact.BAD_DOMAIN: Ground(
        CauseKind.BAD_DOMAIN, Reason.SUPPRESSED_BAD_ADDRESS, Party.RECEIVER, ALL, _BY_CHECKING
    ),
    Fact.FAILED: Ground(
        CauseKind.REPEATED_FAILURES, Reason.SUPPRESSED_REPEATED_BOUNCES, Party.RECEIVER, ALL, _BY_DECISION
    ),
    # who left a newsletter still wants the receipt and the new password
    Fact.UNSUBSCRIBED: Ground(
        CauseKind.UNSUBSCRIBE, Reason.SUPPRESSED_UNSUBSCRIBE, Party.RECIPIENT, UNASKED, _BY_THE_RECIPIENT
    ),
    Fact.STOPPED: Ground(
        CauseKind.UNSUBSCRIBE, Reason.SUPPRESSED_UNSUBSCRIBE, Party.RECIPIENT, ALL, _BY_THE_RECIPIENT
    ),
    Fact.MANUAL_BY_STAFF: Ground(CauseKind.MANUAL, Reason.SUPPRESSED_OTHER, Party.STAFF, ALL, _BY_DECISION[::-1]),
    Fact.MANUAL_BY_SUPPORT: Ground(CauseKind.MANUAL, Reason.SUPPRESSED_OTHER, Party.SUPPORT, ALL, _BY_SUPPORT),
    Fact.LISTED: Ground(CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_OTHER, Party.PROVIDER, ALL, _BY_SUPPORT),
    Fact.LISTED_FAILURES: Ground(
        CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_REPEATED_BOUNCES, Party.PROVIDER, ALL, _BY_SUPPORT
    ),
    Fact.LISTED_UNSUBSCRIBE: Ground(
        CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_UNSUBSCRIBE, Party.RECIPIENT, UNASKED, _BY_THE_RECIPIENT
    ),
}  # fmt: skip

#: What law 8 is about.
LAW_8 = (Fact.COMPLAINT, Fact.BAD_ADDRESS)

#: What is no event and comes as Standing, and inactivity, which is the want of one: the causes that no release lifts.
SETTINGS = {
    CauseKind.DECLINED: Ground(
        CauseKind.DECLINED, Reason.DECLINED, Party.RECIPIENT, ALL, ((Party.RECIPIENT, ReleaseProof.SETTING_CHANGED),)
    ),
    CauseKind.POLICY_HOLD: Ground(
        CauseKind.POLICY_HOLD, Reason.POLICY_HOLD, Party.SUPPORT, ALL, ((Party.SUPPORT, ReleaseProof.SETTING_CHANGED),)
    ),
    CauseKind.NOT_OPTED_IN: Ground(
        CauseKind.NOT_OPTED_IN,
        Reason.NOT_OPTED_IN,
        Party.SUPPORT,  # a rule of ours: perhaps nobody ever asked
        UNASKED,
        ((Party.RECIPIENT, ReleaseProof.SETTING_CHANGED),),
    ),
    CauseKind.TEMPLATE_DISABLED: Ground(
        CauseKind.TEMPLATE_DISABLED,
        Reason.TEMPLATE_DISABLED,
        Party.STAFF,  # of the account, and for everybody: not this recipient's wish
        ALL,
        ((Party.STAFF, ReleaseProof.SETTING_CHANGED), (Party.SUPPORT, ReleaseProof.SETTING_CHANGED)),
    ),
    CauseKind.CHANNEL_DISABLED: Ground(
        CauseKind.CHANNEL_DISABLED,
        Reason.CHANNEL_DISABLED,
        Party.SUPPORT,
        ALL,
        ((Party.SUPPORT, ReleaseProof.SETTING_CHANGED),),
    ),
    CauseKind.QUOTA_EXCEEDED: Ground(
        CauseKind.QUOTA_EXCEEDED,
        Reason.QUOTA_EXCEEDED,
        Party.SUPPORT,
        ALL,
        ((Party.STAFF, ReleaseProof.SETTING_CHANGED),),
    ),
    CauseKind.INACTIVE: Ground(
        CauseKind.INACTIVE,
        Reason.INACTIVE,
        Party.SUPPORT,
        frozenset({Purpose.BULK}),
        ((Party.RECIPIENT, ReleaseProof.NEW_ACTIVITY),),
    ),
}  # fmt: skip


def which_of(ground: Ground, purposes: str | None) -> str:
    """Say which of several causes of a kind in one place it is: a stop by hand for its *purposes*, an entry for its reason."""
    if ground.kind is CauseKind.MANUAL:
        return purposes or ""
    return str(ground.reason) if ground.kind is CauseKind.PROVIDER_LIST else ""


#: Failures are kept of so many days, the latest (law 6): no rule can ask for more.
KEPT_DAYS = 31

#: No rule counts more copies of one day.
MOST_PER_DAY = 18


def _from_to(lowest: int, highest: int) -> Callable[[object, "attrs.Attribute[int]", int], None]:
    def check(_: object, attribute: "attrs.Attribute[int]", value: int) -> None:
        if not lowest <= value <= highest:
            raise ValueError(f"{attribute.name}: expected {lowest} to {highest}")

    return check


def _share(_: object, attribute: "attrs.Attribute[float]", value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name}: expected 0 to 1")


def _duration(_: object, attribute: "attrs.Attribute[timedelta]", value: timedelta | None) -> None:
    if value is not None and value <= timedelta():
        raise ValueError(f"{attribute.name}: expected a positive duration")


def _durations(_: object, attribute: "attrs.Attribute[tuple[timedelta, ...]]", value: tuple[timedelta, ...]) -> None:
    if not all(each > timedelta() for each in value):
        raise ValueError(f"{attribute.name}: expected positive durations")


@attrs.frozen(kw_only=True)
class Threshold:
    """
    How many failures of an address suppress it, and for how long.

    A copy counts once: its heaviest failure, on the first day (UTC) of such. The count starts again at nothing after a
    reset. Once failures have suppressed the address and that has ended, one message tries it; if that fails too, the
    address is suppressed again at once, and if it is delivered, that is over.

    Attributes:
        score: Suppress when the failures together weigh so much.
        hard: What one weighs whose diagnosis says that the address is bad.
        soft: What one weighs for a reason that counts when repeated.
        per_day: So many copies of one day count, the heaviest.
        window: All within this time; ``None``: however far apart.
        stale_after: After so long without another failure the earlier ones are forgotten; ``None``: never.
        apart: The first and the last are further apart than this.
        lasts: How long it is suppressed after the last failure: the first time, the second time, and so on, the last
            of them from then on. None: until it is lifted.
        from_first: Count that time from the first of the failures, as "two within a year" does.
    """

    score: float = attrs.field(default=3)
    hard: float = 0
    soft: float = 1
    per_day: int = attrs.field(default=1, validator=_from_to(1, MOST_PER_DAY))
    window: timedelta | None = attrs.field(default=None, validator=_duration)
    stale_after: timedelta | None = attrs.field(default=None, validator=_duration)
    apart: timedelta | None = attrs.field(default=None, validator=_duration)
    lasts: tuple[timedelta, ...] = attrs.field(default=(), validator=_durations)
    from_first: bool = False

    @score.validator
    def _can_be_reached(self, _: "attrs.Attribute[float]", score: float) -> None:
        if not 0 < score <= max(self.hard, self.soft) * self.per_day * KEPT_DAYS:
            raise ValueError(f"score: expected one that {KEPT_DAYS} days of failures can reach")


#: What Amilia promises (A24).
TWO_YEARS = relativedelta(years=2)


_PARTS = ("years", "months", "days", "hours", "minutes", "seconds")


def _a_month_or_more(_: object, attribute: "attrs.Attribute[relativedelta]", value: relativedelta) -> None:
    """Check that it can be told from what is kept, which is by the month or by the year."""
    period = value.normalized()
    parts = {name: getattr(period, name) for name in _PARTS}
    if period != relativedelta(**parts) or min(parts.values()) < 0 or _months(period) < 1:
        raise ValueError(f"{attribute.name}: expected a calendar month or more, in no negative parts")


def _months(period: relativedelta) -> int:
    return period.years * 12 + period.months


@attrs.frozen(kw_only=True)
class Inactivity:
    """
    Stop bulk mail to those who have not been active for long.

    Only silence after something is silence: who was never seen to be active is not judged, for perhaps nothing of
    theirs is tracked.

    Attributes:
        period: How long (calendar time).
        interactions: What keeps somebody active who is, unless a machine did it.
        ended_by: What makes somebody active again.
    """

    period: relativedelta = attrs.field(default=TWO_YEARS, validator=_a_month_or_more)
    interactions: frozenset[EventKind] = ENGAGEMENT
    ended_by: frozenset[EventKind] = frozenset({EventKind.ACTIVE, EventKind.RESUBSCRIBED, EventKind.OPTED_IN})

    @cached_property
    def by_year(self) -> bool:
        """Whether a year's first and last interaction show every gap of that length."""
        return _months(self.period.normalized()) >= 12  # noqa: PLR2004 (months of a year)


@attrs.frozen(kw_only=True)
class Clusters:
    """
    When many failures at a time are one incident.

    Attributes:
        at_least: So many addresses.
        within: In so short a time.
        share: And, where one domain refuses addresses, this share of those there that took mail before: of a large
            domain some addresses die every day.
        told_for: How long after the last failure an incident is reported with decisions; its failures are kept as
            long.
    """

    at_least: int = attrs.field(default=10, validator=_from_to(2, 1_000_000))
    within: timedelta = attrs.field(default=timedelta(hours=1), validator=_duration)
    share: float = attrs.field(default=0.02, validator=_share)
    told_for: timedelta = attrs.field(default=timedelta(days=1), validator=_duration)

    @property
    def days_told(self) -> int:
        """On how many days that are told of failures may lie, at most."""
        return (self.told_for + self.within).days + 2


@attrs.frozen(kw_only=True)
class Rules:
    """
    What suppresses, for how long, and who lifts it.

    Attributes:
        name: What the rules are called, in ``RULES`` or by the caller.
        weakens_law_8: Whether a complaint or a bad address may be written to again without a proper release; rules that
            allow it and do not say so are refused.
        at_first_strike: Whether one failure whose diagnosis says that the address is bad suppresses it for good. If
            not, it counts as a hard one.
        repeated: Reasons that suppress when repeated; those that make an address bad always do.
        thresholds: How many failures suppress; any of them is enough.
        resets: What makes the count start again: a copy that was delivered and did not fail, an interaction.
        probe_waits: How long the message that tries a suppressed address again is waited for, before another may.
        domain_lasts: How long a domain that does not exist stops messages to everybody there, unless one is delivered;
            and nothing stops for a domain that took mail so shortly before. ``None``: no domain is judged.
        inactivity: When bulk mail stops for want of activity; ``None``: never.
        opt_in: Purposes for which the recipient must be known to have opted in.
        clusters: When many failures are an incident, and no address's fault.
        grounds: What each sort of fact means.
    """

    name: str
    weakens_law_8: bool = False
    at_first_strike: bool = True
    repeated: frozenset[Reason] = frozenset({Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED})
    # three days in thirty: full mailboxes are emptied, and one weekend of trouble is no evidence
    thresholds: tuple[Threshold, ...] = (
        Threshold(score=3, per_day=1, window=timedelta(days=30), lasts=(timedelta(days=30),)),
    )
    resets: frozenset[Fact] = frozenset({Fact.DELIVERED})
    probe_waits: timedelta = attrs.field(default=timedelta(days=3), validator=_duration)
    domain_lasts: timedelta | None = attrs.field(default=timedelta(days=30), validator=_duration)
    inactivity: Inactivity | None = Inactivity()
    opt_in: frozenset[Purpose] = frozenset()
    clusters: Clusters = Clusters()
    grounds: Mapping[Fact, Ground] = attrs.field(default=GROUNDS, repr=False, hash=False)

    def __attrs_post_init__(self) -> None:
        for name, words, kind in (
            ("repeated", self.repeated, Reason),
            ("opt_in", self.opt_in, Purpose),
            ("resets", self.resets, Fact),
            ("grounds", self.grounds, Fact),
        ):
            if not all(isinstance(word, kind) for word in words):
                raise TypeError(f"{name}: expected members of {kind.__name__}")
        if not self.weakens_law_8 and not (self.at_first_strike and all(map(self._holds, LAW_8))):
            raise ValueError("weakens_law_8: expected True, since a complaint or a bad address may be written to")

    def _holds(self, fact: Fact) -> bool:
        """Whether what law 8 is about stops everything, and is lifted by nobody else and with no other proof."""
        ground = self.grounds.get(fact)
        usual = GROUNDS[fact]
        return ground is not None and ground.purposes >= usual.purposes and {*ground.releases} <= {*usual.releases}

    @property
    def copies_of_a_day(self) -> int:
        """How many failed copies of a day are kept: those that count, and some that may be of other days."""
        return max((each.per_day for each in self.thresholds), default=1) + 3


def at_most(kind: CauseKind, proof: ReleaseProof, rules: Rules) -> int | None:
    """Say how often the recipient may lift a cause of that kind so; ``None`` if that is not limited."""
    limits = [
        ground.at_most
        for ground in rules.grounds.values()
        if ground.kind is kind and ground.at_most is not None and (Party.RECIPIENT, proof) in ground.releases
    ]
    return min(limits, default=None)
