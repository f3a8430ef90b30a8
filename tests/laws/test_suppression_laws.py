"""
The laws of suppression: the fold's, over everything a list can hold, and law 8, over every short history.

The fold's laws are tried on events of every sort of fact in every variant: in pairs, those of one sort in triples, and on
longer lists that Hypothesis makes, with more failures and deliveries than are kept; by our rules, by presets that read
other facts, and by rules that limit releases. Law 8 is compared with models of it in a few lines.
"""

from datetime import timedelta
from itertools import combinations, permutations, product

import attrs
import pytest
from dateutil.relativedelta import relativedelta
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
from deliverystatus._suppression._rules import GROUNDS, KEPT_DAYS, Inactivity, Rules
from deliverystatus._suppression._sorting import facts_in
from deliverystatus._suppression._words import Fact
from deliverystatus.testing import START, event, failure

NOW = START + timedelta(days=400)
BAD = Failure(diagnostic="550 5.1.1 user unknown")
FULL = failure(Reason.MAILBOX_FULL)
DAY = 24 * 60 * 60
YEAR = 366 * DAY
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


def by_hand(said, **fields):
    """Make what somebody on our side stopped: who said so, and for which messages."""
    return event("suppression_changed", value=f"manual:{said}", provider=None, message_id=None, **fields)


#: Who may lift each sort of cause, with a proof that will do.
RIGHT = {ground.kind: ground.releases[0] for ground in GROUNDS.values()}

#: Each sort of fact in each of its variants, and what is none.
HAPPENS = (
    *(
        lambda at, kind=kind, fields=fields: event(kind, at=at, **fields)
        for kind, fields in (
            ("complained", {}),
            ("complained", {"authenticated": False}),
            ("complained", {"attribution": "candidate", "scope": "stream:5"}),
            ("bounced", {"failure": BAD}),
            ("bounced", {"failure": BAD, "recipient": "bob@example.com"}),
            ("bounced", {"failure": BAD, "final_recipient": "cyd@example.net"}),
            ("rejected", {"failure": failure(Reason.UNKNOWN_DOMAIN)}),
            ("rejected", {"failure": failure(Reason.UNKNOWN_DOMAIN), "recipient": "bob@example.com"}),
            ("soft_bounced", {"failure": FULL}),
            ("soft_bounced", {"failure": FULL, "message_id": "m-2"}),
            ("soft_bounced", {"failure": failure(Reason.SPAM_CONTENT)}),
            ("dropped", {"failure": failure(Reason.SPAM_CONTENT)}),
            ("unsubscribed", {}),
            ("unsubscribed", {"scope": "group:5"}),
            ("unsubscribed", {"channel": "sms"}),
            ("resubscribed", {}),
            ("resubscribed", {"scope": "group:5"}),
            ("resubscribed", {"channel": "sms"}),
            ("delivered", {}),
            ("delivered", {"message_id": "m-2"}),
            ("delivered", {"recipient": "bob@example.com"}),
            ("suppression_changed", {"value": "removed"}),
            ("suppression_changed", {"value": "removed", "scope": "stream:5"}),
            ("sending", {}),
            ("accepted", {}),
            ("opened", {}),
            ("clicked", {"actor": Actor.HUMAN}),
            ("opened", {"actor": Actor.MACHINE}),
            ("active", {}),
            ("opted_in", {}),
            ("complained", {"test": True}),
            ("complained", {"recipient": None}),
        )
    ),
    *(lambda at, reason=reason: added(reason, at=at) for reason in LISTED),
    lambda at: added(Reason.SUPPRESSED_OTHER, at=at, scope="stream:5"),
    lambda at: added(Reason.SUPPRESSED_COMPLAINT, at=at, account="main"),
    *(
        lambda at, said=said, fields=fields: by_hand(said, at=at, **fields)
        for said, fields in (("staff:", {}), ("support:", {}), ("staff:bulk", {}), ("staff:", {"scope": "group:5"}))
    ),
    *(lambda at, kind=kind: released(kind, *RIGHT[kind], at=at, scope="everything") for kind in RIGHT),
    lambda at: released(CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE, at=at, scope="group:5"),
    lambda at: event("opened", at=None if at is None else YEAR + at),
)

#: Each at two times and without one.
UNIVERSE = [make(at) for make, at in product(HAPPENS, (None, 1, 2))]

#: The recipient may take back one complaint, and activity is counted by the month.
LIMITED = Rules(
    name="limited",
    inactivity=Inactivity(period=relativedelta(months=3)),
    grounds={**GROUNDS, Fact.COMPLAINT: attrs.evolve(GROUNDS[Fact.COMPLAINT], at_most=1)},
)

#: Interactions start the count again, and nobody is judged for silence.
WATCHFUL = attrs.evolve(RULES["salesforce_held"], name="watchful", inactivity=None)

every_rule = pytest.mark.parametrize(
    "rules",
    [RULES["default"], RULES["mailman"], RULES["salesforce_held"], WATCHFUL, LIMITED],
    ids=lambda each: each.name,
)

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


