"""`decant plan`: which workloads move together, in what order, to where."""

import click

from decant.app import App
from decant.numbers import Whole
from decant.output import json_option


@click.command("plan", short_help="Put the moves into waves, in a file that people edit.")
@click.option("--fresh", is_flag=True, help="Propose anew; an edited plan.toml is kept as plan.toml.before.")
@click.option(
    "--most",
    type=Whole(1, 1000),
    default=6,
    show_default=True,
    help="Workloads in a wave, unless one system has more.",
)
@json_option
@click.pass_obj
def COMMAND(app: App, fresh: bool, most: int, as_json: bool) -> None:
    """Put the moves into waves and write them to plan.toml, for people to edit.

    A plan.toml that somebody has edited is read, checked and kept.
    """
    from decant.journeys.plan import make_plan
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import moment, size
    from migration.plan import GOES_WITHOUT_SAYING

    made = make_plan(app, fresh, most)
    plan = made.plan
    if as_json:
        show_json(
            "decant.plan/1",
            {
                "waves": plan.waves,
                "by_decant": plan.by_decant[0],
                "of": plan.by_decant[1],
                "not_moving": plan.not_moving,
                "edited": made.edited,
                "warnings": made.warnings,
                "differences": made.differences,
            },
        )
        return
    for wave in plan.waves:
        table(
            f"Wave {wave.number}: {wave.name}" + (f", {moment(wave.window_start)}" if wave.window_start else ""),
            ("workload", "to", "how", "on disk", "why"),
            [
                (
                    move.workload,
                    move.target or "to be decided",
                    move.how,
                    "—" if _tiny(move.workload) else size(move.bytes),
                    move.why,
                )
                for move in wave.moves
            ],
            numbers=("on disk",),
        )
        for crossing in wave.crossing:
            say(f"  crosses between server room and Azure after this wave: {crossing}")
    ours, of = plan.by_decant
    say(f"Of {of} workloads that move, {ours} by Decant, {of - ours} by hand (Decant has no mover for them).")
    staying = {name: why for name, why in plan.not_moving.items() if why not in GOES_WITHOUT_SAYING}
    table("Not moving", ("workload", "why"), sorted(staying.items()))
    implied = len(plan.not_moving) - len(staying)
    if implied:
        say(f"{implied} workloads of operating systems and of target servers are left out as a matter of course.")
    if made.kept:
        say(f"The plan that somebody had edited is kept as {made.kept.name}.")
    say(f"{'Wrote' if made.written else 'Read'} {app.workspace.plan}")
    for warning in made.warnings:
        say(f"Look at this: {warning}")
    if made.differences:
        say("A fresh proposal (`decant plan --fresh`) would differ:")
        for line in made.differences:
            say(f"  {line}")
    ready = [move for wave in plan.waves for move in wave.moves if move.target]
    first = next((move for move in ready if move.how == "decant"), None)
    if first is not None:
        next_step(
            f"decant move {first.workload} --to {first.target}", "or edit plan.toml and run `decant plan` again"
        )
    else:
        next_step("edit plan.toml, then `decant plan`", "to say which servers take the workloads")


def _tiny(workload: str) -> bool:
    """Whether it is of a kind that has no size to speak of."""
    return workload.split("/")[1] in ("schedule", "service")
