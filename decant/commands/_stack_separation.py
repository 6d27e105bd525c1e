"""`decant stack separation`: every path between two environments."""

import click

from decant import complete
from decant.app import App
from decant.output import json_option


@click.command("separation", short_help="Look for every path between the environments A and B.")
@click.argument("a", shell_complete=complete.stacks)
@click.argument("b", shell_complete=complete.stacks)
@json_option
@click.pass_context
def COMMAND(ctx: click.Context, a: str, b: str, as_json: bool) -> None:
    """Look for every path between the environments of the stacks A and B, in fresh previews of both. Offline.

    An environment is a platform with the workload stacks on it. Exits with 1 where there is a path. What cannot be judged is
    listed.
    """
    from decant.journeys.stack_separation import compare
    from decant.output import listing, say, show_json
    from estate.documents.words import count
    from estate.errors import EXIT_FINDINGS

    app: App = ctx.obj
    made = compare(app, a, b)
    found = made.found
    if as_json:
        sides = [
            {"name": name, "made_of": stacks} for name, stacks in zip(found.stacks, made.made_of, strict=True)
        ]
        show_json(
            "decant.separation/1",
            {
                "environments": sides,
                "apart": found.apart,
                "paths": found.ways,
                "said": found.said,
                "unjudged": found.unjudged,
            },
        )
    else:
        first, second = found.stacks
        for number, way in enumerate(found.ways, start=1):
            listing(f"Path {number}: {way.title}", [step.told for step in way.steps])
        listing("In common, and no path", [f"{line}." for line in found.said])
        listing("Not judged", [f"{line}." for line in found.unjudged])
        paths = "No path joins" if found.apart else f"{count(len(found.ways), 'path')} found between"
        click.echo(f"{paths} {first} and {second}, in what their previews say.")
    if not found.apart:
        say("A path is no proof that anything passes; take it away, or write down why it has to be.")
        ctx.exit(EXIT_FINDINGS)
