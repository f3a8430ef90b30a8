import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import asdict
from dateutil.relativedelta import relativedelta

from deliverystatus import (
    Actor,
    Event,
    EventKind,
    Fact,
    Rate,
    Reason,
    Record,
    Status,
    Summary,
    Tracking,
    UnknownName,
    fold,
    fold_copies,
    summarize,
    vocabularies,
)
from deliverystatus._policies import PROVES_BY_MACHINE
from deliverystatus._summary import BLOCKING, SERIOUSNESS
from deliverystatus._summary._facts import SAYS, SAYS_BY_MACHINE
from deliverystatus.testing import START, event, failure

DAYS_30 = timedelta(days=30)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def of(*kinds, n=1, **fields):
    """Fold one copy with an event of each kind, for recipient *n* of message *n*."""
    ids = {"recipient": f"r{n}@example.com", "message_id": f"m-{n}", "reference": f"o-{n}"}
    return fold([event(kind, at=60 * at, **ids | fields) for at, kind in enumerate(kinds)])


def known(summary):
    """Give the facts that are known of any copy."""
    return {str(fact): count for fact, count in summary.facts.items() if count and fact is not Fact.TRACKABLE}


def rate(summary, fact, base):
    """Give a rate as numerator, denominator, and how many were left out."""
    found = summary.rate(fact, of=base)
    return found.numerator, found.denominator, found.untracked


