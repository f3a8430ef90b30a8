"""Event and Failure: what they take, what they keep, what they show, and how they are stored."""

import copy
import json
import pickle
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from typing import Any

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliverystatus import (
    Actor,
    Attribution,
    Channel,
    Event,
    EventKind,
    Failure,
    PayloadError,
    Permanence,
    Reason,
    Scope,
    ScopeKind,
)
from deliverystatus._events import FIELDS
from deliverystatus._text import LIMIT
from deliverystatus._values import EVERYTHING, Details, Source

SCHEMA: dict[str, Any] = json.loads(resources.files("deliverystatus").joinpath("event.schema.json").read_text("utf-8"))
PROPERTIES: dict[str, Any] = SCHEMA["properties"]

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

#: One value for every field, none of them the default.
WHOLE: Mapping[str, Any] = {
    "kind": EventKind.BOUNCED,
    "provider": "example",
    "account": "main",
    "message_id": "m-1",
    "reference": "order-1",
    "recipient": "ada@example.com",
    "occurred_at": NOON,
    "received_at": NOON + timedelta(seconds=1),
    "actor": Actor.MACHINE,
    "attribution": Attribution.MESSAGE,
    "authenticated": True,
    "channel": Channel.SMS,
    "failure": Failure(reply_code="550", diagnostic="550 5.1.1 no such user ada", claimed=Reason.UNKNOWN_RECIPIENT),
    "scope": Scope(ScopeKind.STREAM, "news"),
    "value": "yes",
    "url": "https://example.org/?token=secret",
    "part": (1, 2),
    "test": True,
    "internet_message_id": "1@example.org",
    "final_recipient": "eve@example.net",
    "retrying": True,
    "retry_until": NOON + timedelta(days=1),
    "event_id": "e-1",
    "tags": ("welcome",),
    "metadata": {"order": "7"},
}

#: Another value for every field.
OTHER: Mapping[str, Any] = {
    "kind": EventKind.DELIVERED,
    "occurred_at": NOON + timedelta(microseconds=1),
    "received_at": None,
    "actor": Actor.HUMAN,
    "attribution": Attribution.CANDIDATE,
    "authenticated": False,
    "channel": Channel.WHATSAPP,
    "failure": Failure(reply_code="551"),
    "scope": EVERYTHING,
    "part": (2, 2),
    "test": False,
    "retrying": False,
    "retry_until": None,
    "tags": (),
    "metadata": {},
} | dict.fromkeys(
    ("provider", "account", "message_id", "reference", "recipient", "value", "url", "internet_message_id", "final_recipient", "event_id"),
    "other",
)  # fmt: skip

NOT_COMPARED = ("received_at", "event_id", "tags", "metadata")
TEXTS = [name for name in FIELDS if isinstance(WHOLE[name], str) and not hasattr(WHOLE[name], "ordinal")]
TIMES = ("occurred_at", "received_at", "retry_until")

texts = st.text(max_size=8)
times = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 (the strategy adds the zone)
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 (the strategy adds the zone)
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))]),
)
failures = st.builds(
    Failure,
    **dict.fromkeys(("reply_code", "enhanced_code", "diagnostic", "reported", "smtp_command", "remote_mta"), st.none() | texts),
    claimed=st.none() | st.sampled_from(Reason),
)  # fmt: skip
fields: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXTS, st.none() | texts),
    **dict.fromkeys(TIMES, st.none() | times),
    "kind": st.sampled_from(EventKind),
    "recipient": st.none()
    | texts
    | st.sampled_from(["Ada@Example.com", "ada@bücher.example", "ada@xn--bcher-kva.example"]),
    "actor": st.sampled_from(Actor),
    "attribution": st.sampled_from(Attribution),
    "authenticated": st.sampled_from([None, True, False]),
    "channel": st.sampled_from(Channel),
    "failure": st.none() | failures,
    "scope": st.none() | st.builds(Scope, st.sampled_from(ScopeKind), texts),
    "part": st.none() | st.tuples(st.integers(1, 3), st.integers(3, 5)),
    "test": st.booleans(),
    "retrying": st.sampled_from([None, True, False]),
    "tags": st.lists(texts, max_size=2).map(tuple),
    "metadata": st.dictionaries(texts, texts, max_size=2),
}
any_event = st.builds(Event, **fields)


