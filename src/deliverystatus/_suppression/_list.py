"""
The list itself: what is asked of it, how it grows, and how it is kept.

What it means is said in the package.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import attrs

from deliverystatus._checks import member, moment
from deliverystatus._enums import Channel, EventKind, Party, Purpose, ScopeKind
from deliverystatus._events import Event, channel_named, channel_to
from deliverystatus._suppression._causes import Findings, find, ranked
from deliverystatus._suppression._facts import (
    TOOK_MAIL,
    Domain,
    FactKey,
    Trouble,
    alike,
    by_hand_value,
    domain_of,
    release_value,
    when,
)
from deliverystatus._suppression._inactive import inactive_since
from deliverystatus._suppression._incidents import EXCUSES, Incidents
from deliverystatus._suppression._keeping import Facts, add, forget, lifted_too_often
from deliverystatus._suppression._presets import rules_of
from deliverystatus._suppression._rules import LIFTS, REMARKS, SETTINGS, STOPS, Rules
from deliverystatus._suppression._sorting import facts_in
from deliverystatus._suppression._standing import setting, settings_that_stop
from deliverystatus._suppression._values import NOTHING_TOLD, Cause, Decision, Incident, Release, Standing
from deliverystatus._suppression._words import CauseKind, Fact, ReleaseProof, WhyNot
from deliverystatus._text import comparable, cut, printable
from deliverystatus._values import EVERYTHING, Failure, Scope
from deliverystatus.exceptions import PayloadError

_NO_FACTS = Facts()

_Place = TypeVar("_Place")


class _Message(NamedTuple):
    """What is asked about, as ``may_send`` documents it."""

    purpose: Purpose
    channel: Channel
    scope: Scope | None
    provider: str | None
    account: str | None


def _with_arrivals(known: Mapping[Any, Facts]) -> dict[Any, dict[FactKey, tuple[Event, datetime]]]:
    """Give all that answers depend on: events are equal whenever they came, and without a time that counts."""
    return {place: {key: (event, when(event)) for key, event in facts.items()} for place, facts in known.items()}


def _that_took_mail(known: Mapping[str | Domain, Facts], *, but: Mapping[str | Domain, Facts] = {}) -> Iterator[str]:
    """Give the domain of each address that took mail, *but* of those that are known to have already."""
    for place, facts in known.items():
        if TOOK_MAIL in facts and isinstance(place, str) and TOOK_MAIL not in but.get(place, _NO_FACTS):
            yield domain_of(place) or ""


def _joined(mine: Mapping[_Place, Facts], theirs: Mapping[_Place, Facts], rules: Rules) -> dict[_Place, Facts]:
    joined = dict(mine)
    for place, more in theirs.items():
        known = joined.get(place)
        if known is None:
            joined[place] = more  # kept as it is: what is known of a place is never changed afterwards
            continue
        facts = Facts(known)
        facts.room = len(known) + len(more)
        for key, event in more.items():
            add(facts, key, event, rules)
        joined[place] = facts if len(facts) == len(known) else forget(facts, rules)  # none is new: within bounds
    return joined


def _withheld(recipient: str, cause: Cause, message: _Message, reference: str | None, now: datetime) -> Event:
    """Record a refusal, for the cause that binds most."""
    return Event(
        EventKind.WITHHELD,
        recipient=recipient,
        provider=message.provider,
        account=message.account,
        reference=reference,
        occurred_at=now,
        channel=message.channel,
        failure=Failure(reported=cause.word, claimed=cause.reason),
    )


def _released(recipient: str, cause: Cause, actor: Party, proof: ReleaseProof, at: datetime) -> Event:
    return Event(
        EventKind.RELEASED,
        recipient=recipient,
        occurred_at=at,
        value=release_value(cause.kind, actor, proof, cause.which),
        channel=cause.channel or Channel.EMAIL,
        scope=cause.scope,
        provider=cause.provider,
        account=cause.account,
    )


def _stored(event: Event) -> dict[str, Any]:
    """Give what is compared, and when it came if nothing else says when it happened."""
    stored = event.content()
    if event.occurred_at is None and event.received_at is not None:
        stored["received_at"] = event.to_dict()["received_at"]
    return stored


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
    return alike(scope) != alike(cause.scope)


def _lifts_all(causes: tuple[Cause, ...]) -> tuple[tuple[Party, ReleaseProof], ...]:
    """Give the releases that every one of them takes."""
    if not causes:
        return ()
    return tuple(each for each in causes[0].releases if all(each in cause.releases for cause in causes))


def _why_not(
    kind: CauseKind,
    causes: tuple[Cause, ...],
    would_do: tuple[tuple[Party, ReleaseProof], ...],
    said: tuple[Party, ReleaseProof],
    at: datetime,
) -> WhyNot | None:
    if kind in SETTINGS:
        return WhyNot.NOT_BY_RELEASE
    if not causes:
        return WhyNot.NO_SUCH_CAUSE
    if len({cause.place for cause in causes}) > 1:
        return WhyNot.SEVERAL_CAUSES
    if said not in would_do:
        return WhyNot.WRONG_PROOF if any(party is said[0] for party, _ in would_do) else WhyNot.WRONG_ACTOR
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
    address = comparable(cut(printable(recipient)))
    if not address or any(each in address for each in "<>, \t\r\n"):
        raise ValueError("recipient: expected a bare address or number")  # and no name, or it would match nothing
    return address


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
    _facts: Mapping[str | Domain, Facts] = attrs.field(factory=dict, hash=False, eq=_with_arrivals)
    _troubles: Mapping[Trouble, Facts] = attrs.field(factory=dict, hash=False, eq=_with_arrivals)
    #: The sender's own troubles, apart, for each question goes through them.
    _ours: Mapping[Trouble, Facts] = attrs.field(factory=dict, hash=False, eq=_with_arrivals)
    #: How many addresses took mail, by domain: read off the facts, and carried along.
    _took: Mapping[str, int] = attrs.field(factory=dict, eq=False)
    #: The incidents of the sender's own troubles, as far as they were asked for already: carried along.
    _found: Mapping[Trouble, tuple[Incident, ...]] = attrs.field(factory=dict, eq=False)

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
        standing: Standing | None = None,
        reference: str | None = None,
        now: datetime,
    ) -> Decision:
        """
        Say whether a message may be sent.

        Args:
            recipient: To whom.
            purpose: What it is for.
            channel: How it travels; to a number by SMS, unless it is said, or named by the number (``whatsapp:+1…``), that
                it is a WhatsApp message.
            scope: What it belongs to (``"group:17"``, ``"sender:+15550100"``). Not told, it may belong to anything that
                the recipient left; and a tag does not show which group, so only a scope of the same kind is outside of
                what was left. A STOP is the sender's: no other kind limits it.
            provider: Who would send it. Not told, it may be any.
            account: In which account. Not told, it may be any.
            standing: What is so at the moment and is no event.
            reference: The sender's own id of the message, for the event that records a refusal.
            now: The time (aware).

        Raises:
            ValueError: If a word is in no vocabulary, or *now* has no zone.
            TypeError: If an argument is of another type.
        """
        if not isinstance(standing, Standing | None):
            raise TypeError(f"standing: expected Standing, got {type(standing).__name__}")
        address = _address(recipient)
        message = _Message(
            member("purpose", Purpose, purpose),
            channel_to(cut(printable(recipient)), member("channel", Channel, channel)),
            None if scope is None else Scope.of(scope),
            _text("provider", provider),
            _text("account", account),
        )
        now, reference = moment("now", now), _text("reference", reference)
        found = self._find(address, now)
        causes = [*found.causes, *self._settings(address, standing or NOTHING_TOLD, message.purpose, now)]
        binding = tuple(cause for cause in ranked(causes) if _binds(cause, message))
        ours = self._incidents.of_sender(message.channel, message.provider, message.account, now)
        return Decision(
            recipient=recipient,
            purpose=message.purpose,
            channel=message.channel,
            allowed=not binding,
            causes=binding,
            waiting=tuple(cause for cause in found.waiting if _binds(cause, message)),
            incidents=(*found.incidents, *ours),
            probe=found.ended and not binding,
            event=_withheld(recipient, binding[0], message, reference, now) if binding else None,
            now=now,
        )

    def incidents(self, *, now: datetime) -> tuple[Incident, ...]:
        """
        Give the incidents of the last hours (``Rules.clusters.told_for``), the latest first.

        Raises:
            ValueError: If *now* has no zone.
            TypeError: If it is no datetime.
        """
        found = self._incidents.all_at(moment("now", now))
        return tuple(sorted(found, key=lambda each: (each.last, each.addresses, str(each)), reverse=True))

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
        address = _address(recipient)
        named = channel_named(cut(printable(recipient)))
        findings = self._find(address, at)
        found = tuple(
            each
            for each in (*findings.causes, *findings.waiting)
            if each.kind is kind
            and (not isinstance(cause, Cause) or each.place == cause.place)
            and (each.channel is None or named in (None, each.channel))
        )
        would_do = SETTINGS[kind].releases if kind in SETTINGS else _lifts_all(found)
        why_not = _why_not(kind, found, would_do, (actor, proof), at)
        if why_not is None and lifted_too_often(self._facts.get(address, Facts()), kind, actor, proof, self.rules):
            why_not = WhyNot.TOO_OFTEN
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
            event=_released(recipient, found[0], actor, proof, at) if why_not is None else None,
        )

    def _find(self, address: str, now: datetime) -> Findings:
        domain = domain_of(address)
        return find(
            address,
            self._facts.get(address, _NO_FACTS),
            _NO_FACTS if domain is None else self._facts.get(Domain(domain), _NO_FACTS),
            incidents=self._incidents,
            rules=self.rules,
            now=now,
        )

    def _settings(self, address: str, standing: Standing, purpose: Purpose, now: datetime) -> list[Cause]:
        """Give what no release lifts: what the caller tells, and inactivity."""
        facts = self._facts.get(address, _NO_FACTS)
        agreed = any(key.fact is Fact.OPTED_IN and when(event) <= now for key, event in facts.items())
        causes = settings_that_stop(standing, self.rules, purpose, now, agreed=agreed)
        if since := inactive_since(facts, self.rules, standing.last_active, now):
            causes.append(setting(CauseKind.INACTIVE, since=since))
        return causes

    @cached_property
    def _incidents(self) -> Incidents:
        return Incidents(self._troubles, self._ours, self._facts, self._took, self.rules.clusters, found=self._found)

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
        few, many = (self, other) if len(self._facts) < len(other._facts) else (other, self)
        took = dict(many._took)
        for domain in _that_took_mail(few._facts, but=many._facts):
            took[domain] = took.get(domain, 0) + 1
        return SuppressionList(
            self.rules,
            _joined(many._facts, few._facts, self.rules),
            _joined(many._troubles, few._troubles, self.rules),
            _joined(many._ours, few._ours, self.rules),
            took,
            many._incidents.of_ours_but(few._ours) | few._incidents.of_ours_but(many._ours),
        )

    @cached_property
    def _addresses(self) -> tuple[str, ...]:
        return tuple(
            place
            for place, facts in self._facts.items()
            if isinstance(place, str) and any(key.fact not in LIFTS and key.fact not in REMARKS for key in facts)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def __repr__(self) -> str:
        return f"SuppressionList({len(self)} addresses, rules={self.rules.name!r})"  # addresses are personal data

    # -- storing -----------------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Give the list ready for JSON, for a store: its evidence, of which ``from_dict`` makes it again."""
        places = (*self._facts.values(), *self._troubles.values(), *self._ours.values())
        # a failure without a time may be known by several arrivals, each of a day of its own
        evidence = {(event.fingerprint, when(event)): event for facts in places for event in facts.values()}
        return {
            "rules": self.rules.name,
            "evidence": [_stored(event) for _, event in sorted(evidence.items())],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], *, rules: str | Rules | None = None) -> "SuppressionList":
        """
        Read what ``to_dict`` gave. Rules of one's own are given again; what they do not ask for was not stored.

        Raises:
            PayloadError: If it is of another form.
            UnknownName: If no rules have that name.
            ValueError: If *rules* have another name than those it was stored with: fold the events again instead.
        """
        try:
            name, evidence = stored["rules"], list(stored["evidence"])
        except (KeyError, TypeError) as error:
            raise PayloadError("expected a suppression list as to_dict writes it") from error
        if not isinstance(name, str):
            raise PayloadError(f"expected str, got {type(name).__name__}", path="rules")
        chosen = rules_of(name if rules is None else rules)
        if chosen.name != name:
            raise ValueError("rules: expected those it was stored with; fold the events again with others")
        return suppress(map(Event.from_dict, evidence), rules=chosen)


