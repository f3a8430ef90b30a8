"""
Every file of ``deliverystatus/providers`` against its folder of fixtures.

``fixtures/PROVIDER/NAME.*`` is a body as it was posted, or (``.lines``) one a line; ``NAME.toml`` beside it says where its
shape is documented, what it promises, and what it must give. A new provider is held to all of this by being there: none is
named here.
"""

import json
import re
import tomllib
from pathlib import Path

import attrs
import pytest

from deliverystatus import Actor, Event, EventId, EventKind, Precision, UnknownName, providers
from deliverystatus.exceptions import PayloadError
from deliverystatus.testing import nothing_lost

FIXTURES = Path(__file__).parent / "fixtures"
FILES = sorted(path for path in FIXTURES.glob("*/*") if not path.name.startswith("."))
BODIES = [path for path in FILES if path.suffix != ".toml"]

#: What a fixture may say of itself.
KEYS = {"source", "promise", "parse", "events", "notices", "unread"}

each_body = pytest.mark.parametrize("body", BODIES, ids=lambda path: f"{path.parent.name}/{path.name}")
each_provider = pytest.mark.parametrize("name", providers.names())


def expectation(body):
    """Give what stands beside a body."""
    return tomllib.loads(body.with_suffix(".toml").read_text("utf-8"))


def raws(body):
    """Give the bodies of a fixture: one, or one a line."""
    return body.read_bytes().splitlines() if body.suffix == ".lines" else [body.read_bytes()]


def parsed(body):
    """Read the bodies of a fixture as its expectation says."""
    provider, arguments = providers.get(body.parent.name), expectation(body).get("parse", {})
    return [provider.parse(raw, **arguments) for raw in raws(body)]


def events_of(body):
    """Give the events of all bodies of a fixture."""
    return [event for each in parsed(body) for event in each.events]


def said(value):
    """Give the fields of a notice that say something."""
    return {name: field for name, field in attrs.asdict(value).items() if field}


@each_provider
def test_a_provider_has_fixtures(name):
    """A provider nobody has seen a body of is a guess."""
    assert [] != [body for body in BODIES if body.parent.name == name]


def test_fixtures_have_a_provider():
    """A folder of fixtures is read by the provider of its name."""
    assert set() == {body.parent.name for body in BODIES} - set(providers.names())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_fixtures_are_pairs(path):
    """A body has one expectation, and an expectation one body."""
    pair = sorted(other.name for other in FILES if other.parent == path.parent and other.stem == path.stem)

    assert 2 == len(pair), pair
    assert f"{path.stem}.toml" in pair


@each_body
def test_a_fixture_tells_its_source_and_its_promise(body):
    """An expectation says where the shape is documented and what the body shows, and nothing this test overlooks."""
    told = expectation(body)

    assert set() == set(told) - KEYS
    assert told["source"].startswith(("https://", "RFC "))
    assert told["promise"].endswith(".")
    assert any(told.get(name) for name in ("events", "notices", "unread"))


@each_body
def test_events(body):
    """The body gives exactly the events expected, in order, every field of them."""
    expected = [
        {field: value for field, value in event.items() if field != "diagnosed"}
        for event in expectation(body).get("events", [])
    ]

    assert expected == [event.to_dict() for event in events_of(body)]


@each_body
def test_diagnoses(body):
    """What the expectation says of why is what is diagnosed."""
    events = events_of(body)
    expected = [event.get("diagnosed", {}) for event in expectation(body).get("events", [])]

    diagnosed = [
        {name: getattr(event.failure.diagnosis, name) for name in names}
        for event, names in zip(events, expected, strict=True)
    ]

    assert expected == diagnosed


@each_body
def test_notices(body):
    """What is about no recipient is a notice."""
    assert expectation(body).get("notices", []) == [said(notice) for each in parsed(body) for notice in each.notices]


@each_body
def test_unread(body):
    """What cannot be read says where and why."""
    unread = [{"path": each.path, "problem": each.problem} for one in parsed(body) for each in one.unread]

    assert expectation(body).get("unread", []) == unread


@each_body
def test_nothing_is_lost(body):
    """Every element comes out as events, a notice, or unread, and its events are the body's."""
    assert all(map(nothing_lost, parsed(body)))


@each_body
def test_events_are_the_providers(body):
    """An event says which provider it is from, and over which channel the message went."""
    provider = providers.get(body.parent.name)

    assert {provider.name} >= {event.provider for event in events_of(body)}
    assert set(provider.channels) >= {event.channel for event in events_of(body)}


