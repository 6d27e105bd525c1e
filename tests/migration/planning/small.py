"""Small estates for the tests of planning."""

from datetime import UTC, date, datetime
from typing import Any

from estate.records.assessment import Assessment, Disposition, Support
from estate.records.dependency import Dependency
from estate.records.move import Move, Phase
from estate.records.plan import Plan
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.plan import Estate

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NIGHTS = [{"every": "Saturday", "start": "20:00", "end": "06:00"}]
FIRST, SECOND, THIRD = date(2026, 11, 28), date(2026, 12, 5), date(2026, 12, 12)
"""The first nights of `NIGHTS`."""


def server(name: str, **more: Any) -> ServerFacts:
    about = {"id": name, "address": "192.0.2.1", "reached": True, "seen_at": AT, **more}
    return ServerFacts(Server.model_validate(about), {})


def database(host: str, name: str = "x", **more: Any) -> Workload:
    about = {"bytes": 1000, "detail": {"port": 5432}, **more}
    return Workload.model_validate(
        {"id": f"{host}/postgres/{name}", "server": host, "kind": "postgres", "name": name, "seen_at": AT, **about}
    )


def uses(client: str, host: str) -> Dependency:
    return Dependency(id=f"{client}>{host}:5432", client=client, server=host, port=5432, seen_at=AT)


def supported(name: str, until: date | None = date(2030, 1, 1), status: str = "supported") -> Assessment:
    support = Support.model_validate(
        {
            "product": "Debian", "version": "12", "status": status, "ends": until, "until": until,
            "table_date": date(2026, 8, 1), "source": "a table",
        }
    )  # fmt: skip
    return Assessment(
        server=name,
        disposition=Disposition.REPLATFORM,
        readiness="ready",
        reasons=("because",),
        support=(support,),
        at=AT,
    )


def estate(*names: str, talk: list[Dependency] | None = None, **servers: dict[str, Any]) -> Estate:
    """A database on each server, each a job by itself; `servers` says more of some."""
    facts = [server(name, **servers.get(name, {})) for name in names]
    return Estate(facts, [database(name) for name in names], talk or [], [supported(name) for name in names])


def a_move(workload: str, phase: Phase, **more: Any) -> Move:
    host, kind, _ = workload.split("/")
    about = {"id": "m", "source": host, "target": "new", "created_at": AT, "changed_at": AT, **more}
    return Move.model_validate({"workload": workload, "kind": kind, "phase": phase, **about})


def days(plan: Plan) -> dict[str, date | None]:
    """The day of each server's database."""
    return {move.workload.split("/")[0]: wave.expected for wave in plan.waves for move in wave.moves}
