"""Which tool carries a disposition out, where its rule names none."""

from typing import Final

from estate.records.assessment import Disposition
from migration.case import Case

DECANT = "decant move"
AZURE_MIGRATE: Final = "Azure Migrate"
VENDOR: Final = "the vendor"
BY_HAND: Final = "by hand"

_UPGRADED = frozenset({"2012", "2012-r2", "2016", "2019", "2022"})
"""Releases of Windows Server that Azure Migrate can bring to a newer one on the way (Microsoft Learn, 2026)."""


def usual(case: Case, disposition: Disposition) -> str:
    """The tool for what moves or is bought; empty for what is retired or stays."""
    if disposition is Disposition.REPLATFORM:
        return of_replatform(case)
    return {
        Disposition.REHOST: BY_HAND if case.facts.server.managed else AZURE_MIGRATE,
        Disposition.RELOCATE: VENDOR,
        Disposition.REPURCHASE: VENDOR,
        Disposition.REFACTOR: BY_HAND,
    }.get(disposition, "")


def of_replatform(case: Case) -> str:
    """Azure Migrate where only Windows itself is old, and it knows that release; Decant where it moves what is there."""
    if case.facts.server.managed:
        return BY_HAND
    if case.facts.server.is_windows:
        old = [one for one in case.unsupported if one not in case.old_runtimes]
        only_windows = bool(old) and all(one == case.os_support for one in old)
        return AZURE_MIGRATE if only_windows and old[0].version in _UPGRADED else BY_HAND
    return DECANT if {one.kind for one in case.workloads} & case.movers else BY_HAND
