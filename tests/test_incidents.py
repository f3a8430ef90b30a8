"""
"Our fault, not theirs": many failures at a time with one cause are an incident, and no address is stopped for it.

The first part is about the sender's own troubles, the second about refusals that say nothing against the addresses.
"""

from datetime import timedelta
from itertools import pairwise, permutations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Channel, Failure, Party, Reason, SuppressionList, explain, suppress
from deliverystatus._suppression._incidents import Incidents
from deliverystatus._suppression._presets import RULES
from deliverystatus._suppression._rules import Clusters
from deliverystatus._suppression._words import IncidentKind
from deliverystatus.testing import START, event, failure

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
NOW = START + timedelta(days=100, hours=2)
THEN = 100 * DAY  # when the trouble begins, in seconds
ENOUGH = Clusters().at_least
SPAM = failure(Reason.SPAM_CONTENT)
UNKNOWN_USER = Failure(diagnostic="550 5.1.1 user unknown", reported="HardBounce")
NO_DOMAIN = failure(Reason.UNKNOWN_DOMAIN)
OVER_QUOTA = Failure(diagnostic="452 4.2.2 The email account that you tried to reach is over quota")


def person(number, domain="big.example"):
    """Name one of many recipients; of a *domain* with a gap, each at one of their own."""
    return f"person{number}@{domain.format(number)}"


def failing(number, *, at=None, kind="bounced", why=UNKNOWN_USER, domain="big.example", **fields):
    """Make the failure of one of many, a minute after the one before."""
    fields = {"recipient": person(number, domain), "message_id": f"f-{number}"} | fields
    return event(kind, at=THEN + number * MINUTE if at is None else at, failure=why, **fields)


def many(count, **fields):
    """Make the failures of so many."""
    return [failing(number, **fields) for number in range(count)]


def took(count, *, at=DAY, domain="big.example"):
    """Make deliveries to so many, long before."""
    return [
        event("delivered", at=at, recipient=person(number, domain), message_id=f"d-{number}") for number in range(count)
    ]


def ask(known, number=0, *, now=NOW, recipient=None, purpose="transactional", **about):
    """Ask whether a message may be sent to one of many."""
    known = known if isinstance(known, SuppressionList) else suppress(known)
    return known.may_send(recipient or person(number), purpose=purpose, now=now, **about)


def incidents(events, *, now=NOW):
    """Give the incidents at a time."""
    return suppress(events).incidents(now=now)


# -- the sender's own ------------------------------------------------------------------------------------------------


def test_many_failures_for_one_reason_of_ours_are_an_incident():
    """It says what, for which reason, since when, how many addresses, at whom, and who acts."""
    (incident,) = incidents(many(ENOUGH, why=failure(Reason.REPUTATION_BLOCKED)))
    expected = {
        "kind": IncidentKind.SENDER_FAULT,
        "reason": Reason.REPUTATION_BLOCKED,
        "domain": None,
        "provider": "example",
        "account": None,
        "channel": Channel.EMAIL,
        "since": START + timedelta(seconds=THEN),
        "last": START + timedelta(seconds=THEN + (ENOUGH - 1) * MINUTE),
        "addresses": ENOUGH,
        "who_acts": Party.ENGINEERS,
    }
    assert expected == attrs.asdict(incident)


def test_the_same_on_two_channels_is_two_incidents():
    """Text messages and mail that fail for one reason at one time are told apart."""
    mail, texts = (many(ENOUGH, why=SPAM, channel=channel) for channel in (Channel.EMAIL, Channel.SMS))
    assert {Channel.EMAIL, Channel.SMS} == {incident.channel for incident in set(incidents([*mail, *texts]))}


def test_one_fewer_is_no_incident():
    """Below the number it is bad luck."""
    assert () == incidents(many(ENOUGH - 1, why=SPAM))


def test_the_same_address_many_times_counts_once():
    """One address that is refused all day, hour by hour or at once, is no incident."""
    again = [failing(0, at=THEN + each * 7 * MINUTE, why=SPAM, message_id=f"m-{each}") for each in range(200)]
    others = [failing(n, at=THEN + (49 + n) * MINUTE, why=SPAM) for n in range(2, ENOUGH)]
    assert () == incidents([*again, *others], now=NOW + timedelta(days=1))


