"""The public face, and what importing it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import deliverystatus

PACKAGE = Path(deliverystatus.__file__).parent

#: Modules that may look at the clock, the environment or files: the edges, and those that read package data.
EDGES = {"_cli", "__main__.py"}
PACKAGE_DATA = {"_explain.py", "vocabularies/__init__.py"}


def sources():
    """Give every source file of the core, by its place in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in EDGES:
            yield pytest.param(path, id=str(place))


def test_all_is_what_is_there():
    """``__all__`` names each thing once, and every name in it exists."""
    exported = deliverystatus.__all__
    assert len(set(exported)) == len(exported)
    assert [] == [name for name in exported if not hasattr(deliverystatus, name)]


def test_what_is_imported_on_first_use_is_there():
    """Names that are imported late are listed, and one that does not exist is no attribute."""
    assert set(deliverystatus.__all__) <= set(dir(deliverystatus))
    assert deliverystatus._ON_FIRST_USE.keys() <= set(deliverystatus.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        deliverystatus.nothing  # noqa: B018 (asking for it is the test)


def test_everything_public_is_in_all():
    """No public name of the package is left out of ``__all__``."""
    public = {
        name
        for name, value in vars(deliverystatus).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("deliverystatus")
    }
    assert public <= set(deliverystatus.__all__)


@pytest.mark.parametrize("name", [n for n in deliverystatus.__all__ if n[0].isupper() and not n.isupper()])
def test_every_public_class_has_a_docstring(name):
    """Every public class and function says what it is."""
    value = getattr(deliverystatus, name)
    if isinstance(value, type):
        assert value.__doc__


def test_importing_is_light():
    """Importing the library loads nothing that is only needed at its edges."""
    heavy = "click rich hypothesis dateutil email.message tomllib socket ssl sqlite3 logging asyncio importlib.metadata"
    code = f"import sys, deliverystatus; print([m for m in {heavy.split()!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == result.stdout.strip()


@pytest.mark.parametrize("path", list(sources()))
def test_the_core_reads_no_clock_no_environment_no_file(path):
    """Nothing but the command line asks what time it is; only texts and label packs are read from files."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    clocks = {name for name in called if name.rpartition(".")[2] in {"now", "utcnow", "today", "time", "monotonic"}}
    assert set() == clocks - {"reading.unix_time", "reading.iso_time"}
    assert set() == called & {"os.getenv", "os.environ.get", "print", "input", "logging.getLogger"}
    if str(path.relative_to(PACKAGE)) not in PACKAGE_DATA:
        assert set() == called & {"open", "Path.open", "files"}
