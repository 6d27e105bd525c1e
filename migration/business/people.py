"""Who works in which month, by skill, against who is there."""

from collections.abc import Mapping, Sequence

from estate.records.business_case import MonthOfWork
from migration.business.ways import Roadmap, server_of
from migration.planning.calendar import Slot, blacked_out
from migration.planning.capacity import available
from migration.planning.file import EFFORT, Planning

HOURS_A_DAY = 7.4
"""Of a working week of 37 hours, as in the national agreement of local government's employees."""


def people(roadmap: Roadmap, planning: Planning, windows: Sequence[Slot]) -> tuple[MonthOfWork, ...]:
    """The days of work in windows that the moves of each month take, and those that people have in `windows`.

    `available` is None where nobody is named in planning.toml; of a skill that nobody has, no day is there.
    """
    needed: dict[tuple[str, str], float] = {}
    for wave, move in roadmap.moves:
        month = f"{roadmap.days[wave.number]:%Y-%m}"
        for skill, hours in planning.effort_of(_kind(move.workload)).hours.items():
            needed[month, skill] = needed.get((month, skill), 0.0) + hours / HOURS_A_DAY
    there = _there(planning, windows)
    return tuple(
        MonthOfWork(
            month=month,
            skill=skill,
            days=round(days, 2),
            available=round(there.get((month, skill), 0.0), 2) if planning.person else None,
        )
        for (month, skill), days in sorted(needed.items())
        if days
    )


def _there(planning: Planning, windows: Sequence[Slot]) -> Mapping[tuple[str, str], float]:
    """What the planner itself may use: people's hours in the windows that are open to everybody."""
    shut = {name for one in planning.blackout if not one.partner for name in blacked_out(windows, one)}
    minutes = available(planning, [slot for slot in windows if slot.id not in shut])
    return {key: each / 60 / HOURS_A_DAY for key, each in minutes.items()}


def _kind(workload: str) -> str:
    """The kind of a workload by its id, `server/kind/name`; what has none is a whole machine."""
    kind = workload.removeprefix(server_of(workload)).lstrip("/").partition("/")[0]
    return kind if kind in EFFORT else "machine"
