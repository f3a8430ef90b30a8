"""
Generic: the neutral shape, for a service's own gateway, or for a provider that is not here yet.

An event is a JSON object as ``Event.to_dict()`` writes it and ``event.schema.json`` describes it; ``kind`` and ``recipient``
must be there, ``message_id`` or ``reference`` should. A body is one event, an array of them, or ``{"events": [...]}``; and each may
be the ``data`` of a CloudEvent.

Sources, as [G1] to [G3] below:
 G1  event.schema.json, in this package
 G2  https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md (structured mode, and batches)
 G3  https://www.standardwebhooks.com (how the gateway signs)

Quirks:
 - Who posts does not say of itself who it is: ``provider``, ``account``, ``authenticated`` and ``received_at`` are refused.
 - A CloudEvent's ``time`` and ``id`` hold where the event itself has none [G2]; its ``type`` and ``source`` are not read.
 - A CloudEvent in binary mode is read as the event it is: what its headers say is not looked at.
 - ``actor`` may be ``human``: a gateway of one's own may know that a form was filled in.
"""

from collections.abc import Mapping
from typing import Any

from deliverystatus import _checks as check
from deliverystatus import _reading as reading
from deliverystatus import _signing as signing
from deliverystatus._contract import Body, EventId, Habits, Notice, Outcome, Precision, Provider
from deliverystatus._enums import Actor, Attribution, Channel, EventKind
from deliverystatus._events import Event
from deliverystatus._values import Source
from deliverystatus.exceptions import PayloadError

#: ``kind`` [G1]
EVENTS = {str(kind): kind for kind in EventKind}

#: ``kind`` of what is about no recipient
NOTICES = {"ping": "the gateway tries whether anyone listens"}

#: What the receiver knows, and not who posts
NOT_TO_BE_SAID = ("provider", "account", "authenticated", "received_at")


def elements(payload: Any) -> Body:
    """Give the elements: the body, its entries, or those of its ``events``."""
    if isinstance(payload, list):
        return Body(payload)
    if not isinstance(payload, dict):
        raise PayloadError(f"expected an object or an array, got {type(payload).__name__}")
    events = payload.get("events")
    if isinstance(events, list):
        return Body(events, "events.{}".format)
    if "kind" not in payload and "specversion" not in payload:
        raise PayloadError("expected an object with a kind, a CloudEvent, or events")
    return Body.of_one(payload)


def read(element: Any, source: Source) -> Outcome:
    """Read one event, bare or in its envelope."""
    envelope = reading.object_of(element)
    if "specversion" not in envelope:
        return _event(envelope, source)
    data = reading.object_of(envelope.get("data"), "data")
    time, event_id = reading.iso_time(envelope.get("time"), "time"), reading.loose_text(envelope.get("id"))
    outer = {"occurred_at": time and time.isoformat(), "event_id": event_id}
    with reading.under("data"):
        return _event(outer | {name: value for name, value in data.items() if value is not None}, source)


def _event(fields: Mapping[str, Any], source: Source) -> Outcome:
    for name in NOT_TO_BE_SAID:
        if fields.get(name) is not None:
            raise PayloadError("not for the sender to say", path=name)
    word = reading.required(fields, "kind")
    if word in NOTICES:
        return Notice(name=word, detail=NOTICES[word])
    recipient = reading.address(fields, "recipient")
    known = word in EVENTS
    said = Event.from_dict(
        fields if known else {**fields, "kind": "unknown", "value": check.required_text("kind", word)}
    )
    return Event.read(
        said.kind,
        reading.on(source, said.channel),
        recipient,
        said.message_id,
        said.reference or said.metadata.get(source.reference_key or ""),
        said.occurred_at,
        actor=said.actor,
        failure=said.failure,
        attribution=said.attribution,
        test=said.test,
        details=said.details,
    )


PROVIDER = Provider(
    name="generic",
    title="Generic (a gateway of one's own)",
    elements=elements,
    read=read,
    tables={
        "kind": {**EVENTS, **NOTICES},
        "actor": {str(actor): actor for actor in Actor},
        "attribution": {str(attribution): attribution for attribution in Attribution},
        "channel": {str(channel): channel for channel in Channel},
    },
    channels=tuple(Channel),
    scheme=signing.standard_webhooks("webhook"),
    habits=Habits(
        machine=frozenset({EventKind.OPENED, EventKind.CLICKED}),
        event_id=EventId.SOME,
        precision=Precision.FRACTION,
    ),
)
parse = PROVIDER.parse
