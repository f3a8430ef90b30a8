"""
Mandrill (Mailchimp Transactional): a form whose one field, ``mandrill_events``, is a JSON array of up to 1,000 events.

Sources, as [MA1] to [MA9] below:
 MA1  https://mailchimp.com/developer/transactional/docs/webhooks
 MA2  https://mandrill.zendesk.com/hc/en-us/articles/360038740594-Webhook-Format, .../205583217-Introduction-to-Webhooks and
      .../360039232513-How-to-Authenticate-Webhook-Requests
 MA3  https://mandrill.zendesk.com/hc/en-us/articles/205582937-About-Bounces and .../205582957 (rejected emails)
 MA4  https://mandrillapp.com/api/docs/rejects.JSON.html and https://mandrill.zendesk.com/hc/en-us/articles/
      205582967-About-the-Rejection-Whitelist; ``reject_reason`` of the send call, as its client libraries document it
 MA5  https://github.com/feinoujc/Mandrill.net tests/Tests/TestData.cs (the vendor's example of every event)
 MA6  https://github.com/anymail/django-anymail anymail/webhooks/mandrill.py and issues 48, 56
 MA7  https://github.com/symfony/symfony src/Symfony/Component/Mailer/Bridge/Mailchimp (``delivered``; nulls)
 MA8  https://mandrill.zendesk.com/hc/en-us/articles/205583277 (failed batches are sent again)
 MA9  https://mandrill.zendesk.com/hc/en-us/articles/205583387 (each subaccount has a list of its own)

Quirks:
 - What is about a message has ``event``; what is about a list has ``type`` and ``action`` instead [MA5].
 - ``_id`` is the message's, as the send call answers it for each recipient; events have none.
 - ``ts`` is the time of the event, ``msg.ts`` that of the sending.
 - "After a bounce occurs, Mandrill stops attempting delivery" [MA3]: a soft bounce is an end too.
 - ``msg.diag`` is the server's word, with or without its kind in front: ``smtp;550 5.1.1 …``. A deferral has it in the
   last of ``msg.smtp_events`` instead [MA5].
 - Why a message was rejected, the documented payload does not say; the send call's answer does. ``msg.reject`` is seen in
   exports, and is read as that answer is, if it is there.
 - A list entry may be for one subaccount, and then the others may still write [MA4, MA9]: that is its scope, and that of a
   rejection and of a hard bounce, which is listed at once whatever the server said [MA3].
 - ``expires_at`` of a list entry, when it ends by itself, is not read: no event has a place for it. That it ended is told.
 - Of openings and clicks nobody says whether a machine made them: ``user_agent_parsed`` knows phones only.
 - Frameworks give the field decoded or not: the array itself is read too.
 - To see whether a URL is there, Mandrill posts an empty array, signed with the key ``test-webhook`` [MA2].
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Notice, Outcome, Provider
from deliverystatus._decoding import decode as decode_any
from deliverystatus._enums import EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``event`` [MA1, MA2]
EVENTS = {
    "send":        EventKind.SENT,
    "deferral":    EventKind.DEFERRED,      # "delivered too quickly": it slows down, and goes on [MA1]
    "delivered":   EventKind.DELIVERED,
    "hard_bounce": EventKind.BOUNCED,
    "soft_bounce": EventKind.SOFT_BOUNCED,  # never tried again [MA3, MA6]
    "reject":      EventKind.DROPPED,
    "open":        EventKind.OPENED,
    "click":       EventKind.CLICKED,
    "spam":        EventKind.COMPLAINED,
    "unsub":       EventKind.UNSUBSCRIBED,
}  # fmt: skip

#: ``event`` of what is about no copy of ours
NOTICES = {"inbound": "an incoming mail"}

#: ``type`` and ``action`` of what is about a list: what happened to the address there. What is put on the whitelist leaves
#: the other list by itself [MA4]; what is taken off it is on neither. The manual calls them denylist and allowlist today;
#: no payload is known that does.
LISTS = {
    "blacklist": {"add": "added", "change": "added", "remove": "removed"},
    "whitelist": {"add": "removed"},
}  # fmt: skip

#: ``reason`` of a list entry or of a rejection [MA4]
REASONS = {
    "hard-bounce":     Reason.SUPPRESSED_BAD_ADDRESS,
    "soft-bounce":     Reason.SUPPRESSED_REPEATED_BOUNCES,  # for some days after one; the address itself is not to blame
    "spam":            Reason.SUPPRESSED_COMPLAINT,
    "unsub":           Reason.SUPPRESSED_UNSUBSCRIBE,
    "custom":          Reason.SUPPRESSED_OTHER,             # by hand
    "rule":            Reason.POLICY_HOLD,                  # the account's own
    "invalid":         Reason.INVALID_ADDRESS,
    "invalid-sender":  Reason.SENDER_REJECTED,
    "test-mode-limit": Reason.QUOTA_EXCEEDED,
    "unsigned":        Reason.SENDER_ACCOUNT,               # the sending domain is not set up
}  # fmt: skip
UNLISTED_ENTRY = Reason.SUPPRESSED_OTHER

#: ``bounce_description``: which reason it stands for in a hard bounce, and in a soft one [MA5]. The list is open.
DESCRIPTIONS = {
    "bad_mailbox":    (Reason.UNKNOWN_RECIPIENT, None),
    "invalid_domain": (Reason.UNKNOWN_DOMAIN,    Reason.NETWORK_ERROR),  # soft: its DNS did not answer
    "mailbox_full":   (Reason.MAILBOX_FULL,      Reason.MAILBOX_FULL),
    "general":        (None,                     None),
}  # fmt: skip
UNLISTED_DESCRIPTION = (None, None)

FIELD = "mandrill_events"

#: With it the empty array is signed that asks whether a URL is there [MA2]
TEST_KEY = b"test-webhook"

_KIND_OF_TEXT = re.compile(r"\A\s*(?:smtp|x-[\w-]{1,40})\s*;\s*", re.IGNORECASE)  # of a Diagnostic-Code (RFC 3464)


def decode(payload: object, headers: Mapping[str, str] | None) -> Any:
    """Decode a body, and the field in it that is JSON."""
    value = decode_any(payload, headers)
    if not isinstance(value, dict):
        return value
    field = value.get(FIELD)
    if isinstance(field, list) and len(field) == 1 and isinstance(field[0], str):
        (field,) = field
    if not isinstance(field, str):
        return value
    with reading.under(FIELD):
        return {**value, FIELD: decode_any(field, {"Content-Type": "application/json"})}


def _at(index: int) -> str:
    return f"{FIELD}.{index}"


def elements(payload: Any) -> Body:
    """Give the elements of the field, or of the array that it is."""
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict) or FIELD not in payload:
        raise PayloadError(f"expected a form with {FIELD}")
    events = payload[FIELD]
    if not isinstance(events, list):
        raise PayloadError(f"expected an array, got {type(events).__name__}", path=FIELD)
    return Body(events, _at)


def read(element: Any, source: Source) -> Outcome:
    """Read one element: an event about a message or a list, or a notice."""
    if "event" not in reading.object_of(element) and "type" in element:
        return _list_changed(element, source)
    name = reading.required(element, "event").strip().lower()
    kind = EVENTS.get(name, EventKind.UNKNOWN)
    if name in NOTICES:
        return Notice(name=name, detail=NOTICES[name])
    message = element.get("msg")
    if kind is EventKind.UNKNOWN and not (isinstance(message, dict) and message.get("email")):
        return Notice(name=name)
    with reading.under("msg"):
        message = reading.object_of(message)
        recipient = reading.required(message, "email")
        failure = _FAILURES[kind](message) if kind in _FAILURES else None
    return Event.read(
        kind,
        source,
        recipient,
        reading.loose_text(element.get("_id")) or reading.loose_text(message.get("_id")),
        reading.reference(source, message.get("metadata")),
        reading.unix_time(element.get("ts"), "ts"),
        failure=failure,
        details=partial(details, element, kind),
    )


def _bounced(message: Mapping[str, Any], column: int) -> Failure:
    description = reading.text(message, "bounce_description")
    claimed = (reading.word(DESCRIPTIONS, description or "") or UNLISTED_DESCRIPTION)[column]
    return Failure(diagnostic=_said(reading.text(message, "diag")), reported=description, claimed=claimed)


def _deferred(message: Mapping[str, Any]) -> Failure:
    said = reading.text(message, "diag")
    attempts = message.get("smtp_events")
    if said is None and isinstance(attempts, list) and attempts and isinstance(attempts[-1], dict):
        said = reading.loose_text(attempts[-1].get("diag"))
    return Failure(diagnostic=_said(said))


def _rejected(message: Mapping[str, Any]) -> Failure:
    reject = message.get("reject")
    reason = reading.loose_text(reject.get("reason") if isinstance(reject, dict) else reject)
    return Failure(reported=reason, claimed=reading.word(REASONS, reason or ""))


_FAILURES: Mapping[EventKind, Callable[[Mapping[str, Any]], Failure]] = {
    EventKind.BOUNCED: partial(_bounced, column=0),
    EventKind.SOFT_BOUNCED: partial(_bounced, column=1),
    EventKind.DEFERRED: _deferred,
    EventKind.DROPPED: _rejected,
}


def _said(diag: str | None) -> str | None:
    return None if diag is None else _KIND_OF_TEXT.sub("", diag) or None


def _list_changed(element: Mapping[str, Any], source: Source) -> Outcome:
    name = reading.required(element, "type").strip().lower()
    where = "entry" if "entry" in element else "reject"  # of the whitelist, of the blacklist
    given = element.get(where)
    if name not in LISTS and not (isinstance(given, dict) and given.get("email")):
        return Notice(name=name)
    with reading.under(where):
        entry = reading.object_of(given)
        recipient = reading.required(entry, "email")
        reason = reading.text(entry, "reason")
    value = LISTS.get(name, {}).get((reading.text(element, "action") or "").strip().lower())
    failure = None
    if value == "added" and entry.get("expired") is True:
        value = "removed"  # it stays "on the list for reference, but email will be attempted again" [MA3]
    elif value == "added":
        failure = Failure(reported=reason, claimed=reading.word(REASONS, reason or "") or UNLISTED_ENTRY)
    return Event.read(
        EventKind.UNKNOWN if value is None else EventKind.SUPPRESSION_CHANGED,
        source,
        recipient,
        None,  # no message is named
        None,
        reading.unix_time(element.get("ts"), "ts"),
        failure=failure,
        details=Details(value=name) if value is None else Details(scope=_of_list(entry), value=value),
    )


def _of_list(said: Mapping[str, Any]) -> Scope:
    """Give what a list covers, of which an entry or a message tells: one subaccount, or the account."""
    subaccount = reading.loose_text(said.get("subaccount"))
    return Scope(ScopeKind.STREAM, subaccount) if subaccount else EVERYTHING


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    message = element["msg"]
    return Details(
        scope=_scope(message, kind),
        value=(reading.loose_text(element.get("event")) or "").strip().lower() if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(element.get("url")) if kind is EventKind.CLICKED else None,
        retrying=True if kind is EventKind.DEFERRED else None,
        tags=reading.strings(message.get("tags")),
        metadata=reading.metadata(message.get("metadata")),
    )


def _scope(message: Mapping[str, Any], kind: EventKind) -> Scope | None:
    if kind is EventKind.UNSUBSCRIBED:
        return EVERYTHING
    # a hard bounce puts the address on the list of its subaccount, and what was rejected may have been so for that [MA3, MA9]
    listed = _of_list(message)
    return listed if kind is EventKind.BOUNCED or (kind is EventKind.DROPPED and listed is not EVERYTHING) else None


def _prove(request: Request) -> Proof:
    """Check the HMAC-SHA1, in base64, of the URL and of each field's name and value, in the order of the names [MA2]."""
    given = request.header("X-Mandrill-Signature")
    fields = sorted(signing.form(request), key=lambda field: field[0])
    signing.refuse_fields_that_hide(fields)
    said = signing.octets_of("".join(name + value for name, value in fields))
    signed = request.called.encode("utf-8", "replace") + said
    if fields == [(FIELD, "[]")]:  # holds nothing, and is signed before anybody has a key of their own
        request = attrs.evolve(request, secrets=(*request.secrets, TEST_KEY))
    signing.refuse_unless_made_with_one_of(
        request,
        [given],
        lambda key: base64.b64encode(hmac.new(key, signed, hashlib.sha1).digest()).decode(),
        advice="it is the key of this webhook; and url= has to be the URL as Mandrill has it, before any proxy",
    )
    return Proof(replay_key=given)


PROVIDER = Provider(
    name="mandrill",
    title="Mandrill",
    elements=elements,
    read=read,
    decode=decode,
    tables={
        "event": {**EVENTS, **NOTICES},
        "type": dict.fromkeys(LISTS, EventKind.SUPPRESSION_CHANGED),
        "action": {action: word for actions in LISTS.values() for action, word in actions.items()},
        "reason": REASONS,
        "bounce_description": DESCRIPTIONS,
    },
    scheme=Scheme(
        title="HMAC-SHA1",
        covers="the URL and the fields of the form",
        needs="the key of the webhook",
        check=_prove,
    ),
    # failed batches come again [MA8]; for how long is not documented
    habits=Habits(lists=("rejection blacklist", "rejection whitelist")),
)
parse = PROVIDER.parse
