"""`decant stack remind`: mail to the owners of stacks that expire."""

import click

from decant.app import App


@click.command("remind", short_help="Send mail to the owners of stacks that expire.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, to whom; send nothing.")
@click.pass_context
def COMMAND(ctx: click.Context, dry_run: bool) -> None:
    """Send mail to budget.contacts of each stack that expires within seven days, or has expired.

    Once seven days ahead, once on the last two days, and once when it has expired; the ledger remembers, so that a job may
    run this every day. The mail server is in [mail] of decant.toml. Exits with 1 where somebody could not be told.
    """
    from decant.journeys.stack_reminders import due, send
    from decant.output import next_step, say
    from estate.errors import EXIT_FINDINGS

    app: App = ctx.obj
    found = due(app)
    lacking = [one for one in found if one.why_not]
    ready = [one for one in found if not one.why_not]
    missed = bool(lacking)
    for one in lacking:
        say(f"Nobody can be told of {one.life.name}: {one.why_not}.")
    if not found:
        say("Nothing is to be sent.")
    if dry_run:
        for one in ready:
            click.echo(f"To: {', '.join(one.to)}\nSubject: {one.subject}\n\n{one.text}")
    elif ready:
        for one, refused in send(app, ready):
            say(f"Sent to {', '.join(to for to in one.to if to not in refused)}: {one.subject}.")
            if refused:
                missed = True
                say(f"The mail server refused {', '.join(refused)}.")
    unnamed = next((one.life.name for one in lacking), None)
    if unnamed is None:
        next_step("decant stack list")
    else:
        next_step(f"edit {app.workspace.stacks / f'{unnamed}.toml'}", "then this again")
    if missed:
        ctx.exit(EXIT_FINDINGS)
