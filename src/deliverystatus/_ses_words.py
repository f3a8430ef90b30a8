"""
The words in which Amazon SES says why a mail came back, which others who send through it pass on.

Sources, as [W1] to [W4] below:
 W1  https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (bounce types)
 W2  https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
 W3  https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
 W4  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SuppressionConditionThreshold.html (Auto Validation)

Quirks:
 - A bounce may be of a message that SES never tried: what is DROPPED below.
 - NoEmail is "the email address doesn't exist" [W1]. An older text has it that the bounce did not say whose it was.
 - Transient/General without any server's word may be an out-of-office reply [W2].
"""

from deliverystatus._enums import EventKind, Reason

#: ``bounceType`` and ``bounceSubType``: what happened, and which reason they stand for [W1]
BOUNCES = {
    ("Undetermined", "Undetermined"):          (EventKind.UNDETERMINED_BOUNCE, None),
    ("Permanent", "General"):                  (EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT),  # "remove the address"
    ("Permanent", "NoEmail"):                  (EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT),
    ("Permanent", "Suppressed"):               (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),  # the list of all senders
    ("Permanent", "OnAccountSuppressionList"): (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),  # listed for a bounce [W3]
    ("Permanent", "OnTenantSuppressionList"):  (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),
    ("Permanent", "EmailValidationSuppressed"): (EventKind.DROPPED, Reason.SUPPRESSED_OTHER),  # by a forecast [W4]
    ("Transient", "General"):                  (EventKind.UNDETERMINED_BOUNCE, None),          # may be an auto-reply
    ("Transient", "MailboxFull"):              (EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL),
    ("Transient", "MessageTooLarge"):          (EventKind.SOFT_BOUNCED, Reason.MESSAGE_TOO_LARGE),
    ("Transient", "CustomTimeoutExceeded"):    (EventKind.SOFT_BOUNCED, Reason.EXPIRED),       # the sender's own limit
    ("Transient", "ContentRejected"):          (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
    ("Transient", "AttachmentRejected"):       (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
}  # fmt: skip

#: The list is open; what is not on it says that something came back, and nothing against the address: most of what was
#: added to it over the years, Permanent too, was never tried
UNLISTED_BOUNCE = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``bounceType``: what such a one is if a server gave a reply, for then it was tried, and is no auto-reply
BY_A_SERVERS_WORD = {
    "Undetermined": EventKind.SOFT_BOUNCED,
    "Permanent":    EventKind.BOUNCED,
    "Transient":    EventKind.SOFT_BOUNCED,
}  # fmt: skip
UNLISTED_TYPE = EventKind.SOFT_BOUNCED

#: ``bounceSubType``: what it stands for, whichever type it is of; a word of two types is shown as of the graver one
SUB_TYPES = {sub_type: row for (_, sub_type), row in reversed(BOUNCES.items())}


def with_reply(kind: EventKind, bounce_type: str) -> EventKind:
    """Give what a bounce is, of that kind by its words, if a server gave a reply."""
    return BY_A_SERVERS_WORD.get(bounce_type, UNLISTED_TYPE) if kind is EventKind.UNDETERMINED_BOUNCE else kind
