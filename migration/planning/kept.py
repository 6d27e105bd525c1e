"""What planning anew leaves where it is: what runs, what is done, and what a person pinned. Pure."""

from datetime import date

from estate.documents.words import LONDON, day
from estate.records.plan import PlannedMove, Wave
from migration.planning.asked import Given, Kept
from migration.planning.calendar import Slot

MOVED_OUTSIDE = "moved outside a plan"


def kept(given: Given) -> Kept:
    """What of the plan before stays."""
    waves: list[Wave] = []
    pins: dict[str, tuple[date, str]] = {}
    slots: dict[date, Slot] = {}
    notes: list[str] = []
    seen: set[str] = set()
    for wave in given.before.waves if given.before else ():
        on = day_of(wave)
        past = on is None or on < given.today
        moves = [
            move.model_copy(update={"state": given.states.get(move.workload, "planned")})
            for move in wave.moves
            if move.workload in given.kinds
        ]
        fixed = [move for move in moves if move.state != "planned"]
        seen |= {move.workload for move in fixed}
        if past and fixed:
            waves.append(wave.model_copy(update={"moves": tuple(fixed)}))
        if past:
            notes += [
                f"{move.workload} is pinned in wave {wave.number}, which "
                + ("has no day" if on is None else f"was for {day(on)}")
                + ": it is planned anew"
                for move in moves
                if move.pinned and move.state == "planned"
            ]
            continue
        if on is None:
            continue
        stay = {move.workload: _why(move) for move in moves if move.pinned or move.state != "planned"}
        pins |= {name: (on, why) for name, why in stay.items()}
        if stay:
            slots[on] = Slot(on, wave.window_start, wave.window_end)
    outside = [name for name in given.states if name not in seen and name in given.kinds]
    if outside:
        waves.append(_outside(given, sorted(outside)))
    return Kept(tuple(waves), pins, slots, notes=tuple(notes))


def day_of(wave: Wave) -> date | None:
    """The day for which a wave is planned; None where nobody said."""
    if wave.window_start is not None:
        return wave.window_start.astimezone(LONDON).date()
    return wave.expected


def _why(move: PlannedMove) -> str:
    if move.state == "done":
        return "it has moved"
    return "its move is under way" if move.state == "running" else "it is pinned in plan.toml"


def _outside(given: Given, names: list[str]) -> Wave:
    target = {one.workload: one.target for one in given.moves}
    return Wave(
        number=0,
        name=MOVED_OUTSIDE,
        moves=tuple(
            PlannedMove(
                workload=name,
                target=target[name],
                bytes=given.kinds[name].bytes,
                how=given.estate.how(given.kinds[name]),
                state="done" if given.states[name] == "done" else "running",
            )
            for name in names
        ),
    )
