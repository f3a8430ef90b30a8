"""
The rules that others have: each does what its source says, up to the edges, and says so where it is laxer than law 8.

The sources stand beside the rows in ``_presets.py``. A failure *hard* shows that the address is bad, a *soft* one is for
a full mailbox; each is of a copy of its own unless a test says otherwise.
"""

from datetime import timedelta
from itertools import product

import pytest

from deliverystatus import CauseKind, Failure, Party, Purpose, Reason, ReleaseProof, suppress
from deliverystatus._suppression._facts import release_value
from deliverystatus._suppression._presets import RULES
from deliverystatus.testing import START, event, failure

ADA = "ada@example.com"
DAY = 24 * 60 * 60
SECOND = 1 / DAY
HOUR = 1 / 24


def hard(day, copy=None):
    """Make a failure that shows that the address is bad."""
    why = Failure(diagnostic="550 5.1.1 user unknown")
    return event("bounced", at=day * DAY, message_id=copy or f"hard-{day}", failure=why)


def soft(day, copy=None):
    """Make a failure for a full mailbox."""
    return event("soft_bounced", at=day * DAY, message_id=copy or f"soft-{day}", failure=failure(Reason.MAILBOX_FULL))


def complaint(day):
    """Make a complaint."""
    return event("complained", at=day * DAY, message_id=f"complaint-{day}")


def delivery(day, copy=None):
    """Make a delivery."""
    return event("delivered", at=day * DAY, message_id=copy or f"delivery-{day}")


def opening(day):
    """Make an opening, by nobody knows whom."""
    return event("opened", at=day * DAY, message_id=f"opening-{day}")


def released(day, kind, actor, proof):
    """Make a release as our own side does."""
    value = release_value(kind, actor, proof)
    return event("released", at=day * DAY, value=value, provider=None, message_id=None, scope="everything")


def link(day):
    """Make what a link that was mailed there and followed gives."""
    return released(day, CauseKind.REPEATED_FAILURES, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)


def decided(day):
    """Make a decision of support."""
    return released(day, CauseKind.REPEATED_FAILURES, Party.SUPPORT, ReleaseProof.SUPPORT_DECISION)


def checked(day):
    """Make what staff say who checked the address."""
    return released(day, CauseKind.BAD_ADDRESS, Party.STAFF, ReleaseProof.ADDRESS_CHECKED)


def allowed(name, events, day, purpose=Purpose.TRANSACTIONAL):
    """Say whether a message may be sent at that time."""
    return suppress(events, rules=name).may_send(ADA, purpose=purpose, now=START + timedelta(days=day)).allowed


every = pytest.mark.parametrize("name", RULES)

# -- how many --------------------------------------------------------------------------------------------------------

#: Histories that suppress, and of which none can be spared.
ENOUGH = [
    ("default", [soft(0), soft(1), soft(2)]),
    ("default", [hard(0)]),
    ("mailman", [hard(day) for day in range(5)]),
    ("mailman", [soft(day) for day in range(10)]),
    ("mailman", [*(hard(day) for day in range(4)), soft(4), soft(5)]),
    ("discourse", [hard(0), hard(0.1)]),
    ("discourse", [soft(0), soft(0.1), soft(0.2), soft(0.3)]),
    ("discourse", [soft(0), hard(0.1), soft(0.2)]),
    ("salesforce_held", [hard(0), soft(7), hard(14 + SECOND)]),
    ("pypi", [soft(day) for day in range(6)]),
    ("pypi", [soft(hour * HOUR) for hour in range(6)]),
    ("pypi", [hard(0)]),
    ("postal", [hard(0)]),
    ("postal", [soft(0)]),
    ("listmonk", [hard(0)]),
    ("tiers", [hard(0)]),
    ("hitobito", [soft(0), hard(0.1), soft(0.2)]),
    ("hitobito", [soft(0), soft(300), soft(900)]),
    ("astrobin", [soft(0), soft(0.1), soft(7)]),
    ("time_boxed", [soft(0)]),
    ("time_boxed", [hard(0)]),
    ("time_boxed_growing", [soft(0)]),
    ("cleared_by_delivery", [hard(0)]),
    ("complaint_spares_transactional", [hard(0)]),
]


@pytest.mark.parametrize("name, failures", ENOUGH)
def test_the_number_suppresses_and_one_less_does_not(name, failures):
    """So many failures suppress, and without any one of them the address may be written to (field 1.5)."""
    now = max(each.occurred_at for each in failures) - START + timedelta(seconds=1)
    now = now / timedelta(days=1)
    assert not allowed(name, failures, now)
    for spared in failures:
        assert allowed(name, [each for each in failures if each is not spared], now)


def test_every_preset_is_among_them():
    """No preset is without a history that shows its number."""
    assert set(RULES) == {name for name, _ in ENOUGH}


