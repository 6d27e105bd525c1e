"""What is paid twice: Azure from when the target is built to the move, and the old server while it soaks.

Days are supposed alike for every server; a plan with days counts them by its windows instead.
"""

from collections.abc import Iterator, Sequence

from estate.records.cost import NOTHING, Amount, CostLine
from migration.costing.base import Case, Found, Kind, line
from migration.costing.figure import number, pounds

_YEAR = 365


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    yearly: dict[tuple[str, str], Amount] = {}
    for one in so_far:
        if one.nature == "annual":
            key = (one.subject, one.side)
            yearly[key] = yearly.get(key, NOTHING) + one.amount
    for subject in case.moving:
        for side, days, what, part in (
            ("azure", "business.build_days", "Azure before it moves", "build"),
            ("on-premises", "business.soak_days", "the old server while it soaks", "soak"),
        ):
            total = yearly.get((subject.id, side), NOTHING)
            if total.high > 0:
                figure = pounds(total, "a year").over(number(_YEAR, "days")) * case.assumed(days)
                yield line(
                    subject.id, what, "move", "dual running", figure, part=part, source="the lines of that side", once=True
                )  # fmt: skip


KIND = Kind("dual-running", _reckon, rank=20)
