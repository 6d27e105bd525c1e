"""The appendices: what stands behind the paper, each figure with its parts."""

from collections.abc import Mapping

from estate.documents.paper import figures, sources
from estate.documents.paper.figures import money, signed
from estate.documents.paper.finance import priced
from estate.documents.paper.matter import Matter, wave_day
from estate.documents.paper.model import Blank, Block, Chart, Column, Points, Section, Table, Text
from estate.documents.paper.sources import month, shortened
from estate.documents.words import count, day, pounds, size, some
from estate.records.business_case import Option
from estate.records.plan import Wave

OBJECTIVES = {
    "lateness": ("Deadlines missed", "day"),
    "exposure": ("Out of support until the move, each server counted", "day"),
    "dual running": ("Running on both sides", "day"),
    "cut": ("Connections across between waves", "connection"),
}


def all_of(matter: Matter, charts: Mapping[str, Chart]) -> tuple[Section, ...]:
    """Every appendix, in the order by which the paper refers to them: A to H."""
    return (
        _roadmap(matter),
        _resourcing(matter, charts),
        _years(matter, charts),
        _options(matter, charts),
        _sensitivity(matter, charts),
        sources.assumptions(matter),
        sources.without_price(matter),
        sources.deadlines(matter),
    )


def _roadmap(matter: Matter) -> Section:
    blocks: list[Block] = [
        shortened(
            Table(
                caption="Waves",
                columns=(
                    Column(title="Wave", width=0.7),
                    Column(title="Day", width=1.6),
                    Column(title="What moves", width=3.2),
                    Column(title="Workloads", width=1, number=True),
                    Column(title="By Decant", width=0.9, number=True),
                    Column(title="Data", width=1, number=True),
                ),
                rows=tuple(_wave(matter, wave) for wave in matter.plan.waves),
                source=f"Source: plan of {day(matter.plan.at)}. "
                + ("Days are supposed. " if matter.case.kind == "indicative" else "")
                + "Data is what is known to be on disk; “at least” where the size of a workload is not known.",
            )
        )
    ]
    if matter.plan.reached:
        blocks.append(
            Table(
                caption="How good the plan is",
                columns=(
                    Column(title="Aim", width=3),
                    Column(title="Reached", number=True),
                    Column(title="Least there can be", number=True),
                ),
                rows=tuple(
                    (
                        OBJECTIVES[one.objective][0],
                        count(one.value, OBJECTIVES[one.objective][1]),
                        "not known" if one.bound is None else f"{one.bound:,.0f}",
                    )
                    for one in matter.plan.reached
                ),
                source="In this order; each with the earlier ones kept as they are. “Least” is proved: no plan that "
                "keeps the rules can do better than it.",
            )
        )
    return Section(id="roadmap", title="Roadmap", blocks=tuple(blocks))


def _wave(matter: Matter, wave: Wave) -> tuple[str, ...]:
    known = sum(move.bytes or 0 for move in wave.moves)
    unknown = any(move.bytes is None for move in wave.moves)
    ours = sum(move.how == "decant" for move in wave.moves)
    on = wave_day(wave)
    return (
        f"{wave.number}{' (pilot)' if wave.pilot else ''}",
        day(on) if on else "no day yet",
        some(matter.systems_of(wave), 4),
        str(len(wave.moves)),
        str(ours),
        (f"at least {size(known)}" if known else "unknown") if unknown else size(known),
    )


def _resourcing(matter: Matter, charts: Mapping[str, Chart]) -> Section:
    work = matter.case.people
    if not work:
        return Section(
            id="resourcing",
            title="Resourcing",
            blocks=(Text(text="Not known: nobody has given the effort of moves or the people there are."),),
        )
    blocks: list[Block] = [charts["people"].without_table()] if "people" in charts else []
    blocks.append(
        shortened(
            Table(
                caption="Days of work by month and skill",
                columns=(
                    Column(title="Month", width=1.5),
                    Column(title="Skill", width=2),
                    Column(title="Days needed", number=True),
                    Column(title="Days there are", number=True),
                ),
                rows=tuple(
                    (
                        month(one.month),
                        one.skill,
                        f"{one.days:,.1f}",
                        "unknown" if one.available is None else f"{one.available:,.1f}",
                    )
                    for one in work
                ),
                source=f"Source: business case of {day(matter.case.at)}. Covers the plan’s moves. Assumptions: Appendix F.",
            )
        )
    )
    return Section(id="resourcing", title="Resourcing", blocks=tuple(blocks))


