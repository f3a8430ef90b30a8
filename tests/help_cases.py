"""Every explanation there is, for tests of texts: all that one depends on, each in every value that it may have."""

from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import product

import attrs

from deliverystatus import Event, Failure, Record, diagnose, fold, vocabularies
from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Party, Purpose, Reason, Status
from deliverystatus._explain import explain
from deliverystatus._explain._evidence import OF_A_SERVER, TOLD_APART
from deliverystatus._explain._tables import REASON_REPLACES, RETRYING
from deliverystatus._suppression import stop_by_hand, suppress
from deliverystatus._suppression._reconcile import Difference, DifferenceKind
from deliverystatus._suppression._values import Incident, Release, Standing
from deliverystatus._suppression._words import CauseKind, IncidentKind, ReleaseProof, WhyNot
from deliverystatus.vocabularies import Tracking

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


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
        "30003",
    ):
        yield Failure(diagnostic=text)


#: In which circumstances a record is explained: later, where it cannot be tracked, and with the labels of a product.
LATER = ({}, {"now": NOON + timedelta(minutes=11)}, {"now": NOON + timedelta(days=6)})
UNTRACKED = (
    {"tracking": Tracking(delivery=False, opens=False)},
    {"tracking": Tracking(since=NOON + timedelta(days=1))},
    {"tracking": Tracking(delivery=False, returns=True)},
)
LABELLED = (
    *({"vocabulary": name} for name in vocabularies.names()),
    {"vocabulary": attrs.evolve(vocabularies.get("writeupp"), policy="latest_reported")},
)

#: What the explanation of a cause depends on besides it: with labels of their own, products tell reasons apart.
DEPENDS = {Status.DEFERRED: LATER, Status.WITHHELD: ({}, *LABELLED), Status.DROPPED: ({}, *LABELLED)}


def records_on(channel):
    """Give records of one event in every respect that an explanation depends on, and of all pairs; with circumstances."""
    on = partial(event, channel=channel)
    for kind, failure in product(REASON_REPLACES, failures()):
        for retrying in RETRYING if kind == "deferred" else (None,):
            record = fold([on(kind, failure=failure, retrying=retrying)])
            yield from product([record], DEPENDS.get(kind, ({},)))
        yield fold([on(kind, failure=failure, final_recipient="ada@example.org")]), {}
    yield from product([fold([on("deferred", final_recipient="ada@example.org")])], LATER)
    for word, reason in TOLD_APART.items():
        yield fold([on(EventKind.WITHHELD, failure=Failure(reported=word, claimed=reason))]), {}
    for reason in OF_A_SERVER:
        yield fold([on(EventKind.OUTCOME_UNKNOWN, failure=Failure(claimed=reason))]), {}
    for kind in EventKind:
        # with a provider too, which never repeats a delivery report that was lost
        records = [fold([on(kind, **fields)]) for fields in ({}, {"provider": "mailgun"})]
        yield from product(records, (*LATER, *UNTRACKED, *LABELLED))
    yield from product([fold([on("clicked", actor=Actor.MACHINE)])], LATER)
    for kind, actor, attribution, authenticated in product(EventKind, Actor, Attribution, (None, False)):
        yield fold([on(kind, actor=actor, attribution=attribution, authenticated=authenticated)]), {}
    for one, other in product(EventKind, EventKind):
        pair = fold([on(one), on(other, occurred_at=NOON + timedelta(seconds=1))])
        yield from product([pair], ({}, *UNTRACKED[:1], LABELLED[-1]))
    lifted = {"occurred_at": NOON + timedelta(seconds=1), "value": "complaint:recipient:link_mailed_there"}
    yield fold([on(EventKind.COMPLAINED), on(EventKind.RELEASED, **lifted)]), {}


def of_a_phone():
    """Give all that can be explained of what is sent to phones, each with its circumstances."""
    yield from records_on(Channel.SMS)
    for each in (*decisions_and_releases(Channel.SMS), *incidents(Channel.SMS), *differences(Channel.SMS)):
        yield each, {}


@cache
def subjects():
    """Give all that can be explained, each with its circumstances; once, for they are read in every language."""
    replies = ("", "552 5.2.2 mailbox full", "550 5.1.1 no such user")
    return (
        *records_on(Channel.EMAIL),
        *of_a_phone(),
        *product([Record()], (*LATER, *LABELLED)),
        *((diagnose(text), {}) for text in replies),
        *((Failure(claimed=reason).diagnosis, {}) for reason in Reason),
        *((each, {}) for each in decisions_and_releases()),
        *((each, {}) for each in incidents()),
        *((each, {}) for each in differences()),
    )


@cache
def every_explanation(audience, locale, of=subjects):
    """Give every explanation; equal ones count once."""
    found = (explain(each, audience=audience, locale=locale, **circumstances) for each, circumstances in of())
    return tuple({texts_of(explanation): explanation for explanation in found}.values())


