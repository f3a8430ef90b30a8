"""
The texts, read once from the locale's file, and worded as the product calls things.

A file (``help/en.toml``) holds how things are called unless the caller says, and a table of sections for each audience.
What is said otherwise on a phone stands in a section of its own, ``phone_`` and the name: what is left out there is as
elsewhere.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import attrs

from deliverystatus._enums import Channel
from deliverystatus.exceptions import UnknownName

#: Who is written for. The texts of each are a table of that name in every locale's file.
AUDIENCES = ("staff",)

#: What is explained with other words on a phone.
PHONES = frozenset({Channel.SMS, Channel.WHATSAPP})


@attrs.frozen(kw_only=True)
class Wording:
    """
    What a product calls things. What is ``None``, or blank, is worded as the locale does.

    Attributes:
        product: The product's name: ``"ClinicSense"``; else "this system".
        recipient: What it calls a recipient, without an article: ``"client"``, ``"patient"``; else "recipient".
        support: Whom to contact, so that "contact …" reads well: an address; else "your support team".
    """

    product: str | None = None
    recipient: str | None = None
    support: str | None = None


@attrs.frozen(kw_only=True)
class Entry:
    """One text of a locale's file; what it does not have is empty."""

    label: str = ""
    headline: str = ""
    meaning: str = ""
    next_steps: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


NOTHING = Entry()


def over(general: Entry, special: Entry) -> Entry:
    """Give what is said specially, and else what is said in general."""
    return attrs.evolve(general, **{name: said for name, said in attrs.asdict(special, recurse=False).items() if said})


@attrs.frozen(kw_only=True)
class Voice:
    """The texts for one audience in one locale, with what the product calls things."""

    texts: Mapping[str, Mapping[str, Entry]]
    words: Mapping[str, str]
    channel: Channel = Channel.EMAIL

    @classmethod
    def of(cls, audience: str, locale: str, wording: Wording) -> "Voice":
        known = locales()
        UnknownName.refuse("locale", locale, known)
        defaults, texts = _read(locale)
        given = {name: value for name, value in attrs.asdict(wording).items() if value and value.strip()}
        return cls(texts=texts[audience], words={**defaults, **given})

    def on(self, channel: Channel) -> "Voice":
        return attrs.evolve(self, channel=channel)

    def saying(self, **words: str) -> "Voice":
        """Fill in what only this text has."""
        return attrs.evolve(self, words={**self.words, **words})

    def has(self, section: str, key: str) -> bool:
        return key in self.texts[section]

    def __call__(self, section: str, key: str) -> Entry:
        """Give a text, worded; on a phone with what is said otherwise there."""
        text = self.texts[section][key]
        if self.channel in PHONES:
            text = over(text, self.texts.get(f"phone_{section}", {}).get(key, NOTHING))
        return Entry(**{name: self._worded(value) for name, value in attrs.asdict(text, recurse=False).items()})

    def _worded(self, text: Any) -> Any:
        if isinstance(text, tuple):
            return tuple(map(self._worded, text))
        return Template(text).substitute(self.words)


@cache
def locales() -> tuple[str, ...]:
    """Give the locales there are texts for, sorted."""
    files = (file.name for file in _HELP.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


_HELP = resources.files("deliverystatus") / "help"


@cache
def _read(locale: str) -> tuple[Mapping[str, str], Mapping[str, Mapping[str, Mapping[str, Entry]]]]:
    """Read a locale's file: how things are worded unless the caller says, and the texts of each audience."""
    file = tomllib.loads((_HELP / f"{locale}.toml").read_bytes().decode())
    defaults = file.pop("wording")
    return defaults, {
        audience: {name: {key: _entry(text) for key, text in texts.items()} for name, texts in sections.items()}
        for audience, sections in file.items()
    }


def _entry(text: Any) -> Entry:
    """Read one text: a table, or the meaning alone."""
    if isinstance(text, str):
        return Entry(meaning=text)
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in text.items()}
    return Entry(**fields)
