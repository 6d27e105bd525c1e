"""`decant plan`: which workloads move together, when, and to where."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from decant.app import App
from decant.numbers import Amount, Whole
from decant.output import json_option

if TYPE_CHECKING:
    from decant.journeys.plan import Planned

_OF_THEIR_OWN = ("export", "report", "show", "what-if", "why")


class _Plan(click.Group):
    """Subcommands in files of their own are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        here = Path(__file__).parent
        own = [name for name in _OF_THEIR_OWN if (here / f"_plan_{name.replace('-', '_')}.py").is_file()]
        return sorted([*super().list_commands(ctx), *own])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.list_commands(ctx) and cmd_name in _OF_THEIR_OWN:
            import importlib

            name = cmd_name.replace("-", "_")
            found: click.Command = importlib.import_module(f"decant.commands._plan_{name}").COMMAND
            return found
        return super().get_command(ctx, cmd_name)


@click.group(
    "plan",
    cls=_Plan,
    invoke_without_command=True,
    short_help="Put the moves into waves, in a file that people edit.",
)
@click.option("--fresh", is_flag=True, help="Plan anew; an edited plan.toml is kept as plan.toml.before.")
@click.option(
    "--assumptions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Plan by this file instead of planning.toml.",
)
@click.option(
    "--most",
    type=Whole(1, 1000),
    help="Workloads in a window, unless one system has more. Default: as planning.toml says, else 6.",
)
@click.option(
    "--accept-change",
    is_flag=True,
    help="Where no plan keeps every rule: plan with the least change to them. It is noted in the file and the ledger.",
)
@click.option(
    "--seconds",
    type=Amount(1, 3600),
    default=10.0,
    show_default=True,
    help="How long to look for a better plan. It ends sooner where there is none.",
)
@json_option
@click.pass_context
def COMMAND(
    ctx: click.Context,
    fresh: bool,
    assumptions: Path | None,
    most: int | None,
    accept_change: bool,
    seconds: float,
    as_json: bool,
) -> None:
    """Put the moves into waves and write them to plan.toml, for people to edit.

    When you may move, how much at a time, and what must hold, stands in planning.toml. A plan.toml that somebody has
    edited is read, held against these rules, and kept. Where no plan keeps every rule, it says which rules cannot hold
    together and the least that would have to change; it then writes nothing and exits with 1.
    """
    if ctx.invoked_subcommand is not None:
        typed = [one for one in ctx.params if ctx.get_parameter_source(one) is ParameterSource.COMMANDLINE]
        if typed:
            raise click.UsageError(f"options of `decant plan` itself do not go with `{ctx.invoked_subcommand}`")
        return
    from decant.journeys.plan import make_plan

    app = ctx.find_object(App)
    assert app is not None  # noqa: S101 - `decant` itself made it
    made = make_plan(app, fresh, most, assumptions, accept_change, seconds)
    if as_json:
        _json(made)
    else:
        _show(app, made)
    if not made.whole:
        ctx.exit(1)


def _json(made: "Planned") -> None:
    from decant.commands._plan_shown import data
    from decant.output import show_json

    show_json(
        "decant.plan/1",
        {
            **data(made.plan),
            "edited": made.edited,
            "written": made.written,
            "indicative": made.supposed,
            "durations": made.durations,
            "faults": made.faults,
            "warnings": made.warnings,
            "differences": made.differences,
        },
    )


def _show(app: App, made: "Planned") -> None:
    from decant.commands import _plan_shown
    from decant.output import listing, next_step, say
    from estate.records.assessment import Assessment

    if made.impossible:
        _plan_shown.impossible(made.plan)
        _said(made)
        say(f"{app.workspace.plan.name} was left as it is.")
        next_step("decant plan --accept-change", "plan with the least change; or change planning.toml yourself")
        return
    _said(made)
    _plan_shown.waves(made.plan)
    listing("How long moves are taken to last", made.durations)
    if made.supposed and made.plan.waves:
        say("planning.toml gives no windows: the days are indicative, one a week, and bind nobody.")
    if made.plan.changes:
        _plan_shown.impossible(made.plan)
    if made.kept:
        say(f"The plan that somebody had edited is kept as {made.kept.name}.")
    say(f"{'Wrote' if made.written else 'Read'} {app.workspace.plan}")
    if made.faults or made.warnings:
        say(f"Told above the waves: {_counted(made)}.")
    if made.differences:
        say("A fresh proposal (`decant plan --fresh`) would differ:")
        for line in made.differences:
            say(f"  {line}")
    _next(made, assessed=bool(app.store.all(Assessment)))


def _said(made: "Planned") -> None:
    from decant.output import say

    for fault in made.faults:
        say(f"Cannot be: {fault}")
    for warning in made.warnings:
        say(f"Look at this: {warning}")


def _counted(made: "Planned") -> str:
    from estate.documents.words import count

    parts = [f"{count(len(made.faults), 'thing')} that cannot be"] if made.faults else []
    parts += [f"{count(len(made.warnings), 'thing')} to look at"] if made.warnings else []
    return " and ".join(parts)


def _next(made: "Planned", *, assessed: bool) -> None:
    from decant.output import next_step

    if not assessed:
        next_step("decant assess", "what becomes of each server is not decided; then `decant plan` again")
        return
    ready = [move for wave in made.plan.waves for move in wave.moves if move.target and move.state == "planned"]
    first = next((move for move in ready if move.how == "decant"), None)
    if first is not None:
        next_step(
            f"decant move {first.workload} --to {first.target}", "or edit plan.toml and run `decant plan` again"
        )
    else:
        next_step("edit plan.toml, then `decant plan`", "to say which servers take the workloads")
