"""Licences: Windows and SQL Server in Azure, and what the council says that it pays today."""

from collections.abc import Iterator, Sequence

from estate.catalogue.prices import Price
from estate.documents.words import count, pounds
from estate.records.assessment import Disposition, Size
from estate.records.cost import CostLine, NotPriced
from migration.costing.base import ESTATE, Case, Found, Kind, Subject, charge, line
from migration.costing.figure import Figure, number, priced

_WINDOWS_CORES, _SQL_CORES = 8, 4
"""The least that Microsoft licenses of one virtual machine."""
_WINDOWS = "licence/windows-server/core-year"
_LINUX = {"rhel": "licence/rhel/server-year", "sles": "licence/sles/server-year"}


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    if any(case.own_today(one) for one in case.subjects):
        yield NotPriced(
            subject=ESTATE,
            what="licences that you pay for today, as VMware, Windows Server and SQL Server",
            why="only your agreements have their price: give on_premises_total in assumptions.toml, or today/SERVER",
        )
    for subject in case.subjects:
        if subject.size is not None and not subject.facts.observations:
            yield NotPriced(
                subject=subject.id,
                what="licences of what runs on it",
                why="nobody has read it: SQL Server and other licences may come on top",
            )
        if subject.disposition is Disposition.REPURCHASE:
            yield _bought(case, subject.id)
        size = subject.machine
        if size is None:
            continue
        if subject.server.is_windows:
            yield _windows(case, subject, size)
        if any(one.kind == "sqlserver" for one in subject.workloads):
            yield _own(
                case, subject, "SQL Server", "licence/sql-server/core-year", max(_SQL_CORES, size.vcpus), "sql"
            )
        meter = _LINUX.get(subject.server.os_id or "")
        if meter is not None:
            yield _own(
                case,
                subject,
                f"subscription of {subject.server.os_name or subject.server.os_id}",
                meter,
                1,
                "linux",
            )


def _windows(case: Case, subject: Subject, size: Size) -> Found:
    if case.assumptions.choice("windows_hybrid_benefit"):
        cores = max(_WINDOWS_CORES, size.vcpus)
        found = _own(case, subject, "Windows Server, own licences", _WINDOWS, cores, "windows")
        return (
            found.model_copy(update={"assumptions": ("windows_hybrid_benefit",)})
            if isinstance(found, CostLine)
            else found
        )
    return _windows_by_the_hour(case, subject, size)


def _windows_by_the_hour(case: Case, subject: Subject, size: Size) -> Found:
    price = case.price(f"vm/{size.sku}/windows")
    quantity: Figure = case.a_year
    if price is None:
        price = case.price("windows/burstable/vcpu" if size.burstable else "windows/vcpu")
        quantity = case.a_year * number(size.vcpus, "vCPUs")
    if price is None:
        return NotPriced(subject=subject.id, what="Windows Server", why=f"no list has vm/{size.sku}/windows")
    figure = (quantity * priced(price)).resting_on("windows_hybrid_benefit")
    return line(
        subject.id, "Windows Server, by the hour", "azure", "licences", figure, part="windows", price=price
    )


def left_out(case: Case) -> Iterator[str]:
    """What `windows_hybrid_benefit` takes out of the costs while nothing takes its place: own licences have no price."""
    if not case.assumptions.choice("windows_hybrid_benefit") or case.price(_WINDOWS):
        return
    found = [
        _windows_by_the_hour(case, one, one.machine)
        for one in case.subjects
        if one.machine and one.server.is_windows
    ]
    less = sum(one.amount.likely for one in found if isinstance(one, CostLine))
    if found:
        yield (
            f"windows_hybrid_benefit takes {pounds(less)} a year out of Azure, for {count(len(found), 'server')} with"
            f" Windows, and your own licences have no price: give {_WINDOWS} in rates.toml"
        )


def _own(case: Case, subject: Subject, what: str, meter: str, cores: int, part: str) -> Found:
    price: Price | None = case.price(meter)
    if price is None:
        return NotPriced(
            subject=subject.id, what=what, why=f"only your agreement has its price: give {meter} in rates.toml"
        )
    unit = "server" if meter.endswith("server-year") else "cores"
    return line(subject.id, what, "azure", "licences", number(cores, unit) * priced(price), part=part, price=price)


def _bought(case: Case, server: str) -> Found:
    """The service that is bought in a server's place."""
    meter = f"repurchase/{server}"
    why = f"only its supplier has its price: give {meter} in rates.toml, by the year"
    what = "the service that is bought in its place"
    return charge(case, server, meter, number(1, "year"), what, "licences", "repurchase", why)


KIND = Kind("licences", _reckon)
