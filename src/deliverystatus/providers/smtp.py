"""
SMTP: what our own SMTP calls came to, for each recipient.

``outcome`` reads what a call returned or raised: smtplib's results and exceptions, or those of a library that names
them alike (aiosmtplib). ``parse`` reads the same from a log: a JSON object, or an array of objects, each one call::

    {
        "message_id": "<1@shop.example.org>",                 the Message-ID header; SMTP gives no other id
        "recipients": ["ada@example.com", "bob@example.com"], the envelope addresses
        "refused": {"bob@example.com": [550, "5.1.1 ..."]},   what the call returned, or null
        "error": {"type": "SMTPDataError", "code": 554,       what it raised, or null
                  "text": "5.7.1 ...", "recipients": {}},
        "occurred_at": "2024-05-01T12:00:00Z",
        "reference": "order-7"                                the sender's own id of the hand-over
    }

Sources, as [S1] to [S4] below:
 S1  https://docs.python.org/3/library/smtplib.html and CPython's Lib/smtplib.py (SMTP.sendmail)
 S2  https://aiosmtplib.readthedocs.io/en/stable/reference.html (aiosmtplib.errors)
 S3  RFC 5321 sections 3.3, 4.2 and 6.1
 S4  https://docs.python.org/3/library/exceptions.html, socket.html and ssl.html

Quirks:
 - Success means that the next server took the message, not that it arrived: ``sent``, never ``delivered`` [S3].
 - The reply to DATA is not returned, so the server's queue id is lost; the Message-ID is all that joins [S1].
 - Only 250 and 251 are success at RCPT: 252 is listed as refused [S1].
 - A 421 at RCPT ends the call: those accepted before it and those never tried are not listed, and got nothing [S1].
 - An error at DATA forgets who was refused at RCPT before it [S1]: they share the error, unless *refused* says more.
 - An address that is named twice has one entry in *refused*, so a full refusal may be returned, not raised [S1].
 - A reply that is none has the code -1 [S1].
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from deliverystatus import _reading as reading
from deliverystatus._contract import Body, Outcome, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Details, Event, Failure, Source
from deliverystatus._text import comparable, cut, printable
from deliverystatus.exceptions import PayloadError

#: The class of what was raised, or of its nearest listed base: (what happened to those not refused by name, the command
#: that was refused, the reason where the server gave none)
ERRORS = {
    "SMTPRecipientsRefused":    (EventKind.REJECTED,        "RCPT",     None),                    # DATA never ran [S1]
    "SMTPRecipientRefused":     (EventKind.REJECTED,        "RCPT",     None),                    # one of them [S2]
    "SMTPSenderRefused":        (EventKind.REJECTED,        "MAIL",     Reason.SENDER_REJECTED),
    "SMTPDataError":            (EventKind.REJECTED,        "DATA",     None),                    # but see _fate
    "SMTPHeloError":            (EventKind.REJECTED,        "HELO",     None),
    "SMTPConnectError":         (EventKind.REJECTED,        "CONNECT",  Reason.NETWORK_ERROR),
    "SMTPConnectTimeoutError":  (EventKind.REJECTED,        "CONNECT",  Reason.NETWORK_ERROR),    # [S2]
    "SMTPAuthenticationError":  (EventKind.REJECTED,        "AUTH",     Reason.SENDER_ACCOUNT),
    "SMTPNotSupportedError":    (EventKind.REJECTED,        None,       Reason.PROTOCOL_ERROR),   # SMTPUTF8, AUTH: asked before MAIL
    "SMTPNotSupported":         (EventKind.REJECTED,        None,       Reason.PROTOCOL_ERROR),   # the same in [S2]
    "ConnectionRefusedError":   (EventKind.REJECTED,        "CONNECT",  Reason.NETWORK_ERROR),    # [S4]
    "gaierror":                 (EventKind.REJECTED,        "CONNECT",  Reason.NETWORK_ERROR),    # our server's name has no address [S4]
    "SSLCertVerificationError": (EventKind.REJECTED,        "STARTTLS", Reason.PROTOCOL_ERROR),   # a handshake comes before MAIL [S4]
    "SMTPServerDisconnected":   (EventKind.OUTCOME_UNKNOWN, None,       Reason.NETWORK_ERROR),    # before the end of DATA, or after
    "SMTPTimeoutError":         (EventKind.OUTCOME_UNKNOWN, None,       Reason.NETWORK_ERROR),    # [S2]
    "SMTPException":            (EventKind.OUTCOME_UNKNOWN, None,       None),                    # an OSError in [S1], whatever its cause
    "TimeoutError":             (EventKind.OUTCOME_UNKNOWN, None,       Reason.NETWORK_ERROR),
    "OSError":                  (EventKind.OUTCOME_UNKNOWN, None,       Reason.NETWORK_ERROR),    # reset, broken pipe
}  # fmt: skip
UNLISTED_ERROR: tuple[EventKind, str | None, Reason | None] = (EventKind.OUTCOME_UNKNOWN, None, None)

#: "Service not available, closing transmission channel" [S3]
CLOSING = "421"

_IN_BRACKETS = re.compile(r"<([^<>]+)>\s*\Z")


@attrs.frozen
class _Reply:
    """A server's answer, as far as it is one."""

    code: str | None = None
    text: str | None = None

    def failure(self, command: str | None, claimed: Reason | None = None, reported: str | None = None) -> Failure:
        return Failure(
            reply_code=self.code,
            diagnostic=self.text,
            smtp_command=command,
            claimed=claimed,
            reported=reported,
        )


