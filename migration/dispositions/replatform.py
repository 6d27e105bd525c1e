"""Move what it holds to a new server on a supported release, and leave the old system behind."""

from estate.records.assessment import Disposition
from migration.case import Case
from migration.dispositions.base import Opinion, Rule

_WORDS = {
    "postgres": "PostgreSQL databases",
    "mariadb": "MariaDB databases",
    "sqlserver": "SQL Server databases",
    "files": "file trees",
    "website": "websites",
    "schedule": "scheduled jobs",
    "service": "services",
    "machine": "whole machines",
}


def _judge(case: Case) -> Opinion:
    if case.facts.server.managed:
        return Opinion(
            True,
            reasons=("it is a service that a cloud runs: what it holds moves to the like service in Azure",),
            conditions=("choose that service and move by hand: Decant moves servers",),
        )
    if not case.workloads:
        return Opinion(False, against=("it holds no workload to move",))
    if case.os_support is None or case.os_support.status == "unknown":
        why = case.os_support.reason if case.os_support else case.facts.why("os")
        return Opinion(None, against=(f"whether its operating system is supported is not known ({why})",))
    if not case.unsupported:
        return Opinion(False, against=("everything on it is supported as it is",))
    system = case.os_support
    reasons = [f"{one.product} {one.version}: {one.reason}" for one in case.unsupported]
    if system.status in ("ended", "ends soon"):
        reasons.append(f"a copy of the machine as it is would carry {system.product} {system.version} along")
    kinds = {one.kind for one in case.workloads}
    by_hand = [words for kind, words in _WORDS.items() if kind in kinds - case.movers]
    return Opinion(
        True,
        reasons=tuple(reasons),
        against=("applications have to be tested on the newer release",),
        conditions=(f"move by hand what Decant does not move yet: {', '.join(by_hand)}",) if by_hand else (),
        # Azure Migrate can bring Windows Server to a newer release on the way.
        tool="Azure Migrate" if case.facts.server.is_windows else "decant move" if kinds & case.movers else "",
    )


RULE = Rule(Disposition.REPLATFORM, 40, _judge)
