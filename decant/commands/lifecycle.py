"""`decant lifecycle`: until when products are supported, and where that is known from."""

from typing import TYPE_CHECKING

import click

from decant.app import App
from decant.output import json_option

if TYPE_CHECKING:
    from estate.catalogue.lifecycle import Product, Release


@click.group("lifecycle", short_help="Show until when products are supported; fetch it anew.")
def COMMAND() -> None:
    """Until when operating systems, databases, web servers and runtimes are supported.

    The dates ship with Decant; newer ones are fetched from endoflife.date into the workspace.
    """


@COMMAND.command("show", short_help="Show the dates in force, of one product or of all.")
@click.argument("product", metavar="[PRODUCT]", required=False)
@json_option
@click.pass_obj
def show(app: App, product: str | None, as_json: bool) -> None:
    """Show which dates are in force and of when they are, or each release of one PRODUCT."""
    from decant.journeys import lifecycle
    from decant.output import next_step, say, show_json, table

    dates = app.lifecycle
    if as_json:
        chosen = dict([lifecycle.product(dates, product)]) if product else dates.products
        show_json(
            "decant.lifecycle/1",
            {"as_of": dates.as_of, "source": dates.source, "products": chosen, "moved": [], "kept": []},
        )
        return
    today = lifecycle.today()
    if product is None:
        table(
            "Products with known support dates",
            ("product", "id", "releases", "as of"),
            [
                (one.name, id_, len(one.releases), one.as_of or dates.as_of)
                for id_, one in sorted(dates.products.items(), key=lambda item: item[1].name.casefold())
            ],
            numbers=("releases",),
        )
    else:
        _, one = lifecycle.product(dates, product)
        table(
            one.name,
            ("release", "support ends", "extended until", ""),
            [
                (name, _end(release), release.extended_until or "", _extension(one, release))
                for name, release in one.releases.items()
            ],
        )
    say(f"Support dates of {lifecycle.age(dates, today)}, from {dates.source}.")
    next_step("decant lifecycle refresh", "to fetch newer ones")


@COMMAND.command("refresh", short_help="Fetch newer dates from endoflife.date.")
@json_option
@click.pass_obj
def refresh(app: App, as_json: bool) -> None:
    """Fetch the support dates anew, and show what they newly say.

    The old ones stay in force where any answer is missing or broken; then the exit code is 3.
    """
    from decant.journeys import lifecycle
    from decant.output import next_step, say, show_json, table

    made = lifecycle.refresh(app)
    if as_json:
        show_json(
            "decant.lifecycle/1",
            {
                "as_of": made.table.as_of,
                "source": made.table.source,
                "products": made.table.products,
                "moved": made.moved,
                "kept": made.kept,
            },
        )
        return
    table(
        "What the new dates say otherwise",
        ("product", "release", "before", "now"),
        [(one.product, one.release, _said(one.before), _said(one.after)) for one in made.moved],
    )
    if made.kept:
        say(f"Not known there, so that older dates stay: {', '.join(made.kept)}")
    say(f"Support dates are now those of {lifecycle.age(made.table, made.table.as_of)}.")
    next_step("decant assess", "judge the servers by them")


def _end(release: "Release") -> str:
    if isinstance(release.ends, bool):
        return "has ended" if release.ends else "not announced"
    return str(release.ends)


def _extension(product: "Product", release: "Release") -> str:
    if release.extended_until is None:
        return ""
    return "for everyone" if product.extension_for_everyone else "has to be bought"


def _said(release: "Release | None") -> str:
    if release is None:
        return "not listed"
    return _end(release) + (f", extended until {release.extended_until}" if release.extended_until else "")
