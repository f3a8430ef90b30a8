"""The rules for words: every one is shown, none overlaps another silently, and no text makes one slow."""

import re

import pytest

from deliverystatus import Reason, diagnose
from deliverystatus._rules import LAYERS, Book, Rule, book
from deliverystatus._text import LIMIT

BOOK = book()
RULES = [pytest.param(rule, id=rule.id) for rule in BOOK.rules]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{n}") for rule in BOOK.rules for n, example in enumerate(rule.examples)
]
#: Where a reply may be cut: Sendmail keeps the first line, some logs the first hundred characters.
SHARES = (0.6, 0.75, 0.9)


def firing(rules: Book, text: str) -> list[Rule]:
    """Give the rules that hold on a text, in the order of precedence."""
    text = " ".join(text.casefold().replace("_", " ").split())
    bits = rules.candidates(text)
    return [rule for place, rule in enumerate(rules.rules) if bits >> place & 1 and rule.match(text, text[:1], None)]


class TestData:
    """What the files hold."""

    def test_ids_are_unique(self):
        """Evidence names one rule."""
        ids = [rule.id for rule in BOOK.rules]
        assert sorted(set(ids)) == sorted(ids)

    @pytest.mark.parametrize("rule", RULES)
    def test_a_rule_is_whole(self, rule: Rule):
        """A rule has an id, index words, at least one example, and a source that can be looked up."""
        assert re.fullmatch("[a-z][a-z-]{2,40}", rule.id)
        assert rule.source.startswith("https://")
        assert rule.words
        assert rule.examples

    @pytest.mark.parametrize("rule", RULES)
    def test_an_index_word_can_be_found(self, rule: Rule):
        """A word that is neither a run of a to z nor holds other letters would never be looked for."""
        assert [] == [word for word in rule.words if word.isascii() and not re.fullmatch("[a-z]+", word)]

    @pytest.mark.parametrize("rule", RULES)
    def test_case_folded(self, rule: Rule):
        """Texts are case-folded first: a capital or a sharp s in a pattern would never be found."""
        literal = re.sub(r"\\.", "", rule.pattern)
        assert literal.casefold() == literal.replace("ß", "ss")

    @pytest.mark.parametrize("rule", RULES)
    def test_reasons_are_of_replies(self, rule: Rule):
        """No server's reply means that we did not send."""
        decided = {*list(Reason)[list(Reason).index(Reason.DECLINED) :], Reason.UNKNOWN}
        assert rule.reason not in decided

    def test_layers_in_their_order(self):
        """Marks before words before hints; within a layer the heavier first."""
        order = [(LAYERS.index(rule.layer), -rule.weight) for rule in BOOK.rules]
        assert sorted(order) == order

    @pytest.mark.parametrize("_name,example", [(p.values[0].id, p.values[1]) for p in EXAMPLES])
    def test_examples_name_nobody(self, _name: str, example: str):
        """Every address, host and number in an example is one that was set aside for examples."""
        hosts = re.findall(r"@([\w.-]+[a-z])", example)
        assert [] == [host for host in hosts if not re.search(r"(?:^|[.@])example(?:\.(?:com|org|net))?$", host)]
        numbers = re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", example)
        assert [] == [number for number in numbers if not number.startswith(("192.0.2.", "198.51.100.", "203.0.113."))]


class TestPrecedence:
    """Which rule decides."""

    @pytest.mark.parametrize("rule,example", EXAMPLES)
    def test_an_example_is_decided_by_its_rule(self, rule: Rule, example: str):
        """In its own examples a rule decides, and its reason is the diagnosis."""
        found = diagnose(example)
        assert (rule.id, rule.reason) == (found.evidence.partition(":")[0], found.reason)

    @pytest.mark.parametrize("_rule,example", EXAMPLES)
    def test_no_silent_overlap(self, _rule: Rule, example: str):
        """Of two rules that hold on one example and mean different things, layer or weight says which decides."""
        rules = firing(BOOK, example)
        unsettled = [
            (one.id, other.id)
            for place, one in enumerate(rules)
            for other in rules[place + 1 :]
            if one.reason is not other.reason and (one.layer, one.weight) == (other.layer, other.weight)
        ]
        assert [] == unsettled

    def test_overlaps_occur(self):
        """The test above looks at something: many examples have rules of different reasons."""
        overlapping = [p for p in EXAMPLES if len({rule.reason for rule in firing(BOOK, p.values[1])}) > 1]
        assert len(overlapping) > 10


