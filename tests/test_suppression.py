"""
Suppression, case by case: each test says what a service, its staff or its recipients are promised.

Where a test meets a wish or a report that others had before, it names it: a row of the requirements ("C11"), or the
public thread where people were bitten.
"""

from datetime import UTC, datetime, timedelta, timezone
from time import process_time

import pytest

from deliverystatus import (
    Actor,
    CauseKind,
    Channel,
    Event,
    EventKind,
    Failure,
    Party,
    PayloadError,
    Purpose,
    Reason,
    ReleaseProof,
    Rules,
    Scope,
    ScopeKind,
    Status,
    SuppressionList,
    UnknownName,
    WhyNot,
    fold_copies,
    providers,
    suppress,
)
from deliverystatus._suppression import _keeping
from deliverystatus._suppression._facts import release_value
from deliverystatus._suppression._keeping import forget
from deliverystatus._suppression._presets import RULES
from deliverystatus._suppression._rules import GROUNDS, LIFTS, LISTED_AS, REMARKS, SETTINGS, STOPS, Threshold
from deliverystatus._suppression._words import Fact
from deliverystatus.testing import START, event, failure

ADA = "ada@example.com"
DAY = 24 * 60 * 60
NOW = START + timedelta(days=10)
BAD = Failure(diagnostic="550 5.1.1 user unknown", reported="HardBounce")
FULL = failure(Reason.MAILBOX_FULL)
COMPLAINT = event("complained", at=1)
BOUNCE = event("bounced", at=1, failure=BAD)


def ask(events, *, purpose="bulk", now=NOW, recipient=ADA, **about):
    """Ask whether a message may be sent, of the list that *events* give."""
    return suppress(events).may_send(recipient, purpose=purpose, now=now, **about)


def allowed(events, **about):
    """Say for each purpose whether a message may be sent."""
    return {str(purpose) for purpose in Purpose if ask(events, purpose=purpose, **about).allowed}


def kinds(events, **about):
    """Give the kinds of the causes that stop a message."""
    return [str(cause.kind) for cause in ask(events, **about).causes]


def release(events, cause, actor, proof, *, at=NOW):
    """Try to lift a cause on the list that *events* give."""
    return suppress(events).release(ADA, cause, actor=actor, proof=proof, at=at)


def listed(reason, *, at=1, value="added", **fields):
    """Make a change of the provider's list."""
    why = None if reason is None else failure(reason)
    return event("suppression_changed", at=at, value=value, failure=why, message_id=None, **fields)


def failing(days, *, kind="soft_bounced", why=FULL, **fields):
    """Make a failure of another copy on each of *days*."""
    return [event(kind, at=day * DAY, message_id=f"m-{day}", failure=why, **fields) for day in days]


EVERY = {"transactional", "bulk", "invitation"}
NONE = set()

# -- complaints ------------------------------------------------------------------------------------------------------


def test_an_earlier_complaint_blocks_all_further_mail():
    """After a spam report nothing is sent, whatever it is for, by whomever (C9, A18)."""
    assert NONE == allowed([COMPLAINT])
    assert NONE == allowed([COMPLAINT], provider="postmark", account="other", scope="stream:outbound")


def test_what_nobody_complained_of_may_be_sent():
    """An address of which nothing is known may be written to."""
    decision = ask([COMPLAINT], recipient="bob@example.com")
    assert decision.allowed
    assert () == decision.causes
    assert decision.event is None


def test_a_complaint_is_lifted_by_a_mail_from_the_address():
    """The recipient writes from the suppressed address, the caller vouches for its signature: lifted (C11)."""
    lifted = release([COMPLAINT], "complaint", "recipient", "from_suppressed_address")
    assert lifted.accepted
    assert lifted.why_not is None
    assert EVERY == allowed([COMPLAINT, lifted.event])


@pytest.mark.parametrize("actor", [Party.STAFF, Party.SUPPORT, Party.ENGINEERS])
def test_a_complaint_must_be_lifted_by_the_client_directly(actor):
    """Whoever else asks is told that it is not theirs to lift, and what would do (C12)."""
    refused = release([COMPLAINT], "complaint", actor, "support_decision")
    assert not refused.accepted
    assert refused.event is None
    assert WhyNot.WRONG_ACTOR is refused.why_not
    assert {Party.RECIPIENT} == {party for party, _ in refused.would_do}


def test_the_clients_word_alone_lifts_no_complaint():
    """The right party with another proof is told which proofs would do (C17)."""
    refused = release([COMPLAINT], "complaint", "recipient", "recipient_request")
    assert WhyNot.WRONG_PROOF is refused.why_not
    assert ("from_suppressed_address", "link_mailed_there") == tuple(proof for _, proof in refused.would_do)


def test_a_complaint_after_a_release_counts():
    """Who complains again is suppressed again."""
    lifted = release([COMPLAINT], "complaint", "recipient", "link_mailed_there")
    again = event("complained", at=NOW + timedelta(hours=1))
    assert NONE == allowed([COMPLAINT, lifted.event, again], now=NOW + timedelta(days=1))


@pytest.mark.parametrize("doubt", [{"authenticated": False}, {"attribution": "candidate"}])
def test_a_doubtful_complaint_pauses_bulk_mail(doubt):
    """Anyone could have sent it, or another recipient did: appointments go out, and staff may lift the pause."""
    doubted = event("complained", at=1, **doubt)
    lifted = release([doubted], "complaint", "staff", "support_decision")
    assert EVERY - {"bulk"} == allowed([doubted])
    assert EVERY == allowed([doubted, lifted.event])


def test_a_complaint_of_somebody_on_the_message_is_nobodys():
    """A complaint that does not say whose suppresses no one (usesend#337, hyvor/relay#233)."""
    assert EVERY == allowed([event("complained", attribution="message"), event("unsubscribed", attribution="message")])


def test_staff_do_not_lift_a_sure_complaint_with_a_doubtful_one():
    """Where a sure and a doubtful complaint stand together, only what lifts both is accepted."""
    both = [COMPLAINT, event("complained", at=2, authenticated=False)]
    assert ["complaint", "complaint"] == kinds(both)
    assert WhyNot.WRONG_ACTOR is release(both, "complaint", "staff", "support_decision").why_not
    assert EVERY == allowed([*both, release(both, "complaint", "recipient", "link_mailed_there").event])


@pytest.mark.parametrize("message_id", ["m-1", "m-2", "m-3", "m-4"])
def test_the_cause_that_stops_more_comes_first(message_id):
    """A sure complaint is named before a doubtful one, whichever event it is."""
    doubted = event("complained", at=2, authenticated=False, message_id=message_id)
    assert [COMPLAINT, doubted] == [cause.evidence for cause in ask([doubted, COMPLAINT]).causes]


