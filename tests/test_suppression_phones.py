"""Who may still be texted: what a STOP, a drop and a START say of a number, and on which channel."""

from datetime import timedelta

import pytest

from deliverystatus import (
    CauseKind,
    Channel,
    Event,
    Purpose,
    Reason,
    Scope,
    SuppressionList,
    WhyNot,
    explain,
    fold,
    fold_copies,
    stop_by_hand,
    summarize,
    suppress,
)
from deliverystatus.testing import START, event, failure

ADA = "+15550100"
ONE, OTHER = "sender:+15550188", "sender:+15550199"
NOW = START + timedelta(days=30)
EVERY, NONE = set(Purpose), set()
LEFT, BAD = failure(Reason.SUPPRESSED_UNSUBSCRIBE), failure(Reason.UNKNOWN_RECIPIENT)
ON_LIST = failure(Reason.SUPPRESSED_BAD_ADDRESS)

phones = pytest.mark.parametrize("channel", ["sms", "whatsapp"])


def on(channel, kind, at=0, **fields):
    """Make an event about the number."""
    return event(kind, at=at, **{"recipient": ADA, "channel": channel} | fields)


def allowed(events, recipient=ADA, **about):
    """Say for which purposes a message may be sent."""
    known = suppress(events)
    return {each for each in Purpose if known.may_send(recipient, purpose=each, now=NOW, **about).allowed}


def causes(events, recipient=ADA, **about):
    """Give all that stops a message of somebody who asked for it."""
    return suppress(events).may_send(recipient, purpose="transactional", now=NOW, **about).causes


# -- a STOP that a drop shows ----------------------------------------------------------------------------------------


@phones
@pytest.mark.parametrize("kind,value", [("dropped", None), ("suppression_changed", "added")])
def test_a_drop_stops_all_that_the_stop_would(channel, kind, value):
    """Who is known to have said STOP by a drop alone gets nothing more from that sender, through whatever provider."""
    dropped = on(channel, kind, failure=LEFT, scope=ONE, value=value)
    assert NONE == allowed([dropped], channel=channel, scope=ONE, provider="other")
    assert EVERY == allowed([dropped], channel=channel, scope=OTHER)
    (found,) = causes([dropped], channel=channel)
    (said,) = causes([on(channel, "unsubscribed", scope=ONE)], channel=channel)
    assert (said.place, said.purposes, said.releases) == (found.place, found.purposes, found.releases)
    assert (("example", None),) == found.listed_by


@phones
def test_a_drop_stops_its_own_channel(channel):
    """What was said on one channel holds there, and no mail is of it."""
    others = {*Channel} - {Channel(channel)}
    stop = on(channel, "dropped", failure=LEFT)
    assert [EVERY, EVERY] == [
        allowed([stop], ADA if other is not Channel.EMAIL else "ada@example.com", channel=other) for other in others
    ]


def test_a_list_of_mail_holds_unsubscriptions_of_its_own():
    """By mail, what is dropped for an unsubscription is on the list of that provider, which lets receipts pass."""
    (found,) = suppress([event("dropped", failure=LEFT)]).may_send("ada@example.com", purpose="bulk", now=NOW).causes
    assert (CauseKind.PROVIDER_LIST, "example") == (found.kind, found.provider)


# -- START -----------------------------------------------------------------------------------------------------------


@phones
def test_who_starts_again_is_written_to(channel):
    """STOP, a drop for it, START: the number may be texted; and a drop that is later stops again."""
    stop = on(channel, "unsubscribed", 1, scope="sender:+15550188")
    drop = on(channel, "dropped", 2, failure=LEFT, scope="sender:1 (555) 0188")
    start = on(channel, "resubscribed", 3, scope="sender:0015550188")
    again = on(channel, "dropped", 4, failure=LEFT, scope=ONE)
    assert NONE == allowed([stop, drop], channel=channel, scope=ONE)
    assert EVERY == allowed([stop, drop, start], channel=channel, scope=ONE)
    assert NONE == allowed([stop, drop, start, again], channel=channel, scope=ONE)


@pytest.mark.parametrize("scope", [None, "sender"])
def test_a_drop_that_names_no_sender_is_over_with_any_start(scope):
    """Some providers do not say to whom STOP was said: a START later than the drop lifts it, on that channel."""
    drop = on("sms", "dropped", 2, failure=LEFT, scope=scope)
    start = on("sms", "resubscribed", 3, scope=OTHER)
    assert NONE == allowed([drop], channel="sms", scope=ONE)
    assert EVERY == allowed([drop, start], channel="sms", scope=ONE)
    assert NONE == allowed([drop, on("sms", "resubscribed", 1, scope=OTHER)], channel="sms", scope=ONE)
    assert NONE == allowed([drop, on("whatsapp", "resubscribed", 3, scope=OTHER)], channel="sms", scope=ONE)


