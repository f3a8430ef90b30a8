"""
Everything that can go wrong, one class per thing the caller does differently.

::

    DeliveryStatusError
    ├── PayloadError         the body is not this provider's: answer 400
    ├── SignatureError       nothing shows that the provider sent it: answer 401, so that it is sent again
    ├── CertificateNeeded    fetch the certificate, pass it in trust=, and call again
    ├── MixedCopiesError     events of two copies in one record: fix the call, or use fold_copies
    ├── UnknownName          no such provider, policy, vocabulary or locale: fix the call
    └── MissingExtra         an optional dependency is not installed: the message has the pip line

No message ever holds a payload, an address or a piece of either: what came is told by its type, where it stood
by its path.
"""

from collections.abc import Collection


class DeliveryStatusError(Exception):
    """What every error of this library is."""


class PayloadError(DeliveryStatusError, ValueError):
    """
    A body, or a field of one, is not what the provider documents. Answer 400: sending it again will not help.

    Attributes:
        problem: What was expected and what kind of thing came, without any of its content.
        path: Where, in dots and indexes from the top of the body: ``"3.timestamp"``; empty for the whole body.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem, path)
        self.problem = problem
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem

    def under(self, *path: str) -> "PayloadError":
        """Give the same problem where what was read stands at *path*; empty parts of it are left out."""
        return PayloadError(self.problem, path=".".join(filter(None, (*path, self.path))))


class SignatureError(DeliveryStatusError):
    """
    Nothing shows that the provider sent the body. Answer 401, never 400: a wrong secret must not stop retries. A few providers
    send again after other answers only: ``answer`` is theirs.

    The message is for the operator. Tell the sender nothing of it.

    Attributes:
        problem: What is wrong.
        advice: What to check, and where.
        provider: The provider's name.
        answer: The HTTP status to answer with, and nothing else.
    """

    def __init__(self, problem: str, advice: str = "", provider: str = "", answer: int = 401) -> None:
        super().__init__(problem, advice, provider, answer)
        self.problem = problem
        self.advice = advice
        self.provider = provider
        self.answer = answer

    def __str__(self) -> str:
        said = "; ".join(filter(None, (self.problem, self.advice)))
        return f"{self.provider}: {said}" if self.provider else said


class CertificateNeeded(DeliveryStatusError):  # noqa: N818 (the public name is fixed)
    """
    A certificate is needed that the caller does not have yet.

    Fetch it over HTTPS without following redirects, keep it by its URL in ``trust``, and call again. The URL was checked: it is
    on a host of the provider's. Nothing in the body is proven yet.

    Attributes:
        url: Where it is.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url

    def __str__(self) -> str:
        return f"fetch the certificate at {self.url}, pass it in trust=, and call again"


class MixedCopiesError(DeliveryStatusError, ValueError):
    """Events of more than one copy were folded into one record. Use ``fold_copies`` to have them told apart."""


class UnknownName(DeliveryStatusError, LookupError):  # noqa: N818 (the public name is fixed)
    """A provider, policy, vocabulary, locale or preset of that name does not exist; the message lists those that do."""

    def __init__(self, what: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(what, name, known)
        self.what = what
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"no {self.what} named {self.name!r}; there are: {', '.join(self.known)}"

    @classmethod
    def refuse(cls, what: str, name: str, known: Collection[str]) -> None:
        """Raise it if *name* is none of those that are *known*."""
        if name not in known:
            raise cls(what, name, tuple(known))


class MissingExtra(DeliveryStatusError, ImportError):  # noqa: N818 (the public name is fixed)
    """An optional dependency is not installed; the message says what to install."""

    def __init__(self, extra: str) -> None:
        super().__init__(extra)
        self.extra = extra

    def __str__(self) -> str:
        return f"this needs more packages: pip install 'deliverystatus[{self.extra}]'"
