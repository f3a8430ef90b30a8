"""Reading a body only if it is shown who sent it."""

from datetime import UTC, datetime

import pytest

import deliverystatus as ds

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPENED = (
    b'[{"event": "open", "email": "ada@example.com", "sg_message_id": "K.recvd-1", "order": "A-1"}, {"event": "click"}]'
)


def test_on_the_callers_own_word():
    """``secrets=None`` says outright that nothing is verified, and nothing is claimed."""
    parsed = ds.receive("sendgrid", OPENED, headers={}, secrets=None, now=NOW, reference="order", account="main")
    (event,) = parsed.events
    assert (None, "A-1", "main") == (event.authenticated, event.reference, event.account)
    assert ds.parse("sendgrid", OPENED, reference="order", account="main") == parsed


def test_no_secret_is_no_permission():
    """Leaving the secret out is refused; only saying so outright is not."""
    for provider in ("smtp", "sendgrid", "postmark"):
        with pytest.raises(ds.SignatureError, match=rf"^{provider}: no secret was given; .*secrets=None"):
            ds.receive(provider, b'{"recipients": []}', now=NOW)


def test_an_unknown_provider():
    """A provider that does not exist is a mistake of the call."""
    with pytest.raises(ds.UnknownName):
        ds.receive("carrier pigeon", OPENED, secrets=None, now=NOW)


def test_now_has_a_zone():
    """A time without its zone is refused."""
    with pytest.raises(ValueError, match="now"):
        ds.receive("sendgrid", OPENED, secrets=None, now=NOW.replace(tzinfo=None))


def test_what_is_vouched_for():
    """An event that is vouched for says the same, of a known sender; notices and unread elements stay."""
    parsed = ds.parse("sendgrid", OPENED)
    vouched = parsed.vouched(lambda _, events: tuple(e.vouched(authenticated=True, reference="A-1") for e in events))
    (event,) = vouched.events
    assert (True, "A-1", "opened", "ada@example.com") == (
        event.authenticated,
        event.reference,
        event.kind,
        event.recipient,
    )
    assert parsed.unread == vouched.unread
    assert [(), (event,)] == sorted((each.events for each in vouched.elements), key=len)
    assert [each.raw for each in parsed.elements] == [each.raw for each in vouched.elements]


def test_an_event_keeps_its_reference():
    """Where the proof carries none, the event's own stays."""
    event = ds.Event("opened", reference="B-2", recipient="ada@example.com", url="https://example.org")
    assert ("B-2", False, "https://example.org") == (
        (vouched := event.vouched(authenticated=False)).reference,
        vouched.authenticated,
        vouched.url,
    )


SECRET = "the secret of the clinic, and long enough"
TOKEN = ds.return_path(SECRET, "visit-17", "ada@example.com")


def bounce(*, to="bounces@example.org", original="", final="ada@example.com", envid=""):
    """Write a bounce mail."""
    return f"""From: Mail Delivery Subsystem <mailer-daemon@mx.example.net>
To: {to}
Subject: Undeliverable
Date: Mon, 02 Mar 2026 09:15:07 +0000
Message-ID: <report@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

It could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
{envid}
Final-Recipient: rfc822; {final}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--B
Content-Type: text/rfc822-headers

From: clinic@example.org
To: Ada <ada@example.com>
Message-ID: <visit-17@example.org>
{original}
--B--
""".replace("\n\n\n", "\n\n").encode()


def complaint(original="", sender="fbl@isp.example.net"):
    """Write a complaint, whose recipient is redacted."""
    return f"""From: {sender}
To: abuse@example.org
Subject: complaint
Date: Mon, 02 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

A complaint.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Version: 1
Original-Rcpt-To: <redacted@isp.example.net>

--B
Content-Type: message/rfc822

From: clinic@example.org
To: ada@example.com
Message-ID: <visit-17@example.org>
{original}
Subject: Your visit

Hello.

--B--
""".replace("\n\nSubject", "\nSubject").encode()


def received(mail, **options):
    """Receive a mail that has one event."""
    (event,) = ds.receive("smtp", mail, now=NOW, **{"secrets": SECRET, **options}).events
    return event


