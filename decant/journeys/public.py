"""The public edition of a report: no host names, addresses, or findings by host. Committee papers are public."""

import re
from collections.abc import Mapping

from estate.records.dependency import Dependency
from estate.records.finding import Finding
from estate.records.move import Move
from estate.records.plan import Plan, Wave
from estate.records.report import Report, RuleResult
from estate.records.verification import Verification
from estate.records.workload import Workload

_KINDS = {
    "postgres": "PostgreSQL database",
    "mariadb": "MariaDB database",
    "files": "shared drive",
    "website": "website",
    "schedule": "scheduled job",
    "service": "service",
}


def public(report: Report) -> Report:
    """The same report with every server and workload under a number, and free text that may name one left out."""
    servers = {server.id: f"Server {number}" for number, server in enumerate(report.servers, 1)}
    workloads = {w.id: f"{_KINDS[w.kind]} {number}" for number, w in enumerate(report.workloads, 1)}
    return report.model_copy(
        update={
            "edition": "public",
            "servers": tuple(
                server.model_copy(
                    update={
                        "id": servers[server.id],
                        "address": "",
                        "hostname": None,
                        "host_key": None,
                        "kernel": None,
                        "unreached_reason": "" if server.reached else "not reached",
                    }
                )
                for server in report.servers
            ),
            "not_seen": tuple(
                seen.model_copy(update={"server": servers.get(seen.server, "a server"), "reason": ""})
                for seen in report.not_seen
            ),
            "workloads": tuple(_workload(w, servers, workloads) for w in report.workloads),
            "dependencies": tuple(_dependency(d, servers, workloads) for d in report.dependencies),
            "assessments": tuple(
                a.model_copy(
                    update={
                        "server": servers.get(a.server, "a server"),
                        "reasons": (),
                        "against": (),
                        "conditions": (),
                        "overridden_by": None,
                    }
                )
                for a in report.assessments
            ),
            "plan": _plan(report.plan, servers, workloads) if report.plan else None,
            "environments": tuple(
                e.model_copy(update={"estimate": e.estimate.model_copy(update={"lines": (), "unpriced": ()})})
                for e in report.environments
            ),
            "moves": tuple(_move(m, number, servers, workloads) for number, m in enumerate(report.moves, 1)),
            "verifications": tuple(_verification(v, workloads) for v in report.verifications),
            "rules": tuple(_rule(rule) for rule in report.rules),
        }
    )


def leaks(full: Report, text: str) -> str:
    """The first host name, address or service name of the full report that stands in `text`; empty for none."""
    names: set[str] = set()
    for server in full.servers:
        names |= {server.id, server.address, server.hostname or ""}
    for workload in full.workloads:
        names |= set(workload.services)
    for dependency in full.dependencies:
        names |= {dependency.client, dependency.server}
    for name in sorted(names - {""}):
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text):
            return name
    return ""


def _workload(w: Workload, servers: Mapping[str, str], names: Mapping[str, str]) -> Workload:
    return w.model_copy(
        update={
            "id": names[w.id],
            "name": names[w.id],
            "server": servers.get(w.server, "a server"),
            "detail": {},
            "services": (),
            "system": None,
        }
    )


def _dependency(d: Dependency, servers: Mapping[str, str], workloads: Mapping[str, str]) -> Dependency:
    client, server = servers.get(d.client, "outside"), servers.get(d.server, "outside")
    return d.model_copy(
        update={
            "id": f"{client}>{server}:{d.port}",
            "client": client,
            "server": server,
            "workload": workloads.get(d.workload or ""),
            "process": None,
            "where": "",
        }
    )


def _plan(plan: Plan, servers: Mapping[str, str], workloads: Mapping[str, str]) -> Plan:
    waves = tuple(
        Wave(
            number=wave.number,
            name=f"wave {wave.number}",
            moves=tuple(
                move.model_copy(
                    update={
                        "workload": workloads.get(move.workload, "a workload"),
                        "target": servers.get(move.target, "a target") if move.target else None,
                        "why": "",
                    }
                )
                for move in wave.moves
            ),
            window_start=wave.window_start,
            window_end=wave.window_end,
        )
        for wave in plan.waves
    )
    left = {workloads.get(w, f"workload {n}"): "see the full edition" for n, w in enumerate(plan.not_moving, 1)}
    return plan.model_copy(update={"waves": waves, "not_moving": left})


def _move(m: Move, number: int, servers: Mapping[str, str], workloads: Mapping[str, str]) -> Move:
    return m.model_copy(
        update={
            "id": f"move {number}",
            "workload": workloads.get(m.workload, "a workload"),
            "source": servers.get(m.source, "a server"),
            "target": servers.get(m.target, "a target"),
            "services": (),
            "description": None,
            "approved_by": "a second person" if m.approved_by else None,
            "residue": (),
            "confirmed": (),
            "note": "",
        }
    )


def _verification(v: Verification, workloads: Mapping[str, str]) -> Verification:
    return v.model_copy(update={"workload": workloads.get(v.workload, "a workload"), "move": "", "checks": ()})


def _rule(rule: RuleResult) -> RuleResult:
    def blank(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(
            f.model_copy(update={"subject": f"subject {n}", "observed": "", "why": ""})
            for n, f in enumerate(findings, 1)
        )

    return rule.model_copy(
        update={
            "failing": blank(rule.failing),
            "waived": blank(rule.waived),
            "not_evaluated": blank(rule.not_evaluated),
        }
    )
