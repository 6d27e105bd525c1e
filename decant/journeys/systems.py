"""Systems: what is proposed, what people confirmed in systems.toml, and what came or went since."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from estate import reading, writing
from estate.errors import UsageError
from estate.records.dependency import Dependency
from estate.records.system import System, Systems
from estate.records.workload import Workload
from estate.suggest import unknown
from inventory.systems import Entry, propose
from inventory.systems_file import SystemsFile, load, render, with_systems
from inventory.uses import uses

if TYPE_CHECKING:
    from decant.app import App

CONFIRMED = "systems.confirmed"


@dataclass(frozen=True)
class Proposed:
    """What `decant systems propose` did."""

    systems: Systems
    written: bool
    """Whether systems.toml changed."""


def known(app: "App") -> Systems:
    """Every system there is, confirmed or not. What is confirmed in the file counts from now on, and is in the ledger.

    Raises `UsageError` where nothing was discovered yet or systems.toml is not right.
    """
    return _all(app, load(app.workspace.systems))


def write(app: "App") -> Proposed:
    """Bring the proposals in systems.toml up to date; what a person wrote there stays. Raises as `known` does."""
    path = app.workspace.systems
    file = load(path)
    found = _all(app, file)
    text = render(file, found)
    if path.exists() and reading.text(path) == text:
        return Proposed(found, written=False)
    writing.replace(path, text)
    return Proposed(found, written=True)


def one(app: "App", name: str) -> tuple[System, Systems]:
    """The system of that name, and all of them. Raises `UsageError` where there is none, and as `known` does."""
    found = known(app)
    for system in found.systems:
        if system.name == name:
            return system, found
    raise unknown("system", name, [system.name for system in found.systems], "see `decant systems list`")


def take_in(app: "App", file: SystemsFile) -> tuple[Workload, ...]:
    """Keep with each workload the system that the file confirms for it, and note in the ledger what was confirmed."""
    before = app.store.all(Workload)
    workloads = with_systems(before, file)
    app.store.put(*(now for now, then in zip(workloads, before, strict=True) if now != then))
    _note(app, file)
    return workloads


def _all(app: "App", file: SystemsFile) -> Systems:
    store, workloads = app.store, take_in(app, file)
    if not workloads:
        raise UsageError("no workload was discovered yet", "run `decant discover`")
    estate = [facts for facts in store.all_server_facts() if facts.server.role != "target"]
    servers = {facts.server.id for facts in estate}
    council = [one for one in workloads if one.server in servers and not one.os_owned]
    return propose(council, uses(estate, council), file.entries, store.all(Dependency))


def _note(app: "App", file: SystemsFile) -> None:
    """Put into the ledger what is confirmed, where that is not what its last entry says."""
    confirmed: dict[str, list[Entry]] = {}
    for entry in file.entries:
        if entry.confirmed_by:
            # An addition that a person confirmed is a second entry of that name.
            confirmed.setdefault(f"{entry.name}, by {entry.confirmed_by}", []).append(entry)
    said = {
        name: {
            "owner": next((one.owner for one in entries if one.owner), None),
            "on": next((one.confirmed_on.isoformat() for one in entries if one.confirmed_on), None),
            "workloads": sorted(workload for one in entries for workload in one.workloads),
        }
        for name, entries in confirmed.items()
    }
    noted = app.ledger.entries(CONFIRMED)
    if said != (noted[-1].payload["systems"] if noted else {}):
        subjects = sorted(one for entry in file.entries if entry.confirmed_by for one in entry.workloads)
        app.ledger.append(CONFIRMED, subjects, {"systems": said}, app.actor)
