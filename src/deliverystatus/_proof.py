"""
What shows who sent a request: the request as a scheme looks at it, the scheme, and what it proves.

A provider says how its requests are signed with one ``Scheme``; ``_signing`` has those that several share. What every
scheme does alike stands here once: headers that are missing or come twice, secrets that are tried one after the other,
and how old a signature may be.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import attrs

from deliverystatus.exceptions import SignatureError

#: By so much may two clocks differ.
SKEW = timedelta(minutes=5)

#: What is said wherever the bytes of the body are signed.
AS_IT_CAME = "pass the bytes of the body as they came: a body that was decoded and encoded again does not verify"

#: Headers as frameworks have them: a mapping, of lists or not, or pairs.
Headers = Mapping[Any, Any] | Iterable[tuple[Any, Any]]


@attrs.frozen
class AlignedPass:
    """
    The caller's word that a mail passed DKIM or SPF, aligned with the domain of its From header (RFC 7489 section 3.1).

    Attributes:
        domain: The domain that passed, such as ``"example.net"``.
    """

    domain: str


def _names(topics: Iterable[str]) -> frozenset[str]:
    return frozenset({topics} if isinstance(topics, str) else topics)


@attrs.frozen(kw_only=True)
class Trust:
    """
    What a caller trusts where a provider signs with certificates: anyone with an account of theirs can sign.

    Attributes:
        topics: The names (ARNs) of the topics that messages may come from; all others are refused.
        certificates: Certificates in PEM by the URL they were fetched from, as far as the caller has them.
        authorities: Certificates in PEM of those who issue these, where the provider has them checked (Scaleway); empty
            otherwise.
    """

    topics: frozenset[str] = attrs.field(converter=_names)
    certificates: Mapping[str, str | bytes] = attrs.field(factory=dict)
    authorities: str | bytes = ""


def query_of(url: str | None) -> str:
    """Give the query of a URL; empty if there is none, or it is no URL at all."""
    try:
        return urlsplit(url or "").query
    except ValueError:
        return ""


@attrs.frozen(kw_only=True, repr=False)
class Request:
    """
    What a scheme looks at.

    Attributes:
        body: The body as it came.
        headers: Every value of each header, by its name in lower case.
        url: The URL that was called, as the provider knows it; ``None`` if the caller did not say.
        secrets: Those that may be right, newest first.
        trust: What else the caller trusts.
        now: The time (aware).
    """

    body: bytes
    headers: Mapping[str, tuple[str, ...]]
    url: str | None
    secrets: tuple[bytes, ...]
    trust: Trust | None
    now: datetime

    def header(self, name: str) -> str:
        """
        Give the value of a header that must be there once.

        Raises:
            SignatureError: If it is missing, or there twice: then it is not said which of them counts.
        """
        values = self.headers.get(name.lower(), ())
        if len(values) != 1:
            raise SignatureError(
                f"the header {name} is {'there more than once' if values else 'missing'}",
                "check that signing is switched on at the provider, and that nothing on the way drops or repeats headers",
            )
        return values[0]

    def has(self, name: str) -> bool:
        """Say whether a header is there at all."""
        return name.lower() in self.headers

    @property
    def called(self) -> str:
        """
        The URL that was called.

        Raises:
            SignatureError: If the caller did not give it.
        """
        if self.url is None:
            raise SignatureError(
                "the URL is part of what is signed", "pass url= as the provider has it, with scheme, host and query"
            )
        return self.url

    @property
    def query(self) -> str:
        """The query of the URL: where a provider calls with GET, this is what it says."""
        return query_of(self.url)


@attrs.frozen(kw_only=True, repr=False)
class Proof:
    """
    What a scheme found out.

    Attributes:
        signed_at: When it was signed (aware), if the signature says so.
        replay_key: What is the same when the same request comes again, and in no other.
        payload: What is proven, if it is not the body: the query of a GET, or the fields that are signed.
    """

    signed_at: datetime | None = None
    replay_key: str | None = None
    payload: bytes | None = None


@attrs.frozen(kw_only=True)
class Scheme:
    """
    How a provider shows that a request is from it.

    Attributes:
        title: What it is, for people: ``"HMAC-SHA256"``.
        covers: What cannot be changed without its being seen: ``"the body"``.
        needs: What the caller must have for it, in the provider's words: ``"the webhook signing key"``.
        check: From a request to a proof; raises SignatureError.
        window: How long after it was signed a request may still be sent (again) with that signature; ``None`` if the
            signature carries no time, so that only remembering replay keys helps.
        by_trust: Whether it needs the caller's ``trust`` instead of secrets.
    """

    title: str
    covers: str
    needs: str
    check: Callable[[Request], Proof]
    window: timedelta | None = None
    by_trust: bool = False

    def prove(self, request: Request) -> Proof:
        """
        Check a request, and that it is not too old.

        Raises:
            SignatureError: If it does not show who sent it.
            CertificateNeeded: If a certificate must be fetched first.
        """
        if self.by_trust and request.trust is None:
            raise SignatureError("nothing is trusted", f"pass trust= with {self.needs}")
        if not (self.by_trust or request.secrets):
            raise SignatureError(
                "no secret was given", f"pass {self.needs}, or say secrets=None to take it on your own word"
            )
        proof = self.check(request)
        if self.window is not None:
            _refuse_stale(proof.signed_at, request.now, self.window)
        return proof


def _refuse_stale(signed_at: datetime | None, now: datetime, window: timedelta) -> None:
    if signed_at is None or not -SKEW <= now - signed_at <= window + SKEW:
        raise SignatureError(
            "the signature is not of this time",
            f"check this machine's clock; a request is taken for {window} after it was signed",
        )


class Trusted(bytes):
    """
    A body of which it is shown who sent it: what ``verify`` gives, and ``parse`` takes.

    Its bytes are what was proven: the body, the query of a request that has none, or those fields of it that are signed.

    Attributes:
        provider: Whose it is.
        signed_at: When it was signed (aware), if the signature says so.
        replay_key: Remember it once the events are stored, and refuse it when it comes again: it is the same whenever this
            request is sent again, by the provider or by somebody who recorded it. ``None`` if the scheme has none.
    """

    provider: str
    signed_at: datetime | None
    replay_key: str | None

    def __new__(
        cls, body: bytes, provider: str, *, signed_at: datetime | None = None, replay_key: str | None = None
    ) -> Self:
        trusted = super().__new__(cls, body)
        trusted.provider = provider
        trusted.signed_at = signed_at
        trusted.replay_key = replay_key
        return trusted

    def __getnewargs_ex__(self) -> tuple[tuple[bytes, str], dict[str, object]]:
        return (bytes(self), self.provider), {"signed_at": self.signed_at, "replay_key": self.replay_key}

    def __repr__(self) -> str:
        return f"Trusted({len(self)} bytes of {self.provider})"

    def __str__(self) -> str:
        return repr(self)  # whoever logs it shows no payload
