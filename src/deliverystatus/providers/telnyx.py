"""
Telnyx: one event a call, as ``{"data": {...}, "meta": {...}}``; a group message has several recipients.

Sources, as [X1] to [X7] below:
 X1  https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks (events, statuses, retries)
 X2  https://developers.telnyx.com/docs/messaging/messages/error-codes (also support.telnyx.com article 6505121)
 X3  https://developers.telnyx.com/docs/messaging/messages/message-detail-records (other statuses, and codes that contradict X2)
 X4  https://developers.telnyx.com/docs/messaging/messages/advanced-opt-in-out
 X5  https://github.com/team-telnyx/telnyx-node src/resources/messages/messages.ts (the fields, with their types)
 X6  https://github.com/team-telnyx/telnyx-node src/lib/webhooks.ts (the signature)
 X7  https://developers.telnyx.com/docs/messaging/messages/receiving-rcs-webhooks

Quirks:
 - ``message.finalized`` says no more than that nothing follows: what happened is in ``to[].status``, of each recipient.
 - ``delivery_unconfirmed`` and ``dlr_timeout`` are no failure: the message was sent, and no receipt came [X1, X3].
 - 40300, 40301, 40310 and 40311 are four things in [X2] and four others in [X3]: their titles tell, where they are known.
   Titles and details are Telnyx's; an operator's words are never passed on.
 - An error may point at a recipient, as ``/to/1`` [X5]; the others are about all.
 - ``parts`` is how many there are; they are reported as one, so an event is of the whole.
 - A STOP blocks all numbers of the messaging profile [X4], not only the one it was sent to, which is the scope that is given
   here: what is sent from another fails with 40300. Such a failure does not say which number the STOP was sent to, so it has
   no scope here. Telnyx says in ``autoresponse_type`` what it made of a text, by keywords that each profile can change; it
   knows.
 - What comes in by RCS has its text in ``body``, or in the suggestion that was tapped there, and is sent to an agent, which
   has an ``agent_id`` and no number [X7]: then the agent is what is stopped and started.
 - There is no field for data of the sender's, other than tags.
 - ``data.id`` stays the same when a call is repeated (``meta.attempt``), and is the same for all recipients.
 - The signature covers the time and the body. What is not taken with 2xx within two seconds is sent again, three times to each
   of two URLs at most [X1]; for how long is not said.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import attrs

from deliverystatus import _phone as phone
from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Partly, Precision, Provider, noting
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event_type`` about messages of ours [X1, X3]: the least that it says of each recipient
EVENTS = {
    "message.sent":      EventKind.SENT,      # handed to the operator
    "message.finalized": EventKind.ACCEPTED,  # nothing but that it is the last
    "message.delivered": EventKind.ACCEPTED,  # in [X3] only, so its status is believed, not its name
    "message.read":      EventKind.OPENED,    # RCS [X7]
}  # fmt: skip

#: ``event_type`` of what was sent to us [X1]
RECEIVED = {"message.received": "an incoming message"}

#: ``status`` of a recipient [X1, X3, X5]: what happened, and which reason the word stands for
STATUSES = {
    "scheduled":            (EventKind.ACCEPTED,            None),
    "queued":               (EventKind.ACCEPTED,            None),
    "sending":              (EventKind.ACCEPTED,            None),
    "sent":                 (EventKind.SENT,                None),
    "delivered":            (EventKind.DELIVERED,           None),
    "delivery_unconfirmed": (EventKind.SENT,                None),
    "dlr_timeout":          (EventKind.SENT,                None),
    "read":                 (EventKind.OPENED,              None),                  # RCS and WhatsApp
    "sending_failed":       (EventKind.DROPPED,             None),                  # never left Telnyx
    "cancelled":            (EventKind.DROPPED,             Reason.POLICY_HOLD),    # by the sender, while scheduled
    "expired":              (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "delivery_failed":      (EventKind.UNDETERMINED_BOUNCE, None),                  # but see ERRORS and TITLES
    "failed":               (EventKind.UNDETERMINED_BOUNCE, None),                  # "see errors array" [X3]
    "gw_timeout":           (EventKind.UNDETERMINED_BOUNCE, Reason.NETWORK_ERROR),  # no answer from the gateway: an end [X3]
}  # fmt: skip

#: ``code`` of an error [X2]: what a failure with it is if it was tried, and which reason it stands for
ERRORS = {
    "40001": (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),         # not routable: a landline
    "40002": (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),            # an operator's filter, for now
    "40003": (EventKind.SOFT_BOUNCED,        Reason.REPUTATION_BLOCKED),      # the sending number, for good
    "40004": (EventKind.SOFT_BOUNCED,        None),                           # rejected, "unknown reason"
    "40005": (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),                 # on its way
    "40006": (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_SERVER_ERROR),  # the operator's server is down
    "40008": (EventKind.UNDETERMINED_BOUNCE, None),                           # undeliverable: for what is not said
    "40009": (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),
    "40010": (EventKind.SOFT_BOUNCED,        Reason.SENDER_REJECTED),         # a number not registered (10DLC)
    "40011": (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),
    "40012": (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "40013": (EventKind.SOFT_BOUNCED,        Reason.SENDER_REJECTED),
    "40014": (EventKind.DROPPED,             Reason.EXPIRED),                 # in Telnyx's queue
    "40015": (EventKind.DROPPED,             Reason.SPAM_CONTENT),            # Telnyx's own filter
    "40016": (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),            # an operator's limit of a day
    "40017": (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),
    "40018": (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),
    "40100": (EventKind.DROPPED,             Reason.CHANNEL_DISABLED),        # the sending number is for calls only
    "40150": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40151": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40300": (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),  # disputed: the API and [X4] say so too
    "40301": (EventKind.UNDETERMINED_BOUNCE, None),                           # disputed
    "40302": (EventKind.DROPPED,             Reason.MESSAGE_TOO_LARGE),
    "40304": (EventKind.DROPPED,             Reason.PROTOCOL_ERROR),          # our request does not fit together
    "40305": (EventKind.DROPPED,             Reason.SENDER_REJECTED),
    "40306": (EventKind.DROPPED,             Reason.SENDER_REJECTED),
    "40308": (EventKind.DROPPED,             Reason.SENDER_REJECTED),
    "40309": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),          # a country not allowed on the profile
    "40310": (EventKind.UNDETERMINED_BOUNCE, None),                           # disputed
    "40311": (EventKind.UNDETERMINED_BOUNCE, None),                           # disputed
    "40312": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40313": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40314": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40315": (EventKind.DROPPED,             Reason.REPUTATION_BLOCKED),      # too little arrives, or too much is spam
    "40316": (EventKind.DROPPED,             Reason.CONTENT_REJECTED),        # there is none
    "40317": (EventKind.DROPPED,             Reason.CONTENT_REJECTED),        # of an MMS
    "40318": (EventKind.DROPPED,             Reason.RATE_LIMITED),            # the queue is full
    "40319": (EventKind.DROPPED,             None),                           # this number takes no such type
    "40320": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40321": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "40322": (EventKind.DROPPED,             Reason.CONTENT_REJECTED),
    "40328": (EventKind.DROPPED,             Reason.MESSAGE_TOO_LARGE),
    "40329": (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),          # a toll-free number not verified
    "40400": (EventKind.SOFT_BOUNCED,        Reason.SENDER_REJECTED),         # [X3] only
    "40500": (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),            # [X3] only
}  # fmt: skip
UNLISTED_ERROR = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``title`` of an error whose code is disputed: likewise [X2, X3]
TITLES = {
    "blocked due to stop message": (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),
    "destination number blocked":  (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),  # "has opted out" [X3]
    "invalid 'to' address":        (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "invalid destination":         (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "carrier rejected":            (EventKind.SOFT_BOUNCED,        None),
    "undeliverable":               (EventKind.UNDETERMINED_BOUNCE, None),
}  # fmt: skip

#: ``type`` of a message: how it travels [X1]; for RCS there is no channel of its own
TYPES = {"sms": Channel.SMS, "mms": Channel.SMS, "rcs": Channel.SMS, "whatsapp": Channel.WHATSAPP}

#: ``autoresponse_type`` of an incoming message [X4]; of HELP nothing follows
AUTORESPONSES = {"stop": EventKind.UNSUBSCRIBED, "start": EventKind.RESUBSCRIBED}

_POINTER = re.compile(r"/?(to|cc)/([0-9]{1,6})(?:/|\Z)", re.ASCII)

_FAILED = frozenset({EventKind.UNDETERMINED_BOUNCE, EventKind.SOFT_BOUNCED, EventKind.DROPPED})


def elements(payload: Any) -> Body:
    """Give the one element: the event."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    data = payload.get("data")
    if "data" not in payload or (isinstance(data, dict) and "event_type" not in data):
        raise PayloadError("expected an object with data that has an event_type")
    return Body((data,), _at_data)


