"""From a body as it came to plain dictionaries and lists."""

import json
import math
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import PayloadError
from deliverystatus._decoding import decode, lines

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DEEP = 100_000
TOO_DEEP = "[" * DEEP + "]" * DEEP

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | STORABLE,
    lambda inner: st.lists(inner) | st.dictionaries(STORABLE, inner),
)


def part(name, content, *, lines="\r\n", more=""):
    """Give one part of a form with files."""
    return f'--x1{lines}Content-Disposition: form-data; name="{name}"{more}{lines}{lines}{content}{lines}'


@given(JSON)
def test_json_says_what_it_says(value):
    """JSON decodes to its value, escaped or not, and so does JSON that somebody decoded already."""
    assert [value] == decode(json.dumps([value]), None)
    assert [value] == decode(json.dumps([value], ensure_ascii=False).encode(), None)
    assert [value] == decode([value], None)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_json_in_any_encoding(encoding):
    """The encodings that JSON may have are told by its first bytes."""
    assert [{"name": "zoë"}] == decode('[{"name": "zoë"}]'.encode(encoding), None)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes(kind):
    """Bytes may come in any of their types."""
    assert {"a": 1} == decode(kind(b'{"a": 1}'), None)


def test_a_text_with_a_mark():
    """A byte order mark that was decoded is none of the JSON."""
    assert [1] == decode("\ufeff[1]", None)


def test_bytes_that_are_no_text():
    """Bytes that are not of the encoding are replaced; the rest is read."""
    assert {"city": "Z\ufffdrich"} == decode(b'{"city": "Z\xfcrich"}', None)


@pytest.mark.parametrize(
    "body",
    [
        '["a\\u0000b"]',
        '["a\x00b"]',
        b'["a\x00b"]',
        '["a\\ud83db"]',
        '["a\ud83db"]',
        '["a\\uDC00b"]',
        ["a\x00b"],
        ["a\udfffb"],
    ],
)
def test_what_cannot_be_stored(body):
    """NUL and half pairs, escaped or not, become U+FFFD."""
    assert ["a\ufffdb"] == decode(body, None)


def test_names_that_cannot_be_stored():
    """Names are made printable as values are, however deep."""
    assert {"a\ufffd": [{"\ufffd": "\ufffd"}]} == decode('{"a\\u0000": [{"\\ud800": "\\u0000"}]}', None)


@pytest.mark.parametrize("body", ['["\\ud83d\\udcec"]', '["\U0001f4ec"]', '["\U0001f4ec"]'.encode()])
def test_whole_pairs_stay(body):
    """A character outside the first plane is one, escaped or not."""
    assert ["\U0001f4ec"] == decode(body, None)


def test_a_raw_line_break_in_a_text():
    """A reply whose line breaks were not escaped does not cost the batch."""
    assert ["550 no\r\n550 really"] == decode('["550 no\r\n550 really"]', None)


@pytest.mark.parametrize(
    "body", ["", " ", "{", '[{"a": 1}', "[1] [2]", "plain words", "<html>a=b</html>", b"\xff\xfe", "[}"]
)
def test_what_is_neither_json_nor_a_form(body):
    """Anything else is refused, by where it stops being JSON and not by what it says."""
    with pytest.raises(PayloadError, match=r"^expected JSON, got text that is none at character \d+$"):
        decode(body, None)


@pytest.mark.parametrize("body", [None, 7, 1.5, object(), {1}, iter(())])
def test_what_is_no_body(body):
    """An argument of another type is refused by its type."""
    with pytest.raises(PayloadError, match=rf"^expected a body, got {type(body).__name__}$"):
        decode(body, None)


@pytest.mark.parametrize("digits", ["9" * 5_000, "-" + "9" * 5_000])
def test_a_number_longer_than_python_reads(digits):
    """A number of thousands of digits is as good as infinite, and the numbers beside it are exact."""
    long, other = decode(f"[{digits}, {10**40}]", None)

    assert math.isinf(long)
    assert (long < 0) is digits.startswith("-")
    assert 10**40 == other


@pytest.mark.parametrize(
    "deep",
    [
        TOO_DEEP,
        '{"a":' * DEEP + "1" + "}" * DEEP,
        '{"a":"]}\\"[{\\\\","b":' + TOO_DEEP + "}",
        f'{{"a":{"9" * 5_000},"b":{TOO_DEEP}}}',
    ],
    ids=["lists", "objects", "beside brackets in a text", "beside a long number"],
)
def test_an_element_nested_too_deeply(deep):
    """It stays text, and the others are read."""
    assert [1, deep, {"a": "]"}] == decode(f'[1,{deep},{{"a":"]"}}]', None)


def test_a_number_beside_an_element_nested_too_deeply():
    """Elements that are read one by one are read as patiently."""
    deep, long = decode(f"[{TOO_DEEP}, {'9' * 5_000}]", None)

    assert (TOO_DEEP, math.inf) == (deep, long)


