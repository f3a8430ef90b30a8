"""
What a release lifts and what it leaves, what a list is made of, and what the sender's own words can be.

The edges of what test_suppression.py promises case by case.
"""

from datetime import timedelta
from types import MappingProxyType

import attrs
import pytest

import deliverystatus as ds
from deliverystatus import (
    CauseKind,
    Channel,
    Failure,
    Party,
    Purpose,
    Reason,
    ReleaseProof,
    Rules,
    SuppressionList,
    WhyNot,
    stop_by_hand,
    suppress,
)
from deliverystatus._suppression._rules import GROUNDS
from deliverystatus._suppression._words import Fact
from deliverystatus.testing import START, event, failure

ADA = "ada@example.com"
DAY = timedelta(days=1)
NOW = START + 10 * DAY
FULL = failure(Reason.MAILBOX_FULL)
BY_SUPPORT = {"actor": "support", "proof": "support_decision"}
BY_A_LINK = {"actor": "recipient", "proof": "link_mailed_there"}
CHECKED = {"actor": "staff", "proof": "address_checked"}


def causes(events, *, purpose="transactional", now=NOW, recipient=ADA, **about):
    """Give what stops a message."""
    return suppress(events).may_send(recipient, purpose=purpose, now=now, **about).causes


def kinds(events, **about):
    """Give the kinds of it."""
    return [str(cause.kind) for cause in causes(events, **about)]


def release(events, cause, *, at=NOW, **said):
    """Try to lift something."""
    return suppress(events).release(ADA, cause, at=at, **said)


def entry(reason, *, at=1, kind="suppression_changed", **fields):
    """Make an entry of a provider's list, or a drop because of one."""
    return event(kind, at=at, value="added", failure=failure(reason), message_id=None, **fields)


# -- a release lifts what it names alone -----------------------------------------------------------------------------


def test_one_of_two_stops_by_hand_is_lifted_alone():
    """Bulk mail and invitations were stopped apart: letting one go leaves the other."""
    stops = [stop_by_hand(ADA, actor="staff", at=START, purposes=[each]) for each in ("bulk", "invitation")]
    (bulk,) = causes(stops, purpose="bulk")
    assert WhyNot.SEVERAL_CAUSES is release(stops, "manual", **BY_SUPPORT).why_not
    lifted = release(stops, bulk, **BY_SUPPORT)
    assert [] == kinds([*stops, lifted.event], purpose="bulk")
    assert ["manual"] == kinds([*stops, lifted.event], purpose="invitation")


def test_a_stop_of_everything_is_not_lifted_with_one_of_some():
    """The smaller stop's release says which purposes it is of, and so does not open the larger."""
    stops = [stop_by_hand(ADA, actor="staff", at=START), stop_by_hand(ADA, actor="staff", at=START, purposes=["bulk"])]
    some = next(cause for cause in causes(stops, purpose="bulk") if cause.purposes == {Purpose.BULK})
    lifted = release(stops, some, **BY_SUPPORT)
    assert ["bulk", ""] == [some.which, causes([*stops, lifted.event], purpose="bulk")[0].which]


def test_one_of_two_entries_of_a_list_is_lifted_alone():
    """Listed by hand and for repeated bounces, in the same list: two entries, two releases."""
    entries = [entry(Reason.SUPPRESSED_OTHER), entry(Reason.SUPPRESSED_REPEATED_BOUNCES)]
    other = next(cause for cause in causes(entries) if cause.reason is Reason.SUPPRESSED_OTHER)
    lifted = release(entries, other, **BY_SUPPORT)
    assert [Reason.SUPPRESSED_REPEATED_BOUNCES] == [cause.reason for cause in causes([*entries, lifted.event])]


# -- lists that lag behind -------------------------------------------------------------------------------------------

LISTED_ALIKE = [
    (Reason.SUPPRESSED_COMPLAINT, "complaint", BY_A_LINK),
    (Reason.SUPPRESSED_BAD_ADDRESS, "bad_address", CHECKED),
]
listed_alike = pytest.mark.parametrize("reason, kind, said", LISTED_ALIKE)


