"""
Twilio: a status callback tells one status of one message, as a form, or in the query of a GET. Incoming messages, too.

Sources, as [T1] to [T8] below:
 T1  https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (the callback, its fields, its order)
 T2  https://www.twilio.com/docs/messaging/api/message-resource (the statuses) and
     https://support.twilio.com/hc/en-us/articles/223134347 (what they mean)
 T3  https://www.twilio.com/docs/api/errors (the dictionary of error codes, a page for each) and
     https://www.twilio.com/docs/whatsapp/tutorial/error-codes (which WhatsApp code stands behind which) and
     https://support.twilio.com/hc/en-us/articles/17388935157915 (63032)
 T4  https://www.twilio.com/docs/messaging/guides/webhook-request (incoming messages) and
     https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (OptOutType)
 T5  https://www.twilio.com/en-us/changelog/addition-of-rawdlrdonedate-to-delivered-and-undelivered-status-webhooks
 T6  https://www.twilio.com/docs/usage/webhooks/webhooks-security
 T7  https://github.com/twilio/twilio-python twilio/request_validator.py
 T8  https://www.twilio.com/en-us/changelog/twilio-now-supports-unified-opt-outs-across-rcs--sms--and-mms-ch

Quirks:
 - No callback says when it happened. ``RawDlrDoneDate`` is the carrier's time, in no zone that anyone knows [T5]: unread.
 - No callback is sent for the first status a message has; order and arrival are not promised [T1].
 - ``failed`` did not leave Twilio; ``undelivered`` was refused by a carrier, or by WhatsApp. But for what a channel
   other than SMS refuses, ``failed`` is seen as well, so the code tells where it can [T2, T3].
 - ``ErrorMessage`` is Twilio's text of the code, the same for all: no server said it, and it is not read.
 - Twilio adjusts its codes without notice; some say "or" (landline or unreachable carrier) [T3].
 - What the sender wants to find again stands in the query of the callback's URL: give *parse* the fields of the query
   and of the form together, and the name as *reference*.
 - ``whatsapp:+1…`` is a number on WhatsApp, ``rcs:+1…`` one on RCS, which is read where texts are. What is no number
   (``rcs:`` and the name of an agent, ``messenger:``) keeps its prefix: no SMS could go there.
 - A message of several segments has one status.
 - A STOP blocks the pair of numbers, or all numbers of a messaging service; what is sent after it is refused by the
   API, or fails with 21610 [T3, T4]. Since March 2026 a STOP on RCS stops SMS too, and the other way round [T8]; RCS names
   an agent, and not the numbers that its STOP stops, so it is of everything, and a START to an agent lifts nothing of
   itself: who receives it says what starts again, with a ``resubscribed`` of one's own.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._phone import keyword, number_on
from deliverystatus._proof import AS_IT_CAME, Proof, Request, Scheme
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError, SignatureError

#: ``MessageStatus``, in older callbacks ``SmsStatus`` [T2]
STATUSES = {
    "accepted":            EventKind.ACCEPTED,  # by a messaging service, which looks for the number to send from
    "scheduled":           EventKind.ACCEPTED,
    "queued":              EventKind.ACCEPTED,
    "sending":             EventKind.SENT,      # on its way to the carrier, for a moment
    "sent":                EventKind.SENT,      # the nearest carrier took it
    "delivered":           EventKind.DELIVERED,
    "undelivered":         EventKind.UNDETERMINED_BOUNCE,  # but see ERRORS
    "failed":              EventKind.DROPPED,              # but see ERRORS
    "canceled":            EventKind.DROPPED,   # by a call of our own, while it was scheduled: see CANCELED
    "read":                EventKind.OPENED,    # WhatsApp and RCS
    "partially_delivered": EventKind.UNKNOWN,   # in the list of [T2], and described nowhere: which part is not known
}  # fmt: skip

#: Why a canceled message was not sent: the sender held it back, which has nothing to do with the number
CANCELED = Reason.POLICY_HOLD

#: ``SmsStatus`` of incoming messages [T2]
INCOMING = {"receiving": "is coming in", "received": "came in"}

#: ``OptOutType`` of an incoming message that a messaging service took for a keyword [T4]
OPT_OUTS = {"STOP": EventKind.UNSUBSCRIBED, "START": EventKind.RESUBSCRIBED, "HELP": None}

_NOT_SENT = {"undelivered": EventKind.DROPPED, "failed": EventKind.DROPPED}  # Twilio did not try, whatever it calls it
_UNSENT_OR_REFUSED = {"undelivered": EventKind.SOFT_BOUNCED, "failed": EventKind.DROPPED}  # the status tells who it was
_REFUSED = {"undelivered": EventKind.SOFT_BOUNCED, "failed": EventKind.SOFT_BOUNCED}
_BAD_NUMBER = {"undelivered": EventKind.BOUNCED, "failed": EventKind.BOUNCED}
_UNSAID = {"undelivered": EventKind.UNDETERMINED_BOUNCE, "failed": EventKind.DROPPED}
_LOST = {"undelivered": EventKind.UNDETERMINED_BOUNCE, "failed": EventKind.UNDETERMINED_BOUNCE}

#: ``ErrorCode``: what either status is with it, and which reason the code stands for, as far as [T3] tells what it means
ERRORS = {
    "11751": (_NOT_SENT,          Reason.MESSAGE_TOO_LARGE),  # media
    "21211": (_NOT_SENT,          Reason.INVALID_ADDRESS),
    "21408": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # the account may not send to that country
    "21606": (_NOT_SENT,          Reason.SENDER_REJECTED),
    "21610": (_NOT_SENT,          Reason.SUPPRESSED_UNSUBSCRIBE),  # they answered STOP
    "21611": (_NOT_SENT,          Reason.RATE_LIMITED),       # our queue is full
    "21614": (_NOT_SENT,          Reason.INVALID_ADDRESS),    # no mobile number
    "21635": (_NOT_SENT,          Reason.INVALID_ADDRESS),    # a landline, where Twilio does not try them
    "30001": (_NOT_SENT,          Reason.RATE_LIMITED),       # our queue overflowed
    "30002": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # suspended
    "30003": (_REFUSED,           Reason.NETWORK_ERROR),      # switched off, out of reach, roaming; at times more lasting
    "30004": (_REFUSED,           Reason.RECIPIENT_REFUSED),  # the number is blocked from getting this
    "30005": (_BAD_NUMBER,        Reason.UNKNOWN_RECIPIENT),
    "30006": (_BAD_NUMBER,        Reason.INVALID_ADDRESS),    # a landline; but see FROM_SHORT_CODES
    "30007": (_UNSENT_OR_REFUSED, Reason.SPAM_CONTENT),       # filtered, by Twilio or the carrier
    "30008": (_UNSAID,            None),                      # "unknown error"
    "30010": (_NOT_SENT,          Reason.POLICY_HOLD),        # it costs more than our own MaxPrice
    "30011": (_NOT_SENT,          Reason.CONTENT_REJECTED),   # no MMS in that region
    "30019": (_REFUSED,           Reason.MESSAGE_TOO_LARGE),
    "30022": (_UNSENT_OR_REFUSED, Reason.RATE_LIMITED),       # of a campaign in the USA
    "30024": (_UNSENT_OR_REFUSED, Reason.SENDER_REJECTED),    # our number is not set up at the carrier
    "30027": (_UNSENT_OR_REFUSED, Reason.QUOTA_EXCEEDED),     # our day's messages to one carrier
    "30032": (_UNSENT_OR_REFUSED, Reason.SENDER_REJECTED),    # our toll-free number is not verified
    "30034": (_UNSENT_OR_REFUSED, Reason.SENDER_REJECTED),    # our number is not registered in the USA
    "30036": (_UNSENT_OR_REFUSED, Reason.EXPIRED),            # its validity period
    "30037": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # sending is switched off
    "30038": (_UNSENT_OR_REFUSED, Reason.CONTENT_REJECTED),   # a one-time password in it
    "30040": (_UNSENT_OR_REFUSED, Reason.SENDER_REJECTED),    # our name is not registered at the carrier
    "30041": (_UNSENT_OR_REFUSED, Reason.SENDER_REJECTED),    # our number is not registered in the United Kingdom
    "30410": (_LOST,              Reason.NETWORK_ERROR),      # the next network did not answer: it may have taken it
    "30450": (_UNSENT_OR_REFUSED, Reason.POLICY_REJECTED),    # "delivery blocked": by which policy is not told
    "30453": (_NOT_SENT,          Reason.POLICY_REJECTED),    # taken for pumping by Twilio, for some hours
    "30454": (_NOT_SENT,          Reason.QUOTA_EXCEEDED),
    # channels: WhatsApp, RCS, Messenger
    "63001": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # our credentials for the channel
    "63003": (_BAD_NUMBER,        Reason.RELAY_DENIED),       # not on that channel; but see ON_WHATSAPP
    "63005": (_REFUSED,           Reason.CONTENT_REJECTED),
    "63006": (_NOT_SENT,          Reason.CONTENT_REJECTED),
    "63007": (_NOT_SENT,          Reason.SENDER_REJECTED),    # no channel has our sender
    "63008": (_NOT_SENT,          Reason.SENDER_ACCOUNT),
    "63009": (_REFUSED,           Reason.RECIPIENT_SERVER_ERROR),
    "63012": (_REFUSED,           Reason.RECIPIENT_SERVER_ERROR),
    "63013": (_REFUSED,           Reason.CONTENT_REJECTED),   # blanks, empty variables, types of files
    "63014": (_REFUSED,           Reason.RECIPIENT_REFUSED),  # they blocked us
    "63016": (_REFUSED,           Reason.CONTENT_REJECTED),   # a free text after the window in which only templates go
    "63017": (_UNSENT_OR_REFUSED, Reason.RATE_LIMITED),
    "63018": (_UNSENT_OR_REFUSED, Reason.RATE_LIMITED),
    "63019": (_NOT_SENT,          Reason.CONTENT_REJECTED),   # our media could not be fetched
    "63020": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # our account at Meta
    "63021": (_REFUSED,           Reason.CONTENT_REJECTED),
    "63022": (_NOT_SENT,          Reason.SENDER_ACCOUNT),     # our verified name
    "63023": (_UNSAID,            None),                      # "generic error"
    "63024": (_REFUSED,           Reason.MAILBOX_DISABLED),   # not on WhatsApp, or too old, or terms not accepted: see below
    "63028": (_NOT_SENT,          Reason.TEMPLATE_FAILED),
    "63029": (_REFUSED,           Reason.TEMPLATE_FAILED),    # their phone could not load it
    "63032": (_REFUSED,           Reason.POLICY_REJECTED),    # Meta tries what becomes of people without such messages
    "63036": (_REFUSED,           Reason.NETWORK_ERROR),      # RCS cannot reach the number now
    "63038": (_NOT_SENT,          Reason.QUOTA_EXCEEDED),
    "63049": (_REFUSED,           Reason.POLICY_REJECTED),    # Meta keeps such messages from them: for now, in the USA for good
}  # fmt: skip
# 63024 is of the number, of the phone, or of the person: one report shows nothing of the number, repetition does.

#: ``ErrorCode`` of a message on WhatsApp that is of the number there; an SMS may still reach it
ON_WHATSAPP = {"63003": (_BAD_NUMBER, Reason.INVALID_ADDRESS)}

#: ``ErrorCode`` of a message from a short code, which the number's carrier may not take: repetition shows which it is
FROM_SHORT_CODES = {"30006": (_REFUSED, Reason.MAILBOX_DISABLED)}

#: The list is open: then the status tells as much as it does
UNLISTED_ERROR = (_UNSAID, None)

_ENDS = ("undelivered", "failed")
_SHORT_CODE = re.compile(r"[0-9]{3,6}", re.ASCII)
_AGENT = "rcs:"
#: Names that no value of Twilio's holds: one that does is of somebody who had his own text signed
OWN_NAMES = ("MessageSid", "AccountSid")

_IDS = ("MessageSid", "SmsSid", "SmsMessageSid")  # the same id [T1, T4]


def elements(payload: Any) -> Body:
    """Give the one element: the fields of the form or query."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected a form, got {type(payload).__name__}")
    if not any(name in payload for name in _IDS):
        raise PayloadError("expected a form with a MessageSid")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: what became of a message, what its recipient asked for, or a notice."""
    fields = reading.firsts(element)
    status = (reading.text(fields, "MessageStatus") or reading.text(fields, "SmsStatus") or "").lower()
    if status in INCOMING or (not status and "Body" in fields):
        return _incoming(fields, source)
    if not status:
        raise PayloadError("missing", path="MessageStatus")
    kind = STATUSES.get(status, EventKind.UNKNOWN)
    if kind is EventKind.UNKNOWN and not fields.get("To"):
        return Notice(name=status)
    recipient, channel = number_on(reading.required(fields, "To"))
    failure = None
    if status in _ENDS:
        kind, failure = _failed(fields, status, channel)
    elif status == "canceled":
        failure = Failure(reported=status, claimed=CANCELED)
    return Event.read(
        kind,
        source if channel is None else reading.on(source, channel),
        recipient,
        _message_id(fields),
        None if source.reference_key is None else reading.loose_text(fields.get(source.reference_key)),
        None,
        failure=failure,
        details=partial(details, fields, kind, failure),
    )


def _failed(fields: Mapping[str, Any], status: str, channel: Channel | None) -> tuple[EventKind, Failure]:
    code = reading.loose_text(fields.get("ErrorCode"))
    of_all = ERRORS.get(code or "", UNLISTED_ERROR)
    if channel is Channel.WHATSAPP:
        of_all = ON_WHATSAPP.get(code or "", of_all)
    elif _SHORT_CODE.fullmatch(reading.loose_text(fields.get("From")) or ""):
        of_all = FROM_SHORT_CODES.get(code or "", of_all)
    kinds, claimed = of_all
    return kinds[status], Failure(reported=code or status, claimed=claimed)


def _incoming(fields: Mapping[str, Any], source: Source) -> Outcome:
    """Read a message of somebody's: what it asks for, if it is a keyword. Its text is nobody else's business."""
    opt_out = reading.text(fields, "OptOutType")
    kind = keyword(fields.get("Body")) if opt_out is None else OPT_OUTS.get(opt_out.upper())
    if kind is None:
        return Notice(name="inbound")
    recipient, channel = number_on(reading.required(fields, "From"))
    return Event.read(
        kind,
        source if channel is None else reading.on(source, channel),
        recipient,
        None,  # its id is that of the incoming message: it is about no copy of ours
        None,
        source.received_at,  # it is posted as it comes in, and has no other time
        details=partial(details, fields, kind, None),
    )


def _message_id(fields: Mapping[str, Any]) -> str | None:
    return next((found for name in _IDS if (found := reading.text(fields, name))), None)


def details(fields: Mapping[str, Any], kind: EventKind, failure: Failure | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    if kind is EventKind.UNSUBSCRIBED or kind is EventKind.RESUBSCRIBED:
        ids = (reading.loose_text(fields.get(name)) for name in _IDS)
        # what starts again on a number that is not named, or with an agent, lifts nothing
        ours = _sender(fields.get("To")) or (EVERYTHING if kind is EventKind.UNSUBSCRIBED else Scope(ScopeKind.SENDER))
        return Details(scope=ours, event_id=next(filter(None, ids), None))
    if failure is not None and failure.claimed is Reason.SUPPRESSED_UNSUBSCRIBE:
        return Details(scope=_sender(fields.get("From")))
    if kind is EventKind.UNKNOWN:
        return Details(value=reading.loose_text(fields.get("MessageStatus") or fields.get("SmsStatus")))
    return Details()


def _sender(number: object) -> Scope | None:
    """Give what is stopped or started: all that comes from one number of ours. An agent shares its stops with numbers."""
    ours = number_on(reading.loose_text(number) or "")[0]
    return None if not ours or ours.lower().startswith(_AGENT) else Scope(ScopeKind.SENDER, ours)


def _check(request: Request) -> Proof:
    """Check the HMAC-SHA1, in base64, of the URL with its query, and of the fields of the form in their order [T6, T7]."""
    given = request.header("X-Twilio-Signature")
    query = parse_qs(request.query, keep_blank_values=True)
    # of a parameter of one's own URL the name may be anything
    of_url = [("query", value) for values in query.values() for value in values]
    signing.refuse_fields_that_hide(of_url, OWN_NAMES)
    fields, payload = "", None
    if digests := query.get("bodySHA256"):  # a body of JSON: its digest stands in the URL, which is signed
        if not hmac.compare_digest(
            hashlib.sha256(request.body).hexdigest().encode(), digests[0].encode("utf-8", "replace")
        ):
            raise SignatureError("the body is another than the one that was signed", AS_IT_CAME)
    else:
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        signing.refuse_fields_that_hide(((name, value) for name in form for value in form[name]), OWN_NAMES)
        fields = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
        # the query is signed as well, and holds what the sender put into the URL to find it again
        payload = b"&".join(filter(None, (request.body, request.query.encode("utf-8", "replace"))))
    made = [
        signing.is_made_with_one_of(
            request.secrets, [given], partial(_sign, signed=(url + fields).encode("utf-8", "replace"))
        )
        for url in _spellings(request.called)
    ]
    if not any(made):
        raise SignatureError(
            "the signature was made with another secret, or of something else",
            "check the auth token, and that url= is the URL as Twilio calls it, before any proxy: scheme, host and query",
        )
    return Proof(replay_key=given, payload=payload)


def _sign(key: bytes, *, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha1).digest()).decode()


def _spellings(url: str) -> Iterator[str]:
    """Give the URL with and without its port: Twilio signs either [T7]."""
    yield url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # no URL at all
        return
    host = parts.netloc.removesuffix(f":{port}") if port else f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    yield f"{parts.scheme}://{host}{url.partition('://')[2][len(parts.netloc) :]}"


PROVIDER = Provider(
    name="twilio",
    title="Twilio",
    elements=elements,
    read=read,
    tables={"MessageStatus": STATUSES, "SmsStatus": INCOMING, "ErrorCode": ERRORS, "OptOutType": OPT_OUTS},
    channels=(Channel.SMS, Channel.WHATSAPP),
    scheme=Scheme(
        title="HMAC-SHA1",
        covers="the URL and the fields of the form, or the body",
        needs="the auth token of the account",
        check=_check,
    ),
    habits=Habits(
        event_id=EventId.SOME,  # of texts that come in
        precision=Precision.NONE,
        lists=("opt-outs",),
        repeats_lost_delivery=False,  # at best one more attempt, if no connection came about
    ),
)
parse = PROVIDER.parse
