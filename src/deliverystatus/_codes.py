"""
What the codes of a refusal mean: enhanced status codes, reply codes, and what follows from each reason.

Tables only. A code that names a cause is in ``SPECIFIC``; one that only names a neighbourhood ("other address
status") is in ``GENERIC`` and is asked after the words were read; one that is no failure is in ``NO_FAILURE``. The
three together are the IANA registry of SMTP enhanced status codes (RFC 5248; https://www.iana.org/assignments/
smtp-enhanced-status-codes, as of 2024-12: 81 codes), each once, without its class digit: the class never tells why.
"""

from collections.abc import Mapping

import attrs

from deliverystatus._enums import Party, Permanence, Reason

SPECIFIC = {
    # X.1: addressing (RFC 3463 section 3.2)
    "1.1": Reason.UNKNOWN_RECIPIENT,
    "1.2": Reason.UNKNOWN_DOMAIN,
    "1.3": Reason.INVALID_ADDRESS,
    "1.4": Reason.UNKNOWN_RECIPIENT,  # ambiguous: more than one mailbox could be meant
    "1.6": Reason.UNKNOWN_RECIPIENT,  # moved, no forwarding address
    "1.7": Reason.SENDER_REJECTED,
    "1.8": Reason.SENDER_REJECTED,
    "1.10": Reason.UNKNOWN_DOMAIN,  # null MX (RFC 7505); Microsoft uses it for an unknown recipient, the words tell
    # X.2: mailbox (section 3.3)
    "2.1": Reason.MAILBOX_DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.MESSAGE_TOO_LARGE,
    "2.4": Reason.RECIPIENT_SERVER_ERROR,  # mailing list expansion problem
    # X.3: mail system (section 3.4)
    "3.1": Reason.RECIPIENT_SERVER_ERROR,
    "3.2": Reason.RECIPIENT_SERVER_ERROR,
    "3.3": Reason.PROTOCOL_ERROR,
    "3.4": Reason.MESSAGE_TOO_LARGE,
    "3.5": Reason.RECIPIENT_SERVER_ERROR,
    # X.4: network and routing (section 3.5)
    "4.1": Reason.NETWORK_ERROR,
    "4.2": Reason.NETWORK_ERROR,
    "4.3": Reason.NETWORK_ERROR,  # directory server failure
    "4.4": Reason.UNKNOWN_DOMAIN,  # unable to route
    "4.5": Reason.RECIPIENT_SERVER_ERROR,
    "4.6": Reason.NETWORK_ERROR,
    "4.7": Reason.EXPIRED,
    # X.5: protocol (section 3.6)
    "5.1": Reason.PROTOCOL_ERROR,
    "5.2": Reason.PROTOCOL_ERROR,
    "5.3": Reason.RATE_LIMITED,  # too many recipients
    "5.4": Reason.PROTOCOL_ERROR,
    "5.5": Reason.PROTOCOL_ERROR,
    "5.6": Reason.PROTOCOL_ERROR,  # AUTH exchange line too long (RFC 4954)
    # X.6: content (section 3.7)
    "6.1": Reason.CONTENT_REJECTED,
    "6.2": Reason.CONTENT_REJECTED,
    "6.3": Reason.CONTENT_REJECTED,
    "6.4": Reason.CONTENT_REJECTED,
    "6.5": Reason.CONTENT_REJECTED,
    "6.6": Reason.CONTENT_REJECTED,  # RFC 4468
    "6.7": Reason.PROTOCOL_ERROR,  # a non-ASCII address is not permitted here (RFC 6531)
    "6.8": Reason.PROTOCOL_ERROR,
    "6.9": Reason.PROTOCOL_ERROR,
    "6.10": Reason.PROTOCOL_ERROR,  # deprecated twin of X.6.8
    # X.7: security and policy (section 3.8)
    "7.2": Reason.RECIPIENT_REFUSED,  # mailing list expansion prohibited
    "7.3": Reason.POLICY_REJECTED,
    "7.4": Reason.POLICY_REJECTED,
    "7.5": Reason.POLICY_REJECTED,
    "7.6": Reason.POLICY_REJECTED,
    "7.7": Reason.CONTENT_REJECTED,  # integrity
    "7.8": Reason.SENDER_ACCOUNT,  # RFC 4954
    "7.9": Reason.SENDER_ACCOUNT,
    "7.10": Reason.PROTOCOL_ERROR,  # RFC 5248
    "7.11": Reason.PROTOCOL_ERROR,
    "7.12": Reason.SENDER_ACCOUNT,
    "7.13": Reason.MAILBOX_DISABLED,
    "7.14": Reason.SENDER_ACCOUNT,
    "7.15": Reason.POLICY_REJECTED,  # RFC 6710
    "7.16": Reason.MESSAGE_TOO_LARGE,  # RFC 6710
    "7.17": Reason.UNKNOWN_RECIPIENT,  # the mailbox changed hands (RFC 7293)
    "7.18": Reason.UNKNOWN_DOMAIN,  # the domain changed hands (RFC 7293)
    "7.19": Reason.RECIPIENT_SERVER_ERROR,  # RFC 7293
    "7.20": Reason.SENDER_AUTHENTICATION,  # RFC 7372, to X.7.26
    "7.21": Reason.SENDER_AUTHENTICATION,
    "7.22": Reason.SENDER_AUTHENTICATION,
    "7.23": Reason.SENDER_AUTHENTICATION,
    "7.24": Reason.SENDER_AUTHENTICATION,
    "7.25": Reason.SENDER_AUTHENTICATION,
    "7.26": Reason.SENDER_AUTHENTICATION,
    "7.27": Reason.SENDER_REJECTED,  # the sender's null MX (RFC 7505)
    "7.28": Reason.RATE_LIMITED,
    "7.29": Reason.SENDER_AUTHENTICATION,  # RFC 8617
    "7.30": Reason.PROTOCOL_ERROR,  # RFC 8689
}