def test_what_an_address_met_earlier_that_day_takes_nothing_away():
    """One of them had failed at dawn already: it is among them all the same, with its first failure of the hour."""
    dawn = failing(0, at=THEN - 9 * HOUR, why=SPAM, message_id="dawn")
    again = failing(0, at=THEN + 50 * MINUTE, why=SPAM, message_id="again")
    (incident,) = incidents([again, *many(ENOUGH, why=SPAM), dawn])
    assert ENOUGH == incident.addresses
    assert START + timedelta(seconds=THEN) == incident.since


def test_what_is_spread_over_more_than_the_time_is_no_incident():
    """So many in an hour are one; so many in an hour and a second are none."""
    step = HOUR / (ENOUGH - 1)
    assert 1 == len(incidents([failing(n, at=THEN + n * step, why=SPAM) for n in range(ENOUGH)]))
    assert () == incidents([failing(n, at=THEN + n * (step + 1), why=SPAM) for n in range(ENOUGH)])


def test_failures_for_different_reasons_are_no_incident():
    """One cause: what was refused for its size and what for its content have nothing in common."""
    some = [*many(ENOUGH - 1, why=SPAM), failing(99, at=THEN, why=failure(Reason.MESSAGE_TOO_LARGE))]
    assert () == incidents(some)


@pytest.mark.parametrize("reason", [Reason.NETWORK_ERROR, Reason.GREYLISTED, Reason.UNKNOWN, Reason.EXPIRED])
def test_what_is_nobodys_fault_is_no_incident_of_ours(reason):
    """Networks fail, servers greylist: that is not the sender's."""
    assert () == incidents(many(3 * ENOUGH, why=failure(reason)))


def test_what_is_still_tried_is_no_incident():
    """A deferral may still be delivered."""
    assert () == incidents(many(3 * ENOUGH, kind="deferred", why=SPAM))


def test_the_whole_campaign_that_was_dropped_is_recognised():
    """The provider would not send it, for it looks like spam: an incident, and everybody stays reachable (A15)."""
    dropped = many(5 * ENOUGH, kind="dropped", why=SPAM)
    (incident,) = incidents(dropped)
    assert IncidentKind.CAMPAIGN_DROPPED is incident.kind
    assert Reason.SPAM_CONTENT is incident.reason
    assert 5 * ENOUGH == incident.addresses
    assert all(ask(dropped, number, purpose="bulk").allowed for number in range(5 * ENOUGH))


def test_an_incident_comes_with_the_decisions_it_concerns():
    """Who sends in the same account is told, to whomever; in another account or by another provider nobody is."""
    known = suppress(many(ENOUGH, why=SPAM, provider="postmark", account="a"))
    found = known.incidents(now=NOW)
    assert 1 == len(found)
    for told in ({}, {"provider": "postmark"}, {"account": "a"}, {"provider": "postmark", "account": "a"}):
        assert found == ask(known, recipient="somebody@else.example", **told).incidents
    for other in ({"provider": "sendgrid"}, {"account": "b"}, {"provider": "postmark", "account": "b"}):
        assert () == ask(known, recipient="somebody@else.example", **other).incidents


def test_an_incident_of_text_messages_is_none_of_mail():
    """Texts are turned back, mails are not: who sends a mail is not told; and the two are not counted together."""
    known = suppress(many(ENOUGH, why=SPAM, channel="sms"))
    assert 1 == len(ask(known, recipient="+15550100", channel="sms").incidents)
    assert () == ask(known, recipient="somebody@else.example").incidents
    assert () == incidents([*many(ENOUGH - 1, why=SPAM, channel="sms"), failing(50, at=THEN, why=SPAM)])


def test_incidents_are_found_once_and_carried_along(monkeypatch):
    """After a merge only the troubles are looked at again that the other list has something of."""
    known = suppress([*many(ENOUGH, why=SPAM), *many(ENOUGH, why=failure(Reason.RATE_LIMITED))])
    before = ask(known).incidents
    looked_at = []
    clustered = Incidents._clustered
    monkeypatch.setattr(
        Incidents, "_clustered", lambda self, trouble: looked_at.append(trouble) or clustered(self, trouble)
    )

    assert before == ask(known | suppress([failing(50, kind="opened", why=None)])).incidents
    assert [] == looked_at
    grown = known | suppress([failing(50, at=THEN, why=SPAM)])
    assert {ENOUGH, ENOUGH + 1} == {each.addresses for each in ask(grown).incidents}
    assert [Reason.SPAM_CONTENT] == [trouble.reason for trouble in looked_at]
    assert suppress([*many(ENOUGH, why=SPAM), failing(50, at=THEN, why=SPAM)]).incidents(now=NOW) == tuple(
        each for each in grown.incidents(now=NOW) if each.reason is Reason.SPAM_CONTENT
    )


