"""What became of each recipient of an SMTP call of our own: real exceptions of smtplib, and shapes of other libraries."""

import smtplib
import socket
import ssl
from collections import UserDict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deliverystatus as ds
from deliverystatus import Event, EventKind, Permanence, Reason, Status
from deliverystatus.exceptions import PayloadError
from deliverystatus.providers import smtp

ADA, BOB, EVE = "ada@example.com", "bob@example.com", "eve@example.net"
ID = "<1@shop.example.org>"
NO_SUCH_USER = (550, b"5.1.1 No such user")


def kinds(events: tuple[Event, ...]) -> list[tuple[str | None, str]]:
    """Say what became of whom."""
    return [(event.recipient, str(event.kind)) for event in events]


def only(events: tuple[Event, ...]) -> Event:
    """Give the one event there is."""
    (event,) = events
    return event


class TestReturned:
    """The call returned: the next server has the message, except for those it lists."""

    def test_success_is_sent(self):
        """An empty result means that the next server took the message; it says nothing of delivery."""
        assert [(ADA, "sent"), (BOB, "sent")] == kinds(smtp.outcome(ID, [ADA, BOB], {}))

    def test_nothing_given_is_success(self):
        """Neither refusals nor an error: the call succeeded."""
        assert [(ADA, "sent")] == kinds(smtp.outcome(ID, [ADA]))

    def test_provider_cannot_confirm(self):
        """SMTP calls never say delivered, and the provider says so of itself."""
        assert ds.providers.get("smtp").habits.confirms_delivery is False

    def test_partial_refusal(self):
        """Who is listed was refused; the others have it."""
        assert [(ADA, "sent"), (BOB, "rejected")] == kinds(smtp.outcome(ID, [ADA, BOB], {BOB: NO_SUCH_USER}))

    def test_refusal_keeps_the_reply(self):
        """A refusal carries the code, the text without its bytes, and the command."""
        failure = only(smtp.outcome(ID, ADA, {ADA: NO_SUCH_USER})).failure
        assert ds.Failure(reply_code="550", diagnostic="5.1.1 No such user", smtp_command="RCPT") == failure

    def test_refusal_is_diagnosed(self):
        """An unknown user at RCPT is a bad address."""
        failure = only(smtp.outcome(ID, ADA, {ADA: (550, b"sorry")})).failure
        assert (Reason.UNKNOWN_RECIPIENT, True) == (failure.reason, failure.address_is_bad)

    def test_temporary_refusal(self):
        """A 4yz refusal is no hand-over either, but its cause passes."""
        event = only(smtp.outcome(ID, ADA, {ADA: (452, b"4.2.2 mailbox full")}))
        assert (EventKind.REJECTED, Permanence.TRANSIENT) == (event.kind, event.failure.permanence)

    def test_252_is_a_refusal(self):
        """A 252 at RCPT stands among the refused, as smtplib lists it, with its code and without a reason."""
        event = only(smtp.outcome(ID, ADA, {ADA: (252, b"cannot verify")}))
        assert (EventKind.REJECTED, "252", Reason.UNKNOWN) == (event.kind, event.failure.reply_code, event.reason)

    def test_all_refused_by_duplicates(self):
        """An address that is named twice hides from smtplib that all were refused: the result lists them all."""
        refused = {ADA: NO_SUCH_USER, BOB: NO_SUCH_USER}
        assert [(ADA, "rejected"), (BOB, "rejected")] == kinds(smtp.outcome(ID, [ADA, BOB, ADA], refused))

    def test_one_event_per_address(self):
        """Spellings of one address are one recipient, shown as first spelled."""
        spelled = ["Ada@Example.com", ADA, "ada@example.COM"]
        assert [("Ada@Example.com", "sent")] == kinds(smtp.outcome(ID, spelled))

    def test_refused_in_another_spelling(self):
        """A refusal is found by the address, not by its spelling."""
        refused = {"ADA@xn--bcher-kva.example": NO_SUCH_USER}
        assert [("ada@bücher.example", "rejected")] == kinds(smtp.outcome(ID, "ada@bücher.example", refused))

    def test_refused_but_not_addressed(self):
        """Nothing is lost: a refusal of somebody who is not among the recipients has its event, after theirs."""
        assert [(ADA, "sent"), (EVE, "rejected")] == kinds(smtp.outcome(ID, [ADA], {EVE: NO_SUCH_USER}))

    def test_display_names(self):
        """A display name is no part of the envelope: smtplib leaves it out, and so do events."""
        refused = {"Bob <bob@example.com>": NO_SUCH_USER}
        assert [(ADA, "sent"), (BOB, "rejected")] == kinds(smtp.outcome(ID, ["Ada <ada@example.com>", BOB], refused))

    def test_nobody_addressed(self):
        """A call without recipients came to nothing."""
        assert () == smtp.outcome(ID, [])

    def test_any_mapping(self):
        """Refusals may stand in any mapping, and replies in a named tuple as aiosmtplib has them."""

        class Response(NamedTuple):
            code: int
            message: str

        event = only(smtp.outcome(ID, ADA, UserDict({ADA: Response(550, "no")})))
        assert ("550", "no") == (event.failure.reply_code, event.failure.diagnostic)


