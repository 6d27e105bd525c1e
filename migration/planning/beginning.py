"""The first day on which anything may move. Pure."""

from datetime import date, timedelta

from estate.documents.words import count
from migration.planning.asked import Given
from migration.planning.kept import day_of

START = "start"
"""The name of the rule."""


def start(given: Given) -> tuple[date, str]:
    """The first day, and why: as planning.toml says, else so long that targets can be built, where there are none.

    The plan that holds keeps its first day, which was far enough ahead when it was made, unless weeks are said.
    """
    said = given.planning.start
    if said.day is not None:
        return said.day, "[start] of planning.toml"
    if given.estate.targets or given.states or not given.planning.window:
        # Days without windows are supposed, and begin far enough ahead by themselves.
        return given.today, "today"
    first = given.today + timedelta(weeks=said.weeks)
    standing = [on for wave in (given.before.waves if given.before else ()) if (on := day_of(wave)) is not None]
    ahead = min((on for on in standing if on >= given.today), default=first)
    if "weeks" not in said.model_fields_set and min(standing, default=first) >= given.today and ahead < first:
        return ahead, (
            "the last plan begins then, and keeps its day; there is no target server yet, so say `weeks` in [start] of "
            "planning.toml if they cannot be built by then"
        )
    weeks = count(said.weeks, "week")
    return first, f"there is no target server yet, and building takes time ({weeks} by [start] of planning.toml)"
