"""
What suppression costs: folding, asking, merging and room, for lists of a thousand addresses up to a million.

    python benchmarks/suppression.py [--json]

The mixture is pinned: two deliveries to each address, openings by some, and of a hundred addresses three bad, one refused
for its content, and half a one that complained; a third at one large domain, the rest at 5,000 others. Folding is told as
a multiple of ``json.loads`` on the same events as they are stored; asking and merging in microseconds, and as a multiple of
the same on the smallest list, which should be about 1 for asking. "first" is the first question after a merge. Room is that
of the list and its evidence, measured on a list of 10,000 addresses.
"""

import gc
import json
import random
import tracemalloc
from collections.abc import Iterator, Mapping
from datetime import timedelta

from timing import seconds, show

from deliverystatus import Event, Failure, SuppressionList, suppress
from deliverystatus.testing import START

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ROUNDS, ASKED, BATCH, MEASURED = 7, 1_000, 100, 10_000
DAY = 24 * 60 * 60
NOW = START + timedelta(days=3)
UNKNOWN = Failure(diagnostic="550 5.1.1 The email account that you tried to reach does not exist")
SPAM = Failure(diagnostic="550 5.7.1 Message rejected as spam")


def address(number: int) -> str:
    """Name a recipient; each call makes a string of its own, as each webhook does."""
    return f"recipient{number}@{'large.example' if number % 3 == 0 else f'host{number % 5000}.example'}"


def events(numbers: range, chance: random.Random) -> Iterator[Event]:
    """Make what happened to the recipients with these numbers."""
    for number in numbers:
        drawn = chance.random()
        yield _event("delivered", number, 0)
        yield _event("delivered", number, 1)
        if drawn > 0.6:  # noqa: PLR2004 (the mixture)
            yield _event("opened", number, 1)
        if drawn < 0.03:  # noqa: PLR2004
            yield _event("bounced", number, 2, failure=UNKNOWN)
        elif drawn < 0.04:  # noqa: PLR2004
            yield _event("bounced", number, 2, failure=SPAM)
        elif drawn < 0.045:  # noqa: PLR2004
            yield _event("complained", number, 2)


def _event(kind: str, number: int, day: int, failure: Failure | None = None) -> Event:
    return Event(
        kind,
        recipient=address(number),
        provider="sendgrid",
        message_id=f"{number:022d}.{day}",
        occurred_at=START + timedelta(seconds=day * DAY + number % DAY),
        failure=failure,
    )


def folding() -> float:
    """Say how long folding takes, as a multiple of decoding the same events."""
    made = list(events(range(SIZES[0]), random.Random(20260101)))  # noqa: S311 (a pinned mixture, no secret)
    stored = [json.dumps(event.to_dict()) for event in made]

    def decoded() -> None:
        for each in stored:
            json.loads(each)

    times = [(seconds(decoded), seconds(lambda: suppress(made))) for _ in range(3 * ROUNDS)]
    best = [min(column) for column in zip(*times, strict=True)]
    return best[1] / best[0]


def asking(lists: Mapping[int, SuppressionList]) -> dict[int, float]:
    """Say how long a question takes with each list, in microseconds; one after the other in every round."""
    best = dict.fromkeys(lists, float("inf"))
    for each in range(ROUNDS):
        for size, known in lists.items():
            chance = random.Random(each)  # noqa: S311
            asked = [address(chance.randrange(size)) for _ in range(ASKED)]

            def ask(known: SuppressionList = known, asked: list[str] = asked) -> None:
                for recipient in asked:
                    known.may_send(recipient, purpose="bulk", now=NOW)

            best[size] = min(best[size], seconds(ask) / ASKED * 1e6)
    return best


def merging(known: SuppressionList, size: int) -> tuple[float, float]:
    """Say how long merging a batch takes, and the first question to what comes of it, of a bad address there."""
    bad = next(place for place in known if not known.may_send(place, purpose="bulk", now=NOW).allowed)
    merged, asked = [], []
    for each in range(ROUNDS):
        numbers = range(size - BATCH // 2 + each, size + BATCH // 2 + each)  # some are known, some new
        batch = suppress(events(numbers, random.Random(each)))  # noqa: S311
        kept: list[SuppressionList] = []
        merged.append(seconds(lambda batch=batch, kept=kept: kept.append(known | batch)))
        asked.append(seconds(lambda kept=kept: kept[0].may_send(bad, purpose="bulk", now=NOW)))
    return min(merged) * 1e6, min(asked) * 1e6


def room(size: int) -> float:
    """Say how many bytes an address takes."""
    tracemalloc.start()
    known = suppress(events(range(size), random.Random(1)))  # noqa: S311
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del known
    return taken / size


def measure() -> list[dict[str, object]]:
    """Measure each size and give its row."""
    folded = folding()
    taken = room(MEASURED)
    lists = {size: suppress(events(range(size), random.Random(size))) for size in SIZES}  # noqa: S311
    gc.freeze()
    asked = asking(lists)
    rows: list[dict[str, object]] = []
    for size, known in lists.items():
        merged, first = merging(known, size)
        rows.append(
            {
                "addresses": size,
                "fold (x json.loads)": round(folded, 2),
                "bytes/address": round(taken),
                "may_send us": round(asked[size], 1),
                "x smallest": round(asked[size] / asked[SIZES[0]], 2),
                f"| of {BATCH} us": round(merged),
                "first us": round(first),
            }
        )
    return rows


if __name__ == "__main__":
    show(__doc__, measure)
