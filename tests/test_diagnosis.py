"""From a server's words and codes to a reason: each rule, each layer, and the traps of real replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import Diagnosis, Permanence, Reason, diagnose
from deliverystatus import _diagnosis as diagnosis
from deliverystatus._codes import AT_HOST, CONSEQUENCES, GENERIC, REPLIES, REPLIES_AT, SPECIFIC
from deliverystatus._text import LIMIT

COMMANDS = ("CONNECT", "HELO", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT")


def reason(text: str, **known: str) -> Reason:
    """Say why."""
    return diagnose(text, **known).reason


class TestWords:
    """The first layer."""

    @pytest.mark.parametrize("text", ["No such user", "the mailbox is full", "blocked by a DNSBL", "message too large"])
    def test_words_outrank_codes(self, text: str):
        """The words come first: a code that says something else does not change what they mean."""
        assert {reason(text)} == {reason(f"550 {code} {text}") for code in ("5.7.1", "5.1.1", "5.3.2")}

    def test_marks_outrank_words(self):
        """A provider's mark says what it means, whatever the sentence around it (trap 9)."""
        assert Reason.REPUTATION_BLOCKED is reason("550 5.1.1 no such user (S3150)")

    def test_hints_yield_to_codes(self):
        """Words that say little do not outrank a code that names a cause."""
        assert [Reason.SENDER_ACCOUNT, Reason.EXPIRED] == [
            reason("550 5.7.8 access denied"),
            reason("access denied: expired"),
        ]

    def test_evidence(self):
        """Evidence names the rule and quotes the words, but not a paragraph of strangers."""
        assert "mailbox-full: mailbox is full" == diagnose("552 5.2.2 The mailbox is full").evidence
        long = f"550 user {'a' * 62}@{'b' * 60}.example.com does not exist"
        assert len("unknown-recipient: ") + diagnosis.QUOTED == len(diagnose(long).evidence)

    @pytest.mark.parametrize(
        "text,expected",
        [
            ("The email account that you tried to reach does not exist", Reason.UNKNOWN_RECIPIENT),
            ("This user doesn't have an example.com account", Reason.UNKNOWN_RECIPIENT),
            ("User ada not listed in the directory: user not listed in it", Reason.UNKNOWN_RECIPIENT),
            ("Your IP address has been blocked", Reason.REPUTATION_BLOCKED),
            ("421 too many invalid recipients", Reason.RATE_LIMITED),
            ("too many hops", Reason.NETWORK_ERROR),
            ("retry timeout exceeded", Reason.EXPIRED),
            ("retry time has expired after a connection timed out", Reason.NETWORK_ERROR),
            ("unroutable sender address", Reason.SENDER_REJECTED),
            ("unrouteable address", Reason.UNKNOWN_DOMAIN),
        ],
    )
    def test_told_apart(self, text: str, expected: Reason):
        """Neighbours that share words are told apart."""
        assert expected is reason(text)

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\n550-5.2.0 ", "\n5.2.0 ", "\n \t550 5.2.0 "])
    def test_lines(self, end: str):
        """A sentence runs on over the lines of a reply, whatever codes they repeat."""
        assert Reason.UNKNOWN_RECIPIENT is reason(f"550-5.2.0 the account you tried{end}to reach does not exist")


