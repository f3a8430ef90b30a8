"""
A provider's own suppression list, as its API gives it out: every entry becomes an event, to fold in or to reconcile.

Sources, as [E1] to [E6] below:
 E1  https://github.com/twilio/sendgrid-oai spec/yaml/tsg_suppressions_v3.yaml (schemas BounceResponse, InvalidEmail,
     SpamReportsResponse; the answers of /v3/suppression/unsubscribes, /v3/asm/suppressions, /v3/asm/groups/{id}/…)
 E2  https://postmarkapp.com/developer/api/suppressions-api (Suppression dump)
 E3  https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces/get-v3--domainid--bounces, and
     …/unsubscribe/get-v3--domainid--unsubscribes
 E4  https://github.com/mailgun/documentation source/api-suppressions.rst (complaints; unsubscribes with one ``tag``)
 E5  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SuppressedDestinationSummary.html
 E6  https://docs.aws.amazon.com/cli/latest/reference/sesv2/list-suppressed-destinations.html (the command line's form)

Quirks:
 - SendGrid's ``blocks`` are on no list here: new messages to blocked addresses are attempted.
 - What a bounce list holds may have come back for any reason. Where the server's words name one that is not the
   address's, the entry stops that provider, for it will not try, and nobody else.
 - Postmark's lists are of a stream and Mailgun's of a domain, which the URL names and the body does not: hand the
   stream in as *scope*, the domain as *account*.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from deliverystatus import _reading as reading
from deliverystatus._contract import Body, Parsed, Provider
from deliverystatus._enums import EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError, UnknownName

Entry = Mapping[str, Any]

#: A list of more tags than this is of everything: so many events of one entry help nobody.
MOST_TAGS = 10

_WHOLE_DOMAIN = "*"


# -- times: as each API writes them --------------------------------------------------------------------------------


def _unix_or_iso(value: object, path: str) -> datetime | None:
    """Give a time of SES: seconds in the API [E5], ISO 8601 from the command line [E6]."""
    read = reading.iso_time if isinstance(value, str) and "-" in value else reading.unix_time
    return read(value, path)


# -- why an address is on the list ---------------------------------------------------------------------------------

#: ``SuppressionReason``, and with ``Origin`` where that says more [E2]
POSTMARK_REASONS = {
    ("HardBounce",        None):        Reason.SUPPRESSED_BAD_ADDRESS,
    ("SpamComplaint",     None):        Reason.SUPPRESSED_COMPLAINT,
    ("ManualSuppression", None):        Reason.SUPPRESSED_OTHER,        # by the sender, or by Postmark
    ("ManualSuppression", "Recipient"): Reason.SUPPRESSED_UNSUBSCRIBE,
}  # fmt: skip

#: ``Reason`` [E5]
SES_REASONS = {"BOUNCE": Reason.SUPPRESSED_BAD_ADDRESS, "COMPLAINT": Reason.SUPPRESSED_COMPLAINT}


def _on(name: str, claimed: Reason) -> Callable[[Entry], Failure]:
    """Read nothing: being on the list says it."""
    failure = Failure(reported=name, claimed=claimed)
    return lambda _: failure


def _returned(diagnostic: str, code: str) -> Callable[[Entry], Failure]:
    """Read the server's words: if they name a cause that is not the address's, the list alone binds."""
    return partial(_by_words, diagnostic=diagnostic, code=code)


def _by_words(entry: Entry, *, diagnostic: str, code: str) -> Failure:
    words, status = reading.text(entry, diagnostic), reading.loose_text(entry.get(code))
    is_enhanced = status is not None and "." in status
    said = Failure(
        diagnostic=words,
        reported="bounces",
        enhanced_code=status if is_enhanced else None,
        reply_code=None if is_enhanced else status,
    )
    other = not (said.diagnosis.vague or said.address_is_bad)
    return attrs.evolve(said, claimed=Reason.SUPPRESSED_OTHER if other else Reason.SUPPRESSED_BAD_ADDRESS)


def _postmark(entry: Entry) -> Failure:
    reason, origin = reading.text(entry, "SuppressionReason"), reading.text(entry, "Origin")
    general = POSTMARK_REASONS.get((reason or "", None), Reason.SUPPRESSED_OTHER)
    return Failure(reported=reason, claimed=POSTMARK_REASONS.get((reason or "", origin), general))


def _ses(entry: Entry) -> Failure:
    reason = reading.text(entry, "Reason")
    return Failure(reported=reason, claimed=SES_REASONS.get(reason or "", Reason.SUPPRESSED_OTHER))


# -- what an entry covers: nothing, where the list has one scope for all ------------------------------------------


def _one_scope(_: Entry) -> tuple[Scope, ...]:
    return ()


def _group(entry: Entry) -> tuple[Scope, ...]:
    group = reading.loose_text(entry.get("group_id"))
    return (Scope(ScopeKind.GROUP, group),) if group else ()


def _tags(entry: Entry) -> tuple[Scope, ...]:
    tags = dict.fromkeys((*reading.strings(entry.get("tags")), *reading.strings(entry.get("tag"))))
    if _WHOLE_DOMAIN in tags or not 0 < len(tags) <= MOST_TAGS:
        return (EVERYTHING,)
    return tuple(Scope(ScopeKind.TAG, tag) for tag in tags)


@attrs.frozen
class _Form:
    """
    How one list is given out.

    Attributes:
        held: The field of the body that holds the entries; ``None``: the body is an array.
        address: The field that has the address; ``None``: the entry is nothing else.
        when: The field that says since when, and how it is written.
        why: Why the address is there.
        scopes: What the entry covers.
    """

    held: str | None
    address: str | None
    when: tuple[str, Callable[[object, str], datetime | None]]
    why: Callable[[Entry], Failure]
    scopes: Callable[[Entry], tuple[Scope, ...]] = _one_scope


_UNIX, _ISO = reading.unix_time, reading.iso_time
_COMPLAINT, _UNSUBSCRIBE = Reason.SUPPRESSED_COMPLAINT, Reason.SUPPRESSED_UNSUBSCRIBE

#: By provider, and by the last part of the URL that gives it out.
LISTS: Mapping[str, Mapping[str, _Form]] = {
    "sendgrid": {  # [E1]
        "bounces":        _Form(None, "email", ("created", _UNIX), _returned("reason", "status")),
        # SendGrid's own check, in SendGrid's words: no server said them
        "invalid_emails": _Form(None, "email", ("created", _UNIX), _on("invalid_emails", Reason.SUPPRESSED_BAD_ADDRESS)),
        "spam_reports":   _Form(None, "email", ("created", _UNIX), _on("spam_reports", _COMPLAINT)),
        "unsubscribes":   _Form(None, "email", ("created", _UNIX), _on("unsubscribes", _UNSUBSCRIBE)),
        "groups":         _Form(None, "email", ("created_at", _UNIX), _on("groups", _UNSUBSCRIBE), _group),
        "group":          _Form(None, None,    ("", _UNIX), _on("group", _UNSUBSCRIBE)),
    },
    "postmark": {  # [E2]
        "dump": _Form("Suppressions", "EmailAddress", ("CreatedAt", _ISO), _postmark),
    },
    "mailgun": {  # [E3, E4]
        "bounces":      _Form("items", "address", ("created_at", _ISO), _returned("error", "code")),
        "complaints":   _Form("items", "address", ("created_at", _ISO), _on("complaints", _COMPLAINT)),
        "unsubscribes": _Form("items", "address", ("created_at", _ISO), _on("unsubscribes", _UNSUBSCRIBE), _tags),
    },
    "ses": {  # [E5]
        "addresses": _Form("SuppressedDestinationSummaries", "EmailAddress", ("LastUpdateTime", _unix_or_iso), _ses),
    },
}  # fmt: skip


def read_list(
    provider: str,
    payload: bytes | str | Mapping[str, Any] | Sequence[Any],
    *,
    name: str | None = None,
    account: str | None = None,
    scope: Scope | str | None = None,
    received_at: datetime | None = None,
) -> Parsed:
    """
    Read one page of a provider's own suppression list, as its API gives it out: an event for each entry.

    Args:
        provider: Whose list: ``"sendgrid"``, ``"postmark"``, ``"mailgun"`` or ``"ses"``.
        payload: The answer's body as it came, or decoded.
        name: Which list: the last part of its URL, such as ``"spam_reports"``; SendGrid's ``/v3/asm/suppressions``
            is ``"groups"``, and the addresses of one of them ``"group"``. Not told, it is the only one.
        account: The caller's name for the account at the provider, as told to ``parse``.
        scope: What all of it covers, where the URL says so and the entries do not: ``"stream:broadcast"``.
        received_at: When it was asked for (aware); needed where entries have no time.

    Raises:
        PayloadError: If the body is not such a list at all. A broken entry is no such case: it is in
            ``Parsed.unread``, with its path.
        UnknownName: If there is no such provider, or list of it.
        ValueError: If *received_at* has no zone, or *scope* is none.
    """
    UnknownName.refuse("provider with a list that can be read", provider, LISTS)
    forms = LISTS[provider]
    if name is None:
        name = next(iter(forms)) if len(forms) == 1 else ""
    UnknownName.refuse(f"list of {provider}", name, forms)
    form = forms[name]
    reader = Provider(
        name=provider,
        title=name,
        elements=partial(_entries, form.held),
        read=partial(_read, form, EVERYTHING if scope is None else Scope.of(scope)),
        tables={},
    )
    return reader.parse(payload, account=account, received_at=received_at)


def _entries(held: str | None, body: Any) -> Body:
    if held is None:
        return Body(_array(body, ""))
    return Body(_array(reading.object_of(body).get(held), held), lambda index: f"{held}.{index}")


def _array(value: Any, path: str) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    raise PayloadError(f"expected an array, got {type(value).__name__}", path=path)


def _read(form: _Form, scope: Scope, element: Any, source: Source) -> tuple[Event, ...]:
    if form.address is None:
        element = {"": element}  # the whole entry is what is read, so an error has no path of its own
    entry = reading.object_of(element)
    recipient = reading.required(entry, form.address or "")
    field, read_time = form.when
    since = read_time(entry.get(field), field) if field else None
    return tuple(_added(recipient, source, since, form.why(entry), each) for each in form.scopes(entry) or (scope,))


def _added(recipient: str, source: Source, since: datetime | None, failure: Failure, scope: Scope) -> Event:
    return Event.read(
        EventKind.SUPPRESSION_CHANGED,
        source,
        recipient,
        None,
        None,
        since,
        failure=failure,
        details=Details(scope=scope, value="added"),
    )
