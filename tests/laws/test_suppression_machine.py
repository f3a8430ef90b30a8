"""
Long histories against a naive model: a log that is never folded, and is read anew for every question.

Histories stay within the bounds of what is kept (four copies that
fail, three that are delivered, few events without a time), so list and log must agree in all; what happens beyond is
tried in test_suppression_laws.py. Deliveries and remarks are never dated after the question: of a copy, or of a sort,
a list keeps the latest only, and does not look behind it. What undoes something is kept by the day, and may be dated ahead.
"""

import json
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from suppression_log import (
    ASKED,
    CHECKED,
    DAY,
    DECIDED,
    EVERYTHING,
    INTERACTS,
    NEVER,
    SELF,
    STARTS,
    TRIES,
    Log,
    is_elsewhere,
    on,
    place,
)

from deliverystatus import (
    Actor,
    CauseKind,
    Channel,
    Event,
    Failure,
    Party,
    Purpose,
    Reason,
    Scope,
    Standing,
    SuppressionList,
    WhyNot,
    stop_by_hand,
    suppress,
)
from deliverystatus._suppression._facts import release_value
from deliverystatus.testing import START, event, failure

HOUR = timedelta(hours=1)

PEOPLE = ("ada@example.com", "Bob@Example.COM", "+15550100")  # two of one domain, and a phone

# -- what may happen -------------------------------------------------------------------------------------------------

BAD = Failure(diagnostic="550 5.1.1 user unknown")
NO_DOMAIN = failure(Reason.UNKNOWN_DOMAIN)
FULL = failure(Reason.MAILBOX_FULL)
OURS = failure(Reason.SPAM_CONTENT)
LISTED = [failure(reason) for reason in Reason if reason.startswith("suppressed_")]

people = st.sampled_from(PEOPLE)
channels = st.sampled_from([Channel.EMAIL, Channel.EMAIL, Channel.SMS, Channel.WHATSAPP])
scopes = st.sampled_from(
    [None, EVERYTHING, Scope("group", "5"), Scope("group", "6"), Scope("group"), Scope("sender", "1")]
)
lists = st.sampled_from([("example", None), ("example", "main"), ("other", None)])
failing = st.sampled_from(["m-1", "m-2", "m-3"])  # of one day as many are kept, with one that has no time
delivering = st.sampled_from(["m-1", "m-2", "m-5"])  # as many are kept
doubts = st.sampled_from(
    [{}] * 5
    + [{"authenticated": False}, {"authenticated": True}, {"attribution": "candidate"}, {"attribution": "message"}]
    + [{"test": True}, {"recipient": None}]
)
ago = st.builds(
    lambda days, hours: days * DAY + hours * HOUR, st.sampled_from([0, 0, 1, 2, 10, 29, 30, 31]), st.integers(0, 2)
)
ahead = ago | st.just(-2 * DAY)
said = st.sampled_from([
    *((CauseKind.COMPLAINT, pair) for pair in sorted(SELF)),
    *((kind, pair) for kind in (CauseKind.BAD_ADDRESS, CauseKind.BAD_DOMAIN) for pair in sorted(CHECKED)),
    *((kind, pair) for kind in (CauseKind.REPEATED_FAILURES, CauseKind.MANUAL) for pair in sorted(DECIDED)),
    *((CauseKind.UNSUBSCRIBE, pair) for pair in sorted(ASKED)),
    *((CauseKind.PROVIDER_LIST, pair) for pair in sorted({*ASKED, *DECIDED})),
])  # fmt: skip
pairs = st.sampled_from(sorted({*ASKED, *DECIDED, *CHECKED}))
purposes = st.sampled_from(Purpose)


