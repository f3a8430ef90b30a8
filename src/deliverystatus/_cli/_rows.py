"""What is said of each copy, as values: the commands show them as tables or as JSON lines."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from deliverystatus import Copies, CopyKey, Event, EventKind, Policy, Record, Status, fold
from deliverystatus._cli._tables import iso
from deliverystatus._engine import slot_key
from deliverystatus._explain import Explanation, explain
from deliverystatus._policies import PROVES
from deliverystatus.vocabularies import Vocabulary


@attrs.frozen
class Row:
    """
    One copy.

    Attributes:
        key: What it is known by.
        record: What is known of it.
        deciding: The evidence of its status; ``None`` if that is unknown.
        explanation: The words for it.
        alone: Whether it is the only copy to its recipient.
    """

    key: CopyKey
    record: Record
    deciding: Event | None
    explanation: Explanation
    alone: bool

    @property
    def recipient(self) -> str:
        """The recipient, as the evidence spells it."""
        spelled = None if self.deciding is None else self.deciding.recipient
        return spelled or self.key.recipient

    @property
    def which(self) -> str:
        """What tells it from the other copies to its recipient; empty if there are none."""
        if self.alone:
            return ""
        part = "" if self.key.part is None else f" ({self.key.part[0]} of {self.key.part[1]})"
        return f"{self.key.reference or self.key.message_id}{part}"

    @property
    def status(self) -> Status:
        """Where it stands, by the policy that was asked for."""
        return self.explanation.status or Status.UNKNOWN

    @property
    def since(self) -> datetime | None:
        """Since when it stands there, by the clock of whoever said so."""
        return None if self.deciding is None else self.record.slots[slot_key(self.deciding)].first

    def identified(self) -> dict[str, Any]:
        """Give what every answer about a copy begins with, ready for JSON."""
        return {
            **self.key._asdict(),
            "recipient": self.recipient,
            "status": self.status,
            "label": self.explanation.label,
        }

    def stands(self) -> dict[str, Any]:
        """Give where it stands, ready for JSON."""
        failure = None if self.deciding is None else self.deciding.failure
        return {
            **self.identified(),
            "since": iso(self.since),
            "reason": failure and failure.reason,
            "permanence": failure and failure.permanence,
            "contradictions": self.record.contradictions,
        }

    def explained(self) -> dict[str, Any]:
        """Give what to tell who asks, ready for JSON."""
        said = attrs.asdict(self.explanation)
        seen = [{**each, "occurred_at": iso(each["occurred_at"])} for each in said["evidence"]]
        return {**self.identified(), **said, "evidence": seen, "look_again": iso(said["look_again"])}


def rows_of(
    copies: Copies, *, vocabulary: Vocabulary | None, policy: Policy | None, now: datetime, **how: Any
) -> Iterable[Row]:
    """Give a row for each copy, in the order in which they were first heard of; *how* it is told is as for ``explain``."""
    vocabulary = under(vocabulary, policy)
    recipients = Counter(key.recipient for key in copies)
    for key, record in copies.items():
        yield Row(
            key,
            record,
            record.deciding_under("default" if vocabulary is None else vocabulary.policy),
            explain(record, vocabulary=vocabulary, now=now, **how),
            alone=recipients[key.recipient] == 1,
        )


def under(vocabulary: Vocabulary | None, policy: Policy | None) -> Vocabulary | None:
    """Give the vocabulary with another policy: if there is none, the library's own labels."""
    return vocabulary if policy is None else attrs.evolve(vocabulary or plain(), policy=policy.name)


def plain() -> Vocabulary:
    """Give the library's own labels as a vocabulary."""
    kinds = {status: kind for kind, status in PROVES.items()}
    labels = {status: explain(fold([Event(kind=kinds.get(status, EventKind.UNKNOWN))])).label for status in Status}
    return Vocabulary(name="plain", title="deliverystatus", policy="default", labels=labels, groups={})
