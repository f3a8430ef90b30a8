"""
Typed reads of a provider's element. Each gives a checked value, or raises ``PayloadError`` with the path.

A field that is absent, null or empty is ``None`` everywhere: providers do not agree on how to say nothing.
"""

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from deliverystatus._enums import Channel
from deliverystatus._text import cut
from deliverystatus._values import Source
from deliverystatus.exceptions import PayloadError

#: Seconds since the epoch above this are milliseconds (it is the year 5138; SendGrid's reference has a sample in ms).
_MILLISECONDS_FROM = 100_000_000_000

#: No written time is longer; longer text is not worth dateutil's patience.
_LONGEST_TIME = 64

#: How a server's reply begins, or is written for itself: its code, or the enhanced one
_REPLY = re.compile(r"\s*([245])(?:\d\d|\.\d{1,3}\.\d{1,3})\b", re.ASCII)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_from_timestamp = datetime.fromtimestamp  # looked up once: it is called for every element


def object_of(value: Any, path: str = "") -> Mapping[str, Any]:
    """Give a JSON object."""
    if isinstance(value, dict):
        return value
    raise _refused("an object", value, path)


def text(element: Mapping[str, Any], name: str) -> str | None:
    """Give an optional string, cut to a bounded length."""
    value = element.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return cut(value)
    raise _refused("a string", value, name)


def required(element: Mapping[str, Any], name: str) -> str:
    """Give a string that must be there and not be empty."""
    value = element.get(name)
    if isinstance(value, str) and value:
        return cut(value)
    if value is None or value == "":
        raise PayloadError("missing", path=name)
    raise _refused("a string", value, name)


def address(element: Mapping[str, Any], name: str) -> str:
    """
    Give the one address that a field must hold, without the name that may stand before it; a number as it is.

    Of several addresses none is taken: nobody can say which of them it was about.
    """
    return one_address(element.get(name), name)


def one_address(value: object, path: str) -> str:
    """Give the one address that a value must be, as ``address`` does."""
    if not isinstance(value, str) or not value.strip():
        raise (
            PayloadError("missing", path=path)
            if value is None or isinstance(value, str)
            else _refused("a string", value, path)
        )
    written = cut(value)
    plain = not ("<" in written or ">" in written or "," in written or ";" in written)
    if plain and (" " not in written or "@" not in written):
        return written
    named = addresses(written)
    if len(named) != 1:
        raise PayloadError(f"expected one address, got {len(named)}", path=path)
    return named[0]


