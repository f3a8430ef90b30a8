"""How records and explanations show in a notebook and in a terminal: whole, escaped, and without anybody's data."""

from html.parser import HTMLParser

import pytest

from deliverystatus import Failure, Reason, Record, Wording, explain, fold
from deliverystatus.testing import event

HOSTILE = "<script>alert(1)</script>\u202e"
RETURNED = fold(
    [event("delivered", at=0), event("bounced", at=60, failure=Failure(diagnostic=f"550 5.1.1 no such user {HOSTILE}"))]
)


class Tags(HTMLParser):
    """Collects the tags of a page, and what is left open."""

    def __init__(self):
        super().__init__()
        self.seen, self.open = set(), []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 (the parser's signature)
        """Remember a tag."""
        self.seen.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        """Close the last one."""
        assert tag == self.open.pop()


def tags(html):
    """Give the tags of some HTML, each of which must be closed."""
    parser = Tags()
    parser.feed(html)
    assert [] == parser.open
    return parser.seen


def test_a_record_shows_its_status_axes_and_facts():
    """In a notebook: where it stands in each respect, what contradicts what, and each fact with its times."""
    html = RETURNED._repr_html_()
    for said in ("bounced", "transport: bounced", "unknown_recipient", "2024-01-01 00:01 UTC", "Reported as delivered"):
        assert said in html
    assert {"section", "table", "th", "td", "bdi"} <= tags(html)


def test_a_fact_without_a_time_says_so():
    """What has no time has none made up."""
    assert "no time" in fold([event("sent", at=None)])._repr_html_()
    assert tags(Record()._repr_html_())


def test_a_record_shows_nobodys_data():
    """No recipient, no id and no words of a server, in a notebook that may be passed on."""
    html = RETURNED._repr_html_()
    for data in ("ada@example.com", "m-1", "alert", "550"):
        assert data not in html


@pytest.mark.parametrize("audience", ["staff", "recipient", "developer"])
def test_an_explanation_shows_all_that_it_says(audience):
    """Headline, meaning, steps, caveats and what was seen: in a notebook and in a terminal alike."""
    explanation = explain(RETURNED, audience=audience)
    html, text = explanation._repr_html_(), str(explanation)
    parts = (
        explanation.headline,
        *explanation.next_steps,
        *explanation.caveats,
        *(e.text for e in explanation.evidence),
    )
    for part in parts:
        assert part in text
        assert part.replace("'", "&#x27;") in html
    assert {"section", "ol", "li", "table"} <= tags(html)


def test_nothing_runs_and_nothing_is_turned_around():
    """A stranger's text is escaped, and set apart in its direction."""
    stopped = fold([event("withheld", failure=Failure(claimed=Reason.POLICY_HOLD))])
    html = explain(stopped, wording=Wording(product=HOSTILE))._repr_html_()
    assert "alert(1)" in html
    assert "script" not in tags(html)
    assert "<bdi>" in html


def test_a_label_that_is_the_headline_is_said_once():
    """Where the label says it all, it is not repeated."""
    told = explain(Failure(diagnostic="552 5.2.2 mailbox full").diagnosis)
    assert told.label == told.headline == str(told).splitlines()[0]


def test_no_empty_parts():
    """Where there is no caveat there is no empty list, and where nothing was seen no table."""
    html = explain(Failure(diagnostic="552 5.2.2 mailbox full").diagnosis)._repr_html_()
    assert "table" not in tags(html)
    assert "ul" not in tags(html)
