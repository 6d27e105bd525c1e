"""`decant move`: bring a workload to where it can be cut over."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("move")
@click.argument("workload", shell_complete=complete.workloads)
@click.option("--to", "target", required=True, shell_complete=complete.hosts, help="The target server.")
@click.option("--describe", "--dry-run", "describe", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--confirm",
    "confirmed",
    metavar="SERVER",
    multiple=True,
    shell_complete=complete.hosts,
    help="Allow a service to be restarted on this server. May be given more than once.",
)
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
@json_option
@click.pass_obj
def COMMAND(
    app: App, workload: str, target: str, describe: bool, confirmed: tuple[str, ...], yes: bool, as_json: bool
) -> None:
    """Copy WORKLOAD to a target and follow the source, until it is ready for its cutover.

    The source goes on serving. Run it again to go on after an interruption; while the move soaks, it brings back
    what was written on the target since.
    """
    from decant.confirm import change
    from decant.interrupt import stopping
    from decant.journeys import moving
    from decant.output import next_step, show_json

    again = f"`decant move {workload} --to {target}`"
    with stopping(again) as stop, moving.engine(app, stop) as engine:
        if describe:
            said = engine.describe(workload, target)
            if as_json:
                show_json("decant.description/1", {"description": said})
                return
            moving.show_description(said)
            needed = "".join(f" --confirm={server}" for server in said.restarts)
            next_step(f"decant move {workload} --to {target}{needed}")
            return
        change(app, f"Copying {workload} to {target} while it goes on serving", yes)
        move = engine.start(workload, target, confirmed)
    moving.show(move, as_json)
