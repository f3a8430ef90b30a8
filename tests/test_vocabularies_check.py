"""What is found wrong with a label pack: each flaw in a pack that has it alone, and none in one that has none."""

import json

import attrs
import pytest
from click.testing import CliRunner

from deliverystatus import Status, vocabularies
from deliverystatus._cli import cli
from deliverystatus.vocabularies import Finding, Flaw, check

#: A pack without a flaw: each status has a word of its own.
SOUND = {status: f"Word {chr(ord('A') + status.ordinal)}" for status in Status}


def pack(labels, more="", *, left_out=()):
    """Write a pack with these labels in place of the sound ones."""
    lines = [f'{status} = "{label}"' for status, label in (SOUND | labels).items() if status not in left_out]
    return "\n".join(['title = "Ours"', 'feedback = ["opened"]', "[labels]", *lines, more])


@pytest.fixture
def found(tmp_path):
    """Give a function that says what is wrong with a pack, as pairs of flaw and label."""

    def check_text(text):
        path = tmp_path / "ours.toml"
        path.write_text(text, encoding="utf-8")
        return [(finding.flaw, finding.label) for finding in check(path)]

    return check_text


def test_a_sound_pack_has_no_flaw(found):
    """Where there is nothing to find, nothing is found."""
    assert [] == found(pack({}))


def test_every_status_without_a_label_is_named(tmp_path):
    """All of them at once, and what else is wrong besides."""
    path = tmp_path / "ours.toml"
    path.write_text(pack({"sent": "Sent_on"}, left_out=("bounced", "opened")), encoding="utf-8")
    findings = check(path)
    assert [(Status.OPENED,), (Status.BOUNCED,)] == [each.statuses for each in findings if each.flaw is Flaw.NO_LABEL]
    assert [(Flaw.UNDERSCORE, "Sent_on")] == [(f.flaw, f.label) for f in findings if f.flaw is not Flaw.NO_LABEL]


def test_two_meanings_under_one_word(found):
    """One label for two statuses is a flaw, unless the pack says which of them it hides."""
    both = {"sent": "On its way", "accepted": "On its way"}
    assert [(Flaw.TWO_MEANINGS, "On its way")] == found(pack(both))
    assert [] == found(pack(both, '[merges]\n"On its way" = ["accepted"]'))


def test_letters_make_no_other_word(found):
    """What differs in capitals alone is one word to whoever reads it."""
    assert [(Flaw.TWO_MEANINGS, "Failed")] == found(pack({"dropped": "Failed", "bounced": "failed"}))


def test_a_rule_for_a_cause_is_for_what_has_one(found):
    """A rule that asks for a reason, and for no status, is about no complaint."""
    rule = '[[rules]]\nreason = "mailbox_full"\nlabel = "Full"\n[merges]\n"Full" = ["withheld", "rejected", "deferred", "dropped", "undetermined_bounce", "soft_bounced"]'
    assert [] == found(pack({}, rule))


def test_a_rules_label_is_one_of_them(found):
    """A label that a rule gives to another status has two meanings too."""
    rule = '[[rules]]\nstatus = "deferred"\nreason = "greylisted"\nlabel = "Word A"'
    assert [(Flaw.TWO_MEANINGS, "Word A")] == found(pack({}, rule))


def test_a_complaint_is_not_hidden_in_silence(found):
    """K8: a pack may fold complaints into another word, if it says so: then the explanation does."""
    hidden = {"complained": "Failed", "bounced": "Failed"}
    assert [(Flaw.HIDDEN_COMPLAINT, "Failed")] == found(pack(hidden))
    assert [(Flaw.HIDDEN_COMPLAINT, "Failed")] == found(pack(hidden, '[merges]\n"Failed" = ["bounced"]'))
    assert [] == found(pack(hidden, '[merges]\n"Failed" = ["complained"]'))


@pytest.mark.parametrize(
    "status, label",
    [
        ("opened", "Read"),
        ("delivered", "In the inbox"),
        ("sent", "Delivered"),
        ("deferred", "Delivered late"),
        ("delivered", "Made it to the client"),
        ("clicked", "Seen by the client"),
        ("sent", "Confirmed"),
        ("soft_bounced", "Wrong address"),
        ("accepted", "Delivered, no errors"),
        ("bounced", "Read but not answered"),
        ("sent", "Delivery complete"),
        ("deferred", "Success"),
        ("accepted", "Zugestellt"),
        ("sent", "Livré"),
        ("opened", "Leído"),
    ],
)
def test_over_claims(found, status, label):
    """A11, W11: a word that nobody can vouch for is found, whatever stands around it."""
    assert [(Flaw.OVER_CLAIM, label)] == found(pack({status: label}))