def test_one_object_nested_too_deeply():
    """A body that is one object has no others to save."""
    with pytest.raises(PayloadError, match=r"^nested too deeply$"):
        decode(f'{{"a": {TOO_DEEP}}}', None)


@pytest.mark.parametrize("end", ["", "]", '"', '"\\"', '"\\'])
def test_deep_and_broken_off(end):
    """Text that breaks off where it is nested deeply is refused."""
    with pytest.raises(PayloadError, match=r"^expected JSON, got text that breaks off$"):
        decode("[" * DEEP + end, None)


@pytest.mark.parametrize("body", [{"a": (1, [2])}, MappingProxyType({"a": [1, (2,)]})])
def test_decoded_json_passes(body):
    """Decoded JSON of any mapping and tuples comes out as dictionaries and lists."""
    assert {"a": [1, [2]]} == decode(body, None)


def test_decoded_json_is_the_callers():
    """What the caller handed over is not changed, and changing it later changes nothing here."""
    body = [{"a": ["\x00"]}]

    decoded = decode(body, None)
    body[0]["a"][0] = "b"

    assert [{"a": ["\ufffd"]}] == decoded


def test_names_that_are_no_strings():
    """A decoded body may have names that JSON cannot have; they are left out."""
    assert {"a": 1} == decode({"a": 1, 2: 3, None: 4, 10**5_000: 5}, None)


def test_what_lies_deep_is_left():
    """No reader looks deeper than 32 levels: what lies there is left as it is, and nothing overflows."""
    deep = "\x00"
    for _ in range(100_000):
        deep = [deep]

    decoded = decode(deep, None)

    for _ in range(40):
        (decoded,), (deep,) = decoded, deep
    assert deep is decoded


class Fields(dict):
    """A form as Django and Werkzeug have it: one value by name, all of them by ``getlist``."""

    def __getitem__(self, name):
        return super().__getitem__(name)[-1]

    def getlist(self, name):
        """Give every value."""
        return super().__getitem__(name)


@pytest.mark.parametrize(
    "body, headers",
    [
        ("a=1&a=2&b=zo%C3%AB+%00&c=", FORM),
        (b"a=1&a=2&b=zo%C3%AB+%00&c=", FORM),
        (b"a=1&a=2&b=zo%C3%AB+%00&c=", None),
        (
            b"a=1&a=2&b=zo%C3%AB+%00&c=",
            {"Accept": "*/*", "content-type": " Application/X-WWW-Form-UrlEncoded; charset=utf-8"},
        ),
        (Fields(a=["1", "2"], b=["zoë \x00"], c=[""]), None),
        ({"a": ["1", "2"], "b": ["zoë \x00"], "c": [""]}, None),
        ((part("a", 1) + part("a", 2) + part("b", "zoë \x00") + part("c", "") + "--x1--\r\n").encode(), None),
    ],
    ids=["text", "bytes", "no header", "header in another case", "a framework's", "a mapping", "with files"],
)
def test_forms(body, headers):
    """A form comes out as lists of strings, however it came in."""
    assert {"a": ["1", "2"], "b": ["zoë \ufffd"], "c": [""]} == decode(body, headers)


@pytest.mark.parametrize("media", [FORM["Content-Type"], FORM["Content-Type"].upper()])
def test_json_that_calls_itself_a_form(media):
    """Where the header says form, the body is one, whatever it looks like."""
    assert {"7": [""]} == decode("7", {"Content-Type": media})


def test_a_form_that_calls_itself_json():
    """A body that is no JSON but looks like a form is one, whatever the header says."""
    assert {"event": ["opened"]} == decode("event=opened", {"Content-Type": "application/json"})


@pytest.mark.parametrize("lines", ["\r\n", "\n"])
@pytest.mark.parametrize("headers", [None, {"Content-Type": "multipart/form-data; boundary=x1"}])
def test_a_form_with_files(lines, headers):
    """A field's value is what stands between its blank line and the next delimiter; a file's is its content."""
    body = (
        part("signature", f"a{lines}{lines}b--x1", lines=lines)
        + part(
            "attachment", "\ufeffBEGIN", lines=lines, more=f'; filename="name=.ics"{lines}Content-Type: text/calendar'
        )
        + f"--x1{lines}content-type: text/plain{lines}CONTENT-DISPOSITION: form-data;name=bare{lines}{lines}1{lines}"
        + f"--x1--{lines}"
    )

    assert {"signature": [f"a{lines}{lines}b--x1"], "attachment": ["\ufeffBEGIN"], "bare": ["1"]} == decode(
        body.encode(), headers
    )


