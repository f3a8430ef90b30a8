"""What bodies of fixtures/generic cannot show."""

import pytest

from deliverystatus import PayloadError
from deliverystatus.providers import generic


@pytest.mark.parametrize("body", ["7", b"null", '"delivered"', {"status": "delivered"}, {"events": {}}])
def test_what_is_no_event(body):
    """A body that is no event, no array of events and no CloudEvent is refused whole."""
    with pytest.raises(PayloadError, match=r"^expected an object"):
        generic.parse(body)
