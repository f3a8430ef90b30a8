"""
The join laws, slot by slot, over all triples.

A record's slots are joined one by one (the last tests show that slots of different keys do not interact), so the laws
hold for records if they hold for the slots of each key. All that a slot's join can see is four things: the earliest
time, the latest, the bound, and the evidence, of which it compares whether anyone could have sent it, whether it has a
server's words, the time, and the content. So a key's universe is: no time and two times, two contents, forgeable and
not, and for failures with words and without. Each is a slot of one event.
What can be made of these by joining is tried for one key as well, in triples: the join never looks at the key.
"""

from contextlib import suppress
from itertools import product

import attrs
import pytest

from deliverystatus import NOTHING_KNOWN, Actor, Attribution, EventKind, Failure, MixedCopiesError, Reason, fold
from deliverystatus._engine import _better, _joined, slot_key
from deliverystatus.testing import FAILING, START, event, failure, universe

TIMES = (None, 1, 2)
URLS = ("https://example.com/a", "https://example.com/b")
CLASSES = {
    "not said": None,
    "unknown": Failure(),
    "bad address": failure(Reason.UNKNOWN_RECIPIENT),
    "bad address, refused after DATA": Failure(diagnostic="550 5.1.1 user unknown", smtp_command="DATA"),
    "transient": failure(Reason.MAILBOX_FULL),
    "not the address's": failure(Reason.SPAM_CONTENT),
}

#: Every kind with every actor, and the kinds that fail with every class of reason.
KEYS = [(kind, actor, None) for kind, actor in product(EventKind, Actor)] + [
    (kind, Actor.UNKNOWN, why) for kind, why in product(FAILING, CLASSES.values()) if why is not None
]


def slots_of(kind, actor, why, *, authenticated=(None, False)):
    """Give every slot that one event of that key can make."""
    contents = [(url, why) for url in URLS]
    if why is not None:
        contents.append((URLS[0], attrs.evolve(why, diagnostic=f"{why.diagnostic or ''} (said so)")))
    events = [
        event(kind, at=at, actor=actor, failure=said, url=url, authenticated=proof, received_at=START)
        for at, (url, said), proof in product(TIMES, contents, authenticated)
    ]
    assert 1 == len({slot_key(each) for each in events})
    return [next(iter(fold([each]).slots.values())) for each in events]


def closed_under_join(slots):
    """Give all that can be made of *slots* by joining, however often."""
    found = list(slots)
    for one in found:  # grows while it is walked
        for other in slots:
            both = _joined(one, other)
            if both not in found:
                found.append(both)
    return found


def lawful(join, elements):
    """Say whether *join* is idempotent, commutes and associates on all triples of *elements*, giving what does not."""
    joined = {(a, b): join(elements[a], elements[b]) for a, b in product(range(len(elements)), repeat=2)}
    for a, one in enumerate(elements):
        if joined[a, a] != one:
            return "not idempotent", one
    for (a, b), both in joined.items():
        if both != joined[b, a]:
            return "does not commute", elements[a], elements[b]
    for (a, b), both in joined.items():
        for c, third in enumerate(elements):
            if join(both, third) != join(elements[a], joined[b, c]):
                return "does not associate", elements[a], elements[b], third
    return "lawful"


@pytest.mark.parametrize("kind", EventKind)
def test_slots_join(kind):
    """The join of any three slots of one key commutes, associates and is idempotent, for every key of the kind."""
    keys = [key for key in KEYS if key[0] is kind]

    found = {lawful(_joined, slots_of(*key)) for key in keys}

    assert {"lawful"} == found


def test_slots_made_by_joining_join():
    """So does the join of all that can be made of one key's slots, not only of single events."""
    slots = closed_under_join(slots_of(EventKind.BOUNCED, Actor.UNKNOWN, CLASSES["bad address"]))

    found = lawful(_joined, slots)

    assert "lawful" == found
    assert len(slots) > 24


