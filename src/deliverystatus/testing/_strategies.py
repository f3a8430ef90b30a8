"""
The strategies. The only module of this library that imports Hypothesis.

Every field that decides something is drawn from a few values, so that events meet; the rest is drawn from anywhere.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from deliverystatus._enums import Actor, Attribution, Channel, EventKind, Reason, ScopeKind
from deliverystatus._events import Event
from deliverystatus._values import Failure, Scope

_TEXTS = st.text(max_size=20)

#: Replies that are diagnosed in different ways: a bad address, the same words after DATA, causes that pass, nothing.
_REPLIES = st.sampled_from([
    "550 5.1.1 user unknown",
    "550 5.1.1 user unknown, try again later",
    "452 4.2.2 mailbox full",
    "554 5.7.1 message refused",
    "421 4.7.0 try again later",
    "",
])  # fmt: skip

FAILURES = st.builds(
    Failure,
    reply_code=st.sampled_from([None, "450", "550"]),
    enhanced_code=st.sampled_from([None, "4.2.2", "5.1.1", "5.7.1"]),
    diagnostic=st.none() | _REPLIES | _TEXTS,
    reported=st.none() | _TEXTS,
    claimed=st.none() | st.sampled_from(Reason),
    smtp_command=st.sampled_from([None, "RCPT", "DATA"]),
    remote_mta=st.sampled_from([None, "mx.example.org"]),
)

#: Times on both sides of a second and of a day, and in several zones: one moment has more than one spelling.
_TIMES = st.none() | st.builds(
    lambda seconds, hours: datetime.fromtimestamp(seconds, timezone(timedelta(hours=hours))),
    st.sampled_from([0, 1, 1.5, 86_400, 1_700_000_000]),
    st.sampled_from([0, 2, -5]),
) | st.datetimes(timezones=st.just(UTC))  # fmt: skip

#: Spellings of two recipients, and none.
RECIPIENTS = st.sampled_from([
    "ada@bücher.example",
    "Ada@xn--bcher-kva.example",
    "ADA@BÜCHER.EXAMPLE",
    " ada@bücher.example ",
    "bob@example.com",
    "Bob@Example.COM",
])  # fmt: skip

_FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(EventKind),
    "recipient": st.none() | RECIPIENTS,
    "provider": st.sampled_from([None, "example", "other"]),
    "account": st.sampled_from([None, "main"]),
    "message_id": st.sampled_from([None, "m-1", "m-2"]),
    "reference": st.sampled_from([None, "r-1", "r-2"]),
    "occurred_at": _TIMES,
    "received_at": _TIMES,
    "actor": st.sampled_from(Actor),
    "attribution": st.sampled_from([Attribution.EXACT] * 3 + [Attribution.CANDIDATE, Attribution.MESSAGE]),
    "authenticated": st.sampled_from([None, True, False]),
    "channel": st.sampled_from(Channel),
    "failure": st.none() | FAILURES,
    "scope": st.none() | st.builds(Scope, st.sampled_from(ScopeKind), _TEXTS),
    "value": st.none() | _TEXTS,
    "url": st.sampled_from([None, "https://example.com/a", "https://example.com/b"]),
    "part": st.sampled_from([None, (1, 2), (2, 2)]),
    "test": st.sampled_from([False] * 7 + [True]),
    "internet_message_id": st.sampled_from([None, "1@example.com", "2@example.com"]),
    "final_recipient": st.none() | RECIPIENTS,
    "retrying": st.sampled_from([None, True, False]),
    "retry_until": _TIMES,
    "event_id": st.none() | _TEXTS,
    "tags": st.lists(_TEXTS, max_size=2).map(tuple),
    "metadata": st.dictionaries(_TEXTS, _TEXTS, max_size=2),
}

#: The ids that events of one copy may carry: none, the reference, the message id, or both.
_IDS_OF_ONE = (
    {"provider": None, "account": None, "message_id": None, "reference": None},
    {"provider": None, "account": None, "message_id": None, "reference": "r-1"},
    {"provider": "example", "account": "main", "message_id": "m-1", "reference": None},
    {"provider": "example", "account": "main", "message_id": "m-1", "reference": "r-1"},
)


def events(**fixed: Any) -> st.SearchStrategy[Event]:
    """Give a strategy for events with any fields but *fixed*."""
    given = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in fixed.items()}
    return st.builds(lambda fields: Event(**fields), st.fixed_dictionaries({**_FIELDS, **given}))


def histories(*, most: int) -> st.SearchStrategy[list[Event]]:
    """Give a strategy for lists of events of one copy."""
    of_ada = st.none() | st.sampled_from(["ada@bücher.example", "Ada@xn--bcher-kva.example"])
    by_ids = [events(**ids, recipient=of_ada, channel=Channel.EMAIL, part=None) for ids in _IDS_OF_ONE]
    return _repeated(st.one_of(by_ids), most)


def deliveries(*, most: int) -> st.SearchStrategy[list[Event]]:
    """Give a strategy for lists of events of several copies."""
    return _repeated(events(account=st.sampled_from([None, None, None, "main"])), most)


def _repeated(one: st.SearchStrategy[Event], most: int) -> st.SearchStrategy[list[Event]]:
    """Give lists in which some events come twice, not next to each other."""
    some = st.lists(one, max_size=most)
    return some.flatmap(
        lambda once: st.lists(st.sampled_from(once), max_size=2).map(lambda twice: [*once, *twice]) if once else some
    )