# -- bad addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.INVALID_ADDRESS, Reason.UNKNOWN_RECIPIENT, Reason.UNKNOWN_DOMAIN])
def test_an_invalid_address_is_not_written_to(reason):
    """The address, or its domain, does not exist: nothing is sent to it (A16, A17)."""
    assert NONE == allowed([event("dropped", failure=failure(reason))])


def test_a_refusal_at_our_own_rcpt_counts():
    """Our own server's "user unknown" suppresses as a webhook's does (sendgrid/docs#6325)."""
    refused = event(
        "rejected", provider=None, failure=Failure(diagnostic="550 5.1.1 user unknown", smtp_command="RCPT")
    )
    assert ["bad_address"] == kinds([refused], purpose="transactional")


def test_a_hard_bounce_for_a_full_mailbox_is_none():
    """A provider's permanent class does not suppress where the words say the mailbox is full (Rock#6426)."""
    full = event("bounced", failure=Failure(diagnostic="552 5.2.2 mailbox is full", claimed=Reason.UNKNOWN_RECIPIENT))
    assert EVERY == allowed([full])


def test_a_bad_address_is_released_by_staff_who_checked_it():
    """Staff who asked the recipient lift a bad address; the recipient's own word does not."""
    lifted = release([BOUNCE], "bad_address", "staff", "address_checked")
    assert EVERY == allowed([BOUNCE, lifted.event])
    assert WhyNot.WRONG_ACTOR is release([BOUNCE], "bad_address", "recipient", "recipient_request").why_not


def test_a_delivery_lifts_no_bad_address():
    """A later delivery is noise from a catch-all or a forged report, not a release (hitobito#3532)."""
    assert NONE == allowed([BOUNCE, event("delivered", at=2), event("clicked", at=3, actor="human")])


def test_the_bounce_of_a_forward_target_is_no_first_strike():
    """Another address failed, at the end of a forward: the addressed one is not suppressed at once."""
    forwarded = event("bounced", at=1, failure=BAD, final_recipient="else@example.org")
    same = event("bounced", at=1, failure=BAD, final_recipient="ADA@example.com")
    assert EVERY == allowed([forwarded])
    assert NONE == allowed([same])


def test_the_bounces_of_a_forward_target_count_when_repeated():
    """It is evidence for repetition."""
    assert ["repeated_failures"] == kinds(failing([1, 2, 3], why=BAD, final_recipient="else@example.org"))


def test_a_new_address_has_no_past():
    """A corrected address is written to though the old one bounced (mautic#5723, sympa#472)."""
    assert ask([BOUNCE], recipient="ada.l@example.com").allowed


def test_another_recipients_bounce_is_not_ours():
    """Of one message to two, one bounces: the other is not suppressed (usesend#337)."""
    assert ask(
        [BOUNCE, event("bounced", recipient="bob@example.com", failure=BAD)], recipient="eve@example.com"
    ).allowed


@pytest.mark.parametrize(
    "spelling", ["Ada@Example.COM", " ada@example.com ", "ADA@EXAMPLE.COM"], ids=["mixed", "spaces", "capitals"]
)
def test_spellings_of_one_address_are_one(spelling):
    """Case and blanks do not let mail through."""
    assert not ask([BOUNCE], recipient=spelling).allowed


def test_domains_are_compared_as_dns_does():
    """An international domain is one in both its forms; plus-addresses stay apart."""
    known = [event("complained", recipient="ada@bücher.example")]
    assert not ask(known, recipient="ada@xn--bcher-kva.example").allowed
    assert ask(known, recipient="ada+news@bücher.example").allowed


# -- repeated failures -----------------------------------------------------------------------------------------------


def test_failing_on_three_days_suppresses():
    """Who bounced several times is not sent to any more (T10)."""
    assert EVERY == allowed(failing([1, 2]))
    assert NONE == allowed(failing([1, 2, 3]))


@pytest.mark.parametrize("kind", ["soft_bounced", "bounced", "rejected"])
def test_what_is_returned_for_good_counts(kind):
    """Each kind that ends a copy by a server's word counts."""
    assert ["repeated_failures"] == kinds(failing([1, 2, 3], kind=kind))


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind not in ("soft_bounced", "bounced", "rejected")])
def test_what_is_still_tried_or_never_was_does_not_count(kind):
    """A deferral is not over, and what was dropped was not tried; new or unknown kinds never count (fxa#5757)."""
    assert "repeated_failures" not in kinds(failing(range(9), kind=kind))


def test_a_day_counts_once():
    """Ten copies that fail on one day are one failure (GNU Mailman's rule)."""
    one_day = [event("soft_bounced", at=DAY + n, message_id=f"m-{n}", failure=FULL) for n in range(10)]
    assert EVERY == allowed(one_day)


def test_a_copy_counts_once():
    """One copy that is reported on three days is one failure (discourse#42660)."""
    assert EVERY == allowed([event("soft_bounced", at=day * DAY, failure=FULL) for day in (1, 2, 3)])


def test_a_copy_without_the_providers_id_is_known_by_its_reference():
    """Copies of our own SMTP have a reference; those with no id at all are each one of their own."""
    own = {"provider": None, "message_id": None}
    by_reference = [event("rejected", at=day * DAY, failure=FULL, reference="r", **own) for day in (1, 2, 3)]
    by_nothing = [event("rejected", at=day * DAY, failure=FULL, reference=None, **own) for day in (1, 2, 3)]
    assert EVERY == allowed(by_reference)
    assert NONE == allowed(by_nothing)


def test_a_copy_is_counted_on_its_first_day():
    """Where copies are reported again and again, each is counted where it began, and days are not counted twice."""
    again = [event("soft_bounced", at=3 * DAY, message_id="m-1", failure=FULL)]
    assert EVERY == allowed([*failing([1, 2]), *again])


def test_failures_without_a_time_are_of_no_day():
    """They cannot be counted by the day, and are not."""
    assert EVERY == allowed([event("bounced", at=None, message_id=f"m-{n}", failure=FULL) for n in range(9)])


def test_failures_far_apart_are_not_repetition():
    """Three in more than thirty days are three times bad luck."""
    assert EVERY == allowed(failing([0, 20, 40]), now=START + timedelta(days=41))
    assert NONE == allowed(failing([0, 20, 30]), now=START + timedelta(days=41))


def test_a_delivery_starts_the_count_again():
    """Only what failed after the last delivery counts, and the delivery must be newer (PostHog#71038)."""
    assert EVERY == allowed([*failing([1, 2, 3]), event("delivered", message_id="m-9", at=2.5 * DAY)])
    assert NONE == allowed([*failing([1, 2, 3]), event("delivered", message_id="m-9", at=0.5 * DAY)])
    assert NONE == allowed([*failing([1, 2, 3]), event("delivered", message_id="m-9", at=None)])


