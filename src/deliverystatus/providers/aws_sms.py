"""
AWS End User Messaging: texts, pictures and RCS, one JSON object for each thing that happens to a message (``_sns``).

Sources, as [E1] to [E7] below:
 E1  https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
 E2  https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
 E3  https://docs.aws.amazon.com/sms-voice/latest/userguide/monitor-event-bridge.html
 E4  https://docs.aws.amazon.com/sms-voice/latest/userguide/rcs-events.html
 E5  https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html (what people answer)
 E6  https://docs.aws.amazon.com/pinpoint/latest/developerguide/event-streams-data-sms.html (statuses of the same service)
 E7  https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_CreateEventDestination.html (all event types)

Quirks:
 - Whether more is to come, ``isFinal`` tells, and no name does: TEXT_SUCCESSFUL (a carrier took it) is all that is ever
   heard in some countries, and says there what TEXT_DELIVERED says elsewhere [E1, E2].
 - After 72 hours without a carrier's word the status is UNKNOWN [E2]: nobody knows whether it arrived.
 - One event is about the whole message, of however many parts (``totalMessageParts``): no part is a copy of its own.
 - Events of EventBridge may leave out the recipient's number [E3]: they name a message, and no copy.
 - ``messageStatusDescription`` is Amazon's text for the status, and no carrier's: not read.
 - ``context`` holds the sender's own data [E2].
 - An incoming text is told without a time [E5]. A number that said STOP is on the opt-out list of the sender's number,
   unless the sender keeps that list alone; sending there is refused by the API, or is not tried [E6].
 - What SNS sends again, and when, is as with Amazon SES.
 - Calls (VOICE_...) are no text on any channel: kept, and read as nothing that is known.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus import _sns
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._phone import keyword
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source

#: ``eventType``: what happened, and which reason it stands for; a failure that is not final is put off [E1, E4, E7]
EVENTS = {
    "TEXT_QUEUED":                 (EventKind.ACCEPTED,            None),
    "TEXT_PENDING":                (EventKind.ACCEPTED,            None),  # on its way
    "TEXT_SENT":                   (EventKind.SENT,                None),
    "TEXT_SUCCESSFUL":             (EventKind.SENT,                None),  # the carrier took it; but see IF_FINAL
    "TEXT_DELIVERED":              (EventKind.DELIVERED,           None),
    "TEXT_INVALID":                (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "TEXT_INVALID_MESSAGE":        (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),
    "TEXT_UNREACHABLE":            (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),           # switched off, out of reach
    "TEXT_CARRIER_UNREACHABLE":    (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_SERVER_ERROR),  # "transient"
    "TEXT_BLOCKED":                (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_REFUSED),       # by their phone or carrier
    "TEXT_CARRIER_BLOCKED":        (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),        # taken for fraud or abuse
    "TEXT_SPAM":                   (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),
    "TEXT_UNKNOWN":                (EventKind.UNDETERMINED_BOUNCE, None),
    "TEXT_TTL_EXPIRED":            (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "TEXT_PROTECT_BLOCKED":        (EventKind.DROPPED,             Reason.POLICY_HOLD),             # by the sender's own rule
    "MEDIA_QUEUED":                (EventKind.ACCEPTED,            None),
    "MEDIA_PENDING":               (EventKind.ACCEPTED,            None),
    "MEDIA_SUCCESSFUL":            (EventKind.SENT,                None),
    "MEDIA_DELIVERED":             (EventKind.DELIVERED,           None),
    "MEDIA_INVALID":               (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "MEDIA_INVALID_MESSAGE":       (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),
    "MEDIA_UNREACHABLE":           (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "MEDIA_CARRIER_UNREACHABLE":   (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_SERVER_ERROR),
    "MEDIA_BLOCKED":               (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_REFUSED),
    "MEDIA_CARRIER_BLOCKED":       (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),
    "MEDIA_SPAM":                  (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),
    "MEDIA_UNKNOWN":               (EventKind.UNDETERMINED_BOUNCE, None),
    "MEDIA_TTL_EXPIRED":           (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "MEDIA_FILE_INACCESSIBLE":     (EventKind.DROPPED,             Reason.CONTENT_REJECTED),        # Amazon could not fetch it
    "MEDIA_FILE_TYPE_UNSUPPORTED": (EventKind.DROPPED,             Reason.CONTENT_REJECTED),
    "MEDIA_FILE_SIZE_EXCEEDED":    (EventKind.DROPPED,             Reason.MESSAGE_TOO_LARGE),
    "RCS_QUEUED":                  (EventKind.ACCEPTED,            None),
    "RCS_SENT":                    (EventKind.SENT,                None),
    "RCS_DELIVERED":               (EventKind.DELIVERED,           None),
    "RCS_READ":                    (EventKind.OPENED,              None),
    "RCS_FAILED":                  (EventKind.UNDETERMINED_BOUNCE, None),
    "RCS_TTL_EXPIRED":             (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "RCS_PROTECT_BLOCKED":         (EventKind.DROPPED,             Reason.POLICY_HOLD),
    "RCS_FALLEN_BACK_TO_SMS":      (EventKind.ACCEPTED,            None),  # and is sent once more
    "VOICE_INITIATED":             (EventKind.UNKNOWN,             None),
    "VOICE_RINGING":               (EventKind.UNKNOWN,             None),
    "VOICE_ANSWERED":              (EventKind.UNKNOWN,             None),
    "VOICE_COMPLETED":             (EventKind.UNKNOWN,             None),
    "VOICE_BUSY":                  (EventKind.UNKNOWN,             None),
    "VOICE_NO_ANSWER":             (EventKind.UNKNOWN,             None),
    "VOICE_FAILED":                (EventKind.UNKNOWN,             None),
    "VOICE_TTL_EXPIRED":           (EventKind.UNKNOWN,             None),
}  # fmt: skip

#: ``eventType`` of what is the last that will be heard, where that says more [E1]
IF_FINAL = {
    "TEXT_SUCCESSFUL":  EventKind.DELIVERED,
    "MEDIA_SUCCESSFUL": EventKind.DELIVERED,
}  # fmt: skip

#: ``messageStatus`` of what was not tried, whatever the event is called [E6]
NOT_TRIED = {
    "OPTED_OUT":                Reason.SUPPRESSED_UNSUBSCRIBE,
    "MAX_PRICE_EXCEEDED":       Reason.POLICY_HOLD,             # the sender's own limit
    "NO_QUOTA_LEFT_ON_ACCOUNT": Reason.QUOTA_EXCEEDED,
}  # fmt: skip

_FAILED = frozenset({EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE, EventKind.DROPPED})
_MARKS = ("eventType", "inboundMessageId")


def elements(payload: Any) -> Body:
    """Give the elements: the body, or the entries of a batch."""
    return _sns.elements(payload, _MARKS)


def read(element: Any, source: Source) -> Outcome:
    """Read one element, in whatever it is wrapped: what became of a message, what somebody asked for, or a notice."""
    return _sns.read(element, _MARKS, partial(_read, source))


def _read(source: Source, event: Mapping[str, Any], event_id: str | None) -> Outcome:
    if "inboundMessageId" in event:
        return _incoming(source, event)
    name = reading.required(event, "eventType")
    recipient, message_id = reading.text(event, "destinationPhoneNumber"), reading.text(event, "messageId")
    if recipient is None and message_id is None:
        return Notice(name=name)  # about the account: a registration
    kind, claimed = EVENTS.get(name, (EventKind.UNKNOWN, None))
    is_final = event.get("isFinal")
    if is_final is True:
        kind = IF_FINAL.get(name, kind)
    failure = None
    if kind in _FAILED:
        kind, failure = _failed(event, name, kind, claimed)
    return Event.read(
        kind,
        source,
        recipient,
        message_id,
        None if source.reference_key is None else reading.metadata(event.get("context")).get(source.reference_key),
        reading.unix_time(event.get("eventTimestamp"), "eventTimestamp"),
        failure=failure,
        details=partial(details, event, kind, failure, event_id),
    )


def _failed(event: Mapping[str, Any], name: str, kind: EventKind, claimed: Reason | None) -> tuple[EventKind, Failure]:
    status = (reading.loose_text(event.get("messageStatus")) or "").upper()
    if status in NOT_TRIED:
        return EventKind.DROPPED, Failure(reported=status, claimed=NOT_TRIED[status])
    is_put_off = event.get("isFinal") is False and kind is not EventKind.DROPPED
    return EventKind.DEFERRED if is_put_off else kind, Failure(reported=name, claimed=claimed)


def _incoming(source: Source, text: Mapping[str, Any]) -> Outcome:
    """Read a text of somebody's: what it asks for, if it is a keyword. The text itself is nobody else's business."""
    kind = keyword(text.get("messageBody"))
    if kind is None:
        return Notice(name="inbound")
    return Event.read(
        kind,
        source,
        reading.required(text, "originationNumber"),
        reading.text(text, "previousPublishedMessageId"),  # what it answers
        None,
        source.received_at,  # it is posted as it comes in, and has no other time
        details=partial(_asked, text, kind),
    )


def _asked(text: Mapping[str, Any], kind: EventKind) -> Details:
    # what starts again on a number that is not named lifts nothing
    unnamed = EVERYTHING if kind is EventKind.UNSUBSCRIBED else Scope(ScopeKind.SENDER)
    return Details(
        scope=_sender(text.get("destinationNumber")) or unnamed,
        event_id=reading.loose_text(text.get("inboundMessageId")),
    )


def _sender(number: object) -> Scope | None:
    """Give what is stopped or started: all that comes from one number of ours."""
    ours = reading.loose_text(number)
    return None if ours is None else Scope(ScopeKind.SENDER, ours)


def details(event: Mapping[str, Any], kind: EventKind, failure: Failure | None, event_id: str | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    opted_out = failure is not None and failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE
    return Details(
        scope=_sender(event.get("originationPhoneNumber")) if opted_out else None,
        value=reading.loose_text(event.get("eventType")) if kind is EventKind.UNKNOWN else None,
        event_id=event_id,
        metadata=reading.metadata(event.get("context")),
    )


PROVIDER = Provider(
    name="aws_sms",
    title="AWS End User Messaging",
    elements=elements,
    read=read,
    decode=_sns.decode,
    tables={"eventType": EVENTS, "messageStatus": NOT_TRIED},
    channels=(Channel.SMS,),
    scheme=signing.sns(*signing.AWS),
    habits=Habits(
        besides=frozenset(
            {EventKind.DEFERRED, EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED}
        ),  # not yet final; texts that come in
        event_id=EventId.SOME,
        precision=Precision.FRACTION,
        retries=timedelta(minutes=1),  # as SNS does unless told otherwise
        ends_retries=400,  # and every other 4xx
        asks_again=503,
        lists=("opt-out lists",),
    ),
)
parse = PROVIDER.parse
