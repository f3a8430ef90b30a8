"""The report's page with strings of strangers, and with many copies."""

import json
from datetime import UTC, datetime, timedelta

import pytest

import deliverystatus as ds
from deliverystatus import report

NOW = datetime(2026, 3, 5, 11, tzinfo=UTC)

#: Each is tried in every field that a stranger can fill.
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><img src=https://evil.example/x onerror=alert(3)>',
    "' autofocus onfocus=alert(4) x='",
    "{{ 7 * 7 }} {% include 'x' %} ${7*7} $time",
    "javascript:alert(5)",
    "<svg onload=alert(6)><iframe srcdoc='<script>parent.alert(7)</script>'>",
    "\u2028\u2029\\u003cscript\\u003ealert(8)\\u003c/script\\u003e",
    "</style><style>*{display:none}</style><base href=https://evil.example>",
    "]]>--></title></textarea></noscript><link rel=stylesheet href=https://evil.example/x.css>",
]


def hostile(text, n=0):
    """Give events in which every field that a stranger can fill is *text*."""
    ids = {"recipient": f"{n}{text}", "reference": text, "message_id": f"{n}{text}", "provider": text, "account": text}
    failure = ds.Failure(diagnostic=text, reported=text, reply_code="550", remote_mta=text)
    return [
        ds.Event("bounced", occurred_at=NOW, failure=failure, metadata={text: text, "subject": text}, **ids),
        ds.Event("clicked", occurred_at=NOW, url=text, tags=(text,), metadata={text: text}, **ids),
        ds.Event("responded", occurred_at=NOW, value=text, scope=f"list:{text}", **ids),
    ]


def nodes(page):
    """Count what stands in a page, by sort, and what can be clicked or loads something."""
    return page.evaluate("""() => ({
        scripts: document.scripts.length, styles: document.querySelectorAll('style').length,
        loads: document.querySelectorAll('img, iframe, object, embed, base, a[href]:not(.skip), link:not([rel=icon])').length,
        handlers: [...document.querySelectorAll('*')].filter(
            (each) => [...each.attributes].some((a) => a.name.startsWith('on') || a.name === 'srcdoc')).length,
    })""")


@pytest.mark.parametrize("csp", [True, False], ids=["with policy", "without"])
def test_strings_of_strangers_run_nothing(show, csp):
    """No string from a payload runs, loads, or becomes an element: not even where no policy would stop it."""
    events = [event for n, text in enumerate(HOSTILE) for event in hostile(text, n)]
    opened = show(events, csp=csp, metadata=["subject", HOSTILE[0]], title=HOSTILE[1])
    opened.page.get_by_role("button", name="Open all on this page").click()
    opened.search("script")
    opened.search("")
    assert {"scripts": 2, "styles": 1, "loads": 0, "handlers": 0} == nodes(opened.page)
    assert len(HOSTILE) == len(opened.recipients())


def test_labels_of_ones_own_run_nothing(show, tmp_path):
    """A label pack is a file that somebody wrote: its labels are text."""
    labels = {status.value: HOSTILE[3] for status in ds.Status}
    lines = [f"{status} = {json.dumps(label)}" for status, label in labels.items()]
    path = tmp_path / "pack.toml"
    path.write_text("\n".join(['title = "x"', "feedback = []", "[labels]", *lines]), encoding="utf-8")
    opened = show(hostile("ada"), vocabulary=ds.Vocabulary.load(path))
    assert [HOSTILE[3]] == opened.column(3)
    assert 0 == nodes(opened.page)["loads"]
    opened.page.locator("#status").select_option(HOSTILE[3])
    assert 1 == len(opened.recipients())


def test_what_strangers_say_is_shown_as_it_is(show):
    """Nothing is lost by keeping it harmless: markup in a server's reply is shown as the text it is."""
    details = show(hostile(HOSTILE[0])).details("0<script>")
    assert HOSTILE[0] in details.locator(".said", has_text="The server said").inner_text()