def test_the_latest_delivery_is_remembered():
    """However much was delivered before, it is the last one that starts the count again."""
    before = [event("delivered", at=n, message_id=f"d-{n}") for n in range(99)]
    assert EVERY == allowed([event("delivered", at=3.5 * DAY, message_id="m-9"), *before, *failing([1, 2, 3])])


def test_a_tie_of_delivery_and_failure_goes_to_safety():
    """What failed in the very moment of a delivery is counted."""
    assert NONE == allowed([*failing([1, 2, 3]), event("delivered", message_id="m-9", at=DAY)])
    assert EVERY == allowed([*failing([1, 2, 3]), event("delivered", message_id="m-9", at=DAY + 1)])


def test_a_delivered_copy_that_failed_as_well_resets_nothing():
    """A delivery that was followed by a return is no sign that the mailbox works."""
    assert NONE == allowed([*failing([1, 2, 3]), event("delivered", at=2.5 * DAY, message_id="m-2")])


def test_an_opening_resets_nothing():
    """An old message is opened, while new ones are refused: openings do not say when they were delivered."""
    assert NONE == allowed([*failing([1, 2, 3]), event("opened", at=4 * DAY, actor="human")])


def test_repeated_failures_expire():
    """Thirty days after the last one a message may be tried again; the cause said when (larasend#10)."""
    ends = START + timedelta(days=33)
    assert [ends] == [cause.until for cause in ask(failing([1, 2, 3])).causes]
    assert NONE == allowed(failing([1, 2, 3]), now=ends - timedelta(seconds=1))
    assert EVERY == allowed(failing([1, 2, 3]), now=ends)


def test_what_ends_after_the_calendar_does_ends_with_it():
    """A failure in the year 9999 is no error."""
    late = [datetime(9999, 12, day, tzinfo=UTC) for day in (29, 30, 31)]
    failures = [event("bounced", at=at, message_id=str(at), failure=FULL) for at in late]
    assert NONE == allowed(failures)


def test_support_lifts_repeated_failures():
    """Un-suppressing is support's decision; staff are told so by the same list (T11)."""
    lifted = release(failing([1, 2, 3]), "repeated_failures", "support", "support_decision")
    assert EVERY == allowed([*failing([1, 2, 3]), lifted.event])
    assert WhyNot.WRONG_PROOF is release(failing([1, 2, 3]), "repeated_failures", "staff", "address_checked").why_not


def test_the_same_three_failures_can_be_one_too_few_again():
    """After a release the count starts again."""
    lifted = release(
        failing([1, 2, 3]), "repeated_failures", "support", "support_decision", at=START + 5 * timedelta(1)
    )
    events = [*failing([1, 2, 3]), lifted.event, *failing([6, 7])]
    assert EVERY == allowed(events)
    assert NONE == allowed([*events, *failing([8])])


#: What each reason does, if it is all that is known. The rest of the vocabulary never suppresses an address.
AT_ONCE = {Reason.UNKNOWN_RECIPIENT, Reason.INVALID_ADDRESS, Reason.UNKNOWN_DOMAIN}
WHEN_REPEATED = {Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED}


@pytest.mark.parametrize("reason", Reason)
def test_which_reasons_suppress(reason):
    """Bad addresses do at first strike, full and disabled mailboxes when repeated; no other reason ever does."""
    once, often = failing([1], why=failure(reason)), failing(range(9), why=failure(reason))
    assert (NONE if reason in AT_ONCE else EVERY) == allowed(once)
    assert (NONE if reason in AT_ONCE | WHEN_REPEATED else EVERY) == allowed(often)


# -- unsubscriptions -------------------------------------------------------------------------------------------------


def test_who_left_the_newsletter_gets_the_new_password():
    """An opt-out stops bulk mail and invitations; transactional mail passes (K12, frappe#36069, calcom#10093)."""
    assert {"transactional"} == allowed([event("unsubscribed", at=1)])


def test_an_unsubscription_stops_its_scope():
    """Leaving one group leaves the others; a message that does not say its group may be of that one."""
    left = [event("unsubscribed", at=1, scope="group:5")]
    assert not ask(left, scope="group:5").allowed
    assert not ask(left).allowed
    assert not ask(left, scope="everything").allowed
    assert ask(left, scope="group:7").allowed
    assert ask(left, scope=Scope.of("group:7")).allowed


@pytest.mark.parametrize("kind", ScopeKind)
def test_a_scope_of_another_kind_opens_nothing(kind):
    """What a message's tag, stream or topic is called does not show that it is outside of the group that was left."""
    left = [event("unsubscribed", at=1, scope=Scope(kind, "5"))]
    listing = [listed(Reason.SUPPRESSED_OTHER, scope=Scope(kind, "5"))]
    for other in ScopeKind:
        expected = kind is other and kind is not ScopeKind.EVERYTHING
        assert expected is ask(left, scope=Scope(other, "7")).allowed
        assert expected is ask(listing, scope=Scope(other, "7")).allowed


def test_an_unsubscription_from_everything_stops_every_scope():
    """A customer who is off automated mail is off all of it; a group that is not named may be any (A6)."""
    assert not ask([event("unsubscribed", at=1, scope="everything")], scope="group:7").allowed
    assert not ask([event("unsubscribed", at=1, scope="group")], scope="group:7").allowed


def test_customers_reverse_it_themselves():
    """Who subscribes again gets mail again; arrival order does not matter (A7)."""
    left, back = event("unsubscribed", at=1), event("resubscribed", at=2)
    assert EVERY == allowed([left, back]) == allowed([back, left])
    assert {"transactional"} == allowed([back, event("unsubscribed", at=3)])


def test_a_tie_or_a_missing_time_goes_to_safety():
    """What came back in the same moment, or nobody knows when, lifts nothing; nothing lifts what has no time."""
    left = event("unsubscribed", at=1)
    assert {"transactional"} == allowed([left, event("resubscribed", at=1)])
    assert {"transactional"} == allowed([left, event("resubscribed", at=None)])
    assert {"transactional"} == allowed([event("unsubscribed", at=None), event("resubscribed", at=2)])


def test_coming_back_covers_its_scope():
    """Coming back to everything lifts each group; to one group, or to what is not said, only that."""
    left = [event("unsubscribed", at=1, scope="group:5")]
    assert ask([*left, event("resubscribed", at=2, scope="group:5")]).allowed
    assert ask([*left, event("resubscribed", at=2, scope="everything")]).allowed
    assert not ask([*left, event("resubscribed", at=2, scope="group:7")]).allowed
    assert not ask([*left, event("resubscribed", at=2)]).allowed
    assert not ask([event("unsubscribed", at=1), event("resubscribed", at=2, scope="group:5")]).allowed


def test_scanners_neither_leave_nor_come_back():
    """A machine that follows every link unsubscribes nobody (SparkDevNetwork/Rock#7034), and brings nobody back."""
    assert EVERY == allowed([event("unsubscribed", at=1, actor=Actor.MACHINE)])
    assert {"transactional"} == allowed([event("unsubscribed", at=1), event("resubscribed", at=2, actor=Actor.MACHINE)])


