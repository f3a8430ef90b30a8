"""Who acts, what takes too long, whose steps are given: judgement, as tables."""

from datetime import timedelta

from deliverystatus._enums import Party, Permanence, Reason, Status
from deliverystatus._suppression._words import WhyNot

#: How long a copy may be in these before something is wrong: ten minutes are what products tell their staff.
STUCK = {
    Status.PENDING:  timedelta(minutes=10),
    Status.SENDING:  timedelta(minutes=10),
    Status.ACCEPTED: timedelta(minutes=10),
}  # fmt: skip

#: After how long without news none is to be expected. Providers try for up to three days, and servers for four or five
#: (RFC 5321 section 4.5.4.1); a delivery is mostly reported at once.
QUIET_AFTER = {
    Status.DEFERRED: timedelta(days=5),
    Status.SENT:     timedelta(days=5),
}  # fmt: skip

#: Where the next thing to be heard may be a delivery.
CONFIRMED_LATER = frozenset({Status.ACCEPTED, Status.SENT, Status.DEFERRED})

#: When to look at a deferred copy again. Senders wait at least half an hour between tries (RFC 5321 section 4.5.4.1).
RETRY_SEEN_AFTER = timedelta(hours=1)

#: Who acts where no reason says it better. Total over Status.
WHO_ACTS = {
    Status.UNKNOWN:             Party.NOBODY,     # nothing reported is not a failure
    Status.PENDING:             Party.NOBODY,
    Status.SENDING:             Party.NOBODY,
    Status.WITHHELD:            Party.SUPPORT,
    Status.REJECTED:            Party.STAFF,
    Status.OUTCOME_UNKNOWN:     Party.STAFF,      # asks before anything is sent twice
    Status.ACCEPTED:            Party.NOBODY,
    Status.SENT:                Party.NOBODY,
    Status.DEFERRED:            Party.NOBODY,     # it may be tried again
    Status.DROPPED:             Party.STAFF,
    Status.UNDETERMINED_BOUNCE: Party.STAFF,
    Status.DELIVERED:           Party.NOBODY,
    Status.OPENED:              Party.NOBODY,
    Status.CLICKED:             Party.NOBODY,
    Status.UNSUBSCRIBED:        Party.NOBODY,
    Status.ACKNOWLEDGED:        Party.NOBODY,
    Status.RESPONDED:           Party.STAFF,      # reads the answer
    Status.SOFT_BOUNCED:        Party.STAFF,
    Status.BOUNCED:             Party.STAFF,
    Status.COMPLAINED:          Party.RECIPIENT,  # nobody else can take it back
}  # fmt: skip

#: Where a reason belongs, and whether its steps stand instead of the status's own or behind them.
REASON_REPLACES = {
    Status.WITHHELD:            True,
    Status.REJECTED:            True,
    Status.DEFERRED:            False,  # waiting comes first
    Status.DROPPED:             True,
    Status.UNDETERMINED_BOUNCE: False,  # and here asking: it may not have come back at all
    Status.SOFT_BOUNCED:        True,
    Status.BOUNCED:             True,
}  # fmt: skip

#: Where it is over, and somebody has to send again; so it matters whether that helps.
OVER = frozenset({Status.REJECTED, Status.DROPPED, Status.SOFT_BOUNCED, Status.BOUNCED})

#: Who sends again, so that these need not act first: what passes by itself, nobody mends. Total over Permanence.
STAFF_ACT_FOR = {
    Permanence.PERMANENT:    frozenset(),  # whoever can solve it
    Permanence.TRANSIENT:    frozenset({Party.NOBODY, Party.RECEIVER, Party.ENGINEERS}),
    Permanence.UNDETERMINED: frozenset({Party.NOBODY, Party.RECEIVER}),
}  # fmt: skip

#: Who acts on a cause that its reason does not tell alone.
CAUSE_ACTS = {
    "forwarded":         Party.RECIPIENT,  # only they know where their messages go
    "own_server":        Party.SUPPORT,    # it is on this side, so the recipient cannot help
    "doubted_complaint": Party.SUPPORT,
    "bad_address":       Party.STAFF,
    "bad_domain":        Party.STAFF,
    "manual":            Party.SUPPORT,    # who knows who stopped it
}  # fmt: skip

#: Somebody's decisions. Whether another message would fail follows from the decision, which its own text tells.
DECIDED = frozenset({
    Reason.DECLINED, Reason.TEMPLATE_DISABLED, Reason.TEMPLATE_FAILED, Reason.NOT_OPTED_IN, Reason.QUOTA_EXCEEDED,
    Reason.POLICY_HOLD, Reason.SUPPRESSED_COMPLAINT, Reason.SUPPRESSED_BAD_ADDRESS, Reason.SUPPRESSED_REPEATED_BOUNCES,
    Reason.SUPPRESSED_UNSUBSCRIBE, Reason.SUPPRESSED_OTHER, Reason.INACTIVE, Reason.CHANNEL_DISABLED, Reason.DUPLICATE,
})  # fmt: skip

#: Who acts after a release was refused, where nothing that would lift it says better. Total over WhyNot.
WHO_ACTS_NEXT = {
    WhyNot.NO_SUCH_CAUSE:      Party.NOBODY,
    WhyNot.SEVERAL_CAUSES:     Party.STAFF,
    WhyNot.NOT_BY_RELEASE:     Party.STAFF,
    WhyNot.WRONG_ACTOR:        Party.SUPPORT,
    WhyNot.WRONG_PROOF:        Party.SUPPORT,
    WhyNot.TOO_OFTEN:          Party.SUPPORT,
    WhyNot.NOT_LATER:          Party.STAFF,
    WhyNot.CAUSE_WITHOUT_TIME: Party.SUPPORT,
}  # fmt: skip

#: Whether it is tried again, as the texts call it.
RETRYING = {True: "yes", False: "no", None: "unknown"}
