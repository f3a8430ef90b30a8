"""The code of README.md and docs/ runs as tests."""

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "docs/*.md"],
).pytest()


def pytest_itemcollected(item):
    """Keep the examples of a page together: each goes on where the one before it ended (``--dist loadgroup``)."""
    if item.path.suffix == ".md":
        item.add_marker(pytest.mark.xdist_group(item.path.name))