def test_anyone_may_stop_and_nobody_unknown_may_start():
    """An unsubscription by a mail that anyone could have sent counts; the same for coming back does not."""
    left, back = event("unsubscribed", at=1, authenticated=False), event("resubscribed", at=2, authenticated=False)
    assert {"transactional"} == allowed([left, back])


def test_an_unsubscription_is_released_by_the_recipient():
    """On their own settings page the recipient comes back to what they left; staff cannot do it for them."""
    left = [event("unsubscribed", at=1, scope="group:5")]
    lifted = release(left, "unsubscribe", "recipient", "recipient_request")
    assert EVERY == allowed([*left, lifted.event])
    assert WhyNot.WRONG_ACTOR is release(left, "unsubscribe", "support", "support_decision").why_not


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_stop_stops_everything_from_that_number(channel):
    """STOP ends all messages from the sender, reminders too, until START; other numbers and e-mail are not meant."""
    phone = {"recipient": "+15550100", "channel": channel}
    stop = event("unsubscribed", at=1, scope="sender:+15550199", **phone)
    start = event("resubscribed", at=2, scope="sender:+15550199", **phone)
    assert NONE == allowed([stop], **phone, scope="sender:+15550199")
    assert NONE == allowed([stop], **phone)
    assert EVERY == allowed([stop], **phone, scope="sender:+15550188")
    assert EVERY == allowed([stop, start], **phone, scope="sender:+15550199")


def test_a_scope_in_other_letters_is_the_same():
    """Mailgun compares tags without regard to case, and mail does so with lists: capitals open nothing."""
    assert not ask([event("unsubscribed", at=1, scope="tag:News")], scope="tag:news ").allowed


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
@pytest.mark.parametrize("kind", ScopeKind)
def test_nothing_but_another_sender_is_outside_of_a_stop(channel, kind):
    """Whatever a STOP or a message is labelled with: only between two named senders does the name tell them apart."""
    stop = [event("unsubscribed", at=1, scope=Scope(kind, "+15550100"), channel=channel)]
    for other in ScopeKind:
        expected = kind is other is ScopeKind.SENDER
        assert expected is ask(stop, channel=channel, scope=Scope(other, "+15550199")).allowed


def test_a_channel_is_left_by_itself():
    """Who stopped text messages still gets the newsletter, and coming back by mail does not undo a STOP."""
    stop = event("unsubscribed", at=1, channel="sms")
    assert EVERY == allowed([stop], channel="email")
    assert NONE == allowed([stop, event("resubscribed", at=2)], channel="sms")
    assert EVERY == allowed([event("unsubscribed", at=1)], channel="sms")


def test_a_stop_is_released_on_its_channel():
    """A release of a STOP lifts it, and is kept as an event of that channel."""
    stop = event("unsubscribed", at=1, channel="sms")
    lifted = release([stop], "unsubscribe", "recipient", "recipient_request")
    assert Channel.SMS is lifted.event.channel
    assert EVERY == allowed([stop, lifted.event], channel="sms")


# -- the provider's own list -----------------------------------------------------------------------------------------


def test_three_reasons_for_a_drop_are_three_causes():
    """Dropped as listed, as bounced before, as reported before: told apart, never collapsed (T12, scoutmagic#375)."""
    drops = [
        event("dropped", at=n, failure=failure(reason))
        for n, reason in enumerate(
            [Reason.SUPPRESSED_OTHER, Reason.SUPPRESSED_BAD_ADDRESS, Reason.SUPPRESSED_COMPLAINT]
        )
    ]
    assert ["complaint", "bad_address", "provider_list"] == kinds(drops)


def test_sendgrids_drops_say_why():
    """A drop by SendGrid's list keeps the rule of the complaint it remembers; that of an unsubscription lets pass."""
    body = [
        {"event": "dropped", "email": ADA, "timestamp": 1704067201, "reason": "Spam Reporting Address"},
        {"event": "dropped", "email": "bob@example.com", "timestamp": 1704067201, "reason": "Unsubscribed Address"},
    ]
    known = suppress(providers.get("sendgrid").parse(body).events)
    complained = known.may_send(ADA, purpose="transactional", provider="smtp", now=NOW)
    assert [(CauseKind.COMPLAINT, (("sendgrid", None),))] == [(c.kind, c.listed_by) for c in complained.causes]
    assert known.may_send("bob@example.com", purpose="transactional", now=NOW).allowed
    assert not known.may_send("bob@example.com", purpose="bulk", provider="sendgrid", now=NOW).allowed
    assert known.may_send("bob@example.com", purpose="bulk", provider="postmark", now=NOW).allowed


def test_a_drop_for_another_reason_lists_nobody():
    """Spam content or a missing reason is no entry of a list."""
    assert EVERY == allowed([event("dropped", failure=failure(Reason.SPAM_CONTENT)), event("dropped")])


@pytest.mark.parametrize("reason", [Reason.SUPPRESSED_BAD_ADDRESS, Reason.SUPPRESSED_COMPLAINT])
def test_a_change_of_a_stream_is_known_everywhere_if_it_is_a_complaint_or_a_bounce(reason):
    """Listed in a stream after a hard bounce or a complaint: that outlives a change of provider (T8)."""
    entry = listed(reason, provider="postmark", scope="stream:broadcast")
    assert NONE == allowed([entry], provider="sendgrid", scope="stream:outbound")


def test_a_complaint_known_by_a_list_is_not_lifted_by_the_list():
    """Taken from the provider's list, by an administrator perhaps, the complaint stands."""
    entry = listed(Reason.SUPPRESSED_COMPLAINT, provider="postmark")
    removed = listed(None, at=2, value="removed", provider="postmark")
    assert NONE == allowed([entry, removed])
    assert [()] == [cause.listed_by for cause in ask([entry, removed]).causes]


def test_what_one_list_lost_another_may_still_hold():
    """Only the list that it was taken from is not named any more."""
    entry = listed(Reason.SUPPRESSED_COMPLAINT, provider="postmark")
    removed = listed(None, at=2, value="removed", provider="sendgrid")
    assert [(("postmark", None),)] == [cause.listed_by for cause in ask([entry, removed]).causes]


def test_a_list_that_holds_it_is_named_though_another_of_the_provider_does_not():
    """Taken from one stream of a provider, the address is still on the list of another, and that has to be lifted."""
    entry = listed(Reason.SUPPRESSED_OTHER, provider="postmark", scope="stream:broadcast")
    removed = listed(None, at=2, value="removed", provider="postmark", scope="stream:outbound")
    assert [(("postmark", None),)] == [cause.listed_by for cause in ask([entry, removed]).causes]


