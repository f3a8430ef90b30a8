"""
Brevo (formerly Sendinblue): every webhook call posts one flat JSON object, or an array of them where batches are asked for.

Sources, as [B1] to [B9] below:
 B1  https://developers.brevo.com/docs/transactional-webhooks (fields and samples, one event at a time)
 B2  https://developers.brevo.com/docs/batch-webhooks (arrays of up to 500, every five minutes)
 B3  https://developers.brevo.com/docs/marketing-webhooks (campaigns and contacts)
 B4  https://developers.brevo.com/reference/gettransacemailcontent (what the words mean)
 B5  https://developers.brevo.com/docs/retry-mechanism
 B6  https://developers.brevo.com/docs/secured-webhooks
 B7  https://github.com/anymail/django-anymail anymail/webhooks/brevo.py with its tests, issues 344 and 385 (as observed)
 B8  https://github.com/symfony/symfony src/Symfony/Component/Mailer/Bridge/Brevo/Tests/Webhook/Fixtures (as posted)
 B9  https://help.brevo.com/hc/en-us/articles/209458705 (who is blocked, and for what)

Quirks:
 - Only ``ts_epoch`` is surely UTC; it is in milliseconds, but in seconds in the samples of [B1]. Complaints and soft bounces
   may lack it: then ``ts_event`` tells, in seconds. ``date`` and ``ts`` are in the time zone of the account [B1, B7].
 - ``id`` is the webhook's, the same in every event; ``uuid`` stays the same for all that happens to a copy. Events have no
   id of their own.
 - ``message-id`` is the Message-ID header, in angle brackets, and so is the ``messageId`` that the send call answers: the
   message id is as it is answered, with its brackets.
 - Events may come out of order, and their times may be out of order too: a soft bounce before the request [B7].
 - The first opening is an ``unique_opened`` instead of an ``opened``, not besides it (anymail issue 344).
 - ``reason`` is the server's reply in bounces and deferrals, Brevo's words where nothing was sent, and "sent" elsewhere.
 - ``X-Mailin-custom`` is one header with any text. Where that is a JSON object, it is the sender's data, and holds the
   reference; any other text is kept under the header's name.
 - ``tag`` repeats ``tags``, as text that may be JSON [B8].
 - ``sending_ip`` is the reader's on openings: not read.
 - An address that bounced hard, complained or unsubscribed is blocked from then on [B9], whatever the server said, and nothing
   is posted when that ends: ``blocked`` tells of it, a copy at a time.
 - Nothing is signed: basic credentials in the URL, a bearer token, or headers of one's own [B6].
 - Any 4xx but 429, and any 5xx, ends all retries [B5]: to have an event again, answer 429, or not at all.
 - Webhooks for text messages have no ``event``, and are not read here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._decoding import decode
from deliverystatus._enums import Actor, EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [B1, B4, B7]
EVENTS = {
    "request":             EventKind.ACCEPTED,      # posted too for what is blocked a moment later [B7]
    "delivered":           EventKind.DELIVERED,
    "deferred":            EventKind.DEFERRED,
    "soft_bounce":         EventKind.SOFT_BOUNCED,  # "temporarily rejected" [B4]; what is still tried is deferred
    "hard_bounce":         EventKind.BOUNCED,       # and blocked from then on [B9]
    "invalid_email":       EventKind.DROPPED,       # found malformed by Brevo: no server was asked
    "blocked":             EventKind.DROPPED,       # but see BLOCKS
    "error":               EventKind.DROPPED,       # at Brevo; why is not documented
    "spam":                EventKind.COMPLAINED,
    "complaint":           EventKind.COMPLAINED,    # the same: a second spelling in [B1]
    "unique_opened":       EventKind.OPENED,        # the first one
    "opened":              EventKind.OPENED,        # the later ones
    "unique_proxy_open":   EventKind.OPENED,        # the first by a proxy
    "unique_proxy_opened": EventKind.OPENED,        # the same, in a copy of [B1]
    "proxy_open":          EventKind.OPENED,        # the later ones
    "click":               EventKind.CLICKED,       # no bot flag: scanners look like people
    "unsubscribed":        EventKind.UNSUBSCRIBED,
    "unsubscribe":         EventKind.UNSUBSCRIBED,  # of campaigns [B3]
}  # fmt: skip

#: ``event`` of what is about no copy [B3]: contacts of a list, which anyone may have put there
NOTICES = {
    "list_addition": "contacts were added to a list",
    "contact_updated": "a contact was changed",
    "contact_deleted": "contacts were deleted",
}

#: ``event`` of what Apple's and other proxies load, read or unread [B1]
BY_MACHINES = frozenset({"proxy_open", "unique_proxy_open", "unique_proxy_opened"})

#: ``reason`` of a ``blocked`` [B7, B8]
BLOCKS = {
    "blocked : due to unsubscribed user": Reason.SUPPRESSED_UNSUBSCRIBE,
    "blocked : due to blacklist user":    Reason.SUPPRESSED_OTHER,  # bounced, complained, or by hand: not said
}  # fmt: skip

#: What else may be blocked, such as a sender [B4], is not listed anywhere
UNLISTED_BLOCK = None

#: What a word stands for where nothing else tells
CLAIMED = {"invalid_email": Reason.INVALID_ADDRESS}

CUSTOM = "X-Mailin-custom"

# looking a member up in its enum takes longer than reading a field
_UNKNOWN, _MACHINE = Actor.UNKNOWN, Actor.MACHINE
_TRIED = frozenset({EventKind.DEFERRED, EventKind.SOFT_BOUNCED, EventKind.BOUNCED})

#: After these Brevo blocks the address for all mail of the account [B9]
_BLOCKING = frozenset({EventKind.BOUNCED, EventKind.UNSUBSCRIBED})


def elements(payload: Any) -> Body:
    """Give the elements: those of a batch, or the body itself."""
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object or an array, got {type(payload).__name__}")
    if "event" not in payload:
        raise PayloadError("expected an object with an event")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice."""
    name = _name(reading.object_of(element))
    if name in NOTICES:
        return Notice(name=name, detail=NOTICES[name])
    kind = EVENTS.get(name)
    if kind is None:
        if not element.get("email"):
            return Notice(name=name)
        kind = EventKind.UNKNOWN
    failure = None
    if kind in _TRIED:
        failure = Failure(diagnostic=reading.text(element, "reason"), reported=name)
    elif kind is EventKind.DROPPED:
        failure = _dropped(element, name)
    return Event.read(
        kind,
        source,
        reading.address(element, "email"),
        reading.text(element, "message-id"),
        None if source.reference_key is None else reading.reference(source, _custom(element)),
        _occurred_at(element),
        actor=_MACHINE if name in BY_MACHINES else _UNKNOWN,
        failure=failure,
        details=partial(details, element, kind),
    )


