"""
Why a message failed: from the server's words and codes to a reason, how long it lasts, and whose problem it is.

Layers, first answer wins: marks of one provider, what the words mean, codes that name a cause, words that say little,
codes that name a neighbourhood, unknown. The words come before codes because of 134 real replies with the code 5.7.1,
seven meant "no such user" and sixty-one a blocked sender. The class digit (4 or 5) never decides alone how long it
lasts: of 721 real 5xx replies 84 were temporary. Of nested replies the innermost is diagnosed: it came from the server
that refused, and what stands around it was said on the way back.

The rules for words are data (``rules/*.toml``, see ``_rules``), and so are the codes (``_codes``).
"""

import re
from functools import lru_cache

import attrs

from deliverystatus._codes import AT_HOST, CONSEQUENCES, GENERIC, REPLIES, REPLIES_AT, SPECIFIC, UNREGISTERED
from deliverystatus._enums import Permanence, Reason
from deliverystatus._rules import book
from deliverystatus._text import LIMIT

#: Evidence quotes at most this many characters of a reply: enough to see why, too few for a paragraph of strangers.
QUOTED = 80

#: Words that make any refusal a passing one, in a case-folded text.
_PASSES = re.compile(
    r"(?:try|trying|send(?:ing)?|it|mail|message|back|again) later|later again|retry (?:later|after|in)\b|temporar|transient"
    r"|again (?:in|after|at a later|soon|tomorrow)|will be retried|will retry|not yet (?:been )?delivered|being delayed"
    r"|plus tard|sp(?:ä|ae|a|\?)ter (?:erneut|noch|wieder|nochmal|versuchen)|m(?:á|a)s tarde|mais tarde|pi(?:ù|u) tardi"
    r"|позже|稍后|稍後|しばらく"
)

# No text that lacks all of these is asked further: most lack them, and this is ten times as fast.
_MAY_PASS = (
    "later",
    "tempor",
    "transient",
    "again",
    "retr",
    "not yet",
    "delayed",
    "tard",
    "ter ",
    "позже",
    "稍",
    "しばらく",
)
_MAY_NAME_COMMAND = (
    "in reply",
    "after ",
    "during ",
    "refused to talk",
    "did not like",
    "[rcpt",
    "connected to",
    "does not like recipient",
    "failed ",
)

# A reply code is not part of a longer number, an address (192.0.2.2) or a name; its enhanced code follows at once. Of
# other numbers of three digits, sysexits (X-Unix; 255) and Mailgun's own (498, 605) among them, none has that form.
_REPLY = re.compile(r"(?<![\w.#/@-])([245][0-57]\d)(?:[ -]+[\"'(<]?#?(?:([45])\.([0-7]\.\d{1,3})(?!\.?\d))?|$)")
_ENHANCED = re.compile(r"(?<![\w.])#?([45])\.([0-7]\.\d{1,3})(?!\.?\d)")

# What stands before a bare reply code that begins a reply; in prose ("after 432 seconds") something else does.
_BEGINS = re.compile(r"(?:^|[:;,<>\[('\"=\n-]|\bsaid|\d{3}|ESMTP|[^\s\w]) ?\Z")

# Where a line of a reply ends and the next repeats its codes (RFC 5321 section 4.2.1, RFC 2034): sentences run on. Some
# servers on the way put all lines into one.
_NEXT_LINE = re.compile(r"[\r\n]+[ \t]{0,80}(?:[245]\d\d[ -])?(?:[245]\.\d{1,3}\.\d{1,3} )?")
_SAME_LINE = re.compile(r" [245]\d\d(?:[ -][245]\.\d\.\d{1,3} |-(?=[a-z]))")

# Which command was refused, by the words of the servers that report it: Postfix, Exim, qmail, Sendmail, GMX.
_COMMAND = re.compile(
    r"in reply to (?:the )?(end of data|[a-z]{4,8})|(?:after|during) (?:pipelined )?"
    r"(initial connection|connect|mail from|rcpt to|end of data|data|helo|ehlo|starttls|auth)\b"
    r"|(refused to talk to me)|did not like our (mail from|rcpt to|data)|\[(rcpt[_ ]to)\]"
    # qmail-remote.c (https://cr.yp.to/qmail.html) says it in sentences
    r"|but (greeting failed|my name was rejected|sender was rejected)|(does not like recipient|failed on data command)"
    r"|(failed after i sent the message)"
)
_COMMANDS = {
    "initial connection": "CONNECT", "connect": "CONNECT", "refused to talk to me": "CONNECT",
    "helo": "HELO", "ehlo": "EHLO", "starttls": "STARTTLS", "auth": "AUTH",
    "mail": "MAIL", "mail from": "MAIL", "rcpt": "RCPT", "rcpt to": "RCPT", "rcpt_to": "RCPT",
    "data": "DATA", "end of data": "DATA", "bdat": "DATA",
    "greeting failed": "CONNECT", "my name was rejected": "HELO", "sender was rejected": "MAIL",
    "does not like recipient": "RCPT", "failed on data command": "DATA", "failed after i sent the message": "DATA",
}  # fmt: skip