def test_a_name_that_reads_backwards_is_seen(show):
    """A bidi override in a name is shown as its number, and the name is set apart from what stands around it."""
    opened = show(hostile("\u202eTXT.EXE\u202c\u2066\x07"))
    assert ["0[U+202E]TXT.EXE[U+202C][U+2066][U+0007]"] == opened.recipients()
    assert "BDI" == opened.page.locator(".toggle > *").first.evaluate("node => node.tagName")


def test_links_are_text_without_query(show):
    """A link that was followed is shown without query and fragment, and cannot be followed again."""
    event = ds.Event(
        "clicked", recipient="ada@example.com", message_id="m1", occurred_at=NOW,
        url="https://me:pw@example.com/x?token=secret#top",
    )  # fmt: skip
    opened = show([event])
    details = opened.details("ada")
    assert "https://example.com/x" == details.locator(".said bdi").inner_text()
    assert 0 == details.locator("a").count()
    assert "secret" not in opened.page.content()


def test_the_policy_stops_what_is_not_ours(show):
    """Even a script that got into the page would neither run nor reach anybody, and no text becomes markup."""
    opened = show(hostile("ada"))
    stopped = opened.page.evaluate("""async () => {
        const tries = [];
        const script = document.createElement('script');
        try { script.textContent = 'window.ran = true'; } catch { tries.push('text'); }
        document.body.append(script);
        if (!window.ran) tries.push('script');
        try { document.body.innerHTML += '<b>'; } catch { tries.push('markup'); }
        try { await fetch('https://evil.example/'); } catch { tries.push('network'); }
        return tries;
    }""")
    assert {"script", "markup", "network"} <= {*stopped}
    assert all(
        "Content Security Policy" in each or "TrustedHTML" in each or "TrustedScript" in each
        for each in opened.problems
    )
    opened.problems.clear()
    opened.requests.clear()


@pytest.fixture(scope="module")
def many():
    """Make the report of ten thousand copies, once."""
    events = [
        ds.Event(
            kind, recipient=f"person{n}@example.com", reference=f"booking-{n}", provider="sendgrid", message_id=f"message-{n}",
            occurred_at=NOW - timedelta(minutes=n, seconds=-second),
            failure=ds.Failure(diagnostic="550 5.1.1 no such user") if kind == "bounced" else None,
        )
        for n in range(10_000)
        for second, kind in enumerate(["accepted", "bounced"] if n % 10 == 0 else ["accepted", "delivered", "opened"])
    ]  # fmt: skip
    return report.html(ds.fold_copies(events), now=NOW)


def test_ten_thousand_copies(show, many):
    """Ten thousand copies can be searched and leafed through: a hundred rows stand in the page at a time, none is lost."""
    opened = show(many)
    assert 100 == len(opened.recipients())
    assert "1 to 100 of 10,000" == opened.page.locator("#count").inner_text()
    opened.page.get_by_role("button", name="Next").click()
    assert "person100@example.com" == opened.recipients()[0]
    opened.search("person9999")
    assert ["person9999@example.com"] == opened.recipients()
    assert not opened.page.locator("#pages").is_visible()


def test_typing_costs_less_than_loading(show, many):
    """A keystroke in the search of ten thousand copies costs a fraction of what the page took to load."""
    opened = show(many)
    loaded = opened.page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")
    typed = opened.page.evaluate("""() => {
        const field = document.getElementById('search');
        const times = [..."person12", ""].map((_, n, keys) => {
            field.value = keys.slice(0, n + 1).join('');
            const start = performance.now();
            field.dispatchEvent(new Event('input', {bubbles: true}));
            return performance.now() - start;
        });
        return times.sort((a, b) => a - b)[times.length >> 1];
    }""")
    assert typed < loaded / 2, (typed, loaded)


def test_printing_ten_thousand_leaves_none_out(show, many):
    """Paper has no pages to leaf through: without details all ten thousand are printed."""
    opened = show(many)
    opened.page.get_by_label("Print the details too").uncheck()
    opened.page.emulate_media(media="print")
    opened.listed(10_000)
    assert 0 == opened.page.locator("tr.details").count()
