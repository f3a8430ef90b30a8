"""
Elastic Email: a notification is one GET with everything in its query, or the same as a form, about one recipient.

Sources, as [E1] to [E6] below:
 E1  https://help.elasticemail.com/en/articles/4804685-notification-settings (the fields, statuses and categories)
 E2  https://help.elasticemail.com/en/articles/2300650-what-are-the-bounce-error-categories-and-filters
 E3  http://elasticemail.com/email-delivery-error-categories (older, and says more of some)
 E4  https://github.com/ElasticEmail/ElasticEmail.WebApiClient-python (what each status means: LogJobStatus)
 E5  https://github.com/ElasticEmail/elasticemail-python docs/models/MessageCategory.md
 E6  https://github.com/klebervirgilio/elasticemail spec/notificaiton_spec.rb (a notification, as observed)

Quirks:
 - ``transaction`` is what the send call's answer has, one for all its recipients [E1]; older notifications have it too, while
   ``messageid`` came later. So the former is the message id, and the latter only where it is missing.
 - ``date`` is in UTC [E1], in a form that is documented nowhere: "9/30/2016 5:34:21 PM" was observed [E6], and is the only one
   that is read. A time in another form counts as none, rather than be guessed, and the event stays.
 - An ``Error`` is an end: what is tried again, for 48 hours, is not told of [E2, E4]. Why it ended, only ``category`` says:
   no reply is in a notification. ``category`` stands on every notification, and means nothing on the others [E6].
 - ``postback`` is a text of the sender's own, and the only one: the key "postback" makes it the reference.
 - What else stands in the webhook's URL is in the query of every call, so fields that are not listed in [E1] are not the
   sender's data.
 - Notifications have no id, are not signed, and cannot tell machines; whether a call is repeated is not documented. After
   1,000 failures notifications are switched off [E1].
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, Habits, Outcome, Precision, Provider
from deliverystatus._enums import EventKind, Reason
from deliverystatus._events import Event
from deliverystatus._values import EVERYTHING, Details, Failure, Source
from deliverystatus.exceptions import PayloadError

#: ``status`` [E1, E4]
STATUSES = {
    "Sent":         EventKind.DELIVERED,            # "has been successfully delivered" [E4]
    "Opened":       EventKind.OPENED,
    "Clicked":      EventKind.CLICKED,
    "Error":        EventKind.UNDETERMINED_BOUNCE,  # but see CATEGORIES
    "AbuseReport":  EventKind.COMPLAINED,
    "Unsubscribed": EventKind.UNSUBSCRIBED,
}  # fmt: skip

#: ``category`` of an Error: what happened, and what the word stands for [E1, E2, E3, E5]
CATEGORIES = {
    "NoMailbox":             (EventKind.BOUNCED,             Reason.UNKNOWN_RECIPIENT),
    "AccountProblem":        (EventKind.SOFT_BOUNCED,        Reason.MAILBOX_DISABLED),       # or full: which is not said
    "DNSProblem":            (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),          # or no such domain, likewise
    "Spam":                  (EventKind.SOFT_BOUNCED,        Reason.SPAM_CONTENT),           # by a filter; see AbuseReport
    "BlackListed":           (EventKind.SOFT_BOUNCED,        Reason.REPUTATION_BLOCKED),
    "SPFProblem":            (EventKind.SOFT_BOUNCED,        Reason.SENDER_AUTHENTICATION),
    "WhitelistingProblem":   (EventKind.SOFT_BOUNCED,        Reason.RECIPIENT_REFUSED),      # takes mail from some hosts only
    "GreyListed":            (EventKind.SOFT_BOUNCED,        Reason.GREYLISTED),             # for 48 hours: no more attempts
    "Throttled":             (EventKind.SOFT_BOUNCED,        Reason.RATE_LIMITED),
    "Timeout":               (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "ConnectionProblem":     (EventKind.SOFT_BOUNCED,        Reason.NETWORK_ERROR),
    "ConnectionTerminated":  (EventKind.UNDETERMINED_BOUNCE, Reason.NETWORK_ERROR),          # it may have been taken
    "ContentFilter":         (EventKind.UNDETERMINED_BOUNCE, Reason.CONTENT_REJECTED),       # whose filter is not said
    "CodeError":             (EventKind.UNDETERMINED_BOUNCE, None),                          # something unexpected
    "Unknown":               (EventKind.UNDETERMINED_BOUNCE, None),
    "Ignore":                (EventKind.DROPPED,             Reason.SUPPRESSED_OTHER),       # bounced or unsubscribed before
    "NotDelivered":          (EventKind.DROPPED,             Reason.SUPPRESSED_OTHER),       # "suppressed": blocked, mostly
    "NotDeliveredCancelled": (EventKind.DROPPED,             Reason.POLICY_HOLD),
    "ManualCancel":          (EventKind.DROPPED,             Reason.POLICY_HOLD),            # the sender took it back
}  # fmt: skip
UNLISTED_CATEGORY = (EventKind.UNDETERMINED_BOUNCE, None)

_STATUSES = {word.lower(): kind for word, kind in STATUSES.items()}
_CATEGORIES = {word.lower(): row for word, row in CATEGORIES.items()}  # "SPam" is documented as well
_DATE = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}) (\d\d?):(\d\d):(\d\d) ([AP])M", re.ASCII)
_NOON = 12


def elements(payload: Any) -> Body:
    """Give the one element: the query, or the form."""
    if not isinstance(payload, dict):
        raise PayloadError(f"expected a form, got {type(payload).__name__}")
    if "status" not in payload or not ("transaction" in payload or "messageid" in payload):
        raise PayloadError("expected a form with a status and a transaction")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read the element: an event."""
    fields = reading.firsts(element)
    kind = _STATUSES.get(reading.required(fields, "status").strip().lower(), EventKind.UNKNOWN)
    failure = None
    if kind is EventKind.UNDETERMINED_BOUNCE:
        category = reading.loose_text(fields.get("category"))
        kind, claimed = _CATEGORIES.get((category or "").strip().lower(), UNLISTED_CATEGORY)
        failure = Failure(reported=category or "Error", claimed=claimed)
    return Event.read(
        kind,
        source,
        reading.address(fields, "to"),
        reading.loose_text(fields.get("transaction")) or reading.loose_text(fields.get("messageid")),
        reading.loose_text(fields.get("postback")) if source.reference_key == "postback" else None,
        _time(fields.get("date")),
        failure=failure,
        details=partial(details, element, kind),
    )


