"""
What suppresses an address, which messages that stops, and who lifts it with which proof: the tables of suppression.

Reasons fall in three groups. The *address* is bad, by diagnosis: one failure is enough (law 8), whatever its kind, and
whatever class digit the provider reports. The *mailbox* is full or disabled, or "user unknown" was said of somebody
else's address or only after DATA: repetition is enough, for a while. Everything else (reputation, content, size,
authentication, policy, rate, network, server, greylisting, expiry, our account, unknown) is never the address's fault.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum, unique

import attrs

from deliverystatus._enums import Channel, EventKind, Party, Purpose, Reason, Word
from deliverystatus.exceptions import UnknownName


@unique
class CauseKind(Word):
    """Why an address must not be written to; most binding first."""

    COMPLAINT = "complaint", "The recipient called a message spam."
    BAD_ADDRESS = "bad_address", "The address does not exist or cannot be reached."
    REPEATED_FAILURES = "repeated_failures", "Several messages failed, on several days, with nothing delivered since."
    UNSUBSCRIBE = "unsubscribe", "The recipient asked for no more of it."
    PROVIDER_LIST = "provider_list", "The provider's own list holds the address, so the provider would not try."


@unique
class ReleaseProof(Word):
    """What somebody who lifts a suppression vouches for."""

    FROM_SUPPRESSED_ADDRESS = (
        "from_suppressed_address",
        "A mail that came from the suppressed address itself, with an aligned DKIM or DMARC pass.",
    )
    LINK_MAILED_THERE = "link_mailed_there", "A link that was mailed to the suppressed address was followed there."
    ADDRESS_CHECKED = "address_checked", "The address was checked with the recipient, and is right."
    SUPPORT_DECISION = "support_decision", "Somebody who may decide it looked at the evidence and decided."
    RECIPIENT_REQUEST = "recipient_request", "The recipient asked for it, in person or on their own settings page."


@unique
class WhyNot(Word):
    """Why a release was refused."""

    NO_SUCH_CAUSE = "no_such_cause", "Nothing of that kind suppresses the address."
    SEVERAL_CAUSES = "several_causes", "Several causes of that kind do, and which is meant was not said."
    WRONG_ACTOR = "wrong_actor", "This is not theirs to lift."
    WRONG_PROOF = "wrong_proof", "Theirs to lift, but not with that proof."
    NOT_LATER = "not_later", "The evidence is as late as the release, or later."
    CAUSE_WITHOUT_TIME = (
        "cause_without_time",
        "Neither when it happened nor when it reached us (received_at) is known, so nothing is known to be later.",
    )


class Fact(StrEnum):
    """What an event can be to a suppression list."""

    # grounds to stop; each has its row in Rules.grounds
    COMPLAINT = "complaint"
    DOUBTED_COMPLAINT = "doubted_complaint"  #: anyone could have sent it, or one of several recipients did
    BAD_ADDRESS = "bad_address"
    FAILED = "failed"  #: a failure of the sort that counts when repeated
    UNSUBSCRIBED = "unsubscribed"
    STOPPED = "stopped"  #: an unsubscription by phone
    LISTED = "listed"
    LISTED_FAILURES = "listed_failures"
    LISTED_UNSUBSCRIBE = "listed_unsubscribe"
    # what may lift one
    DELIVERED = "delivered"
    RESUBSCRIBED = "resubscribed"
    UNLISTED = "unlisted"
    RELEASED = "released"


#: What lifts; all else is a ground.
LIFTS = frozenset({Fact.DELIVERED, Fact.RESUBSCRIBED, Fact.UNLISTED, Fact.RELEASED})

#: An unsubscription, by how it was said. Total over Channel.
STOPS = {
    Channel.EMAIL:    Fact.UNSUBSCRIBED,
    Channel.SMS:      Fact.STOPPED,  # STOP ends everything from that number (CTIA Messaging Principles, 5.1.3)
    Channel.WHATSAPP: Fact.STOPPED,
}  # fmt: skip

#: The provider's word for an entry of its own list. A complaint or bad address that is known through the list alone is
#: one nevertheless: it outlives a change of provider, and is lifted as one.
LISTED_AS = {
    Reason.SUPPRESSED_COMPLAINT:        Fact.COMPLAINT,
    Reason.SUPPRESSED_BAD_ADDRESS:      Fact.BAD_ADDRESS,
    Reason.SUPPRESSED_REPEATED_BOUNCES: Fact.LISTED_FAILURES,
    Reason.SUPPRESSED_UNSUBSCRIBE:      Fact.LISTED_UNSUBSCRIBE,
    Reason.SUPPRESSED_OTHER:            Fact.LISTED,
}  # fmt: skip

#: Kinds that say a copy is returned for good. A deferral may still be delivered; what was dropped or withheld was not
#: tried, and an undetermined bounce has no server's word.
COUNTED = frozenset({EventKind.REJECTED, EventKind.SOFT_BOUNCED, EventKind.BOUNCED})


@attrs.frozen
class Ground:
    """
    What one sort of fact means.

    Attributes:
        kind: The cause it makes.
        reason: Why a message is withheld for it.
        purposes: The messages it stops.
        releases: Who lifts it with which proof, the likeliest first.
    """

    kind: CauseKind
    reason: Reason
    purposes: frozenset[Purpose]
    releases: tuple[tuple[Party, ReleaseProof], ...]


_ALL = frozenset(Purpose)
_UNASKED = frozenset({Purpose.BULK, Purpose.INVITATION})
_BY_THE_COMPLAINER = (
    (Party.RECIPIENT, ReleaseProof.FROM_SUPPRESSED_ADDRESS),
    (Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE),
)
_BY_THE_RECIPIENT = ((Party.RECIPIENT, ReleaseProof.RECIPIENT_REQUEST), *_BY_THE_COMPLAINER)
_BY_DECISION = ((Party.SUPPORT, ReleaseProof.SUPPORT_DECISION), (Party.STAFF, ReleaseProof.SUPPORT_DECISION))
_BY_SUPPORT = ((Party.SUPPORT, ReleaseProof.SUPPORT_DECISION),)
_BY_CHECKING = ((Party.STAFF, ReleaseProof.ADDRESS_CHECKED), (Party.SUPPORT, ReleaseProof.ADDRESS_CHECKED))

#: Total over the facts that are grounds.
GROUNDS = {
    # mailbox providers hold the sender to it, whoever else asks: only the one who complained can take it back
    Fact.COMPLAINT: Ground(CauseKind.COMPLAINT, Reason.SUPPRESSED_COMPLAINT, _ALL, _BY_THE_COMPLAINER),
    Fact.DOUBTED_COMPLAINT: Ground(
        CauseKind.COMPLAINT,
        Reason.SUPPRESSED_COMPLAINT,
        frozenset({Purpose.BULK}),  # forged, or somebody else's: an appointment must not depend on it
        (*_BY_DECISION, *_BY_THE_COMPLAINER),
    ),
    Fact.BAD_ADDRESS: Ground(CauseKind.BAD_ADDRESS, Reason.SUPPRESSED_BAD_ADDRESS, _ALL, _BY_CHECKING),
    Fact.FAILED: Ground(CauseKind.REPEATED_FAILURES, Reason.SUPPRESSED_REPEATED_BOUNCES, _ALL, _BY_DECISION),
    # who left a newsletter still wants the receipt and the new password
    Fact.UNSUBSCRIBED: Ground(CauseKind.UNSUBSCRIBE, Reason.SUPPRESSED_UNSUBSCRIBE, _UNASKED, _BY_THE_RECIPIENT),
    Fact.STOPPED: Ground(CauseKind.UNSUBSCRIBE, Reason.SUPPRESSED_UNSUBSCRIBE, _ALL, _BY_THE_RECIPIENT),
    Fact.LISTED: Ground(CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_OTHER, _ALL, _BY_SUPPORT),
    Fact.LISTED_FAILURES: Ground(CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_REPEATED_BOUNCES, _ALL, _BY_SUPPORT),
    Fact.LISTED_UNSUBSCRIBE: Ground(
        CauseKind.PROVIDER_LIST, Reason.SUPPRESSED_UNSUBSCRIBE, _UNASKED, _BY_THE_RECIPIENT
    ),
}

#: Failures are kept of so many days, the latest (law 6): no rule can ask for more.
KEPT_DAYS = 31


def _days(_: object, attribute: "attrs.Attribute[int]", value: int) -> None:
    if not 1 <= value <= KEPT_DAYS:
        raise ValueError(f"{attribute.name}: expected 1 to {KEPT_DAYS}")


def _duration(_: object, attribute: "attrs.Attribute[timedelta]", value: timedelta) -> None:
    if value <= timedelta():
        raise ValueError(f"{attribute.name}: expected a positive duration")


@attrs.frozen(kw_only=True)
class Rules:
    """
    What suppresses, for how long, and who lifts it.

    Attributes:
        name: What the rules are called, in ``RULES`` or by the caller.
        repeated: Reasons that suppress when repeated; those that make an address bad always do.
        days: On so many days (UTC), each with another copy, something must have failed.
        window: Within this time.
        lasts: So long after the last of them the suppression ends: nothing delivers to a suppressed address, so
            nothing else could show that the mailbox works again.
        grounds: What each sort of fact means.
    """

    name: str
    repeated: frozenset[Reason] = frozenset({Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED})
    days: int = attrs.field(default=3, validator=_days)
    window: timedelta = attrs.field(default=timedelta(days=30), validator=_duration)
    lasts: timedelta = attrs.field(default=timedelta(days=30), validator=_duration)
    grounds: Mapping[Fact, Ground] = attrs.field(default=GROUNDS, repr=False, hash=False)


RULES: Mapping[str, Rules] = {
    # three days in thirty: full mailboxes are emptied, and one weekend of trouble is no evidence
    "default": Rules(name="default"),
}


def rules_of(rules: str | Rules) -> Rules:
    """
    Give the rules of that name.

    Raises:
        UnknownName: If there are none.
    """
    if isinstance(rules, Rules):
        return rules
    UnknownName.refuse("suppression rules", rules, RULES)
    return RULES[rules]
