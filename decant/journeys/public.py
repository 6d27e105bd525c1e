"""The public edition of a report, worked out from the full one: numbers, kinds, products and days."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from ipaddress import ip_address
from typing import Literal, get_args

from estate.records.assessment import Support
from estate.records.finding import Severity
from estate.records.preview import StackKind
from estate.records.public_report import (
    PublicEnvironment,
    PublicFramework,
    PublicLedger,
    PublicMove,
    PublicProduct,
    PublicReport,
    PublicRules,
    PublicWave,
    PublicWorkloads,
)
from estate.records.report import FrameworkState, Report
from estate.records.workload import Kind, Workload

_SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
_OVER: dict[str, Literal["servers", "stacks"]] = {"host": "servers", "stack": "stacks"}


def public(report: Report) -> PublicReport:
    """What of a report may stand in a committee paper."""
    legacy = {server.id for server in report.servers if server.role == "legacy"}
    assessed = [a for a in report.assessments if a.server in legacy]
    return PublicReport(
        council=report.council,
        at=report.at,
        left_out=report.left_out,
        outdated=report.outdated,
        servers=len(report.servers),
        servers_read=sum(server.reached for server in report.servers),
        legacy=len(legacy),
        legacy_ended=sum(any(s.status == "ended" for s in a.support) for a in assessed),
        dispositions=dict(Counter(a.disposition.value if a.disposition else "undecided" for a in assessed)),
        workloads=_workloads([w for w in report.workloads if w.server in legacy and not w.os_owned]),
        products=_products(report),
        waves=tuple(
            PublicWave(
                number=wave.number,
                workloads=len(wave.moves),
                window_start=wave.window_start,
                window_end=wave.window_end,
                expected=wave.expected,
            )
            for wave in (report.plan.waves if report.plan else ())
        ),
        environments=tuple(
            PublicEnvironment(
                kind=e.kind,
                resources=e.resources,
                monthly_gbp=e.estimate.monthly_gbp,
                guessed_gbp=e.estimate.guessed_gbp,
                unpriced=len(e.estimate.unpriced),
                priced_at=e.estimate.priced_at,
                example=e.example,
                at=e.at,
            )
            for e in report.environments
        ),
        moves=_moves(report),
        rules=_rules(report),
        frameworks=tuple(_framework(f) for f in report.frameworks),
        facts_not_seen=len(report.not_seen),
        ledger=PublicLedger(
            holds=report.ledger.holds,
            entries=report.ledger.entries,
            head=report.ledger.head,
            anchored_sequence=report.ledger.anchored_sequence,
            anchored_at=report.ledger.anchored_at,
            elsewhere_sequence=report.ledger.elsewhere_sequence,
        ),
    )


def named_in(
    report: Report, sentences: Sequence[str], services: Iterable[str] = (), people: Iterable[str] = ()
) -> str:
    """The first name that a person's sentences hold, in whatever case; else empty.

    Looked for are the report's servers, addresses, workloads, services and stacks, and `services`, each by its whole
    name and its first label; and owners, operators and approvers, and `people`, also by what is before an "@". A
    stack that is called as its kind names nothing.
    """
    names = {*services, *(e.stack for e in report.environments if e.stack not in get_args(StackKind))}
    persons: set[str | None] = {*people, *(one.overridden_by for one in report.assessments)}
    for server in report.servers:
        names |= {server.id, server.address or "", server.hostname or ""}
        persons |= {server.owner}
    for workload in report.workloads:
        names |= {workload.id, *workload.services}
    for dependency in report.dependencies:
        names |= {dependency.client, dependency.server}
    for move in report.moves:
        names |= {move.id}
        persons |= {move.started_by, move.approved_by}
    names |= {name.partition(".")[0] for name in names if not _is_ip(name)}
    for person in persons - {None}:
        names |= {str(person), str(person).partition("@")[0]}
    text = " ".join(sentences)
    return next((name for name in sorted(names - {""}) if _holds(text, name)), "")


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _workloads(own: list[Workload]) -> tuple[PublicWorkloads, ...]:
    by_kind: dict[str, list[Workload]] = defaultdict(list)
    for workload in own:
        by_kind[workload.kind].append(workload)
    return tuple(
        PublicWorkloads(
            kind=found[0].kind,
            number=len(found),
            bytes=sum(w.bytes or 0 for w in found),
            size_unknown=sum(w.bytes is None for w in found),
        )
        for _, found in sorted(by_kind.items())
    )


def _products(report: Report) -> tuple[PublicProduct, ...]:
    """Each product by its version, the first to end at the top."""
    servers: dict[tuple[str, str], set[str]] = defaultdict(set)
    seen: dict[tuple[str, str], Support] = {}
    for assessment in report.assessments:
        for support in assessment.support:
            key = support.product, support.version
            servers[key].add(assessment.server)
            worst = seen.setdefault(key, support)
            if _pressing(support) < _pressing(worst):
                seen[key] = support
    return tuple(
        PublicProduct(
            product=s.product,
            version=s.version,
            status=s.status,
            until=s.until or s.ends,
            servers=len(servers[s.product, s.version]),
        )
        for s in sorted(seen.values(), key=lambda s: (*_pressing(s), s.product))
    )


def _pressing(support: Support) -> tuple[int, date]:
    order = ("ended", "ends soon", "unknown", "supported")
    return order.index(support.status), support.until or support.ends or date.max


def _moves(report: Report) -> tuple[PublicMove, ...]:
    verified = {v.id: v for v in report.verifications}
    kinds: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
    found = []
    for number, move in enumerate(report.moves, 1):
        check = verified.get(move.verification or "")
        found.append(
            PublicMove(
                name=f"move {number}",
                kind=kinds.get(move.kind),
                phase=move.phase,
                frozen_seconds=move.frozen_seconds,
                agrees=check.agrees if check else None,
                items=check.items if check else 0,
                approved=move.approved_by is not None,
            )
        )
    return tuple(found)


def _rules(report: Report) -> tuple[PublicRules, ...]:
    return tuple(
        PublicRules(
            severity=severity,
            over=over,
            rules=len(these),
            failing=sum(bool(rule.failing) for rule in these),
            waived=sum(bool(rule.waived) for rule in these),
            not_evaluated=sum(bool(rule.not_evaluated) for rule in these),
        )
        for scope, over in _OVER.items()
        for severity in _SEVERITIES
        if (these := [rule for rule in report.rules if rule.scope == scope and rule.severity == severity])
    )


def _framework(framework: FrameworkState) -> PublicFramework:
    states = Counter(control.state for control in framework.controls)
    return PublicFramework(
        name=framework.name,
        version=framework.version,
        complete=framework.complete,
        supported=states["supported by evidence"],
        against=states["evidence against"],
        no_evidence=states["no automated evidence"],
        not_evaluated=states["not evaluated"],
    )
