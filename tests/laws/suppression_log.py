"""
The naive model of a suppression list: a log that is never folded, and is read anew for every question.

It knows nothing of facts, keys or bounds, and restates what each ground means and what lifts it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from deliverystatus import (
    Actor,
    Attribution,
    CauseKind,
    Channel,
    Event,
    EventKind,
    Party,
    Purpose,
    Reason,
    ReleaseProof,
    Scope,
)
from deliverystatus.testing import START

DAY = timedelta(days=1)
MONTH = 30 * DAY
NEVER = datetime.max.replace(tzinfo=START.tzinfo)  # later than whatever could lift
EVERYTHING = Scope("everything")

ALL, UNASKED, BULK = frozenset(Purpose), frozenset({Purpose.BULK, Purpose.INVITATION}), frozenset({Purpose.BULK})
SELF = {(Party.RECIPIENT, ReleaseProof.FROM_SUPPRESSED_ADDRESS), (Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)}
ASKED = {*SELF, (Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST)}
BY_SUPPORT = {(Party.SUPPORT, ReleaseProof.SUPPORT_DECISION)}
DECIDED = {*BY_SUPPORT, (Party.STAFF, ReleaseProof.SUPPORT_DECISION)}
CHECKED = {(Party.STAFF, ReleaseProof.ADDRESS_CHECKED), (Party.SUPPORT, ReleaseProof.ADDRESS_CHECKED)}


class Stop(NamedTuple):
    """What stands against an address; ``by`` is when its latest evidence had happened."""

    kind: CauseKind
    purposes: frozenset[Purpose]
    releases: frozenset[tuple[Party, ReleaseProof]]
    by: datetime
    channel: Channel | None = None
    scope: Scope = EVERYTHING
    provider: str | None = None
    account: str | None = None
    reason: Reason | None = None  # of a provider's list
    until: datetime | None = None
    unnamed: bool = False  # a provider's list holds it, and does not say for which sender

    @property
    def which(self) -> str:
        """Say which of several of its kind it is, as a release does."""
        if self.kind is CauseKind.PROVIDER_LIST:
            return str(self.reason)
        limited = self.kind is CauseKind.MANUAL and self.purposes != ALL
        return ",".join(sorted(self.purposes)) if limited else ""


def is_sure(e: Event) -> bool:
    """Whether it is surely about this recipient, and not just anyone's word."""
    return e.attribution is Attribution.EXACT and e.authenticated is not False


def is_removal(e: Event) -> bool:
    """Whether it takes an entry from a provider's list."""
    return e.kind is EventKind.SUPPRESSION_CHANGED and e.value == "removed"


def is_bad(e: Event) -> bool:
    """Whether it says that the very address that was written to is bad."""
    forwarded = e.final_recipient is not None and e.final_recipient != e.recipient
    return e.failure is not None and e.failure.address_is_bad and not forwarded and is_sure(e) and not is_removal(e)


def on(who: str | None, said: Channel) -> Channel:
    """Say how a message to somebody travels: nobody writes a mail to a number."""
    return Channel.SMS if who and who.startswith("+") and said is Channel.EMAIL else said


def bad_on(e: Event) -> Channel | None:
    """Say where a bad address is bad: a number on its channel, all else everywhere."""
    channel = on(e.recipient, e.channel)
    return None if channel is Channel.EMAIL else channel


def covers(said: Scope | None, left: Scope) -> bool:
    """Whether what somebody joined again is all that they had left."""
    return said in (left, EVERYTHING) or (said is None and left == EVERYTHING)


def lifts(e: Event, stop: Stop) -> bool:
    """Whether an event is of the sort that lifts a stop."""
    if e.kind is EventKind.RELEASED:
        kind, actor, proof, *which = (e.value or "").split(":")
        if kind != stop.kind or (actor, proof) not in stop.releases or "".join(which) != stop.which:
            return False
        if stop.kind is CauseKind.UNSUBSCRIBE:
            return on(e.recipient, e.channel) is stop.channel and covers(e.scope, stop.scope)
        if stop.kind is CauseKind.BAD_ADDRESS:
            return bad_on(e) is stop.channel
        if stop.kind is CauseKind.MANUAL:
            return e.scope == stop.scope
        if stop.kind is CauseKind.PROVIDER_LIST:
            return (e.scope, e.provider, e.account) == (stop.scope, stop.provider, stop.account)
        return True
    if e.kind is EventKind.RESUBSCRIBED and e.actor is not Actor.MACHINE:
        some = stop.unnamed and e.scope is not None and e.scope.kind == "sender" and bool(e.scope.name)
        there = stop.kind is CauseKind.UNSUBSCRIBE and on(e.recipient, e.channel) is stop.channel
        return there and (some or covers(e.scope, stop.scope))
    if is_removal(e) and stop.kind is CauseKind.PROVIDER_LIST:
        return (e.scope or EVERYTHING, e.provider, e.account) == (stop.scope, stop.provider, stop.account)
    return False


