"""
Rules that others have, by name, next to our own: what each counts, for how long, and what makes it forget.

All are read with our diagnosis: *hard* is a failure that shows that the address is bad, *soft* one that counts when
repeated, and what is never the address's fault counts in none of them. A complaint is one everywhere. Each that lets
a bad address be written to without a proper release says so (``weakens_law_8``).
"""

from collections.abc import Mapping
from datetime import timedelta

import attrs

from deliverystatus._enums import Party
from deliverystatus._suppression._rules import GROUNDS, Rules, Threshold
from deliverystatus._suppression._words import Fact, ReleaseProof
from deliverystatus.exceptions import UnknownName

_DAY = timedelta(days=1)

#: Discourse starts again when a link that was mailed there is followed.
_BY_LINK = (Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)

RULES: Mapping[str, Rules] = {
    rules.name: rules
    for rules in (
        Rules(name="default"),
        # GNU Mailman 2.1, section 2.8 and Defaults.py: hard 1, soft a half, once a day, off at 5, forgotten after a
        # week without another. Members are told how to come back, and need nobody's leave.
        Rules(
            name="mailman",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=5, hard=1, soft=0.5, stale_after=7 * _DAY),),
            resets=frozenset(),
        ),
        # Discourse (soft_bounce_score 1, hard_bounce_score 2, bounce_score_threshold 4, reset after 30 days)
        Rules(
            name="discourse",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=4, hard=2, soft=1, per_day=1, window=30 * _DAY),),
            resets=frozenset(),
            grounds={
                **GROUNDS,
                Fact.BAD_ADDRESS: attrs.evolve(
                    GROUNDS[Fact.BAD_ADDRESS], releases=(_BY_LINK, *GROUNDS[Fact.BAD_ADDRESS].releases)
                ),
                Fact.FAILED: attrs.evolve(GROUNDS[Fact.FAILED], releases=(_BY_LINK, *GROUNDS[Fact.FAILED].releases)),
            },
        ),
        # Salesforce Marketing Cloud, subscriber status Held: three in a row, the first and the last more than 14 days
        # apart; an opening or a click makes active again
        Rules(
            name="salesforce_held",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=3, hard=1, soft=1, per_day=3, apart=14 * _DAY),),
            resets=frozenset({Fact.DELIVERED, Fact.ENGAGED}),
        ),
        # PyPI (warehouse): one hard one, or more than five for a while with no delivery between; until verified again
        Rules(name="pypi", thresholds=(Threshold(score=6, per_day=6),)),
        # Postal: one hard failure, or 18 failed ones, for 30 days; a success removes
        Rules(
            name="postal",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(
                Threshold(score=1, hard=1, soft=0, lasts=(30 * _DAY,)),
                Threshold(score=18, hard=1, soft=1, per_day=18, lasts=(30 * _DAY,)),
            ),
        ),
        # listmonk as installed: one hard one blocks, soft ones never do
        Rules(name="listmonk", thresholds=()),
        # mozilla/fxa#1893: one within 24 hours, or two within twelve months
        Rules(
            name="tiers",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(
                Threshold(score=1, hard=1, soft=0, lasts=(_DAY,)),
                Threshold(score=2, hard=1, soft=0, window=365 * _DAY, lasts=(365 * _DAY,), from_first=True),
            ),
            resets=frozenset(),
        ),
        # Scaleway stops for 48 hours, Precise Petcare for a week, Sendamatic longer each time
        Rules(
            name="time_boxed",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=1, hard=1, soft=0, lasts=(2 * _DAY, 7 * _DAY, 30 * _DAY)),),
        ),
    )
}


def rules_of(rules: str | Rules) -> Rules:
    """
    Give the rules of that name.

    Raises:
        UnknownName: If there are none.
    """
    if isinstance(rules, Rules):
        return rules
    UnknownName.refuse("suppression rules", rules, RULES)
    return RULES[rules]
