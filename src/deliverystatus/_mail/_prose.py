"""
Bounces written for people, by servers that send no delivery status: which addresses failed, and what is said of each.

No server is known by name here. What they have in common is enough: the addresses stand alone on a line, or at its
beginning, or behind a word such as RCPT TO, or beside a reply code; what is said of one follows up to a blank line or to
the next; the returned message follows below, and the sender's own addresses are not those that failed.
"""

import re
from collections.abc import Iterable, Iterator

import attrs

from deliverystatus._diagnosis import diagnose
from deliverystatus._enums import Reason
from deliverystatus._mail._fields import ADDRESS
from deliverystatus._mail._mime import Headers, headers_of
from deliverystatus._text import comparable, cut

#: No notice is longer before the returned message begins.
_MOST_LINES = 1_000
_LONGEST_LINE = 2_000

#: Headers by which a returned message is known in running text. Two of which one is of the first kind are enough; a
#: notice may well say From, To, Subject and Date in its own words.
_TRACE = frozenset(
    {"received", "return-path", "message-id", "dkim-signature", "mime-version", "x-mailer", "delivered-to"}
)
_USUAL = _TRACE | {
    "from",
    "to",
    "subject",
    "date",
    "cc",
    "sender",
    "reply-to",
    "user-agent",
    "content-type",
    "content-transfer-encoding",
}
_HEADER = re.compile(r"(?:> ?)?([A-Za-z][\w-]{1,60})[ \t]*:(?:[ \t]|\S|$)")

_REPLY = re.compile(r"(?<![\w.#/-])[45]\d\d(?![\w.]*@)(?=[\s:#-])|(?<![\d.])#?[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_WORDS = re.compile(r"[^\W\d_]{3}")

#: The address and what may stand around it if the line is about it.
_ALONE = re.compile(r"[\s<>\[\]()\"'*:;,.|-]*\Z")
_OPENING = re.compile(r"[\s<\[(\"'*|-]*\Z")
_LABEL = re.compile(
    r"(?:rcpt to|recipients?|final-recipient|delivered to|addressee|deliver(?:ing|ed|y)?(?: your)?(?: message| mail)? to|mail to|sent to|"
    r"message to|user|mailbox|account|address|unknown)\W{0,6}(?:<?smtp:|mailto:)?\W{0,3}\Z",
    re.IGNORECASE,
)
_CODED = re.compile(r"\A\W*[45]\d\d[ -](?:#?[45]\.\d{1,3}\.\d{1,3}[ :]*)?\W*\Z")
_AFTER = re.compile(
    r"[>\])\"']*(?:\s*(?:[:;(]|\.{2,}|-|,|$)|\s+(?:on|not|is|was|does|invalid|unknown|error|[45]\d\d)\b)", re.IGNORECASE
)

#: Whose addresses never fail: those of machines that write such notices.
_MACHINE = re.compile(
    r"(?:mailer-?daemon|post-?master|mail-?daemon|abuse|no-?reply|support|help-?desk|double-?bounce)@", re.IGNORECASE
)

#: What precedes the sender's address.
_OF_SENDER = re.compile(r"(?:mail from|from|sender|reply-to|return-path)\W{0,6}\Z", re.IGNORECASE)

#: What a line says that announces the returned message.
_ANNOUNCES = re.compile(
    r"\b(?:follows?|below|copy|original message|message headers?|returned message)\b", re.IGNORECASE
)

#: A blank line, or one that is drawn.
_SEPARATES = re.compile(r"\s*(?:\Z|[-=_*]{3,})")

#: A new dialogue: what follows is about somebody else.
_TURN = re.compile(
    r"\s*(?:>>> |(?:\.\.\. )?while talking to|[45]\d\d [\w.-]{1,255} \((?:smtp|esmtp|local)\)\.\.\.)", re.IGNORECASE
)


@attrs.frozen
class Notice:
    """
    A notice for people.

    Attributes:
        text: What it says, without the returned message.
        original: The headers of the returned message, if it stands below.
    """

    text: str = attrs.field(repr=False)
    original: Headers


def split(text: str) -> Notice:
    """Tell a notice from the message that stands below it."""
    lines = [line[:_LONGEST_LINE] for line in text.splitlines()[:_MOST_LINES]]
    start: int | None = None  # of the header lines that this one goes on with
    known: list[str] = []
    for index, line in enumerate(lines):
        if header := _HEADER.match(line):
            if start is None:
                start, known = index, []
            if (name := header[1].lower()) in _USUAL:
                known.append(name)
                if len(known) > 1 and not _TRACE.isdisjoint(known):
                    below = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines[start:])
                    return Notice("\n".join(_announced(lines[:start])), headers_of(below))
        elif line[:1] not in {" ", "\t"} or not line.strip():
            start = None
    return Notice("\n".join(lines), Headers())


