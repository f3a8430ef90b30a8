"""
Laws 1 to 5 and 7 for every history there is, up to three events.

A history is a multiset of events of ``deliverystatus.testing.universe``. Each is folded in every order, and joined from
every way to take it apart. What a part of it gives is looked up: it was a history of its own before, and was shown to be
the same in every order. So "every order, split at every point" is tried in full, without folding anything twice.
"""

from itertools import combinations, combinations_with_replacement, permutations, product
from math import comb
from time import perf_counter

import attrs
import pytest

from deliverystatus import (
    NOTHING_KNOWN,
    POLICIES,
    Attribution,
    Axis,
    Contradiction,
    EventKind,
    RankPolicy,
    Reason,
    Status,
    fold,
    vocabularies,
)
from deliverystatus._engine import Effect, proves, slot_key
from deliverystatus._policies import AXES, PROVES
from deliverystatus.testing import event, failure, universe

RANK_POLICIES = [policy for policy in POLICIES.values() if isinstance(policy, RankPolicy)]
PACKS = [vocabularies.get(name) for name in vocabularies.names()]

#: The work is cut in pieces by the first event of a history, for machines with more than one core.
PIECES = 4


@attrs.define
class Proof:
    """What was shown so far: the record of each history, as a tuple of places in *events* that does not fall."""

    events: tuple
    records: dict = attrs.field(factory=lambda: {(): NOTHING_KNOWN})
    heights: dict = attrs.field(factory=lambda: {(): [0] * len(RANK_POLICIES)})
    orders: int = 0

    def broken_law(self, history):
        """Name the law that *history* breaks, or ``None``. The histories that are parts of it must have been shown."""
        record = fold(self.events[i] for i in history)
        statuses = [record.status_under(policy) for policy in POLICIES.values()]
        decided = [record.deciding_under(policy) for policy in POLICIES.values()]
        heights = [
            height(policy, status, deciding)
            for policy, status, deciding in zip(POLICIES.values(), statuses, decided, strict=True)
            if isinstance(policy, RankPolicy)
        ]
        broken = (
            self.depends_on_order(history, record, decided)
            or self.depends_on_splits(history, record)
            or not_proved(record, statuses, decided)
            or not_total(record)
        )
        for last in {*history}:
            at = history.index(last)
            part = history[:at] + history[at + 1 :]
            if any(before > after for before, after in zip(self.heights[part], heights, strict=True)):
                broken = broken or "a rank falls (law 5)"
        self.records[history], self.heights[history] = record, heights
        return broken or self.observe_differs(part, last, record)

    def depends_on_order(self, history, record, decided):
        """Fold every order; the one that gave *record* need not be folded again."""
        orders = {*permutations(history)} - {history}
        self.orders += len(orders) + 1
        for order in orders:
            again = fold(self.events[i] for i in order)
            if again != record:
                return "another order gives another record (law 2)"
            if [again.deciding_under(policy) for policy in POLICIES.values()] != decided:
                return "equal records are read in two ways (law 2)"
        return None

    def depends_on_splits(self, history, record):
        """Join every part with the rest, on either side: the empty one and the whole too."""
        if record | record != record or NOTHING_KNOWN | record != record or record | NOTHING_KNOWN != record:
            return "not idempotent, or no identity (laws 1, 3, 4)"
        if fold(self.events[i] for i in history * 2) != record:
            return "repeats change something (law 3)"
        places = range(len(history))
        for chosen in (each for size in places[1:] for each in combinations(places, size)):
            part = tuple(history[i] for i in chosen)
            rest = tuple(history[i] for i in places if i not in chosen)
            if self.records[part] | self.records[rest] != record:
                return "not a homomorphism (law 4)"
        return None

    def observe_differs(self, part, last, record):
        """Add the last event by ``observe``, which must say the same as folding it."""
        before = self.records[part]
        change = before.observe(self.events[last])
        if (change.record, change.before, change.after) != (record, before.status, record.status):
            return "observe differs from fold"
        if change.effect is not effect_of(before, record):
            return "observe tells another effect"
        return None


def effect_of(before, after):
    """Say what one more event did, from the records alone."""
    if before == after:
        return Effect.NOTHING_NEW
    return Effect.NOTED if before.status is after.status else Effect.ADVANCED


def height(policy, status, deciding):
    """Give the rank of a headline; 0 is that of nothing known."""
    return 0 if deciding is None else policy.rank(status, deciding.actor)


def not_proved(record, statuses, decided):
    """Every policy has one status, and the evidence that proves it if there is any."""
    for status, deciding in zip(statuses, decided, strict=True):
        if type(status) is not Status:
            return "no status (law 1)"
        if (deciding is None) is not (status is Status.UNKNOWN):
            return "a status without evidence, or evidence without a status (law 7)"
        if deciding is not None:
            key = slot_key(deciding)
            if proves(key) is not status or not key.exact or record.slots[key].evidence is not deciding:
                return "the evidence does not prove the status (law 7)"
    return None