#: Histories of many failures that suppress nobody.
NEVER_ENOUGH = [
    ("default", "of one day", [soft(hour * HOUR) for hour in range(24)]),
    ("default", "more than 30 days apart", [soft(day * 15.1) for day in range(9)]),
    ("mailman", "of four days", [hard(day + hour * HOUR) for day in range(4) for hour in range(20)]),
    ("mailman", "more than a week apart", [hard(day * 7.1) for day in range(20)]),
    ("discourse", "more than 30 days apart", [soft(day * 30.1) for day in range(20)]),
    ("salesforce_held", "within 14 days", [hard(day) for day in range(15)]),
    ("salesforce_held", "two", [hard(0), hard(100)]),
    ("listmonk", "soft", [soft(day) for day in range(31)]),
    ("tiers", "soft", [soft(day) for day in range(31)]),
    ("cleared_by_delivery", "soft", [soft(day) for day in range(31)]),
    ("astrobin", "three in more than a week", [soft(day * 3.6) for day in range(20)]),
]


@pytest.mark.parametrize("name, what, failures", NEVER_ENOUGH)
def test_many_that_do_not_count_together_suppress_nobody(name, what, failures):
    """Failures of one day, or far apart, or of a sort that these rules leave out, add up to nothing."""
    assert allowed(name, failures, 400), what


@every
def test_a_copy_counts_once(name):
    """One copy that is reported again and again, on day after day, is one failure (case 17, discourse#42660)."""
    once, again = [soft(0, "m-1")], [soft(day / 2, "m-1") for day in range(40)]
    assert allowed(name, once, 20) is allowed(name, again, 20)


#: Edges of time: the last moment at which failures count together, and how far beyond it they no longer do.
EDGES = [
    ("default", [soft(0), soft(1)], soft, 30),
    ("mailman", [hard(day) for day in range(-3, 1)], hard, 7),
    ("discourse", [hard(0)], hard, 30),
    ("astrobin", [soft(0), soft(1)], soft, 7),
]


@pytest.mark.parametrize("name, before, make, edge", EDGES)
def test_failures_count_together_up_to_the_edge(name, before, make, edge):
    """A failure at the end of the time counts with those before, a second later it does not (windows, staleness)."""
    assert not allowed(name, [*before, make(edge)], edge + HOUR)
    assert allowed(name, [*before, make(edge + SECOND)], edge + HOUR)


def test_staleness_is_counted_from_the_latest_failure():
    """Mailman forgets a week after the latest, not after the first: five in a month are five."""
    assert not allowed("mailman", [hard(day * 7) for day in range(5)], 29)


def test_a_window_is_counted_from_the_first_failure():
    """Three within 30 days, not each within 30 days of the one before."""
    assert allowed("default", [soft(0), soft(20), soft(40)], 41)


def test_held_needs_more_than_fourteen_days():
    """Three in a row on exactly fourteen days are Bounced, a second more makes Held."""
    assert allowed("salesforce_held", [hard(0), hard(7), hard(14)], 15)
    assert not allowed("salesforce_held", [hard(0), hard(7), hard(14 + SECOND)], 15)


# -- how long --------------------------------------------------------------------------------------------------------

LASTS = [
    ("default", [soft(0), soft(1), soft(2)], 32),
    ("discourse", [hard(0), hard(1)], 31),
    ("postal", [hard(0)], 30),
    ("postal", [soft(0)], 30),
    ("tiers", [hard(0)], 1),
    ("tiers", [hard(0), hard(100)], 365),
    ("tiers", [hard(0), hard(100), hard(200)], 465),
    ("time_boxed", [soft(0)], 7),
    ("time_boxed_growing", [soft(0)], 2),
    ("time_boxed_growing", [soft(0), soft(1)], 3),
    ("time_boxed_growing", [soft(0), soft(3)], 10),
    ("time_boxed_growing", [soft(0), soft(3), soft(11)], 41),
    ("time_boxed_growing", [soft(0), soft(3), soft(11), soft(50)], 80),
]


@pytest.mark.parametrize("name, failures, end", LASTS)
def test_it_ends_by_itself(name, failures, end):
    """The time is counted from the latest failure, "two in twelve months" from the first of the two (case 42, fxa#1893)."""
    assert not allowed(name, failures, end - SECOND)
    assert allowed(name, failures, end)


def test_a_box_grows_although_something_was_delivered_in_between():
    """Who fails again is stopped for longer, and for no shorter because a message arrived."""
    history = [soft(0), delivery(2.5), soft(3)]
    assert not allowed("time_boxed_growing", history, 9)
    assert allowed("time_boxed_growing", history, 10)


STANDS = [(name, failures) for name, failures in ENOUGH if name not in {each for each, *_ in LASTS}]
STANDS += [("default", [hard(0)]), ("complaint_spares_transactional", [hard(0)])]


