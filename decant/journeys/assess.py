"""Assesses the estate and keeps the outcome; what a person decided goes into the ledger."""

import pkgutil
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import migration.movers
from decant.journeys import risk
from decant.journeys.legacy import by_server, choose
from decant.journeys.usage import usages
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.forecast import Forecast
from estate.records.workload import Workload
from migration import overrides
from migration.assess import assess
from migration.forecast import forecast
from migration.sizing.need import need_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from decant.app import App


def assess_estate(app: "App", names: "Sequence[str]" = ()) -> list[Assessment]:
    """Assess the legacy servers of that name, or all of them, and store the outcome.

    The risk of each is scored and kept with it. Raises `UsageError` where nothing was discovered yet, a name is not
    known, or overrides.toml or answers.toml is not right.
    """
    picked = choose(app, names)
    legacy, chosen = picked.legacy, picked.names
    decided = overrides.load(app.workspace.overrides, set(legacy))
    workloads, dependencies = by_server(app.store.all(Workload)), by_server(app.store.all(Dependency))
    observed, sizing = usages(app.store), app.settings.observe
    kinds = movers()
    today = datetime.now(ZoneInfo("Europe/London")).date()
    risk.keep(app, picked, today)
    before = {one.server: one for one in app.store.all(Assessment)}
    found = [
        assess(
            legacy[name],
            workloads.get(name, ()),
            dependencies.get(name, ()),
            override=decided.get(name),
            movers=kinds,
            today=today,
            at=now(),
            lifecycle=app.lifecycle,
            need=need_of(observed.get(name, ()), sizing.comfort, sizing.enough_days * 24),
        )
        for name in chosen
    ]
    app.store.put(*found)
    for one in found:
        override = decided.get(one.server)
        if override is not None and not _same(before.get(one.server), one):
            app.ledger.append(
                "disposition.decided", [one.server], override.model_dump(mode="json"), actor=app.actor
            )
    app.ledger.append(
        "estate.assessed",
        [one.server for one in found],
        {one.server: one.disposition.value if one.disposition else "unknown" for one in found},
        actor=app.actor,
    )
    return found


def movers() -> list[str]:
    """The kinds of workload that Decant moves by itself."""
    return [info.name for info in pkgutil.iter_modules(migration.movers.__path__) if info.name != "base"]


def _same(before: Assessment | None, after: Assessment) -> bool:
    """Whether the decision is the one that was noted already."""
    return before is not None and (before.overridden_by, before.disposition, before.reasons[:1]) == (
        after.overridden_by,
        after.disposition,
        after.reasons[:1],
    )


def forecast_of(found: "Sequence[Assessment]") -> Forecast:
    """Which of these servers are out of support today, in 90 and in 180 days."""
    return forecast(found, datetime.now(ZoneInfo("Europe/London")).date())
