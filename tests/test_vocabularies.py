"""The label packs: exactly the five products' words, one for every state; and packs that users write."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Event, EventKind, Failure, PayloadError, Permanence, Reason, Status, UnknownName, fold
from deliverystatus import vocabularies as packs
from deliverystatus._policies import POLICIES
from deliverystatus.vocabularies import Rule, Tracking, Vocabulary, untracked

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
NOTHING_KNOWN = "No information"

# Every word the products' own pages list.
WORDS = {
    "clinicsense": {"Sending", "Processed", "Deferred", "Delivered", "Open", "Clicked", "Failed", "Spam report"},
    "writeupp": {"Sent", "Delivered", "Not delivered", "Opened"},
    "amilia": {
        "Sent", "Delivered", "Open", "Click", "Bounce", "Dropped", "Spam", "Unsubscribed", "Blocked / Spam",
    },
    "timetap": {
        "Processed", "Delivered", "Clicked", "Opened", "Declined", "Subscription change", "Bounced", "Suppressed",
        "Dropped", "Quota Exceeded", "Not opted in", "Blocked",
    },
    "crisisworks": {
        "Pending", "Sent", "Not Sent", "Delivered", "Bounced Temporarily", "Failed", "Read", "Acknowledged", "Responded",
        "Opted-out",
    },
}  # fmt: skip

# The crosswalk: status -> label in clinicsense, writeupp, amilia, timetap, crisisworks; where none of a pack's rules holds.
CROSSWALK = {
    Status.UNKNOWN:             (NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN),
    Status.PENDING:             ("Sending", NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN, "Pending"),
    Status.SENDING:             ("Sending", NOTHING_KNOWN, NOTHING_KNOWN, NOTHING_KNOWN, "Pending"),
    Status.WITHHELD:            ("Failed", "Not delivered", "Dropped", "Blocked", "Not Sent"),
    Status.REJECTED:            ("Failed", "Not delivered", "Dropped", "Dropped", "Not Sent"),
    Status.OUTCOME_UNKNOWN:     ("Sending", "Sent", "Sent", "Processed", "Not Sent"),
    Status.ACCEPTED:            ("Processed", "Sent", "Sent", "Processed", "Sent"),
    Status.SENT:                ("Processed", "Sent", "Sent", "Processed", "Sent"),
    Status.DEFERRED:            ("Deferred", "Sent", "Sent", "Processed", "Bounced Temporarily"),
    Status.DROPPED:             ("Failed", "Not delivered", "Dropped", "Dropped", "Not Sent"),
    Status.UNDETERMINED_BOUNCE: ("Failed", "Not delivered", "Bounce", "Bounced", "Bounced Temporarily"),
    Status.DELIVERED:           ("Delivered", "Delivered", "Delivered", "Delivered", "Delivered"),
    Status.OPENED:              ("Open", "Opened", "Open", "Opened", "Read"),
    Status.CLICKED:             ("Clicked", "Opened", "Click", "Clicked", "Read"),
    Status.UNSUBSCRIBED:        ("Delivered", "Delivered", "Unsubscribed", "Subscription change", "Opted-out"),
    Status.ACKNOWLEDGED:        ("Open", "Opened", "Open", "Opened", "Acknowledged"),
    Status.RESPONDED:           ("Open", "Opened", "Open", "Opened", "Responded"),
    Status.SOFT_BOUNCED:        ("Failed", "Not delivered", "Bounce", "Bounced", "Failed"),
    Status.BOUNCED:             ("Failed", "Not delivered", "Bounce", "Bounced", "Failed"),
    Status.COMPLAINED:          ("Spam report", "Delivered", "Spam", "Subscription change", "Failed"),
}  # fmt: skip

# One row for each label that depends on the reason, or on how long it lasts.
BY_REASON = [
    ("timetap", EventKind.WITHHELD, Reason.DECLINED, "Declined"),
    ("timetap", EventKind.WITHHELD, Reason.TEMPLATE_DISABLED, "Declined"),
    ("timetap", EventKind.WITHHELD, Reason.SUPPRESSED_UNSUBSCRIBE, "Declined"),
    ("timetap", EventKind.WITHHELD, Reason.NOT_OPTED_IN, "Not opted in"),
    ("timetap", EventKind.WITHHELD, Reason.QUOTA_EXCEEDED, "Quota Exceeded"),
    ("timetap", EventKind.WITHHELD, Reason.POLICY_HOLD, "Blocked"),
    ("timetap", EventKind.WITHHELD, Reason.INACTIVE, "Blocked"),
    ("timetap", EventKind.WITHHELD, Reason.SUPPRESSED_BAD_ADDRESS, "Dropped"),
    ("timetap", EventKind.WITHHELD, Reason.SUPPRESSED_COMPLAINT, "Dropped"),
    ("timetap", EventKind.WITHHELD, Reason.SUPPRESSED_OTHER, "Dropped"),
    ("timetap", EventKind.WITHHELD, Reason.SUPPRESSED_REPEATED_BOUNCES, "Suppressed"),
    ("timetap", EventKind.DROPPED, Reason.SUPPRESSED_REPEATED_BOUNCES, "Suppressed"),
    ("timetap", EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS, "Dropped"),
    ("timetap", EventKind.DROPPED, Reason.SUPPRESSED_COMPLAINT, "Dropped"),
    ("amilia", EventKind.BOUNCED, Reason.REPUTATION_BLOCKED, "Blocked / Spam"),
    ("amilia", EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT, "Bounce"),
    ("amilia", EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED, "Blocked / Spam"),
    ("amilia", EventKind.SOFT_BOUNCED, Reason.SPAM_CONTENT, "Blocked / Spam"),
    ("amilia", EventKind.SOFT_BOUNCED, Reason.POLICY_REJECTED, "Blocked / Spam"),
    ("amilia", EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL, "Bounce"),
    ("amilia", EventKind.UNDETERMINED_BOUNCE, Reason.SPAM_CONTENT, "Bounce"),
    ("crisisworks", EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL, "Bounced Temporarily"),
    ("crisisworks", EventKind.SOFT_BOUNCED, Reason.UNKNOWN_RECIPIENT, "Failed"),
    ("crisisworks", EventKind.BOUNCED, Reason.MAILBOX_FULL, "Failed"),
]


def event(kind, **fields):
    """Make an event of one copy, at noon."""
    return Event(kind, **{"occurred_at": NOON, "recipient": "ada@example.com", "message_id": "m"} | fields)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_pack_speaks_exactly_the_words_of_its_product(name):
    """C19, W14: no word of the product is missing, none is made up but the one for nothing known."""
    states = itertools.product(Status, (None, *Reason), (None, *Permanence), (True, False))
    pack = packs.get(name)
    reached = {pack.label_of(s, reason=r, permanence=p, tracked=t) for s, r, p, t in states}
    assert WORDS[name] | {NOTHING_KNOWN} == reached
    assert set(pack.words) == reached


def test_clinicsense_has_eight_statuses():
    """C19: exactly eight."""
    assert 8 == len(set(packs.get("clinicsense").words) - {NOTHING_KNOWN})


@pytest.mark.parametrize("status", Status)
def test_the_crosswalk_holds(status):
    """C1, C3, C5, C8, C13, C14, C16, C17, W9, W10, W14, A10, A12, A13, A20, T5, T6, T9, K1, K4, K5, K9: each its word."""
    order = ("clinicsense", "writeupp", "amilia", "timetap", "crisisworks")
    assert CROSSWALK[status] == tuple(packs.get(name).label_of(status) for name in order)


@pytest.mark.parametrize("name, kind, reason, label", BY_REASON)
def test_labels_that_depend_on_the_reason(name, kind, reason, label):
    """A9, A14, A16-A19, T7, T10, T12, T13, T15, T16, K7: the label says which sort of not sent or returned it is."""
    record = fold([event(kind, failure=Failure(claimed=reason))])
    assert label == packs.get(name).label(record)


@pytest.mark.parametrize("name", packs.names())
def test_every_reachable_state_has_exactly_one_label(name):
    """Every kind, for every reason, with tracking or without, has one of the pack's words."""
    pack = packs.get(name)
    for kind, reason in itertools.product(EventKind, (None, *Reason)):
        record = fold([event(kind, failure=None if reason is None else Failure(claimed=reason))])
        for tracking in (None, Tracking(), Tracking(delivery=False), Tracking(since=NOON + timedelta(1))):
            assert pack.label(record, tracking) in pack.words


