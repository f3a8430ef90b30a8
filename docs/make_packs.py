"""
Write a help page for each label pack, from the texts and the tables of the code: what each label means and what to do.

    python docs/make_packs.py [--check]

With ``--check`` nothing is written; the exit code is 1 if a page is not what the tables say.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from make_tables import HERE, STAMP, main

import deliverystatus as ds
from deliverystatus import vocabularies
from deliverystatus._explain._tables import DECIDED, OVER, REASON_REPLACES, STUCK
from deliverystatus._explain._texts import Voice
from deliverystatus._policies import PROVES

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


class Product(NamedTuple):
    """
    What a product's page needs beside its pack.

    Attributes:
        wording: What it calls a recipient, and whom its staff contact.
        phones: Whether it sends to phones, too.
        days: How many days its list goes back; ``None``: not said.
        since: When its tracking began.
        own_server: Whether accounts may send by a mail server of their own.
        common: The causes that its staff meet most under a label.
        rules: By which its mass messages stop.
        numbers: What its dashboard counts, and under which headings.
    """

    wording: ds.Wording
    phones: bool = False
    days: int | None = None
    since: datetime | None = None
    own_server: bool = False
    common: Mapping[str, tuple[ds.Reason, ...]] = {}
    rules: ds.Rules | None = None
    numbers: Mapping[str, ds.Fact] = {}


PRODUCTS = {
    "amilia": Product(
        ds.Wording(product="Amilia", recipient="client", support="Amilia's support"),
        common={
            "Dropped": (
                ds.Reason.SPAM_CONTENT,
                ds.Reason.INVALID_ADDRESS,
                ds.Reason.SUPPRESSED_BAD_ADDRESS,
                ds.Reason.SUPPRESSED_COMPLAINT,
            )
        },
        rules=ds.Rules(name="default"),
        numbers={
            "Sent": ds.Fact.SENT,
            "Open": ds.Fact.OPENED,
            "Unsubscribed": ds.Fact.UNSUBSCRIBED,
            "Blocked / Spam": ds.Fact.BLOCKED,
        },
    ),
    "clinicsense": Product(
        ds.Wording(product="ClinicSense", recipient="client", support="support@clinicsense.com"),
        days=30,
        common={"Failed": (ds.Reason.UNKNOWN_RECIPIENT, ds.Reason.SUPPRESSED_COMPLAINT)},
    ),
    "crisisworks": Product(
        ds.Wording(product="Crisisworks", recipient="recipient", support="your administrator"), phones=True
    ),
    "timetap": Product(
        ds.Wording(product="TimeTap", recipient="client", support="support@timetap.com"),
        phones=True,
        common={"Blocked": (ds.Reason.POLICY_HOLD, ds.Reason.CHANNEL_DISABLED)},
    ),
    "writeupp": Product(
        ds.Wording(product="WriteUpp", recipient="patient", support="WriteUpp's support"),
        since=datetime(2019, 7, 23, tzinfo=UTC),
        own_server=True,
    ),
}

#: The kind of event that shows each status.
KINDS = {status: kind for kind, status in PROVES.items()} | {ds.Status.UNKNOWN: ds.EventKind.UNKNOWN}

#: What a copy is withheld for, and what it fails for.
REASONS = {
    True: [reason for reason in ds.Reason if reason in DECIDED],
    False: [reason for reason in ds.Reason if reason not in DECIDED],
}

#: Where a message was not sent for somebody's decision.
NOT_SENT = (ds.Status.WITHHELD, ds.Status.DROPPED)

#: What a phone never reports of a text message.
UNSEEN_ON_A_PHONE = frozenset({ds.Status.OPENED})


def page(pack: ds.Vocabulary) -> str:
    """Tell everything a product's staff ask about its labels."""
    product = PRODUCTS[pack.name]
    wording = product.wording
    nothing = pack.labels[ds.Status.UNKNOWN]
    lines = [
        STAMP,
        f"# {pack.title}: what the status of a message means",
        "",
        f"A message has one of {len(pack.words) - 1} statuses, or *{nothing}* where nothing is reported.",
        "It can change: reports come late, twice and out of order.",
        *([f"The list shows the messages of the last {product.days} days."] if product.days else []),
        *_explained(ds.Status.RESPONDED, pack, wording).caveats[-1:],
        "",
    ]
    groups = {"Delivery": pack.groups["delivery"] | {ds.Status.UNKNOWN}, "Feedback": pack.groups["feedback"]}
    for title, statuses in groups.items():
        lines += [f"## {title}", ""]
        for label in pack.words:
            shown = [status for status in ds.Status if status in statuses and label in _labels(pack, status)]
            if shown:
                lines += [f"### {label}", "", *_label(pack, label, shown, product)]
    lines += ["## Why a message did not arrive", ""]
    lines += ["Where the cause is known, it is told with the status. What to do follows from the cause.", ""]
    for was_decided, heading in ((False, "It failed"), (True, "It was not sent, or held back")):
        lines += [
            f"### {heading}",
            "",
            "| cause | shown as | what it means | what to do |",
            "| --- | --- | --- | --- |",
        ]
        for reason in REASONS[was_decided]:
            text = ds.explain(ds.Failure(claimed=reason).diagnosis, wording=wording)
            labels = dict.fromkeys(_label_of(pack, s, reason) for s in (NOT_SENT if was_decided else sorted(OVER)))
            lines.append(f"| {text.label} | *{'*, *'.join(labels)}* | {text.meaning} | {' '.join(text.next_steps)} |")
        lines.append("")
    if product.rules is not None and product.rules.inactivity is not None:
        years = product.rules.inactivity.period.years
        lines += [f"*{_reason(ds.Reason.INACTIVE, wording).label}* is said after {years} years.", ""]
    lines += _untracked(pack, product)
    lines += _numbers(product)
    lines += _beside(wording)
    lines += ["## To get more messages through", ""]
    lines += _list((*_good_habits(wording), "Add your own address to a message. Then you get what they get."), "-")
    return "\n".join([*lines, ""])