def test_a_manual_entry_binds_where_it_was_made():
    """Listed by hand: no mail by that provider, account and stream; others may send (T8)."""
    entry = [listed(Reason.SUPPRESSED_OTHER, provider="postmark", account="a", scope="stream:broadcast")]
    here = {"provider": "postmark", "account": "a", "scope": "stream:broadcast"}
    assert NONE == allowed(entry, **here) == allowed(entry)
    assert EVERY == allowed(entry, **here | {"provider": "sendgrid"})
    assert EVERY == allowed(entry, **here | {"account": "b"})
    assert EVERY == allowed(entry, **here | {"scope": "stream:outbound"})


def test_what_was_taken_from_the_list_binds_no_more():
    """Removed from the same list later: sent again; from another stream, earlier or nobody knows when: not (T8)."""
    entry = listed(Reason.SUPPRESSED_OTHER, provider="postmark", scope="stream:broadcast")
    removed = {"reason": None, "value": "removed", "provider": "postmark"}
    assert EVERY == allowed([entry, listed(**removed, at=2, scope="stream:broadcast")])
    assert NONE == allowed([entry, listed(**removed, at=2, scope="stream:outbound")])
    assert NONE == allowed([entry, listed(**removed, at=2)])
    assert NONE == allowed([entry, listed(**removed, at=0, scope="stream:broadcast")])
    assert NONE == allowed([entry, listed(**removed, at=None, scope="stream:broadcast")])


def test_the_reason_of_a_removal_is_no_new_failure():
    """A removal that repeats why the address had been listed suppresses nothing."""
    removed = event("suppression_changed", value="removed", failure=BAD)
    assert EVERY == allowed([removed])


def test_an_entry_that_does_not_say_why_is_an_entry():
    """Listed without a reason, or with one that is none of an address: not sent by that provider."""
    assert ["provider_list"] == kinds([listed(None)])
    assert ["provider_list"] == kinds([listed(Reason.SPAM_CONTENT)])
    assert ["bad_address"] == kinds([listed(Reason.UNKNOWN_RECIPIENT)])


@pytest.mark.parametrize("value", [None, "", "changed", "Removed", "added"])
def test_a_change_that_does_not_say_removed_is_an_entry(value):
    """Whether it was added or removed is read on the safe side."""
    assert ["provider_list"] == kinds([listed(Reason.SUPPRESSED_OTHER, value=value)])
    assert [] == kinds([listed(Reason.SUPPRESSED_OTHER, value="removed")])


def test_a_listed_repetition_keeps_its_reason():
    """The provider says "bounced multiple times": support lifts it, on the provider's side as well (T10, T11)."""
    entry = [listed(Reason.SUPPRESSED_REPEATED_BOUNCES, account="a")]
    lifted = release(entry, "provider_list", "support", "support_decision")
    assert Reason.SUPPRESSED_REPEATED_BOUNCES is ask(entry).event.reason
    assert (("example", "a"),) == lifted.listed_by
    assert EVERY == allowed([*entry, lifted.event])


def test_a_listed_unsubscription_is_the_recipients():
    """Known through a list, it is the recipient's to take back, and transactional mail passes."""
    entry = [listed(Reason.SUPPRESSED_UNSUBSCRIBE)]
    assert {"transactional"} == allowed(entry)
    assert not release(entry, "provider_list", "support", "support_decision").accepted
    assert EVERY == allowed([*entry, release(entry, "provider_list", "recipient", "recipient_request").event])


def test_a_release_says_which_lists_hold_it_too():
    """A complaint that two providers list is lifted here once, and has to be lifted at both."""
    entries = [listed(Reason.SUPPRESSED_COMPLAINT, provider=name) for name in ("sendgrid", "postmark")]
    lifted = release([*entries, COMPLAINT], "complaint", "recipient", "link_mailed_there")
    assert (("postmark", None), ("sendgrid", None)) == lifted.listed_by
    assert EVERY == allowed([*entries, COMPLAINT, lifted.event])


def test_our_own_refusal_is_no_new_evidence():
    """The withheld event, folded in again, changes nothing: no refusal feeds the next."""
    decision = ask([COMPLAINT])
    assert suppress([COMPLAINT]) == suppress([COMPLAINT, decision.event])
    assert EVERY == allowed([decision.event])


# -- causes are a set ------------------------------------------------------------------------------------------------


def test_no_cause_overwrites_another():
    """A bounce does not erase an unsubscription; each is lifted by itself (mautic#1663, silent-suite#74)."""
    both = [event("unsubscribed", at=1), BOUNCE]
    lifted = release(both, "bad_address", "staff", "address_checked")
    assert ["bad_address", "unsubscribe"] == kinds(both)
    assert ["unsubscribe"] == kinds([*both, lifted.event])


def test_the_decision_depends_on_the_purpose():
    """The same causes allow a receipt and stop an offer (emailflare#194)."""
    events = [event("unsubscribed", at=1), event("complained", at=1, authenticated=False)]
    assert ["complaint", "unsubscribe"] == kinds(events, purpose="bulk")
    assert [] == kinds(events, purpose="transactional")


def test_a_decision_has_all_that_an_explanation_needs():
    """Whose decision it was, since when, until when, who lifts it and how: as data (hitobito#4449)."""
    decision = ask([BOUNCE], purpose="transactional")
    (cause,) = decision.causes
    assert BOUNCE == cause.evidence
    assert BOUNCE.occurred_at == cause.since
    assert cause.until is None
    assert frozenset(Purpose) == cause.purposes
    assert (Party.STAFF, Party.SUPPORT) == cause.lifted_by
    assert (
        (Party.STAFF, ReleaseProof.ADDRESS_CHECKED),
        (Party.SUPPORT, ReleaseProof.ADDRESS_CHECKED),
    ) == cause.releases
    assert (ADA, Purpose.TRANSACTIONAL, Channel.EMAIL, (), NOW) == (
        decision.recipient,
        decision.purpose,
        decision.channel,
        decision.incidents,
        decision.now,
    )


@pytest.mark.parametrize(
    "events, reason",
    [
        ([COMPLAINT, BOUNCE], Reason.SUPPRESSED_COMPLAINT),
        ([BOUNCE], Reason.SUPPRESSED_BAD_ADDRESS),
        (failing([1, 2, 3]), Reason.SUPPRESSED_REPEATED_BOUNCES),
        ([event("unsubscribed", at=1)], Reason.SUPPRESSED_UNSUBSCRIBE),
        ([listed(Reason.SUPPRESSED_OTHER)], Reason.SUPPRESSED_OTHER),
    ],
)
def test_a_refusal_is_an_event_with_its_reason(events, reason):
    """A refusal is recorded as withheld, now, with the reason of the most binding cause."""
    decision = ask(events)
    assert (EventKind.WITHHELD, NOW, reason, str(decision.causes[0].kind)) == (
        decision.event.kind,
        decision.event.occurred_at,
        decision.event.reason,
        decision.event.failure.reported,
    )


