"""What would come of other rules: the same estate, planned by rules that differ. Writes nothing. Import it late."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from estate.errors import UsageError
from estate.progress import Progress, silent
from estate.suggest import did_you_mean, pick, unknown
from migration.planner.problem import Problem
from migration.planning.answers import answer
from migration.planning.asked import Asked, Given
from migration.planning.asking import ask
from migration.planning.evaluation import without
from migration.planning.file import Deadline, Planning
from migration.planning.outcome import conflicts, measured, worth
from migration.planning.results import Result


@dataclass(frozen=True)
class Differences:
    """How the rules are to differ from those of planning.toml."""

    moves_per_window: int | None = None
    windows_per_month: int | None = None
    megabits: float | None = None
    without_blackout: tuple[str, ...] = ()
    without_pilot: bool = False
    deadlines: Mapping[str, date] | None = None
    dropped: tuple[str, ...] = ()
    """Ids of rules, or what several begin with."""


def differing(given: Given, wanted: Differences) -> Given:
    """What is given, with the rules that differ. Raises `UsageError` for a blackout or server that is not there."""
    planning = given.planning
    names = [one.name for one in planning.blackout]
    for name in wanted.without_blackout:
        if name not in names:
            raise unknown("blackout", name, names, "see planning.toml")
    update: dict[str, object] = {
        "blackout": tuple(one for one in planning.blackout if one.name not in wanted.without_blackout)
    }
    if wanted.moves_per_window is not None:
        update["capacity"] = planning.capacity.model_copy(update={"workloads": wanted.moves_per_window})
    if wanted.megabits is not None:
        update["link"] = planning.link.model_copy(update={"megabits": wanted.megabits})
    if wanted.without_pilot:
        update["pilot"] = planning.pilot.model_copy(update={"wanted": False})
    if wanted.deadlines:
        update["deadline"] = _deadlines(given, wanted.deadlines)
    changed: Planning = planning.model_copy(update=update)
    return replace(given, planning=changed, windows_a_month=wanted.windows_per_month)


def _deadlines(given: Given, wanted: Mapping[str, date]) -> tuple[Deadline, ...]:
    servers = [one.server.id for one in given.estate.servers]
    meant = {pick("server", name, servers, "see `decant estate list`"): by for name, by in wanted.items()}
    kept = tuple(one for one in given.planning.deadline if one.server not in meant)
    return (*kept, *(Deadline(server=name, day=by, hard=True) for name, by in sorted(meant.items())))


def result(given: Given, seconds: float, dropped: Collection[str] = (), told: Progress = silent) -> Result:
    """What comes of the rules as they are given, without those that are dropped."""
    asked = ask(given)
    if dropped and asked.problem is not None:
        rules = _rules(asked, dropped)
        kept = tuple(one for one in asked.unkept if one.rule.id not in rules)
        asked = replace(asked, problem=without(asked.problem, rules), unkept=kept, wider=_wider(asked, rules))
    found = answer(asked, seconds, None, told)
    # What no window can take is told by itself.
    missed = tuple(one for one in asked.faults if " cannot be planned: " not in one)
    used = set(found.schedule.windows.values()) if found.schedule else set()
    return Result(
        exists=found.impossible is None and not missed,
        faults=missed,
        reached=worth(asked, measured(asked, found.schedule)),
        last_day=max((asked.slots[one].day for one in used), default=None),
        windows=len(used),
        unplanned=tuple(sorted(asked.unplanned)),
        conflicts=conflicts(found.impossible),
        changes=tuple(one.words for one in found.impossible.changes) if found.impossible else (),
    )


def _wider(asked: Asked, rules: frozenset[str]) -> Callable[[], Problem | None]:
    """The problem with a longer horizon, without these rules too."""

    def wider() -> Problem | None:
        found = asked.wider()
        return None if found is None else without(found, rules)

    return wider


def _rules(asked: Asked, wanted: Collection[str]) -> frozenset[str]:
    known = [one.id for one in asked.problem.constraints] if asked.problem else []
    known += [one.rule.id for one in asked.unkept]
    found: set[str] = set()
    for name in wanted:
        meant = {one for one in known if one == name or one.startswith(f"{name}:")}
        if not meant:
            raise UsageError(
                f"there is no rule {name!r}", did_you_mean(name, known, "see `decant plan show --rules`")
            )
        found |= meant
    return frozenset(found)
