"""What people read, as tables: nothing missing, nothing orphaned, nothing unused, in every language."""

import re
import tomllib
from functools import cache
from importlib import resources
from itertools import product
from string import Template

import attrs
import pytest

from deliverystatus import Failure, explain, fold
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import Attribution, Contradiction, EventKind, Party, Permanence, Reason, Status
from deliverystatus._explain._tables import CAUSE_ACTS, QUIET_AFTER, RETRYING, STUCK
from deliverystatus._explain._texts import AUDIENCES, Entry, locales
from deliverystatus._locales import LAST_RESORT
from deliverystatus._policies import PROVES_BY_MACHINE
from deliverystatus._suppression._reconcile import DifferenceKind
from deliverystatus._suppression._rules import GROUNDS, SETTINGS
from deliverystatus._suppression._words import IncidentKind, ReleaseProof, WhyNot
from help_cases import event, every_explanation, every_text, texts_of

#: How things are called, whoever reads.
WORDING = {"product", "recipient", "support"}
#: What only the texts of incidents have.
OF_INCIDENTS = {"number": "12", "place": "example.org"}
#: What only the texts of what has a date have; each is another.
DATED = {"day": "\0"}
FIELDS = {"label", "headline", "meaning", "next_steps", "caveats"}

FILES = {
    locale: tomllib.loads((resources.files("deliverystatus") / "help" / f"{locale}.toml").read_text("utf-8"))
    for locale in locales()
}
#: Those who are written for have a table each, but for developers, who read what staff read.
TABLES = [(locale, table) for locale in locales() for table in dict.fromkeys(AUDIENCES.values())]

# The sections of an audience that must have a text for each of these, and for nothing else.
TOTAL = {
    "status": set(Status),
    "reason": set(Reason),
    "permanence": set(Permanence),
    "retrying": set(RETRYING.values()),
    "untracked": {"account", "before"},
    "stuck": set(STUCK),
    "quiet": set(QUIET_AFTER),
    "contradiction": set(Contradiction),
    "evidence": set(EventKind),
    "evidence_by_machine": set(PROVES_BY_MACHINE),
    "inferred": set(PROVES_BY_MACHINE.values()),
    "attribution": set(Attribution) - {Attribution.EXACT},
    "decision": {"allowed", "refused"},
    "release": {"accepted", "refused"},
    "why_not": set(WhyNot),
    "decided": {*(ground.decided_by for ground in (*GROUNDS.values(), *SETTINGS.values())), "by_hand"},
    "lasting": {"stays", "until_start", "ends", "changes", "renews"},
    "incident": set(IncidentKind),
    "difference": set(DifferenceKind),
    "proof": set(ReleaseProof),
}
# The sections that have a text for some of these only.
PARTIAL = {
    "unexplained": set(Status),
    "by_human": set(Status),
    "with_words": set(Status),
    "with_cause": set(Status),
    "retrying_against": set(RETRYING.values()),
    "evidence_with_words": set(EventKind),
    "evidence_with_cause": set(EventKind),
    "hidden": set(Status),
    "unknown_actor": set(Status),
    "caveat": {
        "unproven",
        "tracked_opens",
        "untracked_opens",
        "also_complained",
        "also_unsubscribed",
        "maybe_complained",
        "since_resubscribed",
        "since_released",
        "since_not_spam",
        "confirmation_lost",
        "returns_to_sender",
        "returns_reported",
    },
    "cause": {*CAUSE_ACTS, "listed", "waits", "probe"},
}


def leaves(tree, path=()):
    """Give every text of a file with its path."""
    match tree:
        case str():
            yield path, tree
        case list():
            for n, each in enumerate(tree):
                yield from leaves(each, (*path, str(n)))
        case dict():
            for key, each in tree.items():
                yield from leaves(each, (*path, key))
        case _:
            raise AssertionError(path)


@pytest.mark.parametrize("locale, table", TABLES)
@pytest.mark.parametrize("section", sorted(TOTAL))
def test_nothing_is_missing(locale, table, section):
    """Every word of a vocabulary has its text, and no text is for a word that does not exist."""
    assert {str(word) for word in TOTAL[section]} == set(FILES[locale][table][section])


@pytest.mark.parametrize("locale, table", TABLES)
def test_nothing_is_orphaned(locale, table):
    """No section, key or field is in a file that nothing could ask for."""
    file = FILES[locale][table]
    for section, texts in file.items():
        on_the_phone = section.startswith("phone_")
        known = (TOTAL | PARTIAL)[section.removeprefix("phone_")]
        assert set() == set(texts) - {str(word) for word in known}, section
        assert not on_the_phone or set(texts) <= set(file[section.removeprefix("phone_")]), section
        for key, text in texts.items():
            assert isinstance(text, str) or set(text) <= FIELDS, (section, key)