GENERIC = {
    "0.0": None,
    "1.0": None,
    "2.0": None,
    "3.0": Reason.RECIPIENT_SERVER_ERROR,
    "4.0": Reason.NETWORK_ERROR,
    "5.0": None,  # used as "other" by many
    "6.0": Reason.CONTENT_REJECTED,
    "7.0": Reason.POLICY_REJECTED,
    "7.1": Reason.POLICY_REJECTED,  # of 134 replies with it 61 meant reputation and 7 an unknown user: words first
}

_GOOGLE = {
    "4.5":  Reason.SENDER_ACCOUNT,         # 5.4.5 is our daily quota; 4.4.5, a busy server, says so in words
    "7.23": Reason.SENDER_AUTHENTICATION,  # no PTR record
    "7.24": Reason.SENDER_AUTHENTICATION,  # SPF is suspicious
    "7.27": Reason.SENDER_AUTHENTICATION,  # SPF did not pass
    "7.29": Reason.PROTOCOL_ERROR,         # not sent over TLS
    "7.30": Reason.SENDER_AUTHENTICATION,  # DKIM did not pass
    "7.32": Reason.SENDER_AUTHENTICATION,  # From is not aligned
    "7.40": Reason.SENDER_AUTHENTICATION,  # no DMARC policy
}  # fmt: skip