def _at_data(_: int) -> str:
    return "data"


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event for each recipient, a stop, or a notice."""
    data = reading.object_of(element)
    name = cut(reading.required(data, "event_type").strip().lower())
    if name not in EVENTS and name not in RECEIVED and not _names_recipients(data.get("payload")):
        return Notice(name=name)  # of calls, faxes, numbers: about no message
    payload = reading.object_of(data.get("payload"), "payload")
    source = reading.on(source, TYPES.get((_text(payload, "type", "payload") or "").lower(), source.channel))
    if name in RECEIVED:
        return _received(data, payload, source)
    errors = _errors(payload)
    shared = cache(partial(details, data, payload))  # once, or the work were as large as its square
    of_message = _text(payload, "id", "payload"), reading.iso_time(data.get("occurred_at"), "occurred_at")
    events: list[Event] = []
    problems: list[PayloadError] = []
    for place, entry in _recipients(payload):
        with noting(problems, f"payload.{place}"):
            error = errors.get(place) or errors.get("")
            events.append(_event(of_message, source, name, entry, error, shared))
    if not (events or problems):
        raise PayloadError("missing", path="payload.to")
    return Partly(tuple(events), tuple(problems)) if problems else tuple(events)


def _event(  # noqa: PLR0917 (what all recipients share, and one of them)
    of_message: tuple[str | None, datetime | None],
    source: Source,
    name: str,
    entry: Any,
    error: Mapping[str, Any] | None,
    shared: Callable[[], Details],
) -> Event:
    recipient = reading.required(reading.object_of(entry), "phone_number")
    word, kind, claimed = name, EventKind.UNKNOWN, None
    if name in EVENTS:
        word = cut(reading.required(entry, "status").strip().lower())
        kind, claimed = STATUSES.get(word, (EventKind.UNKNOWN, None))
        if kind is EventKind.ACCEPTED:
            kind = EVENTS[name]
    failure = None
    if kind in _FAILED:
        kind, failure = _failed(kind, word, claimed, error)
    return Event.read(
        kind,
        source,
        recipient,
        of_message[0],
        None,
        of_message[1],
        failure=failure,
        details=partial(_with_value, shared, word) if kind is EventKind.UNKNOWN else shared,
    )


def _failed(
    kind: EventKind, word: str, claimed: Reason | None, error: Mapping[str, Any] | None
) -> tuple[EventKind, Failure]:
    """What never left Telnyx is no bounce, whatever its code."""
    code = reading.loose_text(error.get("code")) if error is not None else None
    if error is None or code is None:
        return kind, Failure(reported=word, claimed=claimed)
    title = (reading.loose_text(error.get("title")) or "").strip().lower()
    if_tried, why = TITLES.get(title) or ERRORS.get(code, UNLISTED_ERROR)
    return kind if kind is EventKind.DROPPED else if_tried, Failure(reported=code, claimed=why or claimed)


def _errors(payload: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Give the first error about each recipient, by place; that about all of them has none."""
    found: dict[str, Mapping[str, Any]] = {}
    errors = payload.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            origin = error.get("source")
            pointer = origin.get("pointer") if isinstance(origin, dict) else None
            pointed = _POINTER.match(pointer) if isinstance(pointer, str) else None
            found.setdefault(f"{pointed[1]}.{int(pointed[2])}" if pointed else "", error)
    return found


