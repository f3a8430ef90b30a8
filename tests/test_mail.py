"""
Mails that come back: what no fixture can show, and what holds for any mail.

``fixtures/smtp/*.eml`` shows each form once; here are the laws: nothing a mail holds makes more of a stir than a refusal,
nobody's event says anything of another, and the work is linear.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deliverystatus as ds
from deliverystatus import Actor, EventKind, PayloadError, _mail
from deliverystatus._mail import _delivery, _fields, _mime, _prose

FIXTURES = {path.stem: path.read_bytes() for path in sorted(Path(__file__).parent.glob("fixtures/smtp/*.eml"))}
LINES = [mail.splitlines(keepends=True) for mail in FIXTURES.values()]

TEXT_HEAD = "From: MAILER-DAEMON@mx.example.net\r\nTo: bounce@shop.example.org\r\nSubject: failure notice\r\n"
HEAD = TEXT_HEAD.encode()


def mail(body, head=TEXT_HEAD):
    """Give a mail with that body."""
    return f"{head}\n{body}"


def parsed(raw, **arguments):
    """Read a mail and everything that can be asked of its events; ``None`` if it was refused."""
    try:
        result = ds.parse("smtp", raw, **arguments)
    except PayloadError:
        return None
    for event in result.events:
        assert event.fingerprint
        assert event == ds.Event.from_dict(event.to_dict())
        assert event.failure is None or event.failure.diagnosis
    assert len(result.elements) >= 1
    return result


def only(raw, **arguments):
    """Give the one event of a mail."""
    (event,) = ds.parse("smtp", raw, **arguments).events
    return event


class TestAnyMail:
    """Laws 1 and 9 for mails."""

    @given(st.binary(max_size=300))
    def test_any_bytes(self, raw: bytes):
        """No bytes behind a header make more of a stir than a refusal."""
        parsed(raw)

        assert parsed(HEAD + raw) is not None

    @given(st.text(max_size=300))
    def test_any_text(self, text: str):
        """No text does either."""
        parsed(text)

        assert parsed(mail(text)) is not None

    @given(st.data())
    def test_damaged_mails(self, data):
        """A real mail whose lines are lost, repeated, mixed with those of others, or broken, is read or refused."""
        lines = list(data.draw(st.sampled_from(LINES)))
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(lines)))
            match data.draw(st.integers(0, 3)):
                case 0:
                    del lines[at : at + data.draw(st.integers(1, 5))]
                case 1:
                    lines[at:at] = lines[max(0, at - 3) : at]
                case 2:
                    lines.insert(at, data.draw(st.sampled_from(data.draw(st.sampled_from(LINES)))))
                case _:
                    lines.insert(at, data.draw(st.binary(max_size=40)))

        parsed(b"".join(lines))

    @pytest.mark.parametrize("name", FIXTURES)
    def test_cut_off_anywhere(self, name: str):
        """A mail that breaks off is read or refused."""
        raw = FIXTURES[name]

        for end in range(0, len(raw), 37):
            parsed(raw[:end])

    @pytest.mark.parametrize("name", FIXTURES)
    def test_line_ends(self, name: str):
        """Line feeds alone, or with carriage returns, say the same."""
        assert ds.parse("smtp", FIXTURES[name]) == ds.parse("smtp", FIXTURES[name].replace(b"\n", b"\r\n"))

    @pytest.mark.parametrize("name", FIXTURES)
    def test_nothing_personal_is_shown(self, name: str):
        """No repr of a mail, its reports or its events holds an address."""
        result = _mail.read(FIXTURES[name])

        assert "@" not in f"{result!r}{ds.parse('smtp', FIXTURES[name]).events!r}"


def nested(piece: bytes, depth: int) -> bytes:
    """Give containers in containers."""
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
        + b"".join(piece % {b"n": n, b"m": n + 1} for n in range(depth))
    )


def typed(media: bytes, body: bytes) -> bytes:
    """Give a mail of that type."""
    return HEAD + b"Content-Type: " + media + b"\r\n\r\n" + body


STATUS = b"message/delivery-status"
FINAL = b"Final-Recipient: rfc822; a@example.com\n"
SIZE = 1_000_000

HOSTILE = {
    "containers": nested(b"--b%(n)d\r\nContent-Type: multipart/mixed; boundary=b%(m)d\r\n\r\n", 10_000),
    "folded types": nested(b"--b%(n)d\r\nContent-Type:\r\n multipart/mixed; boundary=b%(m)d\r\n\r\n", 10_000),
    "messages": typed(b"message/rfc822", b"Content-Type: message/rfc822\r\n\r\n" * 10_000),
    "digest": typed(b"multipart/digest; boundary=a", b"--a\r\n\r\n" * 100_000),
    "parts": typed(b"multipart/mixed; boundary=a", b"--a\r\n\r\n" * 100_000),
    "no boundary": typed(b"multipart/mixed", b"--a\r\n" * 200_000),
    "no boundary, many": typed(b"multipart/mixed", b"".join(b"--a%d\r\n" % n for n in range(100_000))),
    "long header": HEAD + b"X-A: " + b"a" * SIZE + b"\r\n\r\n",
    "folded header": HEAD + b"X-A: a\r\n" + b" a\r\n" * (SIZE // 4) + b"\r\n",
    "headers": HEAD + b"X-A: b\r\n" * (SIZE // 8) + b"\r\n",
    "quotes in a type": typed(b'text/plain; a="' + b";" * SIZE, b""),
    "parts of a parameter": typed(b"text/plain" + b"; a*0=x" * (SIZE // 7), b""),
    "encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * (SIZE // 14) + b"\r\n\r\n",
    "begun encoded words": HEAD + b"Subject: " + b"=?utf-8?b?" * (SIZE // 10) + b"\r\n\r\n",
    "addresses": HEAD + b"Cc: " + b"a@b.example," * (SIZE // 12) + b"\r\n\r\n",
    "ats": HEAD + b"\r\n" + b"@" * SIZE,
    "almost addresses": HEAD + b"\r\n" + b"a@" * (SIZE // 2),
    "long domain": HEAD + b"\r\na@b" + b".b" * (SIZE // 2),
    "lines": HEAD + b"\r\n" + b"\n" * SIZE,
    "failed": HEAD + b"\r\n" + b"".join(b"<a%d@example.com>: 550 no\r\n" % n for n in range(SIZE // 30)),
    "failed, no reason": HEAD + b"\r\n" + b"".join(b"<a%d@example.com>\r\n\r\n" % n for n in range(SIZE // 22)),
    "recipients": typed(STATUS, b"".join(b"Final-Recipient: rfc822; a%d@example.com\n\n" % n for n in range(SIZE // 44))),
    "recipients in one": typed(STATUS, b"".join(b"Final-Recipient: rfc822; a%d@example.com\n" % n for n in range(SIZE // 42))),
    "folded field": typed(STATUS, FINAL + b"Diagnostic-Code: x\n" + b" y\n" * (SIZE // 3)),
    "fields": typed(STATUS, FINAL + b"".join(b"A%d: x\n" % n for n in range(SIZE // 9))),
    "xtext": typed(STATUS, b"Original-Envelope-Id: " + b"+41" * (SIZE // 3) + b"\n" + FINAL),
    "complaints": typed(b"message/feedback-report", b"Feedback-Type: abuse\n" + b"Original-Rcpt-To: a@b.example,c@d.example\n" * (SIZE // 43)),
    "tags": typed(b"text/html", b"<" * SIZE),
    "open tags": typed(b"text/html", b"<a " * (SIZE // 3)),
    "hidden": typed(b"text/html", b"<style>" * (SIZE // 7)),
    "entities": typed(b"text/html", b"&lt;" * (SIZE // 4)),
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * SIZE,
    "quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * SIZE,
    "codes": HEAD + b"\r\n" + b"5.1." * (SIZE // 4),
    "replies": HEAD + b"\r\n<a@example.com>: " + b"550 " * (SIZE // 4),
    "message-id": typed(b"message/rfc822", b"Message-ID: " + b"<" * SIZE),
    "blank": b"\n" * SIZE + HEAD,
    "names": b"From:" * (SIZE // 5),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails(name: str):
    """A megabyte made to be slow, or to be nested without end, is read at once."""
    parsed(HOSTILE[name])


class TestWhatIsAMail:
    """Telling a mail from a recorded outcome."""

    @pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda raw: raw.decode()])
    def test_in_any_wrapping(self, make):
        """Bytes, whatever holds them, and text say the same."""
        assert ds.parse("smtp", FIXTURES["dsn_utf8"]) == ds.parse("smtp", make(FIXTURES["dsn_utf8"]))

    @pytest.mark.parametrize(
        "before", [b"From MAILER-DAEMON Wed May  1 12:00:00 2024\n", b"\xef\xbb\xbf", b"\r\n\r\n", b">From x\n"]
    )
    def test_with_something_before(self, before: bytes):
        """A mailbox's separator, a mark, or blank lines before the headers are no matter."""
        assert ds.parse("smtp", FIXTURES["text_qmail"]) == ds.parse("smtp", before + FIXTURES["text_qmail"])

    @pytest.mark.parametrize(
        "raw", [b"", b"hello", b"Hello: you\n\nthere", b"http://example.com/", b"{From: x", b"\xff\xfe"]
    )
    def test_no_mail(self, raw: bytes):
        """What has no known header is refused."""
        with pytest.raises(PayloadError):
            ds.parse("smtp", raw)

    def test_raw_is_the_mail(self):
        """The one element of a mail is the mail, untouched, with all of its events."""
        (element,) = ds.parse("smtp", FIXTURES["dsn_several"]).elements

        assert (FIXTURES["dsn_several"], "", 3) == (element.raw, element.path, len(element.events))


