"""
From facts to sentences: what happened, what it means, what to do about it, and how far to trust it.

An explanation is put together from what is known and nothing else, each fact with its own text: the status, the reason,
how long the cause lasts, whether it is tried again, what contradicts what, what was only inferred, what anyone could
have made up, and what a label hides. The texts are data (``help/``, one file per locale, one table per audience); this
file only says which facts are told, and in which order.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from string import Template
from typing import Any, cast

import attrs

from deliverystatus import vocabularies
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._diagnosis import Diagnosis
from deliverystatus._engine import Record, SlotKey, proves, slot_key
from deliverystatus._enums import (
    Actor,
    Channel,
    EventKind,
    Party,
    Permanence,
    Reason,
    Status,
    Word,
)
from deliverystatus._events import Event
from deliverystatus._policies import DEFAULT, FINAL, PROVES, PROVES_BY_MACHINE
from deliverystatus._suppression import Cause, Decision, Release
from deliverystatus._suppression_rules import WhyNot
from deliverystatus.exceptions import UnknownName
from deliverystatus.vocabularies import Tracking, Untracked, Vocabulary


class Certainty(Word):
    """How far an explanation can be trusted. The last that applies is given."""

    REPORTED = "reported", "Said by somebody who can know."
    INFERRED = "inferred", "Not said, but follows from what was."
    CONTRADICTED = "contradicted", "Said, and something else that was said does not agree."
    UNPROVEN = "unproven", "Said in a way that anyone could have made up."
    NOTHING_KNOWN = "nothing_known", "Nothing was said."


@attrs.frozen(kw_only=True)
class Wording:
    """
    What a product calls things. What is ``None``, or blank, is worded as the locale does.

    Attributes:
        product: The product's name: ``"ClinicSense"``; else "this system".
        recipient: What it calls a recipient, without an article: ``"client"``, ``"patient"``; else "recipient".
        support: Whom to contact, so that "contact …" reads well: an address; else "your support team".
    """

    product: str | None = None
    recipient: str | None = None
    support: str | None = None


@attrs.frozen(kw_only=True)
class Evidence:
    """
    Something that was seen.

    Attributes:
        kind: What happened.
        occurred_at: When it last did (aware, UTC); ``None`` if that was not said.
        text: The same in plain words: no names of vendors, no addresses.
    """

    kind: EventKind
    occurred_at: datetime | None
    text: str


@attrs.frozen(kw_only=True)
class Explanation:
    """
    What to tell the person who asks.

    Attributes:
        status: Where the copy stands; ``None`` if what is explained is no copy.
        label: The product's word for it, or ours.
        headline: What happened, in one line.
        meaning: What that means, in some sentences.
        next_steps: What to do, in order.
        caveats: What not to conclude.
        certainty: How far it can be trusted.
        evidence: What was seen, oldest first, without a time last.
        final: Whether nothing more is expected, though more may still come.
        who_acts: Who has to act next.
        look_again: When there may be news, or when all that stops a message ends by itself; ``None`` if there is no
            telling. For records only if *now* was given.
    """

    status: Status | None
    label: str
    headline: str
    meaning: str
    next_steps: tuple[str, ...]
    caveats: tuple[str, ...]
    certainty: Certainty
    evidence: tuple[Evidence, ...] = ()
    final: bool
    who_acts: Party
    look_again: datetime | None = None


#: Who is written for. The texts of each are a table of that name in every locale's file.
AUDIENCES = ("staff",)

#: How long a copy may be in these before something is wrong: ten minutes are what products tell their staff.
STUCK = {
    Status.PENDING:  timedelta(minutes=10),
    Status.SENDING:  timedelta(minutes=10),
    Status.ACCEPTED: timedelta(minutes=10),
}  # fmt: skip

#: When to look at a deferred copy again. Senders wait at least half an hour between tries (RFC 5321 section 4.5.4.1).
RETRY_SEEN_AFTER = timedelta(hours=1)

#: Who acts where no reason says it better. Total over Status.
WHO_ACTS = {
    Status.UNKNOWN:             Party.NOBODY,     # nothing reported is not a failure
    Status.PENDING:             Party.NOBODY,
    Status.SENDING:             Party.NOBODY,
    Status.WITHHELD:            Party.SUPPORT,
    Status.REJECTED:            Party.STAFF,
    Status.OUTCOME_UNKNOWN:     Party.STAFF,      # asks before anything is sent twice
    Status.ACCEPTED:            Party.NOBODY,
    Status.SENT:                Party.NOBODY,
    Status.DEFERRED:            Party.NOBODY,     # it may be tried again
    Status.DROPPED:             Party.STAFF,
    Status.UNDETERMINED_BOUNCE: Party.STAFF,
    Status.DELIVERED:           Party.NOBODY,
    Status.OPENED:              Party.NOBODY,
    Status.CLICKED:             Party.NOBODY,
    Status.UNSUBSCRIBED:        Party.NOBODY,
    Status.ACKNOWLEDGED:        Party.NOBODY,
    Status.RESPONDED:           Party.STAFF,      # reads the answer
    Status.SOFT_BOUNCED:        Party.STAFF,
    Status.BOUNCED:             Party.STAFF,
    Status.COMPLAINED:          Party.RECIPIENT,  # nobody else can take it back
}  # fmt: skip

#: Where a reason belongs, and whether its steps stand instead of the status's own or behind them.
REASON_REPLACES = {
    Status.WITHHELD:            True,
    Status.REJECTED:            True,
    Status.DEFERRED:            False,  # waiting comes first
    Status.DROPPED:             True,
    Status.UNDETERMINED_BOUNCE: False,  # and here asking: it may not have come back at all
    Status.SOFT_BOUNCED:        True,
    Status.BOUNCED:             True,
}  # fmt: skip

#: Where it is over, and somebody has to send again; so it matters whether that helps.
OVER = frozenset({Status.REJECTED, Status.DROPPED, Status.SOFT_BOUNCED, Status.BOUNCED})

#: Somebody's decisions. Whether another message would fail follows from the decision, which its own text tells.
DECIDED = frozenset({
    Reason.DECLINED, Reason.TEMPLATE_DISABLED, Reason.TEMPLATE_FAILED, Reason.NOT_OPTED_IN, Reason.QUOTA_EXCEEDED,
    Reason.POLICY_HOLD, Reason.SUPPRESSED_COMPLAINT, Reason.SUPPRESSED_BAD_ADDRESS, Reason.SUPPRESSED_REPEATED_BOUNCES,
    Reason.SUPPRESSED_UNSUBSCRIBE, Reason.SUPPRESSED_OTHER, Reason.INACTIVE, Reason.CHANNEL_DISABLED, Reason.DUPLICATE,
})  # fmt: skip

#: What is explained with other words on a phone.
PHONES = frozenset({Channel.SMS, Channel.WHATSAPP})

#: Who acts after a release was refused, where nothing that would lift it says better. Total over WhyNot.
WHO_ACTS_NEXT = {
    WhyNot.NO_SUCH_CAUSE:      Party.NOBODY,
    WhyNot.SEVERAL_CAUSES:     Party.STAFF,
    WhyNot.WRONG_ACTOR:        Party.SUPPORT,
    WhyNot.WRONG_PROOF:        Party.SUPPORT,
    WhyNot.NOT_LATER:          Party.STAFF,
    WhyNot.CAUSE_WITHOUT_TIME: Party.SUPPORT,
}  # fmt: skip

#: Whether it is tried again, as the texts call it.
RETRYING = {True: "yes", False: "no", None: "unknown"}


# -- the texts -------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Entry:
    """One text of a locale's file; what it does not have is empty."""

    label: str = ""
    headline: str = ""
    meaning: str = ""
    next_steps: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


