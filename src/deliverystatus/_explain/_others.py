"""What is explained but no copy: a reply, a decision whether to send, an attempt to lift what stops it, an incident."""

from collections.abc import Iterable, Iterator

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._diagnosis import Diagnosis
from deliverystatus._engine import slot_key
from deliverystatus._enums import Channel, Party, Reason
from deliverystatus._events import channel_to
from deliverystatus._explain import _developers
from deliverystatus._explain._evidence import ordered, seen
from deliverystatus._explain._tables import DECIDED, WHO_ACTS_NEXT
from deliverystatus._explain._texts import PHONES, Entry, Voice
from deliverystatus._explain._values import Certainty, Explanation
from deliverystatus._suppression._rules import SETTINGS
from deliverystatus._suppression._values import Cause, Decision, Incident, Release
from deliverystatus._suppression._words import CauseKind, ReleaseProof


def of_diagnosis(diagnosis: Diagnosis, voice: Voice) -> Explanation:
    text = voice("reason", diagnosis.reason)
    lasting = () if diagnosis.reason in DECIDED else (voice("permanence", diagnosis.permanence).meaning,)
    known = diagnosis.reason is not Reason.UNKNOWN
    return Explanation(
        status=None,
        label=text.label,
        headline=text.label,
        meaning=voice.with_code(" ".join((text.meaning, *lasting)), lambda: _developers.of_diagnosis(diagnosis)),
        next_steps=text.next_steps,
        caveats=text.caveats,
        certainty=Certainty.REPORTED if known else Certainty.NOTHING_KNOWN,
        final=False,  # a reply alone does not say whether it is tried again
        who_acts=CONSEQUENCES[diagnosis.reason].who_acts,
    )


def of_decision(decision: Decision, voice: Voice) -> Explanation:
    voice = voice.on(decision.channel)
    text = voice("decision", "allowed" if decision.allowed else "refused")
    texts = [text, *(cause_text(cause, voice) for cause in decision.causes)]
    meanings = [text.meaning]
    told = dict.fromkeys(
        (each.meaning, _whose(cause, voice), _how_long(cause, voice))
        for cause, each in zip(decision.causes, texts[1:], strict=True)
    )
    for why, whose, lasting in told:
        meanings += [*(() if why in meanings else (why,)), whose, lasting]
    caveats = [caveat for each in texts for caveat in each.caveats]
    if any(cause.listed_by and not _ends_by_start(cause, voice) for cause in decision.causes):
        caveats += voice("cause", "listed").caveats
    if decision.waiting:
        caveats += voice("cause", "waits").caveats
    caveats += [_of_trouble(incident, voice).meaning for incident in decision.incidents]
    steps = [step for each in texts for step in each.next_steps]
    if decision.probe:
        caveats += voice("cause", "probe").caveats
        steps = [*voice("cause", "probe").next_steps]
    shown = [cause.evidence for cause in decision.causes if cause.evidence is not None]
    forgeable = bool(shown) and all(event.authenticated is False for event in shown)
    ends = [cause.until for cause in decision.causes]
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=voice.with_code(" ".join(said for said in meanings if said), lambda: _developers.of_decision(decision)),
        next_steps=tuple(dict.fromkeys(steps)),
        caveats=tuple(dict.fromkeys(caveats)),
        certainty=Certainty.UNPROVEN if forgeable else Certainty.REPORTED,
        evidence=ordered(seen(slot_key(event), event, voice) for event in shown),
        final=False,  # the next one is decided anew
        who_acts=decision.causes[0].lifted_by[0] if decision.causes else Party.NOBODY,
        look_again=max(filter(None, ends)) if ends and all(ends) else None,
    )


def channels_of(causes: Iterable[Cause]) -> Iterator[Channel]:
    """Say how messages travel that they stop: causes that bind everywhere have evidence from somewhere."""
    for cause in causes:
        channel = cause.channel or (cause.evidence.channel if cause.evidence else None)
        if channel is not None:
            yield channel


def first_of(channels: Iterable[Channel], recipient: str) -> Channel:
    """Say how messages go there: as the first of *channels* says, but no mail goes to a number."""
    return channel_to(recipient, next(iter(channels), Channel.EMAIL))


def _ends_by_start(cause: Cause, voice: Voice) -> bool:
    """Whether it is a STOP: the answer START lifts it, on the provider's own list too."""
    on_phone = {voice.channel, *channels_of((cause,))} <= PHONES
    return on_phone and cause.reason is Reason.SUPPRESSED_UNSUBSCRIBE


def _how_long(cause: Cause, voice: Voice) -> str:
    is_setting = cause.kind in SETTINGS
    if _ends_by_start(cause, voice):
        return voice("lasting", "until_start").meaning
    if cause.until is None:
        return voice("lasting", "changes" if is_setting else "stays").meaning
    return voice.on_day(cause.until)("lasting", "renews" if is_setting else "ends").meaning


def _whose(cause: Cause, voice: Voice) -> str:
    return voice("decided", "by_hand" if cause.kind is CauseKind.MANUAL else cause.decided_by).meaning


def cause_text(cause: Cause, voice: Voice) -> Entry:
    return voice("cause", cause.word) if voice.has("cause", cause.word) else voice("reason", cause.reason)


def of_release(release: Release, voice: Voice) -> Explanation:
    voice = voice.on(first_of(channels_of(release.causes), release.recipient))
    text = voice("release", "accepted" if release.accepted else "refused")
    steps, meaning, who_acts = text.next_steps, text.meaning, Party.NOBODY
    if release.why_not is not None:
        why_not = voice("why_not", release.why_not)
        steps, meaning = why_not.next_steps, why_not.meaning
        who_acts = WHO_ACTS_NEXT[release.why_not]
        if not steps and release.would_do:
            who_acts, proof = release.would_do[0]
            steps = voice("proof", proof).next_steps
    elif any(cause.listed_by and _ends_by_start(cause, voice) for cause in release.causes):
        steps, who_acts = voice("proof", ReleaseProof.RECIPIENT_REQUEST).next_steps, Party.RECIPIENT
    elif release.listed_by:
        steps, who_acts = voice("cause", "listed").next_steps, Party.SUPPORT
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=voice.with_code(meaning, lambda: _developers.of_release(release)),
        next_steps=steps,
        caveats=voice("cause", "listed").caveats if release.listed_by else (),
        certainty=Certainty.REPORTED,
        final=release.accepted,
        who_acts=who_acts,
    )


def _of_trouble(incident: Incident, voice: Voice) -> Entry:
    return voice.saying(number=str(incident.addresses), place=incident.domain or "")("incident", incident.kind)


def of_incident(incident: Incident, voice: Voice) -> Explanation:
    voice = voice if incident.channel is None else voice.on(incident.channel)
    text = _of_trouble(incident, voice)
    why = None if incident.reason is None else voice("reason", incident.reason)
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=voice.with_code(
            text.meaning if why is None else f"{text.meaning} {why.meaning}", lambda: _developers.of_incident(incident)
        ),
        next_steps=text.next_steps,
        caveats=text.caveats,
        certainty=Certainty.REPORTED,
        final=False,
        who_acts=incident.who_acts,
    )
