"""
Why messages failed, one row for each reply or for each recipient of a mail that came back.

A text is a server's reply, the name of a file that holds a mail, or "-" for standard input: a mail, or a reply a line.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import click

from deliverystatus import Diagnosis, EventKind, Party, diagnose, fold
from deliverystatus._cli._files import STDIN
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._explain import Explanation, explain
from deliverystatus._mail import looks_like_mail
from deliverystatus.providers import smtp


@attrs.frozen
class Why:
    """
    What is known of one failure.

    Attributes:
        about: The reply, or whom a mail is about.
        kind: What a mail says happened; ``None`` for a reply.
        diagnosis: Why; ``None`` if it is no failure, such as a complaint.
        told: The same in words.
    """

    about: str
    kind: EventKind | None
    diagnosis: Diagnosis | None
    told: Explanation

    @property
    def problem_of(self) -> Party:
        """Whose problem it is: of a failure that of its reason, else of whoever has to act."""
        return self.told.who_acts if self.diagnosis is None else CONSEQUENCES[self.diagnosis.reason].who_acts


def reasons(texts: Iterable[str]) -> Iterator[Why]:
    """Diagnose each text; a mail that reports nothing gives nothing."""
    for text in texts:
        if text == STDIN:
            raw = sys.stdin.buffer.read()
            if looks_like_mail(raw):
                yield from _of_mail(raw)
            else:
                yield from map(_of_reply, filter(str.strip, raw.decode(errors="replace").splitlines()))
        elif text.lower().endswith(".eml"):
            try:
                yield from _of_mail(Path(text).read_bytes())
            except OSError as error:
                raise click.UsageError(f"cannot read {text}: {error.strerror}") from None
        else:
            yield _of_reply(text)


def _of_reply(reply: str) -> Why:
    found = diagnose(reply)
    return Why(reply, None, found, explain(found))


def _of_mail(raw: bytes) -> Iterator[Why]:
    for event in smtp.parse(raw).events:
        diagnosis = None if event.failure is None else event.failure.diagnosis
        yield Why(event.recipient or "", event.kind, diagnosis, explain(fold([event])))
