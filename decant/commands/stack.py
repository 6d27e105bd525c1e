"""`decant stack`: where workloads move to. Each of its commands is a file beside this one, `_stack_NAME.py`."""

import importlib
from pathlib import Path

import click

_PREFIX = "_stack_"


class _Stack(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        found = Path(__file__).parent.glob(f"{_PREFIX}*.py")
        return sorted(path.stem.removeprefix(_PREFIX).replace("_", "-") for path in found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"decant.commands.{_PREFIX}{cmd_name.replace('-', '_')}")
        found: click.Command = module.COMMAND
        return found


@click.group("stack", cls=_Stack, short_help="Preview, price and build where the workloads move to.")
def COMMAND() -> None:
    """Where the workloads move to: preview, price, build and take away."""
