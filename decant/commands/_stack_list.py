"""`decant stack list`: the stacks of the workspace."""

from datetime import date, datetime

import click

from decant.app import App
from decant.output import json_option


@click.command("list", short_help="List the stacks with kind, cost, budget left and expiry.")
@json_option
@click.pass_obj
def COMMAND(app: App, as_json: bool) -> None:
    """List the workspace's stacks with kind, expiry, and cost by the last preview.

    What is left of a budget is without what the other stacks on the same platform cost. It warns of stacks that expire
    within seven days.
    """
    from decant.journeys.stack_life import ending
    from decant.journeys.stack_list import listing
    from decant.output import next_step, say, show_json, table
    from estate.documents import words

    stacks = listing(app)
    if as_json:
        show_json("decant.stacks/1", {"stacks": stacks})
        return
    table(
        "Stacks",
        ("name", "kind", "stands on", "£ a month", "budget £", "left £", "expires", "days left", "previewed"),
        [
            (
                s["name"],
                s["kind"],
                s["platform"],
                "not previewed" if s["monthly_gbp"] is None else f"{s['monthly_gbp']:,.2f}",
                f"{s['budget_gbp']:,.0f}" if s["budget_gbp"] else None,
                None if s["left_gbp"] is None else f"{s['left_gbp']:,.2f}",
                words.day(date.fromisoformat(s["expires_on"])) if s["expires_on"] else "no date",
                "" if s["days_left"] is None else s["days_left"],
                words.moment(datetime.fromisoformat(s["previewed_at"])) if s["previewed_at"] else "not yet",
            )
            for s in stacks
        ],
        numbers=("£ a month", "budget £", "left £", "days left"),
    )
    for s in stacks:
        if s["problem"]:
            say(f"{s['name']}: {s['problem']}")
    for s in stacks:
        if s["out_of_date"]:
            say(f"{s['name']}: the cost is not of today, as {s['out_of_date']}.")
    over = [s["name"] for s in stacks if s["left_gbp"] is not None and s["left_gbp"] < 0]
    for name in over:
        say(f"Look at this: {name} is over its budget.")
    soon = ending(app)
    for one in soon:
        say(f"Look at this: {one.told}.")
    unseen = [s["name"] for s in stacks if not s["problem"] and (s["monthly_gbp"] is None or s["out_of_date"])]
    if any(one.left < 0 for one in soon):
        next_step("decant stack reap", "lists what has expired, and takes away what you confirm")
    elif soon:
        next_step(f"decant stack extend {soon[0].name} --until DATE --reason TEXT", "if it is still needed")
    elif over:
        next_step(f"decant stack preview {over[0]}", "says by how much, and what takes it")
    elif unseen:
        next_step(f"decant stack preview {unseen[0]}", "says what it costs")
    elif stacks:
        next_step("decant check stack NAME", "holds one against the rules")
    else:
        next_step("decant stack new NAME --kind KIND", "makes one")
