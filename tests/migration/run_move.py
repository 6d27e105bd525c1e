"""Runs one command of the move engine in a process of its own: `run_move.py WORKSPACE COMMAND [ARGUMENT…]`."""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from folder_mover import Faults, FolderMover, FolderVerifier

from estate.errors import DecantError
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.progress import silent
from estate.records.host import Host
from estate.store import Store, sqlite_url
from estate.transport.local import LocalTransport
from migration.engine import Engine
from migration.services import Services
from migration.work import Tools


def engine(root: Path, operator: str = "ann", stop: threading.Event | None = None) -> Engine:
    """An engine over the workspace at `root`, whose settings lie in `run.json`."""
    workspace = Workspace(root)
    settings: dict[str, Any] = json.loads((root / "run.json").read_text())
    store = Store.open(sqlite_url(workspace.database))
    faults = Faults(root / "faults")
    tools = Tools(
        store=store,
        ledger=Ledger(store, workspace),
        hosts={name: Host(name=name, address="127.0.0.1") for name in ("old", "new", "spare")},
        connect=LocalTransport,
        services=Services(None),
        movers={"files": FolderMover(faults)},
        verifiers={"files": FolderVerifier(faults)},
        progress=silent,
        operator=operator,
        actor=f"{operator}@here",
        settings=settings,
        stop=stop or threading.Event(),
    )
    return Engine(tools, sqlite_url(workspace.workflows), ttl=settings["ttl"], beat=settings["beat"])


def main() -> int:
    root, command, *rest = sys.argv[1:]
    made = engine(Path(root), operator=os.environ.get("OPERATOR", "ann"))
    commands = {
        "start": lambda: made.start("old/files/shared", "new"),
        "cutover": lambda: made.cutover("shared_1"),
        "rollback": lambda: made.rollback("shared_1", accept_loss="--accept-loss" in rest),
        "accept": lambda: made.accept("shared_1", "restore test 2026-11-20"),
        "cancel": lambda: made.cancel("shared_1"),
    }
    try:
        move = commands[command]()
    except DecantError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return error.exit_code
    finally:
        made.close()
    sys.stdout.write(move.phase.value + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
