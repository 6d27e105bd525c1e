"""The plan and its business case as a workbook: every figure of the paper, and what it was reckoned from."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from estate.documents import server_sheets
from estate.documents.meanings import TOOLS
from estate.documents.paper.deadlines import OfProduct, OfServer
from estate.documents.sheets import Cell, Head, Sheet, write
from estate.documents.words import LONDON, day, moment
from estate.records.assessment import Assessment
from estate.records.business_case import BusinessCase, Option, YearCost
from estate.records.cost import NOTHING, Amount, Carbon, CostLine, Costs, NotPriced
from estate.records.plan import Plan, Wave

ESTATE = "estate"
"""The subject of what all servers share."""
RANGE = ("low (£)", "likely (£)", "high (£)")


def workbook(
    plan: Plan,
    case: BusinessCase,
    costs: Costs,
    assessments: Iterable[Assessment] = (),
    *,
    council: str,
    at: datetime,
    servers: Iterable[OfServer] = (),
    products: Iterable[OfProduct] = (),
    public: bool = False,
) -> bytes:
    """All of it as .xlsx; `servers` and `products` are the deadlines of the paper's appendix.

    With `public`, no sheet goes by server or workload: what they hold is summed by kind."""
    front = [
        ("Council", council or "not named"),
        ("Written", moment(at)),
        ("Edition", "public: names no server" if public else "full"),
        (
            "Handling",
            "may be published once a person has read it"
            if public
            else "names servers and what is wrong with them: not for publication",
        ),
        ("Business case", f"of {day(case.at)}; {case.kind}"),
        ("Prices", f"the oldest is of {day(case.priced_at)}" if case.priced_at else "carry no date"),
        ("Preferred", case.rule),
        (
            "Without a price",
            f"{len(case.unpriced):,} items, which are in no total" if case.unpriced else "nothing that is known",
        ),
        *(("To know of these prices", said) for said in costs.cautions),
        *(("How it is reckoned", said) for said in case.conventions),
    ]
    sheets = [
        _roadmap(plan, public),
        _options(case.options),
        _years(case.options),
        _sensitivity(case),
        _people(case),
        _totals(costs.lines),
        *((_by_category(costs.lines),) if public else (_lines(costs.lines),)),
        *((_budgets(case),) if case.budgets else ()),
        *((_shares(case),) if case.shares else ()),
        _unpriced(case.unpriced, public),
        _assumptions(costs),
        _sources(costs),
        server_sheets.support(products),
    ]
    if not public:
        sheets += [
            server_sheets.deadlines(servers),
            _moves(plan),
            _staying(plan),
            server_sheets.assessed(assessments),
            _carbon(costs.carbon),
        ]
    return write(f"Leaving the server room: plan and business case, {council}".rstrip(", "), front, sheets, at)


def _roadmap(plan: Plan, public: bool) -> Sheet:
    tools = tuple(plan.by_tool) or ("decant",)
    return Sheet(
        "Roadmap",
        "One wave a row: what moves in one window. Times are London's.",
        (
            Head("Wave", "number"), *(() if public else (Head("Name", "words"),)), Head("Pilot"), Head("Day", "day"),
            Head("Window starts", "moment"), Head("Window ends", "moment"), Head("Workloads", "number", total=True),
            *(Head(f"Of these {TOOLS[how]}", "number", total=True) for how in tools),
            Head("Dependencies that cross afterwards", "number"),
        ),
        tuple(
            (
                wave.number, *(() if public else (wave.name,)), wave.pilot, _day(wave), wave.window_start,
                wave.window_end, len(wave.moves), *(wave.by_tool.get(how, 0) for how in tools), len(wave.crossing),
            )
            for wave in plan.waves
        ),
    )  # fmt: skip


def _day(wave: Wave) -> Cell:
    return wave.expected or (wave.window_start.astimezone(LONDON).date() if wave.window_start else None)


def _options(options: Iterable[Option]) -> Sheet:
    return Sheet(
        "Options",
        "Each way of acting with its net present cost; the high figure has optimism bias in it.",
        (
            Head("Option"), Head("What it is", "words"), Head("Preferred"),
            *(Head(f"Net present cost, {end}", "pounds") for end in RANGE),
            Head("Of the high figure: optimism bias (£)", "pounds"),
            Head("Days that servers run out of support, summed", "number"), Head("For it", "words"),
            Head("Against it", "words"),
        ),
        tuple(
            (
                one.name, one.what, one.preferred, *_ends(one.net_present_cost), one.optimism_bias, one.exposure,
                " ".join(one.for_it), " ".join(one.against),
            )
            for one in options
        ),
    )  # fmt: skip


def _years(options: Iterable[Option]) -> Sheet:
    return Sheet(
        "Budget by year",
        "What each option costs in each financial year, April to March. The discounted figures of an option sum to its"
        " net present cost.",
        (
            Head("Option"), Head("Financial year"), Head("Capital of moving (£)", "pounds"),
            Head("Capital: hardware of what stays (£)", "pounds"), Head("One-off revenue (£)", "pounds"),
            Head("Running (£)", "pounds"), Head("Of running: paid twice (£)", "pounds"),
            *(Head(f"All together, {end}", "pounds") for end in RANGE), Head("Discount factor", "factor"),
            Head("Discounted, likely (£)", "pence"),
        ),
        tuple((one.name, year.year, *_year(year)) for one in options for year in one.years),
    )  # fmt: skip


def _year(year: YearCost) -> tuple[Cell, ...]:
    whole = year.capital + year.one_off_revenue + year.annual_revenue
    return (
        year.capital.likely - year.staying_hardware.likely, year.staying_hardware.likely,
        year.one_off_revenue.likely, year.annual_revenue.likely, year.dual_running.likely,
        *_ends(whole), year.discount_factor, round(whole.likely * year.discount_factor, 4),
    )  # fmt: skip


def _ends(amount: Amount) -> tuple[float, float, float]:
    return amount.low, amount.likely, amount.high


def _sensitivity(case: BusinessCase) -> Sheet:
    return Sheet(
        "Sensitivity",
        "What the preferred option's net present cost would be if one assumption were otherwise, what matters most first.",
        (
            Head("Assumption", "words"), Head("From"), Head("To"), Head("Net present cost (£)", "pounds"),
            Head("Difference (£)", "pounds"),
        ),
        tuple(
            (one.assumption, one.from_value, one.to_value, one.net_present_cost, one.difference)
            for one in case.sensitivity
        ),
    )  # fmt: skip


def _people(case: BusinessCase) -> Sheet:
    return Sheet(
        "People",
        "Days of work in windows by month and skill, beside the days that people have.",
        (
            Head("Month"), Head("Skill"), Head("Days needed", "number", total=True), Head("Days there", "number"),
            Head("Enough"),
        ),
        tuple(
            (one.month, one.skill, one.days, one.available, None if one.available is None else not one.short)
            for one in case.people
        ),
    )  # fmt: skip


def _lines(lines: Iterable[CostLine]) -> Sheet:
    return Sheet(
        "Costs by line",
        "Every figure that totals are made of, with its reckoning, source and day.",
        (
            Head("Side"), Head("For"), Head("What", "words"), Head("Category"), Head("Annual or one-off"),
            Head("Capital or revenue"), *(Head(end.capitalize(), "pence") for end in RANGE), Head("Reckoning", "words"),
            Head("Source"), Head("Note", "words"), Head("Price of", "day"), Head("Assumptions", "words"),
            Head("Line", "words"),
        ),
        tuple(
            (
                one.side, one.subject, one.what, one.category, one.nature, one.accounting, *_ends(one.amount),
                one.reckoning, one.source, one.note, one.priced_at, ", ".join(one.assumptions), one.id,
            )
            for one in lines
        ),
    )  # fmt: skip


def _totals(lines: Iterable[CostLine]) -> Sheet:
    sums: dict[tuple[str, str, str], Amount] = {}
    number: Counter[tuple[str, str, str]] = Counter()
    for one in lines:
        name = (one.side, one.nature, one.accounting)
        sums[name] = sums.get(name, NOTHING) + one.amount
        number[name] += 1
    return Sheet(
        "Cost totals",
        "Sums of the cost lines by side and kind: pounds a year, or once. No line is in two of them.",
        (
            Head("Side"), Head("Annual or one-off"), Head("Capital or revenue"), Head("Lines", "number", total=True),
            *(Head(end.capitalize(), "pence") for end in RANGE),
        ),
        tuple((*name, number[name], *_ends(amount)) for name, amount in sorted(sums.items())),
    )  # fmt: skip


def _by_category(lines: Iterable[CostLine]) -> Sheet:
    sums: dict[tuple[str, str, str, str], Amount] = {}
    number: Counter[tuple[str, str, str, str]] = Counter()
    for one in lines:
        name = (one.side, one.category, one.nature, one.accounting)
        sums[name] = sums.get(name, NOTHING) + one.amount
        number[name] += 1
    return Sheet(
        "Costs by category",
        "The cost lines summed by category.",
        (
            Head("Side"), Head("Category"), Head("Annual or one-off"), Head("Capital or revenue"),
            Head("Lines", "number", total=True), *(Head(end.capitalize(), "pence") for end in RANGE),
        ),
        tuple((*name, number[name], *_ends(amount)) for name, amount in sorted(sums.items())),
    )  # fmt: skip


def _shares(case: BusinessCase) -> Sheet:
    return Sheet(
        "Shares",
        "What each authority pays of what moving costs once.",
        (Head("Authority", "words"), Head("Share", "part", total=True)),
        tuple(case.shares.items()),
    )


def _budgets(case: BusinessCase) -> Sheet:
    partners = sorted({name for one in case.budgets for name in one.partners})
    return Sheet(
        "Budgets",
        "By financial year, what planning.toml allows for moves, and what they cost once (likely): the council, and each "
        "partner for its own servers. Below nothing is left where the plan is over the budget.",
        (
            Head("Financial year"), Head("Budget (£)", "pounds", total=True),
            Head("Planned: the council (£)", "pounds", total=True), Head("Left of the budget (£)", "pounds"),
            *(Head(f"{name} pays (£)", "pounds", total=True) for name in partners),
            Head("All together (£)", "pounds", total=True),
        ),
        tuple(
            (
                one.year, one.allowed, one.planned,
                None if one.allowed is None else one.allowed - one.planned,
                *(one.partners.get(name, 0.0) for name in partners),
                one.planned + sum(one.partners.values()),
            )
            for one in case.budgets
        ),
    )  # fmt: skip


def _unpriced(unpriced: Iterable[NotPriced], public: bool) -> Sheet:
    about = "What may cost money and has no figure. It is in no total: the real cost is higher."
    if public:
        kinds = Counter(_unnamed(one) for one in unpriced)
        return Sheet(
            "No price",
            about,
            (Head("Why", "words"), Head("Items", "number", total=True)),
            tuple(sorted(kinds.items())),
        )
    return Sheet(
        "No price",
        about,
        (Head("For"), Head("What", "words"), Head("Why", "words")),
        tuple((one.subject, one.what, one.why) for one in unpriced),
    )


def _unnamed(one: NotPriced) -> str:
    """Why it has no price, with its server's name left out."""
    names = {one.subject, one.subject.partition("/")[0]} - {ESTATE}
    text = one.why
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "SERVER", text)
    return text


