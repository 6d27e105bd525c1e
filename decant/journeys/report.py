"""Gathers a report from the store and the ledger, and writes it as HTML and JSON."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from decant.journeys import present
from decant.journeys.discovery import not_seen
from decant.journeys.outdated import outdated
from decant.journeys.public import named_in, public
from decant.output import jsonable
from estate import signers, writing
from estate.documents.public_report import public_html
from estate.documents.report import html
from estate.errors import EvidenceError, UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.finding import Finding, Status
from estate.records.personal import PersonalData
from estate.records.plan import Plan
from estate.records.preview import Preview
from estate.records.public_report import PublicReport
from estate.records.report import (
    ControlState,
    Environment,
    FrameworkState,
    LedgerState,
    Report,
    RuleResult,
)
from estate.records.server import Server
from estate.records.verification import Verification
from estate.records.workload import Workload

if TYPE_CHECKING:
    from decant.app import App
    from estate.ledger import Ledger
    from estate.store import Store

Edition = Literal["full", "public"]
SCHEMAS = {"full": "decant.report/1", "public": "decant.public-report/1"}


@dataclass(frozen=True)
class Written:
    """A report and the two files it was written to."""

    report: Report | PublicReport
    html: Path
    json: Path


def write(app: "App", edition: Edition, output: Path | None = None, left_out: Sequence[str] = ()) -> Written:
    """Gather, draw and write one edition; `left_out` is what this run did not do.

    Raises `UsageError` where `left_out` names a server in the public edition, and where a file
    cannot be written.
    """
    from estate.documents.map import svg
    from inventory.map import graph
    from inventory.personal.detectors import all_detectors

    full = gather(app, left_out)
    report: Report | PublicReport = full
    if edition == "public":
        if named := named_in(full, left_out, *_services_and_people(app)):
            raise UsageError(f"--left-out names {named}", "say it without the name: the public edition holds none")
        report = public(full)
        page = public_html(report)
    else:
        drawing = svg(graph(full.servers, full.workloads, full.dependencies)) if full.servers else ""
        titles = {name: detector.title for name, detector in all_detectors().items()}
        page = html(full, drawing, titles)
    data = json.dumps({"schema": SCHEMAS[edition], **jsonable(report.model_dump(mode="json"))}, indent=2)
    stamp = f"{report.at:%Y%m%dT%H%M%SZ}"
    path = output or app.workspace.reports / f"report-{edition}-{stamp}.html"
    beside = path.with_suffix(".json")
    for file, text in ((path, page), (beside, data)):
        writing.replace(file, text, writing.PRIVATE, "name a file in a folder that is there")
    app.ledger.append("report.written", [path.name], {"edition": edition}, actor=app.actor)
    return Written(report, path, beside)


def _services_and_people(app: "App") -> tuple[list[str], list[str]]:
    """Those that the workspace's files hold and the report may not."""
    workspace, signers_file = app.settings.workspace, app.workspace.allowed_signers
    approvers = signers.read(signers_file) if signers_file.exists() else []
    services = [name for one in app.settings.service for name in (one.name, one.workload)]
    return services, [workspace.operator, *(one.name for one in approvers)]


def gather(app: "App", left_out: Sequence[str] = ()) -> Report:
    """Everything that the store and the ledger hold, in the order that the report shows."""
    store = app.store
    findings = present.findings(app)
    plans = store.all(Plan)
    return Report(
        council=app.settings.workspace.council,
        at=now(),
        left_out=tuple(left_out),
        servers=tuple(store.all(Server)),
        not_seen=tuple(missing for facts in store.all_server_facts() for missing in not_seen(facts)),
        workloads=tuple(store.all(Workload)),
        dependencies=tuple(store.all(Dependency)),
        personal_data=tuple(store.all(PersonalData)),
        assessments=tuple(store.all(Assessment)),
        plan=max(plans, key=lambda plan: plan.at) if plans else None,
        outdated=outdated(store, app.workspace),
        environments=tuple(_environment(preview) for preview in present.previews(app)),
        moves=tuple(store.moves()),
        verifications=_verifications(store),
        rules=tuple(_by_rule(findings)),
        frameworks=tuple(_frameworks(findings)) if findings else (),
        ledger=_ledger(app.ledger, app.anchors_elsewhere),
    )


def _environment(preview: Preview) -> Environment:
    return Environment(
        stack=preview.stack,
        kind=preview.kind,
        resources=len(preview.built),
        by_type=dict(Counter(resource.type for resource in preview.built)),
        estimate=preview.estimate,
        example=preview.example,
        at=preview.at,
    )


def _verifications(store: "Store") -> tuple[Verification, ...]:
    wanted = {move.verification for move in store.moves()}
    return tuple(v for v in store.all(Verification) if v.id in wanted)


def _by_rule(findings: Sequence[Finding]) -> list[RuleResult]:
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule].append(finding)

    def of(group: list[Finding], status: Status) -> tuple[Finding, ...]:
        return tuple(sorted((f for f in group if f.status == status), key=lambda f: f.subject))

    return [
        RuleResult(
            rule=rule,
            title=group[0].title,
            severity=group[0].severity,
            scope=group[0].scope,
            remedy=group[0].remedy,
            failing=of(group, Status.FAIL),
            waived=of(group, Status.WAIVED),
            not_evaluated=of(group, Status.NOT_EVALUATED),
            passing=len(of(group, Status.PASS)),
            not_applicable=len(of(group, Status.NOT_APPLICABLE)),
        )
        for rule, group in sorted(groups.items())
    ]


def _frameworks(findings: Sequence[Finding]) -> list[FrameworkState]:
    from policies.controls import frameworks
    from policies.coverage import coverage

    return [
        FrameworkState(
            id=framework.id,
            name=framework.title,
            version=framework.version,
            complete=framework.complete,
            controls=tuple(
                ControlState(
                    id=control.id,
                    title=control.title,
                    state=control.evidence.value,
                    rules=control.rules,
                    passed=control.passed,
                    failed=control.failed,
                    waived=control.waived,
                    not_evaluated=control.not_evaluated,
                )
                for control in coverage(framework, findings)
            ),
        )
        for framework in frameworks().values()
    ]


def _ledger(ledger: "Ledger", elsewhere: Sequence[Path]) -> LedgerState:
    try:
        checked = ledger.verify(elsewhere)
    except EvidenceError as broken:
        return LedgerState(holds=False, problem=broken.what, entries=ledger.count(), head="")
    return LedgerState(
        holds=True,
        entries=checked.entries,
        head=checked.head,
        anchored_at=checked.anchored_at,
        anchored_sequence=checked.anchored_sequence,
        elsewhere_sequence=checked.elsewhere_sequence,
    )
