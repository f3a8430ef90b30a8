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

#: Integers of more digits than this are no time, code or id of any provider; int() refuses 4,300 by itself.
_LONGEST_INTEGER = 30

#: No reader looks deeper than this; what lies deeper is left as it is.
_DEEPEST = 32

_FORM = re.compile(r"[^\s\[\]{}<>\"=&]+=")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)  # a raw line break in a diagnostic must not cost the batch


def decode(payload: object, headers: Mapping[str, str] | None) -> Any:
    """
    Decode a body: JSON becomes what it says, a form becomes a dictionary of lists of strings.

    Decoded JSON and form mappings pass through, made printable.

    Raises:
        PayloadError: If it is neither.
    """
    match payload:
        case bytes() | bytearray() | memoryview():
            raw = bytes(payload)
            media = _media_type(headers)
            if media.startswith("multipart/") or (not media and raw.startswith(b"--")):
                return _multipart(raw, media)
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                text = raw.decode(json.detect_encoding(raw), "replace")
            return _text(text, media)
        case str():
            return _text(payload, _media_type(headers))
        case Mapping() | Sequence():
            return _cleaned(payload, 0)
    raise PayloadError(f"expected a body, got {type(payload).__name__}")


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
    return _cleaned(value, 0) if _may_hold_unprintable(text) else value


def _json(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer longer than int() takes
        return json.JSONDecoder(strict=False, parse_int=_integer).decode(text)
    except RecursionError:
        return _apart(text)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float("inf")


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
        return json.JSONDecoder(strict=False, parse_int=_integer).decode(text)
    except (ValueError, RecursionError):
        return text


def _form(text: str) -> dict[str, list[str]]:
    fields = parse_qs(text, keep_blank_values=True, errors="replace")
    return {printable(name): [printable(value) for value in values] for name, values in fields.items()}


def _multipart(raw: bytes, media: str) -> dict[str, list[str]]:
    from email import policy  # noqa: PLC0415 (rare, and half of what importing this library would cost)
    from email.parser import BytesParser  # noqa: PLC0415

    if not media:
        boundary = raw[2:].partition(b"\n")[0].strip().decode("ascii", "replace")
        media = f'multipart/form-data; boundary="{boundary}"'
    head = f"Content-Type: {media}\r\n\r\n".encode("ascii", "replace")
    form: dict[str, list[str]] = {}
    for part in BytesParser(policy=policy.HTTP).parsebytes(head + raw).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and not part.is_multipart():
            content = part.get_payload(decode=True)
            form.setdefault(printable(name), []).append(
                printable(content.decode("utf-8", "replace")) if isinstance(content, bytes) else ""
            )
    if not form:
        raise PayloadError("expected a form, got no field")
    return form


def _media_type(headers: Mapping[str, str] | None) -> str:
    for name, value in (headers or {}).items():
        if name.lower() == "content-type":
            return value.strip()
    return ""


def _may_hold_unprintable(text: str) -> bool:
    """Say whether JSON may hold NUL or a lone surrogate: few bodies do, so that few are walked."""
    if "\x00" in text or printable(text) is not text:
        return True
    # looking for one character is ten times as fast as looking for two, and most bodies have no escapes
    return "\\" in text and any(piece.startswith(("u0000", "ud", "uD")) for piece in text.split("\\"))


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return printable(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            if hasattr(value, "getlist"):  # the form types of Django and Werkzeug show one value of a field only
                return {printable(str(name)): _cleaned(value.getlist(name), depth + 1) for name in value}
            return {printable(str(name)): _cleaned(item, depth + 1) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [_cleaned(item, depth + 1) for item in value]
    return value
