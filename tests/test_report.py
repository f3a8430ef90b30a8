"""The delivery report as values, CSV and JSON, its words, and the command. The page is tested in tests/browser."""

import csv
import json
import re
import stat
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from string import Template

import pytest
from click.testing import CliRunner

import deliverystatus as ds
from deliverystatus import MissingExtra, UnknownName, report
from deliverystatus._cli import cli
from deliverystatus._enums import Channel, Party
from deliverystatus._explain import Certainty
from deliverystatus._explain import _texts as texts
from deliverystatus._policies import PROVES
from deliverystatus.report import _figures, _page, _rows
from deliverystatus.report._shown import LONGEST, address, cell, shown, without_secrets
from deliverystatus.report._words import Words
from deliverystatus.testing import event, history

NOW = datetime(2024, 1, 10, tzinfo=UTC)


def rows(*events, **asked):
    """Make the rows of some events."""
    return report.rows(ds.fold_copies(events), now=NOW, **asked)


def embedded(html):
    """Read the list that stands in a page."""
    return json.loads(re.search(r'<script type="application/json" id="report">(.*?)</script>', html, re.DOTALL)[1])


def page(*events, **asked):
    """Make the page of some events, and read its list."""
    html = report.html(ds.fold_copies(events), now=NOW, **asked)
    return html, embedded(html)


# -- rows ------------------------------------------------------------------------------------------------------------


def test_a_row_says_where_a_copy_stands():
    """A row has the recipient, the label, since when, and the ids of its copy."""
    (row,) = rows(*history("pending", "accepted", "delivered"))
    assert ("ada@example.com", "Delivered", "order-1", "m-1") == (
        row.recipient,
        row.label,
        row.reference,
        row.message_id,
    )
    assert timedelta(minutes=1) == row.since - row.began  # handed over when it was accepted
    assert row.since == row.last


def test_a_row_has_the_label_of_the_vocabulary():
    """Rows K4 to K12: with a label pack the label is the product's, and the status stays ours."""
    (row,) = rows(*history("accepted", "opened"), vocabulary="crisisworks")
    assert ("Read", "opened") == (row.label, row.status)


def test_the_policy_is_the_vocabularys():
    """A pack's own policy decides what is shown, and what the row says of it."""
    events = [event("bounced", failure=ds.Failure(claimed="unknown_recipient")), event("delivered", at=9)]
    pack = ds.Vocabulary(
        name="x", title="X", policy="latest_reported", labels={status: status.value for status in ds.Status}, groups={}
    )
    shown = [(row.status, row.reason) for v in (None, pack) for row in rows(*events, vocabulary=v)]
    assert [("bounced", "unknown_recipient"), ("delivered", None)] == shown


def test_a_copy_of_which_nothing_is_said_of_its_standing_has_a_row():
    """A copy with nothing but an auto-reply stands at unknown, and has its time."""
    (row,) = rows(event("auto_replied", at=5))
    assert ("unknown", None, "ada@example.com") == (row.status, row.since, row.recipient)
    assert row.began is not None


def test_a_copy_without_any_time():
    """A time that nobody gave is None, never made up."""
    (row,) = rows(event("delivered", at=None))
    assert (None, None, None) == (row.began, row.since, row.last)


def test_the_response_is_the_latest():
    """Row K11: of several answers the latest stands in the column, and all are in the timeline."""
    answers = [event("responded", at=n, value=v, actor=a) for n, v, a in [(1, "Yes", "human"), (2, "No", "unknown")]]
    (row,) = rows(*answers)
    assert "No" == row.response
    assert [("Yes",), ("No",)] == [seen.answers for seen in row.timeline]


def test_a_machines_answer_is_not_the_response():
    """Row K11: a link scanner that answers after the person does not change what the person said."""
    (row,) = rows(event("responded", at=1, value="Yes"), event("responded", at=2, value="No", actor="machine"))
    assert "Yes" == row.response


def test_metadata_only_by_key():
    """Of the data the sender gave a message only the keys that were asked for are shown, the latest value of each."""
    events = [
        event("accepted", metadata={"subject": "Old", "secret": "s3cret"}),
        event("delivered", at=9, metadata={"subject": "New"}),
    ]
    (plain,), (asked,) = rows(*events), rows(*events, metadata=["subject", "absent"])
    assert ({}, {"subject": "New", "absent": None}) == (plain.metadata, asked.metadata)
    assert "s3cret" not in report.html(ds.fold_copies(events), now=NOW, metadata=["subject"])