class TestWhereATokenCanStand:
    """What a signed return path is looked for in."""

    RAW = (
        b"Delivered-To: d@shop.example.org\nX-Original-To: o@shop.example.org\nEnvelope-To: e@shop.example.org\n"
        b"X-Envelope-To: x@shop.example.org\nApparently-To: a@shop.example.org\n" + FIXTURES["dsn_envelope_id"]
    )

    def test_addressed_to(self):
        """Every header that says whom the mail was sent to is looked at."""
        expected = {*(f"{name}@shop.example.org" for name in "doexa"), "bounce@shop.example.org"}

        assert expected == {*_mail.read(self.RAW).addressed_to}

    def test_envelope_id(self):
        """The envelope id is given, decoded."""
        assert "order+7" == _mail.read(self.RAW).envelope_id

    @pytest.mark.parametrize("name", ["X-Order", "x-order", "X-ORDER"])
    def test_headers_of_the_original(self, name: str):
        """Every header of the returned message is given, whatever the case of its name."""
        original = _mail.read(FIXTURES["dsn_reference"]).original

        assert ("order-7", ("order-7",)) == (original.get(name), original.all(name))

    def test_headers_that_are_not_there(self):
        """A header that is missing, or empty, is none."""
        original = _mail.read(FIXTURES["dsn_reference"].replace(b"X-Order: order-7", b"X-Order:")).original

        assert (None, None, ()) == (original.get("X-Order"), original.get("X-None"), original.all("X-None"))