class TestCodes:
    """The other layers."""

    @pytest.mark.parametrize("code", SPECIFIC)
    def test_specific(self, code: str):
        """A code that names a cause decides where no words do."""
        assert (SPECIFIC[code], f"code: 5.{code}") == (reason(f"550 5.{code} no"), diagnose(f"5.{code}").evidence)

    @pytest.mark.parametrize("code", [code for code, named in GENERIC.items() if named])
    def test_generic(self, code: str):
        """A code that names a neighbourhood decides where nothing else does."""
        assert GENERIC[code] is reason("no", enhanced_code=f"5.{code}")

    @pytest.mark.parametrize("code", [code for code, named in GENERIC.items() if not named])
    def test_nothing_said(self, code: str):
        """A code that says "other" leaves it to the reply code."""
        assert (Reason.UNKNOWN, Reason.MAILBOX_FULL) == (reason(f"5.{code}"), reason(f"552 5.{code} no"))

    @pytest.mark.parametrize("reply", REPLIES)
    def test_replies(self, reply: str):
        """A reply code decides last."""
        assert (REPLIES[reply] or Reason.UNKNOWN) is reason(f"{reply} no")

    @pytest.mark.parametrize("command,reply", REPLIES_AT)
    def test_replies_at_a_command(self, command: str, reply: str):
        """A reply code means what it means at that command."""
        assert REPLIES_AT[command, reply] is reason("no", reply_code=reply, smtp_command=command.lower())

    @pytest.mark.parametrize("host,code", [(host, code) for host, table in AT_HOST.items() for code in table])
    def test_codes_at_a_host(self, host: str, code: str):
        """Some hosts have codes of their own, and meanings of their own (trap 8)."""
        assert AT_HOST[host][code] is reason(f"550 5.{code} no", remote_mta=f"MX.{host}.")

    def test_a_host_is_a_whole_name(self):
        """A name that merely ends alike is another host."""
        assert Reason.PROTOCOL_ERROR is reason("550 5.7.30 no", remote_mta="mx.notgoogle.com")

    def test_no_failure(self):
        """A code of success names no cause."""
        assert Reason.UNKNOWN is reason("5.1.5")

    def test_nothing(self):
        """Nothing said, nothing known."""
        assert Diagnosis(Reason.UNKNOWN, Permanence.UNDETERMINED, False, "", vague=True) == diagnose("")

    def test_the_text_is_the_better_witness(self):
        """The code in the text comes from the server that refused; the field may be of one on the way."""
        assert "5.2.2" == diagnose("550 5.2.2 no", enhanced_code="5.0.0").enhanced_code

    def test_the_given_reply_code_stands(self):
        """A reply code that is known apart is not looked for."""
        assert "552" == diagnose("550 no", reply_code="552").reply_code


class TestPermanence:
    """How long it lasts."""

    @pytest.mark.parametrize(
        "text,expected",
        [
            ("550 5.7.1 spf failed", Permanence.PERMANENT),
            ("450 4.7.1 spf failed", Permanence.TRANSIENT),
            ("spf failed", Permanence.UNDETERMINED),
            ("550 what", Permanence.PERMANENT),
            ("550 no such user, try again later", Permanence.TRANSIENT),
            ("552 5.2.2 mailbox full", Permanence.TRANSIENT),
            ("421 4.7.0 closing", Permanence.TRANSIENT),
            ("599 what", Permanence.UNDETERMINED),
        ],
    )
    def test_permanence(self, text: str, expected: Permanence):
        """The cause decides; the class only where the cause leaves it open; words that promise a change always."""
        assert expected is diagnose(text).permanence


class TestBadAddress:
    """Law 8: only what the address is at fault for may suppress it."""

    @pytest.mark.parametrize("command", COMMANDS)
    @pytest.mark.parametrize("text", ["550 5.1.1 user unknown", "550 5.1.2 no", "553 5.1.3 no", "550 domain not found"])
    def test_only_where_it_was_named(self, command: str, text: str):
        """Before RCPT nobody was named, and after DATA a filter speaks: neither condemns an address."""
        assert (command in {"RCPT", "QUIT"}) is diagnose(text, smtp_command=command).address_is_bad

    @pytest.mark.parametrize("command", diagnosis.BEFORE_RCPT)
    def test_before_rcpt(self, command: str):
        """What sounds like the recipient before RCPT is about us (trap 11)."""
        assert diagnosis.BEFORE_RCPT[command] is reason("550 user unknown", smtp_command=command)

    def test_closing(self):
        """A server that hangs up says nothing lasting about an address."""
        assert not diagnose("421 4.1.1 user unknown", smtp_command="RCPT").address_is_bad

    @given(st.text(), st.sampled_from(COMMANDS))
    def test_implies_a_bad_reason(self, text: str, command: str):
        """No address is bad for a reason that is not about addresses, or for one that passes."""
        found = diagnose(text, smtp_command=command)
        lasting = CONSEQUENCES[found.reason].bad_address and found.permanence is Permanence.PERMANENT
        assert lasting or not found.address_is_bad


