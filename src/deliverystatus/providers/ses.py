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
 - What a bounce was, and whether SES tried at all, two words tell: see ``_ses_words``. A text that begins with "Amazon
   SES" is no server's.
 - A bounce names the report's Final-Recipient, which need not be whom the mail was addressed to [A1]: then one of those
   forwards his mail, and of several nobody knows who.
 - A report's ``action`` may be ``delayed``, in one bounce with others that failed [A2].
 - ``mail.timestamp`` is when it was sent; the event's own time stands in the object of the event, if it has one.
 - Times are also written ``2026-03-02T09:15:07 +0000`` [A2].
 - ``complaint.userAgent`` is the feedback loop's, no browser's. Nobody says whether an opening was a machine's.
 - ``mail.commonHeaders.messageId`` may be the sender's Message-ID or that of SES [A6]: not read.
 - SNS sends again three times within a minute unless told otherwise, and at most for an hour, and only after errors of
   the server's side [A10]: to have an event again, answer 5xx.
 - An opt-out changes one topic or all; a contact who takes back "all" is still out of the topics left before [A8]. What was
   wanted before may be missing: then nothing is known to have been taken back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple

import attrs

from deliverystatus import _reading as reading
from deliverystatus import _ses_words, _sns
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Partly, Precision, Provider, noting, within
from deliverystatus._enums import Attribution, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._text import comparable
from deliverystatus._values import EVERYTHING, Details, Failure, Scope, Source
from deliverystatus.exceptions import PayloadError

