import json
from datetime import timedelta

import pytest

from deliverystatus import (
    NOTHING_KNOWN,
    Actor,
    Attribution,
    Axes,
    Axis,
    Contradiction,
    Effect,
    EventKind,
    Failure,
    MixedCopiesError,
    PayloadError,
    Permanence,
    Reason,
    Record,
    Status,
    fold,
)
from deliverystatus.testing import START, event, failure, history

BY_REFERENCE = {"provider": None, "message_id": None}
BAD = Failure(diagnostic="550 5.1.1 user unknown", smtp_command="RCPT")
AFTER_DATA = Failure(diagnostic="550 5.1.1 user unknown", smtp_command="DATA")


class TestStatus:
    """What a record says."""

    def test_nothing_is_known_of_nothing(self):
        """Without an event the status is unknown, nothing decides, and there is nothing to say why."""
        assert NOTHING_KNOWN == fold([])
        assert Status.UNKNOWN is NOTHING_KNOWN.status
        assert (None, None, None, False) == (
            NOTHING_KNOWN.deciding,
            NOTHING_KNOWN.reason,
            NOTHING_KNOWN.permanence,
            NOTHING_KNOWN.inferred,
        )

    def test_the_evidence_decides(self):
        """The event that proves the headline is at hand, under each policy."""
        delivered, bounced = history("delivered", "bounced")
        record = fold([delivered, bounced])

        assert bounced == record.deciding
        assert delivered == record.deciding_under("best_reached")

    def test_reason_and_permanence(self):
        """Why, and for how long, come from the event that decides."""
        record = fold([event("delivered"), event("bounced", failure=failure("mailbox_full"))])

        assert (Reason.MAILBOX_FULL, Permanence.TRANSIENT) == (record.reason, record.permanence)

    def test_no_reason_where_nothing_failed(self):
        """A copy that arrived has no reason and no permanence, whatever happened on the way."""
        record = fold([event("delivered"), event("deferred", failure=failure("greylisted"))])

        assert (None, None) == (record.reason, record.permanence)

    def test_a_known_reason_speaks_before_an_unknown_one(self):
        """Of two events of one rank the one that says why decides, even if it is older."""
        why = event("bounced", at=1, failure=failure("spam_content"))
        record = fold([why, event("bounced", at=2), event("bounced", at=3, failure=Failure())])

        assert why == record.deciding

    def test_the_latest_speaks_among_those_that_know(self):
        """Of two that say why the later decides."""
        later = event("bounced", at=2, failure=failure("spam_content"))
        record = fold([event("bounced", at=1, failure=failure("unknown_recipient")), later])

        assert later == record.deciding

    def test_kinds(self):
        """All that happened is listed, whoever it was about."""
        record = fold([event("sent"), event("opened", attribution="message"), event("unknown")])

        assert {EventKind.SENT, EventKind.OPENED, EventKind.UNKNOWN} == record.kinds

    @pytest.mark.parametrize("attribution", [Attribution.MESSAGE, Attribution.CANDIDATE])
    @pytest.mark.parametrize("kind", EventKind)
    def test_somebody_on_this_message_sets_no_headline(self, kind, attribution):
        """What is not surely about this recipient is kept, and is neither headline nor axis."""
        record = fold([event("sent"), event(kind, attribution=attribution)])

        assert Status.SENT is record.status
        assert Axes(own_side=None, transport=Status.SENT, engagement=None, feedback=None) == record.axes
        assert kind in record.kinds

    @pytest.mark.parametrize("kind", EventKind)
    def test_test_mode_counts_nowhere(self, kind):
        """An event of the provider's test mode changes nothing at all."""
        assert fold([event("sent")]) == fold([event("sent"), event(kind, test=True)])

    def test_inferred(self):
        """A status that nobody reported is labelled an inference; one that was reported too is not."""
        opened, delivered = event("opened", actor="machine"), event("delivered", at=9)

        assert fold([opened]).inferred
        assert not fold([opened, delivered]).inferred


