"""`decant stack refresh`: bring what Pulumi knows in line with Azure."""

import click

from decant import complete
from decant.app import App


@click.command("refresh")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--yes", is_flag=True, help="Refresh without asking.")
@click.pass_obj
def COMMAND(app: App, name: str, yes: bool) -> None:
    """Bring the state of the stack NAME in line with what is in Azure."""
    from decant.confirm import change
    from decant.journeys.stack_deploy import deployment, noted
    from decant.output import next_step

    built = deployment(app, name)
    change(app, f"Change what Pulumi knows of {name}?", yes)
    noted(app, name, "stack.refresh", lambda: built.refresh(app.progress))
    next_step(f"decant stack preview {name}")