class TestFacts:
    """What is counted."""

    def test_a_late_bounce_takes_nothing_back(self):
        """A4: facts are counted, not headlines: a copy that was delivered, opened and came back late counts in each."""
        summary = summarize([of("accepted", "delivered", "opened", "bounced")])

        expected = ["copies", "accepted", "sent", "delivered", "opened", "bounced", "returned"]
        assert dict.fromkeys(expected, 1) == known(summary)

    def test_the_numbers_of_the_dashboard(self):
        """A4, A6, A9: the numbers a dashboard shows have names of their own."""
        summary = summarize([
            of("delivered", "opened", "clicked", n=1),
            of("delivered", "complained", n=2),
            of("opened", "unsubscribed", n=3),
            of("soft_bounced", n=4, failure=failure("spam_content")),
            of("bounced", n=5, failure=failure("unknown_recipient")),
            of("pending", n=6, message_id=None),
        ])  # fmt: skip
        shown = ("copies", "sent", "delivered", "opened", "clicked", "complained", "unsubscribed")

        assert (6, 5, 3, 2, 1, 1, 1) == tuple(getattr(summary, name) for name in shown)
        assert (2, 1, 1) == (summary.returned, summary.bounced, summary.blocked)

    @pytest.mark.parametrize("kind", EventKind)
    def test_every_kind_says_something_or_is_of_an_address(self, kind):
        """Each kind counts under its own name, unless it is about an address and no copy."""
        of_an_address = {
            "opted_in", "marked_not_spam", "released", "address_changed", "suppression_changed", "active",
        }  # fmt: skip
        summary = summarize([of(kind)])
        reported = {str(fact) for fact, count in summary.facts.items() if count > summary.inferred[fact]}

        assert (kind in reported) is (kind not in of_an_address)
        assert (reported & set(EventKind)) - {kind} <= ({"sent"} if kind is EventKind.ACCEPTED else set())

    def test_tables_are_total(self):
        """A new kind or status needs its row here too."""
        assert set(EventKind) == set(SAYS)
        assert set(PROVES_BY_MACHINE) == set(SAYS_BY_MACHINE)
        assert sorted(Status) == sorted(SERIOUSNESS)

    def test_what_follows_is_counted_and_said_to_follow(self):
        """C7: a click shows an opening and a delivery that nobody reported; both count, as inferred."""
        summary = summarize([of("clicked"), of("delivered", n=2)])

        assert (2, 1, 1) == (summary.delivered, summary.opened, summary.clicked)
        inferred = {str(fact): count for fact, count in summary.inferred.items() if count}
        assert {"sent": 2, "delivered": 1, "opened": 1} == inferred

    def test_what_was_dropped_need_not_have_left(self):
        """A14: what the provider did not try is not sent, unless it was said to have been taken first."""
        summary = summarize([of("dropped"), of("accepted", "dropped", n=2)])

        assert (2, 1) == (summary.facts["dropped"], summary.sent)

    @pytest.mark.parametrize("kind", ["withheld", "rejected", "outcome_unknown", "pending", "sending"])
    def test_what_never_left_is_not_sent(self, kind):
        """A10: sent means that it left our side."""
        assert 0 == summarize([of(kind)]).sent

    def test_machines_apart(self):
        """C2: what a machine opened and clicked counts apart; an opening by it shows a delivery, a click does not."""
        summary = summarize([of("opened", actor="machine"), of("clicked", n=2, actor="machine")])

        expected = {"copies": 2, "sent": 2, "delivered": 1, "machine_opened": 1, "machine_clicked": 1}
        assert expected == known(summary)

    def test_a_scanners_unsubscription_is_none(self):
        """Case 26, SparkDevNetwork/Rock#7034: a scanner that follows the link unsubscribes nobody, and is seen."""
        summary = summarize([of("unsubscribed", actor="machine")])

        assert 0 == summary.unsubscribed
        assert {"human": 0, "unknown": 0, "machine": 1} == summary.actors["unsubscribed"]

    def test_people_and_unknown_apart(self):
        """Who opened is told apart; a copy opened by several sorts counts in each, and once as opened."""
        record = fold([event("opened", actor=actor, at=at) for at, actor in enumerate(Actor)])
        summary = summarize([record, of("opened", n=2)])

        assert {"human": 1, "unknown": 2, "machine": 1} == summary.actors["opened"]
        assert (2, 1) == (summary.opened, summary.facts["machine_opened"])

    def test_only_what_is_surely_about_the_recipient(self):
        """Case 63, resend/resend-python#68: who of several opened is not known, so it counts for none, and apart."""
        message = [of("delivered", n=n) | of("opened", n=n, attribution="message") for n in (1, 2)]
        summary = summarize([*message, of("complained", n=3, attribution="candidate")])

        assert (0, 0) == (summary.opened, summary.complained)
        assert {EventKind.OPENED: 2, EventKind.COMPLAINED: 1} == summary.possible

    def test_repetitions_are_one(self):
        """Case 18, postalserver/postal#1006: one copy that is clicked three times is one copy with a click."""
        assert 1 == summarize([of("clicked", "clicked", "clicked")]).clicked

    def test_an_unsubscription_that_was_taken_back(self):
        """A7: the fact stays, and that it was taken back is counted beside it."""
        summary = summarize([of("unsubscribed", "resubscribed")])

        assert (1, 1) == (summary.unsubscribed, summary.facts["resubscribed"])

    def test_two_groups_of_words(self):
        """K13: each axis can be read off alone: feedback does not depend on what transport says."""
        summary = summarize([of("responded", "bounced", actor="human")])

        assert (1, 1) == (summary.facts["responded"], summary.facts["bounced"])


class TestPlaces:
    """Each copy at one place."""

    def test_where_it_stands_and_how_far_it_got(self):
        """A copy that came back late stands at bounced, and once got as far as opened."""
        summary = summarize([of("delivered", "opened", "bounced")])

        assert ["bounced"] == [status for status, count in summary.statuses.items() if count]
        assert ["opened"] == [status for status, count in summary.furthest.items() if count]
        assert (1, 0) == (len(summary.at("bounced")), len(summary.at("opened")))

    def test_the_same_as_the_record_says(self):
        """Where a copy stands is what its record says, whoever did what."""
        records = [of(kind, other, n=1, actor=actor) for kind in SAYS for other in SAYS for actor in Actor]

        for record in records:
            summary = summarize([record])
            assert 1 == summary.statuses[record.status]
            assert 1 == summary.furthest[record.status_under("best_reached")]

    def test_nothing_known(self):
        """Records of which nothing is known are counted, each, and stand at unknown."""
        summary = summarize([Record(), Record()])

        assert (2, 2) == (summary.copies, summary.statuses["unknown"])
        assert 2 == len(summary.messages)


