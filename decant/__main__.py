"""`decant` and `python -m decant`: the one place where an error becomes an exit code."""

import errno
import gc
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from decant.cli import cli
from estate import reading
from estate.errors import (
    EXIT_DONE,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    DecantError,
    InterruptedRunError,
)

if TYPE_CHECKING:
    from decant.rows import ErrorRow


NOT_OURS = frozenset(
    {errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EROFS, errno.ELOOP, errno.ENAMETOOLONG}
)
"""What the system says of a path that a person named or closed to us: no fault of Decant's."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    # A package that happens to be installed here has no say in how records are read, and is not looked for.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # Records form hardly a cycle: Python's own choice looks for some after every 700 of them, a tenth of a discovery.
    gc.set_threshold(20_000, 20, 50)
    arguments = list(sys.argv[1:] if argv is None else argv)
    code = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output left (as `| head` does): nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code (see `estate.errors`)."""
    as_json = "--json" in arguments
    stdout = sys.stdout
    try:
        code = cli.main(arguments, prog_name="decant", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_DONE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit:
        if (
            sys.stdout is not stdout
        ):  # click puts a muted one there, and exits, where the reader of our output left
            return EXIT_DONE
        raise
    except click.exceptions.NoArgsIsHelpError as bare:
        click.echo(bare.format_message())
        return EXIT_DONE
    except click.UsageError as wrong:
        return _tell(*_misused(wrong, arguments), EXIT_USAGE, as_json)
    except click.ClickException as wrong:
        return _tell(wrong.format_message(), "see `decant --help`", EXIT_USAGE, as_json)
    except InterruptedRunError as stop:
        return _tell(stop.what, stop.remedy, EXIT_INTERRUPTED, as_json)
    except (click.Abort, KeyboardInterrupt):
        return _tell("Interrupted", "run the same command again to go on", EXIT_INTERRUPTED, as_json)
    except DecantError as error:
        return _tell(error.what, error.remedy, error.exit_code, as_json)
    except Exception as bug:  # noqa: BLE001 - the one place that turns any error into an exit code
        if isinstance(bug, OSError) and bug.filename is not None and bug.errno in NOT_OURS:
            return _tell(
                f"{bug.filename} cannot be used ({reading.reason(bug)})",
                "see that it is the right path, and that you have the rights to it",
                EXIT_USAGE,
                as_json,
            )
        return _internal(bug, as_json)


def _near(wrong: click.exceptions.NoSuchCommand) -> list[str]:
    """The nearest commands of a group that loads its own when they are asked for: click does not know of those."""
    from estate.suggest import nearest

    group = wrong.ctx.command if wrong.ctx else None
    if not isinstance(group, click.Group) or wrong.ctx is None:
        return []
    return nearest(wrong.command_name, group.list_commands(wrong.ctx))


def _misused(wrong: click.UsageError, arguments: Sequence[str]) -> tuple[str, str]:
    """What a person typed wrongly, and what they may have meant."""
    where = wrong.ctx.command_path if wrong.ctx else "decant"
    see = f"see `{where} --help`"
    if isinstance(wrong, click.exceptions.NoSuchCommand):
        what = f"`{where}` has no command {wrong.command_name}"
        elsewhere = _elsewhere(wrong.command_name) if where == "decant" else []
        near = elsewhere or wrong.possibilities or _near(wrong)
        turned = _turned(where, wrong.command_name, arguments, lacking=not near)
        return what, _meant(turned, "decant ", see) if turned else _meant(near, f"{where} ", see)
    if isinstance(wrong, click.exceptions.NoSuchOption):
        what = f"`{where}` has no option {wrong.option_name}"
        ours = next((one for one in cli.params if wrong.option_name in one.opts), None)
        if isinstance(ours, click.Option):
            given = wrong.option_name if ours.is_flag else f"{wrong.option_name} DIRECTORY"
            return what, f"put it before the command, as in `{where.replace('decant', f'decant {given}', 1)}`"
        return what, _meant(wrong.possibilities, "", see)
    return wrong.format_message(), see


def _elsewhere(name: str) -> list[str]:
    """The commands of groups that are called so: `preview` is `stack preview`."""
    from decant.reference import commands

    return [words for words, _ in commands() if words.endswith(f" {name}") and name not in ("list", "show")]


def _turned(where: str, name: str, arguments: Sequence[str], *, lacking: bool) -> list[str]:
    """What was meant where the words of a command stand the other way round, or one is `lacking`.

    `stack check test` is `check stack test`; so is `check test`, unless it is of a server.
    """
    from decant.reference import commands

    group, there = where.removeprefix("decant").strip(), {words for words, _ in commands()}
    after = [one for one in arguments[arguments.index(name) + 1 :] if not one.startswith("-")][:1]
    if f"{name} {group}" in there:
        return [" ".join((name, group, *after))]
    if lacking and group == "check":
        return [f"check {what} {name}" for what in ("stack", "hosts")]
    return []


def _meant(close: Sequence[str] | None, before: str, otherwise: str) -> str:
    return f"did you mean {' or '.join(f'`{before}{one}`' for one in close)}?" if close else otherwise


def _from_here(text: str) -> str:
    """Files below the folder in which a person stands, called as they call them: `planning.toml`."""
    try:
        here = Path.cwd()
    except OSError:
        # It was removed: then nothing is below it.
        return text
    return re.sub(rf"(?<![\w:/.]){re.escape(str(here))}/", "", text)


def _tell(what: str, remedy: str, code: int, as_json: bool) -> int:
    from decant.output import say

    sentence, remedy = _from_here(" ".join(what.split()).rstrip(". ")), _from_here(remedy)
    stop = "" if sentence.endswith(("?", "!")) else "."
    if as_json:
        error: ErrorRow = {"what": sentence, "remedy": remedy, "exit_code": code}
        sys.stdout.write(json.dumps({"schema": "decant.error/1", "error": error}) + "\n")
    lead = "" if remedy.startswith("did you mean") else "To go on: "
    remedy = remedy if lead else remedy[:1].upper() + remedy[1:]
    say(f"decant: {sentence}{stop} {lead}{remedy}")
    return code


def _internal(bug: Exception, as_json: bool) -> int:
    from decant.log import keep_traceback

    kept = keep_traceback(bug)
    remedy = f"this is a fault in Decant; the details are in {kept}" if kept else "this is a fault in Decant"
    return _tell(f"Internal error ({type(bug).__name__})", remedy, EXIT_INTERNAL, as_json)


if __name__ == "__main__":
    main()
