"""Amazon SES: what bodies of fixtures cannot show."""

import json

import pytest

from deliverystatus import PayloadError
from deliverystatus.providers import ses


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
