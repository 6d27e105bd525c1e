"""How many servers run something out of support, now and later, if nothing is done."""

from datetime import date

from estate.records.base import Record


class Horizon(Record):
    """The servers that run something out of support on one day."""

    days: int
    """From today: 0, 90, 180."""
    on: date
    out: tuple[str, ...]
    """Servers on which the support of at least one product has ended by then."""


class Ending(Record):
    """What goes out of support on one day; `until` is the last day of support."""

    until: date
    what: str
    """Product and release: "PHP 8.2"."""
    servers: tuple[str, ...]


class Forecast(Record):
    """`unknown` are servers of which the support of something is not known: they may be out of support too."""

    today: date
    horizons: tuple[Horizon, ...]
    endings: tuple[Ending, ...]
    """The days to come, as far as the last horizon."""
    unknown: tuple[str, ...]
    of: int
    """How many servers were judged."""
    table_date: date | None = None
    """Of when the oldest date is that this rests on; None where nothing was judged by a table."""
