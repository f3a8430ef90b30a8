"""
Laws 1 and 9 at the door: whatever is posted, a body is read or refused, and nothing of it is lost.

``parse`` gives ``Parsed`` or raises ``PayloadError``; what is read later (details, digests, diagnoses) raises nothing; no
message and no repr holds a piece of the payload; one bad element costs the others nothing; and the work is linear: what is
four times as large takes about four times as long. No provider is named here.
"""

import copy
import json
import re
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliverystatus import Event, Failure, PayloadError, Scope, ScopeKind, fold_copies, providers, suppress
from deliverystatus._text import LIMIT, printable
from deliverystatus.testing import event as one
from deliverystatus.testing import nothing_lost
from linear import is_linear

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
    files = sorted(path for path in FIXTURES.glob(f"{name}/*") if path.suffix in {".json", ".jsonl", ".txt", ".lines"})
    raws = [raw for path in files for raw in (lines_of if path.suffix == ".lines" else whole)(path)]
    return [providers.get(name).decode(raw, None) for raw in raws]


def whole(path):
    """Give the one body of a file."""
    return [path.read_bytes()]


def lines_of(path):
    """Give the bodies of a file that has one a line."""
    return path.read_bytes().splitlines()


BODIES = {name: bodies(name) for name in providers.names()}


def array_of(name, body):
    """Give the path of the array whose entries are the elements of a body; ``None`` if it is one element by itself."""
    *path, index = providers.get(name).parse(body).elements[0].path.split(".")
    return tuple(int(step) if step.isdigit() else step for step in path) if index.isdigit() else None


def batches(name):
    """Give the bodies of a provider that are arrays of elements, or hold one, each with the path of the array."""
    return [(body, path) for body in BODIES[name] if (path := array_of(name, body)) is not None]


BATCHES = {name: batches(name) for name in providers.names()}

each_provider_of_batches = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if found else pytest.mark.skip(reason="its bodies are of one element each"))
        for name, found in BATCHES.items()
    ],
)


def read(name, payload, **arguments):
    """Read a body and everything that can be asked of it, as the laws have it; ``None`` if it was refused."""
    parsed = None
    try:
        parsed = providers.get(name).parse(payload, **arguments)
        shown = shown_of(parsed)
    except PayloadError as error:
        shown = f"{error} {error!r}"
    assert SENTINEL not in shown
    if parsed is None:
        return None
    for event in parsed.events:
        assert_readable(event)
    assert nothing_lost(parsed)
    return parsed


def shown_of(parsed):
    """Give what a log or a debugger shows of all that was read from a body, and of what is made of it."""
    copies, suppressed = fold_copies(parsed.events), suppress(parsed.events)
    things = [parsed, *parsed.notices, *parsed.unread, *parsed.elements, copies, *copies, *copies.values(), suppressed]
    for event in parsed.events:
        things += [event, event.failure, event.details, event.scope]
    return " ".join(map(repr, things))


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


def places(value, path=()):
    """Give the path of every value in a body."""
    yield path
    for step in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[step], (*path, step))


def at(body, path):
    """Give the value at *path*."""
    for step in path:
        body = body[step]
    return body


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