class TestSentVia:
    """A bounce of a mail that a provider sent joins the provider's copy."""

    @pytest.mark.parametrize(
        "via, header, message_id",
        [
            ("mailgun", "X-A: b", "1@shop.example.org"),
            (
                "postmark",
                "X-PM-Message-Id: 883953f4-6105-42a2-a16a-77a8eac79483",
                "883953f4-6105-42a2-a16a-77a8eac79483",
            ),
            ("postmark", "X-A: b", None),
            ("ses", "X-A: b", "1"),
            ("sendgrid", "X-A: b", None),
            ("another", "X-A: b", "1@shop.example.org"),
        ],
    )
    def test_message_id(self, via: str, header: str, message_id: str | None):
        """The event is the provider's, with the id by which the provider knows the message."""
        raw = FIXTURES["dsn_reference"].replace(b"X-Order: order-7", header.encode())

        event = only(raw, sent_via=via)

        assert (via, message_id, "1@shop.example.org") == (event.provider, event.message_id, event.internet_message_id)

    def test_no_original(self):
        """Without the returned message there is no id, whoever sent it."""
        assert None is only(FIXTURES["dsn_no_original"], sent_via="ses").message_id


class TestPrivacy:
    """What is said of one is not told to another."""

    @pytest.mark.parametrize("name", FIXTURES)
    def test_no_event_names_another_recipient(self, name: str):
        """The words of an event hold no other recipient of the same mail."""
        events = ds.parse("smtp", FIXTURES[name]).events
        for event in events:
            said = (event.failure and event.failure.diagnostic) or ""
            own = {event.recipient, event.final_recipient}
            others = {other.recipient for other in events} - own - {None}

            assert [] == [other for other in others if other in said]

    def test_lines_that_name_two(self):
        """A line about two recipients is told to neither."""
        said = _prose.told(
            "Both a@example.com and b@example.com are unknown\n\na@example.com\n550 5.2.2 full",
            ["a@example.com", "b@example.com"],
        )

        assert {"a@example.com": "a@example.com\n550 5.2.2 full", "b@example.com": ""} == said


