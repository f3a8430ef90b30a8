"""
What is wrong with a label pack, beyond its form: what its labels leave out, hide or claim.

A label is a promise to those who read it. So each status has one, each label means one thing (what it hides is listed
in ``merges``), none claims more than anybody can know, and none is a machine's word.
"""

import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import attrs

from deliverystatus import providers
from deliverystatus._enums import Status, Word
from deliverystatus.exceptions import PayloadError
from deliverystatus.vocabularies._pack import Vocabulary, table_in, vocabulary_of


class Flaw(Word):
    """What can be wrong with a label pack."""

    UNREADABLE = "unreadable", "It is not of the form of a label pack."
    NO_LABEL = "no_label", "A status has no label."
    TWO_MEANINGS = "two_meanings", "One label is given to statuses that are not the same, and says so nowhere."
    HIDDEN_COMPLAINT = "hidden_complaint", "A complaint is called what is none, and merges does not tell."
    OVER_CLAIM = "over_claim", "A label says more than anybody can know."
    VENDOR_WORD = "vendor_word", "A label is a provider's name, or its raw word."
    UNDERSCORE = "underscore", "A label is written as machines write."


@attrs.frozen(kw_only=True)
class Finding:
    """
    One thing that is wrong with a pack.

    Attributes:
        flaw: What.
        label: Which label; ``None`` if there is none.
        statuses: Which statuses it is about, in their order.
        where: The path in the file, for what is unreadable.
        problem: What was expected there, for what is unreadable.
    """

    flaw: Flaw
    label: str | None = None
    statuses: tuple[Status, ...] = ()
    where: str | None = None
    problem: str | None = None


#: What no label can know, as words, and for which statuses. "Read" claims a person; "received" and "inbox" a place that
#: no server tells of; "confirmed" what only an acknowledgement is.
OVER_CLAIMS = {
    r"read|seen|viewed":              frozenset(Status) - {Status.ACKNOWLEDGED, Status.RESPONDED},
    r"received|arrived|inbox|reached|made it": frozenset(Status) - {Status.ACKNOWLEDGED, Status.RESPONDED},
    r"confirmed":                     frozenset(Status) - {Status.ACKNOWLEDGED, Status.RESPONDED, Status.DELIVERED},
    r"delivered":                     frozenset(Status) - {
        Status.DELIVERED, Status.OPENED, Status.CLICKED, Status.UNSUBSCRIBED, Status.ACKNOWLEDGED, Status.RESPONDED,
        Status.COMPLAINED,
    },
    r"invalid|wrong|does not exist":  frozenset({Status.SOFT_BOUNCED, Status.UNDETERMINED_BOUNCE, Status.DEFERRED}),
}  # fmt: skip

#: What takes a claim back: "Not delivered" does not claim a delivery.
_NOT = re.compile(r"\b(?:not|un|never|no)\b", re.IGNORECASE)


def check(pack: str | PathLike[str] | Vocabulary) -> tuple[Finding, ...]:
    """
    Say what is wrong with a label pack: one that is loaded, or a file.

    Raises:
        OSError: If the file cannot be read.
    """
    missing: list[Finding] = []
    if not isinstance(pack, Vocabulary):
        try:
            table = table_in(Path(pack))
            labels = table.get("labels")
            if isinstance(labels, dict):
                missing = [Finding(flaw=Flaw.NO_LABEL, statuses=(status,)) for status in Status if status not in labels]
                table["labels"] = {**{status.value: _stand_in(status) for status in Status}, **labels}
            pack = vocabulary_of(table, "checked")
        except PayloadError as error:
            return (*missing, Finding(flaw=Flaw.UNREADABLE, where=error.path, problem=error.problem))
    return (*missing, *_flaws(pack))


def _stand_in(status: Status) -> str:
    """Give a missing label something that nothing else is called."""
    return f"\0{status}"


def _flaws(pack: Vocabulary) -> Iterator[Finding]:
    given = _given(pack)
    for label, statuses in given.items():
        if label.startswith("\0"):
            continue
        shown = tuple(status for status in Status if status in statuses)
        open_ones = statuses - pack.merges.get(label, frozenset())
        if Status.COMPLAINED in open_ones and len(open_ones) > 1:
            yield Finding(flaw=Flaw.HIDDEN_COMPLAINT, label=label, statuses=shown)
        elif len(open_ones) > 1:
            yield Finding(flaw=Flaw.TWO_MEANINGS, label=label, statuses=shown)
        claimed = tuple(status for status in shown if _claims_too_much(label, status))
        if claimed:
            yield Finding(flaw=Flaw.OVER_CLAIM, label=label, statuses=claimed)
        if _is_a_vendors(label):
            yield Finding(flaw=Flaw.VENDOR_WORD, label=label, statuses=shown)
        if "_" in label:
            yield Finding(flaw=Flaw.UNDERSCORE, label=label, statuses=shown)


def _given(pack: Vocabulary) -> dict[str, frozenset[Status]]:
    """Say to which statuses each label is given, in the order of the file."""
    given: dict[str, frozenset[Status]] = {}
    for status, label in pack.labels.items():
        given[label] = given.get(label, frozenset()) | {status}
    for rule in pack.rules:
        given[rule.label] = given.get(rule.label, frozenset()) | (rule.status or frozenset(Status))
    return given


def _claims_too_much(label: str, status: Status) -> bool:
    if _NOT.search(label):
        return False
    said = label.lower()
    return any(re.search(rf"\b(?:{words})\b", said) and status in statuses for words, statuses in OVER_CLAIMS.items())


def _is_a_vendors(label: str) -> bool:
    """Whether a provider is named, or the label is two words of a provider's written as one."""
    bare = _bare(label)
    for name in providers.names():
        provider = providers.get(name)
        if _bare(provider.title) in bare or name in bare.split("_"):
            return True
        for table in provider.tables.values():
            if any(_bare(str(word)) == bare and _is_raw(str(word)) and " " not in label for word in table):
                return True
    return False


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_raw(word: str) -> bool:
    """Whether a provider's word is no plain English: two in one."""
    return "_" in word or re.search(r"[a-z][A-Z]", word) is not None
