"""The appendices of what stands behind the figures: assumptions and sources, and what has no price."""

import re
from collections import defaultdict
from collections.abc import Sequence

from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Block, Column, Points, Section, Table, Text, headed
from estate.documents.paper.tables import MOST_NAMES, shortened
from estate.documents.words import count, day, some
from estate.records.cost import NotPriced

_OF_CARBON = ("azure_pue", "azure_watts", "grid_", "pue", "watts_")
"""How the keys of the assumptions begin on which carbon rests."""


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
            ),
            "No price",
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
