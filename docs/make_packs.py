"""
Write a help page for each label pack, from the texts and the tables of the code: what each label means and what to do.

    python docs/make_packs.py [--check]

With ``--check`` nothing is written; the exit code is 1 if a page is not what the tables say.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from make_tables import HERE, STAMP, main

import deliverystatus as ds
from deliverystatus import vocabularies
from deliverystatus._explain._tables import DECIDED, REASON_REPLACES, STUCK
from deliverystatus._explain._texts import Voice
from deliverystatus._policies import PROVES

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)

#: What each product calls a recipient, and whom its staff contact.
WORDINGS = {
    "amilia": ds.Wording(product="Amilia", recipient="client", support="Amilia's support"),
    "clinicsense": ds.Wording(product="ClinicSense", recipient="client", support="ClinicSense's support"),
    "crisisworks": ds.Wording(product="Crisisworks", recipient="recipient", support="your administrator"),
    "timetap": ds.Wording(product="TimeTap", recipient="client", support="TimeTap's support"),
    "writeupp": ds.Wording(product="WriteUpp", recipient="patient", support="WriteUpp's support"),
}

#: The kind of event that shows each status.
KINDS = {status: kind for kind, status in PROVES.items()} | {ds.Status.UNKNOWN: ds.EventKind.UNKNOWN}

#: What a copy is withheld for, and what it fails for.
REASONS = {
    True: [reason for reason in ds.Reason if reason in DECIDED],
    False: [reason for reason in ds.Reason if reason not in DECIDED],
}


def page(pack: ds.Vocabulary) -> str:
    """Tell everything a product's staff ask about its labels."""
    wording = WORDINGS[pack.name]
    nothing = pack.labels[ds.Status.UNKNOWN]
    lines = [
        STAMP,
        f"# {pack.title}: what the status of a message means",
        "",
        f"A message has one of {len(pack.words) - 1} statuses, or *{nothing}* where nothing is reported.",
        "It can change: reports come late, twice and out of order.",
        "",
    ]
    groups = {"Delivery": pack.groups["delivery"] | {ds.Status.UNKNOWN}, "Feedback": pack.groups["feedback"]}
    for title, statuses in groups.items():
        lines += [f"## {title}", ""]
        for label in pack.words:
            shown = [status for status in ds.Status if status in statuses and label in _labels(pack, status)]
            if shown:
                lines += [f"### {label}", ""]
                for status in shown:
                    lines += _status(pack, status, wording, alone=len(shown) == 1)
    lines += ["## Why a message did not arrive", ""]
    lines += ["Where the cause is known, it is told with the status. What to do follows from the cause.", ""]
    for was_decided, heading in ((False, "It failed"), (True, "It was not sent, or held back")):
        lines += [f"### {heading}", "", "| cause | what it means | what to do |", "| --- | --- | --- |"]
        status = ds.Status.WITHHELD if was_decided else ds.Status.SOFT_BOUNCED
        for reason in REASONS[was_decided]:
            text = ds.explain(ds.Failure(claimed=reason).diagnosis, wording=wording)
            label = pack.label_of(status, reason=reason, permanence=ds.Failure(claimed=reason).permanence)
            steps = " ".join(text.next_steps)
            lines.append(f"| {text.label} (*{label}*) | {text.meaning} | {steps} |")
        lines.append("")
    lines += ["## Where only *sent* can be known", ""]
    for tracking in (ds.Tracking(delivery=False), ds.Tracking(since=NOON + timedelta(days=1))):
        text = ds.explain(_record(ds.Status.SENT), vocabulary=pack, wording=wording, tracking=tracking)
        lines += [f"*{text.label}*: {text.headline}. {text.meaning}", "", *_list(text.caveats, "-"), ""]
    return "\n".join(lines)


def _labels(pack: ds.Vocabulary, status: ds.Status) -> set[str]:
    """Give the labels that a status has, whatever else is known."""
    rules = {rule.label for rule in pack.rules if status in (rule.status or set(ds.Status))}
    return rules | {pack.labels[status]}


def _record(status: ds.Status) -> ds.Record:
    return ds.fold([ds.Event(KINDS[status], message_id="m", recipient="ada@example.com", occurred_at=NOON)])


def _status(pack: ds.Vocabulary, status: ds.Status, wording: ds.Wording, *, alone: bool) -> Iterator[str]:
    """Tell what one status means: of itself, not of one report without a cause."""
    text = ds.explain(_record(status), vocabulary=pack, wording=wording)
    if not alone:
        yield f"**{text.headline}.**"
    elif text.headline.lower() != text.label.lower():
        yield f"{text.headline}."
    unknown = Voice.of("staff", "en", wording)("reason", ds.Reason.UNKNOWN).meaning
    unsettled = Voice.of("staff", "en", wording)("permanence", ds.Permanence.UNDETERMINED)
    meaning = text.meaning
    for said in (unknown, unsettled.meaning):
        meaning = meaning.replace(f" {said}", "")
    yield meaning
    yield ""
    yield from _list(tuple(step for step in text.next_steps if step not in unsettled.next_steps), "1.")
    yield ""
    if text.caveats:
        yield from _list(text.caveats, "-")
        yield ""
    if status in REASON_REPLACES:
        yield "Where the cause is known, do what is said there ([below](#why-a-message-did-not-arrive))."
        yield ""
    if limit := STUCK.get(status):
        late = ds.explain(_record(status), vocabulary=pack, wording=wording, now=NOON + limit + timedelta(seconds=1))
        minutes = int(limit.total_seconds() // 60)
        yield f"After more than {minutes} minutes: {' '.join(late.next_steps)}"
        yield ""


def _list(texts: tuple[str, ...], sign: str) -> list[str]:
    return [f"{sign} {text}" for text in texts]


PAGES = {f"packs/{name}.md": vocabularies.get(name) for name in vocabularies.names()}

if __name__ == "__main__":
    (HERE / "packs").mkdir(exist_ok=True)
    sys.exit(main({name: lambda pack=pack: page(pack) for name, pack in PAGES.items()}))