class TestKinds:
    """What tells kinds apart that look alike."""

    def test_a_delay_that_was_given_up(self):
        """A notice that speaks of delays and gives up is a bounce."""
        raw = mail("<a@example.com>:\nIt was delayed for days. This is a permanent error, 550 5.1.1 no such user\n")

        assert EventKind.BOUNCED is only(raw).kind

    def test_a_code_that_passes(self):
        """A notice whose code is a 4 is a soft bounce."""
        assert EventKind.SOFT_BOUNCED is only(mail("<a@example.com>:\n452 4.2.2 mailbox full\n")).kind

    def test_a_person_who_quotes_a_code(self):
        """A person's mail about a failure is no bounce."""
        raw = mail(
            "My friend got this:\n\na@example.com\n550 5.1.1 no such user\n",
            "From: Bob <bob@example.net>\nTo: us@shop.example.org\nSubject: Help\n",
        )

        assert ["mail"] == [notice.name for notice in ds.parse("smtp", raw).notices]

    @pytest.mark.parametrize(
        "sender, subject, body, more",
        [
            ("postmaster@example.net", "Re: your question", "Please write to\n\nada@example.com\n\ninstead.", ""),
            ("System Administrator <root@example.net>", "Maintenance", "Tonight. Contact ada@example.com", ""),
            ("Ada <ada@example.com>", "Delivery problems", "My parcel is lost. My mailbox is full of ads.", ""),
            ("Ada <ada@example.com>", "Re: hi", "> Received: x\n> From: bounce@shop.example.org\n", ""),
            ("News <n@example.net>", "Failure notice: 10", "ada@example.com\nmailbox full", "List-Unsubscribe: <x>\n"),
            ("root@example.net", "Cron", "550 user unknown ada@example.com", "Auto-Submitted: auto-generated\n"),
        ],
    )
    def test_no_bounce(self, sender: str, subject: str, body: str, more: str):
        """What people, lists and machines write for other reasons is a notice."""
        head = f"From: {sender}\nTo: bounce@shop.example.org\nSubject: {subject}\n{more}"

        assert ["mail"] == [notice.name for notice in ds.parse("smtp", mail(body, head)).notices]

    @pytest.mark.parametrize(
        "sender, more, body",
        [
            ("post_master@example.com", "", "550 - no such user here\n\n  RCPT TO: ada@example.com\n"),
            ("postmaster@example.com", "Return-Path: <>\n", "No such user:\n\nada@example.com\n"),
            ("postmaster@example.com", "X-Failed-Recipients: ada@example.com\n", "No such user.\n"),
            (
                "postmaster@example.com",
                "",
                "No such user:\n\nada@example.com\n\nReceived: x\nFrom: b@shop.example.org\n",
            ),
        ],
    )
    def test_bounce_with_a_common_subject(self, sender: str, more: str, body: str):
        """A bounce is known by more than its subject."""
        event = only(mail(body, f"From: {sender}\nTo: bounce@shop.example.org\nSubject: Re: hi\n{more}"))

        assert (EventKind.BOUNCED, "ada@example.com") == (event.kind, event.recipient)

    def test_a_message_that_somebody_attached(self):
        """A mail that was handed on, and is no bounce, makes none."""
        raw = (
            FIXTURES["text_own_message_returns"]
            .replace(b"could not be delivered to: <ada@example.com>", b"is nice.")
            .replace(b"mailbox is full", b"")
        )

        assert () == ds.parse("smtp", raw).events

    def test_a_vacation_reply_to_the_return_path(self):
        """An auto-reply whose subject speaks of delivery is still an auto-reply."""
        raw = FIXTURES["auto_reply"].replace(b"Subject: Re: Your order", b"Subject: Delivery problems")

        assert EventKind.AUTO_REPLIED is only(raw).kind

    @pytest.mark.parametrize("name, actor", [("mdn_displayed", Actor.UNKNOWN), ("mdn_automatic", Actor.MACHINE)])
    def test_who_opened(self, name: str, actor: Actor):
        """A receipt that needed nobody is a machine's; no receipt shows a human."""
        assert actor is only(FIXTURES[name]).actor

    @pytest.mark.parametrize(
        "subject",
        [
            "Out of Office: x",
            "Automatic reply: x",
            "Réponse automatique : x",
            "Respuesta automática: x",
            "自動応答: x",
            "不在",
            "Автоответ: x",
            "Abwesenheit: x",
            "Odpowiedź automatyczna: x",
        ],
    )
    def test_subjects_of_auto_replies(self, subject: str):
        """Auto-replies of many languages are known by how their subjects begin."""
        raw = mail(
            "Away.",
            f"From: ada@example.com\nTo: us@shop.example.org\nSubject: {subject}\nX-Auto-Response-Suppress: All\n",
        )

        assert EventKind.AUTO_REPLIED is only(raw).kind


