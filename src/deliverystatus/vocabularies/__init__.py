"""
The label packs: each product's own words for where a copy stands, as data.

A pack is a TOML file: a label for every status, rules for the cases where the label depends on more than the status, the
statuses that are feedback, and what a label hides. No pack has code of its own; a user's own pack is read by the same
reader. A label says less than an explanation, so a pack also lists the facts that a label hides (``merges``): the
explanation then says them.
"""

from functools import cache
from importlib import resources

from deliverystatus.exceptions import UnknownName
from deliverystatus.vocabularies._check import Finding, Flaw, check
from deliverystatus.vocabularies._pack import PASSING, Rule, Tracking, Untracked, Vocabulary, load, untracked

__all__ = [
    "PASSING",
    "Finding",
    "Flaw",
    "Rule",
    "Tracking",
    "Untracked",
    "Vocabulary",
    "check",
    "get",
    "names",
    "untracked",
]


@cache
def names() -> tuple[str, ...]:
    """Give the names of all packs that come with the library, sorted."""
    files = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@cache
def get(name: str) -> Vocabulary:
    """
    Give the pack of that name.

    Raises:
        UnknownName: If there is none.
    """
    UnknownName.refuse("vocabulary", name, names())
    return load(resources.files(__name__) / f"{name}.toml")