# The address we sent from, where a report quotes the command (trap of "553 example.com does not exist").
_SENDER = re.compile(r"mail from:? ?<[^<>@ ]{0,64}@([\w.-]{1,255})>")

# Who replied, where no one says so apart from the text: hosts sign their replies.
_SIGNED = re.compile(r"\bgsmtp\b|(?:support\.google|(?:protection\.|\.)outlook|exchangelabs)\.com\b")
_SIGNERS = {"gsmtp": "google.com", "support.google.com": "google.com"}

#: What words and codes about an address mean before RCPT has named the recipient: they are about us (RFC 5321 section
#: 3.3 gives the order). Of 26 real replies at these commands none was about the recipient.
BEFORE_RCPT = {
    "CONNECT":  Reason.SENDER_AUTHENTICATION,  # our host is not found, or has no name
    "HELO":     Reason.SENDER_AUTHENTICATION,
    "EHLO":     Reason.SENDER_AUTHENTICATION,
    "STARTTLS": Reason.PROTOCOL_ERROR,
    "AUTH":     Reason.SENDER_ACCOUNT,
    "MAIL":     Reason.SENDER_REJECTED,
}  # fmt: skip
_ABOUT_AN_ADDRESS = frozenset(
    {Reason.MAILBOX_DISABLED, *(reason for reason, follows in CONSEQUENCES.items() if follows.bad_address)}
)

#: Whose address or name it is, by the words next to those of a rule that is about addresses: not the recipient's.
ROLES = (
    (re.compile(r"\b(?:client host|(?:your|client|(?<!or )ip) (?:ip|host|address|hostname|domain)|helo|ehlo)\b"), Reason.SENDER_AUTHENTICATION),
    (re.compile(r"\b(?:sender|return[- ]path|envelope from|sending from|originator|callback|mail from)\b"), Reason.SENDER_REJECTED),
    (re.compile(r"\bheaders?\b"), Reason.CONTENT_REJECTED),
)  # fmt: skip

#: How many characters on either side are next to them.
_NEAR = 40

#: Without RCPT's word "user unknown" may come from a filter that had the whole message (suppress on repetition only).
_AFTER_DATA = frozenset({"DATA", "EOM", "BDAT"})

#: "Service not available, closing transmission channel" (RFC 5321 section 4.2.3): about this session only, whatever it
#: says of users or policies; of 20 real ones none was about an address.
_CLOSING = "421"


@attrs.frozen
class Diagnosis:
    """
    Why a message failed.

    Attributes:
        reason: Why.
        permanence: Whether a later message to this address would fail too.
        address_is_bad: Whether the address itself is at fault, so that it must not be mailed again.
        evidence: What decided, such as ``"mailbox-full: mailbox full"`` (a rule and the words it found),
            ``"code: 5.1.1"``, ``"reply: 550 at RCPT"``; ``"reported"`` if only the provider's own class did; empty if
            nothing did.
        reply_code: The reply code that was found, such as ``"550"`` (RFC 5321 section 4.2), or ``None``.
        enhanced_code: The enhanced status code that was found, such as ``"5.1.1"`` (RFC 3463), or ``None``.
        vague: Whether only a code decided that names no cause (5.7.1, a bare 550): a provider's own class knows better.
    """

    reason: Reason
    permanence: Permanence
    address_is_bad: bool
    evidence: str = attrs.field(repr=False)
    reply_code: str | None = attrs.field(default=None, repr=False)  # as given, and strangers give anything
    enhanced_code: str | None = attrs.field(default=None, repr=False)
    vague: bool = False


def diagnose(
    response: str,
    *,
    reply_code: str | None = None,
    enhanced_code: str | None = None,
    smtp_command: str | None = None,
    remote_mta: str | None = None,
) -> Diagnosis:
    """
    Say why a message failed, from the server's reply.

    Args:
        response: The reply as it was given, with or without its codes; may be empty.
        reply_code: The reply code, if it is known apart from the text.
        enhanced_code: The enhanced status code, if it is known apart from the text.
        smtp_command: The command that was refused: CONNECT, HELO, MAIL, RCPT, DATA.
        remote_mta: The host name of the server that replied.

    The answer depends on the arguments alone. Only the first 4,000 characters are read.
    """
    return _diagnose(
        response[:LIMIT],
        reply_code,
        enhanced_code,
        smtp_command.upper() if smtp_command else None,
        remote_mta.lower() if remote_mta else None,
    )


