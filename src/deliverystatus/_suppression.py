"""
Who may still be written to.

Theory of operation
===================

A suppression list is a fold like a record: per address a set of facts that only grows, each kept as the latest event
that says it, so that order, repetition and merging cannot matter (laws 2 to 4). Nothing is ever crossed out. A release
is one more event; whether it counts is decided when the list is read, by three questions: is it the right party, with
the right proof, and later than the evidence?

Times are the events' own. Where one is missing it is read on the safe side: of a cause as the latest it can be, which
is when it first reached us, if that was said; of what lifts as the earliest. A tie goes to safety too, and a release
that is dated after ``now`` does not count yet. No delivery, opening or click lifts a complaint or a bad address (law 8).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import attrs

from deliverystatus._checks import member, moment
from deliverystatus._enums import Channel, EventKind, Party, Purpose, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._suppression_facts import (
    LATEST,
    FactKey,
    Facts,
    add,
    age,
    facts_in,
    forget,
    is_lifted,
    latest_times,
    lifted_by,
    lifts_at,
    lists_that_hold,
    release_value,
    unlisted_at,
    when,
)
from deliverystatus._suppression_rules import LIFTS, STOPS, CauseKind, Fact, ReleaseProof, Rules, WhyNot, rules_of
from deliverystatus._text import comparable, cut, printable
from deliverystatus._values import EVERYTHING, Failure, Scope
from deliverystatus.exceptions import PayloadError


def _kind_alone(scope: Scope) -> str:
    return str(scope.kind)  # what a list is called, strangers may have said


@attrs.frozen(kw_only=True)
class Cause:
    """
    One reason not to write to an address.

    Attributes:
        kind: What sort of reason.
        reason: The reason a message that is withheld for it has.
        scope: What it covers.
        channel: Where it binds; ``None`` on every channel.
        provider: Whose sending it binds; ``None``: anybody's.
        account: In which account of theirs; ``None``: any.
        purposes: The messages it stops.
        since: When the evidence happened (aware, UTC); ``None`` if that is not known.
        happened_by: By when all of its evidence had happened (aware, UTC), so that a release must be later: what has no
            time of its own had when it first reached us. ``None`` if that is not known either; it is once the event is
            folded in again with its ``received_at``.
        until: When it ends by itself (aware, UTC); ``None``: it does not.
        evidence: The event that shows it; the latest, if there are several.
        releases: Who lifts it with which proof, the likeliest first.
        listed_by: Each (provider, account) whose own list is known to hold the address for it: lifting it here does
            not lift it there.
    """

    kind: CauseKind
    reason: Reason
    scope: Scope = attrs.field(repr=_kind_alone)
    channel: Channel | None
    provider: str | None
    account: str | None
    purposes: frozenset[Purpose]
    since: datetime | None
    happened_by: datetime | None
    until: datetime | None
    evidence: Event
    releases: tuple[tuple[Party, ReleaseProof], ...]
    listed_by: tuple[tuple[str | None, str | None], ...]

    @property
    def word(self) -> str:
        """What a message that is withheld for it is reported with: the kind, or that the complaint is doubtful."""
        doubted = self.kind is CauseKind.COMPLAINT and self.lifted_by[0] is not Party.RECIPIENT
        return str(Fact.DOUBTED_COMPLAINT if doubted else self.kind)

    @property
    def lifted_by(self) -> tuple[Party, ...]:
        """Who may lift it, the likeliest first."""
        return tuple(dict.fromkeys(party for party, _ in self.releases))


@attrs.frozen(kw_only=True)
class Decision:
    """
    Whether one message may be sent, and all that stands against it.

    Attributes:
        recipient: Who was asked about, as spelled.
        purpose: What the message is for.
        channel: How it would travel.
        allowed: Whether it may be sent.
        causes: Every cause that stops it, the most binding first.
        incidents: Troubles of ours that keep causes from binding.
        event: The ``withheld`` event that records the refusal, of the message's copy if its reference was told; ``None``
            if it may be sent.
        now: When it was asked (aware, UTC).
    """

    recipient: str = attrs.field(repr=False)
    purpose: Purpose
    channel: Channel
    allowed: bool
    causes: tuple[Cause, ...]
    incidents: tuple[()] = ()
    event: Event | None
    now: datetime


class _Message(NamedTuple):
    """What is asked about, as ``may_send`` documents it."""

    purpose: Purpose
    channel: Channel
    scope: Scope | None
    provider: str | None
    account: str | None


@attrs.frozen(kw_only=True)
class Release:
    """
    What came of an attempt to lift a cause.

    Attributes:
        recipient: Whose, as spelled.
        kind: The sort of cause.
        actor: Who lifts it.
        proof: What they vouch for.
        at: When (aware, UTC).
        accepted: Whether it lifts the cause, once its event is folded in.
        why_not: Why it was refused.
        causes: What it is about: one cause, several if it was not said which, none if there is none.
        would_do: Who could lift that with which proof, the likeliest first.
        event: The ``released`` event to keep; ``None`` if refused.
    """

    recipient: str = attrs.field(repr=False)
    kind: CauseKind
    actor: Party
    proof: ReleaseProof
    at: datetime
    accepted: bool
    why_not: WhyNot | None
    causes: tuple[Cause, ...]
    would_do: tuple[tuple[Party, ReleaseProof], ...]
    event: Event | None

    @property
    def listed_by(self) -> tuple[tuple[str | None, str | None], ...]:
        """Each (provider, account) whose own list holds it too, and where it has to be lifted besides."""
        return tuple(dict.fromkeys(where for cause in self.causes for where in cause.listed_by))


def _with_arrivals(known: Mapping[str, Facts]) -> dict[str, dict[FactKey, tuple[Event, datetime]]]:
    """Give all that answers depend on: events are equal whenever they came, and without a time that counts."""
    return {address: {key: (event, when(event)) for key, event in facts.items()} for address, facts in known.items()}


@attrs.frozen(repr=False)
class SuppressionList:
    """
    What is known against writing to each address; made by ``suppress``.

    Iterating gives the addresses, as they are compared, of which anything is known that suppresses or did. Lists of one
    tenant merge by ``|``, if they have the same rules. The facts of an address have bounds, but for the number of
    scopes, providers and accounts the sender has.

    Attributes:
        rules: By which it is read.
    """

    rules: Rules
    _facts: Mapping[str, Facts] = attrs.field(factory=dict, hash=False, eq=_with_arrivals)

    # -- asking ------------------------------------------------------------------------------------------------------

    def may_send(
        self,
        recipient: str,
        *,
        purpose: Purpose | str,
        channel: Channel | str = Channel.EMAIL,
        scope: Scope | str | None = None,
        provider: str | None = None,
        account: str | None = None,
        standing: None = None,
        reference: str | None = None,
        now: datetime,
    ) -> Decision:
        """
        Say whether a message may be sent.

        Args:
            recipient: To whom.
            purpose: What it is for.
            channel: How it travels.
            scope: What it belongs to (``"group:17"``, ``"sender:+15550100"``). Not told, it may belong to anything that
                the recipient left; and a tag does not show which group, so only a scope of the same kind is outside of
                what was left. A STOP is the sender's: no other kind limits it.
            provider: Who would send it. Not told, it may be any.
            account: In which account. Not told, it may be any.
            standing: Nothing; facts that are no events have no part in these rules.
            reference: The sender's own id of the message, for the event that records a refusal.
            now: The time (aware).

        Raises:
            ValueError: If a word is in no vocabulary, or *now* has no zone.
            TypeError: If an argument is of another type.
        """
        if standing is not None:
            raise TypeError(f"standing: expected None, got {type(standing).__name__}")
        message = _Message(
            member("purpose", Purpose, purpose),
            member("channel", Channel, channel),
            None if scope is None else Scope.of(scope),
            _text("provider", provider),
            _text("account", account),
        )
        now, reference = moment("now", now), _text("reference", reference)
        causes = tuple(cause for cause in self._causes(_address(recipient), now) if _binds(cause, message))
        event = None
        if causes:
            failure = Failure(reported=causes[0].word, claimed=causes[0].reason)
            event = Event(
                EventKind.WITHHELD,
                recipient=recipient,
                provider=message.provider,
                account=message.account,
                reference=reference,
                occurred_at=now,
                channel=message.channel,
                failure=failure,
            )
        return Decision(
            recipient=recipient,
            purpose=message.purpose,
            channel=message.channel,
            allowed=not causes,
            causes=causes,
            event=event,
            now=now,
        )

    def release(
        self,
        recipient: str,
        cause: CauseKind | str | Cause,
        *,
        actor: Party | str,
        proof: ReleaseProof | str,
        at: datetime,
    ) -> Release:
        """
        Try to lift a cause. Nothing is changed: an accepted release has the event that lifts it when it is folded in.

        Args:
            recipient: Whose.
            cause: Which; a kind is enough where there is one of the kind.
            actor: Who lifts it.
            proof: What the caller vouches for.
            at: When it was asked for (aware); must be later than the evidence.

        Raises:
            ValueError: If a word is in no vocabulary, or *at* has no zone.
            TypeError: If an argument is of another type.
        """
        actor, proof, at = member("actor", Party, actor), member("proof", ReleaseProof, proof), moment("at", at)
        kind = cause.kind if isinstance(cause, Cause) else member("cause", CauseKind, cause)
        found = tuple(
            each
            for each in self._causes(_address(recipient), at)
            if each.kind is kind and (not isinstance(cause, Cause) or _place(each) == _place(cause))
        )
        would_do = _lifts_all(found)
        why_not = _why_not(found, would_do, actor, proof, at)
        event = None
        if why_not is None:
            about = found[0]
            event = Event(
                EventKind.RELEASED,
                recipient=recipient,
                occurred_at=at,
                value=release_value(kind, actor, proof),
                channel=about.channel or Channel.EMAIL,
                scope=about.scope,
                provider=about.provider,
                account=about.account,
            )
        return Release(
            recipient=recipient,
            kind=kind,
            actor=actor,
            proof=proof,
            at=at,
            accepted=why_not is None,
            why_not=why_not,
            causes=found,
            would_do=would_do,
            event=event,
        )

    def _causes(self, address: str, now: datetime) -> list[Cause]:
        """Give everything that stands against an address, for whatever message; the most binding first."""
        facts = self._facts.get(address)
        if facts is None:
            return []
        lifts, happened = lifts_at(facts, now), latest_times(facts)
        unlisted = unlisted_at(lifts)
        together: dict[FactKey, dict[FactKey, datetime]] = {}
        causes = []
        for key in facts:
            ground = self.rules.grounds.get(key.fact)
            if ground is not None and key.fact is not Fact.FAILED and not is_lifted(key, happened[key], ground, lifts):
                together.setdefault(key._replace(detail=(), undated=None), {})[key] = happened[key]
        for key, known in together.items():
            evidence = max((facts[each] for each in known), key=age)
            causes.append(self._cause(key, evidence, max(known.values()), lists_that_hold(known, unlisted)))
        if repeated := self._repeated(facts, lifts, now):
            causes.append(repeated)
        return sorted(causes, key=_rank)

    def _cause(
        self,
        key: FactKey,
        evidence: Event,
        happened_by: datetime,
        listed_by: tuple[tuple[str | None, str | None], ...] = (),
        until: datetime | None = None,
    ) -> Cause:
        ground = self.rules.grounds[key.fact]
        return Cause(
            kind=ground.kind,
            reason=ground.reason,
            scope=key.scope or EVERYTHING,
            channel=key.channel,
            provider=key.provider,
            account=key.account,
            purposes=ground.purposes,
            since=evidence.occurred_at,
            happened_by=None if happened_by == LATEST else happened_by,
            until=until,
            evidence=evidence,
            releases=ground.releases,
            listed_by=listed_by,
        )

    def _repeated(self, facts: Facts, lifts: Mapping[FactKey, datetime], now: datetime) -> Cause | None:
        """
        Count failures since the last delivery or release: each copy on the day it first failed, each day once.

        A delivered copy that failed as well is no sign that the mailbox works again.
        """
        failed = {key: event for key, event in facts.items() if key.fact is Fact.FAILED}
        if len(failed) < self.rules.days or Fact.FAILED not in self.rules.grounds:
            return None
        copies = {key.detail[1:] for key in failed}
        released = {*lifted_by(FactKey(Fact.FAILED), self.rules.grounds[Fact.FAILED])}
        since = max(
            (
                at
                for key, at in lifts.items()
                if key in released or (key.fact is Fact.DELIVERED and key.detail not in copies)
            ),
            default=None,
        )
        counted: dict[str | None, Event] = {}
        for key in sorted(failed, key=lambda key: key.detail[0] or ""):
            if key.detail[1:] in copies:
                copies.remove(key.detail[1:])
                if since is None or when(failed[key]) >= since:
                    counted[key.detail[0]] = max(failed[key], counted.get(key.detail[0], failed[key]), key=age)
        days = sorted(counted.values(), key=age)
        for first, last in reversed(list(zip(days, days[self.rules.days - 1 :], strict=False))):
            if when(last) - when(first) <= self.rules.window:
                until = _after(when(last), self.rules.lasts)
                return self._cause(FactKey(Fact.FAILED), last, when(last), until=until) if now < until else None
        return None

    # -- growing -----------------------------------------------------------------------------------------------------

    def __or__(self, other: "SuppressionList") -> "SuppressionList":
        """
        Join two lists of one tenant: all that either knows. Commutes, associates, is idempotent (law 4).

        Raises:
            ValueError: If they are read by different rules.
        """
        if not isinstance(other, SuppressionList):
            return NotImplemented
        if self.rules != other.rules:
            raise ValueError("two suppression lists with different rules; fold the events again with one of them")
        joined = dict(self._facts)
        for address, theirs in other._facts.items():
            facts = Facts(joined.get(address, {}))
            facts.room = max(facts.room, 2 * len(facts))
            for key, event in theirs.items():
                add(facts, key, event)
            joined[address] = forget(facts)
        return SuppressionList(self.rules, joined)

    @cached_property
    def _addresses(self) -> tuple[str, ...]:
        return tuple(address for address, facts in self._facts.items() if any(key.fact not in LIFTS for key in facts))

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def __repr__(self) -> str:
        return f"SuppressionList({len(self)} addresses, rules={self.rules.name!r})"  # addresses are personal data

    # -- storing -----------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Give the list ready for JSON, for a store: its evidence, of which ``from_dict`` makes it again."""
        evidence = {event.fingerprint: event for facts in self._facts.values() for event in facts.values()}
        return {
            "rules": self.rules.name,
            "evidence": [_stored(event) for _, event in sorted(evidence.items())],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], *, rules: str | Rules | None = None) -> "SuppressionList":
        """
        Read what ``to_dict`` gave, by *rules*, or by those it was stored with.

        Raises:
            PayloadError: If it is of another form.
            UnknownName: If no rules have that name.
        """
        try:
            name, evidence = stored["rules"], list(stored["evidence"])
        except (KeyError, TypeError) as error:
            raise PayloadError("expected a suppression list as to_dict writes it") from error
        if not isinstance(name, str):
            raise PayloadError(f"expected str, got {type(name).__name__}", path="rules")
        return suppress(map(Event.from_dict, evidence), rules=name if rules is None else rules)