_NOTHING = Entry()


def _over(general: Entry, special: Entry) -> Entry:
    """Give what is said specially, and else what is said in general."""
    return attrs.evolve(general, **{name: said for name, said in attrs.asdict(special, recurse=False).items() if said})


@attrs.frozen(kw_only=True)
class _Voice:
    """The texts for one audience in one locale, with what the product calls things."""

    texts: Mapping[str, Mapping[str, Entry]]
    words: Mapping[str, str]
    channel: Channel = Channel.EMAIL

    @classmethod
    def of(cls, audience: str, locale: str, wording: Wording) -> "_Voice":
        known = locales()
        if locale not in known:
            raise UnknownName("locale", locale, known)
        defaults, texts = _read(locale)
        given = {name: value for name, value in attrs.asdict(wording).items() if value and value.strip()}
        return cls(texts=texts[audience], words={**defaults, **given})

    def on(self, channel: Channel) -> "_Voice":
        return attrs.evolve(self, channel=channel)

    def has(self, section: str, key: str) -> bool:
        return key in self.texts[section]

    def __call__(self, section: str, key: str) -> Entry:
        """Give a text, worded; on a phone with what is said otherwise there."""
        text = self.texts[section][key]
        if self.channel in PHONES:
            text = _over(text, self.texts.get(f"phone_{section}", {}).get(key, _NOTHING))
        return Entry(**{name: self._worded(value) for name, value in attrs.asdict(text, recurse=False).items()})

    def _worded(self, text: Any) -> Any:
        if isinstance(text, tuple):
            return tuple(map(self._worded, text))
        return Template(text).substitute(self.words)


