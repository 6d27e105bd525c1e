"""Fetches support dates anew, and says what they newly say. A table is taken whole or not at all."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from estate import fetch, writing
from estate.catalogue import endoflife
from estate.catalogue.lifecycle import STALE_AFTER, Moved, Product, Release, Table, differences, newest, shipped
from estate.documents.words import LONDON, count, day
from estate.errors import UnreachableError, UsageError
from estate.progress import Step
from estate.records.base import now
from estate.suggest import unknown

if TYPE_CHECKING:
    from decant.app import App

_ONE_ANSWER = 20.0
"""Seconds that one answer may take at most."""


@dataclass(frozen=True)
class Refreshed:
    """A new table, and what it says otherwise than the one before."""

    table: Table
    before: date
    """Of when the table before it is."""
    moved: tuple[Moved, ...]
    kept: tuple[str, ...]
    """Products that the API does not know: their dates stay as they were, with their own date."""


def refresh(app: "App") -> Refreshed:
    """Ask for each product of the table, and put the new table in the place of the old one.

    Raises `UnreachableError` where an answer is missing or broken: the old table then stays, and its age is said.
    """
    try:
        old = newest(app.workspace.lifecycle)
    except UsageError:
        # What was fetched before is broken: the new one takes its place.
        old = shipped()
    settings, ends = app.settings.lifecycle, time.monotonic() + app.settings.lifecycle.seconds
    today = now().astimezone(LONDON).date()
    products, kept = dict[str, Product](), list[str]()
    for number, (name, known) in enumerate(old.products.items()):
        app.progress(Step("support dates", number, len(old.products), "products"))
        try:
            left = ends - time.monotonic()
            if left <= 0:
                raise UnreachableError(f"it took more than {settings.seconds:g} s", "give it more time")
            answer = fetch.get(
                f"{settings.url}/products/{quote(name, safe='')}", endoflife.LIMIT, min(left, _ONE_ANSWER)
            )
            found = endoflife.releases(answer.body, name) if answer.found else None
        except UnreachableError as wrong:
            _stays(old, today, wrong)
        if found is None:
            kept.append(known.name)
        products[name] = known.model_copy(
            update={"as_of": known.as_of or old.as_of} if found is None else _taken(known, found)
        )
    app.progress(Step("support dates", len(products), len(products), "products"))
    if len(kept) * 2 > len(products):
        known_there = f"it knows {len(products) - len(kept)} of {count(len(products), 'product')}"
        _stays(old, today, UnreachableError(known_there, ""))
    table = Table(as_of=today, source=endoflife.SOURCE, products=products)
    app.workspace.create()
    writing.replace(app.workspace.lifecycle, table.model_dump_json(indent=1), writing.PRIVATE)
    moved = differences(old, table)
    app.ledger.append(
        "lifecycle.refreshed",
        [],
        {"as_of": str(today), "from": settings.url, "moved": len(moved)},
        actor=app.actor,
    )
    return Refreshed(table, old.as_of, moved, tuple(kept))


def _taken(known: Product, found: Mapping[str, Release]) -> dict[str, object]:
    """The releases of the answer, and those it no longer lists: that a release has ended stays true."""
    older = {name: release for name, release in known.releases.items() if name not in found}
    return {"releases": {**found, **older}, "as_of": None}


def _stays(old: Table, today: date, wrong: UnreachableError) -> NoReturn:
    raise UnreachableError(
        f"the support dates could not be fetched: {wrong.what}; those of {age(old, today)} stay in use",
        wrong.remedy or "see that [lifecycle] url in decant.toml is right, then try again",
    ) from None


def age(table: Table, today: date) -> str:
    """Of when a table is and how old that makes it: "22 August 2026 (92 days old)"."""
    days = (today - table.as_of).days
    old = ", which is old" if today - table.as_of > STALE_AFTER else ""
    return f"{day(table.as_of)} ({count(max(days, 0), 'day')} old{old})"


def product(table: Table, name: str) -> tuple[str, Product]:
    """The product of that id or name; raises `UsageError` with what is close."""
    by_name = {known.name.casefold(): id_ for id_, known in table.products.items()}
    found = name if name in table.products else by_name.get(name.casefold())
    if found is None:
        raise unknown("product", name, table.products, "see `decant lifecycle show`")
    return found, table.products[found]


def today() -> date:
    """The day in London."""
    return datetime.now(LONDON).date()
