"""
Postal, which people run themselves: every webhook call posts one JSON object, about one recipient.

Sources, as [P1] to [P6] below; the code is that of version 3:
 P1  https://github.com/postalserver/docs content/4.developer/4.webhooks.md
 P2  https://github.com/postalserver/postal app/services/webhook_delivery_service.rb, lib/postal/http.rb (how it is posted),
     lib/postal/message_db/delivery.rb and message.rb (what is), app/models/server.rb and concerns/has_dns_checks.rb (what
     is of no message)
 P3  https://github.com/postalserver/postal app/lib/message_dequeuer/outgoing_message_processor.rb,
     single_message_processor.rb and base.rb (what is written into ``details``, and when)
 P4  https://github.com/postalserver/postal app/senders/smtp_sender.rb (likewise, and what is in ``output``)
 P5  https://github.com/postalserver/postal/issues/253 and 3089 (a HardFail is the receiver's refusal; there are no types)
 P6  https://github.com/postalserver/postal/issues/629 (MessageLoaded is an opening)

Quirks:
 - The body is ``{"event", "timestamp", "payload", "uuid"}`` [P2]; the documentation shows the payload alone [P1]. Both
   are read. Who gets the payload alone is not told which of the two send limits it is about.
 - ``details`` is Postal's own text, ``output`` what the server said, or what broke the connection, cut at 512 characters
   [P2, P4]. Why something was held, and whether what failed was tried at all, only ``details`` tells: by how it begins.
 - ``message.id`` is what the send call's answer has for each recipient. It counts within one mail server of an
   installation: who has several gives each its *account*. Who sends by SMTP is answered no id, and has the Message-ID.
 - Sent is what the next server confirms; where Postal hands on to a relay of its own (``smtp_relays``), that is the relay.
 - There is one list of suppressed recipients per mail server. Two hard failures in 24 hours, or too many attempts, put
   an address on it; a delivery takes it off; so it tells nothing of the address [P3].
 - Messages carry a tag and no metadata: the key "tag" makes the tag the reference.
 - Incoming mail is told of with the same events: ``direction`` tells them apart [P2].
 - Nobody says whether an opening or a click was a machine's.
 - ``uuid`` is the same when a call is repeated. It is, 5 times within 36 minutes, unless it is answered with 2xx [P2].
 - Signed is the body, with the key that signs the mails of the installation; older versions have SHA-1 only [P2].
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [P1, P2]
EVENTS = {
    "MessageSent":           EventKind.DELIVERED,
    "MessageDelayed":        EventKind.DEFERRED,             # every attempt that fails; tried again until FAILURES
    "MessageDeliveryFailed": EventKind.BOUNCED,              # but see FAILURES
    "MessageHeld":           EventKind.DROPPED,              # not tried, unless somebody releases it: then Sent follows
    "MessageBounced":        EventKind.UNDETERMINED_BOUNCE,  # some mail came back; what it says is not read
    "MessageLinkClicked":    EventKind.CLICKED,
    "MessageLoaded":         EventKind.OPENED,               # [P6]
}  # fmt: skip

#: ``event`` of what is about no message [P2]
NOTICES = {
    "DomainDNSError":       "the DNS records of a sending domain are not in order",
    "SendLimitApproaching": "the mail server has sent nine tenths of what it may",
    "SendLimitExceeded":    "the mail server has sent what it may; messages are held",
}  # fmt: skip

#: ``status`` of a payload that came alone: its event [P2]
STATUSES = {
    "Sent":     "MessageSent",
    "SoftFail": "MessageDelayed",
    "HardFail": "MessageDeliveryFailed",
    "Held":     "MessageHeld",
}  # fmt: skip

#: What else tells the event of a payload that came alone: fields that no other has together [P2]
SHAPES = (
    ({"original_message", "bounce"}, "MessageBounced"),
    ({"message", "url"},             "MessageLinkClicked"),
    ({"message", "user_agent"},      "MessageLoaded"),
    ({"domain", "dns_checked_at"},   "DomainDNSError"),
    ({"server", "volume"},           "SendLimit"),           # which of the two is not said
)  # fmt: skip

#: How ``details`` begins where it is tried again: what that stands for, and the command that failed, if it is known [P4]
DELAYS = {
    "Temporary SMTP delivery error":                  (None,                 None),  # ``output`` is the reply
    "No SMTP servers were available":                 (Reason.NETWORK_ERROR, "CONNECT"),
    "An error occurred while sending the message to": (Reason.NETWORK_ERROR, None),  # ``output`` is what broke
}  # fmt: skip
UNLISTED_DELAY = (None, None)

#: How ``details`` begins where it failed: whether a server refused it, and what that stands for [P3, P4]
FAILURES = {
    "Permanent SMTP delivery error":        (EventKind.BOUNCED,      None),                   # ``output`` is the reply
    "Maximum number of delivery attempts":  (EventKind.SOFT_BOUNCED, Reason.EXPIRED),         # its delays say why
    "Message's domain no longer exist":     (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),  # the sending domain
    "Message is likely spam":               (EventKind.DROPPED,      Reason.SPAM_CONTENT),    # by Postal's own filter
    "Raw message has been removed":         (EventKind.DROPPED,      None),
    "Scope":                                (EventKind.DROPPED,      None),                   # it goes neither out nor in
}  # fmt: skip
#: A text that is not listed, beside a reply and without one
UNLISTED_FAILURE_WITH_REPLY = (EventKind.BOUNCED, None)
UNLISTED_FAILURE = (EventKind.UNDETERMINED_BOUNCE, None)

#: How ``details`` begins where what failed has no recipient: about no copy [P3]
NO_RECIPIENT = "Message doesn't have an RCPT to"

#: How ``details`` begins where it is held [P3]
HOLDS = {
    "Message held because send limit":  Reason.QUOTA_EXCEEDED,
    "Mail server has been suspended":   Reason.SENDER_ACCOUNT,
    "Credential is configured to hold": Reason.POLICY_HOLD,  # by the operator, for every message of the credential
    "Server is in development mode":    Reason.POLICY_HOLD,
}  # fmt: skip
UNLISTED_HOLD = None

#: Why it is held if the recipient is on the list. Any server's refusal counts for it, so the address may be good [P3]
LISTINGS = {
    "too many hard fails": Reason.SUPPRESSED_REPEATED_BOUNCES,
    "too many soft fails": Reason.SUPPRESSED_REPEATED_BOUNCES,
}  # fmt: skip
UNLISTED_LISTING = Reason.SUPPRESSED_OTHER

#: What ``details`` says, further on, if the failure put the recipient on the list [P3]
ON_THE_LIST = ("Recipient added to suppression list", " to suppression list because delivery has failed")

#: What it says, further on, if a delivery took the recipient off [P3]
OFF_THE_LIST = {"Recipient removed from suppression list": EventKind.SUPPRESSION_CHANGED}

_LISTED = re.compile(r"Recipient \(.{1,1000}\) is on the suppression list(?: \(reason: (.{1,200})\))?")
_SERVER = re.compile(r"sending (?:the message )?to \S{1,80} \(([\w.-]{1,255})\)")  # "192.0.2.25:25 (mx.example.com)"


def elements(payload: Any) -> Body:
    """Give the one element: the body itself, in its envelope or without."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if not _has_envelope(payload) and _event_of(payload) is None:
        raise PayloadError("expected an event and its payload, or a payload of Postal's")
    return Body.of_one(payload)


