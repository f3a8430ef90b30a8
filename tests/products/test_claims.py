"""Every promise is claimed by a test, and the pages that could replace the products' own say what those promise."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from deliverystatus import vocabularies

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"

ROWS = tuple(
    f"{letter}{n}" for letter, last in zip("CWATK", (21, 14, 24, 19, 16), strict=True) for n in range(1, last + 1)
)

#: What only the application can do.
THE_APPLICATIONS = {"W12", "W13", "A1", "A2", "A3", "A22", "T2", "K14", "K16"}

A_ROW = re.compile(r"\b[CWATK]\d{1,2}\b")
A_TEST = re.compile(r"`tests/([\w/]+\.py)::(\w+)`")


@cache
def claims():
    """Give the tests whose docstring or name has each row, as the file below ``tests/`` and the name."""
    found = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said = f"{node.name.replace('_', ' ').upper()} {ast.get_docstring(node)}"
                for row in A_ROW.findall(said):
                    found[row].add((path.relative_to(TESTS).as_posix(), node.name))
    return found


@cache
def listed():
    """Give the cells of each row of the page, by its id; a row that is there twice is an error."""
    lines = (DOCS / "products.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if A_ROW.match(line.strip("| "))]
    assert len({row for row, *_ in cells}) == len(cells)
    return {row: rest for row, *rest in cells}


def test_every_row_of_ours_is_claimed():
    """Of 94 promises 85 are ours, and a test names each."""
    ours = set(ROWS) - THE_APPLICATIONS
    assert (94, 85) == (len(ROWS), len(ours))
    assert [] == sorted(ours - set(claims()))


def test_no_row_is_made_up():
    """No test claims a promise that nobody made."""
    assert [] == sorted(set(claims()) - set(ROWS))


def test_the_page_lists_every_row():
    """All 94, in order, each with what it promises and where that is met; nine are said to be the application's."""
    assert list(ROWS) == list(listed())
    assert all(what and where for what, where, _ in listed().values())
    assert {
        row for row, (_, where, _) in listed().items() if where.startswith("*The application's.*")
    } == THE_APPLICATIONS


@pytest.mark.parametrize("row", [row for row in ROWS if row not in THE_APPLICATIONS])
def test_the_page_names_tests_that_claim_the_row(row):
    """Each of ours has at least one test on the page, and each of these names the row in its docstring."""
    named = set(A_TEST.findall(listed()[row][-1]))
    assert named
    assert set() == named - claims()[row]


@pytest.mark.parametrize("page", ["products.md", "index.md"])
def test_links_lead_somewhere(page):
    """Every link of the page is to a file that is there, and to a heading of it if it names one."""
    for target in re.findall(r"\]\(([^)]+)\)", (DOCS / page).read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        path = DOCS / name
        assert path.exists(), target
        assert not heading or heading in anchors(path), target


def anchors(path):
    """Give the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# -- the pages that could replace the products' own --------------------------------------------------------------------


def page(name):
    """Read a pack's page."""
    return (DOCS / "packs" / f"{name}.md").read_text(encoding="utf-8")


def section(name, heading):
    """Give what stands under a heading of a pack's page, up to the next one of its rank."""
    return re.split(r"^#{2,3} ", page(name).partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", vocabularies.names())
def test_every_word_has_its_section(name):
    """C19: a page has a heading for each word of the product, and something to do or to know under it."""
    for word in vocabularies.get(name).words:
        assert re.search(r"^(1\.|-) ", section(name, word), re.MULTILINE), word


@pytest.mark.parametrize("name", vocabularies.names())
def test_no_page_counts_direct_replies(name):
    """K15: every page says at its head that replies which were written freely are not in the report."""
    assert "Replies that were written freely are not part of this report." in page(name).partition("\n## ")[0]


@pytest.mark.parametrize("name", vocabularies.names())
def test_every_page_has_tips(name):
    """T18: check the address, and have the sender approved, before anything bounces."""
    tips = section(name, "To get more messages through")
    assert "whether the address is right and still in use" in tips
    assert "to approve your sender address" in tips


def test_the_page_of_clinicsense():
    """C4, C15, C18, C20: what is tried again, what is for support and when, and how far back the log goes."""
    assert "last 30 days" in page("clinicsense")
    assert "It will be tried again without your help." in section("clinicsense", "Deferred")
    for word in ("Sending", "Processed"):
        assert "After more than 10 minutes: Contact support@clinicsense.com." in section("clinicsense", word)


def test_the_page_of_writeupp():
    """W7, W8: with an own server Sent is all there is, and so it is before the day on which tracking began."""
    told = section("writeupp", "Where only *sent* can be known")
    assert "Sent by your own mail server" in told
    assert "Sent before 23 July 2019" in told


def test_the_page_of_amilia():
    """A5, A9, A14, A23, A24: reasons where the word stands, what the rate is of, the tip, and the two years."""
    assert "of those that were sent" in section("amilia", "The numbers").lower()
    assert "Add your own address to a message." in section("amilia", "To get more messages through")
    assert "*Not active for long* is said after 2 years." in page("amilia")
    for cause in ("Looked like spam", "Address not valid", "Earlier message failed", "Earlier spam report"):
        assert f"**{cause}.**" in section("amilia", "Dropped")
    blocked = section("amilia", "Blocked / Spam")
    assert "to look in the spam folder, and to approve your sender address." in blocked
    assert "whether the address is right" not in blocked


def test_the_page_of_timetap():
    """T7, T8, T10, T12, T13, T15, T16: under each word its own causes and steps, and not those of another."""
    causes = {
        "Declined": ["Not wanted", "Switched off", "Unsubscribed earlier"],
        "Suppressed": ["Came back too often"],
        "Dropped": ["Earlier spam report", "Earlier message failed", "On a stop list"],
        "Quota Exceeded": ["Limit reached"],
        "Not opted in": ["Not opted in"],
        "Blocked": ["Held back by a rule", "Not switched on"],
    }
    for word, expected in causes.items():
        assert expected == re.findall(r"^\*\*([^*]+)\.\*\* (?=\S)", section("timetap", word), re.MULTILINE), word
    assert "The client was put on a stop list, or taken off one." in section("timetap", "What else may be reported")


def test_the_page_of_crisisworks():
    """K6, K9, K13: what is otherwise on a phone, that no Read means nothing, and two groups."""
    assert "Of a text message: The phone, or its network, took it." in section("crisisworks", "Delivered")
    assert "Of a text message this is not reported. That does not mean that nobody read it." in section(
        "crisisworks", "Read"
    )
    assert "No sign of opening means nothing." in section("crisisworks", "Delivered")
    assert ["Delivery", "Feedback"] == re.findall(r"^## (.+)$", page("crisisworks"), re.MULTILINE)[:2]


@pytest.mark.parametrize(
    "name, word, first",
    [
        ("clinicsense", "Failed", "Could not be delivered."),
        ("writeupp", "Not delivered", "Could not be delivered."),
        ("amilia", "Dropped", "Stopped before delivery was tried."),
        ("timetap", "Bounced", "Could not be delivered."),
        ("crisisworks", "Not Sent", "Not accepted for sending."),
    ],
)
def test_what_a_word_is_named_for_comes_first(name, word, first):
    """C8, W10, A14, T9, K5: of all that one word stands for, staff read first what it mostly means."""
    assert section(name, word).strip().startswith(f"**{first}**")
