"""
SMTP: what our own SMTP calls came to, for each recipient, and the mails that come back.

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

``parse`` also reads a mail, as bytes or text: a bounce (a delivery status or one written for people), a complaint, a
read receipt, an auto-reply. What is known of such mails is in ``deliverystatus._mail``.

Sources, as [S1] to [S9] below:
 S1  https://docs.python.org/3/library/smtplib.html and CPython's Lib/smtplib.py (SMTP.sendmail)
 S2  https://aiosmtplib.readthedocs.io/en/stable/reference.html (aiosmtplib.errors)
 S3  RFC 5321 sections 3.3, 4.2 and 6.1
 S4  https://docs.python.org/3/library/exceptions.html, socket.html and ssl.html
 S5  RFC 3464 (delivery status), RFC 6533 (addresses beyond ASCII), RFC 3461 (envelope id)
 S6  RFC 5965 (complaints), RFC 6430 (not-spam), RFC 6591 (authentication failures)
 S7  RFC 8098 (read receipts), RFC 3834 (auto-replies)
 S8  https://postmarkapp.com/support/article/838-how-to-find-a-message-id-header-for-your-sent-messages
 S9  https://docs.aws.amazon.com/ses/latest/dg/header-fields.html (SES writes its own Message-ID)

Quirks:
 - Success means that the next server took the message, not that it arrived: ``sent``, never ``delivered`` [S3].
 - The reply to DATA is not returned, so the server's queue id is lost; the Message-ID is all that joins [S1].
 - Only 250 and 251 are success at RCPT: 252 is listed as refused [S1].
 - A 421 at RCPT ends the call: those accepted before it and those never tried are not listed, and got nothing [S1].
 - An error at DATA forgets who was refused at RCPT before it [S1]: they share the error, unless *refused* says more.
 - An address that is named twice has one entry in *refused*, so a full refusal may be returned, not raised [S1].
 - A reply that is none has the code -1 [S1].
 - A bounce is about the address the message was sent to (Original-Recipient), which the one that failed may not be [S5].
 - The time of a report is that of the last attempt, else the report's own: Arrival-Date is days before it [S5].
 - What a mail says of a recipient joins their copy by the Message-ID of the message that was returned; if *sent_via*
   says which provider sent it, by that provider's id of it.
 - An envelope id (ENVID) is the sender's own: it is the reference, unless a header named by *reference* is returned [S5].
 - Anyone can write such a mail: what plain ``parse`` reads from one is on the caller's word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from deliverystatus import _mail
from deliverystatus import _reading as reading
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._decoding import decode as decode_record
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._mail._trust import authenticate
from deliverystatus._text import comparable, cut, printable
from deliverystatus._values import Details, Failure, Source
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

#: By the provider that sent a message: the header of it that joins its copy, and the part of that which is the id. One
#: that is not here uses the Message-ID, as plain SMTP and Mailgun do; ``None``: no header tells.
SENT_VIA: Mapping[str, tuple[str, str] | None] = {
    "postmark": ("x-pm-message-id", r"[\w-]+"),  # [S8]
    "ses":      ("message-id", r"[^<>@\s]+"),     # before "@eu-west-1.amazonses.com" [S9]
    "sendgrid": None,                              # X-SG-EID is encrypted; smtp-id, the Message-ID, is all there is
}  # fmt: skip

#: How much of a text is looked at to see whether it is a mail.
_HEAD = 64 * 1024

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


def decode(payload: Any, headers: Mapping[str, str] | None) -> Any:
    """Leave a mail as it is, in bytes, and decode what is recorded."""
    raw = bytes(payload) if isinstance(payload, bytearray | memoryview) else payload
    if isinstance(raw, str) and _mail.looks_like_mail(raw[:_HEAD].encode("utf-8", "replace")):
        return raw.encode("utf-8", "replace")
    return raw if isinstance(raw, bytes) and _mail.looks_like_mail(raw) else decode_record(payload, headers)


def elements(payload: Any) -> Body:
    """Give the recorded outcomes, the body is one, or an array of them; or the mail."""
    if isinstance(payload, list):
        return Body(payload)
    if isinstance(payload, bytes) or "recipients" in reading.object_of(payload):
        return Body.of_one(payload)
    raise PayloadError("missing", path="recipients")


def read(element: Any, source: Source) -> Outcome:
    """Read a mail, or one recorded outcome: an event for each recipient."""
    return _read_mail(element, source) if isinstance(element, bytes) else _read_recorded(element, source)


def _read_mail(raw: bytes, source: Source) -> Outcome:
    """Read a mail; one that reports nothing is a notice."""
    mail = _mail.read(raw)
    via = source.sent_via
    if via is not None:
        source = attrs.evolve(source, provider=via)
    message_id = mail.original_message_id
    reference = (mail.original.get(source.reference_key) if source.reference_key else None) or mail.envelope_id
    events = tuple(
        Event.read(
            report.kind,
            source,
            _cut(report.recipient),
            _cut(_id_of(mail, via)),
            _cut(reference),
            report.occurred_at or mail.occurred_at,
            actor=report.actor,
            failure=report.failure,
            attribution=report.attribution,
            details=Details(
                value=_cut(report.value),
                internet_message_id=_cut(message_id),
                final_recipient=_cut(report.final_recipient),
                retrying=report.retrying,
                retry_until=report.retry_until,
                event_id=_cut(" ".join(filter(None, (mail.message_id, report.recipient)))) if mail.message_id else None,
            ),
        )
        for report in mail.reports
    )
    return events or Notice(name="mail")


def _id_of(mail: _mail.Mail, via: str | None) -> str | None:
    """Give the id by which the provider that sent a message knows it."""
    if via is None or via not in SENT_VIA:
        return mail.original_message_id
    header, pattern = SENT_VIA[via] or ("", "")
    written = mail.original_message_id if header == "message-id" else mail.original.get(header)
    found = re.match(pattern, written or "")
    return found[0] if found else None


def _cut(text: str | None) -> str | None:
    return cut(printable(text)) if text else None


def _read_recorded(element: Any, source: Source) -> Outcome:
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
    tables={
        "error": ERRORS,
        "Action": _mail.ACTIONS,
        "Feedback-Type": _mail.FEEDBACK,
        "Disposition": _mail.DISPOSITIONS,
    },
    decode=decode,
    authenticate=authenticate,
    habits=Habits(
        # what a mail is shows in its form, not in a word
        besides=frozenset({EventKind.UNDETERMINED_BOUNCE, EventKind.SOFT_BOUNCED, EventKind.AUTO_REPLIED}),
        machine=frozenset({EventKind.OPENED}),  # a receipt that was sent without asking (RFC 8098 section 3.2.6.1)
        event_id=EventId.SOME,
        precision=Precision.SECOND,
        confirms_delivery=False,
    ),
)
parse = PROVIDER.parse
