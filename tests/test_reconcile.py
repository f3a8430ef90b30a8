"""A provider's exported list: read as its API gives it out, and compared with ours."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import (
    RULES,
    CauseKind,
    DifferenceKind,
    Event,
    Failure,
    Party,
    Purpose,
    Reason,
    explain,
    reconcile,
    stop_by_hand,
    suppress,
)
from deliverystatus._suppression._reconcile import WHO_ACTS_ON

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=9)
NOW = NOON + timedelta(days=10)
ADA = "ada@example.com"
COMPLAINT, BAD, UNSUBSCRIBE, OTHER = (
    Reason.SUPPRESSED_COMPLAINT,
    Reason.SUPPRESSED_BAD_ADDRESS,
    Reason.SUPPRESSED_UNSUBSCRIBE,
    Reason.SUPPRESSED_OTHER,
)


def entry(reason=COMPLAINT, recipient=ADA, **fields):
    """Give an entry of SendGrid's list, since noon."""
    fields = {"provider": "sendgrid", "occurred_at": NOON, "value": "added", "scope": "everything"} | fields
    return Event("suppression_changed", recipient=recipient, failure=Failure(claimed=reason), **fields)


def heard(kind, recipient=ADA, **fields):
    """Give an event of SendGrid's that came to us, at noon."""
    return Event(
        kind, recipient=recipient, **({"provider": "sendgrid", "occurred_at": NOON, "message_id": "m"} | fields)
    )


def bounced(**fields):
    """Give a bounce that shows that the address is bad."""
    return heard("bounced", failure=Failure(diagnostic="550 5.1.1 no such user"), **fields)


def compared(ours, theirs, **fields):
    """Compare a list made of *ours* with the entries *theirs*."""
    return reconcile(suppress(ours), theirs, **({"provider": "sendgrid", "now": NOW} | fields))


def kinds(found):
    """Name the differences that were found, those of ours alone last."""
    return [str(each.kind) for each in (*found.differences, *found.ours_alone)]


def released(events, cause, proof="address_checked", actor="staff"):
    """Give the event that lifts a cause of Ada's, later."""
    return suppress(events).release(ADA, cause, actor=actor, proof=proof, at=LATER).event


# -- what they have and we do not ------------------------------------------------------------------------------------


def test_a_complaint_only_they_know_is_one_for_us():
    """An entry that is not known here: they would drop what we would send; folded in, it is a complaint of ours."""
    found = compared([], [entry()])
    assert ["unknown_here"] == kinds(found)
    after = suppress(found.events)
    decision = after.may_send(ADA, purpose="transactional", provider="postmark", now=NOW)  # whoever sends next
    assert [CauseKind.COMPLAINT] == [cause.kind for cause in decision.causes]


def test_a_difference_shows_what_their_entry_would_be():
    """It has the address as they spell it, the entry, and the cause that the entry makes; none of ours."""
    (difference,) = compared([], [entry(recipient="Ada@example.com")]).differences
    assert ("Ada@example.com", (), [CauseKind.COMPLAINT], (entry(),)) == (
        difference.recipient,
        difference.ours,
        [cause.kind for cause in difference.theirs],
        difference.entries,
    )


@pytest.mark.parametrize("reason", [COMPLAINT, BAD, UNSUBSCRIBE, OTHER, Reason.SUPPRESSED_REPEATED_BOUNCES, None])
def test_what_is_folded_in_agrees(reason):
    """Once its events are folded in, an entry of any sort is agreed on."""
    found = compared([], [entry(reason)])
    again = compared(found.events, [entry(reason)])
    assert (["unknown_here"], [], 1) == (kinds(found), kinds(again), again.agreed)


def test_an_unsubscription_over_there_is_one_for_us():
    """Who unsubscribed at one provider is not written to through another; the entry alone would bind one."""
    found = compared([], [entry(UNSUBSCRIBE, scope="group:5")])
    assert [("unsubscribed", "group:5", NOON)] == [
        (str(event.kind), str(event.scope), event.occurred_at) for event in found.events
    ]


def test_a_wider_scope_of_theirs_is_not_known_here():
    """They hold everything and we hold one group: they would drop what we would send to the others."""
    ours = [heard("unsubscribed", scope="group:5")]
    assert ["unknown_here"] == kinds(compared(ours, [entry(UNSUBSCRIBE)]))


