"""
SparkPost (Bird): webhooks post an array of ``{"msys": {CLASS: EVENT}}``, of any copies and any kinds.

Sources, as [SP1] to [SP10] below:
 SP1  https://github.com/SparkPost/support-docs content/docs/tech-resources/sparkpost-event-definitions.md
 SP2  https://github.com/SparkPost/support-docs content/docs/deliverability/bounce-classification-codes.md
 SP3  https://github.com/SparkPost/support-docs content/docs/tech-resources/webhook-data-streams.md
 SP4  https://github.com/SparkPost/support-docs content/docs/tech-resources/webhook-authentication.md
 SP5  https://github.com/SparkPost/developers.sparkpost.com documentation.json (the fields of every event), and
      https://gist.github.com/jonowar/baacbc46cb35c350a75b9d9fc564024b (the same, in 2023)
 SP6  https://github.com/SparkPost/momentum-documentation "Message Responses" (what [internal] means)
 SP7  https://github.com/SparkPost/support-docs/pull/835 (what a prefetched open is to SparkPost's own rates)
 SP8  https://github.com/SparkPost/support-docs content/docs/tech-resources/changes-to-sparkpost-enrichment-period-open-click-events.md
 SP9  https://github.com/anymail/django-anymail anymail/webhooks/sparkpost.py and issues 154, 206
 SP10 https://support.sparkpost.com/docs/faq/understanding-delays-bounces and https://www.sparkpost.com/docs/faq/
      how-are-messages-retried/ (72 hours)

Quirks:
 - ``bounce`` says "permanently rejected" of everything that came back; what it was, only ``bounce_class`` tells [SP1, SP2].
   Soft, block and undetermined classes are "usually temporary events" [SP2], so these are no hard bounces.
 - A text with ``[internal]`` is SparkPost's own and no server's [SP6], whatever code stands before it; what came back
   later has ``[internal] [oob]`` and the name of the class instead of what was said. Given up after 72 hours, a bounce
   quotes the last reply, and its class is that reply's [SP10].
 - One opening gives two events, ``initial_open`` by the pixel at the top and ``open`` by that at the bottom [SP1, SP9].
 - ``transmission_id`` is what the send call answers, one for all its recipients; ``message_id`` is told by events only.
   It is the id where there is no other: openings, clicks, unsubscriptions and complaints of more than 60 days after the
   sending have lost the transmission, and the sender's metadata [SP8].
 - ``rcpt_to`` is in lower case, ``raw_rcpt_to`` as it was given [SP5].
 - Numbers are strings, ``timestamp`` too; in the Events API it is ISO 8601 [SP5].
 - ``reason`` is ``raw_reason`` with its addresses made alike [SP5]: the raw one is read, and SparkPost rewords its own [SP9].
 - A ping is an empty ``msys``. A batch is repeated whole, with the same ``event_id`` of each event [SP3].
 - Nothing is signed: basic authentication or OAuth 2.0 show who called; old webhooks send a token in a header [SP4].
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Provider
from deliverystatus._enums import Actor, EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``type`` [SP1, SP5]
EVENTS = {
    "injection":            EventKind.ACCEPTED,
    "delivery":             EventKind.DELIVERED,
    "delay":                EventKind.DEFERRED,
    "bounce":               EventKind.BOUNCED,       # but see CLASSES
    "out_of_band":          EventKind.BOUNCED,       # after it was delivered; but see CLASSES
    "policy_rejection":     EventKind.DROPPED,
    "generation_failure":   EventKind.DROPPED,
    "generation_rejection": EventKind.DROPPED,
    "spam_complaint":       EventKind.COMPLAINED,    # but see COMPLAINTS
    "open":                 EventKind.OPENED,
    "initial_open":         EventKind.OPENED,        # the same opening as the open that may follow
    "amp_open":             EventKind.OPENED,
    "amp_initial_open":     EventKind.OPENED,
    "click":                EventKind.CLICKED,
    "amp_click":            EventKind.CLICKED,
    "list_unsubscribe":     EventKind.UNSUBSCRIBED,  # by the mail client
    "link_unsubscribe":     EventKind.UNSUBSCRIBED,  # by a link, which scanners follow as well
}  # fmt: skip

#: ``type`` of what is about no copy of ours [SP1, SP5]
NOTICES = {
    "relay_injection":   "an incoming mail arrived",
    "relay_rejection":   "an incoming mail was refused",
    "relay_delivery":    "an incoming mail was posted to our side",
    "relay_tempfail":    "our side did not take an incoming mail yet",
    "relay_permfail":    "our side did not take an incoming mail",
    "ab_test_completed": "an A/B test ended",
    "ab_test_cancelled": "an A/B test was cancelled",
}  # fmt: skip

#: What ``msys`` may hold, one of it [SP5]; a name that is none of these is not shown in a path
GROUPS = frozenset(
    [
        "message_event",
        "track_event",
        "gen_event",
        "unsubscribe_event",
        "relay_event",
        "ab_test_event",
        "ingest_event",
    ]
)

#: ... and what holds no event: an incoming mail, posted to the wrong URL
NOTICE_GROUPS = {"relay_message": "an incoming mail"}

#: ``bounce_class`` of what came back: what it was, and which reason the word stands for [SP2]. Class 1, see UNDETERMINED.
CLASSES = {
    "10":  (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),
    "20":  (EventKind.SOFT_BOUNCED, None),
    "21":  (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),      # DNS: whether the domain is at fault is not said
    "22":  (EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL),
    "23":  (EventKind.SOFT_BOUNCED, Reason.MESSAGE_TOO_LARGE),
    "24":  (EventKind.SOFT_BOUNCED, Reason.EXPIRED),
    "25":  (EventKind.DROPPED,      Reason.SUPPRESSED_OTHER),   # "by SparkPost's configured policies": its list, mostly
    "30":  (EventKind.BOUNCED,      None),                      # hard, but "no recipient could be determined"
    "40":  (EventKind.SOFT_BOUNCED, None),
    "50":  (EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED),    # by the receiver, it is not said why
    "51":  (EventKind.SOFT_BOUNCED, Reason.REPUTATION_BLOCKED),
    "52":  (EventKind.SOFT_BOUNCED, Reason.SPAM_CONTENT),
    "53":  (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),   # a forbidden attachment
    "54":  (EventKind.SOFT_BOUNCED, Reason.RELAY_DENIED),
    "60":  (EventKind.AUTO_REPLIED, None),
    "70":  (EventKind.SOFT_BOUNCED, None),
    "80":  (EventKind.AUTO_REPLIED, None),                      # see VALUES; guessed from a mail, so it is no consent
    "90":  (EventKind.UNSUBSCRIBED, None),                      # guessed likewise: to stop is the safe side
    "100": (EventKind.AUTO_REPLIED, None),                      # see VALUES
}  # fmt: skip

#: ``type`` of what has class 1, "the response text could not be identified" [SP2], none, or one that is not listed:
#: a refusal was a server's word, but what came back later may be anything, an auto-reply too
UNDETERMINED = {"bounce": EventKind.SOFT_BOUNCED, "out_of_band": EventKind.UNDETERMINED_BOUNCE}
UNDETERMINED_CLASS = "1"

#: ``bounce_class`` of a ``delay`` that stands for something else while SparkPost still tries
CLASSES_IF_DELAYED = {"24": Reason.NETWORK_ERROR}

#: ``bounce_class``: what kind of answer it was
VALUES = {"80": "subscribe", "100": "challenge"}

#: ``type`` of what SparkPost itself refused: why
DROPS = {
    "policy_rejection":     Reason.POLICY_REJECTED,  # by a policy that only its English tells; but see SUPPRESSED
    "generation_failure":   Reason.TEMPLATE_FAILED,  # "due to a technical reason" [SP1]
    "generation_rejection": Reason.POLICY_REJECTED,
}  # fmt: skip

#: The word by which a refusal of SparkPost's tells of its suppression list: "was suppressed due to customer policy"
SUPPRESSED = "suppress"

#: ``fbtype``: RFC 5965 section 7.3 and RFC 6430, as reported to SparkPost [SP5]
COMPLAINTS = {"abuse": EventKind.COMPLAINED, "not-spam": EventKind.MARKED_NOT_SPAM}
UNLISTED_COMPLAINT = EventKind.COMPLAINED

#: What marks a text as SparkPost's own [SP6]
INTERNAL = "[internal]"

#: What stands, in such a text, before the last reply of a server that was asked again and again [SP10]
LAST_REPLY = "last transfail:"

_REPLY = re.compile(r"[2-5]\d\d", re.ASCII)


def elements(payload: Any) -> Body:
    """Give the elements: the body is an array, even of one."""
    if not isinstance(payload, list):
        raise PayloadError(f"expected an array, got {type(payload).__name__}")
    return Body(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, or a notice."""
    msys = reading.object_of(reading.object_of(element).get("msys"), "msys")
    if not msys:
        return Notice(name="ping")
    if len(msys) > 1:
        raise PayloadError("expected one event", path="msys")
    ((group, event),) = msys.items()
    if group in NOTICE_GROUPS:
        return Notice(name=group, detail=NOTICE_GROUPS[group])
    path = f"msys.{group}" if group in GROUPS else "msys"
    with reading.under(path):
        return _read(reading.object_of(event), source)


