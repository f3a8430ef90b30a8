"""The public face, and what importing it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import deliverystatus

PACKAGE = Path(deliverystatus.__file__).parent

#: Modules that may look at the clock, the environment or files: the edges.
EDGES = {"_cli", "__main__.py"}

#: What each module of the core that reads data of this package calls to read it. No other file is read.
PACKAGE_DATA = {
    "_explain/_texts.py": {"files", "iterdir", "read_bytes"},
    "_rules.py": {"files", "read_text"},
    "report/_page.py": {"files", "read_bytes"},
    "report/_words.py": {"files", "iterdir", "read_bytes"},
    "vocabularies/__init__.py": {"files", "iterdir"},
    "vocabularies/_pack.py": {"read_bytes"},
}

#: Calls and names by their last part, however the object before it is called.
READS_FILES = {
    "as_file", "exists", "files", "get_data", "glob", "is_dir", "is_file", "iterdir", "joinpath", "listdir", "open",
    "open_binary", "open_text", "read_binary", "read_bytes", "read_text", "rglob", "scandir", "stat", "walk",
    "write_bytes", "write_text",
}  # fmt: skip
READS_CLOCKS = {"now", "utcnow", "today"}
READS_SURROUNDINGS = {
    "argv", "environ", "environb", "getLogger", "getenv", "getenvb", "input", "print", "stderr", "stdin", "stdout",
}  # fmt: skip


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
    # what measures coverage is there before us
    code = f"import sys; there = set(sys.modules); import deliverystatus; print({set(heavy.split())!r} & (set(sys.modules) - there))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()" == result.stdout.strip()


def called_in(source):
    """Give the last name of everything that some code calls."""
    called = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {ast.unparse(each).rpartition(".")[2] for each in called}


def imported_in(source):
    """Give the packages that some code imports from."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    return {module.partition(".")[0] for module in modules}


def named_in(source):
    """Give the last part of every name that some code uses, called or not."""
    nodes = list(ast.walk(ast.parse(source)))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.id for node in nodes if isinstance(node, ast.Name)
    }


@pytest.mark.parametrize("path", list(sources()))
def test_the_core_reads_no_clock_no_environment_no_file(path):
    """Nothing but the command line asks what time it is; only rules, texts and label packs are read from files."""
    source = path.read_text(encoding="utf-8")

    assert set() == imported_in(source) & {"time", "logging"}
    assert set() == called_in(source) & READS_CLOCKS
    assert set() == named_in(source) & READS_SURROUNDINGS
    assert PACKAGE_DATA.get(path.relative_to(PACKAGE).as_posix(), set()) == called_in(source) & READS_FILES


@pytest.mark.parametrize(
    "code",
    [
        "open('x')",
        "resources.files(__name__)",
        "Path('x').read_bytes()",
        "(folder / 'x').read_text()",
        "path.open()",
        "files('x').joinpath('y')",
    ],
)
def test_reading_a_file_is_seen(code):
    """However a file is read, the test above sees it."""
    assert set() != called_in(f"def f():\n    return {code}") & READS_FILES