def test_an_incident_is_told_for_a_day():
    """Not before it began, and no longer than a day after the last failure."""
    known = suppress(many(ENOUGH, why=SPAM))
    last = START + timedelta(seconds=THEN + (ENOUGH - 1) * MINUTE)
    for now, told in (
        (START + timedelta(seconds=THEN - 1), 0),
        (START + timedelta(seconds=THEN), 1),
        (last + timedelta(days=1), 1),
        (last + timedelta(days=1, seconds=1), 0),
    ):
        assert told == len(known.incidents(now=now)) == len(ask(known, now=now).incidents)


def test_two_waves_are_two_incidents():
    """The second day's trouble is another, and those who were in the first count in it too; the latest comes first."""
    second = [failing(n, at=THEN + DAY + n * MINUTE, why=SPAM, message_id=f"g-{n}") for n in range(ENOUGH + 1)]
    found = incidents(many(ENOUGH, why=SPAM) + second, now=START + timedelta(seconds=THEN + DAY))
    assert [ENOUGH + 1, ENOUGH] == [each.addresses for each in found]


def test_a_wave_that_goes_on_is_one_incident():
    """As long as so many fail in every hour it is the same, across midnight too."""
    (incident,) = incidents([failing(n, at=THEN - 2 * HOUR + n * 5 * MINUTE, why=SPAM) for n in range(48)])
    assert 48 == incident.addresses
    assert timedelta(seconds=47 * 5 * MINUTE) == incident.last - incident.since


def test_old_troubles_are_forgotten():
    """Of a trouble that never ends as many days are kept as are told of (law 6), and today's incident is among them."""
    days = [
        [failing(n, at=day * DAY + n, why=SPAM, message_id=f"{day}-{n}") for n in range(ENOUGH)]
        for day in range(Clusters().days_told + 9)
    ]
    whole = suppress(each for day in days for each in day)
    assert Clusters().days_told * ENOUGH == len(whole.to_dict()["evidence"])
    assert 1 == len(whole.incidents(now=START + timedelta(days=Clusters().days_told + 8, hours=1)))
    in_parts = suppress([])
    for day in days:
        in_parts = suppress(day) | in_parts
    assert whole == in_parts


@pytest.mark.parametrize(
    "doubt",
    [{"authenticated": False}, {"attribution": "candidate"}, {"attribution": "message"}, {"test": True}],
)
def test_what_anyone_could_have_sent_makes_no_incident(doubt):
    """Forged, somebody's on that message, or of a test: none of it counts."""
    assert () == incidents(many(3 * ENOUGH, why=SPAM, **doubt))


def came(number, *, after=0, **fields):
    """Make the failure of one of many that has no time; it came a minute after the one before."""
    arrival = START + timedelta(seconds=THEN + number * MINUTE + after)
    fields = {
        "recipient": person(number),
        "received_at": arrival,
        "failure": SPAM,
        "message_id": f"f-{number}",
    } | fields
    return event("bounced", at=None, **fields)


def test_what_has_no_time_is_an_incident_when_it_comes():
    """Some providers of texts give no times, and tell at once: many that come together are one trouble of ours."""
    texts = [came(n, recipient=f"+1555010{n:04}", channel="sms", provider="twilio") for n in range(ENOUGH)]
    (incident,) = incidents(texts)
    assert (Channel.SMS, ENOUGH) == (incident.channel, incident.addresses)
    assert (texts[0].received_at, texts[-1].received_at) == (incident.since, incident.last)


def test_what_our_side_says_of_numbers_is_trouble_with_texts():
    """Of numbers the channel need not be said: their trouble is told with a text, and not with a mail."""
    known = suppress([failing(n, recipient=f"+1555010{n:04}", why=SPAM) for n in range(ENOUGH)])
    assert [1, 0] == [len(ask(known, recipient=each).incidents) for each in ("+15550100", person(0))]


