"""`decant plan what-if`: what would come of other rules."""

from datetime import date
from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.numbers import Amount, Whole
from decant.output import json_option

if TYPE_CHECKING:
    from migration.planning.results import Result


class _Deadline(click.ParamType[tuple[str, date]]):
    """`SERVER=2027-03-31`."""

    name = "server=date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, date]:
        """The server and the day; `click.UsageError` where it is neither."""
        if isinstance(value, tuple):
            return value
        from migration.planning.file import FIRST_DAY, LAST_DAY

        server, _, text = str(value).partition("=")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.max
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(
                f"{value!r} is no server with a day that can be planned for; write it as db01=2027-03-31",
                param,
                ctx,
            )
        return server, day


@click.command("what-if", short_help="Plan by other rules and show the difference; writes nothing.")
@click.option("--moves-per-window", type=Whole(1, 1000), help="Workloads in a window.")
@click.option("--windows-per-month", type=Whole(1, 31), help="Only the first so many windows of each month.")
@click.option("--megabits", type=Amount(0, min_open=True), help="A link of so many Mbit/s.")
@click.option("--without-blackout", multiple=True, metavar="NAME", help="Leave out a blackout of planning.toml.")
@click.option("--without-pilot", is_flag=True, help="Without a pilot.")
@click.option(
    "--deadline",
    "deadlines",
    multiple=True,
    type=_Deadline(),
    metavar="SERVER=DATE",
    help="A server must be empty by then.",
)
@click.option(
    "--drop-rule", multiple=True, metavar="NAME", help="Leave out a rule, as `plan show --rules` names it."
)
@click.option(
    "--seconds",
    type=Amount(1, 3600),
    default=10.0,
    show_default=True,
    help="How long to look for a better plan, each time.",
)
@json_option
@click.pass_obj
def COMMAND(
    app: App,
    moves_per_window: int | None,
    windows_per_month: int | None,
    megabits: float | None,
    without_blackout: tuple[str, ...],
    without_pilot: bool,
    deadlines: tuple[tuple[str, date], ...],
    drop_rule: tuple[str, ...],
    seconds: float,
    as_json: bool,
) -> None:
    """Plan twice, by the rules as they are and by others, and show how the plans differ. Nothing is written.

    It exits with 1 where no plan keeps the other rules.
    """
    from decant.journeys.planning import what_if
    from decant.output import show_json
    from migration.planning.what_if import Differences

    wanted = Differences(
        moves_per_window, windows_per_month, megabits, without_blackout, without_pilot, dict(deadlines), drop_rule
    )
    if wanted == Differences(deadlines={}):
        raise click.UsageError("say what is to differ, as --moves-per-window 8")
    now, then = what_if(app, wanted, seconds)
    if as_json:
        show_json("decant.plan-what-if/1", {"now": now, "then": then})
    else:
        _show(now, then)
    if not then.exists:
        click.get_current_context().exit(1)


def _show(now: "Result", then: "Result") -> None:
    from decant.output import listing, next_step, say, table
    from estate.documents.words import day
    from migration.plan_file import WORTH

    worth: list[dict[str, int]] = [
        {one.objective: one.value for one in side.reached if not one.unknown} for side in (now, then)
    ]
    rows: list[tuple[object, ...]] = [
        ("a plan that keeps every rule", *("yes" if one.exists else "no" for one in (now, then)), "")
    ]
    for name, words in WORTH.items():
        before, after = (side.get(name) for side in worth)
        change = f"{after - before:+,}" if before is not None and after is not None else ""
        rows.append((words, before if before is not None else "—", after if after is not None else "—", change))
    rows += [
        ("windows used", now.windows, then.windows, f"{then.windows - now.windows:+,}"),
        ("last day", *(day(one.last_day) if one.last_day else "—" for one in (now, then)), _later(now, then)),
        ("workloads that no window can take", len(now.unplanned), len(then.unplanned), ""),
    ]
    say("Both are planned anew; plan.toml, which somebody may have edited, is neither of them.")
    table(
        "By the rules as they are, and by the others", ("what", "as they are", "by the others", "difference"), rows
    )
    for number, conflict in enumerate(then.conflicts, 1):
        listing(f"By the others, these cannot all hold ({number})", conflict.rules)
    listing("By the others, this cannot be kept", then.faults)
    listing("The least change that restores a plan", then.changes)
    next_step("edit planning.toml, then `decant plan`", "nothing was written")


def _later(now: "Result", then: "Result") -> str:
    from estate.documents.words import count

    if now.last_day is None or then.last_day is None:
        return ""
    days = (then.last_day - now.last_day).days
    return "" if not days else f"{count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}"
