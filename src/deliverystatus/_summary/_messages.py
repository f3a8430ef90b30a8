"""
Which copies are of one message, and how the whole of it stands.

A message to several people, or an SMS in several parts, is several copies. The whole is shown by its most serious one,
beside the counts of all: so nobody is lost behind somebody else's success.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

import attrs

from deliverystatus._enums import Actor, Status
from deliverystatus._policies import DEFAULT
from deliverystatus._summary._counted import Counted

#: Which status stands for several, most serious first. No policy's rank: that says which of two reports about *one* copy
#: is believed, this which of two copies needs to be seen. Total over Status.
SERIOUSNESS = (
    Status.COMPLAINED,           # costs the sender most, whoever else was pleased
    Status.BOUNCED,              # somebody did not get it, and will not
    Status.SOFT_BOUNCED,
    Status.UNDETERMINED_BOUNCE,
    Status.REJECTED,
    Status.DROPPED,
    Status.WITHHELD,             # did not get it either, but by our own decision
    Status.OUTCOME_UNKNOWN,      # may not have got it
    Status.DEFERRED,             # does not have it yet, and something is wrong
    Status.UNSUBSCRIBED,         # has it, and wants no more
    Status.UNKNOWN,              # from here on nothing is wrong: the least advanced
    Status.PENDING,
    Status.SENDING,
    Status.ACCEPTED,
    Status.SENT,
    Status.DELIVERED,
    Status.OPENED,
    Status.CLICKED,
    Status.ACKNOWLEDGED,
    Status.RESPONDED,
)  # fmt: skip

_PLACE = {status: place for place, status in enumerate(SERIOUSNESS)}


@attrs.frozen(repr=False)
class Message:
    """
    One message, to however many recipients and in however many parts.

    Attributes:
        most_serious: The status of the recipient that needs to be seen first, by ``SERIOUSNESS``.
        recipients: How many recipients stand at each status. The parts of an SMS are one: as far as the least of them,
            and a part that nothing was heard of stands at unknown.
        keys: The keys of all its copies.
    """

    most_serious: Status
    recipients: Mapping[Status, int]
    keys: tuple[Hashable, ...]

    def __repr__(self) -> str:
        recipients = {str(status): count for status, count in self.recipients.items()}
        return f"Message({self.most_serious}, recipients={recipients})"  # keys are personal data


def messages(lines: Sequence[Counted]) -> tuple[Message, ...]:
    """Group *lines* by the ids they share, however long the chain, in the order in which they are first met."""
    above = list(range(len(lines)))

    def root(place: int) -> int:
        while above[place] != place:
            above[place] = place = above[above[place]]
        return place

    first_with: dict[object, int] = {}
    for place, line in enumerate(lines):
        for each in line.ids:
            one, other = root(first_with.setdefault(each, place)), root(place)
            above[max(one, other)] = min(one, other)
    groups: dict[int, list[Counted]] = {}
    for place, line in enumerate(lines):
        groups.setdefault(root(place), []).append(line)
    return tuple(_message(group) for group in groups.values())


def _message(lines: Sequence[Counted]) -> Message:
    statuses = _per_recipient(lines) if any(line.part for line in lines) else [line.status for line in lines]
    return Message(_most_serious(statuses), dict(Counter(statuses)), tuple(line.key for line in lines))


def _per_recipient(lines: Iterable[Counted]) -> list[Status]:
    """Make one of the parts that went to one recipient on one channel, and of what is known of that message as a whole."""
    wholes: dict[object, list[Status]] = {}
    parts: dict[object, list[Counted]] = {}
    for line in lines:
        if line.part is None:
            wholes.setdefault((line.recipient, line.channel), []).append(line.status)
        else:
            parts.setdefault((line.recipient, line.channel), []).append(line)
    for where, of_one in parts.items():
        # our own side knows no parts: its pending is of this message too, and is the less told of the two
        of_parts, of_whole = _least(of_one), wholes.get(where, [])
        wholes[where] = [max([of_parts, *of_whole], key=lambda status: DEFAULT.rank(status, Actor.UNKNOWN))]
    return [status for statuses in wholes.values() for status in statuses]


def _least(parts: Sequence[Counted]) -> Status:
    numbers = [part for line in parts if (part := line.part)]
    missing = len({number for number, _ in numbers}) < max(of for _, of in numbers)
    return _most_serious([*(line.status for line in parts), *([Status.UNKNOWN] if missing else [])])


def _most_serious(statuses: Iterable[Status]) -> Status:
    return min(statuses, key=_PLACE.__getitem__)
