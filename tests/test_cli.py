"""The command line: what it answers, what it refuses, and what it never shows."""

import json
import os
import sys
from contextlib import suppress
from importlib.metadata import version
from io import BytesIO, StringIO
from runpy import run_module
from subprocess import Popen, run

import pytest
from click.testing import CliRunner

import deliverystatus as ds
from deliverystatus import EventKind, __main__, providers, vocabularies
from deliverystatus._cli import _SHORT, _files, _tables, cli
from deliverystatus._cli._beside import beside
from deliverystatus._explain import explain

PRIVATE = "secret@example.com"
NOW = ["--now", "2026-03-06T12:00:00Z"]


def sendgrid(event="delivered", email="ada@example.com", message="m1", **more):
    """Give one element of a SendGrid body."""
    return {"event": event, "email": email, "timestamp": 1772438400, "sg_message_id": f"{message}.recvd-1", **more}


@pytest.fixture
def invoke():
    """Run a command in a terminal of 110 columns that is none."""

    def invoke(*arguments, stdin=None, **env):
        return CliRunner().invoke(cli, [*map(str, arguments)], input=stdin, env={"COLUMNS": "110", **env})

    return invoke


@pytest.fixture
def write(tmp_path):
    """Write a file, as JSON unless it is text, and give its path."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def objects(result):
    """Read what a command wrote for programs."""
    return [json.loads(line) for line in result.stdout.splitlines()]


# -- events ----------------------------------------------------------------------------------------------------------


def test_events_are_shown(invoke, write):
    """A webhook body's events are shown with time, kind, recipient, reason, whose doing and message."""
    path = write("body", [sendgrid("bounce", type="bounce", reason="550 5.1.1 no such user"), sendgrid("open")])
    result = invoke("events", "sendgrid", path)
    assert 0 == result.exit_code
    rows = [line.split() for line in result.stdout.splitlines() if "@" in line]
    assert ["2026-03-02", "08:00", "bounced", "ada@example.com", "unknown_recipient", "m1"] == rows[0]
    assert ["2026-03-02", "08:00", "opened", "ada@example.com", "m1"] == rows[1]


def test_events_show_machines_and_tests(invoke, write):
    """What a machine did is told apart, and so is a test."""
    body = {"event-data": {
        "event": "opened", "recipient": "ada@example.com", "timestamp": 1772438400, "flags": {"is-test-mode": True},
        "message": {"headers": {"message-id": "m1"}}, "client-info": {"bot": "apple"},
    }}  # fmt: skip
    result = invoke("events", "mailgun", write("body", body))
    assert "opened (test)" in result.stdout
    assert "machine" in result.stdout


def test_events_as_json_are_events(invoke, write):
    """Each line is what ``Event.to_dict`` gives, and can be read again."""
    body = [sendgrid(order="A-7"), sendgrid("open")]
    result = invoke("events", "sendgrid", "--json", "--reference", "order", "--account", "main", write("body", body))
    expected = ds.parse("sendgrid", body, reference="order", account="main").events
    assert expected == tuple(map(ds.Event.from_dict, objects(result)))
    assert [event.to_dict() for event in expected] == objects(result)


def test_events_read_standard_input(invoke):
    """``-`` is standard input."""
    result = invoke("events", "sendgrid", "--json", "-", stdin=json.dumps([sendgrid()]))
    assert ["delivered"] == [event["kind"] for event in objects(result)]


def test_events_of_one_bad_file_do_not_cost_the_others(invoke, write):
    """A body that is not the provider's is told by its file; the others are answered; the exit code is 3."""
    bad, good = write("bad", {"email": PRIVATE}), write("good", [sendgrid()])
    result = invoke("events", "sendgrid", "--json", bad, good)
    assert 3 == result.exit_code
    assert ["delivered"] == [event["kind"] for event in objects(result)]
    assert f"Could not be read: 1\n  {bad}: expected an array, got dict\n" == result.stderr


def test_notices_are_told(invoke, write):
    """A notice about no recipient is no event, and is told by its place."""
    path = write("body", [{"event": "account_status_change", "type": "compliance_suspend", "timestamp": 1}])
    result = invoke("events", "sendgrid", path)
    assert 0 == result.exit_code
    assert f"Notices about no recipient: 1\n  {path}: 0\n" in result.stdout


def test_notice_without_a_path_is_told_by_its_file():
    """A body that is one notice has no path within."""
    found = _files.Found(notices=[("file", ds.Notice(name="ping"))])
    assert ["Notices about no recipient: 1", "  file"] == list(beside(found, ds.Copies({})))


# -- status and explain ----------------------------------------------------------------------------------------------


def test_status_shows_each_copy(invoke, write):
    """One row a copy: recipient, label, status, since when, and how many contradictions."""
    write("1.sendgrid.json", [sendgrid(), sendgrid("bounce", type="bounce", reason="550 5.1.1 no such user")])
    folder = write("2.sendgrid.json", [sendgrid(email="bob@example.com")]).parent
    result = invoke("status", folder)
    assert 0 == result.exit_code
    rows = [line.split() for line in result.stdout.splitlines() if "@" in line]
    assert [
        ["ada@example.com", "Not", "delivered", "bounced", "2026-03-02", "08:00", "1"],
        ["bob@example.com", "Delivered", "delivered", "2026-03-02", "08:00"],
    ] == rows