_MICROSOFT = {
    "1.10":  Reason.UNKNOWN_RECIPIENT,      # recipient not found by address look-up
    "1.20":  Reason.CONTENT_REJECTED,       # several From addresses without a Sender
    "1.90":  Reason.SENDER_ACCOUNT,         # our daily limit of recipients
    "2.14":  Reason.RECIPIENT_SERVER_ERROR, # a forwarding address that is none
    "2.121": Reason.RATE_LIMITED,           # too much for this recipient within an hour
    "2.122": Reason.RATE_LIMITED,
    "3.190": Reason.RECIPIENT_SERVER_ERROR, # journaling
    "4.1":   Reason.UNKNOWN_RECIPIENT,      # access denied: directory-based edge blocking
    "4.11":  Reason.NETWORK_ERROR,          # a reply to a reply to a reply
    "4.12":  Reason.NETWORK_ERROR,          # hops
    "4.14":  Reason.NETWORK_ERROR,          # loop
    "4.23":  Reason.NETWORK_ERROR,
    "4.300": Reason.EXPIRED,
    "4.310": Reason.UNKNOWN_DOMAIN,
    "4.312": Reason.NETWORK_ERROR,          # DNS
    "4.316": Reason.NETWORK_ERROR,          # connection refused
    "4.317": Reason.NETWORK_ERROR,
    "6.11":  Reason.CONTENT_REJECTED,       # characters that are not allowed
    "6.211": Reason.CONTENT_REJECTED,
    "7.12":  Reason.RECIPIENT_REFUSED,      # the sender was not authenticated by the recipient's organization
    "7.57":  Reason.SENDER_ACCOUNT,         # the client did not log in
    "7.64":  Reason.RELAY_DENIED,
    "7.124": Reason.RECIPIENT_REFUSED,      # groups and mailboxes for chosen senders, to 7.136
    "7.129": Reason.RECIPIENT_REFUSED,
    "7.133": Reason.RECIPIENT_REFUSED,
    "7.134": Reason.RECIPIENT_REFUSED,
    "7.135": Reason.RECIPIENT_REFUSED,
    "7.136": Reason.RECIPIENT_REFUSED,
    "7.193": Reason.RECIPIENT_REFUSED,
    "7.232": Reason.SENDER_ACCOUNT,         # our tenant's limit
    "7.233": Reason.SENDER_ACCOUNT,
    "7.320": Reason.PROTOCOL_ERROR,         # TLS and DANE, to 7.325
    "7.321": Reason.PROTOCOL_ERROR,
    "7.322": Reason.PROTOCOL_ERROR,
    "7.323": Reason.PROTOCOL_ERROR,
    "7.324": Reason.PROTOCOL_ERROR,
    "7.325": Reason.PROTOCOL_ERROR,
    "7.367": Reason.RELAY_DENIED,
    "7.500": Reason.REPUTATION_BLOCKED,
    "7.501": Reason.SENDER_ACCOUNT,         # our account sent spam
    "7.502": Reason.REPUTATION_BLOCKED,     # banned sender, and 7.503
    "7.503": Reason.REPUTATION_BLOCKED,
    "7.504": Reason.RECIPIENT_REFUSED,
    "7.505": Reason.RECIPIENT_REFUSED,
    "7.506": Reason.SENDER_AUTHENTICATION,  # HELO
    "7.507": Reason.RECIPIENT_REFUSED,      # blocked by the recipient's organization
    "7.508": Reason.RATE_LIMITED,           # a range of IPv6 addresses over its limit
    "7.509": Reason.SENDER_AUTHENTICATION,  # DMARC
    "7.510": Reason.POLICY_REJECTED,        # takes nothing over IPv6
    "7.511": Reason.REPUTATION_BLOCKED,     # banned sender
    "7.512": Reason.CONTENT_REJECTED,       # From is not as RFC 5322 asks
    "7.513": Reason.REPUTATION_BLOCKED,     # our host is blocked by the recipient
    "7.514": Reason.SENDER_AUTHENTICATION,
    "7.515": Reason.SENDER_AUTHENTICATION,  # not at the level of authentication that bulk senders need
    "7.703": Reason.SENDER_ACCOUNT,         # our tenant: blocked, over its threshold, from a new address, unregistered
    "7.705": Reason.SENDER_ACCOUNT,
    "7.708": Reason.SENDER_ACCOUNT,
    "7.750": Reason.SENDER_ACCOUNT,
    **{f"7.{n}": Reason.REPUTATION_BLOCKED for n in (*range(606, 700), *range(850, 900))},  # banned addresses: 606 to 649; 650: rate by S775
}  # fmt: skip

#: Codes that mean something else, or that only exist, at the servers whose name ends so.
#: https://support.google.com/a/answer/3726730, https://learn.microsoft.com/exchange/mail-flow-best-practices/
#: non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online
AT_HOST: Mapping[str, Mapping[str, Reason]] = {
    "google.com": _GOOGLE,
    "googlemail.com": _GOOGLE,
    "outlook.com": _MICROSOFT,
    "hotmail.com": _MICROSOFT,
    "exchangelabs.com": _MICROSOFT,
}

