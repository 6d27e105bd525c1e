"""`decant approvers`: who may approve, by `allowed_signers` and as the ledger knows it."""

from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from decant.rows import ApproverRow
    from estate.signers import Signer


@click.group("approvers", short_help="List and record who may approve a cutover.")
def COMMAND() -> None:
    """Who may approve a cutover, each with their own SSH key."""


@COMMAND.command("list", short_help="Show the people, and whether the ledger knows them.")
@json_option
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List who `allowed_signers` names, and whether the ledger knows the file as it is now."""
    from decant.output import next_step, say, show_json
    from estate import approvals, signers

    people = signers.read(app.workspace.allowed_signers)
    entry = approvals.recorded(app.ledger)
    if as_json:
        listed: list[ApproverRow] = [
            {"name": one.name, "key_type": one.kind, "fingerprint": one.fingerprint} for one in people
        ]
        show_json(
            "decant.approvers/1", {"approvers": listed, "recorded_in_entry": entry.sequence if entry else None}
        )
        return
    _show(people, "Who may approve")
    if not people:
        say(f"Write a line `{signers.FORM}` for each approver into {app.workspace.allowed_signers}")
        next_step("decant approvers record", "when they are written")
    elif entry is None:
        say("The ledger does not know this file yet; until it does, nobody can approve.")
        next_step("decant approvers record")
    else:
        say(f"Noted in ledger entry {entry.sequence}.")
        next_step("decant moves", "see what waits for approval")


@COMMAND.command("record", short_help="Show the people, then note them in the ledger.")
@click.option("--yes", is_flag=True, help="Record them without being asked.")
@click.pass_obj
def record(app: App, yes: bool) -> None:
    """Show who may approve, and note it in the ledger; until then a changed file is refused."""
    from decant.confirm import change
    from decant.output import next_step, say
    from estate import approvals, signers

    people = signers.read(app.workspace.allowed_signers)
    _show(people, "Who would be able to approve")
    entry = approvals.recorded(app.ledger)
    if entry is not None:
        say(f"Noted already, in ledger entry {entry.sequence}; nothing was changed.")
    else:
        change(app, "Are these the people, each with their own key?" if people else "Let nobody approve?", yes)
        noted = approvals.record_signers(app.ledger, app.actor)
        say(f"Noted in ledger entry {noted.sequence}.")
    next_step("decant moves", "see what waits for approval")


def _show(people: "Sequence[Signer]", title: str) -> None:
    from decant.output import table

    table(
        title,
        ["name", "key", "fingerprint", "comment"],
        [[one.name, one.kind, one.fingerprint, one.comment or "—"] for one in people],
    )
