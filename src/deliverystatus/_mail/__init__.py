"""
Mails that come back: bounces, complaints, receipts and auto-replies, read into reports.

``read`` asks in this order, the first that answers wins: a feedback report, a delivery status, a receipt (each by its
fields, wherever they stand), a complaint of the old forms, an answer by a machine, a bounce for people.
"""

import re
from collections.abc import Iterator

from deliverystatus._enums import Attribution, EventKind
from deliverystatus._mail import _answers, _delivery, _feedback, _prose
from deliverystatus._mail import _fields as fields
from deliverystatus._mail._answers import DISPOSITIONS
from deliverystatus._mail._delivery import ACTIONS
from deliverystatus._mail._feedback import FEEDBACK
from deliverystatus._mail._mime import Headers, Leaf, headers_of, looks_like_mail, take_apart
from deliverystatus._mail._report import Mail, Report
from deliverystatus._text import comparable
from deliverystatus._values import Failure

__all__ = ["ACTIONS", "DISPOSITIONS", "FEEDBACK", "Headers", "Mail", "Report", "looks_like_mail", "read"]

#: Headers of a mail that name whom it was sent to.
_ADDRESSED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to", "to")

#: Headers of a message that name whom it was sent to; of its sender.
_TO = ("x-original-to", "to", "cc")
_SENDER = ("from", "sender", "return-path", "reply-to", "x-sender", "errors-to")

_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/global",
    "message/global-headers",
    "text/rfc822",
    "message/rfc822-headers",
    "message/partial",
)

#: A bounce that was handed on, and again.
_DEEPEST = 2

#: Who writes bounces.
_DAEMON = re.compile(
    r"(?:^|[<\s\"])(?:mailer[-_]?daemon|post[-_]?master|mail[-_]?daemon|mmdf|mdaemon)\b|mail delivery (?:system|subsystem|service)"
    r"|system administrator|mail administrator|\bndr\b|internet mail delivery|mail(?:er)? router",
    re.IGNORECASE,
)

#: How the subjects of bounces begin; others write such ones too.
_RETURN = re.compile(
    r"(?:re: ?)?\W{0,3}(?:un-?deliver|non-?deliver|not delivered|returned (?:mail|to|message)|delivery (?:status|fail|problem|error|report|notif|delay|has|of)"
    r"|mail (?:delivery|system error|could not|error|failure|not)|message (?:delivery|could not|not)|failed mail|failure notice|failure delivery"
    r"|could not (?:deliver|send)|unable to deliver|there was an error sending|warning: (?:could not|message)|unzustellbar|onbestelbaar)",
    re.IGNORECASE,
)

#: Headers of mail that was sent to many (RFC 2369, RFC 2919).
_OF_LISTS = ("list-unsubscribe", "list-id")

#: What a notice says that is about a delay only.
_DELAY = re.compile(
    r"delay(?:ed)?\b|warning message only|has not yet been delivered|will (?:continue|keep|be) (?:to )?(?:try|retri|retry)|still (?:being )?(?:tr|retr)|not been delivered yet|could not be delivered for|still undelivered",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"permanent|fatal|giv(?:en|ing) up|undeliverable", re.IGNORECASE)

_CODE = re.compile(r"(?<![\w.#/-])([45])\d\d(?=[\s:#-])|(?<![\d.])#?([45])\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")


def read(raw: bytes) -> Mail:
    """Read a mail; whatever it holds, nothing is raised."""
    return _read(raw, _DEEPEST)


def _read(raw: bytes, deeper: int) -> Mail:
    headers, leaves = take_apart(raw)
    notice, original = _notice(leaves)
    reports, about, envelope_id = _reports(headers, leaves, notice, original)
    if deeper and not reports:
        for leaf in leaves:
            if leaf.media in _RETURNED:
                inner = _read(leaf.text.encode("utf-8", "replace"), deeper - 1)
                if inner.reports and all(report.failure for report in inner.reports):
                    return inner  # somebody handed a bounce on
    return Mail(
        reports=tuple(reports),
        headers=headers,
        original=original,
        addressed_to=fields.addresses(value for name in _ADDRESSED for value in headers.all(name)),
        envelope_id=envelope_id,
        message_id=_bare(headers.get("message-id")),
        original_message_id=_bare(about or original.get("message-id")),
        occurred_at=fields.time(headers.get("date")),
    )


def _bare(written: str | None) -> str | None:
    """Give a Message-ID without its angle brackets."""
    if not written:
        return None
    found = re.search(r"<([^<>\s]{1,998})>", written)
    return found[1] if found else written.split()[0]


def _notice(leaves: list[Leaf]) -> tuple[str, Headers]:
    """Give what is said to people, and the headers of the message it is about."""
    original = next(
        (headers_of(leaf.text) for leaf in leaves if leaf.media in _RETURNED and leaf.text.strip()), Headers()
    )
    for media in ("text/plain", "text/html", "text/"):
        said = []
        for leaf in leaves:
            if leaf.media.startswith(media) and leaf.media not in _RETURNED:
                parts = _prose.split(leaf.text)
                said.append(parts.text)
                original = original or parts.original
                if parts.original:
                    break
        text = "\n\n".join(said)
        if text.strip():
            return text, original
    return "", original


