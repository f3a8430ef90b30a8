"""
Resend: every webhook call posts one JSON object, ``{"type": ..., "created_at": ..., "data": {...}}``.

Sources, as [R1] to [R8] below:
 R1  https://resend.com/docs/webhooks/event-types and the page of each event under /docs/webhooks
 R2  https://resend.com/docs/dashboard/emails/email-bounces
 R3  https://resend.com/docs/dashboard/emails/email-suppressions
 R4  https://github.com/resend/resend-node src/emails/interfaces/get-email-options.interface.ts (types of bounces)
 R5  https://github.com/resend/resend-dotnet tests/Resend.Webhooks.Tests (topics, suppressions, openings)
 R6  https://github.com/resend/resend-skills skills/resend/references/webhooks.md (delays, hard bounces)
 R7  https://github.com/anymail/django-anymail anymail/webhooks/resend.py (as observed)
 R8  https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types (whose words the bounces use, see
     ``_ses_words``)

Quirks:
 - Events name all recipients in ``data.to``, with display names or without, and do not say whose they are: of a mail to
   one person that is clear, of a mail to several it is not [R7]. Copies (cc, bcc) are not named at all.
 - ``contact.updated`` tells of any change, of a name too: that a contact is not unsubscribed says nothing new.
 - ``suppression.added`` names one address, and the mail that led to it: of a mail to several it alone says who bounced.
 - A bounce may be temporary, and may never have been tried: ``type`` and ``subType`` tell [R2, R8]. Older ones have
   neither [R7]: then nobody knows, since ``message`` is Resend's own English and no server's.
 - ``diagnosticCode``, a list of servers' replies, stands in some bounces only [R4].
 - ``created_at`` is the event's time, ``data.created_at`` the mail's or the contact's: not read.
 - Tags are an object here, and a list of names and values when sending (and in old events): both are read, as metadata.
 - There is no id in the body (a call that is repeated has its ``svix-id`` header again), and no mark of a machine.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

from deliverystatus import _reading as reading
from deliverystatus import _ses_words
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Partly, Precision, Provider, noting, within
from deliverystatus._enums import Attribution, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

_EACH, _ONE_OF, _SOMEBODY = Attribution.EXACT, Attribution.CANDIDATE, Attribution.MESSAGE

#: ``type`` of what is about a mail: what happened, and how surely to each of several recipients [R1]
EVENTS = {
    "email.scheduled":        (EventKind.ACCEPTED,            _EACH),
    "email.sent":             (EventKind.ACCEPTED,            _EACH),      # "will attempt to deliver"
    "email.delivered":        (EventKind.DELIVERED,           _SOMEBODY),
    "email.delivery_delayed": (EventKind.DEFERRED,            _SOMEBODY),  # "retries these" [R6]; why is not told
    "email.bounced":          (EventKind.UNDETERMINED_BOUNCE, _SOMEBODY),  # but see _ses_words and SUPPRESSIONS
    "email.complained":       (EventKind.COMPLAINED,          _ONE_OF),    # as Amazon names them: each may have done it
    "email.opened":           (EventKind.OPENED,              _SOMEBODY),
    "email.clicked":          (EventKind.CLICKED,             _SOMEBODY),
    "email.failed":           (EventKind.DROPPED,             _EACH),      # nothing was sent to anybody
    "email.suppressed":       (EventKind.DROPPED,             _SOMEBODY),  # one of them is on the list
}  # fmt: skip

#: ``type`` of what is about an address, and no mail [R1, R5]
ADDRESSES = {
    "contact.created":        EventKind.UNSUBSCRIBED,         # if it begins so; else a notice: it tells of no consent
    "contact.updated":        EventKind.UNSUBSCRIBED,         # if it is so now; else a notice: its name may have changed
    "contact.topics.updated": EventKind.UNSUBSCRIBED,         # but see TOPICS
    "suppression.added":      EventKind.SUPPRESSION_CHANGED,
    "suppression.removed":    EventKind.SUPPRESSION_CHANGED,
}  # fmt: skip

#: ``type`` of what is about no recipient of ours [R1, R5]
NOTICES = {
    "email.received":  "an incoming mail",
    "contact.deleted": "a contact was taken out of the audience, whatever it had asked for",
    "domain.created":  "about a sending domain",
    "domain.updated":  "about a sending domain",
    "domain.deleted":  "about a sending domain",
    "topic.created":   "about a topic that contacts may choose",
    "topic.updated":   "about a topic that contacts may choose",
    "topic.deleted":   "about a topic that contacts may choose",
}  # fmt: skip

#: ``subType`` of a bounce, or ``type`` of an ``email.suppressed``: not tried, the address was on a list [R1, R8], which
#: is Resend's: what Amazon means by the same word is not asked
SUPPRESSIONS = {
    "Suppressed":               Reason.SUPPRESSED_BAD_ADDRESS,  # "a recent history of producing hard bounces" [R1]
    "OnAccountSuppressionList": Reason.SUPPRESSED_OTHER,        # for a bounce, a complaint or by hand [R3]
}  # fmt: skip
UNLISTED_SUPPRESSION = Reason.SUPPRESSED_OTHER

#: ``reason`` of an ``email.failed`` [R1]; there are others, about recipients, keys and domains, that are not documented
FAILURES = {"reached_daily_quota": Reason.QUOTA_EXCEEDED}

#: ``origin`` of a list entry: why the address is on it, and what that proves of the mail that it names [R3, R5]
ORIGINS = {
    "bounce":    (Reason.SUPPRESSED_BAD_ADDRESS, EventKind.BOUNCED),
    "complaint": (Reason.SUPPRESSED_COMPLAINT,   EventKind.COMPLAINED),
    "manual":    (Reason.SUPPRESSED_OTHER,       None),                  # by the sender
}  # fmt: skip
UNLISTED_ORIGIN = (Reason.SUPPRESSED_OTHER, None)

#: ``subscription`` of a contact to a topic [R5]
TOPICS = {"opt_in": EventKind.RESUBSCRIBED, "opt_out": EventKind.UNSUBSCRIBED}

#: ``type`` of what has a time of its own, and the object that it stands in [R1, R5]
TIMED = {"email.opened": "open", "email.clicked": "click"}


class _Told(NamedTuple):
    """What all events of one element share."""

    name: str
    data: Mapping[str, Any]
    source: Source
    occurred_at: datetime | None


def elements(payload: Any) -> Body:
    """Give the one element: the body itself."""
    if not isinstance(payload, dict) or "type" not in payload or "data" not in payload:
        raise PayloadError("expected an object with type and data")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event for each recipient or topic, a list entry with what it proves, or a notice."""
    name = reading.required(element, "type")
    data = reading.object_of(element.get("data"), "data")
    told = _Told(name, data, source, reading.iso_time(element.get("created_at"), "created_at"))
    return within("data", _about_mail if name in EVENTS else _READERS.get(name, _unlisted), told)


