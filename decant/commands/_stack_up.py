"""`decant stack up`: build a stack."""

import click

from decant import complete
from decant.app import App


@click.command("up")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--yes", is_flag=True, help="Build without asking.")
@click.option("--over-budget", metavar="NAME", help="Who lets an estimate over the cap pass; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why; it is kept in the ledger.")
@click.pass_obj
def COMMAND(app: App, name: str, yes: bool, over_budget: str | None, reason: str | None) -> None:
    """Build the stack NAME, or bring it up to date. Needs the Pulumi CLI and an Azure account.

    Exits with 4 where its estimate is over the cap, or its expiry is past or further ahead than its kind may live.
    """
    from decant.confirm import change
    from decant.journeys.stack_deploy import deployment, noted
    from decant.journeys.stack_files import record, settings_file
    from decant.journeys.stack_life import begun, today
    from decant.journeys.stack_money import let_pass, override
    from decant.journeys.stack_preview import make
    from decant.output import next_step, say
    from stacks.deploy.needs import require_cli
    from stacks.estimate.cap import refusal
    from stacks.expiry import may_live, refuse_unfilled
    from stacks.settings.file import load

    by = override(over_budget, reason)
    settings = load(settings_file(app, name))
    may_live(name, settings, today(), begun(app, name))
    made = make(app, name)
    for note in made.cap.notes:
        say(f"Note: {note}.")
    if made.cap.over and by is None:
        raise refusal(made.cap)
    require_cli()
    refuse_unfilled(name, settings)
    built = deployment(app, name)
    secrets = built.prepare()
    cost = f"about £{made.preview.estimate.monthly_gbp:,.2f} a month without VAT"
    say(f"{name}: {len(made.preview.built)} resources, {cost}")
    if made.cap.over and by is not None:
        say(f"Over the cap, and {by.who} lets it pass: {by.reason}")
    change(app, f"Build {name}?", yes)
    let_pass(app, made.preview, made.cap, by, "up")
    record(app, name, "stack.up.begun", {"monthly_gbp": f"{made.preview.estimate.monthly_gbp:.2f}"})
    noted(app, name, "stack.up", lambda: built.up(secrets, len(made.preview.built), app.progress))
    next_step(f"decant stack outputs {name}")
