"""What a mail reports: one ``Report`` for each recipient, and the ``Mail`` they stand in."""

from datetime import datetime

import attrs

from deliverystatus._enums import Actor, Attribution, EventKind
from deliverystatus._mail._mime import Headers
from deliverystatus._values import Failure


@attrs.frozen(kw_only=True)
class Report:
    """
    What a mail says became of a message to one recipient.

    Attributes:
        kind: What happened.
        recipient: The address the message was sent to; ``None`` if nothing tells.
        final_recipient: The address it is about, where it is another.
        failure: Why it failed.
        occurred_at: When, if the report tells it apart from its own date.
        retry_until: Until when it is tried again.
        retrying: Whether it is.
        actor: Who opened it.
        attribution: How surely it is about this recipient.
        value: The word of the report, where the kind does not tell all of it.
    """

    kind: EventKind
    recipient: str | None = attrs.field(default=None, repr=False)
    final_recipient: str | None = attrs.field(default=None, repr=False)
    failure: Failure | None = None
    occurred_at: datetime | None = None
    retry_until: datetime | None = None
    retrying: bool | None = None
    actor: Actor = Actor.UNKNOWN
    attribution: Attribution = Attribution.EXACT
    value: str | None = None


@attrs.frozen(kw_only=True)
class Mail:
    """
    A mail that came back.

    Attributes:
        reports: What it reports; empty if it is no report.
        headers: Its own headers.
        original: The headers of the message it is about, as far as they were returned.
        addressed_to: Every address it was sent to, by any header that tells: where a signed return path shows.
        envelope_id: The envelope id (RFC 3461 ENVID) of the message it is about.
        message_id: Its own Message-ID.
        original_message_id: The Message-ID of the message it is about.
        occurred_at: When it was written.
    """

    reports: tuple[Report, ...]
    headers: Headers
    original: Headers
    addressed_to: tuple[str, ...] = attrs.field(repr=False)
    envelope_id: str | None = attrs.field(repr=False)
    message_id: str | None = attrs.field(repr=False)
    original_message_id: str | None = attrs.field(repr=False)
    occurred_at: datetime | None
