"""The stories in ``examples/`` come out as they say, however their files arrive."""

import json
import tomllib
from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner

import deliverystatus as ds
from deliverystatus._cli import cli

EXAMPLES = Path(__file__).parent.parent / "examples"
STORIES = sorted(path.parent for path in EXAMPLES.glob("*/story.toml"))

#: All that happens to messages and surprises people; each is the name of a folder, behind its number.
MUST_BE_TOLD = {
    "late-bounce",
    "open-before-delivered",
    "complaint-after-click",
    "deferral-that-clears",
    "deferral-that-does-not",
    "dropped-after-a-complaint",
    "opened-by-a-machine",
    "out-of-office",
    "smtp-says-sent",
    "joined-by-reference",
    "two-recipients",
    "duplicates",
    "an-event-nobody-knows",
    "a-broken-element",
    "test-mode",
    "a-bounce-without-an-id",
    "the-line-went-dead",
}


def story_of(folder):
    """Read what a story says of itself."""
    return tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))


def said_in(path, reference):
    """Read one file of a story: its events, and how many elements went unread."""
    if path.suffix == ".jsonl":
        return [ds.Event.from_dict(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()], 0
    provider = path.stem.rpartition(".")[2]
    parsed = ds.parse(provider, path.read_bytes(), reference=reference)
    return list(parsed.events), len(parsed.unread)


def files_of(folder):
    """Give a story's files in order of arrival."""
    return sorted(path for path in folder.iterdir() if path.name != "story.toml")


def statuses(copies):
    """Give what a story expects: the status of each recipient's copy."""
    return {key.recipient: str(record.status) for key, record in copies.items()}


@pytest.mark.parametrize("folder", STORIES, ids=lambda folder: folder.name)
def test_story_comes_out_in_every_order(folder):
    """Whatever order the files of a story arrive in, its copies are equal, and stand where it says."""
    story = story_of(folder)
    said = [said_in(path, story.get("reference"))[0] for path in files_of(folder)]
    assert len(said) <= 6
    first = ds.fold_copies(event for events in said for event in events)
    assert story["expect"] == statuses(first)
    for order in permutations(said):
        assert dict(first) == dict(ds.fold_copies(event for events in order for event in events))


@pytest.mark.parametrize("folder", STORIES, ids=lambda folder: folder.name)
def test_story_needs_no_option(folder):
    """The demonstration reads all stories without options: a story that has a reference key comes out without it."""
    copies = ds.fold_copies(event for path in files_of(folder) for event in said_in(path, None)[0])
    assert story_of(folder)["expect"] == statuses(copies)


@pytest.mark.parametrize("folder", STORIES, ids=lambda folder: folder.name)
def test_nothing_in_a_story_is_lost(folder):
    """What makes up no copy is what the story says: unread, uncorrelated, in test mode, or known to nobody."""
    story = story_of(folder)
    said = [said_in(path, story.get("reference")) for path in files_of(folder)]
    events = [event for events, _ in said for event in events]
    copies = ds.fold_copies(events)
    assert {name: story.get(name, 0) for name in ("unread", "uncorrelated", "tests", "unknown")} == {
        "unread": sum(unread for _, unread in said),
        "uncorrelated": len(copies.uncorrelated),
        "tests": len(copies.tests),
        "unknown": sum(event.kind is ds.EventKind.UNKNOWN for event in events),
    }


def test_each_surprise_has_its_story():
    """What surprises people is told, once."""
    told = Counter(folder.name.partition("-")[2] for folder in STORIES)
    assert set() == MUST_BE_TOLD - set(told)
    assert {1} == set(told.values())


def test_stories_span_all_four_providers():
    """Each of the first four providers tells at least two stories."""
    told = Counter(
        provider
        for folder in STORIES
        for provider in {path.stem.rpartition(".")[2] for path in files_of(folder) if path.suffix != ".jsonl"}
    )
    assert {"mailgun", "postmark", "sendgrid", "smtp"} == {name for name, number in told.items() if number >= 2}


def test_readme_lists_every_story():
    """The table in the README has a row for each folder, with its title."""
    rows = [
        line for line in (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| [")
    ]
    assert [(folder.name, story_of(folder)["title"]) for folder in STORIES] == [
        (row.partition("[")[2].partition("]")[0], row.split(" | ")[2].removesuffix(".")) for row in rows
    ]


def test_no_story_names_a_real_address():
    """People in stories live at domains that are reserved for examples (RFC 2606)."""
    for folder in STORIES:
        for path in files_of(folder):
            for event in said_in(path, None)[0]:
                assert event.recipient.rpartition("@")[2] in {"example.com", "example.org", "example.net"}


def test_demonstration_has_a_row_for_each_copy():
    """The table of all stories names every recipient of every story, with something to do."""
    result = CliRunner().invoke(cli, ["explain", str(EXAMPLES)], env={"COLUMNS": "110"})
    expected = {recipient for folder in STORIES for recipient in story_of(folder)["expect"]}
    rows = [line for line in result.stdout.splitlines() if line.startswith("│") and "@example." in line.split("│")[1]]
    assert expected == {row.split("│")[1].strip().lower() for row in rows}
    assert len(expected) == len(rows)
    assert all(column.strip() for row in rows for column in row.split("│")[1:5])


def test_demonstration_tells_what_it_could_not_read():
    """One element of the stories is broken: its place is told, none of its content, and the exit code is 3."""
    result = CliRunner().invoke(cli, ["explain", str(EXAMPLES)], env={"COLUMNS": "110"})
    assert 3 == result.exit_code
    broken = EXAMPLES / "14-a-broken-element" / "01-batch.sendgrid.json"
    assert f"  {broken}: 2.timestamp: expected seconds since the epoch, got str" in result.stdout.splitlines()


@pytest.mark.parametrize("width", [60, 80, 100, 110, 120])
def test_demonstration_keeps_within_the_terminal(width):
    """No line of the table is wider than the terminal, and no text is cut short."""
    result = CliRunner().invoke(cli, ["explain", str(EXAMPLES)], env={"COLUMNS": str(width)})
    drawn = [line for line in result.stdout.splitlines() if line[:1] in set("╭├│╰")]
    assert width >= max(map(len, drawn))
    assert "…" not in "".join(drawn)
