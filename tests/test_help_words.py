"""
What people read, as language: plain words and short sentences, nobody is blamed, and nothing is claimed that nobody
reported. What a language has words for stands in a table, by locale.
"""

import re
import warnings
from functools import cache
from itertools import product

import pytest

from deliverystatus import explain, fold, providers, vocabularies
from deliverystatus._enums import EventKind
from deliverystatus._explain._texts import locales
from deliverystatus._suppression._reconcile import Difference, DifferenceKind
from help_cases import event, every_explanation, every_text, of_a_phone
from test_help import AUDIENCES, FILES, LAST_RESORT, leaves, sentences

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for its own version with what is deprecated
    from textstat import textstat

VENDORS = {
    "amazon", "apple", "aol", "aws", "brevo", "gmail", "google", "hotmail", "icloud", "mailchimp", "mailgun", "mailjet",
    "mandrill", "microsoft", "office", "outlook", "postmark", "proofpoint", "protonmail", "resend", "sendgrid", "ses",
    "sparkpost", "spamhaus", "twilio", "yahoo", "whatsapp",
}  # fmt: skip
#: Words of machines and of the trade.
JARGON = {
    "en": {
        "api", "bounce", "bounced", "dkim", "dmarc", "dns", "domain", "endpoint", "enum", "esp", "hard", "header", "html",
        "http", "ip", "isp", "json", "mta", "mx", "null", "payload", "pixel", "queue", "rcpt", "relay", "smtp", "soft",
        "spf", "suppressed", "suppression", "timeout", "tls", "url", "webhook",
    },
    "fr": {
        "api", "bounce", "bounces", "dkim", "dmarc", "dns", "domaine", "en-tête", "enum", "esp", "fai", "hard",
        "html", "http", "ip", "json", "mta", "mx", "null", "payload", "pixel", "rcpt", "rebond", "rebonds", "relais",
        "requête", "smtp", "soft", "spf", "timeout", "tls", "token", "url", "webhook",
    },
    "de": {
        "api", "bounce", "bounced", "bounces", "dkim", "dmarc", "dns", "domain", "domäne", "endpoint", "enum", "esp",
        "hard", "header", "html", "http", "ip", "isp", "json", "mta", "mx", "null", "payload", "pixel", "queue", "rcpt",
        "relay", "smtp", "soft", "spf", "suppression", "timeout", "tls", "unterdrückt", "url", "warteschlange", "webhook",
        "zeitüberschreitung", "zählpixel",
    },
    "es": {
        "api", "bounce", "bounces", "cabecera", "cola", "dkim", "dmarc", "dns", "dominio", "dominios", "encabezado",
        "endpoint", "enum", "esp", "hard", "header", "html", "http", "ip", "isp", "json", "mta", "mx", "null", "payload",
        "pixel", "píxel", "rcpt", "rebotado", "rebote", "rebotes", "rebotó", "relay", "smtp", "soft", "spf", "supresión",
        "suprimida", "suprimido", "timeout", "tls", "token", "url", "webhook",
    },
}  # fmt: skip

#: Phrases that say whose fault it is.
BLAME = {
    "en": {"you failed", "your fault", "your mistake", "fault of", "you should have", "careless", "wrongly entered"},
    "fr": {
        "votre faute",
        "votre erreur",
        "la faute du",
        "auriez dû",
        "avez oublié",
        "négligence",
        "mal saisi",
        "à tort",
    },
    "de": {
        "ihre schuld",
        "ihr fehler",
        "sie haben versäumt",
        "sie hätten",
        "selbst schuld",
        "falsch eingegeben",
        "achtlos",
    },
    "es": {
        "culpa suya",
        "su culpa",
        "culpa $del",
        "su error",
        "error suyo",
        "debería haber",
        "ha olvidado",
        "descuido",
        "negligencia",
        "mal introducid",
        "escribió mal",
    },
}

