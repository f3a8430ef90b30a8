from itertools import permutations

import pytest

from deliverystatus import POLICIES, Actor, Axis, EventKind, RankPolicy, Status, TimePolicy, UnknownName, fold
from deliverystatus._policies import (
    AXES,
    BEST_REACHED,
    DEFAULT,
    FINAL,
    FIRST_FINAL,
    INFERS,
    LATEST_REPORTED,
    PROVES,
    PROVES_BY_MACHINE,
    SEVERITY,
    Level,
    policy_of,
)
from deliverystatus.testing import event, history
from deliverystatus.testing.rivals import STORIES

RANK_POLICIES = [policy for policy in POLICIES.values() if isinstance(policy, RankPolicy)]


class TestTables:
    """What events prove, and where statuses belong."""

    def test_every_kind_has_what_it_proves(self):
        """PROVES is total over the kinds, and every status but unknown is proved by some kind."""
        assert set(EventKind) == PROVES.keys()
        assert set(Status) - {Status.UNKNOWN} == {status for status in PROVES.values() if status}

    def test_a_kind_proves_the_status_of_its_name(self):
        """A kind and a status of one name mean the same: what a kind proves by itself is the status called like it."""
        assert all(status is None or status.value == kind.value for kind, status in PROVES.items())

    def test_a_machine_proves_less(self):
        """What a machine did never proves what a person's doing would, and always something lower."""
        for kind, status in PROVES_BY_MACHINE.items():
            assert DEFAULT.rank(status, Actor.MACHINE) < DEFAULT.rank(PROVES[kind], Actor.UNKNOWN)

    def test_a_machine_may_do_whatever_a_person_may(self):
        """Every kind on the axes where there is an actor has a row for machines, but complaints, which people make."""
        acted = {kind for kind, status in PROVES.items() if status and AXES[status] in (Axis.ENGAGEMENT, Axis.FEEDBACK)}

        assert acted - {EventKind.COMPLAINED} == PROVES_BY_MACHINE.keys()

    def test_every_status_has_its_axis(self):
        """AXES is total over the statuses; only unknown is on none."""
        assert set(Status) == AXES.keys()
        assert [Status.UNKNOWN] == [status for status, axis in AXES.items() if axis is None]

    def test_what_is_inferred_is_lower(self):
        """An inference never ranks above what it is drawn from."""
        for status, inferred in INFERS.items():
            assert all(DEFAULT.rank(each, Actor.UNKNOWN) < DEFAULT.rank(status, Actor.UNKNOWN) for each in inferred)

    def test_what_is_final(self):
        """Nothing more is expected after all but what is on its way or in doubt."""
        on_the_way = {
            Status.UNKNOWN, Status.PENDING, Status.SENDING, Status.OUTCOME_UNKNOWN, Status.ACCEPTED, Status.SENT,
            Status.DEFERRED, Status.UNDETERMINED_BOUNCE,
        }  # fmt: skip

        assert set(Status) - on_the_way == FINAL


class TestRankPolicies:
    """Orders of statuses."""

    @pytest.mark.parametrize("policy", RANK_POLICIES, ids=lambda policy: policy.name)
    def test_total(self, policy):
        """Every status, whoever brought it about, has a rank, and no two levels share one."""
        ranks = {(status, actor): policy.rank(status, actor) for status in Status for actor in Actor}

        assert set(range(len(policy.levels))) == set(ranks.values())

    @pytest.mark.parametrize("policy", RANK_POLICIES, ids=lambda policy: policy.name)
    def test_unknown_is_lowest_and_a_complaint_highest(self, policy):
        """Anything beats knowing nothing, and nothing beats a complaint."""
        assert Status.UNKNOWN is policy.levels[0].status
        assert Status.COMPLAINED is policy.levels[-1].status

    @pytest.mark.parametrize("levels", [(), DEFAULT.levels[1:], (*DEFAULT.levels, Level(Status.SENT))])
    def test_a_policy_that_is_not_total_is_refused(self, levels):
        """An order that leaves a status out, or has it twice, is no policy."""
        with pytest.raises(ValueError, match="every status once"):
            RankPolicy("mine", "Mine.", levels)

    def test_the_default_order(self):
        """The default order is pinned: a change of it changes what users see."""
        order = [(level.status.value, level.actor and level.actor.value) for level in DEFAULT.levels]

        assert [
            ("unknown", None),
            ("pending", None),
            ("sending", None),
            ("withheld", None),
            ("rejected", None),
            ("outcome_unknown", None),
            ("accepted", None),
            ("sent", None),
            ("deferred", None),
            ("dropped", None),
            ("undetermined_bounce", None),
            ("delivered", None),
            ("opened", None),
            ("clicked", None),
            ("unsubscribed", None),
            ("acknowledged", None),
            ("responded", None),
            ("soft_bounced", None),
            ("bounced", None),
            ("acknowledged", "human"),
            ("responded", "human"),
            ("complained", None),
        ] == order

    def test_a_user_may_bring_an_order(self):
        """A policy is data: an order of one's own is read like those that come with the library."""
        mine = RankPolicy("mine", "Mine.", (*reversed(DEFAULT.levels[1:]), DEFAULT.levels[0]))

        assert Status.PENDING is fold(history("pending", "sending", "accepted")).status_under(mine)