def test_the_fields_are_those_of_an_entry():
    """The file's fields and the reader's are the same."""
    assert {field.name for field in attrs.fields(Entry)} == FIELDS


@pytest.mark.parametrize("locale, table", TABLES)
def test_every_status_has_all_that_a_screen_shows(locale, table):
    """A status has its label, headline, meaning and at least one step; so has a reason its label, meaning and steps."""
    file = FILES[locale][table]
    for status in Status:
        assert {"label", "headline", "meaning", "next_steps"} <= file["status"][status].keys(), status
    for reason in Reason:
        assert {"label", "meaning", "next_steps"} <= file["reason"][reason].keys(), reason


@cache
def sentences(text):
    """Take a text apart where sentences end."""
    return [sentence for sentence in re.split(r"(?<=[^0-9][.!?])\s+", text) if sentence]


def forms(locale):
    """Give the names of the forms of a noun; English nouns have one."""
    nouns = FILES[locale].get("nouns", {"recipient": {"recipient": "recipient"}})
    return set(nouns[FILES[locale]["wording"]["recipient"]])


@pytest.mark.parametrize("locale", locales())
def test_a_file_has_its_tables_and_nothing_else(locale):
    """Each file has the wording, how a day is written, a table for each audience, and nouns if they have forms."""
    assert {"wording", "dates", *AUDIENCES.values()} == set(FILES[locale]) - {"nouns"}


@pytest.mark.parametrize("locale", locales())
def test_every_noun_has_every_form(locale):
    """What products call a recipient is known, and each such noun has all forms that the sentences use."""
    nouns = FILES[locale].get("nouns")
    if nouns is None:
        return
    assert {"recipient", "client", "patient", "member", "participant", "customer"} == set(nouns)
    for noun, its_forms in nouns.items():
        assert forms(locale) == set(its_forms), noun
        assert all(its_forms.values()), noun


@pytest.mark.parametrize("locale", locales())
def test_placeholders_are_a_closed_set(locale):
    """Every placeholder is one that can be filled, and none that can be filled is never used."""
    used = set()
    for path, text in leaves({key: FILES[locale][key] for key in AUDIENCES.values()}):
        assert Template(text).is_valid(), path
        used |= set(Template(text).get_identifiers())
    assert {"product", "support", *forms(locale), *OF_INCIDENTS, *DATED} == used
    assert WORDING == set(FILES[locale]["wording"])


@pytest.mark.parametrize("locale, table", TABLES)
def test_every_text_is_used(locale, table):
    """There is a case for every text: what nothing says is taken out."""
    said = "\n".join(every_text(table, locale))
    file = FILES[locale]
    nouns = file.get("nouns", {}).get(file["wording"]["recipient"], {})
    words = file["wording"] | nouns | OF_INCIDENTS | DATED
    unused = [
        ".".join(path) for path, text in leaves(file[table]) if not is_said(Template(text).substitute(words), said)
    ]
    assert [] == unused


def is_said(text, said):
    """Say whether a text is said, whatever the day in it."""
    return text in said if DATED["day"] not in text else re.search(re.escape(text).replace("\0", ".+?"), said)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_explanation_says_something(audience):
    """
    No explanation has an empty label, headline or meaning, or nothing to do, or a placeholder left.

    So it is in every language: each has the same texts, with the same fields.
    """
    for explanation in every_explanation(audience, LAST_RESORT):
        assert explanation.label
        assert explanation.headline
        assert explanation.meaning
        assert explanation.next_steps
        assert not any("$" in text or not text.strip() for text in texts_of(explanation))


@pytest.mark.parametrize("locale, table", TABLES)
def test_nothing_is_said_twice(locale, table):
    """No step and no caveat is repeated, and no sentence within the meaning, but whose and how long each stop is."""
    apart = [text for section in ("decided", "lasting") for _, text in leaves(FILES[locale][table][section])]
    file = FILES[locale]
    words = file["wording"] | file.get("nouns", {}).get(file["wording"]["recipient"], {})
    apart = [Template(text).substitute(words | DATED) for text in apart]
    for explanation in every_explanation(table, locale):
        told = [each for each in sentences(explanation.meaning) if not any(is_said(text, each) for text in apart)]
        for said in (explanation.next_steps, explanation.caveats, told):
            assert len(set(said)) == len(said), said