#: Phrases that claim more than a server can know, and the sentence that denies one of them.
OVERCLAIMS = {
    "en": {"made it to", "in the inbox", "reached the inbox", "was read by", "the $recipient opened", "has read"},
    "fr": {
        "dans la boîte de réception",
        "bien reçu",
        "bien arrivé",
        "a été lu par",
        "$le a ouvert",
        "$Le a ouvert",
        "$le a lu",
    },
    "de": {
        "im Posteingang ist",
        "im Posteingang liegt",
        "in Ihrem Posteingang liegt",
        "im Posteingang angekommen",
        "bei $dem angekommen",
        "von $dem gelesen",
        "von $dem geöffnet",
        "$Der hat die Nachricht geöffnet",
        "$Der hat die Nachricht gelesen",
        "$der die Nachricht gelesen",
        "$der die Nachricht geöffnet",
    },
    "es": {
        "está en la bandeja",
        "esté en la bandeja",
        "está en su bandeja",
        "llegó a la bandeja",
        "llegó a su bandeja",
        "llegó bien",
        "leído por",
        "abierto por",
        "$el abrió",
        "$El abrió",
        "$el ha abierto",
        "$El ha abierto",
        "$el leyó",
        "$El leyó",
        "$el ha leído",
        "$El ha leído",
    },
}
DENIALS = {
    "en": "This does not prove that it is in the inbox.",
    "fr": "Cela ne prouve pas que le message soit dans la boîte de réception.",
    "de": "Das beweist nicht, dass sie im Posteingang ist.",
    "es": "Esto no prueba que esté en la bandeja de entrada.",
}

#: What a phone does not have, and what does not happen on one, as patterns.
NOT_ON_A_PHONE = {
    "en": r"mail|\b(?:inbox|junk|servers?|folders?|subject)\b|@",
    "fr": r"\b(?:e-?mails?|mails?|courriels?|courriers?|messageries?|boîtes?|indésirables?|serveurs?|dossiers?|objet)\b|@",
    "de": r"mail|postf[aä]ch|posteing[aä]ng|spam-(?:und|oder|ordner)|junk|server|ordner|betreff|@",
    "es": r"\b(?:e-?mails?|mails?|correos?|bandejas?|buz[oó]n(?:es)?|servidor(?:es)?|carpetas?|asuntos?)\b|@",
}
NOTHING_COMES_BACK = {
    "en": r"\b(?:came|comes?|sent)\b[^.]*(?<!held) back\b|\breturn|\baddress",
    "fr": r"\brevenue?s?\b|\bretourn\w+|\bretours?\b|\brenvoyé|\badresses?\b",
    "de": r"\bk[ao]m\w*\b[^.]*\bzurück\b|zurück(?:ge)?(?:kommen|schick|sand|send|wies)|adresse",
    "es": r"\bdev(?:uel|ol)\w+|\b(?:vuelt[ao]s?|volvi(?:ó|eron))\b(?! a\b)|\b(?:regres|retorn|rebot)\w+|\bdirecci[oó]n(?:es)?\b",
}

#: What readers stumbled over.
AWKWARD = {
    "en": r"messages were asked for",
    "fr": r"finalement [cd]es messages|hors de portée|vous ne devez donc plus",
    "de": r"raten Sie, bei|, oder nach einer|je weitere Nachrichten",
    "es": r"no se intentan más|ningún mensaje ahí|ninguno ahí|tienen bien su|si hay alguno|\bSi lo es\b",
}

TABLES = [*product(locales(), dict.fromkeys(AUDIENCES.values()))]


def words_in(text):
    """Give the words of a text; an address is one."""
    return re.findall(r"[\w@'\u2019-]*\w", text)


@cache
def words_count(text):
    """Count the words of a text."""
    return len(words_in(text))


@pytest.mark.parametrize("table", [JARGON, BLAME, OVERCLAIMS, DENIALS, NOT_ON_A_PHONE, NOTHING_COMES_BACK, AWKWARD])
def test_every_language_is_checked(table):
    """A language whose words nobody listed would pass unread."""
    assert {*locales()} == set(table)


@pytest.mark.parametrize("locale", locales())
def test_no_vendor_is_named(locale):
    """People know their product, not who carries its mail."""
    titles = {providers.get(name).title.lower() for name in providers.names()}
    packs = {vocabularies.get(name).title.lower() for name in vocabularies.names()}
    for path, text in leaves(FILES[locale]):
        found = {word.lower() for word in words_in(text)}
        assert set() == found & (VENDORS | titles | packs), path


@pytest.mark.parametrize("locale", locales())
def test_no_codes_and_no_underscores(locale):
    """Digits and underscores belong to machines."""
    for path, text in leaves(FILES[locale]):
        assert not re.search(r"[0-9_{}<>]", re.sub(r"\$\w+", "", text)), path


