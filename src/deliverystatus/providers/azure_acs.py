"""
Azure Communication Services: Event Grid posts what became of mails and text messages, as its own events or CloudEvents.

Sources, as [A1] to [A8] below:
 A1  https://learn.microsoft.com/azure/event-grid/communication-services-email-events (the words, as of 2024)
 A2  https://learn.microsoft.com/javascript/api/@azure/eventgrid-system-events (the fields, with their types)
 A3  https://learn.microsoft.com/azure/event-grid/communication-services-telephony-sms-events
 A4  https://github.com/MicrosoftDocs/azure-docs articles/communication-services/concepts/troubleshooting-info.md (SMS)
 A5  https://learn.microsoft.com/azure/event-grid/communication-services-advanced-messaging-events (WhatsApp) and
     https://github.com/MicrosoftDocs/azure-docs articles/communication-services/concepts/advanced-messaging/whatsapp
 A6  https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 A7  https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 A8  https://learn.microsoft.com/azure/event-grid/cloud-event-schema

Quirks:
 - Of each field of ``data`` several spellings are about: ``deliveryAttemptTimeStamp`` [A1] and ``...Timestamp`` [A2],
   ``To`` and ``to`` [A3]. All are taken whatever their case.
 - ``messageId`` is the id of the send operation; a mail to several people has one, so the recipient tells the copies apart.
 - An opening or click names nobody in [A1], and its recipient in [A2]. Without one it is somebody's that got the mail.
 - Nobody says whether an opening or a click was a machine's: only ``userAgent`` hints at it.
 - Who has a name on WhatsApp may hide the number: then ``from`` or ``to`` is empty, and ``fromBSUID`` or ``toBSUID`` is what
   names them to the sender [A5]. ``to`` of what comes in on WhatsApp is the id of the sender's channel, which is what
   ``from`` of a report has.
 - ``statusMessage`` is a server's reply or Azure's own sentence: what has no code of SMTP in it is no server's word.
 - Mails carry nothing of the sender's own; text messages one ``tag``.
 - ``topic`` and ``subject`` are names within Azure, not the sender's data.
 - A subscription begins with an event whose code the endpoint answers at once, or whose link is followed within five
   minutes [A6]. CloudEvents ask for permission by an OPTIONS request instead, which has no body.
 - Events come at least once, for 24 hours, and in any order. The answers 400, 401, 403 and 413 end all retries at once
   [A7]: answer 503 to wrong credentials, or events are lost.
 - Nothing is signed. The secret is the caller's own: in the URL's query, in a header, or a token of Microsoft Entra ID.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Attribution, Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._phone import keyword
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError


class _Report(NamedTuple):
    """Where an event of a type has its word, whom it is about, when it happened, and how the message travelled."""

    word: str
    who: str
    when: str
    channel: Channel


#: ``eventType``, or ``type`` of a CloudEvent, and where it has what [A1, A3, A5]; fields in lower case
REPORTS = {
    "Microsoft.Communication.EmailDeliveryReportReceived":
        _Report("status", "recipient", "deliveryattempttimestamp", Channel.EMAIL),
    "Microsoft.Communication.EmailEngagementTrackingReportReceived":
        _Report("engagementtype", "recipient", "useractiontimestamp", Channel.EMAIL),
    "Microsoft.Communication.SMSDeliveryReportReceived":
        _Report("deliverystatus", "to", "receivedtimestamp", Channel.SMS),
    "Microsoft.Communication.AdvancedMessageDeliveryStatusUpdated":
        _Report("status", "to", "receivedtimestamp", Channel.WHATSAPP),
}  # fmt: skip

#: ``eventType`` of what comes from a person's phone [A3, A5], where it has its text, and how it travelled: a keyword, or what
#: is for people to read, and a notice here
INCOMING = {
    "Microsoft.Communication.SMSReceived":             ("message", Channel.SMS),
    "Microsoft.Communication.AdvancedMessageReceived": ("content", Channel.WHATSAPP),
}  # fmt: skip

#: ``status`` of a mail: what happened, and which reason the word stands for [A1]
STATUSES = {
    "delivered":    (EventKind.DELIVERED,           None),
    "expanded":     (EventKind.SENT,                None),                  # a list; each of its members has a report
    "failed":       (EventKind.UNDETERMINED_BOUNCE, None),                  # but see FAILED_BY_A_REPLY
    "bounced":      (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "filteredspam": (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),   # "rejected or blocked (not quarantined)"
    "quarantined":  (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),   # see below
    "suppressed":   (EventKind.DROPPED,             Reason.SUPPRESSED_BAD_ADDRESS),  # "had hard bounced previously"
}  # fmt: skip
# Quarantined: the receiving system took it and keeps it from the mailbox, until somebody there lets it out. "Any value
# other than Delivered is considered failed" [A2]: to call it delivered would say that it lies where it can be read.

#: ``status`` "Failed" with a server's reply: that server's word, and nothing against the address
FAILED_BY_A_REPLY = EventKind.SOFT_BOUNCED

#: ``engagementType`` [A1]
ENGAGEMENTS = {"view": EventKind.OPENED, "click": EventKind.CLICKED}

#: ``deliveryStatus`` of a text message [A3]
SMS_STATUSES = {
    "delivered": EventKind.DELIVERED,
    "failed":    EventKind.UNDETERMINED_BOUNCE,  # but see SMS_FAILURES
}  # fmt: skip

#: What stands in ``deliveryStatusDetails`` of a failed one [A4]; the words are Azure's, so they are looked for in a text
SMS_FAILURES = {
    "fraud detection":           (EventKind.DROPPED,      Reason.POLICY_REJECTED),         # 4000
    "source/from number format": (EventKind.DROPPED,      Reason.SENDER_REJECTED),         # 4001
    "to number format":          (EventKind.DROPPED,      Reason.INVALID_ADDRESS),         # 4002
    "unsupported destination":   (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),          # 4003: a country
    "doesn't exist":             (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),       # 4004
    "does not exist":            (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),       # 4004, as of 2022
    "destination carrier":       (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),         # 4005
    "reachable":                 (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),           # 4006: is not
    "opted out":                 (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE),  # 4007
    "exceeded the maximum":      (EventKind.DROPPED,      Reason.RATE_LIMITED),            # 4008
    "entitlement system":        (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),          # 4009
    "not being verified":        (EventKind.DROPPED,      Reason.SENDER_AUTHENTICATION),   # 4010: our number
    "volumetric violation":      (EventKind.SOFT_BOUNCED, Reason.RATE_LIMITED),            # 4020: the carrier
    "temporary unavailability":  (EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR),  # 5001
    "delivery timeout":          (EventKind.SOFT_BOUNCED, Reason.EXPIRED),                 # 5002
}  # fmt: skip
UNLISTED_SMS_FAILURE = (EventKind.UNDETERMINED_BOUNCE, None)  # 5000 and 9999 say no more than that

#: ``status`` of a WhatsApp message [A5]
WHATSAPP_STATUSES = {
    "sent":      EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read":      EventKind.OPENED,
    "failed":    EventKind.UNDETERMINED_BOUNCE,
}  # fmt: skip

#: ``eventType`` of what is about the subscription: which field it tells by, and which is its link [A6]
NOTICES = {
    "Microsoft.EventGrid.SubscriptionValidationEvent": ("validationcode", "validationurl"),
    "Microsoft.EventGrid.SubscriptionDeletedEvent":    ("eventsubscriptionid", ""),
}  # fmt: skip

# whose events these are, and when Event Grid made this one
_Common = tuple[Source, datetime | None]

_REPLY = re.compile(r"\b[245](?:\d\d(?=[ \-:])|\.\d{1,3}\.\d{1,3}\b)")


def elements(payload: Any) -> Body:
    """Give the elements: an array of events, or one CloudEvent that stands alone."""
    if isinstance(payload, list):
        return Body(payload)
    if isinstance(payload, dict) and "data" in payload and ("eventType" in payload or "type" in payload):
        return Body.of_one(payload)
    raise PayloadError(f"expected an array or an event, got {type(payload).__name__}")


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice."""
    event = reading.object_of(element)
    name = reading.required(event, "eventType" if "eventType" in event else "type")
    data = {field.lower(): value for field, value in reading.object_of(event.get("data"), "data").items()}
    if name in NOTICES:
        told, link = NOTICES[name]
        return Notice(
            name=name, detail=reading.loose_text(data.get(told)) or "", url=reading.loose_text(data.get(link))
        )
    when = "eventTime" if "eventTime" in event else "time"
    made_at = reading.iso_time(event.get(when), when)  # seconds after what it tells of
    try:
        return _read(name, event, data, (source, made_at))
    except PayloadError as error:
        raise error.under("data") from None


