"""The public edition of a report: a record of its own, so that nothing is in it but what is named here.

It holds no name of a server, a workload, a stack or a person, no address, port, path or id, and no finding by which
somebody could get in: numbers, kinds, products and days. What is new in the full report is not in it by itself.
"""

from datetime import date, datetime
from typing import Literal

from estate.records.base import Instant, Record
from estate.records.finding import Severity
from estate.records.move import Phase
from estate.records.preview import StackKind
from estate.records.report import Outdated
from estate.records.workload import Kind


class PublicProduct(Record):
    """One product that is in use, on how many servers, and until when it is supported."""

    product: str
    version: str
    status: Literal["supported", "ends soon", "ended", "unknown"]
    until: date | None
    servers: int


class PublicWorkloads(Record):
    """How many workloads of one kind there are. `bytes` sums up those whose size is known."""

    kind: Kind
    number: int
    bytes: int
    size_unknown: int


class PublicWave(Record):
    """One wave: how many workloads, and when."""

    number: int
    workloads: int
    window_start: datetime | None
    window_end: datetime | None
    expected: date | None = None
    """The day for which it is planned; without a window, an indicative one."""


class PublicEnvironment(Record):
    """One previewed stack, by its kind. `unpriced` resources are not in the total; `guessed_gbp` is a part of it."""

    kind: StackKind
    resources: int
    monthly_gbp: float
    guessed_gbp: float
    unpriced: int
    priced_at: date
    example: bool
    at: Instant


class PublicMove(Record):
    """One move under a number. `items` were compared at the last verification; `agrees` is None before any."""

    name: str
    """"move 1"."""
    kind: Kind | None
    """None where it is of no kind of workload."""
    phase: Phase
    frozen_seconds: float | None
    agrees: bool | None
    items: int
    approved: bool


class PublicRules(Record):
    """How many rules of one severity fail somewhere, are waived or could not be decided: never which."""

    severity: Severity
    over: Literal["servers", "stacks"]
    rules: int
    failing: int
    waived: int
    not_evaluated: int


class PublicFramework(Record):
    """How many controls of one framework stand how."""

    name: str
    version: str
    complete: bool
    supported: int
    against: int
    no_evidence: int
    not_evaluated: int


class PublicLedger(Record):
    """Whether the ledger holds, and its head, by which anybody can hold us to it later."""

    holds: bool
    entries: int
    head: str
    anchored_sequence: int | None
    anchored_at: Instant | None
    elsewhere_sequence: int | None
    """The last entry that an anchor kept outside the workspace covers; None where none was compared."""


class PublicReport(Record):
    """All that the public edition says."""

    edition: Literal["public"] = "public"
    council: str
    at: Instant
    left_out: tuple[str, ...]
    """What this run did not do, in a sentence each, as a person wrote it for this edition."""
    outdated: Outdated = Outdated()
    """What is older than what it rests on."""
    servers: int
    servers_read: int
    legacy: int
    legacy_ended: int
    """Legacy servers that run something out of support."""
    dispositions: dict[str, int]
    """Legacy servers by what should become of them."""
    workloads: tuple[PublicWorkloads, ...]
    """On the legacy servers; those of the operating systems are not counted."""
    products: tuple[PublicProduct, ...]
    waves: tuple[PublicWave, ...]
    environments: tuple[PublicEnvironment, ...]
    moves: tuple[PublicMove, ...]
    rules: tuple[PublicRules, ...]
    frameworks: tuple[PublicFramework, ...]
    facts_not_seen: int
    ledger: PublicLedger
