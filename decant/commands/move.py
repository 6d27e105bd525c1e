"""`decant move`: bring a workload to where it can be cut over."""

import shlex

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("move", short_help="Copy a workload to its target and follow the source.")
@click.argument("workload", shell_complete=complete.workloads)
@click.option(
    "--to",
    "target",
    required=True,
    shell_complete=complete.hosts,
    help="The target server, or an object store of decant.toml.",
)
@click.option("--describe", "--dry-run", "describe", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--confirm",
    "confirmed",
    metavar="SERVER",
    multiple=True,
    shell_complete=complete.hosts,
    help="Allow a service to be restarted on this server. May be given more than once.",
)
@click.option(
    "--against-plan",
    metavar="REASON",
    default="",
    help="Move it though the plan or an override decided otherwise, and say why: the reason goes into the ledger.",
)
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
@json_option
@click.pass_obj
def COMMAND(
    app: App,
    workload: str,
    target: str,
    describe: bool,
    confirmed: tuple[str, ...],
    against_plan: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Copy WORKLOAD to a target and follow the source, until it is ready for its cutover.

    The source goes on serving. Run it again to go on after an interruption; while the move soaks, it brings back
    what was written on the target since.
    """
    from decant.confirm import change
    from decant.interrupt import stopping
    from decant.journeys import moving
    from decant.output import next_step, show_json
    from estate.suggest import unknown

    for server in confirmed:
        if server not in app.hosts:
            raise unknown("server", server, app.hosts, "see `decant hosts list`")
    again = f"`decant move {workload} --to {target}`"
    with stopping(again) as stop, moving.engine(app, stop) as engine:
        if describe:
            said = engine.describe(workload, target, against_plan)
            if as_json:
                show_json("decant.description/1", {"description": said})
                return
            moving.show_description(said)
            needed = "".join(f" --confirm={server}" for server in said.restarts)
            needed += f" --against-plan={shlex.quote(against_plan)}" if said.against_plan else ""
            next_step(f"decant move {workload} --to {target}{needed}")
            return
        engine.may_start(workload, target, against_plan)
        change(app, f"Copying {workload} to {target} while it goes on serving", yes)
        move = engine.start(workload, target, confirmed, against_plan)
    moving.show(move, as_json)
