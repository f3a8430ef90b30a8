"""
What providers of text messages have in common: how people say stop, and how numbers are written.

Sources, as [K1] to [K3] below:
 K1  https://www.twilio.com/docs/messaging/tutorials/opt-out-keywords (STOP filtering, and what starts again)
 K2  CTIA Messaging Principles and Best Practices (2023), section 5.1.3: opt-out mechanisms
 K3  https://www.ecfr.gov/current/title-47/section-64.1200 (paragraph a, 10: words that take consent back)
"""

from collections.abc import Mapping

from deliverystatus._enums import Channel, EventKind

#: What a whole text means that is one of these words, whatever its case [K1, K2, K3]
KEYWORDS: Mapping[str, EventKind] = {
    "stop":        EventKind.UNSUBSCRIBED,
    "stopall":     EventKind.UNSUBSCRIBED,
    "stop all":    EventKind.UNSUBSCRIBED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "cancel":      EventKind.UNSUBSCRIBED,
    "end":         EventKind.UNSUBSCRIBED,
    "quit":        EventKind.UNSUBSCRIBED,
    "revoke":      EventKind.UNSUBSCRIBED,
    "optout":      EventKind.UNSUBSCRIBED,
    "opt out":     EventKind.UNSUBSCRIBED,
    "start":       EventKind.RESUBSCRIBED,
    "unstop":      EventKind.RESUBSCRIBED,
}  # fmt: skip
# "YES" starts again too [K1], and "ARRET" stops in places; but an appointment is answered with YES, so it is no start.

#: What stands before a number of another channel than SMS
_PREFIXES = {"whatsapp:": Channel.WHATSAPP}

#: What may stand around a keyword
_AROUND = " \t\r\n.!?\"'"


def keyword(text: object) -> EventKind | None:
    """Say what a whole text means that is a keyword; ``None`` for every other text."""
    if not isinstance(text, str) or len(text) > 20:  # noqa: PLR2004 (longer than any of them)
        return None
    return KEYWORDS.get(" ".join(text.strip(_AROUND).lower().split()))


def number_on(number: str) -> tuple[str, Channel | None]:
    """Give a number without what names its channel, and that channel; ``None`` if it names none."""
    lower = number[:16].lower()
    for prefix, channel in _PREFIXES.items():
        if lower.startswith(prefix):
            return number[len(prefix) :].strip() or number, channel
    return number, None