class TestCauses:
    """Why it came back, and which copies did."""

    def test_returned_by_cause(self):
        """T17: what came back is counted by its reason, the most frequent first."""
        reasons = ["mailbox_full", "unknown_recipient", "unknown_recipient"]
        summary = summarize([of("bounced", n=n, failure=failure(reason)) for n, reason in enumerate(reasons)])

        assert [("unknown_recipient", 2), ("mailbox_full", 1)] == list(summary.causes["returned"].items())

    def test_which_copies(self):
        """T17: the copies behind a number can be listed, all or those for one reason."""
        copies = fold_copies([
            event("bounced", recipient="ada@example.com", failure=failure("mailbox_full")),
            event("bounced", recipient="bob@example.com", failure=failure("unknown_recipient")),
            event("delivered", recipient="eve@example.com"),
        ])  # fmt: skip
        summary = summarize(copies)
        ada, bob, eve = copies

        assert (ada, bob) == summary.which("returned")
        assert (bob,) == summary.which("returned", reason="unknown_recipient")
        assert (eve,) == summary.at("delivered")
        assert () == summary.which("complained")

    def test_the_callers_own_keys(self):
        """Records that the caller keeps under ids of its own are listed by these."""
        assert (7,) == summarize({7: of("bounced"), 8: of("sent", n=2)}).which("bounced")

    def test_reasons_add_up(self):
        """Of several reasons for one fact the latest that is known counts, so that reasons add up to the number."""
        words = [failure("mailbox_full"), failure("unknown_recipient"), failure("unknown"), None]
        record = fold([event("bounced", at=at, failure=each) for at, each in enumerate(words)])

        assert {Reason.UNKNOWN_RECIPIENT: 1} == summarize([record]).causes["bounced"]

    def test_dateless_reasons_come_first(self):
        """A reason that has no time gives way to one that has."""
        record = fold([
            event("bounced", at=1, failure=failure("mailbox_full")),
            event("bounced", at=None, failure=failure("unknown_recipient")),
        ])  # fmt: skip

        assert {Reason.MAILBOX_FULL: 1} == summarize([record]).causes["bounced"]

    def test_no_reason_given(self):
        """What gives no reason counts under unknown."""
        assert {Reason.UNKNOWN: 1} == summarize([of("bounced")]).causes["returned"]

    @pytest.mark.parametrize("reason", Reason)
    def test_blocked_is_what_the_pack_calls_blocked(self, reason):
        """A9: what is counted as blocked is what Amilia's pack labels so."""
        record = of("soft_bounced", failure=failure(reason))
        labelled = vocabularies.get("amilia").label(record) == "Blocked / Spam"

        assert labelled is (summarize([record]).blocked == 1) is (record.reason in BLOCKING)

    def test_the_whole_campaign_dropped(self):
        """A15: that all copies of a message were dropped for one reason can be read off the summary."""
        records = [of("dropped", n=n, reference="news", failure=failure("spam_content")) for n in range(3)]
        summary = summarize(records)

        assert {Reason.SPAM_CONTENT: summary.copies} == summary.causes["dropped"]
        assert [{Status.DROPPED: 3}] == [message.recipients for message in summary.messages]

    @pytest.mark.parametrize(
        "ask",
        [
            lambda summary: summary.which("lost"),
            lambda summary: summary.which("bounced", reason="lost"),
            lambda summary: summary.at("lost"),
            lambda summary: summary.rate("opened", of="lost"),
        ],
    )
    def test_words_that_are_none(self, ask):
        """A word that is in no vocabulary is refused, with those that are."""
        with pytest.raises(UnknownName, match="named 'lost'; there are: "):
            ask(Summary())


