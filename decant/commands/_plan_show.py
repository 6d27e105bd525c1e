"""`decant plan show`: the plan as it stands."""

import click

from decant.app import App
from decant.output import json_option


@click.command("show", short_help="Show the plan as it stands; writes nothing.")
@click.option(
    "--rules", is_flag=True, help="Show each rule that it is held to, with the name for `what-if --drop-rule`."
)
@json_option
@click.pass_obj
def COMMAND(app: App, rules: bool, as_json: bool) -> None:
    """Show plan.toml as it stands, with what is done and under way. Nothing is planned anew."""
    from decant.commands import _plan_shown
    from decant.journeys.planning import given, held, rules_of
    from decant.output import listing, next_step, show_json, table

    about = given(app)
    plan = held(app, about)
    found = rules_of(about) if rules else []
    if as_json:
        show_json(
            "decant.plan-shown/1",
            {**_plan_shown.data(plan), "rules": found},
        )
        return
    _plan_shown.waves(plan)
    listing("plan.toml was edited, and breaks these rules", plan.broken)
    if plan.changes:
        _plan_shown.impossible(plan)
    if rules:
        table("Rules", ("name", "rule"), [(one.id, one.words) for one in found])
    next_step("decant plan why WORKLOAD", "why it is in its wave; `decant plan what-if` tries other rules")
