"""SMTP2GO: what a fixture cannot show."""

from datetime import UTC, datetime

import pytest

import deliverystatus as ds
from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import smtp2go


@pytest.mark.parametrize("payload", [[], {}, {"event": "delivered"}, {"rcpt": "ada@example.com"}])
def test_a_body_that_is_no_event(payload):
    """What is no event of SMTP2GO's is refused whole, and the error shows nothing of it."""
    with pytest.raises(PayloadError) as caught:
        smtp2go.parse(payload)

    assert "ada" not in str(caught.value)


def test_a_reference_that_is_not_there():
    """A mail without the header that the caller named has no reference."""
    (event,) = smtp2go.parse({"event": "delivered", "rcpt": "ada@example.com"}, reference="X-Visit").events

    assert event.reference is None


def test_who_resubscribes_comes_back_to_no_list_of_another():
    """A resubscription here lifts no unsubscription from a list that another provider keeps."""
    list_left = {
        "eventName": "contact.mailingList.unsubscribed",
        "eventTime": 1772442904,
        "contactIdentity": {"email": "ada@example.com"},
        "mailingList": {"id": "news"},
    }
    again = {"event": "resubscribe", "rcpt": "ada@example.com", "time": "2026-03-02T09:17:00Z"}
    listed = ds.suppress([*ds.parse("loops", list_left).events, *smtp2go.parse(again).events])

    decision = listed.may_send(
        "ada@example.com", purpose="bulk", scope="list:news", now=datetime(2026, 3, 3, tzinfo=UTC)
    )

    assert not decision.allowed
