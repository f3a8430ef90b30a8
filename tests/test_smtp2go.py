"""SMTP2GO: what a fixture cannot show."""

import pytest

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
