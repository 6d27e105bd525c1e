"""Makes the business case of the plan that holds, keeps it, and draws its charts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from decant.journeys import planning
from estate.documents.charts import budget, options, people, roadmap, sensitivity, support
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.business_case import BusinessCase
from estate.records.cost import Costs
from estate.records.server import Server
from migration.business import people as work
from migration.business.case import business_case, today
from migration.business.exposure import left_on
from migration.business.given import Given
from migration.costing import assumptions
from migration.costing.reckon import COSTS_ID
from migration.planning.calendar import Slot, slots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from decant.app import App
    from estate.documents.charts.drawn import Chart
    from migration.planning.file import Planning

MADE = "business_case.made"


@dataclass(frozen=True)
class Made:
    """The business case, with what it was made from."""

    case: BusinessCase
    given: Given
    planning: "Planning"


def make_case(app: "App") -> Made:
    """The business case of the plan that holds; stored, with an entry in the ledger.

    Raises `UsageError` where nothing was assessed, costed or planned yet, and where plan.toml, planning.toml or
    assumptions.toml is not right.
    """
    assessments = app.store.all(Assessment)
    if not assessments:
        raise UsageError("no server was assessed yet", "run `decant discover`, then `decant assess`")
    costs = app.store.get(Costs, COSTS_ID)
    if costs is None:
        raise UsageError("nothing was costed yet, and a business case is made of costs", "run `decant costs`")
    about = planning.given(app)
    plan = planning.held(app, about)
    at = now()
    servers = {one.id: one for one in app.store.all(Server) if one.role == "legacy"}
    bare = Given(
        costs,
        plan,
        [one for one in assessments if one.server in servers],
        today(at),
        assumptions.load(app.workspace.assumptions).terms,
        contracts={name: one.contract_end for name, one in servers.items() if one.contract_end is not None},
        authorities={name: one.authority for name, one in servers.items() if one.authority is not None},
        pays={one.name: one.pays for one in about.planning.partner if one.pays},
        budgets={one.year: one.pounds for one in about.planning.budget},
        council=app.settings.workspace.council or "the council",
    )
    given = bare.with_people(work.people(bare.roadmap, about.planning, _windows(about.planning, bare)))
    case = business_case(given, at)
    app.store.put(case)
    app.ledger.append(
        MADE,
        [],
        {
            "preferred": next(one.id for one in case.options if one.preferred),
            "net_present_cost_gbp": {one.id: one.net_present_cost.likely for one in case.options},
            "unpriced": len(case.unpriced),
        },
        actor=app.actor,
    )
    return Made(case, given, about.planning)


def _windows(rules: "Planning", given: Given) -> "Sequence[Slot]":
    """The windows of planning.toml, from the first wave on; those of the waves themselves where it gives none."""
    if not rules.window:
        return [Slot(day, None, None) for day in sorted(set(given.roadmap.days.values()))]
    try:
        return slots(rules, now())
    except UsageError:
        # All its windows are past: nobody is there in any to come.
        return []


def drawings(
    made: Made, *, public: bool = False, names: "Callable[[str], bool]" = lambda _: False
) -> "Mapping[str, Chart]":
    """Every chart that there is data for, by name.

    With `public`, waves have only their numbers, and closed periods what councils close for, unless that `names` something.
    """
    case, given, rules = made.case, made.given, made.planning
    best = next(one for one in case.options if one.preferred)
    way = given.roadmap.way()
    found = {
        "roadmap": roadmap.chart(
            given.plan,
            contracts=given.contracts,
            ends=given.ends,
            blackouts=[
                roadmap.Blackout(roadmap.closed_for(one.name, names) if public else one.name, one.first, one.last)
                for one in rules.blackout
            ],
            build_days=given.terms.build_days,
            soak_days=given.terms.soak_days,
            names=not public,
        ),
        "people": people.chart(case.people),
        "years": budget.chart(best),
        "options": options.chart(case.options),
        "sensitivity": sensitivity.chart(case.sensitivity, best.name),
        "support": support.chart(
            given.ends,
            {server: left_on(server, way) for server in given.ends},
            given.on,
            given.over.until,
            unknown=len(way.servers - given.ends.keys()),
        ),
    }
    return {name: one for name, one in found.items() if one is not None}
