"""
A domain that does not exist stops messages to everybody there: for a while, and only if nothing shows that it does.

What makes it stop, what it does not touch (law 8 for the address itself), and how it ends.
"""

from datetime import timedelta

import attrs
import pytest

from deliverystatus import Cause, Failure, Party, Reason, SuppressionList, explain, suppress
from deliverystatus._suppression._presets import RULES
from deliverystatus.testing import START, event, failure

DAY = 24 * 60 * 60
REFUSED = 100 * DAY
NOW = START + timedelta(days=101)
LASTS = RULES["default"].domain_lasts
NO_DOMAIN = Failure(diagnostic="550 5.1.2 Host unknown (Domain name not found)", reported="HardBounce")
BOUNCE = event("bounced", at=REFUSED, recipient="x@dead.example", failure=NO_DOMAIN)


def ask(known, recipient="y@dead.example", *, now=NOW, purpose="transactional", **about):
    """Ask of somebody else there."""
    known = known if isinstance(known, SuppressionList) else suppress(known)
    return known.may_send(recipient, purpose=purpose, now=now, **about)


def kinds(events, recipient="y@dead.example", **about):
    """Give the kinds of the causes that stop a message."""
    return [str(cause.kind) for cause in ask(events, recipient, **about).causes]


def delivery(recipient, at):
    """Make a delivery."""
    return event("delivered", at=at, recipient=recipient, message_id=f"d-{at}")


def lift(known, recipient="x@dead.example", cause="bad_domain", *, actor="staff", proof="address_checked", at=NOW):
    """Try to lift it."""
    return known.release(recipient, cause, actor=actor, proof=proof, at=at)


def test_the_diagnosis_of_these_tests_is_an_unknown_domain():
    """What is bounced here says that there is no such domain."""
    assert (Reason.UNKNOWN_DOMAIN, True) == (NO_DOMAIN.reason, NO_DOMAIN.address_is_bad)


def test_one_refusal_stops_everybody_there():
    """A domain that does not exist takes nobody's mail (A16, A17)."""
    decision = ask([BOUNCE])
    assert not decision.allowed
    (cause,) = decision.causes
    assert "bad_domain" == cause.kind
    assert "dead.example" == cause.domain
    assert START + timedelta(seconds=REFUSED) == cause.since
    assert cause.since + LASTS == cause.until
    assert BOUNCE == cause.evidence
    assert (Party.STAFF, Party.SUPPORT) == cause.lifted_by
    assert Reason.SUPPRESSED_BAD_ADDRESS is decision.event.failure.reason


@pytest.mark.parametrize("purpose", ["transactional", "bulk", "invitation"])
def test_every_purpose_is_stopped(purpose):
    """There is nobody to read it, whatever it is for."""
    assert ["bad_domain"] == kinds([BOUNCE], purpose=purpose)


def test_the_address_itself_is_bad_as_well():
    """The address that was refused has both causes, and keeps its own."""
    assert ["bad_address", "bad_domain"] == kinds([BOUNCE], "x@dead.example")
    assert ["bad_address"] == kinds([BOUNCE], "x@dead.example", now=NOW + LASTS)


def test_it_ends_after_its_time():
    """To the second; then anybody else there may be written to again."""
    end = START + timedelta(seconds=REFUSED) + LASTS
    assert ["bad_domain"] == kinds([BOUNCE], now=end - timedelta(seconds=1))
    assert ask([BOUNCE], now=end).allowed


def test_a_later_refusal_prolongs_it():
    """The time is counted from the latest."""
    again = event("bounced", at=REFUSED + 20 * DAY, recipient="z@dead.example", message_id="m-2", failure=NO_DOMAIN)
    decision = ask([again, BOUNCE], now=NOW + timedelta(days=40))
    assert ["bad_domain"] == [str(cause.kind) for cause in decision.causes]
    assert again == decision.causes[0].evidence


def test_a_domain_that_took_mail_shortly_before_is_not_gone():
    """One server says so, and a month ago it was there: only the address itself is stopped."""
    before = [delivery("w@dead.example", REFUSED - LASTS.total_seconds()), BOUNCE]
    assert ask(before).allowed
    assert ["bad_address"] == kinds(before, "x@dead.example")
    long_before = [delivery("w@dead.example", REFUSED - LASTS.total_seconds() - 1), BOUNCE]
    assert ["bad_domain"] == kinds(long_before)


