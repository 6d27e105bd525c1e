"""`decant estate changes`: what changed between two dates."""

from datetime import datetime

import click

from decant.app import App
from decant.output import json_option

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("changes", short_help="Say what changed between two dates.")
@click.option("--since", type=_DAY, required=True, help="The first day, as 2026-11-01.")
@click.option("--until", type=_DAY, help="The last day. Default: until now.")
@json_option
@click.pass_obj
def COMMAND(app: App, since: datetime, until: datetime | None, as_json: bool) -> None:
    """Say what appeared, went, or has another value, from the history that the store keeps.

    What differs at each look (connections, load, processes, sizes by less than a tenth) is left out.
    """
    from decant.journeys.changes import changes, day_bounds
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import moment

    first, last = day_bounds(since.date(), until.date() if until else None)
    found = changes(app.store, first, last)
    if as_json:
        show_json("decant.changes/1", {"since": first, "until": last, "changes": found})
        return
    table(
        f"Changes from {moment(first)} to {moment(last)}",
        ["", "what", "", "value", "before", "after", "noted"],
        [
            [one.kind, one.id, one.what, one.field.replace("_", " "), one.before, one.after, moment(one.at)]
            for one in found
        ],
    )
    if app.settings.retention.days:
        say(f"History is kept for {app.settings.retention.days} days: older days cannot be compared.")
    next_step("decant estate list")
