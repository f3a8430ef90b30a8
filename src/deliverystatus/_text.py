"""
Text from strangers: made printable once, while reading, and compared the way mail compares addresses.

Nothing here knows what an event is.
"""

import re
import unicodedata

#: Diagnostics, URLs and answers longer than this are cut (law 6: a record stays bounded). The longest reply RFC 5321
#: section 4.5.3.1.5 asks for is 512 octets a line; multi-line refusals with help texts have been seen up to about 2,000.
LIMIT = 4_000

#: RFC 5321 section 4.5.3.1.2: a domain has at most 255 octets. A longer one is compared as it stands.
_LONGEST_DOMAIN = 255

_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace NUL and lone surrogates, which no database or encoder takes, by U+FFFD."""
    if "\x00" not in text:
        if text.isascii():  # known without looking
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _UNPRINTABLE.sub("\ufffd", text)


def cut(text: str) -> str:
    """Keep the first ``LIMIT`` characters: refusals say what matters first."""
    return text if len(text) <= LIMIT else text[:LIMIT]


#: A number as people and providers write it. No country's code begins with a nought, so two of them are a plus.
_NUMBER = re.compile(r"(?:(?:rcs|sms|tel|whatsapp):)?\s*(?:\+|00[ .-]?)?([0-9][0-9 ().\u00a0/-]*)", re.IGNORECASE)
_NO_DIGIT = re.compile("[^0-9]")


def comparable(recipient: str) -> str:
    """
    Give the form in which two spellings of one recipient are equal: IDNA domain, case-folded local part; all digits.

    RFC 5321 section 2.4 lets a host tell cases apart in the local part; none that matters does, and a suppression
    that misses ``Ada@`` because it knows ``ada@`` is the worse mistake. Plus-addresses stay apart. A number is compared
    without what is put between its digits, and with a plus (E.164), which some providers leave out or dial as 00.
    """
    recipient = recipient.strip()
    if "@" not in recipient:
        number = _NUMBER.fullmatch(recipient)
        return f"+{_NO_DIGIT.sub('', number[1])}" if number else recipient.casefold()
    if recipient.isascii():
        lowered = _bare(recipient.lower())
        return recipient if recipient == lowered else lowered  # a million of them, kept once
    local, at, domain = unicodedata.normalize("NFC", recipient).rpartition("@")
    if not domain.isascii() and len(domain) <= _LONGEST_DOMAIN:
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:  # not a host name at all: compared as it is spelled
            domain = domain.casefold()
    # IDNA may have taken away what stood behind a blank
    return _bare(unicodedata.normalize("NFC", local.casefold() + at + domain.lower()).strip())


def _bare(recipient: str) -> str:
    """Take away the root of all domains, and whatever else ends no name, however often it stands there."""
    while recipient.endswith("."):
        recipient = recipient.rstrip(".").rstrip()
    return recipient
