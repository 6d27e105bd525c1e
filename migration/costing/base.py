"""What a kind of cost is a function of, and what it gives."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from estate.catalogue.price_lists import Prices
from estate.catalogue.prices import Price
from estate.records.assessment import Assessment, Disposition, ManagedDatabase, Size
from estate.records.cost import Amount, Category, CostLine, NotPriced
from estate.records.facts.hardware import Hardware
from estate.records.facts.os import Os
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from migration.costing.assumptions import Assumptions
from migration.costing.figure import Figure, assumed, number, priced

ESTATE = "estate"
"""The subject of what all servers share."""
GIB = 1024**3
MOVES = frozenset({Disposition.REHOST, Disposition.RELOCATE, Disposition.REPLATFORM, Disposition.REFACTOR})
STAYS = frozenset({Disposition.RETAIN, None})
_CLOUDS = ("aws-", "azure", "gcp")
_BARE = ("none", "physical")


@dataclass(frozen=True)
class Subject:
    """One server, with what should become of it."""

    facts: ServerFacts
    assessment: Assessment | None
    workloads: tuple[Workload, ...]
    """The council's own on it."""

    @property
    def server(self) -> Server:
        """The server itself."""
        return self.facts.server

    @property
    def id(self) -> str:
        """Its name."""
        return self.server.id

    @property
    def disposition(self) -> Disposition | None:
        """None where nobody has said yet."""
        return self.assessment.disposition if self.assessment else None

    @property
    def moves(self) -> bool:
        """Whether something of it will run in Azure."""
        return self.disposition in MOVES

    @property
    def stays(self) -> bool:
        """Whether it costs on-premises what it costs now: it is retained, or nobody has decided."""
        return self.disposition in STAYS

    @property
    def size(self) -> Size | None:
        """What it needs in Azure; None where it does not move or that is not known."""
        return self.assessment.size if self.assessment and self.moves else None

    @property
    def database(self) -> ManagedDatabase | None:
        """The managed database that takes the machine's place; None where a machine is built."""
        found = self.size.database if self.size else None
        as_it_is = self.disposition in (Disposition.REHOST, Disposition.RELOCATE)
        return found if found and found.instead and not as_it_is else None

    @property
    def machine(self) -> Size | None:
        """The virtual machine that is built; None where there is none, or it is not known."""
        return None if self.database else self.size

    @property
    def in_a_cloud(self) -> bool:
        """Whether it runs in a cloud already, and costs nothing in the council's own room."""
        return self.server.managed or (self.server.platform or "").startswith(_CLOUDS)

    @cached_property
    def virtual(self) -> bool | None:
        """Whether it is a virtual machine; None where nothing tells."""
        if self.server.platform:
            return self.server.platform not in _BARE
        os = self.facts.get("os", Os)
        if os is not None and os.virtualisation:
            return os.virtualisation not in _BARE
        hardware = self.facts.get("hardware", Hardware)
        return (hardware.chassis == 1) if hardware is not None and hardware.chassis else None

    @property
    def held_gib(self) -> float | None:
        """GiB that its disks hold or could hold: all of them."""
        return None if self.server.disk_bytes is None else self.server.disk_bytes / GIB

    def data(self, assumptions: Assumptions) -> Figure | None:
        """GiB of data on it: as read, else the part of its disks that is assumed to be used; None where neither is known."""
        used = self.server.disk_used_bytes
        if used is not None:
            return number(round(used / GIB, 1), "GiB used")
        if self.held_gib is None:
            return None
        return number(round(self.held_gib, 1), "GiB") * assumed(assumptions.number("used_share"))


@dataclass(frozen=True)
class Case:
    """All that a kind of cost may look at."""

    subjects: tuple[Subject, ...]
    """The servers that are to be left."""
    prices: Prices
    assumptions: Assumptions
    asked: set[str] = field(default_factory=set)
    """Meters whose price a kind of cost has asked for so far."""

    def price(self, meter: str) -> Price | None:
        """The price of one meter; None where there is none."""
        self.asked.add(meter)
        return self.prices.price(meter)

    def assumed(self, key: str, unit: str = "") -> Figure:
        """One assumption as a figure."""
        return assumed(self.assumptions.number(key), unit)

    @property
    def moving(self) -> tuple[Subject, ...]:
        """Those that will run in Azure and whose size is known."""
        return tuple(one for one in self.subjects if one.size is not None)

    @property
    def a_year(self) -> Figure:
        """Hours in a year of a machine that runs all the time."""
        return self.assumed("hours_a_month", "hours") * number(12)

    def own_today(self, subject: Subject) -> bool:
        """Whether its cost today is made up of parts, and not given as a whole."""
        return not (
            subject.in_a_cloud
            or self.price(f"today/{subject.id}")
            or self.assumptions.given("on_premises_total") is not None
        )


Found = CostLine | NotPriced
Reckon = Callable[[Case, Sequence[CostLine]], Iterator[Found]]


@dataclass(frozen=True)
class Kind:
    """One kind of cost. Those of a higher `rank` come later, and see the lines so far."""

    id: str
    reckon: Reckon
    rank: int = 10


def line(
    subject: str,
    what: str,
    side: Literal["on-premises", "azure", "move"],
    category: Category,
    figure: Figure,
    *,
    part: str = "",
    price: Price | None = None,
    source: str = "",
    capital: bool = False,
    once: bool = False,
) -> CostLine:
    """One line: its amount is what `figure` comes to, to the penny. `part` tells lines of one category apart."""
    amount = figure.amount
    return CostLine(
        id="/".join(one for one in (side, category.replace(" ", "-"), subject, part) if one),
        subject=subject,
        what=what,
        side=side,
        category=category,
        nature="one-off" if once else "annual",
        accounting="capital" if capital else "revenue",
        amount=Amount(low=round(amount.low, 2), likely=round(amount.likely, 2), high=round(amount.high, 2)),
        reckoning=figure.text,
        source=price.source if price else source or "assumptions",
        priced_at=price.dated if price else None,
        note=price.note if price else "",
        assumptions=figure.keys,
    )


def charge(
    case: Case,
    subject: str,
    meter: str,
    quantity: Figure,
    what: str,
    category: Category,
    part: str = "",
    otherwise: str = "",
) -> Found:
    """A line in Azure for so much of a meter a year, or that it has no price. `otherwise` says how it would get one."""
    price = case.price(meter)
    if price is None:
        how = otherwise or f"no list has {meter}: give it in rates.toml, or run `decant costs refresh`"
        return NotPriced(subject=subject, what=what, why=how)
    return line(subject, what, "azure", category, quantity * priced(price), part=part, price=price)
