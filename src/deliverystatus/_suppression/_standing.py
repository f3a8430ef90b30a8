"""What a standing stops: each thing that is told makes a cause or does not, whatever else is known."""

from datetime import datetime

from deliverystatus._enums import Purpose
from deliverystatus._suppression._rules import SETTINGS, Rules
from deliverystatus._suppression._values import Cause, Standing
from deliverystatus._suppression._words import CauseKind
from deliverystatus._values import EVERYTHING


def setting(
    kind: CauseKind,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    purposes: frozenset[Purpose] = frozenset(),
) -> Cause:
    """Make the cause that something is which is no event; it stops the *purposes* besides its own."""
    ground = SETTINGS[kind]
    return Cause(
        kind=kind,
        reason=ground.reason,
        decided_by=ground.decided_by,
        scope=EVERYTHING,
        channel=None,
        domain=None,
        provider=None,
        account=None,
        purposes=ground.purposes | purposes,
        since=since,
        happened_by=since,
        until=until,
        evidence=None,
        releases=ground.releases,
        listed_by=(),
    )


def settings_that_stop(
    standing: Standing, rules: Rules, purpose: Purpose, now: datetime, *, agreed: bool
) -> list[Cause]:
    """
    Give the causes that a standing is, for whatever message of the purpose.

    Args:
        standing: What the caller tells.
        rules: Which purposes need to be opted in to.
        purpose: What the message is for.
        now: The time (aware, UTC).
        agreed: Whether an event said that the recipient opted in; the caller's word stands above it.
    """
    agreed = agreed if standing.opted_in is None else standing.opted_in
    asked = standing.opted_in is False or purpose in rules.opt_in
    renewed = standing.quota_renews_at is not None and standing.quota_renews_at <= now
    empty = standing.quota_left is not None and standing.quota_left <= 0 and not renewed
    told = {
        CauseKind.DECLINED: standing.declined is True,
        CauseKind.POLICY_HOLD: standing.on_hold is True,
        CauseKind.NOT_OPTED_IN: asked and not agreed,
        CauseKind.TEMPLATE_DISABLED: standing.template_on is False,
        CauseKind.CHANNEL_DISABLED: standing.channel_on is False,
        CauseKind.QUOTA_EXCEEDED: empty,
    }
    return [
        setting(
            kind,
            until=standing.quota_renews_at if kind is CauseKind.QUOTA_EXCEEDED else None,
            purposes=rules.opt_in if kind is CauseKind.NOT_OPTED_IN else frozenset(),
        )
        for kind, stops in told.items()
        if stops
    ]
