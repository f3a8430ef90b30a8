import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, find, given, settings

from deliverystatus import Event, EventKind, Parsed, PayloadError, Reason, Status, fold, fold_copies, testing
from deliverystatus._contract import Body, Notice, Partly, Unread
from deliverystatus.testing import START, event, failure, history, nothing_lost, universe


class TestFactories:
    """Events in one line."""

    def test_all_are_of_one_copy(self):
        """Whatever kinds are made, and in whatever order, they fold into one record and one copy."""
        events = [event(kind) for kind in EventKind]

        assert frozenset(EventKind) == fold(events).kinds
        assert 1 == len(fold_copies(events))

    @pytest.mark.parametrize(
        "at, when",
        [(0, START), (1.5, START + timedelta(seconds=1.5)), (None, None), (datetime(2025, 1, 1, tzinfo=UTC),) * 2],
    )
    def test_when(self, at, when):
        """A time is given in seconds after START, as a time, or not at all."""
        assert when == event("sent", at=at).occurred_at

    def test_any_field(self):
        """Every other field can be given, in place of what is made up."""
        made = event("responded", value="yes", message_id="m-2", recipient="bob@example.com")

        assert ("yes", "m-2", "bob@example.com") == (made.value, made.message_id, made.recipient)

    def test_history(self):
        """A history happens in the order in which it is written, a minute apart."""
        times = [each.occurred_at for each in history("accepted", "delivered", "opened")]

        assert [START + timedelta(minutes=each) for each in range(3)] == times

    @pytest.mark.parametrize("reason", Reason)
    def test_failure(self, reason):
        """A failure is diagnosed as what was asked for, any reason there is."""
        assert reason is failure(reason).reason
        assert "550" == failure(reason.value, reply_code="550").reply_code

    def test_universe_is_of_one_copy(self):
        """So is the universe: all of its events fold into one record."""
        assert Status.COMPLAINED is fold(universe()).status


class TestNothingLost:
    """Law 9, for those who write a provider."""

    ONE, TWO = event("sent"), event("opened")
    NOTICE = Notice(name="ping", path="items.1")
    UNREAD = Unread(path="items.1.time.0", problem="expected a number", raw=None)
    OTHER = Unread(path="items.1.time.1", problem="expected a number", raw=None)
    PART = Partly((TWO,), (PayloadError("expected a number", path="time.0"),))
    NO_PART = Partly((), (PayloadError("expected a number", path="time.0"),))

    @staticmethod
    def parsed(events, outcomes, *, notices=(), unread=(), path=lambda index: f"items.{index}"):
        """Give what was read from a body of as many elements as there are outcomes."""
        return Parsed(tuple(events), tuple(notices), tuple(unread), (Body([None] * len(outcomes), path), outcomes))

    @pytest.mark.parametrize(
        "events, outcomes, beside",
        [
            ([], [], {}),
            ([ONE, TWO], [ONE, TWO], {}),
            ([ONE, TWO], [(ONE, TWO)], {}),
            ([ONE], [ONE, NOTICE], {"notices": [NOTICE]}),
            ([ONE], [ONE, None], {"unread": [UNREAD]}),
            ([], [None], {"unread": [UNREAD], "path": lambda _: ""}),
            ([ONE, TWO], [ONE, PART], {"unread": [UNREAD]}),
            ([ONE, TWO], [ONE, PART], {"unread": [UNREAD, OTHER]}),
            ([ONE], [ONE, NO_PART], {"unread": [UNREAD, OTHER]}),
        ],
    )
    def test_all_is_there(self, events, outcomes, beside):
        """Elements that gave events, a notice or a problem, wherever in the element it is, are all there."""
        assert nothing_lost(self.parsed(events, outcomes, **beside))

    @pytest.mark.parametrize(
        "events, outcomes, beside",
        [
            ([ONE], [ONE, None], {}),
            ([ONE], [ONE, ()], {}),
            ([ONE], [ONE, TWO], {}),
            ([TWO, ONE], [ONE, TWO], {}),
            ([ONE, TWO], [ONE], {}),
            ([ONE], [ONE, None], {"notices": [NOTICE], "unread": [UNREAD]}),
            ([ONE, TWO], [ONE, TWO], {"unread": [UNREAD]}),
            ([ONE], [ONE], {"notices": [NOTICE]}),
            ([ONE, TWO], [ONE, PART], {}),
            ([ONE], [ONE, PART], {"unread": [UNREAD]}),
            ([ONE, TWO], [ONE, PART], {"unread": [UNREAD, UNREAD]}),
            ([ONE, TWO], [ONE, PART], {"unread": [UNREAD], "notices": [NOTICE]}),
            ([ONE], [ONE, None], {"unread": [UNREAD, OTHER]}),
        ],
    )
    def test_something_is_lost_or_told_twice(self, events, outcomes, beside):
        """An element of which nothing came, or two things, and events that are in no element, are seen."""
        assert not nothing_lost(self.parsed(events, outcomes, **beside))


class TestStrategies:
    """What Hypothesis draws."""

    @given(testing.events(kind="bounced", url=None))
    def test_events(self, one):
        """Fields can be fixed; an event is an event."""
        assert isinstance(one, Event)
        assert (EventKind.BOUNCED, None) == (one.kind, one.url)

    @given(testing.histories(most=4))
    def test_histories(self, events):
        """A history is of one copy: it can be folded."""
        assert isinstance(fold(events).status, Status)

    def test_deliveries(self):
        """Deliveries are of several copies, some events of which nobody knows the copy."""
        found = find(
            testing.deliveries(),
            lambda events: len(fold_copies(events)) > 1 and fold_copies(events).uncorrelated,
            settings=settings(phases=[Phase.generate]),  # one will do; the smallest would take long to find
        )

        assert 3 <= len(found)

    @pytest.mark.parametrize("strategy", [testing.events, testing.histories, testing.deliveries])
    def test_without_hypothesis(self, strategy, monkeypatch):
        """Where Hypothesis is not installed, the error says what to install."""
        monkeypatch.setitem(sys.modules, "hypothesis", None)
        monkeypatch.delitem(sys.modules, "deliverystatus.testing._strategies", raising=False)
        monkeypatch.delattr(testing, "_strategies", raising=False)

        with pytest.raises(ImportError, match="pip install hypothesis"):
            strategy()

    def test_the_rest_works_without_hypothesis(self):
        """Factories and rivals import nothing but this library."""
        program = """
import sys
sys.modules["hypothesis"] = None
from deliverystatus.testing import event
from deliverystatus.testing.rivals import RIVALS
assert all(rival.shown([event("delivered")]) for rival in RIVALS)
"""
        subprocess.run([sys.executable, "-c", program], check=True)
