"""
Who can have written a mail that came back: anyone, unless it holds a token of ours, or the caller vouches for its sender.

A token (``return_path``) stands where only those can have read it who had the message: in the return path the mail came
to, in the envelope id, or in the message it returns. It proves that the mail is about that hand-over; whom that was for
it does not show, only whether a given address is the one.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

from deliverystatus._events import Event
from deliverystatus._mail import _fields as fields
from deliverystatus._mail import read
from deliverystatus._mail._report import Mail
from deliverystatus._proof import AlignedPass
from deliverystatus._return_path import Claim, claims
from deliverystatus._text import comparable

Secrets = tuple[str | bytes, ...]

#: Headers of the returned message that may name whom it was for, where the report has another address, or none.
_NAMES_RECIPIENT = ("x-original-to", "delivered-to", "to", "cc")


def authenticate(secrets: Secrets, trust: AlignedPass | None) -> Callable[[Any, tuple[Event, ...]], tuple[Event, ...]]:
    """Give the function that says of each event of a mail whether it is shown that not just anyone can have sent it."""
    return partial(_vouched, secrets, trust)


def _vouched(secrets: Secrets, trust: AlignedPass | None, raw: Any, events: tuple[Event, ...]) -> tuple[Event, ...]:
    if not isinstance(raw, bytes):  # no mail: an outcome from a log, which holds no proof
        return tuple(event.vouched(authenticated=False) for event in events)
    mail = read(raw)
    found = claims(secrets, _places(mail))
    addresses = fields.addresses(chain.from_iterable(map(mail.original.all, _NAMES_RECIPIENT)))
    aligned = trust is not None and _is_aligned(mail, trust)
    return tuple(_proven(event, found, addresses, aligned=aligned) for event in events)


def _places(mail: Mail) -> Iterator[str]:
    """Give every text in which a token may stand; headers of the mail itself are its writer's, but for whom it was to."""
    yield from mail.addressed_to
    yield mail.envelope_id or ""
    for values in mail.original.fields.values():
        yield from values


def _proven(event: Event, found: tuple[Claim, ...], addresses: tuple[str, ...], *, aligned: bool) -> Event:
    for claim in found:
        if event.recipient is not None and claim.is_about(event.recipient):
            return event.vouched(authenticated=True, reference=claim.reference)
    for claim in found:
        for address in addresses:
            if claim.is_about(address):  # what failed, or complained, is where the message was sent on to
                return event.vouched(authenticated=True, reference=claim.reference, recipient=address)
    return event.vouched(authenticated=aligned)


def _is_aligned(mail: Mail, trust: AlignedPass) -> bool:
    """Say whether the pass the caller vouches for is of the domain that the mail says it is from."""
    domain = comparable(f"@{trust.domain}")
    senders = [comparable(address) for address in fields.addresses(mail.headers.all("from"))]
    return len(senders) == 1 and (senders[0].endswith(domain) or senders[0].endswith(f".{domain[1:]}"))
