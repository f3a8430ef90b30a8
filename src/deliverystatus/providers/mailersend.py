"""
MailerSend: one event a call, as a JSON object with ``type`` and ``data``, in one of two versions.

Webhooks made since 2026 post version 2, where ``data`` is flat; version 1 nests message and recipient in ``data.email``,
and is posted until 2026-12-01. Which of them a body is, its ``data`` shows; the words of ``type`` are the same.

Sources, as [E1] to [E9] below:
 E1  https://developers.mailersend.com/api/v1/account/webhooks (events, payloads, signature, retries)
 E2  https://www.mailersend.com/whats-new/webhooks-v2
 E3  https://github.com/anymail/django-anymail pull request 490, issue 489: anymail/webhooks/mailersend.py and its tests (both
     versions, as observed)
 E4  https://github.com/mailersend/mailersend-go webhook event constants, with the meaning of each
 E5  https://www.mailersend.com/whats-new/deferred-status
 E6  https://www.mailersend.com/help/on-hold-blocklist
 E7  https://developers.mailersend.com/api/v1/recipients (the suppression lists)
 E8  https://github.com/symfony/symfony src/Symfony/Component/Mailer/Bridge/MailerSend: Webhook/MailerSendRequestParser.php and
     Tests/Webhook/Fixtures (version 1)
 E9  https://www.mailersend.com/help/suppression-list-managing (what is listed automatically)

Quirks:
 - ``data.created_at`` is when it happened in version 1, where the outer ``created_at`` is when it was posted; version 2 has
   the outer one alone, in whole seconds [E3]. Other times, of events that are no copy's, have no zone: they are not read.
 - The message id is that of the send call's answer (X-Message-Id), one for all its recipients. ``email_id`` (in version 1
   ``email.id``) is the recipient's: with ``@mailersend.net`` behind it, the Message-ID header [E3].
 - Nothing the sender gives comes back but tags: there is no metadata, and no reference.
 - ``opened_unique`` and ``clicked_unique`` tell of the first opening and click once more, which ``opened`` and ``clicked``
   tell of too: the same fact, which folding takes once.
 - ``email.status`` is "rejected" for nearly all that failed: not read [E3].
 - ``data.type`` says the same as ``type`` without its beginning, but for a complaint, which is "spam_complaints" in version 2
   and "spam_complaint" in version 1 [E3]: not read.
 - ``meta`` is an empty list where there is nothing to say.
 - What came back has a reason in words: a label of MailerSend's, or a server's reply. A label that is listed here is read
   as such; all else is read for what its words say, as a reply is.
 - An address that bounced hard is on the list of the sending domain from then on [E9].
 - Only paid plans tell of deferrals [E5]; others may see a soft bounce of what is still tried.
 - Surveys are answered outside of the message, and what was answered is not said: they are notices.
 - SMS webhooks (``sms.*``) are set up apart, and are not read here.
 - When a webhook is saved, a ``webhook.test`` must be answered with 2xx. It is signed with a secret that is printed in [E1],
   as the webhook has none of its own yet: it is let through, and is a notice.
 - The signature carries no time [E1]: the replay key must be remembered.
 - An answer of 4xx other than 429 ends all retries at once [E1]: to have an event again, answer 429 or 5xx.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._text import cut
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``type`` [E1, E4]
EVENTS = {
    "activity.sent":           EventKind.SENT,          # left MailerSend's servers
    "activity.delivered":      EventKind.DELIVERED,
    "activity.deferred":       EventKind.DEFERRED,      # retried until it is delivered or bounces [E5]
    "activity.soft_bounced":   EventKind.SOFT_BOUNCED,  # after the last attempt, or at once on small plans [E5]
    "activity.hard_bounced":   EventKind.BOUNCED,       # and listed from then on [E9]
    "activity.suppressed":     EventKind.DROPPED,       # on a list, so not sent [E3]; see SUPPRESSIONS
    "activity.opened":         EventKind.OPENED,        # every time; no flag of machines
    "activity.opened_unique":  EventKind.OPENED,        # the first time, once more
    "activity.clicked":        EventKind.CLICKED,       # no bot flag: scanners look like people
    "activity.clicked_unique": EventKind.CLICKED,
    "activity.unsubscribed":   EventKind.UNSUBSCRIBED,
    "activity.spam_complaint": EventKind.COMPLAINED,
}  # fmt: skip

#: ``type`` of what is about no copy [E1, E4]
NOTICES = {
    "webhook.test": "the call that a new webhook must answer",
    "activity.survey_opened": "a message with a survey was opened",
    "activity.survey_submitted": "a survey was answered, or left",
    "sender_identity.verified": "a sender may be used",
    "maintenance.start": "MailerSend is out of order on purpose",
    "maintenance.end": "MailerSend is in order again",
    "inbound.message": "an incoming message, posted to the wrong URL",
    "inbound_forward.failed": "an incoming message could not be posted to our side",
    "inbound_message.rejected": "an incoming message was refused",
    "email_single.verified": "an address was checked",
    "email_list.verified": "a list of addresses was checked",
    "bulk_email.completed": "a bulk request was worked off",
    # five soft bounces in 30 days stop all mail to an address for 72 hours [E6]; how these two name it is not documented,
    # and what is stopped by it is told as activity.suppressed, a copy at a time
    "recipient.on_hold_added": "an address was put on hold",
    "recipient.on_hold_removed": "an address is on hold no more",
}

#: ``reason`` (version 1) and ``bounce_reason`` (version 2) that are MailerSend's labels, not a server's words [E3]: which reason
#: one stands for in a hard bounce, and in what is no verdict on the address: a soft bounce, or a deferral
LABELS = {
    "host or domain name not found": (Reason.UNKNOWN_DOMAIN, Reason.NETWORK_ERROR),  # now, or at all
    "mailbox full":                  (Reason.MAILBOX_FULL,   Reason.MAILBOX_FULL),
    "unknown reason":                (Reason.UNKNOWN,        Reason.UNKNOWN),
}  # fmt: skip

#: ``suppression_reason``. How the other lists are named in it has not been seen [E3]
SUPPRESSIONS = {"on_hold": Reason.SUPPRESSED_REPEATED_BOUNCES}  # several soft bounces [E6]
UNLISTED_SUPPRESSION = Reason.SUPPRESSED_OTHER

#: The header with the signature [E1]
SIGNATURE = "Signature"

#: What a ``webhook.test`` is signed with: no secret, but printed in [E1] and [E8]
TEST_SECRET = b"test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G"

_SIGNED = signing.hmac_of_body(SIGNATURE, needs="the signing secret of the webhook")

_RETURNED = frozenset({EventKind.DEFERRED, EventKind.SOFT_BOUNCED, EventKind.BOUNCED})

#: After these MailerSend sends nothing of the domain to the address [E9]
_LISTING = frozenset({EventKind.UNSUBSCRIBED, EventKind.BOUNCED})


class _Activity(NamedTuple):
    """
    What both versions say, wherever they do.

    Attributes:
        recipient: The address.
        message_id: That of the send call's answer.
        created_at: When it happened, as written.
        when: Which field of the body says so.
    """

    recipient: str
    message_id: str | None
    created_at: object
    when: str


def elements(payload: Any) -> Body:
    """Give the one element: the body itself."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if "type" not in payload:
        raise PayloadError("expected an object with a type")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: one event, or a notice."""
    name = reading.required(element, "type").strip().lower()
    kind = EVENTS.get(name)
    if name in NOTICES or (kind is None and not _names_a_recipient(element.get("data"))):
        return Notice(name=name, detail=NOTICES.get(name, ""))
    data = reading.object_of(element.get("data"), "data")
    activity = _first(data) if isinstance(data.get("email"), dict) else _second(element, data)
    failure = None
    if kind in _RETURNED:
        failure = _returned(data, name, final=kind is EventKind.BOUNCED)
    elif kind is EventKind.DROPPED:
        failure = _suppressed(data, name)
    return Event.read(
        kind or EventKind.UNKNOWN,
        source,
        activity.recipient,
        activity.message_id,
        None,
        reading.iso_time(activity.created_at, activity.when),
        failure=failure,
        details=partial(details, element, kind or EventKind.UNKNOWN),
    )


def _names_a_recipient(data: object) -> bool:
    return isinstance(data, dict) and any(data.get(field) for field in ("recipient", "email"))


def _first(data: Mapping[str, Any]) -> _Activity:
    with reading.under("data.email"):
        recipient, message = (_part(data["email"], name) for name in ("recipient", "message"))
    with reading.under("data.email.recipient"):
        address = reading.address(recipient, "email")
    with reading.under("data.email.message"):
        message_id = reading.text(message, "id")
    return _Activity(address, message_id, data.get("created_at"), "data.created_at")


def _part(email: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return {} if email.get(name) is None else reading.object_of(email[name], name)


def _second(element: Mapping[str, Any], data: Mapping[str, Any]) -> _Activity:
    # [E1] has "email" in a sample; what is posted is "recipient" [E3]
    who = "email" if data.get("email") and not data.get("recipient") else "recipient"
    with reading.under("data"):
        address, message_id = reading.address(data, who), reading.text(data, "message_id")
    return _Activity(address, message_id, element.get("created_at"), "created_at")


def _more(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Give what is said beyond who and when, and where it stands: ``morph`` of version 1, ``meta`` of version 2."""
    name = "morph" if isinstance(data.get("email"), dict) else "meta"
    more = data.get(name)
    return (more if isinstance(more, dict) else {}), f"data.{name}"


