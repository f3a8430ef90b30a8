"""
What an event may be wrapped in on its way through Amazon's services, or through others that speak as SNS does.

Sources, as [N1] to [N7] below:
 N1  https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html (Notification), and likewise
     http-subscription-confirmation-json.html, http-unsubscribe-confirmation-json.html
 N2  https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html (raw: no envelope at all)
 N3  https://github.com/aws/aws-lambda-go events/sns.go, events/sqs.go (Lambda: Records[].Sns, Records[].body)
 N4  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html (Messages[].Body)
 N5  https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html (detail-type, detail)
 N6  https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html (records[].data, in base64)
 N7  https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose.html (stored: one object a line)

Quirks:
 - SNS posts JSON as ``text/plain``, and its Message is JSON again, in a string that may end in a line break [N1].
 - Wrappers stand in one another: EventBridge or SNS to SQS to Lambda is three.
 - The id of an SNS message stays the same when it is sent again [N1]; that of an SQS message is the queue's own.
 - One Message, or one record of Firehose, may hold several events, as an array or one a line [N7].
 - A Message that is no JSON ("Successfully validated SNS topic ...") is about no recipient.
 - Lambda spells SigningCertUrl and UnsubscribeUrl, SNS itself SigningCertURL and UnsubscribeURL [N3].
"""

from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from deliverystatus import _decoding
from deliverystatus import _reading as reading
from deliverystatus._contract import Body, Notice, Outcome, Partly, within
from deliverystatus.exceptions import PayloadError

#: Where the entries of a batch stand: Lambda and S3 [N3], SQS [N4], Firehose [N6]
BATCHES = ("Records", "Messages", "records")

#: Wrappers that are posted by themselves, by the field in which something is: SNS [N1], EventBridge [N5]. They go first:
#: of what stands beside that field, nothing is read as an event or a batch.
WHOLE = ("Message", "detail")

#: ``Type`` of what asks for a subscription to be confirmed, or tells that it ended [N1]
CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")

#: Wrappers in wrappers, at most: Firehose of SQS of EventBridge of SNS is four
_DEEPEST = 6


def decode(payload: object, headers: Mapping[str, str] | None) -> Any:
    """
    Decode a body as every provider does, or as one object a line [N7]; a line that is none stays text.

    Raises:
        PayloadError: If it is neither.
    """
    try:
        return _decoding.decode(payload, headers)
    except PayloadError:
        lines = _decoding.lines(payload)
        if len(lines) < 2 or not isinstance(lines[0], dict):  # noqa: PLR2004 (one line was decoded already)
            raise
    return lines


def elements(payload: Any, marks: Collection[str]) -> Body:
    """
    Say where the elements of a decoded body stand: in a batch, or the body is one itself.

    Args:
        payload: The decoded body.
        marks: Fields of which every bare event has one.
    """
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object, got {type(payload).__name__}")
    batch = next((name for name in BATCHES if isinstance(payload.get(name), list)), None)
    if any(name in payload for name in WHOLE) or (batch is None and _is_bare(payload, marks)):
        return Body.of_one(payload)
    if batch is None:
        raise PayloadError("expected an object with " + " or ".join(marks))
    return Body(payload[batch], partial(_in, batch))


def _in(name: str, index: int) -> str:
    return f"{name}.{index}"


def read(
    element: Any, marks: Collection[str], read_event: Callable[[Mapping[str, Any], str | None], Outcome]
) -> Outcome:
    """
    Take an element out of what it is wrapped in, and read it; what asks for a confirmation, or tells people, is a notice.

    Args:
        element: The element as it was decoded.
        marks: Fields of which every bare event has one.
        read_event: From the bare event, and the id of what it was wrapped in, to what it says.
    """
    path: list[str] = []
    try:
        found = _unwrapped(element, marks, path)
    except PayloadError as error:
        raise error.under(*path) from None
    if isinstance(found, Notice):
        return found
    inner, event_id = found
    if not isinstance(inner, list):
        return within(".".join(path), read_event, inner, event_id)
    return Partly.of_each(inner, ".".join(path), lambda entry: read_event(reading.object_of(entry), event_id))


#: What was inside, or several of it, and the id of what it was wrapped in; or a notice
_Unwrapped = tuple[Any, str | None] | Notice


def _unwrapped(element: Any, marks: Collection[str], path: list[str]) -> _Unwrapped:
    """Take off one wrapper after the other, and keep the way in."""
    event_id = None
    for _ in range(_DEEPEST):
        if path and isinstance(element, list):
            return element, event_id
        event = reading.object_of(element)
        # SNS signs the Message, and nothing that somebody may have put beside it
        own = WHOLE if _is_bare(event, marks) else _WRAPPERS
        name = next((name for name in own if name in event), None)
        if name is None:
            return event, event_id
        found = _WRAPPERS[name](event)
        if isinstance(found, Notice):
            return found
        if name == "detail" and not _is_bare(found[0], marks):  # of the account: nobody's message
            return Notice(name=reading.text(event, "detail-type") or name)
        path.append(name)
        element, own_id = found
        event_id = own_id or event_id
    raise PayloadError("wrapped too deeply")


def _is_bare(event: Any, marks: Collection[str]) -> bool:
    return isinstance(event, dict) and any(name in event for name in marks)


def _message(envelope: Mapping[str, Any]) -> _Unwrapped:
    sort = reading.text(envelope, "Type") or ""
    message = envelope["Message"]
    text = message if isinstance(message, str) else ""
    if sort in CONFIRMATIONS or (text and _is_for_people(text)):
        url = reading.loose_text(envelope.get("SubscribeURL")) if sort in CONFIRMATIONS else None
        return Notice(name=sort or "Message", detail=reading.loose_text(text.strip()) or "", url=url)
    return _json(message, "Message"), reading.loose_text(envelope.get("MessageId"))


def _is_for_people(message: str) -> bool:
    """Whether a Message is no event and no array of events: what people are told may begin with a bracket too."""
    text = message.lstrip()
    try:
        return text[:1] != "{" and not (text[:1] == "[" and isinstance(_decoding.decode(text, None), list))
    except PayloadError:
        return True


def _bus_event(event: Mapping[str, Any]) -> _Unwrapped:
    return event["detail"], reading.loose_text(event.get("id"))


def _record(name: str, record: Mapping[str, Any]) -> _Unwrapped:
    return _json(record[name], name), None


def _base64(record: Mapping[str, Any]) -> _Unwrapped:
    try:
        return _json(b64decode(record["data"], validate=True).decode(), "data"), None
    except (TypeError, ValueError):
        raise PayloadError("expected JSON in base64", path="data") from None


def _json(value: Any, path: str) -> Any:
    if not isinstance(value, str):  # a framework has decoded it already
        return value
    with reading.under(path):
        return decode(value, None)


#: How each wrapper is known, which is by the field that it wraps something in, and how it is opened
_WRAPPERS: Mapping[str, Callable[[Mapping[str, Any]], _Unwrapped]] = {
    "Message": _message,                  # SNS
    "detail":  _bus_event,                # EventBridge
    "Sns":     partial(_record, "Sns"),   # Lambda, of SNS
    "body":    partial(_record, "body"),  # Lambda, of SQS
    "Body":    partial(_record, "Body"),  # SQS
    "data":    _base64,                   # Firehose
}  # fmt: skip
