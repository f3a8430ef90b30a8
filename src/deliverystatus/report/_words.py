"""The words of the report itself: one file a locale in ``words/``, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template

import attrs

from deliverystatus._locales import nearest, tag_of

_FOLDER = resources.files("deliverystatus") / "report" / "words"


@attrs.frozen
class Words:
    """
    The words in one locale.

    Attributes:
        tag: The language tag for dates and numbers: as asked for, if there are words in its language.
        locale: The locale the words are in.
        tables: The words, by table and key.
    """

    tag: str
    locale: str
    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, locale: str) -> "Words":
        """
        Read the locale that comes nearest.

        Raises:
            UnknownName: If it is no language tag.
        """
        found = nearest(locale, locales())
        return cls(tag_of(locale, found), found, _read(found))

    def __call__(self, table: str, key: str, **filled: str) -> str:
        """Give a text, with its placeholders filled in."""
        return Template(self.tables[table][key]).substitute(filled)

    def number(self, count: int) -> str:
        """Give a number as the locale groups its digits."""
        return f"{count:,}".replace(",", self.tables["numbers"]["thousands"])

    def share(self, part: int, whole: int, *, exact: bool = False) -> str:
        """Give a share in per cent, to one decimal if small or *exact*; none but all and nothing is shown as such."""
        percent = 100 * part / whole
        if 0 < part < whole:
            percent = min(max(percent, 0.1), 99.9)
        small = 0 < percent < 10 or 99 < percent < 100  # noqa: PLR2004 (per cent: a complaint in a thousand matters)
        digits = f"{percent:.1f}" if exact or small else f"{percent:.0f}"
        return self("numbers", "percent", number=digits.replace(".", self.tables["numbers"]["decimal"]))


@cache
def locales() -> tuple[str, ...]:
    """Give the locales there are words for, sorted."""
    files = (file.name for file in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@cache
def _read(locale: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((_FOLDER / f"{locale}.toml").read_bytes().decode())
