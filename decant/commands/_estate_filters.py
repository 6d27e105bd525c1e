"""The filters of commands that show a part of the estate."""

from collections.abc import Callable
from typing import Any

import click

_KINDS = ("postgres", "mariadb", "sqlserver", "files", "website", "schedule", "service", "machine")

_PARTS: tuple[Callable[[Any], Any], ...] = (
    click.argument("text", required=False),
    click.option("--os", help="Only servers whose operating system has this in its name, as debian or 2012-r2."),
    click.option("--role", type=click.Choice(["legacy", "target"]), help="Only servers of this role."),
    click.option("--owner", help="Only servers whose owner has this in its name."),
    click.option("--kind", type=click.Choice(_KINDS), help="Only servers with such workloads, and only these."),
    click.option("--ended", is_flag=True, help="Only servers with something on them that is out of support."),
)


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command TEXT and the filters, under the names of `decant.journeys.estate.Wanted`."""
    for each in reversed(_PARTS):
        command = each(command)
    return command
