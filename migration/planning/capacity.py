"""How much a window or a month holds: workloads, what goes over the link, people's minutes by skill. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import floor, inf

from migration.planning.calendar import Slot
from migration.planning.file import Person, Planning
from migration.planning.measured import MIB

FEW = 6
"""Of months of more windows than this, not every set of windows is looked at."""


def limits(planning: Planning, slots: Sequence[Slot]) -> dict[str, dict[str, int]]:
    """By what is limited (`workloads`, `mebibytes`, a skill), the most that each window holds."""
    most = {"workloads": {slot.id: planning.capacity.workloads for slot in slots}}
    if planning.link.megabits is not None:
        bytes_a_second = planning.link.megabits * 1_000_000 / 8 * planning.link.usable
        most["mebibytes"] = {slot.id: floor(bytes_a_second * slot.minutes * 60 / MIB) for slot in slots}
    for skill in sorted({one.skill for one in planning.person}):
        people = [one for one in planning.person if one.skill == skill]
        most[skill] = {slot.id: _together(people, [slot]) for slot in slots}
    return most


@dataclass(frozen=True)
class Month:
    """What people of a skill can do in some windows of a calendar month together, where that is less than in each."""

    skill: str
    year: int
    month: int
    windows: tuple[str, ...]
    whole: bool
    """Whether these are all the windows of the month."""
    minutes: int
    safe: bool = False
    """Whether that is the number on the safe side: as much as any choice of the windows leaves room for."""


def months(planning: Planning, slots: Sequence[Slot]) -> Iterator[Month]:
    """What hours of a month allow, beyond what each window allows.

    Where all who have a skill have hours of a month, that is one number for the month. Where some have none, two
    windows together may hold less than both do alone, while the month as a whole has room: then such sets are given
    too. In months of more than `FEW` windows these would be too many: there one number is given that holds however the
    work falls on the windows.
    """
    by_month: dict[tuple[int, int], list[Slot]] = defaultdict(list)
    for slot in slots:
        by_month[slot.day.year, slot.day.month].append(slot)
    for skill in sorted({one.skill for one in planning.person if one.hours_a_month is not None}):
        people = [one for one in planning.person if one.skill == skill]
        for (year, month), held in sorted(by_month.items()):
            if len(held) > FEW:
                most = _safe(people, held)
                if most is not None:
                    every = tuple(slot.id for slot in held)
                    yield Month(skill, year, month, every, True, most, most < _together(people, held))
                continue
            least = _least(people, held)
            alone = {slot.id: _together(people, [slot]) for slot in held}
            for windows, minutes in least.items():
                fewer = (least.get(tuple(one for one in windows if one != out), 0) + alone[out] for out in windows)
                more = (least.get(_with(held, windows, slot.id), minutes + 1) for slot in held)
                if (
                    (len(windows) < 2 or minutes < min(fewer))
                    and not any(
                        one <= minutes for slot, one in zip(held, more, strict=True) if slot.id not in windows
                    )
                    and minutes < sum(alone[one] for one in windows)
                ):
                    yield Month(skill, year, month, windows, len(windows) == len(held), minutes)


def available(planning: Planning, slots: Sequence[Slot]) -> dict[tuple[str, str], int]:
    """Minutes that people have in these windows, by month (`2027-01`) and skill."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    by_month: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_month[f"{slot.day:%Y-%m}"].append(slot)
    for month, held in by_month.items():
        for one in planning.person:
            found[month, one.skill] += _together([one], held)
    return dict(found)


def _least(people: Sequence[Person], held: Sequence[Slot]) -> dict[tuple[str, ...], int]:
    """By set of windows, what people can do in all of these together."""
    return {
        tuple(slot.id for slot in some): _together(people, some)
        for size in range(1, len(held) + 1)
        for some in combinations(held, size)
    }


def _safe(people: Sequence[Person], held: Sequence[Slot]) -> int | None:
    """The minutes of a month that people have whichever of its windows are used; None where the windows alone limit.

    Windows on which the same people are there are alike, so only how many of each sort are used counts.
    """
    alike = Counter(tuple(_is_there(one, slot) for one in people) for slot in held)
    least: int | None = None
    for used in product(*(range(number + 1) for number in alike.values())):
        hours = [
            one.hours_a_window * sum(times for there, times in zip(alike, used, strict=True) if there[at])
            for at, one in enumerate(people)
        ]
        each = list(zip(people, hours, strict=True))
        month = sum(
            floor(60 * min(inf if one.hours_a_month is None else one.hours_a_month, had)) for one, had in each
        )
        windows = sum(
            times * sum(_window(one) for one, is_there in zip(people, there, strict=True) if is_there)
            for there, times in zip(alike, used, strict=True)
        )
        if month < windows and (least is None or month < least):
            least = month
    return least


def _window(one: Person) -> int:
    """Minutes of a person in one window."""
    return floor(60 * min(one.hours_a_window, inf if one.hours_a_month is None else one.hours_a_month))


def _with(held: Sequence[Slot], windows: Sequence[str], one: str) -> tuple[str, ...]:
    return tuple(slot.id for slot in held if slot.id in windows or slot.id == one)


def _together(people: Sequence[Person], slots: Sequence[Slot]) -> int:
    """Minutes of all these people in all these windows of one month."""
    return sum(
        floor(60 * min(inf if one.hours_a_month is None else one.hours_a_month, hours))
        for one in people
        if (hours := one.hours_a_window * sum(_is_there(one, slot) for slot in slots))
    )


def _is_there(person: Person, slot: Slot) -> bool:
    return not any(slot.days[0] <= away.last and slot.days[1] >= away.first for away in person.away)
