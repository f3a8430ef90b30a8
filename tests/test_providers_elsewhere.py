"""Providers that another package brings, and one that is added here exactly as the page says."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import deliverystatus as ds
from deliverystatus import UnknownName, providers

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = ROOT / "docs" / "adding-a-provider.md"

#: A fenced block of the page, below the line that names its file.
BLOCK = re.compile(r"^`([\w./-]+)`:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written():
    """Give the files that the page shows, by their paths."""
    return dict(BLOCK.findall(PAGE.read_text("utf-8")))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install the page's provider as a package of its own, with what its entry point names; forget it afterwards."""

    def install(names):
        (tmp_path / "pigeon_post.py").write_text(written()["src/deliverystatus/providers/pigeon.py"], "utf-8")
        about = tmp_path / "pigeon_post-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon-post\nVersion: 1.0\n", "utf-8")
        (about / "entry_points.txt").write_text(f"[{providers.GROUP}]\n{names}\n", "utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    forget = [providers._of_another_package.cache_clear, providers.habits.cache_clear]
    for each in forget:
        each()
    yield install
    sys.modules.pop("pigeon_post", None)
    for each in forget:
        each()


def test_a_provider_of_another_package(installed):
    """An entry point is found by its name; parsing, verifying and explaining know it then."""
    installed("pigeon = pigeon_post:PROVIDER")
    body = written()["tests/fixtures/pigeon/released.json"]

    (event, *_) = ds.receive(
        "pigeon", body.encode(), secrets="a:b", headers={"Authorization": "Basic YTpi"}, now=NOW
    ).events

    assert ("pigeon", True) == (event.provider, event.authenticated)
    assert "pigeon" not in providers.names()
    assert providers.habits("pigeon") is providers.get("pigeon").habits


def test_nobody_replaces_a_provider_of_ours(installed):
    """What is here is never looked for elsewhere."""
    installed("sendgrid = pigeon_post:PROVIDER")

    assert "SendGrid" == providers.get("sendgrid").title


def test_an_entry_point_that_is_no_provider(installed):
    """An entry point has to name a provider."""
    installed("pigeon = pigeon_post:STATES")

    with pytest.raises(
        TypeError, match=r"^the entry point pigeon of deliverystatus.providers gives dict, no Provider$"
    ):
        providers.get("pigeon")


def test_a_miss_lists_all(installed):
    """A name that is nobody's lists those of this package and of others."""
    installed("pigeon = pigeon_post:PROVIDER")

    with pytest.raises(UnknownName) as caught:
        providers.get("owl")

    assert tuple(sorted({*providers.names(), "pigeon"})) == caught.value.known
    assert ds.Habits() == providers.habits("owl") == providers.habits(None)


def copied(tmp_path):
    """Give a copy of what a provider is added to: the package, its tests of providers, and the pages."""
    for name in ("src", "docs", "pyproject.toml", "README.md", "conftest.py"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for name in (
        "test_providers.py",
        "test_verify.py",
        "calls.py",
        "signers.py",
        "linear.py",
        "conftest.py",
        "laws/test_parse_is_total.py",
    ):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    shutil.copytree(ROOT / "tests" / "fixtures", tmp_path / "tests" / "fixtures")


def run(tmp_path, *command):
    """Run a command on the copy alone."""
    found = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.returncode, found.stdout + found.stderr


def test_a_provider_added_as_the_page_says(tmp_path):
    """The page's files, and nothing else, make a provider that is registered, fuzzed, covered row by row, verified and listed."""
    copied(tmp_path)
    for path, text in written().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "-k", "pigeon")

    code, output = run(tmp_path, *tests, "tests")

    assert 0 == code, output
    found = int(re.search(r"(\d+) passed", output)[1])
    assert found > 60, output  # its fixtures, its rows, the laws, the signatures
    code, output = run(tmp_path, "docs/make_tables.py")
    assert 0 == code, output
    page = (tmp_path / "docs" / "providers.md").read_text("utf-8")
    assert "| `pigeon` | Pigeon Post |" in page
    assert "hawk" in page


def test_a_row_that_no_fixture_shows(tmp_path):
    """A row of a table that the page's fixtures do not have is found out."""
    copied(tmp_path)
    for path, text in written().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text.replace('"hawk":', '"storm": EventKind.BOUNCED,\n    "hawk":'), "utf-8")

    code, output = run(
        tmp_path,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-k",
        "pigeon",
        "tests/test_providers.py",
    )

    assert 1 == code
    assert "('state', 'storm')" in output
