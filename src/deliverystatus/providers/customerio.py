"""
Customer.io: a reporting webhook posts one JSON object a call, of a message on some channel or of a person.

Sources, as [C1] to [C4] below:
 C1  https://docs.customer.io/api/webhooks and https://docs.customer.io/integrations/data-out/connections/webhooks
 C2  https://docs.customer.io/messaging/message-limits (what is attempted, and what undeliverable)
 C3  https://github.com/api-evangelist/customer-io asyncapi/customer-io-reporting-webhooks-asyncapi.yml
 C4  https://github.com/PostHog/posthog products/messaging (what is read of a person's subscriptions, and signatures)

Quirks:
 - No word says what happened: ``object_type`` and ``metric`` do together. Messages that are neither mail nor SMS (push,
   in-app, Slack, webhooks, WhatsApp) are notices.
 - ``bounced`` may be for good or not: the code that ``failure_message`` of a mail begins with tells, if it begins with
   one. What it says otherwise may be Customer.io's words, and is no server's. Of an SMS it is the error of whichever
   service sends: a number in it is no code of SMTP, and nothing is read from it.
 - ``sent`` is what was handed to the service that sends, Customer.io's or one's own; it arrived nowhere yet.
 - ``attempted`` was not sent, and is tried again, for one because of a limit to messages [C2].
 - An opening that was ``prefetched``, and a click by a ``machine``, was nobody's; a ``proxied`` one may be somebody's.
   The flags are read as programs have them that were written by [C1]; they need not be there.
 - Topics are chosen all at once: ``content`` is JSON within JSON, with those wanted and those not [C4].
 - A person may have no address; then nothing is said of one.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Actor, Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``object_type``: on which channel; a person's subscriptions are those to mail
CHANNELS = {"email": Channel.EMAIL, "sms": Channel.SMS, "customer": Channel.EMAIL}

#: ``object_type`` and ``metric`` [C1 to C3]
EVENTS = {
    ("email", "drafted"):       EventKind.PENDING,              # waits for somebody of ours
    ("email", "attempted"):     EventKind.DEFERRED,
    ("email", "sent"):          EventKind.ACCEPTED,
    ("email", "delivered"):     EventKind.DELIVERED,
    ("email", "opened"):        EventKind.OPENED,
    ("email", "clicked"):       EventKind.CLICKED,
    ("email", "converted"):     EventKind.UNKNOWN,              # a goal was reached: how is not told
    ("email", "bounced"):       EventKind.UNDETERMINED_BOUNCE,  # but see BOUNCES
    ("email", "dropped"):       EventKind.DROPPED,              # "not sent": suppressed
    ("email", "failed"):        EventKind.DROPPED,              # "fails to send"
    ("email", "undeliverable"): EventKind.DROPPED,              # never sent: a limit to messages, for one [C2]
    ("email", "spammed"):       EventKind.COMPLAINED,
    ("email", "unsubscribed"):  EventKind.UNSUBSCRIBED,
    ("sms", "drafted"):         EventKind.PENDING,
    ("sms", "attempted"):       EventKind.DEFERRED,
    ("sms", "sent"):            EventKind.ACCEPTED,
    ("sms", "delivered"):       EventKind.DELIVERED,
    ("sms", "clicked"):         EventKind.CLICKED,
    ("sms", "converted"):       EventKind.UNKNOWN,
    ("sms", "bounced"):         EventKind.UNDETERMINED_BOUNCE,
    ("sms", "failed"):          EventKind.DROPPED,
    ("customer", "subscribed"):   EventKind.RESUBSCRIBED,       # to mail as such: single topics stay as they are
    ("customer", "unsubscribed"): EventKind.UNSUBSCRIBED,       # for what else a person says see TOPICS
}  # fmt: skip

#: The class of the code that ``failure_message`` of a mail's bounce begins with
BOUNCES = {"5": EventKind.BOUNCED, "4": EventKind.SOFT_BOUNCED}
UNLISTED_BOUNCE = EventKind.UNDETERMINED_BOUNCE

#: ``metric``: which reason it stands for
CLAIMS = {"dropped": Reason.SUPPRESSED_OTHER}  # "suppressed or unsubscribed" [C3]

#: ``metric``: the flag in ``data`` that says a machine did it
MACHINES = {"opened": "prefetched", "clicked": "machine"}

#: Whether a person wants a topic, in ``content`` of a choice [C4]
TOPICS = {True: EventKind.RESUBSCRIBED, False: EventKind.UNSUBSCRIBED}

#: ``metric`` of what a person chose
CHOICE = "cio_subscription_preferences_changed"

_FAILED = frozenset({EventKind.UNDETERMINED_BOUNCE, EventKind.DROPPED, EventKind.DEFERRED})
_REPLY = re.compile(r"(?:[45]\d\d\b|[45]\.\d{1,3}\.\d{1,3}\b)", re.ASCII)


def elements(payload: Any) -> Body:
    """Give the one element: the body itself."""
    if not isinstance(payload, dict) or "metric" not in payload or "data" not in payload:
        raise PayloadError("expected an object with a metric and data")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event, one for each topic that was chosen, or a notice."""
    metric = reading.required(element, "metric")
    about = reading.text(element, "object_type") or "customer"  # a person's subscriptions may come without [C4]
    data = reading.object_of(element.get("data"), "data")
    occurred_at = reading.unix_time(element.get("timestamp"), "timestamp")
    try:
        recipient, message_id = _recipient(data, about), reading.text(data, "delivery_id")
        topics = _topics(data) if metric == CHOICE else ()
    except PayloadError as error:
        raise error.under("data") from None
    if recipient is None or (metric == CHOICE and not topics):
        return Notice(name=f"{about}/{metric}")
    source = reading.on(source, CHANNELS[about])
    if metric == CHOICE:
        return tuple(
            Event.read(kind, source, recipient, None, None, occurred_at, details=partial(details, element, kind, scope))
            for kind, scope in topics
        )
    kind = EVENTS.get((about, metric), EventKind.UNKNOWN)
    failure = None
    if kind in _FAILED:
        kind, failure = _failed(data, about, metric, kind)
    scope = EVERYTHING if kind is EventKind.UNSUBSCRIBED else None
    return Event.read(
        kind,
        source,
        recipient,
        message_id,
        None,
        occurred_at,
        actor=Actor.MACHINE if metric in MACHINES and data.get(MACHINES[metric]) is True else Actor.UNKNOWN,
        failure=failure,
        details=partial(details, element, kind, scope),
    )