def test_links_have_no_query_unless_asked():
    """A link in the timeline is shown without query and fragment; with the query only if the caller says so."""
    clicked = event("clicked", url="https://ada:pw@example.com/a?token=t#f")
    links = [row.timeline[-1].links for asked in (False, True) for row in rows(clicked, queries=asked)]
    assert [("https://example.com/a",), ("https://example.com/a?token=t",)] == links


def test_a_timeline_has_times_and_the_servers_words():
    """A line of the timeline has when it last happened, when first, and what the server said."""
    refused = [event("deferred", at=n, failure=ds.Failure(diagnostic="450 4.2.2 full")) for n in (60, 120)]
    (row,) = rows(*refused)
    (seen,) = row.timeline
    assert (60.0, ("450 4.2.2 full",)) == ((seen.at - seen.first).total_seconds(), seen.words)


def test_a_row_keeps_personal_data_out_of_its_repr():
    """What a row is printed as in a log names nobody."""
    assert "Row(delivered, label='Delivered')" == repr(rows(event("delivered"))[0])


def test_groups_are_total():
    """Row K13: each kind is in exactly one group, by the pack, by its axis, or by the table for what proves nothing."""
    assert {*_rows.BESIDE} == {kind for kind, status in PROVES.items() if status is None}
    for pack in (None, ds.vocabularies.get("crisisworks")):
        assert {*_rows.GROUPS} == {_rows.group_of_event(kind, pack) for kind in ds.EventKind}
    assert "other" == _rows.group_of(ds.Status.UNKNOWN, None)


def test_a_complaint_is_where_the_pack_has_it():
    """Row K13: a complaint is feedback by its axis, and a delivery event where the pack says so."""
    packs = (None, ds.vocabularies.get("crisisworks"))
    assert ["feedback", "delivery"] == [_rows.group_of(ds.Status.COMPLAINED, pack) for pack in packs]


# -- CSV and JSON ----------------------------------------------------------------------------------------------------


def test_csv_has_the_documented_columns():
    """The CSV has the columns of COLUMNS in their order, then metadata; times are ISO 8601 in UTC."""
    copies = ds.fold_copies(history("accepted", "delivered"))
    heading, line = csv.reader(report.csv(copies, now=NOW, metadata=["subject"]).splitlines())
    assert [*report.COLUMNS, "metadata.subject"] == heading
    assert "2024-01-01T00:01:00Z" == dict(zip(heading, line, strict=True))["since"]


def test_json_has_the_same_columns():
    """The JSON has one object for each copy with the same keys; what is not known is null, what is a list a list."""
    copies = ds.fold_copies(
        [event("delivered", part=(1, 2), channel="sms"), event("bounced", part=(1, 2), channel="sms")]
    )
    (row,) = json.loads(report.json(copies, now=NOW, metadata=["subject"]))
    assert [*report.COLUMNS, "metadata.subject"] == [*row]
    assert ("1/2", ["delivered_and_returned"], None) == (row["part"], row["contradictions"], row["metadata.subject"])


def test_csv_writes_lists_and_flags_as_words():
    """A cell holds words: yes or no, and contradictions side by side."""
    copies = ds.fold_copies([event("delivered"), event("bounced")])
    heading, line = csv.reader(report.csv(copies, now=NOW).splitlines())
    row = dict(zip(heading, line, strict=True))
    assert ("yes", "delivered_and_returned", "") == (row["final"], row["contradictions"], row["response"])


def test_no_copies_are_no_rows():
    """A report of nothing is a heading, or an empty array."""
    assert 1 == len(report.csv({}, now=NOW).splitlines())
    assert [] == json.loads(report.json({}, now=NOW))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\n-1"])
def test_no_cell_is_a_formula(text):
    """What a spreadsheet would compute stands behind an apostrophe, after blanks and in wide letters too."""
    (row,) = list(csv.DictReader(report.csv(ds.fold_copies([event("responded", value=text)]), now=NOW).splitlines()))
    assert row["response"].startswith("'")


def test_a_heading_is_no_formula_either():
    """Keys of metadata come from a command line, and their values from strangers."""
    text = report.csv(ds.fold_copies([event("sent", metadata={"=k": "=v"})]), now=NOW, metadata=["=k"])
    assert ("'=v", True) == (next(csv.DictReader(text.splitlines()))["metadata.=k"], '"metadata.=k"' in text)