def test_a_refusal_joins_the_copy_that_was_not_sent():
    """With the message's reference the refusal folds into its copy: pending until now, withheld from now on."""
    pending = event("pending", provider=None, message_id=None, reference="order-17", at=1)
    decision = ask([COMPLAINT], reference="order-17", provider="postmark", account="a", channel="email")
    (record,) = fold_copies([pending, decision.event]).values()
    assert Status.WITHHELD is record.status
    assert ("postmark", "a") == (decision.event.provider, decision.event.account)


def test_a_refusal_without_a_reference_is_of_no_copy():
    """Not told which message it was, the refusal makes up no copy."""
    assert ask([COMPLAINT]).event.reference is None
    assert 0 == len(fold_copies([ask([COMPLAINT]).event]))


# -- releases --------------------------------------------------------------------------------------------------------


def test_there_must_be_something_to_lift():
    """Nothing of that kind suppresses the address: the release is refused, and says so."""
    refused = release([BOUNCE], CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)
    assert (WhyNot.NO_SUCH_CAUSE, (), ()) == (refused.why_not, refused.causes, refused.would_do)


def test_a_release_must_be_later_than_the_evidence():
    """A mail from before the complaint cannot take it back, nor one that is not known to be later."""
    without = event("complained", at=None)
    assert WhyNot.NOT_LATER is release([COMPLAINT], "complaint", "recipient", "link_mailed_there", at=START).why_not
    assert WhyNot.CAUSE_WITHOUT_TIME is release([without], "complaint", "recipient", "link_mailed_there").why_not


@pytest.mark.parametrize("ground", ["complained", "bounced"])
def test_what_has_no_time_had_happened_by_its_arrival(ground):
    """Our own server's refusal, say, has no time: a release that is later than its arrival lifts it, no other does."""
    without = event(ground, at=None, failure=BAD if ground == "bounced" else None, received_at=START)
    (cause,) = ask([without]).causes
    actor, proof = cause.releases[0]
    lifted = release([without], cause.kind, actor, proof, at=START + timedelta(seconds=1))
    assert (None, START) == (cause.since, cause.happened_by)
    assert EVERY == allowed([without, lifted.event]) == allowed([lifted.event, without])
    assert WhyNot.NOT_LATER is release([without], cause.kind, actor, proof, at=START).why_not


def test_it_would_do_to_say_when_it_came():
    """A release is refused where nothing is known to be later, and accepted once the arrival is known."""
    without = event("complained", at=None)
    refused = release([without], "complaint", "recipient", "link_mailed_there")
    known = Event.from_dict(refused.causes[0].evidence.to_dict() | {"received_at": START.isoformat()})
    assert WhyNot.CAUSE_WITHOUT_TIME is refused.why_not
    assert "received_at" in refused.why_not.meaning
    assert release([without, known], "complaint", "recipient", "link_mailed_there").accepted


def test_a_repetition_of_what_has_no_time_is_no_news():
    """A body that comes once more after the release is the same complaint; that of another message is another."""
    first, again, other = (
        event("complained", at=None, received_at=START + timedelta(hours=hours), message_id=message_id)
        for hours, message_id in ((0, "m-1"), (2, "m-1"), (2, "m-2"))
    )
    lifted = release([first], "complaint", "recipient", "link_mailed_there", at=START + timedelta(hours=1))
    assert EVERY == allowed([first, lifted.event, again]) == allowed([again, lifted.event, first])
    assert NONE == allowed([first, lifted.event, other])


def test_what_has_a_time_is_not_hidden_by_what_has_none():
    """A complaint after the release counts, though an older one has no time and came before."""
    without, after = event("complained", at=None, received_at=START), event("complained", at=60)
    between = release([without], "complaint", "recipient", "link_mailed_there", at=START + timedelta(seconds=30))
    late = release([without, after], "complaint", "recipient", "link_mailed_there")
    assert NONE == allowed([without, after, between.event])
    assert EVERY == allowed([without, after, late.event])


def test_the_arrival_of_what_has_no_time_is_stored():
    """It is read back with the list, for a release depends on it; that of what has a time is not kept."""
    known = suppress([event("complained", at=None, received_at=START), event("unsubscribed", at=1, received_at=START)])
    stored = known.to_dict()
    assert known == SuppressionList.from_dict(stored)
    assert known != suppress([event("complained", at=None), event("unsubscribed", at=1)])
    assert ["complained"] == [each["kind"] for each in stored["evidence"] if "received_at" in each]


def test_a_list_is_lifted_from_where_it_was_taken():
    """A complaint known by a list without a time is not named as listed once it was taken from there, later."""
    entry = listed(Reason.SUPPRESSED_COMPLAINT, at=None, provider="postmark", received_at=START)
    removed = listed(None, at=2, value="removed", provider="postmark")
    assert [(("postmark", None),)] == [cause.listed_by for cause in ask([entry]).causes]
    assert [()] == [cause.listed_by for cause in ask([entry, removed]).causes]


def test_a_release_in_the_moment_of_the_evidence_is_refused():
    """A tie goes to safety, and is told at once."""
    tied = release([COMPLAINT], "complaint", "recipient", "link_mailed_there", at=COMPLAINT.occurred_at)
    assert WhyNot.NOT_LATER is tied.why_not


def test_a_release_lifts_where_it_was_meant():
    """Coming back to text messages is not coming back to mail; off one provider's list is not off another's."""
    stop, left = event("unsubscribed", at=1, channel="sms"), event("unsubscribed", at=1)
    here, there = listed(Reason.SUPPRESSED_OTHER), listed(Reason.SUPPRESSED_OTHER, provider="postmark")
    started = release([stop], "unsubscribe", "recipient", "recipient_request")
    lifted = release([here], "provider_list", "support", "support_decision")
    assert ["unsubscribe"] == kinds([left, started.event])
    assert ["postmark"] == [cause.provider for cause in ask([here, there, lifted.event]).causes]


@pytest.mark.parametrize(
    "events, said",
    [
        ([COMPLAINT], {"kind": "released", "value": "complaint:recipient:link_mailed_there"}),
        ([event("unsubscribed", at=1)], {"kind": "resubscribed"}),
        (
            [listed(Reason.SUPPRESSED_OTHER)],
            {"kind": "suppression_changed", "value": "removed", "provider": "example", "message_id": None},
        ),
    ],
    ids=["released", "resubscribed", "unlisted"],
)
def test_what_is_dated_ahead_by_mistake_hides_nothing(events, said):
    """A clock that is years ahead does not undo what was said rightly, before or after it."""
    fields = {"provider": None, "message_id": None} | said
    wrong = [event(at=(3000 + day) * DAY, **fields) for day in range(3)]
    right = event(at=DAY, **fields)
    assert not ask([*events, *wrong], purpose="bulk").allowed
    assert ask([*events, *wrong, right], purpose="bulk").allowed
    assert ask([right, *events, *wrong], purpose="bulk").allowed


