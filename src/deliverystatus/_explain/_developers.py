"""
What developers read behind each sentence: the words of our vocabularies and the codes, the same in every language.

No address, no text of a server and no metadata is among them: an explanation may end up in a log.
"""

from collections.abc import Iterable

from deliverystatus._diagnosis import Diagnosis
from deliverystatus._engine import Record
from deliverystatus._enums import Actor, Attribution, Axis, Status
from deliverystatus._events import Event
from deliverystatus._suppression._reconcile import Difference
from deliverystatus._suppression._values import Cause, Decision, Incident, Release
from deliverystatus._values import EVERYTHING


def _line(facts: Iterable[tuple[str, object]]) -> str:
    """Give what is known of the facts, in brackets."""
    return f"[{' · '.join(f'{name} {value}' for name, value in facts if value not in (None, ''))}]"


def of_event(event: Event) -> str:
    failure = event.failure
    facts: list[tuple[str, object]] = [("kind", event.kind), ("provider", event.provider), ("account", event.account)]
    if event.actor is not Actor.UNKNOWN:
        facts.append(("actor", event.actor))
    if event.attribution is not Attribution.EXACT:
        facts.append(("attribution", event.attribution))
    facts.append(("authenticated", None if event.authenticated is None else str(event.authenticated).lower()))
    if failure is not None:
        facts += [*_of(failure.diagnosis), ("reported", failure.reported)]
    return _line(facts)


def of_copy(record: Record, status: Status) -> str:
    axes = record.axes
    return _line(
        (
            ("status", status),
            *((axis, getattr(axes, axis)) for axis in Axis),
            ("inferred", ", ".join(sorted(axes.inferred))),
            ("contradictions", ", ".join(record.contradictions)),
        )
    )


def of_diagnosis(diagnosis: Diagnosis) -> str:
    return _line(_of(diagnosis))


def _of(diagnosis: Diagnosis) -> tuple[tuple[str, object], ...]:
    return (
        ("reason", diagnosis.reason),
        ("permanence", diagnosis.permanence),
        ("address is bad", str(diagnosis.address_is_bad).lower()),
        ("reply", diagnosis.reply_code),
        ("enhanced", diagnosis.enhanced_code),
        ("by", diagnosis.evidence),
    )


def of_cause(cause: Cause) -> str:
    return _line(
        (
            ("cause", cause.word),
            ("reason", cause.reason),
            ("scope", None if cause.scope == EVERYTHING else cause.scope.kind),
            ("channel", cause.channel),
            ("provider", cause.provider),
            ("account", cause.account),
            ("purposes", ", ".join(sorted(cause.purposes))),
            ("until", cause.until and cause.until.isoformat()),
            ("lifted by", ", ".join(f"{party} with {proof}" for party, proof in cause.releases)),
        )
    )


def of_decision(decision: Decision) -> str:
    return " ".join(
        (
            _line((("purpose", decision.purpose), ("channel", decision.channel), ("probe", decision.probe or None))),
            *map(of_cause, decision.causes),
            *map(of_incident, decision.incidents),
        )
    )


def of_release(release: Release) -> str:
    would_do = ", ".join(f"{party} with {proof}" for party, proof in release.would_do)
    facts = (
        ("cause", release.kind),
        ("actor", release.actor),
        ("proof", release.proof),
        ("why not", release.why_not),
        ("would do", would_do if release.why_not else None),
    )
    return _line(facts)


def of_difference(difference: Difference) -> str:
    return " ".join(
        (
            _line((("difference", difference.kind), ("entries", len(difference.entries)))),
            *map(of_cause, difference.ours),
            *map(of_cause, difference.theirs),
        )
    )


def of_incident(incident: Incident) -> str:
    return _line(
        (
            ("incident", incident.kind),
            ("reason", incident.reason),
            ("provider", incident.provider),
            ("account", incident.account),
            ("channel", incident.channel),
            ("addresses", incident.addresses),
            ("since", incident.since.isoformat()),
            ("last", incident.last.isoformat()),
        )
    )