def test_a_cell_stays_on_one_line():
    """An answer of several lines does not break the file into more of them."""
    text = report.csv(ds.fold_copies([event("responded", value='a\r\nb"\u2028c')]), now=NOW)
    assert (2, True) == (len(text.splitlines()), 'a  b""[U+2028]c' in text)


def test_the_same_copies_give_the_same_bytes():
    """All three forms depend on the copies and the time alone."""
    events = [
        event(kind, at=n, recipient=f"{r}@example.com") for r in "ab" for n, kind in enumerate(["sent", "opened"])
    ]
    for form in (report.html, report.csv, report.json):
        assert form(ds.fold_copies(events), now=NOW) == form(ds.fold_copies([*events, events[0]]), now=NOW)


# -- strings of strangers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, expected", [
    ("plain é 漢 👩\u200d👩", "plain é 漢 👩\u200d👩"),
    ("a\tb\nc", "a b c"),
    ("\u202egnp.exe", "[U+202E]gnp.exe"),
    ("a\u2066b\u200eb\ufeff", "a[U+2066]b[U+200E]b[U+FEFF]"),
    ("\x00\x1b[31m", "[U+0000][U+001B][31m"),
    ("\ue000\u2028", "[U+E000][U+2028]"),
])  # fmt: skip
def test_what_steers_the_eye_is_written_as_its_number(text, expected):
    """Controls and bidi overrides are seen as their numbers; what spelling needs stays."""
    assert expected == shown(text)


def test_huge_strings_are_cut_in_the_page():
    """A page holds the first characters of a huge string, and the files all of it."""
    assert (LONGEST, "\u2026") == (len(shown("x" * 9999)), shown("x" * 9999)[-1])
    assert "x" * 9999 == cell("x" * 9999)


@pytest.mark.parametrize("url, expected", [
    ("https://example.com/a?b#c", "https://example.com/a"),
    ("javascript:alert(1)?x", "javascript:alert(1)"),
    ("https://[bad?token", "https://[bad"),
    ("//user@example.com?x", "//example.com"),
    ("no url", "no url"),
])  # fmt: skip
def test_links_are_text(url, expected):
    """Whatever a link is, it is shown as text, without query."""
    assert expected == address(url)


def test_nothing_in_the_page_looks_like_markup():
    """The list that stands in the page holds no character of markup, so no string can end it."""
    html, content = page(event("responded", value="</script><!-- &amp;"), title="</title><script>")
    assert 2 == html.count("<script")
    assert "</script><!-- &amp;" == content["copies"][0][8]
    assert "<title>&lt;/title&gt;&lt;script&gt;</title>" in html


def test_the_policy_allows_what_is_there_and_nothing_else():
    """The page's policy names the digest of its one script and its one style, and forbids the rest."""
    html, _ = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1]
        assert f"{tag}-src '{_page._digest(text)}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"(src|href)=\"(?!data:,|#)", html)


# -- the page's numbers ----------------------------------------------------------------------------------------------


def test_the_summary_counts_facts():
    """The numbers are those of summarize: a copy that was delivered and came back counts in both."""
    window = _figures.counted(
        ds.fold_copies([event("accepted"), event("delivered"), event("bounced")]), now=NOW, window=None, tracking=None
    )
    counts = {str(figure.fact): figure.count for figure in window.figures}
    assert (1, 1, 1, 0) == tuple(counts[fact] for fact in ("sent", "delivered", "returned", "complained"))


def test_what_cannot_be_tracked_is_not_zero():
    """Row W7: where nothing could be tracked a figure says so, and not 0."""
    html, _ = page(event("sent"), tracking=ds.Tracking(delivery=False))
    figure = re.search(r"<dt>Delivered</dt>\s*<dd class=\"number\">(.*?)</dd>\s*<dd class=\"quiet\">(.*?)</dd>", html)
    assert ("\u2013", "Not tracked") == figure.groups()


def test_some_that_cannot_be_tracked_are_told():
    """Where some could not be tracked, the figure says of how many it is, and how many are left out."""
    events = [
        event("delivered", recipient="a@example.com"),
        event("sent", recipient="b@example.com", provider="smtp", message_id="m-2"),
    ]
    html, _ = page(*events)
    assert re.search(r"100% of 1 sent<br>1 not tracked", html)