def _read(name: str, event: Mapping[str, Any], data: Mapping[str, Any], common: _Common) -> Outcome:
    if name in INCOMING:
        return _incoming(name, event, data, common)
    report = REPORTS.get(name)
    if report is None:
        return _unlisted(name, event, data, common)
    source, made_at = common
    word = reading.required(data, report.word)
    kind, failure = _WORDS[name](word, data)
    names_nobody = report.word == "engagementtype" and data.get(report.who) in (None, "")
    return Event.read(
        kind,
        reading.on(source, report.channel),
        None if names_nobody else _person(data, report.who),
        reading.text(data, "messageid"),
        _reference(data, source),
        reading.iso_time(data.get(report.when), report.when) or made_at,
        failure=failure,
        attribution=Attribution.MESSAGE if names_nobody else Attribution.EXACT,
        details=partial(details, event, data, kind, word, failure),
    )


def _incoming(name: str, event: Mapping[str, Any], data: Mapping[str, Any], common: _Common) -> Outcome:
    text, channel = INCOMING[name]
    kind = keyword(data.get(text))
    if kind is None:
        return Notice(name=name)
    return Event.read(
        kind,
        reading.on(common[0], channel),
        _person(data, "from"),
        None,  # its messageId is that of the text that came in, and of none that we sent
        None,
        reading.iso_time(data.get("receivedtimestamp"), "receivedtimestamp") or common[1],
        details=partial(details, event, data, kind, ""),
    )


