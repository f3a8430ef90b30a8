"""What every provider does alike: paths, raw, what all events of a body share, and law 9."""

import gc
import json
import weakref
from datetime import UTC, datetime, timedelta, timezone

import pytest

from deliverystatus import Channel, Element, Event, EventKind, Notice, Parsed, PayloadError, Provider, Unread, parse
from deliverystatus._contract import Body, Partly, within
from deliverystatus.testing import event, nothing_lost

SENT, OPENED = event(EventKind.SENT), event(EventKind.OPENED)


def read(element, source):
    """Read an element of the provider below: what it says is what it is."""
    match element:
        case "event":
            return SENT
        case "two events":
            return SENT, OPENED
        case "notice":
            return Notice(name="ping", detail="hello")
        case "source":
            return Event.read(EventKind.SENT, source, "ada@example.com", None, None, None)
        case "broken here":
            raise PayloadError("missing")
        case list():
            return Partly.of_each(element, "entries", lambda entry: read(entry, source))
    raise PayloadError("expected a string", path="field.0")


def make(**fields):
    """Make a provider whose bodies are lists."""
    return Provider(**{"name": "example", "title": "Example", "elements": Body, "read": read, "tables": {}} | fields)


def test_every_outcome_has_its_place():
    """Events, notices and what is unread come out apart, each in the order of the body."""
    parsed = make().parse(["event", "notice", {"a": 1}, "two events", "broken here"])

    assert (SENT, SENT, OPENED) == parsed.events
    assert (Notice(name="ping", detail="hello", path="1"),) == parsed.notices
    assert (
        Unread(path="2.field.0", problem="expected a string", raw={"a": 1}),
        Unread(path="4", problem="missing", raw="broken here"),
    ) == parsed.unread


def test_every_element_comes_out():
    """Law 9: as many elements come out as went in, each with its path, raw and events."""
    parsed = make().parse(["event", "notice", {"a": 1}, "two events"])

    assert (
        Element(path="0", raw="event", events=(SENT,)),
        Element(path="1", raw="notice"),
        Element(path="2", raw={"a": 1}),
        Element(path="3", raw="two events", events=(SENT, OPENED)),
    ) == parsed.elements


class TestEntries:
    """An element with several entries, of which some are broken."""

    def test_a_broken_entry_costs_the_others_nothing(self):
        """Law 9 holds within an element too: what could be read is there, and what could not has its path."""
        raw = ["event", {"a": 1}, "broken here", "event"]

        parsed = make().parse(["event", raw])

        assert (SENT, SENT, SENT) == parsed.events
        assert (
            Unread(path="1.entries.1.field.0", problem="expected a string", raw=raw),
            Unread(path="1.entries.2", problem="missing", raw=raw),
        ) == parsed.unread
        assert (
            Element(path="0", raw="event", events=(SENT,)),
            Element(path="1", raw=raw, events=(SENT, SENT), partly=True),
        ) == parsed.elements
        assert nothing_lost(parsed)

    def test_all_of_them_are_good(self):
        """An element of which every entry could be read is read, and not in part."""
        (element,) = make().parse([["event", "event"]]).elements

        assert Element(path="0", raw=["event", "event"], events=(SENT, SENT)) == element

    def test_none_of_them_is_good(self):
        """Each problem is told."""
        parsed = make().parse([["broken here", "broken here"]])

        assert ["0.entries.0", "0.entries.1"] == [unread.path for unread in parsed.unread]
        assert nothing_lost(parsed)

    def test_an_element_that_is_an_array(self):
        """The entries may be the element itself, and that may stand in something else."""
        partly = within("Message", Partly.of_each, ["broken here"], "", lambda entry: read(entry, None))

        assert ["Message.0"] == [problem.path for problem in partly.problems]

    def test_entries_in_entries(self):
        """An entry may be read in part itself, or be an event, or several; one that is about nobody is no element, and told."""
        parsed = make().parse([["two events", ["event", "broken here"], "notice"]])

        assert (SENT, OPENED, SENT) == parsed.events
        assert [("0.entries.1.entries.1", "missing"), ("0.entries.2", "about no recipient")] == [
            (unread.path, unread.problem) for unread in parsed.unread
        ]
        assert nothing_lost(parsed)

    def test_no_entries(self):
        """An element of none says nothing, which is told too."""
        parsed = make().parse([[]])

        assert [("0.entries", "missing")] == [(unread.path, unread.problem) for unread in parsed.unread]

    @pytest.mark.parametrize("outcome", [["event", "broken here"], ["broken here"]])
    def test_whoever_vouches_for_the_events(self, outcome):
        """What is said of the events of an element who sent them changes nothing about what is unread in it."""
        parsed = make().parse([outcome, "event"])

        vouched = parsed.vouched(lambda _, events: tuple(each.vouched(authenticated=True) for each in events))

        assert [True] * len(parsed.events) == [each.authenticated for each in vouched.events]
        assert [True, False] == [element.partly for element in vouched.elements]
        assert parsed.unread == vouched.unread
        assert nothing_lost(vouched)


