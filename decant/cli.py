"""The command line: one file a command in `decant/commands/`, loaded only when it is used."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

import decant.commands
from estate.errors import DecantError

JOURNEY: Mapping[str, Sequence[str]] = {
    "Set up": ("init", "doctor", "hosts", "approvers", "config"),
    "Look": ("status", "discover", "observe", "import", "estate"),
    "Decide": ("lifecycle", "assess", "risk", "why", "systems", "costs", "plan"),
    "Build": ("stack",),
    "Move": ("move", "moves", "approve", "cutover", "rollback", "accept", "cancel"),
    "Prove": ("check", "rules", "report", "evidence"),
    "Try it": ("demo", "practice"),
    "For scripts and shells": ("schema", "completion"),
}
"""Every command, in the order in which a council needs them."""


class Commands(click.Group):
    """A group whose commands are the files of `decant/commands/`; `stack.py` is `decant stack`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in order."""
        del ctx
        names = (info.name for info in pkgutil.iter_modules(decant.commands.__path__))
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under the part of the journey that they serve."""
        for part, names in JOURNEY.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(part):
                formatter.write_dl(
                    [(name, one.get_short_help_str(formatter.width)) for name, one in found if one], col_max=12
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; one that is not there is refused with the nearest that are."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=self.list_commands(ctx), ctx=ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None where no file has its name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"decant.commands.{cmd_name.replace('-', '_')}")
        command: object = getattr(module, "COMMAND", None)
        if not isinstance(command, click.Command) or command.name != cmd_name:
            raise DecantError(
                f"decant/commands/{module.__name__} defines no COMMAND of the name {cmd_name}",
                "give the file and the command the same name",
            )
        return command


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `decant init`, then `decant status` says what comes next. Try it all: `decant demo`.",
)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="DECANT_WORKSPACE",
    help="The workspace to work in. Default: the nearest folder upwards that holds decant.toml.",
)
@click.option(
    "--no-input",
    is_flag=True,
    envvar="DECANT_NO_INPUT",
    help="Never ask; fail and name the flag that is missing.",
)
@click.version_option(package_name="decant", message="decant %(version)s")
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None, no_input: bool) -> None:
    """Move a council's servers out of its server room: find out, decide, build, move, and prove it."""
    from decant.app import App

    ctx.obj = App(start=workspace, no_input=no_input)
    ctx.call_on_close(ctx.obj.close)
