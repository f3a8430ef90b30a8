"""
MessageBird (Bird): one report on one recipient a call, in the query of a GET; replies of people are posted as forms.

Sources, as [B1] to [B5] below:
 B1  https://developers.messagebird.com/api/sms-messaging/ (statuses, reasons; quoted field by field in Message.swift of a
     public client, with "pending" for sent and buffered alike)
 B2  https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-sources/sms-platform-extended-error-codes
 B3  https://docs.bird.com/connectivity-platform/troubleshooting/sms-errors-and-error-codes
 B4  https://github.com/nyaruka/courier handlers/messagebird/handler.go (both calls, as observed; error 103 is a stop)
 B5  https://github.com/messagebird/messagebird-nodejs lib/webhook-signature-jwt.js

Quirks:
 - A report stands in the query of the URL, and the body is empty: give ``parse`` the query, as text or as a mapping.
 - ``id`` is that of the send call's answer, the same for all its recipients; with ``recipient`` it names a copy.
 - ``reference`` is the sender's own [B1], and without one no report is sent at all: ``parse(..., reference="reference")``.
   Parameters that the sender put into the report URL stand among the fields, with no container.
 - ``recipient`` has no plus [B1, B4]; numbers are compared with one.
 - An ``expired`` with the reason "DLR not received" was sent, and nobody said what became of it [B2]: it is no failure.
 - The newer pages write reasons with underscores, and other codes than ``statusErrorCode`` apply to the newer API [B2].
 - Only Bird's own words say why: there is no text of an operator.
 - Reports have no id. Not all of them say from which number a message was to be sent (``originator``): then what failed
   because of a stop does not say what is stopped.
 - The signature is a token in ``MessageBird-Signature-JWT``, which covers the whole URL and the body [B5]. The older
   ``MessageBird-Signature`` with ``MessageBird-Request-Timestamp`` is not supported.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _phone as phone
from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Provider
from deliverystatus._decoding import decode as decoded
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._text import cut
from deliverystatus._values import Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError, SignatureError

#: ``status`` [B1]: what happened, and which reason the word stands for
STATUSES = {
    "scheduled":       (EventKind.ACCEPTED,            None),
    "sent":            (EventKind.SENT,                None),
    "buffered":        (EventKind.SENT,                None),            # pending as sent is [B1]; nothing says refused
    "delivered":       (EventKind.DELIVERED,           None),
    "expired":         (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),  # retried until its validity was over; see REASONS
    "delivery_failed": (EventKind.UNDETERMINED_BOUNCE, None),            # but see REASONS and CODES
}  # fmt: skip

#: ``statusReason`` of what failed, with blanks: likewise [B1, B2]. The others ("pending DLR") say what the status says.
#: No copy at hand of [B1] shows these four: "opted out", "insufficient balance", "capacity limit reached", "carrier rejected".
REASONS = {
    "unknown subscriber":       (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),   # no active line [B2]
    "incorrect number":         (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),
    "unavailable subscriber":   (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),             # out of coverage, say, all the time
    "dlr not received":         (EventKind.SENT,                None),                       # no word of the operator: no failure
    "expired":                  (EventKind.DROPPED,             Reason.EXPIRED),             # "before we were able to send" [B2]
    "timeout":                  (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "opted out":                (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),
    "insufficient balance":     (EventKind.DROPPED,             Reason.SENDER_ACCOUNT),
    "received network error":   (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "capacity limit reached":   (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),
    "carrier rejected":         (EventKind.SOFT_BOUNCED,        None),                       # for what is not said
    "generic delivery failure": (EventKind.UNDETERMINED_BOUNCE, None),
}  # fmt: skip

#: ``statusErrorCode`` that says more than its reason. 1 to 12 are all "unknown subscriber" [B2], but only 1 says that the
#: number is nobody's: the others are of lines that exist, and may work again.
CODES = {
    "1":   (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),       # unknown subscriber
    "2":   (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),           # unknown base station
    "3":   (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),           # unknown switching centre
    "5":   (EventKind.SOFT_BOUNCED, Reason.MAILBOX_DISABLED),        # unidentified subscriber: not where it was registered
    "9":   (EventKind.BOUNCED,      Reason.MAILBOX_DISABLED),        # illegal subscriber: barred by the operator
    "10":  (EventKind.BOUNCED,      Reason.MAILBOX_DISABLED),        # bearer service not provisioned
    "11":  (EventKind.BOUNCED,      Reason.MAILBOX_DISABLED),        # teleservice not provisioned: takes no messages
    "12":  (EventKind.BOUNCED,      Reason.MAILBOX_DISABLED),        # call barred
    "34":  (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),           # system failure, at the operator's
    "103": (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE),  # the recipient had sent STOP [B4]
}  # fmt: skip

#: Fields that are MessageBird's, in lower case; every other is a parameter of the sender's report URL [B1, B4]
RESERVED = frozenset(
    [
        "id",
        "href",
        "recipient",
        "originator",
        "status",
        "statusreason",
        "statusdatetime",
        "statuserrorcode",
        "messagelength",
        "messagepartcount",
        "recipientcountry",
        "recipientcountryprefix",
        "recipientoperator",
        "datacoding",
        "gateway",
        "mccmnc",
        "mcc",
        "mnc",
        "ported",
        "price[amount]",
        "price[currency]",
        "body",
        "createddatetime",
    ]
)

#: Characters of a time before its fraction, or its zone
_ZONE_FROM = len("2026-03-02T09:15:07")

_FAILED = frozenset({EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE})
_NO_FAILURE = frozenset({EventKind.ACCEPTED, EventKind.SENT, EventKind.DELIVERED, EventKind.UNKNOWN})


def decode(payload: Any, headers: Mapping[str, str] | None) -> Any:
    """Decode a query, with or without its question mark, or a form."""
    if isinstance(payload, bytes):
        payload = payload.removeprefix(b"?")
    elif isinstance(payload, str):
        payload = payload.removeprefix("?")
    return decoded(payload, headers)


def elements(payload: Any) -> Body:
    """Give the one element: the fields of the call. A reply has an originator, and no status."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected a query or a form, got {type(payload).__name__}")
    if "recipient" not in payload or not ("status" in payload or "originator" in payload):
        raise PayloadError("expected fields with a recipient, and a status or an originator")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: what became of a copy, a stop, or a reply."""
    fields = reading.firsts(element)
    if "status" not in fields:
        return _replied(fields, source)
    name = cut(reading.required(fields, "status").strip().lower())
    kind, claimed = STATUSES.get(name, (EventKind.UNKNOWN, None))
    why = reading.text(fields, "statusReason")
    if kind in _FAILED:
        code = reading.loose_text(fields.get("statusErrorCode")) or ""
        kind, claimed = CODES.get(code) or REASONS.get(_spelled(why), (kind, claimed))
    failure = None if kind in _NO_FAILURE else Failure(reported=why or name, claimed=claimed)
    return Event.read(
        kind,
        source,
        reading.required(fields, "recipient"),
        reading.text(fields, "id"),
        None if source.reference_key is None else reading.loose_text(fields.get(source.reference_key)),
        _time(fields, "statusDatetime"),
        failure=failure,
        details=partial(details, fields, name if kind is EventKind.UNKNOWN else None, failure),
    )


def _replied(fields: Mapping[str, Any], source: Source) -> Outcome:
    """A reply's id is its own, and names no message of ours."""
    kind = phone.keyword(fields.get("body"))
    if kind is None:
        return Notice(name="inbound")
    return Event.read(
        kind,
        source,
        reading.required(fields, "originator"),
        None,
        None,
        _time(fields, "createdDatetime"),
        details=Details(
            scope=Scope(ScopeKind.SENDER, reading.required(fields, "recipient")),
            event_id=reading.loose_text(fields.get("id")),
        ),
    )


