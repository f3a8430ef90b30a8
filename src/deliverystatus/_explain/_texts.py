"""
The texts, read once from the locale's file, and worded as the product calls things.

A file (``help/en.toml``) holds how things are called unless the caller says, the forms of nouns its sentences need, and
a table of sections for each of those who are written for. What is said otherwise on a phone stands in a section of its
own, ``phone_`` and the name: what is left out there is as elsewhere.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import attrs

from deliverystatus._enums import Channel
from deliverystatus._locales import nearest
from deliverystatus.exceptions import UnknownName

#: Who is written for, and the table of every locale's file that has the texts. Developers read what staff read, and the
#: codes behind it.
AUDIENCES = {
    "staff":     "staff",
    "recipient": "recipient",
    "developer": "staff",
}  # fmt: skip

#: What is explained with other words on a phone.
PHONES = frozenset({Channel.SMS, Channel.WHATSAPP})

#: What is not said on a phone at all: no program that tests links answers with STOP.
UNSAID_ON_PHONES = frozenset({("unknown_actor", "unsubscribed")})


def _name(_: object, field: "attrs.Attribute[Any]", value: Any) -> None:
    if not isinstance(value, str | None):
        raise TypeError(f"{field.name}: expected str, got {type(value).__name__}")


def _noun(_: object, field: "attrs.Attribute[Any]", value: Any) -> None:
    if isinstance(value, Mapping):
        if not all(isinstance(each, str) for pair in value.items() for each in pair):
            raise TypeError(f"{field.name}: expected text for each form")
    elif not isinstance(value, str | None):
        raise TypeError(f"{field.name}: expected str or a mapping, got {type(value).__name__}")


@attrs.frozen(kw_only=True)
class Wording:
    """
    What a product calls things. What is ``None``, or blank, is worded as the locale does.

    Attributes:
        product: The product's name: ``"ClinicSense"``; else "this system".
        recipient: What it calls a recipient, without an article: ``"client"``, ``"patient"``, ``"member"``,
            ``"participant"``; else "recipient". A language whose nouns have forms knows those of these words, and takes
            any other with its forms: ``{"der": "die Kundin", …}``, with the names that the locale's file has. What it does
            not know is worded as if nothing was given.
        support: Whom to contact, so that "contact …" reads well: an address; else "your support team".
    """

    product: str | None = attrs.field(default=None, validator=_name)
    recipient: str | Mapping[str, str] | None = attrs.field(default=None, validator=_noun, hash=False)
    support: str | None = attrs.field(default=None, validator=_name)


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
    months: tuple[str, ...]
    form: str
    with_codes: bool = False
    channel: Channel = Channel.EMAIL

    @classmethod
    def of(cls, audience: str, locale: str, wording: Wording) -> "Voice":
        UnknownName.refuse("audience", audience, AUDIENCES)
        file = _read(found_for(locale))
        said = {"product": wording.product, "support": wording.support}
        given = {name: word for name, text in said.items() if text and (word := text.strip().removesuffix("."))}
        words = {**file.words, **file.noun(wording.recipient), **given}
        return cls(
            texts=file.texts[AUDIENCES[audience]],
            words=words,
            months=file.months,
            form=file.form,
            with_codes=audience == "developer",
        )

    @property
    def on_phone(self) -> bool:
        """Whether what is explained goes to a phone."""
        return self.channel in PHONES

    def on(self, channel: Channel) -> "Voice":
        return attrs.evolve(self, channel=channel)

    def saying(self, **words: str) -> "Voice":
        """Fill in what only this text has."""
        return attrs.evolve(self, words={**self.words, **words})

    def on_day(self, moment: datetime) -> "Voice":
        """Fill in a day (UTC), as the language writes it."""
        day = moment.astimezone(UTC)
        written = {"day": str(day.day), "month": self.months[day.month - 1], "year": str(day.year)}
        return self.saying(day=Template(self.form).substitute(written))

    def with_code(self, text: str, code: Callable[[], str]) -> str:
        """Put the codes behind a text, for those who read them."""
        return f"{text} {code()}" if self.with_codes else text

    def has(self, section: str, key: str) -> bool:
        return key in self.texts[section] and not (self.on_phone and (section, key) in UNSAID_ON_PHONES)

    def __call__(self, section: str, key: str) -> Entry:
        """Give a text, worded; on a phone with what is said otherwise there."""
        text = self.texts[section][key]
        if self.on_phone:
            text = over(text, self.texts.get(f"phone_{section}", {}).get(key, NOTHING))
        return Entry(**{name: self._worded(value) for name, value in attrs.asdict(text, recurse=False).items()})

    def _worded(self, text: Any) -> Any:
        if isinstance(text, tuple):
            return tuple(map(self._worded, text))
        return Template(text).substitute(self.words)


def found_for(locale: str) -> str:
    """
    Give the locale there are texts for that comes nearest.

    Raises:
        UnknownName: If it is no language tag.
    """
    return nearest(locale, locales())


@cache
def locales() -> tuple[str, ...]:
    """Give the locales there are texts for, sorted."""
    files = (file.name for file in _HELP.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


_HELP = resources.files("deliverystatus") / "help"


@attrs.frozen(kw_only=True)
class File:
    """
    A locale's file.

    Attributes:
        words: How things are called unless the caller says.
        nouns: The forms of each noun that is known, all with the same names; empty where a noun has one form only.
        months: Their names.
        form: How a day is written.
        texts: The sections of each table.
    """

    words: Mapping[str, str]
    nouns: Mapping[str, Mapping[str, str]]
    months: tuple[str, ...]
    form: str
    texts: Mapping[str, Mapping[str, Mapping[str, Entry]]]

    def noun(self, given: str | Mapping[str, str] | None) -> Mapping[str, str]:
        """Give the words for a recipient; the usual ones where the forms that were given are another language's."""
        default = self.words["recipient"]
        word = given.strip() if isinstance(given, str) else given
        if not self.nouns:
            return {"recipient": word if word and isinstance(word, str) else default}
        if isinstance(word, Mapping):
            return word if word.keys() == self.nouns[default].keys() else self.nouns[default]
        return self.nouns.get((word or default).lower(), self.nouns[default])


@cache
def _read(locale: str) -> File:
    """Read a locale's file."""
    file = tomllib.loads((_HELP / f"{locale}.toml").read_bytes().decode())
    dates = file.pop("dates")
    return File(
        words=file.pop("wording"),
        nouns=file.pop("nouns", {}),
        months=tuple(dates["months"]),
        form=dates["form"],
        texts={
            audience: {name: {key: _entry(text) for key, text in texts.items()} for name, texts in sections.items()}
            for audience, sections in file.items()
        },
    )


def _entry(text: Any) -> Entry:
    """Read one text: a table, or the meaning alone."""
    if isinstance(text, str):
        return Entry(meaning=text)
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in text.items()}
    return Entry(**fields)
