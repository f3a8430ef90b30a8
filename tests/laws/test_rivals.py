"""
What each published rule breaks, by the shortest counterexample, and that the default policy does not.

``testing.rivals`` says what the rules are: approximations from sources and pull-request texts.
"""

from itertools import permutations

import pytest

from deliverystatus import EventKind, Status, fold
from deliverystatus.testing import event, history, universe
from deliverystatus.testing.rivals import READ_AS, RIVALS, STORIES, Rival, Shown

BY_NAME = {rival.name: rival for rival in RIVALS}

#: How many different ends each story has, over every order of arrival.
ENDS = {
    #                       A  B  C  D
    "last arrival":        (5, 5, 4, 3),
    "newest or equal":     (1, 1, 1, 2),
    "newest":              (1, 1, 1, 2),
    "first final":         (3, 4, 2, 2),
    "PyPI Automat":        (3, 2, 2, 1),
    "Chatwoot PR#14149":   (5, 3, 1, 1),
    "courier PR#1189":     (2, 1, 1, 1),
    "Ghost PR#15901":      (1, 1, 1, 1),
    "severity max":        (1, 1, 1, 1),
    "Knock":               (1, 1, 1, 1),
    "column order":        (1, 1, 1, 1),
}  # fmt: skip

#: Two orders of the same events that end differently (law 2).
TWO_ORDERS = {
    "last arrival":      ("accepted", "delivered"),
    "first final":       ("delivered", "bounced"),
    "PyPI Automat":      ("delivered", "complained"),
    "Chatwoot PR#14149": ("delivered", "bounced"),
    "courier PR#1189":   ("opened", "bounced"),
}  # fmt: skip

#: An event that comes a second time, after others, and changes the end (law 3).
REPEATED = {
    "last arrival":      ("accepted", "delivered"),
    "Chatwoot PR#14149": ("deferred", "bounced"),
    "PyPI Automat":      ("soft_bounced",),  # SES repeats itself, and the second one raises
}  # fmt: skip

#: A complaint, in whatever place, that the word which is shown does not tell.
COMPLAINT_HIDDEN = {
    "last arrival":      ("complained", "clicked"),
    "newest or equal":   ("complained", "clicked"),
    "newest":            ("complained", "clicked"),
    "first final":       ("delivered", "complained"),
    "PyPI Automat":      ("complained", "delivered"),
    "Chatwoot PR#14149": ("complained", "clicked"),
    "courier PR#1189":   ("delivered", "complained"),
    "Ghost PR#15901":    ("delivered", "complained"),
    "Knock":             ("delivered", "complained"),
    "column order":      ("soft_bounced", "complained"),
}  # fmt: skip

#: A return for good that the word which is shown does not tell.
RETURN_HIDDEN = {
    "last arrival":      ("bounced", "delivered"),
    "newest or equal":   ("bounced", "delivered"),
    "newest":            ("bounced", "delivered"),
    "first final":       ("delivered", "bounced"),
    "PyPI Automat":      ("delivered", "soft_bounced"),
    "Chatwoot PR#14149": ("bounced", "deferred"),
    "courier PR#1189":   ("opened", "bounced"),
    "Ghost PR#15901":    ("delivered", "soft_bounced"),
    "severity max":      ("deferred", "soft_bounced"),  # "still being tried", for ever
    "Knock":             ("delivered", "bounced"),
}  # fmt: skip

#: Two different lives that end alike, word and all that is kept beside it: one axis has overwritten another.
TOLD_APART_BY_US_ONLY = {
    "last arrival":      (("opened", "bounced"), ("bounced",)),
    "newest or equal":   (("opened", "bounced"), ("bounced",)),
    "newest":            (("opened", "bounced"), ("bounced",)),
    "first final":       (("delivered", "opened"), ("delivered",)),
    "PyPI Automat":      (("delivered", "opened"), ("delivered",)),
    "Chatwoot PR#14149": (("opened", "bounced"), ("bounced",)),
    "courier PR#1189":   (("opened", "bounced"), ("opened",)),
    "Ghost PR#15901":    (("delivered", "complained"), ("delivered",)),
    "severity max":      (("opened", "bounced"), ("bounced",)),
    "Knock":             (("delivered", "complained"), ("delivered",)),
}  # fmt: skip


def test_the_rules_are_total_over_our_kinds():
    """Every rule reads every kind, in any place, and a kind that no rule knows changes nothing."""
    assert set(EventKind) == READ_AS.keys()
    for rival in RIVALS:
        for first in universe():
            for second in universe():
                assert isinstance(rival.shown([first, second]).status, Status)
        assert Shown() == rival.shown([event(kind) for kind, read in READ_AS.items() if read is None])


def test_every_rule_says_what_it_is():
    """A rule comes with its source, and with the word that it is an approximation."""
    assert "an approximation from sources and pull-request texts" == Rival.note
    assert len(RIVALS) == len(BY_NAME)
    assert all(rival.source and rival.rule.endswith(".") and rival.note for rival in RIVALS)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_how_many_ends(rival):
    """Each story ends in as many ways as is published; one end is what order-free means."""
    assert ENDS[rival.name] == tuple(len(rival.ends(STORIES[story])) for story in "ABCD")


