"""How a plan is shown: its waves, what it is worth, and why there is none."""

from typing import Any

from decant.output import listing, say, table
from estate.documents.words import count, day, moment, size
from estate.records.plan import Plan, Wave
from migration.plan import GOES_WITHOUT_SAYING
from migration.plan_file import said_of, tool


def data(plan: Plan) -> dict[str, Any]:
    """A plan as scripts read it."""
    return {
        "waves": plan.waves,
        "by_decant": plan.by_decant[0],
        "of": plan.by_decant[1],
        "not_moving": plan.not_moving,
        "reached": plan.reached,
        "conflicts": plan.conflicts,
        "changes": plan.changes,
        "broken": plan.broken,
    }


def waves(plan: Plan) -> None:
    """Each wave as a table, then what does not move, and what the plan is worth."""
    for wave in plan.waves:
        table(
            title(wave),
            ("workload", "to", "how", "on disk", "why"),
            [
                (
                    move.workload,
                    move.target or "to be decided",
                    move.how if move.state == "planned" else f"{move.how}, {move.state}",
                    "—" if _tiny(move.workload) else size(move.bytes),
                    f"{move.why}; pinned" if move.pinned and move.why else "pinned" if move.pinned else move.why,
                )
                for move in wave.moves
            ],
            numbers=("on disk",),
        )
        for crossing in wave.crossing:
            say(f"  crosses between server room and Azure after this wave: {crossing}")
    by = [f"{number:,} {tool(how)}" for how, number in plan.by_tool.items()]
    if by:
        say(f"Of {plan.by_decant[1]} workloads that move, {', '.join(by)}.")
    staying = {name: why for name, why in plan.not_moving.items() if why not in GOES_WITHOUT_SAYING}
    table("Not moving", ("workload", "why"), sorted(staying.items()))
    implied = len(plan.not_moving) - len(staying)
    if implied:
        say(f"{implied} workloads of operating systems and of target servers are left out as a matter of course.")
    worth = [said_of(one, changed=bool(plan.changes)) for one in plan.reached]
    listing("What the plan is worth, the first line first", worth)


def title(wave: Wave) -> str:
    """The heading of a wave: its number, name, and day."""
    when = (
        moment(wave.window_start) if wave.window_start else f"about {day(wave.expected)}" if wave.expected else ""
    )
    return f"Wave {wave.number}{' (pilot)' if wave.pilot else ''}: {wave.name}" + (f", {when}" if when else "")


def impossible(plan: Plan) -> None:
    """Which rules cannot hold together, and the least change."""
    sets = count(len(plan.conflicts), "set")
    say(
        f"No plan keeps every rule: {sets} of rules cannot hold together. Dropping any rule of a set resolves that set."
    )
    for number, conflict in enumerate(plan.conflicts, 1):
        alone = len(conflict.rules) == 1
        heading = "No plan keeps this, whatever else is given up" if alone else "These cannot all hold"
        listing(f"{heading} ({number})", conflict.rules)
    listing("The least change that restores a plan", plan.changes)


def _tiny(workload: str) -> bool:
    """Whether it is of a kind that has no size to speak of."""
    return workload.split("/")[1] in ("schedule", "service")
