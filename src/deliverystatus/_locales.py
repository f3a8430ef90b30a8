"""Which of the languages there are comes nearest to the one that is asked for."""

import re
from collections.abc import Collection

from deliverystatus.exceptions import UnknownName

#: The language that there is everything in, and where a locale falls back to at last.
LAST_RESORT = "en"

#: A language tag as far as it is looked at (RFC 5646 section 2.1).
_TAG = re.compile("[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")

#: What every browser takes: language, script, region.
_USUAL = re.compile("[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?", re.IGNORECASE)


def nearest(locale: str, known: Collection[str]) -> str:
    """
    Give the *known* locale that comes nearest (RFC 4647 section 3.4): ``fr-CA``, ``fr``, and at last English.

    Raises:
        UnknownName: If it is no language tag.
    """
    if not _TAG.fullmatch(locale):
        UnknownName.refuse("locale", locale, known)
    by_tag = {name.lower(): name for name in known}
    parts = locale.lower().replace("_", "-").split("-")
    while parts:
        if (name := "-".join(parts)) in by_tag:
            return by_tag[name]
        parts.pop()
        if parts and len(parts[-1]) == 1:  # it only introduces what was taken away
            parts.pop()
    return LAST_RESORT


def tag_of(locale: str, found: str) -> str:
    """Give the tag for dates and numbers: as asked for, if it is of the language that was found, and a usual one."""
    tag = locale.replace("_", "-")
    alike = tag.lower().partition("-")[0] == found.lower().partition("-")[0]
    return tag if alike and _USUAL.fullmatch(tag) else found
