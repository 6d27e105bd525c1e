"""People's days for each server, by what becomes of it."""

from collections.abc import Iterator, Sequence

from estate.records.assessment import Disposition
from estate.records.cost import CostLine, NotPriced
from migration.costing.base import Case, Found, Kind, line


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        what = subject.disposition
        if what is None:
            why = (
                "it was not assessed: run `decant assess`"
                if subject.assessment is None
                else "nobody has said what becomes of it"
            )
            yield NotPriced(subject=subject.id, what="moving it, and what it would cost in Azure", why=why)
        elif what is not Disposition.RETAIN:
            engineer = case.assumed(f"engineer_days_{what.value}", "days")
            tester = case.assumed(f"tester_days_{what.value}", "days")
            yield line(
                subject.id, f"engineer, to {what.value} it", "move", "people",
                engineer * case.assumed("day_rate_engineer"), part="engineer", once=True,
            )  # fmt: skip
            yield line(
                subject.id, "somebody of the service, to try it", "move", "people",
                tester * case.assumed("day_rate_tester"), part="tester", once=True,
            )  # fmt: skip
            share = (
                (engineer + tester) * case.assumed("manager_share", "of a day") * case.assumed("day_rate_manager")
            )
            yield line(subject.id, "planning and reporting", "move", "people", share, part="manager", once=True)


KIND = Kind("people", _reckon)
