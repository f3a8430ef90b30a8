"""What can be expected of which provider: the matrix that the documentation and the command line show."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from deliverystatus._contract import EventId, Provider
from deliverystatus._enums import EventKind

#: What is shown of a provider, in this order.
COLUMNS = (
    "channels", "tells_of", "tells_machines", "event_id", "times", "signed_with", "covers", "fresh_for",
    "sent_again_for", "not_proven_is_answered", "ends_retries", "lists", "confirms_delivery", "sends_a_lost_delivery_again",
)  # fmt: skip


def row(provider: Provider) -> Mapping[str, Any]:
    """Give what is known of a provider, ready for JSON: times in seconds, ``None`` where it is not documented."""
    habits, scheme = provider.habits, provider.scheme
    return {
        "name": provider.name,
        "title": provider.title,
        "channels": list(provider.channels),
        "tells_of": [str(kind) for kind in EventKind if kind in provider.kinds],
        "tells_machines": [str(kind) for kind in EventKind if kind in habits.machine],
        "event_id": None if habits.event_id is EventId.NONE else str(habits.event_id),
        "times": str(habits.precision),
        "signed_with": scheme.title if scheme else None,
        "covers": scheme.covers if scheme else None,
        "fresh_for": _seconds(scheme.window) if scheme else None,
        "sent_again_for": _seconds(habits.retries),
        "not_proven_is_answered": habits.asks_again,
        "ends_retries": habits.ends_retries,
        "lists": list(habits.lists),
        "confirms_delivery": habits.confirms_delivery,
        "sends_a_lost_delivery_again": habits.repeats_lost_delivery,
        "words": sum(map(len, provider.tables.values())),
    }


def cells(provider: Provider) -> Iterable[str]:
    """Give the same as text, for each of ``COLUMNS``."""
    shown = row(provider)
    return (_cell(name, shown[name]) for name in COLUMNS)


def _cell(name: str, value: object) -> str:
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value) or "—"
        case int() if name in ("fresh_for", "sent_again_for"):
            return _span(timedelta(seconds=value)) if value else "each attempt is signed anew"
    return str(value)


def _span(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if hours >= 48 and not hours % 24 and not minutes:  # noqa: PLR2004 (two days read as days)
        return f"{hours // 24} days"
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")))


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
