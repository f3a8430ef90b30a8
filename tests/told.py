"""What staff are told where a message must not be sent: whose decision it was, how long it holds, who lifts it, how."""

from pathlib import Path

from deliverystatus import CauseKind, Party, explain, parse

FIXTURES = Path(__file__).parent / "fixtures"

#: Whose decision it was, in the staff's words.
WHOSE = {
    Party.RECIPIENT: "That was the choice of the recipient.",
    Party.STAFF:     "Somebody on your side decided that.",
    Party.SUPPORT:   "That follows from a rule of this system.",
    Party.PROVIDER:  "The service that sends for this system decided that.",
    Party.RECEIVER:  "That follows from what became of earlier messages.",
}  # fmt: skip

BY_HAND = "One person decided that, and can be asked why."

#: How long it holds.
LASTING = {
    "stays":   "It stays until it is lifted.",
    "ends":    "It ends by itself on {day}, if it is not lifted before.",
    "changes": "It ends when what it comes from changes.",
    "renews":  "It ends by itself on {day}.",
    "until":   "It stays until they answer START.",
}  # fmt: skip


def _day(moment):
    """Write a day as English does; nothing if there is none."""
    return "" if moment is None else f"{moment.day} {moment:%B %Y}"


def lacking(decision, *, whose, lasting, by, how):
    """
    Name what the explanation of a refusal does not say as it should; nothing, if it says all.

    Args:
        decision: The refusal.
        whose: Whose decision it was.
        lasting: How long it holds: a word of ``LASTING``.
        by: Who lifts it.
        how: Words of the steps and caveats, each of which must be there.
    """
    explanation = explain(decision)
    words = BY_HAND if decision.causes[0].kind is CauseKind.MANUAL else WHOSE[whose]
    steps = " ".join((*explanation.next_steps, *explanation.caveats))
    wrong = {
        "refused": decision.allowed,
        "whose": whose not in {cause.decided_by for cause in decision.causes},
        "whose, in words": words not in explanation.meaning,
        "how long": LASTING[lasting].format(day=_day(decision.causes[0].until)) not in explanation.meaning,
        "until when": (lasting in ("ends", "renews")) is not (explanation.look_again is not None),
        "who lifts it": by not in decision.causes[0].lifted_by[:1],
        "who acts": by is not explanation.who_acts,
        "how": not all(each in steps for each in how),
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def read(provider, name):
    """Give the events of a provider's real payload."""
    return parse(provider, (FIXTURES / provider / name).read_bytes()).events
