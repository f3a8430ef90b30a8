"""
Laws 1 and 9 at the door: whatever is posted, a body is read or refused, and nothing of it is lost.

``parse`` gives ``Parsed`` or raises ``PayloadError``; what is read later (details, digests, diagnoses) raises nothing; no
message and no repr holds a piece of the payload; one bad element costs the others nothing; and the work is linear, so
that the hostile bodies below, of which quadratic code would take minutes, are read at once. No provider is named here.
"""

import copy
import json
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliverystatus import Event, PayloadError, providers
from deliverystatus._decoding import decode
from deliverystatus._text import LIMIT, printable

FIXTURES = Path(__file__).parents[1] / "fixtures"

each_provider = pytest.mark.parametrize("name", providers.names())

#: No provider has this word, so where it shows up a piece of the payload does.
SENTINEL = "sEnTiNeL"

#: The longest text of an event: a name of that length behind the kind of its scope.
LONGEST = LIMIT + len("everything:")

#: Numbers, times and texts that break readers.
HOSTILE = [
    None, True, False, 0, -1, 10**18, -(10**18), 10**40, 10**5_000, -(10**5_000), 1e18, -1e18, 1e308, float("inf"),
    float("-inf"), float("nan"), "", " ", "NaN", "1e400", "-1", "9" * 5_000, "\x00", "\ud800", f"{SENTINEL}\udfff\x00",
    SENTINEL, f"{SENTINEL}@example.com", f"{SENTINEL}-99-99T99:99:99Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", [], {}, [SENTINEL], {SENTINEL: SENTINEL}, [[[]]], [None], [{}], [float("nan"), {"a": 10**5_000}],
]  # fmt: skip

TEXTS = st.text(st.characters(), max_size=20).map(lambda text: SENTINEL + text)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**30, 10**4_000, -(10**4_000), 1e18, -1e18])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
HEADERS = st.sampled_from(
    [
        None,
        {"Content-Type": "application/json; charset=utf-8"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"CONTENT-TYPE": "multipart/form-data; boundary=x"},
        {"X-Content-Type": "", "Content-Type": "\x00;;="},
    ]
)


def bodies(name):
    """Give the decoded bodies of a provider's fixtures."""
    files = sorted(path for path in (FIXTURES / name).iterdir() if path.suffix in {".json", ".txt"})
    return [decode(path.read_bytes(), None) for path in files]


BODIES = {name: bodies(name) for name in providers.names()}


def read(name, payload, **arguments):
    """Read a body and everything that can be asked of it, as the laws have it; ``None`` if it was refused."""
    parsed = None
    try:
        parsed = providers.get(name).parse(payload, **arguments)
        shown = f"{parsed.events} {parsed.unread}"
    except PayloadError as error:
        shown = f"{error} {error!r}"
    assert SENTINEL not in shown
    if parsed is None:
        return None
    for event in parsed.events:
        assert_readable(event)
    assert_nothing_lost(parsed)
    return parsed


def assert_readable(event):
    """Everything an event can be asked for is there, bounded, and can be written and read back."""
    stored = event.to_dict()

    assert [] == [text for text in texts_in(stored) if text != printable(text) or len(text) > LONGEST]
    assert stored == Event.from_dict(json.loads(json.dumps(stored))).to_dict()
    assert event == Event.from_dict(stored)
    assert 32 == len(event.fingerprint)
    assert event.failure is None or event.failure.diagnosis.reason is event.reason


def texts_in(value):
    """Give every string in what ``to_dict`` gave."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def assert_nothing_lost(parsed):
    """Law 9: every element is there once, as events, a notice, or unread."""
    without_events = [element for element in parsed.elements if not element.events]

    assert parsed.events == tuple(event for element in parsed.elements for event in element.events)
    assert len(without_events) == len(parsed.notices) + len(parsed.unread)


def places(value, path=()):
    """Give the path of every value in a body."""
    yield path
    for step in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[step], (*path, step))


def changed(body, path, new):
    """Give the body with the value at *path* replaced, or left out where *new* is ``...``."""
    if not path:
        return [] if new is ... else new
    step, *rest = path
    other = copy.copy(body)
    if rest:
        other[step] = changed(body[step], rest, new)
    elif new is ...:
        del other[step]
    else:
        other[step] = new
    return other


def kinds_of_places(name):
    """Give one body and path for every place in a provider's bodies that differs by more than its index."""
    found = {}
    for body in BODIES[name]:
        for path in places(body):
            element = body[path[0]] if isinstance(body, list) and path else body
            word = repr(element.get("event") or element.get("RecordType")) if isinstance(element, dict) else ""
            found.setdefault((word, *(step for step in path if isinstance(step, str))), (body, path))
    return found.values()


@each_provider
@given(body=st.binary() | st.text(st.characters()), headers=HEADERS)
def test_any_bytes_and_any_text(name, body, headers):
    """No bytes and no text make more of a stir than a refusal."""
    read(name, body, headers=headers)


