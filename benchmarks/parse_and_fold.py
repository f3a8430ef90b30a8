"""
How long reading and folding take, as multiples of ``json.loads`` on the same compact bytes in the same run.

    python benchmarks/parse_and_fold.py [--json]

The batches are pinned: SendGrid posts 1,000 elements, 12 in 100 of them failures, a tenth of whose texts are distinct;
Mailgun and Postmark post one event a body, so 1,000 bodies of the same mixture. Each figure is the best of several
rounds, with the baseline taken anew in every round, so that a busy machine slows both alike.
"""

import json
import random
from collections.abc import Callable

from timing import seconds, show

import deliverystatus
from deliverystatus.providers import mailgun, postmark, sendgrid

SIZE, ROUNDS = 1_000, 15
FAILURES_IN_100, DISTINCT_TEXTS = 12, SIZE * 12 // 1000
GOALS = {"sendgrid": 2.4, "mailgun": 1.9, "postmark": 1.7}
TEXTS = [
    f"550 5.1.1 The email account that you tried to reach does not exist. host {n} said so"
    for n in range(DISTINCT_TEXTS)
]
START = 1_767_225_600


def sendgrid_bodies(chance: random.Random) -> list[bytes]:
    """Make one body of SIZE elements."""
    return [_compact([_sendgrid_element(chance, n) for n in range(SIZE)])]