def _announced(lines: list[str]) -> list[str]:
    """Leave out the line that announces the returned message: it says nothing of why."""
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and _ANNOUNCES.search(lines[-1]) and "@" not in lines[-1] and not _REPLY.search(lines[-1]):
        lines.pop()
    return lines


@attrs.frozen
class _Line:
    """
    A line of a notice.

    Attributes:
        text: The line.
        names: The addresses on it, compared.
    """

    text: str
    names: tuple[str, ...]


def failed(text: str, own: Iterable[str]) -> tuple[str, ...]:
    """
    Give the addresses that a notice says failed, in order; empty if none is named.

    Args:
        text: The notice.
        own: Addresses of the sender's, and of the notice itself.
    """
    excluded = {comparable(each) for each in own}
    tiers: tuple[dict[str, str], ...] = ({}, {}, {}, {})
    for line in text.splitlines():
        nothing_else = "@" in line and _ALONE.match(ADDRESS.sub("", line))
        for found in ADDRESS.finditer(line):
            known_as = comparable(found[0])
            if known_as in excluded or _MACHINE.match(found[0]):
                continue
            tiers[0 if nothing_else else _tier(line, found)].setdefault(known_as, found[0])
    best = next(filter(None, tiers[:3]), {})
    if not best and len(tiers[3]) == 1:
        best = tiers[3]
    return tuple(best.values())


def _tier(line: str, found: re.Match[str]) -> int:
    """Say how clearly a line says that an address on it failed, 0 the clearest."""
    before, after = line[: found.start()][-80:], line[found.end() :][:80]
    if _OF_SENDER.search(before):
        return 3
    if _OPENING.match(before) and _AFTER.match(after):
        return 1
    if _LABEL.search(before) or _CODED.search(before):
        return 1
    return 2 if _REPLY.search(line) else 3


def told(text: str, recipients: Iterable[str]) -> dict[str, str]:
    """
    Give what a notice says of each recipient, and nothing of what it says of another.

    What names nobody is everybody's; it is added only where what is said of one alone gives no cause.
    """
    known = {comparable(each) for each in recipients}
    own: dict[str, list[str]] = {each: [] for each in known}
    shared: list[list[str]] = [[]]
    owner: str | None = None
    turn: list[str] | None = None  # a dialogue that has not named whom it is about
    for line in _lines(text):
        named = {name for name in line.names if name in known}
        if len(named) > 1:
            owner = turn = None
            continue
        if named:
            (owner,) = named
            own[owner] += turn or ()
            turn = None
        elif _SEPARATES.match(line.text):
            if owner is not None and _says(own[owner]):
                owner = None
            shared[-1] += turn or ()
            turn = None
            if shared[-1]:
                shared.append([])
            continue
        elif _TURN.match(line.text):
            shared[-1] += turn or ()
            owner, turn = None, []
        (own[owner] if owner is not None else shared[-1] if turn is None else turn).append(" ".join(line.text.split()))
    shared[-1] += turn or ()
    everybodys = ["\n".join(lines) for lines in shared if lines]
    with_code = cut("\n".join(each for each in everybodys if _REPLY.search(each)))
    everything = cut("\n".join(everybodys))
    return {each: _composed(lines, with_code, everything, alone=len(known) == 1) for each, lines in own.items()}


def _lines(text: str) -> Iterator[_Line]:
    for line in text.splitlines():
        yield _Line(line, tuple(comparable(found[0]) for found in ADDRESS.finditer(line)) if "@" in line else ())


def _says(lines: list[str]) -> bool:
    """Whether anything is said but the address."""
    return any(_WORDS.search(ADDRESS.sub("", line)) for line in lines)


def _composed(own: list[str], with_code: str, everything: str, *, alone: bool) -> str:
    """Put together what is said of one: their own lines, and as much of everybody's as it takes to tell a cause."""
    said = "\n".join(own)
    if tells_cause(said):
        return cut(said)
    if with_code and tells_cause(more := f"{said}\n{with_code}"):
        return cut(more.strip())
    return cut(f"{said}\n{everything}".strip() if alone or not _says(own) else said)


def tells_cause(text: str) -> bool:
    """Say whether a text tells why."""
    return diagnose(text).reason is not Reason.UNKNOWN