#: ``eventType``: what happened, and which object tells of it [A1, A3]
EVENTS = {
    "Send":              (EventKind.ACCEPTED,            "send"),     # also if a list will stop it [A3]
    "Delivery":          (EventKind.DELIVERED,           "delivery"),
    "Bounce":            (EventKind.UNDETERMINED_BOUNCE, "bounce"),   # but see _ses_words
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

#: Recipients of one message, which SES does not take more of (its quotas)
_MOST_DESTINATIONS = 50


class _Told(NamedTuple):
    """What all events of one element share."""

    name: str
    source: Source
    what: Mapping[str, Any]
    destinations: Mapping[str, str]  # by their comparable form
    is_to_one: bool
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
    destinations, unreadable = _destinations(mail)
    if not (destinations or unreadable or name in _NAMES_RECIPIENTS):
        raise PayloadError("missing", path="mail.destination")
    at, place = (mail, "mail") if part in _AS_OLD_AS_THE_MAIL else (what, part)
    told = _Told(
        name,
        source,
        what,
        destinations,
        len(destinations) + len(unreadable) == 1,
        reading.loose_text(mail.get("messageId")),
        None if source.reference_key is None else _reference(mail, source.reference_key),
        reading.iso_time(at.get("timestamp"), f"{place}.timestamp"),
        cache(partial(details, event, kind, name, event_id)),  # read once for all recipients
    )
    outcome = within(part, _READERS.get(name, partial(_by_somebody, kind=kind)), told)
    return outcome if name in _NAMES_RECIPIENTS else _besides(outcome, unreadable)


def _destinations(mail: Mapping[str, Any]) -> tuple[dict[str, str], tuple[PayloadError, ...]]:
    """Give the addresses that the mail was sent to, by their comparable form, and what is wrong with the others."""
    written = mail.get("destination") or []
    destinations: dict[str, str] = {}
    unreadable: list[PayloadError] = []
    for index, each in enumerate(written if isinstance(written, list) else [written]):
        with noting(unreadable, f"mail.destination.{index}"):
            address = reading.one_address(each, "")
            destinations[comparable(address)] = address
    return destinations, tuple(unreadable)


def _besides(outcome: Outcome, problems: tuple[PayloadError, ...]) -> Outcome:
    """Give the same, with what could not be read beside it."""
    if not problems or isinstance(outcome, Notice):
        return outcome
    if isinstance(outcome, Partly):
        return Partly(outcome.events, (*problems, *outcome.problems))
    return Partly(outcome if isinstance(outcome, tuple) else (outcome,), problems)


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


def _by_somebody(told: _Told, *, kind: EventKind) -> Outcome:
    """Read what names nobody: of several recipients one did it."""
    return tuple(_event(told, kind, each, attribution=_whose(told)) for each in told.destinations.values())


def _whose(told: _Told) -> Attribution:
    return Attribution.EXACT if told.is_to_one else Attribution.MESSAGE


def _accepted(told: _Told) -> Outcome:
    return tuple(_event(told, EventKind.ACCEPTED, each) for each in told.destinations.values())


def _not_sent(told: _Told) -> Outcome:
    if told.name == "Reject":
        reason = reading.text(told.what, "reason")
        failure = Failure(reported=reason, claimed=REJECTIONS.get(reason or ""))
    else:  # the text of a rendering failure quotes the sender's own data, and is no server's
        failure = Failure(reported=told.name, claimed=Reason.TEMPLATE_FAILED)
    return tuple(_event(told, EventKind.DROPPED, each, failure=failure) for each in told.destinations.values())


#: From what is said of a recipient to what happened to that one, and why
_Say = Callable[[Mapping[str, Any]], tuple[EventKind, Failure | None]]


def _named(
    told: _Told,
    field: str,
    say: _Say,
    *,
    whose: Attribution = Attribution.EXACT,
    if_another: Attribution = Attribution.MESSAGE,
    rest: Callable[[], Details] | None = None,
) -> Outcome:
    """
    Read what names its recipients.

    Args:
        told: What all of them share.
        field: The array in which they are.
        say: What happened to each.
        whose: How surely it happened to the one who is named.
        if_another: How surely to each of several destinations, if the one who is named is none of them.
        rest: The details, if others than those that the whole element has.
    """
    entries = told.what.get(field)
    if not entries or not isinstance(entries, list):
        raise PayloadError("expected an array of recipients", path=field)
    shared = rest or told.details

    def read_one(entry: Any) -> Outcome:
        said = {"emailAddress": entry} if isinstance(entry, str) else reading.object_of(entry)
        named = reading.address(said, "emailAddress")
        kind, failure = say(said)
        if not told.destinations or comparable(named) in told.destinations:
            return _event(told, kind, named, failure=failure, attribution=whose, rest=shared)
        # it was forwarded by one of those it was sent to
        by_whom = whose if told.is_to_one else if_another
        forwarded = partial(_forwarded, shared, named)
        return tuple(
            _event(told, kind, each, failure=failure, attribution=by_whom, rest=forwarded)
            for each in islice(told.destinations.values(), _MOST_DESTINATIONS)
        )

    return Partly.of_each(entries, field, read_one)


def _forwarded(shared: Callable[[], Details], final: str) -> Details:
    return attrs.evolve(shared(), final_recipient=final)


def _delivered(told: _Told) -> Outcome:
    return _named(told, "recipients", lambda _: (EventKind.DELIVERED, None))


def _delayed(told: _Told) -> Outcome:
    name = reading.text(told.what, "delayType")
    reason = DELAYS.get(name or "")
    return _named(told, "delayedRecipients", lambda said: (EventKind.DEFERRED, _failure(said, name, reason)))


def _bounced(told: _Told) -> Outcome:
    names = reading.text(told.what, "bounceType") or "", reading.text(told.what, "bounceSubType") or ""
    reported = "/".join(filter(None, names)) or None
    listed, claimed = _ses_words.BOUNCES.get(names, _ses_words.UNLISTED_BOUNCE)
    remote_mta = reading.loose_text(told.what.get("remoteMtaIp"))

    def say(said: Mapping[str, Any]) -> tuple[EventKind, Failure]:
        if listed is EventKind.DROPPED:  # which met no server
            return listed, Failure(reported=reported, claimed=claimed)
        tried = ACTIONS.get((reading.loose_text(said.get("action")) or "").lower())
        # the type tells why others failed, and not why this one waits
        failure = _failure(said, reported, None if tried else claimed, remote_mta)
        by_server = failure.diagnostic or failure.enhanced_code
        return tried or (_ses_words.with_reply(listed, names[0]) if by_server else listed), failure

    return _named(told, "bouncedRecipients", say)


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
    if list_name in LISTS:
        failure = Failure(reported=list_name, claimed=LISTS[list_name])
        return _named(told, "complainedRecipients", lambda _: (EventKind.DROPPED, failure))
    kind = EventKind.COMPLAINED if feedback is None else FEEDBACK.get(feedback.strip().lower(), UNLISTED_FEEDBACK)
    named = told.what.get("complainedRecipients")
    return _named(
        told,
        "complainedRecipients",
        lambda _: (kind, None),
        whose=Attribution.EXACT if isinstance(named, list) and len(named) == 1 else Attribution.CANDIDATE,
        if_another=Attribution.CANDIDATE,
        rest=partial(_with_value, told.details, feedback) if kind is EventKind.UNKNOWN else None,
    )


def _with_value(shared: Callable[[], Details], value: str | None) -> Details:
    return attrs.evolve(shared(), value=value)


class _Preferences(NamedTuple):
    """What a contact wants."""

    none: bool | None = None  # whether nothing at all; None if that is not told
    topics: Mapping[str, str] = {}
    problems: tuple[PayloadError, ...] = ()

    @classmethod
    def of(cls, subscription: Mapping[str, Any], field: str) -> "_Preferences":
        given: Mapping[str, Any] = {}
        none = None
        topics: dict[str, str] = {}
        problems: list[PayloadError] = []
        with noting(problems, field):
            given = reading.object_of(subscription.get(field))
            none = _flag(given, "unsubscribeAll")
        for name in ("topicDefaultSubscriptionStatus", "topicSubscriptionStatus"):  # what was chosen overrules
            with noting(problems, f"{field}.{name}"):
                for index, topic in enumerate(_array(given.get(name))):
                    with noting(problems, f"{field}.{name}.{index}"):
                        status = reading.required(reading.object_of(topic), "subscriptionStatus")
                        topics[reading.required(topic, "topicName")] = status
        return cls(none, topics, tuple(problems))


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if type(value) is not bool:  # guessing could lift what must not be lifted
        raise PayloadError(f"expected true or false, got {type(value).__name__}", path=name)
    return value


def _array(given: object) -> Iterable[Any]:
    if given is not None and not isinstance(given, list):
        raise PayloadError(f"expected an array, got {type(given).__name__}")
    return given or ()


def _changed(told: _Told) -> Outcome:
    """Compare what the contact wanted before with what they want now; unless both are told, nothing is taken back."""
    now, before = _Preferences.of(told.what, "newTopicPreferences"), _Preferences()
    if told.what.get("oldTopicPreferences") is not None:
        before = _Preferences.of(told.what, "oldTopicPreferences")
    problems = (*now.problems, *before.problems)
    changes = list(_changes(before, now))
    if len(told.destinations) > 1:  # whose it was is not known, and mail of a list has one recipient [A8]
        del changes[1:]
    events = tuple(
        _event(told, kind, who, attribution=_whose(told), rest=partial(_in_scope, told.details, scope, value))
        for who in told.destinations.values()
        for kind, scope, value in changes
    )
    return Partly(events, problems) if problems else events or Notice(name="Subscription", detail="nothing changed")


def _changes(before: _Preferences, now: _Preferences) -> Iterator[tuple[EventKind, Scope | None, str | None]]:
    if now.none and not before.none:  # which is the topics too
        yield EventKind.UNSUBSCRIBED, EVERYTHING, None
        return
    may_come_back = now.none is not None and before.none is not None and not before.problems
    if before.none and now.none is False and may_come_back:
        yield EventKind.RESUBSCRIBED, None, None  # and is still out of the topics that were left
    for topic, status in now.topics.items():
        kind = PREFERENCES.get(status, EventKind.UNKNOWN)
        if status == before.topics.get(topic) or (kind is EventKind.RESUBSCRIBED and not may_come_back):
            continue
        if kind is EventKind.RESUBSCRIBED and topic not in before.topics:
            kind = EventKind.OPTED_IN
        yield kind, Scope(ScopeKind.TOPIC, topic), status if kind is EventKind.UNKNOWN else None


def _in_scope(shared: Callable[[], Details], scope: Scope | None, value: str | None) -> Details:
    return attrs.evolve(shared(), scope=scope, value=value)


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
        "bounceType": _ses_words.BY_A_SERVERS_WORD,
        "bounceSubType": _ses_words.SUB_TYPES,
        "action": ACTIONS,
        "complaintSubType": LISTS,
        "complaintFeedbackType": FEEDBACK,
        "delayType": DELAYS,
        "reason": REJECTIONS,
        "subscriptionStatus": PREFERENCES,
    },
    scheme=signing.sns(*signing.AWS),
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
