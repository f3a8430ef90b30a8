"""
The laws of suppression: the fold's, over everything a list can hold, and law 8, over every short history.

The fold's laws are tried on events of every sort of fact, in triples, and on longer lists that Hypothesis makes, with
more failures and deliveries than are kept. Law 8 is compared with a model of it in three lines.
"""

from datetime import timedelta
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliverystatus import (
    Actor,
    Attribution,
    CauseKind,
    Event,
    EventKind,
    Failure,
    Party,
    Purpose,
    Reason,
    ReleaseProof,
    SuppressionList,
    suppress,
)
from deliverystatus._suppression._facts import release_value
from deliverystatus._suppression._keeping import KEPT_DELIVERIES, KEPT_UNDATED
from deliverystatus._suppression._presets import RULES
from deliverystatus._suppression._rules import KEPT_DAYS
from deliverystatus.testing import START, event, failure

NOW = START + timedelta(days=400)
BAD = Failure(diagnostic="550 5.1.1 user unknown")
FULL = failure(Reason.MAILBOX_FULL)
DAY = 24 * 60 * 60
HOUR = timedelta(hours=1)


def released(kind, actor, proof, **fields):
    """Make a release, right or wrong, by hand: without a provider, as those of our own side are."""
    fields = {"provider": None, "message_id": None} | fields
    return event(EventKind.RELEASED, value=release_value(kind, actor, proof), **fields)


def added(reason, **fields):
    """Make an entry of the provider's list."""
    return event(EventKind.SUPPRESSION_CHANGED, value="added", failure=failure(reason), message_id=None, **fields)


LISTED = [reason for reason in Reason if reason.startswith("suppressed_")]

KEPT_COPIES = RULES["default"].copies_of_a_day

#: Each sort of fact, at two times and without one, and what is none.
UNIVERSE = [
    make(at=at)
    for make, at in product(
        (
            lambda at: event("complained", at=at),
            lambda at: event("complained", at=at, authenticated=False),
            lambda at: event("bounced", at=at, failure=BAD),
            lambda at: event("bounced", at=at, failure=BAD, recipient="bob@example.com"),
            lambda at: event("unsubscribed", at=at),
            lambda at: event("unsubscribed", at=at, scope="group:5"),
            lambda at: event("unsubscribed", at=at, channel="sms"),
            lambda at: event("resubscribed", at=at),
            lambda at: event("soft_bounced", at=at, failure=FULL),
            lambda at: event("delivered", at=at),
            lambda at: event("delivered", at=at, message_id="m-2"),
            lambda at: added(Reason.SUPPRESSED_OTHER, at=at),
            lambda at: added(Reason.SUPPRESSED_COMPLAINT, at=at),
            lambda at: event("suppression_changed", at=at, value="removed"),
            lambda at: released(CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE, at=at),
            lambda at: event("opened", at=at),
            lambda at: event("complained", at=at, test=True),
            lambda at: event("complained", at=at, recipient=None),
        ),
        (None, 1, 2),
    )
]

#: On one day, where more copies fail than are kept, and over more days than are kept.
moments = st.one_of(st.none(), st.integers(0, 9), st.integers(0, 40).map(lambda day: day * DAY))
facts = st.one_of(
    st.sampled_from(UNIVERSE),
    st.builds(
        lambda kind, at, copy, why: event(kind, at=at, message_id=copy, failure=why),
        st.sampled_from(["soft_bounced", "bounced", "rejected", "delivered"]),
        moments,
        st.sampled_from([f"m-{number}" for number in range(9)]),
        st.sampled_from([FULL, None]),
    ),
    st.builds(lambda at, reason: added(reason, at=at), moments, st.sampled_from(LISTED)),
    st.builds(
        lambda came, copy: event("complained", at=None, message_id=copy, received_at=came and START + came * HOUR),
        st.none() | st.integers(1, 9),
        st.sampled_from([f"m-{number}" for number in range(KEPT_UNDATED + 4)]),
    ),
    st.builds(
        lambda at: released(CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE, at=at * 60 * 60),
        st.integers(1, 10),
    ),
)


