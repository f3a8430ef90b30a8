"""
The laws beyond the closed universe: any fields, any number of events, and what providers really post.

What cannot be enumerated is drawn, by Hypothesis; ``tests/laws/test_every_history.py`` enumerates what can.
"""

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import (
    NOTHING_KNOWN,
    POLICIES,
    Attribution,
    Event,
    MixedCopiesError,
    PayloadError,
    RankPolicy,
    Record,
    Status,
    fold,
    fold_copies,
    providers,
    vocabularies,
)
from deliverystatus._engine import _joined
from deliverystatus._text import comparable
from deliverystatus.testing import deliveries, event, events, histories

FIXTURES = Path(__file__).parents[1] / "fixtures"
RANK_POLICIES = [policy for policy in POLICIES.values() if isinstance(policy, RankPolicy)]
TIMES = st.datetimes(timezones=st.just(UTC))
PACKS = [vocabularies.get(name) for name in vocabularies.names()]


@st.composite
def retold(draw, of):
    """Draw a list of events, and the same events in another order, some of them more than once."""
    once = draw(of)
    again = draw(st.lists(st.sampled_from(once), max_size=3)) if once else []
    return once, draw(st.permutations(once + again))


@given(retold(histories()))
def test_order_and_repetition(told):
    """Laws 2 and 3: the record depends on what was said, not on when it came or how often."""
    once, again = told

    assert fold(once) == fold(again)
    assert hash(fold(once)) == hash(fold(again))


@given(retold(histories()))
def test_equal_records_are_read_alike(told):
    """Law 2: equal records have one status and one evidence in every policy, one label in every pack."""
    one, other = (fold(events) for events in told)

    for policy in POLICIES:
        assert one.status_under(policy) is other.status_under(policy)
        assert one.deciding_under(policy) == other.deciding_under(policy)
    assert [pack.label(one) for pack in PACKS] == [pack.label(other) for pack in PACKS]
    assert (one.axes, one.contradictions, one.kinds) == (other.axes, other.contradictions, other.kinds)
    assert (one.reason, one.permanence, one.inferred) == (other.reason, other.permanence, other.inferred)


@given(histories(), st.integers(min_value=0))
def test_homomorphic(events, at):
    """Law 4: folding in two goes and joining is folding in one go."""
    at %= len(events) + 1

    assert fold(events) == fold(events[:at]) | fold(events[at:]) == fold(events[at:]) | fold(events[:at])


@given(histories(most=12))
def test_total_and_proved(events):
    """Laws 1 and 7: one status in every policy, with the evidence that it needs, and a label in every pack."""
    record = fold(events)

    for policy in POLICIES:
        deciding = record.deciding_under(policy)
        assert isinstance(record.status_under(policy), Status)
        assert (record.status_under(policy) is Status.UNKNOWN) is (deciding is None)
        assert deciding is None or (deciding in events and deciding.attribution is Attribution.EXACT)
    assert all(pack.label(record) for pack in PACKS)


@given(histories())
def test_monotone(events):
    """Law 5: event by event, no rank policy's headline ever falls."""
    known, heights = NOTHING_KNOWN, [0] * len(RANK_POLICIES)
    for each in events:
        known = known.observe(each).record
        deciding = [known.deciding_under(policy) for policy in RANK_POLICIES]
        now = [
            policy.rank(known.status_under(policy), event.actor) if event else 0
            for policy, event in zip(RANK_POLICIES, deciding, strict=True)
        ]
        assert all(before <= after for before, after in zip(heights, now, strict=True))
        heights = now
    assert fold(events) == known


@given(histories(most=3), events(provider=None, account=None, message_id=None, reference=None, recipient=None))
def test_observe_tells_what_fold_shows(events, last):
    """What a transition says is what the two records, folded apart, say."""
    before, after = fold(events), fold([*events, last])
    change = before.observe(last)

    assert (before.status, after.status, after) == (change.before, change.after, change.record)
    assert (before == after) is (change.effect == "nothing_new")
    assert (before.status is not after.status) is (change.effect == "advanced")
    assert {*before.contradictions, *change.new_contradictions} == {*before.contradictions, *after.contradictions}


@given(histories())
def test_test_mode_counts_nowhere(events):
    """The events of a test mode may be left out."""
    assert fold(events) == fold(each for each in events if not each.test)


@given(histories())
def test_nothing_that_decides_is_displaced(events):
    """Of each slot the proven evidence stays if there is any, and every bad address stays in evidence."""
    record = fold(events)
    counted = [each for each in events if not each.test]

    for key, slot in record.slots.items():
        of_key = [each for each in counted if fold([each]).slots.keys() == {key}]
        proven = [each for each in of_key if each.authenticated is not False]
        assert slot.evidence in (proven or of_key)
    assert any(each.failure and each.failure.address_is_bad for each in counted) is any(
        key.bad_address for key in record.slots
    )


OF_ONE_SLOT = {
    "kind": "complained", "recipient": None, "provider": None, "account": None, "message_id": None, "reference": None,
    "actor": "unknown", "attribution": "exact", "failure": None, "test": False,
}  # fmt: skip