def test_status_as_json(invoke, write):
    """The keys are always there, whatever is known."""
    path = write("1.sendgrid.json", [sendgrid(), sendgrid("deferred", email="bob@example.com", response="452 4.2.2")])
    first, second = objects(invoke("status", "--json", path))
    assert {
        "recipient": "ada@example.com",
        "reference": None,
        "provider": "sendgrid",
        "account": None,
        "message_id": "m1",
        "part": None,
        "channel": "email",
        "status": "delivered",
        "label": "Delivered",
        "since": "2026-03-02T08:00:00Z",
        "reason": None,
        "permanence": None,
        "contradictions": [],
    } == first
    assert ("mailbox_full", "transient") == (second["reason"], second["permanence"])
    assert list(first) == list(second)


def test_since_is_the_first_time(invoke, write):
    """A status stands since it was first reported, not since it was last repeated."""
    path = write("1.sendgrid.json", [sendgrid("open", timestamp=1772442000), sendgrid("open")])
    assert ["2026-03-02T08:00:00Z"] == [row["since"] for row in objects(invoke("status", "--json", path))]


def test_what_is_unknown_has_a_row(invoke, write):
    """A copy of which nothing is known but its name is shown, since no time."""
    path = write("1.sendgrid.json", [sendgrid("held")])
    result = invoke("status", "--json", path)
    assert [("unknown", None)] == [(row["status"], row["since"]) for row in objects(result)]
    assert f"Events that nobody knows; they are kept, and nothing is guessed from them: 1\n  {path}\n" == result.stderr


def test_events_can_be_piped_into_status(invoke, write):
    """``events --json | status -`` says what ``status`` says of the bodies themselves."""
    path = write("1.sendgrid.json", [sendgrid(), sendgrid("click", url="https://example.com")])
    lines = invoke("events", "sendgrid", "--json", path).stdout
    assert objects(invoke("status", "--json", path)) == objects(invoke("status", "--json", "-", stdin=lines))


@pytest.mark.parametrize("name", ["events.jsonl", "own.events.jsonl"])
def test_event_lines_are_read_by_name(invoke, write, name):
    """Events of our own side stand in a file of lines; blank lines and a byte order mark do not matter."""
    event = {"kind": "pending", "reference": "r1", "recipient": "ada@example.com"}
    path = write(name, f"\ufeff{json.dumps(event)}\n\n")
    assert [("r1", "pending")] == [
        (row["reference"], row["status"]) for row in objects(invoke("status", "--json", path))
    ]


def test_bad_event_lines_are_told_by_number(invoke, write):
    """A line that is no event does not cost the others; it is told by its number, and by none of its content."""
    good = json.dumps({"kind": "pending", "reference": "r1", "recipient": "ada@example.com"})
    path = write("own.events.jsonl", f'{good}\n{{"kind": "{PRIVATE}"}}\n{PRIVATE}\n[1]\n')
    result = invoke("status", "--json", path)
    assert 3 == result.exit_code
    assert ["pending"] == [row["status"] for row in objects(result)]
    assert [
        "Could not be read: 3",
        f"  {path}: line 2, kind: not one of the words of EventKind",
        f"  {path}: line 3: expected JSON, got text that is none at character 0",
        f"  {path}: line 4: expected an object, got list",
    ] == result.stderr.splitlines()


def test_forms_are_read_by_name(invoke, write):
    """A ``.txt`` is a form."""
    path = write(
        "1.mailgun.txt", "event=delivered&recipient=ada%40example.com&Message-Id=%3Cm1%3E&timestamp=1772438400"
    )
    assert ["delivered"] == [row["status"] for row in objects(invoke("status", "--json", path))]


def test_folders_are_read_through_in_order_of_names(invoke, write, tmp_path):
    """Folders in folders count, hidden ones do not; the order is that of the names, folder by folder."""
    write("b/1.sendgrid.json", [sendgrid(email="3@example.com")])
    write("a/2.sendgrid.json", [sendgrid(email="2@example.com")])
    write("a/1.sendgrid.json", [sendgrid(email="1@example.com")])
    write(".git/1.sendgrid.json", [sendgrid(email="4@example.com")])
    write("a/.1.sendgrid.json", [sendgrid(email="5@example.com")])
    write("a/notes.md", "not a body")
    rows = objects(invoke("status", "--json", tmp_path))
    assert ["1@example.com", "2@example.com", "3@example.com"] == [row["recipient"] for row in rows]


def test_bodies_whose_names_say_nothing_are_told(invoke, write, tmp_path):
    """In a folder, a file that may be a body and does not say whose is passed over, and told."""
    paths = [write("body.json", [sendgrid()]), write("x.sendgird.json", [sendgrid()])]
    result = invoke("status", "--json", tmp_path)
    assert (0, []) == (result.exit_code, objects(result))
    assert "".join(f"  {path}\n" for path in paths) in result.stderr


def test_provider_is_for_names_that_say_nothing(invoke, write, tmp_path):
    """``--provider`` reads what no name explains; a name that says whose it is is believed."""
    write("body.json", [sendgrid()])
    write("1.postmark.json", {"RecordType": "Delivery", "MessageID": "p", "Recipient": "bob@example.com"})
    rows = objects(invoke("status", "--json", "--provider", "sendgrid", tmp_path))
    assert ["postmark", "sendgrid"] == sorted(row["provider"] for row in rows)