def _read(event: Mapping[str, Any], source: Source) -> Outcome:
    name = reading.required(event, "type").strip().lower()
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if kind is EventKind.UNKNOWN and (name in NOTICES or not event.get("rcpt_to")):
        return Notice(name=name, detail=NOTICES.get(name, ""))
    failure = None
    if kind in _FAILURES:
        kind, failure = _FAILURES[kind](event, name)
    elif kind is EventKind.COMPLAINED:
        kind = reading.word(COMPLAINTS, reading.text(event, "fbtype") or "") or UNLISTED_COMPLAINT
    return Event.read(
        kind,
        source,
        reading.text(event, "raw_rcpt_to") or reading.required(event, "rcpt_to"),
        reading.loose_text(event.get("transmission_id")) or reading.loose_text(event.get("message_id")),
        reading.reference(source, event.get("rcpt_meta")),
        _time(event),
        actor=_actor(event) if kind is EventKind.OPENED or kind is EventKind.CLICKED else Actor.UNKNOWN,
        failure=failure,
        details=partial(details, event, kind),
    )


def _returned(event: Mapping[str, Any], name: str) -> tuple[EventKind, Failure | None]:
    bounce_class = reading.loose_text(event.get("bounce_class"))
    kind, claimed = CLASSES.get(bounce_class or "", (UNDETERMINED[name], None))
    if kind is EventKind.DROPPED:
        return kind, Failure(reported=bounce_class, claimed=claimed)
    if kind in _RETURNED:
        return kind, _failure(event, bounce_class, claimed)
    return kind, None


