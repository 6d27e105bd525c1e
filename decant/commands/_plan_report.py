"""`decant plan report`: the paper that a committee gets."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.paper import Format


@click.command("report", short_help="Write the paper for the committee.")
@click.option(
    "--format",
    "formats",
    default="html,docx,xlsx",
    show_default=True,
    metavar="LIST",
    help="Any of html, docx and xlsx, with commas between.",
)
@click.option("--public", is_flag=True, help="Name no server, address, person or weakness of any one server.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write to this folder instead of .decant/reports/.",
)
@click.option("--yes", is_flag=True, help="Replace files that are there unasked.")
@json_option
@click.pass_obj
def COMMAND(app: App, formats: str, public: bool, output: Path | None, yes: bool, as_json: bool) -> None:
    """Write the paper that a committee decides on: a page, a Word document to go on writing in, and a workbook.

    It rests on the plan, the costs and the assessment as they are now. What only a person may write is left blank and
    marked, the finance officer's and the legal comment among it.
    """
    from decant import confirm
    from decant.journeys.paper import paths, write
    from decant.output import next_step, say, show_json
    from estate.documents.words import count

    edition = "public" if public else "full"
    to = paths(app, _formats(formats), "public" if public else "full", output)
    for path in to.values():
        confirm.output(app, path, yes)
    if output is not None:
        _make(output)
    written = write(app, "public" if public else "full", to)
    if as_json:
        show_json(
            "decant.paper/1",
            {
                "edition": edition,
                "files": [
                    {"format": one.format, "path": str(one.path), "sha256": one.sha256} for one in written.files
                ],
                "blanks": written.blanks,
                "possible": written.possible,
            },
        )
        return
    for one in written.files:
        click.echo(one.path)
    if not written.possible:
        say("No plan keeps every rule: the paper says which cannot all hold, and the least change.")
    if public:
        say(
            "Read it before it is published: what the council itself wrote into settings may name what Decant cannot know."
        )
    next_step(f"open {written.files[0].path}", f"and write what is left blank: {count(written.blanks, 'place')}")


def _formats(text: str) -> "list[Format]":
    from decant.journeys.paper import FORMATS
    from estate.suggest import pick

    asked = [part.strip().lower() for part in text.split(",") if part.strip()]
    if not asked:
        raise click.UsageError("--format is empty: give html, docx or xlsx, with commas between")
    by_name = {str(one): one for one in FORMATS}
    return [
        by_name[pick("format", one, list(FORMATS), "give html, docx or xlsx, with commas between")]
        for one in asked
    ]


def _make(folder: Path) -> None:
    from estate.errors import UsageError
    from estate.reading import reason

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise UsageError(
            f"{folder} cannot be made ({reason(wrong)})", "name another folder with --output"
        ) from None


REPORT = COMMAND