def test_a_narrower_scope_of_theirs_is_covered():
    """Who left everything here has left their group as well."""
    found = compared([heard("unsubscribed", scope="everything")], [entry(UNSUBSCRIBE, scope="group:5")])
    assert ([], 1) == (kinds(found), found.agreed)


def test_a_doubted_complaint_is_not_as_much_as_theirs():
    """A complaint that anyone could have sent pauses bulk mail only; theirs stops everything."""
    ours = [heard("complained", authenticated=False)]
    assert "unknown_here" in kinds(compared(ours, [entry()]))


def test_what_binds_one_provider_is_not_an_unsubscription_everywhere():
    """Case 32-37: known through a drop of theirs only, it would be forgotten with the provider: it is to be folded in."""
    ours = [heard("dropped", failure=Failure(claimed=UNSUBSCRIBE))]
    assert ["other_reason"] == kinds(compared(ours, [entry(UNSUBSCRIBE)]))


def test_an_unsubscription_is_taken_over_with_all_that_counts():
    """Account, channel, times and how sure it is are those of the entry."""
    sure = {"account": "eu", "channel": "sms", "authenticated": True, "attribution": "candidate", "received_at": LATER}
    (event,) = compared([], [entry(UNSUBSCRIBE, **sure)], account="eu", channel="sms").events
    assert heard("unsubscribed", scope="everything", message_id=None, **sure) == event
    assert event.received_at == LATER


def test_a_stop_on_a_phone_is_compared_on_the_phone():
    """A STOP that their list holds is ours once it is folded in; and it is no complaint, which stops mail as well."""
    stop = entry(UNSUBSCRIBE, channel="sms", recipient="+15550100", scope="sender:+15550199")
    found = compared([], [stop], channel="sms")
    again = compared(found.events, [stop], channel="sms")
    assert (["unknown_here"], [], 1) == (kinds(found), kinds(again), again.agreed)
    everything = heard("unsubscribed", channel="sms", scope="everything")
    assert "unknown_here" in kinds(compared([everything], [entry()], channel="sms"))


def test_what_their_words_say_of_a_domain_is_no_part_of_the_entry():
    """The domain took mail lately, so it is not gone; the address is on their list all the same, and is news."""
    words = Failure(diagnostic="550 5.1.2 unknown domain", claimed=BAD)
    unknown = Event(
        "suppression_changed", recipient=ADA, provider="sendgrid", occurred_at=NOON, value="added", failure=words
    )
    assert ["unknown_here"] == kinds(compared([heard("delivered", recipient="bob@example.com")], [unknown]))


# -- what was lifted, or has ended -----------------------------------------------------------------------------------


def test_what_was_lifted_here_is_to_be_lifted_there():
    """A bad address was checked and lifted here: their entry is not taken up again, and stays to be lifted there."""
    found = compared([bounced(), released([bounced()], "bad_address")], [entry(BAD)])
    assert (["lifted_here"], ()) == (kinds(found), found.events)


def test_what_stands_besides_is_no_part_of_what_was_lifted():
    """That we hold the address back for something else as well does not make the lifted entry ours."""
    ours = [bounced(), released([bounced()], "bad_address"), stop_by_hand(ADA, actor="staff", at=NOON)]
    found = compared(ours, [entry(BAD)])
    assert (["lifted_here", "ours_alone"], ()) == (kinds(found), found.differences[0].ours)


def test_an_entry_that_is_newer_than_the_release_counts():
    """What they listed after we had lifted it is news."""
    newer = entry(BAD, occurred_at=LATER + timedelta(hours=1))
    assert ["unknown_here"] == kinds(compared([bounced(), released([bounced()], "bad_address")], [newer]))


def test_who_came_back_here_is_not_unsubscribed_again():
    """A7: the recipient resubscribed here, so the old entry over there is to be taken off, not folded in."""
    ours = [heard("unsubscribed", scope="everything"), heard("resubscribed", scope="everything", occurred_at=LATER)]
    assert ["lifted_here"] == kinds(compared(ours, [entry(UNSUBSCRIBE)]))


def test_repeated_failures_that_have_expired_are_not_ours():
    """What has ended by itself is no cause of ours any more: their entry stands alone, and nothing of ours is told."""
    full = Failure(diagnostic="552 5.2.2 mailbox full")
    days = [heard("bounced", failure=full, message_id=str(n), occurred_at=NOON + timedelta(days=n)) for n in range(4)]
    counts = entry(Reason.SUPPRESSED_REPEATED_BOUNCES)
    assert ["other_reason"] == kinds(compared(days, [counts]))
    assert ["unknown_here"] == kinds(compared(days, [counts], now=NOON + timedelta(days=60)))


