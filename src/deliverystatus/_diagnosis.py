"""
Why a message failed: from the server's words and codes to a reason, how long it lasts, and whose problem it is.

Layers, first answer wins: what the words mean, codes that name a cause, codes that name a neighbourhood, unknown. The
words come first because of 134 real replies with the code 5.7.1, seven meant "no such user" and sixty-one a blocked
sender. The class digit (4 or 5) never decides alone how long it lasts: of 721 real 5xx replies 84 were temporary.
"""

import re
from functools import lru_cache

import attrs

from deliverystatus._codes import AT_HOST, CONSEQUENCES, GENERIC, REPLIES, REPLIES_AT, SPECIFIC
from deliverystatus._enums import Permanence, Reason
from deliverystatus._text import LIMIT

#: What the words mean, most telling first: the first pattern found decides. Grouped by meaning, not by sender.
WORDS = (
    (Reason.GREYLISTED, r"gr[ae]y-?list"),
    (Reason.MAILBOX_FULL, r"(?:mail)?(?:box|folder) (?:is )?full|mailbox exceed|over ?quota|quota (?:is )?(?:exceeded|full)|out of storage|insufficient storage|storage quota"),
    (Reason.MESSAGE_TOO_LARGE, r"(?:message|mail|content|attachment)s? (?:size )?(?:is )?(?:too (?:large|big)|exceeds)|size limit"),
    (Reason.SENDER_AUTHENTICATION, r"\b(?:spf|dkim|dmarc|arc)\b|not authenticated|unauthenticated|reverse dns|\bptr\b|\brdns\b"),
    (Reason.SENDER_ACCOUNT, r"(?:email address|domain) is not verified|authentication (?:failed|required|credentials)|credentials invalid|bad outbound sender"),
    (Reason.RECIPIENT_REFUSED, r"not (?:allowed|permitted|authorized) to (?:send|post) (?:messages )?to|restricted (?:recipient|sender)|only accepts? (?:mail|messages) from|authrequired|blocked by (?:the )?(?:user|recipient)"),
    (Reason.UNKNOWN_RECIPIENT, r"(?:user|recipient|mailbox|account|address|addressee) (?:is )?(?:unknown|not found|(?:was )?not (?:be )?found|unavailable|not listed)|(?:user|mailbox|recipient|account|address)[^.;]{0,60}(?:does not|doesn't|not) exist|(?:doesn't|does not) have an? [^;]{0,60}\baccount|no valid recipient|(?<!many )(?:unknown|no such|invalid|bad destination) (?:user|recipient|mailbox|address|local part|account|person)|no (?:mailbox|account|user) (?:here|by that)|recipientnotfound|not found by smtp address lookup"),
    (Reason.MAILBOX_DISABLED, r"(?:mailbox|account|user|recipient|(?<!ip )address)[^.;]{0,40}(?:disabled|suspended|inactive|deactivated|locked|blocked|expired)"),
    (Reason.UNKNOWN_DOMAIN, r"(?:domain|host)(?: name)? (?:not found|unknown|does not exist)|no (?:such domain|mx\b)|null mx|nxdomain|unroute?able(?! sender)|domain of (?:the )?recipient[^.;]{0,30}(?:not exist|not found)"),
    (Reason.RELAY_DENIED, r"relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))|not permitted to relay|unable to relay|we do not relay"),
    (Reason.RATE_LIMITED, r"too (?:many(?! hops)|fast|much)|excessive volume|rate ?limit|throttl|at a rate|frequency limit|try(?:ing)? to send[^.;]{0,30}too"),
    (Reason.REPUTATION_BLOCKED, r"black-?list|block-?list|\b(?:rbl|dnsbl)\b|spamhaus|reputation|blocked using|(?<!not )listed (?:at|by|in|on)|user complaints|banned (?:sending ip|sender)|open relay|client host[^.;]{0,60}(?:blocked|rejected)|\bip\b[^.;]{0,60}(?:blocked|banned|denied)"),
    (Reason.SPAM_CONTENT, r"\bspam\b|unsolicited|junk mail|bulk mail"),
    (Reason.CONTENT_REJECTED, r"virus|malware|infected|(?:content|attachment|header)[^.;]{0,30}(?:rejected|not (?:allowed|accepted)|forbidden)|rfc ?5?[28]22"),
    (Reason.SENDER_REJECTED, r"sender(?: address)? (?:rejected|denied|refused|domain)|(?:bad|unroute?able|unresolvable) sender"),
    (Reason.NETWORK_ERROR, r"(?:connection|connect|network|session)[^.;]{0,20}(?:time[d-]?\s?out|refused|lost|reset|dropped|unreachable)|no route to host|(?<!retry )timed? ?out|too many hops|dns (?:lookup|error|failure)|name lookup|mx info|loop"),
    (Reason.RECIPIENT_SERVER_ERROR, r"(?:local|internal|system|server|temporary) (?:error|failure|problem)|insufficient (?:system|disk)|service (?:temporarily )?unavailable|overload|too busy|disk full"),
    (Reason.EXPIRED, r"(?:message|envelope|delivery time|retry time(?:out)?) (?:has )?(?:expired|exceeded|timed out)|giving up|too old|too long in queue|unable to deliver after"),
)  # fmt: skip

