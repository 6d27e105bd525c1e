"""The appendices: what stands behind the paper, each figure with its parts."""

from estate.documents.meanings import by_tools
from estate.documents.paper import deadlines, figures, sources
from estate.documents.paper.figures import money, signed, sum_of
from estate.documents.paper.finance import STAYS, priced
from estate.documents.paper.matter import Matter, wave_day
from estate.documents.paper.model import Blank, Block, Column, Points, Section, Table, Text, headed
from estate.documents.paper.pictures import Charts, picture
from estate.documents.paper.tables import month, shortened
from estate.documents.words import count, day, size
from estate.records.business_case import Option
from estate.records.plan import Reached, Wave

OBJECTIVES = {
    "lateness": ("Deadlines missed", "day"),
    "exposure": ("Days out of support before the move", "day"),
    "dual running": ("Running on both sides", "day"),
    "cut": ("Connections across between waves", "connection"),
}


def all_of(matter: Matter, charts: Charts) -> tuple[Section, ...]:
    """Every appendix, in the order by which the paper refers to them: A to H."""
    return (
        _roadmap(matter, charts),
        _resourcing(matter, charts),
        _years(matter, charts),
        _options(matter, charts),
        _sensitivity(matter, charts),
        sources.assumptions(matter),
        sources.without_price(matter),
        deadlines.section(matter),
    )


def _roadmap(matter: Matter, charts: Charts) -> Section:
    blocks: list[Block] = [
        *picture(charts, "roadmap"),
        shortened(
            Table(
                caption="Waves",
                columns=(
                    Column(title="Wave", width=0.7),
                    Column(title="Day", width=1.6),
                    Column(title="What moves", width=3.2),
                    Column(title="How", width=1.6),
                    Column(title="Workloads", width=1, number=True),
                    Column(title="Data", width=1, number=True),
                ),
                rows=tuple(_wave(matter, wave) for wave in matter.plan.waves),
                source=f"Source: plan of {day(matter.plan.at)}. "
                + ("Days are supposed. " if matter.case.kind == "indicative" else "")
                + "Data is what is known to be on disk; “at least” where the size of a workload is not known.",
            ),
            "Roadmap",
        ),
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
                rows=tuple(_aim(matter, one) for one in matter.plan.reached),
                source=f"In this order; each with the earlier ones kept as they are. {_proved(matter)} "
                "Days out of support before the move: one for each server and day"
                f"{_not_counted(matter)}{_seen(matter)}",
            )
        )
    return Section(id="roadmap", title="Roadmap", blocks=tuple(blocks))


def _aim(matter: Matter, one: Reached) -> tuple[str, ...]:
    """What was reached of one aim, beside the least. What nobody looked at is unknown, and not nothing."""
    aim, thing = OBJECTIVES[one.objective]
    if one.objective == "cut" and not matter.connections_known:
        return (aim, "unknown", "unknown")
    return (aim, count(one.value, thing), "not known" if one.bound is None else f"{one.bound:,.0f}")


def _proved(matter: Matter) -> str:
    """Among which plans the least is the least; of a plan that a person edited, it is not known."""
    if all(one.bound is None for one in matter.plan.reached):
        return "How much better a plan could be is not known: nobody proved it of this one."
    among = "no plan that keeps the rules" if matter.possible else "with these changes to the rules, no plan"
    return f"“Least” is proved: {among} can do better than it."


def _not_counted(matter: Matter) -> str:
    number = len(matter.unplanned)
    return (
        f", of {count(number, 'server')} in no wave to the end of the months that are planned." if number else "."
    )


def _seen(matter: Matter) -> str:
    known, of = matter.connections_known, len(matter.legacy)
    return f" Connections are known of {known} of {count(of, 'server')}." if known < of else ""


def _wave(matter: Matter, wave: Wave) -> tuple[str, ...]:
    known = sum(move.bytes or 0 for move in wave.moves)
    unknown = any(move.bytes is None for move in wave.moves)
    on = wave_day(wave)
    return (
        f"{wave.number}{' (pilot)' if wave.pilot else ''}",
        day(on) if on else "no day yet",
        matter.name_of(wave),
        by_tools(wave.by_tool),
        str(len(wave.moves)),
        (f"at least {size(known)}" if known else "unknown") if unknown else size(known),
    )


def _resourcing(matter: Matter, charts: Charts) -> Section:
    work = matter.case.people
    if not work:
        return headed(
            "resourcing",
            "Resourcing",
            Text(text="Not known: nobody has given the effort of moves or the people there are."),
        )
    blocks = picture(charts, "people")
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
            ),
            "People",
        )
    )
    return Section(id="resourcing", title="Resourcing", blocks=tuple(blocks))


def _years(matter: Matter, charts: Charts) -> Section:
    return Section(
        id="years",
        title="Costs by year",
        blocks=(
            *picture(charts, "years"),
            *(_by_year(matter, option) for option in matter.case.options),
        ),
    )


def _by_year(matter: Matter, option: Option) -> Table:
    stays = figures.any_staying([option])
    rows = [
        (
            one.year,
            money(figures.moving_capital_of(one)),
            money(one.one_off_revenue),
            *([money(one.staying_hardware)] if stays else []),
            money(one.annual_revenue),
            money(figures.of_year(one)),
            f"{one.discount_factor:.4f}" if one.discount_factor else "",
        )
        for one in figures.years_and_all(option)
    ]
    return Table(
        caption=f"{option.name}: costs by financial year",
        columns=(
            Column(title="Year", width=0.9),
            Column(
                title="Moving: capital", width=1.3 if figures.moving_capital(option).high else 0.8, number=True
            ),
            Column(title="Moving: revenue", width=1.3, number=True),
            *([Column(title="Hardware of what stays", width=1.2, number=True)] if stays else []),
            Column(title="Running", width=1.4, number=True),
            Column(title="All", width=1.4, number=True),
            Column(title="Discount factor", width=0.9, number=True),
        ),
        rows=tuple(rows),
        source=f"Likely, and the lowest and highest; optimism bias is added to the net present cost alone. "
        f"{STAYS if stays else ''}{priced(matter)}",
        total=True,
    )


def _options(matter: Matter, charts: Charts) -> Section:
    parts = []
    shown = [*picture(charts, "options", table=True), *picture(charts, "support", table=True)]
    for place, one in enumerate(matter.case.options, 1):
        blocks: list[Block] = [Text(text=one.what)]
        if one.for_it:
            blocks += [Text(lead="For it:", text=""), Points(items=one.for_it)]
        if one.against:
            blocks += [Text(lead="Against it:", text=""), Points(items=one.against)]
        facts = f"Net present cost {money(one.net_present_cost)}."
        if one.exposure is not None:
            facts += (
                f" Days out of support over all years: {one.exposure:,}, one for each server and day, those of servers that"
                f" stay among them."
            )
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


def _sensitivity(matter: Matter, charts: Charts) -> Section:
    if not matter.case.sensitivity:
        return headed("sensitivity", "Sensitivity", Text(text="None was reckoned."))
    return headed(
        "sensitivity",
        "Sensitivity",
        *picture(charts, "sensitivity"),
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
                    sum_of(one.net_present_cost),
                    signed(one.difference),
                )
                for one in sorted(matter.case.sensitivity, key=lambda one: -abs(one.difference))
            ),
            source=f"One thing changed at a time, from a likely {sum_of(matter.preferred.net_present_cost.likely)}. "
            f"{priced(matter)}",
        ),
    )
