"""Runs a Pulumi program in a process of its own, as Pulumi's language host does. Started by `run.py` alone.

What to run comes on stdin as JSON, so that nothing of it is in the process list. Connections to anywhere but
the monitor's socket are refused: a preview asks nobody.
"""

import asyncio
import gc
import json
import os
import runpy
import sys
from typing import Any


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        raise PermissionError(f"a preview is offline, and the program wants to reach {arguments[1][0]}")
    if event == "socket.getaddrinfo":
        raise PermissionError(f"a preview is offline, and the program wants to reach {arguments[0]}")


def _not_told(*message: Any, **options: Any) -> None:
    """What a program says for debugging."""


def main() -> None:
    """Run the program that stdin names, to its end."""
    # The provider's classes are hundreds of thousands of objects that all stay: looking for garbage among them
    # took as long as everything else together.
    gc.disable()
    sys.addaudithook(_refuse_network)
    from pulumi import log, runtime  # noqa: PLC0415 - after the hook, so that it holds for everything
    from pulumi.runtime.settings import Settings  # noqa: PLC0415

    # Each would be a call that waits for its answer, five for every resource, and nobody reads them.
    log.debug = _not_told
    # Read late: what is imported above is imported while the parent gets ready.
    order = json.load(sys.stdin)

    runtime.configure(
        Settings(
            monitor=order["monitor"],
            engine=order["monitor"],
            project=order["project"],
            stack=order["stack"],
            parallel=16,
            dry_run=True,
            organization="organization",
            root_directory=order["root"],
        )
    )
    runtime.set_all_config(order["config"], order["secret_keys"])
    sys.argv = [order["program"]]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(order["program"], run_name="__main__")

    loop.run_until_complete(runtime.run_in_stack(program))
    sys.stderr.flush()
    # Everything is with the monitor. Taking the classes apart one by one would take a second.
    os._exit(0)


if __name__ == "__main__":
    main()