#: Policy, what happened (in the order of the providers' clocks), what is shown.
SHOWN = [
    (DEFAULT, ("delivered", "bounced"), "bounced"),
    (DEFAULT, ("delivered", "undetermined_bounce"), "delivered"),
    (DEFAULT, ("delivered", "soft_bounced"), "soft_bounced"),
    (DEFAULT, ("deferred", "delivered"), "delivered"),
    (DEFAULT, ("delivered", "deferred"), "delivered"),
    (DEFAULT, ("withheld", "delivered"), "delivered"),
    (DEFAULT, ("outcome_unknown", "accepted"), "accepted"),
    (DEFAULT, ("opened", "clicked", "unsubscribed"), "unsubscribed"),
    (DEFAULT, ("complained", "clicked"), "complained"),
    (DEFAULT, ("auto_replied", "active", "unknown"), "unknown"),
    (BEST_REACHED, ("delivered", "bounced"), "delivered"),
    (BEST_REACHED, ("bounced", "accepted"), "bounced"),
    (BEST_REACHED, ("opened", "bounced"), "opened"),
    (BEST_REACHED, ("complained", "responded"), "complained"),
    (SEVERITY, ("responded", "bounced"), "bounced"),
    (SEVERITY, ("delivered", "undetermined_bounce"), "undetermined_bounce"),
    (SEVERITY, ("clicked", "dropped"), "dropped"),
    (SEVERITY, ("deferred", "soft_bounced"), "soft_bounced"),
    (FIRST_FINAL, ("accepted", "deferred"), "deferred"),
    (FIRST_FINAL, ("delivered", "bounced"), "delivered"),
    (FIRST_FINAL, ("bounced", "delivered"), "bounced"),
    (FIRST_FINAL, ("delivered", "opened"), "delivered"),
    (FIRST_FINAL, ("complained", "delivered"), "complained"),
    (FIRST_FINAL, ("opened", "clicked"), "clicked"),
    (LATEST_REPORTED, ("bounced", "delivered"), "delivered"),
    (LATEST_REPORTED, ("complained", "clicked"), "clicked"),
    (LATEST_REPORTED, ("delivered", "auto_replied"), "delivered"),
]


@pytest.mark.parametrize("policy, kinds, status", SHOWN, ids=lambda value: getattr(value, "name", None))
def test_what_is_shown(policy, kinds, status):
    """Each policy does what its name says, in whatever order the events arrive."""
    statuses = {fold(order).status_under(policy) for order in permutations(history(*kinds))}

    assert {Status(status)} == statuses


@pytest.mark.parametrize(
    "policy, headlines",
    [
        ("default", "bounced complained opened opened"),
        ("best_reached", "opened complained opened opened"),
        ("severity", "bounced complained undetermined_bounce opened"),
        ("first_final", "delivered delivered delivered delivered"),
        ("latest_reported", "bounced clicked opened opened"),
    ],
)
def test_stories(policy, headlines):
    """The four stories, in every policy: where they differ is the choice that a policy is."""
    records = [fold(STORIES[story]) for story in "ABCD"]

    assert headlines == " ".join(record.status_under(policy) for record in records)


