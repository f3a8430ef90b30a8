"""What an event is made of: why it failed, what it covers, whom all events of a body are from, and what is rarely asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from deliverystatus import _checks as check
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._diagnosis import Diagnosis, diagnose
from deliverystatus._enums import Channel, Permanence, Reason, ScopeKind
from deliverystatus.exceptions import PayloadError


def _failure_text(value: str | None) -> str | None:
    return None if value is None else check.required_text("failure", value)


def _scope_name(value: str) -> str:
    return check.required_text("scope", value)


def _scope_kind(value: ScopeKind | str) -> ScopeKind:
    return check.member("scope", ScopeKind, value)


def _reason(value: Reason | str | None) -> Reason | None:
    return value if value is None or isinstance(value, Reason) else check.member("claimed", Reason, value)


@attrs.frozen(kw_only=True)
class Failure:
    """
    Why an event is a failure, as far as it was said. Reason and permanence are diagnosed from it on first use.

    Attributes:
        reply_code: The reply code, if the provider gives it apart from the text: ``"550"`` (RFC 5321 section 4.2).
        enhanced_code: The enhanced status code, likewise: ``"5.1.1"`` (RFC 3463).
        diagnostic: The remote server's text (RFC 3464 Diagnostic-Code), cut at 4,000 characters. Personal data.
        reported: The provider's own word for it: ``"HardBounce"``, ``"suppress-complaint"``.
        claimed: The reason that word stands for, by the provider's table; holds where text and codes say nothing.
        smtp_command: The command that was refused, if known: ``"RCPT"``.
        remote_mta: The server that refused, if known.

    Raises:
        TypeError: If a field is no string.
        ValueError: If *claimed* is no reason.
    """

    # strangers may put anything into any of these: only what is of our own words is shown
    reply_code: str | None = attrs.field(default=None, converter=_failure_text, repr=False)
    enhanced_code: str | None = attrs.field(default=None, converter=_failure_text, repr=False)
    diagnostic: str | None = attrs.field(default=None, converter=_failure_text, repr=False)
    reported: str | None = attrs.field(default=None, converter=_failure_text, repr=False)
    claimed: Reason | None = attrs.field(default=None, converter=_reason)
    smtp_command: str | None = attrs.field(default=None, converter=_failure_text, repr=False)
    remote_mta: str | None = attrs.field(default=None, converter=_failure_text, repr=False)

    @property
    def diagnosis(self) -> Diagnosis:
        """
        What the words and codes mean; what the provider's class means where they name no cause.

        A class that blames the address does not stand against a code that speaks of a policy (X.7), and none makes
        permanent what the reply says will pass.
        """
        found = diagnose(
            self.diagnostic or "",
            reply_code=self.reply_code,
            enhanced_code=self.enhanced_code,
            smtp_command=self.smtp_command,
            remote_mta=self.remote_mta,
        )
        if self.claimed is None or not found.vague:
            return found
        claim = CONSEQUENCES[self.claimed]
        if claim.bad_address and (found.enhanced_code or "")[1:4] == ".7.":
            return found
        passes = found.permanence is Permanence.TRANSIENT
        return attrs.evolve(
            found,
            reason=self.claimed,
            permanence=found.permanence if passes else claim.permanence,
            address_is_bad=claim.bad_address and not passes,
            evidence="reported",
            vague=False,
        )

    @property
    def reason(self) -> Reason:
        """Why."""
        return self.diagnosis.reason

    @property
    def permanence(self) -> Permanence:
        """Whether a later message to this address would fail too. Diagnosed, never the class digit."""
        return self.diagnosis.permanence

    @property
    def address_is_bad(self) -> bool:
        """Whether the address itself is at fault, so that it must not be mailed again (law 8)."""
        return self.diagnosis.address_is_bad

    def to_dict(self) -> dict[str, str]:
        """Give what is known as strings, ready for JSON; ``from_dict`` reads it back."""
        return {name: str(value) for name, value in attrs.asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], *, path: str = "failure") -> Self:
        """
        Read what ``to_dict`` gave.

        Raises:
            PayloadError: If a field is of another type or unknown.
        """
        known = {field.name for field in attrs.fields(cls)}
        for name, value in stored.items():
            if name not in known or not isinstance(value, str | None):
                raise PayloadError("expected a string in a documented field", path=f"{path}.{check.safe(name)}")
        if stored.get("claimed") is not None:
            check.word(Reason, stored["claimed"], f"{path}.claimed")
        return cls(**stored)


@attrs.frozen
class Scope:
    """
    What an unsubscription or a list entry covers.

    Attributes:
        kind: What sort of thing.
        name: Which one; empty for everything.

    Raises:
        ValueError: If *kind* is no scope kind.
        TypeError: If *name* is no string.
    """

    kind: ScopeKind = attrs.field(converter=_scope_kind)
    name: str = attrs.field(default="", converter=_scope_name, repr=False)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)

    @classmethod
    def of(cls, text: "str | Scope") -> "Scope":
        """
        Read ``"stream:broadcast"``, the form that ``str`` gives.

        Raises:
            ValueError: If the part before the colon is no scope kind.
            TypeError: If it is neither a scope nor a string.
        """
        if isinstance(text, Scope):
            return text
        if not isinstance(text, str):
            raise TypeError(f"scope: expected str, got {type(text).__name__}")
        kind, _, name = text.partition(":")
        return cls(_scope_kind(kind), name)


EVERYTHING = Scope(ScopeKind.EVERYTHING)


@attrs.frozen(kw_only=True)
class Source:
    """
    What all events of one webhook body share.

    Attributes:
        provider: The provider's name; ``None`` on our own side.
        account: The caller's name for the account the webhook belongs to.
        received_at: When the body arrived (aware, UTC), by the caller's word.
        authenticated: ``True`` if signed, ``None`` on the caller's word, ``False`` if anyone could have sent it.
        channel: How the message travelled.
        reference_key: The metadata key that carries the sender's reference.
        sent_via: The provider that sent the mail which a bounce mail is about.
    """

    provider: str | None = None
    account: str | None = None
    received_at: datetime | None = None
    authenticated: bool | None = None
    channel: Channel = Channel.EMAIL
    reference_key: str | None = attrs.field(default=None, eq=False)
    sent_via: str | None = attrs.field(default=None, eq=False)


@attrs.frozen(kw_only=True)
class Details:
    """The fields of an event that are rare, or that folding never asks for; documented on ``Event``."""

    scope: Scope | None = None
    value: str | None = attrs.field(default=None, repr=False)
    url: str | None = attrs.field(default=None, repr=False)
    part: tuple[int, int] | None = None
    internet_message_id: str | None = attrs.field(default=None, repr=False)
    final_recipient: str | None = attrs.field(default=None, repr=False)
    retrying: bool | None = None
    retry_until: datetime | None = None
    event_id: str | None = attrs.field(default=None, repr=False)
    tags: tuple[str, ...] = attrs.field(default=(), repr=False)
    metadata: Mapping[str, str] = attrs.field(factory=dict, repr=False)
