"""Numbers as they are written on the command line."""

import math
import re

import click


class Whole(click.IntRange):
    """A whole number within limits, in the digits 0 to 9: others are more likely a slip than meant."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; `click.UsageError` for what is none, or not within the limits."""
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()):
            value = int(value)
        if not isinstance(value, int):
            self.fail(f"{value!r} is not a whole number; write it in the digits 0 to 9", param, ctx)
        return super().convert(value, param, ctx)


class Amount(click.FloatRange):
    """A finite number within limits."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; `click.UsageError` for what is none, has no end, or is not within the limits."""
        try:
            found = float(str(value))
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            self.fail(f"{value!r} is no amount", param, ctx)
        return super().convert(found, param, ctx)