class TestRobust:
    """Texts as they come."""

    @pytest.mark.parametrize("rule,example", EXAMPLES)
    @pytest.mark.parametrize("share", SHARES)
    def test_cut_texts_condemn_nobody(self, rule: Rule, example: str, share: float):
        """A reply cut anywhere behind its words never makes an address bad that the whole reply does not."""
        words = rule.match(" ".join(example.casefold().replace("_", " ").split()), example[:1], None)
        assert words is not None
        kept = words.end() + int((len(example) - words.end()) * share)
        whole, cut = diagnose(example), diagnose(example[:kept])
        assert whole.address_is_bad or not cut.address_is_bad

    @pytest.mark.parametrize("rule,example", EXAMPLES)
    def test_nothing_behind_the_words_is_needed(self, rule: Rule, example: str):
        """A reply that is cut right behind the words means the same."""
        text = " ".join(example.casefold().replace("_", " ").split())
        words = rule.match(text, text[:1], None)
        assert words is not None
        assert rule.match(text[: words.end()] + " ", text[:1], None)

    @pytest.mark.parametrize("_rule,example", EXAMPLES)
    def test_capitals(self, _rule: Rule, example: str):
        """Capitals mean nothing."""
        assert diagnose(example).reason is diagnose(example.upper()).reason

    @pytest.mark.parametrize("_rule,example", EXAMPLES)
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r\n\t"])
    def test_folded_lines(self, _rule: Rule, example: str, end: str):
        """Where the lines end means nothing."""
        code, blank, rest = example.partition(" ")
        assert diagnose(example).reason is diagnose(code + blank + rest.replace(" ", end)).reason

    @pytest.mark.parametrize("rule", RULES)
    def test_no_endless_repeat(self, rule: Rule):
        """A pattern looks a bounded way ahead from every place: no star or plus over more than one kind of letter."""
        outside_classes = re.sub(r"\[[^\]]*\]|\\.", "x", rule.pattern)
        repeats = re.findall(r".[*+]", outside_classes)
        assert [] == [repeat for repeat in repeats if repeat[0] in ").~"]

    @pytest.mark.parametrize("rule", RULES)
    def test_hostile_megabyte(self, rule: Rule):
        """A megabyte of the words that nearly make a rule hold is read through; a pattern that backtracks would hang."""
        fragment = " ".join(rule.words) + " " + rule.examples[0].casefold()[:-3] + " "
        text = fragment * (1_000_000 // len(fragment) + 1)
        assert sum(1 for _ in rule.regex.finditer(text)) <= len(text)

    @pytest.mark.parametrize(
        "fragment",
        [" ", "\n", "\r\n \t", "550 ", "550-", "5.1.1 ", "5.", "5.1", "#", "a", "ip ", "user ", "mailbox", "a@b", "_",
         "mail from:<", "in reply to ", "again ", "\u20ac", "550 5.1.1", "<", "too many ", "[", "..", "a."],
    )  # fmt: skip
    def test_hostile_repetition(self, fragment: str):
        """Whole bodies of one fragment are read to the limit and no further."""
        text = fragment * (1_000_000 // len(fragment))
        assert diagnose(text[:LIMIT]) == diagnose(text)


class TestMatch:
    """The conditions of a rule."""

    RULE = Rule(
        id="r", layer="words", reason=Reason.SPAM_CONTENT, words=("x",), pattern="a~b", source="", examples=(),
        class_="4", at=frozenset({"RCPT"}),
    )  # fmt: skip

    @pytest.mark.parametrize(
        "reply_class,command,holds", [("4", "RCPT", True), ("5", "RCPT", False), ("4", None, False)]
    )
    def test_conditions(self, reply_class: str, command: str | None, holds: bool):  # noqa: FBT001 (a column of a table)
        """A rule for a class or a command holds there only."""
        assert holds is (self.RULE.match("a b", reply_class, command) is not None)

    @pytest.mark.parametrize(
        "text,holds",
        [("ab", True), ("a c.d, b", True), ("a. b", False), ("a; b", False), (f"a{'c' * 60}b", True), (f"a{'c' * 61}b", False)],
    )  # fmt: skip
    def test_gap(self, text: str, holds: bool):  # noqa: FBT001 (a column of a table)
        """A gap is up to 60 characters of one sentence; the stops in a host name end none."""
        assert holds is (self.RULE.match(text, "4", "RCPT") is not None)

    def test_other_letters_are_looked_for_anywhere(self):
        """Index words that are no runs of a to z need no boundaries around them."""
        assert any(rule.id == "mailbox-full" for rule in firing(BOOK, "550 受信者のメールボックスが満杯です"))