def test_a_count_that_is_more_than_its_rate_says_both():
    """Where more is known than could be tracked, the figure gives numerator and denominator."""
    figure = _figures.Figure(ds.Fact.OPENED, 3, ds.Rate(fact="opened", of="delivered", numerator=1, denominator=4))
    assert "1 of 4 delivered: 25%" == _page._figure(figure, Words.of("en"))["part"]


def test_windows_hold_the_copies_of_their_days():
    """Row C18: a copy is in the window of the last 30 days and not in that of the last 7, by when it was handed over."""
    _, content = page(event("delivered", at=NOW - timedelta(days=10)), event("sent", recipient="b@x.de", at=None))
    assert [30, None] == [copy[6] for copy in content["copies"]]


def test_the_chart_has_every_copy_once():
    """The bars add up to the copies, each with the commonest tone of its label."""
    events = [event(kind, recipient=f"{kind}@example.com") for kind in ("accepted", "delivered", "bounced")]
    html, _ = page(*events, vocabulary="writeupp")
    bars = re.findall(
        r'<rect class="(\w+)" width="([\d.]+\.\d+)%"', html.split("</section>")[0].split('data-days="7"')[0]
    )
    assert [("waiting", "100.00"), ("good", "100.00"), ("bad", "100.00")] == bars


def test_what_is_in_no_row_is_told():
    """Nothing is lost in silence: events that name no copy, and of the test mode, are counted below the list."""
    html, _ = page(event("bounced", message_id=None, provider=None), event("sent", test=True))
    assert "Reports that name no message (1), Reports of test messages (1)." in " ".join(html.split())


def test_what_is_no_copies_has_nothing_beside():
    """Records of a store, in any mapping, make a report too."""
    copies = dict(ds.fold_copies([event("delivered")]))
    assert "<p>Not in the list" not in report.html(copies, now=NOW)


def test_tones_are_total():
    """Every status has a tone, and every tone a colour."""
    assert {*ds.Status} == {*_page.TONES}
    style = (resources.files("deliverystatus.report") / "page.css").read_text(encoding="utf-8")
    assert all(f"rect.{tone}" in style for tone in _page.TONES.values())


def test_a_part_of_an_sms_is_told_apart():
    """Row K3: parts of one SMS share a reference, so the column says which part."""
    _, content = page(event("delivered", channel="sms", part=(2, 3), reference="r"))
    assert "r (2/3)" == content["copies"][0][7]


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", report.locales())
def test_every_locale_has_exactly_the_words(locale):
    """No locale lacks a word, has one that nothing shows, or drops a placeholder."""
    read = {
        name: tomllib.loads((resources.files("deliverystatus.report") / "words" / f"{name}.toml").read_text("utf-8"))
        for name in ("en", locale)
    }
    english, other = (
        {(table, key): {*Template(text).get_identifiers()} for table, texts in read[name].items() for key, text in texts.items()}
        for name in ("en", locale)
    )  # fmt: skip
    assert english == other
    assert all(
        text.strip() or (table, key) == ("numbers", "thousands")
        for table, t in read[locale].items()
        for key, text in t.items()
    )


@pytest.mark.parametrize("table, enum", [("channel", Channel), ("certainty", Certainty), ("party", Party)])
def test_every_word_of_ours_has_one_of_theirs(table, enum):
    """A word of a closed vocabulary that the page shows has a text in every locale."""
    assert {*enum} == {*Words.of("en").tables[table]}


def test_no_word_is_unused():
    """Every word of the locale's file stands in the template, the script or a table of the code."""
    folder = resources.files("deliverystatus.report")
    files = ("page.html", "page.js", "_page.py", "_words.py")
    code = "\n".join((folder / name).read_text(encoding="utf-8") for name in files)
    by_table = {
        "figures": {figure.fact for figure in _figures.counted({}, now=NOW, window=None, tracking=None).figures},
        "bases": {of for _, of in _figures._SHOWN},
        "columns": {*_page._COLUMNS},
        "groups": {*_rows.GROUPS},
        "channel": {*Channel},
        "certainty": {*Certainty},
        "party": {*Party},
        "details": {"reference", "message_id"},
    }
    unused = [
        (table, key)
        for table, texts in Words.of("en").tables.items()
        for key in texts
        if key not in by_table.get(table, ())
        and not re.search(
            rf'(?:w|words|self)\(\s*"{table}",\s*"{key}"|words\.{table}\.{key}\b|\["{table}"\]\["{key}"\]', code
        )
        and not (table in {"page", "summary"} and f'"{key}"' in (folder / "_page.py").read_text(encoding="utf-8"))
    ]
    assert [] == unused