class TestFields:
    """What stands in the fields of reports."""

    @pytest.mark.parametrize(
        "written, expected",
        [
            ("Wed, 1 May 2024 14:00:00 +0200", datetime(2024, 5, 1, 12, tzinfo=UTC)),
            ("Wed, 1 May 2024 12:00:00 -0000", datetime(2024, 5, 1, 12, tzinfo=UTC)),
            ("1 May 2024 12:00:00 GMT", datetime(2024, 5, 1, 12, tzinfo=UTC)),
            ("Wed, 1 May 2024 12:00:00", None),
            ("Wed, 1 May 2024 12:00:00 JST", None),
            ("Wed, 99 May 2024 12:00:00 +0000", None),
            ("Fri, 31 Dec 9999 23:59:59 -2359", None),
            ("+0000", None),
            ("a b c +0000", None),
            (None, None),
        ],
    )
    def test_times(self, written: str | None, expected: datetime | None):
        """A time with its zone is read; what leaves anything to guess is none."""
        assert expected == _fields.time(written)

    @pytest.mark.parametrize(
        "written, expected",
        [
            ("rfc822; ada@example.com", "ada@example.com"),
            ("ada@example.com", "ada@example.com"),
            ("RFC822;<ada@example.com> (Ada)", "ada@example.com"),
            ("rfc822; 'ada@example.com'", "ada@example.com'"[:-1]),
            ("rfc822; o'brien@example.com", "o'brien@example.com"),
            ("rfc822; ada@[192.0.2.1]", "ada@[192.0.2.1]"),
            ("utf-8; \\x{4E2D}@example.com", "中@example.com"),
            ("utf-8; a\\x{D800}\\x{110000}@example.com", None),
            ("rfc822; ada+40example.com", "ada@example.com"),
            ("rfc822; ada (comment)", "ada"),
            ("rfc822; (comment)", None),
            ("rfc822;", None),
            ("", None),
            (None, None),
        ],
    )
    def test_addresses(self, written: str | None, expected: str | None):
        """An address is read without its type, brackets and comments, and decoded."""
        found = _fields.address(written)

        assert expected == found or (expected is None and "\ufffd" in (found or ""))

    def test_envelope_id_of_nothing(self):
        """A status without an envelope id has none."""
        assert None is _delivery.envelope_id(FINAL_TEXT)

    def test_status_with_a_comment(self):
        """A code is found in a status with a comment; a word is none."""
        assert ("5.1.1", None) == (_fields.enhanced("5.1.1 (no such user)"), _fields.enhanced("none"))

    def test_lines_that_are_no_fields(self):
        """What is neither a field nor goes on with one is passed over."""
        assert [[("aa", "b c")], [("dd", "e")]] == _fields.pairs("!\n f\nAa: b\n c\n\n g\nDd: e\n--\n h\n")


