"""From a request to events, if it is shown who sent it: verify and parse in one call."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from deliverystatus import providers
from deliverystatus._checks import moment
from deliverystatus._contract import AlignedPass, Parsed
from deliverystatus.exceptions import SignatureError


def receive(
    provider: str,
    body: bytes | str,
    *,
    headers: Mapping[str, str] | None = None,
    secrets: str | bytes | Iterable[str | bytes] | None = (),
    trust: AlignedPass | None = None,
    url: str | None = None,  # noqa: ARG001 (some schemes sign it; those of the providers here do not)
    now: datetime,
    **as_parse: Any,
) -> Parsed:
    """
    Read a body, and say of each event whether it is shown who sent it.

    A bounce mail or complaint (``"smtp"``) can be forged by anyone. Its events are authenticated if the mail, or the
    message it returns, holds a token that ``return_path`` made for the recipient, or if the caller vouches for its sender
    with *trust*; else they are not, and never suppress for good.

    Args:
        provider: The provider's name.
        body: The body as it came.
        headers: Those of the request.
        secrets: The secrets that tokens or signatures were made with, newest first. ``None`` says outright that nothing
            is to be verified: then events are on the caller's word.
        trust: What else the caller vouches for.
        url: The URL that was called.
        now: The time (aware).
        as_parse: What ``parse`` takes: *received_at*, *reference*, *account*, *sent_via*.

    Raises:
        SignatureError: If it cannot be shown who sent it: answer 401.
        PayloadError: If the body is not that provider's at all: answer 400.
        UnknownName: If there is no such provider.
    """
    chosen = providers.get(provider)
    moment("now", now)
    if secrets is None:
        return chosen.parse(body, headers=headers, **as_parse)
    if chosen.authenticate is None:
        raise SignatureError(
            f"{chosen.name}: nothing here can show who sent this; say secrets=None to take it on your own word"
        )
    given = (secrets,) if isinstance(secrets, str | bytes) else tuple(secrets)
    if not given and trust is None:
        raise SignatureError(f"{chosen.name}: no secret given; say secrets=None to take it on your own word")
    return chosen.parse(body, headers=headers, **as_parse).vouched(chosen.authenticate(given, trust))
