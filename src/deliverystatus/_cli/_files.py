"""
From paths to events: which files are read, as what, and what of them could not be.

A file's name says how it is read: ``ANYTHING.PROVIDER.json`` (or ``.txt``, a form; ``.eml``, a mail) is one webhook body as it was posted,
``ANYTHING.events.jsonl`` holds one event a line as ``Event.to_dict`` writes it. What a name does not say, the option
``--provider`` may. Problems are told by file, path and kind of thing; nothing of a payload is shown.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.progress import track

from deliverystatus import Event, Notice, Parsed, PayloadError, Provider, UnknownName, providers
from deliverystatus._decoding import decode

#: Standard input, by convention.
STDIN = "-"

#: How the names of webhook bodies end: JSON, forms, and mails.
BODIES = (".json", ".txt", ".eml")

#: How the names of files with one event a line end.
EVENT_LINES = ".events.jsonl"

#: From so many files on it takes long enough to say how far it is.
MANY = 20


@attrs.frozen
class File:
    """
    One file to read.

    Attributes:
        path: Where it is, as it is shown; ``-`` is standard input.
        provider: Whose webhook body it is; ``None``: events, one a line.
    """

    path: str
    provider: Provider | None

    def content(self) -> bytes:
        """Give all of it."""
        with click.open_file(self.path, "rb") as file:
            content: bytes = file.read()
        return content


@attrs.frozen
class Problem:
    """
    Something that could not be read.

    Attributes:
        file: In which file.
        where: Where in it; empty for all of it.
        what: What was expected and what kind of thing came.
    """

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.where, self.what)))


@attrs.frozen
class Found:
    """
    All that some files said.

    Attributes:
        events: The events, each with its file, in order.
        notices: What is about no recipient, each with its file.
        problems: What could not be read.
        passed_over: Files in folders that may be webhook bodies; nothing says whose.
    """

    events: list[tuple[str, Event]] = attrs.field(factory=list)
    notices: list[tuple[str, Notice]] = attrs.field(factory=list)
    problems: list[Problem] = attrs.field(factory=list)
    passed_over: list[str] = attrs.field(factory=list)

    def refused(self, error: OSError, path: str | None = None) -> None:
        """Note that a file or folder cannot be read."""
        self.problems.append(Problem(path or str(error.filename), "", f"cannot be read: {error.strerror}"))


def find(paths: Iterable[str], provider: Provider | None, found: Found) -> list[File]:
    """
    Say which files are read, those in folders in the order of their names. What cannot be looked into is in *found*.

    Raises:
        click.UsageError: If a file was asked for by its name, and nothing says how to read it.
    """
    files = []
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            for each in _inside(path, found):
                if (file := _file(each, provider)) is not None:
                    files.append(file)
                elif each.endswith(BODIES):
                    found.passed_over.append(each)
        elif path == STDIN:
            files.append(File(path, provider))
        elif (file := _file(path, provider)) is not None:
            files.append(file)
        elif provider is not None:
            files.append(File(path, provider))
        else:
            raise click.UsageError(
                f"{click.format_filename(path)}: its name does not say how to read it: name it ANYTHING.PROVIDER.json "
                f"or ANYTHING{EVENT_LINES}, or give --provider"
            )
    return files


def _inside(folder: str, found: Found) -> list[str]:
    """Give the files in a folder and its folders, without hidden ones, sorted by the parts of their paths."""
    paths = []
    for here, folders, names in os.walk(folder, onerror=found.refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(here, name) for name in names if not name.startswith(".")]
    return [str(path) for path in sorted(paths)]


def _file(path: str, otherwise: Provider | None) -> File | None:
    """Say how a file is read: by its name, or else, if it looks like a body, as *otherwise* says."""
    if f".{Path(path).name}".endswith(EVENT_LINES):
        return File(path, None)
    if not path.endswith(BODIES):
        return None
    _, dot, name = Path(path).stem.rpartition(".")
    if dot:
        try:
            return File(path, providers.get(name))
        except UnknownName:
            pass
    return None if otherwise is None else File(path, otherwise)


def read(files: Sequence[File], found: Found, *, reference: str | None, account: str | None) -> None:
    """Read them all; a progress bar on standard error says how far it is, if they are many and somebody looks."""
    watched = len(files) > MANY and sys.stderr.isatty()  # rich would believe FORCE_COLOR, which asks for colours only
    for file in track(files, "Reading", console=Console(stderr=True), transient=True) if watched else files:
        try:
            content = file.content()
            if file.provider is None:
                _add_lines(found, file.path, content)
            else:
                _add(found, file.path, file.provider.parse(content, reference=reference, account=account))
        except PayloadError as error:
            found.problems.append(Problem(file.path, error.path, error.problem))
        except OSError as error:
            found.refused(error, file.path)


def _add(found: Found, path: str, parsed: Parsed) -> None:
    found.events.extend((path, event) for event in parsed.events)
    found.notices.extend((path, notice) for notice in parsed.notices)
    found.problems.extend(Problem(path, unread.path, unread.problem) for unread in parsed.unread)


def _add_lines(found: Found, path: str, content: bytes) -> None:
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            try:
                found.events.append((path, Event.from_dict(decode(line, None))))
            except PayloadError as error:
                where = ", ".join(filter(None, (f"line {number}", error.path)))
                found.problems.append(Problem(path, where, error.problem))
