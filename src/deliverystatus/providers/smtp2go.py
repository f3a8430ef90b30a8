"""
SMTP2GO: every webhook call posts one event, as a JSON object or as a form, whichever was chosen for the webhook.

Sources, as [S1] to [S5] below:
 S1  https://support.smtp2go.com/hc/en-gb/articles/223087967-Webhooks (the events and fields, of mails and texts)
 S2  https://developers.smtp2go.com/docs/webhooks-overview (what each event means, retries, how to protect the URL)
 S3  https://github.com/Alos-no/Smtp2Go.NET src and tests, Models/Webhooks (calls as captured in 2026-03)
 S4  https://github.com/api-evangelist/smtp2go asyncapi/smtp2go-webhooks.yml (S2, taken down in 2026-08)
 S5  https://developers.smtp2go.com/docs/setup-a-webhook

Quirks:
 - The names by which events are subscribed to are those of [S1]; those in calls are these or longer ones [S3]. Both are read.
 - ``processed`` names all the mail's recipients in ``recipients``; every other event one, in ``rcpt``.
 - A mail that is being tried again stays processed [S2]: a bounce is the end of it, and nothing tells of a deferral.
 - ``message`` is the server's reply, of deliveries too; ``context`` is the command that was refused, or what was said to
   it, or "Unavailable" [S3].
 - A ``reject`` is of an address on the list, or of a sender that is not verified, or of a user kept in a sandbox [S4]: its
   event does not say which, so nothing is claimed against the address.
 - A ``resubscribe`` is the recipient's, by the link of the page that confirms the unsubscription [S1]; [S4] has it that
   taking an address off the list makes one too.
 - Headers of the mail stand among the fields, as the webhook was told to have them [S1]: they are the sender's own data.
 - The link of a click is in no documented field; ``click_url`` and ``link`` are seen [S3].
 - Nobody says whether an opening or a click was a machine's.
 - ``id`` is that of the call: the events of one ``processed`` share it.
 - Nothing is signed. The URL can carry a user and password or a secret in its query, and the call a header [S2, S5].
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Partly, Provider, noting
from deliverystatus._enums import Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` of a mail [S1, S3]
EVENTS = {
    "processed":      EventKind.ACCEPTED,
    "delivered":      EventKind.DELIVERED,
    "bounce":         EventKind.BOUNCED,  # but see BOUNCES
    "open":           EventKind.OPENED,
    "opened":         EventKind.OPENED,
    "click":          EventKind.CLICKED,
    "clicked":        EventKind.CLICKED,
    "spam":           EventKind.COMPLAINED,
    "spam_complaint": EventKind.COMPLAINED,
    "unsubscribe":    EventKind.UNSUBSCRIBED,
    "unsubscribed":   EventKind.UNSUBSCRIBED,
    "resubscribe":    EventKind.RESUBSCRIBED,
    "resubscribed":   EventKind.RESUBSCRIBED,
    "reject":         EventKind.DROPPED,  # never left SMTP2GO
}  # fmt: skip

#: ``bounce``: what happened, and which reason the word stands for; after a hard one the address is on the list [S2]
BOUNCES = {
    "hard": (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),
    "soft": (EventKind.SOFT_BOUNCED, None),  # "depending on the response from the recipient server"
}  # fmt: skip
UNLISTED_BOUNCE = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``event`` of a text message: what happened, and which reason the word stands for [S1, S4]
TEXTS = {
    "sms_sending":   (EventKind.ACCEPTED,            None),
    "sms_submitted": (EventKind.SENT,                None),  # "often delivered but unconfirmed"
    "sms_delivered": (EventKind.DELIVERED,           None),
    "sms_failed":    (EventKind.UNDETERMINED_BOUNCE, None),  # a check, a gateway, a duplicate: tried or not
    "sms_rejected":  (EventKind.SOFT_BOUNCED,        Reason.POLICY_REJECTED),  # by the network
    "opt-out":       (EventKind.UNSUBSCRIBED,        None),
}  # fmt: skip

#: Fields that are SMTP2GO's, in lower case; every other is a header of the mail [S1, S3]
RESERVED = frozenset(
    [
        "event",
        "time",
        "sendtime",
        "sender",
        "from",
        "from_address",
        "from_name",
        "rcpt",
        "recipients",
        "auth",
        "host",
        "message",
        "context",
        "email_id",
        "id",
        "message-id",
        "bounce",
        "subject",
        "user-agent",
        "read-secs",
        "client",
        "client-device",
        "client-os",
        "geoip-continent",
        "geoip-country",
        "geoip-city",
        "srchost",
        "click_url",
        "link",
        "subaccount_id",
    ]
)

#: What may be of all recipients of a mail at once
_OF_ALL = (EventKind.ACCEPTED, EventKind.UNKNOWN)

_IDS = frozenset({"email_id", "message_id", "rcpt", "recipients", "destination_number"})
_COMMAND = re.compile(r"(RCPT|MAIL|DATA|EHLO|HELO|STARTTLS|BDAT)\b", re.IGNORECASE)
_CODE = re.compile(r"\b[45]\d\d[ -]")


def elements(payload: Any) -> Body:
    """Give the one element: the body itself."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object or a form, got {type(payload).__name__}")
    if "event" not in payload or not _IDS & payload.keys():
        raise PayloadError("expected an event of SMTP2GO's")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: one event, one for each recipient, or a notice."""
    fields = reading.firsts(element)
    name = reading.required(fields, "event")
    word = name.strip().lower()
    if word in TEXTS:
        return _text(fields, word, reading.on(source, Channel.SMS))
    kind, failure = _happened(fields, word)
    problems: list[PayloadError] = []
    recipients = _recipients(element, fields, problems)
    if not (recipients or problems) and kind is EventKind.UNKNOWN:
        return Notice(name=name)
    if not (recipients or problems) or (len(recipients) + len(problems) > 1 and kind not in _OF_ALL):
        recipients = (reading.required(fields, "rcpt"),)  # of several it cannot be said who did it
    events = tuple(
        Event.read(
            kind,
            source,
            recipient,
            reading.text(fields, "email_id"),
            None if source.reference_key is None else _reference(fields, source.reference_key),
            _time(fields, "time"),
            failure=failure,
            details=partial(details, fields, kind),
        )
        for recipient in recipients
    )
    if problems:
        return Partly(events, tuple(problems))
    return events if len(events) > 1 else events[0]


def _recipients(element: Mapping[str, Any], fields: Mapping[str, Any], problems: list[PayloadError]) -> tuple[str, ...]:
    """Give whom an event is about: one, or each of the recipients; a form has them in one text."""
    if fields.get("rcpt") not in (None, ""):
        return (reading.address(fields, "rcpt"),)
    written = element.get("recipients")
    found: list[str] = []
    for index, each in enumerate(written if isinstance(written, list) else [written] if written else ()):
        with noting(problems, f"recipients.{index}"):
            several = reading.addresses(each.replace(";", ",")) if isinstance(each, str) else ()
            found += several or [reading.one_address(each, "")]
    return tuple(dict.fromkeys(found))


def _happened(fields: Mapping[str, Any], word: str) -> tuple[EventKind, Failure | None]:
    kind = EVENTS.get(word, EventKind.UNKNOWN)
    said, context = reading.text(fields, "message"), reading.text(fields, "context")
    if kind is EventKind.DROPPED:
        return kind, Failure(reported=said or context or word)
    if kind is not EventKind.BOUNCED:
        return kind, None
    bounce = reading.text(fields, "bounce")
    kind, claimed = reading.word(BOUNCES, bounce or "") or UNLISTED_BOUNCE
    command = _COMMAND.match(context or "")
    return kind, Failure(
        diagnostic=said or (context if _CODE.search(context or "") else None),
        reported=bounce,
        claimed=claimed,
        smtp_command=command and command[1].upper(),
        remote_mta=reading.text(fields, "host"),
    )


def _text(fields: Mapping[str, Any], word: str, source: Source) -> Event:
    kind, claimed = TEXTS[word]
    failure = None
    if kind in (EventKind.UNDETERMINED_BOUNCE, EventKind.SOFT_BOUNCED):
        failure = Failure(reported=reading.loose_text(fields.get("status_code")) or word, claimed=claimed)
    return Event.read(
        kind,
        source,
        reading.required(fields, "destination_number"),
        reading.text(fields, "message_id"),
        None,
        _time(fields, "received_timestamp"),
        failure=failure,
        details=partial(details, fields, kind),
    )


def _time(fields: Mapping[str, Any], name: str) -> datetime | None:
    value = fields.get(name)
    try:
        return reading.iso_time(value, name)
    except PayloadError:
        if not isinstance(value, str):
            raise
        return reading.iso_time(f"{value}Z", name)  # "UTC timestamp" [S1], with its zone or without


def _own(fields: Mapping[str, Any]) -> dict[str, str]:
    return reading.metadata({name: value for name, value in fields.items() if name.lower() not in RESERVED})


def _reference(fields: Mapping[str, Any], header: str) -> str | None:
    return next((value for name, value in _own(fields).items() if name.lower() == header.lower()), None)


def details(fields: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    word = reading.loose_text(fields.get("event")) or ""
    url = reading.loose_text(fields.get("click_url")) or reading.loose_text(fields.get("link"))
    return Details(
        scope=_scope(fields, kind),
        value=word if kind is EventKind.UNKNOWN else None,
        url=url if kind is EventKind.CLICKED else None,
        internet_message_id=reading.message_id(fields.get("message-id") or fields.get("Message-Id")),
        event_id=reading.loose_text(fields.get("id")),
        metadata={} if word.strip().lower() in TEXTS else _own(fields),  # a text has no headers
    )


def _scope(fields: Mapping[str, Any], kind: EventKind) -> Scope | None:
    if kind is not EventKind.UNSUBSCRIBED:  # no list that was left is meant by resubscribe
        return None
    ours = reading.loose_text(fields.get("source_number"))
    return EVERYTHING if ours is None else Scope(ScopeKind.SENDER, ours)


PROVIDER = Provider(
    name="smtp2go",
    title="SMTP2GO",
    elements=elements,
    read=read,
    tables={"event": {**EVENTS, **TEXTS}, "bounce": BOUNCES},
    channels=(Channel.EMAIL, Channel.SMS),
    scheme=signing.shared_secret(),
    habits=Habits(event_id=EventId.SHARED, retries=timedelta(hours=48), lists=("suppressions",)),
)
parse = PROVIDER.parse
