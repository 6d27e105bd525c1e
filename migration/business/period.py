"""The years over which a case is reckoned: financial years, and the part of each that some days are."""

from dataclasses import dataclass
from datetime import date, timedelta

from estate.documents.words import APRIL, financial_year


@dataclass(frozen=True)
class Year:
    """A financial year, or what is left of it. `until` is the first day after it."""

    first: date
    until: date
    length: int
    """Days of the whole financial year: 365 or 366."""

    @property
    def name(self) -> str:
        """2026/27."""
        return financial_year(self.first)

    def part(self, first: date, until: date) -> float:
        """Which part of a whole financial year lies both in these days (`until` not among them) and in this one."""
        return max(0, (min(until, self.until) - max(first, self.first)).days) / self.length


@dataclass(frozen=True)
class Period:
    """From the day of the case to the end of a financial year. What was paid before is sunk, and left out."""

    years: tuple[Year, ...]

    @property
    def first(self) -> date:
        """The first day."""
        return self.years[0].first

    @property
    def until(self) -> date:
        """The first day after it."""
        return self.years[-1].until

    def holding(self, day: date) -> int | None:
        """The place of the year in which a day lies; None outside of the period."""
        return next((place for place, year in enumerate(self.years) if year.first <= day < year.until), None)


def period(first: date, last: date) -> Period:
    """From `first` to the end of the financial year of `last`, which is `first` at the earliest."""
    last = max(first, last)
    found = []
    begins = first
    while begins <= last:
        new_year = _new_year(begins)
        length = (new_year - new_year.replace(year=new_year.year - 1)).days
        found.append(Year(begins, new_year, length))
        begins = new_year
    return Period(tuple(found))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def days_after(day: date, days: int) -> date:
    """So many days later."""
    return day + timedelta(days=days)


def _new_year(day: date) -> date:
    """The first 1 April after a day."""
    return date(day.year + (day.month >= APRIL), APRIL, 1)
