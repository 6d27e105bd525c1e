"""`decant schema`: the published shape of every `--json` output."""

import click


@click.group("schema")
def COMMAND() -> None:
    """JSON Schemas of what `--json` prints, for scripts and pipelines."""


@COMMAND.command("list")
def list_() -> None:
    """List every schema and the commands that print it."""
    from decant.output import next_step, table
    from decant.schemas import OUTPUTS

    table(
        "Schemas of --json",
        ["schema", "printed by", "what"],
        [[name, output.commands, output.about] for name, output in OUTPUTS.items()],
    )
    next_step("decant schema show NAME")


@COMMAND.command("show")
@click.argument("name")
def show(name: str) -> None:
    """Print the JSON Schema of NAME, as `decant.estate/1`."""
    import json

    from decant.schemas import OUTPUTS, json_schema
    from estate.suggest import unknown

    if name not in OUTPUTS:
        raise unknown("schema", name, OUTPUTS, "see `decant schema list`")
    click.echo(json.dumps(json_schema(name), indent=2))
