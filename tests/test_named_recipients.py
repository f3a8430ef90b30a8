"""What a field that names the recipient may hold beside the address: a name before it, or somebody else's address."""

import json

import pytest

import deliverystatus as ds

#: A body for each provider that may hold what the sender wrote as recipient, which stands at "TO", and the path to that.
BODIES = {
    "brevo": ({"event": "hard_bounce", "email": "TO"}, "email"),
    "elastic_email": ({"status": "Error", "transaction": "t-1", "to": "TO", "category": "NoMailbox"}, "to"),
    "generic": ({"kind": "bounced", "recipient": "TO"}, "recipient"),
    "loops": ({"eventName": "email.hardBounced", "contactIdentity": {"email": "TO"}}, "contactIdentity.email"),
    "mailersend": ({"type": "activity.hard_bounced", "data": {"recipient": "TO"}}, "data.recipient"),
    "mailtrap": ({"events": [{"event": "bounce", "email": "TO"}]}, "events.0.email"),
    "postal": ({"event": "MessageDeliveryFailed", "payload": {"message": {"to": "TO"}}}, "payload.message.to"),
    "scaleway": ({"type": "email_dropped", "email_id": "e-1", "email_to": "TO"}, "email_to"),
    "smtp2go": ({"event": "bounce", "rcpt": "TO"}, "rcpt"),
    "unisender_go": (
        {"event_name": "transactional_email_status", "event_data": {"status": "hard_bounced", "email": "TO"}},
        "event_data.email",
    ),
}  # fmt: skip


def parsed(name, recipient):
    """Parse the provider's body about a recipient as it was written."""
    body, _ = BODIES[name]
    return ds.parse(name, json.dumps(body).replace('"TO"', json.dumps(recipient)))


@pytest.mark.parametrize("written", ["ada@example.com", "Ada <ada@example.com>", '"Lovelace, Ada" <ada@example.com>'])
@pytest.mark.parametrize("name", BODIES)
def test_a_name_is_no_part_of_the_address(name, written):
    """Whoever is named beside the address, it is the address that bounced, and that nobody writes to in vain."""
    assert ["ada@example.com"] == [event.recipient for event in parsed(name, written).events]


@pytest.mark.parametrize("written", ["ada@example.com, bob@example.com", "ada@example.com;bob@example.com"])
@pytest.mark.parametrize("name", BODIES)
def test_of_several_addresses_none_is_blamed(name, written):
    """Where two addresses stand for one recipient, nobody can say whose mail bounced: it is kept, and not read."""
    found = parsed(name, written)

    assert [] == [event.recipient for event in found.events]
    assert [BODIES[name][1]] == [each.path for each in found.unread]
