"""Numbers where one recipient is reached in several ways, and where an account hears of returns alone."""

from deliverystatus import Failure, Tracking, fold_copies, summarize
from deliverystatus.testing import event

TO = {"recipient": "+15550100", "reference": "r"}


def test_one_number_on_two_channels_loses_nobody():
    """K3: the parts of an SMS that arrived do not hide the WhatsApp message that was dropped."""
    events = [
        event("delivered", channel="sms", message_id="s", part=(1, 2), **TO),
        event("delivered", channel="sms", message_id="s", part=(2, 2), at=1, **TO),
        event("dropped", channel="whatsapp", message_id="w", **TO),
    ]
    (message,) = summarize(fold_copies(events)).messages
    assert {"delivered": 1, "dropped": 1} == {str(status): count for status, count in message.recipients.items()}


def test_returns_are_counted_where_they_are_heard_of():
    """W7: with a mailbox for bounces beside it, an account that hears of no deliveries still has a rate of returns."""
    sent = [event("sent", message_id=f"m-{n}", recipient=f"{n}@example.com") for n in range(10)]
    back = event("bounced", at=9, message_id="m-3", recipient="3@example.com", failure=Failure(diagnostic="550 5.1.1"))
    copies = fold_copies([*sent, back])
    alone = summarize(copies, tracking=Tracking(delivery=False)).rate("returned", of="sent")
    beside = summarize(copies, tracking=Tracking(delivery=False, returns=True)).rate("returned", of="sent")
    assert (None, 10) == (alone.value, alone.untracked)
    assert (1, 10, 0) == (beside.numerator, beside.denominator, beside.untracked)
    delivered = summarize(copies, tracking=Tracking(delivery=False, returns=True)).rate("delivered", of="sent")
    assert delivered.value is None