def pickled(event: Event) -> Event:
    """Send an event to another process and back."""
    again: Event = pickle.loads(pickle.dumps(event))  # noqa: S301 (our own)
    return again


def whole(**changed: Any) -> Event:
    """Make an event with every field set."""
    return Event(**{**WHOLE, **changed})


class TestFields:
    """What an event takes and gives."""

    def test_whole_is_total(self):
        """The examples here cover every field, with two values each."""
        assert (set(FIELDS), set(FIELDS)) == (set(WHOLE), set(OTHER))

    @pytest.mark.parametrize("name", FIELDS)
    def test_kept(self, name: str):
        """Every field gives back what was given."""
        assert WHOLE[name] == getattr(whole(), name)

    @pytest.mark.parametrize("name", [name for name in FIELDS if name != "kind"])
    def test_optional(self, name: str):
        """Every field but the kind may be left out."""
        without = Event(**{field: value for field, value in WHOLE.items() if field != name})
        assert getattr(Event("bounced"), name) == getattr(without, name)

    @pytest.mark.parametrize(
        "name,given", [("kind", "opened"), ("actor", "human"), ("attribution", "message"), ("channel", "sms")]
    )
    def test_words(self, name: str, given: str):
        """Words may be given as strings, and become members."""
        assert type(WHOLE[name]) is type(getattr(whole(**{name: given}), name))

    @pytest.mark.parametrize("given", ["stream:news", Scope(ScopeKind.STREAM, "news")], ids=["string", "scope"])
    def test_scope(self, given: str | Scope):
        """A scope may be given as it is written."""
        assert Scope(ScopeKind.STREAM, "news") == whole(scope=given).scope

    @pytest.mark.parametrize("name", TIMES)
    def test_utc(self, name: str):
        """Times are kept in UTC, whatever zone they came in."""
        given = NOON.astimezone(timezone(timedelta(hours=5)))
        assert (NOON, timedelta(0)) == ((kept := getattr(whole(**{name: given}), name)), kept.utcoffset())

    @pytest.mark.parametrize(
        "name,given,wrong",
        [
            *((name, 7, TypeError) for name in (*TEXTS, *TIMES, "failure", "scope", "tags", "metadata", "authenticated", "test", "retrying")),
            *((name, datetime(2024, 5, 1), ValueError) for name in TIMES),  # noqa: DTZ001 (naive on purpose)
            *((name, datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))), ValueError) for name in TIMES),
            *((name, "no such word", ValueError) for name in ("kind", "actor", "attribution", "channel", "scope")),
            *(("part", given, ValueError) for given in [(0, 1), (2, 1), (1,), (1, 2, 3), ("1", "2"), (True, True), [], "12"]),
            ("tags", "letters", TypeError),
            ("tags", (7,), TypeError),
            ("metadata", {"a": 7}, TypeError),
            ("metadata", {7: "a"}, TypeError),
            ("metadata", ["a"], TypeError),
        ],
    )  # fmt: skip
    def test_refused(self, name: str, given: object, wrong: type[Exception]):
        """A field of another form is refused by name when the event is made, and what it held is not told."""
        with pytest.raises(wrong, match=f"^{name}: ") as caught:
            whole(**{name: given})
        assert "no such word" not in str(caught.value)

    @pytest.mark.parametrize("name", TEXTS)
    def test_cleaned(self, name: str):
        """Text that no database takes is replaced, and long text is cut."""
        given = "\x00\ud800" + "x" * LIMIT
        assert "\ufffd\ufffd" + "x" * (LIMIT - 2) == getattr(whole(**{name: given}), name)

    def test_collections_cleaned(self):
        """Tags, metadata and scopes are cleaned like any text."""
        event = whole(tags=("\x00",), metadata={"\x00": "\ud800"}, scope="tag:\x00")
        assert (("\ufffd",), {"\ufffd": "\ufffd"}, "tag:\ufffd") == (event.tags, event.metadata, str(event.scope))

    def test_metadata_is_a_copy(self):
        """What the caller does to its dictionary afterwards does not reach the event."""
        given = {"a": "b"}
        event = whole(metadata=given)
        given["a"] = "c"
        assert {"a": "b"} == event.metadata


