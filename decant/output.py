"""How commands show things: data on stdout, messages on stderr, JSON with a schema name.

Every command imports this, so what is slow to import waits until it is used.
"""

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from estate.printable import printable, printable_json

if TYPE_CHECKING:
    from rich.console import Console

_OFF_A_TERMINAL = 140
"""Characters of a line in a pipe or a file."""
_DASH = "  - "

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object with a schema name, for scripts."
)


def plain(stream: TextIO) -> bool:
    """Whether to leave out colour, boxes and animation: no terminal, NO_COLOR, or a dumb one."""
    return not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"


def console(stream: TextIO | None = None) -> "Console":
    """A console on stdout (or `stream`) that obeys NO_COLOR and knows when it is not a terminal."""
    from rich.console import Console

    class Quiet(Console):
        """Ends as every other output does where its reader left, and not by an exit of its own."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, "the reader of the output left")

    out = stream or sys.stdout
    width = None if out.isatty() else _OFF_A_TERMINAL
    return Quiet(file=out, no_color=plain(out), highlight=False, width=width, soft_wrap=False)


def show_json(schema: str, data: Mapping[str, Any]) -> None:
    """Print one object: `schema` is `decant.NAME/VERSION`. Records inside become plain data; never a bare list."""
    _settle()
    sys.stdout.write(printable_json(_json({"schema": schema, **data})) + "\n")


def _json(data: Mapping[str, Any]) -> str:
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return to_json(data, indent=2, by_alias=True, inf_nan_mode="constants", fallback=str).decode()
    except PydanticSerializationError:
        # Half a character, of an odd file name: Python's own writer takes it, at thirty times the cost.
        return json.dumps(data, indent=2, ensure_ascii=False, default=jsonable)


def jsonable(data: Any) -> Any:
    """`data` with every record, date and path as plain JSON values; field names by their public alias."""

    from pydantic import BaseModel
    from pydantic_core import to_jsonable_python

    def fallback(value: Any) -> Any:
        return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else str(value)

    return to_jsonable_python(data, by_alias=True, fallback=fallback)


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[str] = ()
) -> None:
    """Print a table on stdout. Columns named in `numbers` are set to the right; an empty table says "none".

    None is shown as "unknown", and where there is nothing to say stands a dash. What does not fit beside the rest
    stands below its row.
    """
    from decant.tables import lay_out

    _settle()
    head, lines = lay_out(columns, [list(map(_cell, row)) for row in rows], width(), numbers)
    _styled(title, italic=True)
    if not rows:
        click.echo("  none")
        return
    for line in head:
        _styled(line, bold=True)
    for line in lines:
        click.echo(line)


def width() -> int:
    """How many characters a line of results has: the terminal's, and off a terminal what an editor shows."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _OFF_A_TERMINAL


def sentence(text: str) -> None:
    """Print one line of results on stdout, which a terminal shows broken between words alone."""
    from decant.tables import broken

    _settle()
    text = printable(text)
    click.echo("\n".join(broken(text, width())) if sys.stdout.isatty() else text)


def listing(title: str, lines: Sequence[str]) -> None:
    """Print a list on stdout, a dash before each line; nothing where there is no line."""
    from decant.tables import broken

    if not lines:
        return
    _settle()
    _styled(title, italic=True)
    for line in lines:
        first, *more = broken(printable(line), width() - len(_DASH))
        click.echo("\n".join([_DASH + first, *(" " * len(_DASH) + each for each in more)]))


def _styled(text: str, **style: bool) -> None:
    text = printable(text)
    click.echo(text if plain(sys.stdout) else click.style(text, **style))


def _cell(value: object) -> str:
    from decant.tables import NOTHING

    return "unknown" if value is None else printable(str(value)) or NOTHING


def _settle() -> None:
    """End the progress of this run: a bar that is drawn on would come again below what is printed now."""
    from decant.app import App

    context = click.get_current_context(silent=True)
    app = context.find_object(App) if context is not None else None
    if app is not None:
        app.settle()


def say(text: str) -> None:
    """A message for the person, on stderr: one line, which a terminal shows broken between words alone."""
    _say(printable(text))


def _say(*parts: str, whole: bool = False) -> None:
    """The parts in a line, or each in lines of its own where they do not fit; the first stays in one if it is `whole`."""
    lines = ["  ".join(parts)]
    if sys.stderr.isatty():
        import shutil

        from decant.tables import broken

        room = shutil.get_terminal_size().columns
        if len(lines[0]) > room:
            first = [parts[0]] if whole else broken(parts[0], room)
            lines = [*first, *(line for part in parts[1:] for line in broken(part, room))]
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def next_step(command: str, why: str = "") -> None:
    """The line at the end of a command that says what to type next."""
    _settle()
    # A command stays in one line, so that it can be copied; what is a sentence is broken as others are.
    parts = [f"Next: {command}", *([f"({why})"] if why else [])]
    _say(*map(printable, parts), whole=command.startswith("decant "))
