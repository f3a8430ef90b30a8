"""A label pack: its rules, what an account can report at all, and how a file is read."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources.abc import Traversable
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeVar

import attrs

from deliverystatus import providers
from deliverystatus._engine import Record, handed_over
from deliverystatus._enums import Permanence, Reason, Status
from deliverystatus._policies import POLICIES
from deliverystatus.exceptions import PayloadError

_Word = TypeVar("_Word", bound=StrEnum)

#: Why nothing is heard of a copy once it is sent: the account cannot report it, or tracking began later.
Untracked = Literal["account", "before"]


def _zoned(_: object, field: "attrs.Attribute[datetime | None]", value: datetime | None) -> None:
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"{field.name}: expected a time with its zone")


#: Where a copy should not stay for long.
PASSING = frozenset({Status.PENDING, Status.SENDING, Status.ACCEPTED})


def _limits(_: object, field: "attrs.Attribute[Any]", value: Mapping[Status, timedelta]) -> None:
    if not set(value) <= PASSING:
        raise ValueError(f"{field.name}: expected {', '.join(sorted(PASSING))}")


@attrs.frozen(kw_only=True)
class Tracking:
    """
    What an account can report at all.

    Attributes:
        delivery: Whether deliveries are reported. An account with its own mail server may only ever say sent. ``None``:
            as the provider does.
        returns: Whether what is returned is reported where deliveries are not: a mailbox for bounces that is read.
        opens: Whether openings are tracked.
        since: When tracking began (aware); nothing more is heard of copies that are older. ``None``: always.
        limits: How long a copy may stay in a status before something is wrong, where it is not ten minutes. A message
            that is to be sent later is pending from then on: give its ``pending`` event that time.
    """

    delivery: bool | None = None
    returns: bool = False
    opens: bool = True
    since: datetime | None = attrs.field(default=None, validator=_zoned)
    limits: Mapping[Status, timedelta] = attrs.field(factory=dict, validator=_limits, hash=False)


def untracked(record: Record, tracking: Tracking | None = None) -> Untracked | None:
    """
    Say why no delivery is ever reported of this copy; ``None`` if one may be.

    Where the profile does not say so, the providers that ever reported do: some never confirm a delivery. Which of them
    decides the status does not matter, or only copies that were confirmed would be tracked.
    """
    if tracking is not None and tracking.delivery is False:
        return "account"
    if tracking is not None and tracking.since is not None:
        began, _ = handed_over(record)
        if began is not None and began < tracking.since:
            return "before"
    if tracking is not None and tracking.delivery:
        return None
    named = {name for slot in record.slots.values() if (name := slot.evidence.provider)}
    return "account" if named and not any(providers.habits(name).confirms_delivery for name in named) else None


@attrs.frozen(kw_only=True)
class Rule:
    """
    A label for some cases of a status. A condition that is empty, or ``None``, holds always.

    Attributes:
        label: What such a copy is called.
        status: The statuses it is for.
        reason: The reasons it is for.
        permanence: How long the cause must last.
        tracked: Whether deliveries must be tracked.
    """

    label: str
    status: frozenset[Status] = frozenset()
    reason: frozenset[Reason] = frozenset()
    permanence: frozenset[Permanence] = frozenset()
    tracked: bool | None = None

    def holds(self, status: Status, reason: Reason | None, permanence: Permanence | None, *, tracked: bool) -> bool:
        """Say whether the rule is for this case."""
        return (
            (not self.status or status in self.status)
            and (not self.reason or reason in self.reason)
            and (not self.permanence or permanence in self.permanence)
            and self.tracked in (None, tracked)
        )


@attrs.frozen(kw_only=True)
class Vocabulary:
    """
    A product's own words for statuses.

    Attributes:
        name: What it is asked for by.
        title: The product's name.
        policy: The name of the policy that says which status is shown.
        labels: The label of each status, where no rule holds. Total over Status.
        rules: The cases where the label depends on more; the first that holds decides.
        groups: ``delivery`` and ``feedback``: which statuses are events of the one and of the other sort. Unknown is
            in neither.
        merges: From a label to the statuses that it hides: facts that cannot be told from the label alone.
    """

    name: str
    title: str
    policy: str
    labels: Mapping[Status, str]
    rules: tuple[Rule, ...] = ()
    groups: Mapping[str, frozenset[Status]]
    merges: Mapping[str, frozenset[Status]] = attrs.field(factory=dict)

    def label(self, record: Record, tracking: Tracking | None = None) -> str:
        """Give the label of a copy. Every record has exactly one."""
        deciding = record.deciding_under(self.policy)
        failure = None if deciding is None else deciding.failure
        return self.label_of(
            record.status_under(self.policy),
            reason=None if failure is None else failure.reason,
            permanence=None if failure is None else failure.permanence,
            tracked=untracked(record, tracking) is None,
        )

    def label_of(
        self,
        status: Status,
        *,
        reason: Reason | None = None,
        permanence: Permanence | None = None,
        tracked: bool = True,
    ) -> str:
        """Give the label of a status, with what else is known of the case."""
        for rule in self.rules:
            if rule.holds(status, reason, permanence, tracked=tracked):
                return rule.label
        return self.labels[status]

    def hides(self, status: Status, label: str) -> bool:
        """Say whether *label*, given to a copy of that status, does not tell that status from others."""
        return status in self.merges.get(label, frozenset())

    @property
    def words(self) -> tuple[str, ...]:
        """Every label it may give, each once, in the order of the file."""
        return tuple(dict.fromkeys([*self.labels.values(), *(rule.label for rule in self.rules)]))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Vocabulary":
        """
        Read a user's own pack, of the form of those in ``deliverystatus/vocabularies``. Its name is the file's.

        Raises:
            PayloadError: If the file is of another form; the path says where in it. Every status must have a label.
            OSError: If the file cannot be read.
        """
        return load(Path(path))


# -- reading a pack --------------------------------------------------------------------------------------------------

_KEYS = frozenset({"title", "policy", "feedback", "labels", "rules", "merges"})
_CONDITIONS = frozenset({"status", "reason", "permanence", "tracked"})


def load(file: Traversable) -> Vocabulary:
    """Read a file, as ``Vocabulary.load`` documents it."""
    return vocabulary_of(table_in(file), file.name.removesuffix(".toml"))


def table_in(file: Traversable) -> dict[str, Any]:
    """
    Read a file as far as it is TOML.

    Raises:
        PayloadError: If it is not.
        OSError: If it cannot be read.
    """
    try:
        return tomllib.loads(file.read_bytes().decode())
    except (ValueError, RecursionError):  # the error of either quotes the file
        raise PayloadError("expected TOML in UTF-8") from None


def vocabulary_of(pack: Mapping[str, Any], name: str) -> Vocabulary:
    """
    Read what a file holds.

    Raises:
        PayloadError: If it is of another form.
    """
    _only(pack, _KEYS, "")
    policy = _text(pack.get("policy", "default"), "policy")
    if policy not in POLICIES:
        raise PayloadError("no such policy", path="policy")
    labels = _by_key(pack.get("labels"), "labels", _status, _text)
    for status in Status:
        if status not in labels:
            raise PayloadError("missing: every status needs a label", path=f"labels.{status}")
    rules = tuple(_rule(rule, f"rules.{n}") for n, rule in enumerate(_list(pack.get("rules", []), "rules")))
    feedback = _words(Status, pack.get("feedback"), "feedback")
    merges = _by_key(pack.get("merges", {}), "merges", _text, _statuses)
    given = {*labels.values(), *(rule.label for rule in rules)}
    if any(label not in given for label in merges):
        raise PayloadError("expected labels that are given to some status", path="merges")
    return Vocabulary(
        name=name,
        title=_text(pack.get("title"), "title"),
        policy=policy,
        labels=labels,
        rules=rules,
        groups={"delivery": frozenset(Status) - feedback - {Status.UNKNOWN}, "feedback": feedback},
        merges=merges,
    )


def _rule(rule: Any, path: str) -> Rule:
    if not isinstance(rule, dict):
        raise _unexpected("a table", rule, path)
    _only(rule, _CONDITIONS | {"label"}, path)
    if not _CONDITIONS & rule.keys():
        raise PayloadError("expected a condition", path=path)
    tracked = rule.get("tracked")
    if not isinstance(tracked, bool | None):
        raise _unexpected("true or false", tracked, f"{path}.tracked")
    return Rule(
        label=_text(rule.get("label"), f"{path}.label"),
        status=_condition(Status, rule, "status", path),
        reason=_condition(Reason, rule, "reason", path),
        permanence=_condition(Permanence, rule, "permanence", path),
        tracked=tracked,
    )


def _condition(vocabulary: type[_Word], rule: Mapping[str, Any], key: str, path: str) -> frozenset[_Word]:
    """Read one word or a list of them; a condition that is there and empty would hold always, and is refused."""
    if key not in rule:
        return frozenset()
    words = rule[key]
    found = _words(vocabulary, [words] if isinstance(words, str) else words, f"{path}.{key}")
    if not found:
        raise PayloadError("expected at least one", path=f"{path}.{key}")
    return found


def _by_key(table: Any, path: str, key: Callable[[Any, str], Any], value: Callable[[Any, str], Any]) -> dict[Any, Any]:
    if not isinstance(table, dict):
        raise _unexpected("a table", table, path)
    read = {}
    for n, (k, v) in enumerate(table.items()):
        word = key(k, f"{path}.{n}")
        read[word] = value(v, f"{path}.{word}" if isinstance(word, Status) else f"{path}.{n}")
    return read


def _status(value: Any, path: str) -> Status:
    return _one(Status, value, path)


def _statuses(value: Any, path: str) -> frozenset[Status]:
    return _words(Status, value, path)


def _words(vocabulary: type[_Word], values: Any, path: str) -> frozenset[_Word]:
    return frozenset(_one(vocabulary, value, f"{path}.{n}") for n, value in enumerate(_list(values, path)))


def _one(vocabulary: type[_Word], value: Any, path: str) -> _Word:
    try:
        return vocabulary(value)
    except ValueError:
        raise PayloadError(f"not one of the words of {vocabulary.__name__}", path=path) from None


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _unexpected("a list", value, path)
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _unexpected("a string", value, path)
    if not value.strip():
        raise PayloadError("expected some text", path=path)
    return value.strip()


def _only(table: Mapping[str, Any], known: Iterable[str], path: str) -> None:
    """Refuse keys that nothing reads: a misspelt one would be lost in silence."""
    if unread := table.keys() - set(known):
        raise PayloadError(f"{len(unread)} key(s) that no pack has; there are: {', '.join(sorted(known))}", path=path)


def _unexpected(expected: str, value: Any, path: str) -> PayloadError:
    came = "nothing" if value is None else type(value).__name__
    return PayloadError(f"expected {expected}, got {came}", path=path)
