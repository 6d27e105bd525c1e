"""Logs, and Defender for Servers."""

from collections.abc import Iterator, Sequence

from estate.records.cost import CostLine
from migration.costing.base import Case, Found, Kind, charge
from migration.costing.figure import number


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.moving:
        logs = number(12, "months") * case.assumed("log_gb", "GB")
        yield charge(case, subject.id, "log-analytics/ingestion", logs, "logs", "monitoring", "logs")
        if case.assumptions.choice("defender"):
            meter = "defender/OpenSourceRelationalDatabases" if subject.database else "defender/VirtualMachines/P2"
            months = number(12, "months").resting_on("defender")
            yield charge(case, subject.id, meter, months, "Microsoft Defender", "monitoring", "defender")


KIND = Kind("monitoring", _reckon)
