"""From a request to events, if it is shown who sent it: verify, and read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from deliverystatus import providers
from deliverystatus._checks import moment
from deliverystatus._contract import Parsed, Provider
from deliverystatus._proof import AS_IT_CAME, AlignedPass, Headers, Request, Scheme, Trust, Trusted, query_of
from deliverystatus.exceptions import SignatureError

#: Secrets, as they are given: one, or those that may be right, newest first.
Secrets = str | bytes | Iterable[str | bytes]


def verify(
    provider: str,
    body: bytes | str,
    *,
    headers: Headers | None = None,
    secrets: Secrets | None = (),
    trust: Trust | AlignedPass | Mapping[str, Any] | None = None,
    url: str | None = None,
    now: datetime,
) -> Trusted:
    """
    Show that a request is from the provider, or refuse it.

    Args:
        provider: The provider's name.
        body: The bytes of the body as they came.
        headers: Those of the request: a mapping, in which a value may be a list, or pairs; text or bytes.
        secrets: The provider's secret, or several while one is changed, newest first. Where the provider signs with a key of its
            own, its public key. Where it signs nothing, what its webhook was told to send along: ``user:password``,
            ``Name: value`` (a header) or ``?name=value`` (in the query).
        trust: What else is trusted: ``Trust(topics=…, certificates=…)``, or a mapping of these names (Amazon SNS).
        url: The URL that was called, as the provider knows it. Some sign it; and of a request without a body, its query is what
            the provider says.
        now: The time (aware).

    Returns:
        The bytes that are proven, for ``parse``; with a key to remember, so that they are taken once.

    Raises:
        SignatureError: If it is not shown who sent it: answer with its ``answer``, which is 401 but for a few.
        CertificateNeeded: If a certificate has to be fetched first.
        UnknownName: If there is no such provider.
        MissingExtra: If the scheme needs a package that is not installed.
        ValueError: If *now* has no zone.
    """
    chosen = providers.get(provider)
    moment("now", now)
    try:
        scheme, octets = _scheme_for(chosen, body)
        request = Request(
            body=octets,
            headers=_by_name(headers),
            url=url,
            secrets=tuple(map(_octets, _listed(secrets))),
            trust=_trusted(trust),
            now=now,
        )
        proof = scheme.prove(request)
    except SignatureError as error:
        raise SignatureError(error.problem, error.advice, chosen.name, chosen.habits.asks_again) from None
    payload = request.body if proof.payload is None else proof.payload
    return Trusted(payload, chosen.name, signed_at=proof.signed_at, replay_key=proof.replay_key)


def receive(
    provider: str,
    body: bytes | str,
    *,
    headers: Headers | None = None,
    secrets: Secrets | None = (),
    trust: Trust | AlignedPass | Mapping[str, Any] | None = None,
    url: str | None = None,
    now: datetime,
    **as_parse: Any,
) -> Parsed:
    """
    Verify a request and read it.

    A bounce mail or complaint (``"smtp"``) is no request, and can be forged by anyone. Its events are authenticated if the mail,
    or the message it returns, holds a token that ``return_path`` made for the recipient, or if the caller vouches for its
    sender with ``trust=AlignedPass(…)``; else they are not, and never suppress for good.

    Args:
        provider: The provider's name.
        body: The bytes of the body as they came; a mail may be text.
        headers: As ``verify`` takes them.
        secrets: As ``verify`` takes them. ``None`` says outright that nothing is to be verified: then events are on the
            caller's word.
        trust: As ``verify`` takes it; or what vouches for the sender of a mail.
        url: As ``verify`` takes it.
        now: The time (aware).
        as_parse: What ``parse`` takes: *received_at* (else it is *now*), *reference*, *account*, *sent_via*.

    Raises:
        SignatureError: If it is not shown who sent it: answer with its ``answer``, and nothing else.
        CertificateNeeded: If a certificate has to be fetched first.
        PayloadError: If the body is not that provider's at all: answer 400.
        UnknownName: If there is no such provider.
        MissingExtra: If the scheme needs a package that is not installed.
        ValueError: If *now* has no zone.
    """
    chosen = providers.get(provider)
    as_parse = {"received_at": moment("now", now), **as_parse}
    if secrets is None:
        return chosen.parse(body or query_of(url), headers=_last_of_each(headers), **as_parse)
    if chosen.authenticate is not None:
        given, vouched = _listed(secrets), trust if isinstance(trust, AlignedPass) else None
        if not given and vouched is None:
            raise SignatureError("no secret was given", "say secrets=None to take it on your own word", chosen.name)
        parsed = chosen.parse(body, headers=_last_of_each(headers), **as_parse)
        return parsed.vouched(chosen.authenticate(given, vouched))
    trusted = verify(provider, body, headers=headers, secrets=secrets, trust=trust, url=url, now=now)
    return chosen.parse(trusted, **as_parse)  # the type of content is not signed, and must not choose how it is read


def _scheme_for(provider: Provider, body: object) -> tuple[Scheme, bytes]:
    if not isinstance(body, bytes | bytearray | memoryview):
        raise SignatureError("the body has to be bytes", AS_IT_CAME)
    if provider.scheme is None:
        raise SignatureError("nothing here can show who sent it", "say secrets=None to take it on your own word")
    return provider.scheme, bytes(body)


def _listed(secrets: Secrets | None) -> tuple[str | bytes, ...]:
    given = (secrets,) if isinstance(secrets, str | bytes) else secrets or ()
    return tuple(secret for secret in given if secret and secret.strip())


def _trusted(trust: object) -> Trust | None:
    if isinstance(trust, Mapping) and trust.keys() <= {"topics", "certificates", "authorities"} and "topics" in trust:
        return Trust(**trust)
    if isinstance(trust, Trust | None):
        return trust
    raise SignatureError("trust= is not of the right form", "expected Trust(topics=…, certificates=…)")


def _octets(secret: str | bytes) -> bytes:
    try:
        octets = secret.encode("utf-8", "surrogateescape") if isinstance(secret, str) else bytes(secret)
        return octets.strip(b"\r\n")  # as a file ends
    except (UnicodeEncodeError, TypeError):
        raise SignatureError("the secret is not of the right form", "expected text, or bytes") from None


def _by_name(headers: Headers | None) -> dict[str, tuple[str, ...]]:
    """Give every value of each header by its name in lower case (RFC 9110 section 5.1), whatever a framework made of them."""
    found: dict[str, list[str]] = {}
    items = getattr(headers, "items", None)
    pairs: Iterable[tuple[Any, Any]] = items() if callable(items) else headers or ()
    for name, value in pairs:
        values = value if isinstance(value, list | tuple) else (value,)
        found.setdefault(_text(name).lower(), []).extend(map(_text, values))
    return {name: tuple(values) for name, values in found.items()}


def _last_of_each(headers: Headers | None) -> dict[str, str]:
    return {name: values[-1] for name, values in _by_name(headers).items() if values}


def _text(value: object) -> str:
    """Give a name or a value; blanks around it are no part of it (RFC 9110 section 5.5)."""
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip(" \t")
