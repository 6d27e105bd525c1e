"""`decant stack up`: build a stack."""

import click

from decant import complete
from decant.app import App


@click.command("up")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--yes", is_flag=True, help="Build without asking.")
@click.pass_obj
def COMMAND(app: App, name: str, yes: bool) -> None:
    """Build the stack NAME, or bring it up to date. Needs the Pulumi CLI and an Azure account."""
    from decant.confirm import change
    from decant.journeys.stack_deploy import deployment, within_budget
    from decant.journeys.stack_files import record
    from decant.journeys.stack_preview import preview
    from decant.output import next_step, say

    built = deployment(app, name)
    made = preview(app, name)
    within_budget(made, built.settings)
    say(f"{name}: {len(made.built)} resources, about £{made.estimate.monthly_gbp:,.2f} a month without VAT")
    change(app, f"Build {name}?", yes)
    record(app, name, "stack.up", built.up(say))
    next_step(f"decant stack outputs {name}")