class TestRates:
    """How many of which."""

    def test_the_open_rate_has_three_names(self):
        """A5: opened of sent, as the dashboard shows it, beside of delivered and of what may have arrived."""
        kinds = [("delivered", "opened"), ("delivered",), ("accepted",), ("bounced",)]
        summary = summarize([of(*each, n=n) for n, each in enumerate(kinds)])
        open_rates = {str(each.of): each.value for each in summary.rates if each.fact is Fact.OPENED}

        assert {"sent": 1 / 4, "delivered": 1 / 2, "trackable": 1 / 3} == open_rates

    def test_nothing_is_not_zero(self):
        """Case 56, TryGhost PR#28247: a rate of nothing is none, and no zero."""
        rates = summarize([of("pending", message_id=None)]).rates
        assert {None} == {each.value for each in rates if each.of is not Fact.COPIES}
        assert 0.0 == summarize([of("delivered")]).rate("opened", of="sent").value

    def test_never_above_one(self):
        """Case 67, wp-calypso#84814: openings without a reported delivery cannot make more than all."""
        summary = summarize([of("opened", n=1), of("clicked", n=2), of("delivered", n=3)])

        assert (2, 3, 0) == rate(summary, "opened", "delivered")

    def test_only_what_is_in_the_denominator(self):
        """Any two facts make a rate: what is in the numerator only is left out."""
        assert (1, 2, 0) == rate(summarize([of("opened"), of("bounced", "opened", n=2), of("sent", n=3)]),
                                 "returned", "opened")  # fmt: skip

    def test_an_account_that_only_says_sent(self):
        """W7: what an account cannot report is left out of its rates, and counted as untracked."""
        summary = summarize([of("sent"), of("sent", n=2)], tracking=Tracking(delivery=False))

        assert (0, 0, 2) == rate(summary, "delivered", "sent") == rate(summary, "opened", "sent")
        assert (0, 2, 0) == rate(summary, "withheld", "copies")
        assert {"account": 2, "before": 0, "opens": 0} == summary.untracked
        assert (2, 0) == (summary.sent, summary.facts["trackable"])

    def test_own_server_beside_a_provider(self):
        """W7: where no profile says so, the provider does: copies through the own server are left out."""
        summary = summarize([of("sent", provider="smtp"), of("delivered", "opened", n=2, provider="sendgrid")])

        assert (1, 1, 1) == rate(summary, "opened", "sent")

    def test_what_was_heard_does_not_make_it_tracked(self):
        """W7: copies through the own server whose opening the caller saw do not stand for the others."""
        seen = of("sent", provider="smtp") | of("opened", provider=None, message_id=None)
        summary = summarize([seen, of("sent", n=2, provider="smtp")])

        assert (0, 0, 2) == rate(summary, "opened", "sent")
        assert 1 == summary.opened

    @pytest.mark.parametrize("tracking", [None, Tracking()])
    def test_a_bounce_that_came_back_by_mail(self, tracking):
        """W7: a copy through a provider stays tracked if the mail server's own report decides where it stands."""
        summary = summarize([of("accepted", provider="sendgrid") | of("bounced", provider="smtp")], tracking=tracking)

        assert (1, 1, 0) == rate(summary, "returned", "sent")

    def test_before_tracking_began(self):
        """W8: older copies are left out; those of the day on are not."""
        since = START + timedelta(days=1)
        records = [of("sent"), of("sent", "delivered", n=2), fold([event("sent", at=since)])]
        summary = summarize(records, tracking=Tracking(since=since))

        assert (0, 1, 2) == rate(summary, "delivered", "sent")
        assert 2 == summary.untracked["before"]

    def test_openings_are_not_tracked(self):
        """Case 56: without the image the open rates are none; the others stand, and an opening shown by a click counts."""
        summary = summarize([of("delivered", "clicked"), of("delivered", n=2)], tracking=Tracking(opens=False))

        assert {None} == {each.value for each in summary.rates if Fact.OPENED in (each.fact, each.of)}
        assert (1, 2, 0) == rate(summary, "clicked", "delivered")
        assert (1, 2) == (summary.opened, summary.untracked["opens"])

    def test_a_text_is_never_opened(self):
        """K9: an SMS tells of no opening, so it is in no open rate."""
        summary = summarize([of("delivered", channel="sms"), of("delivered", "opened", n=2)])

        assert (1, 1, 1) == rate(summary, "opened", "delivered")
        assert (2, 2, 0) == rate(summary, "delivered", "sent")

    def test_as_numbers(self):
        """A rate is ready for JSON, with the name of its denominator."""
        expected = {
            "fact": "opened", "of": "sent", "numerator": 1, "denominator": 2, "untracked": 3, "value": 0.5,
        }  # fmt: skip
        assert expected == Rate(fact=Fact.OPENED, of=Fact.SENT, numerator=1, denominator=2, untracked=3).to_dict()


