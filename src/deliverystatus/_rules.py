"""
The rules that say what the words of a refusal mean: data in ``rules/*.toml``, read once, on the first diagnosis.

A rule is tried only on texts that hold one of its index words, so a text meets a handful of regular expressions, not
two hundred; each is compiled when it is first tried. Which rules a word leads to is one whole number, a bit for each
rule in the order of precedence: joining the words of a text is ``|``, and the lowest bit is asked first.
"""

import re
from functools import cache, cached_property
from importlib import resources

import attrs

from deliverystatus._enums import Permanence, Reason

#: The files, in the order in which they are asked. What is in the last is weaker than a code that names a cause.
LAYERS = ("tokens", "words", "hints")

#: What "~" stands for in a pattern: up to 60 characters of the same sentence, whose end is a stop before a blank.
GAP = r"(?:[^.;]|[.;](?! )){0,60}?"

_WORD = re.compile("[a-z]+")


@attrs.frozen(kw_only=True)
class Rule:
    """
    What some words mean.

    Attributes:
        id: What evidence calls it.
        layer: The file it is in.
        reason: What the words mean.
        words: The rule is tried on texts with one of these: runs of a to z, or other letters anywhere.
        pattern: The regular expression that confirms, as it is written in the file.
        source: Where the words are documented.
        examples: Texts in which it decides.
        weight: Within a layer the heavier decides; between equals the order in the file, which tests keep harmless.
        class_: The class of reply, "4" or "5", that it is for; ``None``: any.
        at: The SMTP commands it is for; empty: any.
        permanence: How long it lasts, where that is surer than what the reason means; else ``None``.
        bad_address: Whether it may condemn an address, if its reason does.
        vague: Whether it says so little that a provider's own class knows better.
    """

    id: str
    layer: str
    reason: Reason
    words: tuple[str, ...]
    pattern: str
    source: str
    examples: tuple[str, ...]
    weight: int = 50
    class_: str | None = None
    at: frozenset[str] = frozenset()
    permanence: Permanence | None = None
    bad_address: bool = True
    vague: bool = False

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled: looked for only where a word can begin, which most places are not."""
        return re.compile(f"(?<![a-z])(?:{self.pattern})".replace("~", GAP))

    def match(self, text: str, reply_class: str | None, command: str | None) -> re.Match[str] | None:
        """Find the words in *text*, which is case-folded, if the reply is one that the rule is for."""
        if self.class_ not in (None, reply_class) or (self.at and command not in self.at):
            return None
        return self.regex.search(text)


@attrs.frozen
class Book:
    """
    All rules, and the way from words to them.

    Attributes:
        rules: In the order of precedence.
        by_word: For each index word of a to z the bits of its rules.
        elsewhere: Index words with other letters, which are looked for anywhere, and the bits of their rules.
        weak: The bits of the rules that are weaker than codes.
    """

    rules: tuple[Rule, ...]
    by_word: dict[str, int]
    elsewhere: tuple[tuple[str, int], ...]
    weak: int

    def candidates(self, text: str) -> int:
        """Give the bits of the rules that *text*, case-folded, holds a word of."""
        bits = 0
        by_word = self.by_word
        for word in set(_WORD.findall(text)):
            if word in by_word:
                bits |= by_word[word]
        if not text.isascii():
            for letters, their in self.elsewhere:
                if letters in text:
                    bits |= their
        return bits


def _rules_of(layer: str, text: str) -> list[Rule]:
    import tomllib  # noqa: PLC0415 (who never diagnoses never reads rules)

    return [
        Rule(
            layer=layer,
            reason=Reason(row.pop("reason")),
            words=tuple(row.pop("words")),
            examples=tuple(row.pop("examples")),
            class_=row.pop("class", None),
            at=frozenset(row.pop("at", ())),
            permanence=Permanence(row.pop("permanence")) if "permanence" in row else None,
            **row,
        )
        for row in tomllib.loads(text)["rule"]
    ]


@cache
def book() -> Book:
    """Read the rules."""
    folder = resources.files("deliverystatus") / "rules"
    rules: list[Rule] = []
    for layer in LAYERS:
        text = (folder / f"{layer}.toml").read_text(encoding="utf-8")
        rules += sorted(_rules_of(layer, text), key=lambda rule: -rule.weight)
    by_word: dict[str, int] = {}
    weak = 0
    for place, rule in enumerate(rules):
        bit = 1 << place
        for word in rule.words:
            by_word[word] = by_word.get(word, 0) | bit
        if rule.layer == LAYERS[-1]:
            weak |= bit
    elsewhere = tuple((word, by_word.pop(word)) for word in [*by_word] if not _WORD.fullmatch(word))
    return Book(tuple(rules), by_word, elsewhere, weak)
