"""`decant rollback`: the source takes over again, with what was written since."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("rollback", short_help="Go back to the source, with what was written since.")
@click.argument("move", shell_complete=complete.moves)
@click.option(
    "--confirm",
    metavar="MOVE",
    shell_complete=complete.moves,
    help="The move's id, in place of typing it. --yes does not cover this.",
)
@click.option(
    "--accept-loss",
    "loss",
    metavar="MOVE",
    shell_complete=complete.moves,
    help="The move's id: lose what a broken flow back did not bring, or what is on a target that is out of reach.",
)
@json_option
@click.pass_obj
def COMMAND(app: App, move: str, confirm: str | None, loss: str | None, as_json: bool) -> None:
    """Stop the writes, bring back what was written on the target, compare, and switch the names to the source."""
    from decant.confirm import by_name
    from decant.interrupt import stopping
    from decant.journeys import moving
    from estate.errors import UsageError
    from migration.machine import Command

    with stopping(f"`decant rollback {move}`") as stop, moving.engine(app, stop) as engine:
        found = engine.may(move, Command.ROLLBACK)
        if loss not in {None, found.id}:
            raise UsageError(f"{loss} is not the move {found.id}", f"give --accept-loss={found.id}")
        by_name(
            app,
            found.id,
            f"Writes to {found.workload} stop, for at most {app.settings.move.freeze_seconds:g} s, and "
            f"{found.source} takes over again.",
            confirm,
        )
        done = engine.rollback(found.id, accept_loss=loss is not None)
    moving.show(done, as_json)
