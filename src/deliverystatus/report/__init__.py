"""
The delivery report: what became of each message, for those who are asked.

``html`` gives one page that needs nothing else, with search, filters, timelines and explanations; ``csv`` and ``json`` give
the same copies for programs, and ``rows`` as values. All are pure: the caller says what time it is, and writes the file.
``html`` needs the extra ``[report]``.

Recipients are shown as they were spelled: a report holds personal data. Beyond that it shows as little as it can: of the
data that the sender gave a message only what is asked for by key, and of links no query and no fragment.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from deliverystatus import vocabularies
from deliverystatus._copies import CopyKey
from deliverystatus._engine import Record
from deliverystatus._explain import Wording
from deliverystatus.report._page import page
from deliverystatus.report._rows import COLUMNS, Row, Seen, csv_text, json_text, rows
from deliverystatus.report._words import Words, locales
from deliverystatus.vocabularies import Tracking, Vocabulary

__all__ = ["COLUMNS", "Row", "Seen", "csv", "html", "json", "locales", "rows"]


def html(
    copies: Mapping[CopyKey, Record],
    *,
    now: datetime,
    vocabulary: str | Vocabulary | None = None,
    locale: str = "en",
    tracking: Tracking | None = None,
    wording: Wording | None = None,
    metadata: Collection[str] = (),
    queries: bool = False,
    title: str | None = None,
) -> str:
    """
    Give the report as one HTML page that loads nothing.

    Args:
        copies: As ``fold_copies`` gives them; what it found beside the copies is told below the list.
        now: As for ``rows``, and so are the others.
        vocabulary: Its groups part delivery events from feedback events.
        locale: The language of the page, too; dates are as it writes them, in the time zone of whoever reads.
        tracking: What the account can report at all.
        wording: What the product calls things.
        metadata: A column for each of these keys.
        queries: Whether the queries of links are shown.
        title: The heading, instead of "Delivery report".

    Raises:
        MissingExtra: If Jinja is not installed.
        UnknownName: If there is no such vocabulary, or *locale* is no language tag.
        ValueError: If *now* has no zone.
    """
    pack = vocabularies.get(vocabulary) if isinstance(vocabulary, str) else vocabulary
    keys = tuple(dict.fromkeys(metadata))
    made = rows(
        copies,
        now=now,
        vocabulary=pack,
        locale=locale,
        tracking=tracking,
        wording=wording,
        metadata=keys,
        queries=queries,
    )
    words = Words.of(locale)
    return page(made, copies, now=now, words=words, pack=pack, tracking=tracking, metadata=keys, title=title)


def csv(
    copies: Mapping[CopyKey, Record],
    *,
    now: datetime,
    vocabulary: str | Vocabulary | None = None,
    locale: str = "en",
    tracking: Tracking | None = None,
    wording: Wording | None = None,
    metadata: Collection[str] = (),
) -> str:
    """
    Give one line for each copy, with the columns of ``COLUMNS`` and one for each key of *metadata*.

    A cell that a spreadsheet would take for a formula stands behind an apostrophe, so a phone number does, too; ``json``
    has it as it is. The arguments are those of ``rows``.
    """
    made = rows(
        copies,
        now=now,
        vocabulary=vocabulary,
        locale=locale,
        tracking=tracking,
        wording=wording,
        metadata=metadata,
    )
    return csv_text(made, metadata)


def json(
    copies: Mapping[CopyKey, Record],
    *,
    now: datetime,
    vocabulary: str | Vocabulary | None = None,
    locale: str = "en",
    tracking: Tracking | None = None,
    wording: Wording | None = None,
    metadata: Collection[str] = (),
) -> str:
    """Give a JSON array with one object for each copy, whose keys are always there. Arguments as those of ``rows``."""
    return json_text(
        rows(
            copies,
            now=now,
            vocabulary=vocabulary,
            locale=locale,
            tracking=tracking,
            wording=wording,
            metadata=metadata,
        )
    )
