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


_ANSWERED = frozenset({Status.ACKNOWLEDGED, Status.RESPONDED})
_ARRIVED = _ANSWERED | {Status.DELIVERED, Status.OPENED, Status.CLICKED, Status.UNSUBSCRIBED, Status.COMPLAINED}

#: What no label can know, as words in the languages there are texts in, and the statuses that may say so. "Read" claims
#: a person; "received" and "inbox" a place that no server tells of; "confirmed" what only an acknowledgement is.
OVER_CLAIMS = {
    r"read|seen|viewed|gelesen|gesehen|lue?s?|vue?s?|leíd[oa]s?|vist[oa]s?": _ANSWERED,
    r"received|arrived|inbox|reached|made it|landed|erhalten|reçue?s?|recibid[oa]s?": _ANSWERED,
    r"confirmed|bestätigt|confirmée?s?|confirmad[oa]s?": _ANSWERED | {Status.DELIVERED},
    r"delivered|delivery (?:complete|succeeded|ok)|success\w*|zugestellt|livrée?s?|remise?s?|entregad[oa]s?": _ARRIVED,
    r"invalid|wrong|does not exist": frozenset(Status) - {
        Status.SOFT_BOUNCED, Status.UNDETERMINED_BOUNCE, Status.DEFERRED,
    },
}  # fmt: skip

#: What takes back what stands right behind it: "Not delivered" does not claim a delivery.
_DENIED = re.compile(r"\b(?:not|never|no|nicht|non|pas)\s+(?:(?:yet|been|be|noch|encore)\s+)*\w+", re.IGNORECASE)

#: Who sends for others. A person who reads "deferred by …" can do nothing with it.
VENDORS = frozenset({
    "amazon", "aws", "brevo", "mailchimp", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "messagebird",
    "plivo", "postmark", "resend", "sendgrid", "ses", "smtp", "smtp2go", "sparkpost", "telnyx", "twilio", "vonage",
})  # fmt: skip

#: The statuses that can have a cause, which rules ask for.
_WITH_CAUSE = frozenset({
    Status.WITHHELD, Status.REJECTED, Status.DEFERRED, Status.DROPPED, Status.UNDETERMINED_BOUNCE, Status.SOFT_BOUNCED,
    Status.BOUNCED,
})  # fmt: skip


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
    for label, statuses, hidden in _given(pack):
        if label.startswith("\0"):
            continue
        shown = tuple(status for status in Status if status in statuses)
        if Status.COMPLAINED in statuses - hidden and len(statuses) > 1:
            yield Finding(flaw=Flaw.HIDDEN_COMPLAINT, label=label, statuses=shown)
        elif len(statuses - hidden) > 1:
            yield Finding(flaw=Flaw.TWO_MEANINGS, label=label, statuses=shown)
        claimed = tuple(status for status in shown if _claims_too_much(label, status))
        if claimed:
            yield Finding(flaw=Flaw.OVER_CLAIM, label=label, statuses=claimed)
        if _is_a_vendors(label):
            yield Finding(flaw=Flaw.VENDOR_WORD, label=label, statuses=shown)
        if "_" in label:
            yield Finding(flaw=Flaw.UNDERSCORE, label=label, statuses=shown)


def _given(pack: Vocabulary) -> Iterator[tuple[str, frozenset[Status], frozenset[Status]]]:
    """Give each label, in the order of the file, with the statuses it has and those it is said to hide."""
    found: dict[str, tuple[str, frozenset[Status], frozenset[Status]]] = {}
    labels = [(label, frozenset({status})) for status, label in pack.labels.items()]
    labels += [
        (rule.label, rule.status or (_WITH_CAUSE if rule.reason or rule.permanence else frozenset(Status)))
        for rule in pack.rules
    ]
    for label, statuses in labels:
        first, known, hidden = found.get(label.casefold(), (label, frozenset(), frozenset()))
        found[label.casefold()] = (first, known | statuses, hidden | pack.merges.get(label, frozenset()))
    yield from found.values()


def _claims_too_much(label: str, status: Status) -> bool:
    said = _DENIED.sub(" ", label).lower()
    return any(status not in may and re.search(rf"\b(?:{words})\b", said) for words, may in OVER_CLAIMS.items())


def _is_a_vendors(label: str) -> bool:
    """Whether a provider is named, or the label is two words of a provider's written as one."""
    if VENDORS & set(re.split(r"[^a-z0-9]+", label.lower())):
        return True
    bare = _bare(label)
    for name in providers.names():
        for table in providers.get(name).tables.values():
            if any(_bare(str(word)) == bare and _is_raw(str(word)) and not _SEVERAL.search(label) for word in table):
                return True
    return False


#: What shows that a label is several words, as people write them.
_SEVERAL = re.compile(r"[\s-]")


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_raw(word: str) -> bool:
    """Whether a provider's word is no plain English: two in one."""
    return "_" in word or re.search(r"[a-z][A-Z]", word) is not None
