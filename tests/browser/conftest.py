"""A real browser: the distribution's Chromium, headless, for whom any request is one too many."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

import deliverystatus as ds
from deliverystatus import report

#: Where a test says that a missing browser is an error and no skip: ``.ci/run`` sets it.
WANTED = "DELIVERYSTATUS_BROWSER"

NAMES = ("chromium", "chromium-browser", "google-chrome")

#: Without these it asks its maker for updates, which the tests would take for requests of the page.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def browser():
    """Start the browser once."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (only with the extra [dev])
    except ModuleNotFoundError:
        found = None
    if found is None:
        reason = f"needs playwright and a browser: {' or '.join(NAMES)}"
        if os.environ.get(WANTED) == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """
    A report in a window, and all that must not happen to it.

    Attributes:
        page: The window.
        requests: What it asked a network for; the page itself is none.
        dialogs: What a script that must not run would say.
        problems: What the browser complained of.
    """

    def __init__(self, context, path):
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.requests, self.dialogs, self.problems = [], [], []
        url = path.as_uri()
        self.page.on("request", lambda request: request.url != url and self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.goto(url)

    def recipients(self):
        """Give the recipients as they are listed."""
        return self.page.locator("tr.copy .toggle").all_inner_texts()

    def column(self, n):
        """Give the texts of a column."""
        return self.page.locator(f"tr.copy td:nth-child({n})").all_inner_texts()

    def search(self, text):
        """Type into the search field."""
        self.page.get_by_label("Search", exact=True).fill(text)

    def details(self, recipient):
        """Open a copy's details, and give them."""
        toggle = self.page.locator(".toggle", has_text=recipient)
        toggle.click()
        return self.page.locator(f"#{toggle.get_attribute('aria-controls')}")

    def listed(self, number, selector="tr.copy"):
        """Wait until so many rows are in the table, for they come a moment after a reset or before printing."""
        for _ in range(100):
            if self.page.locator(selector).count() == number:
                return
            self.page.wait_for_timeout(20)
        pytest.fail(f"never {number} of {selector}")

    def headings(self):
        """Give the headings of the list."""
        return self.page.locator(".copies").get_by_role("columnheader")

    def violations(self):
        """Give what axe-core finds."""
        script = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(script)
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.fixture
def show(browser, tmp_path):
    """Make a report, open it, and see to it that it asked for nothing, said nothing and broke nothing."""
    opened, contexts = [], []

    def show(events, *, width=1280, scheme="light", csp=True, **asked):
        path = tmp_path / f"report-{len(opened)}.html"
        html = events if isinstance(events, str) else report.html(ds.fold_copies(events), now=NOW, **asked)
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            locale="en-GB",
            bypass_csp=not csp,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        opened.append(Opened(context, path))
        return opened[-1]

    yield show
    for each in opened:
        assert ([], [], []) == (each.requests, each.dialogs, each.problems)
    for context in contexts:
        context.close()


def copy(recipient, *kinds, days=1, **fields):
    """Give events of one copy, each a minute after the one before."""
    for minute, kind in enumerate(kinds):
        yield ds.Event(
            kind,
            recipient=recipient,
            reference=f"booking-{recipient}",
            occurred_at=NOW - timedelta(days=days) + timedelta(minutes=minute),
            **fields.get(kind, {}),
        )


@pytest.fixture
def some():
    """Give the events of five copies that differ in everything that can be asked for."""
    failure = ds.Failure(reply_code="552", enhanced_code="5.2.2", diagnostic="552 5.2.2 Mailbox full")
    return [
        *copy("ada@example.com", "accepted", "delivered", "opened", days=1),
        *copy("berta@example.org", "accepted", "soft_bounced", days=3, soft_bounced={"failure": failure}),
        *copy(
            "Émile@example.com", "accepted", "delivered", "responded", days=10, responded={"value": "Yes, two seats"}
        ),
        *copy("dora@example.com", "pending", days=40),
        *copy(
            "+491701234567", "accepted", "delivered", days=2, accepted={"channel": "sms"}, delivered={"channel": "sms"}
        ),
    ]