#: Words that make any refusal a passing one.
_PASSES = re.compile(r"try (?:again |it )?later|come back later|temporar|try again|retry later", re.IGNORECASE)

_RULES = tuple((reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in WORDS)

# A reply code is not part of a longer number or an address (192.0.2.2); its enhanced code follows at once.
_REPLY = re.compile(r"(?<![\w.#/-])([245][0-5]\d)[ -]+#?(?:([245])\.(\d{1,3}\.\d{1,3})(?!\.?\d))?")
_ENHANCED = re.compile(r"(?<![\w.])#?([245])\.(\d{1,3}\.\d{1,3})(?!\.?\d)")

# Where a line of a reply ends and the next repeats its codes (RFC 5321 section 4.2.1, RFC 2034): sentences run on.
_NEXT_LINE = re.compile(r"[\r\n]+[ \t]{0,80}(?:[245]\d\d[ -])?(?:[245]\.\d{1,3}\.\d{1,3} )?")

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
        evidence: What decided, such as ``"words: mailbox full"``, ``"code: 5.1.1"``, ``"reply: 550 at RCPT"``;
            ``"reported"`` if only the provider's own class did; empty if nothing did.
        reply_code: The reply code that was found, such as ``"550"`` (RFC 5321 section 4.2), or ``None``.
        enhanced_code: The enhanced status code that was found, such as ``"5.1.1"`` (RFC 3463), or ``None``.
        vague: Whether only a code decided that names no cause (5.7.1, a bare 550): a provider's own class knows better.
    """

    reason: Reason
    permanence: Permanence
    address_is_bad: bool
    evidence: str = attrs.field(repr=False)
    reply_code: str | None = None
    enhanced_code: str | None = None
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
    host = (remote_mta or "").lower().rstrip(".")
    return _diagnose(
        response[:LIMIT],
        reply_code,
        enhanced_code,
        smtp_command.upper() if smtp_command else None,
        next((known for known in AT_HOST if f".{host}".endswith(f".{known}")), None),
    )


@lru_cache(maxsize=8192)
def _diagnose(
    text: str, reply_code: str | None, enhanced_code: str | None, command: str | None, host: str | None
) -> Diagnosis:
    found_reply, found_enhanced = _codes_in(text)
    reply_code = reply_code or found_reply
    # The text is the better witness: it came from the server that refused, the field from one on the way.
    enhanced_code = found_enhanced or enhanced_code
    words = _NEXT_LINE.sub(" ", text)
    reason, evidence, vague = _reason(words, reply_code, enhanced_code, command, host)
    if command in BEFORE_RCPT and reason in _ABOUT_AN_ADDRESS:
        reason, evidence = BEFORE_RCPT[command], f"{evidence}, at {command}"
    passes = reply_code == _CLOSING or _PASSES.search(words) is not None
    permanence = _permanence(reason, enhanced_code or reply_code or "", passes=passes)
    bad = CONSEQUENCES[reason].bad_address and permanence is Permanence.PERMANENT and command not in _AFTER_DATA
    return Diagnosis(reason, permanence, bad, evidence, reply_code, enhanced_code, vague)


def _codes_in(text: str) -> tuple[str | None, str | None]:
    """Find the innermost reply: the last that has an enhanced code, else the first code of each form."""
    reply = enhanced = None
    for found in _REPLY.finditer(text):
        if found[2]:
            reply, enhanced = found[1], f"{found[2]}.{found[3]}"
        elif reply is None:
            reply = found[1]
    if enhanced is None and (alone := _ENHANCED.search(text)):
        enhanced = f"{alone[1]}.{alone[2]}"
    return reply, enhanced


def _reason(
    text: str, reply: str | None, enhanced: str | None, command: str | None, host: str | None
) -> tuple[Reason, str, bool]:
    for reason, pattern in _RULES:
        if words := pattern.search(text):
            return reason, f"words: {words[0]}", False
    detail = enhanced.partition(".")[2] if enhanced else ""
    if host and detail in AT_HOST[host]:
        return AT_HOST[host][detail], f"code: {enhanced} at {host}", False
    if detail in SPECIFIC:
        return SPECIFIC[detail], f"code: {enhanced}", False
    if reply and REPLIES.get(reply) is Reason.SENDER_ACCOUNT:  # RFC 4954 gives these to authentication alone
        return Reason.SENDER_ACCOUNT, f"reply: {reply}", False
    # asked before the other replies: 5.7.1 at RCPT is a policy, not an unknown user, and so is an unregistered 5.7.606
    if general := GENERIC.get("7.0" if detail.startswith("7.") else detail):
        return general, f"code: {enhanced}", True
    if command and reply and (at_command := REPLIES_AT.get((command, reply))):
        return at_command, f"reply: {reply} at {command}", False
    if reply and (by_reply := REPLIES.get(reply)):
        return by_reply, f"reply: {reply}", True
    return Reason.UNKNOWN, "", True


def _permanence(reason: Reason, code: str, *, passes: bool) -> Permanence:
    usual = CONSEQUENCES[reason].permanence
    if passes:
        return Permanence.TRANSIENT
    if usual is Permanence.UNDETERMINED and reason is not Reason.UNKNOWN:  # the cause is known: the class may tell
        return {"4": Permanence.TRANSIENT, "5": Permanence.PERMANENT}.get(code[:1], usual)
    return usual