class TestAxes:
    """The four answers."""

    def test_each_apart(self):
        """An axis never overwrites another: a complaint and a return take nothing from the opening."""
        record = fold(history("pending", "sending", "accepted", "delivered", "opened", "bounced", "complained"))

        assert (
            Axes(
                own_side=Status.SENDING,
                transport=Status.BOUNCED,
                engagement=Status.OPENED,
                feedback=Status.COMPLAINED,
            )
            == record.axes
        )

    @pytest.mark.parametrize(
        "kind, transport, engagement, feedback",
        [
            ("opened", "delivered", "opened", None),
            ("clicked", "delivered", "clicked", None),
            ("acknowledged", "delivered", "opened", "acknowledged"),
            ("unsubscribed", "delivered", None, "unsubscribed"),
            ("complained", "delivered", None, "complained"),
        ],
    )
    def test_inferences(self, kind, transport, engagement, feedback):
        """What follows from an event is on the other axes, and no more."""
        axes = fold([event(kind)]).axes

        assert (None, transport, engagement, feedback) == (
            axes.own_side,
            axes.transport,
            axes.engagement,
            axes.feedback,
        )

    def test_a_machine_is_not_engaged(self):
        """What a machine did is on the transport axis only."""
        axes = fold([event("accepted"), event("clicked", actor="machine"), event("opened", actor="machine")]).axes

        assert (Status.DELIVERED, None, None) == (axes.transport, axes.engagement, axes.feedback)


class TestContradictions:
    """What cannot all be true."""

    @pytest.mark.parametrize(
        "events, found",
        [
            (history("delivered", "bounced"), {Contradiction.DELIVERED_AND_RETURNED}),
            (history("delivered", "undetermined_bounce"), {Contradiction.DELIVERED_AND_RETURNED}),
            (history("opened", "soft_bounced"), {Contradiction.ENGAGED_AND_RETURNED}),
            (history("complained", "bounced"), {Contradiction.ENGAGED_AND_RETURNED}),
            (history("dropped", "delivered"), {Contradiction.NOT_SENT_AND_DELIVERED}),
            (history("withheld", "clicked"), {Contradiction.NOT_SENT_AND_DELIVERED}),
            ([event("bounced", failure=failure("mailbox_full"))], {Contradiction.CLASS_AGAINST_DIAGNOSIS}),
            ([event("soft_bounced", failure=BAD)], {Contradiction.CLASS_AGAINST_DIAGNOSIS}),
            ([event("deferred", failure=BAD)], {Contradiction.CLASS_AGAINST_DIAGNOSIS}),
            ([event("bounced", failure=BAD)], set()),
            ([event("soft_bounced", failure=failure("mailbox_full"))], set()),
            (history("deferred", "delivered", "opened", "clicked"), set()),
            (history("pending", "sending", "accepted", "bounced"), set()),
            ([event("opened", actor="machine"), event("bounced")], set()),
            ([event("clicked", actor="machine"), event("dropped")], set()),
            ([event("opened", attribution="message"), event("bounced")], set()),
        ],
    )
    def test_found(self, events, found):
        """Contradictions are reported, whichever of the two came first; what a machine did contradicts nothing."""
        assert found == set(fold(events).contradictions) == set(fold(events[::-1]).contradictions)

    def test_in_the_order_of_the_vocabulary(self):
        """Several are listed in one order, always."""
        record = fold(history("dropped", "delivered", "opened", "bounced"))

        assert sorted(record.contradictions, key=list(Contradiction).index) == list(record.contradictions)
        assert 3 == len(record.contradictions)