def _recipients(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the recipients with their places; ``cc`` has those of a group message that were copied in."""
    for field in ("to", "cc"):
        entries = payload.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            yield f"{field}.{index}", entry


def _names_recipients(payload: object) -> bool:
    found = [entry for _, entry in _recipients(payload)] if isinstance(payload, dict) else []
    return bool(found) and all(isinstance(entry, dict) and entry.get("phone_number") for entry in found)


def _received(data: Mapping[str, Any], payload: Mapping[str, Any], source: Source) -> Outcome:
    """The id of an incoming message is its own, and names no message of ours."""
    said = _text(payload, "autoresponse_type", "payload") or ""
    kind = AUTORESPONSES.get(said.strip().lower()) or next(filter(None, map(phone.keyword, _texts(payload))), None)
    if kind is None:
        return Notice(name="inbound")
    with reading.under("payload.from"):
        number = reading.required(reading.object_of(payload.get("from")), "phone_number")
    return Event.read(
        kind,
        source,
        number,
        None,
        None,
        reading.iso_time(data.get("occurred_at"), "occurred_at"),
        details=Details(scope=_scope(payload, kind), event_id=reading.loose_text(data.get("id"))),
    )


def _texts(payload: Mapping[str, Any]) -> Iterator[object]:
    """Give what was written, or on RCS was written or tapped."""
    yield payload.get("text")
    body = payload.get("body")
    if isinstance(body, dict):
        yield body.get("text")
        tapped = body.get("suggestion_response")
        yield tapped.get("text") if isinstance(tapped, dict) else None


def _scope(payload: Mapping[str, Any], kind: EventKind) -> Scope:
    """Give the number or agent of ours that was written to; in a group it is not said which that is."""
    entries = [entry for _, entry in _recipients(payload) if isinstance(entry, dict)]
    ours = None
    if len(entries) == 1:
        ours = reading.loose_text(entries[0].get("phone_number")) or reading.loose_text(entries[0].get("agent_id"))
    if ours is None and kind is EventKind.UNSUBSCRIBED:
        return EVERYTHING
    return Scope(ScopeKind.SENDER, ours or "")  # what starts again from a number that is not named lifts nothing


def _text(element: Mapping[str, Any], name: str, path: str) -> str | None:
    try:
        return reading.text(element, name)
    except PayloadError as error:
        raise error.under(path) from None


def _with_value(shared: Callable[[], Details], word: str) -> Details:
    return attrs.evolve(shared(), value=word)


def details(data: Mapping[str, Any], payload: Mapping[str, Any]) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    return Details(event_id=reading.loose_text(data.get("id")), tags=reading.strings(payload.get("tags")))


PROVIDER = Provider(
    name="telnyx",
    title="Telnyx",
    elements=elements,
    read=read,
    tables={
        "event_type": {**EVENTS, **RECEIVED},
        "status": STATUSES,
        "code": ERRORS,
        "title": TITLES,
        "type": TYPES,
        "autoresponse_type": AUTORESPONSES,
        "text": phone.KEYWORDS,
    },
    channels=(Channel.SMS, Channel.WHATSAPP),
    scheme=signing.ed25519_of_time_and_body(
        "telnyx-signature-ed25519",
        "telnyx-timestamp",
        between="|",
        needs="the public key of the account",
        window=timedelta(0),  # the time is that of the attempt; 300 seconds are the tolerance of [X6], and ours
    ),
    habits=Habits(
        event_id=EventId.SHARED,
        precision=Precision.FRACTION,
        lists=("block rules of a messaging profile",),
    ),
)
parse = PROVIDER.parse
