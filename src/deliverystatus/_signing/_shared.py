"""A secret that the provider sends along with every request: all there is where nothing is signed."""

import base64
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

from deliverystatus._proof import Proof, Request, Scheme
from deliverystatus.exceptions import SignatureError

_FORMS = "expected user:password, a header as Name: value, or a part of the query as ?name=value"


def shared_secret() -> Scheme:
    """
    Give the scheme of providers that sign nothing, but can be told to send a secret along.

    What form the secret has says where it is looked for: ``user:password`` in the Authorization header (RFC 7617),
    ``Name: value`` in that header, ``?name=value`` in the query of the URL.
    """

    def check(request: Request) -> Proof:
        found = [
            hmac.compare_digest(expected, each) for expected, given in _pairs(request) for each in _readings(given)
        ]
        if not any(found):
            raise SignatureError(
                "none of the secrets came with the request",
                "check what the webhook's URL or headers hold at the provider, and that nothing on the way drops them",
            )
        return Proof(payload=None if request.body else _without_secrets(request))

    return Scheme(
        title="a shared secret",
        covers="nothing: it shows who calls",
        needs="a secret that the webhook sends along: user:password, Name: value, or ?name=value",
        check=check,
    )


def _pairs(request: Request) -> Iterator[tuple[bytes, str]]:
    """Give what is expected and what came, for each secret of which something came."""
    for secret in request.secrets:
        text = secret.decode("utf-8", "replace")
        mark = "=" if text.startswith("?") else ": " if ": " in text else ":"
        name, _, value = text.removeprefix("?").partition(mark)
        if not name.strip() or not value.strip():  # such as a variable that is not set: what is missing would match it
            raise SignatureError("the secret is not of the right form", _FORMS)
        if mark == "=":
            given = _in_query(request, name)
        elif mark == ": ":
            given = _only(request, name)
        else:
            kind, _, given = _only(request, "authorization").partition(" ")
            given = given.strip() if kind.lower() == "basic" else ""
        if given:
            yield base64.b64encode(secret) if mark == ":" else value.strip().encode(), given


def _readings(given: str) -> tuple[bytes, bytes]:
    """Give the octets of a header as they may have been: servers read them as Latin-1, whatever they are."""
    return given.encode("utf-8", "replace"), given.encode("latin-1", "replace")


def _in_query(request: Request, name: str) -> str:
    values = [given for each, given in parse_qsl(request.query, keep_blank_values=True) if each == name]
    if request.url is None or len(values) > 1:
        raise SignatureError("the query of the URL is needed, with the secret in it once", "pass url= as it was called")
    return "".join(values)


def _only(request: Request, name: str) -> str:
    return request.header(name) if request.has(name) else ""


def _without_secrets(request: Request) -> bytes:
    """Give the query without the secrets in it: they are no part of what the provider says."""
    names = {
        secret[1:].partition(b"=")[0].decode("utf-8", "replace") for secret in request.secrets if secret[:1] == b"?"
    }
    return urlencode(
        [pair for pair in parse_qsl(request.query, keep_blank_values=True) if pair[0] not in names]
    ).encode()
