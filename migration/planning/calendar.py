"""Windows as dates: recurring and single ones laid out in Europe/London, minutes true on the nights when clocks change."""

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from estate.documents.words import LONDON, day, financial_year
from estate.errors import UsageError
from migration.planner.problem import Window
from migration.planning.file import LAST, WEEKDAYS, Blackout, Planning, WindowRule

SUPPOSED_AHEAD = timedelta(days=28)
"""Where no windows are given, the first one that is supposed lies so far ahead: people need notice."""
SUPPOSED_MINUTES = 600
"""How long a supposed window is, where only its length counts: for what goes over the link."""
SATURDAY = 5


@dataclass(frozen=True)
class Slot:
    """One window as a date. `start` and `end` are instants; None where nobody gave windows and days are supposed."""

    day: date
    start: datetime | None
    end: datetime | None

    @property
    def id(self) -> str:
        """Its day: `2027-01-16`."""
        return self.day.isoformat()

    @property
    def minutes(self) -> int:
        """How long it truly is."""
        if self.start is None or self.end is None:
            return SUPPOSED_MINUTES
        return int((self.end - self.start) / timedelta(minutes=1))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, in London, on which any of it lies."""
        if self.start is None or self.end is None:
            return self.day, self.day
        last = (self.end - timedelta(seconds=1)).astimezone(LONDON).date()
        return self.day, max(self.day, last)

    def window(self, today: date) -> Window:
        """As a planner counts it, from `today`."""
        nights = (self.days[1] - self.day).days
        return Window(self.id, (self.day - today).days, self.minutes, financial_year(self.day), nights)


def slots(planning: Planning, now: datetime) -> list[Slot]:
    """Every window that begins after `now` and within the horizon, in order, one a day: the longer one counts.

    Empty where planning.toml gives none (`supposed` then says on which days to plan). Raises `UsageError` for a single
    window at a time of the clock that is skipped in March, two single ones on a day, and where all are past.
    """
    if not planning.window:
        return []
    today = now.astimezone(LONDON).date()
    until = months_on(today, planning.horizon_months)
    found: dict[date, Slot] = {}
    for slot in _recurring(planning.window, today, until):
        known = found.get(slot.day)
        if slot.minutes > 0 and (known is None or slot.minutes > known.minutes):
            found[slot.day] = slot
    seen: set[date] = set()
    for rule in planning.window:
        if rule.day is None:
            continue
        if rule.day in seen:
            raise UsageError(f"planning.toml gives two windows on {day(rule.day)}", "make one of them")
        seen.add(rule.day)
        _refuse_skipped(rule)
        if rule.day <= until:
            found[rule.day] = _slot(rule, rule.day)
    ahead = [slot for _, slot in sorted(found.items()) if slot.start is not None and slot.start > now]
    if not ahead:
        raise UsageError(
            f"no window of planning.toml begins between now and {day(until)}",
            "give later windows, or a longer horizon_months",
        )
    return ahead


def hidden(planning: Planning, now: datetime) -> tuple[date, ...]:
    """The days within the horizon on which two windows of planning.toml fall: the shorter one does not count there.

    A window given for a day takes the place of one that recurs: that is what it is given for.
    """
    today = now.astimezone(LONDON).date()
    single = {rule.day for rule in planning.window}
    days = Counter(
        slot.day for slot in _recurring(planning.window, today, months_on(today, planning.horizon_months))
    )
    return tuple(sorted(on for on, number in days.items() if number > 1 and on not in single))


def supposed(today: date, count: int) -> list[Slot]:
    """So many weekly Saturdays from four weeks ahead, for a council that has given no windows. They have no times."""
    first = today + SUPPOSED_AHEAD
    first += timedelta(days=(SATURDAY - first.weekday()) % 7)
    return [Slot(first + timedelta(weeks=week), None, None) for week in range(count)]


def instant(on: date, at: time) -> datetime:
    """The instant at which clocks in London show that time. Skipped in March: the instant of the change; twice in
    October: the first."""
    local = datetime.combine(on, at, LONDON)
    there = local.astimezone(UTC)
    if there.astimezone(LONDON).replace(tzinfo=None) == local.replace(tzinfo=None):
        return there
    # A time that does not exist: counted as before the change, it lies just before it.
    change = local.replace(fold=1).astimezone(UTC).replace(second=0, microsecond=0)
    while change.astimezone(LONDON).utcoffset() != there.astimezone(LONDON).utcoffset():
        change += timedelta(minutes=1)
    return change


def months_on(start: date, months: int) -> date:
    """So many months later, on the same day or the last one of a shorter month."""
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def within(slot: Slot, first: date, last: date) -> bool:
    """Whether any of the window lies on the days from `first` to `last`."""
    begins, ends = slot.days
    return begins <= last and ends >= first


def blacked_out(found: Sequence[Slot], blackout: Blackout) -> frozenset[str]:
    """The ids of the windows that touch a blackout."""
    return frozenset(slot.id for slot in found if within(slot, blackout.first, blackout.last))


def _recurring(rules: Iterable[WindowRule], today: date, until: date) -> Iterator[Slot]:
    for rule in rules:
        if rule.every is None:
            continue
        first = max(today, rule.first or today)
        last = min(until, rule.last or until)
        on = first + timedelta(days=(WEEKDAYS.index(rule.every) - first.weekday()) % 7)
        while on <= last:
            of_month = {(on.day - 1) // 7 + 1, *([LAST] if (on + timedelta(weeks=1)).month != on.month else [])}
            if not rule.of_month or of_month.intersection(rule.of_month):
                yield _slot(rule, on)
            on += timedelta(weeks=1)


def _slot(rule: WindowRule, on: date) -> Slot:
    ends = on if rule.end > rule.start else on + timedelta(days=1)
    return Slot(on, instant(on, rule.start), instant(ends, rule.end))


def _refuse_skipped(rule: WindowRule) -> None:
    """A single window was meant for one day: on the day of the change, a person must say which hour."""
    if rule.day is None:
        return
    ends = rule.day if rule.end > rule.start else rule.day + timedelta(days=1)
    for on, at in ((rule.day, rule.start), (ends, rule.end)):
        local = datetime.combine(on, at, LONDON)
        if local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise UsageError(
                f"planning.toml: {at:%H:%M} on {day(on)} does not exist, as the clocks go forward that night",
                "choose another hour",
            )
