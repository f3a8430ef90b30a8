"""
Loops: every webhook call posts one JSON object, ``{"eventName": ..., "eventTime": ..., "contactIdentity": {...}}``.

Sources, as [L1] and [L2] below:
 L1  https://loops.so/docs/webhooks and the page of each event under https://loops.so/docs/api-reference/webhooks
 L2  https://github.com/api-evangelist/loops asyncapi/loops-webhooks-asyncapi.yml (the webhooks of Loops's own OpenAPI)

Quirks:
 - A soft bounce is tried again, and may still be delivered [L1]; when Loops gives up is not told.
 - Nothing tells why a mail came back: no code, no text, no type.
 - A hard bounce also unsubscribes the contact, and so does deleting one: ``contact.unsubscribed`` may be no wish [L1].
 - ``email.unsubscribed`` does not say whether all mail or one list was left: the ``contact.*`` event beside it does.
 - ``email.id`` is the mail to this one contact; ``emailMessageId`` is the version of the campaign, and shared by all.
 - Mails of type ``transactional`` are never opened, clicked or unsubscribed from: Loops does not track them.
 - There is no id in the body (a call that is repeated has its ``webhook-id`` header again), nor data of the sender's.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``eventName`` [L1, L2]
EVENTS = {
    "transactional.email.sent":         EventKind.ACCEPTED,      # "sent to a contact"; "delivered" follows
    "campaign.email.sent":              EventKind.ACCEPTED,
    "loop.email.sent":                  EventKind.ACCEPTED,
    "email.delivered":                  EventKind.DELIVERED,
    "email.softBounced":                EventKind.DEFERRED,      # "retried multiple times"
    "email.hardBounced":                EventKind.BOUNCED,
    "email.opened":                     EventKind.OPENED,
    "email.clicked":                    EventKind.CLICKED,       # which link is not told
    "email.unsubscribed":               EventKind.UNSUBSCRIBED,  # of all: of which list, if of one, is not told
    "email.resubscribed":               EventKind.RESUBSCRIBED,  # to "marketing email"; no list that was left is meant
    "email.spamReported":               EventKind.COMPLAINED,
    "contact.created":                  EventKind.OPTED_IN,      # but see OPT_INS, and _created
    "contact.unsubscribed":             EventKind.UNSUBSCRIBED,  # of all
    "contact.mailingList.subscribed":   EventKind.RESUBSCRIBED,
    "contact.mailingList.unsubscribed": EventKind.UNSUBSCRIBED,
}  # fmt: skip

#: ``eventName`` of what is about no recipient, or changes nothing for one [L1]
NOTICES = {
    "contact.deleted":   "a contact was taken out of the audience; contact.unsubscribed comes beside it",
    "testing.testEvent": "sent from the settings, to try the webhook",
}  # fmt: skip

#: ``eventName``: which reason it stands for
CLAIMS = {"email.hardBounced": Reason.UNKNOWN_RECIPIENT}  # "persistent (for example, a mailbox that does not exist)"

#: ``optInStatus`` of a new contact that followed the link in a first mail; of others nothing is known [L1]
OPT_INS = {"accepted": EventKind.OPTED_IN}


def elements(payload: Any) -> Body:
    """Give the one element: the body itself."""
    if not isinstance(payload, dict) or "eventName" not in payload:
        raise PayloadError("expected an object with an eventName")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event, or a notice."""
    name = reading.required(element, "eventName")
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if name == "contact.created":
        kind = _created(_object(element, "contact"))
    contact = _object(element, "contactIdentity")
    if name in NOTICES or (kind is EventKind.UNKNOWN and (name in EVENTS or not contact.get("email"))):
        return Notice(name=name)
    with reading.under("contactIdentity"):
        recipient = reading.address(contact, "email")
    mail = _object(element, "email")
    with reading.under("email"):
        message_id = reading.text(mail, "id")
    failure = Failure(reported=name, claimed=CLAIMS[name]) if name in CLAIMS else None
    return Event.read(
        kind,
        source,
        recipient,
        message_id,
        None,
        reading.unix_time(element.get("eventTime"), "eventTime"),
        failure=failure,
        details=partial(details, element, kind),
    )


def _created(contact: Mapping[str, Any]) -> EventKind:
    """Say what a new contact agreed to: one that is no subscriber gets nothing; most were added by somebody else."""
    if contact.get("subscribed") is False:
        return EventKind.UNSUBSCRIBED
    return OPT_INS.get(reading.loose_text(contact.get("optInStatus")) or "", EventKind.UNKNOWN)


def _object(element: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return reading.object_of(element.get(name) or {}, name)


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    name = reading.loose_text(element.get("eventName")) or ""
    mailing_list = element.get("mailingList")
    scope = EVERYTHING if kind is EventKind.UNSUBSCRIBED else None
    if name.startswith("contact.mailingList."):
        of_list = reading.loose_text(mailing_list.get("id")) if isinstance(mailing_list, dict) else None
        scope = Scope(ScopeKind.LIST, of_list or "")  # one that is not named stops all, and lifts nothing
    return Details(
        scope=scope,
        value=name if kind is EventKind.UNKNOWN else None,
        retrying=True if kind is EventKind.DEFERRED else None,
    )


PROVIDER = Provider(
    name="loops",
    title="Loops",
    elements=elements,
    read=read,
    tables={"eventName": {**EVENTS, **NOTICES}, "optInStatus": OPT_INS},
    scheme=signing.standard_webhooks("webhook"),
    habits=Habits(precision=Precision.SECOND, lists=("unsubscribed contacts", "mailing lists")),
)
parse = PROVIDER.parse