@pytest.mark.parametrize(
    "path, at", [(lambda _: "", "field.0"), (lambda index: f"Records.{index}.ses", "Records.0.ses.field.0")]
)
def test_paths_start_at_the_top_of_the_body(path, at):
    """Where the elements do not stand at the top of the body, or are the body, the paths say so."""
    parsed = make(elements=lambda body: Body([body], path)).parse({"a": 1})

    assert [at] == [unread.path for unread in parsed.unread]
    assert [path(0)] == [element.path for element in parsed.elements]


def test_a_body_of_no_element():
    """A body may say nothing."""
    assert Parsed(()) == make().parse([])
    assert () == make().parse([]).elements


def test_a_body_that_is_not_the_providers():
    """A body that has no elements of this provider's is refused whole."""

    def elements(_):
        raise PayloadError("expected an array, got dict")

    with pytest.raises(PayloadError, match=r"^expected an array, got dict$"):
        make(elements=elements).parse({})


def test_what_all_events_of_a_body_share():
    """Provider, account, channel and arrival are those of the call; nobody has verified anything."""
    zone = timezone(timedelta(hours=2))
    (read_one,) = (
        make(channels=(Channel.SMS,))
        .parse(["source"], received_at=datetime(2024, 6, 1, 12, tzinfo=zone), account="main", sent_via="postmark")
        .events
    )

    assert ("example", "main", Channel.SMS) == (read_one.provider, read_one.account, read_one.channel)
    assert (datetime(2024, 6, 1, 10, tzinfo=UTC), UTC) == (read_one.received_at, read_one.received_at.tzinfo)
    assert "postmark" == read_one.source.sent_via
    assert read_one.authenticated is None


def test_an_arrival_without_a_zone():
    """A time without its zone is the caller's mistake, not the payload's."""
    with pytest.raises(ValueError, match=r"^received_at: expected a time with its zone$") as caught:
        make().parse([], received_at=datetime(2024, 6, 1))  # noqa: DTZ001 (the point)

    assert not isinstance(caught.value, PayloadError)


def test_other_errors_are_not_hidden():
    """A reader that raises anything but PayloadError is broken, and says so: nothing is swallowed."""

    def broken(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make(read=broken).parse(["event"])


def test_no_repr_shows_a_payload():
    """What came in is personal data, and is in no repr."""
    parsed = make().parse([{"to": "ada@example.com"}])

    assert "ada@" not in f"{parsed!r} {parsed.elements!r} {parsed.unread!r} {Notice(name='a', url='https://ada@b')!r}"


def test_bodies_that_say_the_same_are_equal():
    """Two readings are equal by what was said, not by which bytes said it."""
    text = json.dumps(["event", "notice"])

    assert make().parse(text) == make().parse(text.encode()) == make().parse(["event", "notice"])


def test_elements_are_made_once():
    """Asking again for the elements gives the same ones."""
    parsed = make().parse(["event"])

    assert parsed.elements is parsed.elements


class Raw(dict):
    """An element that can be watched."""


def delivered_and_watched():
    """Give an event whose rare fields are read later, and a weak reference to the element it was read from."""

    def read_later(element, source):
        def details():
            return event(EventKind.DELIVERED, metadata={"tenant": element["tenant"]}).details

        return Event.read(EventKind.DELIVERED, source, "ada@example.com", None, None, None, details=details)

    raw = Raw(tenant="north")
    (delivered,) = make(elements=lambda _: Body([raw]), read=read_later).parse({}).events
    return delivered, weakref.ref(raw)


def test_an_event_lets_go_of_its_element():
    """An event keeps its element until the rare fields are read from it, and no longer."""
    delivered, raw = delivered_and_watched()

    gc.collect()
    assert {"tenant": "north"} == raw()
    assert {"tenant": "north"} == delivered.metadata
    gc.collect()
    assert raw() is None


def test_parse_by_name():
    """The function of the package reads as the provider of that name does."""
    body = [{"event": "delivered", "email": "ada@example.com", "order": "R-77"}]
    when = datetime(2024, 6, 1, tzinfo=UTC)

    (delivered,) = parse("sendgrid", body, reference="order", account="main", received_at=when).events

    assert ("sendgrid", "main", "R-77", when) == (
        delivered.provider,
        delivered.account,
        delivered.reference,
        delivered.received_at,
    )
