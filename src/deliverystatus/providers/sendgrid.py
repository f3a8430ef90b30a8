"""
SendGrid: the Event Webhook posts a JSON array of flat objects, of any copies and any kinds.

Sources, as [S1] to [S5] below:
 S1  https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 S2  https://www.twilio.com/docs/sendgrid/ui/sending-email/bounce-and-block-classifications
 S3  https://github.com/sendgrid/docs content/docs/glossary: blocks, deferrals, drops, message-id
 S4  https://github.com/Jericho/StrongGrid Source/StrongGrid/Models/Webhooks (typed models of observed payloads)
 S5  https://github.com/sendgrid/docs/issues/5177 and https://github.com/anymail/django-anymail/pull/379

Quirks:
 - The id of the send call's answer (X-Message-Id) is what stands before ``.filter`` or ``.recvd`` in ``sg_message_id``;
   an address dropped as invalid lacks it there, and has it in ``smtp-id`` [S3, S5].
 - An asynchronous bounce has no message id at all [S1, S5]: nothing says which copy it is about.
 - Custom arguments stand among the fields, with no container [S1].
 - ``sg_event_id`` changes when a batch is retried (sendgrid/sendgrid-nodejs#1435): a hint only.
 - ``ip`` is the sender's on delivery events and the recipient's on engagement: not read.
 - ``asm_group_id`` stands on any event of a mail with a group: it is no unsubscription by itself.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Actor, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import LIMIT
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [S1]
EVENTS = {
    "processed":         EventKind.ACCEPTED,
    "deferred":          EventKind.DEFERRED,      # retried for 72 hours, then bounce/blocked [S3]
    "delivered":         EventKind.DELIVERED,
    "bounce":            EventKind.BOUNCED,       # but see BOUNCES
    "dropped":           EventKind.DROPPED,       # never left SendGrid: no new evidence about the address
    "open":              EventKind.OPENED,
    "click":             EventKind.CLICKED,       # no bot flag: scanners look like people
    "spamreport":        EventKind.COMPLAINED,
    "unsubscribe":       EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
    "group_resubscribe": EventKind.RESUBSCRIBED,
}  # fmt: skip

#: ``event`` of what is about no recipient [S1]
NOTICES = {"account_status_change": "about the account"}

#: ``type`` of a bounce [S1, S4]
BOUNCES = {
    "bounce":  EventKind.BOUNCED,
    "blocked": EventKind.SOFT_BOUNCED,  # "temporarily"; new messages are attempted, the address is not suppressed [S3]
    "expired": EventKind.SOFT_BOUNCED,  # older payloads only [S4]: gave up
}  # fmt: skip
UNLISTED_BOUNCE = EventKind.UNDETERMINED_BOUNCE

#: What the ``type`` of a bounce says of why, where nothing else does
CLAIMED_BY_TYPE = {"expired": Reason.EXPIRED}

#: The class of a bounce without ``type``, as SendGrid's own test posts have it [S4]
UNTYPED_BOUNCES = {"5": EventKind.BOUNCED, "4": EventKind.SOFT_BOUNCED}

#: ``bounce_classification`` [S2], by how it begins: "classifications will change as we make adjustments"
CLASSIFICATIONS = {
    "invalid address":              Reason.UNKNOWN_RECIPIENT,
    "technical":                    Reason.RECIPIENT_SERVER_ERROR,  # "Technical" and "Technical Failure" are both seen
    "content":                      Reason.CONTENT_REJECTED,
    "reputation":                   Reason.REPUTATION_BLOCKED,
    "frequency or volume too high": Reason.RATE_LIMITED,
    "mailbox unavailable":          Reason.MAILBOX_DISABLED,        # full, disabled or away: the reply tells, if any
    "unclassified":                 Reason.UNKNOWN,
}  # fmt: skip

#: ``reason`` of a drop [S1, S3]; these are SendGrid's words, not a server's
DROPS = {
    "bounced address":                  Reason.SUPPRESSED_BAD_ADDRESS,
    "unsubscribed address":             Reason.SUPPRESSED_UNSUBSCRIBE,
    "spam reporting address":           Reason.SUPPRESSED_COMPLAINT,
    "invalid":                          Reason.INVALID_ADDRESS,         # SendGrid's own syntax check
    "spam content":                     Reason.SPAM_CONTENT,
    "invalid smtpapi header":           Reason.PROTOCOL_ERROR,          # our X-SMTPAPI header is at fault
    "recipient list over package quota": Reason.QUOTA_EXCEEDED,
    "duplicate message":                Reason.DUPLICATE,
}  # fmt: skip

#: ``type`` of a drop that has no ``reason``, as older payloads have it [S5]
DROPS_BY_TYPE = {"bounce": Reason.SUPPRESSED_BAD_ADDRESS}

#: Fields that are SendGrid's; every other is the sender's own [S1, S4]
RESERVED = frozenset(
    [
        "email",
        "timestamp",
        "event",
        "smtp-id",
        "useragent",
        "ip",
        "sg_event_id",
        "sg_message_id",
        "reason",
        "status",
        "response",
        "tls",
        "url",
        "url_offset",
        "attempt",
        "category",
        "type",
        "bounce_classification",
        "asm_group_id",
        "pool",
        "cert_err",
        "newsletter",
        "mc_stats",
        "phase_id",
        "send_at",
        "post_type",
        "sg_user_id",
        "sg_machine_open",
        "sg_content_type",
        "sg_template_id",
        "sg_template_name",
        "template",
        "template_id",
        "singlesend_id",
        "singlesend_name",
        "marketing_campaign_id",
        "marketing_campaign_name",
        "marketing_campaign_version",
        "marketing_campaign_split_id",
        "nlvx_campaign_id",
        "nlvx_campaign_split_id",
        "nlvx_user_id",
    ]
)

_AFTER_OWN_ID = (".recvd", ".filter")  # as posted since 2024-01, and before
_NO_OWN_ID = ("recvd", "filter")
_OWN_HOST = re.compile(r"@[^@]*ismtpd")

# looking a member up in its enum takes longer than reading a field
_OPENED, _UNKNOWN, _MACHINE = EventKind.OPENED, Actor.UNKNOWN, Actor.MACHINE


def elements(payload: Any) -> Body:
    """Give the elements: the body is an array, even of one."""
    if not isinstance(payload, list):
        raise PayloadError(f"expected an array, got {type(payload).__name__}")
    return Body(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice."""
    try:
        kind = EVENTS[element["event"]]
    except (KeyError, TypeError):  # rare: spelled otherwise, not listed, a notice, or no object at all
        name = _name(reading.object_of(element))
        if name in NOTICES:
            return Notice(name=name, detail=reading.text(element, "type") or "")
        kind = EVENTS.get(name, EventKind.UNKNOWN)
    recipient = element.get("email")
    if type(recipient) is not str or not 0 < len(recipient) <= LIMIT:
        recipient = reading.required(element, "email")
    failure = None
    if kind in _FAILURES:
        kind, failure = _FAILURES[kind](element)
    return Event.read(
        kind,
        source,
        recipient,
        _message_id(element),
        None if source.reference_key is None else reading.loose_text(element.get(source.reference_key)),
        reading.unix_time(element.get("timestamp"), "timestamp"),
        actor=_MACHINE if kind is _OPENED and element.get("sg_machine_open") is True else _UNKNOWN,
        failure=failure,
        details=partial(details, element),
    )