def _time(written: object) -> datetime | None:
    found = _DATE.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        return None
    month, day, year, hour, minute, second = map(int, found.groups()[:-1])
    if not 1 <= hour <= _NOON:
        return None
    try:
        return datetime(year, month, day, hour % _NOON + (_NOON if found[7] == "P" else 0), minute, second, tzinfo=UTC)
    except ValueError:  # no such day: the day may have come first
        return None


def details(element: Mapping[str, Any], kind: EventKind) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    fields = reading.firsts(element)
    return Details(
        scope=EVERYTHING if kind is EventKind.UNSUBSCRIBED else None,
        value=reading.loose_text(fields.get("status")) if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(fields.get("target")) if kind is EventKind.CLICKED else None,
        tags=reading.strings(fields.get("channel")),
        metadata=reading.metadata({"postback": fields.get("postback") or None}),
    )


PROVIDER = Provider(
    name="elastic_email",
    title="Elastic Email",
    elements=elements,
    read=read,
    tables={"status": STATUSES, "category": CATEGORIES},
    scheme=signing.shared_secret(),
    habits=Habits(
        precision=Precision.SECOND,
        lists=("bounces", "complaints", "unsubscribes"),
        repeats_lost_delivery=False,  # nothing says that it does
    ),
)
parse = PROVIDER.parse
