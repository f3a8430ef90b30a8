"""Everything that stands against an address: its facts and its domain's, read by the rules at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import attrs

from deliverystatus._enums import EventKind, Purpose
from deliverystatus._events import Event
from deliverystatus._suppression._facts import (
    BY_HAND,
    LATEST,
    TOOK_MAIL,
    FactKey,
    after,
    age,
    alike,
    copy_of,
    domain_of,
    ends_at,
    when,
)
from deliverystatus._suppression._incidents import Incidents
from deliverystatus._suppression._keeping import Facts
from deliverystatus._suppression._lifts import (
    is_lifted,
    latest_times,
    lifts_at,
    lists_that_hold,
    unlisted_at,
    was_released,
)
from deliverystatus._suppression._repeated import Repetition, repetitions
from deliverystatus._suppression._rules import Rules
from deliverystatus._suppression._values import Cause, Incident
from deliverystatus._suppression._words import Fact
from deliverystatus._values import EVERYTHING

_BY_HAND = frozenset(BY_HAND.values())


def ranked(causes: Iterable[Cause]) -> list[Cause]:
    """Order causes by what they bind, then by content alone."""
    return sorted(causes, key=_rank)


def _rank(cause: Cause) -> tuple[int, int, str, str]:
    """Give the key of that order, least first."""
    shown = "" if cause.evidence is None else cause.evidence.fingerprint
    return cause.kind.ordinal, -len(cause.purposes), str(cause.place), shown


class Findings(NamedTuple):
    """
    What is found against an address, for whatever message.

    Attributes:
        causes: What stops messages to it, the most binding first.
        waiting: What would, but for an incident.
        incidents: Those incidents.
        ended: Whether a suppression for failures is over, and nothing has shown since that the address works.
    """

    causes: list[Cause]
    waiting: list[Cause]
    incidents: list[Incident]
    ended: bool


def find(
    address: str, facts: Facts, of_domain: Facts, *, incidents: Incidents, rules: Rules, now: datetime
) -> Findings:
    """
    Read what events say.

    Args:
        address: As addresses are compared.
        facts: What is known of it.
        of_domain: What is known of its domain.
        incidents: Those of the whole list.
        rules: What suppresses.
        now: The time (aware, UTC).
    """
    excused = {
        key: incident
        for key, event in facts.items()
        if _can_be_excused(key) and (incident := incidents.excusing(address, key, event))
    }
    lifts = lifts_at(facts, now)
    causes = _grounds({key: event for key, event in facts.items() if key not in excused}, lifts, rules)
    causes = [cause for cause in causes if cause.until is None or now < cause.until]  # a stop by hand may end
    found = repetitions(facts, lifts, rules, excused, now)
    causes += _repeated(found, rules)
    ended = any(repetition.ended for repetition in found)
    waits = {key: facts[key] for key in excused if not _has_worked_since(facts[key], facts, now)}
    waiting = _grounds(waits, lifts, rules)
    if any(key.fact is Fact.FAILED for key in waits):
        stands = {cause.place for cause in causes}
        all_of_them = _repeated(repetitions(facts, lifts, rules, excused.keys() - waits.keys(), now), rules)
        waiting += [cause for cause in all_of_them if cause.place not in stands]
    met = [excused[key] for key in waits] if waiting else []
    if (domain := domain_of(address)) and (cause := _of_domain(domain, of_domain, rules, now)):
        incident = incidents.excusing_domain(of_domain.get(TOOK_MAIL), cause.evidence)
        (waiting if incident else causes).append(cause)
        met += [incident] if incident else []
    return Findings(ranked(causes), ranked(waiting), list(dict.fromkeys(met)), ended)


def _repeated(found: Iterable[Repetition], rules: Rules) -> list[Cause]:
    """Give the causes that failures make which are not over."""
    return [
        _cause(
            FactKey(Fact.BAD_ADDRESS if each.single and Fact.BAD_ADDRESS in rules.grounds else Fact.FAILED),
            rules,
            each.evidence,
            when(each.evidence),
            until=each.until,
        )
        for each in found
        if not each.ended
    ]


def _has_worked_since(refusal: Event, facts: Facts, now: datetime) -> bool:
    """Whether another copy was delivered after it, so that nothing waits to be shown; it lifts nothing."""
    return any(
        key.fact is Fact.DELIVERED and when(refusal) < when(event) <= now and key.detail != copy_of(refusal)
        for key, event in facts.items()
    )


def _can_be_excused(key: FactKey) -> bool:
    """Whether it is one refusal, at a known time; a provider's list binds, however it came to it."""
    return (key.fact is Fact.BAD_ADDRESS and not key.detail and key.undated is None) or key.fact is Fact.FAILED


