"""Mailjet: what fixtures of single bodies cannot show."""

import pytest

from deliverystatus import PayloadError
from deliverystatus.providers import mailjet


@pytest.mark.parametrize("payload", [{}, {"RecordType": "Open"}, {"Payload": "event"}])
def test_what_is_no_event(payload):
    """An object without an event is refused whole."""
    with pytest.raises(PayloadError, match="expected an object with an event"):
        mailjet.parse(payload)


def test_what_is_no_json():
    """A form is an object, and no event; a number is neither."""
    with pytest.raises(PayloadError):
        mailjet.parse(b"a=b")
    with pytest.raises(PayloadError, match="expected an object or an array, got int"):
        mailjet.parse(b"7")