def _has_envelope(element: Mapping[str, Any]) -> bool:
    return "event" in element and "payload" in element


def _event_of(payload: Mapping[str, Any]) -> str | None:
    """Name the event of a payload that came alone; ``None`` if it is none of Postal's."""
    status = reading.loose_text(payload.get("status"))
    if status and isinstance(payload.get("message"), dict):
        return STATUSES.get(status, status)
    return next((event for fields, event in SHAPES if fields <= payload.keys()), None)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event, two if it tells of a message and of the list, or a notice."""
    name, said, path = _opened(element)
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if name in NOTICES:
        return Notice(name=name, detail=reading.loose_text(said.get("domain")) or NOTICES[name])
    field = "original_message" if kind is EventKind.UNDETERMINED_BOUNCE else "message"
    message = said.get(field)
    if kind is EventKind.UNKNOWN and not (isinstance(message, dict) and message.get("to")):
        return Notice(name=name)
    if message is None:
        raise PayloadError("missing", path=path + field)
    message = reading.object_of(message, path + field)
    if message.get("direction") == "incoming":
        return Notice(name=name, detail="incoming mail")
    written = reading.loose_text(said.get("details")) or ""
    if written.startswith(NO_RECIPIENT):
        return Notice(name=name, detail=NO_RECIPIENT)
    with reading.under(path + field):
        recipient = reading.address(message, "to")
    failure = None
    if kind in _FAILED:
        kind, failure = _FAILED[kind](said, written)
    common = (
        source,
        recipient,
        reading.loose_text(message.get("id")),
        reading.loose_text(message.get("tag")) if source.reference_key == "tag" else None,
        reading.unix_time(*_time(element, said, path)),
    )
    event = Event.read(kind, *common, failure=failure, details=partial(details, element, kind))
    changes = [each for text, each in OFF_THE_LIST.items() if kind is EventKind.DELIVERED and text in written]
    return event, *(Event.read(each, *common, details=partial(details, element, each)) for each in changes)


def _opened(element: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], str]:
    """Give the event's name, what is said of it, and where that stands in the body."""
    if _has_envelope(element):
        name, said = reading.required(element, "event"), reading.object_of(element["payload"], "payload")
        if (
            name in EVENTS and "message" not in said
        ):  # such as a bounce that is called a delay: the payload knows better
            name = _event_of(said) or name
        return name, said, "payload."
    return _event_of(element) or "", element, ""