@pytest.mark.parametrize("name", ["body", "body.json", "-"])
def test_provider_reads_any_file_that_is_named(invoke, write, name):
    """A file that was asked for by its name, or standard input, is read as ``--provider`` says."""
    path = name if name == "-" else write(name, [sendgrid()])
    rows = objects(invoke("status", "--json", "--provider", "sendgrid", path, stdin=json.dumps([sendgrid()])))
    assert ["delivered"] == [row["status"] for row in rows]


def test_reference_and_account_are_kept(invoke, write):
    """``--reference`` joins our own side's events, ``--account`` tells accounts apart."""
    own = write("own.events.jsonl", {"kind": "pending", "reference": "A-7", "recipient": "ada@example.com"})
    body = write("1.sendgrid.json", [sendgrid(order="A-7")])
    (row,) = objects(invoke("status", "--json", "--reference", "order", "--account", "main", own, body))
    assert ("A-7", "main", "delivered") == (row["reference"], row["account"], row["status"])


def test_vocabulary_gives_its_labels(invoke, write):
    """``--vocabulary`` answers in a product's own words."""
    path = write("1.sendgrid.json", [sendgrid("spamreport")])
    (row,) = objects(invoke("status", "--json", "--vocabulary", "clinicsense", path))
    assert "Spam report" == row["label"]


def test_vocabulary_may_be_ones_own(invoke, write):
    """A label pack in a file of one's own is read."""
    labels = "".join(f'{status} = "Our {status}"\n' for status in ds.Status)
    pack = write("own.toml", f'title = "Ours"\npolicy = "default"\nfeedback = []\n[labels]\n{labels}')
    path = write("1.sendgrid.json", [sendgrid()])
    (row,) = objects(invoke("status", "--json", "--vocabulary", pack, path))
    assert "Our delivered" == row["label"]


@pytest.mark.parametrize(
    "options, status, label",
    [
        ([], "bounced", "Not delivered"),
        (["--policy", "best_reached"], "opened", "Opened"),
        (["--policy", "best_reached", "--vocabulary", "crisisworks"], "opened", "Read"),
        (["--vocabulary", "crisisworks"], "bounced", "Failed"),
    ],
)
def test_policy_decides_status_and_label(invoke, write, options, status, label):
    """``--policy`` chooses which fact is shown, with our own labels or a vocabulary's."""
    path = write(
        "1.sendgrid.json", [sendgrid("open"), sendgrid("bounce", type="bounce", reason="550 5.1.1 no such user")]
    )
    for command in ("status", "explain"):
        (row,) = objects(invoke(command, "--json", *options, path))
        assert (status, label) == (row["status"], row["label"])


def test_other_policies_have_our_own_labels(invoke, write):
    """Without a vocabulary, a policy changes the choice and none of the words."""
    body = [
        sendgrid(kind, email=f"{kind}@example.com") for kind in ("processed", "delivered", "open", "dropped", "held")
    ]
    path = write("1.sendgrid.json", body)
    default, named = (objects(invoke("status", "--json", *options, path)) for options in ([], ["--policy", "default"]))
    assert default == named


def test_copies_to_one_recipient_are_told_apart(invoke, write):
    """Where a recipient has several copies, the reference or message id says which is which."""
    path = write(
        "1.sendgrid.json", [sendgrid(), sendgrid(message="m2"), sendgrid(email="bob@example.com", message="m3")]
    )
    shown = invoke("status", path).stdout
    assert [True, True, False] == [name in shown for name in ("m1", "m2", "m3")]


def test_parts_of_a_text_message_are_told_apart(invoke, write):
    """Each part of a text message is its own copy, and says which."""
    parts = [
        {"kind": "sent", "provider": "twilio", "channel": "sms", "message_id": "s1", "recipient": "+15550100", "part": [n, 2]}
        for n in (1, 2)
    ]  # fmt: skip
    path = write("own.events.jsonl", "\n".join(map(json.dumps, parts)))
    shown = invoke("status", path).stdout
    assert "s1 (1 of 2)" in shown
    assert "s1 (2 of 2)" in shown


def test_recipient_is_shown_as_spelled(invoke, write):
    """Recipients are compared without their case, and shown with it."""
    path = write("1.sendgrid.json", [sendgrid(email="Ada@Example.com")])
    assert ["Ada@Example.com"] == [row["recipient"] for row in objects(invoke("status", "--json", path))]


def test_explain_says_what_to_do(invoke, write):
    """One row a copy: who, label, what it means, what to do."""
    path = write("1.sendgrid.json", [sendgrid("bounce", type="bounce", reason="550 5.1.1 no such user")])
    result = invoke("explain", path)
    assert 0 == result.exit_code
    heading, first = [line.split("│")[1:5] for line in result.stdout.splitlines() if line[:3] in ("│ W", "│ a")]
    assert ["Who", "Label", "What it means", "What to do"] == [column.strip() for column in heading]
    assert ["ada@example.com", "Not delivered"] == [column.strip() for column in first[:2]]
    assert "1. Ask the recipient" in first[3]