@each_provider_of_batches
@given(data=st.data())
def test_a_bad_element_costs_the_others_nothing(name, data):
    """In a body of several elements, whatever becomes of one, there are as many, and the others say what they said."""
    body, array = data.draw(st.sampled_from(BATCHES[name]))
    items = at(body, array)
    index = data.draw(st.integers(0, len(items) - 1))
    path = data.draw(st.sampled_from([(*array, index, *path) for path in places(items[index])]))
    before = read(name, body)

    after = read(name, changed(body, path, data.draw(VALUES)))

    assert len(items) == len(after.elements)
    assert [events for place, events in told(before) if place != index] == [
        events for place, events in told(after) if place != index
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
    """Alone it is refused or unread; in an array, which is how batches are posted, it costs the others nothing."""
    read(name, breaker)
    read(name, f'{{"signature":{{}},"event-data":{breaker},"recipients":{breaker},"RecordType":{breaker}}}')
    for body in [body for body, array in BATCHES[name] if array == ()][:2]:
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


#: What a piece is repeated in: nothing, a form, an array of objects, a mail, a mail that came back.
AROUND = {
    "bare": "{}",
    "form": "a={}",
    "field": '[{{"event":"{}"}}]',
    "mail": "From: a@example.com\nSubject: {}",
    "report": "From: <>\nContent-Type: multipart/report; boundary=x\n\n--x\n\n{}",
    "status": "From: <>\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: {}",
}


def test_quadratic_work_is_seen():
    """The measure of the tests below tells quadratic work from linear work."""
    assert is_linear(lambda text: re.findall("b|$", text), lambda size: " " * size + "x", 4_000_000)
    assert not is_linear(lambda text: re.search(" +$", text), lambda size: " " * size + "x", 6_000)


@each_provider
@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_reading_hostile_bodies_is_linear(name, around):
    """A body of one piece over and over is refused, or read with all that can be asked of it, in linear time."""
    slow = [
        piece
        for piece in PIECES
        if not is_linear(partial(read, name), lambda size, piece=piece: around.format(repeated(piece, size)), 200_000)
    ]

    assert [] == slow


@each_provider
def test_reading_hostile_fields_is_linear(name):
    """A great deal of hostile text in any field of a real body is read in linear time."""
    pieces = cycle(PIECES)
    slow = [
        (path, piece)
        for body, path in kinds_of_places(name)
        for piece in islice(pieces, 3)
        if not is_linear(
            partial(read, name),
            lambda size, body=body, path=path, piece=piece: changed(body, path, repeated(piece, size)),
            200_000,
        )
    ]

    assert [] == slow


#: Events by their number, of which a hostile or careless sender makes many: what they share, and how ids chain them.
SHAPES = {
    "one copy": lambda n: one("opened", at=n),
    "many copies": lambda n: one("opened", message_id=f"m-{n}"),
    "many recipients": lambda n: one("bounced", recipient=f"{n}@example.com", message_id=f"m-{n}"),
    "many ids of one copy": lambda n: one("accepted", reference="r", message_id=f"m-{n}"),
    "a chain": lambda n: one("accepted", reference=f"r-{n // 2}", message_id=f"m-{(n + 1) // 2}"),
    "a chain, backwards": lambda n: one("accepted", reference=f"r-{-n // 2}", message_id=f"m-{(1 - n) // 2}"),
    "no ids": lambda n: one("bounced", message_id=None, internet_message_id=f"{n}@example.com"),
    "no ids, one header": lambda n: one("bounced", at=n, message_id=None, internet_message_id="1@example.com"),
    "many groups": lambda n: one("unsubscribed", scope=Scope(ScopeKind.GROUP, f"{n}")),
    "many parts of one message": lambda n: one(
        "sent" if n % 2 else "pending",
        at=n,
        message_id=f"m-{n}" if n % 2 else None,
        part=(0, 0) if n % 2 else None,
        reference="r",
        recipient="+15005550006",
        channel="sms",
    ),
    "many parts of one id": lambda n: one(
        "sent",
        at=n,
        message_id="m",
        part=(n // 2 + 1, 10**9) if n % 2 else None,
        recipient="+15005550006",
        channel="sms",
    ),
    "many refusals": lambda n: one("bounced", failure=Failure(diagnostic=f"550 5.1.1 user {n} unknown")),
}


def fold_and_suppress(events):
    """Do with events what is done with all of them."""
    fold_copies(events)
    suppress(events)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_folding_is_linear(shape):
    """Telling copies apart, folding them and collecting what suppresses takes linear time, whatever the events share."""
    assert is_linear(fold_and_suppress, lambda size: [shape(n) for n in range(size)], 8_000)


@pytest.mark.parametrize("backwards", [False, True])
def test_folding_copies_that_meet_late_is_linear(backwards):
    """So it does where many copies turn out to be one, link by link, and each is then told of again."""

    def make(size):
        third = size // 3
        links = [one("accepted", reference=f"r-{n + 1}", message_id=f"m-{n}") for n in range(third)]
        return [
            *(one("accepted", reference=f"r-{n}", message_id=f"m-{n}") for n in range(third)),
            *(links[::-1] if backwards else links),
            *(one("sent", message_id=f"m-{n}") for n in range(third)),
        ]

    assert is_linear(fold_and_suppress, make, 18_000)


@each_provider
def test_large_bodies(name):
    """Ten megabytes are read as a few bytes are: a batch by its elements, a field by its beginning."""
    for body, array in BATCHES[name][:1]:
        items = at(body, array)
        times = 10_000_000 // len(json.dumps(body)) + 1

        parsed = providers.get(name).parse(json.dumps(changed(body, array, items * times)))

        assert len(items) * times == len(parsed.elements)
        assert nothing_lost(parsed)
    for body in [body for body in BODIES[name] if isinstance(body, dict)][:3]:
        for field in body:
            read(name, json.dumps(body | {field: "a" * 10_000_000}))