def suppress(events: Iterable[Event], *, rules: str | Rules = "default") -> SuppressionList:
    """
    Join what *events* say of any recipients. Those of a test mode count nowhere, and those without a recipient.

    Order and repetition do not matter (laws 2 and 3), and ``suppress(a + b) == suppress(a) | suppress(b)`` (law 4): a
    list that is kept takes the new events alone.

    Raises:
        UnknownName: If no rules have that name.
    """
    chosen = rules_of(rules)
    known: dict[str | Domain, Facts] = {}
    troubles: dict[Trouble, Facts] = {}
    ours: dict[Trouble, Facts] = {}
    for event in events:
        if event.test:
            continue
        for place, key in facts_in(event, chosen):
            if isinstance(place, Trouble):
                add((troubles if place.kind in EXCUSES else ours).setdefault(place, Facts()), key, event, chosen)
            else:
                add(known.setdefault(place, Facts()), key, event, chosen)
    for facts in (*known.values(), *troubles.values(), *ours.values()):
        forget(facts, chosen)
    return SuppressionList(chosen, known, troubles, ours, Counter(_that_took_mail(known)))


def stop_by_hand(
    recipient: str,
    *,
    actor: Party | str,
    at: datetime,
    scope: Scope | str | None = None,
    purposes: Iterable[Purpose | str] = (),
    until: datetime | None = None,
) -> Event:
    """
    Make the event by which somebody on our side stops messages to a recipient; fold it in like any other.

    Args:
        recipient: To whom.
        actor: Who stops it: staff, or support. Whoever set it lifts it, or support.
        at: When (aware).
        scope: What it covers; ``None`` is everything.
        purposes: The messages it stops; none named are all.
        until: When it ends by itself (aware); ``None``: it does not.

    Raises:
        ValueError: If a word is in no vocabulary, nobody of that sort may, or *at* has no zone.
        TypeError: If an argument is of another type.
    """
    stopped = [member("purposes", Purpose, each) for each in purposes]
    return Event(
        EventKind.SUPPRESSION_CHANGED,
        recipient=recipient,
        occurred_at=moment("at", at),
        value=by_hand_value(member("actor", Party, actor), stopped, None if until is None else moment("until", until)),
        scope=EVERYTHING if scope is None else Scope.of(scope),
    )
