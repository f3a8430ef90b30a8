"""Typed reads of a provider's element: a checked value, nothing, or a problem with its path."""

import math
import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Channel, PayloadError
from deliverystatus import _reading as reading
from deliverystatus._text import LIMIT
from deliverystatus._values import Source

LONG = "a" * (LIMIT + 1)
NOTHING = [None, ""]
NO_STRINGS = [0, 1.5, True, [], ["a"], {}, {"a": "b"}]

#: Anything a decoder may give.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def refused(read, *arguments):
    """Give the error that a reader raises."""
    with pytest.raises(PayloadError) as caught:
        read(*arguments)
    return str(caught.value)


def test_an_object():
    """An object is given as it is, and anything else refused."""
    assert {"a": 1} == reading.object_of({"a": 1})
    assert "expected an object, got list" == refused(reading.object_of, [])
    assert "event-data: expected an object, got NoneType" == refused(reading.object_of, None, "event-data")


@pytest.mark.parametrize("element", [{}, {"name": None}, {"name": ""}])
def test_a_text_that_is_not_there(element):
    """Absent, null and empty are one, and a problem only where the text must be there."""
    assert reading.text(element, "name") is None
    assert "name: missing" == refused(reading.required, element, "name")


@pytest.mark.parametrize("read", [reading.text, reading.required])
def test_a_text(read):
    """A text is given up to the limit."""
    assert ["a", LONG[:LIMIT]] == [read({"name": value}, "name") for value in ("a", LONG)]


@pytest.mark.parametrize("read", [reading.text, reading.required])
@pytest.mark.parametrize("value", NO_STRINGS)
def test_a_text_of_another_type(read, value):
    """What is no string is refused by its type."""
    assert f"name: expected a string, got {type(value).__name__}" == refused(read, {"name": value}, "name")


@pytest.mark.parametrize(
    "value, text",
    [
        ("a", "a"),
        (LONG, LONG[:LIMIT]),
        (7, "7"),
        (0, "0"),
        (-7, "-7"),
        (10**29, "1" + "0" * 29),
        (10**30, None),
        (-(10**30), None),
        (10**5_000, None),
        (True, None),
        (1.5, None),
        ("", None),
        (None, None),
        ([], None),
        ({}, None),
    ],
    ids=range(15),
)
def test_a_loose_text(value, text):
    """Where strings and whole numbers are written alike, anything else counts as absent."""
    assert text == reading.loose_text(value)


@pytest.mark.parametrize(
    "value, written",
    [
        (0, "1970-01-01T00:00:00+00:00"),
        (1_717_236_000, "2024-06-01T10:00:00+00:00"),
        ("1717236000", "2024-06-01T10:00:00+00:00"),
        (1_717_236_000.25, "2024-06-01T10:00:00.250000+00:00"),
        ("1717236000.25", "2024-06-01T10:00:00.250000+00:00"),
        (1_717_236_000_250, "2024-06-01T10:00:00.250000+00:00"),
        ("1717236000250", "2024-06-01T10:00:00.250000+00:00"),
        (1_717_236_000_250.0, "2024-06-01T10:00:00.250000+00:00"),
        (99_999_999_999, "5138-11-16T09:46:39+00:00"),
        (100_000_000_001, "1973-03-03T09:46:40.001000+00:00"),
        (-1, "1969-12-31T23:59:59+00:00"),
        (-0.5, "1969-12-31T23:59:59.500000+00:00"),
        (-62_135_596_800, "0001-01-01T00:00:00+00:00"),
    ],
)
def test_a_unix_time(value, written):
    """A time is a number of seconds, or of milliseconds where it would be millennia away, or either as digits."""
    moment = reading.unix_time(value, "timestamp")

    assert datetime.fromisoformat(written) == moment
    assert UTC is moment.tzinfo


@pytest.mark.parametrize("value", NOTHING)
def test_no_unix_time(value):
    """Null and empty are no time, and no problem."""
    assert reading.unix_time(value, "timestamp") is None


