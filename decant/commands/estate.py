"""`decant estate`: what is known of the estate."""

from pathlib import Path
from typing import Any

import click

from decant import complete
from decant.app import App
from decant.commands._estate_filters import filters
from decant.output import json_option

_OF_THEIR_OWN = ("changes", "conflicts", "export", "forget", "list")


class _Estate(click.Group):
    """Subcommands in files of their own are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_OF_THEIR_OWN])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OF_THEIR_OWN:
            import importlib

            found: click.Command = importlib.import_module(f"decant.commands._estate_{cmd_name}").COMMAND
            return found
        return super().get_command(ctx, cmd_name)


@click.group("estate", cls=_Estate, short_help="Show servers, workloads, who talks to whom, what was not seen.")
def COMMAND() -> None:
    """What is known of the estate: servers, workloads, dependencies, and what could not be seen."""


@COMMAND.command("show")
@click.argument("server", shell_complete=complete.servers)
@json_option
@click.pass_obj
def show(app: App, server: str, as_json: bool) -> None:
    """Show one SERVER: each fact, and what could not be seen and why."""
    from decant.commands import _estate_details
    from decant.commands._estate_conflicts import CONFLICT, conflict_rows, origin_rows
    from decant.journeys.differences import disagreements
    from decant.journeys.discovery import not_seen
    from decant.journeys.estate import known_as_of
    from decant.journeys.fact_line import line
    from decant.journeys.personal import personal_rows
    from decant.journeys.sources import origins
    from decant.journeys.status import standing
    from decant.output import next_step, show_json, table
    from estate.documents.words import day, size, told
    from estate.records.dependency import Dependency
    from estate.records.observation import Outcome
    from estate.records.personal import PersonalData
    from estate.records.workload import Workload

    facts = app.store.server_facts(server)
    differing = disagreements(app.store, server)[0]
    workloads = [one for one in app.store.all(Workload) if one.server == server]
    talk = [one for one in app.store.all(Dependency) if server in (one.client, one.server)]
    missing = not_seen(facts)
    personal = [one for one in app.store.all(PersonalData) if one.server == server]
    if as_json:
        show_json(
            "decant.server/1",
            {
                "server": facts.server,
                "facts": dict(facts.observations),
                "workloads": workloads,
                "dependencies": talk,
                "not_seen": missing,
                "conflicts": differing,
                "personal_data": personal,
            },
        )
        return
    about = facts.server
    table(
        about.id,
        ["", "value"],
        [
            ["address", about.address],
            *known_as_of(facts),
            ["operating system", about.os_name],
            ["kernel", about.kernel],
            ["cpus", about.cpus],
            ["memory", size(about.memory_bytes)],
            ["disk", f"{size(about.disk_used_bytes)} used of {size(about.disk_bytes)}"],
            ["purpose", about.purpose],
            ["owner", about.owner],
            ["authority", about.authority],
            ["contract ends", day(about.contract_end)],
        ],
    )
    table(
        "Where each value comes from",
        ["value", "source", "where", "as of"],
        origin_rows(origins(app.store, about)),
    )
    if differing:
        table("Where sources differ", CONFLICT, conflict_rows(differing))
    own = [one for one in workloads if not one.os_owned]
    table(
        "Workloads"
        + (
            f" ({len(workloads) - len(own)} of the operating system left out)" if len(own) < len(workloads) else ""
        ),
        ["workload", "system", "on disk", "changes a day", "owner"],
        [
            [
                one.id,
                one.system or "",
                size(one.bytes) if one.bytes is not None else f"unknown: {one.bytes_why}",
                "; ".join(map(told, one.changes)) or f"unknown: {one.changes_why}",
                f"{one.owner} ({one.owner_from})" if one.owner else None,
            ]
            for one in own
        ],
    )
    _estate_details.show(facts)
    table(
        "Facts",
        ["fact", "outcome", "what it says"],
        [
            [
                fact,
                "partial" if seen.partial else seen.outcome.value,
                line(seen.payload) if seen.outcome is Outcome.KNOWN else seen.reason,
            ]
            for fact, seen in sorted(facts.observations.items())
        ],
    )
    if personal:
        table("Personal data, by sample", ["in", "kind", "where", "confidence"], personal_rows(personal))
    table(
        "Not seen",
        ["fact", "outcome", "why", "right that would show it"],
        [[one.fact, one.outcome, one.reason, one.privilege] for one in missing],
    )
    if about.tried and not about.reached:
        next_step("decant doctor", "says what keeps it from being reached")
    else:
        then = standing(app)
        next_step(then.next, then.why)


@COMMAND.command("map", short_help="Draw who talks to whom: SVG, HTML, or Graphviz.")
@filters
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("estate.svg"),
    help="The file to write: .svg, .html, or .dot for Graphviz.",
)
@click.option("--yes", is_flag=True, help="Replace a file that is there unasked.")
@json_option
@click.pass_obj
def map_(app: App, /, output: Path, yes: bool, as_json: bool, **wanted: Any) -> None:
    """Draw servers, workloads and who talks to whom; --json prints nodes and edges instead.

    The file's name says the format: estate.svg, estate.html, or estate.dot for Graphviz.
    """
    from decant import confirm
    from decant.journeys.estate import Wanted, drawing, part
    from decant.journeys.status import standing
    from decant.output import next_step, say, show_json
    from estate import writing
    from estate.documents.words import count
    from estate.errors import UsageError
    from inventory.map import graph

    found = part(app, Wanted(**wanted))
    drawn = graph(found.servers, found.workloads, found.dependencies)
    if as_json:
        show_json("decant.map/1", {"nodes": drawn.nodes, "edges": drawn.edges})
        return
    if not drawn.nodes and any(wanted.values()):
        raise UsageError(
            "no server fits, so there is nothing to draw", "see `decant estate list`, and ask for less"
        )
    if not drawn.nodes:
        raise UsageError("nothing has been read yet, so there is nothing to draw", "run `decant discover`")
    text = drawing(drawn, output)
    confirm.output(app, output, yes)
    writing.replace(output, text, remedy="choose another file with --output")
    ends = count(len(drawn.nodes), "server or outside end", "servers and outside ends")
    say(f"Wrote {output}: {ends}, {count(len(drawn.edges), 'connection')}.")
    then = standing(app)
    next_step(then.next, then.why)