def test_what_the_rules_do_not_count_stays_theirs():
    """Rules that ask for no such ground make nothing of an entry: it can only be lifted over there."""
    grounds = {fact: ground for fact, ground in RULES["default"].grounds.items() if fact != "listed"}
    known = suppress([], rules=attrs.evolve(RULES["default"], name="deaf", grounds=grounds))
    assert ["lifted_here"] == kinds(reconcile(known, [entry(OTHER)], provider="sendgrid", now=NOW))


# -- what both have --------------------------------------------------------------------------------------------------


def test_both_hold_it_for_one_reason():
    """The same complaint on both sides is no difference."""
    found = compared([heard("complained")], [entry()])
    assert ((), (), 1) == (found.differences, found.ours_alone, found.agreed)


def test_both_hold_it_for_other_reasons():
    """We know a bad address and they a complaint: nothing changes today, but theirs outlasts ours, so it is folded in."""
    found = compared([bounced()], [entry()])
    assert (["other_reason"], (entry(),)) == (kinds(found), found.events)
    assert [CauseKind.BAD_ADDRESS] == [cause.kind for cause in found.differences[0].ours]


def test_what_we_know_besides_is_no_difference():
    """They hold the address for a bounce; that we know of a complaint too changes nothing that is sent."""
    found = compared([bounced(), heard("complained")], [entry(BAD)])
    assert ([], 1) == (kinds(found), found.agreed)


def test_addresses_are_compared_and_not_spellings():
    """IDNA and case: their punycode is our umlaut, and one address."""
    found = compared(
        [heard("complained", recipient="Ada@Bücher.example")], [entry(recipient="ADA@xn--bcher-kva.example")]
    )
    assert ([], 1) == (kinds(found), found.agreed)


def test_plus_addresses_stay_apart():
    """``ada+news@`` is another address than ``ada@``."""
    found = compared([heard("complained")], [entry(recipient="ada+news@example.com")])
    assert ["unknown_here", "unknown_there"] == sorted(kinds(found))


# -- what we have and they do not ------------------------------------------------------------------------------------


def test_what_we_hold_back_they_would_take():
    """A bounce that is on no list of theirs: nothing is wrong, and nothing is to be folded in."""
    found = compared([bounced()], [])
    assert (["unknown_there"], (), Party.NOBODY) == (kinds(found), found.events, found.differences[0].who_acts)


def test_dropped_for_a_list_that_does_not_show_it():
    """Case 49, sendgrid/docs#6325 and Rock#2082: dropped as bounced before, and on no list that can be seen."""
    dropped = heard("dropped", failure=Failure(reported="Bounced Address", claimed=BAD))
    found = compared([dropped], [])
    assert (["hidden_there"], (), [CauseKind.BAD_ADDRESS]) == (
        kinds(found),
        found.events,
        [cause.kind for cause in found.differences[0].ours],
    )


def test_an_entry_that_is_gone_over_there_is_taken_off_here():
    """What only their list held is over once they have taken it off; folding that in ends it here."""
    found = compared([entry(OTHER, scope="stream:news")], [])
    after = suppress([entry(OTHER, scope="stream:news")]) | suppress(found.events)
    assert ["gone_there"] == kinds(found)
    assert after.may_send(ADA, purpose="bulk", provider="sendgrid", now=NOW + timedelta(hours=1)).allowed


def test_a_complaint_that_is_gone_over_there_stays_one():
    """Law 8: taking it off their list lifts no complaint; folded in, it only is not theirs as well any more."""
    found = compared([entry()], [])
    after = compared([entry(), *found.events], [], now=NOW + timedelta(hours=1))
    assert (["gone_there"], ["unknown_there"]) == (kinds(found), kinds(after))
    assert [()] == [cause.listed_by for cause in after.differences[0].ours]


def test_it_is_taken_off_in_the_account_that_was_compared():
    """The same provider's list in another account is another list."""
    ours = [entry(OTHER, account="eu"), entry(OTHER, account="us")]
    found = compared(ours, [], account="eu")
    assert [("sendgrid", "eu")] == [(event.provider, event.account) for event in found.events]
    assert ["gone_there"] == kinds(compared([*ours, *found.events], [], account="us", now=NOW + timedelta(hours=1)))


