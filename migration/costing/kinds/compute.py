"""Virtual machines: by the hour, or reserved for one or three years."""

from collections.abc import Iterator, Sequence

from estate.catalogue.meters import TERMS
from estate.records.cost import CostLine, NotPriced
from migration.costing.base import GIB, Case, Found, Kind, Subject, charge, line
from migration.costing.figure import number, priced


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        if subject.moves and subject.size is None:
            yield NotPriced(
                subject=subject.id, what="everything that it would cost in Azure", why=_no_size(subject)
            )
        if subject.machine is not None:
            yield from _machine(case, subject, subject.machine.sku)


def _no_size(subject: Subject) -> str:
    server = subject.server
    if not server.cpus or not server.memory_bytes:
        return "its CPUs or memory are not known: read it with `decant discover`, or import them"
    has = f"{server.cpus} CPUs and {server.memory_bytes / GIB:,.0f} GiB"
    return f"no size of the catalogue is large enough for its {has}, or it was assessed before these were known"


def _machine(case: Case, subject: Subject, sku: str) -> Iterator[Found]:
    reserved = case.assumptions.number("reserved_years")
    years = int(reserved.amount.likely)
    if years:
        price = case.price(f"vm/{sku}/{TERMS[years]}")
        if price is not None:
            figure = (number(1, "machine") * priced(price)).resting_on(reserved.key)
            what = f"{sku}, reserved for {years} year{'s' if years > 1 else ''}"
            yield line(subject.id, what, "azure", "compute", figure, price=price)
            return
        yield NotPriced(
            subject=subject.id,
            what=f"what reserving {sku} for {years} years would save",
            why=f"no list has a reservation of it: it is reckoned by the hour; give vm/{sku}/{TERMS[years]} in rates.toml",
        )
    yield charge(
        case, subject.id, f"vm/{sku}", case.a_year.resting_on(reserved.key), f"{sku}, by the hour", "compute"
    )


KIND = Kind("compute", _reckon)
