"""
The commands of ``deliverystatus``: what the library does, for a shell.

Every command shows a table, or with ``--json`` one JSON object a line whose keys are always there. Exit codes: 0 fine;
2 wrong usage; 3 something could not be read, and what could be was answered, or a label pack has flaws. The clock is read here and nowhere else.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs
import click
from rich.console import ConsoleRenderable, Group
from rich.table import Table
from rich.text import Text

from deliverystatus import Copies, Diagnosis, EventKind, Policy, Provider, Status, UnknownName, fold_copies, providers
from deliverystatus import vocabularies as packs
from deliverystatus._cli._beside import beside
from deliverystatus._cli._files import STDIN, File, Found, find, read
from deliverystatus._cli._report import OPTIONS as REPORT
from deliverystatus._cli._report import written
from deliverystatus._cli._rows import Row, rows_of, under
from deliverystatus._cli._tables import NARROW, cell, console, in_utc, labelled, numbered, table, write
from deliverystatus._cli._told import OPTIONS as TOLD
from deliverystatus._cli._told import told
from deliverystatus._cli._why import Why, reasons
from deliverystatus._explain import Explanation
from deliverystatus._explain._texts import AUDIENCES, found_for
from deliverystatus._policies import policy_of
from deliverystatus.providers import _matrix as matrix
from deliverystatus.vocabularies import Rule, Vocabulary

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: The exit code if something could not be read, or is not as it should be. Not 1, which is what Python leaves with when it crashes.
_UNREAD = 3


# -- what the commands share -----------------------------------------------------------------------------------------


def _by(convert: Callable[[Any], Any]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Make a callback that converts an option's text; what it refuses is wrong usage."""

    def callback(_context: click.Context, _parameter: click.Parameter, text: Any) -> Any:
        try:
            return None if text is None else convert(text)
        except (UnknownName, ValueError, OSError) as error:
            raise click.BadParameter(str(error)) from None

    return callback


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 (refused below, with those that have no zone)
    if moment.utcoffset() is None:
        raise ValueError("expected a time with its zone, such as 2026-03-06T12:00:00Z")
    return moment


def _vocabulary(name: str) -> Vocabulary:
    return Vocabulary.load(name) if name.endswith(".toml") else packs.get(name)


def _providers(names: Sequence[str]) -> list[Provider]:
    return [providers.get(name) for name in names]


def _options(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Give a command several parameters, in this order."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_PATH = click.Path(exists=True, allow_dash=True)
_FILE = click.Path(exists=True, allow_dash=True, dir_okay=False)

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line, for programs.")

_READING = _options(
    click.option("--reference", metavar="KEY", help="The metadata key under which you gave your own reference."),
    click.option("--account", metavar="NAME", help="Your name for the account that the webhooks belong to."),
)

_FOLDED = _options(
    click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=_PATH),
    click.option(
        "--provider",
        metavar="NAME",
        callback=_by(providers.get),
        help="Whose bodies they are, where the files' names do not say.",
    ),
    _READING,
    click.option(
        "--vocabulary",
        metavar="NAME",
        callback=_by(_vocabulary),
        help="Use the labels and the policy of this label pack, or of one of yours in a .toml file.",
    ),
    click.option("--policy", metavar="NAME", callback=_by(policy_of), help="Let this policy choose what is shown."),
    click.option(
        "--now", metavar="TIME", callback=_by(_moment), help="Answer as of this time (ISO 8601, with its zone)."
    ),
)

_COPIES = _options(_FOLDED, _AS_JSON)


def _rows(
    *,
    paths: Iterable[str],
    provider: Provider | None,
    reference: str | None,
    account: str | None,
    vocabulary: Vocabulary | None,
    policy: Policy | None,
    now: datetime | None,
    **how: Any,
) -> tuple[list[Row], Found, Copies]:
    found, copies = _folded(paths, provider, reference=reference, account=account)
    rows = rows_of(copies, vocabulary=vocabulary, policy=policy, now=now or datetime.now(UTC), **how)
    return list(rows), found, copies


