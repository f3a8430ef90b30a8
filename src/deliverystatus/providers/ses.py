"""
Amazon SES: each event is one JSON object, about one message, which comes bare or wrapped by SNS and others (``_sns``).

Sources, as [A1] to [A10] below:
 A1  https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (``eventType``)
 A2  https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html (``notificationType``)
 A3  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_EventDestination.html (what each event means)
 A4  https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
 A5  https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html
 A6  https://github.com/spatie/laravel-mailcoach-ses-feedback tests/stubs (captured payloads)
 A7  https://github.com/Aerendir/bundle-aws-ses-monitor (AmazonSnsSubscriptionSucceeded)
 A8  https://docs.aws.amazon.com/ses/latest/dg/sending-email-list-management.html
 A9  https://www.iana.org/assignments/marf-parameters (``complaintFeedbackType``)
 A10 https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html

Quirks:
 - Two dialects: feedback of an identity has ``notificationType`` and no tags, publishing of a configuration set has
   ``eventType``. With both set up a fact comes twice, with two SNS ids and one ``feedbackId`` [A2].
 - One event names several recipients, or none: then all that are in ``mail.destination``, and of an opening nobody knows
   whose it was. A rejection is of the message, and so of each copy.
 - Those who complained are a guess: everyone at the domain that the complaint came from [A1].
 - A bounce may be of a message that SES never tried (Suppressed, On...List) [A1, A4], and a Transient/General without any
   server's word may be an out-of-office reply [A2]. Those texts begin with "Amazon SES", and are no server's.
 - A bounce names the report's Final-Recipient, which need not be whom the mail was addressed to [A1].
 - A report's ``action`` may be ``delayed``, in one bounce with others that failed [A2].
 - ``mail.timestamp`` is when it was sent; the event's own time stands in the object of the event, if it has one.
 - Times are also written ``2026-03-02T09:15:07 +0000`` [A2].
 - ``complaint.userAgent`` is the feedback loop's, no browser's. Nobody says whether an opening was a machine's.
 - ``mail.commonHeaders.messageId`` may be the sender's Message-ID or that of SES [A6]: not read.
 - SNS sends again three times within a minute unless told otherwise, and at most for an hour, and only after errors of
   the server's side [A10]: to have an event again, answer 5xx.
 - An opt-out changes one topic or all; a contact who takes back "all" is still out of the topics left before [A8].
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

import attrs

from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus import _sns
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Attribution, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import comparable
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``eventType``: what happened, and which object tells of it [A1, A3]
EVENTS = {
    "Send":              (EventKind.ACCEPTED,            "send"),     # also if a list will stop it [A3]
    "Delivery":          (EventKind.DELIVERED,           "delivery"),
    "Bounce":            (EventKind.UNDETERMINED_BOUNCE, "bounce"),   # but see BOUNCES
    "Complaint":         (EventKind.COMPLAINED,          "complaint"),  # but see FEEDBACK and LISTS
    "Reject":            (EventKind.DROPPED,             "reject"),
    "Open":              (EventKind.OPENED,              "open"),
    "Click":             (EventKind.CLICKED,             "click"),
    "Rendering Failure": (EventKind.DROPPED,             "failure"),  # the blank is theirs
    "DeliveryDelay":     (EventKind.DEFERRED,            "deliveryDelay"),
    "Subscription":      (EventKind.UNSUBSCRIBED,        "subscription"),  # but see PREFERENCES
}  # fmt: skip

#: ``notificationType`` of what is about no recipient of ours [A7]
NOTICES = {
    "AmazonSnsSubscriptionSucceeded": "notifications of an identity were switched on",
    "Received": "an incoming mail",
}

#: ``bounceType`` and ``bounceSubType``: what happened, and which reason they stand for [A1]
BOUNCES = {
    ("Undetermined", "Undetermined"):          (EventKind.UNDETERMINED_BOUNCE, None),
    ("Permanent", "General"):                  (EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT),  # "remove the address"
    ("Permanent", "NoEmail"):                  (EventKind.BOUNCED, Reason.UNKNOWN_RECIPIENT),
    ("Permanent", "Suppressed"):               (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),  # the list of all senders
    ("Permanent", "OnAccountSuppressionList"): (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),  # listed for a bounce
    ("Permanent", "OnTenantSuppressionList"):  (EventKind.DROPPED, Reason.SUPPRESSED_BAD_ADDRESS),
    ("Permanent", "EmailValidationSuppressed"): (EventKind.DROPPED, Reason.SUPPRESSED_OTHER),  # a guess: nobody refused
    ("Transient", "General"):                  (EventKind.UNDETERMINED_BOUNCE, None),          # may be an auto-reply [A2]
    ("Transient", "MailboxFull"):              (EventKind.SOFT_BOUNCED, Reason.MAILBOX_FULL),
    ("Transient", "MessageTooLarge"):          (EventKind.SOFT_BOUNCED, Reason.MESSAGE_TOO_LARGE),
    ("Transient", "CustomTimeoutExceeded"):    (EventKind.SOFT_BOUNCED, Reason.EXPIRED),       # the sender's own limit
    ("Transient", "ContentRejected"):          (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
    ("Transient", "AttachmentRejected"):       (EventKind.SOFT_BOUNCED, Reason.CONTENT_REJECTED),
}  # fmt: skip

#: The list is open; what is not on it says that something came back, and nothing against the address
UNLISTED_BOUNCE = (EventKind.UNDETERMINED_BOUNCE, None)

#: ``bounceType``: what such a one is if a server gave a reply, for then it was tried, and is no auto-reply
BY_A_SERVERS_WORD = {
    "Undetermined": EventKind.SOFT_BOUNCED,
    "Permanent":    EventKind.BOUNCED,
    "Transient":    EventKind.SOFT_BOUNCED,
}  # fmt: skip
UNLISTED_TYPE = EventKind.SOFT_BOUNCED

#: ``action`` of a bounced recipient: what happened to that one, whatever happened to the others [A2]
ACTIONS = {
    "failed":  None,                # what the type says
    "delayed": EventKind.DEFERRED,  # somebody behind the next server still tries
}  # fmt: skip

#: ``complaintSubType`` of what was not tried: the address was on a list for a complaint [A2, A4]
LISTS = {
    "OnAccountSuppressionList": Reason.SUPPRESSED_COMPLAINT,
    "OnTenantSuppressionList":  Reason.SUPPRESSED_COMPLAINT,
}  # fmt: skip

#: ``complaintFeedbackType`` [A1, A9]; none at all is a complaint too
FEEDBACK = {
    "abuse":        EventKind.COMPLAINED,
    "fraud":        EventKind.COMPLAINED,
    "virus":        EventKind.COMPLAINED,
    "other":        EventKind.COMPLAINED,
    "not-spam":     EventKind.MARKED_NOT_SPAM,
    "auth-failure": EventKind.UNKNOWN,          # about our set-up, nobody complained
}  # fmt: skip
UNLISTED_FEEDBACK = EventKind.COMPLAINED  # it came through a feedback loop: the safe side

#: ``delayType``: which reason it stands for [A1]
DELAYS = {
    "InternalFailure":                None,  # of SES itself
    "General":                        None,
    "MailboxFull":                    Reason.MAILBOX_FULL,
    "SpamDetected":                   Reason.REPUTATION_BLOCKED,      # "a large amount of unsolicited email from your account"
    "RecipientServerError":           Reason.RECIPIENT_SERVER_ERROR,
    "IPFailure":                      Reason.REPUTATION_BLOCKED,      # blocked or throttled
    "TransientCommunicationFailure":  Reason.NETWORK_ERROR,
    "BYOIPHostNameLookupUnavailable": Reason.SENDER_AUTHENTICATION,   # reverse DNS of our own addresses
    "Undetermined":                   None,
    "SendingDeferral":                None,  # SES chose to wait
}  # fmt: skip

#: ``reason`` of a rejection [A1]
REJECTIONS = {"Bad content": Reason.CONTENT_REJECTED}  # a virus

#: ``subscriptionStatus`` of a topic: what it is to come to it [A8]
PREFERENCES = {"OptOut": EventKind.UNSUBSCRIBED, "OptIn": EventKind.RESUBSCRIBED}

#: Tags that SES adds itself begin so
RESERVED = "ses:"

_MARKS = ("eventType", "notificationType")
_OWN_WORDS = "Amazon SES"
_NEEDS_PARSING = frozenset('<,"( ')


class _Told(NamedTuple):
    """What all events of one element share."""

    name: str
    source: Source
    what: Mapping[str, Any]
    destinations: Mapping[str, str]  # by their comparable form
    message_id: str | None
    reference: str | None
    occurred_at: datetime | None
    details: Callable[[], Details]


def elements(payload: Any) -> Body:
    """Give the elements: the body, or the entries of a batch."""
    return _sns.elements(payload, _MARKS)


def read(element: Any, source: Source) -> Outcome:
    """Read one element, in whatever it is wrapped: an event for each recipient, or a notice."""
    return _sns.read(element, _MARKS, partial(_read, source))


def _read(source: Source, event: Mapping[str, Any], event_id: str | None) -> Outcome:
    name = reading.text(event, "eventType") or reading.required(event, "notificationType")
    kind, part = EVENTS.get(name, (EventKind.UNKNOWN, ""))
    if name in NOTICES or (kind is EventKind.UNKNOWN and not isinstance(event.get("mail"), dict)):
        return Notice(name=name, detail=NOTICES.get(name, ""))
    mail = reading.object_of(event.get("mail"), "mail")
    what = reading.object_of(event.get(part) or {}, part)
    destinations = {comparable(address): address for address in _addresses(mail.get("destination"))}
    if not (destinations or name in _NAMES_RECIPIENTS):
        raise PayloadError("missing", path="mail.destination")
    at, place = (mail, "mail") if part in _AS_OLD_AS_THE_MAIL else (what, part)
    told = _Told(
        name,
        source,
        what,
        destinations,
        reading.loose_text(mail.get("messageId")),
        None if source.reference_key is None else _reference(mail, source.reference_key),
        reading.iso_time(at.get("timestamp"), f"{place}.timestamp"),
        cache(partial(details, event, kind, name, event_id)),  # read once for all recipients
    )
    try:
        return _READERS[name](told) if name in _READERS else _by_somebody(told, kind)
    except PayloadError as error:
        raise PayloadError(error.problem, path=f"{part}.{error.path}") from None


def _addresses(written: object) -> Iterator[str]:
    for each in reading.strings(written):
        yield from (each,) if _NEEDS_PARSING.isdisjoint(each) else reading.addresses(each) or (each.strip(),)


def _event(
    told: _Told,
    kind: EventKind,
    recipient: str,
    *,
    failure: Failure | None = None,
    attribution: Attribution = Attribution.EXACT,
    rest: Callable[[], Details] | None = None,
) -> Event:
    return Event.read(
        kind,
        told.source,
        recipient,
        told.message_id,
        told.reference,
        told.occurred_at,
        failure=failure,
        attribution=attribution,
        details=rest or told.details,
    )


def _by_somebody(told: _Told, kind: EventKind) -> Outcome:
    """Read what names nobody: of several recipients one did it."""
    return tuple(_event(told, kind, each, attribution=_whose(told)) for each in told.destinations.values())


def _whose(told: _Told) -> Attribution:
    return Attribution.EXACT if len(told.destinations) == 1 else Attribution.MESSAGE


def _accepted(told: _Told) -> Outcome:
    return tuple(_event(told, EventKind.ACCEPTED, each) for each in told.destinations.values())


def _not_sent(told: _Told) -> Outcome:
    if told.name == "Reject":
        reason = reading.text(told.what, "reason")
        failure = Failure(reported=reason, claimed=REJECTIONS.get(reason or ""))
    else:  # the text of a rendering failure quotes the sender's own data, and is no server's
        failure = Failure(reported=told.name, claimed=Reason.TEMPLATE_FAILED)
    return tuple(_event(told, EventKind.DROPPED, each, failure=failure) for each in told.destinations.values())


def _named(told: _Told, field: str) -> Iterator[tuple[str, Callable[[], Details] | None, Mapping[str, Any]]]:
    """Give whom the event names: the recipient, the details if others than all share, and what is said of that one."""
    entries = told.what.get(field)
    if not entries or not isinstance(entries, list):
        raise PayloadError("expected an array of recipients", path=field)
    for index, entry in enumerate(entries):
        said = {"emailAddress": entry} if isinstance(entry, str) else reading.object_of(entry, f"{field}.{index}")
        try:
            written = reading.required(said, "emailAddress")
        except PayloadError as error:
            raise PayloadError(error.problem, path=f"{field}.{index}.{error.path}") from None
        named = next(_addresses(written), written)
        if len(told.destinations) == 1 and comparable(named) not in told.destinations:  # it was forwarded
            (recipient,) = told.destinations.values()
            yield recipient, partial(_forwarded, told.details, named), said
        else:
            yield named, None, said


def _forwarded(shared: Callable[[], Details], final: str) -> Details:
    return attrs.evolve(shared(), final_recipient=final)


def _delivered(told: _Told) -> Outcome:
    return tuple(_event(told, EventKind.DELIVERED, who) for who, _, _ in _named(told, "recipients"))


def _delayed(told: _Told) -> Outcome:
    name = reading.text(told.what, "delayType")
    return tuple(
        _event(told, EventKind.DEFERRED, who, failure=_failure(said, name, DELAYS.get(name or "")), rest=rest)
        for who, rest, said in _named(told, "delayedRecipients")
    )


def _bounced(told: _Told) -> Outcome:
    names = reading.text(told.what, "bounceType") or "", reading.text(told.what, "bounceSubType") or ""
    reported = "/".join(filter(None, names)) or None
    listed, claimed = BOUNCES.get(names, UNLISTED_BOUNCE)
    remote_mta = reading.loose_text(told.what.get("remoteMtaIp"))
    events = []
    for who, rest, said in _named(told, "bouncedRecipients"):
        kind, failure = listed, Failure(reported=reported, claimed=claimed)
        tried = ACTIONS.get((reading.loose_text(said.get("action")) or "").lower())
        if listed is not EventKind.DROPPED:  # which met no server
            # the type tells why others failed, and not why this one waits
            failure = _failure(said, reported, None if tried else claimed, remote_mta)
            if listed is EventKind.UNDETERMINED_BOUNCE and (failure.diagnostic or failure.enhanced_code):
                kind = BY_A_SERVERS_WORD.get(names[0], UNLISTED_TYPE)
            kind = tried or kind
        events.append(_event(told, kind, who, failure=failure, rest=rest))
    return tuple(events)


def _failure(
    said: Mapping[str, Any], reported: str | None, claimed: Reason | None, remote_mta: str | None = None
) -> Failure:
    text = (reading.loose_text(said.get("diagnosticCode")) or "").strip()
    if text.startswith(_OWN_WORDS):  # and so is the code beside it
        return Failure(reported=reported, claimed=claimed)
    sort, _, rest = text.partition(";")
    return Failure(
        # RFC 3464 section 2.1.2: what sort of text it is, "smtp" or "X-Postfix", stands before it
        diagnostic=(rest.strip() if sort.isascii() and sort.replace("-", "").isalpha() else text) or None,
        enhanced_code=reading.loose_text(said.get("status")),
        reported=reported,
        claimed=claimed,
        remote_mta=remote_mta,
    )


def _complained(told: _Told) -> Outcome:
    feedback, list_name = (reading.text(told.what, f"complaint{field}") for field in ("FeedbackType", "SubType"))
    named = list(_named(told, "complainedRecipients"))
    if list_name in LISTS:
        failure = Failure(reported=list_name, claimed=LISTS[list_name])
        return tuple(_event(told, EventKind.DROPPED, who, failure=failure) for who, _, _ in named)
    kind = EventKind.COMPLAINED if feedback is None else FEEDBACK.get(feedback.strip().lower(), UNLISTED_FEEDBACK)
    whose = Attribution.EXACT if len(named) == 1 else Attribution.CANDIDATE
    rest = partial(_with_value, told.details, feedback) if kind is EventKind.UNKNOWN else None
    return tuple(_event(told, kind, who, attribution=whose, rest=rest) for who, _, _ in named)


def _with_value(shared: Callable[[], Details], value: str | None) -> Details:
    return attrs.evolve(shared(), value=value)


def _changed(told: _Told) -> Outcome:
    """Compare what the contact wanted before with what they want now."""
    before, now = (_Preferences.of(told.what, f"{age}TopicPreferences") for age in ("old", "new"))
    is_back = before.none and not now.none
    changes = [(EventKind.RESUBSCRIBED, EVERYTHING)] if is_back else []
    for topic, status in now.topics.items():
        # who takes back "all" is still out of a topic left before, and that must not be lifted with it
        if status in PREFERENCES and (status != before.topics.get(topic) or (is_back and status == "OptOut")):
            is_first = status == "OptIn" and topic not in before.topics
            changes.append((EventKind.OPTED_IN if is_first else PREFERENCES[status], Scope(ScopeKind.TOPIC, topic)))
    if now.none and not before.none:  # which is the topics too
        changes = [(EventKind.UNSUBSCRIBED, EVERYTHING)]
    if len(told.destinations) > 1:  # whose it was is not known, and mail of a list has one recipient [A8]
        del changes[1:]
    return tuple(
        _event(told, kind, who, attribution=_whose(told), rest=partial(_in_scope, told.details, scope))
        for who in told.destinations.values()
        for kind, scope in changes
    ) or Notice(name="Subscription", detail="nothing changed")


def _in_scope(shared: Callable[[], Details], scope: Scope) -> Details:
    return attrs.evolve(shared(), scope=scope)


class _Preferences(NamedTuple):
    """What a contact wants: nothing at all, or which topics."""

    none: bool
    topics: Mapping[str, str]

    @classmethod
    def of(cls, subscription: Mapping[str, Any], field: str) -> "_Preferences":
        given = reading.object_of(subscription.get(field), field)
        none = given.get("unsubscribeAll", False)
        if type(none) is not bool:  # guessing could lift what must not be lifted
            raise PayloadError(f"expected true or false, got {type(none).__name__}", path=f"{field}.unsubscribeAll")
        topics: dict[str, str] = {}
        for name in ("topicDefaultSubscriptionStatus", "topicSubscriptionStatus"):  # what was chosen overrules
            for topic in given.get(name) or () if isinstance(given.get(name), list) else ():
                if isinstance(topic, dict):
                    status = reading.loose_text(topic.get("subscriptionStatus")) or ""
                    topics[reading.loose_text(topic.get("topicName")) or ""] = status
        return cls(none, topics)


#: Objects without a time of their own: the event is as old as the mail
_AS_OLD_AS_THE_MAIL = frozenset({"send", "reject", "failure"})

_NAMES_RECIPIENTS = frozenset({"Delivery", "Bounce", "Complaint", "DeliveryDelay"})

#: ``eventType`` of what names its recipients, or concerns each copy
_READERS: Mapping[str, Callable[[_Told], Outcome]] = {
    "Send": _accepted,
    "Delivery": _delivered,
    "Bounce": _bounced,
    "Complaint": _complained,
    "Reject": _not_sent,
    "Rendering Failure": _not_sent,
    "DeliveryDelay": _delayed,
    "Subscription": _changed,
}


def _reference(mail: Mapping[str, Any], name: str) -> str | None:
    """Look the sender's own id up in the tags, or else in the headers: identities report no tags."""
    return _tags(mail).get(name) or _header(mail, name)


