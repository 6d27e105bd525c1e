"""Drives the MariaDB mover over the practice estate in the engine's order, and looks in from outside."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from estate.progress import Step
from estate.records.base import now
from estate.records.move import Move, Residue
from estate.records.verification import Verification
from estate.records.workload import Workload
from estate.transport.base import Transport
from estate.transport.connect import connect
from inventory import hosts_file
from migration.context import Context
from migration.mariadb.sides import Sides
from migration.movers.mariadb import MOVER
from migration.verify.mariadb import VERIFIER
from practice.estate import Estate

SOURCE, TARGET = "db-legacy", "data-target"
ADDRESSES = {SOURCE: "10.99.1.12", TARGET: "10.99.2.22"}


@dataclass
class Drive:
    """One move of one database, with what the store would keep of it."""

    estate: Estate
    move_id: str
    database: str = "shop"
    settings: Mapping[str, Any] = field(default_factory=lambda: {"close_seconds": 3})
    confirmed: tuple[str, ...] = (SOURCE, TARGET)
    epoch: int = 1
    notes: list[Residue] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    links: dict[str, Transport] = field(default_factory=dict)

    @property
    def ctx(self) -> Context:
        hosts = hosts_file.load(Path(self.estate.folder) / "hosts.toml")
        for name in (SOURCE, TARGET):
            if name not in self.links:
                self.links[name] = connect(hosts[name], hosts, Path(self.estate.known_hosts))
        move = Move(
            id=self.move_id,
            workload=f"{SOURCE}/mariadb/{self.database}",
            kind="mariadb",
            source=SOURCE,
            target=TARGET,
            epoch=self.epoch,
            confirmed=self.confirmed,
            created_at=now(),
            changed_at=now(),
        )
        workload = Workload(
            id=move.workload,
            server=SOURCE,
            kind="mariadb",
            name=self.database,
            detail={"port": 3306},
            seen_at=now(),
        )
        return Context(
            move=move,
            workload=workload,
            source=self.links[SOURCE],
            target=self.links[TARGET],
            source_host=hosts[SOURCE],
            target_host=hosts[TARGET],
            progress=self.steps.append,
            record=self.notes.append,
            forget=self._forget,
            known=lambda: tuple(self.notes),
            settings=self.settings,
        )

    def _forget(self, note: Residue) -> None:
        self.notes[:] = [n for n in self.notes if (n.host, n.kind, n.name) != (note.host, note.kind, note.name)]

    @property
    def sides(self) -> Sides:
        return Sides(self.ctx)

    def sql(self, host: str, statement: str, database: str = "mysql") -> str:
        """Run statements as the server's administrator, beside the mover, and return what they print."""
        side = self.sides.source if host == SOURCE else self.sides.target
        argv = ["mariadb", "--batch", "--skip-column-names", "--default-character-set=utf8mb4", database]
        return side.root.run(argv, statement.encode(), 120).must(f"{statement[:60]} on {host}").text.strip()

    def shell(self, host: str, script: str) -> str:
        side = self.sides.source if host == SOURCE else self.sides.target
        return side.root.run(["sh", "-c", script], timeout=120).must(script[:60]).text.strip()

    def as_application(self, host: str, **more: Any) -> "pymysql.connections.Connection[Any]":
        """A connection as the application makes it, over the network, with its own account."""
        password = Path(self.estate.password_file("shop_app")).read_text().strip()
        return pymysql.connect(
            host=ADDRESSES[host], user="shop_app", password=password, database=self.database,
            connect_timeout=3, read_timeout=10, autocommit=True, charset="utf8mb4", **more,
        )  # fmt: skip

    def until_ready(self) -> None:
        MOVER.describe(self.ctx)
        MOVER.prepare(self.ctx)
        MOVER.seed(self.ctx)
        self.drain("forward")

    def drain(self, direction: Any, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not (lag := MOVER.sync(self.ctx, direction)).zero:
            assert time.monotonic() < deadline, lag

    def cut_over(self, deadline_seconds: float = 120) -> Verification:
        MOVER.freeze(self.ctx, "source", deadline_seconds)
        self.drain("forward")
        MOVER.finish(self.ctx, "forward")
        seen = VERIFIER.verify(self.ctx, frozen=True)
        assert seen.agrees, differing(seen)
        MOVER.reverse(self.ctx)
        MOVER.hold(self.ctx, "source", 5)
        MOVER.thaw(self.ctx, "target")
        return seen

    def roll_back(self, deadline_seconds: float = 120) -> Verification:
        MOVER.freeze(self.ctx, "target", deadline_seconds)
        self.drain("back")
        MOVER.finish(self.ctx, "back")
        seen = VERIFIER.verify(self.ctx, frozen=True)
        assert seen.agrees, differing(seen)
        MOVER.hold(self.ctx, "target", 5)
        MOVER.thaw(self.ctx, "source")
        assert MOVER.still(self.ctx) == ""
        MOVER.fold(self.ctx)
        MOVER.clean(self.ctx, None)
        return seen


def differing(seen: Verification) -> Sequence[str]:
    return [f"{c.name}: {c.source} / {c.target} {c.note}" for c in seen.checks if not c.agrees]


class Writer(threading.Thread):
    """Writes as the application does, and keeps its own record of what was acknowledged."""

    def __init__(self, drive: Drive) -> None:
        super().__init__(daemon=True)
        self.drive = drive
        self.host = SOURCE
        self.kept: set[str] = set()
        self.gone: set[str] = set()
        self.stopping = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        number, last = 0, time.monotonic()
        while not self.stopping.is_set():
            try:
                with self.drive.as_application(self.host) as there, there.cursor() as cursor:
                    while not self.stopping.is_set():
                        number += 1
                        mark = f"w{number}"
                        cursor.execute(
                            """INSERT INTO customers (name, email, address, postcode, joined)
                               VALUES ('Writer é', %s, '1 Load Street', 'ZZ1 1ZZ', NOW())""",
                            (mark,),
                        )
                        self.kept.add(mark)
                        self.longest, last = max(self.longest, time.monotonic() - last), time.monotonic()
                        if number % 5 == 0:
                            cursor.execute("DELETE FROM customers WHERE email = %s", (f"w{number - 3}",))
                            self.gone.add(f"w{number - 3}")
                        self.stopping.wait(0.01)
            except (pymysql.MySQLError, OSError):
                self.stopping.wait(0.05)

    def stop(self) -> set[str]:
        self.stopping.set()
        self.join(20)
        return self.kept - self.gone


def written(drive: Drive, host: str) -> set[str]:
    """What a server holds of what the writer wrote."""
    return set(
        drive.sql(host, "SELECT email FROM customers WHERE email REGEXP '^w[0-9]+$'", drive.database).split()
    )
