"""`decant` and `python -m decant`: the one place where an error becomes an exit code."""

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from decant.cli import cli
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


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    sys.exit(run(arguments))


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code (see `estate.errors`)."""
    as_json = "--json" in arguments
    try:
        code = cli.main(arguments, prog_name="decant", standalone_mode=False)
        return code if isinstance(code, int) else EXIT_DONE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as wrong:
        where = wrong.ctx.command_path if wrong.ctx else "decant"
        return _tell(wrong.format_message(), f"see `{where} --help`", EXIT_USAGE, as_json)
    except click.ClickException as wrong:
        return _tell(wrong.format_message(), "see `decant --help`", EXIT_USAGE, as_json)
    except InterruptedRunError as stop:
        return _tell(stop.what, stop.remedy, EXIT_INTERRUPTED, as_json)
    except (click.Abort, KeyboardInterrupt):
        return _tell("Interrupted", "run the same command again to go on", EXIT_INTERRUPTED, as_json)
    except DecantError as error:
        return _tell(error.what, error.remedy, error.exit_code, as_json)
    except BrokenPipeError:
        # The reader of our output left (as `| head` does): nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except Exception as bug:  # noqa: BLE001 - the one place that turns any error into an exit code
        return _internal(bug, as_json)


def _tell(what: str, remedy: str, code: int, as_json: bool) -> int:
    sentence = what.rstrip(". ")
    if as_json:
        error: ErrorRow = {"what": sentence, "remedy": remedy, "exit_code": code}
        sys.stdout.write(json.dumps({"schema": "decant.error/1", "error": error}) + "\n")
    sys.stderr.write(f"decant: {sentence}. To go on: {remedy}\n")
    return code


def _internal(bug: Exception, as_json: bool) -> int:
    from decant.log import keep_traceback

    kept = keep_traceback(bug)
    remedy = f"this is a fault in Decant; the details are in {kept}" if kept else "this is a fault in Decant"
    return _tell(f"Internal error ({type(bug).__name__})", remedy, EXIT_INTERNAL, as_json)


if __name__ == "__main__":
    main()
