"""What was seen, and what a single event says of the cause."""

from collections.abc import Iterable
from datetime import UTC, datetime

from deliverystatus._engine import SlotKey
from deliverystatus._enums import Actor, Reason
from deliverystatus._events import Event
from deliverystatus._explain._texts import Voice
from deliverystatus._explain._values import Evidence
from deliverystatus._policies import PROVES_BY_MACHINE


def ordered(seen: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Give everything that was seen, each once, in the order in which it happened."""
    return tuple(sorted(set(seen), key=lambda each: (each.occurred_at or _LAST, each.kind.ordinal, each.text)))


def seen(key: SlotKey, event: Event, voice: Voice, at: datetime | None = None) -> Evidence:
    voice = voice.on(event.channel)
    by_machine = key.actor is Actor.MACHINE and key.kind in PROVES_BY_MACHINE
    texts = [voice("evidence_by_machine" if by_machine else "evidence", key.kind).meaning]
    if key.reason not in (None, Reason.UNKNOWN):
        texts.append(voice("reason", key.reason).meaning)
    if not key.exact:
        texts.append(voice("attribution", event.attribution).meaning)
    return Evidence(kind=key.kind, occurred_at=at or event.occurred_at, text=" ".join(texts))


_LAST = datetime.max.replace(tzinfo=UTC)
