"""Reckons what the estate costs, and keeps it."""

from typing import TYPE_CHECKING

from decant.journeys.prices import doubts, prices, today
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.cost import Costs
from estate.records.workload import Workload
from migration.costing import assumptions
from migration.costing.reckon import costs, totals

if TYPE_CHECKING:
    from decant.app import App

RECKONED = "costs.reckoned"


def reckon(app: "App") -> Costs:
    """What the estate costs today, would cost in Azure and costs to move. Keeps nothing.

    Raises `UsageError` where nothing was discovered or assessed yet, or where assumptions.toml or rates.toml is not
    right.
    """
    known = app.store.all_server_facts()
    legacy = tuple(one.server.id for one in known if one.server.role == "legacy")
    assessed = app.store.all(Assessment)
    if not legacy:
        raise UsageError(
            "no legacy server is known yet",
            "run `decant discover`, or `decant import` a list; then `decant assess`",
        )
    if not {one.server for one in assessed}.intersection(legacy):
        raise UsageError("no server was assessed yet, so that nothing has a size", "run `decant assess`")
    made = costs(
        known,
        assessed,
        app.store.all(Workload),
        prices(app, legacy),
        assumptions.load(app.workspace.assumptions),
        today(),
        now(),
    )
    return made.model_copy(update={"cautions": (*doubts(app), *made.cautions)})


def keep(app: "App", found: Costs) -> None:
    """Store what was reckoned, and note it in the ledger."""
    app.store.put(found)
    whole = totals(found)
    app.ledger.append(
        RECKONED,
        sorted({one.subject for one in found.lines}),
        {
            "on_premises_gbp": whole.today.likely,
            "azure_gbp": whole.azure.likely,
            "one_off_gbp": whole.once.likely,
            "unpriced": len(found.unpriced),
        },
        actor=app.actor,
    )