#: By comparable address: the address as it was spelled, and what the server said to it.
_Refused = Mapping[str, tuple[str, _Reply]]


@attrs.frozen
class _Error:
    """What a call raised: its class, the server's answer, and the answers to single recipients."""

    name: str
    reply: _Reply = _Reply()
    refused: _Refused = attrs.field(factory=dict)


def elements(payload: Any) -> Body:
    """Give the recorded outcomes: the body is one, or an array of them."""
    if isinstance(payload, list):
        return Body(payload)
    if "recipients" in reading.object_of(payload):
        return Body((payload,), lambda _: "")
    raise PayloadError("missing", path="recipients")


def read(element: Any, source: Source) -> Outcome:
    """Read one recorded outcome: an event for each recipient."""
    recorded = reading.object_of(element)
    message_id = reading.message_id(reading.text(recorded, "message_id"))
    reference = reading.loose_text(recorded.get(source.reference_key or "reference"))
    occurred_at = reading.iso_time(recorded.get("occurred_at"), "occurred_at")
    recipients = _recipients(recorded.get("recipients"))
    refused = _replies(reading.object_of(recorded.get("refused") or {}, "refused"))
    error = None if recorded.get("error") is None else _recorded_error(reading.object_of(recorded["error"], "error"))
    events = tuple(
        Event.read(
            kind,
            source,
            recipient,
            message_id,
            reference,
            occurred_at,
            failure=failure,
            details=Details(internet_message_id=message_id),
        )
        for recipient, kind, failure in _fates(recipients, refused, error)
    )
    if not events:
        raise PayloadError("missing", path="recipients")
    return events


def outcome(
    message_id: str | None,
    recipients: str | Iterable[str],
    refused: Mapping[str, Any] | None = None,
    error: BaseException | None = None,
    *,
    occurred_at: datetime | None = None,
    reference: str | None = None,
    account: str | None = None,
) -> tuple[Event, ...]:
    """
    Say what an SMTP call came to: one event for each recipient, in order, each address once.

    Args:
        message_id: The Message-ID header of the message, with or without angle brackets.
        recipients: The envelope addresses it was handed over for.
        refused: What ``sendmail`` or ``send_message`` returned: address -> (code, text) of those that were refused.
        error: What it raised instead. Any exception is read; one that says nothing of the message's fate, such as a
            lost connection, gives ``outcome_unknown``.
        occurred_at: When (aware).
        reference: The sender's own id of the hand-over.
        account: The caller's name for the SMTP account.

    Raises:
        PayloadError: If a recipient is no address; the path says which.
        ValueError: If *occurred_at* has no zone.
        TypeError: If another argument is of another type. What stands inside *refused* and *error* is never refused.
    """
    if not (refused is None or isinstance(refused, Mapping)):
        raise TypeError(f"refused: expected a mapping, got {type(refused).__name__}")
    addressed = _recipients(recipients)
    answers = _replies(refused)
    raised = None if error is None else _raised_error(error)
    bare = reading.message_id(message_id) if isinstance(message_id, str) else message_id
    return tuple(
        Event(
            kind,
            provider=PROVIDER.name,
            account=account,
            recipient=recipient,
            message_id=bare,
            internet_message_id=bare,
            reference=reference,
            occurred_at=occurred_at,
            failure=failure,
        )
        for recipient, kind, failure in _fates(addressed, answers, raised)
    )


