"""A small report, as records, for tests of its drawing."""

from datetime import UTC, date, datetime

from estate.records.assessment import Assessment, Disposition, Size, Support
from estate.records.dependency import Dependency
from estate.records.finding import Control, Finding, Status
from estate.records.move import Move, Phase
from estate.records.plan import Plan, PlannedMove, Wave
from estate.records.preview import Estimate, EstimateLine, Unpriced
from estate.records.report import (
    ControlState,
    Environment,
    FrameworkState,
    LedgerState,
    NotSeen,
    Report,
    RuleResult,
)
from estate.records.server import Server
from estate.records.verification import Check, Verification
from estate.records.workload import Workload

AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def small() -> Report:
    """Two servers, one not reached; a move under soak; one failing rule."""
    finding = Finding(
        rule="HC-01",
        title="The operating system is in support",
        subject="db-legacy",
        scope="host",
        status=Status.FAIL,
        severity="critical",
        observed="Debian 11",
        why="support ended on 31 August 2026",
        remedy="Move it or upgrade it.",
        controls=(Control(framework="ncsc-cloud", version="2.1", id="5.1"),),
        at=AT,
    )
    return Report(
        council="Anytown & District <Council>",
        at=AT,
        left_out=(),
        servers=(
            Server(
                id="db-legacy",
                address="10.99.1.12",
                owner="Revenues",
                contract_end=date(2027, 3, 31),
                hostname="db-legacy",
                os_name="Debian GNU/Linux 11 (bullseye)",
                cpus=2,
                memory_bytes=4 << 30,
                disk_used_bytes=3 << 30,
                reached=True,
                seen_at=AT,
            ),
            Server(
                id="old-payroll",
                address="10.99.1.77",
                reached=False,
                unreached_reason="it does not answer on port 22",
                seen_at=AT,
            ),
        ),
        not_seen=(
            NotSeen(
                server="db-legacy",
                fact="sudoers",
                outcome="unreadable",
                reason="permission denied",
                privilege="root",
            ),
        ),
        workloads=(
            Workload(
                id="db-legacy/postgres/reports",
                server="db-legacy",
                kind="postgres",
                name="reports",
                bytes=96 << 20,
                services=("reports-db.practice.test",),
                seen_at=AT,
            ),
        ),
        dependencies=(
            Dependency(
                id="web-legacy>db-legacy:5432",
                client="10.99.1.11",
                server="db-legacy",
                port=5432,
                workload="db-legacy/postgres/reports",
                client_outside=True,
                seen_at=AT,
            ),
        ),
        assessments=(
            Assessment(
                server="db-legacy",
                support=(
                    Support(
                        product="debian",
                        version="11",
                        status="ended",
                        ends=date(2026, 8, 31),
                        table_date=date(2026, 8, 22),
                        source="endoflife.date",
                    ),
                ),
                disposition=Disposition.REPLATFORM,
                readiness="ready with conditions",
                reasons=("PostgreSQL 13 can move to a managed server.",),
                against=(),
                conditions=("A restart of PostgreSQL in a change window.",),
                size=Size(
                    sku="Standard_B2s_v2", vcpus=2, memory_bytes=8 << 30, basis="as it is: nothing was observed"
                ),
                at=AT,
            ),
        ),
        plan=Plan(
            id="plan",
            waves=(
                Wave(
                    number=1,
                    name="reports",
                    moves=(
                        PlannedMove(
                            workload="db-legacy/postgres/reports",
                            target="data-target",
                            bytes=96 << 20,
                            why="first: its server is out of support",
                        ),
                    ),
                ),
            ),
            not_moving={"db-legacy/schedule/logrotate": "belongs to the operating system"},
            at=AT,
        ),
        environments=(
            Environment(
                stack="production",
                kind="production",
                resources=40,
                by_type={"azure-native:network:VirtualNetwork": 1},
                estimate=Estimate(
                    monthly_gbp=812.4,
                    priced_at=date(2026, 11, 1),
                    source="embedded price book",
                    lines=(
                        EstimateLine(
                            resource="nat",
                            type="azure-native:network:NatGateway",
                            meter="NAT gateway hours",
                            quantity=730,
                            unit="hours",
                            unit_gbp=0.035,
                            monthly_gbp=25.55,
                            basis="other region",
                        ),
                    ),
                    unpriced=(Unpriced(resource="dns", type="x", why="no price in the book"),),
                ),
                at=AT,
            ),
        ),
        moves=(
            Move(
                id="reports-1",
                workload="db-legacy/postgres/reports",
                kind="postgres",
                source="db-legacy",
                target="data-target",
                phase=Phase.SOAKING,
                epoch=3,
                approved_by="asmith",
                frozen_seconds=4.2,
                verified=True,
                verification="v-1",
                created_at=AT,
                changed_at=AT,
            ),
        ),
        verifications=(
            Verification(
                id="v-1",
                move="reports-1",
                workload="db-legacy/postgres/reports",
                method="row digests by table",
                agrees=True,
                checks=(Check(name="table report", source="ab12", target="ab12", agrees=True),),
                items=200_000,
                frozen=True,
                seconds=3.2,
                at=AT,
            ),
        ),
        rules=(
            RuleResult(
                rule="HC-01",
                title=finding.title,
                severity="critical",
                scope="host",
                remedy=finding.remedy,
                failing=(finding,),
                passing=2,
            ),
        ),
        frameworks=(
            FrameworkState(
                id="ncsc-cloud",
                name="NCSC Cloud Security Principles",
                version="2.1",
                complete=True,
                controls=(
                    ControlState(
                        id="5.1", title="Vulnerability management", state="evidence against", rules=("HC-01",)
                    ),
                ),
            ),
        ),
        ledger=LedgerState(holds=True, entries=12, head="9f" * 32),
    )
