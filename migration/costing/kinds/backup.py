"""Azure Backup of machines: for each 500 GB begun, and for what is kept."""

import math
from collections.abc import Iterator, Sequence

from estate.records.cost import CostLine, NotPriced
from migration.costing.base import Case, Found, Kind, charge
from migration.costing.figure import number

_SMALL, _EACH = 50, 500
"""GB: up to which a machine is charged as a small one, and for which of the larger ones it is charged once."""


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        if subject.machine is None:
            continue
        data = subject.data(case.assumptions)
        if data is None:
            yield NotPriced(
                subject=subject.id, what="its backup", why="how much it holds is not known: read it, or import it"
            )
            continue
        held = data.amount.likely
        meter, times = ("backup/vm/50", 1) if held <= _SMALL else ("backup/vm/500", math.ceil(held / _EACH))
        months = number(12, "months") * number(times) if times > 1 else number(12, "months")
        yield charge(
            case, subject.id, meter, months, f"backup of a machine with {held:,.0f} GiB", "backup", "machine"
        )
        copies = str(case.assumptions.choice("backup_copies"))
        kept = data * (number(1) + case.assumed("change_rate", "a day") * case.assumed("backup_days"))
        kept = kept.resting_on("backup_copies")
        yield charge(
            case,
            subject.id,
            f"backup/storage/{copies}",
            kept * number(12, "months"),
            "what backups keep",
            "backup",
            "kept",
        )


KIND = Kind("backup", _reckon)