@pytest.mark.parametrize("name, failures", STANDS)
def test_the_rest_stands_until_it_is_lifted(name, failures):
    """Where the source gives no time, none passes; a bad address stands under our own rules too."""
    assert not allowed(name, failures, 5000)


# -- what lifts ------------------------------------------------------------------------------------------------------

SIGNS = {"delivery": delivery, "opening": opening, "link": link, "support": decided, "staff": checked}

#: What lifts a suppression, an hour later: of a number, and of one failure that is enough.
LIFTED_BY = [
    ("default",             [soft(0), soft(1), soft(2)],            {"delivery", "support"}),
    ("default",             [hard(0)],                              {"staff"}),
    ("mailman",             [hard(day) for day in range(5)],        {"link", "support"}),
    ("discourse",           [hard(0), hard(1)],                     {"link", "support"}),
    ("salesforce_held",     [hard(0), hard(7), hard(15)],           {"delivery", "opening", "support"}),
    ("pypi",                [soft(day) for day in range(6)],        {"delivery", "link", "support"}),
    ("pypi",                [hard(0)],                              {"staff"}),
    ("postal",              [soft(0)],                              {"delivery", "support"}),
    ("postal",              [hard(0)],                              {"delivery", "staff"}),
    ("listmonk",            [hard(0)],                              {"staff"}),
    ("tiers",               [hard(0)],                              {"staff"}),
    ("hitobito",            [hard(0), hard(1), soft(2)],            {"support"}),
    ("astrobin",            [soft(0), soft(1), soft(2)],            {"support"}),
    ("time_boxed",          [soft(0)],                              {"support"}),
    ("time_boxed",          [hard(0)],                              {"staff"}),
    ("time_boxed_growing",  [soft(0)],                              {"support"}),
    ("cleared_by_delivery", [hard(0)],                              {"delivery", "staff"}),
    ("complaint_spares_transactional", [soft(0), soft(1), soft(2)], {"delivery", "support"}),
]  # fmt: skip


@pytest.mark.parametrize("name, failures, signs", LIFTED_BY)
def test_what_lifts_is_what_the_source_takes_for_a_sign(name, failures, signs):
    """A delivery, an opening, a followed link, support, staff: each lifts where the rules say so, and nowhere else."""
    end = (failures[-1].occurred_at - START) / timedelta(days=1)
    assert signs == {
        word for word, make in SIGNS.items() if allowed(name, [*failures, make(end + HOUR)], end + 2 * HOUR)
    }


@pytest.mark.parametrize("name, failures, signs", [row for row in LIFTED_BY if len(row[1]) == 1])
def test_a_sign_before_the_failure_lifts_nothing(name, failures, signs):
    """What came before it shows nothing of the address since (case 43, PostHog#71038)."""
    for word in signs:
        assert not allowed(name, [SIGNS[word](-HOUR), *failures], HOUR)


@pytest.mark.parametrize("name, failures, signs", [row for row in LIFTED_BY if len(row[1]) > 1])
def test_a_sign_in_between_starts_the_count_again(name, failures, signs):
    """With a sign before the last of them, the failures before it are forgotten."""
    end = (failures[-1].occurred_at - START) / timedelta(days=1)
    for word in signs:
        assert allowed(name, [*failures, SIGNS[word](end - HOUR)], end + HOUR)


@pytest.mark.parametrize("name", ["default", "salesforce_held", "pypi", "postal", "cleared_by_delivery"])
def test_a_delivered_copy_that_failed_itself_is_no_sign(name):
    """What a server took and gave back does not start the count again."""
    failures = next(failures for each, failures, signs in LIFTED_BY if each == name and "delivery" in signs)
    end = (failures[-1].occurred_at - START) / timedelta(days=1)
    assert not allowed(name, [*failures, delivery(end + HOUR, failures[-1].message_id)], end + 2 * HOUR)


def test_a_bad_address_may_be_verified_again_by_its_owner():
    """PyPI mails a link to the address that bounced, and believes whoever follows it."""
    verified = released(1, CauseKind.BAD_ADDRESS, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)
    assert allowed("pypi", [hard(0), verified], 2)
    assert not allowed("default", [hard(0), verified], 2)


@pytest.mark.parametrize("name", ["postal", "time_boxed"])
def test_a_checked_address_may_still_have_a_full_mailbox(name):
    """The release of a bad address lifts no repeated failures, nor the other way round: causes are a set (case 44)."""
    both = [soft(0), hard(1)]
    assert not allowed(name, [*both, checked(2)], 3)
    assert not allowed(name, [*both, decided(2)], 3)
    assert allowed(name, [*both, checked(2), decided(2.1)], 3)


