"""Days as people write them on the command line: `2027-03-31`."""

from datetime import date

import click


class Day(click.ParamType[date]):
    """One day of the calendar."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; `click.UsageError` for what is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2027-03-31", param, ctx)
