"""What a report says of each copy, as values: the page, the CSV and the JSON are made of these and of nothing else."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from deliverystatus import vocabularies
from deliverystatus._copies import CopyKey
from deliverystatus._engine import Record, Slot, SlotKey, handed_over
from deliverystatus._enums import (
    Actor,
    Axis,
    Channel,
    Contradiction,
    EventKind,
    Party,
    Permanence,
    Reason,
    Status,
)
from deliverystatus._explain import Certainty, Evidence, Explanation, Wording, explain
from deliverystatus._policies import AXES, PROVES
from deliverystatus.report._shown import address, cell, without_secrets
from deliverystatus.report._words import Words
from deliverystatus.vocabularies import Tracking, Vocabulary

#: The columns of a row, in order: what they hold. Those of metadata come behind, as ``metadata.KEY``. Columns are
#: appended, never moved, renamed or removed.
COLUMNS: Mapping[str, str] = {
    "recipient":     "The address or number, as it was spelled.",
    "channel":       "How it travelled: email, sms, whatsapp.",
    "label":         "The vocabulary's word for where it stands, or ours.",
    "status":        "Where it stands, in the library's own word.",
    "reason":        "Why it failed or was not sent; empty if it did not, or nothing said why.",
    "permanence":    "Whether a later message would fail too; empty if it did not fail.",
    "began":         "When it was handed over; if nothing says, the first time known of it (ISO 8601, UTC).",
    "since":         "Since when it stands where it does, by the clock of whoever said so (ISO 8601, UTC).",
    "last":          "The last time that anything was said of it (ISO 8601, UTC).",
    "reference":     "Your own id of the hand-over.",
    "provider":      "Whose the message id is.",
    "account":       "Your name for the account there.",
    "message_id":    "The provider's id.",
    "part":          "Which part of an SMS it is, as i/n.",
    "response":      "The recipient's answer, the latest if there are several.",
    "certainty":     "How far this can be trusted.",
    "contradictions": "What cannot all be true.",
    "final":         "Whether nothing more is expected.",
    "who_acts":      "Who has to act next.",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Seen:
    """
    One line of a copy's timeline.

    Attributes:
        kind: What happened.
        at: When it last did (aware, UTC); ``None`` if that was not said.
        first: When it first did, if that is another time.
        text: The same in plain words.
        words: What servers said with it.
        links: The links that were followed, as text.
        answers: What the recipient answered.
    """

    kind: EventKind
    at: datetime | None
    first: datetime | None
    text: str
    words: tuple[str, ...]
    links: tuple[str, ...]
    answers: tuple[str, ...]


@attrs.frozen(kw_only=True, repr=False)
class Row:
    """
    One copy, as a report shows it. The attributes that are columns are documented in ``COLUMNS``.

    Attributes:
        key: What it is known by.
        metadata: What was asked for of the data that the sender gave the message.
        explanation: What to tell the person who asks.
        timeline: What was reported, oldest first, without a time last.
    """

    key: CopyKey
    recipient: str
    channel: Channel
    label: str
    status: Status
    reason: Reason | None
    permanence: Permanence | None
    began: datetime | None
    since: datetime | None
    last: datetime | None
    reference: str | None
    provider: str | None
    account: str | None
    message_id: str | None
    part: tuple[int, int] | None
    response: str | None
    certainty: Certainty
    contradictions: tuple[Contradiction, ...]
    final: bool
    who_acts: Party
    metadata: Mapping[str, str | None]
    explanation: Explanation
    timeline: tuple[Seen, ...]

    def __repr__(self) -> str:
        return f"Row({self.status}, label={self.label!r})"  # the rest is personal data

    def to_dict(self) -> dict[str, Any]:
        """Give the columns, ready for JSON: times in UTC, what is not known as ``None``."""
        stored = {name: getattr(self, name) for name in COLUMNS}
        for name in ("began", "since", "last"):
            stored[name] = stored[name] and stored[name].isoformat().replace("+00:00", "Z")
        stored["part"] = self.part and f"{self.part[0]}/{self.part[1]}"
        stored["contradictions"] = list(self.contradictions)
        return stored | {f"metadata.{key}": value for key, value in self.metadata.items()}


def rows(
    copies: Mapping[CopyKey, Record],
    *,
    now: datetime,
    vocabulary: str | Vocabulary | None = None,
    locale: str = "en",
    tracking: Tracking | None = None,
    wording: Wording | None = None,
    metadata: Collection[str] = (),
    queries: bool = False,
) -> tuple[Row, ...]:
    """
    Give a row for each copy, in the order of *copies*.

    Args:
        copies: As ``fold_copies`` gives them.
        now: The time of the report (aware): what takes too long is told.
        vocabulary: The label pack, or its name; without one the labels are ours. A pack has its own policy, too.
        locale: In which language the explanations are.
        tracking: What the account can report at all.
        wording: What the product calls things.
        metadata: The keys of metadata that may be shown. No others are.
        queries: Whether the queries of links are shown. They carry tokens, and who has the token is the recipient.

    Raises:
        UnknownName: If there is no such vocabulary, or *locale* is no language tag.
        ValueError: If *now* has no zone.
    """
    pack = vocabularies.get(vocabulary) if isinstance(vocabulary, str) else vocabulary
    tag = Words.of(locale).tag
    return tuple(
        _row(
            key,
            record,
            explain(record, locale=tag, vocabulary=pack, now=now, tracking=tracking, wording=wording),
            policy="default" if pack is None else pack.policy,
            metadata=metadata,
            queries=queries,
        )
        for key, record in copies.items()
    )


def csv_text(shown: Iterable[Row], metadata: Collection[str] = ()) -> str:
    """Give the rows as CSV (RFC 4180, but lines end in a line feed), headings first. No cell of it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*COLUMNS, *(cell(f"metadata.{key}") for key in dict.fromkeys(metadata))])
    for row in shown:
        writer.writerow(_cells(row.to_dict().values()))
    return out.getvalue()