@pytest.mark.parametrize("kind", EventKind)
def test_records_join(kind):
    """Records of any three events of one key join alike."""
    keys = [key for key in KEYS if key[0] is kind]
    records = [[fold([slot.evidence]) for slot in slots_of(*key, authenticated=(None,))] for key in keys]

    found = {lawful(lambda a, b: a | b, each) for each in records}

    assert {"lawful"} == found


def joined(a, b):
    """Join two records; ``None`` if they are of two recipients, or one of them is the outcome of such a join."""
    if a is None or b is None:
        return None
    with suppress(MixedCopiesError):
        return a | b
    return None


def test_records_of_any_ids_join():
    """Whatever ids three records know, of one copy or not, with a recipient or without, they join in any order."""
    ids = product(
        ("ada@example.com", None), (None, "r-1", "r-2"), ((None, None), ("a", "m-1"), ("a", "m-2"), ("b", "m-1"))
    )
    records = [
        fold([event("sent", recipient=who, reference=reference, provider=provider, message_id=message_id)])
        for who, reference, (provider, message_id) in ids
    ]

    found = lawful(joined, [NOTHING_KNOWN, *records])

    assert "lawful" == found
    assert None not in [joined(*two) for two in product(records, repeat=2)]


def test_records_of_more_ids_than_are_kept_join():
    """Which ids are kept, where there are too many, does not depend on which records were joined first."""
    numbers = [range(9), range(5, 14), range(0, 20, 2), range(1, 20, 3), range(19, 8, -1), [3]]
    by_reference = [fold(event("accepted", message_id="m", reference=f"r-{n:02}") for n in some) for some in numbers]
    by_message_id = [fold(event("accepted", reference="r", message_id=f"m-{n:02}") for n in some) for some in numbers]

    assert "lawful" == lawful(joined, [*by_reference, *by_message_id])
    assert 8 == len((by_reference[0] | by_reference[1]).references)
    assert {f"r-{n:02}" for n in range(8)} == (by_reference[1] | by_reference[0]).references


def test_records_of_two_recipients_never_join():
    """Whichever two of three records are joined first, two recipients among them are refused."""
    records = [fold([event("sent", recipient=who)]) for who in ("ada@example.com", "bob@example.com", None)]

    assert "lawful" == lawful(joined, [None, NOTHING_KNOWN, *records])
    assert joined(*records[:2]) is None


def test_the_better_evidence_is_a_total_order():
    """Of any events of one key there is one that is better than all others, whichever two are compared first."""
    slots = slots_of(EventKind.BOUNCED, Actor.UNKNOWN, CLASSES["bad address"])
    events = [slot.evidence for slot in slots]

    wins = {each: sum(_better(each, other) == each for other in events) for each in events}

    assert list(range(1, len(events) + 1)) == sorted(wins.values())


def test_nothing_known_is_the_identity():
    """The empty record changes no record it is joined with, on either side."""
    records = [fold([each]) for each in universe()]

    assert records == [NOTHING_KNOWN | record for record in records]
    assert records == [record | NOTHING_KNOWN for record in records]


def test_slots_of_different_keys_do_not_interact():
    """The slots of a join are the slots of either side, and a slot that only one side has is left as it is."""
    records = [fold([each]) for each in universe()]

    for one, other in product(records, repeat=2):
        both = (one | other).slots
        assert one.slots.keys() | other.slots.keys() == both.keys()
        for key in one.slots.keys() ^ other.slots.keys():
            assert (one.slots.get(key) or other.slots.get(key)) is both[key]


def test_all_that_changes_a_conclusion_has_a_slot_of_its_own():
    """Kind, actor, reason, a class denied by the diagnosis, a bad address, and a doubt whose it is keep facts apart."""
    apart = [
        event("bounced"),
        event("soft_bounced"),
        event("bounced", actor="machine"),
        event("bounced", attribution=Attribution.CANDIDATE),
        *(event("bounced", failure=why) for why in CLASSES.values() if why is not None),
        event("bounced", failure=Failure(diagnostic="550 5.1.1 user unknown, try again later")),
    ]

    assert len(apart) == len({slot_key(each) for each in apart})