def _person(data: Mapping[str, Any], field: str) -> str:
    """Give the address or number in a field, or what names who hides it."""
    return reading.text(data, field) or reading.text(data, f"{field}bsuid") or reading.required(data, field)


def _unlisted(name: str, event: Mapping[str, Any], data: Mapping[str, Any], common: _Common) -> Outcome:
    source, made_at = common
    recipient = reading.text(data, "recipient")
    if recipient is None:
        return Notice(name=name)
    kind, message_id = EventKind.UNKNOWN, reading.text(data, "messageid")
    rest = partial(details, event, data, kind, name)
    return Event.read(kind, source, recipient, message_id, _reference(data, source), made_at, details=rest)


def _mail(word: str, data: Mapping[str, Any]) -> tuple[EventKind, Failure | None]:
    kind, claimed = reading.word(STATUSES, word) or (EventKind.UNKNOWN, None)
    if kind not in _FAILED:
        return kind, None
    told = data.get("deliverystatusdetails")
    said = told if isinstance(told, dict) else {}
    reply = reading.loose_text(said.get("statusMessage"))
    if kind is EventKind.DROPPED or reply is None or not _REPLY.search(reply):
        reply = None  # what was dropped met no server: a reply it quotes is that to an earlier mail
    if kind is EventKind.UNDETERMINED_BOUNCE and reply is not None:
        kind = FAILED_BY_A_REPLY
    remote = reading.loose_text(said.get("recipientMailServerHostName"))
    return kind, Failure(diagnostic=reply, reported=word, claimed=claimed, remote_mta=reply and remote)