def _sendgrid_element(chance: random.Random, n: int) -> dict[str, object]:
    copy = chance.randrange(SIZE // 3)
    common = {
        "email": f"recipient{copy}@example.com",
        "timestamp": START + n,
        "smtp-id": f"<{copy:022d}@geopod-ismtpd-12>",
        "category": ["receipt", "order"],
        "sg_event_id": f"{n:022d}==",
        "sg_message_id": f"{copy:022d}.recvd-6f7c9d5b84-x2k7q-1-6955B2C0-1A.0",
        "order_id": f"A-{copy}",
    }
    if chance.randrange(100) < FAILURES_IN_100:
        return common | {
            "event": "bounce", "type": "bounce", "status": "5.1.1", "reason": chance.choice(TEXTS),
            "bounce_classification": "Invalid Address", "ip": "192.0.2.25", "tls": 1,
        }  # fmt: skip
    return common | chance.choice(
        [
            {"event": "processed", "pool": {"name": "transactional", "id": "210"}},
            {"event": "delivered", "response": "250 2.0.0 OK 1767225604 gsmtp", "ip": "192.0.2.25", "tls": 1},
            {
                "event": "open",
                "useragent": "Mozilla/5.0 (X11; Linux x86_64)",
                "ip": "198.51.100.7",
                "sg_machine_open": False,
            },
            {
                "event": "click",
                "useragent": "Mozilla/5.0",
                "ip": "198.51.100.7",
                "url": "https://shop.example.com/A-1001",
            },
        ]
    )


def mailgun_bodies(chance: random.Random) -> list[bytes]:
    """Make SIZE bodies of one event."""
    return [_compact(_mailgun_body(chance, n)) for n in range(SIZE)]


def _mailgun_body(chance: random.Random, n: int) -> dict[str, object]:
    copy = chance.randrange(SIZE // 3)
    common: dict[str, object] = {
        "id": f"{n:022d}",
        "timestamp": START + n + 0.4286213,
        "log-level": "info",
        "account": {"id": "1234567890abcdef12345678"},
        "domain": {"name": "mg.example.org"},
        "message": {
            "headers": {
                "to": "Ada <ada@example.com>", "message-id": f"20260101000000.{copy}@mg.example.org",
                "from": "Shop <shop@example.org>", "subject": "Your order",
            },
            "attachments": [], "size": 2048,
        },
        "recipient": f"recipient{copy}@example.com",
        "recipient-domain": "example.com",
        "recipient-provider": "Other",
        "campaigns": [],
        "tags": ["receipt"],
        "user-variables": {"order_id": f"A-{copy}"},
        "envelope": {"transport": "smtp", "sender": "shop@example.org", "sending-ip": "192.0.2.10", "targets": "ada@example.com"},
        "flags": {"is-routed": False, "is-authenticated": True, "is-big": False, "is-system-test": False, "is-test-mode": False},
    }  # fmt: skip
    status = {"attempt-no": 1, "session-seconds": 0.2, "mx-host": "mx.example.com", "tls": True, "utf8": True}
    if chance.randrange(100) < FAILURES_IN_100:
        event = {
            "event": "failed", "severity": "permanent", "reason": "bounce",
            "delivery-status": status | {"code": 550, "message": chance.choice(TEXTS), "enhanced-code": "5.1.1", "description": None},
        }  # fmt: skip
    else:
        event = chance.choice(
            [
                {"event": "accepted"},
                {
                    "event": "delivered",
                    "delivery-status": status | {"code": 250, "message": "OK", "enhanced-code": None},
                },
                {"event": "opened", "ip": "198.51.100.7", "client-info": {"client-name": "Firefox", "bot": ""}},
                {
                    "event": "clicked",
                    "url": "https://shop.example.com/A",
                    "client-info": {"client-name": "Firefox", "bot": ""},
                },
            ]
        )
    signature = {"timestamp": str(START + n), "token": f"{n:050d}", "signature": f"{n:064d}"}
    return {"signature": signature, "event-data": common | event}


def postmark_bodies(chance: random.Random) -> list[bytes]:
    """Make SIZE bodies of one event."""
    return [_compact(_postmark_body(chance, n)) for n in range(SIZE)]


def _postmark_body(chance: random.Random, n: int) -> dict[str, object]:
    copy = chance.randrange(SIZE // 3)
    recipient, when = f"recipient{copy}@example.com", f"2026-01-01T00:{n // 60 % 60:02d}:{n % 60:02d}.1234567Z"
    common = {
        "ServerID": 23, "MessageStream": "outbound", "MessageID": f"3f9c1d52-7b0e-4a64-9d1e-{copy:012d}",
        "Tag": "receipt", "Metadata": {"order_id": f"A-{copy}", "tenant": "t42"},
    }  # fmt: skip
    if chance.randrange(100) < FAILURES_IN_100:
        return common | {
            "RecordType": "Bounce", "ID": 4200000000 + n, "Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce",
            "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
            "Details": "smtp;" + chance.choice(TEXTS), "Email": recipient, "From": "shop@example.org", "BouncedAt": when,
            "DumpAvailable": True, "Inactive": True, "CanActivate": True, "Subject": "Your order",
        }  # fmt: skip
    client = {"Name": "Firefox 120", "Company": "Mozilla", "Family": "Firefox"}
    return common | chance.choice(
        [
            {"RecordType": "Delivery", "Recipient": recipient, "DeliveredAt": when, "Details": "smtp;250 2.0.0 OK"},
            {"RecordType": "Open", "Recipient": recipient, "ReceivedAt": when, "FirstOpen": True, "ReadSeconds": 5,
             "Platform": "WebMail", "Client": client, "UserAgent": "Mozilla/5.0"},
            {"RecordType": "Click", "Recipient": recipient, "ReceivedAt": when, "ClickLocation": "HTML",
             "OriginalLink": "https://shop.example.com/A", "Platform": "Desktop", "Client": client},
        ]
    )  # fmt: skip


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def measure() -> list[dict[str, object]]:
    """Time each provider and give its row."""
    rows = []
    for name, module, make in (
        ("sendgrid", sendgrid, sendgrid_bodies),
        ("mailgun", mailgun, mailgun_bodies),
        ("postmark", postmark, postmark_bodies),
    ):
        bodies = make(random.Random(20260101))  # noqa: S311 (a pinned mixture, no secret)
        parse = module.parse

        def decoded(bodies: list[bytes] = bodies) -> None:
            for body in bodies:
                json.loads(body)

        def parsed(bodies: list[bytes] = bodies, parse: Callable[..., deliverystatus.Parsed] = parse) -> None:
            for body in bodies:
                parse(body)

        def folded(bodies: list[bytes] = bodies, parse: Callable[..., deliverystatus.Parsed] = parse) -> None:
            deliverystatus.fold_copies([event for body in bodies for event in parse(body).events])

        times = [(seconds(decoded), seconds(parsed), seconds(folded)) for _ in range(ROUNDS)]
        best = [min(column) for column in zip(*times, strict=True)]
        rows.append(
            {
                "provider": name,
                "events": SIZE,
                "json.loads us/event": round(best[0] / SIZE * 1e6, 2),
                "parse": round(best[1] / best[0], 2),
                "parse+fold": round(best[2] / best[0], 2),
                "goal": GOALS[name],
            }
        )
    return rows


if __name__ == "__main__":
    show(__doc__, measure)