def test_what_has_no_time_and_came_at_none_makes_no_incident():
    """Nobody knows whether it was at the same time."""
    assert () == incidents([came(n, received_at=None) for n in range(3 * ENOUGH)])


def test_what_has_no_time_excuses_nobody():
    """When a refusal came does not show that the address took mail before it: the address is stopped."""
    refused = [came(n, failure=UNKNOWN_USER) for n in range(3 * ENOUGH)]
    decision = ask([*took(3 * ENOUGH), *refused])
    assert (False, (), ()) == (decision.allowed, decision.waiting, decision.incidents)


def test_no_order_or_repetition_changes_what_came_when():
    """Told again, with a time and without, earlier and later: of an hour the first counts, in whatever order (laws 2 to 4)."""
    of_one = [
        came(0),
        came(0, after=HOUR),
        came(0, after=MINUTE),
        failing(0, at=THEN, why=SPAM),
        failing(0, at=THEN + 9, why=SPAM),
    ]
    others = [came(n) for n in range(1, ENOUGH)]
    folded = [suppress([*others, *order]) for order in permutations(of_one)]
    merged = suppress(others) | suppress(of_one[::-1]) | suppress(of_one)
    assert [folded[0]] * len(folded) == folded
    assert (folded[0], folded[0]) == (merged, SuppressionList.from_dict(merged.to_dict()))
    assert folded[0].incidents(now=NOW) == merged.incidents(now=NOW) != ()


def test_what_comes_again_and_again_is_kept_for_some_days():
    """Of what has no time as many days are kept as of all else (law 6)."""
    long = [came(0, after=day * DAY + hour * HOUR) for day in range(40) for hour in range(2)]
    assert 2 * Clusters().days_told == len(suppress(long).to_dict()["evidence"])


# -- the receiver's, and names that are not found ----------------------------------------------------------------------


def test_addresses_that_took_mail_wait_when_their_domain_refuses_many():
    """A large provider says "user unknown" of live accounts for hours: nobody there is stopped for it."""
    known = suppress(took(ENOUGH) + many(ENOUGH))
    decision = ask(known, 3)
    assert decision.allowed
    assert ["bad_address"] == [str(cause.kind) for cause in decision.waiting]
    assert known.incidents(now=NOW) == decision.incidents
    (incident,) = decision.incidents
    assert IncidentKind.RECEIVER_REFUSES is incident.kind
    assert "big.example" == incident.domain
    assert ENOUGH == incident.addresses
    assert Party.RECEIVER is incident.who_acts


def test_one_fewer_and_nothing_waits():
    """Below the number law 8 stands: each is stopped at once."""
    known = took(ENOUGH) + many(ENOUGH - 1)
    assert not any(ask(known, number).allowed for number in range(ENOUGH - 1))
    assert () == ask(known).waiting == ask(known).incidents


def test_an_address_that_never_took_mail_is_stopped_at_once():
    """Among those that wait, one that was never known to work is bad."""
    decision = ask(took(ENOUGH) + many(ENOUGH + 1), ENOUGH)
    assert not decision.allowed
    assert () == decision.waiting


def test_a_delivery_afterwards_is_no_proof_that_it_took_mail_before():
    """Nothing that a provider reports later lifts a bad address (law 8), an incident or not."""
    later = event("delivered", at=THEN + DAY, recipient=person(ENOUGH), message_id="late")
    events = [*took(ENOUGH), *many(ENOUGH + 1), later]
    assert not ask(events, ENOUGH, now=NOW + timedelta(days=9)).allowed


def test_a_delivery_of_the_refused_copy_is_no_proof_that_it_took_mail():
    """Taken, and bounced afterwards: that delivery was taken back."""
    back = event("delivered", at=THEN - HOUR, recipient=person(ENOUGH), message_id=f"f-{ENOUGH}")
    assert not ask([*took(ENOUGH), *many(ENOUGH + 1), back], ENOUGH).allowed


def test_who_was_refused_before_the_incident_stays_stopped():
    """The first refusal counts: it was none of the incident's."""
    before = failing(0, at=THEN - 30 * DAY, message_id="old")
    events = [*took(ENOUGH + 1), before, *many(ENOUGH + 1)]
    assert not ask(events, 0).allowed
    assert ask(events, 1).allowed


