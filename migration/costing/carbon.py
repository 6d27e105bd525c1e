"""Carbon of electricity in use, on-premises and in Azure. Simple: no hardware made, no storage or network in Azure."""

from collections.abc import Iterator

from estate.records.cost import Amount, Carbon
from migration.costing.base import Case, Subject
from migration.costing.figure import Figure, number
from migration.costing.kinds.premises import drawn

_HOURS = 8760


def carbon(case: Case) -> Iterator[Carbon]:
    """Kilograms of CO2 equivalent a year of each server, on either side; None where that is not known."""
    sources = {case.assumptions.number(key).origin for key in ("grid_kg_per_kwh", "azure_watts_vcpu")}
    for subject in case.subjects:
        here, there = _here(case, subject), _there(case, subject)
        if here is None and there is None:
            continue
        sums = [f"{side}: {one.text}" for side, one in (("on-premises", here), ("Azure", there)) if one]
        yield Carbon(
            server=subject.id,
            on_premises_kg=_rounded(here),
            azure_kg=_rounded(there),
            reckoning="; ".join(sums),
            source="; ".join(sorted(sources)),
        )


def _here(case: Case, subject: Subject) -> Figure | None:
    if subject.in_a_cloud or subject.server.power == "off":
        return None
    return _emitted(case, drawn(case, subject) * case.assumed("pue"))


def _there(case: Case, subject: Subject) -> Figure | None:
    if subject.size is None:
        return None
    cpus = subject.database.vcores if subject.database else subject.size.vcpus
    return _emitted(
        case, number(cpus, "vCPUs") * case.assumed("azure_watts_vcpu", "watts") * case.assumed("azure_pue")
    )


def _emitted(case: Case, watts: Figure) -> Figure:
    factor = case.assumed("grid_kg_per_kwh") + case.assumed("grid_losses")
    return (watts * number(_HOURS, "hours") * factor).over(number(1000))


def _rounded(figure: Figure | None) -> Amount | None:
    if figure is None:
        return None
    one = figure.amount
    return Amount(low=round(one.low, 2), likely=round(one.likely, 2), high=round(one.high, 2))
