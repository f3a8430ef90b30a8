"""
Complaints: what a feedback loop reports of a message (RFC 5965), and the older forms that are no reports.

Sources: RFC 5965 sections 3 and 7, RFC 6430 (not-spam), RFC 6591 (auth-failure); the header that Hotmail's Junk Mail
Reporting Program puts into what it returns.
"""

import re
from collections.abc import Iterator

from deliverystatus._enums import Attribution, EventKind
from deliverystatus._mail import _fields as fields
from deliverystatus._mail._mime import Headers
from deliverystatus._mail._report import Report

#: Feedback-Type: what happened (RFC 5965 section 7.3, RFC 6430, RFC 6591).
FEEDBACK = {
    "abuse":        EventKind.COMPLAINED,
    "fraud":        EventKind.COMPLAINED,
    "virus":        EventKind.COMPLAINED,
    "opt-out":      EventKind.UNSUBSCRIBED,      # withdrawn in 2010, still sent
    "opt-out-list": EventKind.UNSUBSCRIBED,
    "not-spam":     EventKind.MARKED_NOT_SPAM,
    "auth-failure": EventKind.UNKNOWN,           # about our set-up, nobody complained
    "dmarc":        EventKind.UNKNOWN,           # the same from some DMARC reporters
    "other":        EventKind.UNKNOWN,
}  # fmt: skip

#: Fields that name who complained, the most exact first.
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient")

#: Headers of the returned message that name who got it, the most exact first.
_RECEIVED_BY = ("x-original-to", "delivered-to", "x-rcpt-to", "envelope-to", "to")

_FEEDBACK = re.compile(r"^[ \t]{0,20}feedback-type[ \t]*:", re.IGNORECASE | re.MULTILINE)

#: Subjects of complaints that are no reports: Hotmail's, AOL's.
_OLD_SUBJECT = re.compile(
    r"(?:complaint about message from|e-?mail feedback report|abuse report|spam complaint|fw: spam)\b", re.IGNORECASE
)


def is_feedback(text: str) -> bool:
    """Say whether a text holds fields of a feedback report."""
    return _FEEDBACK.search(text) is not None


def is_old_complaint(headers: Headers, original: Headers) -> bool:
    """Say whether a mail that is no report is a complaint all the same."""
    return bool(
        original
        and (
            headers.get("x-hmxmroriginalrecipient")
            or original.get("x-hmxmroriginalrecipient")
            or _OLD_SUBJECT.match(headers.get("subject") or "")
        )
    )


def read(text: str, original: Headers) -> Iterator[Report]:
    """Give a report for each recipient of a feedback report."""
    merged = fields.merged(text)
    word = (merged.get("feedback-type") or "").lower().split(";")[0].strip()
    kind = FEEDBACK.get(word, EventKind.UNKNOWN)
    yield from _about(kind, word or None, merged, original)


def read_old(headers: Headers, original: Headers) -> Iterator[Report]:
    """Give a report for each recipient of a complaint that is no report."""
    yield from _about(EventKind.COMPLAINED, None, headers, original)


def _about(kind: EventKind, word: str | None, named: Headers, original: Headers) -> Iterator[Report]:
    for name in _RECIPIENTS:
        if recipients := _addresses(named.all(name)):
            for recipient in recipients:
                yield Report(kind=kind, recipient=recipient, value=word)
            return
    if recipients := _addresses(original.all("x-hmxmroriginalrecipient")):
        yield Report(kind=kind, recipient=recipients[0], value=word)
        return
    if len(recipients := _addresses(original.all("to"))) == 1:
        yield Report(kind=kind, recipient=recipients[0], value=word)
        return
    for name in _RECEIVED_BY:
        if recipients := _addresses(original.all(name)):
            # a To of several names those it was sent to: one of them complained
            surely = Attribution.EXACT if len(recipients) == 1 else Attribution.CANDIDATE
            for recipient in recipients:
                yield Report(kind=kind, recipient=recipient, value=word, attribution=surely)
            return
    yield Report(kind=kind, value=word, attribution=Attribution.MESSAGE)


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    decoded = (fields.address(part) for value in values for part in value.split(",")) if values else ()
    return tuple(dict.fromkeys(each for each in decoded if each and fields.ADDRESS.search(each)))