def test_a_domain_that_takes_mail_later_is_there():
    """A delivery to anybody there ends it; not to the address that was refused (law 8)."""
    events = [BOUNCE, delivery("w@dead.example", REFUSED + 60)]
    assert ask(events).allowed
    assert ["bad_address"] == kinds(events, "x@dead.example")
    assert ["bad_domain"] == kinds([BOUNCE, delivery("w@dead.example", REFUSED + 9 * DAY)])  # after NOW


def test_an_opening_is_no_delivery():
    """Whoever opens is somebody, but shows nothing of the domain now."""
    assert ["bad_domain"] == kinds([BOUNCE, event("opened", at=REFUSED + 60, recipient="w@dead.example")])


@pytest.mark.parametrize(
    "recipient", ["y@sub.dead.example", "y@example", "y@undead.example", "dead.example", "+15550100"]
)
def test_other_domains_are_not_touched(recipient):
    """Subdomains are apart, as are parents and look-alikes; a phone number has no domain (cases 46 and 47)."""
    assert ask([BOUNCE], recipient).allowed


def test_a_phone_number_makes_no_domain_bad():
    """A number that is not in service stops itself."""
    known = suppress([event("bounced", at=REFUSED, recipient="+15550100", channel="sms", failure=NO_DOMAIN)])
    assert not ask(known, "+15550100", channel="sms").allowed
    assert ask(known, "+15550101", channel="sms").allowed
    assert ["+15550100"] == list(known)


def test_a_bad_address_says_nothing_of_the_domain():
    """One recipient's bounce hits nobody else (case 46: usesend#337, hyvor/relay#233, OCA/social#1501)."""
    unknown = event(
        "bounced", at=REFUSED, recipient="x@dead.example", failure=Failure(diagnostic="550 5.1.1 user unknown")
    )
    assert ask([unknown]).allowed
    assert ["bad_address"] == kinds([unknown], "x@dead.example")


def test_a_corrected_address_starts_afresh():
    """Who fixes a typo in the domain is written to, and the misspelled one stays stopped (case 47, mautic#5723)."""
    typo = event("bounced", at=REFUSED, recipient="ada@exmaple.example", failure=NO_DOMAIN)
    assert ask([typo], "ada@example.example").allowed
    assert ["bad_address", "bad_domain"] == kinds([typo], "ada@exmaple.example")


@pytest.mark.parametrize("recipient", ["Y@DEAD.example", "y@Dead.Example "])
def test_domains_are_compared_as_addresses_are(recipient):
    """However it is spelled."""
    assert ["bad_domain"] == kinds([BOUNCE], recipient)


def test_international_domains_are_compared_in_both_forms():
    """IDNA: one domain, two spellings."""
    assert ["bad_domain"] == kinds([refusal(recipient="x@tot-bücher.example")], "y@xn--tot-bcher-u9a.example")


def refusal(**fields):
    """Make the refusal with other fields."""
    return event("bounced", **{"at": REFUSED, "recipient": "x@dead.example", "failure": NO_DOMAIN} | fields)


@pytest.mark.parametrize(
    "doubt",
    [{"authenticated": False}, {"attribution": "candidate"}, {"attribution": "message"}, {"test": True}],
)
def test_what_anyone_could_have_sent_stops_no_domain(doubt):
    """Forged mail must not silence a whole company."""
    assert ask([refusal(**doubt)]).allowed


def test_a_forged_delivery_ends_nothing():
    """What anyone could have sent shows nothing."""
    forged = event("delivered", at=REFUSED + 60, recipient="w@dead.example", authenticated=False)
    assert ["bad_domain"] == kinds([BOUNCE, forged])


def test_a_forward_target_that_does_not_exist_is_not_the_recipients_domain():
    """The bounce is about where somebody forwards to."""
    assert ask([refusal(final_recipient="x@elsewhere.example")]).allowed


def test_a_refusal_without_a_time_stops_no_domain():
    """Nobody knows when it was, so it would stop for ever: only the address; when it reached us is a time, if said."""
    dateless = refusal(at=None)
    assert [] == kinds([dateless])
    assert ["bad_address"] == kinds([dateless], "x@dead.example")
    heard = refusal(at=None, received_at=START + timedelta(seconds=REFUSED))
    assert ["bad_domain"] == kinds([heard])
    assert ask([heard], now=NOW + LASTS).allowed
    assert ask([heard, delivery("w@dead.example", REFUSED + 60)]).allowed


