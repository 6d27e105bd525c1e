"""What leaves Azure, the ways in and out that all servers share, and the line to Azure."""

from collections.abc import Iterator, Sequence

from estate.documents.words import count
from estate.records.cost import CostLine
from migration.costing.base import ESTATE, Case, Found, Kind, charge
from migration.costing.figure import Figure, number

FREE_GB = 100
"""A month, of each account."""


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    servers = len(case.moving)
    if not servers:
        return
    each = case.assumed("egress_gb", "GB")
    amount = each.amount * servers
    low, likely, high = (max(0.0, one - FREE_GB) for one in (amount.low, amount.likely, amount.high))
    beyond = Figure(
        amount.model_copy(update={"low": low, "likely": likely, "high": high}),
        f"({each.text} × {servers} − {FREE_GB} free)" if likely else "0 GB beyond what is free",
        each.keys,
    )
    what = f"data out of Azure, of {count(servers, 'server')}"
    yield charge(case, ESTATE, "egress", beyond * number(12, "months"), what, "network", "egress")
    yield charge(case, ESTATE, "nat-gateway", case.a_year, "NAT gateway", "network", "nat")
    yield charge(
        case, ESTATE, "bastion/Basic", case.a_year, "Bastion, to administer servers", "network", "bastion"
    )
    what = "the line to Azure: a VPN gateway or ExpressRoute"
    why = "only your supplier has its price: give network/link in rates.toml, by the month"
    yield charge(case, ESTATE, "network/link", number(12, "months"), what, "network", "link", why)


KIND = Kind("network", _reckon)
