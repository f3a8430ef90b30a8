"""The report's page in a browser: what people do with it. That it asks a network for nothing is seen to in each test."""

import re

import pytest

import deliverystatus as ds

ADA, BERTA, EMILE, DORA, PHONE = (
    "ada@example.com", "berta@example.org", "Émile@example.com", "dora@example.com", "+491701234567",
)  # fmt: skip


def test_the_newest_is_first(show, some):
    """At first the copies stand with the latest on top, and how many there are is said."""
    opened = show(some)
    assert [ADA, PHONE, BERTA, EMILE, DORA] == opened.recipients()
    assert "1 to 5 of 5" == opened.page.locator("#count").inner_text()


@pytest.mark.parametrize("text, found", [
    ("berta", [BERTA]),
    ("EMILE", [EMILE]),  # without its accent
    ("example.com delivered", []),
    ("seats yes", [EMILE]),  # words of the answer, in any order
    ("booking-dora", [DORA]),
    ("sms", [PHONE]),
])  # fmt: skip
def test_search_finds_words_anywhere(show, some, text, found):
    """Search looks for each word in the name, reference, answer, status and channel, without regard to case and accents."""
    opened = show(some)
    opened.search(text)
    assert found == opened.recipients()


def test_a_search_in_vain_says_so(show, some):
    """Where nothing fits, the table and the live region say it, and one button shows everything again."""
    opened = show(some)
    opened.search("nobody at all")
    assert "No message fits." == opened.page.locator("#copies").inner_text().strip()
    assert "No message fits." == opened.page.get_by_role("status").first.inner_text()
    opened.page.get_by_role("button", name="Show everything").click()
    opened.listed(5)


def test_filter_by_status(show, some):
    """Row T17: the copies of one label are listed, with the labels of the chosen vocabulary."""
    opened = show(some, vocabulary="crisisworks")
    opened.page.get_by_label("Status", exact=True).select_option("Bounced Temporarily")
    assert [BERTA] == opened.recipients()


def test_statuses_are_offered_in_two_groups(show, some):
    """Row K13: delivery events and feedback events stand apart in the choice of statuses."""
    opened = show(some, vocabulary="crisisworks")
    groups = opened.page.locator("#status optgroup")
    assert ["Delivery events", "Feedback events"] == [each.get_attribute("label") for each in groups.all()]
    assert ["Read (1)", "Responded (1)"] == groups.nth(1).locator("option").all_inner_texts()


@pytest.mark.parametrize("days, left", [("7", [ADA, PHONE, BERTA]), ("30", [ADA, PHONE, BERTA, EMILE])])
def test_filter_by_window(show, some, days, left):
    """Row C18: a window shows the copies of its last days, and the numbers of the summary are those of the window."""
    opened = show(some)
    opened.page.get_by_label("Time", exact=True).select_option(days)
    assert left == opened.recipients()
    assert str(len(left)) == opened.page.locator(".view:visible .number").first.inner_text()  # how many were sent


def test_a_bar_of_the_chart_filters(show, some):
    """A label of the chart is a button that lists its copies."""
    opened = show(some)
    opened.page.locator(".view:visible").get_by_role("button", name="Failed this time").click()
    assert [BERTA] == opened.recipients()


@pytest.mark.parametrize("n, name, ascending", [
    (1, "Recipient", [PHONE, ADA, BERTA, DORA, EMILE]),  # É stands with E
    (2, "Channel", [ADA, BERTA, EMILE, DORA, PHONE]),
    (3, "Status", [PHONE, BERTA, ADA, DORA, EMILE]),
    (4, "Date", [DORA, EMILE, BERTA, PHONE, ADA]),
    (5, "Last change", [DORA, EMILE, BERTA, PHONE, ADA]),
    (6, "Reference", [PHONE, ADA, BERTA, DORA, EMILE]),
])  # fmt: skip
def test_sort_by_every_column(show, some, n, name, ascending):
    """Each heading sorts by its column, once more in the other direction, and says which."""
    opened = show(some)
    header = opened.headings().nth(n - 1)
    assert name == header.inner_text().split("\n")[0]
    for _ in range(2):  # once is enough, unless it is the column that it is sorted by, or dates, which begin at the end
        if header.get_attribute("aria-sort") != "ascending":
            header.get_by_role("button").click()
    assert ascending == opened.recipients()
    header.get_by_role("button").click()
    assert "descending" == header.get_attribute("aria-sort")
    values = opened.column(n)
    assert values[0] != values[-1]
    assert opened.recipients() != ascending