@attrs.frozen
class _Heard:
    """
    What a reply says, before anything is understood.

    Attributes:
        inner: The words of the innermost reply: case-folded, on one line, without the codes that its lines repeat.
        whole: Those of everything; the same object where nothing is nested.
        reply: Its reply code.
        enhanced: Its enhanced code.
        command: The command that was refused, as given, else as the text says.
        remote_mta: The host name of the server that replied, in lower case.
    """

    inner: str
    whole: str
    reply: str | None
    enhanced: str | None
    command: str | None
    remote_mta: str | None

    @property
    def code(self) -> str:
        """The more telling of its codes; empty if it has none."""
        return self.enhanced or self.reply or ""

    @property
    def detail(self) -> str:
        """The enhanced code without its class, which never tells why."""
        return self.enhanced.partition(".")[2] if self.enhanced else ""


@attrs.frozen
class _Answer:
    reason: Reason
    evidence: str
    permanence: Permanence | None = None  # where a rule knows better than the reason
    vague: bool = False
    sure: bool = True  # whether it may condemn an address
    near: str = ""  # the words of a rule and what stands next to them


@lru_cache(maxsize=8192)
def _diagnose(
    text: str, reply_code: str | None, enhanced_code: str | None, command: str | None, remote_mta: str | None
) -> Diagnosis:
    found_reply, found_enhanced, start = _innermost(text)
    whole = _plain(text)
    heard = _Heard(
        inner=_plain(text[start:]) if start else whole,
        whole=whole,
        reply=reply_code or found_reply,
        # The text is the better witness: it came from the server that refused, the field from one on the way.
        enhanced=found_enhanced or enhanced_code,
        command=command or _command(whole),
        remote_mta=remote_mta,
    )
    answer = _answer(heard)
    if answer.reason in _ABOUT_AN_ADDRESS and (ours := _ours(heard, answer)):
        answer = _Answer(ours, f"{answer.evidence}, not of the recipient", vague=answer.vague)
    permanence = answer.permanence or _permanence(heard, answer.reason)
    bad = CONSEQUENCES[answer.reason].bad_address and permanence is Permanence.PERMANENT
    return Diagnosis(
        answer.reason,
        permanence,
        bad and answer.sure and heard.command not in _AFTER_DATA,
        answer.evidence,
        heard.reply,
        heard.enhanced,
        answer.vague,
    )


def _innermost(text: str) -> tuple[str | None, str | None, int]:
    """
    Find the innermost reply, the last one, and where it begins; lines that repeat its codes belong to it.

    A reply code without an enhanced one counts where a reply can begin. Where no reply has one, the last that stands
    alone counts: ``(#5.1.1)``.
    """
    reply = enhanced = None
    start = 0
    for found in _REPLY.finditer(text):
        code = f"{found[2]}.{found[3]}" if found[2] else None
        if found[1][0] == "2" or (code is None and not _BEGINS.search(text, max(0, found.start() - 6), found.start())):
            continue
        if found[1] != reply or (code and enhanced and code != enhanced):
            if code is None and enhanced:  # a bare code inside of what a full one began
                continue
            start, enhanced = found.start(), None
        reply, enhanced = found[1], code or enhanced
    if enhanced is None:
        for alone in _ENHANCED.finditer(text):
            enhanced = f"{alone[1]}.{alone[2]}"
    return reply, enhanced, start


def _plain(text: str) -> str:
    if "\n" in text or "\r" in text:
        text = _NEXT_LINE.sub(" ", text)
    return _SAME_LINE.sub(" ", " ".join(text.casefold().replace("_", " ").replace("\u2019", "'").split()))


def _command(text: str) -> str | None:
    if not any(map(text.__contains__, _MAY_NAME_COMMAND)):
        return None
    found = _COMMAND.search(text)
    return _COMMANDS.get(next(filter(None, found.groups()))) if found else None


def _passes(text: str) -> bool:
    return any(map(text.__contains__, _MAY_PASS)) and _PASSES.search(text) is not None


def _host(heard: _Heard) -> str | None:
    """Name the table of codes of the host that replied, by its name or by how it signs."""
    if heard.remote_mta:
        name = f".{heard.remote_mta.rstrip('.')}"
        for known in AT_HOST:
            if name.endswith(f".{known}"):
                return known
    signed = _SIGNED.search(heard.whole)
    return _SIGNERS.get(signed[0], "outlook.com") if signed else None