@pytest.mark.parametrize("story, status", [("A", "bounced"), ("B", "complained"), ("C", "opened"), ("D", "opened")])
def test_ours_ends_in_one_way(story, status):
    """By the default policy each story has one end, and the complaint and the late return are on the headline."""
    ends = {fold(order).status for order in permutations(STORIES[story])}

    assert {Status(status)} == ends


@pytest.mark.parametrize("name", TWO_ORDERS)
def test_breaks_law_2(name):
    """The end depends on the order of arrival."""
    first, second = history(*TWO_ORDERS[name])
    rule = BY_NAME[name]

    assert rule.shown([first, second]).status is not rule.shown([second, first]).status
    assert fold([first, second]) == fold([second, first])


@pytest.mark.parametrize("name", ["newest or equal", "newest"])
def test_breaks_law_2_by_a_tie(name):
    """The end depends on the order of arrival where two things happened in the same second; providers tell seconds."""
    delivered, opened = event("delivered"), event("opened")
    rule = BY_NAME[name]

    assert rule.shown([delivered, opened]).status is not rule.shown([opened, delivered]).status
    assert fold([delivered, opened]) == fold([opened, delivered])


@pytest.mark.parametrize("name", ["newest or equal", "newest"])
def test_breaks_law_2_without_times(name):
    """Or where no times are given, as by webhooks of SMS providers."""
    delivered, opened = event("delivered", at=None), event("opened", at=None)
    rule = BY_NAME[name]

    assert rule.shown([delivered, opened]).status is not rule.shown([opened, delivered]).status


@pytest.mark.parametrize("name", REPEATED)
def test_breaks_law_3(name):
    """A webhook that is sent again, as all are, changes the end."""
    once = history(*REPEATED[name])
    again = [*once, once[0]]
    rule = BY_NAME[name]

    assert rule.shown(once) != rule.shown(again)
    assert fold(once) == fold(again)


@pytest.mark.parametrize("name", ["newest or equal", "newest"])
def test_breaks_law_5(name):
    """The headline falls from the highest rank when more becomes known: a later click takes the complaint away."""
    complained, clicked = history("complained", "clicked")
    rule = BY_NAME[name]

    assert Status.COMPLAINED is rule.shown([complained]).status
    assert Status.CLICKED is rule.shown([complained, clicked]).status
    assert Status.COMPLAINED is fold([complained, clicked]).status


def test_breaks_law_1():
    """A machine with transitions for nine of twenty pairs has no answer to the others: the event is lost."""
    complained, delivered = history("complained", "delivered")

    end = BY_NAME["PyPI Automat"].shown([complained, delivered])

    assert Shown(Status.DELIVERED, refused=True) == end
    assert Status.COMPLAINED is fold([complained, delivered]).status


@pytest.mark.parametrize("name", COMPLAINT_HIDDEN)
def test_hides_a_complaint(name):
    """The recipient called it spam, and the word does not say so."""
    happened = history(*COMPLAINT_HIDDEN[name])

    assert BY_NAME[name].shown(happened).status is not Status.COMPLAINED
    assert Status.COMPLAINED is fold(happened).status


@pytest.mark.parametrize("name", RETURN_HIDDEN)
def test_loses_a_return(name):
    """The message was returned for good, and neither the word nor anything beside it says so."""
    happened = history(*RETURN_HIDDEN[name])
    returned = {Status.BOUNCED, Status.SOFT_BOUNCED}
    end = BY_NAME[name].shown(happened)

    assert end.status not in returned
    assert not end.beside & returned
    assert fold(happened).status in returned


@pytest.mark.parametrize("name", TOLD_APART_BY_US_ONLY)
def test_one_axis_overwrites_another(name):
    """Two lives that a person would tell apart end alike; ours have other axes."""
    one, other = (history(*kinds) for kinds in TOLD_APART_BY_US_ONLY[name])

    assert BY_NAME[name].shown(one) == BY_NAME[name].shown(other)
    assert fold(one).axes != fold(other).axes


def test_severity_takes_a_scanner_for_a_person():
    """A maximum over kinds cannot see who did it: a gateway that follows links before it accepts makes "clicked"."""
    scanned = [event("accepted"), event("clicked", actor="machine")]

    assert Status.CLICKED is BY_NAME["severity max"].shown(scanned).status
    assert Status.SENT is fold(scanned).status


def test_column_order_takes_an_auto_reply_for_a_return():
    """An out-of-office note that was reported as a bounce hides that the message was opened."""
    assert {Status.SOFT_BOUNCED} == {end.status for end in BY_NAME["column order"].ends(STORIES["C"])}
    assert Status.OPENED is fold(STORIES["C"]).status


def test_every_rule_breaks_something():
    """No rule is without a counterexample."""
    broken = {*TWO_ORDERS, *REPEATED, *COMPLAINT_HIDDEN, *RETURN_HIDDEN, *TOLD_APART_BY_US_ONLY}

    assert BY_NAME.keys() == broken