def covered(e: Event) -> Scope:
    """Say what an event stops: a group that is not named may be any."""
    return EVERYTHING if e.scope is None or not e.scope.name else e.scope


def said(e: Event, by: datetime) -> Iterator[Stop]:
    """Give what the recipient asked for, or perhaps somebody else."""
    if e.kind is EventKind.COMPLAINED:
        yield Stop(
            CauseKind.COMPLAINT, *((ALL, frozenset(SELF)) if is_sure(e) else (BULK, frozenset(SELF | DECIDED))), by
        )
    elif e.kind is EventKind.UNSUBSCRIBED and e.actor is not Actor.MACHINE:
        channel = on(e.recipient, e.channel)
        purposes = UNASKED if channel is Channel.EMAIL else ALL
        yield Stop(CauseKind.UNSUBSCRIBE, purposes, frozenset(ASKED), by, channel, covered(e))


def listed(e: Event, by: datetime) -> Iterator[Stop]:
    """Give what our own side stopped by hand, or a provider holds on its list."""
    changed, claimed = e.kind is EventKind.SUPPRESSION_CHANGED, e.failure and e.failure.claimed
    if changed and e.provider is None and (e.value or "").startswith("manual:"):
        _, actor, purposes, *until = (e.value or "").split(":", 3)
        chosen = frozenset(map(Purpose, purposes.split(","))) if purposes else ALL
        releases = frozenset(DECIDED if actor == Party.STAFF else BY_SUPPORT)
        end = datetime.fromisoformat(until[0]) if until else None
        yield Stop(CauseKind.MANUAL, chosen, releases, by, None, covered(e), until=end)
    elif not changed and e.kind is not EventKind.DROPPED:
        came_back = (*RETURNED, EventKind.COMPLAINED, EventKind.UNDETERMINED_BOUNCE)
        given_up = e.kind is EventKind.DEFERRED and e.retrying is False
        if e.scope is not None and e.provider is not None and (e.kind in came_back or given_up):
            yield on_list(e, by, Reason.SUPPRESSED_OTHER)
    elif claimed is Reason.SUPPRESSED_COMPLAINT:
        yield Stop(CauseKind.COMPLAINT, ALL, frozenset(SELF), by)
    elif claimed is Reason.SUPPRESSED_BAD_ADDRESS:
        yield Stop(CauseKind.BAD_ADDRESS, ALL, frozenset(CHECKED), by, bad_on(e))
    elif claimed is Reason.SUPPRESSED_UNSUBSCRIBE and on(e.recipient, e.channel) is not Channel.EMAIL:
        unnamed = e.provider is not None and (e.scope is None or (e.scope != EVERYTHING and not e.scope.name))
        stopped = Stop(CauseKind.UNSUBSCRIBE, ALL, frozenset(ASKED), by, on(e.recipient, e.channel), covered(e))
        yield stopped._replace(unnamed=unnamed)
    elif claimed and claimed.startswith("suppressed_"):
        yield on_list(e, by, claimed)
    elif changed and not (e.failure and e.failure.address_is_bad):
        yield on_list(e, by, Reason.SUPPRESSED_OTHER)


def on_list(e: Event, by: datetime, reason: Reason) -> Stop:
    """Give an entry of a provider's own list, which binds there alone."""
    left = reason is Reason.SUPPRESSED_UNSUBSCRIBE
    purposes, releases = (UNASKED, ASKED) if left else (ALL, BY_SUPPORT)
    where = (None, covered(e), e.provider, e.account, reason)
    return Stop(CauseKind.PROVIDER_LIST, purposes, frozenset(releases), by, *where)


