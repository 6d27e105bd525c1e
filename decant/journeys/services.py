"""Holds the `[[service]]` entries of the settings against the workloads that were found, and the zone."""

from typing import TYPE_CHECKING

from estate.errors import UsageError
from estate.records.workload import Workload
from estate.suggest import unknown

if TYPE_CHECKING:
    from decant.app import App


def wrong_services(app: "App") -> list[UsageError]:
    """What is wrong with each entry; nothing is said of workloads before any was found."""
    known = {one.id for one in app.store.all(Workload)}
    zone = app.settings.dns.zone.rstrip(".").casefold()
    found = []
    for entry in app.settings.service:
        name = entry.name.rstrip(".").casefold()
        if zone and name != zone and not name.endswith(f".{zone}"):
            found.append(
                UsageError(f"{entry.name} is not in the zone {zone}", "mend the [[service]] name, or [dns] zone")
            )
        if known and entry.workload not in known:
            missing = unknown("workload", entry.workload, known, "`decant estate list --all` shows them")
            found.append(UsageError(f"[[service]] {entry.name}: {missing.what}", missing.remedy))
    return found