class TestRaised:
    """The call raised: nobody has the message, or nobody knows."""

    def test_all_refused(self):
        """Each has the reply it was given."""
        error = smtplib.SMTPRecipientsRefused({ADA: NO_SUCH_USER, BOB: (452, b"4.2.2 full")})
        assert ["550", "452"] == [e.failure.reply_code for e in smtp.outcome(ID, [ADA, BOB], error=error)]

    def test_421_at_rcpt(self):
        """A 421 at RCPT ends the call: those accepted before and those never tried are rejected as well."""
        error = smtplib.SMTPRecipientsRefused({BOB: (421, b"4.7.0 closing")})
        events = smtp.outcome(ID, [ADA, BOB, EVE], error=error)
        assert [(ADA, "rejected"), (BOB, "rejected"), (EVE, "rejected")] == kinds(events)

    def test_421_is_the_answer_to_all(self):
        """Those who are not listed have the 421 as their reply, but no command: none of theirs was refused."""
        error = smtplib.SMTPRecipientsRefused({BOB: (421, b"4.7.0 closing")})
        failure = smtp.outcome(ID, [ADA, BOB], error=error)[0].failure
        assert ("421", "4.7.0 closing", None) == (failure.reply_code, failure.diagnostic, failure.smtp_command)

    def test_421_condemns_nobody(self):
        """A server that hangs up over unknown users says nothing of those it was not asked about."""
        error = smtplib.SMTPRecipientsRefused({BOB: (421, b"4.1.1 user unknown, too many errors")})
        events = smtp.outcome(ID, [ADA, BOB, EVE], error=error)
        assert [False] * 3 == [event.failure.address_is_bad for event in events]

    def test_unlisted_without_421(self):
        """Who is missing from a full refusal has not got the message, and no answer of somebody else's."""
        error = smtplib.SMTPRecipientsRefused({BOB: NO_SUCH_USER})
        event = smtp.outcome(ID, [ADA, BOB], error=error)[0]
        assert (EventKind.REJECTED, ds.Failure(reported="SMTPRecipientsRefused")) == (event.kind, event.failure)

    def test_sender_refused(self):
        """All are rejected at MAIL, for the sender's sake."""
        error = smtplib.SMTPSenderRefused(553, b"5.1.8 bad sender", "shop@example.org")
        said = {(e.kind, e.failure.smtp_command, e.reason) for e in smtp.outcome(ID, [ADA, BOB], error=error)}
        assert {(EventKind.REJECTED, "MAIL", Reason.SENDER_REJECTED)} == said

    def test_sender_that_does_not_exist_condemns_nobody(self):
        """Words that would damn an address at RCPT are about the sender at MAIL."""
        error = smtplib.SMTPSenderRefused(550, b"5.1.1 user unknown: no such user", "shop@example.org")
        failure = only(smtp.outcome(ID, ADA, error=error)).failure
        assert (Reason.SENDER_REJECTED, False) == (failure.reason, failure.address_is_bad)

    def test_data_refused(self):
        """All are rejected at DATA."""
        error = smtplib.SMTPDataError(554, b"5.7.1 spam")
        said = {(e.kind, e.failure.smtp_command, e.reason) for e in smtp.outcome(ID, [ADA, BOB], error=error)}
        assert {(EventKind.REJECTED, "DATA", Reason.SPAM_CONTENT)} == said

    def test_data_error_loses_the_refused(self):
        """At DATA smtplib forgets who was refused at RCPT: without them, all share DATA's answer."""
        error = smtplib.SMTPDataError(554, b"no valid recipients")
        assert {"554"} == {e.failure.reply_code for e in smtp.outcome(ID, [ADA, BOB], error=error)}

    def test_data_refused_after_refusals(self):
        """Who is known to have been refused at RCPT keeps that answer."""
        error = smtplib.SMTPDataError(554, b"5.7.1 spam")
        events = smtp.outcome(ID, [ADA, BOB], {BOB: NO_SUCH_USER}, error)
        assert ["DATA", "RCPT"] == [event.failure.smtp_command for event in events]

    @pytest.mark.parametrize("code", [-1, 200, 252, 354])
    def test_data_without_a_refusal(self, code: int):
        """An answer to the message that is neither success nor refusal leaves its fate open."""
        event = only(smtp.outcome(ID, ADA, error=smtplib.SMTPDataError(code, b"???")))
        assert EventKind.OUTCOME_UNKNOWN is event.kind

    @pytest.mark.parametrize(
        "error,command,reason",
        [
            (smtplib.SMTPHeloError(501, b"5.5.2 bad name"), "HELO", Reason.PROTOCOL_ERROR),
            (smtplib.SMTPHeloError(550, b"host not found"), "HELO", Reason.SENDER_AUTHENTICATION),
            (smtplib.SMTPConnectError(421, b"4.3.2 not now"), "CONNECT", Reason.RECIPIENT_SERVER_ERROR),
            (smtplib.SMTPConnectError(521, b"takes no mail"), "CONNECT", Reason.RECIPIENT_SERVER_ERROR),
            (smtplib.SMTPConnectError(-1, b""), "CONNECT", Reason.NETWORK_ERROR),
            (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), "AUTH", Reason.SENDER_ACCOUNT),
            (smtplib.SMTPAuthenticationError(550, b"account disabled"), "AUTH", Reason.SENDER_ACCOUNT),
            (smtplib.SMTPNotSupportedError("SMTPUTF8 not supported"), None, Reason.PROTOCOL_ERROR),
            (ConnectionRefusedError(111, "Connection refused"), "CONNECT", Reason.NETWORK_ERROR),
            (socket.gaierror(-2, "Name or service not known"), "CONNECT", Reason.NETWORK_ERROR),
            (ssl.SSLCertVerificationError(1, "certificate has expired"), "STARTTLS", Reason.PROTOCOL_ERROR),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
    )
    def test_session_refused(self, error: Exception, command: str | None, reason: Reason):
        """A session that never got to the message rejected it for all, and none of their addresses is at fault."""
        event = only(smtp.outcome(ID, ADA, error=error))
        said = (event.kind, event.failure.smtp_command, event.reason, event.failure.address_is_bad)
        assert (EventKind.REJECTED, command, reason, False) == said

    @pytest.mark.parametrize(
        "error,reason",
        [
            (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Reason.NETWORK_ERROR),
            (TimeoutError("timed out"), Reason.NETWORK_ERROR),
            (ConnectionResetError(104, "reset"), Reason.NETWORK_ERROR),
            (BrokenPipeError(32, "broken"), Reason.NETWORK_ERROR),
            (OSError("?"), Reason.NETWORK_ERROR),
            (smtplib.SMTPException("?"), Reason.UNKNOWN),
            (smtplib.SMTPResponseException(500, b"Line too long."), Reason.UNKNOWN),
            (RuntimeError("?"), Reason.UNKNOWN),
            (KeyboardInterrupt(), Reason.UNKNOWN),
            (SystemExit(450), Reason.UNKNOWN),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
    )
    def test_outcome_unknown(self, error: BaseException, reason: Reason):
        """A connection that is lost, or an error that says nothing of the message: it may have been sent, or not."""
        event = only(smtp.outcome(ID, ADA, error=error))
        assert (EventKind.OUTCOME_UNKNOWN, reason, None) == (event.kind, event.reason, event.failure.reply_code)

    def test_lost_connection_spares_the_refused(self):
        """Who was refused before the connection broke was refused."""
        events = smtp.outcome(ID, [ADA, BOB], {BOB: NO_SUCH_USER}, smtplib.SMTPServerDisconnected("lost"))
        assert [(ADA, "outcome_unknown"), (BOB, "rejected")] == kinds(events)

    def test_the_librarys_own_words_are_no_diagnostic(self):
        """What is no server's reply is not kept as one: it may name hosts of ours."""
        error = ConnectionRefusedError(111, "connect to 192.0.2.1 failed: user unknown")
        assert None is only(smtp.outcome(ID, ADA, error=error)).failure.diagnostic

    def test_subclasses(self):
        """An error is read by its nearest listed base."""

        class Throttled(smtplib.SMTPDataError):
            pass

        failure = only(smtp.outcome(ID, ADA, error=Throttled(451, b"4.7.1 slow down"))).failure
        assert ("SMTPDataError", "DATA", "451") == (failure.reported, failure.smtp_command, failure.reply_code)


class TestOtherLibraries:
    """Exceptions that are named like smtplib's are read alike, whatever they inherit from."""

    def test_recipients_in_a_list(self):
        """From aiosmtplib comes a list of exceptions, each with its recipient."""

        @attrs.define
        class SMTPRecipientRefused(Exception):  # noqa: N818 (aiosmtplib's name)
            code: int
            message: str
            recipient: str

        class SMTPRecipientsRefused(Exception):  # noqa: N818 (aiosmtplib's name)
            def __init__(self, recipients: list[SMTPRecipientRefused]) -> None:
                self.recipients = recipients

        error = SMTPRecipientsRefused([SMTPRecipientRefused(550, "no", ADA), SMTPRecipientRefused(452, "full", BOB)])
        events = smtp.outcome(ID, [ADA, BOB], error=error)
        said = [(e.recipient, e.failure.reply_code, e.failure.diagnostic) for e in events]
        assert [(ADA, "550", "no"), (BOB, "452", "full")] == said

    def test_one_recipient(self):
        """A single refusal that is raised names its recipient; those before and after it have not got the message."""

        class SMTPRecipientRefused(Exception):  # noqa: N818 (aiosmtplib's name)
            code, message, recipient = 550, "no", BOB

        events = smtp.outcome(ID, [ADA, BOB], error=SMTPRecipientRefused())
        assert [None, "550"] == [event.failure.reply_code for event in events]

    def test_timeouts(self):
        """A time-out while connecting leaves no doubt: nothing was sent. One while reading does."""

        class SMTPTimeoutError(TimeoutError):
            pass

        class SMTPConnectError(ConnectionError):
            pass

        class SMTPConnectTimeoutError(SMTPTimeoutError, SMTPConnectError):
            pass

        class SMTPReadTimeoutError(SMTPTimeoutError):
            pass

        errors = (SMTPConnectError(), SMTPConnectTimeoutError(), SMTPReadTimeoutError())
        said = [only(smtp.outcome(ID, ADA, error=error)).kind for error in errors]
        assert [EventKind.REJECTED, EventKind.REJECTED, EventKind.OUTCOME_UNKNOWN] == said


class TestOddReplies:
    """A reply may be anything: what is none of it is not made up, and nothing raises."""

    @pytest.mark.parametrize(
        "code,read",
        [
            (550, "550"),
            (200, "200"),
            (599, "599"),
            ("451", "451"),
            (smtplib.SMTP_PORT, None),
            (-1, None),
            (0, None),
            (199, None),
            (600, None),
            (5500, None),
            (True, None),
            (550.0, None),
            ("5x0", None),
            ("\u0665\u0665\u0660", None),
            (b"550", None),
            ([], None),
        ],
    )
    def test_codes(self, code: object, read: str | None):
        """Only 200 to 599 is a reply code."""
        assert read == only(smtp.outcome(ID, ADA, {ADA: (code, b"?")})).failure.reply_code

    @pytest.mark.parametrize(
        "text,read",
        [
            (b"5.1.1 No such user", "5.1.1 No such user"),
            ("5.1.1 No such user", "5.1.1 No such user"),
            (b"first\nsecond", "first\nsecond"),
            (b"caf\xe9", "caf\ufffd"),
            ("nul\x00 \ud800", "nul\ufffd \ufffd"),
            (b"", None),
            (b"  ", None),
            (None, None),
            (7, None),
            (b"x" * 5000, "x" * 4000),
        ],
        ids=["bytes", "text", "lines", "not utf-8", "unprintable", "empty", "blank", "none", "number", "long"],
    )
    def test_texts(self, text: object, read: str | None):
        """Text is decoded, made printable, and cut."""
        assert read == only(smtp.outcome(ID, ADA, {ADA: (550, text)})).failure.diagnostic

    def test_sentences_run_over_lines(self):
        """The lines of a reply are joined without their codes; what it says is understood all the same."""
        text = b"5.2.0 The email account that you tried\n5.2.0 to reach does not exist."
        assert Reason.UNKNOWN_RECIPIENT is only(smtp.outcome(ID, ADA, {ADA: (550, text)})).reason

    @pytest.mark.parametrize(
        "answer", [None, (), (550,), "550 no", 550, {}, object()], ids=lambda answer: type(answer).__name__
    )
    def test_no_reply_at_all(self, answer: object):
        """A refusal without a readable reply is still a refusal, of unknown reason."""
        event = only(smtp.outcome(ID, ADA, {ADA: answer}))
        assert (EventKind.REJECTED, ds.Failure(smtp_command="RCPT")) == (event.kind, event.failure)

    @pytest.mark.parametrize("key", [None, 7, "", " ", b"", (), " < > "], ids=repr)
    def test_nobody_refused(self, key: object):
        """An answer that names nobody is about nobody."""
        assert [(ADA, "sent")] == kinds(smtp.outcome(ID, ADA, {key: NO_SUCH_USER}))

    def test_address_in_bytes(self):
        """An address in bytes is an address."""
        assert [(ADA, "rejected")] == kinds(smtp.outcome(ID, ADA, {ADA.encode(): NO_SUCH_USER}))

    @given(
        st.dictionaries(
            st.one_of(st.text(), st.binary(), st.none()),
            st.one_of(st.tuples(st.integers(), st.binary()), st.lists(st.text()), st.none()),
        ),
        st.sampled_from([*smtp.ERRORS, "Other"]),
        st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.lists(st.integers())),
    )
    def test_total(self, refused: dict[Any, Any], name: str, odd: object):
        """Whatever stands inside refusals and errors, every recipient gets exactly one event."""
        error = type(name, (Exception,), {"recipients": odd, "smtp_code": odd, "smtp_error": odd})()
        events = smtp.outcome(ID, [ADA, BOB], refused, error)
        assert (ADA, BOB) == tuple(event.recipient for event in events)[:2]