@cache
def every_text(audience, locale, of=subjects):
    """Give all that explanations say, each text once."""
    return tuple(dict.fromkeys(text for each in every_explanation(audience, locale, of) for text in texts_of(each)))


#: What is known by the channel; the others are about what receives mail.
OF_THE_SENDER = (IncidentKind.SENDER_FAULT, IncidentKind.CAMPAIGN_DROPPED)


def incidents(channel=Channel.EMAIL):
    """Give an incident of every kind that there is on a channel, for every reason."""
    for kind, reason in product(IncidentKind if channel is Channel.EMAIL else OF_THE_SENDER, (None, *Reason)):
        yield Incident(
            kind=kind,
            reason=reason,
            domain="example.org",
            provider=None,
            account=None,
            channel=channel if kind in OF_THE_SENDER else None,
            since=NOON,
            last=NOON,
            addresses=12,
            who_acts=Party.SUPPORT,
        )


def differences(channel=Channel.EMAIL):
    """Give a difference of every kind, for every reason of theirs, or of ours where they have nothing."""
    theirs = [cause for each in decisions_and_releases(channel) if hasattr(each, "allowed") for cause in each.causes]
    recipient = "ada@example.com" if channel is Channel.EMAIL else "+15005550001"
    once = {(cause.word, cause.reason): cause for cause in theirs}
    for kind, cause in product(DifferenceKind, once.values()):
        entries = () if cause.evidence is None else (cause.evidence,)
        yield Difference(kind=kind, recipient=recipient, theirs=(cause,), entries=entries)
        yield Difference(kind=kind, recipient=recipient, ours=(cause,))


@cache
def decisions_and_releases(channel=Channel.EMAIL):
    """Give decisions for every sort of cause, and every sort of attempt to lift it; releases that read alike once."""
    on = partial(event, channel=channel)
    causes = [
        on(EventKind.COMPLAINED),
        on(EventKind.COMPLAINED, authenticated=False),
        on(EventKind.BOUNCED, failure=Failure(claimed=Reason.UNKNOWN_RECIPIENT)),
        on(EventKind.UNSUBSCRIBED),
        on(EventKind.UNSUBSCRIBED, occurred_at=None),
        on(EventKind.BOUNCED, failure=Failure(claimed=Reason.UNKNOWN_DOMAIN)),
        stop_by_hand("ada@example.com", actor=Party.STAFF, at=NOON),
        *(
            on(EventKind.SUPPRESSION_CHANGED, value="added", provider="postmark", failure=Failure(claimed=reason))
            for reason in Reason
        ),
    ]
    full = Failure(claimed=Reason.MAILBOX_FULL)
    weeks = [on("bounced", failure=full, message_id=str(n), occurred_at=NOON + timedelta(days=n)) for n in range(5)]
    later = NOON + timedelta(days=9)
    found = []
    for evidence in ([], weeks, [causes[3], on("unsubscribed", scope="group:1")], *([cause] for cause in causes)):
        known = suppress(evidence)
        ask = partial(known.may_send, "ada@example.com", channel=channel, now=later)
        release = partial(known.release, "ada@example.com", at=later)
        for purpose in Purpose:
            decision = ask(purpose=purpose)
            found += [decision, attrs.evolve(decision, waiting=decision.causes, probe=True)]
        stopping = ask(purpose="bulk").causes
        for cause, actor, proof, at in product(stopping, Party, ReleaseProof, (NOON, later)):
            found.append(release(cause, actor=actor, proof=proof, at=at))
        off = Standing(template_on=False, quota_left=0, declined=True, opted_in=False, on_hold=True, channel_on=False)
        renews = Standing(quota_left=0, quota_renews_at=later + timedelta(days=1))
        found += [ask(purpose="bulk", standing=standing) for standing in (off, renews)]
        for kind, proof in product(CauseKind, ReleaseProof):
            refused = release(kind, actor="recipient", proof=proof)
            too_often = attrs.evolve(refused, why_not=WhyNot.TOO_OFTEN)
            would_do = ((Party.RECIPIENT, proof),)
            found += [refused, too_often]
            for cause in stopping[:1] if stopping and stopping[0].channel is channel else ():
                found.append(attrs.evolve(refused, why_not=WhyNot.WRONG_PROOF, would_do=would_do, causes=(cause,)))
    for kind in OF_THE_SENDER:
        met = [incident for incident in incidents(channel) if incident.kind is kind]
        found.append(attrs.evolve(ask(purpose="bulk"), incidents=tuple(met)))
    return tuple({_read_as(each): each for each in found}.values())


def _read_as(each):
    """Give what the texts of a release depend on; of anything else, itself."""
    if not isinstance(each, Release):
        return id(each)
    channels = tuple(cause.channel or (cause.evidence and cause.evidence.channel) for cause in each.causes)
    return each.accepted, each.why_not, each.would_do[:1], bool(each.listed_by), channels
