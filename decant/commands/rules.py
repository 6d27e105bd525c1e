"""`decant rules`: which rules there are, and what each is for."""

import click

from decant import complete
from decant.output import json_option


@click.group("rules", short_help="List the rules, and why each is there.")
def COMMAND() -> None:
    """The rules that `decant check` holds stacks and servers against."""


@COMMAND.command("list")
@click.option("--markdown", is_flag=True, help="Print the tables of docs/policies.md.")
@json_option
def list_(as_json: bool, markdown: bool) -> None:
    """List every rule."""
    from decant.journeys.rules import described
    from decant.journeys.rules import markdown as tables
    from decant.output import next_step, show_json, table
    from policies.rulebook import rules

    if as_json:
        show_json("decant.rules/1", {"rules": [described(rule) for rule in rules().values()]})
        return
    if markdown:
        click.echo(tables(), nl=False)
        return
    table(
        f"{len(rules())} rules",
        ["rule", "severity", "over", "enforcement", "what"],
        [[r.id, r.severity, r.scope, r.enforcement, r.title] for r in rules().values()],
    )
    next_step("decant rules show RULE")


@COMMAND.command("show", short_help="Show one rule: why it is there and what to do.")
@click.argument("id_", metavar="RULE", shell_complete=complete.rules)
@json_option
def show(id_: str, as_json: bool) -> None:
    """Show one RULE: why it is there, what to do, and which controls it gives evidence for."""
    from decant.journeys.rules import described
    from decant.output import show_json
    from policies.controls import framework
    from policies.rulebook import rule

    found = rule(id_)
    about = described(found)
    if as_json:
        show_json("decant.rule/1", {**about})
        return
    click.echo(f"{found.id}: {found.title}")
    kinds = "" if found.scope == "host" else f", for {', '.join(about['kinds'])}"
    click.echo(f"{found.severity}, {found.enforcement}, over a {about['over']}{kinds}")
    click.echo(f"\nWhy: {found.rationale}\nDo: {found.remedy}\n\nEvidence for:")
    for control in found.controls:
        known = framework(control.framework, control.version)
        title = next(c.title for c in known.control if c.id == control.id)
        click.echo(f"  {known.title} {control.version}, {control.id} {title} ({control.basis})")