class TestFrozen:
    """An event never changes."""

    @pytest.mark.parametrize("name", FIELDS)
    def test_set(self, name: str):
        """No field can be set."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(whole(), name, None)

    def test_set_unknown(self):
        """No field can be added."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            whole().other = 1  # type: ignore[attr-defined]

    def test_delete(self):
        """No field can be taken away."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            del whole().recipient


class TestShown:
    """Personal data is not in any repr."""

    @pytest.mark.parametrize("shown", [repr, str, "{}".format], ids=["repr", "str", "format"])
    def test_event(self, shown: Any):
        """An event shows what happened, by whose word, when and why."""
        expected = "Event(bounced, provider='example', occurred_at=2024-05-01 12:00:00+00:00, reason=unknown_recipient)"
        assert expected == shown(whole())

    def test_event_that_is_no_failure(self):
        """Where nothing failed, there is no reason to show."""
        assert "Event(opened, provider=None, occurred_at=None)" == repr(Event("opened"))

    @pytest.mark.parametrize(
        "shown", [Failure(diagnostic="ada@x", reported="ada@x", remote_mta="ada.x"), whole().details]
    )
    def test_parts(self, shown: object):
        """Neither do its parts show a person."""
        assert None is re.search("ada@|ada.x|eve@|secret|order|welcome|yes", repr(shown))


class TestEquality:
    """Two events are equal if they say the same."""

    @pytest.mark.parametrize("name", [name for name in FIELDS if name not in NOT_COMPARED])
    def test_counts(self, name: str):
        """Every field that says what happened counts, for equality and for the digest."""
        one, other = whole(), whole(**{name: OTHER[name]})
        assert (False, False) == (one == other, one.fingerprint == other.fingerprint)

    @pytest.mark.parametrize("name", NOT_COMPARED)
    def test_does_not_count(self, name: str):
        """What providers change when they repeat themselves does not."""
        one, other = whole(), whole(**{name: OTHER[name]})
        assert (True, one.fingerprint, hash(one)) == (one == other, other.fingerprint, hash(other))

    @pytest.mark.parametrize("name", ["recipient", "final_recipient"])
    def test_addresses(self, name: str):
        """Addresses count as addresses: cases and the spelling of the domain do not matter."""
        one, other = (whole(**{name: given}) for given in ("Ada@BÜCHER.example", "ada@xn--bcher-kva.EXAMPLE"))
        assert (True, one.fingerprint, hash(one)) == (one == other, other.fingerprint, hash(other))

    @given(any_event, any_event)
    def test_digest_is_equality(self, one: Event, other: Event):
        """Equal events, and only they, have one fingerprint (ties are broken by it)."""
        assert (one == other) is (one.fingerprint == other.fingerprint)

    @given(any_event, st.sampled_from(FIELDS), st.data())
    def test_digest_is_equality_nearby(self, one: Event, name: str, data: st.DataObject):
        """So do events that differ in one field at most."""
        given = {field: getattr(one, field) for field in FIELDS} | {name: data.draw(fields[name])}
        other = Event(**given)
        assert (one == other) is (one.fingerprint == other.fingerprint)

    @given(any_event)
    def test_reflexive(self, event: Event):
        """An event equals one that is made of its fields, and has its hash."""
        again = Event(**{name: getattr(event, name) for name in FIELDS})
        assert (True, hash(event)) == (event == again, hash(again))

    def test_another_class(self):
        """An event equals nothing else."""
        assert (False, False) == (whole() == whole().to_dict(), Event("opened") == "opened")

    def test_fingerprint_is_pinned(self):
        """The digest is stored: another version of this library gives the same."""
        expected = "0f01fd6f4256abf8682a3f9b10c765b5"
        assert expected == Event("opened", recipient="ada@example.com", occurred_at=NOON).fingerprint


class TestStored:
    """From an event to JSON and back."""

    @given(any_event)
    def test_round_trip(self, event: Event):
        """Every field survives, through JSON."""
        again = Event.from_dict(json.loads(json.dumps(event.to_dict())))
        assert [getattr(event, name) for name in FIELDS] == [getattr(again, name) for name in FIELDS]

    @given(any_event)
    def test_schema(self, event: Event):
        """What is written is what is published."""
        jsonschema.validate(event.to_dict(), SCHEMA, jsonschema.Draft202012Validator)

    def test_whole(self):
        """Times have a Z, words are strings, and the order is that of the fields."""
        written = whole().to_dict()
        said = (list(written), written["occurred_at"], written["scope"], written["failure"]["claimed"])
        assert (list(FIELDS), "2024-05-01T12:00:00Z", "stream:news", "unknown_recipient") == said

    def test_unset_is_left_out(self):
        """An event that says little takes little room."""
        assert {"kind": "unknown"} == Event("unknown").to_dict()

    @pytest.mark.parametrize("name", ["authenticated", "retrying"])
    def test_false_is_said(self, name: str):
        """Where False says something, it is written."""
        assert {"kind": "deferred", name: False} == Event("deferred", **{name: False}).to_dict()

    def test_false_is_left_out(self):
        """Where False says nothing, it is not."""
        assert {"kind": "deferred"} == Event("deferred", test=False).to_dict()

    def test_content(self):
        """A record keeps of its evidence what equality compares."""
        assert [name for name in FIELDS if name not in NOT_COMPARED] == list(whole().content())

    @pytest.mark.parametrize("name", [name for name in FIELDS if name != "kind"])
    def test_null_is_unset(self, name: str):
        """A store that writes null for what is unset is understood."""
        assert Event("opened") == Event.from_dict({"kind": "opened", name: None})

    @pytest.mark.parametrize(
        "stored,path",
        [
            ([], ""),
            ("SECRET", ""),
            ({}, "kind"),
            ({"kind": None}, "kind"),
            ({"kind": "SECRET"}, "kind"),
            ({"kind": ["SECRET"]}, "kind"),
            ({"SECRET": 1}, "?"),
            ({7: 1}, "?"),
            ({"no_such_field": 1}, "no_such_field"),
            *(({"kind": "opened", name: {"SECRET": 7}}, name) for name in FIELDS if name not in {"kind", "failure", "metadata"}),
            *(({"kind": "opened", name: "SECRET"}, name) for name in FIELDS if name not in {"kind", *TEXTS}),
            *(({"kind": "opened", name: "2024-05-01T12:00:00"}, name) for name in TIMES),
            *(({"kind": "opened", name: "0001-01-01T00:00:00+23:00"}, name) for name in TIMES),
            ({"kind": "opened", "part": [2, 1]}, "part"),
            ({"kind": "opened", "part": ["SECRET", 1]}, "part"),
            ({"kind": "opened", "tags": [7]}, "tags"),
            ({"kind": "opened", "metadata": {"SECRET": 7}}, "metadata"),
            ({"kind": "opened", "scope": "SECRET:x"}, "scope"),
            ({"kind": "opened", "failure": {"SECRET": "x"}}, "failure.?"),
            ({"kind": "opened", "failure": {"claimed": "SECRET"}}, "failure.claimed"),
            ({"kind": "opened", "failure": {"claimed": 7}}, "failure.claimed"),
            ({"kind": "opened", "failure": {"diagnostic": ["SECRET"]}}, "failure.diagnostic"),
        ],
    )  # fmt: skip
    def test_refused(self, stored: Any, path: str):
        """What is refused says where it stands, and holds nothing of it."""
        with pytest.raises(PayloadError) as caught:
            Event.from_dict(stored)
        assert (path, None) == (caught.value.path, re.search("SECRET", f"{caught.value}{caught.value.__cause__}"))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | texts | st.sampled_from(FIELDS),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner),
        )
    )
    def test_total(self, stored: Any):
        """Anything is an event, or a documented refusal."""
        try:
            event = Event.from_dict(stored)
        except PayloadError:
            return
        assert event == Event.from_dict(event.to_dict())


class TestSchema:
    """The published form: closed, explained, and of the vocabularies' words."""

    def test_is_a_schema(self):
        """It is valid itself."""
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_has_every_field(self):
        """It has the fields of an event, in their order, and no other."""
        assert (list(FIELDS), False) == (list(PROPERTIES), SCHEMA["additionalProperties"])

    def test_has_every_field_of_a_failure(self):
        """It has the fields of a failure, and no other."""
        failure = PROPERTIES["failure"]
        expected = [field.name for field in attrs.fields(Failure)]
        assert (expected, False) == (list(failure["properties"]), failure["additionalProperties"])

    @pytest.mark.parametrize(
        "written,vocabulary,left_out",
        [
            (PROPERTIES["kind"], EventKind, None),
            (PROPERTIES["actor"], Actor, Actor.UNKNOWN),
            (PROPERTIES["attribution"], Attribution, Attribution.EXACT),
            (PROPERTIES["channel"], Channel, Channel.EMAIL),
            (PROPERTIES["failure"]["properties"]["claimed"], Reason, None),
        ],
        ids=["kind", "actor", "attribution", "channel", "claimed"],
    )
    def test_words(self, written: Any, vocabulary: Any, left_out: object):
        """Its words are those of the vocabulary, but for the one that is left out."""
        assert [word for word in vocabulary if word is not left_out] == written["enum"]

    def test_scopes(self):
        """A scope begins with one of the scope kinds."""
        assert f"^({'|'.join(ScopeKind)})(:|$)" == PROPERTIES["scope"]["pattern"]

    @pytest.mark.parametrize(
        "written",
        [*PROPERTIES.values(), *PROPERTIES["failure"]["properties"].values()],
        ids=[*PROPERTIES, *PROPERTIES["failure"]["properties"]],
    )
    def test_descriptions(self, written: Any):
        """Every property says what it is, in one line."""
        assert re.fullmatch(r"\[?[A-Z i][^\n]{5,98}\.", written["description"])

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"kind": "read"},
            {"kind": "opened", "raw": 1},
            {"kind": "opened", "test": False},
            {"kind": "opened", "provider": None},
            {"kind": "opened", "occurred_at": "2024-05-01"},
        ],
    )
    def test_closed(self, wrong: Any):
        """What to_dict never writes is refused."""
        assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(wrong)


