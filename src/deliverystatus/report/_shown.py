"""
Text of strangers, as a report may show it.

Recipients, references, answers, replies of servers and links all come from somebody else. Autoescaping, ``textContent``
and the policy in the page's head keep them from being code; what is here keeps them from being mistaken for something
else: a control character, a name that reads backwards, a spreadsheet formula, a link with somebody's token in it.
"""

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

#: Longer text is cut in a page; the other files hold all of it.
LONGEST = 500

#: Characters of the category "format" that spelling needs: the joiners of Persian, Hindi and emoji, the soft hyphen.
_HARMLESS_FORMATS = frozenset("\u00ad\u200c\u200d")

#: What turns the direction of the text after it, is not seen, or is no character: written as its number instead.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

#: A cell that begins with one of these is a formula to some spreadsheet; the wide forms are, in Japanese ones.
_FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def shown(text: str, longest: int | None = LONGEST) -> str:
    """Give text on one line, with what would steer the reader's eye written as its number, cut where it is too long."""
    if not text.isprintable():
        text = "".join(_seen(c) for c in text)
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}\u2026"


def _seen(character: str) -> str:
    if character in "\t\n\r ":
        return " "
    if unicodedata.category(character) not in _STEERING or character in _HARMLESS_FORMATS:
        return character
    return f"[U+{ord(character):04X}]"


def address(url: str, *, queries: bool = False) -> str:
    """
    Give a link as text: without query and fragment, which carry tokens, and without a name and password before the host.

    Args:
        url: The link, whatever its scheme. It is text, and stays so.
        queries: Whether the query may be shown.
    """
    url = url.replace("\\", "/")  # as browsers read it
    try:
        scheme, host, path, query, _ = urlsplit(url)
    except ValueError:  # no URL at all, such as one with half a bracket: what is before a query is shown
        scheme, slashes, rest = re.split("[?#]", url, maxsplit=1)[0].rpartition("//")
        host, slash, path = rest.partition("/")
        return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
    return urlunsplit((scheme, host.rpartition("@")[2], path, query if queries else "", ""))


def without_secrets(words: str, *, queries: bool = False) -> str:
    """Give what a server said, with each link in it as ``address`` gives it."""
    return _LINK.sub(lambda link: address(link[0], queries=queries), words)


#: A link as it stands in a sentence.
_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}[^\s<>\"']+")


def cell(text: str) -> str:
    """Give text for a cell of a CSV file: what a spreadsheet would take for a formula stands behind an apostrophe."""
    one_line = shown(text, None)
    return f"'{one_line}" if _FORMULA.match(text) else one_line