class TestWindow:
    """C18: the last 30 days."""

    def handed_over(self, *events):
        """Say whether one copy is in the window, or where else."""
        summary = summarize([fold(events)], now=NOW, window=DAYS_30)
        outside = summary.outside
        return "inside" if summary.copies else next(where for where, count in asdict(outside).items() if count)

    @pytest.mark.parametrize(
        "ago, where",
        [
            (timedelta(0), "inside"),
            (timedelta(microseconds=-1), "later"),
            (DAYS_30, "earlier"),
            (DAYS_30 - timedelta(microseconds=1), "inside"),
        ],
    )
    def test_its_ends(self, ago, where):
        """C18: the moment at which the window ends is inside, that at which it starts is not."""
        assert where == self.handed_over(event("accepted", at=NOW - ago))

    def test_windows_that_follow_count_each_copy_once(self):
        """C18: a copy at the very moment between two windows is in one of them."""
        records = [fold([event("accepted", at=NOW)])]
        months = [summarize(records, now=NOW + offset, window=DAYS_30) for offset in (timedelta(0), DAYS_30)]

        assert [1, 0] == [month.copies for month in months]

    def test_the_hand_over_decides(self):
        """C18: a copy falls under its hand-over, not under when it was made, nor when it was opened."""
        day = timedelta(days=1)
        assert "inside" == self.handed_over(event("pending", at=NOW - 40 * day), event("sending", at=NOW - day))
        assert "earlier" == self.handed_over(event("accepted", at=NOW - 40 * day), event("opened", at=NOW - day))

    def test_else_the_earliest_time(self):
        """C18: where nothing says when it was handed over, the earliest time of anything decides."""
        day = timedelta(days=1)
        assert "earlier" == self.handed_over(event("delivered", at=NOW - 40 * day), event("opened", at=NOW - day))

    def test_an_arrival_bounds_what_has_no_time(self):
        """C18: an event without a time happened before it arrived; that is marked."""
        record = fold([event("sent", at=None, received_at=NOW - timedelta(days=1))])
        summary = summarize([record], now=NOW, window=DAYS_30)

        assert (1, 1) == (summary.copies, summary.by_arrival)

    def test_what_has_a_time_is_not_marked(self):
        """C18: a hand-over with a time is no matter of arrival."""
        summary = summarize([fold([event("sent", at=NOW)])], now=NOW, window=DAYS_30)

        assert (1, 0) == (summary.copies, summary.by_arrival)

    def test_no_time_at_all(self):
        """C18: what has no time and no arrival is in no window, and not lost."""
        assert "undated" == self.handed_over(event("sent", at=None))

    def test_calendar_periods(self):
        """A month is as long as the calendar says."""
        records = [fold([event("sent", at=datetime(2026, 2, day, 12, tzinfo=UTC))]) for day in (1, 2)]

        assert 1 == summarize(records, now=NOW, window=relativedelta(months=1)).copies

    @pytest.mark.parametrize("window", [timedelta.max, relativedelta(years=5000)])
    def test_longer_than_the_calendar(self, window):
        """A window that starts before there was a calendar holds everything."""
        assert 1 == summarize([of("sent")], now=NOW, window=window).copies

    def test_without_now(self):
        """A window without a present is refused: nothing here reads a clock."""
        with pytest.raises(ValueError, match="window: needs now"):
            summarize([], window=DAYS_30)

    @pytest.mark.parametrize("window", [timedelta(0), timedelta(days=-1)])
    def test_backwards(self, window):
        """A window that ends before it starts, or as it does, is refused."""
        with pytest.raises(ValueError, match="window: expected one that ends after it starts"):
            summarize([], now=NOW, window=window)

    def test_now_has_a_zone(self):
        """Case 60: a present without a zone is refused."""
        with pytest.raises(ValueError, match="now: expected a time with its zone"):
            summarize([], now=NOW.replace(tzinfo=None), window=DAYS_30)