class TestHumanAnswers:
    """Where it matters who did it."""

    @pytest.mark.parametrize("kind", ["acknowledged", "responded"])
    def test_a_typed_answer_beats_a_late_bounce(self, kind):
        """A person's answer stands against a bounce, which came from a forward target."""
        record = fold([event(kind, actor="human"), event("bounced", at=9)])

        assert Status(kind) is record.status

    @pytest.mark.parametrize("kind", ["acknowledged", "responded", "clicked", "opened", "unsubscribed"])
    def test_what_may_be_a_scanner_does_not(self, kind):
        """Where nobody can tell who it was, the server's word stands."""
        record = fold([event(kind), event("bounced", at=9)])

        assert Status.BOUNCED is record.status

    @pytest.mark.parametrize("kind", ["clicked", "unsubscribed", "acknowledged", "responded"])
    def test_a_machine_that_follows_links_infers_sent_only(self, kind):
        """Gateways follow links before they accept, so this proves no delivery; and it is labelled an inference."""
        record = fold([event(kind, actor="machine")])

        assert Status.SENT is record.status
        assert record.inferred

    def test_a_machine_that_opens_infers_delivered(self):
        """A proxy loads the image of what was delivered."""
        record = fold([event("opened", actor="machine")])

        assert Status.DELIVERED is record.status
        assert record.inferred


class TestTimePolicies:
    """Policies that believe clocks."""

    @pytest.mark.parametrize("policy", [FIRST_FINAL, LATEST_REPORTED], ids=lambda policy: policy.name)
    def test_events_without_a_time_count_only_where_none_has_one(self, policy):
        """An event without a time never displaces one with a time; among themselves the default rank decides."""
        dateless = [event("bounced", at=None), event("delivered", at=None)]

        for order in permutations([*dateless, event("dropped")]):
            assert Status.DROPPED is fold(order).status_under(policy)
        for order in permutations(dateless):
            assert Status.BOUNCED is fold(order).status_under(policy)

    @pytest.mark.parametrize("policy", [FIRST_FINAL, LATEST_REPORTED], ids=lambda policy: policy.name)
    def test_ties_go_to_the_default_rank(self, policy):
        """Two things in one second, as providers tell time: the default order decides, not the order of arrival."""
        for order in permutations([event("delivered"), event("dropped"), event("bounced")]):
            assert Status.BOUNCED is fold(order).status_under(policy)

    def test_the_first_is_first_of_all_of_a_kind(self):
        """A repeated kind counts by its earliest time where the first counts, by its latest where the last does."""
        record = fold([event("delivered", at=1), event("bounced", at=2), event("delivered", at=3)])

        assert Status.DELIVERED is record.status_under(FIRST_FINAL)
        assert Status.DELIVERED is record.status_under(LATEST_REPORTED)

    def test_arrival_is_not_time(self):
        """When a dateless event arrived changes nothing."""
        dropped = event("dropped", at=5)
        arrived = [event("bounced", at=None, received_at=dropped.occurred_at), event("bounced", at=None)]

        assert [Status.DROPPED] * 2 == [fold([dropped, each]).status_under(FIRST_FINAL) for each in arrived]

    def test_a_time_policy_may_fall(self):
        """Time policies are order-free, not monotone: that is why they are another family."""
        record = fold([event("bounced", at=1)])

        assert Status.BOUNCED is record.status_under(LATEST_REPORTED)
        assert Status.DELIVERED is (record | fold([event("delivered", at=2)])).status_under(LATEST_REPORTED)


class TestNames:
    """How policies are asked for."""

    def test_a_policy_is_found_by_its_name(self):
        """Every policy is listed under its own name, and says what it is for."""
        assert POLICIES == {policy.name: policy for policy in POLICIES.values()}
        assert all(policy.meaning.endswith(".") for policy in POLICIES.values())
        assert ["default", "best_reached", "severity", "first_final", "latest_reported"] == list(POLICIES)

    def test_a_policy_stands_for_itself(self):
        """Where a name is taken, the policy itself is taken too."""
        mine = TimePolicy("mine", "Mine.", latest=True, among=frozenset({Status.SENT}))

        assert mine is policy_of(mine)
        assert DEFAULT is policy_of("default")

    def test_an_unknown_name_lists_those_there_are(self):
        """A name that is not listed is an error of the caller, told with the names."""
        with pytest.raises(UnknownName, match="no policy named 'nope'; there are: default"):
            fold([]).status_under("nope")