def test_explain_is_what_the_library_explains(invoke, write):
    """``explain --json`` holds every field of the explanation, and of the copy's name."""
    body = [sendgrid(), sendgrid("bounce", type="bounce", reason="550 5.1.1 no such user")]
    (row,) = objects(invoke("explain", "--json", *NOW, write("1.sendgrid.json", body)))
    expected = explain(ds.fold(ds.parse("sendgrid", body).events))
    assert {
        "recipient": "ada@example.com", "reference": None, "provider": "sendgrid", "account": None, "message_id": "m1",
        "part": None, "channel": "email", "status": "bounced", "label": expected.label, "headline": expected.headline,
        "meaning": expected.meaning, "next_steps": list(expected.next_steps), "caveats": list(expected.caveats),
        "certainty": "contradicted", "final": True, "who_acts": "staff", "look_again": None,
        "evidence": [
            {"kind": seen.kind, "occurred_at": "2026-03-02T08:00:00Z", "text": seen.text} for seen in expected.evidence
        ],
    } == row  # fmt: skip


@pytest.mark.parametrize("command", ["status", "explain"])
def test_answers_begin_with_the_same_keys(invoke, write, command):
    """Programs find a copy's name at the same keys, in the same order, in every answer."""
    (row,) = objects(invoke(command, "--json", write("1.sendgrid.json", [sendgrid()])))
    keys = ["recipient", "reference", "provider", "account", "message_id", "part", "channel", "status", "label"]
    assert keys == list(row)[: len(keys)]


def test_now_is_the_time_that_is_given(invoke, write):
    """With ``--now`` answers do not depend on the clock: what is stuck later is not stuck yet."""
    path = write("1.sendgrid.json", [sendgrid("processed")])
    early, late = (
        objects(invoke("explain", "--json", "--now", f"2026-03-02T{time}", path))[0]["look_again"]
        for time in ("09:05+01:00", "08:30Z")
    )
    assert ("2026-03-02T08:10:00Z", None) == (early, late)


def test_now_is_the_clock_otherwise(invoke, write):
    """Without ``--now`` what was accepted years ago is stuck."""
    path = write("1.sendgrid.json", [sendgrid("processed", timestamp=1_500_000_000)])
    (row,) = objects(invoke("explain", "--json", path))
    assert "support" == row["who_acts"]


def test_details_are_shown_if_asked_for(invoke, write):
    """``--details`` adds what not to conclude and what was seen when; without it the table stays short."""
    path = write("1.sendgrid.json", [sendgrid("processed"), sendgrid()])
    short, long = invoke("explain", path).stdout, invoke("explain", "--details", path).stdout
    assert [False, True] == ["2026-03-02 08:00" in shown for shown in (short, long)]
    assert [False, True] == ["inbox" in shown for shown in (short, long)]


def test_narrow_terminals_have_two_columns(invoke, write):
    """Where four columns are too narrow to read, the same stands in two."""
    path = write("1.sendgrid.json", [sendgrid("open")])
    shown = invoke("explain", path, COLUMNS="80").stdout
    heading = next(line for line in shown.splitlines() if "Who" in line)
    assert ["Who and label", "What it means and what to do"] == [column.strip() for column in heading.split("│")[1:3]]
    assert "There is nothing to do." in shown


def test_what_makes_up_no_copy_is_told(invoke, write):
    """Uncorrelated and test events are told below the table, each file once with its number."""
    lost = write("1.sendgrid.json", [sendgrid("bounce", message="") | {"sg_message_id": ""}] * 2)
    event = {"kind": "delivered", "provider": "x", "message_id": "m", "recipient": "ada@example.com", "test": True}
    tried = write("own.events.jsonl", event)
    result = invoke("status", lost, tried)
    assert 0 == result.exit_code
    assert [
        "Events that name no message; they count for the address only: 2",
        f"  {lost} (2 times)",
        "Events of a test mode; they count nowhere: 1",
        f"  {tried}",
    ] == result.stdout.splitlines()[-4:]


def test_a_file_that_cannot_be_read_is_told(invoke, write, monkeypatch):
    """A file the system will not let us read does not cost the others."""
    bad, good = write("1.sendgrid.json", [sendgrid()]), write("2.sendgrid.json", [sendgrid()])
    content = _files.File.content

    def refuse(file):
        if file.path == str(bad):
            raise PermissionError(13, "Permission denied", str(bad))
        return content(file)

    monkeypatch.setattr(_files.File, "content", refuse)
    result = invoke("status", "--json", bad, good)
    assert (3, 1) == (result.exit_code, len(objects(result)))
    assert f"  {bad}: cannot be read: Permission denied\n" in result.stderr


def test_a_folder_that_cannot_be_looked_into_is_told(invoke, write, tmp_path, monkeypatch):
    """Nor does a folder."""
    inner = write("inner/1.sendgrid.json", [sendgrid()]).parent
    write("1.sendgrid.json", [sendgrid()])
    scandir = os.scandir

    def refuse(path):
        if str(path) == str(inner):
            raise PermissionError(13, "Permission denied", str(inner))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = invoke("status", "--json", tmp_path)
    assert (3, 1) == (result.exit_code, len(objects(result)))
    assert f"  {inner}: cannot be read: Permission denied\n" in result.stderr


# -- diagnose --------------------------------------------------------------------------------------------------------


def test_diagnose_says_why(invoke):
    """Each reply has its reason, how long it lasts, whether the address is bad, whose problem it is, and what to do."""
    result = invoke("diagnose", "550 5.1.1 no such user", "452 4.2.2 mailbox full")
    shown = " ".join(result.stdout.split())
    assert 0 == result.exit_code
    for word in ("unknown_rec", "permanent", "yes", "staff", "mailbox_full", "transient", "no", "recipient", "Ask"):
        assert word in shown