@listed_alike
def test_a_drop_after_the_release_binds_that_provider_only(reason, kind, said):
    """Lifted here and not over there: their drop is no new complaint or bounce, and others may send."""
    first = entry(reason, kind="dropped", provider="sendgrid")
    lifted = release([first], kind, at=START + DAY, **said).event
    events = [first, lifted, entry(reason, kind="dropped", provider="sendgrid", at=START + 2 * DAY)]
    (cause,) = causes(events)
    assert ("provider_list", "sendgrid", (("sendgrid", None),)) == (cause.kind, cause.provider, cause.listed_by)
    assert [] == kinds(events, provider="postmark")
    assert [kind] == kinds([first, events[2]], provider="postmark")


@listed_alike
def test_a_drop_after_the_release_is_lifted_as_an_entry(reason, kind, said):
    """Taken off their list, or let go by support, it is over; and rules without list entries never knew it."""
    first = entry(reason, kind="dropped")
    lifted = release([first], kind, at=START + DAY, **said).event
    events = [first, lifted, entry(reason, kind="dropped", at=START + 2 * DAY)]
    removed = event("suppression_changed", at=START + 3 * DAY, value="removed", message_id=None)
    assert [] == kinds([*events, removed])
    assert [] == kinds([*events, release(events, "provider_list", at=START + 3 * DAY, **BY_SUPPORT).event])
    bare = Rules(name="bare", grounds={fact: row for fact, row in GROUNDS.items() if fact is not Fact.LISTED})
    assert suppress(events, rules=bare).may_send(ADA, purpose="transactional", now=NOW).allowed


@listed_alike
def test_a_drop_hides_no_entry_that_was_made_after_the_release(reason, kind, said):
    """Law 8: listed again after the release is a new complaint or bounce, and a drop because of it takes nothing away."""
    first = entry(reason)
    lifted = release([first], kind, at=START + DAY, **said).event
    again = [entry(reason, at=START + 2 * DAY), entry(reason, kind="dropped", at=START + 3 * DAY)]
    assert kind in kinds([first, lifted, *again], provider="another")


# -- what a provider's failure says of its list ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, fields, lists",
    [
        ("bounced", {}, True),
        ("soft_bounced", {}, True),
        ("undetermined_bounce", {}, True),
        ("complained", {}, True),
        ("deferred", {"retrying": False}, True),
        ("deferred", {"retrying": True}, False),
        ("deferred", {}, False),
        ("dropped", {}, False),
        ("withheld", {}, False),
        ("bounced", {"provider": None}, False),
        ("bounced", {"scope": None}, False),
    ],
)
def test_which_failures_list_at_the_provider(kind, fields, lists):
    """What came back or is given up, with the list named, is listed; what is still tried, or was never tried, is not."""
    why = Failure(diagnostic="451 4.7.1 Greylisted, try again later")
    told = event(kind, **{"scope": "stream:broadcast", "failure": why} | fields)
    assert lists is ("provider_list" in kinds([told]))


# -- scopes ----------------------------------------------------------------------------------------------------------


def test_scopes_in_other_letters_are_lifted_as_the_same():
    """Left as `News`, joined again as `news`, taken off as ` NEWS `: one tag, whatever the letters."""
    left = event("unsubscribed", at=1, scope="tag:News")
    assert [] == kinds([left, event("resubscribed", at=2, scope="tag:news")], purpose="bulk")
    listing = entry(Reason.SUPPRESSED_OTHER, scope="tag:News")
    removed = event("suppression_changed", at=2, value="removed", scope="tag: NEWS ", message_id=None)
    assert [] == kinds([listing, removed])
    lifted = release([left], "unsubscribe", actor="recipient", proof="recipient_request")
    assert [] == kinds([event("unsubscribed", at=1, scope="tag:NEWS"), lifted.event], purpose="bulk")
    assert ["tag:News"] == [str(cause.scope) for cause in causes([left], purpose="bulk")]


def test_a_list_that_is_not_named_is_the_same_for_entry_and_removal():
    """Neither says which stream: what was added was removed."""
    removed = event("suppression_changed", at=2, value="removed", scope="stream", message_id=None)
    assert [] == kinds([entry(Reason.SUPPRESSED_OTHER, scope="stream"), removed])