def test_parts_without_a_name_are_none():
    """What has no name, or no content, is no field."""
    nameless = "--x1\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x1\r\nno head and no content\r\n"

    assert {"a": ["1"]} == decode((nameless + part("a", 1) + "--x1--").encode(), None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--",
        b"--x1",
        b"--x1\r\n\r\n--x1--",
        b"a=1",
        b"--" + b"x" * 71 + b"\r\n" + b'Content-Disposition: form-data; name="a"\r\n\r\n1',
    ],
    ids=["nothing", "hyphens", "a delimiter", "no head", "no delimiter", "a delimiter too long"],
)
def test_a_form_with_files_without_a_field(body):
    """A body that calls itself a form with files, and has no field, is refused."""
    with pytest.raises(PayloadError, match=r"^expected a form, got no field$"):
        decode(body, {"Content-Type": "multipart/form-data; boundary=x1"})


SIZE = 2_000_000

#: Bodies of which code that looks back would take minutes.
HOSTILE = {
    "texts that never end": '"' * SIZE,
    "escapes": "\\" * SIZE,
    "escaped texts, deep": "[" * 2_000 + '"' + '\\"' * (SIZE // 2),
    "escaped texts that break off, deep": "[" * 2_000 + '"' + '\\"' * (SIZE // 2) + "\\",
    "texts, deep": "[" * 2_000 + '"a",' * (SIZE // 4),
    "brackets": "[" * SIZE,
    "braces": '{"":' * (SIZE // 4),
    "closing brackets, deep": "[" * 2_000 + "]" * SIZE,
    "elements, deep": f"[{TOO_DEEP}{',1' * (SIZE // 2)}]",
    "half pairs": '["' + "\\ud800" * (SIZE // 6) + '"]',
    "raw half pairs": "\ud800" * SIZE,
    "NULs": "\x00" * SIZE,
    "a long number": "[" + "9" * SIZE + "]",
    "a long fraction": "[0." + "9" * SIZE + "]",
    "a long exponent": "[1e" + "9" * SIZE + "]",
    "a name of a form": "a" * SIZE,
    "names of a form": "a=&" * (SIZE // 3),
    "one name of a form": "a=1" + "&a=1" * (SIZE // 4),
    "percents": "a=" + "%" * SIZE,
    "percents and letters": "a=" + "%ffa" * (SIZE // 4),
    "delimiters": "--x\r\n" * (SIZE // 5),
    "delimiters without an end": "--x" * (SIZE // 3),
    "line ends": "--x\r\n" + "\r\n" * (SIZE // 2),
    "returns": "--x\r\n" + "\r" * SIZE,
    "parameters": '--x\r\nContent-Disposition: form-data; name="a"' + "; name" * (SIZE // 6) + "\r\n\r\n1",
    "parameters without a name": "--x\r\nContent-Disposition: " + "; " * (SIZE // 2) + "\r\n\r\n1",
    "blanks before a parameter": "--x\r\nContent-Disposition: ;" + " " * SIZE + "\r\n\r\n1",
    "dispositions": "--x\r\n" + "Content-Disposition: ;\r\n" * (SIZE // 24) + "\r\n1",
    "a name of a part": '--x\r\nContent-Disposition: form-data; name="' + "a" * SIZE + "\r\n\r\n1",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("headers", [None, FORM, {"Content-Type": "multipart/form-data"}], ids=["", "form", "files"])
def test_hostile_bodies(body, headers):
    """Two megabytes of anything are decoded or refused at once."""
    said = ""
    try:
        decode(body.encode("utf-8", "surrogatepass"), headers)
    except PayloadError as error:
        said = str(error)

    assert len(said) < len("expected JSON, got text that is none at character 2000000.")


@pytest.mark.parametrize("character", ["\ud800", "\x00", "é", "\U0001f4ec"])
def test_hostile_texts(character):
    """So are texts that have to be made printable, or to be looked through."""
    assert [character.replace("\ud800", "\x00").replace("\x00", "\ufffd") * SIZE] == decode(
        f'["{character * SIZE}"]', None
    )


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
def test_one_object_a_line(kind):
    """A body may have one object a line, however lines end; empty ones say nothing."""
    assert [{"a": 1}, {"b": "zoë"}] == lines(kind(b'{"a": 1}\n\r\n {"b": "zo\xc3\xab"}\r\n'))


def test_a_line_that_is_none():
    """A line that is no JSON stays text that can be stored, and costs the others nothing."""
    assert [{"a": 1}, '{"b": \ufffd', {"c": 1}] == lines(b'{"a": 1}\n{"b": \x00\n{"c": 1}')
    assert ["\ufffd", "?", {"c": 1}] == [*lines(b"\xff"), *lines("\ud83d"), *lines('{"c": 1}')]


@pytest.mark.parametrize("body", [None, 1, [b"{}"], {"a": 1}])
def test_what_has_no_lines(body):
    """What is decoded already has no lines."""
    assert [] == lines(body)
