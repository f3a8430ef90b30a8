"""What a request says, for schemes that sign its fields rather than its bytes."""

import re
from collections.abc import Iterable
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


def refuse_names_that_hide(names: Iterable[str]) -> None:
    """
    Refuse fields whose names are none that a provider has.

    Where fields are signed one behind the other with no marks between, the end of one could stand in the name of the next.

    Raises:
        SignatureError: If there is such a name.
    """
    if not all(_NAME.fullmatch(name) for name in names):
        raise SignatureError("a field has a name that is none", "check that nothing on the way changes the form")


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