@cache
def locales() -> tuple[str, ...]:
    """Give the locales there are texts for, sorted."""
    files = (file.name for file in _HELP.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


_HELP = resources.files("deliverystatus") / "help"


@cache
def _read(locale: str) -> tuple[Mapping[str, str], Mapping[str, Mapping[str, Mapping[str, Entry]]]]:
    """Read a locale's file: how things are worded unless the caller says, and the texts of each audience."""
    file = tomllib.loads((_HELP / f"{locale}.toml").read_bytes().decode())
    defaults = file.pop("wording")
    return defaults, {
        audience: {name: {key: _entry(text) for key, text in texts.items()} for name, texts in sections.items()}
        for audience, sections in file.items()
    }


def _entry(text: Any) -> Entry:
    """Read one text: a table, or the meaning alone."""
    if isinstance(text, str):
        return Entry(meaning=text)
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in text.items()}
    return Entry(**fields)


# -- a copy ----------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Copy:
    """A record under one policy, with all that its explanation depends on."""

    record: Record
    voice: _Voice
    pack: Vocabulary | None
    now: datetime | None
    opens_tracked: bool
    status: Status
    deciding: Event | None
    untracked: Untracked | None
    label_given: str | None

    @classmethod
    def of(
        cls, record: Record, voice: _Voice, pack: Vocabulary | None, now: datetime | None, tracking: Tracking | None
    ) -> "_Copy":
        policy = DEFAULT if pack is None else pack.policy
        status, deciding = record.status_under(policy), record.deciding_under(policy)
        quiet = vocabularies.untracked(record, tracking)
        return cls(
            record=record,
            voice=voice.on(_channel(record) if deciding is None else deciding.channel),
            pack=pack,
            now=now,
            opens_tracked=quiet != "before" and (tracking is None or tracking.opens),
            status=status,
            deciding=deciding,
            untracked=quiet if status in (Status.ACCEPTED, Status.SENT) else None,
            label_given=None if pack is None else pack.label(record, tracking),
        )

    def explained(self) -> Explanation:
        text = self.text
        return Explanation(
            status=self.status,
            label=self.label,
            headline=text.headline,
            meaning=" ".join((text.meaning, *(more.meaning for more in self.additions if more.meaning))),
            next_steps=self.next_steps,
            caveats=tuple(
                dict.fromkeys((*self.doubts, *text.caveats, *(c for more in self.additions for c in more.caveats)))
            ),
            certainty=self.certainty,
            evidence=_ordered(_seen(k, slot.evidence, self.voice, slot.last) for k, slot in self.record.slots.items()),
            final=self.status in FINAL or self.untracked is not None or self.given_up,
            who_acts=self.who_acts,
            look_again=self.look_again,
        )

    # -- the facts

    @property
    def reason(self) -> Reason | None:
        """Why, where a status asks for a reason; unknown if nothing said why."""
        if self.status not in REASON_REPLACES:
            return None
        return (self.deciding and self.deciding.reason) or Reason.UNKNOWN

    @property
    def inferred(self) -> bool:
        """Whether nobody said so, though something that was said shows it."""
        shown = {PROVES[key.kind] for key in self.record.slots if key.exact and proves(key) is self.status}
        return bool(shown) and self.status not in shown

    @property
    def permanence(self) -> Permanence | None:
        """How long the cause lasts, where somebody has to send again."""
        if self.reason in DECIDED or not (self.status in OVER or self.given_up):
            return None
        failure = None if self.deciding is None else self.deciding.failure
        return Permanence.UNDETERMINED if failure is None else failure.permanence

    @property
    def retrying(self) -> bool | None:
        return None if self.deciding is None else self.deciding.retrying

    @property
    def given_up(self) -> bool:
        return self.status is Status.DEFERRED and self.retrying is False

    @property
    def began(self) -> datetime | None:
        """Since when it is in this status at the latest."""
        slots = self.record.slots.items()
        return min(
            (at for key, slot in slots if proves(key) is self.status and (at := slot.first or slot.bound)), default=None
        )

    @property
    def stuck(self) -> bool:
        limit = STUCK.get(self.status)
        if limit is None or self.untracked or self.now is None or self.began is None:
            return False
        return self.now - self.began > limit

    # -- what is said of them

    @property
    def label(self) -> str:
        return self.text.label if self.label_given is None else self.label_given

    @property
    def text(self) -> Entry:
        """The text of the status, or of its having no sequel, or of its being inferred."""
        if self.untracked is not None:
            return self.voice("untracked", self.untracked)
        text = self.voice("status", self.status)
        return _over(text, self.voice("inferred", self.status)) if self.inferred else text

    @property
    def additions(self) -> Iterator[Entry]:
        """What is said behind the meaning of the status, in this order."""
        voice = self.voice
        if self.reason is not None:
            yield voice("reason", self.reason)
            if self.reason is Reason.UNKNOWN and voice.has("unexplained", self.status):
                yield voice("unexplained", self.status)
        if self.status is Status.DEFERRED:
            yield voice("retrying", RETRYING[self.retrying])
        if self.permanence is not None:
            yield voice("permanence", self.permanence)
        if self.stuck:
            yield voice("stuck", self.status)

    @property
    def next_steps(self) -> tuple[str, ...]:
        voice = self.voice
        if self.stuck:
            return voice("stuck", self.status).next_steps
        steps = self.text.next_steps
        if self.reason is not None and (self.reason is not Reason.UNKNOWN or self.given_up):
            kept = () if self.given_up or REASON_REPLACES[self.status] else steps
            steps = kept + voice("reason", self.reason).next_steps
        if self.permanence is not None:
            steps += voice("permanence", self.permanence).next_steps
        elif self.status is Status.DEFERRED:
            steps += voice("retrying", RETRYING[self.retrying]).next_steps
        return steps

    @property
    def doubts(self) -> Iterator[str]:
        """What not to conclude, by what was reported how; the caveats of the status itself come after these."""
        voice, status, deciding = self.voice, self.status, self.deciding
        if self.certainty is Certainty.UNPROVEN:
            yield voice("caveat", "unproven").meaning
        for contradiction in self.record.contradictions:
            yield voice("contradiction", contradiction).meaning
        if self.inferred:
            yield from voice("inferred", status).caveats
        elif deciding is not None and deciding.actor is not Actor.HUMAN and voice.has("unknown_actor", status):
            yield voice("unknown_actor", status).meaning
        for hidden in self.hidden:
            yield voice("caveat", hidden).meaning
        if self.pack is not None and self.pack.hides(status, self.label) and voice.has("hidden", status):
            yield voice("hidden", status).meaning
        if status is Status.DELIVERED and voice.channel is Channel.EMAIL:
            yield voice("caveat", "tracked_opens" if self.opens_tracked else "untracked_opens").meaning

    @property
    def hidden(self) -> Iterator[str]:
        """What neither the headline nor the label tells, and nobody may overlook."""
        said = {key.kind for key in self.record.slots if key.exact and key.actor is not Actor.MACHINE}
        maybe = {key.kind for key in self.record.slots if not key.exact}
        if EventKind.COMPLAINED in said and self.status is not Status.COMPLAINED:
            yield "also_complained"
        if EventKind.COMPLAINED in maybe - said:
            yield "maybe_complained"
        if EventKind.UNSUBSCRIBED in said and self.status is not Status.UNSUBSCRIBED:
            yield "also_unsubscribed"

    @property
    def certainty(self) -> Certainty:
        if self.deciding is None:
            return Certainty.NOTHING_KNOWN
        if self.deciding.authenticated is False:
            return Certainty.UNPROVEN
        if self.record.contradictions:
            return Certainty.CONTRADICTED
        return Certainty.INFERRED if self.inferred else Certainty.REPORTED

    @property
    def who_acts(self) -> Party:
        if self.stuck:
            return Party.SUPPORT
        if self.reason in (None, Reason.UNKNOWN):
            return Party.STAFF if self.given_up else WHO_ACTS[self.status]
        consequence = CONSEQUENCES[cast("Reason", self.reason)]
        if self.status is Status.DEFERRED and not self.given_up and consequence.permanence is not Permanence.PERMANENT:
            return Party.NOBODY
        return consequence.who_acts

    @property
    def look_again(self) -> datetime | None:
        if self.now is None or self.given_up or self.stuck or self.untracked:
            return None
        if self.status is Status.DEFERRED:
            return self.now + RETRY_SEEN_AFTER
        limit = STUCK.get(self.status)
        if limit is None:
            return None
        return min(self.began or self.now, self.now) + limit  # clocks of others may run ahead


