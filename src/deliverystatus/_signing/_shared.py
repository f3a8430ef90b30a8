"""A secret that the provider sends along with every request: all there is where nothing is signed."""

import base64
import binascii
import hmac
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlencode

from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus.exceptions import SignatureError

_FORMS = "expected user:password, a header as Name: value, or a part of the query as ?name=value"

#: A header and its value. Behind a name that is none of a header's, a colon and a blank are part of a password.
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): (.*)", re.DOTALL)

#: What stands before credentials in the Authorization header, and is none itself.
_KINDS = frozenset({"basic", "bearer", "token"})


class _Expected(NamedTuple):
    """Where a secret is looked for, and what has to be there."""

    place: str  # "credentials", "header" or "query"
    name: str
    value: str


def shared_secret() -> Scheme:
    """
    Give the scheme of providers that sign nothing, but can be told to send a secret along.

    What form the secret has says where it is looked for: ``user:password`` in the Authorization header (RFC 7617),
    ``Name: value`` in that header, ``?name=value`` in the query of the URL.
    """

    def check(request: Request) -> Proof:
        expected = [_expected(secret) for secret in request.secrets]
        found = [
            hmac.compare_digest(each.value.encode("utf-8", "replace"), came)
            for each in expected
            for came in _came(request, each)
        ]
        if not any(found):
            url = "pass url= as it was called, and " if any(each.place == "query" for each in expected) else ""
            raise SignatureError(
                "none of the secrets came with the request",
                f"{url}check what the webhook's URL or headers hold at the provider, and that nothing on the way drops them",
            )
        return Proof(payload=None if request.body else _without_secrets(request, expected))

    return Scheme(
        title="a shared secret",
        covers="nothing: it shows who calls",
        needs="a secret that the webhook sends along: user:password, Name: value, or ?name=value",
        check=check,
    )


def _expected(secret: bytes) -> _Expected:
    text = secret.decode("utf-8", "replace")
    if text.startswith("?"):
        name, _, value = text[1:].partition("=")
        expected = _Expected("query", name, value)
    elif header := _HEADER.fullmatch(text):
        expected = _of_header(header[1], header[2].strip())
    else:
        name, _, value = text.partition(":")
        encoded = base64.b64encode(secret).decode()
        expected = _Expected("credentials", name, encoded if value.strip() else "")
    if not (
        expected.name.strip() and expected.value.strip()
    ):  # a variable that is not set: what is missing would match it
        raise SignatureError("the secret is not of the right form", _FORMS)
    return expected


def _of_header(name: str, value: str) -> _Expected:
    kind, _, rest = value.partition(" ")
    if name.lower() != "authorization" or kind.lower() not in _KINDS:
        return _Expected("header", name, value)
    if kind.lower() != "basic":
        return _Expected("header", name, value if rest.strip() else "")
    try:
        return _expected(base64.b64decode(rest, validate=True))
    except binascii.Error:
        return _Expected("header", name, "")


def _came(request: Request, expected: _Expected) -> Iterator[bytes]:
    """Give what came in that place, in each way it may have been written; nothing if nothing did."""
    if expected.place == "query":
        for given in _in_query(request, expected.name):
            yield from {given.encode("utf-8", "replace"), unquote_plus(given).encode("utf-8", "replace")}
        return
    name = "authorization" if expected.place == "credentials" else expected.name
    given = request.header(name) if request.has(name) else ""
    if expected.place == "credentials":
        kind, _, rest = given.partition(" ")
        given = rest.strip() if kind.lower() == "basic" else ""
    if given:  # servers read headers as Latin-1, whatever they are
        yield from {given.encode("utf-8", "replace"), given.encode("latin-1", "replace")}


def _in_query(request: Request, name: str) -> list[str]:
    pieces = [piece.partition("=") for piece in request.query.split("&")]
    values = [value for each, _, value in pieces if unquote_plus(each) == name and value]
    return values if len(values) == 1 else []  # of two it is not said which counts


def _without_secrets(request: Request, expected: list[_Expected]) -> bytes:
    """Give the query without the secrets in it: they are no part of what the provider says."""
    names = {each.name for each in expected if each.place == "query"}
    said = parse_qsl(request.query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in said if name not in names]).encode()
