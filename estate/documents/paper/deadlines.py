"""The appendix of deadlines: when contracts and support end, by server, by product and by month.

The paper's tables and the workbook's sheets are made of the same rows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Column, Section, Table
from estate.documents.paper.tables import month, shortened
from estate.documents.words import count, day
from estate.records.assessment import Disposition

_LEFT: Mapping[Disposition | None, str] = {
    Disposition.RETAIN: "it stays",
    Disposition.REPURCHASE: "to be replaced",
    Disposition.RETIRE: "to be switched off",
}
"""What stands for the day of a server that is in no wave."""


@dataclass(frozen=True)
class OfServer:
    """When a server's contract and the first of its support end, and when it is left."""

    server: str
    owner: str
    """Empty where nobody is named."""
    contract: date | None
    product: str
    """The product whose support ends first; empty where no end is known."""
    support: date | None
    left: date | None
    instead: str
    """What is said where there is no day on which it is left."""

    @property
    def soonest(self) -> date:
        """The first of both."""
        return min((on for on in (self.contract, self.support) if on), default=date.max)


@dataclass(frozen=True)
class OfProduct:
    """A product that is past its support, or soon will be, or of which it is not known."""

    product: str
    status: str
    until: date | None
    servers: int


def by_server(matter: Matter) -> tuple[OfServer, ...]:
    """Every legacy server, the first to end at the top."""
    support = {one.server: [s for s in one.support if s.until or s.ends] for one in matter.assessed}
    found = []
    for one in matter.legacy:
        first = min(support.get(one.id, ()), key=lambda s: s.until or s.ends or date.max, default=None)
        found.append(
            OfServer(
                server=one.id,
                owner=one.owner or "",
                contract=one.contract_end,
                product=first.name if first else "",
                support=(first.until or first.ends) if first else None,
                left=matter.last_day.get(one.id),
                instead=_LEFT.get(matter.without_move.get(one.id), "no day yet"),
            )
        )
    return tuple(sorted(found, key=lambda row: (row.soonest, row.server)))


def by_product(matter: Matter) -> tuple[OfProduct, ...]:
    """Every product whose support has ended, ends soon or is not known, the first to end at the top."""
    held: dict[tuple[date, str, str], set[str]] = defaultdict(set)
    for one in matter.assessed:
        for s in one.support:
            if s.status != "supported":
                held[s.until or s.ends or date.max, s.name, s.status].add(one.server)
    return tuple(
        OfProduct(name, status, None if until == date.max else until, len(servers))
        for (until, name, status), servers in sorted(held.items(), key=lambda pair: pair[0])
    )


def section(matter: Matter) -> Section:
    """When contracts and support end: by server, and in the public edition by month and product."""
    parts = [*_by_month(matter), _products(matter)] if matter.public else [_servers(matter), _products(matter)]
    return Section(id="deadlines", title="Deadlines of contracts and support", blocks=tuple(parts))


def _by_month(matter: Matter) -> list[Table]:
    ends: dict[str, int] = defaultdict(int)
    for one in matter.legacy:
        if one.contract_end:
            ends[f"{one.contract_end:%Y-%m}"] += 1
    if not ends:
        return []
    return [
        Table(
            caption="Contracts that end, by month",
            columns=(Column(title="Month", width=2), Column(title="Servers", number=True)),
            rows=tuple((month(text), str(number)) for text, number in sorted(ends.items())),
            source=f"Source: the inventory as of {day(matter.at)}. Covers {sum(ends.values())} of "
            f"{count(len(matter.legacy), 'server')}; of the others no contract is known.",
        )
    ]


def _servers(matter: Matter) -> Table:
    return shortened(
        Table(
            caption="Deadlines by server, the first to end at the top",
            columns=(
                Column(title="Server", width=1.4),
                Column(title="Owner", width=1.4),
                Column(title="Contract ends", width=1.3),
                Column(title="First support to end", width=1.9),
                Column(title="Planned to be left", width=1.3),
            ),
            rows=tuple(
                (
                    one.server,
                    one.owner or "nobody is named",
                    day(one.contract) if one.contract else "",
                    f"{one.product}: {day(one.support)}" if one.product else "",
                    day(one.left) if one.left else one.instead,
                )
                for one in by_server(matter)
            ),
            source=f"Source: the inventory and the assessment as of {day(matter.at)}. A dash: none is known.",
        ),
        "Deadlines",
    )


def _products(matter: Matter) -> Table:
    return shortened(
        Table(
            caption="Products whose support has ended, ends soon, or is not known",
            columns=(
                Column(title="Product", width=2.4),
                Column(title="Support", width=1.2),
                Column(title="Until", width=1.6),
                Column(title="Servers", width=0.8, number=True),
            ),
            rows=tuple((one.product, one.status, day(one.until), str(one.servers)) for one in by_product(matter)),
            source="Support that comes without paying, extensions for everyone included. The table’s date is in Appendix F.",
        ),
        "Support",
    )
