"""`decant costs`: what the estate costs today, in Azure, and to move; where each figure is from."""

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from decant import complete
from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from estate.records.cost import Amount, Carbon, CostLine, Costs

_MOST = 12
"""Entries without a price that are shown at once; `--json` has all."""


@click.group("costs", invoke_without_command=True, short_help="Say what it costs today, in Azure, and to move.")
@click.option(
    "--by",
    type=click.Choice(["category", "server"]),
    default="category",
    show_default=True,
    help="What each row is for.",
)
@json_option
@click.pass_context
def COMMAND(ctx: click.Context, by: str, as_json: bool) -> None:
    """Reckon what the servers cost today, would cost in Azure, and cost to move: in pounds without VAT, as ranges.

    It rests on `decant assess`, assumptions.toml and rates.toml. Prices come from rates.toml, then from Microsoft's list
    as fetched, then from the book that ships with Decant. What has no price is listed and adds nothing.
    """
    if ctx.invoked_subcommand is not None:
        if any(ctx.get_parameter_source(one) is ParameterSource.COMMANDLINE for one in ctx.params):
            raise click.UsageError(f"options of `decant costs` itself do not go with `{ctx.invoked_subcommand}`")
        return
    from decant.journeys.costs import keep, reckon
    from decant.output import show_json
    from migration.costing.reckon import totals

    app = ctx.find_object(App)
    assert app is not None  # noqa: S101 - `decant` itself made it
    found = reckon(app)
    keep(app, found)
    if as_json:
        whole = totals(found)
        show_json(
            "decant.costs/1",
            {
                "costs": found,
                "today": whole.today,
                "azure": whole.azure,
                "stays": whole.stays,
                "once": whole.once,
            },
        )
        return
    _show(found, by)


@COMMAND.command("show", short_help="Show every line of one server, with its sum.")
@click.argument("server", shell_complete=complete.servers)
@json_option
@click.pass_obj
def show(app: App, server: str, as_json: bool) -> None:
    """Show every figure of one SERVER: the sum, where its price is from, and the assumptions that it rests on.

    `estate` stands for what all servers share.
    """
    from decant.journeys.costs import reckon
    from decant.output import listing, next_step, show_json, table
    from estate.documents.words import day, pounds
    from estate.suggest import pick
    from migration.costing.base import ESTATE

    found = reckon(app)
    names = {one.subject for one in found.lines} | {one.subject for one in found.unpriced} | {ESTATE}
    name = pick("server", server, sorted(names), "see `decant estate list`")
    lines = [one for one in found.lines if one.subject == name]
    unpriced = [one for one in found.unpriced if one.subject == name]
    carbon = [one for one in found.carbon if one.server == name]
    if as_json:
        used = {key: found.assumptions[key] for one in lines for key in one.assumptions}
        show_json(
            "decant.costs-of/1",
            {"server": name, "lines": lines, "unpriced": unpriced, "carbon": carbon, "assumptions": used},
        )
        return
    for side, title in (
        ("on-premises", "Today, a year"),
        ("azure", "In Azure, a year"),
        ("move", "To move it, once"),
    ):
        table(
            f"{name}: {title}",
            ("what", "likely", "range", "sum", "price from"),
            [
                (
                    one.what,
                    pounds(one.amount.likely),
                    _range(one.amount),
                    one.reckoning,
                    f"{one.source}, {day(one.priced_at)}" if one.priced_at else one.source,
                )
                for one in lines
                if one.side == side
            ],
            numbers=("likely",),
        )
    notes: dict[str, list[str]] = {}
    for one in lines:
        if one.note:
            notes.setdefault(one.note, []).append(one.what)
    listing("What prices stand for", [f"{', '.join(names)}: {note}" for note, names in notes.items()])
    listing("No price", [f"{one.what}: {one.why}" for one in unpriced])
    _carbon(carbon)
    keys = sorted({key for one in lines for key in one.assumptions})
    listing("It rests on", [f"{key}: {found.assumptions[key]}" for key in keys])
    next_step("edit assumptions.toml and rates.toml", "to put in what you know")


@COMMAND.command("refresh", short_help="Fetch Microsoft's list prices in pounds.")
@click.option(
    "--accept-refused",
    is_flag=True,
    help="Fetch nothing: take the list that was refused last, now that somebody has looked at it.",
)
@json_option
@click.pass_obj
def refresh(app: App, accept_refused: bool, as_json: bool) -> None:
    """Fetch list prices for UK South in pounds from the Azure Retail Prices API, and keep them in the workspace.

    What was fetched before stays in force where an answer is missing, broken, or not in pounds, where prices are too
    few, or far from those before or those of the book; then the exit code is 3. Such a list is kept beside.
    """
    from decant.journeys import prices
    from decant.output import listing, next_step, say, show_json
    from estate.documents.words import count

    made = prices.accept_refused(app) if accept_refused else prices.refresh(app)
    if as_json:
        show_json(
            "decant.prices/1",
            {
                "fetched_at": made.retail.fetched_at,
                "source": made.retail.url,
                "prices": made.retail.prices,
                "changed": made.changed,
                "accepted": made.accepted,
            },
        )
        return
    listing("Accepted all the same", list(made.accepted))
    done = "Took" if accept_refused else "Fetched"
    say(f"{done} {count(len(made.retail.prices), 'list price')} in pounds; {made.changed} are new or differ.")
    next_step("decant costs", "reckon with them")


