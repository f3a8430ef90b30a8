"""
Our fault, or the receiver's, and not the addresses': many failures at a time with one cause.

An incident is read off the failures that addresses share, when a decision is made; nothing of it is stored, so that
an element which arrives late changes it as if it had come in time. An address is counted once. Where a domain refuses
addresses, or domains are not found, only addresses count which took mail before, and only their first refusal: what is
refused again, after the incident, is refused for good.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._enums import Channel, Party, Reason
from deliverystatus._events import Event
from deliverystatus._suppression._facts import (
    SOFT,
    TOOK_MAIL,
    Domain,
    FactKey,
    Trouble,
    copy_of,
    domain_of,
    refused_as,
    when,
)
from deliverystatus._suppression._keeping import Facts
from deliverystatus._suppression._rules import Clusters
from deliverystatus._suppression._values import Incident
from deliverystatus._suppression._words import Fact, IncidentKind

#: Troubles that say nothing against the addresses, so that what they would cause waits; and who acts then.
EXCUSES = {
    IncidentKind.RECEIVER_REFUSES: Party.RECEIVER,
    IncidentKind.DOMAINS_UNKNOWN:  Party.ENGINEERS,  # our resolver, if the domains are many
}  # fmt: skip

_NONE = Facts()


class Incidents:
    """The incidents of one list, each trouble looked at when it is first asked for."""

    def __init__(
        self,
        troubles: Mapping[Trouble, Facts],
        ours: Mapping[Trouble, Facts],
        known: Mapping[str | Domain, Facts],
        took: Mapping[str, int],
        clusters: Clusters,
        *,
        found: Mapping[Trouble, tuple[Incident, ...]],
    ) -> None:
        """
        Read a list.

        Args:
            troubles: What addresses share, and nobody is to blame for.
            ours: What they share that is the sender's.
            known: What is known of each place.
            took: How many addresses took mail, by domain.
            clusters: When many failures are an incident.
            found: What is known of troubles of the sender's already.
        """
        self._troubles = troubles
        self._ours = ours
        self._known = known
        self._took = took
        self._clusters = clusters
        self._found = dict(found)

    def excusing(self, address: str, key: FactKey, event: Event) -> Incident | None:
        """Give the incident that a refusal of *address* belongs to, if that was its first."""
        reason = None if event.failure is None else event.failure.reason
        if key.fact is Fact.FAILED and key.detail[1] == SOFT:
            trouble = refused_as(address, reason)
        else:
            trouble = refused_as(address, None, domain_known=reason is not Reason.UNKNOWN_DOMAIN)
        first = self._first(trouble, address)
        if first is None or not self._had_taken_mail(address, first):
            return None
        # of bad addresses the latest evidence is kept, whatever was refused: it must not hide what was refused before
        others = (self._first(each, address) for each in _hard(address) if trouble in _hard(address))
        return self._at(trouble, when(event), *(when(each) for each in (first, *others) if each is not None))

    def _first(self, trouble: Trouble, address: str) -> Event | None:
        return self._troubles.get(trouble, _NONE).get(FactKey(Fact.REFUSED, detail=(address,)))

    def excusing_domain(self, took_mail: Event | None, event: Event | None) -> Incident | None:
        """Give the incident in which a domain was not found that took mail before."""
        if took_mail is None or event is None or when(took_mail) >= when(event):
            return None
        return self._at(Trouble(IncidentKind.DOMAINS_UNKNOWN), when(event))

    def _at(self, trouble: Trouble, *times: datetime) -> Incident | None:
        for incident in self._of(trouble):
            if all(incident.since <= each <= incident.last for each in times):
                return incident
        return None

    def of_sender(
        self, channel: Channel, provider: str | None, account: str | None, now: datetime
    ) -> Iterator[Incident]:
        """Give the sender's own troubles of the last hours, as far as such a message would meet them."""
        for trouble in self._ours:
            if (
                trouble.channel is channel
                and (provider is None or trouble.provider in (None, provider))
                and (account is None or trouble.account in (None, account))
            ):
                yield from (incident for incident in self._of(trouble) if self._is_told(incident, now))

    def all_at(self, now: datetime) -> Iterator[Incident]:
        """Give all of the last hours."""
        for trouble in (*self._troubles, *self._ours):
            yield from (incident for incident in self._of(trouble) if self._is_told(incident, now))

    def of_ours_but(self, touched: Mapping[Trouble, Facts]) -> dict[Trouble, tuple[Incident, ...]]:
        """Give what was found of troubles of the sender's already, but of those that are *touched*; it depends on nothing else."""
        return {
            trouble: found for trouble, found in self._found.items() if trouble in self._ours and trouble not in touched
        }

    def _is_told(self, incident: Incident, now: datetime) -> bool:
        return incident.since <= now and now - incident.last <= self._clusters.told_for

    def _of(self, trouble: Trouble) -> tuple[Incident, ...]:
        if trouble not in self._found:
            self._found[trouble] = tuple(self._clustered(trouble))
        return self._found[trouble]

    def _clustered(self, trouble: Trouble) -> Iterator[Incident]:
        facts = (self._troubles if trouble.kind in EXCUSES else self._ours).get(trouble, _NONE)
        if len(facts) < self._clusters.at_least:
            return
        failures = sorted(
            (when(event), key.detail[0] or "")
            for key, event in facts.items()
            if trouble.kind not in EXCUSES or self._had_taken_mail(key.detail[0] or "", event)
        )
        # one company whose domain is given up is no trouble with names, however many worked there
        counted = failures
        if trouble.kind is IncidentKind.DOMAINS_UNKNOWN:
            counted = [(at, domain_of(address) or "") for at, address in failures]
        least = self._clusters.at_least
        if trouble.domain is not None:
            least = max(least, ceil(self._clusters.share * self._took.get(trouble.domain, 0)))
        for first, last in _spans(counted, least, self._clusters.within):
            yield Incident(
                kind=trouble.kind,
                reason=trouble.reason,
                domain=trouble.domain,
                provider=trouble.provider,
                account=trouble.account,
                channel=trouble.channel,
                since=failures[first][0],
                last=failures[last][0],
                addresses=len({address for _, address in failures[first : last + 1]}),
                who_acts=EXCUSES.get(trouble.kind) or CONSEQUENCES[trouble.reason or Reason.UNKNOWN].who_acts,
            )

    def _had_taken_mail(self, address: str, refusal: Event) -> bool:
        """Whether a copy was delivered there before; of the same copy, the delivery may be what was taken back."""
        first = self._known.get(address, _NONE).get(TOOK_MAIL)
        return first is not None and when(first) < when(refusal) and copy_of(first) != copy_of(refusal)


def _hard(address: str) -> tuple[Trouble, Trouble]:
    """Name the troubles whose failures say that the address is bad."""
    return refused_as(address, None), refused_as(address, None, domain_known=False)


def _spans(failures: Sequence[tuple[datetime, str]], least: int, within: timedelta) -> Iterator[tuple[int, int]]:
    """Give the first and the last of each run in which every one is among those of so many within so short a time."""
    begin = end = -1
    first = 0
    whose: Counter[str] = Counter()
    for last, (at, who) in enumerate(failures):
        whose[who] += 1
        while at - failures[first][0] > within:
            gone = failures[first][1]
            whose[gone] -= 1
            if not whose[gone]:
                del whose[gone]
            first += 1
        if len(whose) < least:
            continue
        if first > end:
            if end >= 0:
                yield begin, end
            begin = first
        end = last
    if end >= 0:
        yield begin, end