# -- whose fault -----------------------------------------------------------------------------------------------------

#: Reasons that are the address's, or the mailbox's.
THEIRS = {
    Reason.UNKNOWN_RECIPIENT,
    Reason.INVALID_ADDRESS,
    Reason.UNKNOWN_DOMAIN,
    Reason.MAILBOX_DISABLED,
    Reason.MAILBOX_FULL,
}
KINDS = ("rejected", "deferred", "undetermined_bounce", "soft_bounced", "bounced")


@every
@pytest.mark.parametrize("reason", sorted(set(Reason) - THEIRS))
def test_what_is_not_the_addresss_fault_suppresses_nobody(name, reason):
    """However often a message fails for us, for the way, or for nobody knows what, the next may be sent (K12)."""
    failures = [
        event(kind, at=day * DAY / 2, message_id=f"{kind}-{day}", failure=failure(reason))
        for day, kind in product(range(60), KINDS)
    ]
    known = suppress(failures, rules=name)
    for day, purpose in product((1, 15.5, 29.6, 31, 400), Purpose):
        assert known.may_send(ADA, purpose=purpose, now=START + timedelta(days=day)).allowed


@every
def test_what_is_their_fault_suppresses_somewhere(name):
    """Every preset stops for a bad address that fails day after day, so the test above could fail."""
    for reason in (Reason.UNKNOWN_RECIPIENT, Reason.INVALID_ADDRESS, Reason.UNKNOWN_DOMAIN):
        failures = [event("bounced", at=day * DAY, message_id=f"m-{day}", failure=failure(reason)) for day in range(30)]
        assert not allowed(name, failures, 29.5)


# -- law 8 -----------------------------------------------------------------------------------------------------------


def followed(day):
    """Make what somebody gives for proof who is not the one to lift a bad address."""
    return released(day, CauseKind.BAD_ADDRESS, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)


def waved_through(day):
    """Make a decision of support about a complaint, which is not theirs to lift."""
    return released(day, CauseKind.COMPLAINT, Party.SUPPORT, ReleaseProof.SUPPORT_DECISION)


#: What may happen; of releases those which are not proper for what law 8 is about.
STEPS = {
    "hard": hard, "soft": soft, "complaint": complaint, "delivery": delivery, "opening": opening,
    "followed": followed, "waved through": waved_through, "decided": decided,
}  # fmt: skip
PAUSES = {"a day": 1, "400 days": 400}

#: The shortest histories after which somebody who complained, or whose address is bad, may be written to, although
#: nobody released anything. Total over the presets that weaken law 8.
COUNTEREXAMPLES = {
    "mailman":             {("hard",)},
    "discourse":           {("hard",)},
    "salesforce_held":     {("hard",)},
    "pypi":                {("hard", "followed")},
    "postal":              {("hard", "delivery"), ("hard", "400 days")},
    "tiers":               {("hard", "a day"), ("hard", "400 days")},
    "hitobito":            {("hard",)},
    "time_boxed":          {("hard", "400 days")},
    "time_boxed_growing":  {("hard", "400 days")},
    "cleared_by_delivery": {("hard", "delivery")},
    "complaint_spares_transactional": {("complaint",)},
}  # fmt: skip


def against_law_8(name, length):
    """Give the histories of that length after which the wrong address may be written to."""
    found = set()
    for words in product([*STEPS, *PAUSES], repeat=length):
        if "hard" not in words and "complaint" not in words:
            continue
        day, events = 0, []
        for word in words:
            if word in STEPS:
                events.append(STEPS[word](day))
                day += HOUR
            day += PAUSES.get(word, 0)
        if any(allowed(name, events, day, purpose) for purpose in Purpose):
            found.add(words)
    return found


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_what_weakens_law_8_has_its_counterexample(name):
    """Each laxer preset is shown by the shortest histories in which it is (law 8)."""
    shortest = next(found for length in range(1, 5) if (found := against_law_8(name, length)))
    assert COUNTEREXAMPLES[name] == shortest


@pytest.mark.parametrize("name", sorted(set(RULES) - set(COUNTEREXAMPLES)))
def test_what_keeps_law_8_has_none(name):
    """All short histories of failures, complaints, deliveries, openings, other releases and time: no message (law 8)."""
    for length in range(1, 5):
        assert set() == against_law_8(name, length)


def test_what_weakens_law_8_says_so():
    """The flag is on those that have a counterexample, and on no other."""
    assert set(COUNTEREXAMPLES) == {name for name, rules in RULES.items() if rules.weakens_law_8}


@every
def test_a_complaint_stops_bulk_mail_whatever_the_rules(name):
    """No preset, however lax with bounces, writes newsletters to who called them spam."""
    assert not allowed(name, [complaint(0), delivery(1), opening(2)], 400, Purpose.BULK)