def test_who_was_over_quota_before_the_incident_waits_like_the_others():
    """A full mailbox, a year ago, was no refusal of the address."""
    full = failing(0, at=THEN - 30 * DAY, why=OVER_QUOTA, message_id="old", kind="soft_bounced")
    assert ask([*took(ENOUGH), full, *many(ENOUGH)], 0).allowed


def test_who_is_refused_again_after_the_incident_is_stopped():
    """The next message shows it, one way or the other."""
    again = failing(0, at=THEN + DAY, message_id="next")
    events = [*took(ENOUGH), *many(ENOUGH), again]
    later = NOW + timedelta(days=2)
    assert not ask(events, 0, now=later).allowed
    assert ask(events, 1, now=later).allowed


def test_nothing_waits_any_more_once_a_message_was_delivered():
    """The next message was taken: no cause waits, no incident is told, and however many follow, the address is free."""
    after = [
        event("delivered", at=THEN + (2 + n) * DAY, recipient=person(0), message_id=f"after-{n}") for n in range(9)
    ]
    for count in range(1, len(after)):
        decision = ask([*took(ENOUGH), *many(ENOUGH), *after[:count]], 0, now=NOW + timedelta(days=30))
        assert (True, (), ()) == (decision.allowed, decision.waiting, decision.incidents)


def test_a_delivery_of_the_refused_copy_is_not_the_next_message():
    """Reported after the refusal, by a clock that is wrong perhaps: the cause waits on."""
    same = event("delivered", at=THEN + HOUR, recipient=person(0), message_id="f-0")
    assert 1 == len(ask([*took(ENOUGH), *many(ENOUGH), same], 0).waiting)


def test_what_stands_already_does_not_wait():
    """By rules that count, an address is stopped for what it did before; the incident's failure adds nothing."""
    before = failing(0, at=THEN - 2 * DAY, why=NO_DOMAIN, message_id="a")
    again = failing(0, at=THEN - DAY, why=NO_DOMAIN, message_id="b")
    known = suppress([*took(ENOUGH), before, again, *many(ENOUGH)], rules="discourse")
    decision = ask(known, 0)
    assert (["bad_domain", "repeated_failures"], ()) == (
        [str(cause.kind) for cause in decision.causes],
        decision.waiting,
    )


def test_a_cause_that_waits_can_be_lifted():
    """Staff who checked the address need not wait for the next message."""
    known = suppress(took(ENOUGH) + many(ENOUGH))
    lifted = known.release(person(0), "bad_address", actor="staff", proof="address_checked", at=NOW)
    assert lifted.accepted
    decision = ask(known | suppress([lifted.event]), now=NOW + timedelta(hours=1))
    assert (True, (), ()) == (decision.allowed, decision.waiting, decision.incidents)


def test_a_complaint_is_never_excused():
    """Whoever complains in the middle of it is not written to."""
    complaint = event("complained", at=THEN + MINUTE, recipient=person(0))
    assert not ask([*took(ENOUGH), *many(ENOUGH), complaint]).allowed


def test_a_list_entry_of_the_provider_is_not_excused():
    """The provider's list says "bad address": it binds until it is lifted, whatever else went on."""
    entry = event(
        "dropped", at=THEN + MINUTE, recipient=person(0), message_id="x", failure=failure("suppressed_bad_address")
    )
    assert not ask([*took(ENOUGH), *many(ENOUGH), entry]).allowed


def test_a_large_domains_daily_dead_are_no_incident():
    """Ten of five thousand that took mail are the usual: below the share, each is stopped."""
    events = took(1000) + many(ENOUGH)
    assert not any(ask(events, number).allowed for number in range(ENOUGH))
    assert () == incidents(events)
    assert ask(took(1000) + many(20), 3).allowed


def test_lists_that_are_merged_know_how_many_took_mail():
    """The share is of all that either list knows, each once."""
    parts = [suppress(took(1000)[:600]), suppress(took(1000)[400:]), suppress(took(1000)), suppress(many(19))]
    for order in permutations(parts):
        known = suppress([])
        for part in order:
            known = known | part
        assert not ask(known, 3).allowed
        assert ask(known | suppress(many(20)), 3).allowed


