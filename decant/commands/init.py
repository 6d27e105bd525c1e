"""`decant init`: make a workspace."""

import shlex
from pathlib import Path

import click

from decant.app import App


@click.command("init", short_help="Make a workspace: settings, a hosts file, two stacks.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--council", default="", help="Name of the council, for reports.")
@click.option(
    "--example", is_flag=True, help="With a stack of every kind, ready to preview: incident and rehearsal as well."
)
@click.pass_obj
def COMMAND(app: App, folder: Path, council: str, example: bool) -> None:
    """Make a workspace in FOLDER (default: here): settings, a hosts file, two stacks, and private state."""
    from decant.journeys.status import standing
    from decant.journeys.workspace import create
    from decant.output import next_step, say

    workspace, made = create(folder, council, example)
    say(f"Workspace: {workspace.root}")
    for path in made:
        say(f"  wrote {path.relative_to(workspace.root)}")
    if not made:
        say("  it was complete already; nothing was changed")
    say(
        f"Keep a copy of {workspace.ledger_public.relative_to(workspace.root)} on another machine: "
        "with it anybody can check the ledger."
    )
    if workspace.hosts in made:
        there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}, "
        next_step(f"{there}write your servers into {workspace.hosts.name}, then `decant doctor`")
        return
    app.start = workspace.root
    then = standing(app)
    next_step(then.next, then.why)