def test_a_refusal_without_a_time_hides_none_that_has_one():
    """Of several, those count whose time is known."""
    assert ["bad_domain"] == kinds([BOUNCE, refusal(at=None, message_id="undated")])


def test_too_many_refusals_without_a_time_stop_no_domain():
    """Of more than are told apart nobody knows by when all had happened: the domain would be stopped for ever."""
    heard = [refusal(at=None, message_id=f"m-{n}", received_at=START + timedelta(seconds=REFUSED)) for n in range(17)]
    assert [["bad_domain"], []] == [kinds(heard[:16]), kinds(heard)]


def test_a_release_of_a_number_s_domain_is_none():
    """A phone number has no domain that could be lifted."""
    value = lift(suppress([BOUNCE])).event.value
    lifted = event("released", at=NOW, recipient="+15550100", value=value, provider=None, message_id=None)
    assert suppress([BOUNCE]) == suppress([BOUNCE, lifted])


def test_what_the_next_server_took_shows_that_the_domain_is_there():
    """Some senders never hear more than that it was handed on (`sent`)."""
    handed_on = event("sent", at=REFUSED - DAY, recipient="w@dead.example", message_id="handed-on")
    assert [] == kinds([BOUNCE, handed_on])
    assert ["bad_domain"] == kinds(
        [BOUNCE, event("accepted", at=REFUSED - DAY, message_id="x", recipient="w@dead.example")]
    )


def test_the_refused_copy_itself_shows_nothing():
    """Reported as handed on or delivered, and then refused since there is no such domain: the refusal stands."""
    for kind in ("sent", "delivered"):
        same = event(kind, at=REFUSED - 60, recipient="x@dead.example")
        assert same.message_id == BOUNCE.message_id
        assert ["bad_domain"] == kinds([BOUNCE, same])
        assert [] == kinds([BOUNCE, event(kind, at=REFUSED - 60, recipient="x@dead.example", message_id="other")])


def test_a_delivery_in_the_very_moment_shows_that_the_domain_is_there():
    """Of two servers at once the one that took a message is right: here alone a tie goes to sending."""
    assert [] == kinds([BOUNCE, delivery("w@dead.example", REFUSED)])


# -- lifting -----------------------------------------------------------------------------------------------------------


def test_staff_who_checked_lift_it_for_everybody_there():
    """The release is of the domain, whichever address it was asked for."""
    known = suppress([BOUNCE])
    for asked_for in ("x@dead.example", "y@dead.example", "Z@Dead.example"):
        lifted = lift(known, asked_for)
        assert lifted.accepted
        freed = known | suppress([lifted.event])
        for recipient in ("y@dead.example", "z@dead.example"):
            assert ask(freed, recipient, now=NOW + timedelta(hours=1)).allowed
        assert ["bad_address"] == kinds([BOUNCE, lifted.event], "x@dead.example")


def test_the_bad_address_is_lifted_by_its_own_release():
    """Two causes, two releases: the one of the address leaves the domain."""
    known = suppress([BOUNCE])
    address = lift(known, cause="bad_address")
    assert ["bad_domain"] == kinds([BOUNCE, address.event], "x@dead.example")
    assert ask([BOUNCE, address.event, lift(known).event], "x@dead.example", now=NOW + timedelta(hours=1)).allowed


def test_it_can_be_lifted_by_its_cause():
    """The cause that a decision gives says which."""
    known = suppress([BOUNCE])
    (cause,) = ask(known).causes
    assert isinstance(cause, Cause)
    assert lift(known, "y@dead.example", cause).accepted


@pytest.mark.parametrize("actor, proof", [("recipient", "recipient_request"), ("staff", "support_decision")])
def test_others_do_not_lift_it(actor, proof):
    """Only who checked, and says so."""
    refused = lift(suppress([BOUNCE]), actor=actor, proof=proof)
    assert not refused.accepted
    assert refused.event is None


def test_a_release_for_another_domain_lifts_nothing():
    """Nothing is wrong there, so nothing can be lifted."""
    assert "no_such_cause" == lift(suppress([BOUNCE]), "x@sub.dead.example").why_not