@pytest.mark.parametrize("scope", [None, "sender", "group:5"])
def test_what_starts_again_from_nobody_lifts_no_drop(scope):
    """A START of which nobody says to whom, or of a group, says nothing of what a drop was for."""
    drop = on("sms", "dropped", 2, failure=LEFT)
    assert (scope is None) is (allowed([drop, on("sms", "resubscribed", 3, scope=scope)], channel="sms") == EVERY)


@pytest.mark.parametrize(
    "stop",
    [
        on("sms", "unsubscribed", 1, scope=ONE),
        on("sms", "unsubscribed", 1, scope="everything"),
        on("sms", "dropped", 1, failure=LEFT, scope=ONE),
        on("sms", "dropped", 1, failure=LEFT, scope="everything"),
        on("sms", "suppression_changed", 1, value="added", failure=LEFT, provider=None),
        stop_by_hand(ADA, actor="staff", at=START),
    ],
    ids=["to another", "to all", "dropped for another", "dropped for all", "our own entry", "by hand"],
)
def test_a_start_lifts_no_more_than_it_says(stop):
    """A STOP of another sender that is named, and one of everything, stand beside a drop that is lifted."""
    drop = on("sms", "dropped", 2, failure=LEFT)
    start = on("sms", "resubscribed", 3, scope=OTHER)
    assert NONE == allowed([stop, drop, start], channel="sms", scope=ONE)


def test_a_stop_without_a_time_had_been_said_by_its_arrival():
    """A drop that has no time is lifted by what is later than its arrival; one that arrived at no known time is not."""
    start = on("sms", "resubscribed", 3, scope=ONE)
    early, late = ({"received_at": START + timedelta(seconds=second)} for second in (2, 4))
    at_some_time = [on("sms", "dropped", None, failure=LEFT, **came) for came in (early, late, {})]
    assert [EVERY, NONE, NONE] == [allowed([each, start], channel="sms") for each in at_some_time]


@phones
def test_a_drop_is_released_as_the_stop_is(channel):
    """The recipient asks, and it is lifted here; where else the number is held, the release says."""
    drop = on(channel, "dropped", failure=LEFT)
    known = suppress([drop])
    done = known.release(ADA, "unsubscribe", actor="recipient", proof="recipient_request", at=NOW)
    assert (("example", None),) == done.listed_by
    assert EVERY == allowed([drop, done.event], channel=channel)
    later = on(channel, "dropped", NOW + timedelta(hours=1), failure=LEFT)
    assert [CauseKind.UNSUBSCRIBE] == [each.kind for each in causes([drop, done.event, later], channel=channel)]


# -- on which channel a number is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recipient,said,travels",
    [
        ("ada@example.com", "email", "email"),
        ("ada@example.com", "sms", "sms"),
        ("rcs:ada@example.com", "email", "email"),
        ("ada", "email", "email"),
        ("15550100", "email", "sms"),
        ("+15550100", "sms", "sms"),
        ("+15550100", "whatsapp", "whatsapp"),
        ("whatsapp:+15550100", "email", "whatsapp"),
        (" WhatsApp:+15550100", "sms", "whatsapp"),
        ("rcs:+15550100", "email", "sms"),
        ("rcs:+15550100", "whatsapp", "sms"),
        ("tel:+15550100", "email", "sms"),
        ("tel:+15550100", "whatsapp", "whatsapp"),
    ],
)
def test_all_agree_how_a_message_travels(recipient, said, travels):
    """What is said of a number without a channel, or with another than it names, is of one channel everywhere."""
    sent = event("sent", recipient=recipient, channel=said)
    (key,) = fold_copies([sent])
    decision = suppress([]).may_send(recipient, purpose="bulk", channel=said, now=NOW)
    assert {Channel(travels)} == {sent.channel, key.channel, decision.channel}
    assert Event.from_dict(sent.to_dict()) == sent
    stop = event("unsubscribed", recipient=recipient, channel=said)
    assert not suppress([stop]).may_send(recipient, purpose="bulk", channel=said, now=NOW).allowed
    start = event("resubscribed", at=1, recipient=recipient, channel=travels)
    assert suppress([stop, start]).may_send(recipient, purpose="bulk", channel=said, now=NOW).allowed


def test_an_event_of_nobody_is_of_the_channel_it_says():
    """Without a recipient, nothing but the word tells the channel."""
    assert [Channel.EMAIL, Channel.SMS] == [
        event("sent", recipient=None).channel,
        event("sent", recipient="", channel="sms").channel,
    ]


