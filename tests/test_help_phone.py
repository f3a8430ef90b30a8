"""What people read of a message to a phone: of numbers, phones and their networks, and of nothing that only mail has."""

import re
from datetime import timedelta
from functools import cache, partial
from itertools import product

import attrs
import pytest

from deliverystatus import Event, Failure, fold, reconcile, suppress
from deliverystatus._enums import Channel, EventKind, Party, Reason
from deliverystatus._explain import explain
from deliverystatus._explain._tables import RETRYING
from deliverystatus._explain._texts import AUDIENCES, PHONES, locales
from deliverystatus._suppression._reconcile import Difference, DifferenceKind
from help_cases import NOON, decisions_and_releases, differences, event, incidents, texts_of

#: What only mail has, as patterns.
OF_MAIL = {
    "en": r"mail|\b(?:inbox|servers?|address|addresses|folders?|subject|attach\w*|domains?|dns|spf|dkim|dmarc)\b|@",
    "fr": r"mail|courri|fichiers? joint|pièces? jointe|\b(?:boîtes?|messageries?|serveurs?|adresses?|dossiers?|objet|domaines?|dns|spf)\b|@",
    "de": r"mail|postfach|posteing|server|adress|ordner|betreff|anhang|angehängt|anhäng|domain|\b(?:dns|spf|dkim|dmarc)\b|@",
    "es": r"mail|correo|buz[oó]n|bandeja|servidor|direcci[oó]n|carpeta|asunto|adjunt|dominio|\b(?:dns|spf|dkim|dmarc)\b|@",
}
#: What stands for an address, a mailbox and a mail server there.
OF_PHONES = {
    "en": r"\bnumber\b|\bphone\b|\bnetwork\b",
    "fr": r"\bnuméro\b|\btéléphone\b|\bréseau\b",
    "de": r"nummer|telefon|netz",
    "es": r"\bnúmero\b|\bteléfono\b|\bred\b",
}
#: What is the number's, the phone's or the network's fault, and what is stopped for a number.
OF_THE_NUMBER = (
    Reason.UNKNOWN_RECIPIENT,
    Reason.INVALID_ADDRESS,
    Reason.UNKNOWN_DOMAIN,
    Reason.MAILBOX_DISABLED,
    Reason.MAILBOX_FULL,
    Reason.RECIPIENT_REFUSED,
    Reason.POLICY_REJECTED,
    Reason.RECIPIENT_SERVER_ERROR,
    Reason.NETWORK_ERROR,
    Reason.SUPPRESSED_COMPLAINT,
    Reason.SUPPRESSED_BAD_ADDRESS,
    Reason.SUPPRESSED_REPEATED_BOUNCES,
    Reason.SUPPRESSED_OTHER,
)

#: What stands in brackets behind a text for developers: words of ours, in which there may be "mailbox" or "server".
CODES = re.compile(r" ?\[[^\]]*\]")

each_voice = pytest.mark.parametrize("locale, audience", [*product(locales(), AUDIENCES)])


@cache
def records(channel):
    """Give a record of every kind of event for every reason, still tried or not, with circumstances."""
    on = partial(event, channel=channel, recipient="+15005550001")
    found = []
    for kind, reason in product(EventKind, (None, *Reason)):
        failure = None if reason is None else Failure(claimed=reason)
        for retrying in RETRYING if kind is EventKind.DEFERRED else (None,):
            record = fold([on(kind, failure=failure, retrying=retrying)])
            found += product([record], ({}, {"now": NOON + timedelta(days=6)}))
    return found


@cache
def said(locale, audience):
    """Give all that is said of what goes to phones, each text once, without codes."""
    explain_so = partial(explain, locale=locale, audience=audience)
    explained = [explain_so(record, **circumstances) for record, circumstances in records(Channel.SMS)]
    others = (decisions_and_releases, incidents, differences)
    explained += [explain_so(each) for of_a_kind in others for each in of_a_kind(Channel.SMS)]
    return tuple(dict.fromkeys(CODES.sub("", text) for each in explained for text in texts_of(each)))


@pytest.mark.parametrize("table", [OF_MAIL, OF_PHONES])
def test_every_language_is_read(table):
    """A language whose words nobody listed would pass unread."""
    assert {*locales()} == set(table)


@each_voice
def test_nothing_is_said_that_only_mail_has(locale, audience):
    """Of every kind of event and every reason, to everybody: no mail, no mailbox, no server, no address, no folder."""
    assert [] == [text for text in said(locale, audience) if re.search(OF_MAIL[locale], text, re.IGNORECASE)]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_phones_are_told_of_alike(audience):
    """What is said of a text message is said of a WhatsApp message, for every kind of event and every reason."""
    channels = sorted(PHONES)
    for (one, circumstances), (other, _) in zip(*map(records, channels), strict=True):
        told = [
            [CODES.sub("", text) for text in texts_of(explain(each, audience=audience, **circumstances))]
            for each in (one, other)
        ]

        assert told[0] == told[1]


