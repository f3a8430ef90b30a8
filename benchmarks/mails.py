"""
How long reading a mail that came back takes, as a multiple of ``email.message_from_bytes`` and of a bare ``re.search``.

    python benchmarks/mails.py [--json]

The mails are the fixtures of ``tests/fixtures/smtp``, each once with its returned message as it is, and once with one of
40 KB, as real ones are. Diagnoses are asked for too: they are the point. Each figure is the best of several rounds, with
the baseline taken anew in every round, so that a busy machine slows both alike.
"""

import argparse
import email
import gc
import json
import re
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import deliverystatus

ROUNDS = 15
FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "smtp"
BODY = b"Thank you for your order.\n"
GOAL = 500  # mails a second
BARE = re.compile(rb"user unknown", re.IGNORECASE)


def measure() -> list[dict[str, object]]:
    """Give a row for each size of mail."""
    small = [path.read_bytes() for path in sorted(FIXTURES.glob("*.eml"))]
    large = [mail.replace(b"Thank you.\n", BODY * (40_000 // len(BODY))) for mail in small]
    rows: list[dict[str, object]] = []
    for size, mails in (("small", small), ("large", large)):
        gc.collect()
        times = [tuple(_seconds(work, mails) for work in (_split, _search, _read)) for _ in range(ROUNDS)]
        split, search, read = (min(column) for column in zip(*times, strict=True))
        rows.append(
            {
                "mails": size,
                "bytes/mail": sum(map(len, mails)) // len(mails),
                "message_from_bytes us/mail": round(split / len(mails) * 1e6),
                "parse": round(read / split, 2),
                "times a search": round(read / search, 1),
                "mails/s": round(len(mails) / read),
                "goal": GOAL,
            }
        )
    return rows


def _split(mails: list[bytes]) -> None:
    for mail in mails:
        email.message_from_bytes(mail)


def _search(mails: list[bytes]) -> None:
    for mail in mails:
        BARE.search(mail)


def _read(mails: list[bytes]) -> None:
    for mail in mails:
        for event in deliverystatus.parse("smtp", mail).events:
            event.reason  # noqa: B018 (diagnosed on first use)


def _seconds(work: Callable[[list[bytes]], None], mails: list[bytes]) -> float:
    start = perf_counter()
    work(mails)
    return perf_counter() - start


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="one JSON line per row")
    rows = measure()
    if arguments.parse_args().json:
        for row in rows:
            print(json.dumps(row))
        return
    columns = list(rows[0])
    for line in [dict(zip(columns, columns, strict=True)), *rows]:
        print("  ".join(f"{line[column]!s:>26}" for column in columns))


if __name__ == "__main__":
    main()