def test_a_release_does_not_count_before_its_time():
    """A release that is dated tomorrow lifts nothing today, and so never what is yet to happen."""
    lifted = release([COMPLAINT], "complaint", "recipient", "link_mailed_there", at=NOW + timedelta(days=1))
    assert NONE == allowed([COMPLAINT, lifted.event])
    assert EVERY == allowed([COMPLAINT, lifted.event], now=NOW + timedelta(days=1))


def test_of_several_causes_one_is_named():
    """Who left two groups comes back to one: the kind alone does not say which, the cause does."""
    left = [event("unsubscribed", at=1, scope=scope) for scope in ("group:5", "group:7")]
    refused = release(left, "unsubscribe", "recipient", "recipient_request")
    one = next(cause for cause in refused.causes if str(cause.scope) == "group:5")
    lifted = release(left, one, "recipient", "recipient_request")
    assert WhyNot.SEVERAL_CAUSES is refused.why_not
    assert ["group:7"] == [str(cause.scope) for cause in ask([*left, lifted.event]).causes]


@pytest.mark.parametrize(
    "value", [None, "", "complaint", "complaint:recipient", "complaint:recipient:because", "x:y:z"]
)
def test_a_release_that_cannot_be_read_lifts_nothing(value):
    """A released event of another's making is kept out, without an error."""
    assert NONE == allowed([COMPLAINT, event("released", at=2, value=value)])


def test_a_forged_release_lifts_nothing():
    """A release that anyone could have sent does not count, however right it looks."""
    value = release_value(CauseKind.COMPLAINT, Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)
    assert NONE == allowed([COMPLAINT, event("released", at=2, value=value, authenticated=False)])
    assert EVERY == allowed([COMPLAINT, event("released", at=2, value=value)])


def test_a_release_is_stored_and_read_back():
    """The event of a release survives its JSON form: what counts is in fields that are compared (listmonk#1221)."""
    lifted = release([COMPLAINT], "complaint", "recipient", "link_mailed_there")
    assert EVERY == allowed([COMPLAINT, Event.from_dict(lifted.event.content())])


# -- the list itself -------------------------------------------------------------------------------------------------


def test_test_mode_counts_nowhere():
    """A provider's test events suppress nobody, nor does what names nobody."""
    assert 0 == len(suppress([event("complained", test=True), event("complained", recipient=None)]))


def test_a_list_names_the_addresses_it_knows_something_against():
    """Iterating gives suppressed addresses as they are compared, and not everybody who ever got a message."""
    known = suppress(
        [event("delivered", recipient="bob@example.com"), event("complained", recipient="Ada@Example.com")]
    )
    assert [ADA] == list(known)
    assert 1 == len(known)


def test_a_list_does_not_show_addresses():
    """Addresses are personal data, and in no repr."""
    decision = ask([COMPLAINT])
    refused = release([COMPLAINT], "complaint", "staff", "address_checked")
    assert not any("ada" in repr(each) for each in (suppress([COMPLAINT]), decision, refused))
    assert "SuppressionList(1 addresses, rules='default')" == repr(suppress([COMPLAINT]))


@pytest.mark.parametrize("kind", ["unsubscribed", "suppression_changed", "bounced"])
def test_a_repr_shows_nothing_of_strangers(kind):
    """Neither the recipient nor what a scope is called, nor any text or id of the evidence, is in a repr."""
    why = Failure(diagnostic="550 5.7.1 xyzzy is blocked", reported="xyzzy", remote_mta="xyzzy")
    evidence = event(
        kind, recipient="xyzzy@example.com", message_id="xyzzy", reference="xyzzy", scope="list:xyzzy", failure=why
    )
    known = suppress([evidence])
    decision = known.may_send("xyzzy@example.com", purpose="bulk", scope="list:xyzzy", reference="xyzzy", now=NOW)
    (cause, *_) = decision.causes
    released = known.release("xyzzy@example.com", cause, actor=cause.lifted_by[0], proof=cause.releases[0][1], at=NOW)
    assert "list:xyzzy" in {str(each.scope) for each in decision.causes}
    assert not any("xyzzy" in repr(each) for each in (cause, decision, released, known))


def test_a_list_is_stored_and_read_back():
    """What ``to_dict`` gives is JSON of the evidence, from which the same list is made."""
    known = suppress([COMPLAINT, BOUNCE, *failing([1, 2, 3]), event("delivered", at=0)])
    assert known == SuppressionList.from_dict(known.to_dict())
    assert known == SuppressionList.from_dict(known.to_dict(), rules=RULES["default"])


@pytest.mark.parametrize(
    "stored",
    [None, [], {}, {"rules": "default"}, {"rules": 1, "evidence": []}, {"rules": "default", "evidence": 5}],
)
def test_another_form_is_refused(stored):
    """What is no stored list is a ``PayloadError``."""
    with pytest.raises(PayloadError):
        SuppressionList.from_dict(stored)


def test_an_event_of_another_form_is_refused():
    """So is evidence that is no event."""
    with pytest.raises(PayloadError, match="kind"):
        SuppressionList.from_dict({"rules": "default", "evidence": [{"kind": "no such"}]})


def ratio(work, *sizes):
    """Say how many times longer *work* takes on the larger of two inputs: about as much larger as that is, if linear."""
    times = []
    for size in sizes:
        prepared = work(size)
        spent = []
        for _ in range(3):
            start = process_time()
            prepared()
            spent.append(process_time() - start)
        times.append(min(spent))
    return times[1] / times[0]


def test_many_scopes_of_one_address_are_folded_in_linear_time(monkeypatch):
    """What is not forgotten is not looked through again for each new fact."""
    seen = []
    monkeypatch.setattr(_keeping, "forget", lambda facts, rules: seen.append(len(facts)) or forget(facts, rules))
    left = [event("unsubscribed", at=1, scope=f"group:{n}") for n in range(2000)]
    failed = [event("bounced", at=n * DAY, message_id=f"m-{n}", failure=FULL) for n in range(2000)]
    suppress([*left, *failed])
    assert sum(seen) < 4 * len([*left, *failed])
    assert 1 < len(seen)


def test_many_facts_of_one_address_are_merged_in_linear_time(monkeypatch):
    """The same where one list takes another."""
    seen = []
    monkeypatch.setattr(_keeping, "forget", lambda facts, rules: seen.append(len(facts)) or forget(facts, rules))
    one, other = (
        suppress([event("unsubscribed", at=1, scope=f"group:{n}") for n in range(start, start + 2000)])
        for start in (0, 2000)
    )
    seen.clear()
    _ = one | other
    assert sum(seen) < 4 * 4000


