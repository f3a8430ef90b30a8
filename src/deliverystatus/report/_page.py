"""
The page: one file, which asks nothing of any network.

A template with autoescape holds the numbers; the list is JSON beside it, which a script writes into the page as text, a
hundred rows at a time. The policy in the head lets that one script and that one style run, by their digests, lets nothing
be loaded and nothing be sent, and forbids markup made of text.
"""

import hashlib
import json
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import attrs

from deliverystatus._checks import moment
from deliverystatus._copies import Copies, CopyKey
from deliverystatus._engine import Record
from deliverystatus._enums import Status
from deliverystatus._explain import Explanation
from deliverystatus.exceptions import MissingExtra
from deliverystatus.report._figures import Figure, Window, counted
from deliverystatus.report._rows import GROUPS, Row, Seen, group_of, group_of_event
from deliverystatus.report._shown import shown
from deliverystatus.report._words import Words
from deliverystatus.vocabularies import Tracking, Vocabulary

if TYPE_CHECKING:
    from jinja2 import Template

#: The windows that can be chosen, in days, shortest first (row C18: the log of the last 30 days).
WINDOWS = (7, 30, 90)

#: What a status looks like at a glance; the label says it in words. Total over Status.
TONES: Mapping[Status, str] = {
    Status.UNKNOWN:             "still",
    Status.PENDING:             "waiting",
    Status.SENDING:             "waiting",
    Status.WITHHELD:            "still",
    Status.REJECTED:            "bad",
    Status.OUTCOME_UNKNOWN:     "doubt",
    Status.ACCEPTED:            "waiting",
    Status.SENT:                "waiting",
    Status.DEFERRED:            "doubt",
    Status.DROPPED:             "bad",
    Status.UNDETERMINED_BOUNCE: "doubt",
    Status.DELIVERED:           "good",
    Status.OPENED:              "good",
    Status.CLICKED:             "good",
    Status.UNSUBSCRIBED:        "still",
    Status.ACKNOWLEDGED:        "good",
    Status.RESPONDED:           "good",
    Status.SOFT_BOUNCED:        "bad",
    Status.BOUNCED:             "bad",
    Status.COMPLAINED:          "bad",
}  # fmt: skip

#: The columns of the list, in order, with how their cells are set.
_COLUMNS = {
    "recipient": "",
    "channel": "",
    "label": "",
    "began": "when",
    "since": "when",
    "copy_id": "",
    "response": "",
}

#: The tables of words that the script needs.
_FOR_SCRIPT = ("page", "list", "groups", "details", "channel", "certainty", "party")


def page(
    made: Sequence[Row],
    copies: Mapping[CopyKey, Record],
    *,
    now: datetime,
    words: Words,
    pack: Vocabulary | None,
    tracking: Tracking | None,
    metadata: Collection[str],
    title: str | None,
) -> str:
    """
    Give the page.

    Raises:
        MissingExtra: If Jinja is not installed.
    """
    template, style, script, policy = _parts()
    now = moment("now", now)
    windows = {
        days: counted(copies, now=now, window=None if days is None else timedelta(days=days), tracking=tracking)
        for days in (None, *WINDOWS)
    }
    days_of = {key: days for days in reversed(WINDOWS) for key in windows[days].inside}
    views = [_view(days, window, made, words, pack) for days, window in windows.items()]
    keys = [shown(key) for key in metadata]
    return template.render(
        tag=words.tag,
        w=words,
        title=shown(title) if title else words("page", "title"),
        now=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        policy=policy,
        style=style,
        script=script,
        views=views,
        choices=views[0]["bars"],
        metadata=len(keys),
        columns=[
            *({"name": name, "title": words("columns", name), "style": set_as} for name, set_as in _COLUMNS.items()),
            *({"name": f"metadata.{n}", "title": key, "style": ""} for n, key in enumerate(keys)),
        ],
        beside=_beside(copies, words),
        content=_embedded(made, keys, days_of, words, pack),
    )


@cache
def _parts() -> "tuple[Template, str, str, str]":
    """Give the template, the style and the script as they stand in the page, and the policy that lets them run."""
    try:
        from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 (the extra may be missing)
        from markupsafe import Markup  # noqa: PLC0415 (comes with Jinja)
    except ModuleNotFoundError:
        raise MissingExtra("report") from None
    folder = resources.files("deliverystatus") / "report"
    html, style, script = (
        (folder / f"page.{kind}").read_bytes().decode().replace("\r\n", "\n") for kind in ("html", "css", "js")
    )
    policy = "; ".join((
        "default-src 'none'",
        "img-src data:",  # the empty icon, so that no browser asks for one
        f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",  # no text becomes markup, not even by a mistake of the script
        "trusted-types 'none'",
    ))  # fmt: skip
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    return environment.from_string(html), Markup(style), Markup(script), policy  # noqa: S704 (package data)


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


# -- the numbers -----------------------------------------------------------------------------------------------------


def _view(
    days: int | None, window: Window, made: Sequence[Row], words: Words, pack: Vocabulary | None
) -> dict[str, Any]:
    """Give the summary of a window."""
    return {
        "days": days or 0,
        "title": words("windows", "all") if days is None else words("windows", "days", number=words.number(days)),
        "figures": [_figure(figure, words) for figure in window.figures],
        "bars": _bars([row for row in made if row.key in window.inside], words, pack),
    }


