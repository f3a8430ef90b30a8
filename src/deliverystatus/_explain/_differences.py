"""What is explained of two suppression lists that differ."""

from itertools import chain

from deliverystatus._engine import slot_key
from deliverystatus._enums import Channel
from deliverystatus._explain import _developers
from deliverystatus._explain._evidence import ordered, seen
from deliverystatus._explain._others import cause_text, channels_of, first_of
from deliverystatus._explain._texts import Voice
from deliverystatus._explain._values import Certainty, Explanation
from deliverystatus._suppression._reconcile import Difference


def of_difference(difference: Difference, voice: Voice) -> Explanation:
    voice = voice.on(_channel(difference))
    text = voice("difference", difference.kind)
    # what the side that is news to the reader says: theirs, or ours where they have nothing
    news = difference.theirs or difference.ours
    why = [cause_text(cause, voice).meaning for cause in news]
    shown = dict.fromkeys(
        (
            *difference.entries,
            *(cause.evidence for cause in difference.ours if cause.evidence is not None),
        )
    )
    return Explanation(
        status=None,
        label=text.label,
        headline=text.headline,
        meaning=voice.with_code(
            " ".join(dict.fromkeys((text.meaning, *why))), lambda: _developers.of_difference(difference)
        ),
        next_steps=text.next_steps,
        caveats=text.caveats,
        certainty=Certainty.REPORTED,
        evidence=ordered(seen(slot_key(event), event, voice) for event in shown),
        final=False,
        who_acts=difference.who_acts,
    )


def _channel(difference: Difference) -> Channel:
    """Say how messages go there: as their entries say, and else as the causes do."""
    entries = (entry.channel for entry in difference.entries)
    causes = channels_of((*difference.theirs, *difference.ours))
    return first_of(chain(entries, causes), difference.recipient)