def _channel(record: Record) -> Channel:
    """Say how a copy travels of which nothing says where it stands."""
    channels = {slot.evidence.channel for slot in record.slots.values()}
    return min(channels, key=lambda channel: channel.ordinal, default=Channel.EMAIL)


def _ordered(seen: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Give everything that was seen, each once, in the order in which it happened."""
    return tuple(sorted(set(seen), key=lambda each: (each.occurred_at or _LAST, each.kind.ordinal, each.text)))


def _seen(key: SlotKey, event: Event, voice: _Voice, at: datetime | None = None) -> Evidence:
    voice = voice.on(event.channel)
    by_machine = key.actor is Actor.MACHINE and key.kind in PROVES_BY_MACHINE
    texts = [voice("evidence_by_machine" if by_machine else "evidence", key.kind).meaning]
    if key.reason not in (None, Reason.UNKNOWN):
        texts.append(voice("reason", key.reason).meaning)
    if not key.exact:
        texts.append(voice("attribution", event.attribution).meaning)
    return Evidence(kind=key.kind, occurred_at=at or event.occurred_at, text=" ".join(texts))


_LAST = datetime.max.replace(tzinfo=UTC)


# -- other things ----------------------------------------------------------------------------------------------------


def _of_diagnosis(diagnosis: Diagnosis, voice: _Voice) -> Explanation:
    text = voice("reason", diagnosis.reason)
    lasting = () if diagnosis.reason in DECIDED else (voice("permanence", diagnosis.permanence).meaning,)
    known = diagnosis.reason is not Reason.UNKNOWN
    return Explanation(
        status=None,
        label=text.label,
        headline=text.label,
        meaning=" ".join((text.meaning, *lasting)),
        next_steps=text.next_steps,
        caveats=text.caveats,
        certainty=Certainty.REPORTED if known else Certainty.NOTHING_KNOWN,
        final=False,  # a reply alone does not say whether it is tried again
        who_acts=CONSEQUENCES[diagnosis.reason].who_acts,
    )


def _of_decision(decision: Decision, voice: _Voice) -> Explanation:
    text = voice("decision", "allowed" if decision.allowed else "refused")
    texts = [text, *(_of_cause(cause, voice.on(decision.channel)) for cause in decision.causes)]
    caveats = [caveat for each in texts for caveat in each.caveats]
    if any(cause.until for cause in decision.causes):
        caveats += voice("cause", "ends").caveats
    if any(cause.listed_by for cause in decision.causes):
        caveats += voice("cause", "listed").caveats
    forgeable = not decision.allowed and all(cause.evidence.authenticated is False for cause in decision.causes)
    ends = [cause.until for cause in decision.causes]
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=" ".join(dict.fromkeys(each.meaning for each in texts if each.meaning)),
        next_steps=tuple(dict.fromkeys(step for each in texts for step in each.next_steps)),
        caveats=tuple(dict.fromkeys(caveats)),
        certainty=Certainty.UNPROVEN if forgeable else Certainty.REPORTED,
        evidence=_ordered(_seen(slot_key(cause.evidence), cause.evidence, voice) for cause in decision.causes),
        final=False,  # the next one is decided anew
        who_acts=decision.causes[0].lifted_by[0] if decision.causes else Party.NOBODY,
        look_again=max(filter(None, ends)) if ends and all(ends) else None,
    )


def _of_cause(cause: Cause, voice: _Voice) -> Entry:
    if cause.reason is Reason.SUPPRESSED_COMPLAINT and cause.lifted_by[0] is not Party.RECIPIENT:
        return voice("cause", "doubted_complaint")
    return voice("reason", cause.reason)


def _of_release(release: Release, voice: _Voice) -> Explanation:
    text = voice("release", "accepted" if release.accepted else "refused")
    steps, meaning, who_acts = text.next_steps, text.meaning, Party.NOBODY
    if release.why_not is not None:
        why_not = voice("why_not", release.why_not)
        steps, meaning = why_not.next_steps, why_not.meaning
        who_acts = WHO_ACTS_NEXT[release.why_not]
        if not steps and release.would_do:
            who_acts, proof = release.would_do[0]
            steps = voice("proof", proof).next_steps
    elif release.listed_by:
        steps, who_acts = voice("cause", "listed").next_steps, Party.SUPPORT
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=meaning,
        next_steps=steps,
        caveats=voice("cause", "listed").caveats if release.listed_by else (),
        certainty=Certainty.REPORTED,
        final=release.accepted,
        who_acts=who_acts,
    )


# -- the way in --------------------------------------------------------------------------------------------------------


def explain(
    subject: Record | Diagnosis | Decision | Release,
    *,
    audience: str = "staff",
    locale: str = "en",
    vocabulary: str | Vocabulary | None = None,
    now: datetime | None = None,
    tracking: Tracking | None = None,
    wording: Wording | None = None,
) -> Explanation:
    """
    Say what happened, what it means and what to do. Total: there is text for every record.

    Args:
        subject: A record, a diagnosis, a decision whether to send, or the outcome of a release.
        audience: Who reads it: ``"staff"``.
        locale: In which language: ``"en"``.
        vocabulary: The label pack, or its name; without one the labels are ours. A pack has its own policy, too.
        now: The time (aware). With it, what takes too long is told, and when to look again.
        tracking: What the account can report at all; else the provider says.
        wording: What the product calls things.

    Raises:
        UnknownName: If there is no such audience, locale or vocabulary.
        TypeError: If *subject* is nothing that can be explained.
        ValueError: If *now* has no zone.
    """
    if audience not in AUDIENCES:
        raise UnknownName("audience", audience, AUDIENCES)
    voice = _Voice.of(audience, locale, wording or Wording())
    pack = vocabularies.get(vocabulary) if isinstance(vocabulary, str) else vocabulary
    if now is not None and now.utcoffset() is None:
        raise ValueError("now: expected a time with its zone")
    match subject:
        case Record():
            return _Copy.of(subject, voice, pack, now, tracking).explained()
        case Diagnosis():
            return _of_diagnosis(subject, voice)
        case Decision():
            return _of_decision(subject, voice)
        case Release():
            return _of_release(subject, voice)
    raise TypeError(f"subject: expected something that can be explained, got {type(subject).__name__}")