def _spelled(why: str | None) -> str:
    return (why or "").strip().lower().replace("_", " ")


def _time(fields: Mapping[str, Any], name: str) -> datetime | None:
    written = fields.get(name)
    if isinstance(written, str):  # the plus of the zone, where nobody encoded it, is a blank in a query
        written = written[:_ZONE_FROM] + written[_ZONE_FROM:].replace(" ", "+")
    return reading.iso_time(written, name)


def details(fields: Mapping[str, Any], value: str | None, failure: Failure | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    ours = reading.loose_text(fields.get("originator"))
    is_stopped = failure is not None and failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE and ours is not None
    return Details(
        scope=Scope(ScopeKind.SENDER, ours or "") if is_stopped else None,
        value=value,
        metadata=reading.metadata({k: v for k, v in fields.items() if v and k.lower() not in RESERVED}),
    )


def _check(request: Request) -> Proof:
    """Check the token: of which URL and body it is, when it ends, and that it has the id by which it is known again [B5]."""
    claims = signing.claims_of(request, request.header("MessageBird-Signature-JWT"))
    signing.refuse_unless_digest(
        claims,
        "url_hash",
        request.called.encode("utf-8", "replace"),
        advice="pass url= as it was called, with its query",
    )
    if request.body or "payload_hash" in claims:
        signing.refuse_unless_digest(claims, "payload_hash", request.body)
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not token_id or signing.claimed_time(claims, "exp") is None:
        raise SignatureError("the token has no id, or no end", "expected jti and exp among its claims")
    return Proof(
        signed_at=signing.claimed_time(claims, "nbf") or signing.claimed_time(claims, "iat"),
        replay_key=token_id,
        payload=None if request.body else request.query.encode("utf-8", "replace"),
    )


PROVIDER = Provider(
    name="messagebird",
    title="MessageBird",
    elements=elements,
    read=read,
    tables={"status": STATUSES, "statusReason": REASONS, "statusErrorCode": CODES, "body": phone.KEYWORDS},
    decode=decode,
    channels=(Channel.SMS,),
    scheme=Scheme(
        title="a signed token (JWT, HS256)",
        covers="the time, the URL, and what is posted",
        needs="the signing key of the account",
        check=_check,
        window=timedelta(0),  # a token has an end of its own, soon, so each attempt has its own
    ),
    habits=Habits(event_id=EventId.SOME, lists=("opt-outs",)),  # replies have an id
)
parse = PROVIDER.parse
