"""`decant cancel`: give a move up before its target serves."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("cancel", short_help="Give a move up before its cutover.")
@click.argument("move", shell_complete=complete.moves)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def COMMAND(app: App, move: str, yes: bool, as_json: bool) -> None:
    """Give MOVE up before its cutover: what was copied to the target and everything temporary is removed."""
    from decant.confirm import change
    from decant.interrupt import stopping
    from decant.journeys import moving
    from migration.machine import Command

    with stopping(f"`decant cancel {move}`") as stop, moving.engine(app, stop) as engine:
        found = engine.may(move, Command.CANCEL)
        change(app, f"Removing what was copied of {found.workload} to {found.target}", yes)
        done = engine.cancel(found.id)
    moving.show(done, as_json)
