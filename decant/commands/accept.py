"""`decant accept`: the end of the soak."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("accept", short_help="End the soak: the target serves for good.")
@click.argument("move", shell_complete=complete.moves)
@click.option(
    "--confirm",
    metavar="MOVE",
    shell_complete=complete.moves,
    help="The move's id, in place of typing it. --yes does not cover this.",
)
@click.option(
    "--backup-verified",
    "backup",
    metavar="REFERENCE",
    default="",
    help="Which backup of the target was restored and checked. Decant cannot see that: it goes into the ledger as "
    "your statement.",
)
@json_option
@click.pass_obj
def COMMAND(app: App, move: str, confirm: str | None, backup: str, as_json: bool) -> None:
    """Let the target serve for good: the flow back ends, and everything temporary is removed.

    The source's data stays as it is, closed to applications. There is no rollback after it.
    """
    from decant.confirm import by_name
    from decant.interrupt import stopping
    from decant.journeys import moving
    from migration.machine import Command

    with stopping(f"`decant accept {move}`") as stop, moving.engine(app, stop) as engine:
        found = engine.may(move, Command.ACCEPT)
        by_name(app, found.id, f"After this there is no way back from {found.target} without loss.", confirm)
        done = engine.accept(found.id, backup)
    moving.show(done, as_json)
