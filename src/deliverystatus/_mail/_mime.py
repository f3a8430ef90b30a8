"""
From the bytes of a mail to its headers and the texts of its parts: the standard library takes the MIME apart.

Mails come from anyone, so the parser is held on a short lead: it sees a bounded number of bytes, declared containers and
bytes of a header, and a returned message is not opened but kept as text. Nothing here raises, and all of it is linear.
"""

import binascii
import re
from collections.abc import Iterator, Sequence
from email._policybase import Compat32
from email.message import Message
from email.parser import Parser
from html import unescape
from typing import Any

import attrs

from deliverystatus._text import printable

#: Reports stand before what they report on; what is further down is the returned message and its attachments.
LONGEST_MAIL = 512 * 1024

#: Each container costs the parser a test of every line, and a level of its stack.
_MOST_CONTAINERS = 20

#: RFC 5322 has no limit for a folded header. The longest that is of use here is a To with some hundred addresses.
_LONGEST_HEADER = 32 * 1024

#: The standard library takes a Content-Type apart in quadratic time. RFC 2231 ones of real mails are below 500.
_LONGEST_PARAMETERS = 1_000

#: Parts beyond this many are attachments.
_MOST_PARTS = 50

#: Charsets that mails declare. Python has codecs of that interface which are none, or are slow: idna, punycode.
_CHARSET = re.compile(
    r"(?:utf-?(?:8|16|32|7)(?:-?[bl]e)?|us-ascii|ascii|(?:x-)?(?:iso|windows|cp|ibm|koi8|euc|gb|big5|shift|sjis|ks_c|tis|mac|hz)[\w-]{0,24})\Z",
    re.IGNORECASE,
)

#: An encoded word (RFC 2047 section 2): at most 75 characters, but not all writers count.
_ENCODED_WORD = re.compile(
    r"=\?([\w.-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\s]{0,2000})\?=(\s+(?==\?))?", re.IGNORECASE
)

_CONTAINER = re.compile(rb"content-type:\s*multipart/", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"(?:>?From |[A-Za-z][\w.-]{0,76}[ \t]*:)")
_KNOWN_HEADER = re.compile(
    rb"^(?:return-path|received|from|to|date|subject|message-id|mime-version|content-type|delivered-to|sender|reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>(?=From ))?")

#: RFC 2046 section 5.1.1: two hyphens, and at most 70 characters.
_BOUNDARY = re.compile(
    r"^--[^\s-][^\r\n]{0,69}?(?=(?:--)?[ \t]*$)|^-{3,}[^\s-][^\r\n]{0,69}?(?=(?:--)?[ \t]*$)", re.MULTILINE
)

_HIDDEN = re.compile(r"<(/?)(?:style|script|head)\b[^<>]{0,2000}>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?table|/?pre)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/!][^<>]{0,2000}>", re.IGNORECASE)


class _Limited(Compat32):
    """Keep headers as they came, cut where the parser would take too long over them."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, _, value = sourcelines[0].partition(":")
        value = value.lstrip(" \t") + "".join(sourcelines[1:])
        longest = _LONGEST_PARAMETERS if name.lower().startswith("content-") else _LONGEST_HEADER
        return name.rstrip(" \t"), value[:longest].rstrip("\r\n")

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 (the interface's)
        return value


class _Part(Message):
    """A part whose type the parser is told only if it is a container: it would read statuses and messages its own way."""

    @property
    def media(self) -> str:
        """The type that is declared, in lower case."""
        return super().get_content_type()

    def get_content_maintype(self) -> str:
        return "multipart" if self.media.startswith("multipart/") else "text"

    def get_content_type(self) -> str:
        media = self.media
        return media if media.startswith("multipart/") else "text/plain"


_PARSER: Any = Parser(_Part, policy=_Limited())  # gives parts of that class


def _parsed(raw: bytes, *, headersonly: bool = False) -> _Part:
    """Parse bytes, each as one character, so that every byte is still there when its charset is known."""
    part: _Part = _PARSER.parsestr(raw.decode("latin-1"), headersonly=headersonly)
    return part


@attrs.frozen
class Headers:
    """
    The headers of a message, by name in any case; of one that is repeated, all values in order.

    Attributes:
        fields: Lower-case name -> values, unfolded, encoded words decoded.
    """

    fields: dict[str, tuple[str, ...]] = attrs.field(factory=dict, repr=False)

    def get(self, name: str) -> str | None:
        """Give the first value of a header that is not empty."""
        return next(filter(None, self.fields.get(name.lower(), ())), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a header."""
        return self.fields.get(name.lower(), ())

    def __bool__(self) -> bool:
        return bool(self.fields)


@attrs.frozen
class Leaf:
    """
    A part that is no container.

    Attributes:
        media: Its type, in lower case.
        text: What it says, decoded; of HTML the visible words.
    """

    media: str
    text: str = attrs.field(repr=False)