def suppress(events: Iterable[Event], *, rules: str | Rules = "default") -> SuppressionList:
    """
    Join what *events* say of any recipients. Those of a test mode count nowhere, and those without a recipient.

    Order and repetition do not matter (laws 2 and 3), and ``suppress(a + b) == suppress(a) | suppress(b)`` (law 4): a
    list that is kept takes the new events alone.

    Raises:
        UnknownName: If no rules have that name.
    """
    chosen = rules_of(rules)
    known: dict[str, Facts] = {}
    for event in events:
        if event.test or event.recipient is None:
            continue
        for key in facts_in(event, chosen):
            facts = known.setdefault(comparable(event.recipient), Facts())
            add(facts, key, event)
    return SuppressionList(chosen, {address: forget(facts) for address, facts in known.items()})


def _stored(event: Event) -> dict[str, Any]:
    """Give what is compared, and when it came if nothing else says when it happened."""
    stored = event.content()
    if event.occurred_at is None and event.received_at is not None:
        stored["received_at"] = event.to_dict()["received_at"]
    return stored


def _place(cause: Cause) -> tuple[object, ...]:
    """Tell a cause from others, whatever its evidence."""
    return cause.kind, cause.reason, cause.channel, cause.scope, cause.provider, cause.account


def _rank(cause: Cause) -> tuple[int, int, str, str]:
    """Order causes by what they bind, then by content alone."""
    return cause.kind.ordinal, -len(cause.purposes), str(_place(cause)), cause.evidence.fingerprint


