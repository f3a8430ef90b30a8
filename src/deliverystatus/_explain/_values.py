"""What an explanation is: values, and nothing that makes them."""

from datetime import datetime

import attrs

from deliverystatus._enums import EventKind, Party, Status, Word
from deliverystatus._notebook import at, rows, said


class Certainty(Word):
    """How far an explanation can be trusted. The last that applies is given."""

    REPORTED = "reported", "Said by somebody who can know."
    INFERRED = "inferred", "Not said, but follows from what was."
    CONTRADICTED = "contradicted", "Said, and something else that was said does not agree."
    UNPROVEN = "unproven", "Said in a way that anyone could have made up."
    NOTHING_KNOWN = "nothing_known", "Nothing was said."


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

    def __str__(self) -> str:
        """Give it as text for a terminal: the headline, what it means, numbered steps, caveats, what was seen."""
        parts = [self._title(": "), self.meaning]
        parts += [f"  {n}. {step}" for n, step in enumerate(self.next_steps, 1)]
        parts += [f"  ! {caveat}" for caveat in self.caveats]
        parts += [f"  {at(seen.occurred_at) or '-':<20}  {seen.text}" for seen in self.evidence]
        return "\n".join(parts)

    def _title(self, between: str) -> str:
        return self.label if self.label == self.headline else f"{self.label}{between}{self.headline}"

    def _repr_html_(self) -> str:
        """Show the same in a notebook."""
        steps = "".join(f"<li>{said(step)}</li>" for step in self.next_steps)
        caveats = "".join(f"<li>{said(caveat)}</li>" for caveat in self.caveats)
        seen = rows((), ((at(each.occurred_at), each.text) for each in self.evidence)) if self.evidence else ""
        return (
            f"<section><p><b>{said(self._title(': '))}</b></p><p>{said(self.meaning)}</p>"
            f"<ol>{steps}</ol>{f'<ul>{caveats}</ul>' if caveats else ''}{seen}</section>"
        )