def _fates(
    recipients: Iterable[str], refused: _Refused, error: _Error | None
) -> Iterator[tuple[str, EventKind, Failure | None]]:
    """Say what became of each recipient: those in the envelope, then those that only an answer names."""
    kind, failure = (EventKind.SENT, None) if error is None else _fate(error)
    if error is not None:
        refused = {**error.refused, **refused}
    addressed: dict[str, str] = {}
    for spelled in (*recipients, *(spelled for spelled, _ in refused.values())):
        addressed.setdefault(comparable(spelled), spelled)
    for known_as, recipient in addressed.items():
        if known_as in refused:
            yield recipient, EventKind.REJECTED, refused[known_as][1].failure("RCPT")
        else:
            yield recipient, kind, failure


def _fate(error: _Error) -> tuple[EventKind, Failure]:
    """Say what an error means for the recipients it does not name."""
    kind, command, claimed = ERRORS.get(error.name, UNLISTED_ERROR)
    reply = error.reply
    if command == "RCPT":  # the answers were to others; only "closing" is an answer to all
        command = None
        reply = next((answer for _, answer in error.refused.values() if answer.code == CLOSING), _Reply())
    elif command == "DATA" and (reply.code or "")[:1] not in {"4", "5"}:
        kind = EventKind.OUTCOME_UNKNOWN  # only these refuse [S3]; garbage after the message leaves its fate open
    return kind, reply.failure(command, claimed, error.name)


def _raised_error(error: BaseException) -> _Error:
    names = [each.__name__ for each in type(error).__mro__]
    name = next((each for each in names if each in ERRORS), names[0])
    if ERRORS.get(name, UNLISTED_ERROR)[0] is not EventKind.REJECTED:
        return _Error(name)  # no server's answer; what else has a code is of another protocol
    refused = getattr(error, "recipients", None)
    return _Error(name, _reply(error), _replies([error] if refused is None else refused))


def _recorded_error(recorded: Mapping[str, Any]) -> _Error:
    name = reading.loose_text(recorded.get("type"))
    if name is None:
        raise PayloadError("missing", path="error.type")
    return _Error(
        name.rpartition(".")[2],
        _reply((recorded.get("code"), recorded.get("text"))),
        _replies(recorded.get("recipients")),
    )


def _recipients(value: object) -> tuple[str, ...]:
    """Give the addresses of an envelope."""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise PayloadError(f"expected an array of addresses, got {type(value).__name__}", path="recipients")
    addresses = []
    for index, each in enumerate(value):
        if not isinstance(each, str):
            raise PayloadError(f"expected a string, got {type(each).__name__}", path=f"recipients.{index}")
        if (address := _address(each)) is None:
            raise PayloadError("missing", path=f"recipients.{index}")
        addresses.append(address)
    return tuple(addresses)


def _address(value: object) -> str | None:
    """Give what is sent of an address: smtplib leaves out a display name [S1]."""
    spelled = _text(value)
    named = _IN_BRACKETS.search(spelled) if spelled else None
    return named[1].strip() or None if named else spelled


def _replies(refused: object) -> _Refused:
    """Read the answers to single recipients, by whom they are about; aiosmtplib raises a list of exceptions."""
    named: Iterable[tuple[Any, Any]] = ()
    if isinstance(refused, Mapping):
        named = refused.items()
    elif isinstance(refused, list | tuple):
        named = ((getattr(each, "recipient", None), each) for each in refused)
    found: dict[str, tuple[str, _Reply]] = {}
    for recipient, answer in named:
        if spelled := _address(recipient):
            found.setdefault(comparable(spelled), (spelled, _reply(answer)))
    return found


def _reply(answer: object) -> _Reply:
    """Read a server's answer: (code, text), or an exception that has both. What has no code is no answer."""
    match answer:
        case (code, text, *_):
            pass
        case _:
            code = getattr(answer, "smtp_code", getattr(answer, "code", None))
            text = getattr(answer, "smtp_error", getattr(answer, "message", None))
    return _Reply() if code is None else _Reply(_code(code), _text(text))


def _code(value: object) -> str | None:
    """Give a reply code; -1 and other garbage is none."""
    digits = reading.loose_text(value) or ""
    return digits if len(digits) == 3 and digits.isascii() and digits.isdigit() and "2" <= digits[0] <= "5" else None  # noqa: PLR2004


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return (cut(printable(value.strip())) or None) if isinstance(value, str) else None


PROVIDER = Provider(
    name="smtp",
    title="SMTP",
    elements=elements,
    read=read,
    tables={"error": ERRORS},
    confirms_delivery=False,
)
parse = PROVIDER.parse
