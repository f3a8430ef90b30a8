"""Mailjet: what fixtures of single bodies cannot show."""

from datetime import UTC, datetime

import pytest

from deliverystatus import PayloadError, suppress
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


@pytest.mark.parametrize("error", ["user unknown", "invalid domain", "typofix"])
def test_what_may_pass_is_held_against_nobody(error):
    """A bounce that is not said to be permanent suppresses neither the address nor its domain, whatever its label."""
    bounce = {"event": "bounce", "time": 1772366401, "email": "ada@example.com", "error": error}
    now = datetime(2026, 3, 2, tzinfo=UTC)
    allowed = [
        suppress(mailjet.parse(bounce | {"hard_bounce": hard}).events)
        .may_send("ada@example.com", purpose="bulk", provider="mailjet", now=now)
        .allowed
        for hard in (False, True)
    ]

    assert [True, False] == allowed