def test_a_drop_of_another_provider_says_nothing_of_this_list():
    """Postmark's drop shows Postmark's list; SendGrid's entry was known by itself, and is gone."""
    dropped = heard("dropped", provider="postmark", occurred_at=LATER, failure=Failure(claimed=BAD))
    assert ["gone_there"] == kinds(compared([entry(BAD), dropped], []))


def test_what_has_no_time_cannot_be_taken_off():
    """Nothing is known to be later than an entry that has no time, so there is nothing to fold in."""
    found = compared([entry(OTHER, occurred_at=None)], [])
    assert (["gone_there"], ()) == (kinds(found), found.events)


def test_what_is_on_their_list_for_something_else_is_not_gone():
    """The webhook said "by the sender" and the export says "unsubscribed": it is on their list nevertheless."""
    found = compared([entry(OTHER)], [entry(UNSUBSCRIBE)])
    assert ["other_reason"] == kinds(found)


@pytest.mark.parametrize(
    "ours",
    [
        heard("unsubscribed", scope="group:5"),
        stop_by_hand(ADA, actor="staff", at=NOON),
        stop_by_hand(ADA, actor="staff", at=NOON, purposes=["transactional"]),
        heard("bounced", failure=Failure(diagnostic="550 5.1.2 unknown domain"), recipient="bob@example.com"),
    ],
    ids=["unsubscribed", "by hand", "one purpose by hand", "domain"],
)
def test_what_no_list_need_hold_is_told_apart(ours):
    """What we decide ourselves is no difference: it is told apart, and nobody has to act."""
    found = compared([ours], [])
    assert (1, Party.NOBODY, 0) == (len(found.ours_alone), found.ours_alone[0].who_acts, found.agreed)


def test_a_domain_s_cause_is_told_of_each_address():
    """The evidence against a domain names somebody else there; the difference names the address it is about."""
    unknown = heard("bounced", failure=Failure(diagnostic="550 5.1.2 unknown domain"), recipient="bob@example.com")
    found = compared([bounced(), released([bounced()], "bad_address"), unknown], [])
    assert [ADA, "bob@example.com"] == [each.recipient for each in found.ours_alone]


def test_two_stops_by_hand_are_two_causes():
    """Bulk mail and invitations were stopped apart, and are told apart: each is lifted by itself."""
    stops = [stop_by_hand(ADA, actor="staff", at=NOON, purposes=[each]) for each in ("bulk", "invitation")]
    (alone,) = compared(stops, []).ours_alone
    assert [{"bulk"}, {"invitation"}] == sorted(({*cause.purposes} for cause in alone.ours), key=sorted)


def test_inactivity_is_ours_alone():
    """A24: bulk mail stopped for inactivity is on nobody's list; it has no evidence, so the address is as compared."""
    active = heard("active", occurred_at=NOON.replace(year=2020))
    lifted = [bounced(), released([bounced()], "bad_address")]
    (alone,) = compared([active, *lifted], []).ours_alone
    assert (ADA, [CauseKind.INACTIVE]) == (alone.recipient, [cause.kind for cause in alone.ours])


def test_settings_are_not_compared():
    """T15: that somebody has not opted in is told with a question, and stands on no list."""
    known = suppress([bounced()], rules=attrs.evolve(RULES["default"], name="asked", opt_in=frozenset({Purpose.BULK})))
    found = reconcile(known, [], provider="sendgrid", now=NOW)
    assert ["unknown_there"] == kinds(found)


def test_another_provider_s_entry_is_not_asked_of_this_one():
    """What Postmark's own list holds says nothing about SendGrid's."""
    assert [] == kinds(compared([entry(OTHER, provider="postmark")], []))


# -- order, and what is taken ----------------------------------------------------------------------------------------


def test_no_order_of_arrival_matters():
    """Whatever the order and however often entries come, the answer is the same, address by address."""
    theirs = [
        entry(),
        entry(recipient="Ada@example.com"),
        entry(BAD),
        entry(OTHER, recipient="bob@example.com", scope="stream:a", occurred_at=None),
        entry(OTHER, recipient="bob@example.com", scope="stream:a", occurred_at=None, received_at=NOON),
    ]
    first = compared([], theirs)
    assert {repr(first)} == {repr(compared([], order)) for order in permutations(theirs)}
    assert ["Ada@example.com", "bob@example.com"] == [each.recipient for each in first.differences]
    assert [first.events] * 120 == [compared([], order).events for order in permutations(theirs)]


