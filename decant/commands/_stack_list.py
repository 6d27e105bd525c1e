"""`decant stack list`: the stacks of the workspace."""

from datetime import date, datetime

import click

from decant.app import App
from decant.output import json_option


@click.command("list", short_help="List the stacks with kind, expiry and monthly cost.")
@json_option
@click.pass_obj
def COMMAND(app: App, as_json: bool) -> None:
    """List the workspace's stacks with kind, expiry, and cost by the last preview."""
    from decant.journeys.stack_list import listing
    from decant.output import next_step, say, show_json, table
    from estate.documents import words

    stacks = listing(app)
    if as_json:
        show_json("decant.stacks/1", {"stacks": stacks})
        return
    table(
        "Stacks",
        ("name", "kind", "£ a month", "budget £", "expires", "previewed"),
        [
            (
                s["name"],
                s["kind"],
                "not previewed" if s["monthly_gbp"] is None else f"{s['monthly_gbp']:,.2f}",
                f"{s['budget_gbp']:,.0f}" if s["budget_gbp"] else None,
                words.day(date.fromisoformat(s["expires_on"])) if s["expires_on"] else "no date",
                words.moment(datetime.fromisoformat(s["previewed_at"])) if s["previewed_at"] else "not yet",
            )
            for s in stacks
        ],
        numbers=("£ a month", "budget £"),
    )
    for s in stacks:
        if s["problem"]:
            say(f"{s['name']}: {s['problem']}")
    next_step("decant stack preview NAME")