@each_voice
@pytest.mark.parametrize("reason", OF_THE_NUMBER)
def test_what_failed_is_told_of_a_number(locale, audience, reason):
    """Where mail has an address, a mailbox or a server, a phone has a number, itself, or a network."""
    record = fold([event(EventKind.SOFT_BOUNCED, channel=Channel.SMS, failure=Failure(claimed=reason))])
    general = fold([event(EventKind.SOFT_BOUNCED, channel=Channel.SMS)])

    explanation, plain = (explain(each, locale=locale, audience=audience) for each in (record, general))

    why = set(re.split(r"(?<=\.) ", explanation.meaning)) - set(re.split(r"(?<=\.) ", plain.meaning))
    assert re.search(OF_PHONES[locale], CODES.sub("", " ".join(why)), re.IGNORECASE)


@pytest.mark.parametrize(
    "reason, told",
    [
        (Reason.UNKNOWN_RECIPIENT, "not in use"),
        (Reason.INVALID_ADDRESS, "a landline, not use this service, or be mistyped"),
        (Reason.RECIPIENT_REFUSED, "blocks messages from this sender"),
        (Reason.MAILBOX_DISABLED, "out of service for now"),
        (Reason.MAILBOX_FULL, "no room for more messages"),
        (Reason.NETWORK_ERROR, "off, or out of reach"),
        (Reason.RECIPIENT_SERVER_ERROR, "mobile network"),
        (Reason.SENDER_AUTHENTICATION, "not registered"),
        (Reason.POLICY_REJECTED, "a filter or a rule of the phone network"),
        (Reason.CONTENT_REJECTED, "a link or a picture"),
        (Reason.EXPIRED, "until the time was up"),
    ],
)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_a_reason_means_on_a_phone(audience, reason, told):
    """Each reason says of a phone what it is there, and not what it would be of a mailbox."""
    record = fold([event(EventKind.SOFT_BOUNCED, channel=Channel.SMS, failure=Failure(claimed=reason))])

    assert told in explain(record, audience=audience).meaning


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("subjects", [incidents, differences])
def test_what_many_share_and_lists_hold_is_told_alike(audience, subjects):
    """An incident of WhatsApp messages, and a list of who gets none, read as they do of text messages."""
    for one, other in zip(*map(subjects, sorted(PHONES)), strict=True):
        told = [[CODES.sub("", text) for text in texts_of(explain(each, audience=audience))] for each in (one, other)]

        assert told[0] == told[1]


@each_voice
@pytest.mark.parametrize("kind", ["sender_fault", "campaign_dropped"])
def test_an_incident_is_of_numbers(locale, audience, kind):
    """Its own text and that of its cause are those of its channel, alone as well as with a decision."""
    explain_so = partial(explain, locale=locale, audience=audience)
    mail, text = (
        next(each for each in incidents(channel) if (kind, Reason.POLICY_REJECTED) == (each.kind, each.reason))
        for channel in (Channel.EMAIL, Channel.SMS)
    )
    decision = suppress(()).may_send("+15005550001", purpose="bulk", channel="sms", now=NOON)
    cause = fold([event(EventKind.SOFT_BOUNCED, channel=Channel.SMS, failure=Failure(claimed=Reason.POLICY_REJECTED))])

    explained = explain_so(text)

    assert explain_so(mail).meaning != explained.meaning
    assert CODES.sub("", explained.meaning).removeprefix(told_with(decision, text, explain_so)).strip() in (
        explain_so(cause).meaning
    )


def told_with(decision, incident, explain_so):
    """Give what is said of an incident beside a decision."""
    (caveat,) = explain_so(attrs.evolve(decision, incidents=(incident,))).caveats
    return caveat


@each_voice
def test_a_stop_on_a_list_is_told_of_a_phone(locale, audience):
    """Where a list of the provider's holds a number that answered STOP, that is said, and no kind of message is named."""
    explain_so = partial(explain, locale=locale, audience=audience)
    stop = event("unsubscribed", channel="sms", recipient="+15005550001")
    entry = event(
        "suppression_changed",
        channel="sms",
        recipient="+15005550001",
        value="added",
        provider="messagebird",
        failure=Failure(claimed=Reason.SUPPRESSED_UNSUBSCRIBE),
    )
    withheld = event("withheld", channel="sms", failure=Failure(claimed=Reason.SUPPRESSED_UNSUBSCRIBE))
    found = reconcile(suppress(()), [entry], provider="messagebird", channel="sms", now=NOON)
    (only_there,) = found.differences
    (only_here,) = reconcile(suppress([stop]), [], provider="messagebird", channel="sms", now=NOON).ours_alone
    seen = explain_so(fold([withheld])).evidence[0].text

    for difference in (only_there, only_here):
        why = CODES.sub("", explain_so(difference).meaning).split(". ", 1)[1]
        assert re.split(r"(?<=\.) ", why)[-1] in seen
    assert explain_so(fold([stop])).evidence == explain_so(only_here).evidence


