"""
How long reading a mail that came back takes, as a multiple of ``email.message_from_bytes`` and of a bare ``re.search``.

    python benchmarks/mails.py [--json]

The mails are the fixtures of ``tests/fixtures/smtp``, each once with its returned message as it is, and once with one of
40 KB, as real ones are. Diagnoses are asked for too: they are the point. Each figure is the best of several rounds, with
the baseline taken anew in every round, so that a busy machine slows both alike.
"""

import email
import re
from functools import partial
from pathlib import Path

from timing import seconds, show

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
        times = [tuple(seconds(partial(work, mails)) for work in (_split, _search, _read)) for _ in range(ROUNDS)]
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


if __name__ == "__main__":
    show(__doc__, measure)