def test_no_underscores_are_shown():
    """T19: what staff see are words, not the ids of a program."""
    assert [] == [word for name in packs.names() for word in packs.get(name).words if "_" in word]


def test_only_unknown_is_called_nothing_known_where_a_product_has_words_for_all():
    """W1: what was not reported is not called failed, and what was is not called unreported."""
    silent = {name: {s for s in Status if packs.get(name).label_of(s) == NOTHING_KNOWN} for name in WORDS}
    before_the_first_word = {Status.UNKNOWN, Status.PENDING, Status.SENDING}
    assert {
        "clinicsense": {Status.UNKNOWN},
        "writeupp": before_the_first_word,
        "amilia": before_the_first_word,
        "timetap": before_the_first_word,
        "crisisworks": {Status.UNKNOWN},
    } == silent


@pytest.mark.parametrize("name", packs.names())
def test_whatever_a_label_hides_is_listed(name):
    """A label that several statuses have names one of them; all others are among what it hides."""
    pack = packs.get(name)
    having = {}
    for status, reason, permanence in itertools.product(Status, (None, *Reason), (None, *Permanence)):
        having.setdefault(pack.label_of(status, reason=reason, permanence=permanence), set()).add(status)
    assert {label for label, statuses in having.items() if len(statuses) > 1} == set(pack.merges)
    for label, hidden in pack.merges.items():
        assert 1 == len(having[label] - hidden), label
        assert hidden < having[label], label