def _folded(
    paths: Iterable[str], provider: Provider | None, *, reference: str | None, account: str | None
) -> tuple[Found, Copies]:
    found = Found()
    read(find(paths, provider, found), found, reference=reference, account=account)
    return found, fold_copies(event for _, event in found.events)


def _finish(found: Found, copies: Copies, *, as_json: bool) -> None:
    """Tell what is in no row, apart from the answers if those are for a program, and leave with the exit code."""
    output = console(stderr=as_json)
    for line in beside(found, copies):
        output.print(Text(line, "" if line.startswith(" ") else "bold"), soft_wrap=True)
    click.get_current_context().exit(_UNREAD if found.problems else 0)


def _show(shown: ConsoleRenderable) -> None:
    console().print(shown)


# -- the commands ----------------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="deliverystatus")
def cli() -> None:
    """
    What happened to the message we sent, and what do we tell the person who asks?

    Files are read by their names: ANYTHING.PROVIDER.json (or .txt, a form) is a webhook body as it was posted,
    ANYTHING.events.jsonl has an event a line, as "events --json" writes them. "-" is standard input.

    Exit codes: 0 fine, 2 wrong usage, 3 something could not be read.
    """


@cli.command()
@click.argument("provider", callback=_by(providers.get))
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@_READING
@_AS_JSON
def events(
    provider: Provider, files: tuple[str, ...], reference: str | None, account: str | None, *, as_json: bool
) -> None:
    """Show the events in webhook bodies of PROVIDER."""
    found = Found()
    read([File(file, provider) for file in files], found, reference=reference, account=account)
    happened = [event for _, event in found.events]
    if as_json:
        write(event.to_dict() for event in happened)
    else:
        rows = (
            (
                in_utc(event.occurred_at),
                f"{event.kind} (test)" if event.test else event.kind,
                event.recipient or "",
                event.reason or "",
                event.actor if event.actor.ordinal else "",
                event.message_id or "",
            )
            for event in happened
        )
        headings = ("Time (UTC)", "What happened", "Who", "Why", "Whose doing", "Message")
        _show(table(*headings, rows=rows, whole=("Time (UTC)", "What happened")))
    _finish(found, Copies({}), as_json=as_json)


@cli.command()
@_COPIES
def status(*, as_json: bool, **asked: Any) -> None:
    """Show where each copy stands."""
    copies, found, records = _rows(**asked)
    if as_json:
        write(row.stands() for row in copies)
    else:
        rows = (
            (
                _who(row),
                labelled(row.explanation.label, row.status),
                row.status,
                in_utc(row.since),
                len(row.record.contradictions) or "",
            )
            for row in copies
        )
        headings = ("Who", "Label", "Status", "Since (UTC)", "Contra-\ndictions")
        _show(table(*headings, rows=rows, whole=headings[2:]))
    _finish(found, records, as_json=as_json)


@cli.command()
@_COPIES
@click.option("--audience", type=click.Choice(list(AUDIENCES)), default="staff", help="Write for these.")
@click.option(
    "--locale", metavar="TAG", default="en", callback=_by(found_for), help="Write in this language, or the nearest."
)
@_options(*TOLD)
@click.option("--details", is_flag=True, help="Show also what not to conclude, and what was seen when.")
def explain(*, details: bool, as_json: bool, **asked: Any) -> None:
    """Say what happened to each copy and what to do."""
    asked |= told(asked)
    copies, found, records = _rows(**asked)
    if as_json:
        write(row.explained() for row in copies)
    else:
        _show(_explanations(copies, console().width, details=details))
    _finish(found, records, as_json=as_json)


def _who(row: Row) -> ConsoleRenderable:
    return Group(cell(row.recipient), cell(row.which, "dim")) if row.which else cell(row.recipient)


