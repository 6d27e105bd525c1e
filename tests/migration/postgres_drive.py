"""Drives the PostgreSQL mover over the practice estate in the engine's order, and looks in from outside."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estate.progress import Step
from estate.records.base import now
from estate.records.move import Move, Residue
from estate.records.verification import Verification
from estate.records.workload import Workload
from estate.transport.base import Transport
from estate.transport.connect import connect
from inventory import hosts_file
from migration.context import Context
from migration.movers.postgres import MOVER
from migration.postgres.sides import Sides
from migration.verify.postgres import VERIFIER
from practice.estate import Estate

SOURCE, TARGET = "db-legacy", "data-target"
PATIENCE = 60.0


@dataclass
class Drive:
    """One move of one database, with what the store would keep of it."""

    estate: Estate
    move_id: str
    database: str = "reports"
    settings: Mapping[str, Any] = field(default_factory=dict)
    confirmed: tuple[str, ...] = (SOURCE,)
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
            workload=f"{SOURCE}/postgres/{self.database}",
            kind="postgres",
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
            kind="postgres",
            name=self.database,
            detail={"port": 5432},
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

    def sql(self, host: str, statement: str, database: str | None = None) -> str:
        """Run a statement as the server's superuser, beside the mover, and return what it prints."""
        argv = ["runuser", "-u", "postgres", "--", "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        side = self.sides.source if host == SOURCE else self.sides.target
        result = side.root.run([*argv, "-d", database or self.database, "-f", "-"], statement.encode(), 120)
        return result.must(f"{statement[:60]} on {host}").text.strip()

    def shell(self, host: str, script: str) -> str:
        side = self.sides.source if host == SOURCE else self.sides.target
        return side.root.run(["sh", "-c", script], timeout=120).must(script[:60]).text.strip()

    def as_application(self, host: str, statement: str) -> subprocess.CompletedProcess[bytes]:
        """A statement as the application sends it, over the network, with its own role."""
        address = {SOURCE: "10.99.1.12", TARGET: "10.99.2.22"}[host]
        password = Path(self.estate.password_file("reports_app")).read_text().strip()
        argv = ["env", f"PGPASSWORD={password}", "psql", "-X", "-A", "-t", "-q", "-c", statement]
        argv += ["-d", f"host={address} dbname={self.database} user=reports_app connect_timeout=5"]
        return subprocess.run(self.estate.command(argv), capture_output=True, check=False)

    def until_ready(self) -> None:
        MOVER.describe(self.ctx)
        MOVER.prepare(self.ctx)
        MOVER.seed(self.ctx)
        self.drain("forward")

    def drain(self, direction: Any, seconds: float = PATIENCE) -> None:
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