def answers(known):
    """Give all that a list says of every address, for every purpose."""
    who = ("ada@example.com", "bob@example.com")
    return [known.may_send(each, purpose=purpose, now=NOW) for each, purpose in product(who, Purpose)]


def test_order_and_repetition_do_not_matter():
    """Any three events give equal lists in every order, and with each repeated."""
    for three in combinations(UNIVERSE, 3):
        assert suppress(three) == suppress([*reversed(three), *three])
    for three in combinations(UNIVERSE[::4], 3):
        assert 1 == len({repr(answers(suppress(order))) for order in permutations(three)})


@given(st.lists(facts, max_size=60), st.randoms(use_true_random=False))
def test_long_lists_keep_the_fold_laws(events, random):
    """Shuffled, repeated, split anywhere and merged either way, stored in between: the list is the same."""
    whole = suppress(events)
    shuffled = random.sample(events, len(events)) + events[:3]
    split = random.randint(0, len(shuffled))
    first, second = suppress(shuffled[:split]), suppress(shuffled[split:])

    assert whole == suppress(shuffled)
    assert whole == first | second
    assert whole == second | first
    assert whole == whole | first
    assert whole == SuppressionList.from_dict(first.to_dict()) | second
    assert answers(whole) == answers(second | first)


#: More days, copies of a day and deliveries than are kept.
MANY = [
    *(
        event("bounced", at=day * DAY + hour, message_id=f"m-{(day * 5 + hour) % 61}", failure=FULL)
        for day, hour in product(range(KEPT_DAYS + 5), range(KEPT_COPIES + 2))
    ),
    *(event("delivered", at=at, message_id=f"m-{at % 67}") for at in range(0, 40 * DAY, DAY // 2)),
]


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_what_is_forgotten_does_not_depend_on_when(random):
    """Far more events than are kept give one list, in whatever order, and however they are split."""
    shuffled = random.sample(MANY, len(MANY))
    split = random.randint(0, len(MANY))

    assert suppress(MANY) == suppress(shuffled) == suppress(shuffled[:split]) | suppress(shuffled[split:])


@given(st.lists(st.lists(facts, max_size=30), min_size=3, max_size=3))
def test_merging_associates(parts):
    """Three lists merge to the same in whichever two first."""
    a, b, c = map(suppress, parts)
    assert (a | b) | c == a | (b | c)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_more_without_a_time_than_are_kept_are_kept_alike(random):
    """Which of them are kept, and the earliest arrival of each, does not depend on order, repetition or splitting."""
    many = [
        event("complained", at=None, message_id=f"m-{number}", received_at=START + came * HOUR)
        for number, came in product(range(3 * KEPT_UNDATED), (1, 2, 3))
    ]
    shuffled = random.sample(many, len(many))
    split = random.randint(0, len(many))
    whole = suppress(many)

    assert whole == suppress(shuffled) == suppress(shuffled[:split]) | suppress(shuffled[split:])
    assert KEPT_UNDATED + 1 == len(whole.to_dict()["evidence"])


@pytest.mark.parametrize("number", [1, KEPT_UNDATED, KEPT_UNDATED + 1, 3 * KEPT_UNDATED])
def test_what_is_too_much_to_be_kept_is_not_lifted(number):
    """Of more than are kept nobody knows by when all had happened: forgetting one opens nothing (law 8)."""
    many = [event("complained", at=None, message_id=f"m-{n}", received_at=START) for n in range(number)]
    lift = released(CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE, at=DAY)
    decision = suppress([*many, lift]).may_send("ada@example.com", purpose="bulk", now=NOW)
    assert (number <= KEPT_UNDATED) is decision.allowed


def test_the_empty_list_is_the_identity():
    """Merging with the list of no events changes nothing."""
    known = suppress(UNIVERSE)
    assert known == known | suppress([])
    assert known == suppress([]) | known


def test_the_list_does_not_grow_with_the_number_of_events():
    """A thousand failures and a thousand deliveries leave as many facts as the bounds say (law 6)."""
    failures = [event("bounced", at=DAY * (n % 100), message_id=f"f-{n}", failure=FULL) for n in range(1000)]
    deliveries = [event("delivered", at=n, message_id=f"d-{n}") for n in range(1000)]
    complaints = [event("complained", at=n, message_id=f"c-{n}") for n in range(1000)]

    kept = suppress([*failures, *deliveries, *complaints]).to_dict()["evidence"]

    complaint = first_failure = 1  # the latter for incidents
    assert KEPT_DAYS * KEPT_COPIES + KEPT_DELIVERIES + complaint + first_failure == len(kept)


# -- law 8 -----------------------------------------------------------------------------------------------------------

COMPLAINT, BAD_ADDRESS, NOTHING = "complaint", "bad address", ""
FROM_THERE, LINK, CHECKED = (
    ReleaseProof.FROM_SUPPRESSED_ADDRESS,
    ReleaseProof.LINK_MAILED_THERE,
    ReleaseProof.ADDRESS_CHECKED,
)

#: (what it is a ground for, what it rightly releases, how to make it)
HAPPENINGS = (
    (COMPLAINT, NOTHING, lambda at: event("complained", at=at)),
    (BAD_ADDRESS, NOTHING, lambda at: event("soft_bounced", at=at, failure=BAD)),
    (NOTHING, NOTHING, lambda at: event("delivered", at=at, message_id="m-2")),
    (NOTHING, NOTHING, lambda at: event("opened", at=at, actor=Actor.HUMAN)),
    (NOTHING, NOTHING, lambda at: event("resubscribed", at=at, scope="everything")),
    (NOTHING, NOTHING, lambda at: event("marked_not_spam", at=at)),
    (NOTHING, NOTHING, lambda at: released(CauseKind.COMPLAINT, Party.STAFF, ReleaseProof.SUPPORT_DECISION, at=at)),
    (NOTHING, COMPLAINT, lambda at: released(CauseKind.COMPLAINT, Party.RECIPIENT, LINK, at=at)),
    (NOTHING, BAD_ADDRESS, lambda at: released(CauseKind.BAD_ADDRESS, Party.STAFF, CHECKED, at=at)),
)

#: What lifts neither, whatever it is.
HARMLESS = [
    *(event(kind, at=9) for kind in EventKind if kind not in (EventKind.COMPLAINED, EventKind.RELEASED)),
    event("clicked", at=9, actor=Actor.HUMAN),
    event("suppression_changed", at=9, value="removed"),
    event("responded", at=9, actor=Actor.HUMAN, value="yes"),
    event("resubscribed", at=9, scope="everything", actor=Actor.HUMAN),
]


def must_not_be_written_to(history):
    """Say whether law 8 forbids it: a ground without a time, or with no right release after it."""
    return any(
        ground and (at is None or not any(release == ground and when and when > at for _, release, when in history))
        for ground, _, at in history
    )


def test_nothing_but_a_right_release_lifts_in_any_short_history():
    """Every history of up to four happenings, each at two times or none, allows exactly what law 8 does."""
    universe = [((ground, release, at), make(at)) for (ground, release, make), at in product(HAPPENINGS, (None, 1, 2))]
    for length in range(1, 5):
        for chosen in combinations(universe, length):
            decision = suppress([each for _, each in chosen]).may_send(
                "ada@example.com", purpose="transactional", now=NOW
            )
            assert must_not_be_written_to([what for what, _ in chosen]) is not decision.allowed


@given(st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.none() | st.integers(0, 9)), max_size=40))
def test_nothing_but_a_right_release_lifts_in_long_histories(history):
    """The same for long histories, with repetitions."""
    events = [make(at) for (_, _, make), at in history]
    decision = suppress(events).may_send("ada@example.com", purpose="transactional", now=NOW)
    assert must_not_be_written_to([(g, r, at) for (g, r, _), at in history]) is not decision.allowed


