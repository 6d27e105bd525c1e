"""What can be measured of the criteria without asking anybody. Which score a measurement means is our judgement.

A measure gives points where what was seen decides, and otherwise none, with what was seen as a hint for who answers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from estate.documents.words import count, day, some
from estate.records.facts.disks import Disks
from estate.records.facts.hardware import Hardware
from estate.records.facts.os import Os
from estate.records.facts.services import Services
from estate.records.facts.updates import Updates
from migration.case import Case

_YEAR = timedelta(days=365)
_HORIZON = timedelta(days=3 * 365)
"""The framework looks three years ahead."""
_AGES = ((10, 5), (7, 4), (5, 3))
"""Years from which hardware gets a score: five years are what most makers sell maintenance for at first."""
_ON_METAL = ("none", "physical")


@dataclass(frozen=True)
class Measured:
    """`points` is None where what was seen does not decide."""

    points: int | None
    why: str


def _support(case: Case) -> Measured:
    ended = [one.name for one in case.support if one.status == "ended"]
    if ended:
        return Measured(6, f"out of support: {some(ended, 4)}")
    unknown = [one.name for one in case.support if one.status == "unknown"]
    if case.os_support is None or unknown:
        return Measured(None, f"support is not known of {some(unknown, 4) or 'its operating system'}")
    ends = sorted(
        (one.until, one.name)
        for one in case.support
        if one.until is not None and one.until <= case.today + _HORIZON
    )
    if ends:
        return Measured(5, f"support ends within three years: {ends[0][1]} on {day(ends[0][0])}")
    return Measured(1, "all that was found is supported for more than three years")


def _contract(case: Case) -> Measured:
    end = case.facts.server.contract_end
    if end is None:
        return Measured(None, "no end of a contract is written down (contract_end)")
    if end < case.today:
        return Measured(6, f"its contract ended on {day(end)}")
    if end <= case.today + _YEAR:
        return Measured(5, f"its contract ends within a year, on {day(end)}")
    if end <= case.today + _HORIZON:
        return Measured(3, f"its contract ends within three years, on {day(end)}")
    return Measured(1, f"its contract runs until {day(end)}")


def _environment(case: Case) -> Measured:
    hardware, os = case.facts.get("hardware", Hardware), case.facts.get("os", Os)
    runs_on = case.facts.server.platform or (os.virtualisation if os else None)
    if runs_on not in _ON_METAL:
        below = f"it runs on {runs_on}: " if runs_on and runs_on != "container" else ""
        return Measured(None, f"{below}the age of the hardware below it is not known")
    year = re.search(r"\b(?:19|20)\d\d\b", hardware.bios_date) if hardware else None
    if year is None:
        return Measured(None, "the age of its hardware is not known")
    # Firmware is renewed, and the machine is then older than it looks; never younger.
    age = case.today.year - int(year[0])
    points = next((points for least, points in _AGES if age >= least), None)
    seen = f"its firmware is of {year[0]}, so that its hardware is no newer"
    return Measured(points, seen if points else f"{seen}; the room must be judged by people")


def _vulnerabilities(case: Case) -> Measured:
    updates = case.facts.get("updates", Updates)
    waiting = updates.pending_security if updates else None
    if waiting:
        return Measured(6, f"{count(waiting, 'security update')} not installed")
    ended = [one.name for one in case.support if one.status == "ended"]
    if ended:
        return Measured(5, f"nobody mends {some(ended, 4)} any more")
    if waiting is None:
        return Measured(None, "whether security updates wait is not known")
    if updates and updates.automatic is False:
        return Measured(3, "no security update waits, but none is installed by itself")
    return Measured(None, "no security update waits; how it is set up and reached must be judged by people")


def _problems(case: Case) -> Measured:
    services, disks = case.facts.get("services", Services), case.facts.get("disks", Disks)
    degraded = [one.name for one in disks.disks if one.degraded] if disks else []
    if degraded:
        return Measured(6, f"a mirror or stripe of its disks lacks a device now: {some(degraded, 3)}")
    own = {str(one.detail.get("unit", "")) for one in case.workloads if one.kind == "service"}
    failed = [one.unit for one in services.services if one.active == "failed"] if services else []
    ours = [name for name in failed if name in own]
    if ours:
        return Measured(6, f"failed now: {some(ours, 3)}")
    seen = f"failed when it was read, of the system's own services: {some(failed, 3)}" if failed else ""
    return Measured(None, seen or "Decant keeps no record of outages")


def _barrier(case: Case) -> Measured:
    others = {one.client for one in case.clients}
    seen = f"{count(len(others), 'machine')} seen using it" if others else "no client was seen"
    return Measured(None, seen)


MEASURES: Mapping[str, Callable[[Case], Measured]] = {
    "support": _support,
    "contract": _contract,
    "environment": _environment,
    "vulnerabilities": _vulnerabilities,
    "problems": _problems,
    "barrier": _barrier,
}
"""By the criterion's id. A criterion without one is answered by people alone."""
