"""What a request says, for schemes that sign its fields rather than its bytes."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from deliverystatus._decoding import decode
from deliverystatus._proof import Request
from deliverystatus.exceptions import PayloadError, SignatureError

#: What names of fields are made of.
_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]+")


def form(request: Request) -> list[tuple[str, str]]:
    """
    Give the fields of a form, in the body or (of a GET) in the query, each as often as it is there, in order.

    ``octets_of`` gives back what was there before: nothing is replaced.
    """
    text = request.body.decode("utf-8", "surrogateescape") if request.body else request.query
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def refuse_fields_that_hide(fields: Iterable[tuple[str, str]], own_names: Sequence[str] = ()) -> None:
    """
    Refuse fields of which one hides in another.

    Where fields are signed one behind the other with no marks between, the end of one could stand in the name of the next; and who
    has a text of their own signed could put whole fields into it, of which the genuine ones become the last value. So no name may
    be one that providers do not have, and no value may hold one of *own_names*, which are in every genuine request.

    Raises:
        SignatureError: If there is such a field.
    """
    for name, value in fields:
        if not _NAME.fullmatch(name) or any(own in value for own in own_names):
            raise SignatureError("a field hides in another", "check that nothing on the way changes the form")


def octets_of(text: str) -> bytes:
    """Give the octets of a text that ``form`` gave, or of what is made of such texts."""
    return text.encode("utf-8", "surrogateescape")


def decoded(request: Request) -> Any:
    """
    Give the decoded body, JSON or a form.

    Raises:
        SignatureError: If it is neither: then it holds no signature either.
    """
    try:
        return decode(request.body, None)  # the type of content is not signed, and must not choose how it is read
    except PayloadError as error:
        raise SignatureError("the body holds no signature", str(error)) from None