_RETURNED = frozenset({EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.UNDETERMINED_BOUNCE})


def _delayed(event: Mapping[str, Any], _: str) -> tuple[EventKind, Failure]:
    bounce_class = reading.loose_text(event.get("bounce_class")) or ""
    kind, claimed = CLASSES.get(bounce_class, (None, None))
    claimed = CLASSES_IF_DELAYED.get(bounce_class, claimed if kind is EventKind.SOFT_BOUNCED else None)
    return EventKind.DEFERRED, _failure(event, bounce_class, claimed)


def _dropped(event: Mapping[str, Any], name: str) -> tuple[EventKind, Failure]:
    bounce_class = reading.loose_text(event.get("bounce_class"))
    _, claimed = CLASSES.get(bounce_class or "", (None, None))
    said = (reading.text(event, "raw_reason") or "") + (reading.text(event, "reason") or "")
    if claimed is not Reason.SUPPRESSED_OTHER:
        claimed = Reason.SUPPRESSED_OTHER if SUPPRESSED in said.lower() else DROPS[name]
    return EventKind.DROPPED, Failure(reported=name, claimed=claimed)


_FAILURES = {EventKind.BOUNCED: _returned, EventKind.DEFERRED: _delayed, EventKind.DROPPED: _dropped}


def _failure(event: Mapping[str, Any], bounce_class: str | None, claimed: Reason | None) -> Failure:
    said = reading.text(event, "raw_reason") or reading.text(event, "reason") or ""
    code = reading.loose_text(event.get("error_code")) or ""
    if INTERNAL in said:  # neither the words nor the code are a server's, but for those quoted
        said, code = said.partition(LAST_REPLY)[2].strip().removesuffix(")"), ""
    return Failure(
        reply_code=code if _REPLY.fullmatch(code) else None,
        diagnostic=said if said and INTERNAL not in said else None,
        reported=bounce_class or None,
        claimed=claimed,
    )


def _actor(event: Mapping[str, Any]) -> Actor:
    """
    Tell a machine's opening: what was fetched before anybody looked, which SparkPost leaves out of its own rates [SP7].

    ``is_proxy`` is no such sign: Gmail's proxy fetches an image when somebody opens the mail.
    """
    client = event.get("user_agent_parsed")
    return Actor.MACHINE if isinstance(client, dict) and client.get("is_prefetched") is True else Actor.UNKNOWN


def _time(event: Mapping[str, Any]) -> datetime | None:
    written = event.get("timestamp")
    if isinstance(written, str) and "T" in written:
        return reading.iso_time(written, "timestamp")
    return reading.unix_time(written, "timestamp")


def details(event: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    value = None
    if kind is EventKind.UNKNOWN:
        value = (reading.loose_text(event.get("type")) or "").strip().lower()
    elif kind is EventKind.AUTO_REPLIED:
        value = VALUES.get(reading.loose_text(event.get("bounce_class")) or "")
    return Details(
        scope=EVERYTHING if kind is EventKind.UNSUBSCRIBED else None,
        value=value,
        url=reading.loose_text(event.get("target_link_url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(event.get("event_id")),
        tags=reading.strings(event.get("campaign_id")) + reading.strings(event.get("rcpt_tags")),
        metadata=reading.metadata(event.get("rcpt_meta")),
    )


PROVIDER = Provider(
    name="sparkpost",
    title="SparkPost",
    elements=elements,
    read=read,
    tables={
        "type": {**EVENTS, **NOTICES},
        "bounce_class": {**CLASSES, UNDETERMINED_CLASS: UNDETERMINED},
        "fbtype": COMPLAINTS,
    },
    scheme=signing.shared_secret(),  # user:password, or the header of a token
    habits=Habits(
        machine=frozenset({EventKind.OPENED, EventKind.CLICKED}),
        event_id=EventId.OWN,
        retries=timedelta(hours=8),  # twelve attempts [SP3]
        lists=("transactional suppressions", "non-transactional suppressions"),
    ),
)
parse = PROVIDER.parse
