"""
The vocabularies: every closed list of words this library speaks, each word with its one-line meaning.

They import nothing of ours. Members are strings, so they can be stored, compared and sent as they are; ``ordinal`` is
a member's place in its list for stores that want numbers. **Members are appended, never moved or removed**: a test
pins the ordinals. A new member must get its row in every table that is total over its enum; tests see to that too.
"""

from enum import StrEnum, unique


class Word(StrEnum):
    """
    A word of a closed vocabulary.

    Attributes:
        meaning: What the word means, in one line.
        ordinal: Its place in the vocabulary, from 0; never changes.
    """

    meaning: str
    ordinal: int

    def __new__(cls, value: str, meaning: str = "") -> "Word":  # noqa: PYI034 (an enum's __new__ cannot give Self)
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        word.ordinal = len(cls.__members__)
        return word


@unique
class EventKind(Word):
    """What a provider, or our own side, said happened."""

    # our own side
    PENDING = "pending", "Created on our side; nothing was handed over yet."
    SENDING = "sending", "Being handed over to the provider."
    WITHHELD = "withheld", "We decided not to send; the reason says why."
    REJECTED = "rejected", "The hand-over was refused: at RCPT on our own SMTP connection, or by an API error."
    OUTCOME_UNKNOWN = "outcome_unknown", "The connection broke before the answer: it may have been sent, or not."
    # transport
    ACCEPTED = "accepted", "The provider has it and means to send it."
    SENT = "sent", "Handed on to the next server, which promised nothing more (RFC 3464: relayed and expanded too)."
    DEFERRED = "deferred", "Refused for now; it may still be tried again."
    DELIVERED = "delivered", "The recipient's server, or device, confirmed that it took the message."
    DROPPED = "dropped", "The provider did not try, or refused it after accepting it."
    UNDETERMINED_BOUNCE = "undetermined_bounce", "Reported as returned without any server's word; may be an auto-reply."
    SOFT_BOUNCED = "soft_bounced", "Returned for good by a server's word; the cause may pass or is not the address's."
    BOUNCED = "bounced", "Returned, and reported as permanent."
    # engagement
    OPENED = "opened", "The tracking image was loaded."
    CLICKED = "clicked", "A tracked link was followed."
    # feedback and answer
    UNSUBSCRIBED = "unsubscribed", "The recipient, or a link scanner, asked for no more mail in some scope."
    ACKNOWLEDGED = "acknowledged", "The recipient followed the link that confirms receipt."
    RESPONDED = "responded", "The recipient chose an answer; the value is the answer."
    COMPLAINED = "complained", "The recipient called it spam, through a feedback loop (RFC 5965)."
    # never on the headline
    RESUBSCRIBED = "resubscribed", "An unsubscription was taken back."
    OPTED_IN = "opted_in", "The recipient asked to be written to."
    MARKED_NOT_SPAM = "marked_not_spam", "The recipient took it out of spam (ARF not-spam); lifts nothing."
    RELEASED = "released", "A suppression was lifted, with an actor and a proof."
    AUTO_REPLIED = "auto_replied", "A machine answered: out of office, or a challenge (RFC 3834)."
    ADDRESS_CHANGED = "address_changed", "The recipient, or their provider, says there is a new address."
    SUPPRESSION_CHANGED = "suppression_changed", "The provider's own suppression list gained or lost the address."
    ACTIVE = "active", "The recipient did something elsewhere: a transaction, a login."
    UNKNOWN = "unknown", "The provider said something we do not know; kept, never guessed."


