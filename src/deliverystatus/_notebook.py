"""
How values show in a notebook (``_repr_html_``): every string is escaped, and set apart so that it cannot turn the text
around it.
"""

from collections.abc import Iterable
from datetime import datetime
from html import escape


def said(text: object) -> str:
    """Give text from anywhere as HTML, with its direction its own affair."""
    return f"<bdi>{escape(str(text))}</bdi>"


def at(moment: datetime | None) -> str:
    """Give a time to the minute, with its zone; nothing if there is none."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def rows(head: Iterable[str], cells: Iterable[Iterable[object]]) -> str:
    """Give a table; without a head, if there is nothing to say in it."""
    first = "".join(f"<th scope='col'>{said(each)}</th>" for each in head)
    body = "".join(f"<tr>{''.join(f'<td>{said(cell)}</td>' for cell in row)}</tr>" for row in cells)
    return f"<table>{f'<thead><tr>{first}</tr></thead>' if first else ''}<tbody>{body}</tbody></table>"