class TestSlots:
    """What a record keeps."""

    def test_first_and_last_time(self):
        """Of each sort of fact the earliest and the latest time stay, and the latest event."""
        events = [event("opened", at=at, url=f"https://example.com/{at}") for at in (2, 1, 3)]
        [slot] = fold(events).slots.values()

        assert (START + timedelta(seconds=1), START + timedelta(seconds=3)) == (slot.first, slot.last)
        assert events[2] == slot.evidence

    def test_no_time_leaves_a_bound(self):
        """An event without a time happened before it arrived: the earliest arrival is kept, and is no time."""
        events = [event("opened", at=None, received_at=START + timedelta(seconds=each)) for each in (5, 4, 6)]
        [slot] = fold(events).slots.values()

        assert (None, None, START + timedelta(seconds=4)) == (slot.first, slot.last, slot.bound)

    def test_a_time_leaves_no_bound(self):
        """An event that has a time is bounded by it, not by its arrival."""
        [slot] = fold([event("opened", at=1, received_at=START)]).slots.values()

        assert slot.bound is None

    def test_a_time_beside_no_time(self):
        """A dateless event takes nothing from a dated one: the times are the dated one's, and so is the evidence."""
        dated, dateless = event("opened", at=1), event("opened", at=None, received_at=START)
        [slot] = fold([dated, dateless]).slots.values()

        assert (dated.occurred_at, dated.occurred_at, START) == (slot.first, slot.last, slot.bound)
        assert dated == slot.evidence

    def test_what_anyone_could_have_sent_displaces_nothing(self):
        """Proven evidence stands before forgeable evidence, however late that is."""
        proven = event("complained", at=1, authenticated=True)
        [slot] = fold([event("complained", at=2, authenticated=False), proven]).slots.values()

        assert proven == slot.evidence

    def test_what_anyone_could_have_sent_decides_nothing(self):
        """Of two failures of one rank the proven one decides, even if the forgeable one tells a reason."""
        proven = event("bounced", at=1, failure=Failure())
        forged = event("bounced", at=2, failure=BAD, authenticated=False)

        assert proven == fold([forged, proven]).deciding

    def test_a_servers_words_stand_before_none(self):
        """Of two reports of one failure the one with the server's words is the evidence, even if it is older."""
        told = event("bounced", at=1, failure=failure("mailbox_full", diagnostic="mailbox full"))
        [slot] = fold([event("bounced", at=2, failure=failure("mailbox_full")), told]).slots.values()

        assert told == slot.evidence

    @pytest.mark.parametrize(
        "kind", ["rejected", "deferred", "dropped", "undetermined_bounce", "soft_bounced", "bounced"]
    )
    @pytest.mark.parametrize(
        "milder",
        [AFTER_DATA, Failure(diagnostic="550 5.1.1 user unknown, try again later"), Failure(), failure("mailbox_full")],
    )
    def test_no_failure_displaces_the_evidence_of_a_bad_address(self, kind, milder):
        """However many later failures say less, that the address is bad stays in the record."""
        record = fold([event(kind, at=1, failure=BAD), event(kind, at=2, failure=milder)])

        assert any(slot.evidence.failure.address_is_bad for slot in record.slots.values())

    def test_bounded(self):
        """Ten thousand more events, each with its own time, link and id, do not make a record larger (law 6)."""

        def grown(n):
            return fold(
                event(
                    EventKind.BOUNCED if at % 2 else EventKind.CLICKED,
                    at=at,
                    url=f"https://example.com/{at:05}",
                    failure=Failure(diagnostic=f"{at % 7} " + "x" * 9_000) if at % 2 else None,
                    message_id=f"m-{at:05}",
                    reference="r-1",
                )
                for at in range(n)
            )

        small, large = grown(100), grown(10_100)

        assert small.slots.keys() == large.slots.keys()
        assert len(json.dumps(small.to_dict())) == len(json.dumps(large.to_dict()))
        assert 8 == len(large.message_ids)

    def test_ids_are_the_smallest(self):
        """The few ids a record keeps do not depend on which came first."""
        events = [event("sent", at=at, message_id=f"m-{at:02}", reference="r-1") for at in range(20)]

        assert {f"m-{at:02}" for at in range(8)} == {message_id for *_, message_id in fold(events[::-1]).message_ids}
        assert fold(events) == fold(events[10:]) | fold(events[:10])