def _figure(figure: Figure, words: Words) -> dict[str, str]:
    rate = figure.rate
    base = words("bases", rate.of)
    if rate.denominator:
        part = words(
            "summary",
            "part" if rate.numerator == figure.count else "part_of_tracked",
            share=words.share(rate.numerator, rate.denominator),
            count=words.number(rate.numerator),
            all=words.number(rate.denominator),
            base=base,
        )
    else:
        part = words("summary", "untracked") if rate.untracked else words("summary", "no_base", base=base)
    return {
        "title": words("figures", figure.fact),
        "number": words("summary", "unknown") if figure.count is None else words.number(figure.count),
        "part": part,
        "untracked": words("summary", "partly_tracked", count=words.number(rate.untracked))
        if rate.denominator and rate.untracked
        else "",
    }


def _bars(inside: Sequence[Row], words: Words, pack: Vocabulary | None) -> list[dict[str, Any]]:
    """Give how many copies have each label, by group, in the order of the statuses; the longest bar is full."""
    statuses: dict[str, Counter[Status]] = defaultdict(Counter)
    for row in inside:
        statuses[row.label][row.status] += 1
    most = max((count.total() for count in statuses.values()), default=0)
    bars = defaultdict(list)
    for label, count in sorted(statuses.items(), key=lambda each: (min(status.ordinal for status in each[1]), each[0])):
        usual = count.most_common(1)[0][0]
        bars[group_of(usual, pack)].append({
            "label": label,
            "shown": shown(label),
            "tone": TONES[usual],
            "number": words.number(count.total()),
            "width": f"{100 * count.total() / most:.2f}",
            "share": words.share(count.total(), len(inside), exact=True),
        })  # fmt: skip
    return [{"title": words("groups", group), "bars": bars[group]} for group in GROUPS if bars[group]]


def _beside(copies: Mapping[CopyKey, Record], words: Words) -> list[str]:
    """Say what is in no row, so that nothing is lost in silence."""
    if not isinstance(copies, Copies):
        return []
    found = {"uncorrelated": len(copies.uncorrelated), "tests": len(copies.tests)}
    return [f"{words('page', name)} ({words.number(count)})" for name, count in found.items() if count]


# -- the list --------------------------------------------------------------------------------------------------------


class _Places:
    """Values that stand once in the page, however many copies have them."""

    def __init__(self, written: Callable[[Any], Any]) -> None:
        self._written = written
        self._place_of: dict[Hashable, int] = {}
        self.values: list[Any] = []

    def of(self, value: Hashable) -> int:
        place = self._place_of.get(value)
        if place is None:
            place = self._place_of[value] = len(self.values)
            self.values.append(self._written(value))
        return place


def _embedded(
    made: Iterable[Row], metadata: Sequence[str], days_of: Mapping[Hashable, int], words: Words, pack: Vocabulary | None
) -> Any:
    """Give what the script lists, as JSON in which nothing looks like markup."""
    from markupsafe import Markup  # noqa: PLC0415 (comes with Jinja, which is there by now)

    texts, labels, told = _Places(str), _Places(str), _Places(_told)
    content = {
        "lang": words.tag,
        "words": {table: words.tables[table] for table in _FOR_SCRIPT},
        "metadata": metadata,
        "copies": [_copy(row, days_of.get(row.key), texts, labels, told, pack) for row in made],
        "labels": labels.values,
        "texts": texts.values,
        "told": told.values,
    }
    plain = json.dumps(content, separators=(",", ":"))
    for character in "<>&":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return Markup(plain)  # noqa: S704 (without a single character of markup)


def _copy(  # noqa: PLR0917 (one caller)
    row: Row, days: int | None, texts: _Places, labels: _Places, told: _Places, pack: Vocabulary | None
) -> list[Any]:
    """Give one copy; the script names the places."""
    part = "" if row.part is None else f" ({row.part[0]}/{row.part[1]})"
    known = (("reference", row.reference), ("message_id", row.message_id))
    ids = [[name, shown(found)] for name, found in known if found]
    return [
        shown(row.recipient),
        row.channel,
        labels.of(row.label),
        TONES[row.status],
        _seconds(row.began),
        _seconds(row.since),
        days,
        f"{ids[0][1]}{part}" if ids else "",
        shown(row.response or ""),
        told.of(attrs.evolve(row.explanation, evidence=(), look_again=None)),
        _seconds(row.explanation.look_again),
        ids,
        [_happened(seen, texts, pack) for seen in row.timeline],
        [shown(value or "") for value in row.metadata.values()],
    ]


def _told(explanation: Explanation) -> dict[str, Any]:
    return {
        "headline": explanation.headline,
        "meaning": explanation.meaning,
        "steps": explanation.next_steps,
        "caveats": explanation.caveats,
        "certainty": explanation.certainty,
        "final": explanation.final,
        "acts": explanation.who_acts,
    }


def _happened(seen: Seen, texts: _Places, pack: Vocabulary | None) -> list[Any]:
    said = ([shown(text) for text in each] for each in (seen.words, seen.links, seen.answers))
    return [group_of_event(seen.kind, pack), _seconds(seen.at), _seconds(seen.first), texts.of(seen.text), *said]


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp())
