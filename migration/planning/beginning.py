"""The first day on which anything may move. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from estate.documents.words import count, day
from migration.planning.asked import Given
from migration.planning.kept import day_of

START = "start"
"""The name of the rule. Of a job that has a last day of its own, with the job behind it."""


def is_start(rule: str) -> bool:
    """Whether a rule of this name is that of beginning, of all or of one job."""
    return rule == START or rule.startswith(f"{START}:")


@dataclass(frozen=True)
class Beginning:
    """The first day, and why it is that."""

    day: date
    why: str
    of_last_plan: bool = False


def start(given: Given) -> Beginning:
    """The first day: as planning.toml says, else so long that targets can be built, where there are none.

    The plan that holds keeps its first day, which was far enough ahead when it was made, unless weeks are said. A day
    that an accepted change opened was opened for what the change names, and is no first day of the plan.
    """
    said = given.planning.start
    if said.day is not None:
        return Beginning(said.day, "[start] of planning.toml")
    if given.estate.targets or given.states or not given.planning.window:
        # Days without windows are supposed, and begin far enough ahead by themselves.
        return Beginning(given.today, "today")
    first = given.today + timedelta(weeks=said.weeks)
    if (ahead := _of_last_plan(given, first)) is not None:
        gone = ", which Decant keeps though plan.toml is gone," if given.unfiled else ""
        why = (
            f"the last plan{gone} begins then, and keeps its day; there is no target server yet, so write "
            f"`weeks = {said.weeks}` under [start] in planning.toml to begin on {day(first)} or later instead"
        )
        return Beginning(ahead, why, of_last_plan=True)
    weeks = count(said.weeks, "week")
    why = f"there is no target server yet, and building takes time ({weeks} by [start] of planning.toml)"
    return Beginning(first, why)


def too_soon(given: Given) -> str:
    """What is said where a person's own first day leaves less time than building a target takes; else nothing."""
    said = given.planning.start
    if given.estate.targets or given.states or not said.model_fields_set & {"day", "weeks"}:
        return ""
    ahead = (said.day - given.today).days if said.day is not None else 7 * said.weeks
    if ahead >= given.build_days:
        return ""
    return (
        f"[start] of planning.toml lets moves begin in {count(max(0, ahead), 'day')}, and building a target takes "
        f"{count(given.build_days, 'day')} (build_days of assumptions.toml)"
    )


def _of_last_plan(given: Given, first: date) -> date | None:
    """The day on which the plan that holds begins, where it is before `first` and still ahead; None where it counts not."""
    if given.before is None or "weeks" in given.planning.start.model_fields_set:
        return None
    days = [on for wave in given.before.waves if (on := day_of(wave)) is not None]
    standing = [on for on in days if not any(on.isoformat() in change for change in given.before.changes)]
    begins = min(standing, default=first)
    return begins if given.today <= begins < first else None
