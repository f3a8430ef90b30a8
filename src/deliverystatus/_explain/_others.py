"""What is explained but no copy: a server's reply, a decision whether to send, an attempt to lift what stops it."""

from deliverystatus._codes import CONSEQUENCES
from deliverystatus._diagnosis import Diagnosis
from deliverystatus._engine import slot_key
from deliverystatus._enums import Party, Reason
from deliverystatus._explain._evidence import ordered, seen
from deliverystatus._explain._tables import DECIDED, WHO_ACTS_NEXT
from deliverystatus._explain._texts import Entry, Voice
from deliverystatus._explain._values import Certainty, Explanation
from deliverystatus._suppression import Cause, Decision, Release


def of_diagnosis(diagnosis: Diagnosis, voice: Voice) -> Explanation:
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


def of_decision(decision: Decision, voice: Voice) -> Explanation:
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
        evidence=ordered(seen(slot_key(cause.evidence), cause.evidence, voice) for cause in decision.causes),
        final=False,  # the next one is decided anew
        who_acts=decision.causes[0].lifted_by[0] if decision.causes else Party.NOBODY,
        look_again=max(filter(None, ends)) if ends and all(ends) else None,
    )


def _of_cause(cause: Cause, voice: Voice) -> Entry:
    return voice("cause", cause.word) if voice.has("cause", cause.word) else voice("reason", cause.reason)


def of_release(release: Release, voice: Voice) -> Explanation:
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