def test_no_pack_loses_a_complaint():
    """K8, W14: a label that a complaint shares with something else is known to hide it."""
    for name in packs.names():
        pack = packs.get(name)
        label = pack.label_of(Status.COMPLAINED)
        alone = all(pack.label_of(status) != label for status in set(Status) - {Status.COMPLAINED})
        assert alone or pack.hides(Status.COMPLAINED, label), name


@pytest.mark.parametrize("name", packs.names())
def test_delivery_and_feedback_are_two_groups(name):
    """K13: every status but unknown is an event of exactly one of the two sorts."""
    groups = packs.get(name).groups
    assert {"delivery", "feedback"} == set(groups)
    assert frozenset() == groups["delivery"] & groups["feedback"]
    assert frozenset(Status) - {Status.UNKNOWN} == groups["delivery"] | groups["feedback"]


def test_crisisworks_counts_a_complaint_as_a_delivery_event():
    """K8, K13: its Failed stands among the delivery events, with complaints in it."""
    assert Status.COMPLAINED in packs.get("crisisworks").groups["delivery"]
    assert {"opened", "clicked", "unsubscribed", "acknowledged", "responded"} == packs.get("crisisworks").groups[
        "feedback"
    ]


@pytest.mark.parametrize("name", packs.names())
def test_every_pack_names_a_policy_and_its_product(name):
    """A pack can be asked which policy it shows and what it is the pack of."""
    pack = packs.get(name)
    assert pack.policy in POLICIES
    assert name == pack.name == re.sub("[^a-z]", "", pack.title.lower())


def test_the_packs_are_the_five_products():
    """The five packs that come with the library, by name."""
    assert ("amilia", "clinicsense", "crisisworks", "timetap", "writeupp") == packs.names()


def test_a_pack_that_does_not_exist():
    """The error lists the packs that do; nothing outside the folder can be named."""
    for name in ("mailbox", "../help/en", ""):
        with pytest.raises(UnknownName, match=r"no vocabulary named .*amilia, clinicsense"):
            packs.get(name)


def test_the_label_order_holds_with_any_order_of_arrival():
    """C21: Sending, Processed, Deferred, Delivered, Open, Clicked, in whatever order the reports come."""
    kinds = ["sending", "accepted", "deferred", "delivered", "opened", "clicked"]
    labels = ["Sending", "Processed", "Deferred", "Delivered", "Open", "Clicked"]
    pack = packs.get("clinicsense")
    for n, label in enumerate(labels, 1):
        for arrived in itertools.permutations(kinds[:n]):
            assert label == pack.label(fold(map(event, arrived)))


def test_a_subscription_change_is_no_message_status():
    """T8: a change of a provider's list says nothing about where a message stands."""
    assert NOTHING_KNOWN == packs.get("timetap").label(fold([event("suppression_changed", value="added")]))


def test_a_pack_shows_the_status_of_its_policy(tmp_path):
    """A pack that believes clocks shows what happened last, not what ranks highest, and the reason of that."""
    record = fold([
        event("bounced", failure=Failure(claimed=Reason.UNKNOWN_RECIPIENT)),
        event("withheld", failure=Failure(claimed=Reason.DECLINED), occurred_at=NOON + timedelta(hours=1)),
    ])  # fmt: skip
    path = written(tmp_path, policy='policy = "latest_reported"', rules=rule('reason = "declined"'))
    assert "ruled" == Vocabulary.load(path).label(record)
    assert "bounced" == Vocabulary.load(written(tmp_path, rules=rule('reason = "declined"'))).label(record)


# -- what can be heard at all ----------------------------------------------------------------------------------------


