"""What a summary is: a bag of copies, each with what is known of it, and every number read off that bag."""

from collections import Counter
from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

import attrs

from deliverystatus._enums import Actor, EventKind, Reason, Status
from deliverystatus._summary._counted import Counted, Profile
from deliverystatus._summary._facts import WITH_ACTOR, WITH_CAUSE, Fact
from deliverystatus._summary._messages import Message, messages
from deliverystatus.exceptions import UnknownName

#: The rates that are shown unasked: of which copies, how many. Where two bases are in use, both.
RATES = (
    (Fact.DELIVERED,      Fact.SENT),
    (Fact.OPENED,         Fact.SENT),       # as dashboards show it
    (Fact.OPENED,         Fact.DELIVERED),
    (Fact.OPENED,         Fact.TRACKABLE),
    (Fact.MACHINE_OPENED, Fact.TRACKABLE),
    (Fact.CLICKED,        Fact.SENT),
    (Fact.CLICKED,        Fact.DELIVERED),
    (Fact.CLICKED,        Fact.OPENED),
    (Fact.RETURNED,       Fact.SENT),
    (Fact.BLOCKED,        Fact.SENT),
    (Fact.COMPLAINED,     Fact.SENT),
    (Fact.COMPLAINED,     Fact.DELIVERED),  # as mailbox providers reckon
    (Fact.UNSUBSCRIBED,   Fact.SENT),
    (Fact.UNSUBSCRIBED,   Fact.DELIVERED),
    (Fact.ACKNOWLEDGED,   Fact.DELIVERED),
    (Fact.RESPONDED,      Fact.DELIVERED),
    (Fact.WITHHELD,       Fact.COPIES),
    (Fact.REJECTED,       Fact.COPIES),
    (Fact.DROPPED,        Fact.COPIES),
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Rate:
    """
    How many of some copies. Never above 1: only copies of the denominator are counted in the numerator.

    Attributes:
        fact: What is counted.
        of: The name of the denominator: which copies are looked at.
        numerator: How many of these are known to be so.
        denominator: How many these are, without those where it could not be known.
        untracked: How many were left out for that: the two make all copies of that name.
    """

    fact: Fact
    of: Fact
    numerator: int
    denominator: int
    untracked: int = 0

    @property
    def value(self) -> float | None:
        """The rate, from 0 to 1; ``None``, not 0, where there is nothing to know it from."""
        return self.numerator / self.denominator if self.denominator else None

    def to_dict(self) -> dict[str, Any]:
        """Give the rate ready for JSON."""
        return {
            "fact": self.fact.value,
            "of": self.of.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "untracked": self.untracked,
            "value": self.value,
        }


@attrs.frozen(kw_only=True)
class Outside:
    """
    Copies a window left out.

    Attributes:
        earlier: Handed over before it.
        later: Handed over after it: a clock is wrong, or *now* is not the present.
        undated: Nothing about them has a time, not even one of arrival.
    """

    earlier: int = 0
    later: int = 0
    undated: int = 0

    def __add__(self, other: "Outside") -> "Outside":
        return Outside(
            earlier=self.earlier + other.earlier, later=self.later + other.later, undated=self.undated + other.undated
        )


@attrs.frozen(eq=False, repr=False)
class Summary:
    """
    Numbers about copies. They are of facts: a copy that was delivered, opened and came back late counts in each.

    Summaries add up: ``summarize(a + b) == summarize(a) + summarize(b)``, in any order, for copies of which neither is
    in both; ``Summary()`` is nothing. Equal if they count the same copies, alike.

    Attributes:
        outside: Copies that a window left out.
        tests: Events of a provider's test mode. They are in no number but this.
        uncorrelated: Events that name no copy, likewise.
    """

    _lines: tuple[Counted, ...] = ()
    outside: Outside = Outside()
    tests: int = 0
    uncorrelated: int = 0

    # -- the numbers -------------------------------------------------------------------------------------------------

    @property
    def copies(self) -> int:
        """How many copies were counted."""
        return len(self._lines)

    @cached_property
    def facts(self) -> Mapping[Fact, int]:
        """Of how many copies each fact is known, reported or inferred."""
        return self._over(Fact, lambda profile: profile.facts)

    @cached_property
    def inferred(self) -> Mapping[Fact, int]:
        """Of how many copies each fact is known only because another shows it: an opening, that it was delivered."""
        return self._over(Fact, lambda profile: profile.inferred)

    @cached_property
    def actors(self) -> Mapping[Fact, Mapping[Actor, int]]:
        """On how many copies who did it. A copy that a machine and somebody else opened counts in both."""
        found = self._count(lambda profile: profile.actors)
        return {fact: {actor: found[fact, actor] for actor in Actor} for fact in WITH_ACTOR}

    @cached_property
    def causes(self) -> Mapping[Fact, Mapping[Reason, int]]:
        """
        The reasons of each fact that has one, most frequent first. They add up to the fact's number: of several reasons
        for one fact the latest that is known counts.
        """
        found = self._count(lambda profile: profile.causes)
        common = sorted(found.items(), key=lambda item: (-item[1], item[0][1].ordinal))
        return {wanted: {reason: n for (fact, reason), n in common if fact is wanted} for wanted in WITH_CAUSE}

    @cached_property
    def possible(self) -> Mapping[EventKind, int]:
        """On how many copies something may have happened: the provider names candidates, or the message only."""
        found = self._count(lambda profile: profile.possible)
        return {kind: found[kind] for kind in EventKind if found[kind]}

    @cached_property
    def statuses(self) -> Mapping[Status, int]:
        """How many copies stand at each status by the default policy: each copy at one."""
        return self._over(Status, lambda profile: (profile.status,))

    @cached_property
    def furthest(self) -> Mapping[Status, int]:
        """How far copies ever got, by the policy ``best_reached``: each copy at one, a late return takes nothing back."""
        return self._over(Status, lambda profile: (profile.furthest,))

    @cached_property
    def untracked(self) -> Mapping[str, int]:
        """
        Of how many copies not everything would be heard, and why: the ``account`` cannot report it, they were sent
        ``before`` tracking began, or only their ``opens`` are not tracked.
        """
        found = self._count(lambda profile: (profile.untracked,))
        return {why: found[why] for why in ("account", "before", "opens")}

    @cached_property
    def by_arrival(self) -> int:
        """How many copies are in the window by the arrival of an event that has no time: they may be older."""
        return self._count(lambda profile: (profile.by_arrival,))[True]

    @property
    def sent(self) -> int:
        """How many copies left our side."""
        return self.facts[Fact.SENT]

    @property
    def delivered(self) -> int:
        """How many were delivered."""
        return self.facts[Fact.DELIVERED]

    @property
    def opened(self) -> int:
        """How many were opened, machines apart."""
        return self.facts[Fact.OPENED]

    @property
    def clicked(self) -> int:
        """In how many a link was followed, machines apart."""
        return self.facts[Fact.CLICKED]

    @property
    def returned(self) -> int:
        """How many came back, in whatever way; ``causes`` says why."""
        return self.facts[Fact.RETURNED]

    @property
    def bounced(self) -> int:
        """How many came back and were reported as permanent."""
        return self.facts[Fact.BOUNCED]

    @property
    def blocked(self) -> int:
        """How many came back because the receiving side blocks us, or what was in them."""
        return self.facts[Fact.BLOCKED]

    @property
    def complained(self) -> int:
        """How many were called spam by their recipients."""
        return self.facts[Fact.COMPLAINED]

    @property
    def unsubscribed(self) -> int:
        """How many led to an unsubscription."""
        return self.facts[Fact.UNSUBSCRIBED]

    # -- rates -------------------------------------------------------------------------------------------------------

    def rate(self, fact: Fact | str, *, of: Fact | str) -> Rate:
        """
        Say of how many copies *of* which one fact is known the other is known too.

        Copies of which either could not be heard are left out, and counted as untracked.

        Raises:
            UnknownName: If there is no such fact.
        """
        counted, base = _fact(fact), _fact(of)
        numerator = denominator = untracked = 0
        for profile, n in self._profiles.items():
            if base not in profile.facts:
                continue
            if counted in profile.unheard or base in profile.unheard:
                untracked += n
                continue
            denominator += n
            if counted in profile.facts:
                numerator += n
        return Rate(fact=counted, of=base, numerator=numerator, denominator=denominator, untracked=untracked)

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The usual rates. The open rate comes with three denominators, and their names."""
        return tuple(self.rate(fact, of=base) for fact, base in RATES)

    # -- which copies ------------------------------------------------------------------------------------------------

    def which(self, fact: Fact | str, *, reason: Reason | str | None = None) -> tuple[Hashable, ...]:
        """
        Give the keys of the copies of which a fact is known: of all that came back, say, or that did for one reason.

        Raises:
            UnknownName: If there is no such fact, or reason.
        """
        wanted = _fact(fact)
        if reason is None:
            return tuple(line.key for line in self._lines if wanted in line.profile.facts)
        UnknownName.refuse("reason", reason, tuple(Reason))
        return tuple(line.key for line in self._lines if (wanted, reason) in line.profile.causes)

    def at(self, status: Status | str) -> tuple[Hashable, ...]:
        """
        Give the keys of the copies that stand at a status by the default policy.

        Raises:
            UnknownName: If there is no such status.
        """
        UnknownName.refuse("status", status, tuple(Status))
        return tuple(line.key for line in self._lines if line.status == status)

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The messages the copies are of: those that share a reference or a provider's id."""
        return messages(self._lines)

    @cached_property
    def most_serious(self) -> Mapping[Status, int]:
        """How many messages have each status as their most serious: each message at one."""
        found = Counter(message.most_serious for message in self.messages)
        return {status: found[status] for status in Status}

    # -- as a whole --------------------------------------------------------------------------------------------------

    @cached_property
    def _profiles(self) -> Mapping[Profile, int]:
        return Counter(line.profile for line in self._lines)

    def _count(self, of: Any) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for profile, n in self._profiles.items():
            for each in of(profile):
                found[each] += n
        return found

    def _over(self, words: Any, of: Any) -> dict[Any, int]:
        found = self._count(of)
        return {word: found[word] for word in words}

    def __add__(self, other: "Summary") -> "Summary":
        if not isinstance(other, Summary):
            return NotImplemented
        return Summary(
            self._lines + other._lines,
            self.outside + other.outside,
            self.tests + other.tests,
            self.uncorrelated + other.uncorrelated,
        )

    def _content(self) -> tuple[object, ...]:
        return Counter(self._lines), self.outside, self.tests, self.uncorrelated

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, Summary) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as every collection

    def __repr__(self) -> str:
        return f"Summary({self.copies} copies, {self.sent} sent, {self.delivered} delivered, {self.returned} returned)"

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers ready for JSON: no key of a copy, no recipient."""
        return {
            "copies": self.copies,
            "facts": _plain(self.facts),
            "inferred": _plain(self.inferred),
            "actors": {fact.value: _plain(counts) for fact, counts in self.actors.items()},
            "causes": {fact.value: _plain(counts) for fact, counts in self.causes.items()},
            "possible": _plain(self.possible),
            "statuses": _plain(self.statuses),
            "furthest": _plain(self.furthest),
            "messages": {"count": len(self.messages), "most_serious": _plain(self.most_serious)},
            "rates": [rate.to_dict() for rate in self.rates],
            "untracked": dict(self.untracked),
            "by_arrival": self.by_arrival,
            "outside": attrs.asdict(self.outside),
            "tests": self.tests,
            "uncorrelated": self.uncorrelated,
        }


def _fact(name: Fact | str) -> Fact:
    UnknownName.refuse("fact", name, tuple(Fact))
    return Fact(name)


def _plain(counts: Mapping[Any, int]) -> dict[str, int]:
    return {word.value: count for word, count in counts.items()}