@unique
class Status(Word):
    """Where a copy stands, as read off its record by a policy."""

    UNKNOWN = "unknown", "Nothing that says where it stands has been reported."
    PENDING = "pending", "Created on our side; nothing was handed over yet."
    SENDING = "sending", "Being handed over to the provider."
    WITHHELD = "withheld", "We decided not to send it."
    REJECTED = "rejected", "The hand-over was refused."
    OUTCOME_UNKNOWN = "outcome_unknown", "It may have been sent, or not."
    ACCEPTED = "accepted", "The provider has it and means to send it."
    SENT = "sent", "Handed on; whether it arrived was not reported."
    DEFERRED = "deferred", "Refused for now; it may still be tried again."
    DROPPED = "dropped", "The provider did not try to deliver it."
    UNDETERMINED_BOUNCE = "undetermined_bounce", "Reported as returned, without any server's word."
    DELIVERED = "delivered", "The recipient's server, or device, took it."
    OPENED = "opened", "It was opened, by a person as far as anyone can tell."
    CLICKED = "clicked", "A link in it was followed, by a person as far as anyone can tell."
    UNSUBSCRIBED = "unsubscribed", "It led to an unsubscription."
    ACKNOWLEDGED = "acknowledged", "Its receipt was confirmed."
    RESPONDED = "responded", "It was answered."
    SOFT_BOUNCED = "soft_bounced", "Returned for good; the cause may pass or is not the address's."
    BOUNCED = "bounced", "Returned, and reported as permanent."
    COMPLAINED = "complained", "The recipient called it spam."


@unique
class Axis(Word):
    """The four questions a record answers apart; an axis never overwrites another."""

    OWN_SIDE = "own_side", "What did we do with it?"
    TRANSPORT = "transport", "How far did it get?"
    ENGAGEMENT = "engagement", "Was it looked at?"
    FEEDBACK = "feedback", "What did the recipient answer?"


@unique
class Reason(Word):
    """Why it failed, or was not sent."""

    UNKNOWN = "unknown", "Nothing said why, or nothing we understand."
    # the address, or the mailbox
    UNKNOWN_RECIPIENT = "unknown_recipient", "The mailbox does not exist, or has moved or changed hands."
    INVALID_ADDRESS = "invalid_address", "The address is malformed or cannot be routed."
    UNKNOWN_DOMAIN = "unknown_domain", "The domain does not exist or takes no mail."
    MAILBOX_DISABLED = "mailbox_disabled", "The mailbox exists but is suspended, inactive or locked."
    MAILBOX_FULL = "mailbox_full", "The mailbox is over its quota."
    RECIPIENT_REFUSED = "recipient_refused", "The recipient or group takes mail from chosen senders only."
    # our content
    MESSAGE_TOO_LARGE = "message_too_large", "The message is larger than the receiver takes."
    CONTENT_REJECTED = "content_rejected", "Malformed, infected, or a forbidden attachment or header."
    SPAM_CONTENT = "spam_content", "The content was judged to be spam."
    # us as a sender
    REPUTATION_BLOCKED = "reputation_blocked", "The sending address or domain is blocked or badly reputed."
    SENDER_AUTHENTICATION = "sender_authentication", "SPF, DKIM, DMARC, reverse DNS or HELO did not satisfy."
    SENDER_REJECTED = "sender_rejected", "The From or envelope sender address was refused."
    POLICY_REJECTED = "policy_rejected", "Refused by a policy that was not told."
    RELAY_DENIED = "relay_denied", "The server asked is not responsible for that domain."
    RATE_LIMITED = "rate_limited", "Too many messages, connections or recipients at a time."
    GREYLISTED = "greylisted", "Told to come back later, as first contacts are."
    # the way
    RECIPIENT_SERVER_ERROR = "recipient_server_error", "The receiving system is out of order, full or overloaded."
    NETWORK_ERROR = "network_error", "No connection, a time-out, a loop, or DNS out of order."
    EXPIRED = "expired", "Retried until the time was up; no better cause is known."
    PROTOCOL_ERROR = "protocol_error", "The two sides did not agree on how to talk: syntax, TLS, character sets."
    SENDER_ACCOUNT = "sender_account", "Our account at the provider: credentials, limits, unverified, suspended."
    # not sent, by somebody's decision
    DECLINED = "declined", "The recipient chose not to get this type of message."
    TEMPLATE_DISABLED = "template_disabled", "This type of message is switched off for the whole account."
    TEMPLATE_FAILED = "template_failed", "The message could not be made from its template."
    NOT_OPTED_IN = "not_opted_in", "The recipient has not agreed to get this type of message."
    QUOTA_EXCEEDED = "quota_exceeded", "The account has used up the messages it may send."
    POLICY_HOLD = "policy_hold", "Our own system held the message back."
    SUPPRESSED_COMPLAINT = "suppressed_complaint", "Not tried: the recipient called an earlier message spam."
    SUPPRESSED_BAD_ADDRESS = "suppressed_bad_address", "Not tried: an earlier message to the address bounced."
    SUPPRESSED_REPEATED_BOUNCES = "suppressed_repeated_bounces", "Not tried: several earlier messages bounced."
    SUPPRESSED_UNSUBSCRIBE = "suppressed_unsubscribe", "Not tried: the recipient unsubscribed."
    SUPPRESSED_OTHER = "suppressed_other", "Not tried: the address is on a suppression list, why is not known."
    INACTIVE = "inactive", "The recipient has not been active for so long that bulk mail was stopped."
    CHANNEL_DISABLED = "channel_disabled", "This channel is not switched on for the account."
    DUPLICATE = "duplicate", "The same message to the same recipient was already handed over."


