"""Dates, sizes and money as British readers write them."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from estate.records.dependency import Dependency
from estate.records.workload import ChangeRate, Workload

LONDON = ZoneInfo("Europe/London")
APRIL = 4


def day(value: date | datetime | None) -> str:
    """22 November 2026; "unknown" for None. An instant is shown as the day it is in London."""
    if value is None:
        return "unknown"
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return str(format_date(value, "d MMMM y", locale="en_GB"))


def financial_year(value: date) -> str:
    """2026/27: the financial year of a day, April to March. An instant counts as the day it is in London."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    first = value.year if value.month >= APRIL else value.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def moment(value: datetime | None) -> str:
    """22 November 2026, 14:05 (Europe/London); "unknown" for None."""
    if value is None:
        return "unknown"
    return str(format_datetime(value, "d MMMM y, HH:mm", tzinfo=LONDON, locale="en_GB"))


def size(count: int | None) -> str:
    """Bytes for people: 512 B, 3.4 MiB, 120 GiB, 1.0 TiB (from 1000 GiB on); "unknown" for None."""
    if count is None:
        return "unknown"
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(value) < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def pounds(amount: float) -> str:
    """£457, £1,234, or £1.4 million; pence below £10, and £0."""
    if abs(amount) >= 1_000_000:
        return f"£{amount / 1_000_000:.1f} million"
    return f"£{amount:,.2f}" if 0 < abs(amount) < 10 else f"£{amount:,.0f}"


def seconds(value: float | None) -> str:
    """4.2 s, 3 min 20 s; "unknown" for None."""
    if value is None:
        return "unknown"
    if value < 100:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"


def span(hours: float) -> str:
    """20 s, 3 min, 1.5 hours, 30 hours, 7 days: how long something was looked at."""
    whole = round(hours * 3600)
    if whole < 60:
        return f"{whole} s"
    if (minutes := round(hours * 60)) < 60:
        return f"{minutes} min"
    number, unit = (hours, "hour") if hours < 48 else (hours / 24, "day")
    figure = f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:,.0f}"
    return f"{figure} {unit}" if figure == "1" else f"{figure} {unit}s"


def length(minutes: float) -> str:
    """45 minutes, 5 hours, 1 hour 30 minutes: how long something takes, to the minute."""
    hours, rest = divmod(round(minutes), 60)
    parts = [count(hours, "hour")] if hours else []
    return " ".join([*parts, count(rest, "minute")] if rest or not hours else parts)


def count(number: int, thing: str, things: str = "") -> str:
    """1 server, 2 servers, 1,200 rows."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def an(noun: str) -> str:
    """A server, an incident: by its first letter."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def some(names: Sequence[str], most: int) -> str:
    """alpha, beta, gamma and 37 more."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


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


def ends(dependency: Dependency) -> tuple[str, str]:
    """Who talks to whom, each with a word where it is not of the estate."""
    outside = " (outside)"
    return (
        dependency.client + outside * dependency.client_outside,
        dependency.server + outside * dependency.server_outside,
    )


def told(change: ChangeRate) -> str:
    """One change rate with where it comes from: "1.2 GiB (pg_stat_wal, shared by 3 workloads)"."""
    kinds = {"log": "written", "size": "grown" if change.bytes_per_day >= 0 else "shrunk", "files": "in files"}
    shared = f", shared by {change.shared_by} workloads" if change.shared_by > 1 else ""
    return f"{size(abs(change.bytes_per_day))} {kinds[change.what]} ({change.how}{shared})"


def a_day(workload: Workload) -> str:
    """What a workload changes in a day, by the best that is known; "unknown" where nothing is."""
    best = next(iter(workload.changes), None)
    if best is None:
        return "unknown"
    return size(best.bytes_per_day) + (" shared" if best.shared_by > 1 else "")
