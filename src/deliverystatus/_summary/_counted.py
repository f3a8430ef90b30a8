"""One copy, as it is counted."""

from collections.abc import Hashable
from typing import NamedTuple

import attrs

from deliverystatus._enums import Actor, Channel, EventKind, Reason, Status
from deliverystatus._summary._facts import Fact


@attrs.frozen(cache_hash=True)
class Profile:
    """
    What is known of a copy, as far as it is counted. Many copies share one.

    Attributes:
        facts: What is known, reported or inferred.
        inferred: What of it nobody reported.
        unheard: What would not be heard of, if it happened.
        untracked: Why; ``None`` if everything would.
        actors: Who did what has an actor.
        causes: The reason of each fact that has one.
        possible: What is not surely about this recipient.
        status: Where it stands by the default policy.
        furthest: The furthest it ever got.
        by_arrival: Whether the time it is counted under is that of an arrival.
    """

    facts: frozenset[Fact]
    inferred: frozenset[Fact]
    unheard: frozenset[Fact]
    untracked: str | None
    actors: frozenset[tuple[Fact, Actor]]
    causes: tuple[tuple[Fact, Reason], ...]
    possible: frozenset[EventKind]
    status: Status
    furthest: Status
    by_arrival: bool


class Counted(NamedTuple):
    """One copy in the bag: who it is, and what is known of it."""

    key: Hashable
    recipient: str | None
    channel: Channel
    ids: frozenset[object]
    part: tuple[int, int] | None
    profile: Profile

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.profile.status