def _explanations(rows: Iterable[Row], width: int, *, details: bool) -> Table:
    """Show four columns, or two where four would be too narrow to read."""
    told = (
        (
            _who(row),
            labelled(row.explanation.label, row.status),
            Group(cell(row.explanation.meaning), *(_details(row.explanation) if details else ())),
            numbered(row.explanation.next_steps),
        )
        for row in rows
    )
    if width >= NARROW:
        return table("Who", "Label", "What it means", "What to do", rows=told, lines=True)
    folded = ((Group(who, label), Group(meaning, "", steps)) for who, label, meaning, steps in told)
    return table("Who and label", "What it means and what to do", rows=folded, lines=True)


def _details(explanation: Explanation) -> Iterator[ConsoleRenderable]:
    for caveat in explanation.caveats:
        yield cell("")
        yield cell(caveat, "italic")
    yield cell("")
    for seen in explanation.evidence:
        yield cell(f"{in_utc(seen.occurred_at)} {seen.text}", "dim")


@cli.command("report")
@_FOLDED
@_options(*REPORT, *TOLD)
def report_(
    *,
    paths: Iterable[str],
    provider: Provider | None,
    reference: str | None,
    account: str | None,
    vocabulary: Vocabulary | None,
    policy: Policy | None,
    now: datetime | None,
    html: str | None,
    csv: str | None,
    json: str | None,
    **shown: Any,
) -> None:
    """
    Write the delivery report: one page, CSV, JSON.

    The page shows what became of each message, and needs nothing else. "-" is standard output. Recipients are shown as
    they were spelled: a report holds personal data.
    """
    found, copies = _folded(paths, provider, reference=reference, account=account)
    pack = under(vocabulary, policy)
    shown |= told(shown)
    written(copies, {"html": html, "csv": csv, "json": json}, vocabulary=pack, now=now or datetime.now(UTC), **shown)
    _finish(found, copies, as_json=True)


@cli.command("diagnose")
@click.argument("texts", metavar="[TEXT|FILE.eml...]", nargs=-1)
@_AS_JSON
def diagnose_(texts: tuple[str, ...], *, as_json: bool) -> None:
    """
    Say why messages failed, whose problem it is, and what to do.

    Each TEXT is a server's reply, each FILE.eml a mail that came back; "-", or neither, reads a mail, or a reply a line,
    from standard input.
    """
    if not texts and sys.stdin.isatty():
        raise click.UsageError('give a reply, or "-" to read replies or a mail from standard input')
    found = list(reasons(texts or (STDIN,)))
    if as_json:
        unknown = dict.fromkeys(field.name for field in attrs.fields(Diagnosis))
        write(
            {
                **(attrs.asdict(each.diagnosis) if each.diagnosis else unknown),
                "problem_of": each.problem_of,
                "what_to_do": each.told.next_steps,
                "kind": each.kind,
                "recipient": each.about if each.kind else None,
            }
            for each in found
        )
    else:
        _show(
            table(
                "About",
                "Why",
                "Lasting",
                "Bad address",
                "Whose problem",
                "What to do",
                rows=map(_why, found),
                lines=True,
            )
        )


def _why(each: Why) -> tuple[object, ...]:
    found = each.diagnosis
    return (
        each.about,
        each.kind if found is None else found.reason,
        "" if found is None else found.permanence,
        "yes" if found is not None and found.address_is_bad else "no",
        each.problem_of,
        numbered(each.told.next_steps or ("Nothing.",)),
    )


@cli.command("providers")
@click.argument("names", metavar="[NAME]...", nargs=-1, callback=_by(_providers))
@_AS_JSON
def providers_(names: Sequence[Provider], *, as_json: bool) -> None:
    """
    Show what to expect of the providers that can be read.

    With names, all that is known of these.
    """
    known = names or [providers.get(name) for name in providers.names()]
    if as_json:
        write(matrix.row(provider) for provider in known)
    elif names:
        for provider in known:
            _show(
                table(
                    provider.name, provider.title, rows=zip(_said(matrix.COLUMNS), matrix.cells(provider), strict=True)
                )
            )
    else:
        shown = [matrix.row(provider) for provider in known]
        kinds = sorted(
            {kind for row in shown if row["name"] != "generic" for kind in row["tells_of"]}, key=list(EventKind).index
        )
        marks = [[row["name"], *("x" if kind in row["tells_of"] else "" for kind in kinds)] for row in shown]
        headings = ("Name", *(kind[:_SHORT] for kind in kinds))
        _show(table(*headings, rows=marks, whole=headings))
        _show(
            table("Name", *_said(_HABITS), rows=(_habits(provider) for provider in known), lines=True, whole=("Name",))
        )