def _about_mail(told: _Told) -> Outcome:
    kind, attribution = EVENTS[told.name]
    failure = None
    if told.name in _FAILED:
        kind, failure = _FAILED[told.name](told.data)
    elif told.name in TIMED:
        within = TIMED[told.name]
        at = reading.iso_time(_within(told.data, within).get("timestamp"), f"{within}.timestamp")
        told = told._replace(occurred_at=at or told.occurred_at)
    return _each(told, kind, attribution, failure)


def _each(
    told: _Told, kind: EventKind, attribution: Attribution, failure: Failure | None = None, value: str | None = None
) -> Outcome:
    _, data, source, occurred_at = told
    recipients, problems = _recipients(data)
    message_id = reading.text(data, "email_id")
    reference = None if source.reference_key is None else _tags(data).get(source.reference_key) or None
    shared: Callable[[], Details] = partial(details, data, kind, value)
    if len(recipients) + len(problems) == 1:
        attribution = Attribution.EXACT
    else:
        shared = cache(shared)  # read once, or the work were as large as the square of their number
    event = partial(Event.read, kind, source, failure=failure, attribution=attribution, details=shared)
    events = tuple(event(recipient, message_id, reference, occurred_at) for recipient in recipients)
    return Partly(events, problems) if problems else events


def _recipients(data: Mapping[str, Any]) -> tuple[Collection[str], tuple[PayloadError, ...]]:
    """Give the addresses that the mail is for, once each, and what is wrong with the others."""
    written = data.get("to") or ()
    if not isinstance(written, list | tuple):
        raise PayloadError(f"expected an array, got {type(written).__name__}", path="to")
    if not written:
        raise PayloadError("missing", path="to")
    recipients: dict[str, None] = {}
    problems: list[PayloadError] = []
    for index, item in enumerate(written):
        with noting(problems, f"to.{index}"):
            recipients[reading.one_address(item.strip() if isinstance(item, str) else item, "")] = None
    return recipients, tuple(problems)


