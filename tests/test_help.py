"""What people read, as text: nothing missing, nothing orphaned, nothing unused; plain words and short sentences."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import product
from string import Template

import attrs
import pytest

from deliverystatus import Event, Failure, Record, diagnose, fold, providers, vocabularies
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import (
    Actor,
    Attribution,
    Channel,
    Contradiction,
    EventKind,
    Party,
    Permanence,
    Purpose,
    Reason,
    Status,
)
from deliverystatus._explain import explain
from deliverystatus._explain._evidence import TOLD_APART
from deliverystatus._explain._tables import CAUSE_ACTS, REASON_REPLACES, RETRYING, STUCK
from deliverystatus._explain._texts import AUDIENCES, PHONES, Entry, locales
from deliverystatus._policies import PROVES_BY_MACHINE
from deliverystatus._suppression import stop_by_hand, suppress
from deliverystatus._suppression._reconcile import Difference, DifferenceKind
from deliverystatus._suppression._rules import GROUNDS, SETTINGS
from deliverystatus._suppression._values import Incident, Standing
from deliverystatus._suppression._words import CauseKind, IncidentKind, ReleaseProof, WhyNot
from deliverystatus.vocabularies import Tracking

PLACEHOLDERS = {"product", "recipient", "support"}
#: What only the texts of incidents have.
OF_INCIDENTS = {"number": "12", "place": "example.org"}
FIELDS = {"label", "headline", "meaning", "next_steps", "caveats"}
NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)

FILES = {
    locale: tomllib.loads((resources.files("deliverystatus") / "help" / f"{locale}.toml").read_text("utf-8"))
    for locale in locales()
}
TABLES = [(locale, audience) for locale in locales() for audience in AUDIENCES]

# The sections of an audience that must have a text for each of these, and for nothing else.
TOTAL = {
    "status": set(Status),
    "reason": set(Reason),
    "permanence": set(Permanence),
    "retrying": set(RETRYING.values()),
    "untracked": {"account", "before"},
    "stuck": set(STUCK),
    "contradiction": set(Contradiction),
    "evidence": set(EventKind),
    "evidence_by_machine": set(PROVES_BY_MACHINE),
    "inferred": set(PROVES_BY_MACHINE.values()),
    "attribution": set(Attribution) - {Attribution.EXACT},
    "decision": {"allowed", "refused"},
    "release": {"accepted", "refused"},
    "why_not": set(WhyNot),
    "decided": {ground.decided_by for ground in (*GROUNDS.values(), *SETTINGS.values())},
    "lasting": {"stays", "ends", "changes"},
    "incident": set(IncidentKind),
    "difference": set(DifferenceKind),
    "proof": set(ReleaseProof),
}
# The sections that have a text for some of these only.
PARTIAL = {
    "unexplained": set(Status),
    "by_human": set(Status),
    "with_words": set(Status),
    "retrying_against": set(RETRYING.values()),
    "evidence_with_words": set(EventKind),
    "hidden": set(Status),
    "unknown_actor": set(Status),
    "caveat": {
        "unproven",
        "tracked_opens",
        "untracked_opens",
        "also_complained",
        "also_unsubscribed",
        "maybe_complained",
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


def texts_of(explanation):
    """Give everything an explanation says."""
    return (
        explanation.label,
        explanation.headline,
        explanation.meaning,
        *explanation.next_steps,
        *explanation.caveats,
        *(seen.text for seen in explanation.evidence),
    )


def event(kind, **fields):
    """Make an event of one copy, at noon."""
    fields = {"occurred_at": NOON, "recipient": "ada@example.com", "message_id": "m"} | fields
    return Event(kind, **fields)


def failures():
    """Give a failure for every reason and permanence, as the provider's class or as the server's words say it."""
    yield None
    for reason in Reason:
        yield Failure(claimed=reason)
    for text in (
        "550 5.1.1 try again later",
        "450 4.1.1 no such user",
        "552 5.2.2 mailbox full",
        "550 spam, try later",
    ):
        yield Failure(diagnostic=text)


def every_record():
    """Give records of one event in every respect that an explanation depends on, and of all pairs of kinds."""
    for kind, failure, channel in product(REASON_REPLACES, failures(), (Channel.EMAIL, Channel.SMS)):
        for retrying in RETRYING if kind == "deferred" else (None,):
            yield fold([event(kind, failure=failure, channel=channel, retrying=retrying)])
    for kind, failure in product(REASON_REPLACES, failures()):
        yield fold([event(kind, failure=failure, final_recipient="ada@example.org")])
    for channel, (word, reason) in product(Channel, TOLD_APART.items()):
        apart = Failure(reported=word, claimed=reason)
        yield fold([event(EventKind.WITHHELD, failure=apart, channel=channel)])
    for kind, channel in product(EventKind, Channel):
        yield fold([event(kind, channel=channel)])
    for kind, actor, attribution, authenticated in product(EventKind, Actor, Attribution, (True, None, False)):
        yield fold([event(kind, actor=actor, attribution=attribution, authenticated=authenticated)])
    for one, other in product(EventKind, EventKind):
        yield fold([event(one), event(other, occurred_at=NOON + timedelta(seconds=1))])
    yield Record()


def every_explanation():
    """Give explanations of all that can be explained, in every circumstance that they depend on."""
    circumstances = [
        {},
        {"now": NOON + timedelta(minutes=11)},
        {"tracking": Tracking(delivery=False, opens=False)},
        {"tracking": Tracking(since=NOON + timedelta(days=1))},
        *({"vocabulary": name} for name in vocabularies.names()),
        {"vocabulary": attrs.evolve(vocabularies.get("writeupp"), policy="latest_reported")},
    ]
    for record in every_record():
        for circumstance in circumstances:
            yield explain(record, **circumstance)
    for text in ("", "552 5.2.2 mailbox full", "550 5.1.1 no such user"):
        yield explain(diagnose(text))
    for reason in Reason:
        yield explain(Failure(claimed=reason).diagnosis)
    yield from decisions_and_releases()
    yield from differences()
    for kind, reason in product(IncidentKind, (None, *Reason)):
        yield explain(
            Incident(
                kind=kind,
                reason=reason,
                domain="example.org",
                provider=None,
                account=None,
                since=NOON,
                last=NOON,
                addresses=12,
                who_acts=Party.SUPPORT,
            )
        )


def differences():
    """Give explanations of a difference of every kind, for every reason of theirs, and of ours."""
    for reason in Reason:
        if reason.startswith("suppressed_"):
            listed = event("suppression_changed", value="added", provider="postmark", failure=Failure(claimed=reason))
            (cause,) = suppress([listed]).may_send("ada@example.com", purpose="bulk", now=NOON).causes
            for kind in DifferenceKind:
                yield explain(Difference(kind=kind, recipient="ada@example.com", theirs=(cause,), entries=(listed,)))
                yield explain(Difference(kind=kind, recipient="ada@example.com", ours=(cause,)))


def decisions_and_releases():
    """Give explanations of decisions for every sort of cause, and of every sort of attempt to lift it."""
    causes = [
        event(EventKind.COMPLAINED),
        event(EventKind.COMPLAINED, authenticated=False),
        event(EventKind.BOUNCED, failure=Failure(claimed=Reason.UNKNOWN_RECIPIENT)),
        event(EventKind.UNSUBSCRIBED),
        event(EventKind.UNSUBSCRIBED, occurred_at=None),
        *(
            event(EventKind.SUPPRESSION_CHANGED, value="added", provider="postmark", failure=Failure(claimed=reason))
            for reason in Reason
        ),
    ]
    causes += [
        stop_by_hand("ada@example.com", actor=Party.STAFF, at=NOON),
        event(EventKind.BOUNCED, failure=Failure(claimed=Reason.UNKNOWN_DOMAIN)),
    ]
    full = Failure(claimed=Reason.MAILBOX_FULL)
    weeks = [event("bounced", failure=full, message_id=str(n), occurred_at=NOON + timedelta(days=n)) for n in range(5)]
    later = NOON + timedelta(days=9)
    for evidence in ([], weeks, [causes[3], event("unsubscribed", scope="group:1")], *([cause] for cause in causes)):
        known = suppress(evidence)
        for purpose in Purpose:
            decision = known.may_send("ada@example.com", purpose=purpose, now=later)
            yield explain(decision)
            yield explain(attrs.evolve(decision, waiting=decision.causes, probe=True))
            for cause, actor, proof, at in product(decision.causes, Party, ReleaseProof, (NOON, later)):
                yield explain(known.release("ada@example.com", cause, actor=actor, proof=proof, at=at))
                yield explain(known.release("ada@example.com", cause.kind, actor=actor, proof=proof, at=at))
        off = Standing(template_on=False, quota_left=0, declined=True, opted_in=False, on_hold=True, channel_on=False)
        yield explain(known.may_send("ada@example.com", purpose="bulk", standing=off, now=later))
        for kind, proof in product(CauseKind, ReleaseProof):
            refused = known.release("ada@example.com", kind, actor="recipient", proof=proof, at=later)
            yield explain(refused)
            yield explain(attrs.evolve(refused, why_not=WhyNot.TOO_OFTEN))
            would_do = ((Party.RECIPIENT, proof),)
            yield explain(attrs.evolve(refused, why_not=WhyNot.WRONG_PROOF, would_do=would_do))
        refused = known.release("ada@example.com", "unsubscribe", actor="staff", proof="address_checked", at=later)
        yield explain(refused)
        yield explain(
            attrs.evolve(refused, why_not=WhyNot.WRONG_PROOF, would_do=((Party.RECIPIENT, "link_mailed_there"),))
        )


@pytest.fixture(scope="module")
def explanations():
    """Give every explanation, once for the module; equal ones count once."""
    return list({texts_of(explanation): explanation for explanation in every_explanation()}.values())


@pytest.mark.parametrize("locale, audience", TABLES)
@pytest.mark.parametrize("section", sorted(TOTAL))
def test_nothing_is_missing(locale, audience, section):
    """Every word of a vocabulary has its text, and no text is for a word that does not exist."""
    assert {str(word) for word in TOTAL[section]} == set(FILES[locale][audience][section])


@pytest.mark.parametrize("locale, audience", TABLES)
def test_nothing_is_orphaned(locale, audience):
    """No section, key or field is in a file that nothing could ask for."""
    file = FILES[locale][audience]
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


@pytest.mark.parametrize("locale, audience", TABLES)
def test_every_status_has_all_that_a_screen_shows(locale, audience):
    """A status has its label, headline, meaning and at least one step; so has a reason its label, meaning and steps."""
    file = FILES[locale][audience]
    for status in Status:
        assert {"label", "headline", "meaning", "next_steps"} <= file["status"][status].keys(), status
    for reason in Reason:
        assert {"label", "meaning", "next_steps"} <= file["reason"][reason].keys(), reason


@pytest.mark.parametrize("locale", locales())
def test_placeholders_are_a_closed_set(locale):
    """Every placeholder is one that can be filled, and the wording has a default for each."""
    used = set()
    for path, text in leaves(FILES[locale]):
        assert Template(text).is_valid(), path
        used |= set(Template(text).get_identifiers())
    assert used == PLACEHOLDERS | set(OF_INCIDENTS)
    assert set(FILES[locale]["wording"]) == PLACEHOLDERS


@pytest.mark.parametrize("locale", locales())
def test_no_sentence_begins_with_a_placeholder(locale):
    """What a product is called may be in lower case, so it stands inside a sentence."""
    for path, text in leaves(FILES[locale]):
        assert not re.search(r"(?:^|[.!?] )\$", text), path


def test_every_recipient_has_an_article():
    """A product gives the bare noun ("client"), so English puts an article before it, or "this"."""
    for path, text in leaves(FILES["en"]):
        if path[0] != "wording":
            assert text.count("$recipient") == len(re.findall(r"\b(?:the|The|this|same) \$recipient", text)), path


@pytest.mark.parametrize("locale, audience", TABLES)
def test_every_text_is_used(explanations, locale, audience):
    """There is a case for every text: what nothing says is taken out."""
    said = "\n".join(text for explanation in explanations for text in texts_of(explanation))
    words = FILES[locale]["wording"]
    unused = [
        ".".join(path)
        for path, text in leaves(FILES[locale][audience])
        if Template(text).substitute(words | OF_INCIDENTS) not in said
    ]
    assert [] == unused


def test_every_explanation_says_something(explanations):
    """No explanation has an empty label, headline or meaning, or nothing to do, or a placeholder left."""
    for explanation in explanations:
        assert explanation.label
        assert explanation.headline
        assert explanation.meaning
        assert explanation.next_steps
        assert not any("$" in text or not text.strip() for text in texts_of(explanation))


def test_nothing_is_said_twice(explanations):
    """No step and no caveat is repeated, and no sentence within the meaning."""
    for explanation in explanations:
        for said in (explanation.next_steps, explanation.caveats, sentences(explanation.meaning)):
            assert len(set(said)) == len(said), said


# -- the language ----------------------------------------------------------------------------------------------------

VENDORS = {
    "amazon", "apple", "aol", "aws", "brevo", "gmail", "google", "hotmail", "icloud", "mailchimp", "mailgun", "mailjet",
    "mandrill", "microsoft", "office", "outlook", "postmark", "proofpoint", "protonmail", "resend", "sendgrid", "ses",
    "sparkpost", "spamhaus", "twilio", "yahoo", "whatsapp",
}  # fmt: skip
JARGON = {
    "api", "bounce", "bounced", "dkim", "dmarc", "dns", "domain", "endpoint", "enum", "esp", "hard", "header", "html",
    "http", "ip", "isp", "json", "mta", "mx", "null", "payload", "pixel", "queue", "rcpt", "relay", "smtp", "soft", "spf",
    "suppressed", "suppression", "timeout", "tls", "url", "webhook",
}  # fmt: skip
BLAME = {"you failed", "your fault", "your mistake", "fault of", "you should have", "careless", "wrongly entered"}
OVERCLAIMS = {"made it to", "in the inbox", "reached the inbox", "was read by", "the $recipient opened", "has read"}


def sentences(text):
    """Take a text apart where sentences end."""
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence]


def words_in(text):
    """Give the words of a text; an address is one."""
    return re.findall(r"[A-Za-z@'-]*[A-Za-z]", text)


def syllables(word):
    """Estimate: groups of vowels, less a silent e at the end, and at least one."""
    word = word.lower().replace("ient", "i-ent")
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - bool(_SILENT.search(word)))


# A last e is silent, but for "table" and "free"; so is that of -ed and -es, but for "sorted", "added", "uses", "dishes".
_SILENT = re.compile(r"(?:[^e]e(?<![^aeiouy]le)|[^td]ed|[^scgxz](?<!sh)(?<!ch)es)$")


def reading_grade(texts):
    """Give the grade by Flesch and Kincaid (1975): 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    parts = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in parts for word in words_in(sentence)]
    return 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_syllables_are_estimated_well_enough():
    """The estimate is right for the words these texts are made of."""
    known = {
        "message": 2, "address": 2, "recipient": 4, "patient": 3, "deliver": 3, "delivered": 3, "provider": 3, "mailbox": 2, "refused": 2,
        "confirmed": 2, "reported": 3, "unsubscribed": 3, "sent": 1, "again": 2, "file": 1, "table": 2, "the": 1,
        "service": 2, "marked": 1, "opened": 2, "server": 2,
    }  # fmt: skip
    assert known == {word: syllables(word) for word in known}


