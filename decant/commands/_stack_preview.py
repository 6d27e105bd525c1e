"""`decant stack preview`: what a stack builds, what it costs and what the rules say of it, offline."""

from pathlib import Path

import click

from decant import complete
from decant.app import App
from decant.output import json_option

_BESIDE_THE_PREVIEW = "-"


@click.command("preview", short_help="Show what the stack NAME builds and what it costs a month.")
@click.argument("name", metavar="NAME", required=False, shell_complete=complete.stacks)
@click.option(
    "--against",
    metavar="FILE|NAME|deployed",
    shell_complete=complete.stacks,
    help="Show what differs from an earlier preview, or from what is built (needs the Pulumi CLI).",
)
@click.option(
    "--graph",
    is_flag=False,
    flag_value=_BESIDE_THE_PREVIEW,
    metavar="[FILE]",
    help="Draw it as SVG, to FILE; else beside the preview in .decant/previews.",
)
@click.option("--yes", is_flag=True, help="Replace a picture that is there unasked.")
@click.option("--over-budget", metavar="NAME", help="Who lets an estimate over the cap pass; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why; it is kept in the ledger.")
@json_option
@click.pass_context
def COMMAND(
    ctx: click.Context,
    name: str | None,
    against: str | None,
    graph: str | None,
    yes: bool,
    over_budget: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """Show what the stack NAME builds and what it costs a month. Offline: no Pulumi CLI, no Azure account.

    Exits with 4 where the estimate is over the cap, after it is shown: more than the budget of the stack or what is left of
    its platform's, or more resources without a price than allowed.
    """
    from decant import confirm
    from decant.journeys.stack_against import compared_with
    from decant.journeys.stack_money import let_pass, override
    from decant.journeys.stack_preview import Made, document, make
    from decant.journeys.stack_shown import show
    from decant.output import next_step, say, show_json
    from estate import writing
    from estate.errors import EXIT_REFUSED, UsageError
    from stacks.estimate.cap import refusal

    app: App = ctx.obj
    if name is None:
        raise UsageError(
            "no stack was named",
            f"write `decant stack preview {graph} --graph`"
            if graph and graph != _BESIDE_THE_PREVIEW
            else "`decant stack list` has them",
        )
    by = override(over_budget, reason)
    compare = compared_with(app, name, against) if against else None
    picture = None
    if graph is not None:
        named = graph != _BESIDE_THE_PREVIEW
        picture = Path(graph) if named else app.workspace.previews / f"{name}.svg"
        if named:
            if picture.suffix.lower() != ".svg":
                raise UsageError(
                    f"{picture} would not be what its name says: the picture is SVG",
                    "give a FILE that ends in .svg; where it was meant as the stack's NAME, put NAME before --graph",
                )
            confirm.output(app, picture, yes)
    found = make(app, name)
    made = Made(found.preview, let_pass(app, found.preview, found.cap, by, "preview"), found.checked)
    changes = compare(made.preview) if compare else None
    if picture is not None:
        from stacks.picture.draw import svg

        writing.replace(picture, svg(made.preview), writing.PRIVATE, "choose another file with --graph FILE")
    if as_json:
        show_json("decant.preview/1", document(made, changes))
    else:
        show(made, changes)
    for warning in (*made.preview.warnings, *made.cap.notes):
        say(f"Note: {warning}.")
    if picture is not None:
        say(f"Wrote {picture}.")
    if made.cap.over and made.cap.override is None:
        refused = refusal(made.cap)
        say(f"decant: {refused.what}. To go on: {refused.remedy}")
        ctx.exit(EXIT_REFUSED)
    if not as_json:
        next_step(f"decant check stack {name}", "check it against the policies")