def test_diagnose_as_json(invoke):
    """Every line has all fields of the diagnosis, whose problem it is, and what to do."""
    known, unknown = objects(invoke("diagnose", "--json", "550 5.1.1 no such user", "hello"))
    assert {
        "reason": "unknown_recipient",
        "permanence": "permanent",
        "address_is_bad": True,
        "evidence": ds.diagnose("550 5.1.1 no such user").evidence,
        "reply_code": "550",
        "enhanced_code": "5.1.1",
        "vague": False,
        "problem_of": "staff",
        "what_to_do": list(ds.explain(ds.diagnose("550 5.1.1 no such user")).next_steps),
        "kind": None,
        "recipient": None,
    } == known
    assert ("unknown", "undetermined", "engineers") == (unknown["reason"], unknown["permanence"], unknown["problem_of"])
    assert known.keys() == unknown.keys()


BOUNCE = b"""From: mailer-daemon@mx.example.net
To: bounces@example.org
Subject: Undeliverable
Date: Mon, 02 Mar 2026 09:15:07 +0000

Your message could not be delivered.

<ada@example.com>: 550 5.1.1 no such user
"""
COMPLAINT = b"""From: fbl@isp.example.net
To: abuse@example.org
Date: Mon, 02 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Version: 1
Original-Rcpt-To: <bob@example.com>

--B--
"""


def test_diagnose_reads_mails(invoke, tmp_path):
    """A mail that came back is read from a file or from standard input: a row for each recipient."""
    path = tmp_path / "bounce.EML"
    path.write_bytes(BOUNCE)
    for (line,) in (
        objects(invoke("diagnose", "--json", path)),
        objects(invoke("diagnose", "--json", "-", stdin=BOUNCE)),
    ):
        assert ("ada@example.com", "bounced", "unknown_recipient", True) == (
            line["recipient"],
            line["kind"],
            line["reason"],
            line["address_is_bad"],
        )


def test_diagnose_reads_complaints(invoke):
    """What is no failure has no reason, and still says who acts and what to do."""
    (line,) = objects(invoke("diagnose", "--json", "-", stdin=COMPLAINT))
    assert ("bob@example.com", "complained", None) == (line["recipient"], line["kind"], line["reason"])
    assert line["what_to_do"]
    shown = invoke("diagnose", "-", stdin=COMPLAINT).stdout
    assert "complained" in shown


def test_diagnose_of_a_file_that_is_not_there(invoke, tmp_path):
    """A file that cannot be read is wrong usage."""
    result = invoke("diagnose", tmp_path / "nothing.eml")
    assert 2 == result.exit_code
    assert "No such file" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_diagnose_reads_lines(invoke, arguments):
    """Standard input has a reply a line; blank lines are none."""
    result = invoke("diagnose", "--json", *arguments, stdin=b"550 5.1.1 x\n\n452 4.2.2 \xff\n")
    assert ["unknown_recipient", "mailbox_full"] == [line["reason"] for line in objects(result)]


class Typed(BytesIO):
    """Standard input where somebody types."""

    def isatty(self):
        """Say so."""
        return True


def test_diagnose_does_not_wait_for_a_terminal(invoke):
    """With nothing to read, it says what it needs; asked to, it reads what is typed."""
    assert ["unknown"] == [line["reason"] for line in objects(invoke("diagnose", "--json", "-", stdin=Typed(b"x")))]
    result = invoke("diagnose", stdin=Typed(b"x"))
    assert 2 == result.exit_code
    assert "give a reply" in result.stderr


# -- providers and vocabularies --------------------------------------------------------------------------------------


def test_providers_are_listed(invoke):
    """Every provider is there, with all that the matrix says of it, and how many of its words are known."""
    rows = objects(invoke("providers", "--json"))
    assert list(providers.names()) == [row["name"] for row in rows]
    sendgrid = providers.get("sendgrid")
    assert {
        "name": "sendgrid",
        "title": "SendGrid",
        "channels": ["email"],
        "tells_of": [str(kind) for kind in EventKind if kind in sendgrid.kinds],
        "tells_machines": ["opened"],
        "event_id": "own",
        "times": "second",
        "signed_with": "ECDSA P-256, SHA-256",
        "covers": "the time and the body",
        "fresh_for": 86_400,
        "sent_again_for": 86_400,
        "not_proven_is_answered": 401,
        "ends_retries": None,
        "lists": ["bounces", "invalid emails", "spam reports", "global unsubscribes", "group unsubscribes"],
        "confirms_delivery": True,
        "sends_a_lost_delivery_again": True,
        "words": sum(len(table) for table in sendgrid.tables.values()),
    } in rows


def test_providers_are_shown(invoke):
    """The matrix has a line for each provider, with a mark for each kind it can tell of."""
    lines = invoke("providers").stdout.splitlines()
    marks = {line.split()[0]: line.split().count("x") for line in lines if line.split()[1:2] == ["x"]}
    assert set(providers.names()) == set(marks)
    assert len(providers.get("mailjet").kinds) == marks["mailjet"]


def test_some_providers_are_shown_whole(invoke):
    """Of those that are named, all is shown that is known; of a name that is none, which there are."""
    shown = invoke("providers", "mailgun", "twilio").stdout
    for line in ("Covers", "8 h 5 min", "Ends retries", "406", "a time and a token", "sms, whatsapp"):
        assert line in shown
    assert "SendGrid" not in shown
    assert ["twilio"] == [row["name"] for row in objects(invoke("providers", "--json", "twilio"))]
    result = invoke("providers", "pigeon")
    assert 2 == result.exit_code
    assert "no provider named 'pigeon'" in result.stderr