@pytest.mark.parametrize("locale", locales())
def test_no_vendor_is_named(locale):
    """Staff know their product, not who carries its mail."""
    titles = {providers.get(name).title.lower() for name in providers.names()}
    packs = {vocabularies.get(name).title.lower() for name in vocabularies.names()}
    for path, text in leaves(FILES[locale]):
        found = {word.lower() for word in words_in(text)}
        assert set() == found & (VENDORS | titles | packs), path


@pytest.mark.parametrize("locale", locales())
def test_no_codes_and_no_underscores(locale):
    """Digits and underscores belong to machines."""
    for path, text in leaves(FILES[locale]):
        assert not re.search(r"[0-9_{}<>]", text), path


def test_no_jargon_and_no_blame():
    """Plain words, and nobody is at fault."""
    for path, text in leaves(FILES["en"]):
        assert set() == {word.lower() for word in words_in(text)} & JARGON, path
        assert not any(phrase in text.lower() for phrase in BLAME), path


def test_nothing_is_claimed_that_nobody_reported():
    """A11, W11: the mail server took it; whether it is in the inbox, or was read by a person, nobody said."""
    for path, text in leaves(FILES["en"]):
        claims = [phrase for phrase in OVERCLAIMS if phrase in text]
        assert [] == claims or text.startswith("This does not prove that it is in the inbox."), path


