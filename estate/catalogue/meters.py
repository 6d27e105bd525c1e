"""What has a price: the name of each meter, and the unit that it is priced by."""

from collections.abc import Collection, Iterable
from functools import cache

from estate.catalogue import databases, disks
from estate.catalogue.prices import book
from estate.catalogue.sizes import sizes

TERMS = {1: "reserved-1y", 3: "reserved-3y"}
"""Years of a reservation, and the end of its meter."""
COUNCILS_OWN = {
    "licence/sql-server/core-year": "core-year",
    "licence/windows-server/core-year": "core-year",
    "licence/rhel/server-year": "server-year",
    "licence/sles/server-year": "server-year",
    "network/link": "month",
}
"""What no public list prices for a council: its own agreements, and its line to Azure."""
OF_A_SERVER = ("today", "repurchase")
"""`today/SERVER`: all that a server costs where it runs now. `repurchase/SERVER`: the service bought in its place."""


@cache
def units() -> dict[str, str]:
    """Every meter that is not of one server of the council's, with its unit."""
    found = {meter: entry.unit for meter, entry in book().prices.items()}
    for sku in sizes():
        found |= {f"vm/{sku}": "hour", f"vm/{sku}/windows": "hour"}
        found |= {f"vm/{sku}/{term}": "year" for term in TERMS.values()}
    found |= {f"disk/{one.kind}/{one.tier}": "disk-month" for one in disks.table().tiers}
    for service in ("postgresql", "mysql"):
        burstable = (one.sku for one in databases.table().sizes if one.tier == "Burstable")
        found |= {f"{service}/Burstable/{sku}": "hour" for sku in burstable}
    return found | COUNCILS_OWN


def unit_of(meter: str) -> str | None:
    """The unit of a meter; None for what is none. The server that a meter names is not looked up here."""
    kind, _, server = meter.partition("/")
    return "year" if kind in OF_A_SERVER and server else units().get(meter)


def server_of(meter: str) -> str | None:
    """The server that a meter is of, as `db01` in `today/db01`; None for all other meters."""
    kind, _, server = meter.partition("/")
    return server if kind in OF_A_SERVER and server else None


def near(servers: Collection[str]) -> Iterable[str]:
    """Every meter that could be meant, of these servers too."""
    return (*units(), *(f"{kind}/{server}" for kind in OF_A_SERVER for server in servers))
