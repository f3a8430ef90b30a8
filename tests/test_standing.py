"""What is so at the moment and is no event: each setting that stops a message, whose it is, and who can change it."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import combinations

import pytest

from deliverystatus import CauseKind, Party, Purpose, Reason, ReleaseProof, Rules, Standing, WhyNot, explain, suppress
from deliverystatus._suppression._rules import SETTINGS
from deliverystatus._suppression._standing import setting, settings_that_stop
from deliverystatus.testing import START, event, failure
from told import lacking

ADA = "ada@example.com"
NOW = START + timedelta(days=10)
TOMORROW = NOW + timedelta(days=1)
INVITED = Rules(name="invited", opt_in=frozenset({Purpose.INVITATION}))

#: What stops a message, each told alone.
STOPS = {
    CauseKind.DECLINED: {"declined": True},
    CauseKind.POLICY_HOLD: {"on_hold": True},
    CauseKind.NOT_OPTED_IN: {"opted_in": False},
    CauseKind.TEMPLATE_DISABLED: {"template_on": False},
    CauseKind.CHANNEL_DISABLED: {"channel_on": False},
    CauseKind.QUOTA_EXCEEDED: {"quota_left": 0},
    CauseKind.INACTIVE: {"last_active": NOW - timedelta(days=1000)},
}

#: What stops none, each told alone.
PASSES = [
    {},
    {"declined": False},
    {"on_hold": False},
    {"opted_in": True},
    {"template_on": True},
    {"channel_on": True},
    {"quota_left": 1},
    {"quota_renews_at": TOMORROW},
    {"last_active": NOW},
]


def ask(events=(), *, purpose="bulk", rules="default", now=NOW, **standing):
    """Ask whether a message may be sent, with what is so at the moment."""
    return suppress(events, rules=rules).may_send(ADA, purpose=purpose, standing=Standing(**standing), now=now)


def kinds(decision):
    """Name the causes of a decision."""
    return {cause.kind for cause in decision.causes}


# -- each field ------------------------------------------------------------------------------------------------------


def test_every_setting_is_tried_here():
    """No cause that is a setting goes without its tests."""
    assert set(SETTINGS) == set(STOPS)


@pytest.mark.parametrize("kind", STOPS)
def test_each_stops_alone(kind):
    """What is told makes its own cause and no other."""
    assert {kind} == kinds(ask(**STOPS[kind]))


@pytest.mark.parametrize("standing", PASSES, ids=str)
def test_what_is_in_order_stops_nothing(standing):
    """What is told to be in order, or is not told, stops nothing, whatever the message is for."""
    assert all(ask(purpose=purpose, **standing).allowed for purpose in Purpose)


@pytest.mark.parametrize("pair", list(combinations(STOPS, 2)), ids=str)
def test_two_are_two_causes(pair):
    """None hides another: both are told, the more binding first."""
    one, other = pair
    decision = ask(**STOPS[one], **STOPS[other])
    assert sorted(pair, key=lambda kind: kind.ordinal) == [cause.kind for cause in decision.causes]


def test_all_together():
    """Every setting that stops is told at once."""
    standing = {name: value for told in STOPS.values() for name, value in told.items()}
    assert set(SETTINGS) == kinds(ask(**standing))


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_setting_stands_beside_what_events_say(kind):
    """A bounce is not hidden by a setting, nor a setting by a bounce."""
    bounced = event("bounced", failure=failure(Reason.UNKNOWN_RECIPIENT))
    assert {CauseKind.BAD_ADDRESS, kind} == kinds(ask([bounced], **STOPS[kind]))


@pytest.mark.parametrize(
    "kind, purposes",
    [
        (CauseKind.DECLINED, set(Purpose)),
        (CauseKind.POLICY_HOLD, set(Purpose)),
        (CauseKind.NOT_OPTED_IN, {Purpose.BULK, Purpose.INVITATION}),
        (CauseKind.TEMPLATE_DISABLED, set(Purpose)),
        (CauseKind.CHANNEL_DISABLED, set(Purpose)),
        (CauseKind.QUOTA_EXCEEDED, set(Purpose)),
        (CauseKind.INACTIVE, {Purpose.BULK}),
    ],
)
def test_which_messages_each_stops(kind, purposes):
    """Settings stop what they are about: of the rest, what was not agreed to and mass mail to the inactive."""
    assert purposes == {purpose for purpose in Purpose if not ask(purpose=purpose, **STOPS[kind]).allowed}


@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp"])
@pytest.mark.parametrize("kind", STOPS)
def test_the_callers_word_is_about_the_message_at_hand(kind, channel):
    """On whatever channel, by whomever and for whatever group it would go."""
    decision = suppress([]).may_send(
        ADA,
        purpose="bulk",
        channel=channel,
        provider="postmark",
        account="one",
        scope="group:7",
        standing=Standing(**STOPS[kind]),
        now=NOW,
    )
    assert {kind} == kinds(decision)


# -- opting in -------------------------------------------------------------------------------------------------------


def test_opting_in_is_asked_for_where_the_rules_say():
    """T15: the invitation is not sent unless the box is ticked; an account without that field sends it."""
    assert {CauseKind.NOT_OPTED_IN} == kinds(ask(purpose="invitation", rules=INVITED))
    assert ask(purpose="invitation", rules=INVITED, opted_in=True).allowed
    assert ask(purpose="invitation").allowed


@pytest.mark.parametrize("asked", Purpose)
@pytest.mark.parametrize("purpose", Purpose)
def test_it_is_asked_for_by_purpose(purpose, asked):
    """T15: what is asked for invitations is not asked for anything else; not for a receipt, unless the rules ask for it."""
    rules = Rules(name="asked", opt_in=frozenset({asked}))
    assert (purpose is asked) is not ask(purpose=purpose, rules=rules).allowed


@pytest.mark.parametrize("kind, agreed", [("opted_in", True), ("opened", False), ("resubscribed", False)])
def test_an_event_may_say_so(kind, agreed):
    """T15: who asked to be written to has agreed; an opening is no agreement."""
    assert agreed is ask([event(kind)], purpose="invitation", rules=INVITED).allowed


@pytest.mark.parametrize("doubt", [{"authenticated": False}, {"actor": "machine"}, {"at": None}, {"test": True}])
def test_an_agreement_that_is_not_sure_is_none(doubt):
    """T15: what anyone could have sent, a scanner did, or nobody knows when, does not tick the box."""
    assert {CauseKind.NOT_OPTED_IN} == kinds(ask([event("opted_in", **doubt)], purpose="invitation", rules=INVITED))


def test_the_callers_word_stands_above_an_event():
    """T15: who took the tick back has not agreed, whatever they once said; and the other way round."""
    agreed = [event("opted_in")]
    assert {CauseKind.NOT_OPTED_IN} == kinds(ask(agreed, purpose="invitation", rules=INVITED, opted_in=False))
    assert ask([], purpose="invitation", rules=INVITED, opted_in=True).allowed


def test_an_agreement_counts_from_its_time():
    """T15: what is dated tomorrow is not agreed to today."""
    tomorrow = [event("opted_in", at=TOMORROW)]
    assert not ask(tomorrow, purpose="invitation", rules=INVITED).allowed
    assert ask(tomorrow, purpose="invitation", rules=INVITED, now=TOMORROW).allowed


# -- quota -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left, allowed", [(-1, False), (0, False), (1, True), (1000, True)])
def test_the_last_message_may_be_sent(left, allowed):
    """T13: with one left one is sent, with none left none."""
    assert allowed is ask(quota_left=left).allowed


def test_a_quota_says_when_there_is_more():
    """T13: the refusal ends when the account gets new messages, and from that moment they are sent."""
    (cause,) = ask(quota_left=0, quota_renews_at=TOMORROW).causes
    assert TOMORROW == cause.until
    assert not ask(quota_left=0, quota_renews_at=TOMORROW, now=TOMORROW - timedelta(seconds=1)).allowed
    assert ask(quota_left=0, quota_renews_at=TOMORROW, now=TOMORROW).allowed


def test_a_renewal_is_told_in_any_zone():
    """T13: the account's own midnight will do."""
    at_home = (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-7)))
    assert not ask(quota_left=0, quota_renews_at=at_home).allowed
    assert ask(quota_left=0, quota_renews_at=at_home, now=NOW + timedelta(hours=1)).allowed


