"""`decant estate changes`: what changed since the last discover, or between two moments."""

import click

from decant.app import App
from decant.output import json_option

_WHEN = "DAY|TIME"


@click.command("changes", short_help="Say what changed since the last discover, or between two times.")
@click.option(
    "--since",
    metavar=_WHEN,
    help="From when, as 2026-11-01, 2026-11-01T18:30, 18:30, yesterday. Default: from before the last discover.",
)
@click.option("--until", metavar=_WHEN, help="Until when, a day to its end. Default: until now.")
@click.option("--all", "everything", is_flag=True, help="Also the jobs of the operating systems.")
@json_option
@click.pass_obj
def COMMAND(app: App, since: str | None, until: str | None, everything: bool, as_json: bool) -> None:
    """Say what appeared, went, or has another value, from the history that the store keeps.

    Without --since, the last discover is held against what was known before it. What differs at each look
    (connections, load, processes, sizes by less than a tenth) is left out.
    """
    from decant.journeys.changes import bounds, changes, contents_apart, last_run
    from decant.journeys.status import standing
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import count, moment

    first, last = bounds(since or last_run(app), until)
    found = changes(app.store, first, last, everything)
    if as_json:
        show_json("decant.changes/1", {"since": first, "until": last, "changes": found})
        return
    shown, along = contents_apart(found)
    values = any(one.field for one in shown)
    table(
        f"Changes from {moment(first)} to {moment(last)}",
        ["what", "change", "since", *(["value", "before", "after"] if values else [])],
        [
            [
                f"{one.kind} {one.id}" if one.kind == "server" else one.id,
                one.what,
                moment(one.at),
                *([one.field.replace("_", " ") or "—", one.before or "—", one.after or "—"] if values else []),
            ]
            for one in shown
        ],
    )
    if along:
        things = count(along, "workload or dependency", "workloads and dependencies")
        say(f"{things} came or went with a server that did, and are left out here: --json has them.")
    if app.settings.retention.days:
        say(f"History is kept for {app.settings.retention.days} days: older days cannot be compared.")
    then = standing(app)
    next_step(then.next, then.why)