def test_what_is_empty_is_last_either_way(show, some):
    """Row K11: by answer, those who answered stand first in both directions."""
    opened = show(some)
    button = opened.headings().nth(6).get_by_role("button")
    first = []
    for _ in range(2):
        button.click()
        first.append(opened.recipients()[0])
    assert [EMILE, EMILE] == first


def test_every_column_can_be_sorted(show, some):
    """No heading is without its button, metadata's too."""
    opened = show(some, metadata=["subject"])
    headers = opened.headings()
    assert 8 == headers.count()
    for header in headers.all():
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") in {"ascending", "descending"}


def test_the_timeline(show, some):
    """A copy's details hold what was reported, with times in the reader's zone, in two groups (row K13)."""
    details = show(some, locale="en-GB").details(ADA)
    groups = details.locator("section", has=show_timeline(details))
    assert ["Delivery events", "Feedback events"] == groups.locator("h4").all_inner_texts()
    assert ["4 Mar 2026, 13:00", "4 Mar 2026, 13:01", "4 Mar 2026, 13:02"] == details.locator(
        ".timeline time"
    ).all_inner_texts()


def show_timeline(details):
    """Give what tells a section of the timeline from others."""
    return details.page.locator(".timeline")


def test_the_explanation_and_the_servers_words(show, some):
    """A copy's details hold what it means, what to do, and what the server said."""
    details = show(some).details(BERTA)
    told = ds.explain(next(iter(ds.fold_copies(event for event in some if event.recipient == BERTA).values())))
    assert told.headline == details.locator("h3").inner_text()
    assert [*told.next_steps] == details.locator("ol:not(.timeline) > li").all_inner_texts()
    assert "552 5.2.2 Mailbox full" in details.inner_text()


def test_the_answer_is_in_its_column(show, some):
    """Row K11: what somebody answered stands in the Response column."""
    opened = show(some)
    opened.search("emile")
    assert ["Yes, two seats"] == opened.column(7)


def test_ids_can_be_copied(show, some):
    """Row K16: the IDs of all copies that are listed are copied with one button, and one of them from its details."""
    opened = show(some)
    opened.search("example.com")
    opened.page.get_by_role("button", name="Copy IDs").click()
    opened.page.get_by_text("Copied: 3").wait_for()
    expected = "booking-ada@example.com\nbooking-Émile@example.com\nbooking-dora@example.com"
    assert expected == opened.page.evaluate("navigator.clipboard.readText()")
    opened.details(ADA).get_by_role("button", name="Copy Reference").click()
    opened.page.get_by_text("Copied: 1").wait_for()
    assert "booking-ada@example.com" == opened.page.evaluate("navigator.clipboard.readText()")


def test_ids_can_be_copied_the_old_way(show, some):
    """Where the clipboard is refused, as to pages from a disk, copying still works."""
    opened = show(some)
    opened.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    opened.search("ada")
    opened.page.get_by_role("button", name="Copy IDs").click()
    opened.page.get_by_text("Copied: 1").wait_for()
    assert "booking-ada@example.com" == opened.page.evaluate("navigator.clipboard.readText()")