class TestTraps:
    """What real replies do, with numbers that catalogues of them use."""

    @pytest.mark.parametrize(
        "text,command,expected,permanence",
        [
            # generic codes say nothing
            ("550 5.7.1 No such user", None, Reason.UNKNOWN_RECIPIENT, Permanence.PERMANENT),
            ("550 5.7.1 listed by a DNSBL", None, Reason.REPUTATION_BLOCKED, Permanence.PERMANENT),
            ("550 5.7.1 sorry", "RCPT", Reason.POLICY_REJECTED, Permanence.PERMANENT),
            ("550 5.7.999 sorry", "RCPT", Reason.POLICY_REJECTED, Permanence.PERMANENT),
            ("550 sorry", "RCPT", Reason.UNKNOWN_RECIPIENT, Permanence.PERMANENT),
            ("550 sorry", None, Reason.POLICY_REJECTED, Permanence.PERMANENT),
            # 5xx with a temporary cause
            ("550 5.2.1 The user is receiving mail at a rate that is too high", None, Reason.RATE_LIMITED, Permanence.TRANSIENT),
            ("550 5.1.1 too many recipients this hour", "RCPT", Reason.RATE_LIMITED, Permanence.TRANSIENT),
            ("554 5.7.1 temporary locked, try again later", None, Reason.POLICY_REJECTED, Permanence.TRANSIENT),
            ("550 connection frequency limited", None, Reason.RATE_LIMITED, Permanence.TRANSIENT),
            # 4xx that is final
            ("450 4.1.1 User unknown", "RCPT", Reason.UNKNOWN_RECIPIENT, Permanence.PERMANENT),
            ("4.0.0 No MX found for example.com", None, Reason.UNKNOWN_DOMAIN, Permanence.PERMANENT),
            ("NXDOMAIN", None, Reason.UNKNOWN_DOMAIN, Permanence.PERMANENT),
            # nested and truncated replies
            ("5.1.0 - Unknown address error 550-'5.2.2 <ada@example.com>... Mailbox Full'", None, Reason.MAILBOX_FULL, Permanence.TRANSIENT),
            ("550-5.7.1 Unauthenticated email from example.org is not accepted due to domain's", None, Reason.SENDER_AUTHENTICATION, Permanence.PERMANENT),
            # the sender, not the recipient, does not exist
            ("553 5.1.8 Domain of sender address does not exist", "MAIL", Reason.SENDER_REJECTED, Permanence.PERMANENT),
            ("550 5.1.7 sorry", None, Reason.SENDER_REJECTED, Permanence.PERMANENT),
            # who is blocked
            ("550 IP address blacklisted by recipient", None, Reason.REPUTATION_BLOCKED, Permanence.PERMANENT),
            ("554 5.7.1 Client host rejected", "RCPT", Reason.REPUTATION_BLOCKED, Permanence.PERMANENT),
            ("550 Access denied", "MAIL", Reason.SENDER_REJECTED, Permanence.PERMANENT),
            ("550 Access denied", "CONNECT", Reason.REPUTATION_BLOCKED, Permanence.PERMANENT),
            # our account
            ("554 Message rejected: Email address is not verified", None, Reason.SENDER_ACCOUNT, Permanence.PERMANENT),
            ("550 5.1.8 Access denied, bad outbound sender", None, Reason.SENDER_ACCOUNT, Permanence.PERMANENT),
            ("535 sorry", None, Reason.SENDER_ACCOUNT, Permanence.PERMANENT),
            ("530 5.7.0 sorry", None, Reason.SENDER_ACCOUNT, Permanence.PERMANENT),
        ],
    )  # fmt: skip
    def test_meaning(self, text: str, command: str | None, expected: Reason, permanence: Permanence):
        """What is meant is understood, whatever the class and the code say."""
        found = diagnose(text, smtp_command=command)
        assert (expected, permanence) == (found.reason, found.permanence)

    @pytest.mark.parametrize(
        "text,reply,enhanced",
        [
            ("550 5.1.1 no", "550", "5.1.1"),
            ("550-5.1.1 no", "550", "5.1.1"),
            ("550 #5.1.1 no", "550", "5.1.1"),
            ("smtp;550 5.1.1 no", "550", "5.1.1"),
            ("no mailbox by that name (#5.1.1 - chkusr)", None, "5.1.1"),
            ("the code is 5.1.1.", None, "5.1.1"),
            ("550 550 5.1.1 no", "550", "5.1.1"),
            ("554 4.4.7 expired <421 4.4.2 timed out>", "421", "4.4.2"),  # the innermost
            ("said: 550-5.7.1 no 550 5.7.26 no", "550", "5.7.26"),
            ("220-mx.example.org 421 4.2.1 no", "421", "4.2.1"),
            ("552 1 no", "552", None),
            ("554 30 no", "554", None),
            ("from 192.0.2.2", None, None),
            ("see 4.16.55.1", None, None),
            ("see 5.1.1.2", None, None),
            ("[203.0.113.250] no", None, None),
            ("203.0.113.250 said no", None, None),
            ("X-Unix; 255", None, None),
            ("605 not an SMTP code", None, None),
            ("498 No MX", None, None),
            ("id 1550 no", None, None),
            ("id=abc/550 no", None, None),
        ],
    )
    def test_codes_in_the_text(self, text: str, reply: str | None, enhanced: str | None):
        """Codes are found where they are, and not in addresses, versions and exit codes."""
        found = diagnose(text)
        assert (reply, enhanced) == (found.reply_code, found.enhanced_code)