def test_what_our_side_says_of_a_number_is_told_as_a_text():
    """A text that our side recorded without its channel is explained and counted as one that has it."""
    said, unsaid, mail = (
        [event("sent", **more)] for more in ({"recipient": ADA, "channel": "sms"}, {"recipient": ADA}, {})
    )
    assert explain(fold(said)) == explain(fold(unsaid))
    assert explain(fold(mail)) != explain(fold(unsaid))
    opened = [summarize(fold_copies(each)).rate("opened", of="sent").untracked for each in (said, unsaid, mail)]
    assert [1, 1, 0] == opened


def test_parts_of_a_number_without_a_channel_are_parts():
    """An SMS of two parts has two copies, whether or not its channel is said."""
    parts = [event("delivered", recipient=ADA, part=(number, 2), at=number) for number in (1, 2)]
    assert [(1, 2), (2, 2)] == sorted(key.part for key in fold_copies(parts))


def test_a_number_that_names_its_channel_is_released_there():
    """What is lifted of ``whatsapp:+1…`` is a STOP on WhatsApp; one by SMS stays, and is lifted by its own."""
    said = {"actor": "recipient", "proof": "recipient_request", "at": NOW}
    both = [on("sms", "unsubscribed"), on("whatsapp", "unsubscribed")]
    known = suppress(both)
    assert WhyNot.SEVERAL_CAUSES is known.release(ADA, "unsubscribe", **said).why_not
    done = known.release(f"whatsapp:{ADA}", "unsubscribe", **said)
    assert [EVERY, NONE] == [allowed([*both, done.event], channel=each) for each in ("whatsapp", "sms")]
    by_text = known.release(f"rcs:{ADA}", "unsubscribe", **said)
    assert [NONE, EVERY] == [allowed([*both, by_text.event], channel=each) for each in ("whatsapp", "sms")]


# -- a number that is bad --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "bounced", "failure": BAD},
        {"kind": "dropped", "failure": ON_LIST},
        {"kind": "suppression_changed", "value": "added", "failure": ON_LIST},
    ],
    ids=["refused", "dropped", "listed"],
)
@pytest.mark.parametrize("channel,other", [("sms", "whatsapp"), ("whatsapp", "sms")])
def test_a_number_is_bad_on_the_channel_that_said_so(channel, other, bad):
    """A landline may have WhatsApp, and who has none gets texts; a proper release lifts it there alone."""
    failed = on(channel, **bad)
    assert [NONE, EVERY] == [allowed([failed], channel=each) for each in (channel, other)]
    both = [failed, on(other, "bounced", failure=BAD)]
    known = suppress(both)
    checked = {"actor": "staff", "proof": "address_checked", "at": NOW}
    assert WhyNot.SEVERAL_CAUSES is known.release(ADA, "bad_address", **checked).why_not
    (cause,) = causes(both, channel=channel)
    done = known.release(ADA, cause, **checked)
    assert [EVERY, NONE] == [allowed([*both, done.event], channel=each) for each in (channel, other)]
    stored = SuppressionList.from_dict(suppress([*both, done.event]).to_dict())
    assert stored == suppress([*both, done.event])


def test_who_calls_a_text_spam_gets_nothing_anywhere():
    """A complaint is of the sender, and not of the channel."""
    complaint = on("sms", "complained")
    assert [NONE, NONE] == [allowed([complaint], channel=each) for each in ("sms", "whatsapp")]


def test_where_one_failure_is_not_believed_a_number_is_released_as_a_whole():
    """Rules that count failures count those of all channels, and a release of a bad number is of all of them."""
    failed = [on("whatsapp", "bounced", failure=BAD)]
    known = suppress(failed, rules="time_boxed")
    ask = {"purpose": "bulk", "channel": "sms", "now": START + timedelta(days=1)}
    (cause,) = known.may_send(ADA, **ask).causes
    at = START + timedelta(hours=1)
    (pair, *_) = cause.releases
    done = known.release(ADA, cause, actor=pair[0], proof=pair[1], at=at)
    assert suppress([*failed, done.event], rules="time_boxed").may_send(ADA, **ask).allowed


# -- scopes ----------------------------------------------------------------------------------------------------------


def test_the_scope_of_a_drop_is_shown_as_it_was_said():
    """A cause shows the sender as the provider spelled it; of whom nobody was named, it is everything."""
    named = on("sms", "dropped", failure=LEFT, scope="sender:1 555 0188")
    unnamed = on("sms", "dropped", failure=LEFT)
    assert [Scope("sender", "1 555 0188"), Scope("everything")] == [
        cause.scope for each in (named, unnamed) for cause in causes([each], channel="sms")
    ]