@pytest.mark.parametrize(
    "back",
    [
        lambda n: event("resubscribed", at=2, scope=f"group:{n}"),
        lambda n: listed(None, at=2, value="removed", scope=f"group:{n}"),
        lambda n: listed(None, at=2, value="removed", account=f"{n}"),
        lambda n: event(
            "released", at=2, scope=f"group:{n}", value="unsubscribe:recipient:recipient_request", provider=None
        ),
    ],
    ids=["resubscribed", "removed", "another list", "released"],
)
def test_many_causes_and_what_may_lift_them_are_read_in_linear_time(back):
    """A thousand scopes left and a thousand lifts of others are looked up, and not each compared with each."""

    def asking(size):
        known = suppress(
            [
                each
                for n in range(size)
                for each in (
                    event("unsubscribed", at=1, scope=f"group:{n}"),
                    listed(Reason.SUPPRESSED_OTHER, scope=f"group:{n}"),
                    listed(Reason.SUPPRESSED_COMPLAINT, account=f"{n}"),
                    back(n + size // 2),
                )
            ]
        )
        return lambda: known.may_send(ADA, purpose="bulk", now=NOW)

    assert ratio(asking, 100, 800) < 20


def test_unknown_rules_are_named():
    """An unknown preset is an error that names those there are."""
    with pytest.raises(UnknownName, match="default"):
        suppress([], rules="strict")


def test_lists_with_different_rules_do_not_merge():
    """Two readings cannot be one: the events have to be folded again."""
    strict = suppress([COMPLAINT], rules=Rules(name="strict", thresholds=()))
    with pytest.raises(ValueError, match="different rules"):
        _ = strict | suppress([])
    with pytest.raises(TypeError):
        _ = strict | {}


def test_rules_are_data():
    """The numbers can be others."""
    once = Threshold(score=1, window=timedelta(days=1), lasts=(timedelta(days=5),))
    strict = Rules(name="strict", thresholds=(once,), repeated=frozenset(Reason))
    known = suppress(failing([1], why=failure(Reason.EXPIRED)), rules=strict)
    assert not known.may_send(ADA, purpose="bulk", now=START + timedelta(days=5)).allowed
    assert known.may_send(ADA, purpose="bulk", now=START + timedelta(days=6)).allowed


def test_rules_may_leave_a_ground_out():
    """What has no row suppresses nothing."""
    lax = Rules(name="lax", weakens_law_8=True, grounds={Fact.COMPLAINT: GROUNDS[Fact.COMPLAINT]})
    known = suppress([BOUNCE, *failing([1, 2, 3])], rules=lax)
    assert known.may_send(ADA, purpose="bulk", now=NOW).allowed


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": 0},
        {"score": 32},
        {"per_day": 0},
        {"per_day": 19},
        {"window": timedelta()},
        {"lasts": (timedelta(-1),)},
    ],
    ids=str,
)
def test_thresholds_that_cannot_hold_are_refused(wrong):
    """A count beyond what is kept, or a duration that is none, is an error when the rules are made."""
    with pytest.raises(ValueError, match="expected"):
        Threshold(**wrong)


def test_the_tables_are_total():
    """Each ground has its row, each channel its stop, each word for a list entry its meaning."""
    assert set(Fact) == LIFTS | REMARKS | set(GROUNDS)
    assert set(Channel) == set(STOPS)
    assert {reason for reason in Reason if reason.startswith("suppressed_")} == set(LISTED_AS)
    assert set(CauseKind) == {ground.kind for ground in GROUNDS.values()} | set(SETTINGS)
    assert set(SETTINGS) == {ground.kind for ground in SETTINGS.values()}
    assert {name: rules.name for name, rules in RULES.items()} == {name: name for name in RULES}


@pytest.mark.parametrize("vocabulary", [CauseKind, ReleaseProof, WhyNot])
def test_every_word_has_its_meaning(vocabulary):
    """Each word says in a line what it means."""
    assert [] == [word for word in vocabulary if not word.meaning.endswith(".")]


# -- what is asked wrongly -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"purpose": "marketing"}, ValueError),
        ({"channel": "pigeon"}, ValueError),
        ({"scope": "team:5"}, ValueError),
        ({"now": datetime(2024, 1, 1)}, ValueError),  # noqa: DTZ001 (a time without its zone is the point)
        ({"now": "2024-01-01"}, TypeError),
        ({"recipient": None}, TypeError),
        ({"standing": object()}, TypeError),
    ],
)
def test_a_question_in_other_words_is_an_error(wrong, error):
    """What cannot be understood is refused, and never answered with yes."""
    with pytest.raises(error):
        ask([COMPLAINT], **wrong)


@pytest.mark.parametrize("wrong", [{"cause": "spam"}, {"actor": "me"}, {"proof": "trust me"}])
def test_a_release_in_other_words_is_an_error(wrong):
    """The same for releases."""
    with pytest.raises(ValueError, match="not one of the words of"):
        release([COMPLAINT], **{"cause": "complaint", "actor": "recipient", "proof": "link_mailed_there"} | wrong)


@pytest.mark.parametrize("argument", ["purpose", "channel", "scope"])
def test_an_argument_is_not_repeated_in_an_error(argument):
    """What was mixed up may be an address: the message names the argument and the vocabulary alone."""
    with pytest.raises(ValueError, match=rf"\A{argument}: not one of the words of [A-Za-z]+\Z") as refused:
        ask([COMPLAINT], **{argument: ADA})
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("argument", ["cause", "actor", "proof"])
def test_an_argument_of_a_release_is_not_repeated_in_an_error(argument):
    """The same for releases."""
    right = {"cause": "complaint", "actor": "recipient", "proof": "link_mailed_there"}
    with pytest.raises(ValueError, match=rf"\A{argument}: not one of the words of [A-Za-z]+\Z"):
        release([COMPLAINT], **right | {argument: ADA})


def test_a_day_is_no_time():
    """A date has no hour and no zone: it is refused by name."""
    with pytest.raises(TypeError, match=r"\Anow: expected datetime, got date\Z"):
        ask([COMPLAINT], now=NOW.date())
    with pytest.raises(TypeError, match=r"\Aat: expected datetime, got date\Z"):
        release([COMPLAINT], "complaint", "recipient", "link_mailed_there", at=NOW.date())


@pytest.mark.parametrize("argument", ["reference", "provider", "account"])
@pytest.mark.parametrize("known", [[], [COMPLAINT]])
def test_an_id_is_text(argument, known):
    """An id of another type is refused, whether or not a refusal would have to carry it."""
    with pytest.raises(TypeError, match=rf"\A{argument}: expected str, got int\Z"):
        ask(known, **{argument: 17})


def test_times_are_compared_across_zones():
    """``now`` may have any zone; the decision has it in UTC."""
    decision = ask([COMPLAINT], now=NOW.astimezone(timezone(timedelta(hours=5))))
    assert (NOW, UTC) == (decision.now, decision.now.tzinfo)