def _grounds(facts: Mapping[FactKey, Event], lifts: Mapping[FactKey, datetime], rules: Rules) -> list[Cause]:
    """Give each ground that nothing has lifted, with its evidence together."""
    happened, unlisted = latest_times(facts), unlisted_at(lifts)
    together: dict[FactKey, dict[FactKey, datetime]] = {}
    for key in facts:
        ground = rules.grounds.get(key.fact)
        if ground is None or key.fact is Fact.FAILED or is_lifted(key, happened[key], ground, lifts):
            continue
        stop = key._replace(detail=key.detail if key.fact in _BY_HAND else (), undated=None)
        if key.detail[2:] == (EventKind.DROPPED,) and was_released(key, ground, lifts):
            # the provider's list lags behind the release: the drop is no new evidence of what it is listed for
            stop = FactKey(Fact.LISTED, None, EVERYTHING, key.detail[0], key.detail[1])
            if Fact.LISTED not in rules.grounds or is_lifted(stop, happened[key], rules.grounds[Fact.LISTED], lifts):
                continue
        together.setdefault(stop, {})[key] = happened[key]
    return [
        _cause(
            key,
            rules,
            max((facts[each] for each in known), key=age),
            max(known.values()),
            listed_by=lists_that_hold(known, unlisted),
        )
        for key, known in together.items()
    ]


def _of_domain(domain: str, facts: Facts, rules: Rules, now: datetime) -> Cause | None:
    """
    Give what stands against everybody at a domain.

    It is over when a message is delivered to anybody there, or after its time; and what took mail shortly before is
    not gone because one server says so.
    """
    if rules.domain_lasts is None:
        return None
    lifts = lifts_at(facts, now)
    dated = {key: event for key, event in facts.items() if when(event) != LATEST}  # else it would stand for ever
    for cause in _grounds(dated, lifts, rules):
        if cause.happened_by is None or cause.evidence is None:
            continue
        until, copy = after(cause.happened_by, rules.domain_lasts), copy_of(cause.evidence)
        taken = [at for key, at in lifts.items() if key.fact is Fact.DELIVERED and key.detail != copy]
        if now < until and not any(cause.happened_by <= after(at, rules.domain_lasts) for at in taken):
            return attrs.evolve(cause, domain=domain, until=until)
    return None


def _cause(
    key: FactKey,
    rules: Rules,
    evidence: Event,
    happened_by: datetime,
    *,
    listed_by: tuple[tuple[str | None, str | None], ...] = (),
    until: datetime | None = None,
) -> Cause:
    ground = rules.grounds[key.fact]
    chosen, end = None, until
    if key.fact in _BY_HAND:
        chosen = frozenset(Purpose(each) for each in (key.detail[0] or "").split(",") if each)
        end = ends_at(key.detail[1])
    said = evidence.scope
    return Cause(
        kind=ground.kind,
        reason=ground.reason,
        decided_by=ground.decided_by,
        scope=said if said is not None and alike(said) == key.scope else key.scope or EVERYTHING,
        channel=key.channel,
        domain=None,
        provider=key.provider,
        account=key.account,
        purposes=chosen or ground.purposes,
        since=evidence.occurred_at,
        happened_by=None if happened_by == LATEST else happened_by,
        until=end,
        evidence=evidence,
        releases=ground.releases,
        listed_by=listed_by,
    )
