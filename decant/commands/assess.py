"""`decant assess`: what should become of each server, and until when it is supported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from decant import complete
from decant.app import App
from decant.output import json_option
from estate.errors import EXIT_FINDINGS

if TYPE_CHECKING:
    from estate.records.assessment import Assessment, Support
    from estate.records.forecast import Forecast

_NAMES = 6
"""Servers named in a line; the rest are counted."""


@click.command("assess", short_help="Say what should become of each server.")
@click.argument("servers", metavar="[SERVER]...", nargs=-1, shell_complete=complete.servers)
@click.option("--long", "is_long", is_flag=True, help="Show every reason, and what speaks against it.")
@json_option
@click.pass_context
def COMMAND(ctx: click.Context, servers: tuple[str, ...], is_long: bool, as_json: bool) -> None:
    """Say until when each server is supported, what should become of it, by which tool, and how big it would be.

    Decisions of people, in overrides.toml, come first. `decant why SERVER` gives the reasons for one. Exit 1 where a
    server is unknown.
    """
    from decant.journeys.assess import assess_estate, forecast_of
    from decant.output import next_step, say, show_json, table

    app: App = ctx.obj
    found = assess_estate(app, servers)
    support = forecast_of(found)
    unknown = [one.server for one in found if one.readiness == "unknown"]
    if as_json:
        show_json("decant.assessments/1", {"assessments": found, "forecast": support})
        ctx.exit(EXIT_FINDINGS if unknown else 0)
    table(
        "What should become of each server",
        ("server", "disposition", "readiness", "support", "size", "by"),
        [
            (
                one.server,
                one.disposition.value if one.disposition else None,
                one.readiness,
                _support(one.support),
                one.size.sku.removeprefix("Standard_") if one.size else "" if one.disposition else None,
                one.tool,
            )
            for one in found
        ],
    )
    if is_long:
        _reasons(found)
    _out_of_support(support)
    _conditions(found)
    if unknown:
        say(_too_little(unknown, len(found)))
    next_step(f"decant why {found[0].server}" if len(found) == 1 and not is_long else "decant plan", "")
    ctx.exit(EXIT_FINDINGS if unknown else 0)


def _support(support: "tuple[Support, ...]") -> str:
    """What is not simply supported, the first of each sort by name: "ended: Debian 11 and 5 more"."""
    by_status: dict[str, list[str]] = {}
    for one in support:
        if one.status != "supported":
            by_status.setdefault(one.status, []).append(one.name)
    listed = [
        f"{status}: {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")
        for status in ("ended", "ends soon", "unknown")
        if (names := by_status.get(status))
    ]
    return "; ".join(listed) or ("supported" if support else "unknown")


def _reasons(found: "Sequence[Assessment]") -> None:
    from decant.output import listing

    for one in found:
        decided = [f"decided by {one.overridden_by}"] if one.overridden_by else []
        size = [f"size: {one.size.sku}, {one.size.basis}"] if one.size else []
        listing(
            f"{one.server}: {one.disposition.value if one.disposition else 'unknown'}",
            [*decided, *one.reasons, *(f"against: {text}" for text in one.against), *size],
        )


def _out_of_support(support: "Forecast") -> None:
    """How many servers run something out of support by when, and what goes on which day."""
    from decant.output import listing, say, table
    from estate.documents.words import count, day, some

    table(
        f"Out of support, of {count(support.of, 'server')}"
        + (f", by dates of {day(support.table_date)}" if support.table_date else ""),
        ("by", "servers", "which"),
        [
            (
                "today" if not one.days else f"{day(one.on)} ({one.days} days)",
                len(one.out),
                some(one.out, _NAMES),
            )
            for one in support.horizons
        ],
        numbers=("servers",),
    )
    listing(
        "What goes out of support by then",
        [f"{day(one.until)}: {one.what} on {some(one.servers, _NAMES)}" for one in support.endings],
    )
    if support.unknown:
        say(
            f"Support is not known of everything on {some(support.unknown, _NAMES)}: they may be out of support too."
        )


def _conditions(found: "Sequence[Assessment]") -> None:
    """Each condition once, with the servers that it is for."""
    from decant.output import listing
    from estate.documents.words import some

    under: dict[str, list[str]] = {}
    for one in found:
        for condition in one.conditions:
            under.setdefault(condition, []).append(one.server)
    listing("To settle first", [f"{some(names, _NAMES)}: {condition}" for condition, names in under.items()])


def _too_little(unknown: Sequence[str], of: int) -> str:
    from estate.documents.words import some

    if len(unknown) == of and of > 1:
        return (
            "Nobody has looked inside any of these servers: what is said of them rests on imports alone. "
            "Read them with `decant discover`."
        )
    return f"Too little is known of: {some(unknown, 12)}"