def test_by_keyboard_alone(show, some):
    """The skip link, search, a heading and the details work with Tab, Enter and Space, and the focus is seen and kept."""
    opened = show(some)
    press, focused = opened.page.keyboard.press, opened.page.evaluate

    def tab_to(selector):
        for _ in range(60):
            press("Tab")
            if focused("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab never reaches {selector}")

    press("Tab")
    assert "Skip to the list" == focused("document.activeElement.textContent")
    assert focused("document.activeElement.getBoundingClientRect().top >= 0")
    press("Enter")
    tab_to("#search")
    opened.page.keyboard.type("example.com")
    tab_to("[data-column=recipient]")
    press("Enter")
    assert [ADA, DORA, EMILE] == opened.recipients()
    assert "recipient" == focused("document.activeElement.dataset.column")
    assert "none" != focused("getComputedStyle(document.activeElement).outlineStyle")
    tab_to(".toggle")
    press("Enter")
    assert "true" == focused("document.activeElement.getAttribute('aria-expanded')")
    press("Space")
    assert "false" == focused("document.activeElement.getAttribute('aria-expanded')")
    assert ADA == focused("document.activeElement.textContent")


def test_all_can_be_opened_and_closed(show, some):
    """One button opens the details of all that are listed, and closes them."""
    opened = show(some)
    button = opened.page.get_by_role("button", name="Open all on this page")
    counts = []
    for _ in range(2):
        button.click()
        counts.append(opened.page.locator("tr.details").count())
    assert [5, 0] == counts


def test_printed(show, some):
    """On paper everything that was found is there, opened; what can only be clicked is not."""
    opened = show(some)
    opened.page.emulate_media(media="print")
    opened.listed(5, "tr.details")
    assert not opened.page.locator(".filters, #copy-ids, .arrow").locator("visible=true").count()
    assert opened.page.locator(".view:visible").count()
    assert "rgb(255, 255, 255)" == opened.page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_printed_without_details(show, some):
    """Who does not want the details on paper leaves them out, but for those that are open."""
    opened = show(some)
    opened.page.get_by_label("Print the details too").uncheck()
    opened.details(ADA)
    opened.page.emulate_media(media="print")
    opened.page.wait_for_timeout(50)
    assert 1 == opened.page.locator("tr.details").count()


def test_printed_from_dark_is_light(show, some):
    """Paper is white, whatever the screen is."""
    opened = show(some, scheme="dark")
    assert "rgb(255, 255, 255)" != opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert "rgb(255, 255, 255)" == opened.page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize(
    "keys", [[], ["subject"], ["a", "b", "c", "d", "e", "f", "g"]], ids=["no key", "one key", "seven keys"]
)
@pytest.mark.parametrize("width", [320, 768, 1000, 1280])
def test_nothing_is_wider_than_the_window(show, some, width, keys):
    """At 320 pixels too the page never scrolls sideways, with all details open, very long words and more columns."""
    long = ds.Event("bounced", recipient="x" * 300, message_id="y" * 300, failure=ds.Failure(diagnostic="z" * 900))
    opened = show([*some, long], width=width, metadata=keys)
    opened.page.get_by_role("button", name="Open all on this page").click()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 1280), ("light", 320)])
def test_axe_finds_nothing(show, some, scheme, width):
    """WCAG 2.2 AA as far as axe-core can tell, in light and dark, wide and narrow, with all details open."""
    opened = show(some, scheme=scheme, width=width, csp=False, metadata=["subject"])
    opened.page.get_by_role("button", name="Open all on this page").click()
    assert [] == opened.violations()


def test_axe_finds_nothing_where_there_is_nothing(show):
    """A report of no copies is a page, too."""
    opened = show([], csp=False)
    assert [] == opened.violations()
    assert "No message fits." == opened.page.locator("#copies").inner_text().strip()


def test_dates_are_as_the_locale_writes_them(show, some):
    """Row W8: an English reader of Great Britain gets the day first, one of the United States the month."""
    british, american = (show(some, locale=locale).column(4)[0] for locale in ("en-GB", "en-US"))
    assert "4 Mar 2026, 13:00" == british
    assert re.fullmatch(r"Mar 4, 2026, 1:00\sPM", american)
