"""Amazon SES: what bodies of fixtures cannot show."""

import json
from base64 import b64encode

import pytest

from deliverystatus import PayloadError
from deliverystatus.providers import ses
from deliverystatus.testing import nothing_lost


def opened(at="2026-03-02T09:31:12Z"):
    """Give an event as SES publishes it."""
    return {
        "eventType": "Open",
        "mail": {"messageId": "m-1", "destination": ["ada@example.com"]},
        "open": {"timestamp": at},
    }


def lines(*written):
    """Give a body of one line each, with a blank line, as files of Firehose have them."""
    return "\n".join([*written, "", ""])


@pytest.mark.parametrize("form", [str, str.encode, lambda text: bytearray(text.encode())])
def test_firehose_stores_one_event_a_line(form):
    """Every line is an element; one that cannot be read costs the others nothing."""
    body = lines(json.dumps(opened()), '{"eventType": "Op\x00', json.dumps(opened("2026-03-02T09:40:00Z")))

    parsed = ses.parse(form(body))

    assert ["0", "1", "2"] == [element.path for element in parsed.elements]
    assert [12, 0] == [event.occurred_at.second for event in parsed.events]
    assert [("1", '{"eventType": "Op\ufffd')] == [(unread.path, unread.raw) for unread in parsed.unread]


@pytest.mark.parametrize("body", ["", "words", '{\n"eventType":\n', lines("[1]", "words"), lines("words", "{}"), 7])
def test_what_is_neither_one_object_nor_lines_of_them(body):
    """Text that breaks off, or does not begin with an object, is refused whole."""
    with pytest.raises(PayloadError):
        ses.parse(body)


@pytest.mark.parametrize("body", [{"RecordType": "Open"}, {"Type": "Notification"}, "7"])
def test_what_is_no_body_of_ours(body):
    """A body without a wrapper, and without a field that every event has, is refused whole."""
    with pytest.raises(PayloadError):
        ses.parse(body)


@pytest.mark.parametrize(
    "body", [opened(), [opened()], {"Message": opened()}, {"Records": [{"Sns": {"Message": opened()}}]}]
)
def test_what_was_decoded_on_the_way(body):
    """A wrapper may hold the event as an object, where a framework has decoded the string."""
    assert ["opened"] == [event.kind for event in ses.parse(body).events]


def test_wrapped_too_deeply():
    """Wrappers within wrappers are opened, but not for ever."""
    body = opened()
    for _ in range(5):
        body = {"Body": json.dumps(body)}
    assert 1 == len(ses.parse({"Messages": [body]}).events)

    unread = ses.parse({"Messages": [{"Body": json.dumps(body)}]}).unread

    assert [("Messages.0.Body.Body.Body.Body.Body.Body", "wrapped too deeply")] == [
        (each.path, each.problem) for each in unread
    ]


def test_what_stands_beside_the_message_is_not_read():
    """SNS signs the Message: an event or a batch that somebody put beside it into the envelope counts for nothing."""
    forged = opened("2026-03-02T23:00:00Z")
    envelope = {"Type": "Notification", "MessageId": "n-1", "Message": json.dumps(opened())}

    for beside in (forged, {"Records": [forged]}, {"Sns": forged}, {"detail": forged}, {"data": "", "Body": "{}"}):
        parsed = ses.parse(beside | envelope)

        assert ["2026-03-02T09:31:12Z"] == [event.to_dict()["occurred_at"] for event in parsed.events]
        assert ["n-1"] == [event.event_id for event in parsed.events]


class TestSeveralInOne:
    """A wrapper may hold several events: each is read, and one that cannot be costs the others nothing."""

    TWO = (opened(), opened("2026-03-02T09:40:00Z"))

    @pytest.mark.parametrize("between", ["null", '{"eventType": "Open"}'])
    def test_as_an_array(self, between):
        """A Message that is an array of events is no words for people."""
        one, other = map(json.dumps, self.TWO)

        parsed = ses.parse({"Type": "Notification", "MessageId": "n-1", "Message": f" [{one}, {between}, {other}]"})

        assert [(12, "n-1"), (0, "n-1")] == [(event.occurred_at.second, event.event_id) for event in parsed.events]
        assert ["Message.1"] == [unread.path[:9] for unread in parsed.unread]
        assert nothing_lost(parsed)

    def test_one_a_line(self):
        """A record of Firehose may have been given several lines at once."""
        data = b64encode(lines(*map(json.dumps, self.TWO)).encode()).decode()

        parsed = ses.parse({"requestId": "r-1", "records": [{"data": data}, {"data": data}]})

        assert [12, 0, 12, 0] == [event.occurred_at.second for event in parsed.events]
        assert nothing_lost(parsed)

    def test_as_a_framework_decoded_it(self):
        """An array is an array, decoded or not."""
        assert 2 == len(ses.parse({"Message": list(self.TWO)}).events)

    @pytest.mark.parametrize("text", ["[Important] your topic", "[1", "Subscribed", '["a"', "[a]=b"])
    def test_words_for_people(self, text):
        """What people are told may begin with a bracket."""
        assert [text] == [notice.detail for notice in ses.parse({"Message": text}).notices]

    @pytest.mark.parametrize("text, at", [("[]", "Message"), ("[[]]", "Message.0"), ("[7]", "Message.0")])
    def test_arrays_of_nothing(self, text, at):
        """An array without an event in it is unread."""
        assert [at] == [unread.path for unread in ses.parse({"Message": text}).unread]