@given(st.lists(events(**OF_ONE_SLOT), min_size=1, max_size=5))
def test_what_anyone_could_have_sent_displaces_nothing(events):
    """However many there are, and however late: while any evidence is not forgeable, a forgeable one is not shown."""
    forgeable = [each.authenticated is False for each in events]

    assert all(forgeable) is (fold(events).deciding.authenticated is False)


@given(st.data())
def test_arrival_decides_nothing(data):
    """When events arrived changes no status, in any policy; it only bounds those that have no time."""
    said = [each.to_dict() | {"received_at": None} for each in data.draw(histories())]
    arrivals = data.draw(st.lists(TIMES, min_size=len(said), max_size=len(said)))
    one = fold(Event.from_dict({k: v for k, v in each.items() if v is not None}) for each in said)
    other = fold(
        Event.from_dict({k: v for k, v in each.items() if v is not None} | {"received_at": at.isoformat()})
        for each, at in zip(said, arrivals, strict=True)
    )

    assert [one.status_under(policy) for policy in POLICIES] == [other.status_under(policy) for policy in POLICIES]
    assert {key: slot.evidence for key, slot in one.slots.items()} == {
        key: slot.evidence for key, slot in other.slots.items()
    }
    for slot in other.slots.values():
        assert slot.bound is None or slot.bound in arrivals


@given(events())
def test_stored_and_read(one):
    """A record of any event can be stored as JSON and read back."""
    record = fold([one])
    stored = json.loads(json.dumps(record.to_dict()))

    assert record == Record.from_dict(stored)
    assert record.to_dict() == Record.from_dict(stored).to_dict()


_NAMES = ["slots", "references", "message_ids", "recipient", "mapping_version", "evidence", "first", "last", "bound"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_NAMES), inner),
    )
)
def test_any_json_is_a_record_or_refused(stored):
    """Reading a stored record of any form gives a record or PayloadError, and nothing else."""
    with suppress(PayloadError):
        assert isinstance(Record.from_dict(stored), Record)


# -- which copy ------------------------------------------------------------------------------------------------------


@given(retold(deliveries()))
def test_copies_whatever_the_order(told):
    """Any order and any repetition gives the same copies, with the same records, and the same left over."""
    one, other = (fold_copies(events) for events in told)

    assert one == other
    assert dict(one) == dict(other)
    assert set(one.uncorrelated) == set(other.uncorrelated)
    assert set(one.tests) == set(other.tests)


@given(
    st.lists(
        events(
            kind="sent",
            recipient="ada@example.com",
            provider="example",
            account=None,
            reference=None,
            channel="email",
            test=False,
        ),
        max_size=6,
    )
)
def test_a_header_leads_to_one_copy_or_to_none(events):
    """An event without ids is of the one copy that has its Message-ID; where there are two such, or none, of no copy."""
    copies = fold_copies(events)
    bare = {each for each in events if each.message_id is None}
    with_header = {
        header: {each.message_id for each in events if each.internet_message_id == header} - {None}
        for header in {each.internet_message_id for each in bare}
    }

    assert copies == fold_copies(events[::-1])
    assert set(copies.uncorrelated) == {
        each for each in bare if each.internet_message_id is None or len(with_header[each.internet_message_id]) != 1
    }


def ids_of(each):
    """Give what leads an event to its copy, as the design says it; nothing if nothing does."""
    if each.recipient is None:
        return set()
    ids = {(each.channel, each.reference), (each.channel, each.provider, each.account, each.message_id)}
    return {(*one, comparable(each.recipient)) for one in ids if one[-1] is not None}


def components_of(events):
    """Give the connected components of *events*, the slow way: each event takes in all that it touches."""
    components = []
    for each in events:
        if ids := ids_of(each):
            touched = [component for component in components if any(ids & ids_of(other) for other in component)]
            components = [component for component in components if component not in touched]
            components.append([each, *chain.from_iterable(touched)])
    return components


@given(st.lists(events(account=None, internet_message_id=None), max_size=10))
def test_copies_are_connected_components(events):
    """A copy is all that is connected by (reference, recipient, channel) or (provider, account, message id, recipient, channel)."""
    whole = [each for each in events if each.part is None]  # parts have laws of their own, below
    counted = [each for each in whole if not each.test]
    copies = fold_copies(whole)

    assert Counter(fold(each) for each in components_of(counted)) == Counter(copies.values())
    assert {each for each in counted if not ids_of(each)} == set(copies.uncorrelated)


PHONES = st.builds(
    event,
    st.sampled_from(["pending", "accepted", "sent", "delivered", "bounced"]),
    at=st.integers(0, 3),
    message_id=st.sampled_from([None, "a", "b", "c"]),
    reference=st.sampled_from([None, "r", "s"]),
    part=st.sampled_from([None, None, (0, 0), (1, 2), (2, 2)]),
    channel=st.sampled_from(["sms", "sms", "whatsapp"]),
    recipient=st.just("+15005550006"),
)


