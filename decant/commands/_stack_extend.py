"""`decant stack extend`: more days for a short-lived stack."""

from datetime import date

import click

from decant import complete
from decant.app import App
from decant.days import Day


@click.command("extend", short_help="Give a short-lived stack more days.")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--until",
    type=Day(),
    required=True,
    metavar="DATE",
    help="The day it is to be gone, as 2026-12-24; no further ahead than its kind may live.",
)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it is kept in the ledger.")
@click.pass_obj
def COMMAND(app: App, name: str, until: date, reason: str) -> None:
    """Move the expiry of the stack NAME in its settings file; every comment in it stays."""
    from decant.journeys.stack_life import built, extend
    from decant.output import next_step, say
    from estate.documents.words import day

    before, also = extend(app, name, until, reason)
    say(f"{name} expires on {day(until)} instead of {day(before)}" + (", its end_date too." if also else "."))
    if built(app).get(name) in ("built", "begun"):
        next_step(f"decant stack up {name}", "so that the labels in Azure say so too")
    else:
        next_step(f"decant stack preview {name}")