def _assumptions(costs: Costs) -> Sheet:
    return Sheet(
        "Assumptions",
        "Every assumption that a figure rests on, with its value and where it is from.",
        (Head("Assumption"), Head("Value", "words")),
        tuple(costs.assumptions.items()),
    )


def _sources(costs: Costs) -> Sheet:
    return Sheet(
        "Sources",
        "Where prices are from, of which day, and what is old.",
        (Head("Source", "words"),),
        tuple((one,) for one in costs.sources),
    )


def _moves(plan: Plan) -> Sheet:
    return Sheet(
        "Moves",
        "Every workload that moves, with its wave and why it is there.",
        (
            Head("Wave", "number"), Head("Day", "day"), Head("Workload", "words"), Head("Target"), Head("How"),
            Head("Bytes", "number"), Head("State"), Head("Pinned"), Head("Why", "words"),
        ),
        tuple(
            (wave.number, _day(wave), move.workload, move.target or "to be decided", TOOLS[move.how], move.bytes, move.state,
             move.pinned, move.why)
            for wave in plan.waves
            for move in wave.moves
        ),
    )  # fmt: skip


def _staying(plan: Plan) -> Sheet:
    return Sheet(
        "Not moving",
        "Every workload that the plan leaves where it is, with the reason.",
        (Head("Workload", "words"), Head("Why", "words")),
        tuple(plan.not_moving.items()),
    )


def _carbon(carbon: Iterable[Carbon]) -> Sheet:
    return Sheet(
        "Carbon",
        "Kilograms of CO2 equivalent a year from electricity, on-premises and in Azure; empty where it is not known.",
        (
            Head("Server"), *(Head(f"On-premises, {end}", "number") for end in ("low", "likely", "high")),
            *(Head(f"Azure, {end}", "number") for end in ("low", "likely", "high")), Head("Reckoning", "words"),
            Head("Source", "words"),
        ),
        tuple(
            (one.server, *_known(one.on_premises_kg), *_known(one.azure_kg), one.reckoning, one.source)
            for one in carbon
        ),
    )  # fmt: skip


def _known(amount: Amount | None) -> tuple[Cell, Cell, Cell]:
    return _ends(amount) if amount else (None, None, None)