def test_a_failed_lookup_hard_bounces_nobody():
    """Names cannot be looked up for an hour, hundreds "do not exist": all wait (case 32, SparkDevNetwork/Rock#6426)."""
    domains = [f"d{n}.example" for n in range(40)]
    before = [
        event("delivered", at=DAY, recipient=f"a@{domain}", message_id=f"d-{n}") for n, domain in enumerate(domains)
    ]
    blip = [failing(n, why=NO_DOMAIN, recipient=f"a@{domain}") for n, domain in enumerate(domains)]
    known = suppress(before + blip)
    (incident,) = known.incidents(now=NOW)
    assert (IncidentKind.DOMAINS_UNKNOWN, 40, Party.ENGINEERS) == (
        incident.kind,
        incident.addresses,
        incident.who_acts,
    )
    for domain in domains:
        for name in ("a", "somebody-else"):
            decision = ask(known, recipient=f"{name}@{domain}")
            assert decision.allowed
            assert "bad_domain" in [str(cause.kind) for cause in decision.waiting]
            assert (incident,) == decision.incidents
    assert not ask(
        [*before, *blip, failing(0, why=NO_DOMAIN, recipient="b@typo.example")], recipient="c@typo.example"
    ).allowed


def test_one_dead_company_is_no_failed_lookup():
    """However many worked there, one domain that is given up is one: its people are not excused."""
    there = took(3 * ENOUGH) + many(3 * ENOUGH, why=NO_DOMAIN)
    assert () == incidents(there)
    assert not ask(there, 3).allowed


def test_so_many_domains_are_a_failed_lookup_and_one_fewer_are_not():
    """Domains are counted, and each of their addresses is told."""
    apart = {"domain": "d{}.example"}
    for count, found in ((ENOUGH, [ENOUGH + 5]), (ENOUGH - 1, [])):
        colleagues = [
            each
            for n in range(50, 55)
            for each in (
                event("delivered", at=DAY, recipient=person(n, "d0.example"), message_id=f"d-{n}"),
                failing(n, at=THEN + 1, why=NO_DOMAIN, domain="d0.example"),
            )
        ]
        told = incidents([*took(count, **apart), *many(count, why=NO_DOMAIN, **apart), *colleagues])
        assert found == [each.addresses for each in told]


def test_over_quota_at_many_addresses_hard_bounces_nobody():
    """452 "over quota" of hundreds at a time stops none, though it is repeated (case 32, SparkDevNetwork/Rock#6426)."""
    waves = [
        failing(n, at=THEN + wave * DAY + n, why=OVER_QUOTA, message_id=f"{wave}-{n}", kind="soft_bounced")
        for wave in (-1, 0)
        for n in range(40)
    ]
    assert all(ask(took(40) + waves, number).allowed for number in range(40))


def test_repeated_failures_wait_as_well():
    """By rules that count, what only an incident's failure completes waits, and is told."""
    rules = RULES["time_boxed"]
    known = suppress(took(ENOUGH) + many(ENOUGH), rules=rules)
    decision = ask(known, now=START + timedelta(seconds=THEN + HOUR))
    assert decision.allowed
    assert ["bad_address"] == [str(cause.kind) for cause in decision.waiting]
    assert 1 == len(decision.incidents)
    assert not ask(suppress(many(ENOUGH), rules=rules), now=START + timedelta(seconds=THEN + HOUR)).allowed


def test_failures_that_would_stop_nothing_are_not_told_as_waiting():
    """A full mailbox in an hour of many is one of three: nothing waits for it."""
    decision = ask(took(ENOUGH) + many(ENOUGH, why=OVER_QUOTA, kind="soft_bounced"))
    assert (True, (), ()) == (decision.allowed, decision.waiting, decision.incidents)


def test_a_forged_wave_frees_nobody():
    """Bounces that anyone could have sent make no incident that would excuse a real one."""
    forged = [failing(n, authenticated=False) for n in range(1, ENOUGH)]
    assert not ask([*took(ENOUGH), failing(0), *forged]).allowed


# -- nothing of it is stored -------------------------------------------------------------------------------------------

WAVE = took(4) + many(4) + many(5, why=SPAM, kind="dropped", message_id="x") + [failing(0, at=THEN + DAY)]
FOUR = attrs.evolve(RULES["default"], name="four", clusters=Clusters(at_least=4))