def _bounced(data: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    bounce = _within(data, "bounce")
    name, sub_name = (reading.loose_text(bounce.get(field)) or "" for field in ("type", "subType"))
    reported = "/".join(filter(None, (name, sub_name))) or None
    if sub_name in SUPPRESSIONS:  # it met no server
        return EventKind.DROPPED, Failure(reported=reported, claimed=SUPPRESSIONS[sub_name])
    kind, claimed = _ses_words.BOUNCES.get((name, sub_name), _ses_words.UNLISTED_BOUNCE)
    if kind is EventKind.DROPPED:  # nor did this
        return kind, Failure(reported=reported, claimed=claimed)
    said = _said(bounce)
    kind = kind if said is None else _ses_words.with_reply(kind, name)
    return kind, Failure(diagnostic=said, reported=reported, claimed=claimed)


def _said(bounce: Mapping[str, Any]) -> str | None:
    replies = (reply.strip() for reply in reading.strings(bounce.get("diagnosticCode")))
    return cut("\n".join(reply[5:].lstrip() if reply[:5].lower() == "smtp;" else reply for reply in replies)) or None


def _failed(data: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    reason = reading.loose_text(_within(data, "failed").get("reason"))
    return EventKind.DROPPED, Failure(reported=reason, claimed=FAILURES.get(reason or ""))


def _suppressed(data: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    name = reading.loose_text(_within(data, "suppressed").get("type"))
    return EventKind.DROPPED, Failure(reported=name, claimed=SUPPRESSIONS.get(name or "", UNLISTED_SUPPRESSION))


#: ``type`` of what did not arrive
_FAILED: Mapping[str, Callable[[Mapping[str, Any]], tuple[EventKind, Failure]]] = {
    "email.bounced": _bounced,
    "email.failed": _failed,
    "email.suppressed": _suppressed,
}


def _contact(told: _Told) -> Outcome:
    unsubscribed = told.data.get("unsubscribed")
    if unsubscribed is True:
        return _changed(told, EventKind.UNSUBSCRIBED, Details(scope=EVERYTHING))
    if told.name == "contact.updated" and unsubscribed is not False:  # it may be a stop
        raise PayloadError(f"expected true or false, got {type(unsubscribed).__name__}", path="unsubscribed")
    return Notice(name=told.name)


def _topics(told: _Told) -> Outcome:
    topics = told.data.get("topics") or []
    if not isinstance(topics, list):
        raise PayloadError(f"expected an array, got {type(topics).__name__}", path="topics")
    if not topics:
        return Notice(name=told.name)
    reading.address(told.data, "email")  # or else no topic could be read, and each would say so
    return Partly.of_each(topics, "topics", partial(_topic, told))


def _topic(told: _Told, topic: Any) -> Event:
    topic = reading.object_of(topic)
    scope = Scope(ScopeKind.TOPIC, reading.required(topic, "id"))
    word = reading.required(topic, "subscription")
    if word not in TOPICS:
        return _changed(told, EventKind.UNKNOWN, Details(scope=scope, value=word))
    return _changed(told, TOPICS[word], Details(scope=scope))


def _changed(told: _Told, kind: EventKind, rest: Details) -> Event:
    recipient = reading.address(told.data, "email")
    return Event.read(kind, told.source, recipient, None, None, told.occurred_at, details=rest)


def _listed(told: _Told) -> Outcome:
    if told.name == "suppression.removed":
        return _changed(told, EventKind.SUPPRESSION_CHANGED, Details(scope=EVERYTHING, value="removed"))
    _, data, source, occurred_at = told
    common = (source, reading.address(data, "email"), reading.text(data, "source_id"), None, occurred_at)
    origin = reading.text(data, "origin")
    claimed, proves = ORIGINS.get(origin or "", UNLISTED_ORIGIN)
    why, rest = Failure(reported=origin, claimed=claimed), Details(scope=EVERYTHING, value="added")
    entry = Event.read(EventKind.SUPPRESSION_CHANGED, *common, failure=why, details=rest)
    if proves is None or common[2] is None:
        return entry
    bounced = Failure(reported=origin, claimed=_ses_words.BOUNCES["Permanent", "General"][1])
    return entry, Event.read(proves, *common, failure=bounced if proves is EventKind.BOUNCED else None)


#: ``type`` of what is about an address
_READERS: Mapping[str, Callable[[_Told], Outcome]] = {
    "contact.created": _contact,
    "contact.updated": _contact,
    "contact.topics.updated": _topics,
    "suppression.added": _listed,
    "suppression.removed": _listed,
}


def _unlisted(told: _Told) -> Outcome:
    name, data, _, _ = told
    if name not in NOTICES:
        if data.get("to"):
            return _each(told, EventKind.UNKNOWN, _SOMEBODY, value=name)
        if data.get("email"):
            return _changed(told, EventKind.UNKNOWN, Details(value=name))
    return Notice(name=name, detail=reading.loose_text(data.get("status")) or "")


def _within(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give an object that may be missing."""
    return reading.object_of(data.get(name) or {}, name)


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags, from an object, or from a list of names and values as old events have it."""
    tags = data.get("tags")
    if isinstance(tags, list):
        named = (tag for tag in tags if isinstance(tag, dict) and isinstance(tag.get("name"), str))
        tags = {tag["name"]: tag.get("value") for tag in named}
    return reading.metadata(tags)


def details(data: Mapping[str, Any], kind: EventKind, value: str | None = None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    click = data.get("click")
    return Details(
        value=value,
        url=reading.loose_text(click.get("link")) if kind is EventKind.CLICKED and isinstance(click, dict) else None,
        internet_message_id=reading.message_id(data.get("message_id")),
        retrying=True if kind is EventKind.DEFERRED else None,
        metadata=_tags(data),
    )


PROVIDER = Provider(
    name="resend",
    title="Resend",
    elements=elements,
    read=read,
    tables={
        "type": {**EVENTS, **ADDRESSES, **NOTICES, **_ses_words.BY_A_SERVERS_WORD},
        "subType": {**_ses_words.SUB_TYPES, **SUPPRESSIONS},
        "reason": FAILURES,
        "origin": ORIGINS,
        "subscription": TOPICS,
    },
    scheme=signing.standard_webhooks("svix", "webhook"),
    habits=Habits(
        precision=Precision.FRACTION,
        retries=timedelta(hours=27, minutes=35, seconds=5),  # seven pauses [R1]; by hand at any time
        lists=("suppressions", "unsubscribed contacts", "topics"),
    ),
)
parse = PROVIDER.parse
