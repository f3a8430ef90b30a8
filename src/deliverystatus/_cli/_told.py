"""How things are told: what the product calls them, and what its account can report at all."""

from datetime import datetime
from typing import Any

import click

from deliverystatus import Tracking, Wording


def _since(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    try:
        since = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("expected a time with its zone, such as 2019-07-23T00:00:00Z") from None
    if since is not None and since.utcoffset() is None:
        raise click.BadParameter("expected a time with its zone, such as 2019-07-23T00:00:00Z")
    return since


OPTIONS = (
    click.option("--product", metavar="NAME", help="What the product is called."),
    click.option("--recipient", metavar="NOUN", help="What the product calls a recipient: client, patient, member."),
    click.option("--support", metavar="WHOM", help="Whom to contact, such as an address."),
    click.option("--sent-only", is_flag=True, help="The account reports no deliveries: sent is the last that is heard."),
    click.option("--returns", is_flag=True, help="With --sent-only: what is returned is reported all the same."),
    click.option("--no-opens", is_flag=True, help="Openings are not tracked."),
    click.option("--tracking-since", metavar="TIME", callback=_since, help="Nothing is heard of what was sent before."),
)  # fmt: skip


def told(asked: dict[str, Any]) -> dict[str, Any]:
    """Take these options out of those that were given, and make of them what ``explain`` takes."""
    names = {name: asked.pop(name) for name in ("product", "recipient", "support")}
    tracking = Tracking(
        delivery=False if asked.pop("sent_only") else None,
        returns=asked.pop("returns"),
        opens=not asked.pop("no_opens"),
        since=asked.pop("tracking_since"),
    )
    return {"wording": Wording(**names), "tracking": None if tracking == Tracking() else tracking}