def test_kinds_are_told_apart_by_their_beginnings():
    """The headings of the matrix are as short as they can be and still tell the kinds apart."""
    told = {kind for name in providers.names() if name != "generic" for kind in providers.get(name).kinds}
    assert len(told) == len({kind[:_SHORT] for kind in told})


def test_vocabularies_are_listed(invoke):
    """Every label pack is there, with its policy and its words."""
    rows = objects(invoke("vocabularies", "--json"))
    assert list(vocabularies.names()) == [row["name"] for row in rows]
    assert [list(vocabularies.get(name).words) for name in vocabularies.names()] == [row["labels"] for row in rows]


def test_vocabularies_are_shown(invoke):
    """The table says the same."""
    shown = invoke("vocabularies").stdout
    assert all(name in shown for name in vocabularies.names())


@pytest.mark.parametrize("name", vocabularies.names())
def test_vocabulary_is_shown_whole(invoke, name):
    """Each status has exactly one label for the usual case, and the labels for some cases stand before it."""
    rows = objects(invoke("vocabularies", "show", "--json", name))
    pack = vocabularies.get(name)
    assert dict(pack.labels) == {row["status"]: row["label"] for row in rows if row["when"] is None}
    assert set(pack.words) == {row["label"] for row in rows}
    assert [status.ordinal for status in ds.Status] == [
        ds.Status(row["status"]).ordinal for row in rows if not row["when"]
    ]


def test_cases_of_a_label_are_named(invoke, write):
    """What a label depends on is said in words."""
    labels = "".join(f'{status} = "Our {status}"\n' for status in ds.Status)
    rules = (
        '[[rules]]\nstatus = "sent"\ntracked = false\nlabel = "A"\n'
        '[[rules]]\nstatus = "sent"\ntracked = true\npermanence = "transient"\nlabel = "B"\n'
        '[[rules]]\nreason = ["spam_content", "mailbox_full"]\nlabel = "C"\n'
    )
    pack = write("own.toml", f'title = "Ours"\npolicy = "default"\nfeedback = []\n[labels]\n{labels}{rules}')
    rows = objects(invoke("vocabularies", "show", "--json", pack))
    assert [
        {"status": "sent", "when": "deliveries are not tracked", "label": "A"},
        {"status": "sent", "when": "transient; deliveries are tracked", "label": "B"},
        {"status": "sent", "when": "mailbox_full or spam_content", "label": "C"},
        {"status": "sent", "when": None, "label": "Our sent"},
    ] == [row for row in rows if row["status"] == "sent"]
    assert "mailbox_full or spam_content" in invoke("vocabularies", "show", pack).stdout


# -- wrong usage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["status"], "Missing argument 'PATH...'"),
        (["status", "nowhere.sendgrid.json"], "'nowhere.sendgrid.json' does not exist"),
        (["explain", "nowhere"], "'nowhere' does not exist"),
        (["events", "sendgrid", "nowhere"], "'nowhere' does not exist"),
        (["events", "sendgrid", "."], "'.' is a directory"),
        (["events", "pigeon", "-"], "no provider named 'pigeon'; there are: aws_sms"),
        (["status", "--provider", "pigeon", "-"], "no provider named 'pigeon'"),
        (["status", "--vocabulary", "klingon", "-"], "no vocabulary named 'klingon'; there are: amilia"),
        (["status", "--vocabulary", "nowhere.toml", "-"], "nowhere.toml"),
        (["status", "--policy", "luck", "-"], "no policy named 'luck'; there are: default"),
        (["explain", "--now", "noon", "-"], "expected a time with its zone"),
        (["explain", "--now", "2026-03-06T12:00:00", "-"], "expected a time with its zone"),
        (["vocabularies", "show", "klingon"], "no vocabulary named 'klingon'"),
        (["forget"], "No such command 'forget'"),
    ],
)
def test_wrong_usage_is_2(invoke, arguments, complaint):
    """What the caller has to fix is said, on standard error, with exit code 2."""
    result = invoke(*arguments)
    assert (2, "") == (result.exit_code, result.stdout)
    assert complaint in " ".join(result.stderr.split())


def test_a_file_whose_name_says_nothing_is_wrong_usage(invoke, write):
    """A file that was asked for by its name is never passed over."""
    path = write("body.json", [sendgrid()])
    result = invoke("status", path)
    assert 2 == result.exit_code
    assert "its name does not say how to read it" in " ".join(result.stderr.split())


def test_a_pack_of_another_form_is_wrong_usage(invoke, write):
    """A label pack that lacks a label is refused, by its path and none of its content."""
    result = invoke("status", "--vocabulary", write("own.toml", f'title = "{PRIVATE}"\n[labels]\n'), "-")
    assert 2 == result.exit_code
    assert PRIVATE not in result.stderr


# -- what is never shown ---------------------------------------------------------------------------------------------


BROKEN = [
    f'[{{"event": "delivered", "email": "{PRIVATE}", "timestamp": "{PRIVATE}"}}]',
    f'[{{"event": ["{PRIVATE}"], "email": 7}}]',
    f'{{"{PRIVATE}": "{PRIVATE}"}}',
    f'["{PRIVATE}"]',
    PRIVATE,
    "",
    "[" * 5000,
]


