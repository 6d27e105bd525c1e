"""The appendices of what stands behind the figures: assumptions and sources, what has no price, deadlines."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Block, Column, Points, Section, Table, Text, headed
from estate.documents.words import count, day, some
from estate.records.assessment import Disposition
from estate.records.cost import NotPriced

_OF_CARBON = ("azure_pue", "azure_watts", "grid_", "pue", "watts_")
"""How the keys of the assumptions begin on which carbon rests."""
_LEFT: Mapping[Disposition | None, str] = {
    Disposition.RETAIN: "it stays",
    Disposition.REPURCHASE: "to be replaced",
    Disposition.RETIRE: "to be switched off",
}
"""What stands for the day of a server that is in no wave."""
MOST_NAMES = 6
"""Names in one cell."""
MOST_ROWS = 60
"""Rows of a table that may grow with the estate; the workbook has all."""


def month(text: str) -> str:
    """January 2027, of 2027-01."""
    return day(date.fromisoformat(f"{text}-01")).removeprefix("1 ")


def assumptions(matter: Matter) -> Section:
    """What figures rest on: conventions, assumptions, prices, support dates and sizes."""
    blocks: list[Block] = []
    if matter.case.conventions:
        blocks += [Text(lead="How figures were reckoned.", text=""), Points(items=matter.case.conventions)]
    resting = _used(matter)
    if resting:
        blocks.append(
            Table(
                caption="Assumptions",
                columns=(
                    Column(title="Assumption", width=2),
                    Column(title="Value, and where it is from", width=4),
                ),
                rows=tuple(sorted(resting.items())),
                source=f"Source: costs of {day(matter.costs.at)}. Those on which a figure rests; the council may change "
                "each in assumptions.toml.",
            )
        )
    if matter.costs.sources:
        blocks += [Text(lead="Prices are from:", text=""), Points(items=matter.costs.sources)]
    tables = sorted({(s.source, s.table_date) for one in matter.assessed for s in one.support})
    if tables:
        blocks += [
            Text(lead="Support dates are from:", text=""),
            Points(items=tuple(f"{source}, {day(on)}" for source, on in tables)),
        ]
    sizes: dict[str, int] = defaultdict(int)
    for one in matter.assessed:
        sizes[one.size.basis if one.size else "no size"] += 1
    if sizes:
        blocks += [
            Text(lead="Sizes in Azure rest on:", text=""),
            Points(items=tuple(f"{basis} ({count(number, 'server')})" for basis, number in sorted(sizes.items()))),
        ]
    return Section(
        id="assumptions",
        title="Assumptions and sources",
        blocks=tuple(blocks) or (Text(text="None is recorded."),),
    )


def _used(matter: Matter) -> dict[str, str]:
    """The assumptions on which a cost line rests, those of the business case, and those of carbon where it is told."""
    lines = {key for line in matter.costs.lines for key in line.assumptions}
    return {
        key: text
        for key, text in matter.costs.assumptions.items()
        if key in lines or key.startswith("business.") or (matter.costs.carbon and key.startswith(_OF_CARBON))
    }


def without_price(matter: Matter) -> Section:
    """What may cost money and is in no total; what is the same of several servers, in one line."""
    if not matter.unpriced:
        return headed("no-price", "What has no price", Text(text="Everything that was found has a price."))
    held: dict[tuple[str, str], list[NotPriced]] = defaultdict(list)
    for one in matter.unpriced:
        held[of_any(one)].append(one)
    rows = [
        (_those(matter, ones), *((ones[0].what, ones[0].why) if len(ones) == 1 else said))
        for said, ones in sorted(held.items(), key=lambda pair: (-len(pair[1]), pair[1][0].subject, pair[0]))
    ]
    return headed(
        "no-price",
        "What has no price",
        Text(text="These may cost money. They are in no total, and are not nothing."),
        shortened(
            Table(
                caption="What has no price",
                columns=(
                    Column(title="For", width=1.8),
                    Column(title="What", width=2.2),
                    Column(title="Why", width=2.6),
                ),
                rows=tuple(rows),
                source=f"Source: costs of {day(matter.costs.at)}, and business case of {day(matter.case.at)}. "
                f"{count(len(matter.unpriced), 'item')}; what is alike stands in one row.",
            )
        ),
    )


def of_any(one: NotPriced) -> tuple[str, str]:
    """What has no price, and why, in words that hold for any server: equal things are then equal."""
    own = sorted({one.subject, one.subject.partition("/")[0]} - {"estate"}, key=len, reverse=True)

    def without(text: str) -> str:
        for name in own:
            text = re.sub(rf"(?<=/){re.escape(name)}(?![\w-])", "SERVER", text)
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "it", text)
        return text

    return without(one.what), without(one.why)


def _those(matter: Matter, ones: Sequence[NotPriced]) -> str:
    """For which they are: one by its name, several by their number and the first of them."""
    if matter.public:
        return count(len(ones), "item")
    names = sorted({one.subject for one in ones})
    if len(names) == 1:
        return "all that is shared" if names[0] == "estate" else names[0]
    return f"{len(names):,}: {some(names, MOST_NAMES)}"


def deadlines(matter: Matter) -> Section:
    """When contracts and support end: by server, and in the public edition by month and product."""
    parts = [_by_product(matter)] if matter.public else [_by_server(matter), _by_product(matter)]
    if matter.public:
        ends: dict[str, int] = defaultdict(int)
        for one in matter.legacy:
            if one.contract_end:
                ends[f"{one.contract_end:%Y-%m}"] += 1
        if ends:
            parts.insert(
                0,
                Table(
                    caption="Contracts that end, by month",
                    columns=(Column(title="Month", width=2), Column(title="Servers", number=True)),
                    rows=tuple((month(text), str(number)) for text, number in sorted(ends.items())),
                    source=f"Source: the inventory as of {day(matter.at)}. Covers {sum(ends.values())} of "
                    f"{count(len(matter.legacy), 'server')}; of the others no contract is known.",
                ),
            )
    return Section(id="deadlines", title="Deadlines of contracts and support", blocks=tuple(parts))


def _by_server(matter: Matter) -> Table:
    support = {
        one.server: [s for s in one.support if s.status in ("ended", "ends soon")] for one in matter.assessed
    }
    rows = []
    for one in matter.legacy:
        first = min(support.get(one.id, []), key=lambda s: s.until or s.ends or date.max, default=None)
        ends = (first.until or first.ends) if first else None
        soonest = min((on for on in (one.contract_end, ends) if on), default=date.max)
        product = f"{first.name}: {day(ends)}" if first else ""
        rows.append(
            (
                soonest,
                (
                    one.id,
                    one.owner or "nobody is named",
                    day(one.contract_end) if one.contract_end else "",
                    product,
                    day(matter.last_day[one.id])
                    if one.id in matter.last_day
                    else _LEFT.get(matter.without_move.get(one.id), "no day yet"),
                ),
            )
        )
    return shortened(
        Table(
            caption="Deadlines by server, the first to end at the top",
            columns=(
                Column(title="Server", width=1.4),
                Column(title="Owner", width=1.4),
                Column(title="Contract ends", width=1.3),
                Column(title="First support to end", width=1.9),
                Column(title="Planned to be left", width=1.3),
            ),
            rows=tuple(row for _, row in sorted(rows)),
            source=f"Source: the inventory and the assessment as of {day(matter.at)}. A dash: none is known.",
        )
    )


def _by_product(matter: Matter) -> Table:
    held: dict[tuple[date, str, str], set[str]] = defaultdict(set)
    for one in matter.assessed:
        for s in one.support:
            if s.status != "supported":
                held[s.until or s.ends or date.max, s.name, s.status].add(one.server)
    return shortened(
        Table(
            caption="Products whose support has ended, ends soon, or is not known",
            columns=(
                Column(title="Product", width=2.4),
                Column(title="Support", width=1.2),
                Column(title="Until", width=1.6),
                Column(title="Servers", width=0.8, number=True),
            ),
            rows=tuple(
                (name, status, day(None if until == date.max else until), str(len(servers)))
                for (until, name, status), servers in sorted(held.items(), key=lambda pair: pair[0])
            ),
            source="Support that comes without paying, extensions for everyone included. The table’s date is in Appendix F.",
        )
    )


def shortened(table: Table) -> Table:
    """The first rows of a table that may be long; what is left out is said."""
    left = len(table.rows) - MOST_ROWS
    if left <= 0:
        return table
    return table.model_copy(
        update={
            "rows": table.rows[:MOST_ROWS],
            "source": f"The first {MOST_ROWS} of {len(table.rows):,} rows; the workbook has all. {table.source}",
        }
    )
