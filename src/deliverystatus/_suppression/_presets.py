"""
Rules that others have, by name, next to our own: what each counts, for how long, and what makes it forget.

All are read with our diagnosis: *hard* is a failure that shows that the address is bad, *soft* one that counts when
repeated, and what is never the address's fault counts in none of them. A complaint is one everywhere. What differs
from the source is said beside the row. Where theirs ends by itself, ours does with one message that tries the address
first. Each row that lets a bad address, or one who complained, be written to without a proper release says so
(``weakens_law_8``).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import attrs

from deliverystatus._enums import Party
from deliverystatus._suppression._rules import GROUNDS, UNASKED, Ground, Rules, Threshold
from deliverystatus._suppression._words import Fact, ReleaseProof
from deliverystatus.exceptions import UnknownName

_DAY = timedelta(days=1)


def _also_by_link(facts: Iterable[Fact]) -> Mapping[Fact, Ground]:
    """Let the recipient lift these by following a link that was mailed there: it shows that the address works."""
    by_link = (Party.RECIPIENT, ReleaseProof.LINK_MAILED_THERE)
    return GROUNDS | {fact: attrs.evolve(GROUNDS[fact], releases=(by_link, *GROUNDS[fact].releases)) for fact in facts}


RULES: Mapping[str, Rules] = {
    rules.name: rules
    for rules in (
        Rules(name="default"),
        # GNU Mailman 2.1: hard 1, soft a half, of each day one, off at 5, forgotten after a week without another; who is
        # off comes back through the link in the reminder. (Mailman/Defaults.py.in, DEFAULT_BOUNCE_SCORE_THRESHOLD and
        # _INFO_STALE_AFTER; Mailman/Bouncer.py, registerBounce: "score >= threshold", though the manual, section 2.8,
        # says "greater than". There the first of a day counts, here the heaviest.)
        Rules(
            name="mailman",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=5, hard=1, soft=0.5, stale_after=7 * _DAY),),
            resets=frozenset(),
            grounds=_also_by_link((Fact.FAILED,)),
        ),
        # Discourse: soft 1, hard 2, off at 4, each copy once; 30 days after the latest all is forgotten, or when a link
        # that was mailed there is followed. (app/models/email_bounce_score.rb; config/site_settings.yml,
        # soft_bounce_score, hard_bounce_score, bounce_score_threshold, reset_bounce_score_after_days; pull requests
        # 42660, 42670, 42688. There each message that is sent takes a tenth off, here none does.)
        Rules(
            name="discourse",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=4, hard=2, soft=1, per_day=4, stale_after=30 * _DAY, lasts=(30 * _DAY,)),),
            resets=frozenset(),
            grounds=_also_by_link((Fact.BAD_ADDRESS, Fact.FAILED)),
        ),
        # Salesforce Marketing Cloud, subscriber status Held: three or more in a row, the first and the last more than 14
        # days apart; an opening or a click makes active again.
        # (https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/subscriberstatus.html)
        Rules(
            name="salesforce_held",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=3, hard=1, soft=1, per_day=3, apart=14 * _DAY),),
            resets=frozenset({Fact.DELIVERED, Fact.ENGAGED}),
        ),
        # PyPI: one hard, or more than five soft with no delivery between; until the address is verified again, by a link.
        # (pypi/warehouse, warehouse/email/ses/models.py, MAX_TRANSIENT_BOUNCES. There a delivery that was still under
        # way leaves it unverified, here it starts the count again.)
        Rules(
            name="pypi",
            weakens_law_8=True,  # who follows a link that was mailed to a bad address needs nobody else
            thresholds=(Threshold(score=6, per_day=6),),
            grounds=_also_by_link((Fact.BAD_ADDRESS, Fact.FAILED)),
        ),
        # Postal: one refused for good, or one given up after 18 attempts, for 30 days; a success removes it. An attempt
        # that is followed by another is no failure here, so what is given up counts. (postalserver/postal,
        # app/lib/message_dequeuer/outgoing_message_processor.rb and single_message_processor.rb;
        # default_maximum_delivery_attempts, default_suppression_list_automatic_removal_days)
        Rules(
            name="postal",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=1, hard=1, soft=1, lasts=(30 * _DAY,)),),
        ),
        # listmonk as installed: one hard one blocks, soft ones never do, one complaint does. (The setting bounce.actions
        # in schema.sql of knadh/listmonk)
        Rules(name="listmonk", thresholds=()),
        # Firefox accounts: one hard one within 24 hours, or two within twelve months.
        # (mozilla/fxa-auth-server, issue 1893, pull request 1934)
        Rules(
            name="tiers",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(
                Threshold(score=1, hard=1, soft=0, lasts=(_DAY,)),
                Threshold(score=2, hard=1, soft=0, per_day=2, window=365 * _DAY, lasts=(365 * _DAY,), from_first=True),
            ),
            resets=frozenset(),
        ),
        # hitobito: three of any sort, and it does not forget. (hitobito/hitobito, issues 3053, 3692, 3531)
        Rules(
            name="hitobito",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=3, hard=1, soft=1, per_day=3),),
            resets=frozenset(),
        ),
        # AstroBin: three soft ones within a week. (astrobin/astrobin, pull request 1672)
        Rules(name="astrobin", thresholds=(Threshold(score=3, per_day=3, window=7 * _DAY),), resets=frozenset()),
        # Precise Petcare: a week after each, of any sort, and nothing ends it early but staff.
        # (https://precisepetcare.freshdesk.com/support/solutions/articles/1000269923-email-log)
        Rules(
            name="time_boxed",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=1, hard=1, soft=1, lasts=(7 * _DAY,)),),
            resets=frozenset(),
        ),
        # Sendamatic stops for longer each time, and does not say how long (https://docs.sendamatic.net/suspension-list/);
        # so does Scaleway, for a bad address and a full mailbox: at first for 48 hours, since 2025-08 for a week
        # (scaleway/docs-content, pages/transactional-email/how-to/manage-blocklists.mdx, pull request 5385). The last
        # number is ours.
        Rules(
            name="time_boxed_growing",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=1, hard=1, soft=1, lasts=(2 * _DAY, 7 * _DAY, 30 * _DAY)),),
            resets=frozenset(),
        ),
        # margince: the mark is read off the log, and a delivery that is later than the latest bounce clears it.
        # (margince, pull request 3164)
        Rules(
            name="cleared_by_delivery",
            weakens_law_8=True,
            at_first_strike=False,
            thresholds=(Threshold(score=1, hard=1, soft=0),),
        ),
        # Braze and AI Inbx: who complained still gets what they must know, and nothing else.
        Rules(
            name="complaint_spares_transactional",
            weakens_law_8=True,
            grounds=GROUNDS | {Fact.COMPLAINT: attrs.evolve(GROUNDS[Fact.COMPLAINT], purposes=UNASKED)},
        ),
    )
}


def rules_of(rules: str | Rules) -> Rules:
    """
    Give the rules of that name.

    Raises:
        UnknownName: If there are none.
        ValueError: If they are rules of one's own under the name of others.
    """
    if isinstance(rules, Rules):
        if rules.name in RULES and rules != RULES[rules.name]:
            raise ValueError("rules: expected another name for rules of one's own, since there are others of that name")
        return rules
    UnknownName.refuse("suppression rules", rules, RULES)
    return RULES[rules]