#: Those of them that no registry has: they mean the same wherever they are read.
UNREGISTERED = {
    code: reason
    for table in (_GOOGLE, _MICROSOFT)
    for code, reason in table.items()
    if code not in SPECIFIC and code not in GENERIC
}

#: Valid address, relayed to a system that reports nothing (RFC 3886), priority changed (RFC 6710).
NO_FAILURE = frozenset({"1.5", "1.9", "3.6"})

#: Reply codes (RFC 5321 section 4.2.3) that name a cause by themselves, wherever they are given.
REPLIES = {
    "421": Reason.RECIPIENT_SERVER_ERROR,
    "432": Reason.SENDER_ACCOUNT,  # RFC 4954: a password transition
    "450": None,
    "451": Reason.RECIPIENT_SERVER_ERROR,
    "452": Reason.RECIPIENT_SERVER_ERROR,
    "455": Reason.PROTOCOL_ERROR,
    "500": Reason.PROTOCOL_ERROR,
    "501": Reason.PROTOCOL_ERROR,
    "502": Reason.PROTOCOL_ERROR,
    "503": Reason.PROTOCOL_ERROR,
    "504": Reason.PROTOCOL_ERROR,
    "521": Reason.UNKNOWN_DOMAIN,  # RFC 7504: this host takes no mail
    "523": Reason.PROTOCOL_ERROR,  # RFC 5248 section 2.4: encryption
    "530": Reason.SENDER_ACCOUNT,
    "534": Reason.SENDER_ACCOUNT,
    "535": Reason.SENDER_ACCOUNT,
    "538": Reason.SENDER_ACCOUNT,
    "550": Reason.POLICY_REJECTED,
    "551": Reason.UNKNOWN_RECIPIENT,
    "552": Reason.MAILBOX_FULL,
    "553": Reason.INVALID_ADDRESS,
    "554": Reason.POLICY_REJECTED,
    "555": Reason.PROTOCOL_ERROR,
    "556": Reason.UNKNOWN_DOMAIN,  # RFC 7504
    "571": Reason.POLICY_REJECTED,  # in no RFC: the digits of 5.7.1, by old servers
}

#: (SMTP command, reply code): where the command makes the code mean something else.
REPLIES_AT = {
    ("RCPT", "550"): Reason.UNKNOWN_RECIPIENT,
    ("MAIL", "550"): Reason.SENDER_REJECTED,
    ("MAIL", "553"): Reason.SENDER_REJECTED,
    ("MAIL", "552"): Reason.MESSAGE_TOO_LARGE,  # RFC 1870: SIZE is refused at MAIL
    ("DATA", "552"): Reason.MESSAGE_TOO_LARGE,
    ("AUTH", "454"): Reason.SENDER_ACCOUNT,  # RFC 4954
    ("CONNECT", "550"): Reason.REPUTATION_BLOCKED,  # of us nothing is known yet but where we come from
    ("CONNECT", "553"): Reason.REPUTATION_BLOCKED,
    ("CONNECT", "554"): Reason.REPUTATION_BLOCKED,  # RFC 5321 section 3.1: no SMTP service here
    ("CONNECT", "571"): Reason.REPUTATION_BLOCKED,
    ("HELO", "550"): Reason.REPUTATION_BLOCKED,
    ("HELO", "554"): Reason.REPUTATION_BLOCKED,
    ("EHLO", "550"): Reason.REPUTATION_BLOCKED,
    ("EHLO", "554"): Reason.REPUTATION_BLOCKED,
    ("CONNECT", "521"): Reason.RECIPIENT_SERVER_ERROR,  # RFC 7504: of this host; the domain may have others
}


@attrs.frozen
class Consequence:
    """
    What follows from a reason.

    Attributes:
        permanence: Whether it lasts; undetermined where the rest of the reply has to tell.
        bad_address: Whether the address, not we and not the moment, is at fault, so that mailing it again is wrong.
        who_acts: Who can do something about it.
    """

    permanence: Permanence
    bad_address: bool
    who_acts: Party


