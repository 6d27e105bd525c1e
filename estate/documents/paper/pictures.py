"""Charts in a paper: drawn, left out where there is nothing to draw, or told where they may not be shown."""

from collections.abc import Mapping

from estate.documents.paper.model import Block, Chart, Text

Charts = Mapping[str, Chart | None]
"""By name; None for a chart that names what this edition may not."""

_WHAT = {
    "roadmap": "The chart of the waves",
    "people": "The chart of people by month",
    "years": "The chart of costs by year",
    "options": "The chart of the options",
    "sensitivity": "The chart of the sensitivity",
    "support": "The chart of servers out of support",
}


def picture(charts: Charts, name: str, table: bool = False) -> list[Block]:
    """One chart, with `table` also its data; a sentence where it is in the working edition alone."""
    if name not in charts:
        return []
    chart = charts[name]
    if chart is None:
        what = _WHAT.get(name, "A chart")
        return [Text(text=f"{what} is in the working edition alone: it names what the public edition leaves out.")]
    return [chart if table else chart.without_table()]