class TestIds:
    """What joins an outcome to the rest of its copy."""

    def test_message_id(self):
        """The Message-ID is both ids, without its brackets."""
        event = only(smtp.outcome(ID, ADA))
        assert ("1@shop.example.org", "1@shop.example.org") == (event.message_id, event.internet_message_id)

    @pytest.mark.parametrize("message_id", [None, "", "<>", " "])
    def test_no_message_id(self, message_id: str | None):
        """No id is none, not an empty one."""
        event = only(smtp.outcome(message_id, ADA))
        assert (None, None) == (event.message_id, event.internet_message_id)

    def test_source(self):
        """An outcome is of the provider smtp, on the caller's word, with the account the caller names."""
        event = only(smtp.outcome(ID, ADA, account="main"))
        assert ("smtp", "main", None) == (event.provider, event.account, event.authenticated)

    def test_time(self):
        """The time is the caller's, in UTC."""
        at = datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
        assert datetime(2024, 5, 1, 12, tzinfo=UTC) == only(smtp.outcome(ID, ADA, occurred_at=at)).occurred_at

    def test_joins_by_reference(self):
        """What our own side said before is of the same copy, by the reference."""
        own = [Event(kind, recipient=ADA, reference="order-1") for kind in ("pending", "sending")]
        copies = ds.fold_copies([*own, *smtp.outcome(ID, ADA, reference="order-1")])
        assert [Status.SENT] == [record.status for record in copies.values()]

    def test_unknown_outcome_is_settled_later(self):
        """A message that may have been sent, and then bounced, was sent and bounced."""
        broken = smtp.outcome(ID, ADA, error=TimeoutError(), reference="order-1")
        bounce = Event("bounced", provider="smtp", message_id="1@shop.example.org", recipient=ADA)
        copies = ds.fold_copies([*broken, bounce])
        assert [Status.BOUNCED] == [record.status for record in copies.values()]


