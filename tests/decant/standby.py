"""Runs command lines in processes of their own that have imported Decant already: `python -m tests.decant.standby SOCKET`.

Most of what a short command takes is its imports. This process makes them once; each command is a fork of it, with its
own folder, environment and standard files, and ends as any process does.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

ROOMS = ("estate", "inventory", "migration", "policies", "decant")
NOT_BEFORE = (
    *("estate.migrations", "migration.workflows", "policies.hosts"),
    *("estate.documents.paper", "policies.pack", "decant.journeys.stack_against", "decant.journeys.stack_targets"),
    "decant.schema",
)
"""What starts threads, which do not come along into a fork, or is imported by what runs it; and what few commands need."""


def prepare() -> None:
    """Import every module of the rooms."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for found in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not found.name.startswith(NOT_BEFORE) and not found.name.endswith("__main__"):
                importlib.import_module(found.name)


def main(place: str) -> None:
    """Serve requests at the socket until whoever started this process is gone, and its standard input with it."""
    prepare()
    # A fork then shares what was imported, and its collector leaves that alone.
    gc.collect()
    gc.freeze()
    # Whoever served a request ends without being waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.socket(socket.AF_UNIX)
    server.bind(place)
    server.listen(16)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        heard, _, _ = select.select([server, sys.stdin], [], [])
        if server not in heard:
            return None
        asked, _ = server.accept()
        if os.fork():
            asked.close()
            continue
        server.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return serve(asked)


def serve(asked: socket.socket) -> None:
    """Run one command: tells its process's number, then its exit code as `waitpid` gives it."""
    request, files, _, _ = socket.recv_fds(asked, 1 << 20, 3)
    child = os.fork()
    if not child:
        asked.close()
        return run(json.loads(request), files)
    for one in files:
        os.close(one)
    asked.sendall(b"%d\n" % child)
    _, status = os.waitpid(child, 0)
    asked.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def run(request: dict[str, object], files: list[int]) -> None:
    """Become the command."""
    for number, one in enumerate(files):
        os.dup2(one, number)
        os.close(one)
    os.chdir(str(request["at"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    time.tzset()
    words = [str(word) for word in request["words"]]  # type: ignore[attr-defined]
    sys.argv = [str(Path(sys.executable).with_name("decant")), *words]
    from decant.__main__ import main as command

    code = 1
    try:
        command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        if sys.exc_info()[0]:
            traceback.print_exc()
        end_at_once(code)


def end_at_once(code: int) -> None:
    """End as Python ends, but for taking apart all that was imported."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