class TestTotal:
    """Law 1, and what keeps a hostile reply harmless."""

    @given(
        st.text(),
        st.one_of(st.none(), st.text()),
        st.one_of(st.none(), st.text()),
        st.one_of(st.none(), st.text(), st.sampled_from(COMMANDS)),
        st.one_of(st.none(), st.text(), st.sampled_from(["mx.google.com", "outlook.com"])),
    )
    def test_total(self, text: str, reply: str | None, enhanced: str | None, command: str | None, host: str | None):
        """Any text and any fields give a diagnosis, and the same one again."""
        first, second = (
            diagnose(text, reply_code=reply, enhanced_code=enhanced, smtp_command=command, remote_mta=host)
            for _ in range(2)
        )
        assert first == second

    @given(st.text(), st.text())
    def test_bounded(self, text: str, more: str):
        """What stands behind the first 4,000 characters is not read."""
        head = text[:LIMIT].ljust(LIMIT)
        assert diagnose(head) == diagnose(head + more)

    def test_evidence_is_not_shown(self):
        """Words of the reply may hold an address: they are not in the repr."""
        assert "ada" not in repr(diagnose("address ada@example does not exist"))


class TestEveryTrap:
    """The eighteen ways in which real replies mislead, one test each."""

    def test_01_generic_codes_say_nothing(self):
        """5.7.1 means whatever the words say: an unknown user, a block list, a full mailbox, or nothing known."""
        words = ("No such user", "listed at a DNSBL", "mailbox full", "relaying denied", "sorry")
        expected = [
            Reason.UNKNOWN_RECIPIENT,
            Reason.REPUTATION_BLOCKED,
            Reason.MAILBOX_FULL,
            Reason.RELAY_DENIED,
            Reason.POLICY_REJECTED,
        ]
        assert expected == [reason(f"550 5.7.1 {said}") for said in words]

    @pytest.mark.parametrize("text", ["552 5.2.2 mailbox full", "550 5.1.1 too many recipients this hour", "550 Veuillez essayer plus tard", "554 5.7.1 locked, try again later"])  # fmt: skip
    def test_02_a_5xx_may_pass(self, text: str):
        """A reply of class 5 whose cause is temporary does not last."""
        assert Permanence.TRANSIENT is diagnose(text).permanence

    @pytest.mark.parametrize("text", ["450 4.1.1 User unknown", "4.0.0 DNS type 'mx' lookup of example.com: NXDOMAIN", "4.0.0 no MX found"])  # fmt: skip
    def test_03_a_4xx_may_be_final(self, text: str):
        """A reply of class 4 whose cause lasts is final."""
        assert Permanence.PERMANENT is diagnose(text).permanence

    def test_03_a_delayed_one_is_not_final(self):
        """What will be tried again is not final, whatever the cause."""
        assert Permanence.TRANSIENT is diagnose("550 user unknown. Message will be retried for 2 more days").permanence

    @pytest.mark.parametrize("inner,expected", [("421 4.4.2 Connection timed out", Reason.NETWORK_ERROR), ("452 4.3.1 Insufficient disk space", Reason.RECIPIENT_SERVER_ERROR), ("550 5.1.1 no", Reason.UNKNOWN_RECIPIENT), ("", Reason.EXPIRED)])  # fmt: skip
    def test_04_expired_hides_the_cause(self, inner: str, expected: Reason):
        """Where the last reply is quoted, it is the cause, not that the time was up."""
        assert expected is reason(f"554 4.4.7 Message expired <{inner}>" if inner else "554 4.4.7 Message expired")

    def test_05_the_text_is_the_better_witness(self):
        """A DSN's Status that contradicts the text is not believed."""
        assert Reason.MAILBOX_FULL is reason("550 5.2.2 no", enhanced_code="5.1.1")

    @pytest.mark.parametrize("text,code", [("5.1.0 - Unknown address error 550-'5.2.2 x'", "5.2.2"), ("550 550 5.1.1 x", "5.1.1"), ("220-mx.example.org 421 4.2.1 x", "4.2.1"), ("said: 550-5.1.1 x 550 5.1.1 y", "5.1.1")])  # fmt: skip
    def test_06_the_innermost_reply(self, text: str, code: str):
        """Of nested replies the innermost is read."""
        assert code == diagnose(text).enhanced_code

    @pytest.mark.parametrize("text", ["from 4.16.55.1", "192.0.2.2 x", "X-Unix; 255", "605 x", "498 x", "v5.1.1 x"])
    def test_07_numbers_that_are_no_codes(self, text: str):
        """Addresses, versions, exit codes and vendors' own numbers are no codes of SMTP."""
        assert (None, None) == (diagnose(text).reply_code, diagnose(text).enhanced_code)

    def test_08_a_code_with_another_meaning(self):
        """Some hosts use registered codes for something else, and sign, so that it is known without their name."""
        assert [Reason.SENDER_AUTHENTICATION, Reason.PROTOCOL_ERROR, Reason.UNKNOWN_RECIPIENT] == [
            reason("550 5.7.29 no"),
            reason("550 5.7.29 x1-2 - gsmtp"),
            reason("550 5.4.1 [x.prod.protection.outlook.com]"),
        ]

    def test_09_marks_of_providers(self):
        """A provider's mark outranks reply code, enhanced code and words."""
        assert Reason.UNKNOWN_RECIPIENT is reason("552 5.2.2 OFR_416 quota exceeded")

    @pytest.mark.parametrize("text", ["550 5.1.1 user unknown", "550 5.1.1 user unknown (in reply to end of DATA command)"])  # fmt: skip
    def test_10_after_data_a_filter_speaks(self, text: str):
        """An unknown user after DATA is one, but condemns nobody at once: also where only the text says so."""
        found = diagnose(text, smtp_command=None if "reply" in text else "DATA")
        assert (Reason.UNKNOWN_RECIPIENT, False) == (found.reason, found.address_is_bad)

    @pytest.mark.parametrize(
        "text,expected",
        [
            ("550 <ada@example.com>: Sender address rejected: User unknown", Reason.SENDER_REJECTED),
            ("550 5.1.8 domain not found", Reason.SENDER_REJECTED),
            ("mail from:<ada@mail.example.org> 553 mail.example.org does not exist", Reason.SENDER_REJECTED),
            ("host said: 550 Host unknown (in reply to MAIL FROM command)", Reason.SENDER_REJECTED),
            ("553 mail.example.org does not exist (in reply to end of DATA command)", Reason.SENDER_REJECTED),
            ("550 callback of bob: no such user", Reason.SENDER_REJECTED),
            ("535 no such user", Reason.SENDER_ACCOUNT),
            ("550 your host name: host not found", Reason.SENDER_AUTHENTICATION),
            ("550 bad address in the header", Reason.CONTENT_REJECTED),
        ],
    )
    def test_11_the_sender_does_not_exist(self, text: str, expected: Reason):
        """Words about an address are about ours if role, command, code or the domain they name says so."""
        found = diagnose(text)
        assert (expected, False) == (found.reason, found.address_is_bad)

    @pytest.mark.parametrize("command,expected", [("CONNECT", Reason.REPUTATION_BLOCKED), ("MAIL", Reason.SENDER_REJECTED), ("DATA", Reason.POLICY_REJECTED)])  # fmt: skip
    def test_12_who_is_blocked(self, command: str, expected: Reason):
        """The command says whose access is denied."""
        assert expected is reason("550 Access denied", smtp_command=command)

    @pytest.mark.parametrize("text", ["554 Email address is not verified", "550 5.7.501 no", "550 5.7.708 no", "550 5.7.750 no", "550 5.1.8 bad outbound sender", "535 no", "530 no"])  # fmt: skip
    def test_13_our_account(self, text: str):
        """What is wrong with our account is no recipient's fault."""
        found = diagnose(text)
        assert (Reason.SENDER_ACCOUNT, False) == (found.reason, found.address_is_bad)

    @pytest.mark.parametrize("text", ["554 5.7.9 Header error", "550 5.7.1 the message is not RFC 5322 compliant", "550 5.7.1 messages with multiple addresses in From are not taken"])  # fmt: skip
    def test_14_content_and_not_authentication(self, text: str):
        """A form that is wrong is content, though the code speaks of credentials or policy."""
        assert Reason.CONTENT_REJECTED is reason(text)

    @pytest.mark.parametrize("text", ["I am out of the office until Monday", "The message was delivered", "2.0.0 OK", "relayed to a system that reports nothing"])  # fmt: skip
    def test_15_no_failure(self, text: str):
        """What is no refusal names no reason."""
        assert Reason.UNKNOWN is reason(text)

    @pytest.mark.parametrize(
        "text", ["グループ https://groups.google.com/support/", "Группа https://groups.google.com/support/", "Gruppe https://groups.google.com/support/"]
    )  # fmt: skip
    def test_16_languages(self, text: str):
        """A notice that exists in many languages is known by what is the same in all."""
        assert Reason.RECIPIENT_REFUSED is reason(text)

    def test_17_fates_of_a_group(self):
        """Of several recipients each has its own reply, and its own diagnosis."""
        assert [True, False] == [diagnose(f"550 {said}").address_is_bad for said in ("no such user", "mailbox full")]

    @pytest.mark.parametrize("text", ["Feedback-Type: abuse", "This is an email abuse report", "redacted@example.com"])
    def test_18_a_complaint_condemns_no_address(self, text: str):
        """The text of a complaint is no reply: it does not say that the address is bad."""
        assert not diagnose(text).address_is_bad