class TestMessages:
    """T3: several recipients, and several parts."""

    def test_the_most_serious_and_all_counts(self):
        """T3, case 65, erp-mafia/accounted PR#2713: the most serious stands for the message, and nobody is lost."""
        kinds = ["delivered", "opened", "opened", "bounced"]
        (message,) = summarize([of(kind, n=n, message_id="m") for n, kind in enumerate(kinds)]).messages

        assert Status.BOUNCED is message.most_serious
        assert {Status.DELIVERED: 1, Status.OPENED: 2, Status.BOUNCED: 1} == message.recipients
        assert 4 == len(message.keys)

    def test_one_that_still_waits(self):
        """T3: where nothing is wrong, the least advanced stands for the message: not all have it yet."""
        (message,) = summarize([of(kind, n=n, reference="o") for n, kind in enumerate(["opened", "accepted"])]).messages

        assert Status.ACCEPTED is message.most_serious

    def test_ids_lead_on(self):
        """T3: copies are of one message if a chain of ids leads from one to the other, met in whatever order."""
        ids = [("a", "m-1"), ("c", "m-2"), ("b", "m-1"), ("b", "m-2"), ("d", "m-3")]
        records = [of("sent", n=n, reference=r, message_id=m) for n, (r, m) in enumerate(ids)]

        assert [4, 1] == [len(message.keys) for message in summarize(records).messages]

    def test_one_id_of_two_providers(self):
        """Two providers may give one id to two messages."""
        records = [of("sent", n=n, reference=None, message_id="m", provider=p) for n, p in enumerate("ab")]

        assert 2 == len(summarize(records).messages)

    def test_each_message_at_one_status(self):
        """T3: messages are counted by their most serious status."""
        records = [of(kind, n=n, reference=f"o-{n // 2}") for n, kind in enumerate(["sent", "bounced", "delivered"])]
        summary = summarize(records)

        assert {"bounced": 1, "delivered": 1} == {str(s): count for s, count in summary.most_serious.items() if count}

    def parts(self, *events):
        """Give how the recipients of an SMS stand."""
        (message,) = summarize(fold_copies(events)).messages
        assert len(fold_copies(events)) == len(message.keys)
        return {str(status): count for status, count in message.recipients.items()}

    @pytest.mark.parametrize(
        "second, whole", [("delivered", "delivered"), ("sent", "sent"), ("bounced", "bounced"), (None, "unknown")]
    )
    def test_an_sms_is_as_far_as_its_least_part(self, second, whole):
        """Case 64, opengovsg/postmangovsg PR#1150: all parts must arrive; one that nothing was heard of has not."""
        sms = {"channel": "sms", "reference": "o"}
        told = [event("delivered", part=(1, 2), **sms)]
        told += [event(second, part=(2, 2), **sms)] if second else []

        assert {whole: 1} == self.parts(*told)

    @pytest.mark.parametrize("ours, whole", [("pending", "delivered"), ("unsubscribed", "unsubscribed")])
    def test_our_side_knows_no_parts(self, ours, whole):
        """Case 64: what is known of the whole is of the same message, and of the same recipient."""
        sms = {"channel": "sms", "reference": "o"}
        told = [event("delivered", part=(n, 2), **sms) for n in (1, 2)]

        assert {whole: 1} == self.parts(event(ours, channel="sms", reference="o"), *told)

    def test_parts_beside_others(self):
        """Case 64: recipients without parts count as they are."""
        sms = {"channel": "sms", "reference": "o"}
        told = [event("delivered", part=(1, 1), **sms), event("sent", recipient="bob@example.com", **sms)]

        assert {"delivered": 1, "sent": 1} == self.parts(*told)

    def test_mail_has_no_parts(self):
        """A part that is told of a mail means nothing, here as in telling copies apart."""
        assert {"sent": 1} == self.parts(event("sent", part=(1, 2), reference="o"))

    def test_no_ids_shown(self):
        """What a message shows of itself holds no recipient and no id."""
        (message,) = summarize([of("bounced")]).messages

        assert "Message(bounced, recipients={'bounced': 1})" == repr(message)