def test_a_refusal_after_the_release_counts():
    """It is gone after all."""
    known = suppress([BOUNCE])
    again = refusal(at=REFUSED + 5 * DAY, recipient="z@dead.example", message_id="m-9")
    assert ["bad_domain"] == kinds([BOUNCE, lift(known).event, again], now=NOW + timedelta(days=9))


def test_a_release_must_be_later_than_the_refusal():
    """What was checked before says nothing."""
    assert "not_later" == lift(suppress([BOUNCE]), at=START + timedelta(seconds=REFUSED)).why_not


def test_nothing_of_it_depends_on_order_parts_or_storing():
    """Merged in any order, stored and read again: the same answers."""
    events = [BOUNCE, delivery("w@dead.example", DAY), lift(suppress([BOUNCE])).event]
    for known in (suppress(events), suppress(events[2:]) | suppress(events[:1]) | suppress(events[1:2])):
        assert suppress(events) == known == SuppressionList.from_dict(known.to_dict())
        assert ask(known, now=NOW + timedelta(hours=1)).allowed


def test_rules_may_judge_no_domain():
    """Without a time for domains only addresses are stopped."""
    rules = attrs.evolve(RULES["default"], name="lenient", domain_lasts=None)
    known = suppress([BOUNCE, delivery("w@dead.example", DAY)], rules=rules)
    assert ask(known).allowed
    assert ["bad_address"] == [str(cause.kind) for cause in ask(known, "x@dead.example").causes]


def test_staff_are_told_which_domain_and_that_it_ends():
    """The words name no address of anybody else's."""
    told = explain(ask([BOUNCE]))
    assert START + timedelta(seconds=REFUSED) + LASTS == told.look_again
    assert Party.STAFF is told.who_acts
    assert told.next_steps
    assert "x@dead.example" not in f"{told.meaning} {told.next_steps} {told.caveats}"


def test_many_domains_that_are_not_found_at_once_wait():
    """One that took mail long before waits with the others; one that never did is stopped."""
    places = [f"d{n}.example" for n in range(10)]
    before = [event("delivered", at=DAY, recipient=f"a@{place}", message_id=f"d-{place}") for place in places]
    blip = [refusal(recipient=f"a@{place}", at=REFUSED + n, message_id=place) for n, place in enumerate(places)]
    known = suppress([*before, *blip, refusal(at=REFUSED + 1)])
    waits = ask(known, "b@d3.example")
    assert waits.allowed
    assert ["bad_domain"] == [str(cause.kind) for cause in waits.waiting]
    assert not ask(known, "b@dead.example").allowed
    later = refusal(recipient="c@d3.example", at=REFUSED + 2 * DAY, message_id="later")
    assert not ask(known | suppress([later]), "b@d3.example", now=NOW + timedelta(days=3)).allowed


def test_a_domain_waits_whichever_address_the_last_refusal_was_of():
    """In the same hour somebody there was refused who never took mail: the domain did, and waits all the same."""
    places = [f"d{n}.example" for n in range(10)]
    before = [event("delivered", at=DAY, recipient=f"a@{place}", message_id=f"d-{place}") for place in places]
    blip = [refusal(recipient=f"a@{place}", at=REFUSED + n, message_id=place) for n, place in enumerate(places)]
    stranger = refusal(recipient="new@d3.example", at=REFUSED + 5, message_id="new")
    known = suppress([*before, *blip, stranger])
    assert ask(known, "b@d3.example").allowed
    assert ["bad_address"] == [str(cause.kind) for cause in ask(known, "new@d3.example").causes]


def test_a_domain_that_took_mail_afterwards_only_does_not_wait():
    """Asked of a moment before that delivery, it was never known to be there."""
    places = [f"d{n}.example" for n in range(10)]
    before = [event("delivered", at=DAY, recipient=f"a@{place}", message_id=f"d-{place}") for place in places]
    blip = [refusal(recipient=f"a@{place}", at=REFUSED + n, message_id=place) for n, place in enumerate(places)]
    events = [*before, *blip, refusal(at=REFUSED + 1), delivery("w@dead.example", REFUSED + 9 * DAY)]
    assert ["bad_domain"] == kinds(events)
    assert ask(events, now=NOW + timedelta(days=9)).allowed


def test_claims_of_our_own_side_count_too():
    """A look-up by our own server that finds no such domain is as good a refusal."""
    own = event("rejected", at=REFUSED, recipient="x@dead.example", provider=None, failure=failure("unknown_domain"))
    assert ["bad_domain"] == kinds([own])