def _labels(pack: ds.Vocabulary, status: ds.Status) -> set[str]:
    """Give the labels that a status has, whatever else is known."""
    rules = {rule.label for rule in pack.rules if status in (rule.status or set(ds.Status))}
    return rules | {pack.labels[status]}


def _label_of(pack: ds.Vocabulary, status: ds.Status, reason: ds.Reason) -> str:
    return pack.label_of(status, reason=reason, permanence=ds.Failure(claimed=reason).permanence)


def _explained(
    status: ds.Status,
    pack: ds.Vocabulary,
    wording: ds.Wording,
    *,
    reason: ds.Reason | None = None,
    channel: str = "email",
    retrying: bool | None = None,
    tracking: ds.Tracking | None = None,
    now: datetime | None = None,
) -> ds.Explanation:
    """Explain a copy of which one thing is known."""
    seen = ds.Event(
        KINDS[status],
        message_id="m",
        recipient="ada@example.com",
        occurred_at=NOON,
        channel=channel,
        retrying=retrying,
        failure=None if reason is None else ds.Failure(claimed=reason),
    )
    return ds.explain(ds.fold([seen]), vocabulary=pack, wording=wording, tracking=tracking, now=now)


def _reason(reason: ds.Reason, wording: ds.Wording) -> ds.Explanation:
    return ds.explain(ds.Failure(claimed=reason).diagnosis, wording=wording)


def _label(pack: ds.Vocabulary, label: str, statuses: list[ds.Status], product: Product) -> Iterator[str]:
    """Tell what a label means: each status that has it, and the causes that lead to it alone."""
    usual = [status for status in statuses if pack.labels[status] == label]
    usual.sort(key=lambda status: pack.hides(status, label))  # what the label is named for comes first
    ruled = [status for status in statuses if status not in usual]
    for status in usual:
        yield from _status(pack, status, product, alone=len(statuses) == 1)
    for status in ruled:
        text = _explained(status, pack, product.wording)
        yield f"**{text.headline}.**"
        yield Voice.of("staff", "en", product.wording)("status", status).meaning  # each cause tells the rest
        yield ""
    leading = [
        reason
        for reason in ds.Reason
        if any(_label_of(pack, s, reason) == label and (reason in DECIDED) is (s in NOT_SENT) for s in ruled)
    ]
    if leading:
        yield "It is said for these causes:"
        yield ""
        for reason in leading:
            yield from _cause(
                _explained(ruled[0], pack, product.wording, reason=reason), _reason(reason, product.wording)
            )
    if label in product.common:
        yield "The most frequent causes:"
        yield ""
        for reason in product.common[label]:
            yield from _cause(
                _explained(usual[0], pack, product.wording, reason=reason), _reason(reason, product.wording)
            )


def _cause(copy: ds.Explanation, reason: ds.Explanation) -> Iterator[str]:
    """Tell a cause, with what follows from it for a copy."""
    yield f"**{reason.label}.** {reason.meaning}"
    yield ""
    yield from _list(copy.next_steps, "1.")
    yield ""
    if reason.caveats:
        yield from _list(reason.caveats, "-")
        yield ""


