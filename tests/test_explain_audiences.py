"""Explanations for whom and in which language: audiences, locales, what a product calls a recipient."""

import tomllib
from importlib import resources
from itertools import product

import pytest

from deliverystatus import Event, Failure, Incident, Status, UnknownName, Wording, diagnose, explain, fold, suppress
from deliverystatus._explain._texts import AUDIENCES, found_for, locales
from deliverystatus.testing import START, event

RETURNED = fold(
    [event("bounced", failure=Failure(diagnostic="550 5.1.1 <ada@example.com> no such user", reported="Hard"))]
)
LOCALES = locales()


def told(record=RETURNED, **how):
    """Give all that an explanation says, in one text."""
    explanation = explain(record, **how)
    seen = (each.text for each in explanation.evidence)
    return " ".join((explanation.headline, explanation.meaning, *explanation.next_steps, *explanation.caveats, *seen))


# -- audiences -------------------------------------------------------------------------------------------------------


def test_staff_read_no_codes():
    """What staff read has neither a code nor a word of ours or a vendor's."""
    assert not {"550", "5.1.1", "unknown_recipient", "Hard", "["} & set(told().replace("[", " [ ").split())


@pytest.mark.parametrize("locale", LOCALES)
def test_developers_read_what_staff_read_and_the_codes(locale):
    """The developers' text is the staff's, with status, reason, codes and the provider's word behind it."""
    staff, developer = explain(RETURNED, locale=locale), explain(RETURNED, locale=locale, audience="developer")
    assert developer.meaning.startswith(staff.meaning)
    assert "[status bounced · transport bounced]" in developer.meaning
    assert (staff.next_steps, staff.headline) == (developer.next_steps, developer.headline)
    for code in ("550", "5.1.1", "unknown_recipient", "permanent", "reported Hard", "provider example"):
        assert code in developer.evidence[0].text


def test_developers_read_no_address_and_no_words_of_a_server():
    """An explanation may end up in a log."""
    assert "ada@" not in told(audience="developer")
    assert "550 5.1.1 <" not in told(audience="developer")


def test_developers_see_what_was_inferred_and_by_whom():
    """A machine's opening shows as one, and a delivery that nobody reported as inferred."""
    opened = fold([event("opened", actor="machine", authenticated=True, attribution="candidate", failure=None)])
    assert "actor machine · attribution candidate · authenticated true" in told(opened, audience="developer")
    assert "inferred transport" in told(fold([event("opened", actor="machine")]), audience="developer")


def test_developers_read_the_codes_of_everything_that_can_be_explained():
    """A reply, a decision, an attempt to lift a stop and an incident have theirs."""
    known = suppress([event("complained", at=0)])
    decision = known.may_send("ada@example.com", purpose="bulk", now=START.replace(year=2025))
    refused = known.release("ada@example.com", "complaint", actor="staff", proof="address_checked", at=decision.now)
    incident = Incident(
        kind="sender_fault",
        reason="rate_limited",
        domain=None,
        provider="ses",
        account=None,
        channel="sms",
        since=START,
        last=START,
        addresses=12,
        who_acts="engineers",
    )
    assert "address is bad true · reply 550 · enhanced 5.1.1" in told(diagnose("550 5.1.1 gone"), audience="developer")
    assert "lifted by recipient with from_suppressed_address" in told(decision, audience="developer")
    assert "why not wrong_actor · would do recipient with" in told(refused, audience="developer")
    assert "[incident sender_fault · reason rate_limited · provider ses · channel sms · addresses 12" in told(
        incident, audience="developer"
    )
    assert "[" not in told(decision) + told(refused) + told(incident)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", Status)
def test_recipients_are_told_something_else(status, locale):
    """The person the message was for is not told what to ask of themselves."""
    record = fold([event("unknown" if status == "unknown" else status)])
    assert told(record, locale=locale) != told(record, locale=locale, audience="recipient")


def test_an_audience_that_does_not_exist():
    """It is an error that names those there are."""
    with pytest.raises(UnknownName, match="staff, recipient, developer"):
        explain(RETURNED, audience="manager")


# -- locales ---------------------------------------------------------------------------------------------------------


def test_four_languages():
    """English, French, Spanish and German are complete."""
    assert {"en", "fr", "es", "de"} <= set(LOCALES)


