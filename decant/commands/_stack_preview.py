"""`decant stack preview`: what a stack builds and costs, offline."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("preview")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--against",
    metavar="FILE|NAME",
    shell_complete=complete.stacks,
    help="Show what differs from an earlier preview.",
)
@json_option
@click.pass_obj
def COMMAND(app: App, name: str, against: str | None, as_json: bool) -> None:
    """Show what the stack NAME builds and what it costs a month. Offline: no Pulumi CLI, no Azure account."""
    from decant.journeys.stack_preview import compare, document, earlier, preview
    from decant.journeys.stack_shown import show
    from decant.output import next_step, say, show_json

    before = earlier(app, against) if against else None
    made = preview(app, name)
    changes = None if before is None else compare(before, made)
    if as_json:
        show_json("decant.preview/1", document(made, changes))
        return
    show(made, changes)
    for warning in made.warnings:
        say(f"Note: {warning}.")
    next_step(f"decant check stack {name}", "check it against the policies")
