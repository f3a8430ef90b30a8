"""
What providers of text messages have in common: how people say stop, and how numbers are written.

Sources, as [K1] to [K6] below:
 K1  https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (what stops by default) and
     https://www.twilio.com/docs/proxy/opt-out-keywords (with the French words)
 K2  CTIA Messaging Principles and Best Practices (2023), section 5.1.3: opt-out mechanisms
 K3  https://www.ecfr.gov/current/title-47/section-64.1200 (paragraph a, 10: words that take consent back)
 K4  https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html (what must stop in the USA and Canada)
 K5  https://developers.telnyx.com/docs/messaging/messages/advanced-opt-in-out
 K6  https://www.twilio.com/docs/rcs/send-an-rcs-message
"""

import re
import unicodedata
from collections.abc import Mapping

from deliverystatus._enums import Channel, EventKind

#: What a whole text means that is one of these words, whatever its case and its accents [K1 to K5]
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
    "remove":      EventKind.UNSUBSCRIBED,  # [K4]
    "td":          EventKind.UNSUBSCRIBED,  # [K4]
    "arret":       EventKind.UNSUBSCRIBED,  # in Canada [K1, K4]
    "arrete":      EventKind.UNSUBSCRIBED,
    "arrett":      EventKind.UNSUBSCRIBED,
    "start":       EventKind.RESUBSCRIBED,
    "unstop":      EventKind.RESUBSCRIBED,
}  # fmt: skip
# "YES" starts again too, at some; but an appointment is answered with YES, so it is no start.

#: What stands before a number of a channel [K6]. RCS is read where texts are, and stopped with them; it is no channel here.
_PREFIXES = {"whatsapp:": Channel.WHATSAPP, "rcs:": Channel.SMS, "sms:": Channel.SMS}

#: More than a keyword has, with all that people and phones put around it
_LONGEST = 60

#: What is drawn as nothing, or on the letter before it: accents, zero-width blanks, the marks of emoji
_UNSEEN = frozenset({"Cf", "Mn"})

_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-]{1,30}", re.ASCII)


def keyword(text: object) -> EventKind | None:
    """Say what a whole text means that is a keyword; ``None`` for every other text."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    letters = "".join(filter(None, map(_plain, unicodedata.normalize("NFKD", text)))).lower()
    around = "".join(each for each in letters if not each.isalnum())
    return KEYWORDS.get(" ".join(letters.strip(around).split()))


def _plain(character: str) -> str:
    """Leave out what nobody sees, and read a hyphen as the blank it stands for."""
    category = unicodedata.category(character)
    return "" if category in _UNSEEN else " " if category == "Pd" else character


def number_on(number: str) -> tuple[str, Channel | None]:
    """
    Give a number without what names its channel, and that channel; ``None`` if it names none.

    What is no number, such as the name of an agent, keeps its prefix: it is nobody's phone.
    """
    lower = number[:16].lower()
    for prefix, channel in _PREFIXES.items():
        if lower.startswith(prefix):
            bare = number[len(prefix) :].strip()
            return bare if _NUMBER.fullmatch(bare) else number, channel
    return number, None
