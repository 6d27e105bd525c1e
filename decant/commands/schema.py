"""`decant schema`: the published shape of every `--json` output."""

import click

from decant import complete
from decant.output import json_option


@click.group("schema", short_help="Show the published shape of every --json output.")
def COMMAND() -> None:
    """JSON Schemas of what `--json` prints, for scripts and pipelines."""


@COMMAND.command("list")
@click.option("--markdown", is_flag=True, help="Print the tables of docs/json.md.")
@json_option
def list_(markdown: bool, as_json: bool) -> None:
    """List every schema and the commands that print it."""
    from decant.output import next_step, show_json, table
    from decant.schema_page import markdown as tables
    from decant.schemas import OUTPUTS

    if as_json:
        listed = [{"name": n, "commands": list(o.commands), "about": o.about} for n, o in OUTPUTS.items()]
        show_json("decant.schemas/1", {"schemas": listed})
        return
    if markdown:
        click.echo(tables(), nl=False)
        return
    table(
        "Schemas of --json",
        ["schema", "printed by", "what"],
        [[name, ", ".join(output.commands) or "any", output.about] for name, output in OUTPUTS.items()],
    )
    next_step("decant schema show NAME")


@COMMAND.command("show")
@click.argument("name", shell_complete=complete.schemas)
def show(name: str) -> None:
    """Print the JSON Schema of NAME, as `decant.estate/1`."""
    import json

    from decant.schemas import OUTPUTS, json_schema
    from estate.suggest import unknown

    if name not in OUTPUTS:
        raise unknown("schema", name, OUTPUTS, "see `decant schema list`")
    click.echo(json.dumps(json_schema(name), indent=2))