@pytest.mark.parametrize("kind", DifferenceKind)
def test_a_number_is_no_address_where_no_channel_is_told(kind):
    """What binds everywhere, and has no evidence that says how it came, is told of a number by its recipient."""
    difference = Difference(kind=kind, recipient="+15005550001")

    assert not re.search(OF_MAIL["en"], " ".join(texts_of(explain(difference))), re.IGNORECASE)


@each_voice
def test_a_stop_ends_by_start(locale, audience):
    """Whoever answered STOP lifts it with START, and nobody else: so say the decision, and a release that is refused."""
    stop = Event("unsubscribed", recipient="+15005550001", channel="sms", occurred_at=NOON, message_id="m")
    known = suppress([stop])
    decision = known.may_send("+15005550001", purpose="transactional", channel="sms", now=NOON + timedelta(days=1))
    release = known.release(
        "+15005550001", "unsubscribe", actor=Party.STAFF, proof="address_checked", at=NOON + timedelta(days=1)
    )

    for subject in (decision, release):
        explanation = explain(subject, locale=locale, audience=audience)
        assert any("START" in step for step in explanation.next_steps)
        assert Party.RECIPIENT is explanation.who_acts


@each_voice
def test_a_stop_stays_until_start(locale, audience):
    """No support team lifts a STOP, here or on the provider's list, so none is named; a complaint stays as it was."""
    explain_so = partial(explain, locale=locale, audience=audience)
    listed = partial(event, "suppression_changed", channel="sms", recipient="+15005550001", value="added")
    stop, complaint = (
        explain_so(
            suppress([listed(provider="messagebird", failure=Failure(claimed=reason))]).may_send(
                "+15005550001", purpose="bulk", channel="sms", now=NOON + timedelta(days=1)
            )
        )
        for reason in (Reason.SUPPRESSED_UNSUBSCRIBE, Reason.SUPPRESSED_COMPLAINT)
    )

    assert ("START" in stop.meaning, "START" in complaint.meaning) == (True, False)
    assert (0, 2) == (len(stop.caveats), len(complaint.caveats))


@each_voice
@pytest.mark.parametrize(
    "reason, proof, acts",
    [
        (Reason.SUPPRESSED_UNSUBSCRIBE, "recipient_request", Party.RECIPIENT),
        (Reason.SUPPRESSED_COMPLAINT, "link_mailed_there", Party.SUPPORT),
    ],
)
def test_a_stop_that_was_lifted_here_alone(locale, audience, reason, proof, acts):
    """Where the provider's list still holds a STOP that was lifted here, START ends that too, and not the support team."""
    failure = Failure(claimed=reason)
    number = {"channel": "sms", "recipient": "+15005550001"}
    entry = event("suppression_changed", value="added", provider="messagebird", failure=failure, **number)
    known, later = suppress([entry]), NOON + timedelta(days=1)
    (cause,) = known.may_send("+15005550001", purpose="bulk", channel="sms", now=later).causes

    release = known.release("+15005550001", cause, actor=Party.RECIPIENT, proof=proof, at=later)
    explanation = explain(release, locale=locale, audience=audience)

    assert (True, (("messagebird", None),)) == (release.accepted, release.listed_by)
    assert acts is explanation.who_acts
    assert (acts is Party.RECIPIENT) is ("START" in explanation.next_steps[0])


def test_what_was_left_in_mail_does_not_end_by_start():
    """Where an unsubscription from mail binds text messages too, no answer START ends it."""
    stop = suppress([event("unsubscribed", channel="sms")])
    decision = stop.may_send("ada@example.com", purpose="bulk", channel="sms", now=NOON + timedelta(days=1))
    (cause,) = decision.causes
    left = attrs.evolve(cause, channel=None, evidence=event("unsubscribed"))

    assert "It stays until they answer START." in explain(decision).meaning
    of_mail = attrs.evolve(decision, channel=Channel.EMAIL)
    for other in (attrs.evolve(decision, causes=(left,)), of_mail):
        assert "It stays until it is lifted." in explain(other).meaning


@each_voice
def test_nobody_doubts_a_stop(locale, audience):
    """No program answers with STOP, and asking by text message would break it; a link in a mail may be followed by one."""
    stop, mail = (
        explain(fold([event("unsubscribed", channel=channel)]), locale=locale, audience=audience)
        for channel in (Channel.SMS, Channel.EMAIL)
    )

    assert (0, 1) == (len(stop.caveats), len(mail.caveats))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_read_is_opened(audience):
    """A WhatsApp message that was read was on the screen, and no more is claimed; no hidden picture is spoken of."""
    explanation = explain(fold([event("opened", channel="whatsapp")]), audience=audience)

    assert "reported as read. So it was on the screen." in explanation.meaning
    assert "does not prove that" in explanation.caveats[0]
    assert not any("probably" in text for text in texts_of(explanation))
    assert not any("picture" in text for text in texts_of(explanation))
