"""
Mailgun: one event a call, as ``{"signature": {...}, "event-data": {...}}``; before 2018-06-29 as a form of flat fields.

What the Events API gives is read too, one record or a page of them: a ``delivered`` that was lost is only found there.

Sources, as [M1] to [M6] below:
 M1  https://github.com/mailgun/documentation source/user_manual.rst, api-events.rst, api-stats.rst (2013 to 2024)
 M2  https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
 M3  https://github.com/mailgun/mailgun-go events/enums.go, events.go, objects.go
 M4  https://github.com/anymail/django-anymail anymail/webhooks/mailgun.py (both formats, as observed) and issue 130
 M5  https://github.com/symfony/symfony src/Symfony/Component/Mailer/Bridge/Mailgun/RemoteEvent
 M6  https://codewithsundeep.com/discussion/solution/55845013 (what 602 is, by Mailgun's support)

Quirks:
 - A ``delivered`` is posted once and never again; all others are retried for 8 hours [M1, M2].
 - ``failed`` is both the deferral and the end: ``severity`` tells, but ``old`` is an end in any case.
 - Most ``failed`` with code 605, 606 or 607 were never tried: they tell of Mailgun's own suppression list [M1].
 - Codes above 599, and 498 and 499, are Mailgun's and not SMTP's [M1, M4].
 - ``enhanced-code`` may be missing, null or ``""``; ``delivery-status`` may be null (anymail pull request 362); an empty
   object may be an empty list: ``"user-variables": []`` [M2].
 - The send call's answer has the message id in angle brackets, events have it without [M1].
 - ``id`` is unique within a day only [M1]: a hint.
 - ``retry-seconds`` is the pause before the next attempt, no deadline.
 - A ``rejected`` names no recipient, only the To header [M3]; it is no webhook, but is in the Events API.
 - ``is-routed`` marks incoming mail that a route passes on: ``recipient`` is the route's target, and which address it was
   first for is not said, so ``recipient`` is taken as it is.
 - ``is-system-test`` is documented nowhere, so it changes nothing; ``is-test-mode`` means not really sent [M1].
 - Forms have the user's variables among the fields: of two values of a field the first is Mailgun's, but of
   ``timestamp``, ``token`` and ``signature`` the last [M4]. They know neither deferrals nor bots.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import Any

import attrs

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._decoding import decode
from deliverystatus._enums import Actor, Attribution, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._text import LIMIT, cut
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [M1]
EVENTS = {
    "accepted":     EventKind.ACCEPTED,
    "rejected":     EventKind.REJECTED,      # the request to send was refused; nothing was queued
    "delivered":    EventKind.DELIVERED,
    "failed":       EventKind.BOUNCED,       # but see SEVERITIES, ENDS and END_CODES
    "opened":       EventKind.OPENED,
    "clicked":      EventKind.CLICKED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "complained":   EventKind.COMPLAINED,
}  # fmt: skip

#: ``event`` of what is about no copy of ours [M1, M3]
NOTICES = {
    "stored":                   "an incoming message was stored",
    "list_member_uploaded":     "a mailing list gained a member",
    "list_member_upload_error": "a mailing list did not",
    "list_uploaded":            "an upload to a mailing list ended",
}  # fmt: skip

#: ``event`` of a form [M1, M4]
FORM_EVENTS = {
    "delivered":    EventKind.DELIVERED,
    "dropped":      EventKind.DROPPED,       # but see _dropped: Mailgun gave up, which it may do after trying
    "bounced":      EventKind.BOUNCED,       # "every time a message experiences a hard bounce" [M1]
    "opened":       EventKind.OPENED,
    "clicked":      EventKind.CLICKED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
    "complained":   EventKind.COMPLAINED,
}  # fmt: skip

#: ``severity`` of a ``failed`` [M3]
SEVERITIES = {
    "temporary": EventKind.DEFERRED,
    "permanent": EventKind.BOUNCED,              # no more attempts; REASONS and BOUNCE_TYPES say what it was
    "internal":  EventKind.UNDETERMINED_BOUNCE,  # in Mailgun's SDK, documented nowhere
    "unknown":   EventKind.UNDETERMINED_BOUNCE,
}  # fmt: skip
UNLISTED_SEVERITY = EventKind.UNDETERMINED_BOUNCE

#: ``reason`` that ends it whatever the severity: "old" came as temporary, and nothing after it (feedback.mailgun.com
#: 37219720). Suppressed addresses were not tried: no new evidence [M1, M3].
ENDS = {
    "old":                  (EventKind.SOFT_BOUNCED, Reason.EXPIRED),  # "unsuccessfully for more than 8 hours" [M1]
    "suppress-bounce":      (EventKind.DROPPED,      Reason.SUPPRESSED_BAD_ADDRESS),
    "suppress-unsubscribe": (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE),
    "suppress-complaint":   (EventKind.DROPPED,      Reason.SUPPRESSED_COMPLAINT),
}  # fmt: skip

#: ``code`` that does so, whatever the reason [M1, M4 to M6]
END_CODES = {
    "602": (EventKind.SOFT_BOUNCED, Reason.EXPIRED),                 # "Too old", as seen after eight attempts [M6]
    "605": (EventKind.DROPPED,      Reason.SUPPRESSED_BAD_ADDRESS),  # "Not delivering to previously bounced address"
    "606": (EventKind.DROPPED,      Reason.SUPPRESSED_UNSUBSCRIBE),
    "607": (EventKind.DROPPED,      Reason.SUPPRESSED_COMPLAINT),
    "625": (EventKind.DROPPED,      Reason.POLICY_HOLD),             # "Poor mailing list quality"
}  # fmt: skip

#: ``reason``: what it is if permanent, and what the word stands for where the reply says nothing [M1, M3]
REASONS = {
    "generic":     (EventKind.BOUNCED,      None),  # both severities, and delayed bounces of unknown users: the reply tells
    "unknown":     (EventKind.BOUNCED,      None),
    "bounce":      (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),   # a hard bounce: "recipient is not found" [M1]
    "hardfail":    (EventKind.BOUNCED,      Reason.UNKNOWN_RECIPIENT),   # [M3] only; in forms see FORM_DROPS
    "espblock":    (EventKind.SOFT_BOUNCED, Reason.REPUTATION_BLOCKED),  # or for the content: then the reply says spam
    "blacklisted": (EventKind.SOFT_BOUNCED, Reason.REPUTATION_BLOCKED),
    "greylisted":  (EventKind.SOFT_BOUNCED, Reason.GREYLISTED),
}  # fmt: skip
UNLISTED_REASON = (EventKind.BOUNCED, None)

#: ``code`` that is Mailgun's own and outranks the reason: likewise [M1, M4]
CODES = {
    "498": (EventKind.BOUNCED,      Reason.UNKNOWN_DOMAIN),  # "No MX for …"
    "499": (EventKind.SOFT_BOUNCED, Reason.NETWORK_ERROR),   # nobody answered, which is no fault of the address
}  # fmt: skip

#: What these stand for while Mailgun still tries: a name without a mail server now may have one in an hour
CODES_IF_TEMPORARY = {"498": Reason.NETWORK_ERROR}

#: ``bounce-type`` of a permanent failure [M2]: "soft" is refused for good, but not for the address
BOUNCE_TYPES = {"hard": EventKind.BOUNCED, "soft": EventKind.SOFT_BOUNCED}

#: ``reason`` of a form's ``dropped`` that carries no server's code
FORM_DROPS = {"hardfail": Reason.SUPPRESSED_OTHER}  # "previously bounced, unsubscribed, or complained" [M1]

#: The class of the code of a form's ``dropped``: "ESP response code" [M1], so it was tried, and refused for good
DROPPED_AFTER_TRYING = {"5": EventKind.BOUNCED, "4": EventKind.SOFT_BOUNCED}

#: Fields of a form that are Mailgun's, in lower case; every other is the sender's own [M1, M4]
RESERVED = frozenset(
    [
        "event",
        "recipient",
        "domain",
        "ip",
        "country",
        "region",
        "city",
        "user-agent",
        "device-type",
        "client-type",
        "client-name",
        "client-os",
        "campaign-id",
        "campaign-name",
        "tag",
        "mailing-list",
        "url",
        "code",
        "error",
        "notification",
        "reason",
        "description",
        "message-id",
        "message-headers",
        "body-plain",
        "h",
        "timestamp",
        "token",
        "signature",
        "attachment-count",
    ]
)
_RESERVED_PREFIXES = ("attachment-", "x-mailgun-")  # attachment-1 is the bounce mail; of the others no list exists
SIGNATURE = ("timestamp", "token", "signature")
_MAILGUNS_IS_LAST = frozenset(SIGNATURE)
_REPEATED = frozenset({"tag", "x-mailgun-tag"})

#: Tags of one unsubscription that are told apart. A message has three at most by Mailgun's manual (tracking-messages/
#: track-tagging), ten by its Ruby SDK (lib/mailgun/chains.rb, MAX_TAGS): a body with more is not a mail's, and leaving
#: everything covers each of them. ``tags`` has them all.
MOST_SCOPES = 10

_WHOLE_DOMAIN = "*"
_ADDRESS_TYPE = re.compile(r"\A\s*smtp;\s*", re.IGNORECASE)  # of a Diagnostic-Code (RFC 3464): delayed bounces have it
_REPLY = re.compile(r"[2-5]\d\d", re.ASCII)
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)


class Form(dict[str, Any]):
    """A body of the older format; its type tells it from ``event-data``."""


def _at_event_data(_: int) -> str:
    return "event-data"


def _at_item(index: int) -> str:
    return f"items.{index}"


def elements(payload: Any) -> Body:
    """Give the elements: one event, or those of a page of the Events API."""
    if type(payload) is not dict:
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    if "event-data" in payload:
        return Body((payload["event-data"],), _at_event_data)
    if isinstance(payload.get("items"), list):
        return Body(payload["items"], _at_item)
    if "event" in payload:
        # the only fields that every record of the Events API has are these two [M1]; a form's time is text
        if isinstance(payload.get("timestamp"), int | float):
            return Body.of_one(payload)
        if any(name in payload for name in ("recipient", "Message-Id", "message-id")):
            return Body.of_one(Form(payload))
    raise PayloadError("expected event-data, a record of the Events API, or a form of Mailgun's")


def read(element: Any, source: Source) -> Outcome:
    """Read one element: one event, those of a rejection or unsubscription of several, or a notice."""
    if type(element) is not dict:
        if isinstance(element, Form):
            return _read_form(element, source)
        reading.object_of(element)
    name = element.get("event")
    kind = EVENTS.get(name) if type(name) is str else None
    if kind is None:
        named = _named(element)
        if isinstance(named, Notice):
            return named
        kind = named
    failure, actor = None, Actor.UNKNOWN
    if kind is EventKind.BOUNCED:
        kind, failure = _failed(element)
    elif kind is EventKind.OPENED or kind is EventKind.CLICKED or kind is EventKind.UNSUBSCRIBED:
        actor = _actor(element)
    elif kind is EventKind.REJECTED:
        return _rejected(element, source)
    recipient = element.get("recipient")
    if type(recipient) is not str or not 0 < len(recipient) <= LIMIT:
        recipient = reading.required(element, "recipient")
    if kind is EventKind.UNSUBSCRIBED:
        shared = _shared(element, kind)
        return tuple(
            _event(element, source, kind, recipient, actor, scope=scope, shared=shared) for scope in _scopes(element)
        )
    return _event(element, source, kind, recipient, actor, failure)


def _named(element: Mapping[str, Any]) -> EventKind | Notice:
    """Say what an event is whose name is not written as it is documented, or not documented."""
    name = _lower(reading.required(element, "event"))
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if name in NOTICES or (kind is EventKind.UNKNOWN and not element.get("recipient")):
        return Notice(name=name)
    return kind


def _event(  # noqa: PLR0917 (called for every element: positional arguments are quicker)
    element: Mapping[str, Any],
    source: Source,
    kind: EventKind,
    recipient: str,
    actor: Actor = Actor.UNKNOWN,
    failure: Failure | None = None,
    scope: Scope | None = None,
    attribution: Attribution = Attribution.EXACT,
    shared: Callable[[], Details] | None = None,
) -> Event:
    message = element.get("message")
    headers = message.get("headers") if type(message) is dict else None
    if type(headers) is not dict:
        headers = _headers(element)
    flags = element.get("flags")
    return Event.read(
        kind,
        source,
        recipient,
        reading.message_id(headers.get("message-id")),
        reading.reference(source, element.get("user-variables")),
        reading.unix_time(element.get("timestamp"), "timestamp"),
        actor=actor,
        failure=failure,
        attribution=attribution,
        test=type(flags) is dict and flags.get("is-test-mode") is True,
        details=partial(details, element, kind) if shared is None else partial(_scoped, shared, scope),
    )


def _shared(element: Mapping[str, Any], kind: EventKind) -> Callable[[], Details]:
    """Give what reads the details that all events of an element share: once, or the work were as large as its square."""
    return cache(partial(details, element, kind))


def _scoped(shared: Callable[[], Details], scope: Scope | None) -> Details:
    return attrs.evolve(shared(), scope=scope)


def _headers(element: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(_object(element, "message"), "headers", "message.headers")


def _object(element: Mapping[str, Any], name: str, path: str = "") -> Mapping[str, Any]:
    """Give an optional object; an empty one may be a list, null or missing."""
    return reading.object_of(element.get(name) or {}, path or name)


def _actor(element: Mapping[str, Any]) -> Actor:
    """Whatever its name, a bot is a machine: apple (Mail Privacy Protection), gmail, generic (a gateway) are known [M2]."""
    client = element.get("client-info")
    bot = client.get("bot") if type(client) is dict else None
    return Actor.MACHINE if type(bot) is str and bot else Actor.UNKNOWN


def _rejected(element: Mapping[str, Any], source: Source) -> Outcome:
    reject = _object(element, "reject")
    failure = Failure(  # the words are Mailgun's own, and no server's reply to be diagnosed
        reported=reading.loose_text(reject.get("reason"))
        or reading.loose_text(reject.get("description"))
        or "rejected",
        claimed=Reason.SENDER_ACCOUNT,  # a sandbox domain, a disabled account
    )
    if recipient := reading.text(element, "recipient"):
        return _event(element, source, EventKind.REJECTED, recipient, failure=failure)
    recipients = reading.addresses(_headers(element).get("to"))
    if not recipients:
        raise PayloadError("missing", path="recipient")
    attribution = Attribution.EXACT if len(recipients) == 1 else Attribution.MESSAGE
    shared = _shared(element, EventKind.REJECTED)
    return tuple(
        _event(element, source, EventKind.REJECTED, recipient, failure=failure, attribution=attribution, shared=shared)
        for recipient in recipients
    )


def _scopes(element: Mapping[str, Any]) -> tuple[Scope, ...]:
    """The domain is the widest, so it is asked first; where nothing is said, or too much, everything is the safe side."""
    tags = dict.fromkeys(reading.strings(element.get("tags")))
    if _WHOLE_DOMAIN not in tags:
        if address := reading.loose_text(_object(element, "mailing-list").get("address")):
            return (Scope(ScopeKind.LIST, address),)
        if 0 < len(tags) <= MOST_SCOPES:
            return tuple(Scope(ScopeKind.TAG, tag) for tag in tags)
    return (EVERYTHING,)


def _failed(element: Mapping[str, Any]) -> tuple[EventKind, Failure]:
    reason = reading.text(element, "reason")
    severity = reading.text(element, "severity")
    status = element.get("delivery-status")
    if type(status) is not dict:
        status = _object(element, "delivery-status")
    code = reading.loose_text(status.get("code")) or ""
    kind, claimed = _ending(_lower(reason), _lower(severity), code, status.get("bounce-type"))
    return kind, _failure(kind, claimed, reason, code, status)


def _ending(reason: str, severity: str, code: str, bounce_type: object) -> tuple[EventKind, Reason | None]:
    if end := ENDS.get(reason) or END_CODES.get(code):
        return end
    if_permanent, claimed = CODES.get(code) or REASONS.get(reason, UNLISTED_REASON)
    kind = SEVERITIES.get(severity, UNLISTED_SEVERITY)
    if kind is EventKind.BOUNCED:
        kind = if_permanent
        if kind is EventKind.BOUNCED and isinstance(bounce_type, str):
            kind = BOUNCE_TYPES.get(_lower(bounce_type), kind)
    elif kind is EventKind.DEFERRED:
        claimed = CODES_IF_TEMPORARY.get(code, claimed)
    return kind, claimed


def _failure(
    kind: EventKind, claimed: Reason | None, reported: str | None, code: str, status: Mapping[str, Any]
) -> Failure:
    if kind is EventKind.DROPPED and claimed is not None:
        return Failure(reported=reported or code, claimed=claimed)  # its code and words are Mailgun's, not a server's
    message = reading.loose_text(status.get("message")) or reading.loose_text(status.get("description"))
    if kind is EventKind.DEFERRED and code in CODES_IF_TEMPORARY:
        return Failure(reported=message or reported, claimed=claimed)  # Mailgun's own words: no server was asked
    last = reading.loose_text(status.get("last-message"))
    if last or code in END_CODES:  # "Too old" says nothing; the last reply of those eight hours does
        message, code = last, reading.loose_text(status.get("last-code")) or ""
    return Failure(
        reply_code=code if _REPLY.fullmatch(code) and code not in CODES else None,
        enhanced_code=_enhanced_code(status),
        diagnostic=_ADDRESS_TYPE.sub("", message or "") or None,
        reported=reported,
        claimed=claimed,
    )


def _enhanced_code(status: Mapping[str, Any]) -> str | None:
    for name in ("enhanced-code", "bounce-code", "code"):  # of delayed bounces; of forms
        written = status.get(name)
        if isinstance(written, str) and _ENHANCED.fullmatch(written):
            return written
    return None


def _lower(word: str | None) -> str:
    return cut(word.strip().lower()) if word else ""


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    return Details(
        value=_lower(reading.loose_text(element.get("event"))) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(element.get("url")) if kind is EventKind.CLICKED else None,
        internet_message_id=reading.message_id(_headers(element).get("message-id")),
        retrying=True if kind is EventKind.DEFERRED else None,
        event_id=reading.loose_text(element.get("id")),
        tags=reading.strings(element.get("tags")),
        metadata=reading.metadata(element.get("user-variables")),
    )


def _read_form(form: Form, source: Source) -> Outcome:
    name = _lower(_mailguns(form, "event"))
    kind = FORM_EVENTS.get(name, EventKind.UNKNOWN)
    recipient = _mailguns(form, "recipient")
    if recipient is None:
        if name and kind is EventKind.UNKNOWN:
            return Notice(name=name)
        raise PayloadError("missing", path="recipient" if name else "event")
    failure = None
    if kind is EventKind.BOUNCED or kind is EventKind.DROPPED:
        kind, failure = _form_failed(form, name)
    return Event.read(
        kind,
        source,
        recipient,
        _form_message_id(form),
        None if source.reference_key is None else reading.reference(source, _variables(form)),
        reading.unix_time(_mailguns(form, "timestamp"), "timestamp"),
        failure=failure,
        details=partial(_form_details, form, kind, name),
    )


def _form_failed(form: Form, name: str) -> tuple[EventKind, Failure]:
    code, reason = _mailguns(form, "code") or "", _mailguns(form, "reason")
    if name == "bounced":
        kind, claimed = _ending("bounce", "permanent", code, None)
    else:
        kind, claimed = _dropped(_lower(reason), code)
    status = {
        "code": code,
        "message": _mailguns(form, "error") or _mailguns(form, "notification"),
        "description": _mailguns(form, "description"),
    }
    return kind, _failure(kind, claimed, reason or name, code, status)


def _dropped(reason: str, code: str) -> tuple[EventKind, Reason | None]:
    """
    Say what the end of all attempts was: a suppressed address, or the refusal of a server, whose code is given then.

    django-anymail calls every ``dropped`` rejected, which loses the refusals; [M1] names "a hard bounce" as "the most
    common reason".
    """
    if end := ENDS.get(reason) or END_CODES.get(code) or CODES.get(code):
        return end
    if _REPLY.fullmatch(code) or _ENHANCED.fullmatch(code):
        return DROPPED_AFTER_TRYING.get(code[:1], EventKind.DROPPED), None
    return EventKind.DROPPED, FORM_DROPS.get(reason)


def _form_message_id(form: Form) -> str | None:
    return reading.message_id(_mailguns(form, "Message-Id") or _mailguns(form, "message-id"))  # both are seen [M4]


def _mailguns(form: Form, name: str) -> str | None:
    """Give the value of a field that is Mailgun's, where a variable of the user's has the same name."""
    value = form.get(name)
    if isinstance(value, list):
        value = value[-1 if name in _MAILGUNS_IS_LAST else 0] if value else None
    return reading.loose_text(value)


def _variables(form: Form) -> dict[str, Any]:
    """Give the user's variables: from the header that carried them if it is there, else what is not Mailgun's."""
    written = _list(form.get("message-headers"))[:1]
    found: dict[str, Any] = {}
    for header in (pair for headers in written for pair in _list(_decoded(headers))):
        match header:
            case [str() as name, str() as value] if name.lower() == "x-mailgun-variables":
                variables = _decoded(value)
                found |= variables if isinstance(variables, dict) else {}
    return found or {name: value for name, values in form.items() if (value := _users(name, _list(values))) is not None}


def _users(field: str, values: list[Any]) -> Any:
    """Of two values of a field of Mailgun's one is the user's; a repeated tag is no variable."""
    name = field.lower()
    if name in RESERVED or name.startswith(_RESERVED_PREFIXES):
        if len(values) < 2 or name in _REPEATED:  # noqa: PLR2004 (one is Mailgun's)
            return None
        return values[0] if name in _MAILGUNS_IS_LAST else values[-1]
    return values[-1] if values else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _decoded(value: Any) -> Any:
    """Decode JSON that stands in a field; what is none holds nothing."""
    try:
        return decode(value, None)
    except PayloadError:
        return None


def _form_details(form: Form, kind: EventKind, name: str) -> Details:
    return Details(
        # "tag" and "mailing-list" are those of the message [M1]; which of them was unsubscribed from is not said
        scope=EVERYTHING if kind is EventKind.UNSUBSCRIBED else None,
        value=name if kind is EventKind.UNKNOWN else None,
        url=_mailguns(form, "url") if kind is EventKind.CLICKED else None,
        internet_message_id=_form_message_id(form),
        event_id=_mailguns(form, "token"),
        tags=reading.strings(form.get("tag")) or reading.strings(form.get("X-Mailgun-Tag")),
        metadata=reading.metadata(_variables(form)),
    )


def _prove(request: Request) -> Proof:
    """Check the signature in the body: it covers a time and a token, and nothing of the event."""
    payload = signing.decoded(request)
    fields = payload if isinstance(payload, dict) else {}
    current = fields.get("signature")
    signed = current if isinstance(current, dict) else {name: _last(fields.get(name)) for name in SIGNATURE}
    time, token, *given = (reading.loose_text(signed.get(name)) or "" for name in SIGNATURE)
    primary = fields.get("parent-signature")  # of a subaccount's events, with the key of the account above it [M2]
    if isinstance(primary, dict) and primary.get("timestamp") == time and primary.get("token") == token:
        given.append(reading.loose_text(primary.get("signature")) or "")
    signing.refuse_unless_made_with_one_of(
        request,
        given,
        lambda key: hmac.new(key, f"{time}{token}".encode("utf-8", "replace"), hashlib.sha256).hexdigest(),
        advice="it is the webhook signing key of the account, not an API key",
    )
    return Proof(signed_at=signing.unix(time, "signature.timestamp"), replay_key=token)


def _last(values: object) -> object:
    return values[-1] if isinstance(values, list) and values else values


PROVIDER = Provider(
    name="mailgun",
    title="Mailgun",
    elements=elements,
    read=read,
    tables={
        "event": {**FORM_EVENTS, **EVENTS, **NOTICES},
        "severity": SEVERITIES,
        "reason": {**FORM_DROPS, **REASONS, **ENDS},
        "code": {**CODES, **END_CODES},
        "bounce-type": BOUNCE_TYPES,
    },
    scheme=Scheme(
        title="HMAC-SHA256",
        covers="a time and a token, not the event: remember the token",
        needs="the webhook signing key",
        check=_prove,
        window=timedelta(hours=8, minutes=5),  # the longest of the schedules of retries [M1, M2]
    ),
    habits=Habits(
        machine=frozenset({EventKind.OPENED, EventKind.CLICKED, EventKind.UNSUBSCRIBED}),
        event_id=EventId.OWN,
        precision=Precision.FRACTION,
        retries=timedelta(hours=8, minutes=5),
        ends_retries=406,
        lists=("bounces", "unsubscribes", "complaints"),
        repeats_lost_delivery=False,
    ),
)
parse = PROVIDER.parse
