"""What a business case is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from estate.records.assessment import Assessment
from estate.records.business_case import MonthOfWork
from estate.records.cost import CostLine, Costs
from estate.records.plan import Plan
from migration.business.exposure import exposure, first_days
from migration.business.extended import Bounds, Sold, lines, sold
from migration.business.moving import bought, laid
from migration.business.period import Period, days_after, period, years_after
from migration.business.reckon import Account
from migration.business.terms import Terms
from migration.business.ways import Roadmap, Way, server_of


@dataclass(frozen=True)
class Given:
    """All of it. `on` is the day of the case: year 0 begins with it."""

    costs: Costs
    plan: Plan
    assessments: Sequence[Assessment]
    on: date
    terms: Terms = field(default_factory=Terms)
    contracts: Mapping[str, date] = field(default_factory=dict)
    """By server, the day on which its contract ends."""
    authorities: Mapping[str, str] = field(default_factory=dict)
    """By server, the authority that it belongs to."""
    pays: Mapping[str, float] = field(default_factory=dict)
    """By partner authority, the part that it pays of what moving its servers costs."""
    budgets: Mapping[str, int] = field(default_factory=dict)
    """By financial year, what its moves may cost the council once, in pounds."""
    council: str = "the council"
    people: Sequence[MonthOfWork] = ()

    def with_people(self, people: Sequence[MonthOfWork]) -> "Given":
        """The same, with who works when."""
        return replace(self, people=people)

    @cached_property
    def roadmap(self) -> Roadmap:
        """The plan in days."""
        return Roadmap(self.plan, self.assessments, self.on, self.terms, bought(self.costs, self.assessments))

    @cached_property
    def over(self) -> Period:
        """From the day of the case to the end of the financial year in which the appraisal ends."""
        return self.over_years(self.terms.appraisal_years)

    def over_years(self, years: int) -> Period:
        """The same, for so many years after the last wave."""
        return period(self.on, years_after(max(self.on, self.roadmap.last), years))

    @cached_property
    def refresh_on(self) -> date:
        """When hardware that stays has to be bought anew."""
        return self.terms.refresh_on or years_after(self.on, self.terms.refresh_in_years)

    @cached_property
    def ends(self) -> Mapping[str, date]:
        """By server, its first day out of support."""
        return first_days(self.assessments)

    @cached_property
    def sold(self) -> Sequence[Sold]:
        """Where extended support is for sale in the period."""
        return sold(self.assessments, (self.over.first, self.over.until))

    @cached_property
    def _extended(self) -> tuple[Sequence[CostLine], Bounds]:
        return lines(self.sold, self.terms)

    @cached_property
    def lines(self) -> Sequence[CostLine]:
        """The cost lines, contingency laid at what it is for, and the extended support that has a price."""
        return (*laid(self.costs.lines), *self._extended[0])

    def account(self, way: Way, over: Period | None = None) -> Account:
        """How the lines fall in one way of acting."""
        return Account(way, over or self.over, self.refresh_on, self._extended[1])

    @cached_property
    def pressing(self) -> frozenset[str]:
        """The servers that are out of support or will be within half a year, or whose contract ends in the period."""
        soon = days_after(self.on, 180)
        late = {server for server, end in self.ends.items() if end <= soon}
        return frozenset(late | {server for server, end in self.contracts.items() if end < self.over.until})

    @cached_property
    def without_wave(self) -> frozenset[str]:
        """The servers that have a price for moving, and neither a wave nor are they retired."""
        planned = self.roadmap.way()
        priced = {server_of(line.subject) for line in self.costs.lines if line.side == "move"}
        return frozenset((priced & planned.servers) - planned.days.keys() - planned.gone.keys())

    def exposure(self, way: Way) -> int | None:
        """The days that servers run out of support, summed; None where the end of no support is known."""
        return exposure(self.ends, way, self.over) if self.ends else None
