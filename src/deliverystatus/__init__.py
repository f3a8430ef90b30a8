"""What happened to the message we sent, and what do we tell the person who asks?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deliverystatus import providers
from deliverystatus._contract import Element, EventId, Habits, Notice, Parsed, Precision, Provider, Unread
from deliverystatus._copies import Copies, CopyKey, fold_copies
from deliverystatus._diagnosis import Diagnosis, diagnose
from deliverystatus._engine import NOTHING_KNOWN, Axes, Effect, Record, Transition, fold
from deliverystatus._enums import (
    Actor,
    Attribution,
    Axis,
    Channel,
    Contradiction,
    EventKind,
    Party,
    Permanence,
    Purpose,
    Reason,
    ScopeKind,
    Status,
)
from deliverystatus._events import Event
from deliverystatus._policies import POLICIES, Policy, RankPolicy, TimePolicy
from deliverystatus._proof import AlignedPass, Scheme, Trust, Trusted
from deliverystatus._values import Failure, Scope
from deliverystatus.exceptions import (
    CertificateNeeded,
    DeliveryStatusError,
    MissingExtra,
    MixedCopiesError,
    PayloadError,
    SignatureError,
    UnknownName,
)

if TYPE_CHECKING:
    from deliverystatus import report, vocabularies
    from deliverystatus._explain import Certainty, Evidence, Explanation, Wording, explain
    from deliverystatus._receive import receive, verify
    from deliverystatus._return_path import return_path
    from deliverystatus._summary import Fact, Message, Rate, Summary, summarize
    from deliverystatus._suppression import SuppressionList, stop_by_hand, suppress
    from deliverystatus._suppression._exports import read_list
    from deliverystatus._suppression._presets import RULES
    from deliverystatus._suppression._reconcile import Difference, DifferenceKind, Reconciliation, reconcile
    from deliverystatus._suppression._rules import Clusters, Ground, Inactivity, Rules, Threshold
    from deliverystatus._suppression._values import Cause, Decision, Incident, Release, Standing
    from deliverystatus._suppression._words import CauseKind, IncidentKind, ReleaseProof, SuppressionFact, WhyNot
    from deliverystatus.vocabularies import Tracking, Vocabulary

__all__ = [
    "NOTHING_KNOWN",
    "POLICIES",
    "RULES",
    "Actor",
    "AlignedPass",
    "Attribution",
    "Axes",
    "Axis",
    "Cause",
    "CauseKind",
    "Certainty",
    "CertificateNeeded",
    "Channel",
    "Clusters",
    "Contradiction",
    "Copies",
    "CopyKey",
    "Decision",
    "DeliveryStatusError",
    "Diagnosis",
    "Difference",
    "DifferenceKind",
    "Effect",
    "Element",
    "Event",
    "EventId",
    "EventKind",
    "Evidence",
    "Explanation",
    "Fact",
    "Failure",
    "Ground",
    "Habits",
    "Inactivity",
    "Incident",
    "IncidentKind",
    "Message",
    "MissingExtra",
    "MixedCopiesError",
    "Notice",
    "Parsed",
    "Party",
    "PayloadError",
    "Permanence",
    "Policy",
    "Precision",
    "Provider",
    "Purpose",
    "RankPolicy",
    "Rate",
    "Reason",
    "Reconciliation",
    "Record",
    "Release",
    "ReleaseProof",
    "Rules",
    "Scheme",
    "Scope",
    "ScopeKind",
    "SignatureError",
    "Standing",
    "Status",
    "Summary",
    "SuppressionFact",
    "SuppressionList",
    "Threshold",
    "TimePolicy",
    "Tracking",
    "Transition",
    "Trust",
    "Trusted",
    "UnknownName",
    "Unread",
    "Vocabulary",
    "WhyNot",
    "Wording",
    "diagnose",
    "explain",
    "fold",
    "fold_copies",
    "parse",
    "providers",
    "read_list",
    "receive",
    "reconcile",
    "report",
    "return_path",
    "stop_by_hand",
    "summarize",
    "suppress",
    "verify",
    "vocabularies",
]

#: What is not needed to read and fold is imported when it is first asked for: it reads package data, or is large.
_ON_FIRST_USE = {
    "RULES": "_suppression._presets",
    "Cause": "_suppression._values",
    "CauseKind": "_suppression._words",
    "Certainty": "_explain",
    "Clusters": "_suppression._rules",
    "Decision": "_suppression._values",
    "Difference": "_suppression._reconcile",
    "DifferenceKind": "_suppression._reconcile",
    "Evidence": "_explain",
    "Explanation": "_explain",
    "Fact": "_summary",
    "Ground": "_suppression._rules",
    "Inactivity": "_suppression._rules",
    "Incident": "_suppression._values",
    "IncidentKind": "_suppression._words",
    "Message": "_summary",
    "Rate": "_summary",
    "Reconciliation": "_suppression._reconcile",
    "Release": "_suppression._values",
    "ReleaseProof": "_suppression._words",
    "Rules": "_suppression._rules",
    "Standing": "_suppression._values",
    "Summary": "_summary",
    "SuppressionFact": "_suppression._words",
    "SuppressionList": "_suppression",
    "Threshold": "_suppression._rules",
    "Tracking": "vocabularies",
    "Vocabulary": "vocabularies",
    "WhyNot": "_suppression._words",
    "Wording": "_explain",
    "explain": "_explain",
    "read_list": "_suppression._exports",
    "receive": "_receive",
    "reconcile": "_suppression._reconcile",
    "return_path": "_return_path",
    "stop_by_hand": "_suppression",
    "summarize": "_summary",
    "suppress": "_suppression",
    "verify": "_receive",
}


def __getattr__(name: str) -> Any:
    if name in ("report", "vocabularies"):
        return import_module(f"deliverystatus.{name}")
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"deliverystatus.{_ON_FIRST_USE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def parse(
    provider: str,
    payload: bytes | str | Mapping[str, Any] | Sequence[Any],
    *,
    headers: Mapping[str, str] | None = None,
    received_at: datetime | None = None,
    reference: str | None = None,
    account: str | None = None,
    sent_via: str | None = None,
) -> Parsed:
    """
    Read one webhook body of the provider of that name; see ``Provider.parse``.

    Raises:
        UnknownName: If there is no such provider.
        PayloadError: If the body is not that provider's at all.
    """
    return providers.get(provider).parse(
        payload,
        headers=headers,
        received_at=received_at,
        reference=reference,
        account=account,
        sent_via=sent_via,
    )