# -- by hand, for a while --------------------------------------------------------------------------------------------


def test_a_stop_by_hand_ends_by_itself():
    """Stopped until a day: to the second, in whatever zone it was said, and staff read when."""
    end = NOW + DAY
    stop = [stop_by_hand(ADA, actor="staff", at=START, until=end, purposes=["bulk"])]
    assert [end] == [cause.until for cause in causes(stop, purpose="bulk")]
    assert ["manual"] == kinds(stop, purpose="bulk", now=end - timedelta(seconds=1))
    assert [] == kinds(stop, purpose="bulk", now=end) == kinds(stop)
    assert [] == kinds([*stop, release(stop, "manual", **BY_SUPPORT).event], purpose="bulk")
    assert suppress(stop) == SuppressionList.from_dict(suppress(stop).to_dict())


@pytest.mark.parametrize("value", ["manual:staff::never", "manual:staff::2024-01-01T00:00:00"])
def test_an_end_that_is_no_time_is_no_stop_by_hand(value):
    """What another has written, without a zone or a date, is read as an entry that nobody can place: it does not end."""
    odd = event("suppression_changed", at=1, value=value, provider=None, message_id=None)
    assert ["provider_list"] == kinds([odd])


@pytest.mark.parametrize("value", ["manual:recipient:", "manual:staff:marketing"])
def test_what_is_not_as_stop_by_hand_writes_it_is_none(value):
    """By nobody who may, or for no purpose there is: read on the safe side as an entry, and lifted as one."""
    odd = event("suppression_changed", at=1, value=value, provider=None, message_id=None)
    assert ["provider_list"] == kinds([odd])


def test_recipients_do_not_stop_by_hand():
    """They unsubscribe."""
    with pytest.raises(ValueError, match="actor"):
        stop_by_hand(ADA, actor="recipient", at=START)


# -- failures --------------------------------------------------------------------------------------------------------


def test_failures_that_have_only_an_arrival_count_on_its_day():
    """Our own server's refusals have no time: the day on which they were heard of is theirs (case 43)."""
    refused = [
        event("rejected", at=None, provider=None, reference=f"r-{n}", failure=FULL, received_at=START + n * DAY)
        for n in range(3)
    ]
    assert ["repeated_failures"] == kinds(refused)
    assert [] == kinds(refused[:2])


def test_failures_without_a_time_stand_in_line_with_the_others():
    """Heard of a month before three others, one is the first of them, and not the last: it does not put off the end."""
    old = event("rejected", at=None, message_id="old", failure=FULL, received_at=START)
    rest = [event("soft_bounced", at=START + n * DAY, message_id=f"m-{n}", failure=FULL) for n in (1, 15, 29)]
    assert [START + 59 * DAY] == [cause.until for cause in causes([*rest, old], now=START + 30 * DAY)]


def test_each_day_on_which_a_failure_was_heard_of_is_stored():
    """One failure, without a time, was heard of on two days by two stores: written down and read it is the same list."""
    twice = [event("rejected", at=None, message_id="m-1", failure=FULL, received_at=START + n * DAY) for n in (0, 1)]
    known = suppress(twice)
    assert known == suppress(twice[1:]) | SuppressionList.from_dict(known.to_dict()) == suppress(twice[::-1])
    assert known == SuppressionList.from_dict(known.to_dict())


def test_a_copy_with_and_without_a_time_on_one_day_counts_the_same_in_any_order():
    """Law 2: which of them is the copy's does not depend on which came first."""
    both = [
        event("soft_bounced", at=3600, failure=FULL),
        event("soft_bounced", at=None, failure=FULL, received_at=START + timedelta(hours=9)),
    ]
    rest = [event("soft_bounced", at=START + n * DAY, message_id=f"m-{n}", failure=FULL) for n in (2, 3)]
    between = event("delivered", at=START + timedelta(hours=5), message_id="other")
    told = [kinds([*order, *rest, between]) for order in (both, both[::-1])]
    assert [["repeated_failures"], ["repeated_failures"]] == told