@pytest.mark.parametrize(
    "asked, found",
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("fr_CA", "fr"),
        ("FR", "fr"),
        ("de-Latn-CH-1996", "de"),
        ("es-419", "es"),
        ("en-GB", "en"),
        ("tlh", "en"),
        ("de-u-nu-latn", "de"),
        ("fr-x-clinic", "fr"),
        ("nl-BE", "en"),
    ],
)
def test_a_language_that_is_missing_falls_back(asked, found):
    """From the most special to the general, and at last to English (RFC 4647, section 3.4)."""
    assert found == found_for(asked)
    assert explain(RETURNED, locale=found) == explain(RETURNED, locale=asked)


@pytest.mark.parametrize("locale", ["", "../en", "en.toml", "e", "fr-", "fr CA", "französisch"])
def test_what_is_no_language_is_an_error(locale):
    """A mistake is not read as English."""
    with pytest.raises(UnknownName):
        explain(RETURNED, locale=locale)


@pytest.mark.parametrize("one, other", [(a, b) for a, b in product(LOCALES, LOCALES) if a < b])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_each_language_has_its_own_words(audience, one, other):
    """No text was left untranslated: no two languages say the same."""
    assert told(locale=one, audience=audience) != told(locale=other, audience=audience)


# -- what a product calls a recipient --------------------------------------------------------------------------------


def nouns(locale):
    """Give the nouns that a locale's file knows."""
    text = (resources.files("deliverystatus") / "help" / f"{locale}.toml").read_text("utf-8")
    return tomllib.loads(text).get("nouns", {})


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("noun", ["client", "patient", "member", "participant", "customer", "recipient"])
def test_each_language_knows_what_products_call_a_recipient(locale, noun):
    """The words products use are worded in every language, in whatever case they are given."""
    expected = nouns(locale)[noun].values() if nouns(locale) else (noun,)
    said = told(locale=locale, wording=Wording(recipient=noun.title() if nouns(locale) else noun))
    assert any(form in said for form in expected)


@pytest.mark.parametrize("locale", [each for each in LOCALES if nouns(each)])
def test_a_word_that_a_language_does_not_know_breaks_no_sentence(locale):
    """Without its forms it cannot be put into a sentence: the sentence is as if none was given."""
    assert told(locale=locale) == told(locale=locale, wording=Wording(recipient="Bewohnerin"))


def test_a_word_of_ones_own_comes_with_its_forms():
    """Whoever gives every form is called by them."""
    forms = dict.fromkeys(nouns("de")["patient"], "die Bewohnerin")
    assert "die Bewohnerin" in told(locale="de", wording=Wording(recipient=forms))


def test_forms_of_another_language_break_no_sentence():
    """What is worded for one language is no obstacle in another: the usual noun stands there."""
    german = Wording(recipient=dict.fromkeys(nouns("de")["patient"], "die Bewohnerin"))
    assert told(locale="fr") == told(locale="fr", wording=german)


def test_forms_are_not_needed_in_english():
    """English has one form; a mapping for another language is no obstacle."""
    assert told() == told(wording=Wording(recipient={"der": "die Bewohnerin"}))


@pytest.mark.parametrize("wrong", [3, ["client"], {"der": 3}, {3: "der"}])
def test_a_word_is_text(wrong):
    """What is no text is refused when it is given."""
    with pytest.raises(TypeError, match="recipient"):
        Wording(recipient=wrong)


@pytest.mark.parametrize("name", ["product", "support"])
def test_a_name_is_text(name):
    """So are the other names; a stop behind one ends no sentence twice."""
    with pytest.raises(TypeError, match=name):
        Wording(**{name: 5})
    assert told(wording=Wording(support="the help desk")) == told(wording=Wording(support="the help desk."))


@pytest.mark.parametrize("locale, audience", [*product(LOCALES, AUDIENCES)])
def test_product_and_support_are_said_as_they_are_given(locale, audience):
    """C20: the product's name and the support address stand in the texts as they were given."""
    wording = Wording(product="Klinika", support="help@klinika.example")
    stopped = fold([Event("withheld", failure=Failure(claimed="policy_hold"))])
    said = told(stopped, locale=locale, audience=audience, wording=wording)
    assert "Klinika" in said
    assert "help@klinika.example" in said