def _reports(
    headers: Headers, leaves: list[Leaf], notice: str, original: Headers
) -> tuple[list[Report], str | None, str | None]:
    """Give what a mail reports, the Message-ID of what it is about if the report tells it, and its envelope id."""
    # what is declared as a report is asked first
    texts = sorted((leaf for leaf in leaves if leaf.media not in _RETURNED), key=lambda leaf: leaf.media[:5] == "text/")
    for leaf in texts:
        if _feedback.is_feedback(leaf.text):
            return list(_feedback.read(leaf.text, original)), None, None
        if _delivery.is_status(leaf.text) and not _answers.is_receipt(leaf.text):
            return _statuses(leaf.text, notice), None, _delivery.envelope_id(leaf.text)
        if _answers.is_receipt(leaf.text):
            report, about = _answers.read_receipt(leaf.text)
            return [report], about, None
    if _feedback.is_old_complaint(headers, original):
        return list(_feedback.read_old(headers, original)), None, None
    surely = _written_by_server(headers)
    if not surely and (answers := list(_answers.answer(headers))):
        return answers, headers.get("in-reply-to"), None
    return list(_bounces(headers, notice, original, surely=surely)), None, None


def _statuses(text: str, notice: str) -> list[Report]:
    told = _prose.told(_delivery.before(notice), _delivery.final_recipients(text))
    return list(_delivery.read(text, lambda address: told.get(comparable(address), "")))


def _written_by_server(headers: Headers) -> bool:
    """Say whether a mail is a bounce by its headers alone."""
    return _names_failed(headers) or any(
        _DAEMON.search(value) for value in (*headers.all("from"), *headers.all("sender"))
    )


def _names_failed(headers: Headers) -> bool:
    return bool(headers.all("x-failed-recipients")) or "delivery-status" in (headers.get("content-type") or "").lower()


def _bounces(headers: Headers, notice: str, original: Headers, *, surely: bool) -> Iterator[Report]:
    """Give a report for each recipient of a bounce that is written for people."""
    senders = fields.addresses(value for name in _SENDER for value in original.all(name))
    addressed = fields.addresses((*headers.all("to"), *headers.all("delivered-to")))
    own = {*senders, *addressed, *fields.addresses(value for name in _SENDER for value in headers.all(name))}
    subject = headers.get("subject") or ""
    named = fields.addresses(headers.all("x-failed-recipients")) or _prose.failed(notice, own)
    attribution = Attribution.EXACT
    comes_back = bool(original) or _RETURN.match(subject) is not None
    quotes = named and _prose.tells_cause(notice)
    if surely:
        # a postmaster is a person, too
        by_machine = _names_failed(headers) or _answers.is_by_machine(headers)
        if not (comes_back or by_machine or (quotes and _CODE.search(notice))):
            return
    elif not (
        quotes
        and not any(headers.all(name) for name in _OF_LISTS)
        # a message that comes back to whoever sent it, or says that it does
        and (_RETURN.match(subject) or not {*map(comparable, senders)}.isdisjoint(map(comparable, addressed)))
    ):
        return
    if not named:
        if any(_DAEMON.search(value) for value in original.all("from")):
            return  # a bounce that bounced: what it is about stands in it
        named = fields.addresses(value for name in _TO for value in original.all(name)) or _prose.failed(notice, ())
        attribution = Attribution.EXACT if len(named) == 1 else Attribution.CANDIDATE
    told = _prose.told(notice, named)
    delayed = _DELAY.search(subject) or (_DELAY.search(notice) and not _GIVEN_UP.search(f"{subject}\n{notice}"))
    for each in named:
        said = told[comparable(each)]
        # what is said of the dialogue may stand apart from what is said of the recipient
        yield _bounce(each, said, notice if len(named) == 1 else said, attribution, delayed=bool(delayed))


def _bounce(recipient: str, said: str, context: str, surely: Attribution, *, delayed: bool) -> Report:
    code = _CODE.search(said)
    soft = code is not None and (code[1] or code[2]) == "4"
    kind = EventKind.SOFT_BOUNCED if soft else EventKind.BOUNCED if said else EventKind.UNDETERMINED_BOUNCE
    kind = EventKind.DEFERRED if delayed else kind
    addressed = _delivery.expanded_from(said)
    return Report(
        kind=kind,
        recipient=addressed or recipient,
        final_recipient=recipient if addressed and comparable(addressed) != comparable(recipient) else None,
        failure=Failure(
            diagnostic=said or None, smtp_command=_delivery.command_in(context), remote_mta=_delivery.host_in(context)
        ),
        retrying=True if delayed else None,
        attribution=surely,
    )
