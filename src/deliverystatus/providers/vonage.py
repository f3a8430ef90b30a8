"""
Vonage (Nexmo): receipts of the SMS API, as a query, form or JSON; statuses of the Messages API, as JSON. What comes in, too.

Sources, as [V1] to [V8] below:
 V1  https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
 V2  https://api.support.vonage.com/hc/en-us/articles/204014733 (err-code), and, with more words,
     https://github.com/Nexmo/nexmo-oas-renderer _modals/api/developer/message/search/response/error-code.md
 V3  https://developer.vonage.com/en/messages/concepts/messages-status-callbacks and .../sms-status-callbacks
 V4  https://developer.vonage.com/en/api-errors/messages, and, with more words,
     https://github.com/Nexmo/nexmo-oas-renderer _open_api/errors/messages-olympus.md
 V5  https://developer.vonage.com/en/messaging/sms/guides/inbound-sms
 V6  https://developer.vonage.com/en/getting-started/concepts/signing-messages
 V7  https://developer.vonage.com/en/getting-started/concepts/webhooks (signed webhooks)
 V8  https://github.com/Vonage/vonage-python-sdk http_client/src/vonage_http_client/auth.py

Quirks:
 - In a receipt ``msisdn`` is whom the message was for, and ``to`` is the sender it came from [V1]. In the Messages API
   ``to`` is whom it was for.
 - A long SMS has a receipt for each part, with a ``messageId`` of its own and the same ``client-ref`` [V1]. Which part
   of how many is not said, nor whether there are several. A status of the Messages API is of the whole.
 - As receipts do not number the parts, give each entry of the send call's answer as an ``accepted`` event, with its message
   id and ``part=(i, n)``: then it is known how many parts there are, and which of them is still out.
 - Carriers forge receipts: "some delivery receipts are fakes", others only say that the next carrier took it [V1].
 - ``scts`` is the carrier's time, in no zone that anyone knows: unread. ``message-timestamp`` is when the receipt was
   pushed (UTC) [V5]: that is all there is, and what happened had happened by then.
 - Numbers are written without a plus.
 - Nobody tries again after a code other than 0, unless the status says so: code 7 with "accepted" is still tried [V2].
 - The code of the Messages API stands behind the # of ``error.type``, and in ``error.title`` as a number, or not.
 - What is not taken is sent again for 24 hours [V5].
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._decoding import decode
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._phone import keyword
from deliverystatus._proof import AS_IT_CAME, Proof, Request, Scheme
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError, SignatureError

#: ``status`` of a receipt: what happened, and which reason the word stands for, if no code does better [V1]
STATUSES = {
    "accepted":  (EventKind.SENT,                None),  # the carrier has it; but see STILL_TRIED
    "buffered":  (EventKind.DEFERRED,            None),  # kept for later delivery
    "delivered": (EventKind.DELIVERED,           None),
    "expired":   (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),  # the carrier tried until the time was up
    "failed":    (EventKind.UNDETERMINED_BOUNCE, None),  # but see ERRORS
    "rejected":  (EventKind.UNDETERMINED_BOUNCE, None),  # but see ERRORS: by whom is not said
    "unknown":   (EventKind.UNKNOWN,             None),
}  # fmt: skip

#: ``status`` of a message of the Messages API: likewise [V3]
MESSAGE_STATUSES = {
    "submitted":     (EventKind.SENT,                None),  # the network of the channel has it; but see STILL_TRIED
    "delivered":     (EventKind.DELIVERED,           None),
    "read":          (EventKind.OPENED,              None),
    "rejected":      (EventKind.UNDETERMINED_BOUNCE, None),                  # but see MESSAGE_ERRORS
    "undeliverable": (EventKind.UNDETERMINED_BOUNCE, Reason.NETWORK_ERROR),  # the channel's network was not reached
}  # fmt: skip
UNLISTED_STATUS = (EventKind.UNKNOWN, None)

#: Codes with which a message that was accepted or submitted is still tried, for 24 to 48 hours [V2, V4]
STILL_TRIED = frozenset({"7", "1220"})

#: ``err-code`` of a receipt: what an end with it is, and which reason it stands for; None leaves it to the status [V2]
ERRORS = {
    "0":  (None,                   None),
    "1":  (None,                   None),                          # unknown, "or to is unknown": nobody can tell
    "2":  (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),          # switched off, or out of reach
    "3":  (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),      # "no longer active and should be removed"
    "4":  (EventKind.BOUNCED,      Reason.RECIPIENT_REFUSED),      # barred by the user: "a permanent error"
    "5":  (EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR), # the number moved to another carrier
    "6":  (EventKind.SOFT_BOUNCED, Reason.SPAM_CONTENT),
    "7":  (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),          # the phone is busy
    "8":  (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),
    "9":  (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE), # "has already sent a STOP opt-out message"
    "10": (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
    "11": (EventKind.DROPPED,      Reason.RELAY_DENIED),           # Vonage has no route
    "12": (EventKind.SOFT_BOUNCED, Reason.RELAY_DENIED),           # "a route to the number cannot be found"
    "13": (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),        # too young for it
    "14": (EventKind.SOFT_BOUNCED, Reason.MAILBOX_DISABLED),       # no SMS in their contract, or suspended
    "15": (EventKind.SOFT_BOUNCED, Reason.MAILBOX_DISABLED),       # their prepaid card is empty
    "50": (EventKind.SOFT_BOUNCED, Reason.SENDER_REJECTED),        # India: our company is not registered
    "51": (EventKind.SOFT_BOUNCED, Reason.SENDER_REJECTED),        # India: nor is our sender
    "52": (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),       # India: nor is our text
    "53": (EventKind.SOFT_BOUNCED, Reason.NOT_OPTED_IN),           # India
    "54": (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),        # India
    "99": (None,                   None),                          # "general error"
}  # fmt: skip

#: ``error.title`` of the Messages API: likewise [V4]
MESSAGE_ERRORS = {
    "1000": (EventKind.DROPPED,      Reason.RATE_LIMITED),
    "1010": (EventKind.DROPPED,      Reason.PROTOCOL_ERROR),   # our request lacks something
    "1020": (EventKind.DROPPED,      Reason.PROTOCOL_ERROR),   # something in our request is wrong
    "1021": (EventKind.DROPPED,      Reason.PROTOCOL_ERROR),
    "1022": (EventKind.DROPPED,      Reason.TEMPLATE_FAILED),
    "1030": (EventKind.DROPPED,      None),                    # internal
    "1040": (EventKind.DROPPED,      None),                    # "for example, due to an unrecognised prefix"
    "1050": (EventKind.DROPPED,      Reason.SUPPRESSED_OTHER), # on a block list
    "1060": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),
    "1070": (EventKind.DROPPED,      Reason.QUOTA_EXCEEDED),   # our credit
    "1080": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),
    "1090": (EventKind.DROPPED,      Reason.MESSAGE_TOO_LARGE),
    "1100": (EventKind.DROPPED,      Reason.NETWORK_ERROR),    # "not submitted"
    "1110": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),   # our signature
    "1120": (EventKind.DROPPED,      Reason.SENDER_REJECTED),
    "1130": (EventKind.DROPPED,      Reason.PROTOCOL_ERROR),
    "1140": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),
    "1150": (EventKind.DROPPED,      Reason.PROTOCOL_ERROR),
    "1160": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),   # a trial account, and none of its test numbers
    "1170": (EventKind.DROPPED,      Reason.INVALID_ADDRESS),
    "1180": (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),
    "1190": (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),
    "1200": (EventKind.SOFT_BOUNCED, Reason.RECIPIENT_SERVER_ERROR),
    "1210": (EventKind.SOFT_BOUNCED, Reason.SPAM_CONTENT),
    "1220": (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),
    "1230": (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),
    "1240": (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE),
    "1241": (EventKind.DROPPED,      Reason.RATE_LIMITED),
    "1250": (EventKind.DROPPED,      Reason.RELAY_DENIED),
    "1260": (EventKind.SOFT_BOUNCED, Reason.RELAY_DENIED),
    "1270": (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),
    "1280": (EventKind.SOFT_BOUNCED, Reason.MAILBOX_DISABLED),
    "1290": (EventKind.SOFT_BOUNCED, Reason.MAILBOX_DISABLED),
    "1300": (EventKind.BOUNCED,      Reason.RELAY_DENIED),     # not on that channel; but see ON_WHATSAPP
    "1310": (EventKind.SOFT_BOUNCED, Reason.RELAY_DENIED),     # their device cannot take it
    "1320": (EventKind.DROPPED,      Reason.DUPLICATE),
    "1330": (None,                   None),                    # as 1 above
    "1340": (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED), # a free text after the window in which only templates go
    "1350": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),
    "1360": (EventKind.SOFT_BOUNCED, Reason.EXPIRED),          # the time that we gave it
    "1370": (EventKind.DROPPED,      Reason.SENDER_ACCOUNT),
}  # fmt: skip

#: ``error.title`` of a message on WhatsApp: as above, but what is of the number there; an SMS may still reach it
ON_WHATSAPP = {**MESSAGE_ERRORS, "1300": (EventKind.BOUNCED, Reason.INVALID_ADDRESS)}

#: Both lists are open: then the status tells as much as it does
UNLISTED_ERROR = (None, None)

#: ``channel`` of the Messages API: how it travels, and what is put before an id that is no number [V3]
CHANNELS = {
    "sms":           (Channel.SMS,      ""),
    "mms":           (Channel.SMS,      ""),
    "rcs":           (Channel.SMS,      ""),
    "viber_service": (Channel.SMS,      ""),
    "whatsapp":      (Channel.WHATSAPP, ""),
    "messenger":     (Channel.SMS,      "messenger:"),
}  # fmt: skip

#: A part of which nobody said which
SOME_PART = (0, 0)

#: How ``sig`` is made, by a setting of the account [V6, V8]: the MD5 of the fields and the secret, or an HMAC
METHODS = (None, "md5", "sha1", "sha256", "sha512")

_ENDS = frozenset({EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE})
_SAID = frozenset({EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED})
_CONTENTS = frozenset({"text", "type", "data", "keyword", "message_type"})  # what a message that comes in has [V5]
_CODE = re.compile(r"(?:.*#)?(\d{1,6})", re.ASCII | re.DOTALL)
_NO_ZONE = len("2026-03-02 09:15:05")


def elements(payload: Any) -> Body:
    """Give the one element: the fields of the query or form, or the object."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object or a form, got {type(payload).__name__}")
    if "message_uuid" not in payload and not ("messageId" in payload and "msisdn" in payload):
        raise PayloadError("expected a receipt with messageId and msisdn, or a message with message_uuid")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: what became of a message or a part of it, what its recipient asked for, or a notice."""
    fields = reading.firsts(element)
    return _message(fields, source) if "message_uuid" in fields else _receipt(fields, source)


def _receipt(fields: Mapping[str, Any], source: Source) -> Outcome:
    occurred_at = _pushed(fields)
    status = _lower(fields, "status")
    if not status:
        return _incoming(fields, source, occurred_at, sender="msisdn", own_id="messageId")
    kind, failure = _outcome(status, STATUSES, reading.loose_text(fields.get("err-code")), ERRORS)
    if kind is EventKind.UNKNOWN and not fields.get("msisdn"):
        return Notice(name=status)
    return Event.read(
        kind,
        source,
        _number(fields, "msisdn"),
        reading.required(fields, "messageId"),
        _reference(fields, source),
        occurred_at,
        failure=failure,
        details=partial(details, fields, kind, failure, ours="to", part=SOME_PART),
    )


def _message(fields: Mapping[str, Any], source: Source) -> Outcome:
    occurred_at = reading.iso_time(fields.get("timestamp"), "timestamp")
    name = _lower(fields, "channel")
    channel, prefix = CHANNELS.get(name, (Channel.SMS, f"{name}:")) if name else (Channel.SMS, "")
    where = reading.on(source, channel)
    status = _lower(fields, "status")
    if not status:
        return _incoming(fields, where, occurred_at, sender="from", own_id="message_uuid", prefix=prefix)
    errors = ON_WHATSAPP if channel is Channel.WHATSAPP else MESSAGE_ERRORS
    kind, failure = _outcome(status, MESSAGE_STATUSES, _code(fields), errors)
    if kind is EventKind.UNKNOWN and not fields.get("to"):
        return Notice(name=status)
    return Event.read(
        kind,
        where,
        _number(fields, "to", prefix),
        reading.required(fields, "message_uuid"),
        _reference(fields, source),
        occurred_at,
        failure=failure,
        details=partial(details, fields, kind, failure, ours="from"),
    )


def _outcome(
    status: str,
    statuses: Mapping[str, tuple[EventKind, Reason | None]],
    code: str | None,
    errors: Mapping[str, tuple[EventKind | None, Reason | None]],
) -> tuple[EventKind, Failure | None]:
    kind, reason = statuses.get(status, UNLISTED_STATUS)
    ended, claimed = errors.get(code or "", UNLISTED_ERROR)
    if kind is EventKind.SENT and code in STILL_TRIED:
        kind = EventKind.DEFERRED
    elif kind in _ENDS:
        kind = ended or kind
    elif kind is not EventKind.DEFERRED:
        return kind, None
    return kind, Failure(reported=status if code in (None, "0") else code, claimed=claimed or reason)


def _incoming(
    fields: Mapping[str, Any], source: Source, at: datetime | None, *, sender: str, own_id: str, prefix: str = ""
) -> Outcome:
    """Read a message of somebody's: what it asks for, if it is a keyword. Its text is nobody else's business."""
    if not _CONTENTS & fields.keys():
        raise PayloadError("missing", path="status")
    kind = keyword(fields.get("text"))
    if kind is None:
        return Notice(name="inbound")
    # its id is that of the incoming message: it is about no copy of ours
    number = _number(fields, sender, prefix)
    return Event.read(
        kind, source, number, None, None, at, details=partial(details, fields, kind, ours="to", own_id=own_id)
    )


def _number(fields: Mapping[str, Any], name: str, prefix: str = "") -> str:
    return cut(prefix + (reading.loose_text(fields.get(name)) or reading.required(fields, name)))


def _lower(fields: Mapping[str, Any], name: str) -> str:
    return (reading.text(fields, name) or "").lower()


def _pushed(fields: Mapping[str, Any]) -> datetime | None:
    given = fields.get("message-timestamp")
    if isinstance(given, str) and len(given) == _NO_ZONE:
        given += "Z"  # UTC by [V1] and [V5]; later versions write the zone
    return reading.iso_time(given, "message-timestamp")


def _reference(fields: Mapping[str, Any], source: Source) -> str | None:
    return None if source.reference_key is None else reading.loose_text(fields.get(source.reference_key))


def _code(fields: Mapping[str, Any]) -> str | None:
    error = fields.get("error")
    if not isinstance(error, dict):
        return None
    said = (_CODE.fullmatch(reading.loose_text(error.get(name)) or "") for name in ("title", "type", "code"))
    return next((found[1] for found in said if found), None)


def details(
    fields: Mapping[str, Any],
    kind: EventKind,
    failure: Failure | None = None,
    *,
    ours: str,
    part: tuple[int, int] | None = None,
    own_id: str = "",
) -> Details:
    """Read what folding never asks for, *ours* from the field of that name. Total: what is of another type is absent."""
    scope = None
    if kind in _SAID or (failure is not None and failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE):
        number = reading.loose_text(fields.get(ours))
        if number is not None or kind is EventKind.RESUBSCRIBED:
            # what starts again on a number that is not named lifts nothing
            scope = Scope(ScopeKind.SENDER, number or "")
        elif kind is EventKind.UNSUBSCRIBED:
            scope = EVERYTHING
    return Details(
        scope=scope,
        value=reading.loose_text(fields.get("status")) if kind is EventKind.UNKNOWN else None,
        part=part,
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(fields.get(own_id)),
    )


def _check(request: Request) -> Proof:
    """Check the token of the Messages API, or the ``sig`` among the fields of the SMS API."""
    scheme, _, token = (request.header("Authorization") if request.has("Authorization") else "").partition(" ")
    if scheme.lower() == "bearer":
        claims = signing.claims_of(request, token.strip())
        signing.refuse_unless_digest(claims, "payload_hash", request.body)
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not token_id:
            raise SignatureError("the token has no id", "expected jti among its claims")
        return Proof(signed_at=signing.claimed_time(claims, "iat"), replay_key=token_id)
    query = request.query.encode("utf-8", "replace")
    fields = _signed_fields(request.body or query)
    signing.refuse_fields_that_hide(fields.items())  # "&" and "=" are replaced in values, and not in names
    given = fields.pop("sig", "").lower()
    text = "".join(f"&{name}={re.sub('[&=]', '_', fields[name])}" for name in sorted(fields)).encode("utf-8", "replace")
    made = [
        signing.is_made_with_one_of(request.secrets, [given], partial(_sign, text=text, method=method))
        for method in METHODS
    ]
    if not any(made):
        raise SignatureError(
            "the signature was made with another secret, or of something else",
            f"check the signature secret, which is not the API secret; {AS_IT_CAME}",
        )
    return Proof(
        signed_at=signing.unix(fields.get("timestamp", ""), "timestamp"),
        replay_key=signing.digest(text),
        payload=None if request.body else query,
    )


def _sign(secret: bytes, *, text: bytes, method: str | None) -> str:
    if method is None:
        return hashlib.md5(text + secret, usedforsecurity=False).hexdigest()  # it is what Vonage does unless told
    return hmac.new(secret, text, method).hexdigest()


def _signed_fields(payload: bytes) -> dict[str, str]:
    try:
        found = decode(payload, None)
    except PayloadError:
        found = None
    if isinstance(found, dict) and not any(isinstance(value, list) and len(value) > 1 for value in found.values()):
        fields = reading.firsts(found)
        if all(isinstance(value, str | int | float) for value in fields.values()):
            return {name: str(value) for name, value in fields.items()}
    raise SignatureError(
        "the request holds no fields, or one of them twice", "pass the body as it came, or url= with its query"
    )


PROVIDER = Provider(
    name="vonage",
    title="Vonage",
    elements=elements,
    read=read,
    tables={
        "status": {**STATUSES, **MESSAGE_STATUSES},
        "err-code": ERRORS,
        "title": MESSAGE_ERRORS,
        "channel": CHANNELS,
    },
    channels=(Channel.SMS, Channel.WHATSAPP),
    scheme=Scheme(
        title="MD5, or HMAC with MD5, SHA-1, SHA-256 or SHA-512; for the Messages API a token (HS256)",
        covers="the fields, or the body",
        needs="the signature secret",
        check=_check,
        window=timedelta(hours=24),
    ),
    habits=Habits(
        event_id=EventId.SOME,  # of texts that come in
        besides=frozenset({EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED}),  # texts that come in
        precision=Precision.SECOND,
        retries=timedelta(hours=24),
        lists=("opt-outs",),
    ),
)
parse = PROVIDER.parse