FINAL_TEXT = FINAL.decode()


class TestMime:
    """Charsets and encodings, declared well or badly."""

    @pytest.mark.parametrize(
        "head, body",
        [
            ("Content-Type: text/plain; charset=iso-8859-1", "für".encode("latin-1")),
            ("Content-Type: text/plain; charset=utf-8", "für".encode("latin-1")),
            ("Content-Type: text/plain", "für".encode()),
            ("Content-Type: text/plain; charset=no-such", "für".encode()),
            ("Content-Type: text/plain; charset=iso-9999", "für".encode()),
            ("Content-Type: text/plain; charset*=us-ascii'en'utf-8", "für".encode()),
            ("Content-Type: text/plain; charset=punycode", "für".encode()),
            ("Content-Transfer-Encoding: base64", b"ZsO8cg"),
            ("Content-Transfer-Encoding: base64", b"ZsO8cg=="),
            ("Content-Transfer-Encoding: base64", b"Zs O8\ncgA"),
            ("Content-Transfer-Encoding: base64", b"ZsO8c"),
            ("Content-Transfer-Encoding: quoted-printable", b"f=C3=BCr"),
        ],
    )
    def test_texts(self, head: str, body: bytes):
        """A text is decoded by what is declared, or by what it can be."""
        _, (leaf,) = _mime.take_apart(HEAD + head.encode() + b"\r\n\r\n" + body)

        assert leaf.text.startswith("fü")

    def test_japanese_in_disguise(self):
        """ISO-2022-JP is known by its escapes, whatever is declared."""
        _, (leaf,) = _mime.take_apart(HEAD + b"\r\n" + "宛先".encode("iso-2022-jp"))

        assert "宛先" == leaf.text

    @pytest.mark.parametrize(
        "written, expected",
        [
            ("=?utf-8?b?ZsO8cg==?=", "für"),
            ("=?iso-8859-1?Q?f=FCr_alle?=", "für alle"),
            ("=?utf-8?q?f=C3=BC?= =?utf-8?q?r?=", "für"),
            ("=?utf-8*de?q?f=C3=BCr?= x", "für x"),
            ("=?no-such?q?f=C3=BCr?=", "für"),
            ("=?utf-8?q?f", "=?utf-8?q?f"),
            ("a\r\n  b", "a b"),
        ],
    )
    def test_encoded_words(self, written: str, expected: str):
        """Encoded words of headers are decoded, and lines unfolded."""
        assert expected == _mime.words(written)

    def test_headers_beyond_ascii(self):
        """A header in UTF-8 is read (RFC 6532)."""
        headers, _ = _mime.take_apart("From: a@example.com\nSubject: für\n\n".encode())

        assert "für" == headers.get("subject")

    def test_attachments_say_nothing(self):
        """What an image holds is not read."""
        _, (leaf,) = _mime.take_apart(typed(b"image/png", FINAL))

        assert "" == leaf.text

    @pytest.mark.parametrize("body", ["no line that could be a boundary", "--\n--"])
    def test_containers_without_parts(self, body: str):
        """A container that holds no part is a text."""
        _, (leaf,) = _mime.take_apart(typed(b"multipart/mixed", body.encode()))

        assert ("text/plain", body) == (leaf.media, leaf.text)

    def test_hidden_words(self):
        """What a page does not show is not read, nor what follows where hiding does not end."""
        assert ["a", "b"] == re.findall(r"\w+", _mime.visible("a<style>x</style> <b>b</b><script>y<p>z"))


