"""Draws a report as one self-contained HTML file: no script, no font, no picture from elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from estate.documents.page import render
from estate.records.assessment import Support
from estate.records.finding import Severity
from estate.records.report import Report, RuleResult
from estate.records.server import Server

_SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")


def html(report: Report, estate_map: str, personal: Mapping[str, str] | None = None) -> str:
    """The report as HTML. `estate_map` is an SVG drawing that we made, taken as it is; empty for none.

    `personal` says what each kind of personal data is called.
    """
    return render(
        "report.html.j2",
        {
            "report": report,
            "estate_map": Markup(estate_map),  # noqa: S704 - drawn by estate.documents.map, which escapes labels
            "personal": personal or {},
            **_summary(report),
        },
    )


def _summary(report: Report) -> dict[str, Any]:
    legacy = {server.id for server in report.servers if server.role == "legacy"}
    own = [w for w in report.workloads if not w.os_owned]
    unreached = [server for server in report.servers if not server.reached]
    failing = [rule for rule in report.rules if rule.failing]
    return {
        "assessed": {a.server: a for a in report.assessments},
        "unreached": unreached,
        "unread": _unread(unreached),
        "support": _support(report),
        "legacy": len(legacy),
        "servers_ended": sum(any(s.status == "ended" for s in a.support) for a in report.assessments),
        "own_workloads": own,
        "to_move": sum(w.server in legacy for w in own),
        "os_workloads": sum(w.os_owned for w in report.workloads),
        "not_moving": _not_moving(report),
        "failing": sorted(failing, key=_rank),
        "undecided": [rule for rule in report.rules if rule.not_evaluated],
        "severities": [(name, sum(rule.severity == name for rule in failing)) for name in _SEVERITIES],
        "phases": Counter(move.phase.value for move in report.moves),
        "verified": {v.id: v for v in report.verifications},
        "waived": sum(len(rule.waived) for rule in report.rules),
    }


def _unread(servers: Sequence[Server]) -> list[tuple[str, list[str]]]:
    """Why servers were not read, each reason once with those that have it."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in servers:
        by_reason[one.unreached_reason.removeprefix(f"{one.id}: ")].append(one.id)
    return list(by_reason.items())


def _rank(rule: RuleResult) -> tuple[int, int, str]:
    return _SEVERITIES.index(rule.severity), -len(rule.failing), rule.rule


def _not_moving(report: Report) -> list[tuple[str, list[str]]]:
    """Every workload left out, by its reason: the council's own reasons first, the commonest last."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, why in (report.plan.not_moving if report.plan else {}).items():
        by_reason[why].append(name)
    return sorted(by_reason.items(), key=lambda group: (len(group[1]), group[0]))


def _support(report: Report) -> list[tuple[str, Support]]:
    order = {"ended": 0, "ends soon": 1, "unknown": 2, "supported": 3}
    rows = [(a.server, s) for a in report.assessments for s in a.support]
    return sorted(rows, key=lambda row: (order[row[1].status], row[0], row[1].product))
