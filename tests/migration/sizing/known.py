"""Servers, what they hold and how much they were used, made up for the tests of sizes and costs."""

from datetime import UTC, datetime
from typing import Any

from estate.records.base import Record
from estate.records.observation import Observation, Outcome
from estate.records.server import Server, ServerFacts
from estate.records.usage import Spread, Usage
from estate.records.workload import Workload
from migration.sizing.need import Need

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GIB = 1024**3


def facts(name: str = "db1", found: dict[str, Record] | None = None, **about: Any) -> ServerFacts:
    """A server with 4 CPUs, 16 GiB and a disk of 100 GiB, and what was read of it."""
    values = {"cpus": 4, "memory_bytes": 16 * GIB, "disk_bytes": 100 * GIB, "reached": True, **about}
    return ServerFacts(
        Server(id=name, address="192.0.2.1", seen_at=AT, **values),
        {
            fact: Observation(
                server=name, fact=fact, outcome=Outcome.KNOWN, payload=payload.model_dump(mode="json"), at=AT
            )
            for fact, payload in (found or {}).items()
        },
    )


def workload(kind: str, name: str = "reports", server: str = "db1", **more: Any) -> Workload:
    values = {"bytes": 10 * GIB, **more}
    return Workload(id=f"{server}/{kind}/{name}", server=server, kind=kind, name=name, seen_at=AT, **values)


def need(
    cpu: float = 50, memory: float = 6 * GIB, iops: float | None = None, mbps: float | None = None, **more: float
) -> Need:
    """What was observed over a week: p95 of each, with a comfort of 1.3."""

    def spread(value: float | None) -> Spread | None:
        return None if value is None else Spread(p50=value, p95=value, max=value)

    used = Usage(
        server="db1",
        source="observe",
        since=AT,
        until=AT,
        hours=168,
        samples=9,
        cpu_percent=spread(cpu),
        memory_bytes=spread(memory),
        disk_iops=spread(iops),
        disk_bytes_per_second=spread(None if mbps is None else mbps * 1e6),
    )
    return Need(used, more.get("comfort", 1.3), 168)
