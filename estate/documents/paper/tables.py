"""What the paper's tables share."""

from datetime import date

from estate.documents.paper.model import Table
from estate.documents.words import day

MOST_NAMES = 6
"""Names in one cell."""
MOST_ROWS = 60
"""Rows of a table that may grow with the estate; a sheet of the workbook has all."""


def month(text: str) -> str:
    """January 2027, of 2027-01."""
    return day(date.fromisoformat(f"{text}-01")).removeprefix("1 ")


def shortened(table: Table, sheet: str) -> Table:
    """The first rows of a table that may be long; what is left out is said, with the workbook's sheet that has all."""
    if len(table.rows) <= MOST_ROWS:
        return table
    return table.model_copy(
        update={
            "rows": table.rows[:MOST_ROWS],
            "source": f"The first {MOST_ROWS} of {len(table.rows):,} rows; the workbook’s sheet “{sheet}” has all. "
            + table.source,
        }
    )