class TestLazy:
    """What folding never asks for is read once, and the element is let go of."""

    @staticmethod
    def lazy(read: list[int]) -> Event:
        """Make an event as a provider does."""

        def details() -> Details:
            read.append(1)
            return Details(value="late")

        return Event.read(
            EventKind.OPENED, Source(provider="example"), "ada@example.com", "m-1", None, NOON, details=details
        )

    def test_not_at_first(self):
        """Making an event and asking what happened reads no details."""
        read: list[int] = []
        event = self.lazy(read)
        assert (EventKind.OPENED, "example", []) == (event.kind, event.provider, read)

    def test_once(self):
        """Details are read on first use, and once."""
        read: list[int] = []
        event = self.lazy(read)
        assert (["late", "late", ()], [1]) == ([event.value, event.value, event.tags], read)

    def test_same_as_at_once(self):
        """When details are read changes nothing."""
        eager = Event(
            "opened", provider="example", recipient="ada@example.com", message_id="m-1", occurred_at=NOON, value="late"
        )
        assert (eager, eager.fingerprint, hash(eager)) == ((lazy := self.lazy([])), lazy.fingerprint, hash(lazy))

    @pytest.mark.parametrize(
        "again",
        [copy.copy, copy.deepcopy, pickled],
        ids=["copy", "deepcopy", "pickle"],
    )
    def test_copies(self, again: Any):
        """A copy has all fields, and nothing of the element they were read from."""
        copied = again(self.lazy([]))
        assert (self.lazy([]).to_dict(), Details(value="late")) == (copied.to_dict(), copied._rest)

    @given(any_event)
    def test_any_event_is_pickled(self, event: Event):
        """Every event crosses processes whole."""
        assert event.to_dict() == pickled(event).to_dict()