def _tags(mail: Mapping[str, Any]) -> dict[str, str]:
    tags = mail.get("tags")
    first = {
        name: values[0] if isinstance(values, list) and values else values
        for name, values in (tags.items() if isinstance(tags, dict) else ())
        if not name.startswith(RESERVED)
    }
    return {name: value for name, value in reading.metadata(first).items() if value}


def _header(mail: Mapping[str, Any], name: str) -> str | None:
    headers = mail.get("headers")
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict) and isinstance(header.get("name"), str) and header["name"].lower() == name.lower():
            return reading.loose_text(header.get("value"))
    return None


def details(event: Mapping[str, Any], kind: EventKind, name: str, event_id: str | None) -> Details:
    """Read what folding never asks for. Total: a field of another type counts as absent."""
    what = event.get(EVENTS[name][1]) if name in EVENTS else None
    what = what if isinstance(what, dict) else {}
    return Details(
        value=name if kind is EventKind.UNKNOWN else None,
        url=reading.loose_text(what.get("link")),
        internet_message_id=reading.message_id(_header(event["mail"], "Message-ID")),
        retrying=True if kind is EventKind.DEFERRED else None,
        retry_until=_time(what.get("expirationTime")),
        event_id=event_id or reading.loose_text(what.get("feedbackId")),
        metadata=_tags(event["mail"]),
    )