@each_provider
@given(value=VALUES)
def test_any_json(name, value):
    """No JSON does, decoded or not, in any encoding."""
    read(name, value)
    text = json.dumps(value)
    read(name, text)
    read(name, text.encode("utf-16"))
    read(name, json.dumps(value, ensure_ascii=False))
    read(name, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@each_provider
@given(data=st.data())
@settings(max_examples=300)
def test_real_bodies_with_anything_in_them(name, data):
    """A real body in which anything was dropped or replaced, anywhere, several times, is read or refused."""
    body = data.draw(st.sampled_from(BODIES[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(body))))
        body = changed(body, path, data.draw(VALUES | st.just(...)))
    key = data.draw(st.sampled_from([None, *places(body)]).map(lambda path: str(path[-1]) if path else None))

    read(name, body, reference=key, received_at=datetime(2024, 6, 1, tzinfo=UTC))


@each_provider
def test_real_bodies_with_each_hostile_value_everywhere(name):
    """Every place of a real body takes every hostile value, and being left out."""
    for body, path in kinds_of_places(name):
        for value in (..., *HOSTILE):
            read(name, changed(body, path, value))


@each_provider
def test_names_that_are_hostile(name):
    """Every field of a real body takes a name that nobody knows, and the name shows up nowhere."""
    for body, path in kinds_of_places(name):
        if path and isinstance(path[-1], str):
            read(name, changed(changed(body, path, ...), (*path[:-1], SENTINEL), SENTINEL))


@each_provider
@given(data=st.data())
def test_a_bad_element_costs_the_others_nothing(name, data):
    """In a body of several elements, whatever becomes of one, there are as many, and the others say what they said."""
    batches = [body for body in BODIES[name] if isinstance(body, list)]
    body = data.draw(st.sampled_from(batches)) if batches else []
    if not body:
        return
    index = data.draw(st.integers(0, len(body) - 1))
    path = data.draw(st.sampled_from([path for path in places(body) if path and path[0] == index]))
    before = read(name, body)

    after = read(name, changed(body, path, data.draw(VALUES)))

    assert len(body) == len(after.elements)
    assert [events for at, events in told(before) if at != index] == [
        events for at, events in told(after) if at != index
    ]


def told(parsed):
    """Give the events of each element, by its place."""
    return [(index, element.events) for index, element in enumerate(parsed.elements)]


DEEP = 100_000

#: Elements that break a JSON decoder without breaking JSON.
BREAKERS = {
    "deep lists": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep in a field": '{"event":"delivered","deep":' + "[" * DEEP + "]" * DEEP + "}",
    "deep beside brackets in texts": '{"a":"]}\\"","b":' + "[" * DEEP + '"[{\\\\"' + "]" * DEEP + "}",
    "a long number": "9" * 5_000,
    "a long negative number": '{"timestamp":-' + "9" * 5_000 + "}",
    "a long number, and deep": '{"timestamp":' + "9" * 5_000 + ',"deep":' + "[" * DEEP + "]" * DEEP + "}",
    "an infinite number": '{"timestamp":1e400}',
    "a long fraction": '{"timestamp":0.' + "1" * 500_000 + "}",
    "words that are no JSON": '{"timestamp":NaN,"event":Infinity,"email":-Infinity}',
    "half a pair": '{"event":"\\ud800","email":"\\udfff\\u0000"}',
}


@each_provider
@pytest.mark.parametrize("breaker", BREAKERS.values(), ids=BREAKERS)
def test_what_breaks_a_decoder(name, breaker):
    """Alone it is refused or unread; in a batch it costs the others nothing."""
    read(name, breaker)
    read(name, f'{{"signature":{{}},"event-data":{breaker},"recipients":{breaker},"RecordType":{breaker}}}')
    for body in [body for body in BODIES[name] if isinstance(body, list)][:2]:
        good = json.dumps(body)

        parsed = read(name, f"{good[:-1]}, {breaker}, {good[1:]}".encode())

        alone = [element.events for element in read(name, body).elements]
        assert alone == [element.events for element in parsed.elements[: len(body)]]
        assert alone == [element.events for element in parsed.elements[len(body) + 1 :]]


#: Pieces of which a hostile body, or field, is made by repetition.
PIECES = [
    '"', "\\", '\\"', "\\\\", "\\u", "\\u0000", "\\ud83d", "[", "]", "{", "}", ",", ":", "[{", '{"', '["', "a=", "=", "&",
    "&=", "%", "%ff", ";", "; name=", " ", "\t", "\n", "\r\n", "-", "--x\r\n", "\r\n--x", "\r\n\r\n", "<", ">", "@", "a@",
    '"@', "(", ")", "=?", "=?utf-8?q?", "?=", ".", "..", "9", "9.", "5.1.1 ", "550 ", "550-", "a", "é", "\u0130", "\x00",
    "\ud800", "user ", "message is ", "not ", "http://", "/", "#", "T", "1:", "+", "smtp;",
]  # fmt: skip


def repeated(piece, size):
    """Give a text of that size."""
    return piece * (size // len(piece))


@each_provider
def test_hostile_bodies(name):
    """A body of one piece over and over is refused, or read as a form of very many fields, at once."""
    for text in (repeated(piece, 200_000) for piece in PIECES):
        read(name, text)
        read(name, f"a={text}")
        read(name, text, headers={"Content-Type": "application/x-www-form-urlencoded"})


@each_provider
def test_hostile_texts_everywhere(name):
    """Half a megabyte of hostile text in any field of a real body is read at once."""
    texts = cycle([repeated(piece, 500_000) for piece in PIECES])
    for body, path in kinds_of_places(name):
        for text in islice(texts, 5):
            read(name, changed(body, path, text))


@each_provider
def test_large_bodies(name):
    """Ten megabytes are read as a few bytes are: a batch by its elements, a field by its beginning."""
    for body in BODIES[name]:
        if isinstance(body, list):
            times = 10_000_000 // len(json.dumps(body)) + 1

            parsed = providers.get(name).parse(json.dumps(body * times))

            assert len(body) * times == len(parsed.elements)
            assert_nothing_lost(parsed)
            return
    for body in BODIES[name][:3]:
        for field in body:
            read(name, json.dumps(body | {field: "a" * 10_000_000}))
