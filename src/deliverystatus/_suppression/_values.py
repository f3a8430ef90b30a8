"""What is asked and answered: a standing, and the causes, incidents, decisions and releases that callers get."""

from datetime import datetime

import attrs

from deliverystatus._checks import flag, optional_moment
from deliverystatus._enums import Channel, Party, Purpose, Reason
from deliverystatus._events import Event
from deliverystatus._suppression._words import CauseKind, Fact, IncidentKind, ReleaseProof, WhyNot
from deliverystatus._values import Scope


def _kind_alone(scope: Scope) -> str:
    return str(scope.kind)  # what a list is called, strangers may have said


def _is_flag(_: object, field: "attrs.Attribute[bool | None]", value: bool | None) -> None:  # noqa: FBT001 (a validator)
    flag(field.name, value)


def _is_count(_: object, field: "attrs.Attribute[int | None]", value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError(f"{field.name}: expected int, got {type(value).__name__}")


def _quota_renews_at(value: datetime | None) -> datetime | None:
    return optional_moment("quota_renews_at", value)


def _last_active(value: datetime | None) -> datetime | None:
    return optional_moment("last_active", value)


@attrs.frozen(kw_only=True)
class Standing:
    """
    What is so at the moment and is no event: the caller's word for settings, agreements and accounts.

    What is not told (``None``) stops nothing, but for opting in where the rules ask for it.

    Attributes:
        opted_in: Whether the recipient agreed to get such messages (T15).
        declined: Whether the recipient chose not to get this type of message (T7).
        template_on: Whether the account sends this type of message (T7).
        channel_on: Whether the account may use the channel (T14).
        quota_left: How many messages the account may still send (T13).
        quota_renews_at: When there will be more (aware).
        on_hold: Whether our own system holds messages to this recipient back (T16).
        last_active: When the recipient last did what ends inactivity (aware), as far as no event tells (A24).
    """

    opted_in: bool | None = attrs.field(default=None, validator=_is_flag)
    declined: bool | None = attrs.field(default=None, validator=_is_flag)
    template_on: bool | None = attrs.field(default=None, validator=_is_flag)
    channel_on: bool | None = attrs.field(default=None, validator=_is_flag)
    quota_left: int | None = attrs.field(default=None, validator=_is_count)
    quota_renews_at: datetime | None = attrs.field(default=None, converter=_quota_renews_at)
    on_hold: bool | None = attrs.field(default=None, validator=_is_flag)
    last_active: datetime | None = attrs.field(default=None, converter=_last_active)


NOTHING_TOLD = Standing()


@attrs.frozen(kw_only=True)
class Cause:
    """
    One reason not to write to an address.

    Attributes:
        kind: What sort of reason.
        reason: The reason a message that is withheld for it has.
        decided_by: Whose decision it is.
        scope: What it covers.
        channel: Where it binds; ``None`` on every channel.
        domain: The domain it is about, with everybody there; ``None``: this address alone.
        provider: Whose sending it binds; ``None``: anybody's.
        account: In which account of theirs; ``None``: any.
        purposes: The messages it stops.
        since: When the evidence happened (aware, UTC); ``None`` if that is not known.
        happened_by: By when all of its evidence had happened (aware, UTC), so that a release must be later: what has no
            time of its own had when it first reached us. ``None`` if that is not known either; it is once the event is
            folded in again with its ``received_at``.
        until: When it ends by itself (aware, UTC); ``None``: it does not.
        evidence: The event that shows it, the latest if there are several; ``None`` where it is no event.
        releases: Who lifts it with which proof, the likeliest first.
        listed_by: Each (provider, account) whose own list is known to hold the address for it: lifting it here does
            not lift it there.
    """

    kind: CauseKind
    reason: Reason
    decided_by: Party
    scope: Scope = attrs.field(repr=_kind_alone)
    channel: Channel | None
    domain: str | None = attrs.field(repr=False)
    provider: str | None
    account: str | None
    purposes: frozenset[Purpose]
    since: datetime | None
    happened_by: datetime | None
    until: datetime | None
    evidence: Event | None
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

    @property
    def place(self) -> tuple[object, ...]:
        """What tells it from other causes of the address, whatever its evidence."""
        return self.kind, self.reason, self.channel, self.scope, self.provider, self.account, self.which

    @property
    def which(self) -> str:
        """What tells it from others of its kind, in the words of a release: its purposes, or the reason of an entry."""
        if self.kind is CauseKind.PROVIDER_LIST:
            return str(self.reason)
        limited = self.kind is CauseKind.MANUAL and self.purposes != frozenset(Purpose)
        return ",".join(sorted(self.purposes)) if limited else ""


@attrs.frozen(kw_only=True)
class Incident:
    """
    Many failures at a time with one cause that is not the addresses'.

    Attributes:
        kind: What sort of trouble.
        reason: The reason they all failed for; ``None`` for several.
        domain: The receiving domain; ``None`` if it is not of one.
        provider: Who sent; ``None`` if it is not of one, or our own side did.
        account: In which account.
        channel: How what failed was to travel; ``None`` for trouble of a receiving domain, or with finding them.
        since: The first of the failures (aware, UTC).
        last: The latest of them (aware, UTC).
        addresses: How many addresses they are of.
        who_acts: Who can do something about it.
    """

    kind: IncidentKind
    reason: Reason | None
    domain: str | None
    provider: str | None
    account: str | None
    channel: Channel | None
    since: datetime
    last: datetime
    addresses: int
    who_acts: Party


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
        waiting: Every cause that would stop it, but for an incident: the next message shows.
        incidents: The troubles that keep causes waiting, and those which such a message would meet now.
        probe: Whether the message tries an address again whose suppression ended by itself; send one, and wait.
        event: The ``withheld`` event that records the refusal, of the message's copy if its reference was told; ``None``
            if it may be sent.
        now: When it was asked (aware, UTC).
    """

    recipient: str = attrs.field(repr=False)
    purpose: Purpose
    channel: Channel
    allowed: bool
    causes: tuple[Cause, ...]
    waiting: tuple[Cause, ...] = ()
    incidents: tuple[Incident, ...] = ()
    probe: bool = False
    event: Event | None
    now: datetime


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
