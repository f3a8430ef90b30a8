"""What was seen, and what a single event says of the cause."""

from collections.abc import Iterable
from datetime import UTC, datetime

from deliverystatus._engine import SlotKey
from deliverystatus._enums import Actor, EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._explain import _developers
from deliverystatus._explain._texts import Entry, Voice
from deliverystatus._explain._values import Evidence
from deliverystatus._policies import PROVES_BY_MACHINE
from deliverystatus._suppression._words import CauseKind, Fact
from deliverystatus._text import comparable

#: What can come from an address that the message was passed on to: a server took it first.
FROM_FURTHER_ON = frozenset({
    EventKind.DEFERRED, EventKind.UNDETERMINED_BOUNCE, EventKind.SOFT_BOUNCED, EventKind.BOUNCED,
})  # fmt: skip

#: What is said of a message that nobody tried to deliver.
NOT_TRIED = frozenset({EventKind.WITHHELD})

#: What fails while it is handed over, before anything went to the recipient's side.
AT_HAND_OVER = frozenset({EventKind.REJECTED, EventKind.OUTCOME_UNKNOWN})

#: Trouble with a server: at the hand-over it is the sender's own.
OF_A_SERVER = frozenset({Reason.NETWORK_ERROR, Reason.RECIPIENT_SERVER_ERROR})

#: Causes that their reason does not tell alone, by what a message that is withheld for one is reported with.
TOLD_APART = {
    str(Fact.DOUBTED_COMPLAINT): Reason.SUPPRESSED_COMPLAINT,
    str(CauseKind.BAD_ADDRESS):  Reason.SUPPRESSED_BAD_ADDRESS,
    str(CauseKind.BAD_DOMAIN):   Reason.SUPPRESSED_BAD_ADDRESS,
    str(CauseKind.MANUAL):       Reason.SUPPRESSED_OTHER,
}  # fmt: skip


def peculiar(event: Event) -> str | None:
    """Name the text of a cause that its reason does not tell alone; ``None`` if the reason does."""
    final = event.final_recipient
    if event.kind in FROM_FURTHER_ON and final is not None and comparable(final) != comparable(event.recipient or ""):
        return "forwarded"  # whatever the reason, it is about the other address
    if event.kind in AT_HAND_OVER and event.reason in OF_A_SERVER:
        return "own_server"
    failure = event.failure
    if failure is None or event.kind not in NOT_TRIED or TOLD_APART.get(failure.reported or "") is not event.reason:
        return None
    return failure.reported


def cause_of(event: Event, reason: Reason, voice: Voice) -> Entry:
    """Give the text of why it failed, or was not sent."""
    name = peculiar(event)
    return voice("reason", reason) if name is None else voice("cause", name)


def has_words(event: Event) -> bool:
    """Say whether a server's answer came with it, in words or in codes."""
    failure = event.failure
    return failure is not None and any((failure.diagnostic, failure.reply_code, failure.enhanced_code))


def ordered(seen: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Give everything that was seen, each once, in the order in which it happened."""
    return tuple(sorted(set(seen), key=lambda each: (each.occurred_at or _LAST, each.kind.ordinal, each.text)))


def seen(key: SlotKey, event: Event, voice: Voice, at: datetime | None = None) -> Evidence:
    """Tell one thing that was seen, with its cause and whose it may be."""
    voice = voice.on(event.channel)
    has_cause = key.reason not in (None, Reason.UNKNOWN) or peculiar(event) is not None
    texts = [voice(_section(key, event, voice, has_cause=has_cause), key.kind).meaning]
    if has_cause:
        texts.append(cause_of(event, key.reason or Reason.UNKNOWN, voice).meaning)
    if not key.exact:
        texts.append(voice("attribution", event.attribution).meaning)
    if voice.with_codes:
        texts.append(_developers.of_event(event))
    return Evidence(kind=key.kind, occurred_at=at or event.occurred_at, text=" ".join(texts))


def _section(key: SlotKey, event: Event, voice: Voice, *, has_cause: bool) -> str:
    if key.actor is Actor.MACHINE and key.kind in PROVES_BY_MACHINE:
        return "evidence_by_machine"
    if has_words(event):
        section = "evidence_with_words"
    elif has_cause:
        section = "evidence_with_cause"
    else:
        return "evidence"
    return section if voice.has(section, key.kind) else "evidence"


_LAST = datetime.max.replace(tzinfo=UTC)