def json_text(shown: Iterable[Row]) -> str:
    """Give the rows as a JSON array, an object a line, in ASCII."""
    lines = ",\n".join(json.dumps(row.to_dict()) for row in shown)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def _cells(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, bool):
            yield "yes" if value else "no"
        elif isinstance(value, list):
            yield " ".join(value)
        else:
            yield "" if value is None else cell(value)


# -- one copy --------------------------------------------------------------------------------------------------------


def _row(
    key: CopyKey, record: Record, told: Explanation, *, policy: str, metadata: Collection[str], queries: bool
) -> Row:
    slots = list(record.slots.items())
    deciding = record.deciding_under(policy)
    decided_by = next((slot for _, slot in slots if slot.evidence is deciding), None)
    spoken_for = deciding or next((slot.evidence for _, slot in slots), None)
    return Row(
        key=key,
        recipient=(spoken_for and spoken_for.recipient) or key.recipient,
        channel=Channel.EMAIL if spoken_for is None else spoken_for.channel,
        label=told.label,
        status=told.status or Status.UNKNOWN,
        reason=None if deciding is None else deciding.reason,
        permanence=None if deciding is None or deciding.failure is None else deciding.failure.permanence,
        began=handed_over(record)[0],
        since=decided_by and (decided_by.first or decided_by.bound),
        last=max((time for _, slot in slots if (time := slot.last or slot.bound)), default=None),
        reference=key.reference,
        provider=key.provider,
        account=key.account,
        message_id=key.message_id,
        part=key.part,
        response=_latest(slots, EventKind.RESPONDED),
        certainty=told.certainty,
        contradictions=record.contradictions,
        final=told.final,
        who_acts=told.who_acts,
        metadata=_allowed(slots, metadata),
        explanation=told,
        timeline=_timeline(slots, told.evidence, queries=queries),
    )