@pytest.mark.parametrize("locale", locales())
def test_no_sentence_begins_with_what_may_be_in_lower_case(locale):
    """What a product is called stands inside a sentence; a form of a noun may begin one, if it is written so."""
    nouns = FILES[locale].get("nouns", {})
    capital = {form for forms in nouns.values() for form, word in forms.items() if word[0].isupper()}
    for path, text in leaves(FILES[locale]):
        if path[0] == "dates":
            continue
        for name in re.findall(r"(?:^|[.!?] )\$(\w+)", text):
            assert name in capital, path


def test_every_recipient_has_an_article():
    """A product gives the bare noun ("client"), so English puts an article before it, or "this"."""
    for path, text in leaves(FILES["en"]):
        if path[0] != "wording":
            assert text.count("$recipient") == len(re.findall(r"\b(?:the|The|this|same) \$recipient", text)), path


@pytest.mark.parametrize("locale", locales())
def test_no_jargon_and_no_blame(locale):
    """Plain words, and nobody is at fault."""
    for path, text in leaves(FILES[locale]):
        assert set() == {word.lower() for word in words_in(text)} & JARGON[locale], path
        assert not any(phrase in text.lower() for phrase in BLAME[locale]), path


@pytest.mark.parametrize("locale", locales())
def test_nobody_stumbles_twice(locale):
    """What readers of the language found awkward is not said again."""
    assert [] == [text for _, text in leaves(FILES[locale]) if re.search(AWKWARD[locale], text)]


@pytest.mark.parametrize("locale", locales())
def test_nothing_is_claimed_that_nobody_reported(locale):
    """A11, W11: the mail server took it; whether it is in the inbox, or was read by a person, nobody said."""
    for path, text in leaves(FILES[locale]):
        claims = [phrase for phrase in OVERCLAIMS[locale] if phrase in text.replace(DENIALS[locale], "")]
        assert [] == claims, path


@pytest.mark.parametrize("locale, table", TABLES)
def test_sentences_are_short(locale, table):
    """No sentence has more than 25 words; 30 in languages that need more for the same."""
    for _, text in leaves(FILES[locale][table]):
        most = 25 if locale == LAST_RESORT else 30
        assert max(len(words_in(sentence)) for sentence in sentences(text)) <= most, text


@pytest.mark.parametrize("locale, table", TABLES)
def test_every_explanation_is_in_short_sentences(locale, table):
    """On average at most 20 words a sentence, each explanation by itself."""
    for explanation in every_explanation(table, locale):
        texts = [explanation.headline, explanation.meaning, *explanation.next_steps, *explanation.caveats]
        assert sum(map(words_count, texts)) / sum(len(sentences(text)) for text in texts) <= 20, texts


@pytest.mark.parametrize("table", dict.fromkeys(AUDIENCES.values()))
def test_every_explanation_reads_easily(table):
    """Whoever left school after grade 8 can read it (Flesch and Kincaid), each explanation by itself."""
    for explanation in every_explanation(table, "en"):
        headline = f"{explanation.headline}."
        said = " ".join((headline, explanation.meaning, *explanation.next_steps, *explanation.caveats))
        assert textstat.flesch_kincaid_grade(said) <= 8, said


@pytest.mark.parametrize("locale, table", TABLES)
def test_sentences_end(locale, table):
    """Whole sentences end with a full stop; labels and headlines have none."""
    for path, text in leaves(FILES[locale][table]):
        assert text.endswith(".") is (path[-1] not in {"label", "headline"}), path


@pytest.mark.parametrize("locale, table", TABLES)
@pytest.mark.parametrize("pattern", [NOT_ON_A_PHONE, NOTHING_COMES_BACK], ids=["no mail", "nothing comes back"])
def test_a_phone_has_no_mail_server(locale, table, pattern):
    """K6: what is said of a text message names neither mail nor inbox; it fails and does not come back from a number."""
    found = [text for text in every_text(table, locale, of_a_phone) if re.search(pattern[locale], text, re.IGNORECASE)]
    assert [] == found


def test_phones_are_alike():
    """K6: what is said of one kind of phone message is said of the other, word for word."""
    for kind in EventKind:
        sms, whatsapp = (explain(fold([event(kind, channel=channel)])) for channel in ("sms", "whatsapp"))
        assert sms == whatsapp


def test_what_was_seen_is_told_as_it_travelled():
    """K6: what a list holds that is not about mail reads as it does of a phone, though lists are mostly of mail."""
    failed = event("bounced", channel="sms")
    difference = Difference(kind=DifferenceKind.UNKNOWN_HERE, recipient="+15550100", entries=(failed,))
    assert explain(fold([failed])).evidence == explain(difference).evidence