@pytest.mark.parametrize("asked, tag, found", [
    ("en", "en", "en"), ("en-GB", "en-GB", "en"), ("en_GB", "en-GB", "en"), ("fr-CA", "fr-CA", "fr"), ("tlh", "en", "en"),
])  # fmt: skip
def test_a_locale_falls_back(asked, tag, found):
    """A locale without words falls back to its language and at last to English; dates stay those of the locale."""
    words = Words.of(asked)
    assert (tag, found) == (words.tag, words.locale)


@pytest.mark.parametrize("locale", ["", "x", '"><script>', "en-", "e" * 9])
def test_what_is_no_locale_is_refused(locale):
    """What is no language tag never gets into a page."""
    with pytest.raises(UnknownName, match="no locale named"):
        report.html({}, now=NOW, locale=locale)


@pytest.mark.parametrize("part, whole, expected", [
    (0, 9, "0%"), (9, 9, "100%"), (1, 3, "33%"), (1, 30, "3.3%"), (1, 99999, "0.1%"), (99998, 99999, "99.9%"),
])  # fmt: skip
def test_a_share_is_honest(part, whole, expected):
    """One in a hundred thousand is not shown as none, nor all but one as all."""
    assert expected == Words.of("en").share(part, whole)


@pytest.mark.parametrize("locale, expected", [
    ("en", ("12,345", "3.3%")),
    ("fr", ("12\u202f345", "3,3\u202f%")),
    ("es", ("12.345", "3,3\u00a0%")),
    ("de", ("12.345", "3,3\u00a0%")),
])  # fmt: skip
def test_numbers_are_as_the_language_writes_them(locale, expected):
    """The numbers that stand in the page are grouped as those that the browser writes (Unicode CLDR)."""
    words = Words.of(locale)
    assert expected == (words.number(12345), words.share(1, 30))


@pytest.mark.parametrize("locale", report.locales())
def test_the_page_is_in_one_language(locale):
    """A page in a language has its words, in the template and for the script, and says so to the browser."""
    html, content = page(event("delivered"), locale=locale)
    assert (f'lang="{locale}"', True) == (
        re.search('lang="[^"]*"', html)[0],
        Words.of(locale)("list", "search") in html,
    )
    assert Words.of(locale).tables["details"] == content["words"]["details"]


def test_four_languages_have_words():
    """English, French, Spanish and German are complete."""
    assert {"en", "fr", "es", "de"} <= {*report.locales()}


def test_a_time_without_a_zone_is_refused():
    """The time of the report is told with its zone."""
    with pytest.raises(ValueError, match="now"):
        report.html({}, now=datetime(2024, 1, 1))  # noqa: DTZ001 (refused)


