"""`decant stack reap`: take expired stacks away."""

import click

from decant import complete
from decant.app import App


@click.command("reap", short_help="List what has expired, and take away what you confirm.")
@click.option(
    "--confirm",
    "confirmed",
    metavar="NAME",
    multiple=True,
    shell_complete=complete.stacks,
    help="Take this expired stack away, with all that is in it. Once for each.",
)
@click.pass_context
def COMMAND(ctx: click.Context, confirmed: tuple[str, ...]) -> None:
    """List the stacks that have expired; those named with --confirm are destroyed completely.

    Exits with 1 while something that has expired is left. Destroying needs the Pulumi CLI.
    """
    from functools import partial

    from decant.journeys.stack_deploy import deployment, noted
    from decant.journeys.stack_life import expired, to_reap
    from decant.output import next_step, say, table
    from estate.documents import words
    from estate.errors import EXIT_FINDINGS

    app: App = ctx.obj
    for one in to_reap(app, confirmed):
        destroy = partial(deployment(app, one.name).destroy, app.progress)
        noted(app, one.name, "stack.reap", destroy, expired_on=one.expires_on.isoformat())
        say(f"Took away {one.name}.")
    left = expired(app)
    table(
        "Expired stacks",
        ("name", "kind", "expired", "days ago", "built by Decant"),
        [(one.name, one.settings.kind, words.day(one.expires_on), -one.left, one.state) for one in left],
        numbers=("days ago",),
    )
    never = [one.name for one in left if one.state == "not built"]
    if never:
        say(
            f"{', '.join(never)}: not built from this workspace. Where no other built it, delete its file in stacks/."
        )
    if left:
        next_step(
            " ".join(["decant stack reap", *(f"--confirm {one.name}" for one in left)]),
            "destroys them with all that is in them; or `decant stack extend NAME`",
        )
        ctx.exit(EXIT_FINDINGS)
    next_step("decant stack list")
