"""
Event: what somebody said happened to a copy.

Providers read thousands of these from one body, so an event stores few fields. What every event of one body shares
(``Source``) is one object; what folding never asks for (``Details``) is read from the provider's element on first use;
digests and diagnoses are made when somebody wants them. All of it is pure: when it happens changes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import attrs

from deliverystatus import _checks as check
from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Reason
from deliverystatus._phone import number_on
from deliverystatus._text import comparable
from deliverystatus._values import Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

_NO_DETAILS = Details()


@attrs.define(eq=False, repr=False)
class _Facts:
    """
    What an event stores. Plain slots are set four times as fast as frozen ones, and a webhook body makes thousands, so
    they are filled here and the object becomes an ``Event``, which is frozen, before anyone sees it.
    """

    kind: EventKind
    source: Source
    recipient: str | None
    message_id: str | None
    reference: str | None
    occurred_at: datetime | None
    actor: Actor
    failure: Failure | None
    attribution: Attribution
    test: bool
    _rest: Details | Callable[[], Details]
    _known_content: tuple[object, ...] = attrs.field(init=False)  # set on first use
    _known_fingerprint: str = attrs.field(init=False)  # set on first use


class Event(_Facts):
    """
    What a provider, or our own side, said happened to one copy.

    Two events are equal if they say the same: everything counts but ``received_at``, ``event_id``, ``tags`` and
    ``metadata`` (providers change them when they repeat themselves), and recipients are compared as addresses.

    Args:
        kind: What happened.
        provider: Who said so; ``None`` on our own side.
        account: The caller's name for the account at the provider.
        message_id: The provider's id that joins a webhook to the send call's answer.
        reference: The sender's own id of the hand-over; exists before and without a provider.
        recipient: One envelope address or phone number, as it was spelled.
        occurred_at: When (aware; kept in UTC), or ``None`` where none is given.
        received_at: When it reached us (aware; kept in UTC), if the caller says.
        actor: Who opened, clicked or answered; unknown unless a provider's flag or the caller says.
        attribution: How surely it is about this recipient.
        authenticated: ``True`` signed, ``None`` the caller's word, ``False`` anyone could have sent it.
        channel: How the message travels. Of a number it need not be said: it is an SMS then, and no mail; and one that is
            spelled ``whatsapp:+1…`` names it.
        failure: Why it failed; ``None`` unless it did.
        scope: What an unsubscription or list entry covers; of a failure or complaint, what the provider listed the
            address for because of it.
        value: The answer of a ``responded``; ``added`` or ``removed`` of a ``suppression_changed``.
        url: The link that was followed. Personal data.
        part: ``(i, n)``: this is part i of the n parts of an SMS, counted from 1. ``(0, 0)``: it is a part with a message
            id of its own, and which of how many is not said.
        test: Whether it comes from the provider's test mode: it counts nowhere.
        internet_message_id: The Message-ID header (RFC 5322), without angle brackets.
        final_recipient: The address that failed, where it is not the one addressed (forwarding).
        retrying: Whether the provider will try again; ``None`` if it does not say.
        retry_until: Until when it will (aware; kept in UTC).
        event_id: The provider's id of the event: a hint only, some change it on retry, some share it.
        tags: The tags the sender gave the message.
        metadata: The other data the sender gave the message, as strings.

    Raises:
        ValueError: If a time has no zone, or a word is in no vocabulary.
        TypeError: If a field is of another type.
    """

    __slots__ = ()

    def __init__(
        self,
        kind: EventKind | str,
        *,
        recipient: str | None = None,
        provider: str | None = None,
        account: str | None = None,
        message_id: str | None = None,
        reference: str | None = None,
        occurred_at: datetime | None = None,
        received_at: datetime | None = None,
        actor: Actor | str = Actor.UNKNOWN,
        attribution: Attribution | str = Attribution.EXACT,
        authenticated: bool | None = None,
        channel: Channel | str = Channel.EMAIL,
        failure: Failure | None = None,
        scope: Scope | str | None = None,
        value: str | None = None,
        url: str | None = None,
        part: tuple[int, int] | None = None,
        test: bool = False,
        internet_message_id: str | None = None,
        final_recipient: str | None = None,
        retrying: bool | None = None,
        retry_until: datetime | None = None,
        event_id: str | None = None,
        tags: tuple[str, ...] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        if failure is not None and not isinstance(failure, Failure):
            raise TypeError(f"failure: expected a Failure, got {type(failure).__name__}")
        facts = _Facts(
            check.member("kind", EventKind, kind),
            Source(
                provider=check.text("provider", provider),
                account=check.text("account", account),
                received_at=check.optional_moment("received_at", received_at),
                authenticated=check.flag("authenticated", authenticated),
                channel=check.member("channel", Channel, channel),
            ),
            check.text("recipient", recipient),
            check.text("message_id", message_id),
            check.text("reference", reference),
            check.optional_moment("occurred_at", occurred_at),
            check.member("actor", Actor, actor),
            failure,
            check.member("attribution", Attribution, attribution),
            bool(check.flag("test", test)),
            Details(
                scope=None if scope is None else Scope.of(scope),
                value=check.text("value", value),
                url=check.text("url", url),
                part=check.part(part),
                internet_message_id=check.text("internet_message_id", internet_message_id),
                final_recipient=check.text("final_recipient", final_recipient),
                retrying=check.flag("retrying", retrying),
                retry_until=check.optional_moment("retry_until", retry_until),
                event_id=check.text("event_id", event_id),
                tags=check.strings(tags),
                metadata={} if metadata is None else check.mapping(metadata),
            ),
        )
        for field in attrs.fields(_Facts):
            if field.init:
                object.__setattr__(self, field.name, getattr(facts, field.name))

    @classmethod
    def read(  # noqa: PLR0917 (called for every element: positional arguments are quicker)
        cls,
        kind: EventKind,
        source: Source,
        recipient: str | None,
        message_id: str | None,
        reference: str | None,
        occurred_at: datetime | None,
        *,
        actor: Actor = Actor.UNKNOWN,
        failure: Failure | None = None,
        attribution: Attribution = Attribution.EXACT,
        test: bool = False,
        details: Details | Callable[[], Details] = _NO_DETAILS,
    ) -> Self:
        """Make an event of fields that a provider module checked while reading them; users call ``Event(...)``."""
        facts: Any = _Facts(
            kind, source, recipient, message_id, reference, occurred_at, actor, failure, attribution, test, details
        )
        facts.__class__ = cls
        event: Self = facts
        return event

    def vouched(self, *, authenticated: bool, reference: str | None = None, recipient: str | None = None) -> "Event":
        """
        Give the same event with what is known of its sender.

        Args:
            authenticated: Whether it is shown that not just anyone can have sent it.
            reference: The sender's own id of the hand-over, if the proof carries it; else the event keeps its own.
            recipient: Whom the message was for, if that is shown and another than the event names: then the address
                that failed becomes the final recipient.
        """
        details = self._rest
        if recipient is not None and self.failure is not None and self.recipient is not None:
            details = attrs.evolve(self.details, final_recipient=self.recipient)
        return Event.read(
            self.kind,
            attrs.evolve(self.source, authenticated=authenticated),
            recipient or self.recipient,
            self.message_id,
            reference or self.reference,
            self.occurred_at,
            actor=self.actor,
            failure=self.failure,
            attribution=self.attribution,
            test=self.test,
            details=details,
        )

    @property
    def details(self) -> Details:
        """The rare fields, read from the provider's element on first use; the event lets go of the element then."""
        if isinstance(self._rest, Details):
            return self._rest
        details = self._rest()
        object.__setattr__(self, "_rest", details)
        return details

    @property
    def provider(self) -> str | None:
        """Who said so; ``None`` on our own side."""
        return self.source.provider

    @property
    def account(self) -> str | None:
        """The caller's name for the account at the provider."""
        return self.source.account

    @property
    def received_at(self) -> datetime | None:
        """When it reached us (aware, UTC), if the caller said."""
        return self.source.received_at

    @property
    def authenticated(self) -> bool | None:
        """``True`` signed, ``None`` the caller's word, ``False`` anyone could have sent it."""
        return self.source.authenticated

    @property
    def channel(self) -> Channel:
        """How the message travels: as was said, but to a number by SMS, unless that names another (``whatsapp:``)."""
        said, recipient = self.source.channel, self.recipient
        return said if not recipient or "@" in recipient else channel_to(recipient, said)

    @property
    def reason(self) -> Reason | None:
        """Why it failed, diagnosed; ``None`` unless it did."""
        return None if self.failure is None else self.failure.reason

    @property
    def scope(self) -> Scope | None:
        """What an unsubscription or list entry covers."""
        return self.details.scope

    @property
    def value(self) -> str | None:
        """The answer of a ``responded``; ``added`` or ``removed`` of a ``suppression_changed``."""
        return self.details.value

    @property
    def url(self) -> str | None:
        """The link that was followed."""
        return self.details.url

    @property
    def part(self) -> tuple[int, int] | None:
        """``(i, n)``: this is part i of n, counted from 1."""
        return self.details.part

    @property
    def internet_message_id(self) -> str | None:
        """The Message-ID header (RFC 5322), without angle brackets."""
        return self.details.internet_message_id

    @property
    def final_recipient(self) -> str | None:
        """The address that failed, where it is not the one addressed."""
        return self.details.final_recipient

    @property
    def retrying(self) -> bool | None:
        """Whether the provider will try again; ``None`` if it does not say."""
        return self.details.retrying

    @property
    def retry_until(self) -> datetime | None:
        """Until when the provider will try (aware, UTC)."""
        return self.details.retry_until

    @property
    def event_id(self) -> str | None:
        """The provider's id of the event: a hint only."""
        return self.details.event_id

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags the sender gave the message."""
        return self.details.tags

    @property
    def metadata(self) -> Mapping[str, str]:
        """The other data the sender gave the message."""
        return self.details.metadata

    @property
    def _content(self) -> tuple[object, ...]:
        """What equality, hash and fingerprint compare, and nothing else."""
        try:
            return self._known_content
        except AttributeError:
            object.__setattr__(self, "_known_content", self._read_content())
            return self._known_content

    def _read_content(self) -> tuple[object, ...]:
        rest, source = self.details, self.source
        return (
            self.kind,
            source.provider,
            source.account,
            source.authenticated,
            self.channel,
            None if self.recipient is None else comparable(self.recipient),
            self.message_id,
            self.reference,
            None if self.occurred_at is None else self.occurred_at.isoformat(),
            self.actor,
            self.attribution,
            self.test,
            None if self.failure is None else tuple(self.failure.to_dict().items()),
            None if rest.scope is None else str(rest.scope),
            rest.value,
            rest.url,
            rest.part,
            rest.internet_message_id,
            None if rest.final_recipient is None else comparable(rest.final_recipient),
            rest.retrying,
            None if rest.retry_until is None else rest.retry_until.isoformat(),
        )

    @property
    def fingerprint(self) -> str:
        """A digest (32 hex digits) of exactly what equality compares; ties are broken by it, never by arrival."""
        try:
            return self._known_fingerprint
        except AttributeError:
            content = json.dumps(self._content, separators=(",", ":")).encode("ascii")
            object.__setattr__(self, "_known_fingerprint", hashlib.blake2b(content, digest_size=16).hexdigest())
            return self._known_fingerprint

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return self is other or (self.kind is other.kind and self._content == other._content)

    def __hash__(self) -> int:
        return hash(self._content)

    def __repr__(self) -> str:
        said = [str(self.kind), f"provider={self.provider!r}", f"occurred_at={self.occurred_at}"]
        if self.failure is not None:
            said.append(f"reason={self.failure.reason}")
        return f"Event({', '.join(said)})"  # recipients, texts and URLs are personal data

    def __setattr__(self, name: str, value: object) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __delattr__(self, name: str) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __reduce__(self) -> tuple[Any, ...]:
        return Event.from_dict, (self.to_dict(),)  # with the details read, and without the provider's element

    def to_dict(self) -> dict[str, Any]:
        """
        Give the event ready for JSON, without what is unset; ``Event.from_dict`` reads it back.

        Times are ISO 8601 in UTC. The form is published as ``deliverystatus/event.schema.json``.
        """
        said: dict[str, Any] = {}
        for name in FIELDS:
            value = getattr(self, name)
            if value is None or value in (False, (), {}):
                if value is not False or name not in _FALSE_IS_SAID:
                    continue
            elif value is Actor.UNKNOWN or value is Attribution.EXACT or value is Channel.EMAIL:
                continue
            said[name] = _plain(value)
        return said

    def content(self) -> dict[str, Any]:
        """Give what ``to_dict`` gives, of the fields that equality compares: what a record keeps of its evidence."""
        return {name: value for name, value in self.to_dict().items() if name not in _NOT_COMPARED}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Event":
        """
        Read what ``to_dict`` gave.

        Raises:
            PayloadError: If it is not of the published form; the path says where.
        """
        if not isinstance(stored, Mapping):
            raise PayloadError(f"expected an object, got {type(stored).__name__}")
        for name in stored:
            if name not in FIELDS:
                raise PayloadError("no such field", path=check.safe(name))
        given: dict[str, Any] = {}
        for name, value in stored.items():
            if value is None:  # as good as left out
                continue
            try:
                given[name] = _READERS[name](value)
            except PayloadError:
                raise
            except (TypeError, ValueError):
                raise PayloadError(f"expected another form, got {type(value).__name__}", path=name) from None
        if "kind" not in given:
            raise PayloadError("missing", path="kind")
        return cls(**given)


def channel_named(recipient: str) -> Channel | None:
    """Say which channel a number names itself; ``None`` if it names none, or it is no number."""
    return None if "@" in recipient else number_on(recipient.strip())[1]


def channel_to(recipient: str, said: Channel) -> Channel:
    """
    Say how a message to somebody travels: as was *said*, but to a number by what that names, and never by mail.

    The name of a mailbox here, without a domain, is no number.
    """
    if "@" in recipient:
        return said
    never = said is Channel.EMAIL and comparable(recipient).startswith("+")
    return channel_named(recipient) or (Channel.SMS if never else said)


#: Every public field of an event, in the order in which it is written.
FIELDS = (
    "kind", "provider", "account", "message_id", "reference", "recipient", "occurred_at", "received_at", "actor",
    "attribution", "authenticated", "channel", "failure", "scope", "value", "url", "part", "test",
    "internet_message_id", "final_recipient", "retrying", "retry_until", "event_id", "tags", "metadata",
)  # fmt: skip

_NOT_COMPARED = frozenset({"received_at", "event_id", "tags", "metadata"})

#: Where False says something that leaving it out does not.
_FALSE_IS_SAID = frozenset({"authenticated", "retrying"})


def _written_text(value: object) -> str:
    return check.required_text("", value)


def _written_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _written_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        raise TypeError
    return check.moment("", datetime.fromisoformat(value))


def _written_part(value: object) -> tuple[int, int] | None:
    if not isinstance(value, list | tuple):
        raise TypeError
    return check.part(tuple(value))


def _written_failure(value: object) -> Failure:
    if not isinstance(value, Mapping):
        raise TypeError
    return Failure.from_dict(value)


#: Total over FIELDS.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(FIELDS, _written_text),
    **dict.fromkeys(("occurred_at", "received_at", "retry_until"), _written_time),
    **dict.fromkeys(("authenticated", "test", "retrying"), _written_flag),
    "kind": lambda value: check.word(EventKind, value, "kind"),
    "actor": lambda value: check.word(Actor, value, "actor"),
    "attribution": lambda value: check.word(Attribution, value, "attribution"),
    "channel": lambda value: check.word(Channel, value, "channel"),
    "failure": _written_failure,
    "scope": Scope.of,
    "part": _written_part,
    "tags": check.strings,
    "metadata": check.mapping,
}


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Failure():
            return value.to_dict()
        case Scope() | StrEnum():
            return str(value)
        case tuple():
            return list(value)
        case Mapping():
            return dict(value)
    return value
