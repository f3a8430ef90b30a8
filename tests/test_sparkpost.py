"""SparkPost: what fixtures of single bodies cannot show."""

import pytest

from deliverystatus import PayloadError, Status, fold_copies
from deliverystatus.providers import sparkpost


def message_event(name, recipient, second):
    """Give an element about a copy of one transmission."""
    event = {
        "type": name,
        "timestamp": str(1772366400 + second),
        "transmission_id": "7301554028118845221",
        "message_id": f"0001ab34cd56ef78{second:04x}",
        "rcpt_to": recipient,
    }
    return {"msys": {"message_event": event}}


@pytest.mark.parametrize("payload", [{"msys": {}}, {"results": []}, {}])
def test_what_is_no_batch(payload):
    """A body that is no array is refused whole: SparkPost posts arrays, even of one."""
    with pytest.raises(PayloadError, match="expected an array"):
        sparkpost.parse(payload)


def test_recipients_of_one_transmission_are_copies_apart():
    """The transmission is one for all its recipients: each is a copy, whatever the id of its message."""
    body = [
        message_event("delivery", "ada@example.com", 1),
        message_event("delivery", "grace@example.com", 2),
        message_event("initial_open", "ada@example.com", 3),
        message_event("open", "ada@example.com", 4),
    ]

    copies = fold_copies(sparkpost.parse(body).events)

    assert {"ada@example.com": Status.OPENED, "grace@example.com": Status.DELIVERED} == {
        key.recipient: record.status for key, record in copies.items()
    }


def test_a_guess_is_no_consent():
    """A mail that SparkPost takes for a wish to subscribe is an answer of which nobody knows more."""
    body = [message_event("out_of_band", "ada@example.com", 1)]
    body[0]["msys"]["message_event"]["bounce_class"] = "80"

    (event,) = sparkpost.parse(body).events

    assert ("auto_replied", "subscribe") == (event.kind, event.value)
