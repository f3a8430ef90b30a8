"""What callers may hand in: each check gives the value as it is kept, or refuses it by its name, not its content."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar, overload

from deliverystatus._text import cut, printable
from deliverystatus.exceptions import PayloadError

Word = TypeVar("Word", bound=StrEnum)


def required_text(name: str, value: object) -> str:
    """Make text printable and bounded, whoever hands it in."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected str, got {type(value).__name__}")
    return cut(printable(value))


@overload
def text(name: str, value: None) -> None: ...
@overload
def text(name: str, value: str) -> str: ...
def text(name: str, value: str | None) -> str | None:
    """Give optional text, printable and bounded."""
    return None if value is None else required_text(name, value)


def flag(name: str, value: bool | None) -> bool | None:  # noqa: FBT001 (a converter)
    """Give a flag, or that nothing is said."""
    if not (value is None or isinstance(value, bool)):
        raise TypeError(f"{name}: expected bool, got {type(value).__name__}")
    return value


def moment(name: str, value: datetime) -> datetime:
    """
    Give a time the caller named *name* in UTC.

    Raises:
        TypeError: If it is no datetime.
        ValueError: If it has no zone, or lies outside the calendar in UTC.
    """
    if not isinstance(value, datetime):
        raise TypeError(f"{name}: expected datetime, got {type(value).__name__}")
    if value.utcoffset() is None:
        raise ValueError(f"{name}: expected a time with its zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first or last hours there are
        raise ValueError(f"{name}: expected a time within the years 1 to 9999 in UTC") from None


def optional_moment(name: str, value: datetime | None) -> datetime | None:
    """Give a time in UTC, or that none is given."""
    return None if value is None else moment(name, value)


def part(value: tuple[int, ...] | None) -> tuple[int, int] | None:
    """Give which part of how many, counted from 1; ``(0, 0)`` is a part of which nobody said which."""
    match value:
        case None:
            return None
        case (int() as i, int() as n) if (1 <= i <= n or i == n == 0) and bool not in {type(i), type(n)}:
            return i, n
    raise ValueError("part: expected (i, n) with 1 <= i <= n, or (0, 0)")


def mapping(value: object) -> dict[str, str]:
    """Give the sender's data as strings."""
    if not isinstance(value, Mapping):
        raise TypeError(f"metadata: expected a mapping, got {type(value).__name__}")
    return {required_text("metadata", k): required_text("metadata", v) for k, v in value.items()}


def strings(value: object) -> tuple[str, ...]:
    """Give tags."""
    if not isinstance(value, list | tuple):  # a string would be read letter by letter
        raise TypeError(f"tags: expected a tuple, got {type(value).__name__}")
    return tuple(required_text("tags", tag) for tag in value)


def member(name: str, vocabulary: type[Word], value: object) -> Word:
    """Give a word of a vocabulary; the enum's own refusal would repeat what was given."""
    try:
        return vocabulary(value)  # type: ignore[arg-type]  # refused right here if it is no string
    except ValueError:
        raise ValueError(f"{name}: not one of the words of {vocabulary.__name__}") from None


def word(vocabulary: type[Word], value: object, path: str) -> Word:
    """Give a word of a vocabulary as it was stored at *path*."""
    try:
        return member("", vocabulary, value)
    except ValueError:
        raise PayloadError(f"not one of the words of {vocabulary.__name__}", path=path) from None


def safe(name: object) -> str:
    """Name a field in an error only if it could be one of ours: keys of strangers are payload."""
    return name if isinstance(name, str) and re.fullmatch("[a-z_]{1,30}", name) else "?"
