"""How Elastic Email calls: by GET, with all it says in the query. What it says is in fixtures/elastic_email."""

from datetime import UTC, datetime

import pytest

import deliverystatus as ds
from deliverystatus.providers import elastic_email

NOW = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
SAID = "to=ada%40example.com&date=3%2F2%2F2026+9%3A15%3A07+AM&status=Sent&transaction=7f0c1a2b"


def received(url):
    """Take a call."""
    return ds.receive("elastic_email", b"", url=url, secrets=("?token=s3cret",), now=NOW)


def test_a_call_with_a_secret_in_its_query():
    """The secret that was put into the webhook's URL shows who calls, and the query is what is read."""
    parsed = received(f"https://clinic.example.org/hook?token=s3cret&{SAID}")

    assert [("ada@example.com", True)] == [(event.recipient, event.authenticated) for event in parsed.events]


@pytest.mark.parametrize("secret", ["", "token=guess&"])
def test_a_call_without_the_secret(secret):
    """Anybody can write such a query, so without the secret it is refused."""
    with pytest.raises(ds.SignatureError):
        received(f"https://clinic.example.org/hook?{secret}{SAID}")


@pytest.mark.parametrize(
    "body", [[], {}, {"status": "Sent"}, {"transaction": "7f0c1a2b"}, {"status": "sent", "to": "ada@example.com"}]
)
def test_what_is_not_theirs(body):
    """A body without a status or without any id is refused whole."""
    with pytest.raises(ds.PayloadError):
        elastic_email.parse(body)
