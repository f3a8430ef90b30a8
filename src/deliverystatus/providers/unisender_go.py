"""
Unisender Go, and UniOne, which is the same service: a webhook call posts one JSON object with up to a hundred events.

Sources, as [U1] to [U5] below:
 U1  https://godocs.unisender.ru/web-api-ref#callback-format, and in English https://docs.unione.io/en/web-api-ref
 U2  https://docs.unione.io/en/email-statuses (what each status and delivery_status means, and is followed by)
 U3  https://docs.unione.io/en/spam-blocking
 U4  https://us1.unione.io/en/docs/page/webhook_v1 (how often a call is repeated)
 U5  https://github.com/anymail/django-anymail anymail/webhooks/unisender_go.py (both formats, as observed)

Quirks:
 - ``{"auth", "events_by_user": [{"events": [{"event_name", "event_data"}]}]}``; a webhook that is set to single events posts
   the fields of one event_data beside its event_name [U1, U5]. Both are read; what came with gzip is to be unpacked first.
 - ``hard_bounced`` is every end of a copy: refused for good, refused for now, and not tried at all [U2]. Which it was, only
   ``delivery_info`` tells, and only if the webhook is set to have it. Without it nobody knows.
 - ``sent`` means put in the queue [U2]: no server has taken anything.
 - ``job_id`` is what the send call's answer has, one for all its recipients [U1].
 - Times are in UTC, without a zone, in whole seconds [U1].
 - A delivery_status that begins with ``ok_`` repeats what the status says, and is not read.
 - ``url`` may stand on openings too [U1]; there it is no link that was followed.
 - Events have no id; the header ID is new with every call, a repeated one too [U5].
 - Nobody says whether an opening or a click was a machine's.
 - ``auth`` is the MD5 of the body with the API key in its place [U1]. A call is repeated every 10 minutes for 24 hours unless
   it is answered with 200 within 3 seconds; if all fail, the webhook is stopped [U4].
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError, SignatureError

#: ``status`` [U1, U2]
STATUSES = {
    "accepted":     EventKind.ACCEPTED,
    "sent":         EventKind.ACCEPTED,      # "checked and put in the queue": the service has it still [U2]
    "delivered":    EventKind.DELIVERED,
    "opened":       EventKind.OPENED,
    "clicked":      EventKind.CLICKED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "subscribed":   EventKind.RESUBSCRIBED,  # after having unsubscribed [U1]
    "soft_bounced": EventKind.DEFERRED,      # tried again for 24 hours [U2] or 48 [U1]; then hard_bounced or delivered
    "hard_bounced": EventKind.BOUNCED,       # but see DELIVERY_STATUSES
    "spam":         EventKind.COMPLAINED,    # by the recipient's hand, through a feedback loop [U2]
}  # fmt: skip

#: ``event_name`` [U1]
EVENT_NAMES = {
    "transactional_email_status": "a status of a copy, by STATUSES",
    "transactional_spam_block":   "the service stops, or starts again, sending to a domain: about no copy [U3]",
}  # fmt: skip

#: ``delivery_status`` of a hard_bounced: what that was, and what the word stands for [U1, U2]
DELIVERY_STATUSES = {
    # a server said so
    "err_user_unknown":              (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "err_mailbox_discarded":         (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "err_user_inactive":             (EventKind.BOUNCED,             Reason.MAILBOX_DISABLED),
    "err_domain_inactive":           (EventKind.BOUNCED,             Reason.UNKNOWN_DOMAIN),  # none, or takes no mail
    "err_delivery_failed":           (EventKind.BOUNCED,             None),                   # but see REPLIES
    "err_mailbox_full":              (EventKind.SOFT_BOUNCED,        Reason.MAILBOX_FULL),
    "err_too_large":                 (EventKind.SOFT_BOUNCED,        Reason.MESSAGE_TOO_LARGE),
    "err_spam_rejected":             (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),
    "err_blacklisted":               (EventKind.SOFT_BOUNCED,        Reason.REPUTATION_BLOCKED),
    "err_destination_misconfigured": (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_SERVER_ERROR),
    # no server was reached, or none gave in (as older documentation had it, which clients still quote)
    "err_no_dns":                    (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "err_no_smtp":                   (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "err_giveup":                    (EventKind.SOFT_BOUNCED,        Reason.EXPIRED),
    "err_will_retry":                (EventKind.SOFT_BOUNCED,        None),  # of a soft_bounced, but for mistakes
    "err_resend":                    (EventKind.SOFT_BOUNCED,        None),
    # not tried: the address, or the campaign, had failed before
    "err_unsubscribed":              (EventKind.DROPPED,             Reason.SUPPRESSED_UNSUBSCRIBE),
    "err_unreachable":               (EventKind.DROPPED,             Reason.SUPPRESSED_REPEATED_BOUNCES),
    "err_skip_letter":               (EventKind.DROPPED,             Reason.SUPPRESSED_REPEATED_BOUNCES),
    "skip_dup_unreachable":          (EventKind.DROPPED,             Reason.SUPPRESSED_REPEATED_BOUNCES),
    "skip_dup_temp_unreachable":     (EventKind.DROPPED,             Reason.SUPPRESSED_REPEATED_BOUNCES),
    "skip_dup_mailbox_full":         (EventKind.DROPPED,             Reason.SUPPRESSED_REPEATED_BOUNCES),
    "err_spam_skipped":              (EventKind.DROPPED,             Reason.SPAM_CONTENT),
    "err_spam_removed":              (EventKind.DROPPED,             Reason.SPAM_CONTENT),
    # not tried: the service lost it, or could not make it
    "err_lost":                      (EventKind.DROPPED,             None),
    "err_internal":                  (EventKind.DROPPED,             None),
    "not_sent":                      (EventKind.DROPPED,             None),
    # named in [U1] without any description
    "err_unknown":                   (EventKind.UNDETERMINED_BOUNCE, None),
    "err_retry_letter":              (EventKind.UNDETERMINED_BOUNCE, None),
    "err_src_invalid":               (EventKind.UNDETERMINED_BOUNCE, None),
    "err_dest_invalid":              (EventKind.UNDETERMINED_BOUNCE, None),
    "err_not_available":             (EventKind.UNDETERMINED_BOUNCE, None),
}  # fmt: skip
#: "We do not provide an exhaustive list" [U2]; and there may be none at all
UNLISTED_DELIVERY_STATUS = (EventKind.UNDETERMINED_BOUNCE, None)

#: What a bounce is whose delivery_status does not tell, by the first digit of the server's reply
REPLIES = {"5": EventKind.BOUNCED, "4": EventKind.SOFT_BOUNCED}

#: And if the reply has none
UNLISTED_REPLY = EventKind.BOUNCED

_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)
_UNTOLD = frozenset({(EventKind.BOUNCED, None), (EventKind.UNDETERMINED_BOUNCE, None)})


def elements(payload: Any) -> Body:
    """Give the events of a call: of every user in it, though it is only ever one, or the single one it is."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if "events_by_user" not in payload:
        if "event_name" not in payload:
            raise PayloadError("expected events_by_user, or a single event")
        return Body.of_one(payload)
    users = payload["events_by_user"]
    if not isinstance(users, list):
        raise PayloadError(f"expected an array, got {type(users).__name__}", path="events_by_user")
    items: list[Any] = []
    paths: list[str] = []
    for index, user in enumerate(users):
        events = user.get("events") if isinstance(user, dict) else None
        if isinstance(events, list):
            items += events
            paths += (f"events_by_user.{index}.events.{place}" for place in range(len(events)))
        else:  # goes unread
            items.append(user)
            paths.append(f"events_by_user.{index}")
    return Body(items, paths.__getitem__)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: an event, or a notice."""
    name = reading.required(reading.object_of(element), "event_name")
    said, path = _said(element)
    if name == "transactional_spam_block":
        words = (reading.loose_text(said.get(field)) for field in ("domain_status", "block_type", "domain"))
        return Notice(name=name, detail=" ".join(filter(None, words)))
    if name not in EVENT_NAMES and not said.get("email"):
        return Notice(name=name)
    with reading.under(path):
        return _read(element, said, source, known=name in EVENT_NAMES)


def _said(element: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Give what is said of an event, and where that stands in it."""
    if "event_data" in element:
        return reading.object_of(element["event_data"], "event_data"), "event_data"
    return element, ""