def _engagement(word: str, data: Mapping[str, Any]) -> tuple[EventKind, None]:  # noqa: ARG001 (as the others)
    return reading.word(ENGAGEMENTS, word) or EventKind.UNKNOWN, None


def _sms(word: str, data: Mapping[str, Any]) -> tuple[EventKind, Failure | None]:
    kind = reading.word(SMS_STATUSES, word) or EventKind.UNKNOWN
    if kind not in _FAILED:
        return kind, None
    told = reading.loose_text(data.get("deliverystatusdetails"))
    lower = (told or "").lower()
    kind, claimed = next((row for said, row in SMS_FAILURES.items() if said in lower), UNLISTED_SMS_FAILURE)
    return kind, Failure(reported=told or word, claimed=claimed)


def _whatsapp(word: str, data: Mapping[str, Any]) -> tuple[EventKind, Failure | None]:
    kind = reading.word(WHATSAPP_STATUSES, word) or EventKind.UNKNOWN
    if kind not in _FAILED:
        return kind, None
    error = data.get("error")
    code = reading.loose_text(error.get("channelCode")) if isinstance(error, dict) else None
    return kind, Failure(reported=code or word)


#: How the word of each type is read
_WORDS = dict(zip(REPORTS, (_mail, _engagement, _sms, _whatsapp), strict=True))

_FAILED = frozenset({EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE, EventKind.DROPPED})


def _reference(data: Mapping[str, Any], source: Source) -> str | None:
    key = source.reference_key
    return reading.loose_text(data.get("tag")) if key is not None and key.lower() == "tag" else None


def details(
    event: Mapping[str, Any], data: Mapping[str, Any], kind: EventKind, word: str, failure: Failure | None = None
) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    return Details(
        scope=_scope(data, kind, failure),
        value=reading.loose_text(word) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(data.get("engagementcontext")) if kind is EventKind.CLICKED else None,
        internet_message_id=reading.message_id(data.get("internetmessageid")),
        event_id=reading.loose_text(event.get("id")),
        tags=reading.strings(data.get("tag")),
    )


def _scope(data: Mapping[str, Any], kind: EventKind, failure: Failure | None) -> Scope | None:
    """Give what is stopped or started: all that comes from one number, or channel, of ours."""
    if failure is not None:
        ours = reading.loose_text(data.get("from"))
        is_stopped = failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE and ours is not None
        return Scope(ScopeKind.SENDER, ours or "") if is_stopped else None
    ours = reading.loose_text(data.get("to"))
    if kind is EventKind.UNSUBSCRIBED:
        return EVERYTHING if ours is None else Scope(ScopeKind.SENDER, ours)
    return Scope(ScopeKind.SENDER, ours or "") if kind is EventKind.RESUBSCRIBED else None


PROVIDER = Provider(
    name="azure_acs",
    title="Azure Communication Services",
    elements=elements,
    read=read,
    tables={
        "status": {**STATUSES, **WHATSAPP_STATUSES},
        "engagementType": ENGAGEMENTS,
        "deliveryStatus": SMS_STATUSES,
        "deliveryStatusDetails": SMS_FAILURES,
        "eventType": {
            **{name: report.channel for name, report in REPORTS.items()},
            **dict.fromkeys(INCOMING, (EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED)),
            **dict.fromkeys(NOTICES, "a notice"),
        },
    },
    channels=(Channel.EMAIL, Channel.SMS, Channel.WHATSAPP),
    scheme=signing.shared_secret(),
    habits=Habits(
        event_id=EventId.OWN,
        precision=Precision.FRACTION,
        retries=timedelta(hours=24),
        ends_retries=400,
        asks_again=503,
        lists=("managed suppression list", "suppression lists of a domain", "opt-outs of a number"),
    ),
)
parse = PROVIDER.parse
