"""What one fact of a host tells another, and what an earlier reading tells this one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from estate.records.base import Record, now
from estate.records.facts.agents import Agents
from estate.records.facts.connections import Connections
from estate.records.facts.cron import Cron
from estate.records.facts.listeners import Listeners
from estate.records.facts.packages import Packages
from estate.records.facts.processes import Processes
from estate.records.facts.services import Services
from estate.records.facts.updates import Updates
from estate.records.observation import Observation, Outcome
from inventory.facts.base import Reading
from inventory.script import Answer

P = TypeVar("P", bound=Record)


def joined(
    readings: Mapping[str, Reading], answer: Answer, earlier: Mapping[str, Observation]
) -> dict[str, Reading]:
    """The readings with the unit of each socket's process, the package of each cron job, whether agents run, since
    when each update waits, and what sudo said where a right was missing."""
    out = dict(readings)
    services = payload_of(readings, "services", Services)
    if services and services.init == "windows":
        by_pid = _by_pid(services)
        _change(out, "processes", Processes, lambda found: _with_units(found, "processes", by_pid))
    processes = payload_of(out, "processes", Processes)
    units = {process.pid: process.unit for process in processes.processes} if processes else {}
    _change(out, "listeners", Listeners, lambda found: _with_units(found, "listeners", units))
    _change(out, "connections", Connections, lambda found: _with_units(found, "connections", units))
    packages = payload_of(readings, "packages", Packages)
    if packages:
        _change(out, "cron", Cron, lambda found: _with_packages(found, packages.files))
    if services and services.init == "systemd":
        _change(out, "agents", Agents, lambda found: _with_states(found, services))
    before = earlier.get("updates")
    known = before.as_(Updates) if before else None
    _change(out, "updates", Updates, lambda found: _waiting(found, known))
    if answer.sudo:
        for fact, reading in out.items():
            if reading.privilege:
                field = "partial" if reading.outcome is Outcome.KNOWN else "reason"
                said = f"{getattr(reading, field)} (sudo: {answer.sudo.removeprefix('sudo: ')})"
                out[fact] = Reading(**{**reading.__dict__, field: said})
    return out


def payload_of(readings: Mapping[str, Reading], fact: str, kind: type[P]) -> P | None:
    """The payload of one fact; None where it is not known."""
    reading = readings.get(fact)
    return reading.payload if reading is not None and isinstance(reading.payload, kind) else None


def _change(out: dict[str, Reading], fact: str, kind: type[P], change: Callable[[P], P]) -> None:
    found = payload_of(out, fact, kind)
    if found is not None:
        out[fact] = replace(out[fact], payload=change(found))


def _by_pid(services: Services) -> dict[int, str | None]:
    """The service of each process; None where several share one, as in Windows' svchost."""
    held: dict[int, list[str]] = {}
    for one in services.services:
        if one.main_pid:
            held.setdefault(one.main_pid, []).append(one.unit)
    return {pid: units[0] if len(units) == 1 else None for pid, units in held.items()}


def _with_units(found: P, field: str, units: Mapping[int, str | None]) -> P:
    sockets = tuple(
        one.model_copy(update={"unit": units.get(one.pid)}) if one.pid else one for one in getattr(found, field)
    )
    return found.model_copy(update={field: sockets})


def _with_packages(cron: Cron, files: Mapping[str, str]) -> Cron:
    jobs = tuple(job.model_copy(update={"package": files.get(job.file)}) for job in cron.jobs)
    return cron.model_copy(update={"jobs": jobs})


def _with_states(found: Agents, services: Services) -> Agents:
    def active(unit: str) -> bool | None:
        service = services.named(unit)
        return None if service is None else service.active == "active"

    agents = tuple(
        one.model_copy(update={"active": active(one.unit)}) if one.unit else one for one in found.agents
    )
    return found.model_copy(update={"agents": agents})


def _waiting(found: Updates, before: Updates | None) -> Updates:
    """Since when each update waits: since Decant first saw one for the version that is still installed."""
    if found.pending is None:
        return found
    moment = now()
    since = {(one.name, one.installed): one.first_seen for one in (before and before.pending) or ()}
    pending = tuple(
        one.model_copy(update={"first_seen": since.get((one.name, one.installed)) or moment})
        for one in found.pending
    )
    return found.model_copy(update={"pending": pending})