def _recipient(data: Mapping[str, Any], about: str) -> str | None:
    """Give the address or number; ``None`` for what goes to neither, and for a person that has no address."""
    if about not in CHANNELS:
        return None
    if about != "customer":
        return reading.required(data, "recipient")
    identifiers = data.get("identifiers")
    return reading.text(data, "email_address") or (
        reading.loose_text(identifiers.get("email")) if isinstance(identifiers, dict) else None
    )


def _failed(data: Mapping[str, Any], about: str, metric: str, kind: EventKind) -> tuple[EventKind, Failure]:
    said = (reading.loose_text(data.get("failure_message")) or "").strip()
    if kind is EventKind.UNDETERMINED_BOUNCE and about == "email" and _REPLY.match(said):
        return BOUNCES[said[0]], Failure(diagnostic=said, reported=metric)
    return kind, Failure(reported=said or metric, claimed=CLAIMS.get(metric))


def _topics(data: Mapping[str, Any]) -> tuple[tuple[EventKind, Scope], ...]:
    """Read what a person chose: topics that are wanted or not, in JSON."""
    content = data.get("content")
    try:
        chosen = json.loads(content) if isinstance(content, str) and content else content or {}
    except (ValueError, RecursionError):
        raise PayloadError("expected JSON, got text that is none", path="content") from None
    topics = reading.object_of(reading.object_of(chosen, "content").get("topics") or {}, "content.topics")
    return tuple(
        (TOPICS[wanted], Scope(ScopeKind.TOPIC, cut(name)))
        for name, wanted in topics.items()
        if isinstance(wanted, bool)
    )


def details(element: Mapping[str, Any], kind: EventKind, scope: Scope | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    data = element.get("data")
    url = data.get("href") if kind is EventKind.CLICKED and isinstance(data, dict) else None
    return Details(
        scope=scope,
        value=reading.loose_text(element.get("metric")) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(url),
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(element.get("event_id")),
    )


PROVIDER = Provider(
    name="customerio",
    title="Customer.io",
    elements=elements,
    read=read,
    tables={
        "metric": {**{metric: kind for (_, metric), kind in EVENTS.items()}, CHOICE: tuple(TOPICS.values())},
        "object_type": CHANNELS,
    },
    channels=(Channel.EMAIL, Channel.SMS),
    scheme=signing.hmac_of_time_and_body(
        "X-CIO-Signature",
        "X-CIO-Timestamp",
        begins="v0:",
        between=":",
        needs="the signing key of the reporting webhook",
        window=timedelta(days=7),  # of retries; whether they are signed anew is not documented
    ),
    habits=Habits(
        besides=frozenset({EventKind.SOFT_BOUNCED, EventKind.BOUNCED}),  # by the server's code
        machine=frozenset({EventKind.OPENED, EventKind.CLICKED}),
        event_id=EventId.OWN,
        precision=Precision.SECOND,
        retries=timedelta(days=7),
        lists=("suppressed people", "unsubscribed people", "topics"),
    ),
)
parse = PROVIDER.parse