def _status(pack: ds.Vocabulary, status: ds.Status, product: Product, *, alone: bool) -> Iterator[str]:
    """Tell what one status means: of itself, not of one report without a cause."""
    wording = product.wording
    retrying = True if status is ds.Status.DEFERRED else None
    text = _explained(status, pack, wording, retrying=retrying)
    if not alone:
        yield f"**{text.headline}.**"
    elif text.headline.lower() != text.label.lower():
        yield f"{text.headline}."
    yield _without_cause(text.meaning, wording)
    yield ""
    yield from _list(_steps(text, wording), "1.")
    yield ""
    if text.caveats:
        yield from _list(text.caveats, "-")
        yield ""
    if status is ds.Status.DEFERRED:
        unsaid = Voice.of("staff", "en", wording)("retrying", "unknown")
        yield f"Where nobody says that it is tried again: {unsaid.meaning} {' '.join(unsaid.next_steps)}"
        yield ""
    if status in REASON_REPLACES:
        yield "Where the cause is known, do what is said there ([below](#why-a-message-did-not-arrive))."
        yield ""
    if limit := STUCK.get(status):
        late = _explained(status, pack, wording, now=NOON + limit + timedelta(seconds=1))
        minutes = int(limit.total_seconds() // 60)
        yield f"After more than {minutes} minutes: {' '.join(late.next_steps)}"
        yield ""
    if product.phones:
        yield from _on_a_phone(text, _explained(status, pack, wording, channel="sms", retrying=retrying), wording)


def _on_a_phone(mail: ds.Explanation, text: ds.Explanation, wording: ds.Wording) -> Iterator[str]:
    """Tell what is otherwise of a text message."""
    if text.status in UNSEEN_ON_A_PHONE:
        yield "Of a text message this is not reported. That does not mean that nobody read it."
        yield ""
        return
    told = [
        said
        for said, same in ((f"{text.headline}.", f"{mail.headline}."), (text.meaning, mail.meaning))
        if said != same
    ]
    steps = () if text.next_steps == mail.next_steps else _steps(text, wording)
    caveats = () if text.caveats == mail.caveats else text.caveats
    if told or steps or caveats:
        yield " ".join(["Of a text message:", *(_without_cause(said, wording) for said in told)])
        yield ""
        if steps:
            yield from _list(steps, "1.")
            yield ""
        if caveats:
            yield from _list(caveats, "-")
            yield ""


def _unsettled(wording: ds.Wording) -> tuple[str, tuple[str, ...], str]:
    """Give what is said where one report does not tell the cause; a page tells all causes."""
    voice = Voice.of("staff", "en", wording)
    unsettled = voice("permanence", ds.Permanence.UNDETERMINED)
    return unsettled.meaning, unsettled.next_steps, voice("reason", ds.Reason.UNKNOWN).meaning


def _without_cause(meaning: str, wording: ds.Wording) -> str:
    unsettled, _, unknown = _unsettled(wording)
    return meaning.replace(f" {unknown}", "").replace(f" {unsettled}", "")


def _steps(text: ds.Explanation, wording: ds.Wording) -> tuple[str, ...]:
    _, unsettled, _ = _unsettled(wording)
    return tuple(step for step in text.next_steps if step not in unsettled)


def _untracked(pack: ds.Vocabulary, product: Product) -> Iterator[str]:
    """Tell where Sent is the last word."""
    profiles = {}
    if product.own_server:
        profiles["Sent by your own mail server"] = ds.Tracking(delivery=False)
    if product.since is not None:
        day = f"{product.since.day} {product.since:%B %Y}"
        profiles[f"Sent before {day}"] = ds.Tracking(since=NOON + timedelta(days=1))
    if profiles:
        yield "## Where only *sent* can be known"
        yield ""
    for heading, tracking in profiles.items():
        text = _explained(ds.Status.SENT, pack, product.wording, tracking=tracking)
        yield f"**{heading}** (*{text.label}*): {text.headline}. {text.meaning}"
        yield ""
        yield from _list(text.next_steps, "1.")
        yield ""
        yield from _list(text.caveats, "-")
        yield ""


def _numbers(product: Product) -> Iterator[str]:
    """Tell what a dashboard's numbers count."""
    if product.numbers:
        yield from ("## The numbers", "", "| number | counts messages of which is known |", "| --- | --- |")
        yield from (f"| {heading} | {fact.meaning} |" for heading, fact in product.numbers.items())
        yield from ("| Open rate | Of those that were sent, the share that was opened. |", "")


def _beside(wording: ds.Wording) -> Iterator[str]:
    """Tell what is reported and says nothing about where a message stands."""
    voice = Voice.of("staff", "en", wording)
    yield from ("## What else may be reported", "", "This changes no status. It is told beside it.", "")
    yield from _list((voice("evidence", kind).meaning for kind, status in PROVES.items() if status is None), "-")
    yield ""


def _good_habits(wording: ds.Wording) -> Iterator[str]:
    """Give the first steps of two causes that staff can see to before a message fails."""
    voice = Voice.of("staff", "en", wording)
    yield voice("status", ds.Status.BOUNCED).next_steps[0]
    yield voice("reason", ds.Reason.RECIPIENT_REFUSED).next_steps[0]


def _list(texts: Iterable[str], sign: str) -> list[str]:
    return [f"{sign} {text}" for text in texts]


PAGES = {f"packs/{name}.md": vocabularies.get(name) for name in vocabularies.names()}

if __name__ == "__main__":
    (HERE / "packs").mkdir(exist_ok=True)
    sys.exit(main({name: lambda pack=pack: page(pack) for name, pack in PAGES.items()}))
