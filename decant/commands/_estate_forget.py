"""`decant estate forget`: take a server out of the inventory, history and all."""

from pathlib import Path

import click

from decant import complete
from decant.app import App


@click.command("forget", short_help="Remove all that is held of a server.")
@click.argument("server", shell_complete=complete.servers)
@click.option("--confirm", metavar="NAME", help="The server's name again, in place of typing it.")
@click.pass_obj
def COMMAND(app: App, server: str, confirm: str | None) -> None:
    """Remove all that is held of SERVER, history included. It cannot be undone.

    The ledger notes that it was forgotten, and keeps its earlier entries, which may name it. Reports and files
    that were written before stay where they are. A discovery or an import that finds it again brings it back.
    """
    from decant.confirm import by_name
    from decant.journeys.forgetting import forget
    from decant.output import next_step, say
    from estate.documents.words import count
    from estate.records.server import Server

    name = app.store.resolve(Server, server).id
    by_name(app, name, f"This removes all that is held of {name}, with its history.", confirm)
    removed = forget(app, name)
    say(f"Forgot {name}: {count(removed, 'row')} removed; noted in the ledger.")
    named = [
        path.name
        for path in (app.workspace.hosts, app.workspace.plan, app.workspace.overrides, app.workspace.systems)
        if _names(path, name)
    ]
    if named:
        say(f"Still named in {', '.join(named)}, which people write: take it out there.")
    next_step("decant estate list")


def _names(path: Path, server: str) -> bool:
    try:
        return server in path.read_text("utf-8", errors="replace")
    except OSError:
        return False
