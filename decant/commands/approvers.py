"""`decant approvers`: who may approve, as the ledger knows it."""

import click

from decant.app import App


@click.group("approvers")
def COMMAND() -> None:
    """Who may approve a cutover: the people in `allowed_signers`, each with their own SSH key."""


@COMMAND.command("record")
@click.pass_obj
def record(app: App) -> None:
    """Note the present `allowed_signers` in the ledger; until then a changed file is refused."""
    from decant.output import next_step, say
    from estate.approvals import record_signers

    noted = record_signers(app.ledger, app.actor)
    names = ", ".join(noted.payload["principals"]) or "nobody"
    say(f"May approve from now on: {names} (ledger entry {noted.sequence})")
    next_step("decant moves", "see what waits for approval")