def _name(element: Mapping[str, Any]) -> str:
    name = element.get("event")
    if type(name) is str and name in EVENTS:
        return name
    return reading.required(element, "event").strip().lower()


def _dropped(element: Mapping[str, Any], name: str) -> Failure:
    reason = reading.text(element, "reason")
    claimed = CLAIMED.get(name)
    if name == "blocked" and reason is not None:
        claimed = reading.word(BLOCKS, reason) or UNLISTED_BLOCK
    return Failure(reported=reason or name, claimed=claimed)


def _occurred_at(element: Mapping[str, Any]) -> datetime | None:
    at = reading.unix_time(element.get("ts_epoch"), "ts_epoch")
    return reading.unix_time(element.get("ts_event"), "ts_event") if at is None else at


def _custom(element: Mapping[str, Any]) -> Mapping[str, Any]:
    text = element.get(CUSTOM)
    written = _written(text)
    if isinstance(written, dict):
        return written
    return {CUSTOM: text} if isinstance(text, str) and text else {}


def _written(text: object) -> Any:
    """Give the object or list that a text holds, or nothing."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return decode(text, None)
    except PayloadError:
        return None


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    tag = element.get("tag")
    return Details(
        scope=EVERYTHING if kind in _BLOCKING else None,
        value=cut(_name(element)) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(element.get("link")) if kind is EventKind.CLICKED else None,
        internet_message_id=reading.message_id(element.get("message-id")),
        tags=reading.strings(element.get("tags")) or reading.strings(_written(tag)) or reading.strings(tag),
        metadata=reading.metadata(_custom(element)),
    )


PROVIDER = Provider(
    name="brevo",
    title="Brevo",
    elements=elements,
    read=read,
    tables={"event": {**EVENTS, **NOTICES}, "reason": BLOCKS},
    scheme=signing.shared_secret(),
    habits=Habits(
        machine=frozenset({EventKind.OPENED}),
        precision=Precision.FRACTION,
        retries=timedelta(hours=11, minutes=10),
        ends_retries=400,  # and every other 4xx but 429, and every 5xx [B5]
        asks_again=429,
        lists=("blocked contacts",),
    ),
)
parse = PROVIDER.parse
