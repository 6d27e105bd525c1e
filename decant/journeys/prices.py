"""The price lists of a workspace, and Microsoft's own fetched anew."""

import hashlib
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from estate import fetch, reading, writing
from estate.catalogue import price_check, price_lists, retail
from estate.catalogue.prices import book
from estate.catalogue.retail import Item, Retail
from estate.documents.words import LONDON, count, day
from estate.errors import UnreachableError, UsageError
from estate.progress import Step
from estate.records.base import now

if TYPE_CHECKING:
    from decant.app import App
    from estate.catalogue.price_lists import Prices

REFRESHED = "prices.refreshed"
REFUSED = "prices.refused"
_ONE_ANSWER = 30.0
"""Seconds that one answer may take at most."""


@dataclass(frozen=True)
class Refreshed:
    """What was fetched, and how many prices differ from those before."""

    retail: Retail
    changed: int
    accepted: tuple[str, ...] = ()
    """What looked wrong with them, and a person accepted."""


def today() -> date:
    """The day in London."""
    return now().astimezone(LONDON).date()


def prices(app: "App", servers: "tuple[str, ...]" = ()) -> "Prices":
    """The lists of the workspace, in their order. Raises `UsageError` where one of them is not right."""
    return price_lists.load(app.workspace.rates, app.workspace.prices, servers, today())


def doubts(app: "App") -> tuple[str, ...]:
    """What looked wrong with the list prices in force and was accepted all the same, for beside the figures."""
    taken = app.ledger.entries(REFRESHED)
    accepted = taken[-1].payload.get("accepted", []) if taken and app.workspace.prices.is_file() else []
    return tuple(f"the list prices were taken though {one}" for one in accepted)


def refresh(app: "App") -> Refreshed:
    """Ask for the prices of every size and disk, and put them in the place of those before, all or none.

    Raises `UnreachableError` where an answer is missing, broken or not in pounds, or where what came cannot be the
    list (`price_check`): what was fetched before stays, its age is said, and a list that was refused is kept beside it.
    """
    before = _before(app)
    try:
        made = _fetched(app)
        if found := price_check.doubts(made.prices, before.prices if before else None, book()):
            app.workspace.create()
            kept = made.model_dump_json(indent=1)
            writing.replace(app.workspace.prices_refused, kept, writing.PRIVATE)
            about = {"from": made.url, "sha256": _digest(kept.encode()), "doubts": list(found)}
            app.ledger.append(REFUSED, [], about, actor=app.actor)
            raise UnreachableError(
                f"what came cannot be the whole list: {'; '.join(found)}",
                f"ask again later; or look at it ({app.workspace.prices_refused}), and take that very list with "
                "`decant costs refresh --accept-refused`",
            )
    except UnreachableError as wrong:
        _stays(before, wrong)
    return _taken(app, made, before)


def accept_refused(app: "App") -> Refreshed:
    """Take the list that was refused last, as it was kept: somebody has looked at it. Nothing is fetched.

    Raises `UsageError` where none is kept, or the file is not the list of which the ledger says that it was refused.
    """
    path = app.workspace.prices_refused
    made, refused = retail.kept(path), app.ledger.entries(REFUSED)
    if made is None:
        raise UsageError("no list of prices was refused", "run `decant costs refresh`")
    if not refused or refused[-1].payload["sha256"] != _digest(reading.content(path)):
        raise UsageError(
            f"{path} was changed since it was refused: it is not the list whose faults were said",
            "run `decant costs refresh` again; prices of your own belong in rates.toml",
        )
    before = _before(app)
    return _taken(app, made, before, price_check.doubts(made.prices, before.prices if before else None, book()))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _taken(app: "App", made: Retail, before: Retail | None, accepted: tuple[str, ...] = ()) -> Refreshed:
    app.workspace.create()
    writing.replace(app.workspace.prices, made.model_dump_json(indent=1), writing.PRIVATE)
    app.workspace.prices_refused.unlink(missing_ok=True)
    changed = sum(
        before is None or meter not in before.prices or before.prices[meter].gbp != one.gbp
        for meter, one in made.prices.items()
    )
    about = {"from": made.url, "prices": len(made.prices), "changed": changed}
    app.ledger.append(REFRESHED, [], about | ({"accepted": list(accepted)} if accepted else {}), actor=app.actor)
    return Refreshed(made, changed, accepted)


def _fetched(app: "App") -> Retail:
    settings = app.settings.prices
    ends = time.monotonic() + settings.seconds
    asked = retail.questions(settings.url)
    items: list[Item] = []
    for number, question in enumerate(asked):
        app.progress(Step("list prices", number, len(asked), "questions"))
        items += _all_pages(question, ends, settings.seconds)
    app.progress(Step("list prices", len(asked), len(asked), "questions"))
    found = retail.prices(items)
    if not found:
        raise UnreachableError("no answer held a price of a size or disk in UK South", "")
    return Retail(
        fetched_at=now(),
        url=settings.url,
        currency="GBP",
        region=retail.REGION,
        prices=dict(sorted(found.items())),
    )


def _all_pages(question: str, ends: float, seconds: float) -> list[Item]:
    found: list[Item] = []
    following = question
    for _ in range(retail.PAGES):
        left = ends - time.monotonic()
        if left <= 0:
            raise UnreachableError(f"fetching took more than {seconds:g} s", "")
        answer = fetch.get(following, retail.LIMIT, min(left, _ONE_ANSWER))
        if not answer.found:
            raise UnreachableError("there is no list of prices at that address", "")
        page = retail.page(answer.body, question)
        found += page.items
        if not page.next:
            return found
        following = page.next
    raise UnreachableError(f"an answer has more than {retail.PAGES} pages", "")


def _before(app: "App") -> Retail | None:
    try:
        return retail.kept(app.workspace.prices)
    except UsageError:
        # What was fetched before is broken: the new one takes its place.
        return None


def _stays(before: Retail | None, wrong: UnreachableError) -> NoReturn:
    """Say why nothing was taken, and which prices stay in force."""
    if before is None:
        stays = "the prices that ship with Decant stay in force"
    else:
        age = count((today() - before.fetched_at.astimezone(LONDON).date()).days, "day")
        stays = f"those fetched on {day(before.fetched_at)}, {age} ago, stay in force"
    raise UnreachableError(
        f"no list prices were fetched: {wrong.what}; {stays}",
        wrong.remedy or "check [prices] url in decant.toml and the way out of this network, then try again",
    ) from None
