"""
Write the pages that are drawn from the tables of the code: statuses.md, words.md, providers.md.

    python docs/make_tables.py [--check]

With ``--check`` nothing is written; the exit code is 1 if a page is not what the tables say.
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import deliverystatus as ds
from deliverystatus import _enums, _policies, providers
from deliverystatus.providers._matrix import COLUMNS, cells

HERE = Path(__file__).parent
STAMP = "<!-- Written by docs/make_tables.py from the tables of the code. Do not edit. -->\n"

#: What the columns of the matrix mean.
MATRIX_NOTES = (
    "A dash means that there is none, or that it is not documented. *Tells machines*: the kinds of which it says whether a",
    "machine did it. *Event id*: whether every event has its **own**, **some** have one, or it is **shared** by the events of",
    "several recipients; a hint in any case. *Covers*: what cannot be changed without its being seen. *Fresh for*: how old a",
    "signature may be; where there is a dash it carries no time, so remember the keys (`Trusted.replay_key`). *Ends retries*:",
    "the answer after which the provider does not send again. Give it only to what was verified, can never be read, and is stored.",
)


def statuses() -> str:
    """Draw the default policy, and what each kind of event proves."""
    lines = [
        STAMP,
        "# Statuses",
        "",
        "Where a copy stands is read off all that is known of it, by a *policy*. The default policy shows the highest of",
        "these that is proved. It never falls when more becomes known (law 5).",
        "",
        "```mermaid",
        "flowchart LR",
    ]
    levels = [_level(level) for level in _policies.DEFAULT.levels]
    lines += [f"    L{n}[{name}] --> L{n + 1}[{levels[n + 1]}]" for n, name in enumerate(levels[:-1])]
    lines += ["```", ""]
    lines += _table(
        ("", "status", "axis", "what it means", "why it overrules the one above"),
        (
            (
                str(rank),
                _level(level),
                _name(_policies.AXES[level.status]),
                level.status.meaning,
                level.why,
            )
            for rank, level in enumerate(_policies.DEFAULT.levels)
        ),
    )
    lines += ["", "## What an event proves", ""]
    lines += _table(
        ("kind", "what happened", "proves", "if a machine did it"),
        (
            (
                f"`{kind}`",
                kind.meaning,
                _name(_policies.PROVES[kind]),
                _name(_policies.PROVES_BY_MACHINE.get(kind, _policies.PROVES[kind])),
            )
            for kind in ds.EventKind
        ),
    )
    lines += ["", "## Policies", ""]
    lines += _table(
        ("name", "family", "what it shows", "order, lowest first"),
        (
            (
                f"`{policy.name}`",
                "rank" if isinstance(policy, ds.RankPolicy) else "time",
                policy.meaning,
                " < ".join(map(_level, policy.levels)) if isinstance(policy, ds.RankPolicy) else "by the events' times",
            )
            for policy in ds.POLICIES.values()
        ),
    )
    lines += ["", "## Contradictions", "", "Reported with the status, never hidden.", ""]
    lines += _table(("contradiction", "meaning"), ((f"`{each}`", each.meaning) for each in ds.Contradiction))
    return "\n".join([*lines, ""])


def words() -> str:
    """List every closed vocabulary."""
    lines = [
        STAMP,
        "# Words",
        "",
        "Every closed list of words the library speaks. Members are appended, never moved.",
        "",
    ]
    vocabularies = [each for each in vars(_enums).values() if inspect.isclass(each) and issubclass(each, _enums.Word)]
    for vocabulary in vocabularies:
        if vocabulary is not _enums.Word:
            lines += [f"## {vocabulary.__name__}", "", (vocabulary.__doc__ or "").strip(), ""]
            lines += _table(("", "word", "meaning"), ((str(w.ordinal), f"`{w}`", w.meaning) for w in vocabulary))
            lines.append("")
    return "\n".join(lines)


def provider_pages() -> str:
    """Give the matrix of providers, and each one's tables and quirks."""
    all_of_them = [providers.get(name) for name in providers.names()]
    lines = [STAMP, "# Providers", ""]
    lines += _table(
        ("name", "provider", *(name.replace("_", " ") for name in COLUMNS)),
        ((f"`{p.name}`", p.title, *cells(p)) for p in all_of_them),
    )
    lines += ["", *MATRIX_NOTES]
    for provider in all_of_them:
        module = sys.modules[f"deliverystatus.providers.{provider.name}"]
        lines += ["", f"## {provider.title}", "", "```text", inspect.cleandoc(module.__doc__ or ""), "```"]
        for field, table in provider.tables.items():
            lines += ["", f"`{field}`", ""]
            lines += _table(
                ("word", "is read as"), ((f"`{word}`", _read_as(meaning)) for word, meaning in table.items())
            )
    return "\n".join([*lines, ""])


def _level(level: _policies.Level) -> str:
    return f"{level.status} by a person" if level.actor else str(level.status)


def _name(word: object) -> str:
    return "" if word is None else str(word)


def _read_as(meaning: object) -> str:
    if isinstance(meaning, tuple | list | frozenset):
        return ", ".join(_read_as(part) for part in meaning if part is not None)
    return "" if meaning is None else str(meaning)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = tuple(head)
    lines = [_row(head), _row("---" for _ in head)]
    return [*lines, *(_row(cell.replace("|", "\\|") for cell in row) for row in rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


PAGES = {"statuses.md": statuses, "words.md": words, "providers.md": provider_pages}


def main(pages: Mapping[str, Callable[[], str]]) -> int:
    """Write, or check, every page."""
    arguments = argparse.ArgumentParser(description="Write the pages that are drawn from the code.")
    arguments.add_argument("--check", action="store_true", help="write nothing; say what is out of date")
    check = arguments.parse_args().check
    stale = []
    for name, page in pages.items():
        path = HERE / name
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"out of date: {', '.join(stale)}; run make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(PAGES))
