"""
Mailtrap (Email API/SMTP): a batch a call, as ``{"events": [...]}``, or as JSON Lines if the webhook is set up so.

Sources, as [T1] to [T7] below:
 T1  https://docs.mailtrap.io/email-api-smtp/advanced/webhooks (set-up, payloads, signature)
 T2  https://docs.mailtrap.io/developers/webhooks/json-handler and json-lines-handler (fields and answers)
 T3  https://docs.mailtrap.io/email-api-smtp/analytics/statuses-and-events (what the words mean)
 T4  https://docs.mailtrap.io/email-api-smtp/deliverability/bounce-categorization
 T5  https://help.mailtrap.io/article/95-suppressions-list
 T6  https://github.com/mailtrap/mailtrap-python and mailtrap-nodejs: verify_signature, and the types of suppressions
 T7  https://github.com/anymail/django-anymail anymail/webhooks/mailtrap.py with its tests

Quirks:
 - A ``soft bounce`` (with a space) is no end: the message is tried ten times more, and then delivered or bounced [T3].
 - A ``bounce`` is an end, and whatever the category, whether the server's words were of the address, of the moment or of us:
   a message that was retried in vain ends so too [T5]. Which it was, ``bounce_category`` tells, and the reply. On the list of
   suppressions all of them are "hard bounces".
 - A ``suspension`` is Mailtrap's own waiting, for our domain to be verified or for a limit of ours to be over; it ends in a
   delivery or a ``reject`` [T1, T3]. No server was asked.
 - A ``reject`` is for an address on the suppression list, or for a domain that was never verified [T3].
 - ``message_id`` is the recipient's: the send call answers one for each, in ``message_ids``.
 - ``custom_variables`` may hold numbers and booleans [T2].
 - An address that bounced with some categories is on the list of the whole account from then on; one that complained or
   unsubscribed, on that of the sending domain [T3, T5]. Nothing is posted when that ends: ``reject`` tells of it, a copy at a
   time.
 - No flag of machines.
 - The signature carries no time [T1]: the replay key must be remembered.
 - Any answer but 200 is retried, 40 times in all, every five minutes [T2].
 - Audit log webhooks (``activity_log.*``) are of the same shape, about the account [T1].
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import attrs

from deliverystatus import _decoding as decoding
from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [T2, T3]
EVENTS = {
    "delivery":    EventKind.DELIVERED,
    "soft bounce": EventKind.DEFERRED,      # "will be attempted 10 more times" [T3], whatever it is called
    "bounce":      EventKind.BOUNCED,       # but see CATEGORIES
    "suspension":  EventKind.DEFERRED,      # "re-check 10 more times" [T3]; see OURS
    "reject":      EventKind.DROPPED,       # not tried; see REJECTS
    "spam":        EventKind.COMPLAINED,    # a person's report; a filter's verdict is a category
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "open":        EventKind.OPENED,
    "click":       EventKind.CLICKED,       # no bot flag: scanners look like people
}  # fmt: skip

#: ``bounce_category``: what a bounce of it is, and which reason the word stands for [T4]
CATEGORIES = {
    "badrecipient":  (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),      # "invalid or does not exist"
    "overquota":     (EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL),           # but see LISTED
    "timeout":       (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),          # likewise; "unspecified, probably a timeout"
    "transientfail": (EventKind.SOFT_BOUNCED, None),                          # "a temporary issue"
    "greylisting":   (EventKind.SOFT_BOUNCED, Reason.GREYLISTED),
    "badsender":     (EventKind.SOFT_BOUNCED, Reason.SENDER_REJECTED),
    "block":         (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),        # "possibly due to security policies"
    "content":       (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
    "dnsfail":       (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),          # "issues with the DNS configuration"
    "generalfail":   (EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR),
    "serverfail":    (EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR),
    "relayfail":     (EventKind.SOFT_BOUNCED, Reason.RELAY_DENIED),
    "spam":          (EventKind.SOFT_BOUNCED, Reason.SPAM_CONTENT),           # a filter's word, no complaint
    "spam_gmail":    (EventKind.SOFT_BOUNCED, Reason.REPUTATION_BLOCKED),     # or authentication, or volume: ours in any case
    "serverpolicy":  (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),
    "verifyfail":    (EventKind.SOFT_BOUNCED, None),                          # the sender's or the recipient's address: not said
    "other":         (EventKind.BOUNCED,      None),                          # the reply tells, if anything does
}  # fmt: skip

#: The list is open: a category that is not on it leaves the event's own word, "permanent delivery failure" [T3], and no reason
UNLISTED_CATEGORY = (EventKind.BOUNCED, None)

#: ``bounce_category`` of what puts an address on the list though nothing is wrong with it [T4]; each bounce that is reported as
#: permanent does so as well [T5]
LISTED = frozenset({"overquota", "timeout"})

#: ``reason`` of a ``reject``, by how it begins: Mailtrap's words [T1], with the types of suppressions [T6]
REJECTS = {
    "recipient in suppression list. reason: unsubscription": Reason.SUPPRESSED_UNSUBSCRIBE,
    "recipient in suppression list. reason: spam complaint": Reason.SUPPRESSED_COMPLAINT,
    "recipient in suppression list. reason: hard bounce":    Reason.SUPPRESSED_REPEATED_BOUNCES,  # maybe of LISTED: no bad address
    "recipient in suppression list":                         Reason.SUPPRESSED_OTHER,  # such as one put there by hand
}  # fmt: skip

#: ``reason`` of a ``suspension``, and of a ``reject`` that followed one, by how it begins [T1]
OURS = {"your account has reached its daily sending limit": Reason.QUOTA_EXCEEDED}

#: What is not for the address is for us, and that is for our domain [T3], however it is worded
UNLISTED_REASON = Reason.SENDER_ACCOUNT

_BEGINS = {**REJECTS, **OURS}


def decode(payload: object, headers: Mapping[str, str] | None) -> Any:
    """
    Decode a body: JSON, or JSON Lines, which becomes a list. A line that is no JSON stays text, and costs the others nothing.

    Raises:
        PayloadError: If it is neither.
    """
    try:
        return decoding.decode(payload, headers)
    except PayloadError:
        lines = decoding.lines(payload)
        if not any(isinstance(line, dict) and "event" in line for line in lines):
            raise
    return lines


def elements(payload: Any) -> Body:
    """Give the elements: the events of the object, or the lines; a single line is the body itself."""
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if "events" not in payload and "event" in payload:
        return Body.of_one(payload)
    events = payload.get("events")
    if not isinstance(events, list):
        raise PayloadError(f"expected an array, got {type(events).__name__}", path="events")
    return Body(events, "events.{}".format)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice."""
    name = _name(reading.object_of(element))
    kind = EVENTS.get(name)
    if kind is None and not element.get("email"):  # such as the audit log's
        return Notice(name=name, detail=reading.text(element, "description") or "")
    failure = None
    if kind in _FAILURES:
        kind, failure = _FAILURES[kind](element, name)
    return Event.read(
        EventKind.UNKNOWN if kind is None else kind,
        source,
        reading.address(element, "email"),
        reading.text(element, "message_id"),
        reading.reference(source, element.get("custom_variables")),
        reading.unix_time(element.get("timestamp"), "timestamp"),
        failure=failure,
        details=partial(details, element, kind),
    )