def _returned(data: Mapping[str, Any], name: str, *, final: bool) -> Failure:
    more, path = _more(data)
    with reading.under(path):
        said = reading.text(more, "bounce_reason" if path == "data.meta" else "reason")
    label = None if said is None else reading.word(LABELS, said)
    return Failure(
        reply_code=reading.loose_text(more.get("bounce_code")),
        diagnostic=None if label else said,
        reported=said if label else name,
        claimed=label and label[0 if final else 1],
    )


def _suppressed(data: Mapping[str, Any], name: str) -> Failure:
    more, path = _more(data)
    with reading.under(path):
        said = reading.text(more, "suppression_reason")
    return Failure(reported=said or name, claimed=reading.word(SUPPRESSIONS, said or "") or UNLISTED_SUPPRESSION)


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    data = element["data"]
    email = data.get("email")
    more, _ = _more(data)
    tags = email.get("tags") if isinstance(email, dict) else data.get("tags")
    return Details(
        scope=EVERYTHING if kind in _LISTING else None,
        value=cut(element["type"].strip().lower()) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(more.get("url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(data.get("id")),
        tags=reading.strings(tags),
    )


def _prove(request: Request) -> Proof:
    """Check the signature; the call that a new webhook must answer is signed with a secret that everybody knows."""
    given = request.header(SIGNATURE)
    if signing.is_made_with_one_of((TEST_SECRET,), [given], partial(_made_with, body=request.body)):
        payload = signing.decoded(request)
        if isinstance(payload, dict) and payload.get("type") == "webhook.test":
            return Proof()  # that it proves nothing does no harm: it can only become a notice
    return _SIGNED.check(request)


def _made_with(key: bytes, body: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


PROVIDER = Provider(
    name="mailersend",
    title="MailerSend",
    elements=elements,
    read=read,
    tables={
        "type": {**EVENTS, **NOTICES},
        "reason": LABELS,
        "bounce_reason": LABELS,
        "suppression_reason": SUPPRESSIONS,
    },
    scheme=Scheme(title=_SIGNED.title, covers=_SIGNED.covers, needs=_SIGNED.needs, check=_prove),
    habits=Habits(
        event_id=EventId.OWN,
        precision=Precision.SECOND,
        retries=timedelta(days=3),
        ends_retries=400,  # and every other 4xx but 429 [E1]
        asks_again=429,
        lists=("blocklist", "hard bounces", "spam complaints", "unsubscribes", "on hold"),
    ),
)
parse = PROVIDER.parse
