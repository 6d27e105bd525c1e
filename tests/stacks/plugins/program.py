"""Runs one Pulumi program against an engine, as Pulumi's own runner does."""

import asyncio
import json
import os
import runpy
import sys
import threading
import time

import pulumi.runtime


def main(said: dict[str, str]) -> None:
    """Run it to its end, and wait for what it registers."""
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=said["monitor"], engine=said["engine"], project=said["project"], stack=said["stack"],
            dry_run=bool(said["dry_run"]), organization="organization", root_directory=said["pwd"],
        )
    )  # fmt: skip
    os.chdir(said["pwd"])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(
        pulumi.runtime.run_in_stack(lambda: runpy.run_path(said["program"], run_name="__main__"))
    )


def end_with(parent: int) -> None:
    """End this process once the one that began it is gone: a test may have killed the engine, and that with it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    main(json.loads(sys.argv[1]))