#: So many letters tell the kinds apart that providers tell of.
_SHORT = 3

#: The columns of the matrix that have room beside each other.
_HABITS = ("channels", "tells_machines", "event_id", "times", "signed_with", "fresh_for", "sent_again_for", "lists")


def _habits(provider: Provider) -> tuple[str, ...]:
    cells = dict(zip(matrix.COLUMNS, matrix.cells(provider), strict=True))
    return (provider.name, *(cells[name] for name in _HABITS))


def _said(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.replace("_", " ").capitalize() for name in names)


@cli.group(invoke_without_command=True)
@_AS_JSON
@click.pass_context
def vocabularies(context: click.Context, *, as_json: bool) -> None:
    """List the label packs, products' own words."""
    if context.invoked_subcommand is not None:
        return
    known = [packs.get(name) for name in packs.names()]
    if as_json:
        write({"name": pack.name, "title": pack.title, "policy": pack.policy, "labels": pack.words} for pack in known)
    else:
        rows = ((pack.name, pack.title, pack.policy, ", ".join(pack.words)) for pack in known)
        _show(table("Name", "Title", "Policy", "Labels", rows=rows))


@vocabularies.command("show")
@click.argument("vocabulary", metavar="NAME", callback=_by(_vocabulary))
@_AS_JSON
def show(vocabulary: Vocabulary, *, as_json: bool) -> None:
    """
    Show the label of each status in a label pack.

    NAME is one of the packs that come along, or a .toml file of yours.
    """
    if as_json:
        write({"status": status, "when": when, "label": label} for status, when, label in _labels(vocabulary))
    else:
        rows = ((status, when or "", labelled(label, status)) for status, when, label in _labels(vocabulary))
        _show(table("Status", "When", "Label", rows=rows))


@vocabularies.command("check")
@click.argument("vocabulary", metavar="FILE")
@_AS_JSON
def check(vocabulary: str, *, as_json: bool) -> None:
    """
    Say what is wrong with a label pack: statuses without a label, two meanings under one word, claims nobody can make.

    FILE is a .toml file of yours, or the name of a pack that comes along. The exit code is 3 if anything is.
    """
    try:
        findings = packs.check(packs.get(vocabulary) if vocabulary in packs.names() else vocabulary)
    except OSError as error:
        raise click.BadParameter(str(error)) from None
    if as_json:
        write(attrs.asdict(finding) for finding in findings)
    else:
        rows = (
            (each.flaw, each.label or each.where or "", ", ".join(each.statuses), each.problem or each.flaw.meaning)
            for each in findings
        )
        _show(table("Flaw", "Label", "Statuses", "What is wrong", rows=rows))
    click.get_current_context().exit(_UNREAD if findings else 0)


def _labels(vocabulary: Vocabulary) -> Iterator[tuple[Status, str | None, str]]:
    """Give the labels of each status: those for some cases, in the order in which they are tried, then the usual one."""
    for each in Status:
        for rule in vocabulary.rules:
            if not rule.status or each in rule.status:
                yield each, _when(rule), rule.label
        yield each, None, vocabulary.labels[each]


_TRACKED = {True: "deliveries are tracked", False: "deliveries are not tracked", None: ""}


def _when(rule: Rule) -> str:
    words = (" or ".join(sorted(words)) for words in (rule.reason, rule.permanence))
    return "; ".join(filter(None, (*words, _TRACKED[rule.tracked])))