@unique
class Permanence(Word):
    """Would a later message to this address fail too? Diagnosed; never read off the class digit."""

    PERMANENT = "permanent", "Yes, until somebody changes something."
    TRANSIENT = "transient", "Probably not: the cause passes by itself."
    UNDETERMINED = "undetermined", "Nobody can tell from what was said."


@unique
class Actor(Word):
    """Who opened, clicked or answered."""

    UNKNOWN = "unknown", "Nobody can tell; the default."
    MACHINE = "machine", "A machine, by the provider's own flag: a proxy, a prefetcher, a link scanner."
    HUMAN = "human", "A person, by the caller's word: a typed answer, a submitted form. No provider gives it."


@unique
class Attribution(Word):
    """How surely an event is about this recipient."""

    EXACT = "exact", "The provider names this recipient."
    CANDIDATE = "candidate", "One of several recipients, this one among them, did it."
    MESSAGE = "message", "Somebody this message went to did it; who is not said."


@unique
class Channel(Word):
    """How the message travels."""

    EMAIL = "email", "Electronic mail."
    SMS = "sms", "A text message to a phone."
    WHATSAPP = "whatsapp", "A WhatsApp message."


@unique
class Purpose(Word):
    """What a message is for; decides which suppressions bind it."""

    TRANSACTIONAL = "transactional", "Something this recipient asked for or must know: an appointment, a receipt."
    BULK = "bulk", "The same to many: news, offers, campaigns."
    INVITATION = "invitation", "A first message to somebody who has not asked for any."


@unique
class ScopeKind(Word):
    """What an unsubscription or a list entry covers."""

    EVERYTHING = "everything", "All mail from this sender."
    STREAM = "stream", "One message stream of the provider's account."
    GROUP = "group", "One unsubscribe group."
    TOPIC = "topic", "One topic of a contact list."
    TAG = "tag", "Messages that carry one tag."
    LIST = "list", "One mailing list."
    SENDER = "sender", "One sender number."


@unique
class Party(Word):
    """Who has to act next, who may lift a suppression, whose decision it was."""

    NOBODY = "nobody", "Nothing to do, or nothing but wait."
    RECIPIENT = "recipient", "The person the message was for."
    STAFF = "staff", "Whoever wrote to them and looks at the status."
    SUPPORT = "support", "The support of the product that sends."
    ENGINEERS = "engineers", "Those who run the sending side: set-up, DNS, content, account."
    PROVIDER = "provider", "The company that sends for us."
    RECEIVER = "receiver", "Those who run the recipient's mail server or network."


@unique
class Contradiction(Word):
    """Two things a record holds that cannot both be the whole truth. Reported, never hidden."""

    DELIVERED_AND_RETURNED = "delivered_and_returned", "Reported as delivered, and as returned."
    ENGAGED_AND_RETURNED = "engaged_and_returned", "Opened, clicked or answered, and reported as returned."
    NOT_SENT_AND_DELIVERED = "not_sent_and_delivered", "Withheld, rejected or dropped, and reported as delivered."
    CLASS_AGAINST_DIAGNOSIS = (
        "class_against_diagnosis",
        "The provider's class says one thing, the server's reply another.",
    )