def looks_like_mail(raw: bytes) -> bool:
    """Say whether this begins as a mail does: with header lines, one of them known."""
    start = _LEADING.match(raw).end()  # type: ignore[union-attr]  # matches anything
    if not _HEADER_LINE.match(raw, start):
        return False
    end = _BLANK_LINE.search(raw, start, start + _LONGEST_HEADER)
    return _KNOWN_HEADER.search(raw, start, end.start() if end else start + _LONGEST_HEADER) is not None


def take_apart(raw: bytes) -> tuple[Headers, list[Leaf]]:
    """Give the headers of a mail, and its parts in order."""
    start = _LEADING.match(raw).end()  # type: ignore[union-attr]  # matches anything
    end = start + LONGEST_MAIL
    for count, container in enumerate(_CONTAINER.finditer(raw, start, end)):
        if count == _MOST_CONTAINERS:
            end = container.start()
            break
    message = _parsed(raw[start:end])
    return _headers(message), list(_leaves(message))


def headers_of(text: str) -> Headers:
    """Read the headers at the beginning of a text: those of a returned message."""
    raw = text[:LONGEST_MAIL].lstrip().encode("utf-8", "replace")
    end = _BLANK_LINE.search(raw)
    return _headers(_parsed(raw[: end.start()] if end else raw, headersonly=True))


def _headers(message: Message) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(words(_undecoded(value)))
    return Headers({name: tuple(values) for name, values in found.items()})


def words(value: str) -> str:
    """Give a header's value on one line, with its encoded words decoded."""
    if "=?" in value:
        value = _ENCODED_WORD.sub(_decoded_word, value)
    return printable(" ".join(value.split()))


def _undecoded(text: str) -> str:
    """Read what the parser could not: bytes that are no ASCII are UTF-8 (RFC 6532), or some single-byte charset."""
    if text.isascii():
        return text
    return _decoded(text.encode("latin-1"), "utf-8")


def _decoded_word(found: re.Match[str]) -> str:
    charset, form, content = found[1], found[2].lower(), found[3]
    raw = content.encode("utf-8", "replace")
    raw = _unbased(raw) if form == "b" else binascii.a2b_qp(raw, header=True)
    return _decoded(raw, charset)


def _unbased(raw: bytes) -> bytes:
    """Decode base64, as much of it as there is."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _decoded(raw: bytes, charset: str) -> str:
    """Decode by what is declared, else as UTF-8, else each byte as one character; ISO-2022 shows by its escapes."""
    for each in (*(["iso-2022-jp"] if b"\x1b$" in raw else []), charset, "utf-8"):
        if _CHARSET.match(each):
            try:
                return raw.decode(each)
            except (UnicodeError, LookupError):
                continue
    return raw.decode("latin-1")


def _leaves(message: _Part) -> Iterator[Leaf]:
    """Give the parts that are no containers."""
    waiting: list[Any] = [message]
    given = 0
    while waiting and given < _MOST_PARTS:
        given += 1
        part = waiting.pop()
        payload = part.get_payload()
        if isinstance(payload, list):
            waiting.extend(reversed(payload))
        elif part.get_content_maintype() == "multipart" and (found := _parted(str(payload))):
            waiting.extend(reversed(found))
        else:
            yield _leaf(part, str(payload))


def _parted(text: str) -> list[_Part]:
    """Part a container whose boundary was lost at the first line that could be one."""
    boundary = _BOUNDARY.search(text)
    if not boundary:
        return []
    pieces = re.split(rf"^{re.escape(boundary[0])}(?:--)?[ \t]*\r?\n", text, maxsplit=_MOST_PARTS, flags=re.MULTILINE)
    return [_parsed(piece.encode("latin-1")) for piece in pieces if piece.strip()]


def _leaf(part: _Part, payload: str) -> Leaf:
    media = "text/plain" if part.media.startswith("multipart/") else part.media
    if media.startswith(("image/", "audio/", "video/", "application/")):
        return Leaf(media, "")
    encoding = (part.get("Content-Transfer-Encoding") or "").strip().lower()
    raw = payload.encode("latin-1")
    if encoding == "base64":
        raw = _unbased(raw)
    elif encoding == "quoted-printable":
        raw = binascii.a2b_qp(raw)
    charset = part.get_param("charset", "utf-8")
    text = printable(_decoded(raw, charset if isinstance(charset, str) else "utf-8"))
    return Leaf(media, visible(text) if media == "text/html" else text)


def visible(html: str) -> str:
    """Give the words of an HTML page, one line for each of its lines."""
    shown, start, hidden = [], 0, False
    for tag in _HIDDEN.finditer(html):
        if not hidden:
            shown.append(html[start : tag.start()])
        start, hidden = tag.end(), not tag[1]
    if not hidden:
        shown.append(html[start:])
    text = _LINE_TAG.sub("\n", " ".join(" ".join(shown).split()))
    return unescape(_TAG.sub("", text))