@given(st.lists(PHONES, max_size=8), st.randoms(use_true_random=False))
def test_parts_are_the_same_in_any_order(told, chance):
    """Parts, and what is said of the whole, make the same copies in any order and however often they are told of."""
    again = [*told, *chance.choices(told, k=len(told) // 2)] if told else []
    chance.shuffle(again)

    assert fold_copies(told) == fold_copies(again)


@given(st.lists(PHONES, max_size=8))
def test_nothing_said_of_parts_is_lost(told):
    """Whatever has an id or a reference is in a copy, and no copy holds what was said with the id of another."""
    copies = fold_copies(told)
    for each in told:
        if each.message_id is None and each.reference is None:
            assert each in copies.uncorrelated
            continue
        holding = [key for key, record in copies.items() if each.kind in record.kinds and key.channel is each.channel]
        assert holding
    for record in copies.values():
        assert len({slot.evidence.channel for slot in record.slots.values()}) == 1


@given(deliveries())
def test_no_event_is_lost(events):
    """Every event is known to a copy of its recipient, or is uncorrelated, or a test."""
    copies = fold_copies(events)

    for each in set(events) - {*copies.uncorrelated, *copies.tests}:
        [(key, slot)] = fold([each]).slots.items()
        of_recipient = [record for record in copies.values() if record.recipient == comparable(each.recipient)]
        assert any(
            key in record.slots and _joined(record.slots[key], slot) == record.slots[key] for record in of_recipient
        )


@given(deliveries())
def test_a_key_says_what_its_record_says(events):
    """A copy is known by its recipient, the smallest reference and the smallest message id of its record."""
    for key, record in fold_copies(events).items():
        assert record.recipient == key.recipient
        assert min(record.references, default=None) == key.reference
        assert key.message_id is None or (key.provider, key.account, key.message_id) in record.message_ids


@given(st.permutations([
    event("pending", at=0),
    event("sending", at=1),
    event("accepted", at=2),
    event("delivered", at=3),
    event("opened", at=4),
]))  # fmt: skip
def test_pending_accepted_and_webhook_join(events):
    """What our side knows by its reference and what webhooks know by the provider's id is one copy, in any order."""
    [record] = fold_copies(events).values()

    assert Status.OPENED is record.status
    assert Status.SENDING is record.axes.own_side


def folded(events):
    """Give the record of *events*, or ``None`` if they are refused."""
    with suppress(MixedCopiesError):
        return fold(events)
    return None


@given(deliveries(most=5))
def test_mixed_copies_are_refused_whatever_the_order(events):
    """Events of two recipients are always refused, events of one component never, and the order changes nothing."""
    counted = [each for each in events if not each.test]
    recipients = {comparable(each.recipient) for each in counted if each.recipient is not None}

    assert folded(events) == folded(events[::-1])
    assert len(recipients) <= 1 or folded(events) is None
    assert None not in [folded(component) for component in components_of(counted)]


@given(deliveries(most=5), st.integers(min_value=0))
def test_homomorphic_wherever_it_is_defined(events, at):
    """Where no part is refused, and the whole is not, folding the whole is joining the parts (law 4)."""
    at %= len(events) + 1
    whole, one, other = folded(events), folded(events[:at]), folded(events[at:])
    if whole is not None and one is not None and other is not None:
        assert whole == one | other


# -- what providers post ---------------------------------------------------------------------------------------------


def bodies():
    """Give every fixture body of every provider there is: its name, and the body as it is posted."""
    return [
        (folder.name, raw)
        for folder in sorted(FIXTURES.iterdir())
        if folder.name in providers.names()
        for file in sorted(folder.iterdir())
        if file.suffix != ".toml"
        for raw in (file.read_bytes().splitlines() if file.suffix == ".lines" else [file.read_bytes()])
    ]


BODIES = bodies()
PROVIDERS = sorted({name for name, _ in BODIES})


@pytest.mark.parametrize("name", PROVIDERS)
@given(data=st.data())
def test_posted_bodies(name, data):
    """Bodies of a provider, in any order, some of them posted again, give the same copies and the same statuses."""
    of_provider = [body for provider, body in BODIES if provider == name]
    posted, again = data.draw(retold(st.lists(st.sampled_from(of_provider), max_size=4, unique=True)))
    parse = providers.get(name).parse

    one = fold_copies(event for body in posted for event in parse(body).events)
    other = fold_copies(event for body in again for event in parse(body).events)

    assert one == other
    assert {key: record.status for key, record in one.items()} == {key: record.status for key, record in other.items()}


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_posted_event_counts_once(name):
    """All events of all bodies of a provider: folded at once, backwards, and twice over, they are the same copies."""
    parse = providers.get(name).parse
    posted = [event for provider, body in BODIES if provider == name for event in parse(body).events]

    assert fold_copies(posted) == fold_copies(posted[::-1]) == fold_copies(posted + posted)


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_posted_event_can_be_stored(name):
    """The record of any event that a provider's body gives can be stored as JSON and read back, equal."""
    parse = providers.get(name).parse
    posted = [event for provider, body in BODIES if provider == name for event in parse(body).events]

    assert posted
    for each in posted:
        assert fold([each]) == Record.from_dict(json.loads(json.dumps(fold([each]).to_dict())))
