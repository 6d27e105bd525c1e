"""A part of what moving costs, for what nobody thought of."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

from estate.records.cost import NOTHING, CostLine
from migration.costing.base import ESTATE, Case, Found, Kind, line
from migration.costing.figure import pounds


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    total = reduce(add, (one.amount for one in so_far if one.side == "move"), NOTHING)
    if total.high > 0:
        figure = pounds(total, "of moving") * case.assumed("contingency")
        yield line(ESTATE, "contingency", "move", "contingency", figure, source="the lines of moving", once=True)


KIND = Kind("contingency", _reckon, rank=30)
