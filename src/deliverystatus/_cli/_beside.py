"""What was read and is in no row: told by file and place, never by content, so that nothing is lost in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator

from deliverystatus import Copies, EventKind
from deliverystatus._cli._files import Found
from deliverystatus._cli._tables import harmless


def beside(found: Found, copies: Copies) -> Iterator[str]:
    """Give a heading for each sort of thing, and below it, indented, where it came from."""
    file_of = {id(event): file for file, event in found.events}
    nobody_knows = [file for file, event in found.events if event.kind is EventKind.UNKNOWN]
    yield from _told(
        "Events that name no message; they count for the address only", _each(file_of, copies.uncorrelated)
    )
    yield from _told("Events of a test mode; they count nowhere", _each(file_of, copies.tests))
    yield from _told("Events that nobody knows; they are kept, and nothing is guessed from them", nobody_knows)
    yield from _told("Notices about no recipient", (_place(file, notice.path) for file, notice in found.notices))
    yield from _told("Files whose names do not say how to read them; see --provider", found.passed_over)
    yield from _told("Could not be read", map(str, found.problems))


def _each(file_of: dict[int, str], events: Iterable[object]) -> Iterator[str]:
    return (file_of[id(event)] for event in events)


def _place(file: str, path: str) -> str:
    return f"{file}: {path}" if path else file


def _told(heading: str, places: Iterable[str]) -> Iterator[str]:
    counted = Counter(places)
    if counted:
        yield f"{heading}: {counted.total():,}"
        yield from (f"  {harmless(place)}" + (f" ({n} times)" if n > 1 else "") for place, n in counted.items())