def _name(element: Mapping[str, Any]) -> str:
    return reading.required(element, "event").strip().lower()  # a sample of [S1] writes "Processed"


def _deferred(element: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    diagnostic = reading.text(element, "response") or reading.text(element, "reason")
    return EventKind.DEFERRED, Failure(diagnostic=diagnostic)


def _dropped(element: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    reason = reading.text(element, "reason")
    why = reason or reading.text(element, "type") or ""
    claimed = reading.word(DROPS if reason else DROPS_BY_TYPE, why)
    # a word that is not listed may be a reply: its words are read; a listed one is none, nor is its status "5.0.0"
    return EventKind.DROPPED, Failure(diagnostic=None if claimed else reason, reported=why or None, claimed=claimed)


def _bounced(element: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    reason = reading.text(element, "reason")
    status = reading.loose_text(element.get("status"))
    classified = reading.text(element, "bounce_classification")
    bounce = reading.text(element, "type")
    if bounce is None:
        kind = UNTYPED_BOUNCES.get((status or reason or "")[:1], UNLISTED_BOUNCE)
    else:
        kind = reading.word(BOUNCES, bounce) or UNLISTED_BOUNCE
    is_enhanced = status is not None and "." in status
    return kind, Failure(
        enhanced_code=status if is_enhanced else None,
        reply_code=None if is_enhanced else status,  # "250" and the like are seen
        diagnostic=reason,
        reported=classified or bounce,
        claimed=_class(classified) or (None if bounce is None else reading.word(CLAIMED_BY_TYPE, bounce)),
    )


_FAILURES = {EventKind.DEFERRED: _deferred, EventKind.DROPPED: _dropped, EventKind.BOUNCED: _bounced}


def _class(classified: str | None) -> Reason | None:
    if classified is None:
        return None
    lower = classified.lower()
    exact = CLASSIFICATIONS.get(lower)
    return exact or reading.by_beginning(CLASSIFICATIONS, lower)[1]


def _message_id(element: Mapping[str, Any]) -> str | None:
    whole = element.get("sg_message_id")
    if type(whole) is not str or len(whole) > LIMIT:
        whole = reading.text(element, "sg_message_id") or ""
    for mark in _AFTER_OWN_ID:
        own_id, found, _ = whole.partition(mark)
        if found:
            return own_id or None
    if whole.startswith(_NO_OWN_ID):  # dropped as invalid before it had one
        smtp_id = reading.message_id(element.get("smtp-id")) or ""
        whole = smtp_id if _OWN_HOST.search(smtp_id) else ""
        return whole.partition("@")[0] or None
    return whole.partition(".")[0] or None


def details(element: Mapping[str, Any]) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    name = _name(element)
    group = reading.loose_text(element.get("asm_group_id"))
    scope = None
    if name == "unsubscribe" or (name == "group_unsubscribe" and group is None):  # which group is not said: all
        scope = EVERYTHING
    elif name in ("group_unsubscribe", "group_resubscribe"):
        scope = Scope(ScopeKind.GROUP, group or "")
    return Details(
        scope=scope,
        value=None if name in EVENTS else reading.loose_text(name),
        url=reading.loose_text(element.get("url")) if name == "click" else None,  # of group events: the settings page
        internet_message_id=reading.message_id(element.get("smtp-id")),
        retrying=True if name == "deferred" else None,
        event_id=reading.loose_text(element.get("sg_event_id")),
        tags=reading.strings(element.get("category")),
        metadata=reading.metadata({k: v for k, v in element.items() if k not in RESERVED}),
    )


PROVIDER = Provider(
    name="sendgrid",
    title="SendGrid",
    elements=elements,
    read=read,
    tables={
        "event": {**EVENTS, **NOTICES},
        "type": BOUNCES,
        "bounce_classification": CLASSIFICATIONS,
        "reason": DROPS,
    },
    scheme=signing.ecdsa_of_time_and_body(
        "X-Twilio-Email-Event-Webhook-Signature",
        "X-Twilio-Email-Event-Webhook-Timestamp",
        needs="the verification key of the signed event webhook",
        window=timedelta(hours=24),  # of retries; whether they are signed anew is not documented
    ),
    habits=Habits(
        besides=frozenset({EventKind.UNDETERMINED_BOUNCE}),  # a type that is not listed
        machine=frozenset({EventKind.OPENED}),
        event_id=EventId.OWN,
        precision=Precision.SECOND,
        retries=timedelta(hours=24),
        lists=("bounces", "invalid emails", "spam reports", "global unsubscribes", "group unsubscribes"),
    ),
)
parse = PROVIDER.parse
