"""A report: everything that the full edition says, before it is drawn."""

from typing import Literal

from estate.records.assessment import Assessment
from estate.records.base import Instant, Record
from estate.records.dependency import Dependency
from estate.records.finding import Finding, Severity
from estate.records.move import Move
from estate.records.personal import PersonalData
from estate.records.plan import Plan
from estate.records.preview import Estimate, StackKind
from estate.records.server import Server
from estate.records.verification import Verification
from estate.records.workload import Workload


class NotSeen(Record):
    """One thing that could not be seen, and why: never dropped."""

    server: str
    fact: str
    outcome: str
    reason: str
    privilege: str = ""


class Outdated(Record):
    """What is older than what it rests on: "older than the last discover of …"; empty where it is up to date."""

    assessments: str = ""
    plan: str = ""
    costs: str = ""
    checks: str = ""
    """What the rules say of servers."""


class Environment(Record):
    """One previewed stack in short."""

    stack: str
    kind: StackKind
    resources: int
    """Those that Azure would hold: no components, no providers."""
    by_type: dict[str, int]
    estimate: Estimate
    example: bool = False
    """Still sized as its template made it."""
    at: Instant


class RuleResult(Record):
    """What one rule found over all its subjects: reports group by finding, not by resource."""

    rule: str
    title: str
    severity: Severity
    scope: Literal["stack", "host"]
    remedy: str
    failing: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()
    not_evaluated: tuple[Finding, ...] = ()
    passing: int = 0
    not_applicable: int = 0


class ControlState(Record):
    """What the evidence says of one control. A person decides whether the council complies."""

    id: str
    title: str
    state: Literal["supported by evidence", "evidence against", "no automated evidence", "not evaluated"]
    rules: tuple[str, ...] = ()
    passed: int = 0
    """Findings, over all rules and subjects."""
    failed: int = 0
    waived: int = 0
    not_evaluated: int = 0


class FrameworkState(Record):
    """One framework with every control of the shipped list."""

    id: str
    name: str
    version: str
    complete: bool
    controls: tuple[ControlState, ...]


class LedgerState(Record):
    """Whether the ledger holds, and its head at the time of the report."""

    holds: bool
    problem: str = ""
    entries: int
    head: str
    anchored_at: Instant | None = None
    anchored_sequence: int | None = None
    elsewhere_sequence: int | None = None
    """The last entry that an anchor kept outside the workspace covers; None where none was compared."""


class Report(Record):
    """The full edition. The public one is a record of its own: `public_report.py`."""

    council: str
    edition: Literal["full"] = "full"
    at: Instant
    left_out: tuple[str, ...] = ()
    """What this run did not do, in a sentence each."""
    servers: tuple[Server, ...]
    not_seen: tuple[NotSeen, ...]
    workloads: tuple[Workload, ...]
    dependencies: tuple[Dependency, ...]
    personal_data: tuple[PersonalData, ...] = ()
    """What samples of databases and shared trees held: kinds and counts."""
    assessments: tuple[Assessment, ...]
    plan: Plan | None
    outdated: Outdated = Outdated()
    """What to make anew before anybody relies on it."""
    environments: tuple[Environment, ...]
    moves: tuple[Move, ...]
    verifications: tuple[Verification, ...]
    rules: tuple[RuleResult, ...]
    frameworks: tuple[FrameworkState, ...]
    ledger: LedgerState
