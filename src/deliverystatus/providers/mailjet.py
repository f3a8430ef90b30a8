"""
Mailjet: the Event API posts one JSON object a call or, grouped, an array of those of the last second.

Sources, as [MJ1] to [MJ7] below:
 MJ1  https://github.com/mailjet/api-documentation guides/_event-api.md (events, and the table of errors)
 MJ2  https://dev.mailjet.com/email/guides/webhooks/ (the same, newer: more errors, ``Message_GUID``, ``comment``; its
      fields as in https://docs.rs/crate/mailjet_api_wrapper/latest/source/src/feedback/, its errors as in [MJ6])
 MJ3  https://documentation.mailjet.com/hc/en-us/articles/360043578154-Event-Tracking-API (tried for 24 hours)
 MJ4  https://documentation.mailjet.com/hc/en-us/articles/360043102273 (why mails are blocked)
 MJ5  https://github.com/mailjet/api-documentation guides/_send-api.md (what the send call answers)
 MJ6  https://github.com/anymail/django-anymail anymail/webhooks/mailjet.py
 MJ7  https://github.com/symfony/symfony src/Symfony/Component/Mailer/Bridge/Mailjet/RemoteEvent

Quirks:
 - ``sent`` is a delivery: "when the destination SMTP server has accepted the message" [MJ1]. Nothing tells of the
   acceptance by Mailjet itself.
 - The send call answers ``MessageID`` and ``MessageUUID``. The first is the id here: every version of the send call has
   it [MJ5] and so has every event, but for old ones, where it is in ``mj_message_id``; ``Message_GUID`` came later.
 - ``MessageID`` is an integer that no float holds: it is kept by its digits, and a number with a fraction is no id.
 - What bounced for good, ``hard_bounce`` tells; ``blocked`` tells whether Mailjet listed the address for it [MJ1].
 - The event ``blocked`` was never tried, with the same words for why: there they tell of an earlier message.
 - Nothing tells of attempts, but for a greylisting, which is a bounce that "will be re-attempted" [MJ1].
 - Absent fields are ``""`` or 0. Nothing has an id of its own, and nobody says whether a machine opened.
 - ``CustomID`` and ``Payload`` are the sender's own: a text, and a text that is JSON as often as not.
 - Nothing is signed: a secret in the URL, or basic authentication, shows who called [MJ1].
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Provider
from deliverystatus._decoding import decode
from deliverystatus._enums import EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [MJ1]
EVENTS = {
    "sent":    EventKind.DELIVERED,
    "open":    EventKind.OPENED,
    "click":   EventKind.CLICKED,
    "bounce":  EventKind.BOUNCED,       # but see HARD_BOUNCES and ERRORS
    "blocked": EventKind.DROPPED,
    "spam":    EventKind.COMPLAINED,
    "unsub":   EventKind.UNSUBSCRIBED,
}  # fmt: skip

#: ``hard_bounce``, "true if error was permanent" [MJ1]: what a bounce is, and what it is if nothing says why
HARD_BOUNCES = {
    "true":  (EventKind.BOUNCED,      EventKind.BOUNCED),
    "false": (EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE),  # or missing: that promises nothing
}  # fmt: skip

#: ``error``: what a bounce is whose HARD_BOUNCES row is not to be asked; which reason the word stands for if the message
#: was tried; and if it was blocked [MJ1, MJ2]
ERRORS = {
    # recipient
    "user unknown":               (None,               Reason.UNKNOWN_RECIPIENT,    Reason.SUPPRESSED_BAD_ADDRESS),
    "mailbox inactive":           (None,               Reason.MAILBOX_DISABLED,     Reason.SUPPRESSED_OTHER),
    "quota exceeded":             (None,               Reason.MAILBOX_FULL,         Reason.SUPPRESSED_OTHER),
    "blacklisted":                (EventKind.DROPPED,  None,                        Reason.SUPPRESSED_OTHER),
    "spam reporter":              (EventKind.DROPPED,  None,                        Reason.SUPPRESSED_COMPLAINT),
    # domain
    "invalid domain":             (None,               Reason.UNKNOWN_DOMAIN,       Reason.SUPPRESSED_BAD_ADDRESS),
    "no mail host":               (None,               Reason.NETWORK_ERROR,        Reason.SUPPRESSED_OTHER),  # "nobody answers"
    "relay/access denied":        (None,               Reason.POLICY_REJECTED,      Reason.SUPPRESSED_OTHER),  # one or the other
    "greylisted":                 (EventKind.DEFERRED, Reason.GREYLISTED,           Reason.SUPPRESSED_OTHER),  # but see _failed
    "typofix":                    (None,               Reason.INVALID_ADDRESS,      Reason.INVALID_ADDRESS),   # as Mailjet judges
    # content
    "bad or empty template":      (EventKind.DROPPED,  None,                        Reason.TEMPLATE_FAILED),
    "error in template language": (EventKind.DROPPED,  None,                        Reason.TEMPLATE_FAILED),
    # spam
    "sender blocked":             (None,               Reason.REPUTATION_BLOCKED,   Reason.SENDER_ACCOUNT),    # "contact us"
    "content blocked":            (None,               Reason.SPAM_CONTENT,         Reason.SPAM_CONTENT),      # by their own scan
    "policy issue":               (None,               Reason.POLICY_REJECTED,      Reason.POLICY_REJECTED),
    # system, which is theirs
    "system issue":               (None,               None,                        None),
    "protocol issue":             (None,               Reason.PROTOCOL_ERROR,       Reason.PROTOCOL_ERROR),
    "connection issue":           (None,               Reason.NETWORK_ERROR,        Reason.NETWORK_ERROR),
    # mailjet
    "preblocked":                 (EventKind.DROPPED,  None,                        Reason.SUPPRESSED_OTHER),  # see MJ4: why is open
    "duplicate in campaign":      (EventKind.DROPPED,  None,                        Reason.DUPLICATE),
}  # fmt: skip
UNLISTED_ERROR = (None, None, None)

#: ``error`` of a bounce that is not said to be permanent, where the word would blame the address for what may pass: which
#: reason it stands for then
ERRORS_IF_SOFT = {
    "user unknown":   None,
    "invalid domain": Reason.NETWORK_ERROR,  # its DNS did not answer
    "typofix":        None,
}  # fmt: skip

_TRIED = frozenset({EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE, EventKind.DEFERRED})

#: The reference key that names the sender's id itself; every other is looked up in ``Payload``
CUSTOM_ID = "CustomID"

#: The name, in metadata, of a ``Payload`` that is no JSON object
PAYLOAD = "Payload"


def elements(payload: Any) -> Body:
    """Give the elements: those of an array, or the one that the body is."""
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object or an array, got {type(payload).__name__}")
    if "event" not in payload:
        raise PayloadError("expected an object with an event")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice if it is of an unknown sort and about nobody."""
    name = reading.required(reading.object_of(element), "event").strip().lower()
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if kind is EventKind.UNKNOWN and not element.get("email"):
        return Notice(name=name)
    failure = None
    if kind is EventKind.BOUNCED or kind is EventKind.DROPPED:
        kind, failure = _failed(element, kind)
    return Event.read(
        kind,
        source,
        reading.required(element, "email"),
        _message_id(element),
        None if source.reference_key is None else _reference(element, source.reference_key),
        reading.unix_time(element.get("time"), "time"),
        failure=failure,
        details=partial(details, element, kind),
    )


