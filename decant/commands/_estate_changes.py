"""`decant estate changes`: what changed between two moments."""

import click

from decant.app import App
from decant.output import json_option

_WHEN = "DAY|TIME"


@click.command("changes", short_help="Say what changed between two days or times.")
@click.option(
    "--since", metavar=_WHEN, required=True, help="From when, as 2026-11-01, 2026-11-01T18:30, 18:30, yesterday."
)
@click.option("--until", metavar=_WHEN, help="Until when, a day to its end. Default: until now.")
@click.option("--all", "everything", is_flag=True, help="Also the jobs of the operating systems.")
@json_option
@click.pass_obj
def COMMAND(app: App, since: str, until: str | None, everything: bool, as_json: bool) -> None:
    """Say what appeared, went, or has another value, from the history that the store keeps.

    What differs at each look (connections, load, processes, sizes by less than a tenth) is left out.
    """
    from decant.journeys.changes import bounds, changes
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import moment

    first, last = bounds(since, until)
    found = changes(app.store, first, last, everything)
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