def _time(element: Mapping[str, Any], said: Mapping[str, Any], path: str) -> tuple[object, str]:
    """Give the time of the attempt, or when the bounce came, or when the call was made, with its path."""
    bounce = said.get("bounce")
    if isinstance(bounce, dict) and "timestamp" in bounce:
        return bounce["timestamp"], f"{path}bounce.timestamp"
    if said is element or "timestamp" in said:
        return said.get("timestamp"), f"{path}timestamp"
    return element.get("timestamp"), "timestamp"


def _delayed(said: Mapping[str, Any], written: str) -> tuple[EventKind, Failure]:
    beginning, (claimed, command) = reading.by_beginning(DELAYS, written, UNLISTED_DELAY)
    return EventKind.DEFERRED, Failure(
        diagnostic=reading.loose_text(said.get("output")),
        reported=beginning or "SoftFail",
        claimed=claimed,
        smtp_command=command,
        remote_mta=_server(written),
    )


def _refused(said: Mapping[str, Any], written: str) -> tuple[EventKind, Failure]:
    reply = reading.loose_text(said.get("output"))
    unlisted = UNLISTED_FAILURE_WITH_REPLY if reply else UNLISTED_FAILURE
    beginning, (kind, claimed) = reading.by_beginning(FAILURES, written, unlisted)
    return kind, Failure(
        diagnostic=None if kind is EventKind.DROPPED else reply,
        reported=beginning or "HardFail",
        claimed=claimed,
        remote_mta=_server(written),
    )


def _held(_: Mapping[str, Any], written: str) -> tuple[EventKind, Failure]:
    if listed := _LISTED.match(written):
        why = listed[1] or "on the suppression list"
        return EventKind.DROPPED, Failure(reported=why, claimed=LISTINGS.get(why, UNLISTED_LISTING))
    beginning, claimed = reading.by_beginning(HOLDS, written, UNLISTED_HOLD)
    return EventKind.DROPPED, Failure(reported=beginning or "Held", claimed=claimed)


def _bounced(_: Mapping[str, Any], __: str) -> tuple[EventKind, Failure]:
    return EventKind.UNDETERMINED_BOUNCE, Failure(reported="MessageBounced")


_FAILED = {
    EventKind.DEFERRED: _delayed,
    EventKind.BOUNCED: _refused,
    EventKind.DROPPED: _held,
    EventKind.UNDETERMINED_BOUNCE: _bounced,
}


def _server(written: str) -> str | None:
    named = _SERVER.search(written)
    return named[1] if named else None


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    name, said, _ = _opened(element)
    message = said["original_message" if name == "MessageBounced" else "message"]
    written = reading.loose_text(said.get("details")) or ""
    changed = kind is EventKind.SUPPRESSION_CHANGED
    value = name if kind is EventKind.UNKNOWN else "removed" if changed else None
    return Details(
        scope=EVERYTHING if changed or any(text in written for text in ON_THE_LIST) else None,
        value=value,
        url=reading.loose_text(said.get("url")) if kind is EventKind.CLICKED else None,
        internet_message_id=reading.message_id(message.get("message_id")),
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(element.get("uuid")),
        tags=reading.strings(message.get("tag")),
    )


PROVIDER = Provider(
    name="postal",
    title="Postal",
    elements=elements,
    read=read,
    tables={
        "event": {**EVENTS, **NOTICES},
        "status": STATUSES,
        "details": {**DELAYS, **FAILURES, **HOLDS, **OFF_THE_LIST},
    },
    scheme=signing.rsa_of_body(
        "X-Postal-Signature-256",
        "X-Postal-Signature",
        needs="the public key of the installation, as in its DKIM record (postal default-dkim-record)",
    ),
    habits=Habits(
        event_id=EventId.OWN,
        precision=Precision.FRACTION,
        retries=timedelta(minutes=36),
        lists=("recipients of a mail server",),
    ),
)
parse = PROVIDER.parse
