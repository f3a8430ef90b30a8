"""The words of suppression: causes, proofs, refusals, incidents, and what an event can be to a list."""

from enum import StrEnum, unique

from deliverystatus._enums import Word


@unique
class CauseKind(Word):
    """Why an address must not be written to; most binding first."""

    COMPLAINT = "complaint", "The recipient called a message spam."
    BAD_ADDRESS = "bad_address", "The address does not exist or cannot be reached."
    BAD_DOMAIN = "bad_domain", "The domain of the address does not exist or takes no mail."
    REPEATED_FAILURES = "repeated_failures", "Several messages failed, on several days, with nothing delivered since."
    UNSUBSCRIBE = "unsubscribe", "The recipient asked for no more of it."
    DECLINED = "declined", "The recipient chose not to get this type of message."
    MANUAL = "manual", "Somebody on our side stopped it by hand."
    POLICY_HOLD = "policy_hold", "Our own system holds messages to this recipient back."
    NOT_OPTED_IN = "not_opted_in", "The recipient has not agreed to get this type of message."
    TEMPLATE_DISABLED = "template_disabled", "This type of message is switched off for the whole account."
    CHANNEL_DISABLED = "channel_disabled", "This channel is not switched on for the account."
    QUOTA_EXCEEDED = "quota_exceeded", "The account has used up the messages it may send."
    INACTIVE = "inactive", "The recipient has not been active for so long that bulk mail was stopped."
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
    SETTING_CHANGED = "setting_changed", "What it comes from was changed: a setting, a plan, an agreement."
    NEW_ACTIVITY = "new_activity", "The recipient did something that counts as being active again."


@unique
class WhyNot(Word):
    """Why a release was refused."""

    NO_SUCH_CAUSE = "no_such_cause", "Nothing of that kind suppresses the address."
    SEVERAL_CAUSES = "several_causes", "Several causes of that kind do, and which is meant was not said."
    NOT_BY_RELEASE = "not_by_release", "It ends when what it comes from changes, and not by a release."
    WRONG_ACTOR = "wrong_actor", "This is not theirs to lift."
    WRONG_PROOF = "wrong_proof", "Theirs to lift, but not with that proof."
    TOO_OFTEN = "too_often", "The recipient has lifted it as often as the rules allow."
    NOT_LATER = "not_later", "The evidence is as late as the release, or later."
    CAUSE_WITHOUT_TIME = (
        "cause_without_time",
        "Neither when it happened nor when it reached us (received_at) is known, so nothing is known to be later.",
    )


@unique
class IncidentKind(Word):
    """What goes wrong where many messages fail at once: ours or the receiver's trouble, and not the addresses'."""

    SENDER_FAULT = "sender_fault", "Many recipients were refused for one reason that lies with the sender."
    CAMPAIGN_DROPPED = "campaign_dropped", "The provider dropped a whole campaign for one reason."
    RECEIVER_REFUSES = "receiver_refuses", "One receiving domain refuses many addresses that it took before."
    DOMAINS_UNKNOWN = "domains_unknown", "Domains that took mail before are not found: names cannot be looked up."


class SuppressionFact(StrEnum):
    """What an event can be to a suppression list."""

    # grounds to stop; each has its row in Rules.grounds
    COMPLAINT = "complaint"
    DOUBTED_COMPLAINT = "doubted_complaint"  #: anyone could have sent it, or one of several recipients did
    BAD_ADDRESS = "bad_address"
    BAD_DOMAIN = "bad_domain"  #: of everybody there
    FAILED = "failed"  #: a failure of the sort that counts when repeated
    UNSUBSCRIBED = "unsubscribed"
    STOPPED = "stopped"  #: an unsubscription by phone
    MANUAL_BY_STAFF = "manual_by_staff"
    MANUAL_BY_SUPPORT = "manual_by_support"
    LISTED = "listed"
    LISTED_FAILURES = "listed_failures"
    LISTED_UNSUBSCRIBE = "listed_unsubscribe"
    # what may lift one
    DELIVERED = "delivered"
    RESUBSCRIBED = "resubscribed"
    UNLISTED = "unlisted"
    RELEASED = "released"
    # what neither stops nor lifts by itself
    TRIED = "tried"  #: a message was handed over
    ENGAGED = "engaged"  #: opened, clicked, answered
    ACTIVE = "active"  #: what ends inactivity
    OPTED_IN = "opted_in"
    TOOK_MAIL = "took_mail"  #: the first delivery; for incidents
    REFUSED = "refused"  #: the first failure of an address that took mail before, perhaps; for incidents
    TURNED_BACK = "turned_back"  #: the first failure of an hour for a reason that lies with the sender; for incidents


#: As the package itself calls it; outside, a fact is one that is counted.
Fact = SuppressionFact
