"""A small estate: databases, a website, a job, who uses what, and what becomes of each server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from estate.records.assessment import Assessment, Disposition
from estate.records.dependency import Dependency
from estate.records.facts.filesystems import Filesystem, Filesystems
from estate.records.facts.packages import Package, Packages
from estate.records.observation import Observation, Outcome
from estate.records.plan import Plan
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.plan import Estate
from migration.plan_file import load, render
from tests.migration.proposing import propose

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def server(name: str, role: Any = "legacy", **more: Any) -> ServerFacts:
    return ServerFacts(Server(id=name, address="192.0.2.1", role=role, reached=True, seen_at=AT, **more), {})


def target(
    name: str = "new-data", free: int = 10**12, facts: tuple[str, ...] = ("postgresql", "mariadb", "shares")
) -> ServerFacts:
    disk = Filesystem(source="a", type="ext4", mountpoint="/", size_bytes=free, used_bytes=0, available_bytes=free)
    payloads = {
        "filesystems": Filesystems(filesystems=(disk,)).model_dump(mode="json"),
        "packages": Packages(manager="dpkg", packages=(Package(name="nginx", version="1"),)).model_dump(
            mode="json"
        ),
    }
    seen = {
        fact: Observation(server=name, fact=fact, outcome=Outcome.KNOWN, payload=payloads.get(fact), at=AT)
        for fact in (*facts, "filesystems")
    }
    return ServerFacts(server(name, "target").server, seen)


def workload(identity: str, **more: Any) -> Workload:
    host, kind, name = identity.split("/")
    return Workload(id=identity, server=host, kind=kind, name=name, seen_at=AT, **{"bytes": 1000, **more})


def uses(client: str, host: str, port: int = 5432, **more: Any) -> Dependency:
    return Dependency(id=f"{client}>{host}:{port}", client=client, server=host, port=port, seen_at=AT, **more)


def assessment(name: str, disposition: Disposition | None = Disposition.REPLATFORM) -> Assessment:
    return Assessment(
        server=name,
        disposition=disposition,
        readiness="ready" if disposition else "unknown",
        reasons=("because",),
        at=AT,
    )


def estate(
    workloads: list[Workload],
    dependencies: list[Dependency] | None = None,
    targets: list[ServerFacts] | None = None,
    **dispositions: Any,
) -> Estate:
    names = sorted({one.server for one in workloads})
    return Estate(
        [*(server(name) for name in names), *(targets if targets is not None else [target()])],
        workloads,
        dependencies or [],
        [assessment(name, dispositions.get(name, Disposition.REPLATFORM)) for name in names],
    )


def waves(plan: Plan) -> list[list[str]]:
    return [[move.workload for move in wave.moves] for wave in plan.waves]


REPORTS = workload("db/postgres/reports", detail={"port": 5432})


SHOP = workload("db/mariadb/shop", detail={"port": 3306})


SITE = workload("web/website/report-it")


STATS = workload("stats/service/stats")


def edited(tmp_path: Path, made: Estate, *changes: tuple[str, str]) -> tuple[Plan, list[str]]:
    text = render(propose(made, AT))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return load(path, made, AT)