def _show(found: "Costs", by: str) -> None:
    from decant.output import listing, next_step, say, table
    from estate.documents.words import count, some
    from migration.costing.reckon import total, totals

    whole = totals(found)
    rows = [
        (
            key,
            *(_text(total(lines, _on(side))) for side in ("on-premises", "azure", "move")),
        )
        for key, lines in _grouped(found.lines, by)
    ]
    sums = ("all", _text(whole.today), _text(whole.azure), _text(whole.once))
    table(
        "What it costs, in pounds without VAT",
        (by, "on-premises, a year", "Azure, a year", "to move, once"),
        [*rows, sums],
        numbers=("on-premises, a year", "Azure, a year", "to move, once"),
    )
    if whole.stays.high > 0:
        say(
            f"Of today's costs, {_text(whole.stays)} a year go on: {some(found.staying, 6)} stay, or nobody has decided."
        )
    _sum_of_carbon(found.carbon)
    listing(
        "Without a price, and counted nowhere",
        [f"{some(names, 6)}: {what} ({why})" for (what, why), names in _unpriced(found)[:_MOST]],
    )
    if len(_unpriced(found)) > _MOST:
        say(f"And {len(_unpriced(found)) - _MOST} more sorts without a price: `decant costs --json` has them all.")
    listing("Look at this", [one[:1].upper() + one[1:] for one in found.cautions])
    listing("Prices, in this order", list(found.sources))
    judged = sum("our judgement" in text for text in found.assumptions.values())
    say(
        f"{count(judged, 'assumption')} of {len(found.assumptions)} are Decant's own judgement: look at assumptions.toml."
    )
    next_step("decant costs show SERVER", "every figure of one server, with its sum and source")


def _on(side: str) -> "Callable[[CostLine], bool]":
    return lambda one: one.side == side


def _grouped(lines: "Iterable[CostLine]", by: str) -> "list[tuple[str, list[CostLine]]]":
    found: dict[str, list[CostLine]] = {}
    for one in lines:
        found.setdefault(one.subject if by == "server" else one.category, []).append(one)
    return sorted(found.items())


def _unpriced(found: "Costs") -> "list[tuple[tuple[str, str], list[str]]]":
    """Each sort of what has no price, with whom it is for; what differs by the server's name alone is one sort."""
    sorts: dict[tuple[str, str], list[str]] = {}
    for one in found.unpriced:
        sorts.setdefault((one.what, one.why.replace(f"/{one.subject} ", "/SERVER ")), []).append(one.subject)
    return sorted(sorts.items(), key=lambda each: (-len(each[1]), each[0]))


def _text(amount: "Amount") -> str:
    """£1,234 (£1,000 to £1,500); "none" where there is nothing to pay."""
    from estate.documents.words import pounds

    if amount.high == 0:
        return ""
    return pounds(amount.likely) + (f" ({_range(amount)})" if amount.low != amount.high else "")


def _range(amount: "Amount") -> str:
    from estate.documents.words import pounds

    return f"{pounds(amount.low)} to {pounds(amount.high)}" if amount.low != amount.high else ""


def _sum_of_carbon(found: "Iterable[Carbon]") -> None:
    from functools import reduce
    from operator import add

    from decant.output import say
    from estate.documents.words import count
    from estate.records.cost import NOTHING

    both = [one for one in found if one.on_premises_kg and one.azure_kg]
    if not both:
        return
    here = reduce(add, (one.on_premises_kg for one in both if one.on_premises_kg), NOTHING)
    there = reduce(add, (one.azure_kg for one in both if one.azure_kg), NOTHING)
    say(
        f"Carbon of electricity in use, of {count(len(both), 'server')} that move, a year:"
        f" {_tonnes(here)} on-premises, {_tonnes(there)} in Azure."
    )


def _tonnes(amount: "Amount") -> str:
    low, likely, high = (one / 1000 for one in (amount.low, amount.likely, amount.high))
    return f"{likely:,.2f} t CO2e ({low:,.2f} to {high:,.2f})"


def _carbon(found: "Iterable[Carbon]") -> None:
    from decant.output import listing

    lines = []
    for one in found:
        for side, amount in (("on-premises", one.on_premises_kg), ("in Azure", one.azure_kg)):
            if amount is not None:
                lines.append(f"{side}: {amount.likely:,.0f} kg ({amount.low:,.0f} to {amount.high:,.0f})")
        lines.append(one.reckoning)
    listing("Carbon of its electricity, a year, in CO2e", lines)
