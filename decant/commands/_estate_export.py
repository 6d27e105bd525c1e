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
@click.pass_obj
def COMMAND(app: App, /, form: Any, output: Path | None, **wanted: Any) -> None:
    """Write the estate for other tools: all of it, or the servers that fit every filter.

    It names servers, addresses and owners: keep it as you keep the inventory. Cells that a spreadsheet would take for
    a formula are kept as text.
    """
    import os
    import sys

    from decant.journeys.estate import Wanted, part
    from decant.journeys.exporting import render
    from decant.output import next_step, say
    from estate.documents.words import count
    from estate.errors import UsageError
    from estate.reading import reason

    found = part(app.store, Wanted(**wanted))
    content = render(app, found, form)
    if output is None and form != "xlsx":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = output or Path("estate.xlsx")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
    except OSError as wrong:
        raise UsageError(
            f"{path} cannot be written ({reason(wrong)})", "choose another file with --output"
        ) from None
    app.ledger.append("estate.exported", [path.name], {"format": form, "servers": len(found.servers)}, app.actor)
    say(f"Wrote {path}: {count(len(found.servers), 'server')}.")
    next_step("decant estate list")