@given(
    st.lists(
        st.tuples(st.sampled_from(["m-1", "m-2", ""]), st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
        max_size=12,
    )
)
def test_what_has_no_time_is_lifted_by_what_is_later_than_its_first_arrival(history):
    """Complaints of two messages, with a time, an arrival, both or neither, and releases: exactly what law 8 forbids."""
    events, grounds, lifts = [], {}, [at for copy, at, _ in history if not copy and at is not None]
    for copy, at, came in history:
        arrival = None if came is None else START + timedelta(seconds=came)
        if copy:
            events.append(event("complained", at=at, message_id=copy, received_at=arrival))
            grounds.setdefault((copy, at), []).extend(
                each for each in (came if at is None else at,) if each is not None
            )
        else:
            events.append(
                released(CauseKind.COMPLAINT, Party.RECIPIENT, LINK, at=at, message_id="m-3", received_at=arrival)
            )
    stands = any(not times or not any(lift > min(times) for lift in lifts) for times in grounds.values())
    decision = suppress(events).may_send("ada@example.com", purpose="transactional", now=NOW)
    assert stands is not decision.allowed


@pytest.mark.parametrize("ground", [event("complained", at=1), event("bounced", at=1, failure=BAD)])
def test_no_later_event_of_any_other_kind_lifts(ground):
    """Nothing that a provider can report lifts a complaint or a bad address; all of it together does not."""
    for purpose in Purpose:
        assert not suppress([ground, *HARMLESS]).may_send("ada@example.com", purpose=purpose, now=NOW).allowed


#: What lifts each ground: all of it.
LIFTED_BY = {
    "complaint": (event("complained", at=1), {(Party.RECIPIENT, FROM_THERE), (Party.RECIPIENT, LINK)}),
    "bad address": (event("bounced", at=1, failure=BAD), {(Party.STAFF, CHECKED), (Party.SUPPORT, CHECKED)}),
    "doubted complaint": (
        event("complained", at=1, authenticated=False),
        {
            (Party.RECIPIENT, FROM_THERE),
            (Party.RECIPIENT, LINK),
            (Party.STAFF, ReleaseProof.SUPPORT_DECISION),
            (Party.SUPPORT, ReleaseProof.SUPPORT_DECISION),
        },
    ),
    "unsubscription": (
        event("unsubscribed", at=1),
        {(Party.RECIPIENT, proof) for proof in (FROM_THERE, LINK, ReleaseProof.RECIPIENT_REQUEST)},
    ),
}


@pytest.mark.parametrize("name", LIFTED_BY)
def test_each_release_that_is_not_right_lifts_nothing(name):
    """Of all releases (cause, actor and proof), exactly the right ones lift."""
    ground, right = LIFTED_BY[name]
    kind = suppress([ground]).may_send("ada@example.com", purpose="bulk", now=NOW).causes[0].kind
    lifting = {
        (said, actor, proof)
        for said, actor, proof in product(CauseKind, Party, ReleaseProof)
        if suppress([ground, released(said, actor, proof, at=2, scope="everything")])
        .may_send("ada@example.com", purpose="bulk", now=NOW)
        .allowed
    }
    assert {(kind, actor, proof) for actor, proof in right} == lifting


@pytest.mark.parametrize("kind", EventKind)
def test_a_bad_address_suppresses_whatever_the_kind(kind):
    """Any failure whose diagnosis says the address is bad suppresses all mail, whatever the event is called."""
    known = suppress([event(kind, failure=BAD, provider=None)])
    assert not any(known.may_send("ada@example.com", purpose=purpose, now=NOW).allowed for purpose in Purpose)


@pytest.mark.parametrize("authenticated", [True, None, False])
@pytest.mark.parametrize("attribution", Attribution)
def test_what_is_not_surely_theirs_never_stops_an_appointment(attribution, authenticated):
    """Of complaints and bounces only exact ones that not just anyone could have sent stop transactional mail."""
    sure = attribution is Attribution.EXACT and authenticated is not False
    doubt = {"attribution": attribution, "authenticated": authenticated}
    for each in (event("complained", **doubt), event("bounced", failure=BAD, **doubt)):
        decision = suppress([each]).may_send("ada@example.com", purpose="transactional", now=NOW)
        assert sure is not decision.allowed


def test_every_refusal_shows_its_evidence():
    """Each cause of each refusal has an event that was given (law 7)."""
    for known in map(suppress, combinations(UNIVERSE, 2)):
        for decision in answers(known):
            assert decision.allowed is not bool(decision.causes)
            assert all(isinstance(cause.evidence, Event) and cause.evidence in UNIVERSE for cause in decision.causes)