class TestProse:
    """Which addresses failed, and what is said of them."""

    @pytest.mark.parametrize(
        "text, expected",
        [
            ("<a@example.com>:\n550", ("a@example.com",)),
            ("  a@example.com 550 no such user\nwrite to help@example.net", ("a@example.com",)),
            ("RCPT TO:<a@example.com>", ("a@example.com",)),
            ("550 5.1.1 <a@example.com>... User unknown", ("a@example.com",)),
            ("The host said 550 of a@example.com", ("a@example.com",)),
            ("Nobody knows what a@example.com did", ("a@example.com",)),
            ("Nobody knows what a@example.com and b@example.com did", ()),
            ("MAIL FROM:<x@example.com>\na@example.com", ("a@example.com",)),
            ("Your mail to\n a@example.com, b@example.com\nfailed", ("a@example.com", "b@example.com")),
            ("postmaster@example.com\nus@example.com", ()),
        ],
    )
    def test_failed(self, text: str, expected: tuple[str, ...]):
        """The clearest place an address can stand in decides; the sender's own never failed."""
        assert expected == _prose.failed(text, ["us@example.com"])

    def test_everything_is_said_to_one_who_is_alone(self):
        """Where one recipient's own lines give no cause, all that names nobody is theirs."""
        said = _prose.told("x y z\n\na@example.com\n\nThe code is 550 5.2.2 over quota\n", ["a@example.com"])

        assert {"a@example.com": "a@example.com\nThe code is 550 5.2.2 over quota"} == said

    def test_a_turn_of_the_dialogue_that_names_nobody(self):
        """A dialogue about nobody is everybody's."""
        said = _prose.told(">>> QUIT\n<<< 550 5.2.2 mailbox full\n>>> QUIT", ["a@example.com"])

        assert ">>> QUIT\n<<< 550 5.2.2 mailbox full\n>>> QUIT" == said["a@example.com"]

    def test_words_of_one_among_several(self):
        """What is said of one of several is kept, though it tells no cause."""
        said = _prose.told("a@example.com\nabracadabra hocus\n\nb@example.com\n", ["a@example.com", "b@example.com"])

        assert "a@example.com\nabracadabra hocus" == said["a@example.com"]

    def test_a_host_that_is_named_first(self):
        """A line that begins about a host belongs to the recipient named below it."""
        text = "554 <a@example.com>... Service unavailable\n550 example.org (smtp)... 550 Host unknown\n554 <b@example.org>... 550 Host unknown"

        said = _prose.told(text, ["a@example.com", "b@example.org"])

        assert "554 <a@example.com>... Service unavailable" == said["a@example.com"]

    @pytest.mark.parametrize(
        "line",
        [
            "Message headers follow.",
            "--- Below this line is a copy of the message.",
            "------- Returned Message --------",
        ],
    )
    def test_the_line_above_the_returned_message(self, line: str):
        """What announces the returned message is no part of the notice; what tells of a failure is."""
        below = "\n\nReceived: x\nFrom: b@shop.example.org\n"

        assert ["no such user", "550 below quota"] == [
            _prose.split(f"no such user\n\n{line}{below}").text.strip(),
            _prose.split(f"550 below quota{below}").text.strip(),
        ]
