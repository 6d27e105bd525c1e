"""`decant systems`: workloads that serve one purpose and move together."""

from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from estate.records.system import System, Systems


@click.group("systems", short_help="Say which workloads serve one purpose and move together.")
def COMMAND() -> None:
    """Systems: workloads that serve one purpose and move together.

    Decant proposes them from who uses whom; you confirm them in systems.toml. Plans keep a confirmed system together.
    """


@COMMAND.command("propose", short_help="Write proposals to systems.toml, for people to confirm.")
@json_option
@click.pass_obj
def propose(app: App, as_json: bool) -> None:
    """Write what seems to be one system to systems.toml, with the reasons.

    What a person wrote there stays as it is; proposals that nobody has touched are brought up to date.
    """
    from decant.journeys.systems import write
    from decant.output import next_step, say, show_json

    done = write(app)
    if as_json:
        show_json("decant.systems/1", {**_data(done.systems), "written": done.written})
        return
    _show(done.systems)
    say(f"{'Wrote' if done.written else 'Nothing new for'} {app.workspace.systems}")
    next_step("edit systems.toml, then `decant plan`", "to confirm systems: what is confirmed moves together")


@COMMAND.command("list", short_help="List systems, confirmed and proposed.")
@json_option
@click.pass_obj
def list_(app: App, as_json: bool) -> None:
    """List systems, what several of them share, and what is in none. Writes no file."""
    from decant.journeys.systems import known
    from decant.output import next_step, show_json

    found = known(app)
    if as_json:
        show_json("decant.systems/1", {**_data(found), "written": False})
        return
    _show(found)
    if not app.workspace.systems.exists():
        next_step("decant systems propose", "writes proposals to systems.toml, to be confirmed there")
    elif all(one.state == "confirmed" for one in found.systems):
        next_step("decant plan", "what is confirmed moves together")
    else:
        next_step("edit systems.toml, then `decant plan`", "to confirm systems: what is confirmed moves together")


@COMMAND.command("show", short_help="Show one system, and why each workload is in it.")
@click.argument("name", shell_complete=complete.systems)
@json_option
@click.pass_obj
def show(app: App, name: str, as_json: bool) -> None:
    """Show the system NAME: its workloads and why each is in it, what it shares, what came and went since."""
    from decant.journeys.systems import one
    from decant.output import next_step, say, show_json, table
    from estate.documents.words import size
    from estate.records.workload import Workload

    system, _ = one(app, name)
    if as_json:
        show_json("decant.system/1", {"system": system})
        return
    by_id = {each.id: each for each in app.store.all(Workload)}
    say(f"{system.name}: {_state(system)}" + (f"; owner: {system.owner}" if system.owner else ""))
    table(
        "Workloads",
        ["workload", "on disk", "why"],
        [
            [each, size(by_id[each].bytes), system.reasons.get(each, "a person says so")]
            for each in system.workloads
        ],
        numbers=["on disk"],
    )
    if system.additions:
        table("Seems to belong to it too", ["workload", "why"], list(map(list, system.additions.items())))
    if system.uses:
        rows = [[each, ", ".join(others) or "nobody else"] for each, others in system.uses.items()]
        table("Uses, and does not hold", ["workload", "held or used by"], rows)
    for each in system.gone:
        say(_not_known(each, system.name, by_id))
    next_step("decant plan" if system.state == "confirmed" else "edit systems.toml", "")


def _not_known(workload: str, system: str, known: "Iterable[str]") -> str:
    """What systems.toml names and is not there: gone, or mistyped."""
    from estate.suggest import nearest

    close = nearest(workload, known, most=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"Look at this: {workload}, of {system} in systems.toml, is not there: it went, or was never so called.{meant}"


def _data(found: "Systems") -> dict[str, object]:
    return {
        "systems": found.systems,
        "shared": found.shared,
        "unplaced": found.unplaced,
        "unclear": found.unclear,
    }


def _state(system: "System") -> str:
    if system.state == "confirmed":
        from estate.documents.words import day

        on = f" on {day(system.confirmed_on)}" if system.confirmed_on else ""
        return f"confirmed by {system.confirmed_by}{on}"
    return "a proposal" if system.state == "proposed" else "written in systems.toml, not confirmed"


def _show(found: "Systems") -> None:
    from decant.output import say, table

    table(
        "Systems",
        ["system", "state", "owner", "workloads", "uses of others"],
        [
            [one.name, _state(one), one.owner, ", ".join(one.workloads), ", ".join(one.uses)]
            for one in found.systems
        ],
    )
    if found.shared:
        rows = [[one, ", ".join(users)] for one, users in found.shared.items()]
        table("Shared by several systems, and in none", ["workload", "used by"], rows)
    known = {each for one in found.systems for each in (*one.workloads, *one.additions)}
    known |= {*found.shared, *found.unplaced}
    for one in found.systems:
        for each, why in one.additions.items():
            say(f"Look at this: {each} seems to belong to {one.name} ({why}); systems.toml does not confirm it.")
        for each in one.gone:
            say(_not_known(each, one.name, known))
    for each in found.unplaced:
        say(f"Not placed: {each}; nothing tells what it works for.")
    for line in found.unclear:
        say(f"Not clear: {line}.")
