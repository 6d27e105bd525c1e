"""Hardware that is bought anew every few years, its maintenance, shared storage, and backup as it is today."""

from collections.abc import Iterator, Sequence

from estate.records.cost import CostLine, NotPriced
from migration.costing.base import Case, Found, Kind, Subject, line
from migration.costing.figure import Figure, number


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        if case.own_today(subject):
            yield from _parts(case, subject)


def _parts(case: Case, subject: Subject) -> Iterator[Found]:
    bought = _bought(case, subject)
    name = "its part of a host" if subject.virtual is not False else "a server of its own"
    years = case.assumed("hardware_years")
    yield line(
        subject.id, f"{name}, bought anew every few years", "on-premises", "hardware", bought.over(years),
        part="refresh", capital=True,
    )  # fmt: skip
    support = bought * case.assumed("hardware_support_share")
    yield line(subject.id, "maintenance of hardware", "on-premises", "hardware", support, part="support")
    if subject.held_gib is None:
        yield NotPriced(subject=subject.id, what="its storage today", why="how large its disks are is not known")
        return
    disks = number(round(subject.held_gib, 1), "GiB") * case.assumed("storage_gbp_per_gib")
    yield line(subject.id, "storage", "on-premises", "storage", disks)
    data = subject.data(case.assumptions)
    if data is not None:
        backup = data * case.assumed("backup_gbp_per_gib")
        yield line(subject.id, "backup as it is today", "on-premises", "backup", backup)


def _bought(case: Case, subject: Subject) -> Figure:
    """What its hardware costs once. Where nothing tells what it is: a host's part, or as much as one of its own."""
    part = case.assumed("host_gbp").over(case.assumed("servers_per_host"))
    own = case.assumed("hardware_gbp")
    if subject.virtual is None:
        amount = part.amount.model_copy(update={"high": max(part.amount.high, own.amount.high)})
        return Figure(amount, part.text, (*part.keys, *own.keys))
    return part if subject.virtual else own


KIND = Kind("hardware", _reckon)