@pytest.mark.parametrize(
    "mail",
    [
        bounce(to=f"bounces+{TOKEN}@example.org"),
        bounce(to=f"Bounces+{TOKEN.upper()}@EXAMPLE.ORG"),
        bounce(original=f"X-Visit: {TOKEN}"),
        bounce(original=f"Return-Path: <bounces+{TOKEN}@example.org>"),
        bounce(envid=f"Original-Envelope-Id: {TOKEN}\n"),
    ],
    ids=["return path", "capitals", "x-header", "returned return path", "envelope id"],
)
def test_a_bounce_with_our_token(mail):
    """Wherever the token stands, the bounce is proven, and is of that hand-over."""
    event = received(mail)
    assert (True, "visit-17", "ada@example.com", "bounced") == (
        event.authenticated,
        event.reference,
        event.recipient,
        event.kind,
    )
    assert not ds.suppress([event]).may_send("ada@example.com", purpose="transactional", now=NOW).allowed


@pytest.mark.parametrize(
    "mail",
    [
        bounce(),
        bounce(to=f"bounces+{'a' * 56}@example.org"),
        bounce(to=f"bounces+{ds.return_path('another secret altogether', 'visit-17', 'ada@example.com')}@example.org"),
        bounce(original=f"X-Visit: {TOKEN[:-1]}{'a' if TOKEN[-1] != 'a' else 'b'}"),
        bounce(original=f"X-Visit: {ds.return_path(SECRET, 'visit-18', 'bob@example.com')}"),
    ],
    ids=["none", "garbage", "another secret", "changed", "another recipient's"],
)
def test_a_bounce_without_our_token(mail):
    """Anyone can have written it: it is shown, and suppresses nobody."""
    event = received(mail)
    assert event.authenticated is False
    assert "bounced" == ds.fold([event]).status
    assert ds.suppress([event]).may_send("ada@example.com", purpose="bulk", now=NOW).allowed


def test_a_forwarded_bounce():
    """The token says whom the message was for; the address that failed is the forward's, and no first strike."""
    event = received(bounce(to=f"b+{TOKEN}@example.org", final="ada@elsewhere.example"))
    assert (True, "ada@example.com", "ada@elsewhere.example") == (
        event.authenticated,
        event.recipient,
        event.final_recipient,
    )
    assert ds.suppress([event]).may_send("ada@example.com", purpose="bulk", now=NOW).allowed


def test_a_redacted_complaint_with_our_token():
    """The complaint came to another mailbox than bounces do; the token in the returned message says whose it is."""
    event = received(complaint(f"X-Visit: {TOKEN}"))
    assert (True, "visit-17", "ada@example.com", "complained", None) == (
        event.authenticated,
        event.reference,
        event.recipient,
        event.kind,
        event.final_recipient,
    )
    assert not ds.suppress([event]).may_send("ada@example.com", purpose="transactional", now=NOW).allowed


def test_a_complaint_that_anyone_can_have_written():
    """It pauses bulk mail, and nothing else."""
    event = received(complaint())
    known = ds.suppress([event])
    recipient = event.recipient
    assert event.authenticated is False
    assert not known.may_send(recipient, purpose="bulk", now=NOW).allowed
    assert known.may_send(recipient, purpose="transactional", now=NOW).allowed


@pytest.mark.parametrize(
    "domain,sender,proven",
    [
        ("isp.example.net", "fbl@isp.example.net", True),
        ("ISP.example.net", "fbl@mail.isp.example.net", True),
        ("isp.example.net", "fbl@evil-isp.example.net", False),
        ("example.org", "fbl@isp.example.net", False),
        ("isp.example.net", "fbl@isp.example.net, other@example.org", False),
    ],
)
def test_an_aligned_pass(domain, sender, proven):
    """The caller may vouch for the domain a complaint is from; a pass of another domain proves nothing."""
    event = received(complaint(sender=sender), secrets=(), trust=ds.AlignedPass(domain))
    assert event.authenticated is proven


def test_plain_parse_is_on_the_callers_word():
    """``parse`` claims nothing of who sent a mail, and a token in it changes nothing."""
    (event,) = ds.parse("smtp", bounce(to=f"b+{TOKEN}@example.org")).events
    assert event.authenticated is None


def test_an_outcome_from_a_log_holds_no_proof():
    """What is no mail holds no token."""
    body = b'{"message_id": "<1@example.org>", "recipients": ["ada@example.com"]}'
    assert received(body).authenticated is False


def test_a_proven_bounce_joins_its_copy():
    """The reference in the token joins the copy our own side began, even if a provider sent the mail."""
    ours = ds.Event("pending", reference="visit-17", recipient="ada@example.com")
    accepted = ds.Event(
        "accepted", provider="postmark", message_id="p-1", reference="visit-17", recipient="ada@example.com"
    )
    event = received(bounce(to=f"b+{TOKEN}@example.org"), sent_via="postmark")
    (record,) = ds.fold_copies([event, ours, accepted]).values()
    assert ("postmark", "bounced") == (event.provider, record.status)
