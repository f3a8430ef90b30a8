"""
Plivo: one form a call, about one recipient; SMS, MMS and WhatsApp. A callback may be a GET: then the query has the fields.

Sources, as [V1] to [V6] below:
 V1  https://www.plivo.com/docs/messaging/api/message/message-status-callbacks (the fields of a report)
 V2  https://www.plivo.com/docs/messaging/troubleshooting/error-codes and, with what failed and undelivered mean,
     https://www.plivo.com/blog/introducing-sms-error-codes/
 V3  https://www.plivo.com/docs/messaging/xml/request (incoming messages)
 V4  https://github.com/plivo/plivo-python plivo/utils/signature_v3.py and plivo/utils/__init__.py
 V5  https://www.plivo.com/docs/messaging/concepts/signature-validation
 V6  https://github.com/nyaruka/courier handlers/plivo/handler.go (both calls, as observed)

Quirks:
 - ``failed`` never reached an operator, ``undelivered`` did, and the operator could not deliver it: final both [V2]. Courier
   takes ``undelivered`` for still on its way [V6]; nothing that Plivo writes says so.
 - ParentMessageUUID is "the same as MessageUUID" and PartInfo "reserved" [V1]; but both were once of the parts of a long
   message, and "1 of 1" is still posted [V6]. The parent is what the send call's answer has for a recipient, so it is the
   message's id where there is one; a part of several is a copy of its own.
 - Times have no zone, and which is meant is not said [V1]: none is read. Incoming messages have no time at all, so a START
   lifts nothing of itself: who receives it says when that was, with a ``resubscribed`` of one's own.
 - ErrorCode is "000" or empty where nothing failed. The list of codes is open; an operator's words are never passed on.
 - Numbers may lack the plus; they are compared with one.
 - There is no field for data of the sender's. Of a callback by GET, parameters of one's own URL stand among the fields.
 - Plivo handles STOP itself for some numbers, and posts it to the message URL like any other text. Then messages from that
   number fail with 200 [V2]: what is stopped is the number they were to be sent from.
 - The V3 signature covers URL and fields, but puts no marks between them: what is moved from the end of a value to the next
   field's name is not seen. V2, which is what is documented of messages [V5], covers the URL without its query alone:
   **whoever has seen one request can send any body with its V2 signature**. It is looked at only where there is no V3, and only
   with a secret that is given for it, as ``v2:TOKEN``. Neither carries a time: remember the replay keys.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from deliverystatus import _phone as phone
from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._text import cut
from deliverystatus._values import Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError, SignatureError

#: ``Status`` [V1]
STATUSES = {
    "queued":      EventKind.ACCEPTED,
    "sent":        EventKind.SENT,
    "delivered":   EventKind.DELIVERED,
    "undelivered": EventKind.UNDETERMINED_BOUNCE,  # but see ERRORS
    "failed":      EventKind.DROPPED,              # "failed to deliver to the carrier" [V2]: it never left Plivo
    "rejected":    EventKind.DROPPED,              # older callbacks only
    "read":        EventKind.OPENED,               # WhatsApp, where the recipient lets it be told
}  # fmt: skip

#: ``ErrorCode`` [V2]: what an ``undelivered`` with it is, and which reason it stands for
ERRORS = {
    "10":   (EventKind.SOFT_BOUNCED,        Reason.CONTENT_REJECTED),        # an operator called it invalid
    "20":   (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "30":   (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),            # or too many from a long number
    "40":   (EventKind.SOFT_BOUNCED,        Reason.SENDER_REJECTED),
    "50":   (EventKind.BOUNCED,             Reason.INVALID_ADDRESS),         # mistyped, or a landline
    "60":   (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),           # a loop between two programs, or of routes
    "70":   (EventKind.BOUNCED,             Reason.MAILBOX_DISABLED),        # not active; "a broad code": repetition decides
    "80":   (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),           # switched off, or out of coverage
    "90":   (EventKind.SOFT_BOUNCED,        None),                           # no route; why not is not told
    "100":  (EventKind.SOFT_BOUNCED,        Reason.POLICY_REJECTED),         # the network takes no such messages
    "110":  (EventKind.SOFT_BOUNCED,        Reason.MESSAGE_TOO_LARGE),
    "200":  (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),  # the recipient had sent STOP
    "201":  (EventKind.DROPPED,             Reason.POLICY_REJECTED),         # from toll-free numbers of the US to Canada
    "1000": (EventKind.UNDETERMINED_BOUNCE, None),
}  # fmt: skip
UNLISTED_ERROR = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``ErrorCode`` where nothing failed
NO_ERROR = frozenset({"", "0", "000"})

#: ``Type``: how it travels [V1]
TYPES = {"sms": Channel.SMS, "mms": Channel.SMS, "whatsapp": Channel.WHATSAPP}

#: Fields that are Plivo's, in lower case; every other is a parameter of the sender's URL [V1, V3]
RESERVED = frozenset(
    [
        "messageuuid",
        "parentmessageuuid",
        "partinfo",
        "from",
        "to",
        "type",
        "status",
        "text",
        "errorcode",
        "units",
        "totalrate",
        "totalamount",
        "mcc",
        "mnc",
        "sequence",
        "messagetime",
        "queuedtime",
        "senttime",
        "deliveryreporttime",
        "requester_ip",
        "powerpackuuid",
        "conversationid",
        "conversationorigin",
        "conversationexpirationtimestamp",
    ]
)

#: Signatures that are looked at
_MOST = 10

#: Names that no value of Plivo's holds: one that does is of somebody who had his own text signed
OWN_NAMES = ("MessageUUID",)

#: How a secret begins that V2 may be checked with as well
FOR_V2 = b"v2:"

_NONCE = re.compile(r"[0-9A-Za-z-]+")

_PART = re.compile(r"(\d{1,3}) of (\d{1,3})", re.ASCII)

_BOUNCED, _DROPPED, _UNKNOWN = EventKind.UNDETERMINED_BOUNCE, EventKind.DROPPED, EventKind.UNKNOWN


def elements(payload: Any) -> Body:
    """Give the one element: the form itself. An incoming message has no Status."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected a form, got {type(payload).__name__}")
    if "MessageUUID" not in payload:
        raise PayloadError("expected a form with a MessageUUID")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: what became of a copy, a stop, or an incoming message."""
    fields = reading.firsts(element)
    source = reading.on(source, TYPES.get((reading.text(fields, "Type") or "").lower(), source.channel))
    if "Status" not in fields:
        return _received(fields, source)
    name = cut(reading.required(fields, "Status").strip().lower())
    kind = STATUSES.get(name, _UNKNOWN)
    failure = None
    if kind is _BOUNCED or kind is _DROPPED:
        kind, failure = _failed(fields, name, kind)
    return Event.read(
        kind,
        source,
        reading.required(fields, "To"),
        reading.text(fields, "ParentMessageUUID") or reading.text(fields, "MessageUUID"),
        None if source.reference_key is None else reading.loose_text(fields.get(source.reference_key)),
        None,
        failure=failure,
        details=partial(details, fields, name if kind is _UNKNOWN else None, failure),
    )


def _failed(fields: Mapping[str, Any], name: str, kind: EventKind) -> tuple[EventKind, Failure]:
    """What never left Plivo is no bounce, whatever its code."""
    code = reading.loose_text(fields.get("ErrorCode")) or ""
    if code in NO_ERROR:
        return kind, Failure(reported=name)
    if_tried, claimed = ERRORS.get(code, UNLISTED_ERROR)
    return kind if kind is _DROPPED else if_tried, Failure(reported=code, claimed=claimed)


def _received(fields: Mapping[str, Any], source: Source) -> Outcome:
    """The id of an incoming message is its own, and names no message of ours."""
    kind = phone.keyword(fields.get("Text"))
    if kind is None:
        return Notice(name="inbound")
    return Event.read(
        kind,
        source,
        reading.required(fields, "From"),
        None,
        None,
        source.received_at,  # it is posted as it comes in, and has no other time
        details=Details(
            scope=Scope(ScopeKind.SENDER, reading.required(fields, "To")),
            event_id=reading.loose_text(fields.get("MessageUUID")),
        ),
    )


def details(fields: Mapping[str, Any], value: str | None, failure: Failure | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    ours = reading.loose_text(fields.get("From"))
    is_stopped = failure is not None and failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE and ours is not None
    return Details(
        scope=Scope(ScopeKind.SENDER, ours or "") if is_stopped else None,
        value=value,
        part=_part(fields.get("PartInfo")),
        metadata=reading.metadata({k: v for k, v in fields.items() if v and k.lower() not in RESERVED}),
    )


def _part(info: object) -> tuple[int, int] | None:
    """One of one is the whole."""
    found = _PART.fullmatch(info.strip()) if isinstance(info, str) else None
    if found is None:
        return None
    part, parts = int(found[1]), int(found[2])
    return (part, parts) if 1 <= part <= parts and parts > 1 else None


def _check(request: Request) -> Proof:
    """
    Check one of the signatures of the request: V3 [V4] if there is one, else V2 [V5] if the caller allows it.

    ``-Ma-`` is made with the token of the main account, the other with that of the account, or subaccount, that sent.
    """
    version = next((each for each in ("V3", "V2") if _signatures(request, each)), "V3")
    nonce = request.header(f"X-Plivo-Signature-{version}-Nonce")
    if not _NONCE.fullmatch(
        nonce
    ):  # it stands behind a dot, or behind nothing: with one in it, it could begin elsewhere
        raise SignatureError("the nonce is not of the right form", "expected digits, letters and hyphens")
    keys = _keys_of(request, version)
    given = _signatures(request, version) or [request.header("X-Plivo-Signature-V3")]  # which says what is missing
    signed = [
        each + nonce.encode() for each in (_signed_v3(request) if version == "V3" else (_address(request).encode(),))
    ]
    made = [signing.is_made_with_one_of(keys, given, partial(_sign, signed=each)) for each in signed]
    if not any(made):
        raise SignatureError(
            "the signature was made with another secret, or of something else",
            "check the auth token, and that url= is the URL as Plivo calls it, before any proxy: scheme, host and query",
        )
    # what the sender put into the URL to find it again is read with the form
    payload = b"&".join(filter(None, (request.body, request.query.encode("utf-8", "replace"))))
    return Proof(replay_key=signing.digest(signed[made.index(True)]), payload=payload)


def _keys_of(request: Request, version: str) -> list[bytes]:
    """Give the tokens: for V2, which covers nothing that is said, only those that the caller gave for it."""
    of_url = [("query", value) for _, value in _pairs(request.query)]  # of one's own URL the name may be anything
    signing.refuse_fields_that_hide([*(signing.form(request) if request.body else ()), *of_url], OWN_NAMES)
    keys = [key.removeprefix(FOR_V2) for key in request.secrets if version == "V3" or key.startswith(FOR_V2)]
    if not all(key.strip() for key in keys):
        raise SignatureError("the secret is not of the right form", "expected the token, behind v2: as well")
    if not keys:
        raise SignatureError(
            "there is only a signature V2, which does not cover what is said",
            "switch to V3, or give the secret as v2:TOKEN, and remember the replay keys",
        )
    return keys


def _signatures(request: Request, version: str) -> list[str]:
    """Give the signatures of one version; there are several while a token is changed, but none of them twice."""
    found: list[str] = []
    for name in (f"X-Plivo-Signature-{version}", f"X-Plivo-Signature-Ma-{version}"):
        listed = [each.strip() for each in request.header(name).split(",")] if request.has(name) else []
        if len(listed) > len(set(listed)):
            raise SignatureError(f"the header {name} is there more than once", "check what repeats headers on the way")
        found += listed[:_MOST]
    return found


def _signed_v3(request: Request) -> tuple[bytes, ...]:
    """
    Give what stands before the nonce: address, query and fields, in the order of names and values.

    Plivo's Python library encodes what is not ASCII twice, its library for JavaScript once; of what comes from Plivo one of
    them is right, and nobody without the token can make either.
    """
    query = "&".join(f"{name}={value}" for name, value in sorted(_pairs(request.query)))
    fields = "".join(name + value for name, value in sorted(signing.form(request))) if request.body else ""
    signed = (
        _address(request) + ("?" if query or fields else "") + query + ("." if query and fields else "") + fields + "."
    )
    once = signing.octets_of(signed)
    return once, once.decode("latin-1").encode()


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(_writable(query), keep_blank_values=True, errors="surrogateescape")


def _address(request: Request) -> str:
    """Give the URL without its query."""
    return _writable(request.called.partition("#")[0].partition("?")[0])


def _writable(text: str) -> str:
    """Replace what no URL can have in it, and nobody can sign."""
    return text.encode("utf-8", "replace").decode()


def _sign(key: bytes, *, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


PROVIDER = Provider(
    name="plivo",
    title="Plivo",
    elements=elements,
    read=read,
    tables={"Status": STATUSES, "ErrorCode": ERRORS, "Type": TYPES, "Text": phone.KEYWORDS},
    channels=(Channel.SMS, Channel.WHATSAPP),
    scheme=Scheme(
        title="HMAC-SHA256 (V3, or V2 if allowed)",
        covers="V3: the URL and the fields; V2: the URL without its query",
        needs="the auth token of the account (v2:TOKEN if V2 is to be taken as well)",
        check=_check,
    ),
    habits=Habits(event_id=EventId.SOME, precision=Precision.NONE, lists=("opt-outs",)),  # incoming messages have an id
)
parse = PROVIDER.parse
