"""The vocabularies: their words are stored and sent, so they never move, and each says what it means."""

import re

import pytest

from deliverystatus import _enums as enums
from deliverystatus import _policies as policies
from deliverystatus._codes import CONSEQUENCES

#: Every word, in the order of its ordinal. Words are appended here, never moved or taken out.
PINNED = {
    enums.EventKind: (
        "pending", "sending", "withheld", "rejected", "outcome_unknown",
        "accepted", "sent", "deferred", "delivered", "dropped", "undetermined_bounce", "soft_bounced", "bounced",
        "opened", "clicked",
        "unsubscribed", "acknowledged", "responded", "complained",
        "resubscribed", "opted_in", "marked_not_spam", "released", "auto_replied", "address_changed",
        "suppression_changed", "active", "unknown",
    ),
    enums.Status: (
        "unknown", "pending", "sending", "withheld", "rejected", "outcome_unknown", "accepted", "sent", "deferred",
        "dropped", "undetermined_bounce", "delivered", "opened", "clicked", "unsubscribed", "acknowledged", "responded",
        "soft_bounced", "bounced", "complained",
    ),
    enums.Axis: ("own_side", "transport", "engagement", "feedback"),
    enums.Reason: (
        "unknown",
        "unknown_recipient", "invalid_address", "unknown_domain", "mailbox_disabled", "mailbox_full",
        "recipient_refused",
        "message_too_large", "content_rejected", "spam_content",
        "reputation_blocked", "sender_authentication", "sender_rejected", "policy_rejected", "relay_denied",
        "rate_limited", "greylisted",
        "recipient_server_error", "network_error", "expired", "protocol_error", "sender_account",
        "declined", "template_disabled", "template_failed", "not_opted_in", "quota_exceeded", "policy_hold",
        "suppressed_complaint", "suppressed_bad_address", "suppressed_repeated_bounces", "suppressed_unsubscribe",
        "suppressed_other", "inactive", "channel_disabled", "duplicate",
    ),
    enums.Permanence: ("permanent", "transient", "undetermined"),
    enums.Actor: ("unknown", "machine", "human"),
    enums.Attribution: ("exact", "candidate", "message"),
    enums.Channel: ("email", "sms", "whatsapp"),
    enums.Purpose: ("transactional", "bulk", "invitation"),
    enums.ScopeKind: ("everything", "stream", "group", "topic", "tag", "list", "sender"),
    enums.Party: ("nobody", "recipient", "staff", "support", "engineers", "provider", "receiver"),
    enums.Contradiction: (
        "delivered_and_returned", "engaged_and_returned", "not_sent_and_delivered", "class_against_diagnosis",
    ),
}  # fmt: skip

WORDS = [word for vocabulary in PINNED for word in vocabulary]


def test_every_vocabulary_is_pinned():
    """A new vocabulary is pinned here as well."""
    here = {each for each in vars(enums).values() if isinstance(each, type) and issubclass(each, enums.Word)}
    assert here - {enums.Word} == set(PINNED)


@pytest.mark.parametrize("vocabulary", PINNED, ids=lambda vocabulary: vocabulary.__name__)
def test_ordinals(vocabulary: type[enums.Word]):
    """Ordinals count from 0 in the order that was published, for stores that want numbers."""
    assert list(enumerate(PINNED[vocabulary])) == [(word.ordinal, word.value) for word in vocabulary]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{type(word).__name__}.{word}")
def test_meanings(word: enums.Word):
    """A meaning is one line that starts like a sentence and ends like one; the axes ask."""
    assert re.fullmatch(r"[A-Z][^\n]{8,118}" + (r"\?" if isinstance(word, enums.Axis) else r"\."), word.meaning)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{type(word).__name__}.{word}")
def test_names(word: enums.Word):
    """A word is a string as it is stored, and its member is named after it."""
    assert (str(word), word.name.lower()) == (word.value, word.value)


def test_words_are_not_their_meanings():
    """A word is found by its value alone."""
    with pytest.raises(ValueError, match="is not a valid"):
        enums.EventKind("Returned, and reported as permanent.")


@pytest.mark.parametrize("status", enums.Status)
def test_kinds_and_statuses_agree(status: enums.Status):
    """Every status is the name of a kind, and that kind proves it: two lists, one language."""
    kind = enums.EventKind(status.value)
    assert policies.PROVES[kind] is (None if status is enums.Status.UNKNOWN else status)


def test_consequences_are_total():
    """Every reason says how long it lasts, whose fault it is and who acts."""
    assert set(enums.Reason) == set(CONSEQUENCES)
