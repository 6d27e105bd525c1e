"""`decant report`: what an auditor and a committee read."""

from pathlib import Path

import click

from decant.app import App
from decant.output import json_option


@click.command("report", short_help="Write the report, as one HTML file and JSON.")
@click.option(
    "--public",
    is_flag=True,
    help="Numbers, kinds, products and days only, without names, addresses or findings: for public papers.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the HTML here instead of .decant/reports/.",
)
@click.option(
    "--left-out", multiple=True, metavar="SENTENCE", help="Say in the report what was not done. Repeatable."
)
@click.option("--yes", is_flag=True, help="Replace files that are there unasked.")
@json_option
@click.pass_obj
def COMMAND(
    app: App, public: bool, output: Path | None, left_out: tuple[str, ...], yes: bool, as_json: bool
) -> None:
    """Write the report as one HTML file, with the same as JSON beside it."""
    from decant import confirm
    from decant.journeys.report import SCHEMAS, Edition, write
    from decant.output import next_step, say, show_json
    from estate.errors import UsageError

    edition: Edition = "public" if public else "full"
    if output is not None:
        beside = output.with_suffix(".json")
        if beside == output:
            raise UsageError(
                f"{output} is where the same goes as JSON, beside the page", "end the name of --output in .html"
            )
        confirm.output(app, output, yes)
        confirm.output(app, beside, yes)
    written = write(app, edition, output, left_out)
    if as_json:
        show_json(SCHEMAS[edition], {"path": str(written.html), "report": written.report})
    else:
        click.echo(written.html)
        say(f"The same as JSON: {written.json}")
        next_step("decant evidence verify", "check the ledger that the report rests on")