@pytest.mark.parametrize(
    "text,code",
    [("550 5.1.1 a\n550 b", "5.1.1"), ("550 5.1.1 user (other: 450 4.2.0 x)", "4.2.0"), ("550 5.1.1 x, 452 said", "5.1.1")],
)  # fmt: skip
def test_a_bare_code_within_a_full_reply(text: str, code: str):
    """A number that could be a reply code does not end a reply that has an enhanced one."""
    assert code == diagnose(text).enhanced_code


@pytest.mark.parametrize(
    "said,expected",
    [
        ("Connected to 192.0.2.7 but greeting failed. Remote host said: 554 no", Reason.NETWORK_ERROR),
        ("Connected to 192.0.2.7 but my name was rejected. Remote host said: 501 no", Reason.PROTOCOL_ERROR),
        ("Connected to 192.0.2.7 but sender was rejected. Remote host said: 550 no", Reason.SENDER_REJECTED),
        ("192.0.2.7 does not like recipient. Remote host said: 550 no", Reason.UNKNOWN_RECIPIENT),
        ("192.0.2.7 failed on DATA command. Remote host said: 552 no", Reason.MESSAGE_TOO_LARGE),
        ("192.0.2.7 failed after I sent the message. Remote host said: 552 no", Reason.MESSAGE_TOO_LARGE),
    ],
)
def test_the_commands_of_qmail(said: str, expected: Reason):
    """Servers of qmail tell in a sentence which command was refused: the same code then means another thing."""
    assert expected is diagnose(said).reason


def test_a_repr_holds_nothing_of_strangers():
    """A diagnosis can be logged: codes that were handed in, and words that decided, are not shown."""
    found = diagnose("SECRET mailbox full", reply_code="SECRET", enhanced_code="SECRET")
    assert Reason.MAILBOX_FULL is found.reason
    assert "SECRET" not in repr(found)
