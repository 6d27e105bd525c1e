"""Lengths of time as people write them: `30s`, `5m`, `24h`, `7d`."""

import re

import click

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = 366 * 86400


class Duration(click.ParamType[float]):
    """A length of time, in seconds. A bare number is refused: of what?"""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds; `click.UsageError` for what is no length of time, for none at all, and for more than a year."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd])", str(value).strip())
        seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
        if not 0 < seconds <= LONGEST:
            self.fail(f"{value!r} is no length of time; write it as 30s, 5m, 24h or 7d", param, ctx)
        return seconds


def told(seconds: float) -> str:
    """`30s`, `5m`, `24h`, as it is written on the command line."""
    for unit in ("d", "h", "m"):
        if (
            seconds >= _UNITS[unit]
            and seconds % _UNITS[unit] == 0
            and not (unit == "d" and seconds == _UNITS["d"])
        ):
            return f"{seconds / _UNITS[unit]:g}{unit}"
    return f"{seconds:g}s"
