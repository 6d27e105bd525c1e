"""`decant estate export`: the estate as a file that other tools take."""

from pathlib import Path
from typing import Any

import click

from decant.app import App
from decant.commands._estate_filters import filters


@click.command("export", short_help="Write it as CSV, a workbook, JSON, or for Ansible.")
@filters
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "xlsx", "json", "ansible"]),
    required=True,
    help="csv has the servers; xlsx and json have everything; ansible is an inventory of the machines.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write. Default: print it; a workbook goes to estate.xlsx.",
)
@click.option("--yes", is_flag=True, help="Replace a file that is there unasked.")
@click.pass_obj
def COMMAND(app: App, /, form: Any, output: Path | None, yes: bool, **wanted: Any) -> None:
    """Write the estate for other tools: all of it, or the servers that fit every filter.

    It names servers, addresses and owners: keep it as you keep the inventory. Cells that a spreadsheet would take for
    a formula are kept as text.
    """
    import sys

    from decant import confirm
    from decant.journeys.estate import Wanted, part
    from decant.journeys.exporting import render
    from decant.output import next_step, say
    from estate import writing
    from estate.documents.words import count

    path = Path("estate.xlsx") if output is None and form == "xlsx" else output
    if path is not None:
        confirm.output(app, path, yes)
    found = part(app, Wanted(**wanted))
    content = render(app, found, form)
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    writing.replace(path, content, writing.PRIVATE, "choose another file with --output")
    app.ledger.append("estate.exported", [path.name], {"format": form, "servers": len(found.servers)}, app.actor)
    say(f"Wrote {path}: {count(len(found.servers), 'server')}.")
    next_step("decant estate list")