@pytest.mark.parametrize("command", [["events", "sendgrid"], ["status", "--provider", "sendgrid"]])
@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize("body", BROKEN)
def test_no_payload_in_errors(invoke, command, as_json, body):
    """Whatever cannot be read, no piece of it is shown, on either output."""
    result = invoke(*command, *as_json, "-", stdin=body)
    assert 3 == result.exit_code
    assert "secret" not in result.stdout + result.stderr
    assert "Could not be read: 1" in (result.stderr if as_json else result.stdout)


def test_terminals_are_not_steered(invoke, write):
    """Escape sequences and line breaks in text from strangers reach no terminal, and markup stays as it is."""
    path = write("1.sendgrid.json", [sendgrid(email="\x1b]0;owned\x07[red]a\u202e\n\x9bb@example.com")])
    for command in (["status", path], ["explain", path], ["events", "sendgrid", path]):
        shown = invoke(*command).stdout
        assert set() == set("\x1b\x07\u202e\x9b") & set(shown)
        assert "[red]a" in shown
    said = invoke("status", "--json", path).stdout
    assert said.isascii()
    assert 1 == len(said.splitlines())


def test_names_of_files_do_not_steer_terminals_either(invoke, write):
    """Nor do names of files."""
    path = write("\x1b[31m.sendgrid.json", "")
    result = invoke("status", "--json", path)
    assert 3 == result.exit_code
    assert "\x1b" not in result.stderr


# -- terminals -------------------------------------------------------------------------------------------------------


def test_every_status_has_its_colour():
    """The table of colours is total."""
    assert set(ds.Status) == set(_tables.STYLES)


def on_a_terminal(*arguments, **env):
    """Run the command line with both outputs on a terminal, and give what the terminal got, and the exit code."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    command = Popen(
        [sys.executable, "-m", "deliverystatus", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**plain, "TERM": "xterm", "COLUMNS": "110", "LINES": "50", **env},
    )
    os.close(theirs)
    got = b""
    with suppress(OSError):  # how Linux says that nothing more comes
        while piece := os.read(ours, 65536):
            got += piece
    os.close(ours)
    return got.decode(), command.wait()


def test_colour_is_for_terminals(invoke, write):
    """On a terminal a label has its status's colour; elsewhere there is none."""
    path = write("1.sendgrid.json", [sendgrid()])
    on_terminal, code = on_a_terminal("status", path)
    assert 0 == code
    assert "\x1b[1;32mDelivered" in on_terminal
    assert "\x1b" not in invoke("status", path).stdout


def test_no_color_is_honoured(write):
    """With ``NO_COLOR`` a terminal gets no escape sequence at all."""
    got, code = on_a_terminal("status", write("1.sendgrid.json", [sendgrid()]), NO_COLOR="1")
    assert 0 == code
    assert "Delivered" in got
    assert "\x1b" not in got


def test_json_has_no_colour(write):
    """JSON lines are the same on a terminal."""
    got, _ = on_a_terminal("status", "--json", write("1.sendgrid.json", [sendgrid()]))
    assert "delivered" == json.loads(got)["status"]


def test_progress_is_for_many_files_on_terminals(invoke, write, tmp_path):
    """How far it is is told on a terminal from 21 files on, and nowhere else."""
    for number in range(20):
        write(f"{number}.sendgrid.json", [sendgrid()])
    assert "Reading" not in on_a_terminal("status", "--json", tmp_path)[0]
    write("20.sendgrid.json", [sendgrid()])
    assert "Reading" in on_a_terminal("status", "--json", tmp_path)[0]
    assert "" == invoke("status", "--json", tmp_path, FORCE_COLOR="1").stderr


class Watched(StringIO):
    """An output that somebody looks at."""

    def isatty(self):
        """Say so."""
        return True


@pytest.mark.parametrize("number, told", [(_files.MANY, False), (_files.MANY + 1, True)])
def test_progress_reads_all_the_same(monkeypatch, write, number, told):
    """Telling how far it is changes nothing about what is read."""
    monkeypatch.setattr(sys, "stderr", Watched())
    file = _files.File(str(write("1.sendgrid.json", [sendgrid()])), providers.get("sendgrid"))
    found = _files.Found()
    _files.read([file] * number, found, reference=None, account=None)
    assert (number, told) == (len(found.events), "Reading" in sys.stderr.getvalue())


def test_output_is_as_wide_as_is_said(invoke, write, monkeypatch):
    """``COLUMNS`` is kept to; where nobody says how wide it is, tables take what they need up to a readable width."""

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(os, "get_terminal_size", refuse)
    path = write("1.sendgrid.json", [sendgrid(email=f"{'a' * 60}@example.com")])
    assert 60 >= max(map(len, invoke("explain", path, COLUMNS="60").stdout.splitlines()))
    assert 110 == max(map(len, invoke("explain", path, COLUMNS="").stdout.splitlines()))


# -- starting --------------------------------------------------------------------------------------------------------


