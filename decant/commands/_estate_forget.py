"""`decant estate forget`: take a server out of the inventory, history and all."""

import click

from decant import complete
from decant.app import App


@click.command("forget", short_help="Remove all that is held of a server.")
@click.argument("server", shell_complete=complete.servers)
@click.option("--confirm", metavar="NAME", help="The server's name again, in place of typing it.")
@click.pass_obj
def COMMAND(app: App, server: str, confirm: str | None) -> None:
    """Remove all that is held of SERVER, history included. It cannot be undone.

    The ledger notes that it was forgotten, and keeps its earlier entries, which may name it. Files of the
    workspace that still name it are listed and stay: what people wrote, reports, exports, recordings. A discovery or
    an import that finds it again brings it back.
    """
    from decant.confirm import by_name
    from decant.journeys.forgetting import forget
    from decant.output import listing, next_step, say
    from estate.documents.words import count
    from estate.records.server import Server

    name = app.store.resolve(Server, server).id
    by_name(app, name, f"This removes all that is held of {name}, with its history.", confirm)
    removed, files = forget(app, name)
    say(f"Forgot {name}: {count(removed, 'row')} removed; noted in the ledger.")
    listing(f"{name}, its host name or an address still stands in", files.named)
    listing("Could not be looked through", files.unread)
    if files.named:
        say("Take it out of those that people write, and remove the others where nobody needs them.")
    next_step("decant estate list")
