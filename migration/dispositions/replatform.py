"""Move what it holds to a new server on a supported release, and leave the old system behind."""

from estate.records.assessment import Disposition
from migration.case import Case
from migration.dispositions.base import Opinion, Rule, because, confirm
from migration.tools import AZURE_MIGRATE, BY_HAND, of_replatform

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


_ANEW = {
    "domain controller": (
        "a copy that is brought up beside the others harms the directory",
        "build new domain controllers in Azure, let them replicate, move the roles, then demote this one",
    ),
    "certificates": (
        "its keys are better moved to a new server, or a new authority begun, than copied with the machine",
        "plan the new authority with those who use its certificates",
    ),
}
"""Roles that are built anew and never copied: why, and how."""


def _judge(case: Case) -> Opinion:
    anew = case.has(*_ANEW)
    if anew:
        why, how = _ANEW[anew.role.id]
        return Opinion(
            True,
            reasons=(because(anew), why),
            against=("it has to be planned with those who look after the directory",),
            conditions=(how, *confirm(anew)),
            tool=BY_HAND,
        )
    if case.facts.server.managed:
        return Opinion(
            True,
            reasons=("it is a service that a cloud runs: what it holds moves to the like service in Azure",),
            conditions=("choose that service and move by hand: Decant moves servers",),
            tool=BY_HAND,
        )
    if not case.workloads:
        return Opinion(False, against=("it holds no workload to move",))
    if case.os_support is None or case.os_support.status == "unknown":
        why = case.os_support.reason if case.os_support else case.facts.why("os")
        return Opinion(None, against=(f"whether its operating system is supported is not known ({why})",))
    if len(case.old_runtimes) == len(case.unsupported):
        but = " but what programs run on" if case.old_runtimes else ""
        return Opinion(False, against=(f"everything on it{but} is supported as it is",))
    system = case.os_support
    reasons = [f"{one.name}: {one.reason}" for one in case.unsupported]
    if system.status in ("ended", "ends soon"):
        reasons.append(f"a copy of the machine as it is would carry {system.name} along")
    tool = of_replatform(case)
    return Opinion(
        True,
        reasons=tuple(reasons),
        against=("applications have to be tested on the newer release",),
        conditions=_by(tool, case),
        tool=tool,
    )


def _by(tool: str, case: Case) -> tuple[str, ...]:
    """What the tool leaves to people."""
    if tool == AZURE_MIGRATE:
        return ("let Azure Migrate bring Windows to a newer release on the way, in a test migration first",)
    if case.facts.server.is_windows:
        old = ", ".join(one.name for one in case.unsupported)
        return (
            f"set up a new server on a supported release and move what it holds by hand: no tool upgrades {old}",
        )
    kinds = {one.kind for one in case.workloads}
    by_hand = [words for kind, words in _WORDS.items() if kind in kinds - case.movers]
    return (f"move by hand what Decant does not move yet: {', '.join(by_hand)}",) if by_hand else ()


RULE = Rule(Disposition.REPLATFORM, 40, _judge)