@pytest.mark.parametrize(
    "value",
    [
        True, False, "soon", " ", "NaN", "1e400", "0x10", [], {}, math.nan, math.inf, -math.inf, 1e18, -1e18, 1e308,
        10**18, -(10**18), 10**400, -(10**400), 10**5_000, "9" * 5_000, -62_135_596_801,
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_unix_time(value):
    """What is no number, or a time that is in no calendar, is refused."""
    assert f"timestamp: expected seconds since the epoch, got {type(value).__name__}" == refused(
        reading.unix_time, value, "timestamp"
    )


@pytest.mark.parametrize(
    "value, written",
    [
        ("2024-06-01T10:00:00Z", "2024-06-01T10:00:00+00:00"),
        ("2024-06-01T12:00:00+02:00", "2024-06-01T10:00:00+00:00"),
        ("2024-06-01T05:00:00.1234567-05:00", "2024-06-01T10:00:00.123456+00:00"),
        ("2024-06-01 10:00:00+00:00", "2024-06-01T10:00:00+00:00"),
        ("20240601T100000Z", "2024-06-01T10:00:00+00:00"),
        ("Sat, 01 Jun 2024 10:00:00 +0000", "2024-06-01T10:00:00+00:00"),
        ("Sat, 01 Jun 2024 12:00:00 +0200", "2024-06-01T10:00:00+00:00"),
        ("2024-06-01 10:00:00 UTC", "2024-06-01T10:00:00+00:00"),
        ("2024-06-01 10:00:00.5 +0000", "2024-06-01T10:00:00.500000+00:00"),
        ("2024-06-01T10:00:00.000+0000", "2024-06-01T10:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_an_iso_time(value, written):
    """A time with its zone is given in UTC, in whatever unambiguous form it is written."""
    moment = reading.iso_time(value, "at")

    assert datetime.fromisoformat(written) == moment
    assert UTC is moment.tzinfo


@pytest.mark.parametrize("value", NOTHING)
def test_no_iso_time(value):
    """Null and empty are no time, and no problem."""
    assert reading.iso_time(value, "at") is None


@pytest.mark.parametrize("value", ["2024-06-01T10:00:00", "2024-06-01", "Sat, 01 Jun 2024 10:00:00"])
def test_a_time_without_a_zone(value):
    """A time without its zone is refused: ours would be a guess."""
    assert "at: expected a time with its zone" == refused(reading.iso_time, value, "at")


@pytest.mark.parametrize(
    "value",
    [
        "soon", "10:00", "10:00Z", "June 2024", "Sat 10:00 +0000", "01 Jun 10:00 +0000", "2024-06-01 10:00:00 XYZT",
        "2024-13-01T10:00:00Z", "2024-06-01T25:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "\x00", "2024" * 20, "9" * 60, "9" * 60 + ":", "1e60T", "\ud800T", "T" * 64, 1_717_236_000, 1.5, True, [], {},
        "Sat, 01 Jun 2024 10:00:00 +0000".ljust(65),
    ],
    ids=range(24),
)  # fmt: skip
def test_what_is_no_iso_time(value):
    """What leaves a part of the date to be guessed, or is none, is refused."""
    assert f"at: expected a time, got {type(value).__name__}" == refused(reading.iso_time, value, "at")


def test_an_unknown_zone_is_no_warning():
    """A zone that is not known is refused, however the caller treats warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        assert "at: expected a time, got str" == refused(reading.iso_time, "2024-06-01 10:00:00 XYZT", "at")


@pytest.mark.parametrize(
    "value, texts",
    [
        ("a", ("a",)),
        (["a", "b"], ("a", "b")),
        (["a", "", None, 1, ["b"]], ("a",)),
        ([LONG], (LONG[:LIMIT],)),
        (LONG, (LONG[:LIMIT],)),
        ("", ()),
        (None, ()),
        ({"a": "b"}, ()),
        (1, ()),
    ],
)
def test_strings(value, texts):
    """Tags are a string or a list of strings; what is neither is none."""
    assert texts == reading.strings(value)


def in_itself():
    """Give a list that holds itself: no JSON, but a caller's decoded body may be anything."""
    endless = []
    endless.append(endless)
    return endless


def deep():
    """Give a list that is nested too deeply to be written."""
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "value, data",
    [
        (
            {"a": "b", "n": 1, "t": True, "o": {"x": [1.5]}, "e": ""},
            {"a": "b", "n": "1", "t": "true", "o": '{"x": [1.5]}', "e": ""},
        ),
        ({"a": None}, {}),
        ({LONG: LONG}, {LONG[:LIMIT]: LONG[:LIMIT]}),
        ({"a": [LONG]}, {"a": f'["{LONG}"]'[:LIMIT]}),
        ({"a": [10**5_000], "b": in_itself(), "c": deep(), "d": {1, 2}, "e": "kept"}, {"e": "kept"}),
        ([], {}),
        (["a"], {}),
        (None, {}),
        ("a", {}),
    ],
    ids=range(9),
)
def test_metadata(value, data):
    """The sender's own data are strings, or are written as JSON; what cannot be is left out."""
    assert data == reading.metadata(value)


@pytest.mark.parametrize(
    "value, message_id",
    [
        ("<1@example.org>", "1@example.org"),
        (" <1@example.org>\r\n", "1@example.org"),
        ("1@example.org", "1@example.org"),
        (LONG, LONG[:LIMIT]),
        ("<>", None),
        ("", None),
        (None, None),
        (1, None),
    ],
)
def test_a_message_id(value, message_id):
    """A Message-ID is compared without its brackets."""
    assert message_id == reading.message_id(value)


@pytest.mark.parametrize(
    "value, addresses",
    [
        ("ada@example.com", ("ada@example.com",)),
        ('"Lovelace, Ada" <ada@example.com>, bob@example.com', ("ada@example.com", "bob@example.com")),
        ("ada@example.com, Ada <ada@example.com>", ("ada@example.com",)),
        ("undisclosed-recipients:;", ()),
        ("(" * LIMIT, ()),  # comments in comments: the standard library overflows
        ("Ada", ()),
        ("", ()),
        (None, ()),
        (["ada@example.com"], ()),
    ],
)
def test_addresses(value, addresses):
    """The addresses of a header are given once each, in order, without the names."""
    assert addresses == reading.addresses(value)


@pytest.mark.parametrize(
    "value, address",
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada <ada@example.com>", "ada@example.com"),
        ('"Lovelace, Ada" <ada@example.com>', "ada@example.com"),
        ("Lovelace, Ada <ada@example.com>", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com"),
        (" ada@example.com ", "ada@example.com"),
        ("ada@example.com, Ada <ada@example.com>", "ada@example.com"),
        ('"a b, c; d"@example.com', '"a b, c; d"@example.com'),
        ("+15005550006", "+15005550006"),
        ("+1 500 555 0006", "+1 500 555 0006"),
        ("ada", "ada"),
        (LONG, LONG[:LIMIT]),
    ],
    ids=range(12),
)
def test_an_address(value, address):
    """Who is named before an address is not part of it; numbers are left as they are."""
    assert address == reading.address({"to": value}, "to")


@pytest.mark.parametrize(
    "value, number",
    [
        ("ada@example.com, bob@example.com", 2),
        ("ada@example.com,bob@example.com", 2),
        ("Ada <ada@example.com>, Bob <bob@example.com>", 2),
        ("+1 500 555 0006, +1 500 555 0007", 0),
        ("Ada <>", 0),
        ("Ada Lovelace <nobody>", 0),
        ("> @", 0),
    ],
)
def test_not_one_address(value, number):
    """Of several addresses it cannot be said whose it is, and a name without one is nobody."""
    assert f"to: expected one address, got {number}" == refused(reading.address, {"to": value}, "to")


def test_several_addresses_by_semicolons():
    """Semicolons part addresses in some mail programs."""
    assert refused(reading.address, {"to": "ada@example.com;bob@example.com"}, "to").startswith(
        "to: expected one address"
    )


@pytest.mark.parametrize("element", [{}, {"to": None}, {"to": ""}, {"to": "  "}])
def test_an_address_that_is_not_there(element):
    """A recipient must be there."""
    assert "to: missing" == refused(reading.address, element, "to")


@pytest.mark.parametrize("value", NO_STRINGS)
def test_an_address_of_another_type(value):
    """What is no string is refused by its type, in an array as well."""
    problem = f"expected a string, got {type(value).__name__}"

    assert f"to: {problem}" == refused(reading.address, {"to": value}, "to")
    assert f"to.1: {problem}" == refused(reading.one_address, value, "to.1")


def source(**more):
    """Give the source of an event."""
    return Source(provider="acme", channel=Channel.EMAIL, **more)


@pytest.mark.parametrize(
    "key, container, reference",
    [
        ("order", {"order": "A-1"}, "A-1"),
        ("order", {"order": 17}, "17"),
        ("order", {"order": ["A-1"]}, None),
        ("order", {"other": "A-1"}, None),
        ("order", [], None),
        ("order", "order", None),
        ("order", None, None),
        (None, {"order": "A-1", None: "A-2"}, None),
    ],
)
def test_the_reference(key, container, reference):
    """The sender's reference is looked up in the sender's data, if the caller named a key and there are any."""
    assert reference == reading.reference(source(reference_key=key), container)


@pytest.mark.parametrize(
    "value, digit",
    [
        ("550 5.1.1 no such user", "5"),
        (" 421-4.7.0 later", "4"),
        ("250", "2"),
        (452, "4"),
        ("5.1.1", "5"),
        ("4.2.2 full", "4"),
        ("5501", None),
        ("350 go on", None),
        ("5.1", None),
        ("host said: 550", None),
        ("", None),
        (None, None),
        ([550], None),
    ],
)
def test_the_class_of_a_reply(value, digit):
    """The first digit of a reply is read where the reply begins, and nowhere else."""
    assert digit == reading.reply_class(value)


def test_the_first_of_each_field():
    """Of a field that a form repeats the first counts, and one without a value has none."""
    assert {"a": "1", "b": None, "c": 3} == reading.firsts({"a": ["1", "2"], "b": [], "c": 3})


def test_a_source_on_another_channel():
    """Where a message travels otherwise, its source says so, and is the same where it does not."""
    email = source(account="main")

    assert email is reading.on(email, Channel.EMAIL)
    assert (Channel.SMS, "main") == (reading.on(email, Channel.SMS).channel, reading.on(email, Channel.SMS).account)


def test_by_beginning():
    """A text is looked up by how it begins: the first row counts, and what is not listed is as the caller says."""
    table = {"list: spam": 1, "list": 2}

    assert [("list: spam", 1), ("list", 2), (None, None)] == [
        reading.by_beginning(table, value) for value in ("list: spammer", "list: other", "a list")
    ]
    assert (None, 3) == reading.by_beginning(table, "other", 3)


@pytest.mark.parametrize(
    "outer, inner, path", [("data", "email", "data.email"), ("data", "", "data"), ("", "email", "email"), ("", "", "")]
)
def test_under(outer, inner, path):
    """A problem's path begins where it was read."""
    with pytest.raises(PayloadError) as caught, reading.under(outer):
        raise PayloadError("missing", path=inner)

    assert ("missing", path) == (caught.value.problem, caught.value.path)


def test_under_leaves_the_rest():
    """What is no problem of the payload is none of the path."""
    with reading.under("data"):
        value = reading.text({"a": "b"}, "a")
    with pytest.raises(KeyError), reading.under("data"):
        raise KeyError

    assert "b" == value


def test_a_word():
    """A word is looked up as it is spelled, or in lower case, or is not listed."""
    table = {"HardBounce": 1, "blocked": 2}

    assert [1, 2, 2, None] == [reading.word(table, value) for value in ("HardBounce", "blocked", " Blocked ", "other")]


@pytest.mark.parametrize(
    "read",
    [
        lambda value: reading.text({"name": value}, "name"),
        lambda value: reading.required({"name": value}, "name"),
        lambda value: reading.one_address(value, "name"),
        lambda value: reading.unix_time(value, "name"),
        lambda value: reading.iso_time(value, "name"),
        reading.object_of,
        reading.loose_text,
        reading.strings,
        reading.metadata,
        reading.message_id,
        reading.addresses,
        reading.reply_class,
    ],
    ids=["text", "required", "address", "unix_time", "iso_time", "object_of", "loose_text", "strings", "metadata", "message_id", "addresses", "reply_class"],
)  # fmt: skip
@given(value=ANYTHING)
def test_readers_are_total(read, value):
    """Whatever a decoder gave, a reader gives a value or a problem, and warns nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read(value)
        except PayloadError as error:
            assert error.problem.startswith(("expected ", "missing"))  # noqa: PT017 (some are refused, some are not)