class TestFailure:
    """Why, as far as it was said."""

    def test_diagnosed(self):
        """Reason and permanence are read from the words."""
        failure = Failure(diagnostic="550 5.1.1 no such user")
        said = (failure.reason, failure.permanence, failure.address_is_bad)
        assert (Reason.UNKNOWN_RECIPIENT, Permanence.PERMANENT, True) == said

    def test_fields_are_diagnosed(self):
        """So they are from codes, command and host."""
        failure = Failure(reply_code="550", enhanced_code="5.7.30", smtp_command="RCPT", remote_mta="mx.google.com")
        assert Reason.SENDER_AUTHENTICATION is failure.reason

    def test_words_outrank_the_claim(self):
        """The provider's class counts only where words and codes say nothing."""
        assert Reason.MAILBOX_FULL is Failure(diagnostic="mailbox full", claimed=Reason.UNKNOWN_RECIPIENT).reason

    def test_claim(self):
        """Where they do, the class is the diagnosis, and says so."""
        found = Failure(claimed=Reason.UNKNOWN_RECIPIENT).diagnosis
        said = (found.reason, found.permanence, found.address_is_bad, found.evidence)
        assert (Reason.UNKNOWN_RECIPIENT, Permanence.PERMANENT, True, "reported") == said

    @pytest.mark.parametrize("said", ["550 no", "554 no", "550 5.0.0 no"])
    def test_the_claim_outranks_a_code_that_names_no_cause(self, said: str):
        """A bare 550 says no more than no: the provider's class knows better."""
        found = Failure(diagnostic=said, claimed=Reason.UNKNOWN_RECIPIENT)
        assert (Reason.UNKNOWN_RECIPIENT, True) == (found.reason, found.address_is_bad)

    def test_a_policy_is_no_bad_address(self):
        """A code that speaks of a policy stands against a class that blames the address."""
        found = Failure(diagnostic="550 5.7.1 no", claimed=Reason.UNKNOWN_RECIPIENT)
        assert (Reason.POLICY_REJECTED, False) == (found.reason, found.address_is_bad)
        assert Reason.REPUTATION_BLOCKED is Failure(diagnostic="550 5.7.1 no", claimed=Reason.REPUTATION_BLOCKED).reason

    def test_a_claim_makes_nothing_permanent_that_passes(self):
        """What the reply says will pass is not held against the address, whatever the class."""
        found = Failure(diagnostic="550 no, try again later", claimed=Reason.UNKNOWN_RECIPIENT)
        said = (found.reason, found.permanence, found.address_is_bad)
        assert (Reason.UNKNOWN_RECIPIENT, Permanence.TRANSIENT, False) == said

    def test_nothing_said(self):
        """Nothing said, nothing known."""
        assert (Reason.UNKNOWN, Permanence.UNDETERMINED) == (Failure().reason, Failure().permanence)

    def test_reason_of_an_event(self):
        """An event has a reason only if it failed."""
        assert (None, Reason.UNKNOWN) == (Event("opened").reason, Event("bounced", failure=Failure()).reason)

    @given(failures)
    def test_round_trip(self, failure: Failure):
        """A failure survives storing."""
        assert failure == Failure.from_dict(failure.to_dict())

    @pytest.mark.parametrize("name", [field.name for field in attrs.fields(Failure) if field.name != "claimed"])
    def test_cleaned(self, name: str):
        """Text is made printable and cut, whoever made the failure."""
        assert "\ufffd" + "x" * (LIMIT - 1) == getattr(Failure(**{name: "\x00" + "x" * LIMIT}), name)

    @pytest.mark.parametrize("name,wrong", [("diagnostic", TypeError), ("claimed", ValueError)])
    def test_refused(self, name: str, wrong: type[Exception]):
        """Another form is refused when it is made."""
        with pytest.raises(wrong):
            Failure(**{name: 7})

    def test_a_repr_holds_nothing_of_strangers(self):
        """A failure and a scope can be logged: only our own words are shown."""
        secret = dict.fromkeys(
            ("reply_code", "enhanced_code", "diagnostic", "reported", "smtp_command", "remote_mta"), "SECRET"
        )
        assert "SECRET" not in repr(Failure(**secret, claimed=Reason.EXPIRED))
        assert "SECRET" not in repr(Scope(ScopeKind.LIST, "SECRET"))

    def test_claim_as_a_string(self):
        """The claimed reason may be given as a string, and becomes a member."""
        assert Reason.EXPIRED is Failure(claimed="expired").claimed


class TestScope:
    """What an unsubscription covers."""

    @given(st.builds(Scope, st.sampled_from(ScopeKind), st.text()))
    def test_round_trip(self, scope: Scope):
        """A scope is read as it is written, whatever its name."""
        assert scope == Scope.of(str(scope))

    def test_everything(self):
        """Everything needs no name."""
        assert ("everything", EVERYTHING) == (str(EVERYTHING), Scope.of("everything"))

    def test_of_a_scope(self):
        """A scope is a scope."""
        assert EVERYTHING is Scope.of(EVERYTHING)

    def test_kind_as_a_string(self):
        """The kind may be given as a string, and becomes a member."""
        assert ScopeKind.TAG is Scope("tag").kind