def test_an_account_that_cannot_report_is_untracked():
    """W7: with its own mail server an account only ever says sent."""
    assert "account" == untracked(fold([event("sent")]), Tracking(delivery=False))


def test_a_provider_that_never_confirms_is_untracked():
    """W7: the provider's own word decides where the caller gives no profile."""
    assert "account" == untracked(fold([event("sent", provider="smtp")]))


@pytest.mark.parametrize("provider", [None, "sendgrid", "nobody-knows-it"])
def test_other_providers_are_tracked(provider):
    """What is not known to be silent is listened to."""
    assert untracked(fold([event("sent", provider=provider)])) is None


@pytest.mark.parametrize(
    "since, expected",
    [(NOON + timedelta(seconds=1), "before"), (NOON, None), (NOON - timedelta(days=1), None)],
)
def test_copies_from_before_tracking_are_untracked(since, expected):
    """W8: what was sent before tracking began stays sent; what came at that moment or later is tracked."""
    copy = fold([event("sent"), event("sent", occurred_at=NOON + timedelta(hours=1)), event("deferred")])
    assert expected == untracked(copy, Tracking(since=since))


def test_a_copy_without_times_counts_from_its_arrival():
    """W8: without a time of its own, a report happened before it arrived."""
    copy = fold([event("sent", occurred_at=None, received_at=NOON)])
    assert "before" == untracked(copy, Tracking(since=NOON + timedelta(1)))
    assert untracked(fold([event("sent", occurred_at=None)]), Tracking(since=NOON)) is None
    assert untracked(fold([]), Tracking(since=NOON)) is None


def test_tracking_begins_at_a_time_with_a_zone():
    """A date without a zone is refused, as everywhere."""
    with pytest.raises(ValueError, match="since: expected a time with its zone"):
        Tracking(since=datetime(2019, 7, 23))  # noqa: DTZ001 (that is the mistake)


# -- users' own packs ------------------------------------------------------------------------------------------------


def rule(condition, label="ruled"):
    """Write a rule."""
    return f'[[rules]]\n{condition}\nlabel = "{label}"\n'


def written(tmp_path, *, policy="", labels=None, rules="", merges="", feedback='feedback = ["opened"]'):
    """Write a pack in which each status is called by its own name."""
    labels = {str(status): f'"{status}"' for status in Status} if labels is None else labels
    lines = ['title = "Ours"', policy, feedback, "[labels]", *(f"{k} = {v}" for k, v in labels.items()), rules, merges]
    path = tmp_path / "ours.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_user_can_write_a_pack(tmp_path):
    """Only a title, labels and the feedback are needed; the rest has a default."""
    pack = Vocabulary.load(str(written(tmp_path)))
    assert ("ours", "Ours", "default", (), {}) == (pack.name, pack.title, pack.policy, pack.rules, pack.merges)
    assert {status: str(status) for status in Status} == pack.labels
    assert {Status.OPENED} == pack.groups["feedback"]


def test_every_shipped_pack_can_be_loaded_as_a_users(tmp_path):
    """The packs of the library are of the same form as users' own."""
    for name in packs.names():
        source = packs.resources.files("deliverystatus.vocabularies") / f"{name}.toml"
        copy = tmp_path / f"{name}.toml"
        copy.write_bytes(source.read_bytes())
        assert packs.get(name) == Vocabulary.load(copy)


@pytest.mark.parametrize(
    "condition, ruled",
    [
        ('status = "bounced"', True),
        ('status = ["sent", "bounced"]', True),
        ('status = "sent"', False),
        ('reason = "mailbox_full"', True),
        ('reason = "expired"', False),
        ('permanence = "transient"', True),
        ('permanence = ["permanent", "undetermined"]', False),
        ("tracked = true", True),
        ("tracked = false", False),
        ('status = "bounced"\nreason = "mailbox_full"\npermanence = "transient"\ntracked = true', True),
        ('status = "bounced"\nreason = "mailbox_full"\npermanence = "transient"\ntracked = false', False),
    ],
)
def test_a_rule_holds_if_all_its_conditions_do(tmp_path, condition, ruled):
    """A condition that is not given holds always."""
    record = fold([event("bounced", failure=Failure(claimed=Reason.MAILBOX_FULL))])
    assert ("ruled" if ruled else "bounced") == Vocabulary.load(written(tmp_path, rules=rule(condition))).label(record)