def sorts_in(each, rules):
    """Name the sorts of fact that an event holds."""
    return frozenset() if each.test else frozenset(key.fact for _, key in facts_in(each, rules))


def test_the_universe_holds_every_sort_of_fact():
    """Whatever an event can be to a list is among what the laws are tried on, by the rules that ask for it."""
    rules = RULES["default"], WATCHFUL, LIMITED
    assert {*Fact} == {fact for each, by in product(UNIVERSE, rules) for fact in sorts_in(each, by)}


@every_rule
def test_order_and_repetition_of_two_do_not_matter(rules):
    """Any two events give equal lists in either order, repeated, split and merged, by whichever rules (laws 2 to 4)."""
    alone = [suppress([each], rules=rules) for each in UNIVERSE]
    for (a, only_a), (b, only_b) in combinations(zip(UNIVERSE, alone, strict=True), 2):
        assert suppress([a, b], rules=rules) == suppress([b, a, b, a], rules=rules) == only_b | only_a


@every_rule
def test_order_and_repetition_of_three_of_a_sort_do_not_matter(rules):
    """Any three events that hold the same sort of fact, and so may displace each other, are folded alike in any order."""
    for fact in Fact:
        alike = [each for each in UNIVERSE if fact in sorts_in(each, rules)]
        for three in combinations(alike, 3):
            whole = suppress(three, rules=rules)
            assert whole == suppress([*reversed(three), *three], rules=rules)
            assert whole == suppress([three[1]], rules=rules) | suppress([three[2], three[0]], rules=rules)


@every_rule
def test_answers_do_not_depend_on_order(rules):
    """Whatever is asked of three events, their order does not show in the answer, nor that they were merged or stored."""
    for three in combinations(UNIVERSE[::13], 3):
        lists = [suppress(order, rules=rules) for order in permutations(three)]
        lists.append(SuppressionList.from_dict(lists[0].to_dict(), rules=rules) | lists[1])
        assert 1 == len({repr(answers(known)) for known in lists})


@every_rule
def test_what_is_stored_is_read_back(rules):
    """Each event alone, and all of them together, are read back from a store as the list they were (law 4)."""
    for events in (*([each] for each in UNIVERSE), UNIVERSE):
        known = suppress(events, rules=rules)
        assert known == SuppressionList.from_dict(known.to_dict(), rules=rules)


@every_rule
@settings(max_examples=40)
@given(events=st.lists(facts, max_size=60), random=st.randoms(use_true_random=False))
def test_long_lists_keep_the_fold_laws(rules, events, random):
    """Shuffled, repeated, split anywhere and merged either way, stored in between: the list is the same."""
    whole = suppress(events, rules=rules)
    shuffled = random.sample(events, len(events)) + events[:3]
    split = random.randint(0, len(shuffled))
    first, second = suppress(shuffled[:split], rules=rules), suppress(shuffled[split:], rules=rules)

    assert whole == suppress(shuffled, rules=rules)
    assert whole == first | second
    assert whole == second | first
    assert whole == whole | first
    assert whole == SuppressionList.from_dict(first.to_dict(), rules=rules) | second
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


def test_the_latest_days_are_those_that_are_kept():
    """Of failures on more days than are kept the latest are kept: three of them suppress, however many are forgotten."""
    days = range(KEPT_DAYS + 5)
    failures = [event("bounced", at=day * DAY, message_id=f"m-{day}", failure=FULL) for day in days]
    decision = suppress(failures).may_send("ada@example.com", purpose="bulk", now=START + timedelta(days=KEPT_DAYS + 6))
    assert [START + timedelta(days=days[-1])] == [cause.since for cause in decision.causes]


@pytest.mark.parametrize(
    "left,joined,lifts",
    [
        ("group:5", "group:5", True),
        ("group:5", "everything", True),
        ("group:5", None, False),
        ("group:5", "group:6", False),
        (None, None, True),
        (None, "everything", True),
        (None, "group:5", False),
        ("group", "group", False),  # any group: only all of them cover it
    ],
)
def test_who_comes_back_comes_back_to_what_they_name(left, joined, lifts):
    """A subscription lifts an unsubscription of the same, or less than it; one that names nothing, only one of all (A7)."""
    known = suppress([event("unsubscribed", at=1, scope=left), event("resubscribed", at=2, scope=joined)])
    assert lifts is known.may_send("ada@example.com", purpose="bulk", now=NOW).allowed


@every_rule
@settings(max_examples=30)
@given(parts=st.lists(st.lists(facts, max_size=30), min_size=3, max_size=3))
def test_merging_associates(rules, parts):
    """Three lists merge to the same in whichever two first."""
    a, b, c = (suppress(part, rules=rules) for part in parts)
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


@every_rule
def test_the_empty_list_is_the_identity(rules):
    """Merging with the list of no events changes nothing."""
    known = suppress(UNIVERSE, rules=rules)
    assert known == known | suppress([], rules=rules)
    assert known == suppress([], rules=rules) | known