@each_body
def test_events_can_be_stored(body):
    """An event that was written as JSON and read back is the same event."""
    for event in events_of(body):
        stored = json.loads(json.dumps(event.to_dict()))

        assert event == Event.from_dict(stored)
        assert stored == Event.from_dict(stored).to_dict()


@each_body
def test_a_decoded_body_says_the_same(body):
    """A body that a framework has decoded already gives what its bytes give."""
    arguments = expectation(body).get("parse", {})
    headers = arguments.pop("headers", None)
    provider = providers.get(body.parent.name)

    again = [provider.parse(provider.decode(raw, headers), **arguments) for raw in raws(body)]

    assert parsed(body) == again


@each_body
def test_nobody_stumbles_over_the_body_of_another(body):
    """A body that was sent to the wrong address is refused whole, or is read with nothing lost."""
    for name in providers.names():
        for raw in raws(body):
            try:
                given = providers.get(name).parse(raw)
            except PayloadError:
                continue
            assert nothing_lost(given)


def words_in(value):
    """Give every string and number in a decoded value, in lower case."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from words_in(item)
    else:
        yield str(value).lower()


def words_of(field, value):
    """Give the words that stand in the fields of that name, at any depth of a decoded body."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from words_in(item) if name.lower() == field.lower() else words_of(field, item)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(field, item)
    elif isinstance(value, bytes):  # a mail: what stands in its fields of that name
        fields = re.findall(rf"(?im)^{re.escape(field)}:(.*(?:\n[ \t].*)*)", value.decode("utf-8", "replace"))
        yield from (word.lower() for each in fields for word in re.split(r"\s*[:;/\s]\s*", each.strip()))


@each_provider
def test_every_word_of_the_tables_is_in_a_fixture(name):
    """A row of a table that no fixture shows, in the field that the table is for, is a guess."""
    provider = providers.get(name)
    bodies = [provider.decode(raw, None) for body in BODIES if body.parent.name == name for raw in raws(body)]
    seen = {field: {word for body in bodies for word in words_of(field, body)} for field in provider.tables}

    unseen = [
        (field, word)
        for field, table in provider.tables.items()
        for word in table
        if str(word).lower() not in seen[field]
    ]

    assert [] == unseen


def events_from(name):
    """Give the events of all fixtures of a provider."""
    return [event for body in BODIES if body.parent.name == name for event in events_of(body)]


@each_provider
def test_what_it_tells_of(name):
    """The kinds in a provider's tables are those its fixtures show, so that the matrix claims and hides nothing."""
    shown = {event.kind for event in events_from(name)} - {EventKind.UNKNOWN}

    assert providers.get(name).kinds == shown


@each_provider
def test_where_it_tells_machines_apart(name):
    """The kinds said to come with a machine's flag are those of which a fixture shows one."""
    flagged = {event.kind for event in events_from(name) if event.actor is Actor.MACHINE}

    assert providers.get(name).habits.machine == flagged


@each_provider
def test_what_its_ids_are_good_for(name):
    """A provider without ids of events has none in its fixtures; one that has its own has them everywhere, or nearly."""
    events = events_from(name)
    ids = [event.event_id for event in events if event.event_id is not None]
    said = providers.get(name).habits.event_id

    assert (said is EventId.NONE) is (not ids)
    if said is EventId.SHARED:
        assert any(len({event.recipient for event in events if event.event_id == each}) > 1 for each in ids)


@each_provider
def test_how_fine_its_times_are(name):
    """A provider without times has none in its fixtures; one with fractions of seconds shows some, any other hardly any."""
    times = [event.occurred_at for event in events_from(name) if event.occurred_at is not None]
    fractions = [time for time in times if time.microsecond]
    said = providers.get(name).habits.precision

    assert (said is Precision.NONE) is (not times)
    if said is Precision.FRACTION:
        assert fractions
    else:
        assert 2 * len(fractions) <= len(times)


@each_provider
def test_it_can_show_who_sent_it(name):
    """Every provider has a way to show who sent a body, and one only."""
    provider = providers.get(name)

    assert (provider.scheme is None) is (provider.authenticate is not None)


@each_provider
def test_a_provider_is_named_as_its_file(name):
    """A provider is found by the name of its file, has a title, and its ``parse`` is offered beside it."""
    provider = providers.get(name)

    assert name == provider.name
    assert provider.title
    assert [] == [field for field, table in provider.tables.items() if not table]


def test_a_provider_that_is_not_there():
    """A name that is no provider's says which there are."""
    with pytest.raises(UnknownName) as caught:
        providers.get("pigeon")

    assert providers.names() == caught.value.known
