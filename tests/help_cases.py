"""Every explanation there is, for tests of texts: all that one depends on, each in every value that it may have."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import attrs

from deliverystatus import Event, Failure, Record, diagnose, fold, vocabularies
from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Party, Purpose, Reason
from deliverystatus._explain import explain
from deliverystatus._explain._evidence import TOLD_APART
from deliverystatus._explain._tables import REASON_REPLACES, RETRYING
from deliverystatus._suppression import stop_by_hand, suppress
from deliverystatus._suppression._reconcile import Difference, DifferenceKind
from deliverystatus._suppression._values import Incident, Standing
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
    for kind in EventKind:
        yield fold([event(kind, provider="mailgun")])  # which never repeats a delivery report that was lost
    for one, other in product(EventKind, EventKind):
        yield fold([event(one), event(other, occurred_at=NOON + timedelta(seconds=1))])
    yield Record()


#: In which circumstances a record is explained.
CIRCUMSTANCES = (
    {},
    {"now": NOON + timedelta(minutes=11)},
    {"now": NOON + timedelta(days=6)},
    {"tracking": Tracking(delivery=False, opens=False)},
    {"tracking": Tracking(since=NOON + timedelta(days=1))},
    *({"vocabulary": name} for name in vocabularies.names()),
    {"vocabulary": attrs.evolve(vocabularies.get("writeupp"), policy="latest_reported")},
)


@cache
def subjects():
    """Give all that can be explained, each with its circumstances; once, for they are read in every language."""
    replies = ("", "552 5.2.2 mailbox full", "550 5.1.1 no such user")
    return (
        *product(every_record(), CIRCUMSTANCES),
        *((diagnose(text), {}) for text in replies),
        *((Failure(claimed=reason).diagnosis, {}) for reason in Reason),
        *((each, {}) for each in decisions_and_releases()),
        *((each, {}) for each in incidents()),
        *((each, {}) for each in differences()),
    )


@cache
def every_explanation(audience, locale):
    """Give every explanation; equal ones count once."""
    found = (explain(each, audience=audience, locale=locale, **circumstances) for each, circumstances in subjects())
    return tuple({texts_of(explanation): explanation for explanation in found}.values())


def incidents():
    """Give an incident of every kind, for every reason."""
    for kind, reason in product(IncidentKind, (None, *Reason)):
        yield Incident(
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


def differences():
    """Give a difference of every kind, for every reason of theirs, or of ours where they have nothing."""
    theirs = [cause for each in decisions_and_releases() if hasattr(each, "allowed") for cause in each.causes]
    once = {(cause.word, cause.reason): cause for cause in theirs}
    for kind, cause in product(DifferenceKind, once.values()):
        entries = () if cause.evidence is None else (cause.evidence,)
        yield Difference(kind=kind, recipient="ada@example.com", theirs=(cause,), entries=entries)
        yield Difference(kind=kind, recipient="ada@example.com", ours=(cause,))


def decisions_and_releases():
    """Give decisions for every sort of cause, and every sort of attempt to lift it."""
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
        event(EventKind.COMPLAINED, channel=Channel.SMS),
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
            yield decision
            yield attrs.evolve(decision, waiting=decision.causes, probe=True)
            for cause, actor, proof, at in product(decision.causes, Party, ReleaseProof, (NOON, later)):
                yield known.release("ada@example.com", cause, actor=actor, proof=proof, at=at)
                yield known.release("ada@example.com", cause.kind, actor=actor, proof=proof, at=at)
        off = Standing(template_on=False, quota_left=0, declined=True, opted_in=False, on_hold=True, channel_on=False)
        yield known.may_send("ada@example.com", purpose="bulk", standing=off, now=later)
        renews = Standing(quota_left=0, quota_renews_at=later + timedelta(days=1))
        yield known.may_send("ada@example.com", purpose="bulk", standing=renews, now=later)
        for kind, proof in product(CauseKind, ReleaseProof):
            refused = known.release("ada@example.com", kind, actor="recipient", proof=proof, at=later)
            yield refused
            yield attrs.evolve(refused, why_not=WhyNot.TOO_OFTEN)
            would_do = ((Party.RECIPIENT, proof),)
            about = known.may_send("ada@example.com", purpose="bulk", now=later).causes[:1]
            yield attrs.evolve(refused, why_not=WhyNot.WRONG_PROOF, would_do=would_do, causes=about)
        refused = known.release("ada@example.com", "unsubscribe", actor="staff", proof="address_checked", at=later)
        yield refused
        yield attrs.evolve(refused, why_not=WhyNot.WRONG_PROOF, would_do=((Party.RECIPIENT, "link_mailed_there"),))
