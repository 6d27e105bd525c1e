"""Which servers a plan does not empty though they are to move, or nobody has decided on them."""

from collections.abc import Collection, Iterable, Sequence

from estate.documents.paper.matter import CANNOT
from estate.documents.words import count, some
from estate.records.assessment import Assessment
from estate.records.plan import Plan
from migration.assess import MOVING

_FEW = 4


def without_wave(plans: Sequence[Plan], assessments: Iterable[Assessment], legacy: Collection[str]) -> list[str]:
    """Those of the `legacy` servers; none where there is no plan yet."""
    if not plans:
        return []
    moves = {move.workload.partition("/")[0] for plan in plans for wave in plan.waves for move in wave.moves}
    stuck = {
        name.partition("/")[0] for plan in plans for name, why in plan.not_moving.items() if why.startswith(CANNOT)
    }
    meant = {one.server for one in assessments if one.disposition is None or one.disposition in MOVING}
    return sorted(((meant & set(legacy)) - moves) | stuck)


def told(servers: Sequence[str]) -> str:
    """In words, for the line of the plan; nothing where there is none."""
    if not servers:
        return ""
    are = "is" if len(servers) == 1 else "are"
    return f"{count(len(servers), 'server')} to move or undecided {are} in no wave: {some(servers, _FEW)}"