def _time(slot: Slot) -> float:
    time = slot.last or slot.bound
    return float("-inf") if time is None else time.timestamp()


def _latest(slots: Iterable[tuple[SlotKey, Slot]], kind: EventKind) -> str | None:
    """Give the value that was said last, of what is surely this recipient's: a person's before anybody's."""
    said = [(key, slot) for key, slot in slots if key.kind is kind and key.exact and slot.evidence.value]
    said.sort(key=lambda each: (each[0].actor is not Actor.MACHINE, _time(each[1]), each[1].evidence.fingerprint))
    return said[-1][1].evidence.value if said else None


def _allowed(slots: Iterable[tuple[SlotKey, Slot]], keys: Collection[str]) -> dict[str, str | None]:
    """Give what was asked for of the metadata, as it was said last."""
    if not keys:
        return {}
    said = sorted((slot for _, slot in slots), key=lambda slot: (_time(slot), slot.evidence.fingerprint))
    known = {key: value for slot in said for key, value in slot.evidence.metadata.items()}
    return {key: known.get(key) for key in keys}


def _timeline(
    slots: Iterable[tuple[SlotKey, Slot]], evidence: Iterable[Evidence], *, queries: bool
) -> tuple[Seen, ...]:
    """Give what was seen, with what those who saw it said."""
    by_kind = defaultdict(list)
    for key, slot in slots:
        by_kind[key.kind, slot.last or slot.evidence.occurred_at].append((key, slot))
    return tuple(_seen(each, by_kind[each.kind, each.occurred_at], queries=queries) for each in evidence)


def _seen(each: Evidence, found: list[tuple[SlotKey, Slot]], *, queries: bool) -> Seen:
    events = [slot.evidence for _, slot in found]
    first = min((slot.first for _, slot in found if slot.first), default=None)
    return Seen(
        kind=each.kind,
        at=each.occurred_at,
        first=None if first == each.occurred_at else first,
        text=each.text,
        words=_each_once(
            without_secrets(said, queries=queries)
            for event in events
            if event.failure is not None and (said := event.failure.diagnostic)
        ),
        links=_each_once(address(event.url, queries=queries) for event in events if event.url),
        answers=_each_once(event.value for event in events if event.kind is EventKind.RESPONDED),
    )


def _each_once(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))


# -- the two groups (row K13) ----------------------------------------------------------------------------------------

#: In which group an event is that says nothing of where a copy stands. Total over the kinds that prove nothing.
BESIDE: Mapping[EventKind, str] = {
    EventKind.RESUBSCRIBED:        "feedback",
    EventKind.OPTED_IN:            "feedback",
    EventKind.MARKED_NOT_SPAM:     "feedback",
    EventKind.RELEASED:            "other",
    EventKind.AUTO_REPLIED:        "feedback",
    EventKind.ADDRESS_CHANGED:     "other",
    EventKind.SUPPRESSION_CHANGED: "other",
    EventKind.ACTIVE:              "feedback",
    EventKind.UNKNOWN:             "other",
}  # fmt: skip

#: The groups, in the order in which they are shown.
GROUPS = ("delivery", "feedback", "other")


def group_of(status: Status, pack: Vocabulary | None) -> str:
    """Say whether a status is about the delivery or is feedback, by the pack, or else by its axis."""
    if pack is not None and pack.groups:
        return next((group for group in GROUPS if status in pack.groups.get(group, ())), "other")
    axis = AXES[status]
    if axis is None:
        return "other"
    return "feedback" if axis in (Axis.ENGAGEMENT, Axis.FEEDBACK) else "delivery"


def group_of_event(kind: EventKind, pack: Vocabulary | None) -> str:
    """Say the same of an event."""
    status = PROVES[kind]
    return BESIDE[kind] if status is None else group_of(status, pack)
