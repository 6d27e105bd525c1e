"""What the words of a report mean, for readers who do not work with them."""

from collections.abc import Mapping
from types import MappingProxyType

from estate.records.plan import How

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "postgres": "PostgreSQL database",
        "mariadb": "MariaDB database",
        "sqlserver": "SQL Server database",
        "files": "shared drive",
        "website": "website",
        "schedule": "scheduled job",
        "service": "service",
        "machine": "whole machine",
    }
)
"""Kinds of workload, one of each."""

DISPOSITIONS: Mapping[str, str] = MappingProxyType(
    {
        "retire": "switched off",
        "retain": "stays where it is",
        "rehost": "the machine is copied as it is",
        "relocate": "its whole virtual platform is moved",
        "repurchase": "replaced by a service that is bought",
        "replatform": "what it holds moves to a newer system",
        "refactor": "rewritten",
        "undecided": "too little is known to say",
    }
)

TOOLS: Mapping[How, str] = MappingProxyType(
    {
        "decant": "by Decant",
        "Azure Migrate": "by Azure Migrate",
        "the vendor": "by the vendor",
        "by hand": "by hand",
    }
)
"""With what a workload is moved."""

PHASES: Mapping[str, str] = MappingProxyType(
    {
        "planned": "not begun",
        "preparing": "being set up",
        "seeding": "the first copy is being made",
        "syncing": "the copy is catching up",
        "ready": "copied and in step; waits for its cutover",
        "cutting over": "people are being sent to the new server",
        "soaking": "in use on the new server; can still go back without loss",
        "broken": "in use on the new server; going back would lose what was written since",
        "rolling back": "people are being sent back to the old server",
        "accepting": "being finished",
        "cancelling": "being called off",
        "accepted": "finished; the new server is the only one",
        "rolled back": "back on the old server, with what was written since",
        "cancelled": "called off; nothing changed",
    }
)

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "Cutover": "sending people from the old server to the new one",
        "Finding": "what one rule says of one server or one part of a stack",
        "Frozen": "writes were stopped, so that nothing was lost while people were sent over",
        "Ledger": "the record of every step, each signed and chained to the one before, so that a change shows",
        "Anchor": "the ledger’s state noted in another place, to compare with later",
        "Preview": "what would be built, worked out without building it",
        "Stack": "one environment in Azure, such as production or test",
        "Verification": "a comparison of source and target that knows nothing of how the copy was made",
        "Waived": "a rule fails, and a person took that upon themselves",
        "Wave": "workloads that move in one go",
        "Workload": "one thing that moves: a database, a shared drive, a website, a job, a service",
    }
)


def by_tools(found: Mapping[How, int]) -> str:
    """8 by Decant, 30 by Azure Migrate, 2 by hand."""
    return ", ".join(f"{number:,} {TOOLS[how]}" for how, number in found.items())