def _failed(element: Mapping[str, Any], kind: EventKind) -> tuple[EventKind, Failure]:
    error = reading.text(element, "error")
    row: tuple[EventKind | None, Reason | None, Reason | None] = reading.word(ERRORS, error or "") or UNLISTED_ERROR
    listed, if_tried, if_blocked = row
    if kind is EventKind.DROPPED or listed is EventKind.DROPPED:
        return EventKind.DROPPED, Failure(reported=error, claimed=if_blocked)
    said = reading.text(element, "comment")
    if_known, if_not = HARD_BOUNCES["true" if element.get("hard_bounce") is True else "false"]
    kind = if_known if error or said else if_not
    if listed is not None and kind is not EventKind.BOUNCED:  # a hard greylisting is not tried again
        kind = listed
    if if_known is not EventKind.BOUNCED:
        if_tried = ERRORS_IF_SOFT.get((error or "").strip().lower(), if_tried)
    return kind, Failure(diagnostic=said, reported=error, claimed=if_tried)


def _message_id(element: Mapping[str, Any]) -> str | None:
    for name in ("MessageID", "mj_message_id"):
        given = reading.loose_text(element.get(name))
        if given is not None and given != "0":
            return given
    return None


def _reference(element: Mapping[str, Any], name: str) -> str | None:
    if name == CUSTOM_ID:
        return reading.loose_text(element.get(CUSTOM_ID))
    return reading.loose_text(_payload(element).get(name))


def _payload(element: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what the sender put into ``Payload``: the fields of a JSON object, or the text under its own name."""
    written = element.get(PAYLOAD)
    if not isinstance(written, str) or not written:
        return {}
    if written.lstrip().startswith("{"):
        with suppress(PayloadError):
            return reading.object_of(decode(written, {"Content-Type": "application/json"}))
    return {PAYLOAD: written}


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    return Details(
        scope=_scope(element, kind),
        value=(reading.loose_text(element.get("event")) or "").strip().lower() if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(element.get("url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        tags=reading.strings(element.get("customcampaign")),
        metadata=reading.metadata({CUSTOM_ID: element.get(CUSTOM_ID) or None, **_payload(element)}),
    )


def _scope(element: Mapping[str, Any], kind: EventKind) -> Scope | None:
    if kind is EventKind.UNSUBSCRIBED:
        mailing_list = reading.loose_text(element.get("mj_list_id"))
        return EVERYTHING if mailing_list in {None, "0"} else Scope(ScopeKind.LIST, mailing_list or "")
    # a bounce for which Mailjet blocks the address from now on
    return EVERYTHING if kind in _TRIED and element.get("blocked") is True else None


PROVIDER = Provider(
    name="mailjet",
    title="Mailjet",
    elements=elements,
    read=read,
    tables={"event": EVENTS, "error": ERRORS, "hard_bounce": HARD_BOUNCES},
    scheme=signing.shared_secret(),
    habits=Habits(
        retries=timedelta(hours=24),  # every 30 seconds [MJ3]
        lists=("blocked addresses", "exclusion list", "unsubscribed contacts"),
    ),
)
parse = PROVIDER.parse