@pytest.mark.parametrize("retrying, expected", [(False, ["repeated_failures"]), (True, []), (None, [])])
def test_a_deferral_that_is_not_retried_is_over(retrying, expected):
    """Given up after days of trying it is a failure like any other; still tried, it is none."""
    tried = [
        event("deferred", at=START + n * DAY, message_id=f"m-{n}", failure=FULL, retrying=retrying) for n in range(3)
    ]
    assert expected == kinds(tried)


@pytest.mark.parametrize("days, expected", [(4.9, ["repeated_failures"]), (5.1, [])])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_delivery_of_another_id_may_be_the_same_copy_for_five_days(days, expected, swapped):
    """Known by reference here and by message_id there, they may be one copy that was taken back: it resets nothing."""
    by_reference, by_id = {"provider": None, "message_id": None, "reference": "r"}, {"message_id": "m-9"}
    failed, arrived = (by_id, by_reference) if swapped else (by_reference, by_id)
    own = [
        event("soft_bounced", at=START + n * DAY, failure=FULL, **failed | {next(reversed(failed)): f"copy-{n}"})
        for n in range(3)
    ]
    delivered = event("delivered", at=START + (2 + days) * DAY, **arrived)
    assert expected == kinds([*own, delivered])


def test_a_hand_over_that_is_dated_ahead_hides_no_other():
    """The probe is under way, and a clock that is wrong says that another will be: others wait all the same."""
    failed = [event("soft_bounced", at=START + n * DAY, message_id=f"m-{n}", failure=FULL) for n in range(3)]
    now = START + 33 * DAY
    probe, wrong = event("sending", at=now, message_id="p"), event("sending", at=now + 900 * DAY, message_id="q")
    assert ["repeated_failures"] == kinds([*failed, probe, wrong], now=now + timedelta(hours=1))
    assert [] == kinds([*failed, wrong], now=now + timedelta(hours=1))


# -- rules -----------------------------------------------------------------------------------------------------------


def test_a_stored_list_is_read_by_its_own_rules():
    """What other rules would ask for was not stored, so they are refused."""
    stored = suppress([event("complained")]).to_dict()
    with pytest.raises(ValueError, match="stored with"):
        SuppressionList.from_dict(stored, rules="mailman")


def test_ones_own_rules_have_a_name_of_their_own():
    """Under a preset's name a stored list would be read by the preset."""
    with pytest.raises(ValueError, match="another name"):
        suppress([], rules=Rules(name="default", thresholds=()))


LAXER = MappingProxyType({
    "no complaint": {fact: row for fact, row in GROUNDS.items() if fact is not Fact.COMPLAINT},
    "some purposes": GROUNDS | {Fact.COMPLAINT: attrs.evolve(GROUNDS[Fact.COMPLAINT], purposes=frozenset({Purpose.BULK}))},
    "another proof": GROUNDS | {
        Fact.BAD_ADDRESS: attrs.evolve(
            GROUNDS[Fact.BAD_ADDRESS], releases=((Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST),)
        )
    },
})  # fmt: skip


@pytest.mark.parametrize("grounds", LAXER.values(), ids=LAXER)
def test_rules_that_weaken_law_8_must_say_so(grounds):
    """Law 8: a complaint or a bad address that stops less, or is lifted by more, is not made by mistake."""
    with pytest.raises(ValueError, match="weakens_law_8"):
        Rules(name="lax", grounds=grounds)
    assert Rules(name="lax", grounds=grounds, weakens_law_8=True).weakens_law_8


def test_rules_that_count_bad_addresses_must_say_so():
    """The same where one bad address does not suppress at once."""
    with pytest.raises(ValueError, match="weakens_law_8"):
        Rules(name="lax", at_first_strike=False)


@pytest.mark.parametrize("field", ["repeated", "opt_in", "resets"])
def test_words_of_another_sort_are_refused(field):
    """A misspelled word would silently never match."""
    with pytest.raises(TypeError, match=field):
        Rules(name="odd", **{field: frozenset({"delivred"})})