def not_total(record):
    """Every pack has a label, and the axes and contradictions of any record can be read."""
    if not all(type(label) is str and label for label in (pack.label(record) for pack in PACKS)):
        return "a pack without a label (law 1)"
    axes = {axis: status for axis in Axis if (status := getattr(record.axes, axis)) is not None}
    if any(AXES[status] is not axis for axis, status in axes.items()):
        return "a status on an axis that is not its own (law 1)"
    if record.status is not Status.UNKNOWN and record.status not in axes.values():
        return "the headline is on no axis"
    if record.inferred is not (AXES[record.status] in record.axes.inferred):
        return "the headline is inferred, and its axis is not, or the other way round"
    if not {*record.contradictions} <= {*Contradiction}:
        return "no contradictions (law 1)"
    return None


def show(proof, most, *, piece=None, keep=True):
    """Show the laws for every history of exactly *most* events, or of one *piece* of them. Gives how many there were."""
    shown = 0
    for history in combinations_with_replacement(range(len(proof.events)), most):
        if piece is None or history[0] % PIECES == piece:
            broken = proof.broken_law(history)
            assert broken is None, (broken, [proof.events[i].to_dict() for i in history])
            shown += 1
            if not keep:
                del proof.records[history], proof.heights[history]
    return shown


@pytest.fixture(scope="module")
def shorter():
    """Show the laws for every history of one and two events, which are the parts of longer ones."""
    proof = Proof(universe())
    show(proof, 1)
    show(proof, 2)
    return proof


def test_the_universe_has_every_kind():
    """Nothing is left out of the proofs: each kind is in the universe, and each of its events differs from the others."""
    events = universe()

    assert set(EventKind) == {each.kind for each in events}
    assert len(events) == len(set(events))


def test_the_universe_has_every_step_of_every_policy():
    """Every rank of every rank policy is reached, and every status a time policy looks at has two times."""
    events = [each for each in universe() if each.attribution is Attribution.EXACT]
    proved = {(proves(slot_key(each)), each.actor, each.occurred_at) for each in events}

    for policy in RANK_POLICIES:
        ranks = {policy.rank(status, actor) for status, actor, _ in proved if status}
        assert set(range(1, len(policy.levels))) == ranks
    for status in set(Status) - {Status.UNKNOWN}:
        assert len({when for each, _, when in proved if each is status} - {None}) == 2


def test_histories_of_up_to_two_events(shorter):
    """Every history of one or two events keeps every law."""
    n = len(shorter.events)

    assert n + comb(n + 1, 2) == len(shorter.records) - 1


@pytest.mark.parametrize("piece", range(PIECES))
def test_histories_of_three_events(shorter, piece):
    """Every history of three events keeps every law."""
    assert show(shorter, 3, piece=piece, keep=False) > 0


#: What an event of one copy can carry of its ids, and what it can say in two ways of one thing, at one time.
IDS = [
    {"reference": reference, "provider": provider, "message_id": message_id}
    for reference in (None, "r-1")
    for provider, message_id in ((None, None), ("example", "m-1"))
]
CONTENTS = {
    "accepted": [{"value": "once"}, {"value": "again"}],
    "clicked": [{"url": "https://example.com/a"}, {"url": "https://example.com/b"}],
    "bounced": [
        {"failure": failure(Reason.UNKNOWN_RECIPIENT, diagnostic="550 5.1.1 user unknown")},
        {"failure": failure(Reason.UNKNOWN_RECIPIENT, diagnostic="550 5.1.1 no such user")},
    ],
}


def test_histories_of_any_ids_and_contents():
    """So does every history of three events that know the copy by either id, both or none, and say a thing otherwise."""
    events = tuple(
        event(kind, **content, **ids) for kind, said in CONTENTS.items() for content, ids in product(said, IDS)
    )
    assert 24 == len({*events})
    assert 3 == len({slot_key(each) for each in events})
    proof = Proof(events)

    shown = [show(proof, most) for most in (1, 2, 3)]

    assert [comb(24 + most - 1, most) for most in (1, 2, 3)] == shown
    for history, record in proof.records.items():
        of_history = [events[i] for i in history]
        assert {each.reference for each in of_history} - {None} == record.references
        assert {each.message_id for each in of_history} - {None} == {each[-1] for each in record.message_ids}


@pytest.mark.exhaustive
def test_histories_of_four_events(shorter, capsys):
    """Every history of four events keeps every law, where each key of a slot that proves something has one event."""
    events = tuple({slot_key(each): each for each in shorter.events if PROVES[each.kind] is not None}.values())
    proof = Proof(events)
    started = perf_counter()
    shown = [show(proof, 1), show(proof, 2), show(proof, 3), show(proof, 4, keep=False)]

    assert [comb(len(events) + most - 1, most) for most in (1, 2, 3, 4)] == shown
    with capsys.disabled():
        seconds = perf_counter() - started
        print(f"\n{sum(shown):,} histories, {proof.orders:,} orders, {seconds:,.0f} seconds")  # noqa: T201 (the counts for docs/laws.md)