def answers(known):
    """Give what a list says of incidents, at some times and for all."""
    times = [NOW, NOW + timedelta(days=3)]
    return [known.incidents(now=now) for now in times] + [
        (decision.allowed, decision.waiting, decision.incidents)
        for now in times
        for decision in (ask(known, number, now=now) for number in range(5))
    ]


@given(st.permutations(WAVE), st.lists(st.integers(0, len(WAVE)), max_size=3), st.lists(st.sampled_from(WAVE)))
def test_order_repetition_and_parts_change_no_incident(events, cuts, again):
    """In any order, with repetitions, in any parts merged: equal incidents (laws 2 to 4)."""
    bounds = [0, *sorted(cuts), len(events)]
    known = suppress(again, rules=FOUR)
    for begin, end in pairwise(bounds):
        known = suppress(events[begin:end], rules=FOUR) | known
    assert answers(suppress(WAVE, rules=FOUR)) == answers(known)


def test_an_element_that_comes_late_changes_it_as_if_it_had_come_in_time():
    """The tenth failure is heard of a day later: from then on the others wait, who were stopped until then."""
    events = took(ENOUGH) + many(ENOUGH)
    for missing in range(len(events)):
        known = suppress(events[:missing] + events[missing + 1 :])
        who = 4 if missing % ENOUGH == 3 else 3
        assert not ask(known, who).allowed
        assert ask(known | suppress([events[missing]]), who).allowed


def test_incidents_are_not_stored():
    """A list that was stored and read again gives the same answers, also when it grows afterwards."""
    known = suppress(WAVE[:-1], rules=FOUR)
    assert "incident" not in str(known.to_dict())
    again = SuppressionList.from_dict(known.to_dict(), rules=FOUR)
    assert answers(known) == answers(again)
    rest = suppress(WAVE[-1:], rules=FOUR)
    assert answers(known | rest) == answers(again | rest)


# -- in words ----------------------------------------------------------------------------------------------------------


def test_staff_are_told_that_a_failure_is_not_counted_yet():
    """The decision says that many failed at once, where and how many."""
    told = " ".join(explain(ask(took(ENOUGH) + many(ENOUGH))).caveats)
    assert "many others failed in the same hour" in told
    assert f"At big.example, {ENOUGH} addresses were refused" in told


def test_staff_are_told_of_a_trouble_of_ours_with_each_decision():
    """Who is about to send hears what happened to the others."""
    told = " ".join(explain(ask(many(ENOUGH, why=SPAM, kind="dropped"), recipient="x@else.example")).caveats)
    assert f"Messages to {ENOUGH} addresses were not sent" in told


@pytest.mark.parametrize(
    "events, meaning",
    [
        (many(12, why=SPAM), "Messages to 12 addresses were refused"),
        (many(12, why=SPAM, kind="dropped"), "Messages to 12 addresses were not sent"),
        (took(12) + many(12), "At big.example, 12 addresses were refused"),
        (
            took(12, domain="d{}.example") + many(12, why=NO_DOMAIN, domain="d{}.example"),
            "For 12 addresses the mail service was not found",
        ),
    ],
)
def test_every_incident_is_told_in_words(events, meaning):
    """What happened, to how many, and who acts."""
    (incident,) = incidents(events)
    told = explain(incident)
    assert told.meaning.startswith(meaning)
    assert incident.who_acts is told.who_acts
    assert told.next_steps


@pytest.mark.parametrize("earlier, later", [(NO_DOMAIN, UNKNOWN_USER), (UNKNOWN_USER, NO_DOMAIN)])
def test_an_incident_does_not_hide_an_earlier_refusal_of_another_sort(earlier, later):
    """Law 8: refused for good long before, for the domain or for the user, is refused for good, whatever comes after."""
    where = {"domain": "d{}.example"} if later is NO_DOMAIN else {}
    who = person(0, **where)
    before = [*took(ENOUGH, **where), *many(ENOUGH, why=later, **where)]
    assert ask(before, recipient=who).allowed
    assert not ask(
        [*before, failing(0, at=50 * DAY, why=earlier, message_id="long-ago", **where)], recipient=who
    ).allowed
    another = failing(99, at=50 * DAY, why=earlier, message_id="another's")
    assert ask([*before, another], recipient=who).allowed
