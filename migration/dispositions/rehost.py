"""Move the machine as it is: all of it is supported."""

from estate.records.assessment import Disposition
from migration.case import Case
from migration.dispositions.base import Opinion, Rule
from migration.tools import AZURE_MIGRATE

_INSTEAD = {
    "SQL Server": "its databases could move to Azure SQL Managed Instance instead",
    "files": "its shares could move to Azure Files instead",
    "remote desktop": "desktops can be bought as a service instead (Azure Virtual Desktop)",
    "printing": "its print queues could be bought as a service instead (Universal Print)",
}
"""What else could become of a part of it, by role."""


def _judge(case: Case) -> Opinion:
    if not case.workloads and not case.clients:
        return Opinion(False, against=("nothing was found on it that somebody needs",))
    system = case.os_support
    if system is None or system.status == "unknown":
        why = system.reason if system else case.facts.why("os")
        return Opinion(None, against=(f"whether its operating system is supported is not known ({why})",))
    if system.status != "supported":
        return Opinion(False, against=(f"{system.name}: {system.reason}",))
    databases = sorted(one.name for one in case.workloads if one.kind == "postgres")
    against = [f"the database {name} could move to a managed service instead" for name in databases]
    against += [words for role, words in _INSTEAD.items() if case.has(role)]
    return Opinion(
        True,
        reasons=(f"{system.name} is supported: {system.reason}",),
        against=tuple(against),
        conditions=(
            "check that its drivers and boot loader suit Azure (Azure Migrate does)",
            *(f"upgrade {one.name}, as {one.reason}" for one in case.old_runtimes),
        ),
        tool=AZURE_MIGRATE,
    )


RULE = Rule(Disposition.REHOST, 50, _judge)