@pytest.mark.parametrize("locale", [locale for locale in locales() if locale != LAST_RESORT])
def test_a_translation_says_as_much(locale):
    """Each text has the fields, and as many steps and caveats, as in English: nothing was left out or added."""
    for table in AUDIENCES.values():
        for section, texts in FILES[LAST_RESORT][table].items():
            for key, text in texts.items():
                other = FILES[locale][table][section][key]
                assert shape(text) == shape(other), (section, key)


def shape(text):
    """Give the fields of a text, and how many parts each has."""
    if isinstance(text, str):
        return {"meaning": 1}
    return {field: len(value) if isinstance(value, list) else 1 for field, value in text.items()}


def test_every_reason_says_who_acts():
    """Where the engineers have to act, staff are told to contact support: they cannot do it themselves."""
    for locale, reason in product(locales(), Reason):
        steps = " ".join(FILES[locale]["staff"]["reason"][reason]["next_steps"])
        if CONSEQUENCES[reason].who_acts in (Party.ENGINEERS, Party.SUPPORT):
            assert "$support" in steps, reason


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("kind", ["rejected", "outcome_unknown"])
@pytest.mark.parametrize("reason", [Reason.NETWORK_ERROR, Reason.RECIPIENT_SERVER_ERROR])
def test_trouble_at_the_hand_over_is_of_the_own_server(audience, channel, kind, reason):
    """What fails before it is handed over says nothing of the recipient's side, in every language."""
    record = fold([event(kind, channel=channel, failure=Failure(claimed=reason))])
    for locale in locales():
        cause, theirs = (FILES[locale][AUDIENCES[audience]][section] for section in ("cause", "reason"))
        said = "\n".join(texts_of(explain(record, audience=audience, locale=locale)))
        assert cause["own_server"]["meaning"] in said
        assert worded(theirs[reason]["meaning"], locale) not in said


def worded(text, locale):
    """Give a text as it is said where the caller names nothing."""
    words = FILES[locale]["wording"]
    return Template(text).substitute(words | FILES[locale].get("nouns", {}).get(words["recipient"], {}))


def test_support_acts_on_the_own_server():
    """Where one's own server could not be reached, nobody is told to ask the recipient, but to ask support."""
    for reason in (Reason.NETWORK_ERROR, Reason.RECIPIENT_SERVER_ERROR):
        explanation = explain(fold([event("rejected", failure=Failure(claimed=reason))]))
        assert Party.SUPPORT is explanation.who_acts
        assert ("Give it a few minutes.", "If it lasts, tell your support team.") == explanation.next_steps[:2]
        assert not any("recipient" in step for step in explanation.next_steps)


@pytest.mark.parametrize("table", dict.fromkeys(AUDIENCES.values()))
@pytest.mark.parametrize(
    "reason", [Reason.NETWORK_ERROR, Reason.EXPIRED, Reason.SENDER_ACCOUNT, Reason.TEMPLATE_FAILED]
)
@pytest.mark.parametrize("kind", ["soft_bounced", "deferred", "rejected"])
def test_where_nobody_was_reached_nobody_refused(table, reason, kind):
    """A failure whose cause is not on the other side is not told as what the other side did."""
    said = "\n".join(texts_of(explain(fold([event(kind, failure=Failure(claimed=reason))]), audience=table)))
    assert not re.search(r"other side|refused|sent back", said, re.IGNORECASE), said


@pytest.mark.parametrize("table", dict.fromkeys(AUDIENCES.values()))
@pytest.mark.parametrize("kind", ["complained", "responded", "acknowledged", "opened"])
def test_what_somebody_did_is_not_put_down_to_a_program(table, kind):
    """A complaint or an answer beside a return is not played down as the work of a security program."""
    record = fold([event(kind, actor="human"), event("bounced")])
    told = [text for text in explain(record, audience=table).caveats if text.startswith("The reports do not agree.")]
    assert len(told) == 1
    assert not re.search(r"program|before you send", told[0])


@pytest.mark.parametrize("table", dict.fromkeys(AUDIENCES.values()))
@pytest.mark.parametrize("kind", ["unsubscribed", "withheld"])
def test_a_phone_unsubscribes_by_a_word(table, kind):
    """On a phone a stop is of everything from the sender, asked for and taken back by a word and not by a link."""
    failure = None if kind == "unsubscribed" else Failure(claimed=Reason.SUPPRESSED_UNSUBSCRIBE)
    said = "\n".join(texts_of(explain(fold([event(kind, channel="sms", failure=failure)]), audience=table)))
    assert "the word START" in said
    assert "That stops everything from this sender" in said
    assert not re.search(r"of this kind|link|button|sign up", said), said