class TestWhole:
    """The summary itself."""

    def test_test_mode_is_out(self):
        """What comes from a test mode is in no number but its own, and so is what names no copy."""
        events = [event("delivered"), event("opened", test=True), event("bounced", message_id=None)]
        summary = summarize(fold_copies(events))

        assert (1, 0, 0) == (summary.copies, summary.opened, summary.bounced)
        assert (1, 1) == (summary.tests, summary.uncorrelated)

    def test_records_alone_give_the_same(self):
        """Records without their keys are counted alike, and found under the keys they would have."""
        events = [
            event("delivered", channel="sms", part=(1, 2)),
            event("sent", channel="sms", part=(2, 2)),
            event("pending", recipient="bob@example.com"),
        ]
        copies = fold_copies(events)

        assert summarize(copies) == summarize(copies.values()) == summarize(dict(copies))

    def test_adding_up(self):
        """Summaries of months make one of the year; nothing is the neutral one."""
        first, second = [of("delivered"), of("sent", n=2)], [of("bounced", n=3, reference="o-1")]
        summaries = [summarize(first), summarize(second)]

        assert summarize(first + second) == sum(summaries, Summary())
        assert 2 == len(sum(summaries, Summary()).messages)  # o-1 went to two people, one in each

    def test_adding_what_is_no_record(self):
        """What windows left out, test mode and what names no copy add up too."""
        told = [
            event("sent", recipient=f"r{n}@example.com", at=at) for n, at in enumerate((None, START, NOW + DAYS_30))
        ]
        copies = fold_copies([event("sent", test=True), event("bounced", message_id=None), *told])
        once = summarize(copies, now=NOW, window=DAYS_30)
        twice = once + once

        assert (2, 2) == (twice.tests, twice.uncorrelated)
        assert {"earlier": 2, "later": 2, "undated": 2} == asdict(twice.outside)
        assert once != twice

    def test_equal_to_itself_alone(self):
        """A summary is equal to no other thing, has no hash, and adds to nothing else."""
        assert Summary() != 0
        with pytest.raises(TypeError):
            hash(Summary())
        with pytest.raises(TypeError):
            Summary() + 0

    def test_no_records(self):
        """What is no record is refused, by its type alone."""
        with pytest.raises(TypeError, match=r"copies: expected records, got CopyKey$"):
            summarize(list(fold_copies([event("sent")])))

    def test_nobody_is_named(self):
        """Neither the text nor the JSON of a summary holds a recipient or an id."""
        secret = Event("bounced", recipient="ada@example.com", message_id="m-77", reference="o-77")
        summary = summarize(fold_copies([secret]))
        shown = repr(summary) + json.dumps(summary.to_dict()) + repr(summary.messages)

        assert [] == [word for word in ("ada", "m-77", "o-77") if word in shown]
        assert "Summary(1 copies, 1 sent, 0 delivered, 1 returned)" == repr(summary)

    def test_as_numbers(self):
        """The numbers are ready for JSON, by plain words."""
        told = summarize(fold_copies([event("opened"), event("bounced", failure=failure("mailbox_full"))])).to_dict()

        assert json.loads(json.dumps(told)) == told
        assert (1, 1) == (told["copies"], told["facts"]["opened"])
        assert {"mailbox_full": 1} == told["causes"]["returned"]
        assert {"count": 1, "bounced": 1} == {"count": told["messages"]["count"]} | {
            status: count for status, count in told["messages"]["most_serious"].items() if count
        }
        assert {"earlier": 0, "later": 0, "undated": 0} == told["outside"]
