"""
Scaleway Transactional Email: one JSON object for each event, of one recipient, which its topics wrap as SNS does (``_sns``).

Sources, as [W1] to [W5] below:
 W1  https://www.scaleway.com/en/docs/transactional-email/reference-content/webhook-events-payloads (fields and types)
 W2  https://github.com/scaleway/scaleway-sdk-go api/tem/v1alpha1/tem_sdk.go (WebhookEventType, EmailTry, EmailFlag)
 W3  https://www.scaleway.com/en/docs/transactional-email/how-to/create-webhooks (Topics and Events)
 W4  https://github.com/scaleway/docs-content/pull/4288 (blocklists: how an address comes on one, and for how long)
 W5  https://github.com/scaleway/docs-content pages/topics-and-events/reference-content/verifying-webhooks.mdx

Quirks:
 - ``email_response_code`` is 0 if no server was reached, and then ``email_response_message`` is Scaleway's own text [W2].
 - ``email_dropped`` is a bounce, not something that was not tried [W2]: the reply tells of which sort.
 - ``email_spam`` is a filter's word, Scaleway's own or the recipient's server's [W2]: nobody complained.
 - ``email_blocklisted`` was not sent [W2]. An address is put on a list for a bounce, for a while that grows, or by hand,
   for good [W4]; which of these is not said, but what the entry is for is: ``blocklist_type`` [W1].
 - One failure may be told twice, as ``email_mailbox_not_found`` and as ``email_dropped``.
 - ``email_next_try`` is when it is tried next, and not until when: not read.
 - There is no container for the sender's own data: *reference* names a header of the mail.
 - Topics sign as Amazon SNS does. A certificate counts if Scaleway's authority issued it, whose own certificate they publish
   [W5]: it is to be given in ``Trust(authorities=…)``, and each new one (every year) is asked for by its URL.
 - Openings, clicks and complaints are not reported.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus import _sns
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Source

#: ``type``: what happened, and which reason it stands for [W1, W2]
EVENTS = {
    "email_queued":            (EventKind.ACCEPTED,            None),
    "email_delivered":         (EventKind.DELIVERED,           None),
    "email_deferred":          (EventKind.DEFERRED,            None),
    "email_dropped":           (EventKind.UNDETERMINED_BOUNCE, None),                      # but see REPLIES
    "email_spam":              (EventKind.DROPPED,             Reason.SPAM_CONTENT),       # but see REPLIES
    "email_mailbox_not_found": (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "email_blocklisted":       (EventKind.DROPPED,             Reason.SUPPRESSED_OTHER),   # but see LISTS
    "blocklist_created":       (EventKind.SUPPRESSION_CHANGED, Reason.SUPPRESSED_OTHER),   # likewise
    "unknown_type":            (EventKind.UNKNOWN,             None),
}  # fmt: skip

#: ``blocklist_type``: what an entry is for [W1]
LISTS = {
    "mailbox_full":      Reason.SUPPRESSED_REPEATED_BOUNCES,
    "mailbox_not_found": Reason.SUPPRESSED_BAD_ADDRESS,
}  # fmt: skip

#: The first digit of ``email_response_code``: what some of them are if a server said so
REPLIES = {
    "email_dropped": {"5": EventKind.BOUNCED,      "4": EventKind.SOFT_BOUNCED},  # given up
    "email_spam":    {"5": EventKind.SOFT_BOUNCED, "4": EventKind.SOFT_BOUNCED, "2": EventKind.UNKNOWN},  # taken all the same
}  # fmt: skip

_FINE = frozenset({EventKind.ACCEPTED, EventKind.DELIVERED, EventKind.UNKNOWN})
_OF_NO_MAIL = frozenset({EventKind.UNKNOWN, EventKind.SUPPRESSION_CHANGED})

_LISTED = frozenset({EventKind.DROPPED, EventKind.SUPPRESSION_CHANGED})

#: ``type`` of what met no server of the recipient's
_NOT_TRIED = frozenset({"email_blocklisted", "blocklist_created"})
_MARKS = ("email_id", "domain_id")


def elements(payload: Any) -> Body:
    """Give the elements: the body, or the entries of a batch."""
    return _sns.elements(payload, _MARKS)


def read(element: Any, source: Source) -> Outcome:
    """Read one element, in whatever it is wrapped: an event, or a notice."""
    return _sns.read(element, _MARKS, partial(_read, source))


def _read(source: Source, event: Mapping[str, Any], event_id: str | None) -> Outcome:
    name = reading.required(event, "type")
    kind, claimed = EVENTS.get(name, (EventKind.UNKNOWN, None))
    if kind in _OF_NO_MAIL and not event.get("email_to"):
        return Notice(name=name)
    code = _reply_code(event)
    failure = None
    if kind not in _FINE:
        kind = REPLIES.get(name, {}).get(reading.reply_class(code) or "", kind)
        replied = code is not None and name not in _NOT_TRIED
        failure = Failure(
            reply_code=code if replied else None,
            diagnostic=_said(event) if replied else None,
            reported=name,
            claimed=LISTS.get(reading.loose_text(event.get("blocklist_type")) or "", claimed)
            if kind in _LISTED
            else claimed,
        )
    return Event.read(
        kind,
        source,
        reading.address(event, "email_to"),
        reading.text(event, "email_id"),
        None if source.reference_key is None else _header(event, source.reference_key),
        reading.iso_time(event.get("created_at"), "created_at"),
        failure=None if kind is EventKind.UNKNOWN else failure,
        details=partial(details, event, kind, event_id),
    )


def _reply_code(event: Mapping[str, Any]) -> str | None:
    code = reading.loose_text(event.get("email_response_code"))
    return None if code == "0" else code


def _said(event: Mapping[str, Any]) -> str | None:
    said = (reading.loose_text(event.get(field)) for field in ("email_response_message", "email_error"))  # the older
    return next(filter(None, said), None)


def _headers(event: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    headers = event.get("email_headers")
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict):
            yield (reading.loose_text(header.get("key")) or "").lower(), header.get("value")


def _header(event: Mapping[str, Any], name: str) -> str | None:
    return next((reading.loose_text(value) for key, value in _headers(event) if key == name.lower()), None)


def details(event: Mapping[str, Any], kind: EventKind, event_id: str | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    value = "added" if kind is EventKind.SUPPRESSION_CHANGED else None
    return Details(
        scope=None if value is None else EVERYTHING,
        value=reading.loose_text(event.get("type")) if kind is EventKind.UNKNOWN else value,
        internet_message_id=reading.message_id(_header(event, "Message-ID")),
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(event.get("id")) or event_id,
    )


PROVIDER = Provider(
    name="scaleway",
    title="Scaleway Transactional Email",
    elements=elements,
    read=read,
    decode=_sns.decode,
    tables={"type": EVENTS, "blocklist_type": LISTS},
    scheme=signing.sns(*signing.SCALEWAY),
    habits=Habits(
        besides=frozenset({EventKind.SOFT_BOUNCED}),  # by the server's code
        event_id=EventId.OWN,
        precision=Precision.FRACTION,
        lists=("blocklists",),
    ),
)
parse = PROVIDER.parse
