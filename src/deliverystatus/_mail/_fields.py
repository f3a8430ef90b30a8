"""What stands in the fields of reports: addresses, times, codes, and the blocks of ``Name: value`` lines themselves."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from deliverystatus._mail._mime import Headers, words
from deliverystatus._text import cut

#: "rfc822; ada@example.com", "utf-8;", "smtp; 550 ...", "dns; mx.example.com": what comes before the semicolon.
_TYPE = re.compile(r"\s*([A-Za-z][\w-]{0,30})\s*;\s*")

#: RFC 3461 section 4: xtext writes these as hexadecimal; other pairs are left, since "ada+20@" is an address of Ada's.
_XTEXT = re.compile(r"\+(2B|3D|40)")

#: RFC 6533 section 3: the code point of a character that ASCII has not.
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")

_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)

#: An address anywhere in a text. A local part may be quoted (RFC 5321), or hold two dots in a row (Japanese carriers).
#: Quotes, stars and equals signs may stand within one, but those before it are not its own.
ADDRESS = re.compile(
    r"""(?:"[^"\s@]{1,64}"|(?<![\w.!#$%&+/?^`{|}~\u0300-\u036f-])[\w.!#$%&+/?^`{|}~-][\w.!#$%&'*+/=?^`{|}~\u0300-\u036f-]{0,127})@"""
    r"""(?:\[[\d.:A-Fa-fIPv]{3,45}\]|\w(?:[\w.\u0300-\u036f-]{0,252}\w)?)"""
)

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")

#: Zones that mean one offset to all (RFC 5322 section 4.3).
_ZONE = re.compile(r"[+-]\d{4}(?!\d)|\b(?:GMT|UTC?|Z|[ECMP][SD]T)\b")

#: No written time is longer.
_LONGEST_TIME = 100

_LINE = re.compile(r"([A-Za-z][\w-]{1,60})[ \t]*:(.*)")
_COMMENT = re.compile(r"\([^()]{0,500}\)")


def untyped(value: str | None) -> str | None:
    """Give a field without its type: ``"smtp; 550 no"`` is ``"550 no"``."""
    if value is None:
        return None
    typed = _TYPE.match(value)
    return cut((value[typed.end() :] if typed else value).strip()) or None


def address(value: str | None) -> str | None:
    """Give the address in a typed field, decoded; one without "@" as it stands."""
    bare = untyped(value)
    if bare is None:
        return None
    bare = _UNITEXT.sub(_character, bare)
    if found := ADDRESS.search(bare):
        return _XTEXT.sub(lambda hexadecimal: chr(int(hexadecimal[1], 16)), found[0])
    bare = _COMMENT.sub("", bare).strip(" <>\"'")
    if "+40" in bare:
        return _XTEXT.sub(lambda hexadecimal: chr(int(hexadecimal[1], 16)), bare)
    return bare.split()[0] if bare.split() else None


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if 0 < code <= _LAST_CODE_POINT and code not in _SURROGATES else "\ufffd"


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """Give every address in some headers, in order, once each."""
    return tuple(dict.fromkeys(found for value in values for found in ADDRESS.findall(value)))


def xtext(value: str | None) -> str | None:
    """Decode an envelope id (RFC 3461 section 4.4)."""
    if not value:
        return None
    return cut(re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), value)).replace("\x00", "\ufffd")


def enhanced(value: str | None) -> str | None:
    """Give the enhanced status code in a Status field, which may have a comment."""
    found = _ENHANCED.search(value or "")
    return found[0] if found else None


def time(value: str | None) -> datetime | None:
    """Give a time of RFC 5322, in UTC; one whose zone is missing or a local name is left out."""
    written = (value or "")[:_LONGEST_TIME]
    if not _ZONE.search(written):
        return None
    try:
        parts = parsedate_tz(written)
        if parts is None:
            return None
        zone = timezone(timedelta(seconds=parts[9] or 0))  # "-0000" is UTC too, of a place that is not told
        return datetime(*parts[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # the standard library raises what its parts raise
        return None


def pairs(text: str) -> list[list[tuple[str, str]]]:
    """
    Take ``Name: value`` lines apart into the blocks that blank lines make, each field a lower-case name and a value.

    Lines that are neither a field nor the continuation of one are passed over.
    """
    found: list[list[tuple[str, list[str]]]] = [[]]
    pieces: list[str] | None = None
    for line in text.splitlines():
        if not line.strip():
            pieces = None
            if found[-1]:
                found.append([])
        elif line[0] in " \t" and pieces is not None:
            pieces.append(line)
        elif field := _LINE.match(line.lstrip()):
            pieces = [field[2]]
            found[-1].append((field[1].lower(), pieces))
        else:
            pieces = None
    return [[(name, words(" ".join(pieces))) for name, pieces in block] for block in found if block]


def merged(text: str) -> Headers:
    """Give all fields of a text: a blank line between them is a mistake where they are about one thing."""
    found: dict[str, list[str]] = {}
    for block in pairs(text):
        for name, value in block:
            found.setdefault(name, []).append(value)
    return Headers({name: tuple(values) for name, values in found.items()})
