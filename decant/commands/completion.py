"""`decant completion SHELL`: the script that completes commands and names."""

import click


@click.command("completion", short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def COMMAND(shell: str) -> None:
    """Print the completion script of SHELL; `eval "$(decant completion bash)"` uses it at once."""
    from click.shell_completion import get_completion_class

    from decant.cli import cli

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(cli, {}, "decant", "_DECANT_COMPLETE").source())
