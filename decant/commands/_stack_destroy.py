"""`decant stack destroy`: take a stack away."""

import click

from decant import complete
from decant.app import App


@click.command("destroy")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--confirm",
    metavar="NAME",
    shell_complete=complete.stacks,
    help="The stack's name, to go on without being asked.",
)
@click.pass_obj
def COMMAND(app: App, name: str, confirm: str | None) -> None:
    """Take the stack NAME away, with all that is in it.

    Exits with 4, before anything is taken away, where something in it is protected, as in production.
    """
    from decant.confirm import by_name
    from decant.journeys.stack_deploy import deployment, noted
    from decant.journeys.stack_life import refuse_while_stood_on
    from decant.output import next_step

    refuse_while_stood_on(app, name)
    built = deployment(app, name)
    by_name(app, name, f"Everything in the stack {name} is deleted, data included.", confirm)
    noted(app, name, "stack.destroy", lambda: built.destroy(app.progress))
    next_step("decant stack list")
