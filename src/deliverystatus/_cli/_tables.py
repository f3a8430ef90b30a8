"""
How answers are shown: tables for people, JSON lines for programs.

Text from strangers is shown without the characters that would steer a terminal, and nothing in it is taken for markup.
Colour is for terminals that were not asked to go without (https://no-color.org).
"""

import json
import os
import shutil
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich import box
from rich.console import Console, ConsoleRenderable
from rich.table import Table
from rich.text import Text

from deliverystatus import Status

#: How wide the output is where nobody says.
WIDTH = 110

#: Below this, four columns of sentences are too narrow to read.
NARROW = 96

#: Colours of statuses: green arrived, yellow in doubt, red did not arrive. Total over Status.
STYLES: Mapping[Status, str] = {
    Status.UNKNOWN:             "dim",
    Status.PENDING:             "cyan",
    Status.SENDING:             "cyan",
    Status.WITHHELD:            "magenta",
    Status.REJECTED:            "red",
    Status.OUTCOME_UNKNOWN:     "yellow",
    Status.ACCEPTED:            "cyan",
    Status.SENT:                "cyan",
    Status.DEFERRED:            "yellow",
    Status.DROPPED:             "red",
    Status.UNDETERMINED_BOUNCE: "yellow",
    Status.DELIVERED:           "green",
    Status.OPENED:              "green",
    Status.CLICKED:             "green",
    Status.UNSUBSCRIBED:        "magenta",
    Status.ACKNOWLEDGED:        "green",
    Status.RESPONDED:           "green",
    Status.SOFT_BOUNCED:        "red",
    Status.BOUNCED:             "red",
    Status.COMPLAINED:          "red",
}  # fmt: skip


def console(*, stderr: bool = False) -> Console:
    """Give an output as it is now: its width, and whether it takes colours."""
    return Console(
        stderr=stderr,
        width=shutil.get_terminal_size((WIDTH, 0)).columns,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        highlight=False,
    )


def harmless(text: object) -> str:
    """Give text of strangers on one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(str(text).split()))


def cell(text: object, style: str = "") -> Text:
    """Give text of strangers as it can be shown."""
    return Text(harmless(text), style)


def labelled(label: str, status: Status) -> Text:
    """Give a label in the colour of its status."""
    return cell(label, f"bold {STYLES[status]}")


def table(*columns: str, rows: Iterable[Iterable[object]], lines: bool = False, whole: Container[str] = ()) -> Table:
    """
    Make a table.

    Args:
        columns: Their headings.
        rows: The cells, as text or as rich shows them.
        lines: Whether lines part the rows, for rows of more than one line.
        whole: Columns that are never narrowed.
    """
    made = Table(
        box=box.ROUNDED if lines else box.SIMPLE_HEAD,
        show_lines=lines,
        header_style="bold",
        padding=(0, 1) if lines else (0, 1, 0, 0),
        pad_edge=lines,
    )
    for column in columns:  # a word longer than its column goes on below: no address is cut short
        made.add_column(column, overflow="fold", no_wrap=column in whole)
    for row in rows:
        made.add_row(*(each if isinstance(each, ConsoleRenderable) else cell(each) for each in row))
    return made


def numbered(texts: Sequence[str]) -> ConsoleRenderable:
    """Show what is to be done, in order."""
    if len(texts) == 1:
        return cell(texts[0])
    steps = Table.grid(padding=(0, 1, 0, 0))
    for number, text in enumerate(texts, 1):
        steps.add_row(f"{number}.", cell(text))
    return steps


def in_utc(moment: datetime | None) -> str:
    """Give a time to the minute."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def iso(moment: datetime | None) -> str | None:
    """Give a time as events are written."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def write(answers: Iterable[Mapping[str, Any]]) -> None:
    """Write each answer as one line of JSON, in ASCII: no text in it can break the line or steer a terminal."""
    for answer in answers:
        click.echo(json.dumps(answer))
