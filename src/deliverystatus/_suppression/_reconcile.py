"""
Two lists, ours and the provider's: where they differ, what follows, and what to fold in so that they agree.

An entry of theirs is read as what it would be to us: it is folded in, on trial, and what it makes is looked for among
the causes that stand here then. So what was lifted here, or has ended, is not ours any more, and what a release had
lifted is not taken up again for being on their list still.

What no list over there need hold (an unsubscription, inactivity, a stop by hand, our own counting) is told apart from
the differences: nothing is wrong with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import unique
from typing import NamedTuple

import attrs

from deliverystatus._checks import member, moment
from deliverystatus._enums import Channel, EventKind, Party, Purpose, Reason, Word
from deliverystatus._events import Event
from deliverystatus._suppression._facts import when
from deliverystatus._suppression._list import SuppressionList, suppress
from deliverystatus._suppression._rules import Rules
from deliverystatus._suppression._values import Cause
from deliverystatus._suppression._words import CauseKind
from deliverystatus._text import comparable
from deliverystatus._values import EVERYTHING, Scope


@unique
class DifferenceKind(Word):
    """How two lists differ about an address; in the order they are told."""

    UNKNOWN_HERE = "unknown_here", "Their list holds it and ours does not: they would drop what we would send."
    LIFTED_HERE = (
        "lifted_here",
        "Lifted here, or not counted by the rules, and still on their list: they would drop it.",
    )
    OTHER_REASON = "other_reason", "Both hold it; theirs for a reason that is not known here and outlasts ours."
    HIDDEN_THERE = (
        "hidden_there",
        "They dropped a message because of their list, and the list does not show the address.",
    )
    GONE_THERE = "gone_there", "It is known here to be on their list, and is not there any more."
    UNKNOWN_THERE = "unknown_there", "Ours holds it and theirs does not: we hold back what they would take."
    OURS_ALONE = "ours_alone", "Ours holds it for what no list over there need know."


#: Who acts on it. Total over DifferenceKind.
WHO_ACTS_ON = {
    DifferenceKind.UNKNOWN_HERE:  Party.SUPPORT,
    DifferenceKind.LIFTED_HERE:   Party.SUPPORT,  # on the provider's side
    DifferenceKind.OTHER_REASON:  Party.SUPPORT,
    DifferenceKind.HIDDEN_THERE:  Party.SUPPORT,  # asks the provider
    DifferenceKind.GONE_THERE:    Party.SUPPORT,
    DifferenceKind.UNKNOWN_THERE: Party.NOBODY,   # the safe side
    DifferenceKind.OURS_ALONE:    Party.NOBODY,
}  # fmt: skip

#: What a provider's list may be asked about. The other causes are of our own making; and what was asked of us by
#: unsubscribing somewhere need not be known over there.
_KNOWABLE = frozenset({CauseKind.COMPLAINT, CauseKind.BAD_ADDRESS, CauseKind.PROVIDER_LIST})

#: What an entry may be to us. What else its words say (of a domain, of a repetition) is no part of the list.
_OF_AN_ENTRY = _KNOWABLE | {CauseKind.UNSUBSCRIBE}


@attrs.frozen(kw_only=True)
class Difference:
    """
    One way in which the two lists differ about one address.

    Attributes:
        kind: How they differ.
        recipient: The address, as spelled by them, or in our evidence.
        ours: The causes that stand here and matter to it.
        theirs: What their entries are to us.
        entries: Those entries.
        events: What to fold in so that ours agrees; none where nothing here can, or should, make them agree.
    """

    kind: DifferenceKind
    recipient: str = attrs.field(repr=False)
    ours: tuple[Cause, ...] = ()
    theirs: tuple[Cause, ...] = ()
    entries: tuple[Event, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def who_acts(self) -> Party:
        """Who can make them agree."""
        return WHO_ACTS_ON[self.kind]


@attrs.frozen(kw_only=True)
class Reconciliation:
    """
    How our list and one provider's differ. Ordered by address, then by kind; no order of arrival matters.

    Attributes:
        provider: Whose list it was compared with.
        account: In which account.
        now: For which time (aware, UTC).
        differences: Where they differ.
        ours_alone: What stands here and no list over there need hold; nothing is wrong with it.
        agreed: How many addresses both hold, with nothing to tell.
    """

    provider: str
    account: str | None
    now: datetime
    differences: tuple[Difference, ...]
    ours_alone: tuple[Difference, ...]
    agreed: int

    @property
    def events(self) -> tuple[Event, ...]:
        """All that is to be folded in; ``known | suppress(found.events)`` agrees as far as it can."""
        return tuple(event for difference in self.differences for event in difference.events)


class _Entry(NamedTuple):
    """
    One entry of theirs.

    Attributes:
        event: As it was exported.
        said: The same as our side would have heard it, to be folded in.
        causes: What that alone makes.
    """

    event: Event
    said: Event
    causes: tuple[Cause, ...]


class _Question(NamedTuple):
    """What causes are asked for."""

    provider: str
    account: str | None
    channel: Channel
    now: datetime

    def causes(self, known: SuppressionList, address: str) -> tuple[Cause, ...]:
        """Give what stops messages through that account, for whatever purpose."""
        found = {
            (cause.place, cause.domain): cause
            for purpose in Purpose
            for cause in known.may_send(
                address,
                purpose=purpose,
                channel=self.channel,
                provider=self.provider,
                account=self.account,
                now=self.now,
            ).causes
            if cause.evidence is not None
            or cause.kind is CauseKind.INACTIVE  # else it was told, or not told, with a question
        }
        return tuple(sorted(found.values(), key=lambda cause: (cause.kind.ordinal, str(cause.place))))


def reconcile(
    known: SuppressionList,
    exported: Iterable[Event],
    *,
    provider: str,
    account: str | None = None,
    channel: Channel | str = Channel.EMAIL,
    now: datetime,
) -> Reconciliation:
    """
    Compare our list with all that one provider holds for one account.

    Args:
        known: Ours.
        exported: Every entry of theirs, of all their lists, as ``read_list`` reads them: what is not among them is not
            on a list over there.
        provider: Whose it is.
        account: In which account.
        channel: How what it sends travels.
        now: The time (aware).

    Raises:
        ValueError: If an event is no entry of that provider and account, *channel* is none, or *now* has no zone.
        TypeError: If *now* is no datetime.
    """
    question = _Question(provider, account, member("channel", Channel, channel), moment("now", now))
    entries = _by_address(exported, question, known.rules)
    after = known | suppress((each.said for of_one in entries.values() for each in of_one), rules=known.rules)
    differences: list[Difference] = []
    alone: list[Difference] = []
    agreed = 0
    for address in sorted({*known, *entries}):
        theirs, ours = entries.get(address, ()), question.causes(known, address)
        stand = question.causes(after, address) if theirs else ()
        found = [*_of_theirs(theirs, ours, stand), *_of_ours(address, ours, theirs, question)]
        wrong = [each for each in found if each.kind is not DifferenceKind.OURS_ALONE]
        differences += sorted(wrong, key=lambda each: each.kind.ordinal)
        alone += [each for each in found if each.kind is DifferenceKind.OURS_ALONE]
        agreed += bool(theirs) and not wrong
    return Reconciliation(
        provider=provider,
        account=account,
        now=question.now,
        differences=tuple(differences),
        ours_alone=tuple(alone),
        agreed=agreed,
    )


def _by_address(exported: Iterable[Event], question: _Question, rules: Rules) -> Mapping[str, tuple[_Entry, ...]]:
    """Give the entries of each address, each once, in an order of their own."""
    once: dict[str, Event] = {}
    for event in exported:
        _check(event, question)
        if not event.test:
            mine = once.get(event.fingerprint, event)
            once[event.fingerprint] = min(mine, event, key=lambda each: (when(each), each.recipient or ""))
    found: dict[str, tuple[_Entry, ...]] = {}
    for _, event in sorted(once.items()):
        address, said = comparable(event.recipient or ""), _as_heard(event)
        alone = question.causes(suppress([said], rules=rules), address)
        entry = _Entry(event, said, tuple(cause for cause in alone if cause.kind in _OF_AN_ENTRY))
        found[address] = (*found.get(address, ()), entry)
    return found


def _check(event: Event, question: _Question) -> None:
    if event.kind is not EventKind.SUPPRESSION_CHANGED or event.value == "removed" or event.recipient is None:
        raise ValueError("exported: expected entries of a list (suppression_changed, added), each with its recipient")
    if (event.provider, event.account) != (question.provider, question.account):
        raise ValueError("exported: expected entries of the provider and account that are named")


def _as_heard(entry: Event) -> Event:
    """
    Give an entry as our side would have heard of it: who unsubscribed over there has told us, whoever sends next.

    A complaint or a bad address is one for us as it stands.
    """
    if entry.failure is None or entry.failure.claimed is not Reason.SUPPRESSED_UNSUBSCRIBE:
        return entry
    return Event(
        EventKind.UNSUBSCRIBED,
        recipient=entry.recipient,
        provider=entry.provider,
        account=entry.account,
        occurred_at=entry.occurred_at,
        received_at=entry.received_at,
        attribution=entry.attribution,
        authenticated=entry.authenticated,
        channel=entry.channel,
        scope=entry.scope,
    )


def _of_theirs(entries: tuple[_Entry, ...], ours: tuple[Cause, ...], after: tuple[Cause, ...]) -> Iterator[Difference]:
    """Tell what their entries show that ours does not."""
    sorted_out: dict[DifferenceKind, list[_Entry]] = {}
    stand = {cause.place for cause in after}
    for entry in entries:
        counts = entry.causes and all(cause.place in stand for cause in entry.causes)
        if not counts:
            kind = DifferenceKind.LIFTED_HERE
        elif all(any(_is_the_same(mine, cause) for mine in ours) for cause in entry.causes):
            continue
        elif all(any(_covers(mine, cause) for mine in ours) for cause in entry.causes):
            kind = DifferenceKind.OTHER_REASON
        else:
            kind = DifferenceKind.UNKNOWN_HERE
        sorted_out.setdefault(kind, []).append(entry)
    for kind, found in sorted_out.items():
        lifted = kind is DifferenceKind.LIFTED_HERE
        yield Difference(
            kind=kind,
            recipient=min(each.event.recipient or "" for each in found),
            ours=() if lifted else ours,
            theirs=tuple(cause for each in found for cause in each.causes),
            entries=tuple(each.event for each in found),
            events=() if lifted else tuple(each.said for each in found),
        )


def _covers(mine: Cause, theirs: Cause) -> bool:
    """Whether it stops all that theirs does, through that account."""
    return (
        mine.scope in (EVERYTHING, theirs.scope)
        and mine.channel in (None, theirs.channel)
        and theirs.purposes <= mine.purposes
    )


def _is_the_same(mine: Cause, theirs: Cause) -> bool:
    """Whether theirs adds nothing: the same reason, wherever theirs would bind, and for as long."""
    everywhere = mine.provider is None or theirs.provider is not None
    lasts = mine.until is None
    return mine.reason is theirs.reason and everywhere and lasts and _covers(mine, theirs)


def _of_ours(
    address: str, ours: tuple[Cause, ...], entries: tuple[_Entry, ...], question: _Question
) -> Iterator[Difference]:
    """Tell what ours shows that their entries do not."""
    theirs = [cause for each in entries for cause in each.causes]
    sorted_out: dict[DifferenceKind, list[Cause]] = {}
    for cause in ours:
        if not any(each.reason is cause.reason for each in theirs) and (kind := _kind(cause, theirs, question)):
            sorted_out.setdefault(kind, []).append(cause)
    for kind, found in sorted_out.items():
        spelled = [each.evidence.recipient or "" for each in found if each.evidence is not None and not each.domain]
        shown = min(spelled, default=address)
        gone = [
            each.scope
            for each in found
            if kind is DifferenceKind.GONE_THERE and each.happened_by is not None and each.happened_by < question.now
        ]
        yield Difference(
            kind=kind,
            recipient=shown,
            ours=tuple(found),
            events=tuple(_taken_off(shown, scope, question) for scope in dict.fromkeys(gone)),
        )


def _kind(cause: Cause, theirs: list[Cause], question: _Question) -> DifferenceKind | None:
    """Say how a cause that none of their entries has differs; ``None`` if they hold the address back as well."""
    if cause.kind not in _KNOWABLE:
        return DifferenceKind.OURS_ALONE
    if any(_covers(each, cause) for each in theirs):
        return None
    if (question.provider, question.account) not in cause.listed_by:
        return DifferenceKind.UNKNOWN_THERE
    if any(each.scope in (EVERYTHING, cause.scope) for each in theirs):
        return None  # it is on their list, for something else
    shown = cause.evidence
    if shown is not None and shown.kind is EventKind.DROPPED and shown.provider == question.provider:
        return DifferenceKind.HIDDEN_THERE
    return DifferenceKind.GONE_THERE


def _taken_off(recipient: str, scope: Scope, question: _Question) -> Event:
    """Say that their list does not hold it; a complaint or a bad address stays one (law 8)."""
    return Event(
        EventKind.SUPPRESSION_CHANGED,
        recipient=recipient,
        provider=question.provider,
        account=question.account,
        occurred_at=question.now,
        scope=scope,
        value="removed",
    )