def place(stop: Stop) -> tuple[object, ...]:
    """What tells a stop from others, however it came to be."""
    return stop.kind, stop.channel, stop.scope, stop.provider, stop.account, stop.reason, stop.which


def is_elsewhere(scope: Scope | None, stop: Stop) -> bool:
    """Whether the message belongs to another group, or is another sender's, than the one that was stopped."""
    if scope is None or scope.kind is not stop.scope.kind or not scope.name:
        return False
    texted = stop.channel not in (None, Channel.EMAIL)
    return scope != stop.scope and not (texted and scope.kind != "sender")


class Log:
    """All events, in the order in which they came. Everything else is read off them, from the beginning."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def of(self, who: str) -> list[Event]:
        """Give what is about an address and counts."""
        return [e for e in self.events if e.recipient and e.recipient.lower() == who.lower() and not e.test]

    def there(self, who: str) -> list[Event]:
        """Give what is about anybody at the same domain."""
        domain = who.lower().rpartition("@")[2]
        return [e for e in self.events if (e.recipient or "").lower().endswith("@" + domain) and not e.test]

    def by(self, e: Event) -> datetime:
        """Say by when it had happened: without a time, when it was first heard of."""
        if e.occurred_at is not None:
            return e.occurred_at
        return min((each.received_at for each in self.events if each == e and each.received_at), default=NEVER)

    def stops(self, who: str, now: datetime) -> dict[tuple[object, ...], Stop]:
        """Give all that stands against an address, the evidence of each together."""
        standing = [
            stop
            for e in self.of(who)
            for stop in self.as_it_stands(e, who, now)
            if (stop.until is None or now < stop.until) and not self.is_lifted(stop, who, now)
        ]
        together: dict[tuple[object, ...], Stop] = {}
        for stop in [*standing, *self.repeated(who, now)[0], *self.domain(who, now)]:
            which = stop._replace(by=NEVER, unnamed=False)
            known = together.setdefault(which, stop)
            together[which] = max(known, stop, key=lambda each: each.by)
        return together

    def is_lifted(self, stop: Stop, who: str, now: datetime) -> bool:
        """Say whether something later than a stop lifts it."""
        return any(lifts(each, stop) and is_sure(each) for each in self.lifting(who, stop.by, now))

    def as_it_stands(self, e: Event, who: str, now: datetime) -> Iterator[Stop]:
        """Give what an event stops; once a stop was released, a drop for it is an entry of that list and no more."""
        for stop in self.stopping(e):
            released = [each for each in self.lifting(who, START - 9999 * DAY, now) if each.kind is EventKind.RELEASED]
            entry = e.kind is EventKind.DROPPED and (e.failure and e.failure.claimed) in LISTED_ALIKE.get(stop.kind, ())
            again = entry and not self.is_lifted(stop, who, now)
            if again and any(lifts(each, stop) and is_sure(each) for each in released):
                yield on_list(e, stop.by, Reason.SUPPRESSED_OTHER)._replace(scope=EVERYTHING)
            else:
                yield stop

    def lifting(self, who: str, after: datetime, now: datetime) -> list[Event]:
        """Give what happened to an address after one moment, and by another."""
        return [e for e in self.of(who) if e.occurred_at is not None and after < e.occurred_at <= now]

    def stopping(self, e: Event) -> Iterator[Stop]:
        """Say what an event alone is a ground to stop for."""
        if is_removal(e):
            return
        by = self.by(e)
        if e.attribution is not Attribution.MESSAGE:
            yield from said(e, by)
        if is_bad(e):
            yield Stop(CauseKind.BAD_ADDRESS, ALL, frozenset(CHECKED), by, bad_on(e))
        if is_sure(e):
            yield from listed(e, by)

    def repeated(self, who: str, now: datetime) -> tuple[list[Stop], bool]:
        """Count failures on three days of thirty; say too whether that is over."""
        known = [e for e in self.of(who) if is_sure(e) and e.occurred_at is not None]
        at = {e.fingerprint: self.by(e) for e in self.of(who)}
        failed = [e for e in self.of(who) if is_sure(e) and self.counts(e) and at[e.fingerprint] != NEVER]
        copies = {e.message_id for e in failed}
        resets = [e.occurred_at for e in known if e.occurred_at <= now and self.resets(e, copies)]
        counted = []
        for copy in copies:
            of_it = [at[e.fingerprint] for e in failed if e.message_id == copy]
            last = max(each for each in of_it if each.date() == min(of_it).date())
            if not any(last < reset for reset in resets):
                counted.append(last)
        days = sorted(max(at for at in counted if at.date() == day) for day in {at.date() for at in counted})
        last = until = None
        for at in days:
            if len([each for each in days if at - MONTH <= each <= at]) >= 3 or (until is not None and at >= until):
                last, until = at, at + MONTH
        if last is None or until is None:
            return [], False
        tried = max((e.occurred_at for e in known if e.kind in TRIES and e.occurred_at <= now), default=None)
        if tried is not None and until <= tried <= now:
            until = max(until, tried + 3 * DAY)
        if now >= until:
            return [], True
        return [Stop(CauseKind.REPEATED_FAILURES, ALL, frozenset(DECIDED), last, until=until)], False

    def counts(self, e: Event) -> bool:
        """Whether it is one of the failures that suppress when repeated."""
        returned = e.kind in RETURNED or (e.kind is EventKind.DEFERRED and e.retrying is False)
        why = None if e.failure is None else e.failure.reason
        return returned and not is_bad(e) and why in (Reason.MAILBOX_FULL, Reason.UNKNOWN_RECIPIENT)

    def resets(self, e: Event, copies: set[str | None]) -> bool:
        """Whether the count starts again with it."""
        if e.kind is EventKind.DELIVERED:
            return e.message_id not in copies
        return lifts(e, Stop(CauseKind.REPEATED_FAILURES, ALL, frozenset(DECIDED), NEVER))

    def domain(self, who: str, now: datetime) -> Iterator[Stop]:
        """Say whether everybody there is stopped: for thirty days after the latest word that nobody is there."""
        if "@" not in who:
            return
        known = [e for e in self.there(who) if is_sure(e)]
        gone = [e for e in known if is_bad(e) and e.failure and e.failure.reason is Reason.UNKNOWN_DOMAIN]
        stop = Stop(CauseKind.BAD_DOMAIN, ALL, frozenset(CHECKED), NEVER)
        lifted = [e.occurred_at for e in known if e.occurred_at and e.occurred_at <= now and lifts(e, stop)]
        unknown = [e for e in gone if self.by(e) != NEVER and not any(each > self.by(e) for each in lifted)]
        if not unknown:
            return
        by = max(map(self.by, unknown))
        shown = max(unknown, key=lambda e: (e.occurred_at is None, self.by(e), e.fingerprint))
        took = [
            e.occurred_at
            for e in known
            if e.occurred_at and e.occurred_at <= now and e.kind in TAKEN and e.message_id != shown.message_id
        ]
        if now < by + MONTH and not any(at + MONTH >= by for at in took):
            yield stop._replace(by=by, until=by + MONTH)

    def is_inactive(self, who: str, now: datetime, told: datetime | None) -> bool:
        """Whether there are two years of silence after the last of what starts activity again."""
        known = [e for e in self.of(who) if is_sure(e) and e.occurred_at and e.actor is not Actor.MACHINE]
        starts = [e.occurred_at for e in known if e.kind in STARTS] + [told] * (told is not None)
        seen = [e.occurred_at for e in known if e.kind in INTERACTS]
        begin = max(starts, default=min(seen, default=now))
        alive = [begin, *sorted(at for at in seen if at >= begin), now]
        return any(later >= earlier + relativedelta(years=2) for earlier, later in pairwise(alive))


#: The provider's words for what a release may have lifted before.
LISTED_ALIKE = {
    CauseKind.COMPLAINT: (Reason.SUPPRESSED_COMPLAINT,),
    CauseKind.BAD_ADDRESS: (Reason.SUPPRESSED_BAD_ADDRESS,),
}
RETURNED = (EventKind.SOFT_BOUNCED, EventKind.BOUNCED, EventKind.REJECTED)
TAKEN = (EventKind.DELIVERED, EventKind.SENT)
TRIES = (EventKind.SENDING, EventKind.ACCEPTED, EventKind.SENT)
STARTS = (EventKind.ACTIVE, EventKind.RESUBSCRIBED, EventKind.OPTED_IN)
INTERACTS = (EventKind.OPENED, EventKind.CLICKED, EventKind.ACKNOWLEDGED, EventKind.RESPONDED)
