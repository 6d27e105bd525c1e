"""Every command as the command line knows it; `python -m decant.reference` prints docs/commands.md."""

import inspect
from collections.abc import Iterator

import click

from decant.cli import cli

HEAD = """\
# Commands

Every command, as `--help` says it. `decant status` says at any time which one comes next.

This page is the output of `python -m decant.reference`; a test holds it to the commands.
"""


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command and group below `group`, by its words without `decant`: `("stack preview", …)`."""
    with click.Context(group, info_name="decant") as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield " ".join((*path, name)), command
                if isinstance(command, click.Group):
                    yield from commands(command, (*path, name))


def markdown() -> str:
    """docs/commands.md: the options of `decant` itself, then each command with its arguments and options."""
    parts = [HEAD, *_command("decant [OPTIONS] COMMAND", cli, 2)]
    for words, command in commands():
        depth = 2 if " " not in words else 3
        parts += _command(" ".join(["decant", words, *_arguments(command)]), command, depth)
    return "\n".join(parts) + "\n"


def _arguments(command: click.Command) -> list[str]:
    if isinstance(command, click.Group):
        return ["[COMMAND]" if command.invoke_without_command else "COMMAND"]
    with click.Context(command) as context:
        return [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]


def _command(title: str, command: click.Command, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} {title}\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    with click.Context(command) as context:
        rows = [p.get_help_record(context) for p in command.params if isinstance(p, click.Option)]
    shown = [row for row in rows if row is not None]
    if shown:
        yield "| option | |"
        yield "| --- | --- |"
        for option, text in shown:
            yield f"| `{_cell(option)}` | {_cell(text)} |"
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(markdown(), nl=False)
