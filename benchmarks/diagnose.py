"""
How fast refusals are diagnosed, as shares of a bare ``re.search`` and of ``email.message_from_bytes`` in the same run.

    python benchmarks/diagnose.py [--json]

The replies are pinned: ten forms that real servers use, each filled with a number so that all are different. *Different*
diagnoses each once, with nothing remembered; *repeated* diagnoses one in a hundred of them again and again. A bare
search is one pattern over the same text; the mail is the smallest DSN (RFC 3464) that could carry the reply. Each figure
is the best of several rounds, with the baselines taken anew in every round, so that a busy machine slows all alike.
"""

import email
import re

from timing import seconds, show

from deliverystatus import _diagnosis, diagnose

SIZE, ROUNDS = 5_000, 7
GOALS = {"different": 20_000, "repeated": 50_000}  # responses a second on one idle core
FORMS = (
    "550 5.1.1 <ada{}@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550 5.1.1 x{}-20si1.5 - gsmtp",
    "452 4.2.2 The mailbox of recipient {} is full, please try again later",
    "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.example.org; see query {}",
    "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints - {}",
    "550 5.7.26 Unauthenticated email from example{}.org is not accepted due to the domain's DMARC policy",
    "450 4.2.0 <ada{}@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example.org/",
    "552 5.3.4 Message size of {} bytes exceeds fixed maximum message size",
    "connect to mx{}.example.com[192.0.2.25]:25: Connection timed out",
    "554 5.7.1 rejected, id {}",
)
REPLIES = [FORMS[n % len(FORMS)].format(n) for n in range(SIZE)]
AGAIN = [REPLIES[n % (SIZE // 100)] for n in range(SIZE)]
MAILS = [
    (
        "From: MAILER-DAEMON@mx.example.org\r\nSubject: failure\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; ada@example.com\r\nAction: failed\r\nDiagnostic-Code: smtp; {reply[:200]}\r\n\r\n--b--\r\n"
    ).encode()
    for reply in REPLIES
]
BARE = re.compile(r"(?:user|mailbox|account|recipient) (?:unknown|not found|does not exist)", re.IGNORECASE)


def different() -> None:
    """Diagnose each reply once."""
    _diagnosis._diagnose.cache_clear()  # noqa: SLF001 (a benchmark of what is behind the cache)
    for reply in REPLIES:
        diagnose(reply)


def measure() -> list[dict[str, object]]:
    """Give a row for each way to ask."""
    diagnose("")  # the rules are read once
    steps = {
        "search": lambda: [BARE.search(reply) for reply in REPLIES],
        "mail": lambda: [email.message_from_bytes(mail) for mail in MAILS],
        "different": different,
        "repeated": lambda: [diagnose(reply) for reply in AGAIN],
    }
    rounds = [{name: seconds(step) for name, step in steps.items()} for _ in range(ROUNDS)]
    best = {name: min(each[name] for each in rounds) for name in steps}
    return [
        {
            "replies": name,
            "replies/s": round(SIZE / best[name]),
            "goal": goal,
            "times a search": round(best[name] / best["search"], 2),
            "times a mail": round(best[name] / best["mail"], 3),
        }
        for name, goal in GOALS.items()
    ]


if __name__ == "__main__":
    show(__doc__, measure)
