"""The report, written to files: the page, and the same copies as CSV and JSON."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from deliverystatus import Copies, MissingExtra, UnknownName, report
from deliverystatus._cli._files import STDIN
from deliverystatus.report._words import Words

_OUT = click.Path(dir_okay=False, allow_dash=True)


def _locale(_context: click.Context, _parameter: click.Parameter, tag: str) -> str:
    try:
        Words.of(tag)
    except UnknownName as error:
        raise click.BadParameter(str(error)) from None
    return tag


#: What is written, and where to; what is shown in it.
OPTIONS = (
    click.option("--html", metavar="FILE", type=_OUT, help="Write the report as one HTML page; needs the extra [report]."),
    click.option("--csv", metavar="FILE", type=_OUT, help="Write one line for each copy."),
    click.option("--json", metavar="FILE", type=_OUT, help="Write one object for each copy."),
    click.option("--locale", metavar="TAG", default="en", callback=_locale, help="Write in this language, or the nearest."),
    click.option("--title", metavar="TEXT", help="The page's heading."),
    click.option(
        "--metadata",
        metavar="KEY",
        multiple=True,
        help="Show this of the data that you gave each message; may be repeated. Nothing else of it is shown.",
    ),
    click.option("--queries", is_flag=True, help="Show the queries of links in the page: they may hold tokens."),
)  # fmt: skip


def written(
    copies: Copies, outputs: Mapping[str, str | None], *, title: str | None, queries: bool, **shown: Any
) -> None:
    """
    Make all that was asked for, then write it, so that nothing is written if anything cannot be made.

    Raises:
        click.UsageError: If nothing was asked for, two things go to standard output, or a file cannot be written.
    """
    wanted = {kind: path for kind, path in outputs.items() if path is not None}
    if not wanted:
        raise click.UsageError("say where to write the report: --html FILE, --csv FILE or --json FILE")
    if len(set(wanted.values())) < len(wanted):
        raise click.UsageError("each form of the report needs a place of its own")
    forms: dict[str, Callable[[], str]] = {
        "html": partial(report.html, copies, title=title, queries=queries, **shown),
        "csv": partial(report.csv, copies, **shown),
        "json": partial(report.json, copies, **shown),
    }
    try:
        made = {path: forms[kind]() for kind, path in wanted.items()}
    except MissingExtra as error:
        raise click.UsageError(str(error)) from None
    for path, text in made.items():
        try:
            _write(path, text)
        except OSError as error:
            raise click.UsageError(f"cannot write {click.format_filename(path)}: {error.strerror}") from None


def _write(path: str, text: str) -> None:
    """Write all or nothing: a report that is opened while it is written anew, or half written, would mislead."""
    if path == STDIN:
        click.echo(text, nl=False)
        return
    place = Path(path).resolve()
    if place.exists() and not place.is_file():  # a device or a pipe: nothing can take its place
        place.write_text(text, encoding="utf-8", newline="")
        return
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".report-")  # for its owner's eyes only
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
