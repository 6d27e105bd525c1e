"""Dates, sizes and money as British readers write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from estate.records.dependency import Dependency

LONDON = ZoneInfo("Europe/London")


def day(value: date | datetime | None) -> str:
    """22 November 2026; "unknown" for None. An instant is shown as the day it is in London."""
    if value is None:
        return "unknown"
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return str(format_date(value, "d MMMM y", locale="en_GB"))


def moment(value: datetime | None) -> str:
    """22 November 2026, 14:05 (Europe/London); "unknown" for None."""
    if value is None:
        return "unknown"
    return str(format_datetime(value, "d MMMM y, HH:mm", tzinfo=LONDON, locale="en_GB"))


def size(count: int | None) -> str:
    """Bytes for people: 512 B, 3.4 MiB, 12 GiB; "unknown" for None."""
    if count is None:
        return "unknown"
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(value) < 1024:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def pounds(amount: float) -> str:
    """£457, £1,234, or £1.4 million; pence below £10."""
    if abs(amount) >= 1_000_000:
        return f"£{amount / 1_000_000:.1f} million"
    return f"£{amount:,.2f}" if abs(amount) < 10 else f"£{amount:,.0f}"


def seconds(value: float | None) -> str:
    """4.2 s, 3 min 20 s; "unknown" for None."""
    if value is None:
        return "unknown"
    if value < 100:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"


def count(number: int, thing: str, things: str = "") -> str:
    """1 server, 2 servers, 1,200 rows."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def known(value: object | None) -> str:
    """The value as text; "unknown" for None and for nothing written."""
    return "unknown" if value is None or value == "" else str(value)


def share(part: float, whole: float) -> str:
    """83%; "0%" of nothing."""
    return f"{part / whole:.0%}" if whole else "0%"


def evidence(dependency: Dependency) -> str:
    """What a dependency rests on, and how often it was there: "seen, steady (280 of 288 rounds)"."""
    known = "seen, closing" if dependency.evidence == "closing" else dependency.evidence
    if not dependency.of_rounds:
        return known
    rounds = f"{dependency.rounds:,} of {count(dependency.of_rounds, 'round')}"
    return f"{known}, {dependency.habit} ({rounds})" if dependency.habit else f"{known} ({rounds})"