EVENTS = [
    *(
        entry(reason, scope=scope)
        for reason in (COMPLAINT, BAD, UNSUBSCRIBE, OTHER)
        for scope in ("everything", "group:1")
    ),
    bounced(),
    heard("complained"),
    heard("dropped", failure=Failure(claimed=BAD)),
    heard("unsubscribed", scope="group:1"),
    heard("resubscribed", scope="group:1", occurred_at=LATER),
    released([bounced()], "bad_address"),
    released([heard("complained")], "complaint", "link_mailed_there", "recipient"),
    entry(OTHER, value="removed", occurred_at=LATER),
    stop_by_hand(ADA, actor="staff", at=NOON),
]


@given(st.lists(st.sampled_from(EVENTS), max_size=5), st.lists(st.sampled_from(EVENTS[:8]), max_size=4))
def test_folding_in_what_is_said_is_enough(ours, theirs):
    """Whatever both know, once the events are folded in there is nothing left to fold in."""
    found = compared(ours, theirs)
    again = compared([*ours, *found.events], theirs, now=NOW + timedelta(hours=1))
    assert () == again.events


def test_entries_of_a_test_mode_count_nowhere():
    """Events of the provider's test mode are left out."""
    assert [] == kinds(compared([], [entry(test=True)]))


@pytest.mark.parametrize(
    "wrong",
    [
        entry(provider="postmark"),
        entry(account="other"),
        entry(value="removed"),
        entry(recipient=None),
        heard("complained"),
    ],
    ids=["provider", "account", "removed", "recipient", "kind"],
)
def test_what_is_no_entry_of_that_list_is_refused(wrong):
    """An event that is no entry of that provider and account is a mistake of the caller's, who is told; no address is."""
    with pytest.raises(ValueError, match="exported: expected entries") as refusal:
        compared([], [wrong])
    assert "ada" not in str(refusal.value)


def test_a_time_without_a_zone_is_refused():
    """As everywhere, ``now`` has a zone."""
    with pytest.raises(ValueError, match="now: expected a time with its zone"):
        compared([], [], now=NOON.replace(tzinfo=None))


def test_no_address_is_shown():
    """Privacy: neither a difference nor a reconciliation shows an address or a group."""
    shown = repr(compared([bounced()], [entry(), entry(UNSUBSCRIBE, scope="group:secret")]))
    assert ("ada" in shown, "secret" in shown) == (False, False)


# -- explained -------------------------------------------------------------------------------------------------------


def every_difference():
    """Give a difference of each kind, and of each reason."""
    dropped = heard("dropped", failure=Failure(claimed=BAD))
    for reason in (COMPLAINT, BAD, UNSUBSCRIBE, OTHER):
        yield from compared([], [entry(reason)]).differences
    for ours, theirs in (
        ([bounced(), released([bounced()], "bad_address")], [entry(BAD)]),
        ([bounced()], [entry()]),
        ([dropped], []),
        ([entry()], []),
        ([bounced()], []),
    ):
        yield from compared(ours, theirs).differences
    yield from compared([stop_by_hand(ADA, actor="staff", at=NOON)], []).ours_alone


def test_there_is_a_case_of_every_kind():
    """Every kind of difference occurs, and each has somebody who acts, or nobody."""
    assert set(DifferenceKind) == {each.kind for each in every_difference()} == set(WHO_ACTS_ON)


def test_every_difference_is_explained():
    """Each says what it is, what follows, and who acts; the sentences differ by kind."""
    told = {each.kind: explain(each) for each in every_difference()}
    assert len(DifferenceKind) == len({each.headline for each in told.values()})
    for kind, each in told.items():
        assert (WHO_ACTS_ON[kind], True, False) == (each.who_acts, bool(each.next_steps), each.final)


def test_the_reason_of_the_other_side_is_told():
    """Staff read why they hold it: a spam report, in the words that decisions use."""
    (difference,) = compared([bounced()], [entry()]).differences
    assert "marked an earlier message as spam" in explain(difference).meaning


def test_the_evidence_of_both_sides_is_shown():
    """What was seen, on their list and here."""
    (difference,) = compared([bounced()], [entry()]).differences
    assert {"bounced", "suppression_changed"} == {str(seen.kind) for seen in explain(difference).evidence}
