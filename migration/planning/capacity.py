"""How much one window holds: workloads, what goes over the link, and people's minutes by skill. Pure."""

from collections import Counter
from collections.abc import Sequence
from math import floor

from migration.planning.calendar import Slot, blacked_out
from migration.planning.file import Planning
from migration.planning.measured import MIB


def limits(planning: Planning, slots: Sequence[Slot]) -> dict[str, dict[str, int]]:
    """By what is limited (`workloads`, `mebibytes`, a skill), the most that each window holds."""
    most = {"workloads": {slot.id: planning.capacity.workloads for slot in slots}}
    if planning.link.megabits is not None:
        bytes_a_second = planning.link.megabits * 1_000_000 / 8 * planning.link.usable
        most["mebibytes"] = {slot.id: floor(bytes_a_second * slot.minutes * 60 / MIB) for slot in slots}
    for skill in sorted({one.skill for one in planning.person}):
        most[skill] = _people(planning, slots, skill)
    return most


def _people(planning: Planning, slots: Sequence[Slot], skill: str) -> dict[str, int]:
    """Minutes of a skill in each window. Hours of a month are shared out evenly over its windows that are open."""
    shut = {name for one in planning.blackout if not one.partner for name in blacked_out(slots, one)}
    found: Counter[str] = Counter({slot.id: 0 for slot in slots})
    for one in planning.person:
        if one.skill != skill:
            continue
        there = [
            slot
            for slot in slots
            if not any(slot.days[0] <= away.last and slot.days[1] >= away.first for away in one.away)
        ]
        months = Counter((slot.day.year, slot.day.month) for slot in there if slot.id not in shut)
        for slot in there:
            hours = one.hours_a_window
            if one.hours_a_month is not None:
                hours = min(hours, one.hours_a_month / max(1, months[slot.day.year, slot.day.month]))
            found[slot.id] += floor(hours * 60)
    return dict(found)
