"""`decant cutover`: the target takes over."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("cutover", short_help="Stop the writes, compare both sides, switch to the target.")
@click.argument("move", shell_complete=complete.moves)
@click.option(
    "--confirm",
    metavar="MOVE",
    shell_complete=complete.moves,
    help="The move's id, in place of typing it. --yes does not cover this.",
)
@click.option(
    "--against-plan",
    metavar="REASON",
    default="",
    help="Cut over outside the window of its wave, and say why: the reason goes into the ledger.",
)
@json_option
@click.pass_obj
def COMMAND(app: App, move: str, confirm: str | None, against_plan: str, as_json: bool) -> None:
    """Stop the writes, carry over the rest, compare both sides, and switch the names to the target.

    Needs an approval by a second person. Until the names are switched, whatever goes wrong leaves the source
    serving; run it again to go on after an interruption. The move then soaks: what is written flows back.
    """
    from decant.confirm import by_name
    from decant.interrupt import stopping
    from decant.journeys import moving
    from migration.machine import Command

    with stopping(f"`decant cutover {move}`") as stop, moving.engine(app, stop) as engine:
        found = engine.may(move, Command.CUTOVER, against_plan)
        seconds = app.settings.move.freeze_seconds
        by_name(
            app,
            found.id,
            f"Writes to {found.workload} stop, for at most {seconds:g} s. The point of no return is the switch to "
            f"{found.target}; before it the source serves again if anything goes wrong, after it go back by "
            f"`decant rollback {found.id}`.",
            confirm,
        )
        done = engine.cutover(found.id, against_plan)
    moving.show(done, as_json)