def _read(element: Mapping[str, Any], said: Mapping[str, Any], source: Source, *, known: bool) -> Event:
    kind = STATUSES.get(reading.required(said, "status"), EventKind.UNKNOWN) if known else EventKind.UNKNOWN
    recipient = reading.address(said, "email")
    failure = None
    if kind is EventKind.DEFERRED or kind is EventKind.BOUNCED:
        kind, failure = _failed(said, kind)
    return Event.read(
        kind,
        source,
        recipient,
        reading.loose_text(said.get("job_id")),
        reading.reference(source, said.get("metadata")),
        _time(said.get("event_time")),
        failure=failure,
        details=partial(details, element, kind),
    )


def _time(written: object) -> datetime | None:
    if isinstance(written, str) and _WITHOUT_ZONE.fullmatch(written):
        written += "+00:00"
    return reading.iso_time(written, "event_time")


def _failed(said: Mapping[str, Any], kind: EventKind) -> tuple[EventKind, Failure]:
    info = said.get("delivery_info")
    if not isinstance(info, dict):  # not asked for, or as good as that
        info = {}
    word = reading.loose_text(info.get("delivery_status"))
    reply = reading.loose_text(info.get("destination_response"))
    what, claimed = DELIVERY_STATUSES.get(word or "", UNLISTED_DELIVERY_STATUS)
    if kind is EventKind.BOUNCED:
        untold = reply is not None and (what, claimed) in _UNTOLD
        kind = REPLIES.get(reading.reply_class(reply) or "", UNLISTED_REPLY) if untold else what
    elif what is not EventKind.SOFT_BOUNCED:
        claimed = None  # of what is tried again a word alone blames no address, and tells of no list
    return kind, Failure(
        diagnostic=None if kind is EventKind.DROPPED else reply,
        reported=word or reading.text(said, "status"),
        claimed=claimed,
    )


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    said, _ = _said(element)
    name = element["event_name"] if element["event_name"] not in EVENT_NAMES else said.get("status")
    return Details(
        scope=EVERYTHING if kind is EventKind.UNSUBSCRIBED else None,  # no list that was left is meant by subscribed
        value=reading.loose_text(name) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(said.get("url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        metadata=reading.metadata(said.get("metadata")),
    )


def check(request: Request) -> Proof:
    """
    Check ``auth``.

    MD5 is weak, but not for this: who wants to make two bodies of one digest must know the key that stands in both. Only
    behind the end of a body can something be put without knowing it, and then it is JSON no more: so it is decoded first.

    Raises:
        SignatureError: If the body holds no ``auth``, or another.
    """
    body = signing.decoded(request)
    given = body.get("auth") if isinstance(body, dict) else None
    if not (isinstance(given, str) and re.fullmatch("[0-9a-f]{32}", given) and request.body.count(given.encode()) == 1):
        raise SignatureError("the body holds no signature", "expected auth, an MD5 in hexadecimal digits")
    before, _, after = request.body.partition(given.encode())
    signing.refuse_unless_made_with_one_of(
        request,
        [given],
        lambda key: hashlib.md5(before + key + after, usedforsecurity=False).hexdigest(),
    )
    return Proof(replay_key=given)


PROVIDER = Provider(
    name="unisender_go",
    title="Unisender Go",
    elements=elements,
    read=read,
    tables={"status": STATUSES, "event_name": EVENT_NAMES, "delivery_status": DELIVERY_STATUSES},
    scheme=Scheme(
        title="MD5 with the key in the body",
        covers="the body",
        needs="the API key of the account, or of the project that the webhook belongs to",
        check=check,
    ),
    habits=Habits(
        precision=Precision.SECOND,
        retries=timedelta(hours=24),
        lists=("unsubscribed", "complained", "temporarily unavailable", "permanently unavailable", "blocked"),
    ),
)
parse = PROVIDER.parse
