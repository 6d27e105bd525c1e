"""`decant status`: where things stand, and what comes next."""

import click

from decant.app import App
from decant.output import json_option


@click.command("status", short_help="Show where the workspace stands, and what comes next.")
@json_option
@click.pass_obj
def COMMAND(app: App, as_json: bool) -> None:
    """Show where this workspace stands and the next command to type."""
    from decant.journeys.services import wrong_services
    from decant.journeys.status import standing
    from decant.output import next_step, say, show_json, table

    now = standing(app)
    if as_json:
        show_json(
            "decant.status/1", {"workspace": str(app.workspace.root), "stages": now.stages, "next": now.next}
        )
        return
    table(
        f"Workspace {app.workspace.root}",
        ["stage", "state", "detail"],
        [[stage.name, stage.state, stage.detail] for stage in now.stages],
    )
    for wrong in wrong_services(app):
        say(f"{wrong.what}: {wrong.remedy}")
    next_step(now.next, now.why)
