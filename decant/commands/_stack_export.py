"""`decant stack export`: what a stack builds as a template that other tools read."""

from pathlib import Path

import click

from decant import complete
from decant.app import App


@click.command("export", short_help="Write the stack NAME as a template for other tools.")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--format", "form", type=click.Choice(["arm"]), required=True, help="arm: Azure Resource Manager's JSON."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write. Default: print it.",
)
@click.option("--yes", is_flag=True, help="Replace a file that is there unasked.")
@click.pass_obj
def COMMAND(app: App, name: str, form: str, output: Path | None, yes: bool) -> None:
    """Write what the stack NAME builds, from a fresh preview, as a template that scanners and people can read. Offline.

    No secret is in it: secrets are parameters. It names networks and addresses: keep it as you keep the settings. It is for
    reading, and was never deployed; `decant stack up` builds the stack.
    """
    import json

    from decant import confirm
    from decant.journeys.stack_preview import preview
    from decant.output import next_step, say
    from estate import writing
    from estate.documents.words import count
    from stacks.arm.template import template

    if output is not None:
        confirm.output(app, output, yes)
    made = preview(app, name)
    text = json.dumps(template(made), indent=2) + "\n"
    app.ledger.append(
        "stack.exported", [f"stack:{name}"], {"format": form, "resources": len(made.built)}, app.actor
    )
    if output is None:
        click.echo(text, nl=False)
        return
    writing.replace(output, text, writing.PRIVATE, "choose another file with --output")
    say(f"Wrote {output}: {count(len(made.built), 'resource')}.")
    next_step(f"decant check stack {name}", "hold it against Decant's own rules")
