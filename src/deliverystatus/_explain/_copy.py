"""
From a copy to sentences: which facts of a record are told, and in which order.

Each fact has its own text: the status, the reason, how long the cause lasts, whether it is tried again, what
contradicts what, what was only inferred, what anyone could have made up, and what a label hides.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import cast

import attrs

from deliverystatus import providers, vocabularies
from deliverystatus._codes import CONSEQUENCES
from deliverystatus._engine import Record, proves, slot_key
from deliverystatus._enums import Actor, Channel, EventKind, Party, Permanence, Reason, Status
from deliverystatus._events import Event
from deliverystatus._explain import _developers
from deliverystatus._explain._evidence import cause_of, has_words, ordered, peculiar, seen
from deliverystatus._explain._tables import (
    CAUSE_ACTS,
    CONFIRMED_LATER,
    DECIDED,
    OVER,
    QUIET_AFTER,
    REASON_REPLACES,
    RETRY_SEEN_AFTER,
    RETRYING,
    STAFF_ACT_FOR,
    STUCK,
    WHO_ACTS,
)
from deliverystatus._explain._texts import NOTHING, Entry, Voice, over
from deliverystatus._explain._values import Certainty, Explanation
from deliverystatus._policies import DEFAULT, FINAL, PROVES
from deliverystatus._suppression._words import CauseKind
from deliverystatus.vocabularies import Tracking, Untracked, Vocabulary


@attrs.frozen(kw_only=True)
class Copy:
    """A record under one policy, with all that its explanation depends on."""

    record: Record
    voice: Voice
    pack: Vocabulary | None
    now: datetime | None
    tracking: Tracking | None
    limits: Mapping[Status, timedelta]
    opens_tracked: bool
    status: Status
    deciding: Event | None
    untracked: Untracked | None
    label_given: str | None

    @classmethod
    def of(
        cls, record: Record, voice: Voice, pack: Vocabulary | None, now: datetime | None, tracking: Tracking | None
    ) -> "Copy":
        policy = DEFAULT if pack is None else pack.policy
        status, deciding = record.status_under(policy), record.deciding_under(policy)
        quiet = vocabularies.untracked(record, tracking)
        return cls(
            record=record,
            voice=voice.on(_channel(record) if deciding is None else deciding.channel),
            pack=pack,
            now=now,
            tracking=tracking,
            limits=STUCK if tracking is None else {**STUCK, **tracking.limits},
            opens_tracked=quiet is None and (tracking is None or tracking.opens),
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
            headline=self.headline,
            meaning=self.voice.with_code(
                " ".join((text.meaning, *(more.meaning for more in self.additions if more.meaning))),
                lambda: _developers.of_copy(self.record, self.status),
            ),
            next_steps=self.next_steps,
            caveats=tuple(
                dict.fromkeys((*self.doubts, *text.caveats, *(c for more in self.additions for c in more.caveats)))
            ),
            certainty=self.certainty,
            evidence=ordered(seen(k, slot.evidence, self.voice, slot.last) for k, slot in self.record.slots.items()),
            final=self.status in FINAL or self.untracked is not None or self.given_up or self.quiet,
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
    def peculiar(self) -> str | None:
        """The cause that its reason does not tell alone."""
        return None if self.deciding is None or self.reason is None else peculiar(self.deciding)

    @property
    def cause_known(self) -> bool:
        """Whether there is more to say of the cause than that it is not known."""
        return self.reason not in (None, Reason.UNKNOWN) or self.peculiar is not None

    @property
    def disagrees(self) -> bool:
        """Whether the kind of the report and the cause it gives cannot both be right."""
        return self.deciding is not None and slot_key(self.deciding).disagrees

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
        return self._is_older(self.began, self.limits)

    @property
    def quiet(self) -> bool:
        """Whether so much time has passed that no more news can be expected."""
        if self.given_up:
            return False
        until, now = self.retried_until, self.now
        if self.status is Status.DEFERRED and until is not None and now is not None and now > until:
            return True
        return self._is_older(self.last_heard, QUIET_AFTER)

    @property
    def retried_until(self) -> datetime | None:
        return None if self.deciding is None else self.deciding.retry_until

    @property
    def last_heard(self) -> datetime | None:
        slots = self.record.slots.items()
        return max(
            (at for key, slot in slots if proves(key) is self.status and (at := slot.last or slot.bound)), default=None
        )

    def _is_older(self, at: datetime | None, limits: Mapping[Status, timedelta]) -> bool:
        limit = limits.get(self.status)
        if limit is None or self.untracked or self.now is None or at is None:
            return False
        return self.now - at > limit

    @property
    def confirmation_may_be_lost(self) -> bool:
        """Whether a delivery may have been reported to nobody: some providers say so once only."""
        name = None if self.deciding is None else self.deciding.provider
        return (
            (self.stuck or self.quiet)
            and self.status in CONFIRMED_LATER
            and not providers.habits(name).repeats_lost_delivery
        )

    # -- what is said of them

    @property
    def label(self) -> str:
        return self.text.label if self.label_given is None else self.label_given

    @property
    def text(self) -> Entry:
        """The text of the status, or of its having no sequel, or of how it is known."""
        if self.untracked is not None:
            since = None if self.tracking is None else self.tracking.since
            return (self.voice if since is None else self.voice.on_day(since))("untracked", self.untracked)
        text, known_by = self.voice("status", self.status), self.known_by
        return text if known_by is None else over(text, self.voice(known_by, self.status))

    @property
    def headline(self) -> str:
        given_up = self.voice("retrying", RETRYING[False]).headline if self.given_up else ""
        return given_up or (self.why.headline if self.why is not None else "") or self.text.headline

    @property
    def known_by(self) -> str | None:
        """How the status is known, where that has texts of its own."""
        if self.inferred:
            return "inferred"
        if self.deciding is not None and self.deciding.actor is Actor.HUMAN:
            section = "by_human"
        elif self.deciding is not None and has_words(self.deciding):
            section = "with_words"
        elif self.cause_known:
            section = "with_cause"
        else:
            return None
        return section if self.voice.has(section, self.status) else None

    @property
    def why(self) -> Entry | None:
        """The text of the cause."""
        if self.reason is None or self.deciding is None:
            return None
        return cause_of(self.deciding, self.reason, self.voice)

    @property
    def retried(self) -> Entry:
        """The text of whether it is tried again."""
        said = RETRYING[self.retrying]
        against = self.disagrees and self.voice.has("retrying_against", said)
        return over(self.voice("retrying", said), self.voice("retrying_against", said) if against else NOTHING)

    @property
    def additions(self) -> Iterator[Entry]:
        """What is said behind the meaning of the status, in this order."""
        voice, why = self.voice, self.why
        if why is not None:
            yield why
            if not self.cause_known and voice.has("unexplained", self.status):
                yield voice("unexplained", self.status)
        if self.status is Status.DEFERRED and not self.quiet:
            yield self.retried
        if self.permanence is not None:
            yield voice("permanence", self.permanence)
        if self.stuck:
            yield voice("stuck", self.status)
        elif self.quiet:
            yield voice("quiet", self.status)

    @property
    def next_steps(self) -> tuple[str, ...]:
        voice, why = self.voice, self.why
        if self.stuck or self.quiet:
            return voice("stuck" if self.stuck else "quiet", self.status).next_steps
        if self.is_reversed:
            return voice("decision", "allowed").next_steps
        steps = self.text.next_steps
        if why is not None and (self.cause_known or self.given_up):
            kept = () if self.given_up or REASON_REPLACES[self.status] else steps
            steps = kept + why.next_steps
        if self.permanence is not None:
            steps += voice("permanence", self.permanence).next_steps
        elif self.status is Status.DEFERRED:
            steps += self.retried.next_steps
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
        if self.untracked == "account" and voice.channel is Channel.EMAIL:
            returns = self.tracking is not None and self.tracking.returns
            yield voice("caveat", "returns_reported" if returns else "returns_to_sender").meaning
        if self.confirmation_may_be_lost:
            yield voice("caveat", "confirmation_lost").meaning
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
        if EventKind.UNSUBSCRIBED in said:
            if self._is_taken_back(EventKind.RESUBSCRIBED, EventKind.UNSUBSCRIBED):
                yield "since_resubscribed"
            elif self.status is not Status.UNSUBSCRIBED:
                yield "also_unsubscribed"
        if self._is_taken_back(EventKind.RELEASED, EventKind.COMPLAINED):
            yield "since_released"
        if self._is_taken_back(EventKind.MARKED_NOT_SPAM, EventKind.COMPLAINED):
            yield "since_not_spam"

    @property
    def is_reversed(self) -> bool:
        """Whether what the status says of the recipient's wishes was taken back since."""
        by = {Status.UNSUBSCRIBED: EventKind.RESUBSCRIBED, Status.COMPLAINED: EventKind.RELEASED}.get(self.status)
        return by is not None and self._is_taken_back(by, EventKind(self.status.value))

    def _is_taken_back(self, by: EventKind, what: EventKind) -> bool:
        """Whether something was said after the opposite; without times nobody can tell."""
        times: dict[EventKind, list[datetime | None]] = {by: [], what: []}
        for key, slot in self.record.slots.items():
            if key.kind is EventKind.RELEASED and not (slot.evidence.value or "").startswith(f"{CauseKind.COMPLAINT}:"):
                continue  # another stop was lifted, and a complaint is no less one for it
            if key.exact and key.actor is not Actor.MACHINE and key.kind in times:
                times[key.kind].append(slot.last)
        backs, firsts = (max((at for at in times[kind] if at), default=None) for kind in (by, what))
        return backs is not None and firsts is not None and None not in times[what] and backs > firsts

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
        if self.quiet:
            return Party.STAFF
        if self.is_reversed:
            return Party.NOBODY
        if not self.cause_known:
            return Party.STAFF if self.given_up else WHO_ACTS[self.status]
        if self.status is Status.UNDETERMINED_BOUNCE:
            return WHO_ACTS[self.status]  # asking comes first, whatever the cause
        cause = CONSEQUENCES[cast("Reason", self.reason)]
        lasts = cause.permanence is Permanence.PERMANENT and self.peculiar is None
        if self.status is Status.DEFERRED and not self.given_up and not lasts:
            return Party.NOBODY
        party = cause.who_acts if self.peculiar is None else CAUSE_ACTS[self.peculiar]
        sends_again = self.permanence is not None and party in STAFF_ACT_FOR[self.permanence]
        return Party.STAFF if sends_again else party

    @property
    def look_again(self) -> datetime | None:
        if self.now is None or self.given_up or self.stuck or self.quiet or self.untracked:
            return None
        if self.status is Status.DEFERRED:
            return min(filter(None, (self.now + RETRY_SEEN_AFTER, self.retried_until)))
        limit = self.limits.get(self.status)
        if limit is None:
            return None
        if self.status is Status.PENDING and self.began is not None:
            return self.began + limit  # it may be to be sent later
        return min(self.began or self.now, self.now) + limit  # clocks of others may run ahead


def _channel(record: Record) -> Channel:
    """Say how a copy travels of which nothing says where it stands."""
    channels = {slot.evidence.channel for slot in record.slots.values()}
    return min(channels, key=lambda channel: channel.ordinal, default=Channel.EMAIL)