def loose_text(value: object) -> str | None:
    """Give a string where a provider writes strings and numbers alike; anything else counts as absent."""
    if isinstance(value, str):
        return cut(value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else None
    return None


def unix_time(value: object, path: str) -> datetime | None:
    """Give a time from seconds since the epoch: a number, or its digits in a string. Milliseconds are recognised."""
    if (type(value) is int or type(value) is float) and 0 <= value < _MILLISECONDS_FROM:
        return _from_timestamp(value, UTC)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise _refused("seconds since the epoch", value, path)
    try:
        seconds = value if isinstance(value, int | float) else float(value)  # type: ignore[arg-type]  # refused below
        if seconds > _MILLISECONDS_FROM:
            seconds /= 1000
        # fromtimestamp is quick; the sum is right for every year, whatever the platform
        return datetime.fromtimestamp(seconds, UTC) if seconds >= 0 else _EPOCH + timedelta(seconds=seconds)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _refused("seconds since the epoch", value, path) from None


def iso_time(value: object, path: str) -> datetime | None:
    """
    Give a time from ISO 8601, with its zone, in UTC; more digits of a second than six are cut.

    What ``datetime.fromisoformat`` cannot read, dateutil may, if it leaves nothing to guess.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= _LONGEST_TIME:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = _written_otherwise(value, path)
        if moment.tzinfo is None:
            raise PayloadError("expected a time with its zone", path=path)
        try:
            return moment.astimezone(UTC)
        except (OverflowError, ValueError):  # the first or last hours there are
            pass
    raise _refused("a time", value, path)


def _written_otherwise(value: str, path: str) -> datetime:
    from dateutil import parser  # noqa: PLC0415 (rare, and slow to import)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an unknown zone is only warned of
            one, other = (parser.parse(value, default=datetime(year, 1, 1)) for year in (1972, 1973))  # noqa: DTZ001
    except Exception:  # noqa: BLE001 (dateutil raises what its parts raise, on text from strangers)
        raise _refused("a time", value, path) from None
    if one != other or not any(mark in value for mark in ":T"):
        raise _refused("a time", value, path)  # a part of the date is missing: dateutil would make it up
    return one


def strings(value: object) -> tuple[str, ...]:
    """Give tags: a string, a list of strings, or anything else as none; empty ones are left out."""
    if isinstance(value, str):
        return (cut(value),) if value else ()
    if isinstance(value, list):
        return tuple(cut(item) for item in value if isinstance(item, str) and item)
    return ()


def metadata(value: object) -> dict[str, str]:
    """Give the sender's own data as strings. An empty list is an empty object (PHP and Mailgun write it so)."""
    if not isinstance(value, dict):
        return {}
    return {cut(name): written for name, item in value.items() if (written := _written(item)) is not None}


def _written(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value and cut(value)
    try:
        return cut(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return None


def message_id(value: object) -> str | None:
    """Give a Message-ID without its angle brackets."""
    if isinstance(value, str) and (bare := value.strip().removeprefix("<").removesuffix(">")):
        return cut(bare)
    return None


def addresses(value: object) -> tuple[str, ...]:
    """Give the addresses of a header such as To, in order, once each."""
    if not isinstance(value, str):
        return ()
    from email.utils import getaddresses  # noqa: PLC0415 (rare, and slow to import)

    try:
        named = getaddresses([cut(value)])
    except RecursionError:  # comments in comments in comments
        return ()
    return tuple(dict.fromkeys(address for _, address in named if "@" in address))


def reference(source: Source, container: object) -> str | None:
    """Give the sender's own reference out of the object that holds the sender's data, if there is one."""
    key = source.reference_key
    return loose_text(container.get(key)) if key is not None and isinstance(container, dict) else None


def reply_class(value: object) -> str | None:
    """Give the first digit of a server's reply: of its code, its enhanced code, or a text that begins with either."""
    found = _REPLY.match(loose_text(value) or "")
    return found and found[1]


def firsts(form: Mapping[str, Any]) -> dict[str, Any]:
    """Give each field of a form once, as JSON has it: of a repeated field the first is the provider's."""
    return {name: (value[0] if value else None) if isinstance(value, list) else value for name, value in form.items()}


def word(table: Mapping[str, Any], value: str) -> Any:
    """Look a provider's word up, whatever its case; ``None`` if it is not listed."""
    return table.get(value) or table.get(value.strip().lower())


def by_beginning(table: Mapping[str, Any], value: str, unlisted: Any = None) -> tuple[str | None, Any]:
    """Give the first beginning in a table that *value* has, and what it stands for; ``None`` and *unlisted* if there is none."""
    found = ((beginning, meaning) for beginning, meaning in table.items() if value.startswith(beginning))
    return next(found, (None, unlisted))


def on(source: Source, channel: Channel) -> Source:
    """Give the same source with messages that travel on *channel*, where a provider has several."""
    return source if channel is source.channel else attrs.evolve(source, channel=channel)


@contextmanager
def under(path: str) -> Iterator[None]:
    """Say of what cannot be read where it stands: the path of a ``PayloadError`` begins with *path*, unless that is empty."""
    try:
        yield
    except PayloadError as error:
        raise error.under(path) from None


def _refused(expected: str, value: object, path: str) -> PayloadError:
    return PayloadError(f"expected {expected}, got {type(value).__name__}", path=path)