def _years(matter: Matter, charts: Mapping[str, Chart]) -> Section:
    return Section(
        id="years",
        title="Costs by year",
        blocks=(
            *([charts["years"].without_table()] if "years" in charts else []),
            *(_by_year(matter, option) for option in matter.case.options),
        ),
    )


def _by_year(matter: Matter, option: Option) -> Table:
    rows = [
        (
            one.year,
            money(one.capital),
            money(one.one_off_revenue),
            money(one.annual_revenue),
            money(figures.of_year(one)),
            f"{one.discount_factor:.4f}",
        )
        for one in option.years
    ]
    whole = figures.total(figures.of_year(one) for one in option.years)
    rows.append(
        (
            "All years",
            money(figures.capital(option)),
            money(figures.one_off_revenue(option)),
            money(figures.running(option)),
            money(whole),
            "",
        )
    )
    return Table(
        caption=f"{option.name}: costs by financial year",
        columns=(
            Column(title="Year", width=0.9),
            Column(title="Capital", width=1.3, number=True),
            Column(title="Revenue, paid once", width=1.3, number=True),
            Column(title="Running", width=1.4, number=True),
            Column(title="All", width=1.4, number=True),
            Column(title="Discount factor", width=0.9, number=True),
        ),
        rows=tuple(rows),
        source=f"Likely, and the lowest and highest; optimism bias is added to the net present cost alone. {priced(matter)}",
        total=True,
    )


def _options(matter: Matter, charts: Mapping[str, Chart]) -> Section:
    parts = []
    shown = [charts[name] for name in ("options", "support") if name in charts]
    for place, one in enumerate(matter.case.options, 1):
        blocks: list[Block] = [Text(text=one.what)]
        if one.for_it:
            blocks += [Text(lead="For it:", text=""), Points(items=one.for_it)]
        if one.against:
            blocks += [Text(lead="Against it:", text=""), Points(items=one.against)]
        facts = f"Net present cost {money(one.net_present_cost)}."
        if one.exposure is not None:
            facts += f" Servers run out of support for {count(one.exposure, 'day')} in all, each server counted."
        blocks.append(Text(text=facts))
        parts.append(
            Section(
                id=f"option-{place}",
                title=one.name + (" (preferred)" if one.preferred else ""),
                blocks=tuple(blocks),
            )
        )
    parts.append(
        Section(
            id="cases",
            title="The five cases in short",
            blocks=(
                Text(lead="Strategic.", text="Section 3 says why now; section 4, how it serves the council."),
                Text(
                    lead="Economic.",
                    text=f"{count(len(matter.case.options), 'option')}, doing nothing among them, by net present cost.",
                ),
                Text(lead="Financial.", text="Section 5, and Appendix C by financial year."),
                Text(
                    lead="Management.",
                    text="The roadmap (Appendix A), the people (Appendix B), and the ledger of every step.",
                ),
                Blank(
                    who="the procurement lead",
                    what="The commercial case: how Azure and any help are bought, and on what terms.",
                ),
            ),
        )
    )
    return Section(id="options", title="Options", blocks=tuple(shown), parts=tuple(parts))


def _sensitivity(matter: Matter, charts: Mapping[str, Chart]) -> Section:
    if not matter.case.sensitivity:
        return Section(id="sensitivity", title="Sensitivity", blocks=(Text(text="None was reckoned."),))
    return Section(
        id="sensitivity",
        title="Sensitivity",
        blocks=(
            *([charts["sensitivity"].without_table()] if "sensitivity" in charts else []),
            Table(
                caption=f"What the net present cost of “{matter.preferred.name}” would be otherwise",
                columns=(
                    Column(title="If this were otherwise", width=2.4),
                    Column(title="From", width=1.1),
                    Column(title="To", width=1.1),
                    Column(title="Net present cost", width=1.3, number=True),
                    Column(title="Change", width=1.4, number=True),
                ),
                rows=tuple(
                    (
                        one.assumption,
                        one.from_value,
                        one.to_value,
                        pounds(one.net_present_cost),
                        signed(one.difference),
                    )
                    for one in sorted(matter.case.sensitivity, key=lambda one: -abs(one.difference))
                ),
                source=f"One thing changed at a time, from a likely {pounds(matter.preferred.net_present_cost.likely)}. "
                f"{priced(matter)}",
            ),
        ),
    )
