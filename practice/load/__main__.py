"""`python -m practice.load write|verify FOLDER`: what runs inside the client's network namespace."""

import sys
from pathlib import Path

from estate.errors import DecantError
from practice.load.process import run
from practice.load.settings import LoadFolder
from practice.load.verify import verify


def main(arguments: list[str]) -> int:
    """Run one of the two; an error is one line of JSON-free text on stderr, and its exit code."""
    action, folder = arguments[0], LoadFolder(Path(arguments[1]))
    try:
        if action == "write":
            run(folder)
        else:
            sys.stdout.write(verify(folder).model_dump_json() + "\n")
    except DecantError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
