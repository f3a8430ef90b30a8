"""
Delivery status notifications: what the machine-readable part says of each recipient.

Sources: RFC 3464 (fields and actions), RFC 6533 (addresses beyond ASCII), RFC 3461 section 4 (xtext, ORCPT).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from deliverystatus._enums import EventKind
from deliverystatus._mail import _fields as fields
from deliverystatus._mail import _prose
from deliverystatus._mail._mime import Headers
from deliverystatus._mail._report import Report
from deliverystatus._text import comparable, cut
from deliverystatus._values import Failure

#: Action: what happened (RFC 3464 section 2.3.3).
ACTIONS = {
    "failed":    EventKind.BOUNCED,    # but see FAILED
    "delayed":   EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "relayed":   EventKind.SENT,       # to a system that reports no further
    "expanded":  EventKind.SENT,       # to the members of a list
}  # fmt: skip

#: Class of the Status of what failed: what happened. A 4 was given up, though its cause may pass.
FAILED = {
    "4": EventKind.SOFT_BOUNCED,
    "5": EventKind.BOUNCED,
}  # fmt: skip

#: Where the Action is missing or none of RFC 3464's: what the class of the Status says by itself.
BY_STATUS = {
    "2": EventKind.DELIVERED,
    "4": EventKind.SOFT_BOUNCED,
    "5": EventKind.BOUNCED,
}  # fmt: skip

_NAMES = ("original-recipient", "final-recipient")

#: What a text says of the command that was refused, in the words of several servers.
_COMMANDS = re.compile(
    r"(?:\bin reply to|\bafter|\bfollowing|\bresponse to|>>>|\bour|\bduring)[ \t]+(?:the[ \t]+)?(?:final[ \t]+|sending[ \t]+)?"
    r"(RCPT|MAIL(?= FROM)|end of data|end-of-data|DATA|EHLO|HELO|STARTTLS|AUTH|initial connection|connection)\b",
    re.IGNORECASE,
)
COMMANDS = {
    "RCPT": "RCPT",
    "MAIL": "MAIL",
    "DATA": "DATA",
    "END OF DATA": "DATA",
    "END-OF-DATA": "DATA",
    "EHLO": "EHLO",
    "HELO": "HELO",
    "STARTTLS": "STARTTLS",
    "AUTH": "AUTH",
    "INITIAL CONNECTION": "CONNECT",
    "CONNECTION": None,  # "connection refused after ..." tells no command
}

_EXPANDED_FROM = re.compile(
    r"\(?(?:expanded|generated|forwarded) (?:from|by):?[ \t]+<?([^\s<>]{1,320}@[^\s<>()]{1,255})", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]{3}")
_HOST = re.compile(r"\bhost[ \t]+([\w-]{1,63}(?:\.[\w-]{1,63}){1,10})[ \t]?\[", re.IGNORECASE)


def command_in(text: str) -> str | None:
    """Say which command was refused, if a text tells."""
    found = _COMMANDS.search(text)
    return COMMANDS.get(found[1].upper()) if found else None


def host_in(text: str) -> str | None:
    """Say which server refused, if a text tells."""
    found = _HOST.search(text)
    return found[1] if found else None


def expanded_from(text: str) -> str | None:
    """Give the address whose forwarding led to the one a text is about."""
    found = _EXPANDED_FROM.search(text)
    return found[1] if found else None


def is_status(text: str) -> bool:
    """Say whether a text holds fields of a delivery status."""
    return _STATUS.search(text) is not None


_STATUS = re.compile(r"^[ \t]{0,20}(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)


def read(text: str, told: Callable[[str], str]) -> Iterator[Report]:
    """
    Give a report for each recipient of a delivery status.

    Args:
        text: The part, or any text that holds its fields.
        told: From an address to what the part for people says of it.
    """
    seen = set()
    for group in _grouped(fields.pairs(text)):
        report = _report(group, told)
        content = (comparable(report.recipient or ""), report.kind, report.failure)
        if content not in seen:  # some servers say it twice
            seen.add(content)
            yield report


def envelope_id(text: str) -> str | None:
    """Give the envelope id that a delivery status tells."""
    return fields.xtext(fields.merged(text).get("original-envelope-id"))


def final_recipients(text: str) -> list[str]:
    """Give the addresses that a delivery status is about."""
    return [found for value in fields.merged(text).all("final-recipient") if (found := fields.address(value))]


def before(text: str) -> str:
    """Give what stands above the fields of a delivery status in a text."""
    found = _STATUS.search(text)
    return text[: found.start()] if found else text


def _grouped(found: list[list[tuple[str, str]]]) -> list[Headers]:
    """Give the fields about each recipient, however they are broken up; those before the first are of the message."""
    groups: list[dict[str, tuple[str, ...]]] = []
    for block in found:
        if not any(name in _NAMES for name, _ in block):
            for name, value in block if groups else ():
                groups[-1].setdefault(name, (value,))
            continue
        groups.append({})
        for name, value in block:
            if name in _NAMES and _is_complete(groups[-1], name):
                groups.append({})
            groups[-1].setdefault(name, (value,))
    return [Headers(group) for group in groups]


def _is_complete(group: Mapping[str, object], name: str) -> bool:
    """Say whether a name begins the fields of another recipient."""
    named = any(each in group for each in _NAMES)
    return name in group or (named and ("action" in group or "status" in group))


def _report(group: Headers, told: Callable[[str], str]) -> Report:
    final = fields.address(group.get("final-recipient"))
    original = fields.address(group.get("original-recipient"))
    words = told(final or original or "")
    if original is None and final is not None:
        original = expanded_from(words)
    recipient = original if original and ("@" in original or not final) else final
    if recipient and "@" not in recipient and (actual := fields.address(group.get("x-actual-recipient"))):
        recipient = actual
    if final and recipient and final.replace('"', "") == recipient.replace('"', ""):
        recipient = final  # the same address, spelled as RFC 5321 wants it
    other = final if final and recipient and comparable(final) != comparable(recipient) else None
    status = fields.enhanced(group.get("status"))
    kind = _kind(group.get("action"), status)
    failed = kind in (EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.DEFERRED)
    return Report(
        kind=kind,
        recipient=recipient,
        final_recipient=other,
        failure=_failure(group, status, words) if failed else None,
        occurred_at=fields.time(group.get("last-attempt-date")),
        retry_until=fields.time(group.get("will-retry-until")),
        retrying=True if kind is EventKind.DEFERRED else None,
    )


def _kind(action: str | None, status: str | None) -> EventKind:
    written = (action or "").lower()
    word = next((word for word in ACTIONS if written.startswith(word)), None)
    class_ = (status or "")[:1]
    if word is None:
        return BY_STATUS.get(class_, EventKind.BOUNCED)
    return FAILED.get(class_, EventKind.BOUNCED) if word == "failed" else ACTIONS[word]


def _failure(group: Headers, status: str | None, words: str) -> Failure:
    diagnostic = fields.untyped(group.get("diagnostic-code"))
    says = diagnostic and _WORDS.search(diagnostic) and _prose.tells_cause(diagnostic)
    if not says and _prose.tells_cause(words):
        # none, a bare code, or only the first line of several: what people are told says more
        diagnostic = cut("\n".join(filter(None, (diagnostic, words)))) or None
    text = f"{diagnostic or ''}\n{words}"
    return Failure(
        enhanced_code=status,
        diagnostic=diagnostic,
        smtp_command=command_in(text),
        remote_mta=fields.untyped(group.get("remote-mta")) or host_in(text),
    )
