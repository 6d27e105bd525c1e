"""`decant plan why`: why a workload is in its wave."""

from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from migration.planning.why import Why

_SHOWN = 12
"""So many of the earlier windows are shown, the nearest; --json has all."""


@click.command("why", short_help="Say why a workload is in its wave.")
@click.argument("workload", shell_complete=complete.workloads)
@json_option
@click.pass_obj
def COMMAND(app: App, workload: str, as_json: bool) -> None:
    """Say why WORKLOAD is in its wave: what presses, what it talks to, and what speaks against each earlier window.

    Each earlier window is tried with this one system moved there and all others where they are.
    """
    from decant.journeys.planning import why
    from decant.output import next_step, show_json

    found = why(app, workload)
    if as_json:
        show_json("decant.plan-why/1", {"why": found})
        return
    _show(found)
    next_step("decant plan what-if --help", "to try other rules")


def _show(found: "Why") -> None:
    from decant.output import listing, say, table
    from estate.documents.words import count, day

    if found.wave is None:
        say(f"{found.workload}: {'; '.join(found.reasons)}")
        return
    say(f"{found.workload}: wave {found.wave} ({found.name})" + (f", {day(found.day)}" if found.day else ""))
    if found.together:
        listing(f"It moves as part of {found.system}, with", found.together)
    listing("What counts for it", found.reasons)
    listing("What it takes of a window", found.takes)
    risk = found.low_risk or f"not low: {'; '.join(found.not_low_risk)}"
    listing("Its risk, for a pilot", [risk] if found.takes else [])
    if found.talks:
        table(
            "What it talks to",
            ("system", "dependencies", "moves"),
            [
                (one.system, one.dependencies, "together with it" if one.together else f"on {day(one.day)}: cut")
                for one in found.talks
            ],
            numbers=("dependencies",),
        )
    if found.earlier:
        left = len(found.earlier) - _SHOWN
        table(
            "Earlier windows, were it alone to move there",
            ("window", "is", "because"),
            [(day(one.day), one.state, "; ".join(one.reasons)) for one in found.earlier[-_SHOWN:]],
        )
        if left > 0:
            say(f"{count(left, 'window')} before these: --json has all.")
    elif found.takes:
        say("There is no earlier window.")