def test_without_jinja_it_says_what_to_install(monkeypatch):
    """Without the extra, rows, CSV and JSON work, and the page says what to install."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    _page._parts.cache_clear()
    with pytest.raises(MissingExtra, match=r"deliverystatus\[report\]"):
        report.html({}, now=NOW)
    assert "[]\n" == report.json({}, now=NOW)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path):
    """Write a log of events, and give its path."""
    path = tmp_path / "log.events.jsonl"
    happened = [*history("accepted", "delivered"), event("opened", at=99, metadata={"subject": "Hello"})]
    path.write_text("".join(json.dumps(each.to_dict()) + "\n" for each in happened), encoding="utf-8")
    return path


def invoke(*arguments):
    """Run the command."""
    return CliRunner().invoke(cli, ["report", "--now", "2024-01-10T00:00:00Z", *map(str, arguments)])


def test_the_command_writes_what_is_asked_for(log, tmp_path):
    """The command writes the page, the CSV and the JSON, the same as the library makes."""
    places = {form: tmp_path / f"out.{form}" for form in ("html", "csv", "json")}
    asked = [each for form, place in places.items() for each in (f"--{form}", place)]
    result = invoke(log, *asked, "--vocabulary", "crisisworks", "--metadata", "subject")
    assert (0, "") == (result.exit_code, result.output)
    copies = ds.fold_copies([*history("accepted", "delivered"), event("opened", at=99, metadata={"subject": "Hello"})])
    for form, place in places.items():
        expected = getattr(report, form)(copies, now=NOW, vocabulary="crisisworks", metadata=["subject"])
        assert expected == place.read_text(encoding="utf-8")


def test_the_command_writes_to_standard_output(log):
    """A dash is standard output."""
    assert ["Opened"] == [row["label"] for row in json.loads(invoke(log, "--json", "-").stdout)]


def test_the_command_takes_a_policy(log):
    """A policy chooses what is shown, as for the other commands."""
    result = invoke(log, "--json", "-", "--policy", "severity")
    assert ["opened"] == [row["status"] for row in json.loads(result.stdout)]


def test_what_could_not_be_read_is_told_apart(tmp_path):
    """The exit code is 3 if something could not be read; what could be is in the report."""
    path = tmp_path / "log.events.jsonl"
    path.write_text(json.dumps(event("delivered").to_dict()) + "\n{}\n", encoding="utf-8")
    result = invoke(path, "--json", "-")
    assert (3, 1) == (result.exit_code, len(json.loads(result.stdout)))
    assert "Could not be read" in result.stderr


def test_a_report_is_for_its_owner(log, tmp_path):
    """A new report is readable by its owner alone; one that is written anew keeps what its owner allowed."""
    place = tmp_path / "out.csv"
    modes = []
    for _ in range(2):
        invoke(log, "--csv", place)
        modes.append(stat.S_IMODE(place.stat().st_mode))
        place.chmod(0o640)
    assert [0o600, 0o640] == modes


def test_a_device_is_written_to(log):
    """What is no file is written to, and not replaced."""
    assert 0 == invoke(log, "--csv", "/dev/null").exit_code


def test_nothing_is_left_behind(log, tmp_path):
    """Where a report cannot be written, the reason is told and nothing half-written stays."""
    result = invoke(log, "--html", tmp_path / "no such folder" / "out.html")
    assert (2, True) == (result.exit_code, "cannot write" in result.stderr)
    assert [log] == [*tmp_path.iterdir()]


@pytest.mark.parametrize("options, said", [
    ([], "say where"),
    (["--csv", "-", "--json", "-"], "a place of its own"),
    (["--json", "-", "--locale", "not a tag"], "no locale named"),
    (["--json", "-", "--vocabulary", "nobody"], "no vocabulary named"),
])  # fmt: skip
def test_wrong_usage(log, options, said):
    """What is wrong with a call is told, with exit code 2."""
    result = invoke(log, *options)
    assert (2, True) == (result.exit_code, said in result.stderr)


def test_the_command_says_what_to_install(log, monkeypatch):
    """Without the extra, the command names it."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    _page._parts.cache_clear()
    result = invoke(log, "--html", "-")
    assert (2, True) == (result.exit_code, "deliverystatus[report]" in result.stderr)


def test_the_page_about_it_has_every_column():
    """docs/report.md lists the columns with the words of the code, in their order."""
    text = (Path(__file__).parent.parent / "docs" / "report.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE)
    assert [*report.COLUMNS.items()] == listed[-len(report.COLUMNS) :]


@pytest.mark.parametrize(
    "said, expected",
    [
        ("550 see https://u:p@x.example/unsub?token=SECRET for more", "550 see https://x.example/unsub for more"),
        ("550 http://a.example/b#c.", "550 http://a.example/b"),
        ("550 no link here: a://", "550 no link here: a://"),
        ("550 https:\\\\u:p@h.example\\x", "550 https://h.example/x"),
        ("550 http://u:pw@[bad/x", "550 http://[bad/x"),
    ],
)
def test_a_servers_words_hold_no_secrets(said, expected):
    """Links in what a server said are shown as links are: without query, fragment and password."""
    assert expected == without_secrets(said)
    copies = ds.fold_copies([event("bounced", failure=ds.Failure(diagnostic=said))])
    assert "SECRET" not in report.html(copies, now=NOW)


@pytest.mark.parametrize(
    "tag, shown", [("en-12", "en"), ("en-GB", "en-GB"), ("de-u-nu-latn", "de"), ("nl", "en"), ("fr_CA", "fr-CA")]
)
def test_the_page_has_a_tag_that_browsers_take(tag, shown):
    """Dates and numbers are as the tag says, and an odd one empties no list."""
    assert f'<html lang="{shown}"' in report.html(ds.fold_copies([event("delivered")]), now=NOW, locale=tag)


def test_the_report_has_the_languages_that_explanations_have():
    """No page is half in one language."""
    assert texts.locales() == report.locales()