def _answer(heard: _Heard) -> _Answer:
    """Ask the layers, in their order."""
    rules = book()
    inner = rules.candidates(heard.inner)
    around = 0 if heard.inner is heard.whole else rules.candidates(heard.whole)
    return (
        _said(heard.inner, inner & ~rules.weak, heard)
        or _said(heard.whole, around & ~rules.weak, heard)
        or _named(heard)
        or _said(heard.inner, inner & rules.weak, heard)
        or _said(heard.whole, around & rules.weak, heard)
        or _general(heard)
    )


def _said(text: str, bits: int, heard: _Heard) -> _Answer | None:
    """Ask the rules in *bits*, in the order of their precedence."""
    rules, reply_class = book().rules, heard.code[:1]
    while bits:
        lowest = bits & -bits
        bits ^= lowest
        rule = rules[lowest.bit_length() - 1]
        if words := rule.match(text, reply_class, heard.command):
            evidence = f"{rule.id}: {words[0][:QUOTED]}"
            near = text[max(0, words.start() - _NEAR) : words.end() + _NEAR] if rule.reason in _ABOUT_AN_ADDRESS else ""
            return _Answer(rule.reason, evidence, rule.permanence, rule.vague, rule.bad_address, near)
    return None


def _named(heard: _Heard) -> _Answer | None:
    """Ask the codes that name a cause: at this host, in the registry, in no registry, and replies that do."""
    reply, detail = heard.reply, heard.detail
    if detail:
        sure = heard.code[0] == "5"  # a bare 4.1.1 is not enough to condemn: some probe the address first
        if (host := _host(heard)) and detail in AT_HOST[host]:
            return _Answer(AT_HOST[host][detail], f"code: {heard.enhanced} at {host}", sure=sure)
        if reason := SPECIFIC.get(detail) or UNREGISTERED.get(detail):
            return _Answer(reason, f"code: {heard.enhanced}", sure=sure)
    if reply and REPLIES.get(reply) is Reason.SENDER_ACCOUNT:  # RFC 4954 gives these to authentication alone
        return _Answer(Reason.SENDER_ACCOUNT, f"reply: {reply}")
    if heard.command in BEFORE_RCPT and reply and (reason := REPLIES_AT.get((heard.command, reply))):
        return _Answer(reason, f"reply: {reply} at {heard.command}")
    return None


def _general(heard: _Heard) -> _Answer:
    """Ask what only names a neighbourhood."""
    reply, detail = heard.reply, heard.detail
    # asked before the replies: 5.7.1 at RCPT is a policy, not an unknown user, and so is an unregistered 5.7.999
    if reason := GENERIC.get("7.0" if detail.startswith("7.") else detail):
        return _Answer(reason, f"code: {heard.enhanced}", vague=True)
    if heard.command and reply and (reason := REPLIES_AT.get((heard.command, reply))):
        return _Answer(reason, f"reply: {reply} at {heard.command}")
    if reply and (reason := REPLIES.get(reply)):
        return _Answer(reason, f"reply: {reply}", vague=True, sure=False)
    return _Answer(Reason.UNKNOWN, "", vague=True)


def _ours(heard: _Heard, answer: _Answer) -> Reason | None:
    """Say what is meant if it is not the recipient whom the words and codes are about."""
    if heard.command in BEFORE_RCPT:
        return BEFORE_RCPT[heard.command]
    if SPECIFIC.get(heard.detail) is Reason.SENDER_REJECTED:  # X.1.7 and X.1.8, whatever address the words mean
        return Reason.SENDER_REJECTED
    if heard.command in _AFTER_DATA and answer.reason is Reason.UNKNOWN_DOMAIN and heard.reply:
        return Reason.SENDER_REJECTED  # RCPT took the recipient's domain
    if heard.reply and REPLIES.get(heard.reply) is Reason.SENDER_ACCOUNT:  # the user who logs in is we
        return Reason.SENDER_ACCOUNT
    sender = _SENDER.search(heard.whole)
    if sender and sender[1] in answer.evidence:
        return Reason.SENDER_REJECTED
    return next((reason for role, reason in ROLES if role.search(answer.near)), None)


def _permanence(heard: _Heard, reason: Reason) -> Permanence:
    usual = CONSEQUENCES[reason].permanence
    if heard.reply == _CLOSING or _passes(heard.whole):
        return Permanence.TRANSIENT
    if usual is Permanence.UNDETERMINED and reason is not Reason.UNKNOWN:  # the cause is known: the class may tell
        return {"4": Permanence.TRANSIENT, "5": Permanence.PERMANENT}.get(heard.code[:1], usual)
    return usual