def _name(element: Mapping[str, Any]) -> str:
    name = element.get("event")
    if type(name) is str and name in EVENTS:
        return name
    name = reading.required(element, "event").strip().lower()
    spaced = name.replace("_", " ")  # [T4] writes "soft_bounce"
    return spaced if spaced in EVENTS else name


def _deferred(element: Mapping[str, Any], name: str) -> tuple[EventKind, Failure]:
    if name == "suspension":
        return EventKind.DEFERRED, _ours(element, name)
    kind, failure = _refused(element, name)
    if kind is EventKind.BOUNCED:  # what is tried again is not yet held against the address, but by the server's words
        failure = attrs.evolve(failure, claimed=None)
    return EventKind.DEFERRED, failure


def _dropped(element: Mapping[str, Any], name: str) -> tuple[EventKind, Failure]:
    return EventKind.DROPPED, _ours(element, name)


def _ours(element: Mapping[str, Any], name: str) -> Failure:
    reason = reading.text(element, "reason")
    if reason is None:
        return Failure(reported=name)
    _, claimed = reading.by_beginning(_BEGINS, reason.strip().lower(), UNLISTED_REASON)
    return Failure(reported=reason, claimed=claimed)


def _refused(element: Mapping[str, Any], name: str) -> tuple[EventKind, Failure]:
    category = reading.text(element, "bounce_category")
    kind, claimed = UNLISTED_CATEGORY if category is None else reading.word(CATEGORIES, category) or UNLISTED_CATEGORY
    return kind, Failure(
        reply_code=reading.loose_text(element.get("response_code")),
        diagnostic=reading.text(element, "response"),
        reported=category or name,
        claimed=claimed,
    )


_FAILURES = {EventKind.DEFERRED: _deferred, EventKind.DROPPED: _dropped, EventKind.BOUNCED: _refused}


def details(element: Mapping[str, Any], kind: EventKind | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    return Details(
        scope=EVERYTHING if _is_listed(element, kind) else None,
        value=cut(_name(element)) if kind is None else None,
        url=reading.loose_text(element.get("url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(element.get("event_id")),
        tags=reading.strings(element.get("category")),
        metadata=reading.metadata(element.get("custom_variables")),
    )


def _is_listed(element: Mapping[str, Any], kind: EventKind | None) -> bool:
    """Whether Mailtrap writes no more: who unsubscribed, nothing of this sender's domain [T3]; who bounced, nothing at all."""
    if kind is EventKind.SOFT_BOUNCED:
        return (reading.loose_text(element.get("bounce_category")) or "").strip().lower() in LISTED
    return kind is EventKind.UNSUBSCRIBED or kind is EventKind.BOUNCED


PROVIDER = Provider(
    name="mailtrap",
    title="Mailtrap",
    elements=elements,
    read=read,
    tables={"event": EVENTS, "bounce_category": CATEGORIES, "reason": {**REJECTS, **OURS}},
    decode=decode,
    scheme=signing.hmac_of_body("Mailtrap-Signature", needs="the signing secret of the webhook"),
    habits=Habits(
        event_id=EventId.OWN,
        precision=Precision.SECOND,
        retries=timedelta(minutes=200),
        lists=("hard bounces", "spam complaints", "unsubscriptions", "manual imports"),
    ),
)
parse = PROVIDER.parse