def test_sentences_are_short():
    """No sentence has more than 25 words."""
    for _, text in leaves(FILES["en"]["staff"]):
        assert max(len(words_in(sentence)) for sentence in sentences(text)) <= 25, text


def test_every_explanation_reads_easily(explanations):
    """On average at most 20 words a sentence, and reading grade 6 (8 was asked for), each explanation by itself."""
    for explanation in explanations:
        texts = [explanation.headline, explanation.meaning, *explanation.next_steps, *explanation.caveats]
        parts = [sentence for text in texts for sentence in sentences(text)]
        assert sum(len(words_in(sentence)) for sentence in parts) / len(parts) <= 20
        assert reading_grade(texts) <= 6, texts


def test_sentences_end():
    """Whole sentences end with a full stop; labels and headlines have none."""
    for path, text in leaves(FILES["en"]["staff"]):
        assert text.endswith(".") is (path[-1] not in {"label", "headline"}), path


def test_every_reason_says_who_acts():
    """Where the engineers have to act, staff are told to contact support: they cannot do it themselves."""
    for reason in Reason:
        steps = " ".join(FILES["en"]["staff"]["reason"][reason]["next_steps"])
        if CONSEQUENCES[reason].who_acts in (Party.ENGINEERS, Party.SUPPORT):
            assert "$support" in steps, reason


@pytest.mark.parametrize("channel", sorted(PHONES))
@pytest.mark.parametrize("tracking", [None, Tracking(delivery=False), Tracking(since=NOON + timedelta(days=1))])
def test_a_phone_has_no_mail_server(channel, tracking):
    """K6: what is said of a text message names neither mail nor inbox, whatever its status."""
    for kind, failure in product(EventKind, (None, Failure(claimed=Reason.UNKNOWN_RECIPIENT))):
        for text in texts_of(explain(fold([event(kind, channel=channel, failure=failure)]), tracking=tracking)):
            assert not re.search(r"\b(?:mail|mailbox|inbox|junk)\b", text), (kind, text)


@pytest.mark.parametrize("channel", sorted(PHONES))
def test_nothing_comes_back_from_a_phone(channel):
    """K6: a text message fails; it does not come back, and what it was sent to is a number."""
    for kind, failure in product(("undetermined_bounce", "complained"), (None, Failure(diagnostic="30003"))):
        explanation = explain(fold([event(kind, channel=channel, failure=failure)]))
        said = " ".join((explanation.headline, explanation.meaning, *explanation.next_steps))
        assert not re.search(r"\b(?:came|come) back\b|\breturned\b|\baddress\b", said)