def test_the_list_does_not_grow_with_the_number_of_events():
    """A thousand failures and a thousand deliveries leave as many facts as the bounds say (law 6)."""
    failures = [event("bounced", at=DAY * (n % 100), message_id=f"f-{n}", failure=FULL) for n in range(1000)]
    deliveries = [event("delivered", at=n, message_id=f"d-{n}") for n in range(1000)]
    complaints = [event("complained", at=n, message_id=f"c-{n}") for n in range(1000)]

    kept = suppress([*failures, *deliveries, *complaints]).to_dict()["evidence"]

    complaint = first_failure = first_delivery = 1  # the latter two for incidents
    assert KEPT_DAYS * KEPT_COPIES + KEPT_DELIVERIES + complaint + first_failure + first_delivery == len(kept)


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


#: What may happen to Ada in a story, by what it is a ground for and what it lifts; day *at* and the two after are its own.
BOB = {"recipient": "bob@example.com"}
STORIES = {
    "complaint": ({"complaint"}, (), lambda at: [event("complained", at=at)]),
    "bad address": ({"bad address"}, (), lambda at: [event("rejected", at=at, failure=BAD)]),
    "doubted": ({"doubted"}, (), lambda at: [event("complained", at=at, authenticated=False)]),
    "left": ({"left"}, (), lambda at: [event("unsubscribed", at=at)]),
    "by hand": ({"by hand"}, (), lambda at: [by_hand("staff:", at=at, scope="everything")]),
    "no domain": (
        {"no domain"}, (), lambda at: [event("bounced", at=at, failure=failure(Reason.UNKNOWN_DOMAIN), **BOB)],
    ),
    "full": (
        {"full"},
        (),
        lambda at: [event("bounced", at=at + n * DAY, message_id=f"m-{at}-{n}", failure=FULL) for n in range(3)],
    ),
    "delivered": ((), {"full", "no domain"}, lambda at: [event("delivered", at=at, message_id=f"d-{at}")]),
    "opened": ((), (), lambda at: [event(kind, at=at, actor=Actor.HUMAN) for kind in ("opened", "marked_not_spam")]),
    "back": ((), {"left"}, lambda at: [event("resubscribed", at=at, scope="everything")]),
    "taken back": ((), {"complaint", "doubted"}, lambda at: [released(CauseKind.COMPLAINT, Party.RECIPIENT, LINK, at=at)]),
    "taken back by staff": (
        (), {"doubted"}, lambda at: [released(CauseKind.COMPLAINT, Party.STAFF, ReleaseProof.SUPPORT_DECISION, at=at)],
    ),
    "checked": ((), {"bad address"}, lambda at: [released(CauseKind.BAD_ADDRESS, Party.STAFF, CHECKED, at=at)]),
    "decided": (
        (),
        {"full", "by hand"},
        lambda at: [
            released(kind, Party.SUPPORT, ReleaseProof.SUPPORT_DECISION, at=at, scope="everything")
            for kind in (CauseKind.REPEATED_FAILURES, CauseKind.MANUAL, CauseKind.BAD_ADDRESS)
        ],
    ),
    "not checked": ((), (), lambda at: [released(CauseKind.BAD_ADDRESS, Party.RECIPIENT, CHECKED, at=at)]),
}  # fmt: skip

KINDS = {
    "complaint": "complaint", "doubted": "complaint", "bad address": "bad_address", "left": "unsubscribe",
    "by hand": "manual", "no domain": "bad_domain", "full": "repeated_failures",
}  # fmt: skip


def still_stands(story):
    """Say what nothing later in a story lifts; a domain that took mail, before or after, is not gone."""
    return {
        KINDS[ground]
        for place, name in enumerate(story)
        for ground in STORIES[name][0]
        if not any(ground in STORIES[later][1] for later in story[place + 1 :])
        and not (ground == "no domain" and "delivered" in story)
    }


@pytest.mark.parametrize("length", [1, 2, 3, 4, pytest.param(5, marks=pytest.mark.exhaustive)])
def test_every_short_story_leaves_what_nothing_lifted(length):
    """
    Every sequence of causes, deliveries, opens and releases, right and wrong, leaves exactly what the model says.

    Of the longer ones those in which law 8 has a say.
    """
    made = {(name, place): STORIES[name][2](place * 4 * DAY) for name in STORIES for place in range(length)}
    now = START + timedelta(days=4 * length)
    for story in product(STORIES, repeat=length):
        if length > 3 and not {"complaint", "bad address"} & {*story}:
            continue
        known = suppress([each for place, name in enumerate(story) for each in made[name, place]])
        decision = known.may_send("ada@example.com", purpose="bulk", now=now)
        assert still_stands(story) == {str(cause.kind) for cause in decision.causes}, story


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
    """Each cause of each refusal has an event that was given (law 7), but for those that are the want of one."""
    for known in map(suppress, combinations(UNIVERSE[::2], 2)):
        for decision in answers(known):
            assert decision.allowed is not bool(decision.causes)
            assert all(isinstance(cause.evidence, Event) and cause.evidence in UNIVERSE for cause in decision.causes)