def _time(value: object) -> datetime | None:
    try:
        return reading.iso_time(value, "")
    except PayloadError:
        return None


PROVIDER = Provider(
    name="ses",
    title="Amazon SES",
    elements=elements,
    read=read,
    decode=_sns.decode,
    tables={
        "eventType": {name: kind for name, (kind, _) in EVENTS.items()},
        "notificationType": NOTICES,
        "bounceType": BY_A_SERVERS_WORD,
        "bounceSubType": {sub_name: row for (_, sub_name), row in reversed(BOUNCES.items())},
        "action": ACTIONS,
        "complaintSubType": LISTS,
        "complaintFeedbackType": FEEDBACK,
        "delayType": DELAYS,
        "reason": REJECTIONS,
        "subscriptionStatus": PREFERENCES,
    },
    scheme=signing.sns(),
    habits=Habits(
        besides=frozenset({EventKind.OPTED_IN}),  # to a topic, for the first time
        event_id=EventId.SHARED,
        precision=Precision.FRACTION,
        retries=timedelta(minutes=1),  # as SNS does unless told otherwise
        ends_retries=400,  # and every other 4xx
        asks_again=503,
        lists=("account suppression list", "tenant suppression list", "global suppression list", "contact list"),
    ),
)
parse = PROVIDER.parse
