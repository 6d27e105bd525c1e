"""`decant estate list`: servers, workloads and who talks to whom."""

from typing import Any

import click

from decant.app import App
from decant.commands._estate_filters import filters
from decant.output import json_option


@click.command("list", short_help="List servers, workloads and dependencies.")
@filters
@click.option("--all", "everything", is_flag=True, help="Also the jobs of the operating systems.")
@json_option
@click.pass_obj
def COMMAND(app: App, /, everything: bool, as_json: bool, **wanted: Any) -> None:
    """List servers, workloads and dependencies: all, or those whose server fits every filter."""
    from decant.journeys.estate import Wanted, listed, part, state_of, unread
    from decant.journeys.status import standing
    from decant.output import listing, next_step, say, show_json, table
    from estate.documents.words import a_day, ends, evidence, size

    found = part(app, Wanted(**wanted))
    servers, workloads, dependencies = found.servers, found.workloads, found.dependencies
    if as_json:
        show_json("decant.estate/1", listed(found))
        return
    if not servers and any(wanted.values()):
        say("No server fits.")
        next_step("decant estate list", "shows all")
        return
    if not servers:
        say("Nothing has been read yet.")
        next_step("decant discover")
        return
    table(
        "Servers",
        ["server", "role", "operating system", "cpus", "memory", "disk used", "owner", "state"],
        [
            [
                server.id,
                server.role,
                server.os_name,
                server.cpus,
                size(server.memory_bytes),
                size(server.disk_used_bytes),
                server.owner,
                state_of(server),
            ]
            for server in servers
        ],
        numbers=["cpus", "memory", "disk used"],
    )
    listing("Not read", unread(servers))
    shown = [workload for workload in workloads if everything or not workload.os_owned]
    table(
        "Workloads"
        + ("" if everything else f" ({len(workloads) - len(shown)} of the operating systems left out: --all)"),
        ["workload", "on disk", "changes a day", "owner", "reached by", "detail"],
        [
            [
                one.id,
                size(one.bytes),
                a_day(one),
                one.owner,
                ", ".join(one.services) or None,
                _detail(one.detail),
            ]
            for one in shown
        ],
        numbers=["on disk", "changes a day"],
    )
    table(
        "Dependencies",
        ["client", "server", "port", "process", "workload", "evidence"],
        [
            [
                *ends(one),
                one.port,
                one.process or "",
                one.workload or "",
                evidence(one),
            ]
            for one in dependencies
        ],
        numbers=["port"],
    )
    then = standing(app)
    next_step(then.next, then.why)


def _detail(detail: dict[str, object]) -> str:
    keys = ("version", "path", "names", "unit", "when")
    parts = (detail[key] for key in keys if detail.get(key))
    return "; ".join(", ".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts)
