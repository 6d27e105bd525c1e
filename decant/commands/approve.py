"""`decant approve`: a second person signs what a move was described to do."""

from pathlib import Path

import click

from decant import complete
from decant.app import App


@click.command("approve", short_help="Approve a cutover with your own SSH key.")
@click.argument("move", shell_complete=complete.moves)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your SSH key. Without it, the ssh-agent's is used.",
)
@click.option("--as", "principal", metavar="NAME", help="Who you are, as allowed_signers names you.")
@click.pass_obj
def COMMAND(app: App, move: str, key: Path | None, principal: str | None) -> None:
    """Approve the cutover of MOVE with your own SSH key. You must be another person than who started it.

    What you approve is shown first; the signature is over its hash, and ends with any change of it.
    """
    from decant.confirm import change
    from decant.journeys import moving
    from decant.output import next_step, say
    from estate.approvals import require_recorded

    with moving.engine(app) as engine:
        found = engine.to_be_approved(move)
        require_recorded(app.ledger)
        if found.description is not None:
            moving.show_description(found.description)
            say(f"SHA-256 of the description: {found.description_sha256}")
        if app.can_ask:
            change(app, f"You approve the cutover of {found.workload} to {found.target}", yes=False)
        made = engine.approve(found.id, key, principal)
    say(f"{made.principal} approved the cutover of {found.id} (ledger entry {made.entry}).")
    next_step(f"decant cutover {found.id}")
