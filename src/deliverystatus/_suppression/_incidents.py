"""
Our fault, or the receiver's, and not the addresses': many failures at a time with one cause.

An incident is read off the failures that addresses share, when a decision is made; nothing of it is stored, so that
an element which arrives late changes it as if it had come in time. An address is counted once. Where a domain refuses
addresses, or domains are not found, only addresses count which took mail, and only their first refusal: what is
refused again, after the incident, is refused for good.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import Party
from deliverystatus._events import Event
from deliverystatus._suppression._facts import Domain, FactKey, Trouble, copy_of, domain_of, when
from deliverystatus._suppression._keeping import Facts
from deliverystatus._suppression._rules import Clusters
from deliverystatus._suppression._values import Incident
from deliverystatus._suppression._words import Fact, IncidentKind

#: Troubles that say nothing against the addresses, so that what they would cause waits.
EXCUSES = frozenset({IncidentKind.RECEIVER_REFUSES, IncidentKind.DOMAINS_UNKNOWN})

#: Who acts where no reason says it. Total over EXCUSES.
WHO_ACTS = {
    IncidentKind.RECEIVER_REFUSES: Party.RECEIVER,
    IncidentKind.DOMAINS_UNKNOWN:  Party.ENGINEERS,  # our resolver, if the domains are many
}  # fmt: skip

_NONE = Facts()


class Incidents:
    """The incidents of one list, each trouble looked at when it is first asked for."""

    def __init__(
        self, troubles: Mapping[Trouble, Facts], known: Mapping[str | Domain, Facts], clusters: Clusters
    ) -> None:
        self._troubles = troubles
        self._known = known
        self._clusters = clusters
        self._found: dict[Trouble, tuple[Incident, ...]] = {}

    @cached_property
    def _ours(self) -> tuple[Trouble, ...]:
        return tuple(trouble for trouble in self._troubles if trouble.kind not in EXCUSES)

    @cached_property
    def _took(self) -> Counter[str | None]:
        """How many addresses took mail, by domain."""
        return Counter(
            domain_of(place)
            for place, facts in self._known.items()
            if isinstance(place, str) and any(key.fact is Fact.DELIVERED for key in facts)
        )

    def excusing(self, address: str, at: datetime) -> Incident | None:
        """Give the incident that a failure of *address* at that time belongs to, if that was its first."""
        for trouble in (
            Trouble(IncidentKind.RECEIVER_REFUSES, domain=domain_of(address)),
            Trouble(IncidentKind.DOMAINS_UNKNOWN),
        ):
            first = self._troubles.get(trouble, _NONE).get(FactKey(Fact.REFUSED, detail=(address,)))
            if first is not None and self._had_taken_mail(address, first):
                for incident in self._of(trouble):
                    if incident.since <= when(first) <= incident.last and incident.since <= at <= incident.last:
                        return incident
        return None

    def of_sender(self, provider: str | None, account: str | None, now: datetime) -> Iterator[Incident]:
        """Give the sender's own troubles of the last hours, as far as such a message would meet them."""
        for trouble in self._ours:
            if (provider is None or trouble.provider in (None, provider)) and (
                account is None or trouble.account in (None, account)
            ):
                yield from (incident for incident in self._of(trouble) if self._is_told(incident, now))

    def all_at(self, now: datetime) -> Iterator[Incident]:
        """Give all of the last hours."""
        for trouble in self._troubles:
            yield from (incident for incident in self._of(trouble) if self._is_told(incident, now))

    def _is_told(self, incident: Incident, now: datetime) -> bool:
        return incident.since <= now and now - incident.last <= self._clusters.told_for

    def _of(self, trouble: Trouble) -> tuple[Incident, ...]:
        if trouble not in self._found:
            self._found[trouble] = tuple(self._clustered(trouble))
        return self._found[trouble]

    def _clustered(self, trouble: Trouble) -> Iterator[Incident]:
        events = [
            event
            for key, event in self._troubles.get(trouble, _NONE).items()
            if trouble.kind not in EXCUSES or self._had_taken_mail(key.detail[0] or "", event)
        ]
        if len(events) < self._clusters.at_least:
            return
        least = self._clusters.at_least
        if trouble.domain is not None:
            least = max(least, ceil(self._clusters.share * self._took[trouble.domain]))
        times = sorted(map(when, events))
        for first, last in _spans(times, least, self._clusters.within):
            reason = trouble.reason
            yield Incident(
                kind=trouble.kind,
                reason=reason,
                domain=trouble.domain,
                provider=trouble.provider,
                account=trouble.account,
                since=times[first],
                last=times[last],
                addresses=last - first + 1,
                who_acts=WHO_ACTS[trouble.kind] if reason is None else CONSEQUENCES[reason].who_acts,
            )

    def _had_taken_mail(self, address: str, refusal: Event) -> bool:
        """Whether another copy was delivered there; of the same, the delivery may be what was taken back."""
        copy = copy_of(refusal)
        return any(key.fact is Fact.DELIVERED and key.detail != copy for key in self._known.get(address, _NONE))


def _spans(times: Sequence[datetime], least: int, within: timedelta) -> Iterator[tuple[int, int]]:
    """Give the first and the last of each run in which every one is among so many within so short a time."""
    begin = end = -1
    for first in range(len(times) - least + 1):
        last = first + least - 1
        if times[last] - times[first] > within:
            continue
        if first > end:
            if end >= 0:
                yield begin, end
            begin = first
        end = last
    if end >= 0:
        yield begin, end
