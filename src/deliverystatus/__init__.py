"""What happened to the message we sent, and what do we tell the person who asks?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deliverystatus import providers
from deliverystatus._contract import AlignedPass, Element, Notice, Parsed, Provider, Unread
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
from deliverystatus._values import Failure, Scope
from deliverystatus.exceptions import (
    DeliveryStatusError,
    MissingExtra,
    MixedCopiesError,
    PayloadError,
    SignatureError,
    UnknownName,
)

if TYPE_CHECKING:
    from deliverystatus import vocabularies
    from deliverystatus._explain import Certainty, Evidence, Explanation, Wording, explain
    from deliverystatus._receive import receive
    from deliverystatus._return_path import return_path
    from deliverystatus._suppression import Cause, Decision, Release, SuppressionList, suppress
    from deliverystatus._suppression_rules import CauseKind, ReleaseProof, Rules, WhyNot
    from deliverystatus.vocabularies import Tracking, Vocabulary

__all__ = [
    "NOTHING_KNOWN",
    "POLICIES",
    "Actor",
    "AlignedPass",
    "Attribution",
    "Axes",
    "Axis",
    "Cause",
    "CauseKind",
    "Certainty",
    "Channel",
    "Contradiction",
    "Copies",
    "CopyKey",
    "Decision",
    "DeliveryStatusError",
    "Diagnosis",
    "Effect",
    "Element",
    "Event",
    "EventKind",
    "Evidence",
    "Explanation",
    "Failure",
    "MissingExtra",
    "MixedCopiesError",
    "Notice",
    "Parsed",
    "Party",
    "PayloadError",
    "Permanence",
    "Policy",
    "Provider",
    "Purpose",
    "RankPolicy",
    "Reason",
    "Record",
    "Release",
    "ReleaseProof",
    "Rules",
    "Scope",
    "ScopeKind",
    "SignatureError",
    "Status",
    "SuppressionList",
    "TimePolicy",
    "Tracking",
    "Transition",
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
    "receive",
    "return_path",
    "suppress",
    "vocabularies",
]

#: What is not needed to read and fold is imported when it is first asked for: it reads package data, or is large.
_ON_FIRST_USE = {
    "Cause": "_suppression",
    "CauseKind": "_suppression_rules",
    "Certainty": "_explain",
    "Decision": "_suppression",
    "Evidence": "_explain",
    "Explanation": "_explain",
    "Release": "_suppression",
    "ReleaseProof": "_suppression_rules",
    "Rules": "_suppression_rules",
    "SuppressionList": "_suppression",
    "Tracking": "vocabularies",
    "Vocabulary": "vocabularies",
    "WhyNot": "_suppression_rules",
    "Wording": "_explain",
    "explain": "_explain",
    "receive": "_receive",
    "return_path": "_return_path",
    "suppress": "_suppression",
}


def __getattr__(name: str) -> Any:
    if name == "vocabularies":
        return import_module("deliverystatus.vocabularies")
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
