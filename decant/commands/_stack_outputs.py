"""`decant stack outputs`: what a built stack gives."""

import json

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("outputs")
@click.argument("name", shell_complete=complete.stacks)
@json_option
@click.pass_obj
def COMMAND(app: App, name: str, as_json: bool) -> None:
    """Show what the built stack NAME gives: the targets' addresses."""
    from decant.journeys.stack_deploy import deployment
    from decant.output import next_step, show_json, table

    found = deployment(app, name).outputs()
    if as_json:
        show_json("decant.outputs/1", {"stack": name, "outputs": found})
        return
    table(
        f"Outputs of {name}",
        ("name", "value"),
        [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in sorted(found.items())],
    )
    next_step('add the targets to hosts.toml with role = "target", then `decant discover`')
