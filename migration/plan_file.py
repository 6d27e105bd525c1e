"""`plan.toml`: the plan as people read and edit it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import tomlkit
from pydantic import AfterValidator, ValidationError
from tomlkit.items import Table

from estate import invalid, reading
from estate.documents.meanings import TOOLS
from estate.documents.words import count, day, moment
from estate.errors import UsageError
from estate.printable import plain
from estate.records.base import Record
from estate.records.plan import Conflict, How, Plan, PlannedMove, Reached, Wave
from estate.suggest import unknown
from migration.plan import GOES_WITHOUT_SAYING, PLAN_ID, Estate, not_moving, with_crossing
from migration.planning.file import FIRST_DAY, LAST_DAY, Day

_MEND = "mend it, or move it away and run `decant plan`"
_NAMED = 5
"""So many workloads without a target are named."""

LONDON = ZoneInfo("Europe/London")

WORTH = {
    "lateness": "lateness, over all servers with a date to be empty by",
    "exposure": "exposure, over all servers out of support",
    "dual running": "dual running, from the first move of a server to its last",
    "cut": "dependencies between systems of different waves",
}
"""The objectives in words, in their order."""

_HEAD = """\
Waves of the move, in order: `decant plan` wrote them, and reads them again after you have edited them.
Move [[wave.move]] entries between waves, put waves in another order, change targets and names.
A window is a time in Europe/London, for example:  window_start = 2027-01-16T20:00:00
`expected` is the day for which a wave is planned; without a window, no cutover is refused for being on another.
`pinned = true` in a move keeps it in its wave when `decant plan --fresh` plans anew.
Every workload is in one wave, or under [not_moving] with a reason; what is part of an operating system, or on
a target already, goes without saying."""


def _plannable(value: datetime) -> datetime:
    if not FIRST_DAY < value.date() < LAST_DAY:
        raise ValueError(f"lies outside the years {FIRST_DAY.year} to {LAST_DAY.year}, which a plan can mean")
    return value


_Text = Annotated[str, AfterValidator(plain)]
_Time = Annotated[datetime, AfterValidator(_plannable)]


class _Move(Record):
    workload: str
    target: str | None = None
    pinned: bool = False
    why: _Text = ""


class _Wave(Record):
    name: _Text = ""
    expected: Day | None = None
    pilot: bool = False
    window_start: _Time | None = None
    window_end: _Time | None = None
    move: tuple[_Move, ...] = ()


class _Conflict(Record):
    rules: tuple[_Text, ...]


class _File(Record):
    changes: tuple[_Text, ...] = ()
    conflict: tuple[_Conflict, ...] = ()
    wave: tuple[_Wave, ...] = ()
    not_moving: dict[str, _Text] = {}


def render(plan: Plan) -> str:
    """The plan as text. The same plan always gives the same text."""
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    for line in _worth(plan):
        document.add(tomlkit.comment(line))
    if plan.changes:
        document.add(
            tomlkit.comment("No plan keeps every rule of planning.toml. This one supposes that these are changed:")
        )
        document.add("changes", tomlkit.array().multiline(multiline=True))
        for change in plan.changes:
            document["changes"].append(change)
    held = tomlkit.aot()
    for conflict in plan.conflicts:
        held.append(tomlkit.item({"rules": list(conflict.rules)}))
    if plan.conflicts:
        document.add("conflict", held)
    written = tomlkit.aot()
    for wave in plan.waves:
        written.append(_wave_table(wave))
    if plan.waves:
        document.add("wave", written)
    staying = tomlkit.table()
    for name, reason in sorted(plan.not_moving.items()):
        if reason not in GOES_WITHOUT_SAYING:
            staying.add(name, reason)
    document.add("not_moving", staying)
    return tomlkit.dumps(document)


def _worth(plan: Plan) -> list[str]:
    """What the plan reached, and whether its days are only supposed."""
    lines = [f"{said_of(one, changed=bool(plan.changes))}." for one in plan.reached]
    if plan.waves and not any(wave.window_start for wave in plan.waves):
        lines.insert(0, "Days are indicative: planning.toml gives no windows, so none has times.")
    return lines


def tool(how: How) -> str:
    """With what a workload is moved, in words: "by Azure Migrate", "by hand"."""
    return TOOLS[how]


def said_of(reached: Reached, *, changed: bool = False) -> str:
    """One objective in words: "lateness, over …: 3 days, and no plan has less"; `changed`: by rules that were changed."""
    if reached.unknown:
        return f"{WORTH[reached.objective]}: unknown, as no dependency was observed (`decant observe`)"
    of = count(reached.value, "link") if reached.objective == "cut" else count(reached.value, "day")
    if reached.standing:
        of += f" ({reached.standing:,} of them of servers in no wave, counted to the end of the horizon)"
    if reached.bound is None:
        return f"{WORTH[reached.objective]}: {of}"
    # Values are whole, so a bound between two of them is worth the higher one.
    least = ceil(reached.bound - 1e-6)
    with_these = " with these changes" if changed else ""
    if reached.value <= least:
        return f"{WORTH[reached.objective]}: {of}, and no plan{with_these} has less"
    proof = f"any plan{with_these} has at least {least:,}"
    return f"{WORTH[reached.objective]}: {of}, and {proof}"


def _clock(at: datetime) -> datetime:
    """A time as clocks in London show it; in the hour that comes twice in October, the second time with its zone."""
    local = at.astimezone(LONDON)
    return local.replace(tzinfo=UTC) if local.fold else local.replace(tzinfo=None)


def _wave_table(wave: Wave) -> Table:
    table = tomlkit.table()
    table.add("name", wave.name)
    if wave.expected is not None:
        table.add("expected", wave.expected)
    if wave.pilot:
        table.add("pilot", True)
    for key, at in (("window_start", wave.window_start), ("window_end", wave.window_end)):
        if at is not None:
            table.add(key, _clock(at))
    for crossing in wave.crossing:
        table.add(tomlkit.comment(f"crosses between server room and Azure after this wave: {crossing}"))
    moves = tomlkit.aot()
    for move in wave.moves:
        entry = tomlkit.table()
        entry.add("workload", move.workload)
        if move.target is None:
            entry.add(tomlkit.comment('target = "…"   say which server takes it'))
        else:
            entry.add("target", move.target)
        if move.how != "decant":
            no_mover = ": Decant has no mover for this kind" if move.how == "by hand" else ""
            entry.add(tomlkit.comment(f"moved {tool(move.how)}{no_mover}"))
        if move.pinned:
            entry.add("pinned", True)
        if move.state != "planned":
            entry.add(tomlkit.comment("has moved" if move.state == "done" else "its move is under way"))
        if move.why:
            entry.add("why", move.why)
        moves.append(entry)
    table.add("move", moves)
    return table


def load(
    path: Path, estate: Estate, at: datetime, states: Mapping[str, str] | None = None
) -> tuple[Plan, list[str]]:
    """The plan in the file, and warnings for people. `states` says which workloads' moves are `running` or `done`.

    A workload that the file does not mention does not move, and is warned of. Raises `UsageError` for a file
    that is not right: broken, an unknown key, workload or target, a workload twice, no reason, or a window
    that ends before it begins or lies in the hour that the clocks skip.
    """
    try:
        file = _File.model_validate(reading.toml(path, _MEND))
    except ValidationError as error:
        raise UsageError(f"{path}: {invalid.sentence(error)}", _MEND) from error
    known = {one.id: one for one in estate.workloads}
    _check(path, file, estate)
    held = [
        Wave(
            number=number,
            name=wave.name or f"wave {number}",
            expected=wave.expected,
            pilot=wave.pilot,
            window_start=_london(path, number, wave.window_start),
            window_end=_london(path, number, wave.window_end),
            moves=tuple(
                PlannedMove.model_validate(
                    {
                        "workload": move.workload,
                        "target": move.target,
                        "bytes": known[move.workload].bytes,
                        "how": estate.how(known[move.workload]),
                        "why": move.why,
                        "pinned": move.pinned,
                        "state": (states or {}).get(move.workload, "planned"),
                    }
                )
                for move in wave.move
            ),
        )
        for number, wave in enumerate(file.wave, 1)
    ]
    for wave in held:
        if wave.window_start and wave.window_end and wave.window_end <= wave.window_start:
            raise UsageError(f"{path}: the window of wave {wave.number} ends before it begins", "mend it")
    mentioned = {move.workload for wave in held for move in wave.moves} | file.not_moving.keys()
    reasons = not_moving(estate)
    forgotten = {
        name: reasons.get(name, f"{path.name} does not mention it") for name in known if name not in mentioned
    }
    plan = Plan(
        id=PLAN_ID,
        waves=with_crossing(held, estate.links),
        not_moving={**file.not_moving, **forgotten},
        conflicts=tuple(Conflict(rules=one.rules) for one in file.conflict),
        changes=file.changes,
        at=at,
    )
    return plan, _warnings(path, plan, estate, [name for name in forgotten if name not in reasons])


def slipped(plan: Plan, at: datetime, states: Mapping[str, str] | None = None) -> list[str]:
    """Waves whose day or window is past, with what of them has not moved. `states`: of moves, where they are newer."""
    found = []
    for wave in plan.waves:
        waiting = [
            one for one in wave.moves if (states.get(one.workload) if states is not None else _moves(one)) is None
        ]
        ended = wave.window_end is not None and wave.window_end < at
        past = (
            wave.window_end is None and wave.expected is not None and wave.expected < at.astimezone(LONDON).date()
        )
        if waiting and (ended or past):
            when = (
                f"its window ended on {moment(wave.window_end)}" if ended else f"it was for {day(wave.expected)}"
            )
            what = count(len(waiting), "workload of it has", "workloads of it have")
            found.append(f"the time of wave {wave.number} is past: {when}, and {what} not moved")
    return found


def _moves(move: PlannedMove) -> str | None:
    return None if move.state == "planned" else move.state


def differences(mine: Plan, proposed: Plan) -> list[str]:
    """What a fresh proposal would do otherwise, one line each."""
    here, there = _places(mine), _places(proposed)
    return [
        f"{name}: {here.get(name, 'not in the plan')}; proposed: {there.get(name, 'no longer there')}"
        for name in sorted(here.keys() | there.keys())
        if here.get(name) != there.get(name)
    ]


def _places(plan: Plan) -> dict[str, str]:
    found = dict.fromkeys(plan.not_moving, "not moving")
    for wave in plan.waves:
        for move in wave.moves:
            on = f" on {day(wave.expected)}" if wave.expected and wave.window_start else ""
            found[move.workload] = f"wave {wave.number}{on} to {move.target or 'a target yet to be said'}"
    return found


def _check(path: Path, file: _File, estate: Estate) -> None:
    known = [one.id for one in estate.workloads]
    targets = [one.server.id for one in estate.targets]
    seen: dict[str, str] = {}
    for number, wave in enumerate(file.wave, 1):
        for move in wave.move:
            _once(path, seen, move.workload, f"wave {number}", known)
            if move.target is not None and move.target not in targets:
                raise _in_file(
                    path, unknown("target server", move.target, targets, 'give it role = "target" in hosts.toml')
                )
    for name, reason in file.not_moving.items():
        _once(path, seen, name, "[not_moving]", known)
        if not reason.strip():
            raise UsageError(f"{path}: {name} does not move, without a reason", "write why")


def _once(path: Path, seen: dict[str, str], name: str, where: str, known: Sequence[str]) -> None:
    if name not in known:
        raise _in_file(path, unknown("workload", name, known, f"mend {path.name}; see `decant estate list`"))
    if name in seen:
        raise UsageError(f"{path}: {name} is in {seen[name]} and in {where}", "keep one of the two")
    seen[name] = where


def _in_file(path: Path, wrong: UsageError) -> UsageError:
    return UsageError(f"{path}: {wrong.what}", wrong.remedy)


def _london(path: Path, number: int, at: datetime | None) -> datetime | None:
    """A time of day in Europe/London, or with a zone of its own; the hour skipped in March does not exist."""
    if at is None:
        return None
    if at.tzinfo is not None:
        return at.astimezone(LONDON)
    local = at.replace(tzinfo=LONDON)
    if local.astimezone(ZoneInfo("UTC")).astimezone(LONDON).replace(tzinfo=None) != at:
        raise UsageError(
            f"{path}: {at.isoformat(' ')} in wave {number} does not exist, as the clocks go forward that night",
            "choose another hour",
        )
    return local


def _parted(estate: Estate, wave_of: Mapping[str, int]) -> list[str]:
    """One line for each confirmed system that would not move together."""
    waves: dict[str, set[int]] = {}
    for one in estate.workloads:
        if one.system and one.id in wave_of:
            waves.setdefault(one.system, set()).add(wave_of[one.id])
    return [
        f"the system {name} does not move together: it is in waves {', '.join(map(str, sorted(numbers)))}"
        for name, numbers in sorted(waves.items())
        if len(numbers) > 1
    ]


def _warnings(path: Path, plan: Plan, estate: Estate, new: Sequence[str]) -> list[str]:
    wave_of = {move.workload: wave.number for wave in plan.waves for move in wave.moves}
    reasons: Mapping[str, str] = not_moving(estate)
    return [
        *(f"{name} is in no wave of {path.name}: add it, or give a reason under [not_moving]" for name in new),
        *(f"{name} moves in wave {wave_of[name]}, though {reasons[name]}" for name in wave_of if name in reasons),
        *_parted(estate, wave_of),
        *slipped(plan, plan.at),
        *_without_target([move.workload for wave in plan.waves for move in wave.moves if move.target is None]),
    ]


def _without_target(names: Sequence[str]) -> list[str]:
    """One warning for them all, as a first plan has many; the waves show which they are."""
    if not names:
        return []
    more = len(names) - _NAMED
    named = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [f"{count(len(names), 'workload has', 'workloads have')} no target yet: {named}"]