def test_a_label_can_tell_that_sent_is_final(tmp_path):
    """W7, W9: where nothing more is heard, a pack may say so."""
    rules = rule('status = ["accepted", "sent"]\ntracked = false', "Sent, and that is all")
    pack = Vocabulary.load(written(tmp_path, rules=rules))
    assert "Sent, and that is all" == pack.label(fold([event("sent", provider="smtp")]))
    assert "Sent, and that is all" == pack.label(fold([event("accepted")]), Tracking(delivery=False))
    assert "accepted" == pack.label(fold([event("accepted")]))


def test_the_first_rule_that_holds_decides(tmp_path):
    """Rules are read from the top."""
    rules = rule('status = "sent"', "first") + rule('status = "sent"', "second")
    pack = Vocabulary.load(written(tmp_path, rules=rules))
    assert "first" == pack.label_of(Status.SENT)
    assert (Rule(label="first", status={Status.SENT}), "second") == (pack.rules[0], pack.rules[1].label)


FULL = {str(status): f'"{status}"' for status in Status}


@pytest.mark.parametrize(
    "form, path, problem",
    [
        ({"labels": {k: v for k, v in FULL.items() if k != "sent"}}, "labels.sent", "every status needs a label"),
        ({"labels": FULL | {"read": '"Read"'}}, f"labels.{len(FULL)}", "not one of the words of Status"),
        ({"labels": FULL | {"sent": "1"}}, "labels.sent", "expected a string, got int"),
        ({"labels": FULL | {"sent": '" "'}}, "labels.sent", "expected some text"),
        ({"policy": 'policy = "best"'}, "policy", "no such policy"),
        ({"policy": "policy = 1"}, "policy", "expected a string, got int"),
        ({"policy": 'polcy = "default"'}, "", "1 key(s) that no pack has"),
        ({"feedback": ""}, "feedback", "expected a list, got nothing"),
        ({"feedback": 'feedback = ["read"]'}, "feedback.0", "not one of the words of Status"),
        ({"feedback": "feedback = [[1]]"}, "feedback.0", "not one of the words of Status"),
        ({"merges": '[merges]\nsent = ["read"]'}, "merges.0.0", "not one of the words of Status"),
        ({"merges": '[merges]\nSent = ["sent"]'}, "merges", "expected labels that are given to some status"),
        ({"merges": "[merges]\nsent = 1"}, "merges.0", "expected a list, got int"),
        ({"rules": "[rules]"}, "rules", "expected a list, got dict"),
        ({"policy": "rules = [1]"}, "rules.0", "expected a table, got int"),
        ({"rules": '[[rules]]\nlabel = "x"'}, "rules.0", "expected a condition"),
        ({"rules": rule("status = []")}, "rules.0.status", "expected at least one"),
        ({"rules": rule('reason = "full"')}, "rules.0.reason.0", "not one of the words of Reason"),
        ({"rules": rule('reason = ["expired", 1]')}, "rules.0.reason.1", "not one of the words of Reason"),
        ({"rules": rule("permanence = 1")}, "rules.0.permanence", "expected a list, got int"),
        ({"rules": rule("tracked = 1")}, "rules.0.tracked", "expected true or false, got int"),
        ({"rules": rule('when = "later"')}, "rules.0", "1 key(s) that no pack has"),
        ({"rules": '[[rules]]\nstatus = "sent"'}, "rules.0.label", "expected a string, got nothing"),
    ],
)
def test_a_pack_of_another_form_is_refused(tmp_path, form, path, problem):
    """The error says where the mistake is and what was expected."""
    with pytest.raises(PayloadError) as refused:
        Vocabulary.load(written(tmp_path, **form))
    assert path == refused.value.path
    assert problem in refused.value.problem


@pytest.mark.parametrize(
    "content", [b"", b"labels = 1\nfeedback = []\ntitle = 'x'", b"\xff", b"= secret", b"a = " + b"[" * 9999]
)
def test_what_is_no_pack_at_all_is_refused(tmp_path, content):
    """Whatever the file holds, the error is a PayloadError and quotes nothing of it."""
    path = tmp_path / "ours.toml"
    path.write_bytes(content)
    with pytest.raises(PayloadError) as refused:
        Vocabulary.load(path)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.binary(max_size=200) | st.text(alphabet='[]="\n.{}ab1', max_size=40).map(str.encode))
def test_any_bytes_are_refused_or_read(tmp_path_factory, content):
    """Any file gives a pack or a PayloadError."""
    path = tmp_path_factory.mktemp("any") / "ours.toml"
    path.write_bytes(content)
    with pytest.raises(PayloadError):
        Vocabulary.load(path)


def test_a_file_that_is_not_there(tmp_path):
    """That is the operating system's to say."""
    with pytest.raises(FileNotFoundError):
        Vocabulary.load(tmp_path / "none.toml")