class TestOneCopy:
    """Events of two copies are refused, and none that may be of one."""

    @pytest.mark.parametrize(
        "other",
        [
            {"recipient": "bob@example.com"},
            {"message_id": "m-2"},
            {"provider": "other"},
            {"account": "second"},
        ],
    )
    def test_two_copies_are_refused(self, other):
        """Another recipient, or another id and none in common: two copies, without a word of either."""
        one, two = event("sent"), event("delivered", **other)

        for mix in (lambda: fold([one, two]), lambda: fold([one]).observe(two)):
            with pytest.raises(MixedCopiesError, match="use fold_copies") as error:
                mix()
            assert "@" not in str(error.value)

    def test_what_is_not_exact_contradicts_nothing(self):
        """Somebody's bounce on the same message does not speak against this recipient's delivery."""
        somebody = event("bounced", attribution="message", failure=Failure(diagnostic="452 4.2.2 mailbox full"))

        assert () == fold([event("delivered"), somebody]).contradictions

    def test_inferred_axes(self):
        """An axis whose status nothing reports is named."""
        assert {Axis.TRANSPORT} == fold([event("opened")]).axes.inferred
        assert set() == fold([event("opened"), event("delivered")]).axes.inferred

    def test_two_recipients_are_not_joined(self):
        """Records of two recipients are never joined."""
        with pytest.raises(MixedCopiesError):
            fold([event("sent")]) | fold([event("delivered", recipient="bob@example.com")])

    def test_records_of_one_recipient_are_joined(self):
        """Whether two ids are of one copy may depend on a third record: | does not ask, so that it associates."""
        a, b, c = (
            fold([event("sent", **ids)]) for ids in (BY_REFERENCE | {"reference": "r-1"}, {}, {"message_id": "m-2"})
        )

        assert (a | b) | c == a | (b | c) == (a | b) | (a | c)

    def test_what_was_forgotten_may_link(self):
        """A record that holds as many ids as it keeps refuses none: one it forgot may be the link."""
        many = fold([event("sent", message_id=f"m-{n:02}", reference="r-1") for n in range(12)])

        assert Status.DELIVERED is many.observe(event("delivered", message_id="m-11")).after

    def test_two_references_are_refused(self):
        """Two hand-overs with nothing in common are two copies."""
        with pytest.raises(MixedCopiesError):
            fold([event("pending", reference="r-1"), event("pending", reference="r-2")])

    def test_ids_that_are_linked(self):
        """Two ids of a sort are of one copy if an event has one of them and an id of the other."""
        events = [
            event("accepted", message_id="m-1", reference="r-1"),
            event("sent", message_id="m-2", reference="r-1"),
            event("delivered", message_id="m-2"),
        ]

        assert Status.DELIVERED is fold(events).status
        assert fold(events) == fold(events[::-1])

    def test_a_reference_and_a_message_id(self):
        """A part that knows the reference only and one that knows the message id only may be of one copy."""
        assert Status.DELIVERED is fold([event("pending"), event("delivered")]).status

    def test_no_id_at_all(self):
        """Events without ids, or without a recipient, are taken at the caller's word."""
        bare = event("delivered", provider=None, message_id=None, recipient=None)

        assert Status.DELIVERED is fold([event("sent"), bare]).status
        assert "ada@example.com" == fold([bare, event("sent")]).recipient

    def test_an_empty_recipient_is_one(self):
        """An empty recipient is compared like any other, in any order."""
        empty, none = event("sent", recipient=""), event("sent", recipient=None)

        assert fold([empty, none]) == fold([none, empty]) == fold([none]) | fold([empty])
        with pytest.raises(MixedCopiesError):
            fold([empty, event("sent")])

    def test_spellings_of_one_recipient(self):
        """Cases and the two spellings of an international domain are one recipient."""
        events = [event("sent", recipient=each) for each in ("Ada@bücher.example", "ada@XN--BCHER-KVA.example")]

        assert "ada@xn--bcher-kva.example" == fold(events).recipient

    def test_joined_with_something_else(self):
        """A record joins records only."""
        with pytest.raises(TypeError):
            NOTHING_KNOWN | event("sent")


class TestObserve:
    """One more event."""

    def test_advanced(self):
        """A new headline is told, with both statuses and the record that has the event."""
        accepted, delivered = history("accepted", "delivered")
        change = fold([accepted]).observe(delivered)

        assert (Status.ACCEPTED, Status.DELIVERED) == (change.before, change.after)
        assert Effect.ADVANCED is change.effect
        assert fold([accepted, delivered]) == change.record
        assert not change.late

    def test_noted(self):
        """Something new that leaves the headline is noted."""
        change = fold(history("accepted", "delivered")).observe(event("sent", at=999))

        assert Effect.NOTED is change.effect
        assert Status.DELIVERED is change.after

    @pytest.mark.parametrize("again", [{}, {"received_at": START, "event_id": "e-2", "tags": ("x",)}])
    def test_nothing_new(self, again):
        """A repetition is nothing new, even if the provider gave it another id."""
        record = fold([event("delivered")])
        change = record.observe(event("delivered", **again))

        assert Effect.NOTHING_NEW is change.effect
        assert record == change.record

    def test_a_test_is_nothing_new(self):
        """Test-mode events count nowhere."""
        change = NOTHING_KNOWN.observe(event("bounced", test=True))

        assert (Effect.NOTHING_NEW, Status.UNKNOWN) == (change.effect, change.after)

    @pytest.mark.parametrize("at, late", [(59, True), (60, False), (61, False), (None, False)])
    def test_late(self, at, late):
        """Late is what happened before something that is known; a dateless event is not known to be."""
        change = fold(history("accepted", "delivered")).observe(event("deferred", at=at))

        assert late is change.late

    def test_nothing_is_late_at_first(self):
        """Nor is anything late where nothing, or nothing with a time, is known."""
        dateless = fold([event("sent", at=None)])

        assert not NOTHING_KNOWN.observe(event("sent")).late
        assert not dateless.observe(event("delivered")).late

    def test_new_contradictions(self):
        """Only what this event made contradictory is told."""
        record = fold([*history("delivered", "bounced")])
        change = record.observe(event("opened", at=999))

        assert (Contradiction.ENGAGED_AND_RETURNED,) == change.new_contradictions
        assert () == change.record.observe(event("clicked", at=999)).new_contradictions

    def test_the_record_before_is_left_as_it_is(self):
        """Observing mutates nothing."""
        record = fold([event("sent")])
        record.observe(event("delivered"))

        assert fold([event("sent")]) == record


