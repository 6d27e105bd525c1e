"""Everything that is behind what is said of one server: its assessment, costs, risk and place in the plan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from estate.records.assessment import Assessment
from estate.records.cost import CostLine, Costs, NotPriced
from estate.records.plan import Plan, PlannedMove, Wave
from estate.records.risk import Risk
from estate.records.server import Server
from estate.records.workload import Workload
from estate.suggest import pick

if TYPE_CHECKING:
    from decant.app import App


@dataclass(frozen=True)
class Missing:
    """Something that nobody has made yet, and the command that makes it."""

    what: str
    command: str


@dataclass(frozen=True)
class Placed:
    """One workload's place in the plan: its wave, or why it does not move."""

    workload: str
    wave: Wave | None
    move: PlannedMove | None
    why: str


@dataclass(frozen=True)
class Why:
    """What is stored of one server. None, and empty, where it is not there; `missing` then says what makes it."""

    server: Server
    assessment: Assessment | None
    risk: Risk | None
    costs: tuple[CostLine, ...]
    unpriced: tuple[NotPriced, ...]
    places: tuple[Placed, ...]
    missing: tuple[Missing, ...]


def why(app: "App", name: str) -> Why:
    """Read what is stored of the server of that name. Raises `UsageError` where there is none."""
    store = app.store
    servers = {one.id: one for one in store.all(Server)}
    server = servers[pick("server", name, servers, "see `decant estate list`")]
    assessment, risk = store.get(Assessment, server.id), store.get(Risk, server.id)
    costs = max(store.all(Costs), key=lambda one: one.at, default=None)
    plan = max(store.all(Plan), key=lambda one: one.at, default=None)
    missing = []
    if server.role == "legacy":
        missing += [Missing("what should become of it", "decant assess")] if assessment is None else []
        missing += [Missing("its risk", "decant risk")] if risk is None else []
        missing += [Missing("what it costs", "decant costs")] if costs is None else []
        missing += [Missing("its wave", "decant plan")] if plan is None else []
    held = [one.id for one in store.all(Workload) if one.server == server.id and not one.os_owned]

    def ours(subject: str) -> bool:
        return subject == server.id or subject in held

    return Why(
        server=server,
        assessment=assessment,
        risk=risk,
        costs=tuple(line for line in costs.lines if ours(line.subject)) if costs else (),
        unpriced=tuple(one for one in costs.unpriced if ours(one.subject)) if costs else (),
        places=tuple(_place(plan, one) for one in held) if plan else (),
        missing=tuple(missing),
    )


def _place(plan: Plan, workload: str) -> Placed:
    for wave in plan.waves:
        for move in wave.moves:
            if move.workload == workload:
                return Placed(workload, wave, move, move.why)
    reason = plan.not_moving.get(workload, "the plan does not know it yet: run `decant plan`")
    return Placed(workload, None, None, reason)
