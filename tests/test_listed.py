"""What the APIs of providers give out of their own suppression lists: read whole, and totally."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliverystatus import PayloadError, Reason, Scope, UnknownName, read_list, reconcile, suppress
from deliverystatus._suppression._exports import LISTS, MOST_TAGS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
ADA = "ada@example.com"
COMPLAINT, BAD, UNSUBSCRIBE, OTHER = (
    Reason.SUPPRESSED_COMPLAINT,
    Reason.SUPPRESSED_BAD_ADDRESS,
    Reason.SUPPRESSED_UNSUBSCRIBE,
    Reason.SUPPRESSED_OTHER,
)


def read(provider, body, **fields):
    """Give what matters of each entry that is read from a body."""
    parsed = read_list(provider, json.dumps(body).encode(), **fields)
    assert () == parsed.unread
    return [(event.recipient, event.failure.claimed, str(event.scope), event.occurred_at) for event in parsed.events]


@pytest.mark.parametrize(
    "name, more, claimed",
    [
        ("bounces", {"reason": "550 5.1.1 no such user", "status": "5.1.1"}, BAD),
        ("bounces", {"reason": "", "status": ""}, BAD),
        ("bounces", {"reason": "550 rejected", "status": "550"}, BAD),
        ("bounces", {"reason": "552 5.2.2 mailbox full", "status": "5.2.2"}, OTHER),
        ("bounces", {"reason": "554 5.7.1 blocked using zen.spamhaus.org", "status": "5.7.1"}, OTHER),
        ("invalid_emails", {"reason": "Mail domain mentioned in email address is unknown"}, BAD),
        ("spam_reports", {"ip": "192.0.2.1"}, COMPLAINT),
        ("unsubscribes", {}, UNSUBSCRIBE),
    ],
)
def test_sendgrid_s_lists(name, more, claimed):
    """An entry is what its list is; a bounce whose words name another cause than the address binds SendGrid alone."""
    body = [{"created": SECONDS, "email": ADA, **more}]
    assert [(ADA, claimed, "everything", NOON)] == read("sendgrid", body, name=name)


@pytest.mark.parametrize("status, expected", [("5.1.1", ("5.1.1", None)), ("550", (None, "550")), ("", (None, None))])
def test_a_bounce_keeps_its_code(status, expected):
    """SendGrid writes either sort of code in ``status``; the words, too, are kept for the diagnosis."""
    body = [{"created": SECONDS, "email": ADA, "reason": "no such user", "status": status}]
    (event,) = read_list("sendgrid", body, name="bounces").events
    assert (*expected, "no such user") == (
        event.failure.enhanced_code,
        event.failure.reply_code,
        event.failure.diagnostic,
    )


def test_sendgrid_s_groups():
    """``/v3/asm/suppressions`` names the group of each entry; without one everything is the safe side."""
    body = [
        {"email": ADA, "group_id": 5, "group_name": "News", "created_at": SECONDS},
        {"email": ADA, "created_at": SECONDS},
    ]
    assert [(ADA, UNSUBSCRIBE, "group:5", NOON), (ADA, UNSUBSCRIBE, "everything", NOON)] == read(
        "sendgrid", body, name="groups"
    )


def test_sendgrid_s_group_is_addresses_alone():
    """``/v3/asm/groups/{id}/suppressions`` gives nothing else, so the group and the time are the caller's to tell."""
    parsed = read_list("sendgrid", [ADA, 3, ""], name="group", scope="group:5", received_at=NOON)
    assert [(ADA, Scope("group", "5"), None, NOON)] == [
        (event.recipient, event.scope, event.occurred_at, event.received_at) for event in parsed.events
    ]
    assert [("1", "expected a string, got int"), ("2", "missing")] == [
        (each.path, each.problem) for each in parsed.unread
    ]


@pytest.mark.parametrize(
    "reason, origin, claimed",
    [
        ("HardBounce", "Recipient", BAD),
        ("SpamComplaint", "Recipient", COMPLAINT),
        ("ManualSuppression", "Recipient", UNSUBSCRIBE),
        ("ManualSuppression", "Customer", OTHER),
        ("ManualSuppression", "Admin", OTHER),
        ("SomethingNew", "Recipient", OTHER),
        (None, None, OTHER),
    ],
)
def test_postmark_s_dump(reason, origin, claimed):
    """The reason says why, and of a manual one the origin; a word that is not documented is on the list all the same."""
    body = {
        "Suppressions": [
            {
                "EmailAddress": ADA,
                "SuppressionReason": reason,
                "Origin": origin,
                "CreatedAt": "2026-03-01T07:00:00-05:00",
            }
        ]
    }
    assert [(ADA, claimed, "stream:broadcast", NOON)] == read("postmark", body, scope="stream:broadcast")