class Histories(RuleBasedStateMachine):
    """Two stores that each hear of something, and a log that hears of all."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.stores = [suppress([]), suppress([])]
        self.now = START

    def hears(self, store: bool, *events: Event) -> None:  # noqa: FBT001 (which of two)
        """Let one store hear of something."""
        self.log.events += events
        self.stores[store] |= suppress(events)

    @property
    def known(self) -> SuppressionList:
        """All that either store heard."""
        return self.stores[0] | self.stores[1]

    # -- grounds: at any time, at none, and a little later than now

    @rule(
        store=st.booleans(),
        who=people,
        what=st.sampled_from([
            ("complained", None), ("bounced", BAD), ("rejected", BAD), ("deferred", BAD), ("bounced", NO_DOMAIN),
            ("bounced", OURS), ("marked_not_spam", None), ("opened", None),
        ]),
        ago=st.none() | ago | st.just(-DAY),
        came=st.none() | ago,
        scope=st.sampled_from([None, None, None, Scope("stream", "broadcast")]),
        channel=channels,
        doubt=doubts,
    )  # fmt: skip
    def ground(self, *, store, who, what, ago, came, scope, channel, doubt):
        """Somebody complains, or an address or a domain turns out to be bad, or what only looks like it."""
        kind, why = what
        if kind == "opened" and (ago is None or ago < timedelta()):
            ago = timedelta()
        at, arrival = None if ago is None else self.now - ago, None if came is None else self.now - came
        fields = {"recipient": who, "failure": why, "scope": scope, "channel": channel, "received_at": arrival} | doubt
        self.hears(store, event(kind, at=at, **fields))

    @rule(
        store=st.booleans(),
        who=people,
        copy=failing,
        ago=ago,
        final=st.booleans(),
        given_up=st.sampled_from(
            [{"kind": "soft_bounced"}] * 3 + [{"kind": "deferred", "retrying": again} for again in (False, None)]
        ),
        doubt=doubts,
    )
    def fails(self, *, store, who, copy, ago, final, given_up, doubt):
        """A message fails for a full mailbox, or since somebody it was forwarded to is unknown; or is put off."""
        why = {"failure": BAD, "final_recipient": "cyd@example.net"} if final else {"failure": FULL}
        self.hears(store, event(at=self.now - ago, message_id=copy, **{"recipient": who} | given_up | why | doubt))

    @rule(store=st.booleans(), who=people, came=st.none() | ago)
    def fails_at_no_time(self, *, store, who, came):
        """A message fails, and only when that was heard of is known, or not even that."""
        arrival = None if came is None else self.now - came
        self.hears(
            store,
            event("soft_bounced", at=None, message_id="m-4", recipient=who, failure=FULL, received_at=arrival),
        )

    @rule(store=st.booleans(), who=people, ago=ago, every=st.sampled_from([0, 1, 9, 14, 15, 16]))
    def fails_three_times(self, *, store, who, ago, every):
        """Three messages fail for a full mailbox, on one day or some days apart."""
        last = self.now - ago
        self.hears(
            store,
            *(
                event(
                    "bounced", at=last - number * every * DAY, message_id=f"m-{number + 1}", recipient=who, failure=FULL
                )
                for number in range(3)
            ),
        )

    @rule(
        store=st.booleans(),
        who=people,
        kind=st.sampled_from(["unsubscribed", "unsubscribed", "resubscribed"]),
        channel=channels,
        scope=scopes,
        actor=st.sampled_from(Actor),
        ago=ahead | st.none(),
        doubt=doubts,
    )
    def leaves_or_comes_back(self, *, store, who, kind, channel, scope, actor, ago, doubt):
        """Somebody unsubscribes or subscribes again, at a scope, by mail or by text; or a scanner does."""
        at = None if ago is None else self.now - ago
        fields = {"recipient": who, "channel": channel, "scope": scope, "actor": actor} | doubt
        self.hears(store, event(kind, at=at, **fields))

    @rule(
        store=st.booleans(),
        who=people,
        actor=st.sampled_from([Party.STAFF, Party.SUPPORT]),
        scope=scopes,
        chosen=st.sets(purposes, max_size=2),
        ago=ago,
        lasts=st.sampled_from([None, None, DAY, 31 * DAY]),
    )
    def stopped_by_hand(self, *, store, who, actor, scope, chosen, ago, lasts):
        """Somebody on our side stops messages, for a while perhaps."""
        at = self.now - ago
        until = None if lasts is None else at + lasts
        self.hears(store, stop_by_hand(who, actor=actor, at=at, scope=scope, purposes=chosen, until=until))

    @rule(
        store=st.booleans(),
        who=people,
        kind=st.sampled_from(["suppression_changed", "dropped"]),
        value=st.sampled_from(["added", "added", "removed"]),
        why=st.sampled_from([*LISTED, BAD, OURS, None]),
        where=lists,
        channel=channels,
        scope=st.sampled_from([None, Scope("stream", "broadcast"), Scope("sender", "1")]),
        ago=ahead | st.none(),
        doubt=doubts,
    )
    def listed(self, *, store, who, kind, value, why, where, channel, scope, ago, doubt):
        """A provider puts an address on its list, takes it off, or drops a message since it is there."""
        at, (provider, account) = None if ago is None else self.now - ago, where
        fields = {
            "recipient": who,
            "value": value,
            "failure": why,
            "scope": scope,
            "account": account,
            "channel": channel,
        }
        self.hears(store, event(kind, at=at, **fields | {"provider": provider, "message_id": None} | doubt))

    # -- what lifts, and remarks

    @rule(store=st.booleans(), who=people, copy=delivering, ago=ago | st.none(), doubt=doubts)
    def delivered(self, *, store, who, copy, ago, doubt):
        """A message is delivered."""
        at = None if ago is None else self.now - ago
        self.hears(store, event("delivered", at=at, message_id=copy, **{"recipient": who} | doubt))

    @rule(
        store=st.booleans(),
        who=people,
        kind=st.sampled_from([*TRIES, *STARTS, *INTERACTS]),
        actor=st.sampled_from(Actor),
        ago=ago | st.none(),
        doubt=doubts,
    )
    def remarked(self, *, store, who, kind, actor, ago, doubt):
        """Something happens that neither stops nor lifts by itself."""
        at = None if ago is None else self.now - ago
        self.hears(store, event(kind, at=at, **{"recipient": who, "actor": actor} | doubt))

    @rule(
        store=st.booleans(),
        who=people,
        said=said | st.tuples(st.sampled_from(CauseKind), pairs),
        channel=channels,
        scope=scopes,
        where=lists | st.just((None, None)),
        which=st.sampled_from(["", "", "", "bulk", "bulk,transactional", *(str(why.reason) for why in LISTED)]),
        ago=ahead | st.none(),
        doubt=doubts,
    )
    def released_by_hand(self, *, store, who, said, channel, scope, where, which, ago, doubt):
        """A release comes that nobody was asked for: it may be right, wrong, late, or forged."""
        at, (provider, account) = None if ago is None else self.now - ago, where
        fields = {"recipient": who, "channel": channel, "scope": scope, "provider": provider, "account": account}
        value = release_value(said[0], *said[1], which)
        self.hears(store, event("released", at=at, message_id=None, value=value, **fields | doubt))

    @precondition(lambda self: self.log.events)
    @rule(store=st.booleans(), pick=st.randoms(use_true_random=False), came=st.none() | ago)
    def repeated(self, *, store, pick, came):
        """Something is said again, perhaps to the other store; it arrives at another time, which may be earlier."""
        again = pick.choice(self.log.events)
        told = again.to_dict() | {"received_at": None if came is None else (self.now - came).isoformat()}
        self.hears(store, Event.from_dict({name: value for name, value in told.items() if value is not None}))

    # -- the stores

    @rule(days=st.sampled_from([1, 3, 27, 28, 30, 31, 365, 366]))
    def time_passes(self, days):
        """Some days go by."""
        self.now += days * DAY

    @rule(store=st.booleans())
    def merged(self, store):
        """One store is told all that the other knows."""
        self.stores[store] |= self.stores[not store]

    @rule(store=st.booleans())
    def stored(self, store):
        """A store is written down, and read again."""
        self.stores[store] = SuppressionList.from_dict(json.loads(json.dumps(self.stores[store].to_dict())))

    # -- what is asked

    @precondition(lambda self: self.log.events)
    @rule(
        who=people,
        purpose=purposes,
        channel=channels,
        scope=st.sampled_from([None, Scope("group", "5"), Scope("group", "7"), Scope("sender", "1"), Scope("sender", "2")]),
        where=lists | st.just((None, None)),
        told=st.fixed_dictionaries({}, optional={
            "opted_in": st.none() | st.booleans(), "declined": st.booleans(), "template_on": st.booleans(),
            "channel_on": st.booleans(), "quota_left": st.sampled_from([0, 1]), "on_hold": st.booleans(),
        }),
        active=st.none() | ago,
        later=st.sampled_from([0, 3, 28, 31, 730]),
    )  # fmt: skip
    def asked(self, *, who, purpose, channel, scope, where, told, active, later):
        """The list says of any message exactly what the log does."""
        message = {"purpose": purpose, "channel": channel, "scope": scope, "where": where}
        self.agrees(who, **message, told=told, active=active, now=self.now + later * DAY)

    def agrees(self, who, *, purpose, channel, now, scope=None, where=(None, None), told=None, active=None):
        """Compare one answer: all causes and their limits, and whether the message is a trial."""
        provider, account, told = *where, told or {}
        standing = Standing(**told, last_active=None if active is None else self.now - active)
        decision = self.known.may_send(
            who, purpose=purpose, channel=channel, scope=scope, provider=provider, account=account,
            standing=standing, now=now,
        )  # fmt: skip
        expected = [
            (stop.kind, stop.scope, stop.channel, stop.provider, stop.account, stop.purposes, stop.by, stop.until)
            for stop in self.log.stops(who, now).values()
            if purpose in stop.purposes
            and stop.channel in (None, on(who, channel))
            and not is_elsewhere(scope, stop)
            and (provider is None or stop.provider in (None, provider))
            and (account is None or stop.account in (None, account))
        ]
        inactive = self.log.is_inactive(who, now, standing.last_active) and purpose is Purpose.BULK
        settled = {
            CauseKind.DECLINED: told.get("declined"),
            CauseKind.POLICY_HOLD: told.get("on_hold"),
            CauseKind.NOT_OPTED_IN: told.get("opted_in") is False and purpose is not Purpose.TRANSACTIONAL,
            CauseKind.TEMPLATE_DISABLED: told.get("template_on") is False,
            CauseKind.CHANNEL_DISABLED: told.get("channel_on") is False,
            CauseKind.QUOTA_EXCEEDED: told.get("quota_left") == 0,
            CauseKind.INACTIVE: inactive,
        }
        found = [
            (each.kind, each.scope, each.channel, each.provider, each.account, each.purposes, each.happened_by or NEVER, each.until)
            for each in decision.causes
            if each.kind not in settled
        ]  # fmt: skip
        assert sorted(map(repr, expected)) == sorted(map(repr, found))
        assert {kind for kind, stops in settled.items() if stops} == {each.kind for each in decision.causes} & {
            *settled
        }
        assert (not expected and not any(settled.values())) is decision.allowed
        assert (self.log.repeated(who, now)[1] and decision.allowed) is decision.probe

    @precondition(lambda self: self.log.events)
    @rule(
        store=st.booleans(),
        who=people,
        pick=st.randoms(use_true_random=False),
        pair=pairs,
        wait=st.sampled_from([0, 1]),
    )
    def release_asked(self, *, store, who, pick, pair, wait):
        """A release of something that stands is accepted exactly if its event lifts it, for the list and for the log."""
        self.now += wait * HOUR
        standing = [*self.log.stops(who, self.now).values()]
        if not standing:
            assert WhyNot.NO_SUCH_CAUSE is self.release(who, CauseKind.COMPLAINT, pair).why_not
            return
        stop = pick.choice(sorted(standing, key=repr))
        named = self.cause(who, stop)
        release = self.release(who, named, pair)
        alike = [each for each in standing if place(each) == place(stop)]
        may = all(pair in each.releases for each in alike)
        assert (may and all(each.by < self.now for each in alike)) is release.accepted
        if release.accepted:
            self.hears(store, release.event)
            assert not [each for each in self.log.stops(who, self.now).values() if place(each) == place(stop)]
        elif stop.kind is not CauseKind.REPEATED_FAILURES:  # of which a release at the very moment leaves but one
            said, where = (
                release_value(stop.kind, *pair, stop.which),
                {"provider": stop.provider, "account": stop.account},
            )
            self.hears(store, event(
                "released", at=self.now, recipient=who, value=said, message_id=None, scope=stop.scope,
                channel=stop.channel or Channel.EMAIL, **where,
            ))  # fmt: skip
            entry = CauseKind.PROVIDER_LIST  # all that a drop is after a release, even of one that is dated ahead of it
            left = self.log.stops(who, self.now).values()
            assert [each for each in left if place(each) == place(stop) or each.kind is entry]
        self.agrees_at_all(who)

    def cause(self, who, stop):
        """Find what the list calls it."""
        for purpose in stop.purposes:
            for each in self.known.may_send(who, purpose=purpose, channel=stop.channel or "email", now=self.now).causes:
                where = each.kind, each.channel, each.scope, each.provider, each.account
                if place(stop) == (*where, stop.reason and each.reason, each.which):
                    return each
        raise AssertionError(stop.kind)

    def release(self, who, cause, pair):
        """Ask for one, now."""
        return self.known.release(who, cause, actor=pair[0], proof=pair[1], at=self.now)

    def agrees_at_all(self, who):
        """Compare the answers for every purpose, now, after a trial's time, and when failures are over."""
        for purpose in Purpose:
            for channel in Channel:
                for later in (0, 31):
                    self.agrees(who, purpose=purpose, channel=channel, now=self.now + later * DAY)

    def teardown(self):
        """In the end every answer agrees, and the order in which all of it came made no difference."""
        for who in PEOPLE:
            self.agrees_at_all(who)
        assert self.known == suppress(self.log.events) == suppress([*reversed(self.log.events)])


def test_long_histories_are_read_as_their_log_is():
    """Whatever happens to three people, in whatever order and store, the list says what the whole log does (law 8)."""
    run_state_machine_as_test(Histories, settings=settings(max_examples=220, stateful_step_count=40))


@pytest.mark.exhaustive
def test_many_longer_histories_are_read_as_their_log_is():
    """The same for many more, and longer ones."""
    run_state_machine_as_test(Histories, settings=settings(max_examples=2_000, stateful_step_count=60))