def test_module_runs_as_a_program(write):
    """``python -m deliverystatus`` is the command line, and leaves with its exit code."""
    path = write("1.sendgrid.json", [sendgrid(), {"event": "delivered"}])
    ended = run(
        [sys.executable, "-W", "error", "-m", "deliverystatus", "status", "--json", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 3 == ended.returncode
    assert "delivered" == json.loads(ended.stdout)["status"]
    assert f"Could not be read: 1\n  {path}: 1.email: missing\n" == ended.stderr


def test_output_that_lacks_letters_gets_others(write):
    """An output of another encoding gets question marks for letters it lacks, and the whole table."""
    path = write("1.sendgrid.json", [sendgrid(email="żaneta@example.com"), sendgrid(email="bob@example.com")])
    ended = run(
        [sys.executable, "-m", "deliverystatus", "status", path],
        capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "110"},
    )  # fmt: skip
    assert 0 == ended.returncode
    assert b"?aneta@example.com" in ended.stdout
    assert b"bob@example.com" in ended.stdout


def test_main_runs_the_command_line(monkeypatch, capsys):
    """``main`` runs what the arguments ask for, and leaves with its exit code."""
    monkeypatch.setattr(sys, "argv", ["deliverystatus", "providers", "--json"])
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert 0 == left.value.code
    assert "sendgrid" in capsys.readouterr().out


def test_module_runs_main(monkeypatch, capsys):
    """The module is a program, not only when another process starts it."""
    monkeypatch.setattr(sys, "argv", ["deliverystatus", "vocabularies", "--json"])
    monkeypatch.delitem(sys.modules, "deliverystatus.__main__")
    with pytest.raises(SystemExit) as left:
        run_module("deliverystatus", run_name="__main__")
    assert 0 == left.value.code
    assert "amilia" in capsys.readouterr().out


def test_main_takes_any_standard_output(monkeypatch):
    """Standard output may be something that has no encoding to speak of."""
    monkeypatch.setattr(sys, "argv", ["deliverystatus", "providers", "--json"])
    monkeypatch.setattr(sys, "stdout", StringIO())
    with pytest.raises(SystemExit):
        __main__.main()
    assert "sendgrid" in sys.stdout.getvalue()


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_missing_extra_is_said(monkeypatch, capsys, missing):
    """Without the extra, one line says what to install, and the exit code is 2."""
    for name in [
        name for name in sys.modules if name.partition(".")[0] == missing or name.startswith("deliverystatus._cli")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert 2 == left.value.code
    assert ("", "this needs more packages: pip install 'deliverystatus[cli]'\n") == capsys.readouterr()


def test_another_missing_module_is_no_missing_extra(monkeypatch):
    """What is missing for another reason is not taken for the extra."""
    for name in [name for name in sys.modules if name.startswith("deliverystatus._cli")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "deliverystatus._explain", None)
    with pytest.raises(ModuleNotFoundError):
        __main__.main()


def test_version_is_the_packages(invoke):
    """``--version`` says which."""
    assert version("deliverystatus") in invoke("--version").stdout


def test_importing_the_library_needs_no_extra():
    """The library itself imports neither click nor rich."""
    code = (
        "import sys; sys.modules['click'] = sys.modules['rich'] = None; import deliverystatus, deliverystatus.__main__"
    )
    assert 0 == run([sys.executable, "-c", code], check=False).returncode


def test_help_is_there_for_every_command(invoke):
    """Every command has a line in the help that is not cut short."""
    shown = invoke("--help", COLUMNS="80").stdout
    assert "..." not in shown.partition("Commands:")[2]
    assert all(name in shown for name in ("diagnose", "events", "explain", "providers", "status", "vocabularies"))


# -- how things are told -----------------------------------------------------------------------------------------------


def test_the_product_is_called_by_its_name(invoke, write):
    """C20: the product, what it calls a recipient, and whom to contact are said as they were given."""
    path = write("1.sendgrid.json", [sendgrid("bounce", reason="550 5.1.1 no such user")])
    words = ("--product", "Klinika", "--recipient", "patient", "--support", "help@klinika.example")
    (row,) = objects(invoke("explain", "--json", path, *words))
    said = " ".join(row["next_steps"])
    assert "the patient" in said
    assert "help@klinika.example" in said


def test_what_an_account_can_report_is_said(invoke, write):
    """W7, W8: an account that reports no deliveries, or only since a day, explains sent as the last that is heard."""
    path = write("1.sendgrid.json", [sendgrid("processed")])
    for options in (["--sent-only"], ["--tracking-since", "2030-01-01T00:00:00Z"]):
        (row,) = objects(invoke("explain", "--json", path, *options))
        assert "Sent, and no more reports are expected" == row["headline"]
    (row,) = objects(invoke("explain", "--json", path, "--sent-only", "--returns"))
    assert any("most likely be reported here" in caveat for caveat in row["caveats"])


def test_untracked_openings_are_said(invoke, write):
    """Where openings are not tracked, nobody waits for one."""
    path = write("1.sendgrid.json", [sendgrid("delivered")])
    (row,) = objects(invoke("explain", "--json", path, "--no-opens"))
    assert any("Openings are not tracked" in caveat for caveat in row["caveats"])


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01T00:00:00"])
def test_tracking_since_needs_a_zone(invoke, write, time):
    """A time without a zone is wrong usage."""
    result = invoke("explain", write("1.sendgrid.json", [sendgrid()]), "--tracking-since", time)
    assert 2 == result.exit_code
    assert "expected a time with its zone" in result.output


def test_the_report_takes_the_same(invoke, write, tmp_path):
    """What explain is told, the report is told."""
    path = write("1.sendgrid.json", [sendgrid("processed")])
    page = tmp_path / "out.html"
    invoke("report", path, "--html", str(page), "--sent-only", "--recipient", "patient")
    assert "Sent, and no more reports are expected" in page.read_text(encoding="utf-8")
