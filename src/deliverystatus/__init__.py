"""What happened to the message we sent, and what do we tell the person who asks?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from deliverystatus import providers
from deliverystatus._contract import Element, Notice, Parsed, Provider, Unread
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
from deliverystatus._events import Event, Failure, Scope
from deliverystatus._policies import POLICIES, Policy, RankPolicy, TimePolicy
from deliverystatus.exceptions import (
    DeliveryStatusError,
    MissingExtra,
    MixedCopiesError,
    PayloadError,
    UnknownName,
)

__all__ = [
    "NOTHING_KNOWN",
    "POLICIES",
    "Actor",
    "Attribution",
    "Axes",
    "Axis",
    "Channel",
    "Contradiction",
    "Copies",
    "CopyKey",
    "DeliveryStatusError",
    "Diagnosis",
    "Effect",
    "Element",
    "Event",
    "EventKind",
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
    "Scope",
    "ScopeKind",
    "Status",
    "TimePolicy",
    "Transition",
    "UnknownName",
    "Unread",
    "diagnose",
    "fold",
    "fold_copies",
    "parse",
    "providers",
]


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