def test_nothing_else_ends_with_the_quota():
    """The time of the renewal is the quota's alone."""
    decision = ask(quota_left=0, quota_renews_at=TOMORROW, declined=True)
    assert {CauseKind.DECLINED: None, CauseKind.QUOTA_EXCEEDED: TOMORROW} == {
        cause.kind: cause.until for cause in decision.causes
    }


# -- whose decision, and who can change it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, whose, by, lasting, how",
    [
        (CauseKind.DECLINED, "recipient", "recipient", "changes", ["ask them to change their choice"]),
        (CauseKind.POLICY_HOLD, "support", "support", "changes", ["Contact your support team"]),
        (CauseKind.NOT_OPTED_IN, "support", "recipient", "changes", ["Ask the recipient", "record that they agreed"]),
        (CauseKind.TEMPLATE_DISABLED, "staff", "staff", "changes", ["Switch them on in the settings"]),
        (CauseKind.CHANNEL_DISABLED, "support", "support", "changes", ["Ask your support team to switch it on"]),
        (CauseKind.QUOTA_EXCEEDED, "support", "staff", "changes", ["Check your plan", "billing details"]),
        (CauseKind.INACTIVE, "support", "recipient", "changes", ["once the recipient is active again"]),
    ],
)
def test_a_refusal_says_whose_it_is_and_who_changes_it(kind, whose, by, lasting, how):
    """T7, T13 to T16, A24: staff read whose decision it was, how long it holds, who changes it and how."""
    assert [] == lacking(ask(**STOPS[kind]), whose=Party(whose), lasting=lasting, by=Party(by), how=how)