def test_grounds_are_of_facts():
    """So are those of the table of grounds; both words are public, for whoever makes rules."""
    with pytest.raises(TypeError, match="grounds"):
        Rules(name="odd", grounds={**GROUNDS, "bounced": GROUNDS[Fact.FAILED]})
    row = ds.Ground(CauseKind.MANUAL, Reason.SUPPRESSED_OTHER, Party.STAFF, frozenset(Purpose), ())
    assert row == Rules(name="own", grounds={**GROUNDS, ds.SuppressionFact.LISTED: row}).grounds[Fact.LISTED]


def test_a_share_is_one_of_the_whole():
    """More than all of a domain's addresses cannot fail."""
    with pytest.raises(ValueError, match="share"):
        ds.Clusters(share=1.1)


def test_rules_that_judge_no_silence_may_still_take_an_opening_for_a_sign():
    """Without inactivity an interaction is kept for what it resets."""
    watchful = attrs.evolve(ds.RULES["salesforce_held"], name="watchful", inactivity=None)
    failed = [event("bounced", at=START + n * DAY, message_id=f"m-{n}", failure=FULL) for n in (0, 4, 9, 15)]
    now = START + 20 * DAY
    known = suppress(failed, rules=watchful)
    assert not known.may_send(ADA, purpose="bulk", now=now).allowed
    opened = suppress([event("opened", at=START + 16 * DAY)], rules=watchful)
    assert (known | opened).may_send(ADA, purpose="bulk", now=now).allowed


def test_rules_that_do_not_believe_one_bounce_believe_no_list_of_them():
    """What a provider listed after one hard bounce binds there, and is no bad address."""
    known = suppress([entry(Reason.SUPPRESSED_BAD_ADDRESS)], rules="mailman")
    assert ["provider_list"] == [cause.kind for cause in known.may_send(ADA, purpose="bulk", now=NOW).causes]


# -- recipients ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["", " ", "Ada <ada@example.com>", "ada@example.com, bob@example.com", "ada @example.com"]
)
def test_what_is_no_bare_address_is_refused(wrong):
    """It would match nothing that is known, and be allowed."""
    with pytest.raises(ValueError, match="bare address"):
        causes([event("complained")], recipient=wrong)
    with pytest.raises(ValueError, match="bare address"):
        suppress([]).release(wrong, "complaint", at=NOW, **BY_A_LINK)


@pytest.mark.parametrize("spelling", ["+1 555 01-00", "15550100", "0015550100", "sms:+15550100", "tel:1 (555) 0100"])
def test_a_number_is_stopped_however_it_is_spelled(spelling):
    """A STOP binds the number, with or without blanks, plus and prefix."""
    stop = event("unsubscribed", at=1, recipient="+15550100", channel="sms")
    assert ["unsubscribe"] == kinds([stop], recipient=spelling, channel=Channel.SMS)


def unsubscribed_at(provider, *, scope=None, at=0):
    """A drop that tells of an unsubscription on a provider's own list."""
    return event(
        "dropped", at=at, provider=provider, scope=scope, failure=Failure(claimed=Reason.SUPPRESSED_UNSUBSCRIBE)
    )


@pytest.mark.parametrize(
    "listed,taken_back,allowed",
    [
        ({}, {"provider": "unisender_go"}, True),
        ({}, {"provider": "unisender_go", "scope": "everything"}, True),
        ({}, {"provider": "unisender_go", "scope": "list:news"}, False),
        ({}, {"provider": "mailgun"}, False),
        ({}, {"provider": None}, False),
        ({"at": 2}, {"provider": "unisender_go"}, False),
        ({"scope": "list:news"}, {"provider": "unisender_go", "scope": "list:news"}, True),
        ({"scope": "list:news"}, {"provider": "unisender_go", "scope": "everything"}, True),
        ({"scope": "list:news"}, {"provider": "unisender_go", "scope": "list:other"}, False),
    ],
)
def test_an_unsubscription_that_is_taken_back_where_it_is_listed(listed, taken_back, allowed):
    """What a provider's list holds for an unsubscription ends when the recipient takes that back there; elsewhere it stays."""
    back = event("resubscribed", at=1, **taken_back)
    known = suppress([unsubscribed_at("unisender_go", **listed), back])

    assert allowed is known.may_send(ADA, purpose="bulk", provider="unisender_go", now=NOW).allowed