@pytest.mark.parametrize(
    "name, more, expected",
    [
        ("bounces", {"code": "550", "error": "No such mailbox"}, [(BAD, "everything")]),
        ("bounces", {"code": "552", "error": "mailbox full"}, [(OTHER, "everything")]),
        ("complaints", {}, [(COMPLAINT, "everything")]),
        ("unsubscribes", {"tags": ["a", "b"]}, [(UNSUBSCRIBE, "tag:a"), (UNSUBSCRIBE, "tag:b")]),
        ("unsubscribes", {"tag": "a"}, [(UNSUBSCRIBE, "tag:a")]),
        ("unsubscribes", {"tags": ["a", "*"]}, [(UNSUBSCRIBE, "everything")]),
        ("unsubscribes", {"tags": []}, [(UNSUBSCRIBE, "everything")]),
        ("unsubscribes", {"tags": [str(n) for n in range(MOST_TAGS + 1)]}, [(UNSUBSCRIBE, "everything")]),
    ],
)
def test_mailgun_s_lists(name, more, expected):
    """An unsubscription is of its tags, or of the whole domain; times are written as in mails."""
    body = {"items": [{"address": ADA, "created_at": "Sun, 01 Mar 2026 12:00:00 GMT", **more}], "paging": {}}
    found = read("mailgun", body, name=name)
    assert [(ADA, claimed, scope, NOON) for claimed, scope in expected] == found


@pytest.mark.parametrize("written", [SECONDS, float(SECONDS), "2026-03-01T12:00:00+00:00"])
@pytest.mark.parametrize("reason, claimed", [("BOUNCE", BAD), ("COMPLAINT", COMPLAINT), ("NEW", OTHER)])
def test_the_list_of_ses(written, reason, claimed):
    """The API writes seconds, the command line ISO 8601; there is one list, so it need not be named."""
    body = {"SuppressedDestinationSummaries": [{"EmailAddress": ADA, "Reason": reason, "LastUpdateTime": written}]}
    assert [(ADA, claimed, "everything", NOON)] == read("ses", body)


def test_what_is_read_can_be_compared():
    """From the answer of their API to the difference, for the account it was asked of."""
    page = read_list(
        "ses", {"SuppressedDestinationSummaries": [{"EmailAddress": ADA, "Reason": "BOUNCE"}]}, account="eu"
    )
    found = reconcile(suppress([]), page.events, provider="ses", account="eu", now=NOON)
    assert ["unknown_here"] == [str(each.kind) for each in found.differences]


@pytest.mark.parametrize(
    "body, path, problem",
    [
        ([{"email": ADA, "created": "soon"}], "0.created", "expected seconds since the epoch, got str"),
        ([{"created": SECONDS}], "0.email", "missing"),
        ([3], "0", "expected an object, got int"),
    ],
)
def test_one_broken_entry_costs_no_other(body, path, problem):
    """Law 9: it is unread, with its path and problem; the others are read."""
    parsed = read_list("sendgrid", [*body, {"email": ADA, "created": SECONDS}], name="unsubscribes")
    assert (1, [(path, problem)]) == (len(parsed.events), [(each.path, each.problem) for each in parsed.unread])


def test_a_path_begins_at_the_top_of_the_body():
    """Where entries stand in a field, its name is part of the path."""
    (unread,) = read_list("mailgun", {"items": [{}]}, name="complaints").unread
    assert "items.0.address" == unread.path


@pytest.mark.parametrize(
    "provider, name, body",
    [("sendgrid", "bounces", {"errors": []}), ("mailgun", "bounces", {"message": ADA}), ("ses", None, [ADA])],
)
def test_what_is_no_list_is_refused(provider, name, body):
    """An answer that is an error, or of another provider, is refused; nothing of it is repeated."""
    with pytest.raises(PayloadError) as refusal:
        read_list(provider, body, name=name)
    assert ADA not in str(refusal.value)


@pytest.mark.parametrize("provider, name", [("sendgrid", "blocks"), ("sendgrid", None), ("nobody", None)])
def test_a_list_that_is_not_known_is_refused(provider, name):
    """Blocks stop nothing at SendGrid, so they are no list; which of several is meant must be said."""
    with pytest.raises(UnknownName):
        read_list(provider, [], name=name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["items", "email", "address", "EmailAddress", "Suppressions", "created", "created_at", "CreatedAt",
                 "SuppressedDestinationSummaries", "LastUpdateTime", "reason", "status", "tags", "tag", "group_id",
                 "Reason", "Origin", "SuppressionReason", "code", "error"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize("provider, name", [(provider, name) for provider, forms in LISTS.items() for name in forms])
@settings(max_examples=40)
@given(body=JSON | st.binary(max_size=40))
def test_reading_is_total(provider, name, body):
    """Any body gives events and what went unread, or is refused with PayloadError; what is read can be folded."""
    held = LISTS[provider][name].held
    for payload in (body, {held: body}, [body]):
        try:
            parsed = read_list(provider, payload, name=name)
        except PayloadError:
            continue
        found = reconcile(suppress([]), parsed.events, provider=provider, now=NOON)
        assert {each.recipient.strip() for each in parsed.events} >= {
            each.recipient.strip() for each in found.differences
        }