@pytest.mark.parametrize(
    "status, label",
    [
        ("bounced", "Not delivered"),
        ("sent", "Not confirmed"),
        ("responded", "Read and answered"),
        ("delivered", "Delivered"),
        ("sent", "Ready"),
        ("bounced", "Wrong address"),
        ("bounced", "Never delivered"),
        ("sent", "Not yet delivered"),
        ("bounced", "Nicht zugestellt"),
    ],
)
def test_what_claims_nothing(found, status, label):
    """What is denied is not claimed, and what was answered was read."""
    assert [] == found(pack({status: label}))


@pytest.mark.parametrize(
    "label",
    ["SendGrid has it", "Taken by Amazon", "Twilio queued", "Subscriptionchange", "hard_bounce", "SpamComplaint"],
)
def test_words_of_vendors(found, label):
    """T4, T19: a provider's name, or its raw word, is none for people."""
    assert Flaw.VENDOR_WORD in [flaw for flaw, _ in found(pack({"accepted": label}))]


@pytest.mark.parametrize("label", ["Delivered", "Bounce", "Spam complaint", "Unsubscribed"])
def test_a_plain_word_is_no_vendors(found, label):
    """That a provider uses a plain word takes it from nobody."""
    assert Flaw.VENDOR_WORD not in [flaw for flaw, _ in found(pack({"bounced": label}))]


def test_underscores(found):
    """T19: labels are written as people write."""
    assert [(Flaw.UNDERSCORE, "Quota_Exceeded")] == found(pack({"withheld": "Quota_Exceeded"}))


@pytest.mark.parametrize(
    "text, where", [("labels = 3", "labels"), (pack({}, "[merges]\n1 = 2"), "merges.0"), ("no toml", "")]
)
def test_what_is_no_pack(tmp_path, text, where):
    """What cannot be read is a finding with its place, and no crash."""
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    (finding,) = check(path)
    assert (Flaw.UNREADABLE, where) == (finding.flaw, finding.where)
    assert finding.problem


def test_the_products_own_packs():
    """One word of the five products is a flaw, and stays: it is the product's own, and the explanation corrects it."""
    flaws = {(name, each.flaw, each.label) for name in vocabularies.names() for each in check(vocabularies.get(name))}
    assert {("crisisworks", Flaw.OVER_CLAIM, "Read")} == flaws


def test_a_pack_that_is_loaded():
    """A vocabulary is checked as its file is."""
    sound = vocabularies.get("clinicsense")
    assert () == check(sound)
    wrong = attrs.evolve(sound, labels=sound.labels | {Status.SENT: "Handed_on"})
    assert (Finding(flaw=Flaw.UNDERSCORE, label="Handed_on", statuses=(Status.SENT,)),) == check(wrong)


# -- the command -----------------------------------------------------------------------------------------------------


def run(*arguments):
    """Run the command line."""
    return CliRunner().invoke(cli, ["vocabularies", "check", *arguments])


def test_the_command_shows_what_is_wrong(tmp_path):
    """A table of the flaws, and exit code 3."""
    path = tmp_path / "ours.toml"
    path.write_text(pack({"withheld": "Quota_Exceeded"}), encoding="utf-8")
    result = run(str(path))
    assert 3 == result.exit_code
    assert "Quota_Exceeded" in result.output


def test_the_command_as_json():
    """One object a line, with all that a finding has."""
    (line,) = run("crisisworks", "--json").output.splitlines()
    assert {"flaw": "over_claim", "label": "Read", "statuses": ["opened", "clicked"]}.items() <= json.loads(
        line
    ).items()


def test_a_sound_pack_leaves_with_zero():
    """Nothing is wrong, and the exit code says so."""
    assert 0 == run("clinicsense").exit_code


def test_a_file_that_is_not_there(tmp_path):
    """Wrong usage, without a traceback."""
    assert 2 == run(str(tmp_path / "none.toml")).exit_code
