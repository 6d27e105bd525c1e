"""`decant stack`: what a stack would build and cost, and building it."""

import json
from datetime import date, datetime

import click

from decant import complete
from decant.app import App
from decant.output import json_option

KINDS = ("production", "test", "incident", "rehearsal")


@click.group("stack", short_help="Preview, price and build where the workloads move to.")
def COMMAND() -> None:
    """Where the workloads move to: preview, price, build and take away."""


@COMMAND.command("preview")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--against",
    metavar="FILE|NAME",
    shell_complete=complete.stacks,
    help="Show what differs from an earlier preview.",
)
@json_option
@click.pass_obj
def preview(app: App, name: str, against: str | None, as_json: bool) -> None:
    """Show what the stack NAME builds and what it costs a month. Offline: no Pulumi CLI, no Azure account."""
    from decant.journeys import stack as journey
    from decant.output import next_step, say, show_json

    earlier = journey.earlier(app, against) if against else None
    made = journey.preview(app, name)
    changes = None if earlier is None else journey.compare(earlier, made)
    if as_json:
        show_json("decant.preview/1", journey.document(made, changes))
        return
    journey.show(made, changes)
    for warning in made.warnings:
        say(f"Note: {warning}.")
    next_step(f"decant check stack {name}", "check it against the policies")


@COMMAND.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the stack is for.")
@click.pass_obj
def new(app: App, name: str, kind: str) -> None:
    """Write a commented settings file for a stack of the name NAME."""
    from decant.journeys import stack as journey
    from decant.output import next_step, say

    path = journey.new(app, name, kind)
    click.echo(path)
    say("Fill in what says FILL IN; a preview works without.")
    next_step(f"decant stack preview {name}")


@COMMAND.command("settings")
@click.option("--markdown", is_flag=True, help="Write them as the page docs/stacks.md has them.")
def settings(markdown: bool) -> None:
    """Show every setting that a stack's file may have, with its default and its meaning."""
    from decant.output import table
    from stacks.settings import page

    if markdown:
        click.echo(page.markdown(), nl=False)
        return
    table(
        "Settings of a stack",
        ("section", "key", "default", "meaning"),
        [
            (one.section.replace("`", "") or "at the top", one.key, one.default.strip("`") or "none", one.meaning)
            for one in page.settings()
        ],
    )


@COMMAND.command("list", short_help="List the stacks with kind, expiry and monthly cost.")
@json_option
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List the workspace's stacks with kind, expiry, and cost by the last preview."""
    from decant.journeys import stack as journey
    from decant.output import next_step, say, show_json, table
    from estate.documents import words

    stacks = journey.listing(app)
    if as_json:
        show_json("decant.stacks/1", {"stacks": stacks})
        return
    table(
        "Stacks",
        ("name", "kind", "£ a month", "budget £", "expires", "previewed"),
        [
            (
                s["name"],
                s["kind"],
                "not previewed" if s["monthly_gbp"] is None else f"{s['monthly_gbp']:,.2f}",
                f"{s['budget_gbp']:,.0f}" if s["budget_gbp"] else None,
                words.day(date.fromisoformat(s["expires_on"])) if s["expires_on"] else "no date",
                words.moment(datetime.fromisoformat(s["previewed_at"])) if s["previewed_at"] else "not yet",
            )
            for s in stacks
        ],
        numbers=("£ a month", "budget £"),
    )
    for s in stacks:
        if s["problem"]:
            say(f"{s['name']}: {s['problem']}")
    next_step("decant stack preview NAME")


@COMMAND.command("up")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--yes", is_flag=True, help="Build without asking.")
@click.pass_obj
def up(app: App, name: str, yes: bool) -> None:
    """Build the stack NAME, or bring it up to date. Needs the Pulumi CLI and an Azure account."""
    from decant.confirm import change
    from decant.journeys import stack as journey
    from decant.output import next_step, say

    deployment = journey.deployment(app, name)
    made = journey.preview(app, name)
    journey.within_budget(made, deployment.settings)
    say(f"{name}: {len(made.built)} resources, about £{made.estimate.monthly_gbp:,.2f} a month without VAT")
    change(app, f"Build {name}?", yes)
    journey.record(app, name, "stack.up", deployment.up(say))
    next_step(f"decant stack outputs {name}")


@COMMAND.command("refresh")
@click.argument("name", shell_complete=complete.stacks)
@click.option("--yes", is_flag=True, help="Refresh without asking.")
@click.pass_obj
def refresh(app: App, name: str, yes: bool) -> None:
    """Bring the state of the stack NAME in line with what is in Azure."""
    from decant.confirm import change
    from decant.journeys import stack as journey
    from decant.output import next_step, say

    deployment = journey.deployment(app, name)
    change(app, f"Change what Pulumi knows of {name}?", yes)
    journey.record(app, name, "stack.refresh", deployment.refresh(say))
    next_step(f"decant stack preview {name}")


@COMMAND.command("destroy")
@click.argument("name", shell_complete=complete.stacks)
@click.option(
    "--confirm",
    metavar="NAME",
    shell_complete=complete.stacks,
    help="The stack's name, to go on without being asked.",
)
@click.pass_obj
def destroy(app: App, name: str, confirm: str | None) -> None:
    """Take the stack NAME away, with all that is in it. What is protected stays."""
    from decant.confirm import by_name
    from decant.journeys import stack as journey
    from decant.output import next_step, say

    deployment = journey.deployment(app, name)
    by_name(app, name, f"Everything in the stack {name} is deleted, data included.", confirm)
    journey.record(app, name, "stack.destroy", deployment.destroy(say))
    next_step("decant stack list")


@COMMAND.command("outputs")
@click.argument("name", shell_complete=complete.stacks)
@json_option
@click.pass_obj
def outputs(app: App, name: str, as_json: bool) -> None:
    """Show what the built stack NAME gives: the targets' addresses."""
    from decant.journeys import stack as journey
    from decant.output import next_step, show_json, table

    found = journey.deployment(app, name).outputs()
    if as_json:
        show_json("decant.outputs/1", {"stack": name, "outputs": found})
        return
    table(
        f"Outputs of {name}",
        ("name", "value"),
        [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in sorted(found.items())],
    )
    next_step('add the targets to hosts.toml with role = "target", then `decant discover`')