def _binds(cause: Cause, message: _Message) -> bool:
    """Whether it stops such a message; what is not told of the message is read on the safe side."""
    purpose, channel, scope, provider, account = message
    return (
        purpose in cause.purposes
        and cause.channel in (None, channel)
        and not (scope is not None and _is_outside(scope, cause))
        and (provider is None or cause.provider in (None, provider))
        and (account is None or cause.account in (None, account))
    )


def _is_outside(scope: Scope, cause: Cause) -> bool:
    """Whether what a message belongs to shows that the cause is not about it: another of the same kind, both named."""
    if scope.kind is not cause.scope.kind or scope.kind is ScopeKind.EVERYTHING or not scope.name:
        return False
    if cause.channel is not None and STOPS[cause.channel] is Fact.STOPPED and scope.kind is not ScopeKind.SENDER:
        return False  # whatever the label it was said under
    return scope.name.strip().casefold() != cause.scope.name.strip().casefold()  # as Mailgun does with tags


def _after(moment: datetime, duration: timedelta) -> datetime:
    """Add; what lies after the end of the calendar is its end."""
    return LATEST if duration > LATEST - moment else moment + duration


def _lifts_all(causes: tuple[Cause, ...]) -> tuple[tuple[Party, ReleaseProof], ...]:
    """Give the releases that every one of them takes."""
    if not causes:
        return ()
    return tuple(each for each in causes[0].releases if all(each in cause.releases for cause in causes))


def _why_not(
    causes: tuple[Cause, ...],
    would_do: tuple[tuple[Party, ReleaseProof], ...],
    actor: Party,
    proof: ReleaseProof,
    at: datetime,
) -> WhyNot | None:
    if not causes:
        return WhyNot.NO_SUCH_CAUSE
    if len({_place(cause) for cause in causes}) > 1:
        return WhyNot.SEVERAL_CAUSES
    if (actor, proof) not in would_do:
        return WhyNot.WRONG_PROOF if any(party is actor for party, _ in would_do) else WhyNot.WRONG_ACTOR
    if any(cause.happened_by is None for cause in causes):
        return WhyNot.CAUSE_WITHOUT_TIME
    return WhyNot.NOT_LATER if any(cause.happened_by and at <= cause.happened_by for cause in causes) else None


def _text(name: str, value: str | None) -> str | None:
    """Check the type of an id; the event that carries it makes it printable."""
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{name}: expected str, got {type(value).__name__}")


def _address(recipient: str) -> str:
    """Compare as events do, which are made printable and cut first."""
    if not isinstance(recipient, str):
        raise TypeError(f"recipient: expected str, got {type(recipient).__name__}")
    return comparable(cut(printable(recipient)))
