"""`decant stack new`: a settings file for a new stack."""

import click

from decant.app import App

KINDS = ("production", "test", "incident", "rehearsal")


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the stack is for.")
@click.pass_obj
def COMMAND(app: App, name: str, kind: str) -> None:
    """Write a commented settings file for a stack of the name NAME."""
    from decant.journeys.stack_files import new
    from decant.output import next_step, say

    path = new(app, name, kind)
    click.echo(path)
    say("Fill in what says FILL IN; a preview works without.")
    next_step(f"decant stack preview {name}")
