"""Runs one command of the move engine, in a process of its own."""

import json
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from folder_mover import Faults, FolderMover, FolderVerifier

from decant.interrupt import stopping
from estate.errors import DecantError, UnreachableError
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.progress import silent
from estate.records.host import Host
from estate.store import Store, sqlite_url
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result
from estate.transport.local import LocalTransport
from migration.engine import Engine
from migration.services import Services
from migration.switches.rfc2136 import DnsSwitch
from migration.tsig import parse_key
from migration.work import Tools

ADDRESSES = {"old": "192.0.2.1", "new": "192.0.2.9"}


class Cuttable(LocalTransport):
    """A way to a host that a marker file `away.HOST` cuts off."""

    def __init__(self, host: str, faults: Path) -> None:
        super().__init__(host)
        self._marker = faults / f"away.{host}"

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        if self._marker.exists():
            raise UnreachableError(f"{self.host} did not answer", "see that it runs")
        return super().run(argv, stdin, timeout, limit)


def services(settings: dict[str, Any]) -> Services:
    """The names of the workload, where the course has a DNS server."""
    if "dns_port" not in settings:
        return Services(None)
    key = parse_key(Path(settings["dns_key"]).read_text(), "key")
    switch = DnsSwitch("127.0.0.1", "council.test", key, port=settings["dns_port"], timeout=1)
    return Services(lambda: switch, "council.test", 5, {"old/files/shared": ["app"]})


def engine(root: Path, operator: str, stop: threading.Event) -> Engine:
    """An engine over the workspace at `root`, whose settings lie in `run.json`."""
    workspace = Workspace(root)
    settings: dict[str, Any] = json.loads((root / "run.json").read_text())
    store = Store.open(sqlite_url(workspace.database))
    faults = Faults(root / "faults")
    tools = Tools(
        store=store,
        ledger=Ledger(store, workspace),
        hosts={name: Host(name=name, address=address) for name, address in ADDRESSES.items()},
        connect=lambda name: Cuttable(name, root / "faults"),
        services=services(settings),
        movers={"files": FolderMover(faults)},
        verifiers={"files": FolderVerifier(faults)},
        progress=silent,
        operator=operator,
        actor=f"{operator}@here",
        settings=settings,
        stop=stop,
    )
    return Engine(tools, sqlite_url(workspace.workflows), ttl=settings["ttl"], beat=settings["beat"])


def run(root: str, operator: str, said: str, command: str, *rest: str) -> None:
    """Run one command and exit with its code; what it says goes to the file `said`."""
    with Path(said).open("w", buffering=1) as out:
        sys.stdout = sys.stderr = out
        with stopping("the same command") as stop:
            code = _run(engine(Path(root), operator, stop), command, rest)
        sys.exit(code)


def _run(made: Engine, command: str, rest: tuple[str, ...]) -> int:
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
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        return error.exit_code
    finally:
        made.close()
    sys.stdout.write(move.phase.value)
    return 0
