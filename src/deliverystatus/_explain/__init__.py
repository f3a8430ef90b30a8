"""
From facts to sentences: what happened, what it means, what to do about it, and how far to trust it.

An explanation is put together from what is known and nothing else, and says no more than was reported. The texts are
data (``help/``, one file per locale, one table per audience); the code only says which facts are told, and in which order.
"""

from datetime import datetime
from types import NoneType

from deliverystatus import vocabularies
from deliverystatus._checks import moment
from deliverystatus._diagnosis import Diagnosis
from deliverystatus._engine import Record
from deliverystatus._explain._copy import Copy
from deliverystatus._explain._differences import of_difference
from deliverystatus._explain._others import of_decision, of_diagnosis, of_incident, of_release
from deliverystatus._explain._texts import Voice, Wording
from deliverystatus._explain._values import Certainty, Evidence, Explanation
from deliverystatus._suppression._reconcile import Difference
from deliverystatus._suppression._values import Decision, Incident, Release
from deliverystatus.vocabularies import Tracking, Vocabulary

__all__ = ["Certainty", "Evidence", "Explanation", "Wording", "explain"]


def explain(
    subject: Record | Diagnosis | Decision | Release | Incident | Difference,
    *,
    audience: str = "staff",
    locale: str = "en",
    vocabulary: str | Vocabulary | None = None,
    now: datetime | None = None,
    tracking: Tracking | None = None,
    wording: Wording | None = None,
) -> Explanation:
    """
    Say what happened, what it means and what to do. Total: there is text for every record.

    Args:
        subject: A record, a diagnosis, a decision whether to send, the outcome of a release, an incident, or a difference
            between our suppression list and a provider's.
        audience: Who reads it: ``"staff"``, ``"recipient"``, or ``"developer"``, who reads the codes as well.
        locale: In which language: ``"en"``, ``"fr"``, ``"es"``, ``"de"``. One there is no text in is looked up as RFC 4647
            does: ``"fr-CA"``, ``"fr"``, and at last English.
        vocabulary: The label pack, or its name; without one the labels are ours. A pack has its own policy, too.
        now: The time (aware). With it, what takes too long is told, and when to look again.
        tracking: What the account can report at all; else the provider says.
        wording: What the product calls things.

    Raises:
        UnknownName: If there is no such audience or vocabulary, or *locale* is no language tag.
        TypeError: If *subject* is nothing that can be explained, or an argument is of another type.
        ValueError: If *now* has no zone.
    """
    _refuse_others("audience", audience, str)
    _refuse_others("locale", locale, str)
    _refuse_others("vocabulary", vocabulary, str, Vocabulary, NoneType)
    _refuse_others("tracking", tracking, Tracking, NoneType)
    _refuse_others("wording", wording, Wording, NoneType)
    voice = Voice.of(audience, locale, wording or Wording())
    pack = vocabularies.get(vocabulary) if isinstance(vocabulary, str) else vocabulary
    now = None if now is None else moment("now", now)
    match subject:
        case Record():
            return Copy.of(subject, voice, pack, now, tracking).explained()
        case Diagnosis():
            return of_diagnosis(subject, voice)
        case Decision():
            return of_decision(subject, voice)
        case Release():
            return of_release(subject, voice)
        case Incident():
            return of_incident(subject, voice)
        case Difference():
            return of_difference(subject, voice)
    raise TypeError(f"subject: expected something that can be explained, got {type(subject).__name__}")


def _refuse_others(name: str, value: object, *expected: type) -> None:
    if not isinstance(value, expected):
        kinds = ", ".join(kind.__name__ for kind in expected if kind is not NoneType)
        raise TypeError(f"{name}: expected {kinds}, got {type(value).__name__}")