_P, _T, _E = Permanence.PERMANENT, Permanence.TRANSIENT, Permanence.UNDETERMINED

#: Total over Reason.
CONSEQUENCES = {
    Reason.UNKNOWN:                     Consequence(_E, False, Party.ENGINEERS),
    Reason.UNKNOWN_RECIPIENT:           Consequence(_P, True,  Party.STAFF),
    Reason.INVALID_ADDRESS:             Consequence(_P, True,  Party.STAFF),
    Reason.UNKNOWN_DOMAIN:              Consequence(_P, True,  Party.STAFF),
    Reason.MAILBOX_DISABLED:            Consequence(_E, False, Party.STAFF),      # some come back: repetition decides
    Reason.MAILBOX_FULL:                Consequence(_T, False, Party.RECIPIENT),  # as 5.2.2 too: mailboxes are emptied
    Reason.RECIPIENT_REFUSED:           Consequence(_P, False, Party.RECIPIENT),  # the address works, for others
    Reason.MESSAGE_TOO_LARGE:           Consequence(_P, False, Party.STAFF),
    Reason.CONTENT_REJECTED:            Consequence(_P, False, Party.ENGINEERS),
    Reason.SPAM_CONTENT:                Consequence(_P, False, Party.STAFF),
    Reason.REPUTATION_BLOCKED:          Consequence(_E, False, Party.ENGINEERS),
    Reason.SENDER_AUTHENTICATION:       Consequence(_E, False, Party.ENGINEERS),
    Reason.SENDER_REJECTED:             Consequence(_E, False, Party.ENGINEERS),
    Reason.POLICY_REJECTED:             Consequence(_P, False, Party.RECEIVER),
    Reason.RELAY_DENIED:                Consequence(_P, False, Party.ENGINEERS),
    Reason.RATE_LIMITED:                Consequence(_T, False, Party.ENGINEERS),
    Reason.GREYLISTED:                  Consequence(_T, False, Party.NOBODY),
    Reason.RECIPIENT_SERVER_ERROR:      Consequence(_E, False, Party.RECEIVER),
    Reason.NETWORK_ERROR:               Consequence(_T, False, Party.RECEIVER),
    Reason.EXPIRED:                     Consequence(_E, False, Party.STAFF),      # for this message; a later one may pass
    Reason.PROTOCOL_ERROR:              Consequence(_E, False, Party.ENGINEERS),
    Reason.SENDER_ACCOUNT:              Consequence(_E, False, Party.ENGINEERS),
    Reason.DECLINED:                    Consequence(_P, False, Party.RECIPIENT),
    Reason.TEMPLATE_DISABLED:           Consequence(_P, False, Party.SUPPORT),
    Reason.TEMPLATE_FAILED:             Consequence(_E, False, Party.ENGINEERS),
    Reason.NOT_OPTED_IN:                Consequence(_P, False, Party.RECIPIENT),
    Reason.QUOTA_EXCEEDED:              Consequence(_T, False, Party.STAFF),
    Reason.POLICY_HOLD:                 Consequence(_E, False, Party.SUPPORT),
    # A list entry is the memory of an earlier failure, not new evidence (vendors' drops must not count again).
    Reason.SUPPRESSED_COMPLAINT:        Consequence(_P, False, Party.RECIPIENT),
    Reason.SUPPRESSED_BAD_ADDRESS:      Consequence(_P, False, Party.STAFF),
    Reason.SUPPRESSED_REPEATED_BOUNCES: Consequence(_P, False, Party.SUPPORT),
    Reason.SUPPRESSED_UNSUBSCRIBE:      Consequence(_P, False, Party.RECIPIENT),
    Reason.SUPPRESSED_OTHER:            Consequence(_E, False, Party.SUPPORT),
    Reason.INACTIVE:                    Consequence(_P, False, Party.RECIPIENT),
    Reason.CHANNEL_DISABLED:            Consequence(_P, False, Party.SUPPORT),
    Reason.DUPLICATE:                   Consequence(_T, False, Party.NOBODY),
}  # fmt: skip
