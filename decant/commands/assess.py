"""`decant assess`: what should become of each server, and why."""

from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option
from estate.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from estate.records.assessment import Support


@click.command("assess", short_help="Say what should become of each server, and why.")
@click.argument("servers", metavar="[SERVER]...", nargs=-1, shell_complete=complete.servers)
@json_option
@click.pass_context
def COMMAND(ctx: click.Context, servers: tuple[str, ...], as_json: bool) -> None:
    """Say until when each server is supported, what should become of it and why, and how big it would be.

    Decisions of people, in overrides.toml, come first. Exit 1 where a server is unknown.
    """
    from decant.journeys.assess import assess_estate
    from decant.output import next_step, say, show_json, table

    app: App = ctx.obj
    found = assess_estate(app, servers)
    unknown = [one.server for one in found if one.readiness == "unknown"]
    if as_json:
        show_json("decant.assessments/1", {"assessments": found})
        ctx.exit(EXIT_FINDINGS if unknown else 0)
    table(
        "What should become of each server",
        ("server", "disposition", "readiness", "support", "size", "why"),
        [
            (
                one.server,
                one.disposition.value if one.disposition else None,
                one.readiness,
                _support(one.support),
                f"{one.size.sku}, {one.size.basis}" if one.size else "none" if one.disposition else None,
                "; ".join(one.reasons) + (f" (decided by {one.overridden_by})" if one.overridden_by else ""),
            )
            for one in found
        ],
    )
    under: dict[str, list[str]] = {}
    for one in found:
        for condition in one.conditions:
            under.setdefault(condition, []).append(one.server)
    for condition, names in under.items():
        say(f"{', '.join(names)}: {condition}")
    if unknown:
        say(f"Too little is known of: {', '.join(unknown)}")
    next_step("decant plan", "put the moves in order")
    ctx.exit(EXIT_FINDINGS if unknown else 0)


def _support(support: "tuple[Support, ...]") -> str:
    """What is not simply supported, by how it stands: "ended: Debian 11, MariaDB 10.5"."""
    by_status: dict[str, list[str]] = {}
    for one in support:
        if one.status != "supported":
            by_status.setdefault(one.status, []).append(f"{one.product} {one.version}")
    listed = [f"{status}: {', '.join(names)}" for status, names in by_status.items()]
    return "; ".join(listed) or ("supported" if support else "unknown")