def test_a_quota_that_renews_ends_by_itself():
    """T13: staff read that it ends, and when to look again."""
    decision = ask(quota_left=0, quota_renews_at=TOMORROW)
    assert [] == lacking(decision, whose=Party.SUPPORT, lasting="renews", by=Party.STAFF, how=["Check your plan"])
    assert TOMORROW == explain(decision).look_again


def test_the_two_ways_to_be_declined_are_told_apart():
    """T7: the recipient refused such messages, or the account switched them off: one product's word, two reasons."""
    theirs, ours = ask(declined=True), ask(template_on=False)
    assert (Reason.DECLINED, Reason.TEMPLATE_DISABLED) == tuple(each.event.failure.reason for each in (theirs, ours))
    assert (Party.RECIPIENT, Party.STAFF) == tuple(each.causes[0].decided_by for each in (theirs, ours))
    assert "It was not the choice of the recipient." in explain(ours).meaning


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("stands", [True, False])
def test_no_release_lifts_a_setting(kind, stands):
    """It ends when it is changed: a release is refused, stands it or not, and says who can change it."""
    last = START - timedelta(days=1000)
    known = suppress([event("active", at=last)] if stands else [])
    release = known.release(ADA, kind, actor="support", proof="support_decision", at=NOW)
    assert (False, WhyNot.NOT_BY_RELEASE, None) == (release.accepted, release.why_not, release.event)
    assert SETTINGS[kind].releases == release.would_do
    assert "ends by itself when that changes" in explain(release).meaning


@pytest.mark.parametrize("kind", SETTINGS)
def test_each_row_says_who_changes_it_by_a_change(kind):
    """A setting is changed and inactivity ended by activity; nobody else's proof would do."""
    proofs = {proof for _, proof in SETTINGS[kind].releases}
    expected = ReleaseProof.NEW_ACTIVITY if kind is CauseKind.INACTIVE else ReleaseProof.SETTING_CHANGED
    assert {expected} == proofs


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_setting_is_no_evidence(kind):
    """Nothing that happened shows it, nobody's list holds it, and it is of every channel."""
    cause = setting(kind)
    assert (None, (), None, None) == (cause.evidence, cause.listed_by, cause.channel, cause.provider)
    assert (kind, SETTINGS[kind].reason) == (cause.kind, cause.reason)


def test_a_withheld_message_is_no_new_setting():
    """The event of a refusal, folded in, stops nothing once the setting is changed."""
    for told in STOPS.values():
        assert ask([ask(**told).event]).allowed


# -- what is told wrongly --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["opted_in", "declined", "template_on", "channel_on", "on_hold"])
@pytest.mark.parametrize("wrong", [0, 1, "no", "", [], date(2024, 1, 1)], ids=repr)
def test_a_flag_is_a_flag(name, wrong):
    """A "no" that would be read as yes is refused; the error names the field, and not what was handed in."""
    with pytest.raises(TypeError, match=rf"\A{name}: expected bool, got \w+\Z"):
        Standing(**{name: wrong})


@pytest.mark.parametrize("wrong", ["ada@example.com", 0.5, True, False, [3]], ids=repr)
def test_a_quota_is_a_number(wrong):
    """A flag is no number of messages; the error names the field, and not what was handed in."""
    with pytest.raises(TypeError, match=r"\Aquota_left: expected int, got \w+\Z"):
        Standing(quota_left=wrong)


@pytest.mark.parametrize("name", ["quota_renews_at", "last_active"])
def test_a_time_has_a_zone(name):
    """A date, a text, or a time that nobody can place is refused by name."""
    with pytest.raises(TypeError, match=rf"\A{name}: expected datetime, got date\Z"):
        Standing(**{name: date(2024, 1, 1)})
    with pytest.raises(TypeError, match=rf"\A{name}: expected datetime, got str\Z"):
        Standing(**{name: "2024-01-01"})
    with pytest.raises(ValueError, match=rf"\A{name}: expected a time with its zone\Z"):
        Standing(**{name: datetime(2024, 1, 1)})  # noqa: DTZ001 (a time without its zone is the point)


def test_a_standing_is_told_by_name():
    """Fields cannot be mixed up by their order, nor unknown ones told."""
    with pytest.raises(TypeError):
        Standing(True)
    with pytest.raises(TypeError):
        Standing(opted_out=True)


def test_what_is_told_in_another_zone_is_the_same_standing():
    """Two that say the same are equal."""
    assert Standing(last_active=NOW) == Standing(last_active=NOW.astimezone(timezone(timedelta(hours=9))))
    assert UTC is Standing(last_active=NOW.astimezone(timezone(timedelta(hours=9)))).last_active.tzinfo


def test_what_is_decided_depends_on_nothing_else():
    """The same standing gives the same causes, in the vocabulary's order."""
    standing = Standing(declined=True, on_hold=True, quota_left=0)
    found = [cause.kind for cause in settings_that_stop(standing, INVITED, Purpose.BULK, NOW, agreed=False)]
    assert found == sorted(found, key=lambda kind: kind.ordinal)
