"""
Postmark: every webhook call posts one JSON object, about one recipient.

Sources, as [P1] to [P9] below:
 P1  https://postmarkapp.com/developer/webhooks/webhooks-overview and the page of each webhook under it
 P2  https://postmarkapp.com/developer/api/bounce-api#bounce-types (names and meanings also in
     https://github.com/ActiveCampaign/postmark-dotnet src/Postmark/Model/PostmarkBounceType.cs)
 P3  https://postmarkapp.com/developer/webhooks/subscription-change-webhook
 P4  https://postmarkapp.com/developer/webhooks/smtp-api-error
 P5  https://postmarkapp.com/support/article/815-what-are-bounces-and-spam-complaints
 P6  https://postmarkapp.com/support/article/1159-how-to-fix-soft-bounces
 P7  https://postmarkapp.com/support/article/1065 (what a spam notification is)
 P8  https://github.com/ActiveCampaign/postmark.js src/client/models (the fields, with their types)
 P9  https://github.com/invoiceninja/invoiceninja app/Http/Controllers/PostMarkController.php (test posts, captured)

Quirks:
 - The field of the time, and that of the recipient, depend on RecordType [P1, P8].
 - Answers, requests and notices of machines arrive as bounces: what a bounce is, only its Type tells [P2].
 - ``Description`` is the text of the Type, the same for all; what the server said is in ``Details``, if anything [P2].
 - TypeCode is not read: lists of it that contradict [P2] are about, and Type says the same.
 - ``Inactive`` tells whether Postmark put the address on its list: no Type does, hard bounces may be of either sort
   [P2], and a hard bounce whose reply blames the content is listed all the same. Then the event has the stream as its
   scope. That claims no more than that Postmark refuses the next message: what there is against the address, the bounce
   says itself, in the server's words.
 - The list belongs to one message stream of one server [P3], and every server has a stream "outbound": who has several
   servers gives each its *account*.
 - A SubscriptionChange after a hard bounce or a complaint tells of it once more, and is the only call that does where
   the bounce webhook is off or not to be had (broadcast streams, at one time [P1]).
 - Nobody says whether an opening or a click was a machine's.
 - A message id of zeros stands in test posts of the dashboard, and names no message [P9].
 - Events have no id, but for bounces and complaints [P8].
 - Nothing is signed. A refusal with 403 ends all retries [P1]: answer 401 to wrong credentials.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import LIMIT
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``RecordType``: what happened, which field names the recipient, which has the time [P1, P8]
RECORDS = {
    "Delivery":           (EventKind.DELIVERED,           "Recipient", "DeliveredAt"),
    "Bounce":             (EventKind.UNDETERMINED_BOUNCE, "Email",     "BouncedAt"),    # but see BOUNCES
    "SpamComplaint":      (EventKind.COMPLAINED,          "Email",     "BouncedAt"),
    "Open":               (EventKind.OPENED,              "Recipient", "ReceivedAt"),
    "Click":              (EventKind.CLICKED,             "Recipient", "ReceivedAt"),
    "SubscriptionChange": (EventKind.SUPPRESSION_CHANGED, "Recipient", "ChangedAt"),    # but see ORIGINS
}  # fmt: skip

#: ``Type`` of a bounce: what happened, and which reason the word stands for [P2]
BOUNCES = {
    "HardBounce":              (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "Transient":               (EventKind.DEFERRED,            None),  # "delayed" [P2], yet "undeliverable" in [P5]
    "Unsubscribe":             (EventKind.UNSUBSCRIBED,        None),  # asked for by a mail
    "Subscribe":               (EventKind.OPTED_IN,            None),
    "AutoResponder":           (EventKind.AUTO_REPLIED,        None),
    "AddressChange":           (EventKind.ADDRESS_CHANGED,     None),
    "DnsError":                (EventKind.DEFERRED,            Reason.NETWORK_ERROR),
    "SpamNotification":        (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),       # a filter's word, no complaint [P7]
    "OpenRelayTest":           (EventKind.UNKNOWN,             None),  # a stranger's test message, not about ours
    "Unknown":                 (EventKind.UNDETERMINED_BOUNCE, None),
    "SoftBounce":              (EventKind.SOFT_BOUNCED,        Reason.MAILBOX_DISABLED),   # no more attempts [P6]; see below
    "VirusNotification":       (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),
    "ChallengeVerification":   (EventKind.AUTO_REPLIED,        None),  # see VALUES
    "BadEmailAddress":         (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "SpamComplaint":           (EventKind.COMPLAINED,          None),
    "ManuallyDeactivated":     (EventKind.DROPPED,             Reason.SUPPRESSED_OTHER),
    "Unconfirmed":             (EventKind.DROPPED,             Reason.NOT_OPTED_IN),       # the link in a first mail was not followed
    "Blocked":                 (EventKind.SOFT_BOUNCED,        Reason.REPUTATION_BLOCKED), # or content; the receiver's decision
    "SMTPApiError":            (EventKind.DROPPED,             Reason.SUPPRESSED_OTHER),   # taken by SMTP, then found listed [P4]
    "DMARCPolicy":             (EventKind.SOFT_BOUNCED,        Reason.SENDER_AUTHENTICATION),
    "TemplateRenderingFailed": (EventKind.DROPPED,             Reason.TEMPLATE_FAILED),
}  # fmt: skip
# A soft bounce means a full mailbox, a disabled account or a full disk [P2]: where the server's words do not tell which,
# the claim is the one that promises nothing about how long it lasts.

#: The list is open: a Type that is not on it says that something came back, and nothing against the address
UNLISTED_BOUNCE = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``Type`` of what is about no recipient of ours [P2]
NOTICES = {"InboundError": "an inbound message could not be posted to our side"}

#: ``Type``: what kind of answer it was
VALUES = {"ChallengeVerification": "challenge"}

#: ``SuppressionReason``: why the address is on the list, and what that proves of the message it names [P3]
SUPPRESSIONS = {
    "HardBounce":        (Reason.SUPPRESSED_BAD_ADDRESS, EventKind.BOUNCED),
    "SpamComplaint":     (Reason.SUPPRESSED_COMPLAINT,   EventKind.COMPLAINED),
    "ManualSuppression": (Reason.SUPPRESSED_OTHER,       None),                  # but see ORIGINS
}  # fmt: skip
UNLISTED_SUPPRESSION = (Reason.SUPPRESSED_OTHER, None)

#: ``Origin``: what a manual suppression by them is, and what its end is [P3]
ORIGINS = {
    "Recipient": (EventKind.UNSUBSCRIBED,        EventKind.RESUBSCRIBED),
    "Customer":  (EventKind.SUPPRESSION_CHANGED, EventKind.SUPPRESSION_CHANGED),  # the sender, by interface or API
    "Admin":     (EventKind.SUPPRESSION_CHANGED, EventKind.SUPPRESSION_CHANGED),  # Postmark
}  # fmt: skip
UNLISTED_ORIGIN = (EventKind.SUPPRESSION_CHANGED, EventKind.SUPPRESSION_CHANGED)

#: The ``MessageID`` of a test post [P9]
NO_MESSAGE = "00000000-0000-0000-0000-000000000000"

_NO_IDS = frozenset({NO_MESSAGE, ""})
_NOTICES = tuple(NOTICES)  # compared, not hashed: a Type may be anything

_STOPS = frozenset({EventKind.UNSUBSCRIBED, EventKind.SUPPRESSION_CHANGED})
_LIFTS = frozenset({EventKind.RESUBSCRIBED, EventKind.OPTED_IN})
_BY_A_LIST = frozenset(name for name, (_, reason) in BOUNCES.items() if reason is Reason.SUPPRESSED_OTHER)
_RETURNED = frozenset(
    {EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE, EventKind.DEFERRED, EventKind.DROPPED}
)

# source, recipient, message id, reference, time: what all events of one element share
_Common = tuple[Source, str, str | None, str | None, datetime | None]


def elements(payload: Any) -> Body:
    """Give the one element: the body itself. An inbound message, posted to the wrong URL, has no RecordType."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if "RecordType" not in payload and "FromFull" not in payload:
        raise PayloadError("expected an object with a RecordType")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event, two if it tells of a message and of a list, or a notice."""
    name = element.get("RecordType")
    record = RECORDS.get(name) if type(name) is str else None
    if record is None:
        return _unlisted(element, source)
    kind, who, when = record
    if name == "Bounce" and element.get("Type") in _NOTICES:
        return Notice(name=element["Type"], detail=NOTICES[element["Type"]])
    recipient = element.get(who)
    if type(recipient) is not str or not 0 < len(recipient) <= LIMIT:
        recipient = reading.required(element, who)
    message_id = element.get("MessageID")
    if type(message_id) is not str or message_id in _NO_IDS or len(message_id) > LIMIT:
        message_id = _message_id(element)
    reference = None if source.reference_key is None else _reference(element, source.reference_key)
    occurred_at = reading.iso_time(element.get(when), when)
    if name in _READERS:
        return _READERS[name](element, (source, recipient, message_id, reference, occurred_at))
    return Event.read(
        kind, source, recipient, message_id, reference, occurred_at, details=partial(details, element, kind)
    )


def _unlisted(element: Mapping[str, Any], source: Source) -> Outcome:
    if "RecordType" not in element:
        return Notice(name="Inbound")
    name = reading.required(element, "RecordType")
    recipient = reading.text(element, "Recipient") or reading.text(element, "Email")
    if recipient is None:
        return Notice(name=name)
    return Event.read(
        EventKind.UNKNOWN,
        source,
        recipient,
        _message_id(element),
        None if source.reference_key is None else _reference(element, source.reference_key),
        None,  # which of its fields is the time is not known either
        details=partial(details, element, EventKind.UNKNOWN),
    )


def _returned(element: Mapping[str, Any], common: _Common) -> Outcome:
    name = reading.text(element, "Type" if element["RecordType"] == "Bounce" else "RecordType")
    kind, claimed = BOUNCES.get(name or "", UNLISTED_BOUNCE)
    failure = None
    if kind in _RETURNED:
        # what was dropped met no server: its text is Postmark's, and not to be read as a refusal
        said = None if kind is EventKind.DROPPED else _said(element)
        failure = Failure(diagnostic=said, reported=name, claimed=claimed)
    return Event.read(kind, *common, failure=failure, details=partial(details, element, kind))


def _list_changed(element: Mapping[str, Any], common: _Common) -> Outcome:
    stops = element.get("SuppressSending")
    if type(stops) is not bool:  # guessing could lift what must not be lifted
        raise PayloadError(f"expected true or false, got {type(stops).__name__}", path="SuppressSending")
    manual, ended = ORIGINS.get(reading.text(element, "Origin") or "", UNLISTED_ORIGIN)
    if not stops:
        return Event.read(ended, *common, details=partial(details, element, ended))
    reason = reading.text(element, "SuppressionReason")
    if reason == "ManualSuppression" and manual is EventKind.UNSUBSCRIBED:
        return Event.read(manual, *common, details=partial(details, element, manual))
    claimed, proves = SUPPRESSIONS.get(reason or "", UNLISTED_SUPPRESSION)
    entry = _listed(element, reason, claimed, common)
    if proves is None or common[2] is None:
        return entry
    failure = Failure(reported=reason, claimed=BOUNCES["HardBounce"][1]) if proves is EventKind.BOUNCED else None
    return entry, Event.read(proves, *common, failure=failure, details=partial(details, element, proves))


def _listed(element: Mapping[str, Any], reason: str | None, claimed: Reason, common: _Common) -> Event:
    return Event.read(
        EventKind.SUPPRESSION_CHANGED,
        *common,
        failure=Failure(reported=reason, claimed=claimed),
        details=partial(details, element, EventKind.SUPPRESSION_CHANGED),
    )


def _said(element: Mapping[str, Any]) -> str | None:
    said = (reading.text(element, "Details") or "").strip()
    return (said[5:].lstrip() if said[:5].lower() == "smtp;" else said) or None


def _message_id(element: Mapping[str, Any]) -> str | None:
    message_id = reading.text(element, "MessageID")
    return None if message_id == NO_MESSAGE else message_id


#: ``RecordType`` of what says more than its kind: a list entry beside the event, or a kind of its own
_READERS = {"Bounce": _returned, "SpamComplaint": _returned, "SubscriptionChange": _list_changed}


def _reference(element: Mapping[str, Any], name: str) -> str | None:
    given = element.get("Metadata")
    return reading.loose_text(given.get(name)) if isinstance(given, dict) else None


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    name = reading.loose_text(element.get("RecordType"))
    if name == "Bounce":
        name = reading.loose_text(element.get("Type"))
    value = VALUES.get(name or "")
    if kind is EventKind.SUPPRESSION_CHANGED:
        value = "removed" if element.get("SuppressSending") is False else "added"
    elif kind is EventKind.UNKNOWN:
        value = name
    return Details(
        scope=_scope(element, kind, value) if kind in _STOPS or kind in _LIFTS or _is_listed(element, name) else None,
        value=value,
        url=reading.loose_text(element.get("OriginalLink")) if kind is EventKind.CLICKED else None,
        # what is on the list gets no more attempts, whatever the Type says of them
        retrying=False if kind is EventKind.DEFERRED and _is_listed(element, name) else None,
        event_id=reading.loose_text(element.get("ID")),
        tags=reading.strings(element.get("Tag")),
        metadata=reading.metadata(element.get("Metadata")),
    )


def _is_listed(element: Mapping[str, Any], name: str | None) -> bool:
    return name in _BY_A_LIST or element.get("Inactive") is True


def _scope(element: Mapping[str, Any], kind: EventKind, value: str | None) -> Scope:
    stream = reading.loose_text(element.get("MessageStream"))
    if stream is None and kind not in _LIFTS and value != "removed":
        return EVERYTHING
    return Scope(ScopeKind.STREAM, stream or "")  # what ends in a stream that is not named lifts nothing


PROVIDER = Provider(
    name="postmark",
    title="Postmark",
    elements=elements,
    read=read,
    tables={
        "RecordType": {name: kind for name, (kind, *_) in RECORDS.items()},
        "Type": {**BOUNCES, **NOTICES},
        "SuppressionReason": SUPPRESSIONS,
        "Origin": ORIGINS,
    },
    scheme=signing.shared_secret(),
    habits=Habits(
        event_id=EventId.SOME,
        precision=Precision.FRACTION,
        retries=timedelta(hours=10, minutes=21),  # bounces; deliveries and engagement only three times [P1]
        ends_retries=403,
        lists=("hard bounces", "spam complaints", "manual suppressions"),
    ),
)
parse = PROVIDER.parse