class TestValue:
    """Records as values."""

    def test_equal_records_are_one_in_a_set(self):
        """Equality and hash go together."""
        events = history("accepted", "delivered", "opened")

        assert 1 == len({fold(events), fold(events[::-1])})
        assert fold(events) != fold(events[1:])
        assert fold(events) != "delivered"

    def test_repr_names_nobody(self):
        """The repr shows status and kinds, and no recipient, id or text."""
        record = fold([event("bounced", reference="secret", failure=Failure(diagnostic="secret"))])

        assert "Record(bounced, kinds=[<EventKind.BOUNCED: 'bounced'>])" == repr(record)

    def test_stored_and_read(self):
        """A record can be stored as JSON and read back, equal, and grow on."""
        events = [
            event("accepted", reference="r-1"),
            event("opened", actor=Actor.MACHINE, at=5),
            event("opened", at=None, received_at=START),
            event("bounced", at=9, failure=BAD, authenticated=False),
        ]
        stored = json.loads(json.dumps(fold(events).to_dict()))

        assert fold(events) == Record.from_dict(stored)
        assert fold([*events, event("clicked")]) == Record.from_dict(stored) | fold([event("clicked")])

    def test_nothing_known_can_be_stored(self):
        """So can the empty record."""
        assert NOTHING_KNOWN == Record.from_dict(NOTHING_KNOWN.to_dict())

    def test_stored_slots_that_are_now_one_are_joined(self):
        """Where a better diagnosis puts two stored facts into one slot, nothing of them is lost."""
        stored = fold([event("bounced", at=1, failure=failure("mailbox_full")), event("bounced", at=2)]).to_dict()
        for slot in stored["slots"]:
            slot["evidence"].pop("failure", None)
        [slot] = Record.from_dict(stored).slots.values()

        assert (START + timedelta(seconds=1), START + timedelta(seconds=2)) == (slot.first, slot.last)

    @pytest.mark.parametrize(
        "broken",
        [
            {"slots": None},
            {"slots": [None]},
            {"slots": [{}]},
            {"slots": [{"first": None, "last": None, "bound": None, "evidence": {"kind": "secret"}}]},
            {"slots": [{"first": "secret", "last": None, "bound": None, "evidence": {"kind": "sent"}}]},
            {"slots": [{"first": "2024-01-01T00:00:00", "last": None, "bound": None, "evidence": {"kind": "sent"}}]},
            {"slots": [{"first": 1, "last": None, "bound": None, "evidence": {"kind": "sent"}}]},
            {"references": "secret"},
            {"references": [1]},
            {"message_ids": ["secret"]},
            {"message_ids": [["example", None, 1]]},
            {"recipient": 1},
            {"mapping_version": "1"},
        ],
    )
    def test_what_is_no_stored_record_is_refused(self, broken):
        """A stored record of another form raises PayloadError, which holds nothing of it."""
        with pytest.raises(PayloadError) as error:
            Record.from_dict(fold([event("sent")]).to_dict() | broken)

        assert "secret" not in str(error.value)

    @pytest.mark.parametrize("stored", [None, [], "secret", {}])
    def test_what_is_no_object_is_refused(self, stored):
        """So does anything that is no object, or lacks a field."""
        with pytest.raises(PayloadError):
            Record.from_dict(stored)

    def test_the_older_reading_is_kept(self):
        """A record says with which reading of the providers its oldest fact was read."""
        newer = Record.from_dict(fold([event("sent")]).to_dict() | {"mapping_version": 2})

        assert 1 == (fold([event("delivered")]) | newer).mapping_version
        assert 2 == (NOTHING_KNOWN | newer).mapping_version