class TestRefusedArguments:
    """What is wrong with the call itself is told, without naming anybody."""

    @pytest.mark.parametrize(
        "arguments,wrong",
        [
            ({"recipients": None}, PayloadError),
            ({"recipients": {ADA: 1}}, PayloadError),
            ({"recipients": [ADA, 7]}, PayloadError),
            ({"recipients": [""]}, PayloadError),
            ({"refused": [ADA]}, TypeError),
            ({"message_id": 7}, TypeError),
            ({"reference": 7}, TypeError),
            ({"account": 7}, TypeError),
            ({"occurred_at": "2024-05-01T12:00:00Z"}, TypeError),
            ({"occurred_at": datetime(2024, 5, 1)}, ValueError),  # noqa: DTZ001 (naive on purpose)
        ],
        ids=repr,
    )
    def test_refused(self, arguments: dict[str, Any], wrong: type[Exception]):
        """An argument of the wrong form is a documented error that holds no address."""
        with pytest.raises(wrong) as caught:
            smtp.outcome(**{"message_id": ID, "recipients": [ADA]} | arguments)
        assert "ada@" not in str(caught.value)


class TestRecorded:
    """An outcome that was logged says what it would have said at once."""

    RECORDED = (
        ({}, None, {}),
        ({BOB: NO_SUCH_USER}, None, {"refused": {BOB: [550, "5.1.1 No such user"]}}),
        (
            None,
            smtplib.SMTPRecipientsRefused({BOB: (421, b"4.7.0 closing")}),
            {"error": {"type": "SMTPRecipientsRefused", "recipients": {BOB: [421, "4.7.0 closing"]}}},
        ),
        (
            None,
            smtplib.SMTPDataError(554, b"5.7.1 spam"),
            {"error": {"type": "smtplib.SMTPDataError", "code": 554, "text": "5.7.1 spam"}},
        ),
        (None, TimeoutError("timed out"), {"error": {"type": "TimeoutError", "text": "timed out"}}),
        (None, RuntimeError("?"), {"error": {"type": "RuntimeError"}}),
    )

    @pytest.mark.parametrize("refused,error,recorded", RECORDED, ids=lambda value: type(value).__name__)
    def test_same_as_at_once(self, refused: Any, error: Exception | None, recorded: dict[str, Any]):
        """Reading the log gives the events that the call gave."""
        at = datetime(2024, 5, 1, 12, tzinfo=UTC)
        logged = {"message_id": ID, "recipients": [ADA, BOB], "occurred_at": at.isoformat(), "reference": "order-1"}
        said = smtp.outcome(ID, [ADA, BOB], refused, error, occurred_at=at, reference="order-1")
        assert said == ds.parse("smtp", logged | recorded).events

    def test_single_object(self):
        """One object is a body of one element, whose path is the body's."""
        assert [""] == [element.path for element in smtp.parse({"recipients": [ADA]}).elements]

    def test_array(self):
        """An array is a body of many, and one that is broken costs the others nothing."""
        parsed = smtp.parse([{"recipients": [ADA]}, 7, {"recipients": [BOB]}])
        assert ([(ADA, "sent"), (BOB, "sent")], ["1"]) == (kinds(parsed.events), [each.path for each in parsed.unread])

    def test_reference_key(self):
        """A service that logs its reference under a name of its own says so when it reads."""
        parsed = smtp.parse({"recipients": ADA, "order": 7, "reference": "other"}, reference="order")
        assert "7" == only(parsed.events).reference

    def test_recipient_alone(self):
        """A recipient may stand without its array, as smtplib takes it."""
        assert [(ADA, "sent")] == kinds(smtp.parse({"recipients": ADA}).events)

    @pytest.mark.parametrize("body", [b"{}", b"7", b'"x"', b"null", b"{", b"Note: ada@example.com\n\nHello"])
    def test_another_body(self, body: bytes):
        """A body that is no outcome, and no array, is not this provider's."""
        with pytest.raises(PayloadError):
            smtp.parse(body)

    @pytest.mark.parametrize(
        "recorded,path",
        [
            ({"recipients": []}, "recipients"),
            ({"recipients": None}, "recipients"),
            ({"recipients": [ADA, ""]}, "recipients.1"),
            ({"recipients": ADA, "refused": [ADA]}, "refused"),
            ({"recipients": ADA, "error": "SMTPDataError"}, "error"),
            ({"recipients": ADA, "error": {}}, "error.type"),
            ({"recipients": ADA, "message_id": 7}, "message_id"),
            ({"recipients": ADA, "occurred_at": "yesterday"}, "occurred_at"),
        ],
        ids=repr,
    )
    def test_unread(self, recorded: dict[str, Any], path: str):
        """An outcome that is broken is unread, with the path of what is."""
        assert [path] == [unread.path for unread in smtp.parse(recorded).unread]

    def test_unread_holds_nobody(self):
        """A problem names no address."""
        parsed = smtp.parse({"recipients": {ADA: 1}})
        assert ["expected an array of addresses, got dict"] == [unread.problem for unread in parsed.unread]


def test_every_documented_error_is_listed():
    """Every exception that smtplib documents is in the table, but the base of those that carry a reply."""
    documented = {
        name for name in smtplib.__all__ if isinstance(cls := getattr(smtplib, name), type) and issubclass(cls, OSError)
    }
    assert {"SMTPResponseException"} == documented - set(smtp.ERRORS)


def test_deep_comments_in_an_address():
    """An address of thousands of brackets is an address like any other: nothing recurses."""
    assert 1 == len(smtp.outcome(ID, "(" * 3000 + "<" * 1000))
