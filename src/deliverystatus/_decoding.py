"""
From a body as it came to plain dictionaries and lists: JSON in any encoding it may have, or a form.

One bad element must not cost the others, so what breaks a JSON decoder without breaking JSON (a number of 5,000 digits,
an element nested a thousand deep) is worked around here, on the slow path only. What is left readable is made printable.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from deliverystatus._text import printable
from deliverystatus.exceptions import PayloadError

#: No reader looks deeper than this; what lies deeper is left as it is.
_DEEPEST = 32

#: RFC 2046 section 5.1.1: two hyphens, and at most 70 characters.
_LONGEST_DELIMITER = 72

_FORM = re.compile(r"[^\s\[\]{}<>\"=&]+=")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_ESCAPED_UNPRINTABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # half a pair, or a whole one: few bodies have any
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FIELD_NAME = re.compile(rb'^content-disposition:[^\r\n]*?;[ \t]*name="?([^";\r\n]+)', re.IGNORECASE | re.MULTILINE)


def decode(payload: object, headers: Mapping[str, str] | None) -> Any:
    """
    Decode a body: JSON becomes what it says, a form becomes a dictionary of lists of strings.

    Decoded JSON and form mappings pass through, made printable.

    Raises:
        PayloadError: If it is neither.
    """
    if type(payload) is bytes and payload[:1] in _JSON_BEGINS:
        try:
            text = payload.decode()
            value, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            pass  # what is unusual about it is found out below
        else:
            if (end == len(text) or text[end:].isspace()) and "\x00" not in text:
                return _printable(value, text)
    match payload:
        case bytes() | bytearray() | memoryview():
            raw = bytes(payload)
            media = _media_type(headers)
            if media.startswith("multipart/") or (not media and raw.startswith(b"--")):
                return _multipart(raw)
            text = raw.decode(json.detect_encoding(raw), "replace").replace("\x00", "\ufffd")
            return _text(text, media)
        case str():
            return _text(printable(payload), _media_type(headers))
        case Mapping() | Sequence():
            return _cleaned(payload, 0)
    raise PayloadError(f"expected a body, got {type(payload).__name__}")


def lines(payload: object) -> list[Any]:
    """Decode a body of one object a line, empty lines left out. One that is no JSON stays text, and costs the others nothing."""
    if isinstance(payload, str):
        payload = payload.encode("utf-8", "replace")
    raw = bytes(payload) if isinstance(payload, bytes | bytearray | memoryview) else b""
    return [_line(line) for line in map(bytes.strip, raw.split(b"\n")) if line]


def _line(line: bytes) -> Any:
    try:
        return decode(line, None)
    except PayloadError:
        return printable(line.decode("utf-8", "replace"))


def _text(text: str, media: str) -> Any:
    text = text.removeprefix("\ufeff")
    if media.startswith("application/x-www-form-urlencoded"):
        return _form(text)
    try:
        value = _json(text)
    except json.JSONDecodeError as error:
        if _FORM.match(text):
            return _form(text)
        raise PayloadError(f"expected JSON, got text that is none at character {error.pos}") from None
    return _printable(value, text)


def _printable(value: Any, text: str) -> Any:
    # looking for the one character is ten times as fast as looking for the escapes, and most bodies have none
    return _cleaned(value, 0) if "\\" in text and _ESCAPED_UNPRINTABLE.search(text) else value


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # of more digits than int() takes: no time, code or id of any provider
        return float(digits)


_JSON_BEGINS = frozenset({b"{", b"["})
_DECODER = json.JSONDecoder(strict=False)  # a raw line break in a diagnostic must not cost the batch
_PATIENT_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)


def _json(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        pass
    try:
        return _PATIENT_DECODER.decode(text)
    except RecursionError:
        return _apart(text)


def _apart(text: str) -> list[Any]:
    """Decode the elements of an array one by one; one that is nested too deeply stays text, and goes unread."""
    if not text.lstrip().startswith("["):
        raise PayloadError("nested too deeply")
    depth, start, pieces = 0, 0, []
    for token in _TOKEN.finditer(text):
        symbol = token[0]
        if symbol in "[{":
            depth += 1
            start = token.end() if depth == 1 else start
        elif depth == 1 and symbol in ",]":
            pieces.append(text[start : token.start()])
            start = token.end()
        if symbol in "]}":
            depth -= 1
    if depth:
        raise PayloadError("expected JSON, got text that breaks off")
    return [_piece(piece) for piece in pieces]


def _piece(text: str) -> Any:
    try:
        return _PATIENT_DECODER.decode(text)
    except (ValueError, RecursionError):
        return text


def _form(text: str) -> dict[str, list[str]]:
    fields = parse_qs(text, keep_blank_values=True, errors="replace")
    return {printable(name): [printable(value) for value in values] for name, values in fields.items()}


def _multipart(raw: bytes) -> dict[str, list[str]]:
    """Read a form with files (RFC 7578). Its first line is its delimiter: no client writes a preamble."""
    delimiter = raw.partition(b"\n")[0].rstrip()
    form: dict[str, list[str]] = {}
    if delimiter.startswith(b"--") and len(delimiter) <= _LONGEST_DELIMITER:
        for part in re.split(rb"\r?\n" + re.escape(delimiter), b"\n" + raw):
            head, *content = _BLANK_LINE.split(part, maxsplit=1)
            if content and (name := _FIELD_NAME.search(head)):
                field = form.setdefault(printable(name[1].decode("utf-8", "replace")), [])
                field.append(printable(content[0].decode("utf-8", "replace")))
    if not form:
        raise PayloadError("expected a form, got no field")
    return form


def _media_type(headers: Mapping[str, str] | None) -> str:
    for name, value in (headers or {}).items():
        if name.lower() == "content-type":
            return value.strip().lower()
    return ""


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return printable(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            names = [name for name in value if isinstance(name, str)]  # JSON and forms have no others
            # the form types of Django and Werkzeug show one value of a field only, unless asked for the list
            field = value.getlist if hasattr(value, "getlist") else value.__getitem__
            return {printable(name): _cleaned(field(name), depth + 1) for name in names}
        if isinstance(value, list | tuple):
            return [_cleaned(item, depth + 1) for item in value]
    return value
