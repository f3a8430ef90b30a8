"""Azure Communication Services: what a fixture cannot show."""

import pytest

from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import azure_acs

REPORT = "Microsoft.Communication.EmailDeliveryReportReceived"


@pytest.mark.parametrize("payload", [{}, {"data": {}}, {"type": REPORT}, {"eventType": REPORT}, "7"])
def test_a_body_that_is_no_event(payload):
    """What is neither an array nor an event is refused whole, and the error shows nothing of it."""
    with pytest.raises(PayloadError) as caught:
        azure_acs.parse(payload)

    assert REPORT not in str(caught.value)


def test_the_code_of_a_subscription_is_not_shown():
    """The code that confirms a subscription is there to be answered, and in no log."""
    data = {"validationCode": "4F0E1D2C", "validationUrl": "https://example.com/?id=4F0E1D2C"}

    (notice,) = azure_acs.parse(
        [{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": data}]
    ).notices

    assert ("4F0E1D2C", "https://example.com/?id=4F0E1D2C") == (notice.detail, notice.url)
    assert "4F0E1D2C" not in repr(notice)


@pytest.mark.parametrize(
    "said, diagnostic",
    [
        ("550 no such user", "550 no such user"),
        ("550-no such user", "550-no such user"),
        ("Refused: 5.1.1", "Refused: 5.1.1"),
        ("Gave up after 72 hours", None),
        ("Not in 2026", None),
    ],
)
def test_what_is_a_servers_word(said, diagnostic):
    """A message with a code of SMTP in it is read as a reply; one without is Azure's own."""
    data = {"recipient": "ada@example.com", "status": "Failed", "deliveryStatusDetails": {"statusMessage": said}}

    (event,) = azure_acs.parse([{"eventType": REPORT, "data": data}]).events

    assert diagnostic == event.failure.diagnostic
