"""Stacks that are built: what stands between a command and Pulumi."""

from typing import TYPE_CHECKING

from decant.app import App
from decant.journeys.stack_files import settings_file
from estate.errors import RefusedError
from estate.records.preview import Preview
from stacks.settings.whole import StackSettings

if TYPE_CHECKING:
    from stacks.deploy import Deployment


def deployment(app: App, name: str) -> "Deployment":
    """The stack, ready for Pulumi; raises `ToolMissingError` without its CLI."""
    from stacks.deploy import Deployment, require_cli

    path = settings_file(app, name)
    require_cli()
    return Deployment(path, app.workspace.state / "pulumi" / name)


def within_budget(made: Preview, settings: StackSettings) -> None:
    """Raises `RefusedError` where the estimate is more than the stack's budget."""
    budget = settings.budget.monthly_gbp
    cost = made.estimate.monthly_gbp
    if cost > budget:
        raise RefusedError(
            f"{made.stack} would cost about £{cost:,.2f} a month, and its budget is £{budget:,.2f}",
            "make it smaller, or have budget.monthly_gbp raised by whoever holds the budget",
        )
