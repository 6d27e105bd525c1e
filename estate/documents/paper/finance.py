"""Financial and other resource implications: options, years, what is sure and what is not, people."""

from estate.documents.paper import figures
from estate.documents.paper.figures import money, signed, sum_of
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Blank, Block, Column, Points, Section, Table, Text, Warn, headed
from estate.documents.words import count, day, share
from estate.records.business_case import Budgeted, Option

FINANCE_OFFICER = "the chief finance officer (section 151 officer)"


def section(matter: Matter) -> Section:
    """The whole of it. The finance officer's comment stays blank."""
    return Section(
        id="financial",
        title="Financial and other resource implications",
        blocks=(
            Blank(
                who=FINANCE_OFFICER,
                what="The comment on what follows: whether it is affordable, from which budgets, reserves or loans it is "
                "paid, and how it stands in the medium-term financial plan.",
            ),
        ),
        parts=(
            _options(matter),
            _sure(matter),
            _years(matter),
            _people(matter),
            *_partners(matter),
        ),
    )


WHEN_SAVED = "When what the server room costs"
"""How the sensitivity names it."""
STAYS = (
    "“Hardware of what stays”: capital for what stays on-premises or has not left yet; it is no cost of moving. "
)
TREASURY_RATE = 0.035
"""A year, as the Green Book has it."""
AS_ABOVE = "Source, prices, cover and assumptions: as of the options above."


def priced(matter: Matter) -> str:
    """Where the figures of the case are from, of which day, and what they leave out: a line below a table."""
    return (
        f"Source: business case of {day(matter.case.at)}, prices of {day(matter.case.priced_at)} and later. Pounds of today "
        f"without VAT. {_left_out(matter)} Assumptions: Appendix F."
    )


def _left_out(matter: Matter) -> str:
    number = len(matter.unpriced)
    return (
        f"Covers what has a price; {count(number, 'item')} without one {'is' if number == 1 else 'are'} in Appendix G."
        if number
        else "Covers everything that was found."
    )


def _options(matter: Matter) -> Section:
    options = matter.case.options
    stays = figures.any_staying(options)
    text = (
        f"{count(len(options), 'option')} {'was' if len(options) == 1 else 'were'} compared over the same years. Later "
        f"years are discounted at {_rate(matter)}. The highest figures include optimism bias: what "
        "such projects have cost beyond what was expected."
    )
    blocks: list[Block] = [
        Text(text=text),
        Table(
            caption="Options",
            columns=(
                Column(title="Option", width=1.5),
                Column(title="Moving, paid once", width=1.6, number=True),
                *([Column(title="Hardware of what stays", width=1.1, number=True)] if stays else []),
                Column(title="Running, all years", width=1.8, number=True),
                Column(title="Net present cost", width=1.8, number=True),
                Column(title="Against doing nothing", width=1.2, number=True),
            ),
            rows=tuple(
                (
                    one.name + (" (preferred)" if one.preferred else ""),
                    money(figures.moving(one)),
                    *([sum_of(figures.staying(one).likely)] if stays else []),
                    money(figures.running(one)),
                    money(one.net_present_cost),
                    _against_nothing(matter, one),
                )
                for one in options
            ),
            source=f"{STAYS if stays else ''}{priced(matter)}",
        ),
    ]
    if matter.case.rule:
        blocks.append(Text(lead="Why this one is preferred.", text=matter.case.rule))
    return Section(id="options-short", title="Options", blocks=tuple(blocks))


def _rate(matter: Matter) -> str:
    rate = matter.case.discount_rate
    whose = (
        "the Treasury’s Green Book" if rate == TREASURY_RATE else "the council’s own rate; the Treasury’s is 3.5%"
    )
    return f"{rate:.1%} a year ({whose})"


def _against_nothing(matter: Matter, option: Option) -> str:
    if matter.nothing is None:
        return "not reckoned"
    if option.id == matter.nothing.id:
        return ""
    return signed(option.net_present_cost.likely - matter.nothing.net_present_cost.likely)


def _years(matter: Matter) -> Section:
    option = matter.preferred
    stays = figures.any_staying([option])
    nothing = figures.years_and_all(matter.nothing) if matter.nothing else ()
    before = {one.year: one.annual_revenue.likely for one in nothing}
    rows = [
        (
            one.year,
            sum_of(figures.moving_capital_of(one).likely),
            sum_of(one.one_off_revenue.likely),
            *([sum_of(one.staying_hardware.likely)] if stays else []),
            sum_of(one.annual_revenue.likely),
            sum_of(one.dual_running.likely),
            sum_of(figures.of_year(one).likely),
            signed(one.annual_revenue.likely - before[one.year]) if one.year in before else "not reckoned",
        )
        for one in figures.years_and_all(option)
    ]
    blocks: list[Block] = [
        Table(
            caption=f"“{option.name}” by financial year",
            columns=(
                Column(title="Year", width=1),
                Column(title="Moving: capital", width=1, number=True),
                Column(title="Moving: revenue", width=1.1, number=True),
                *([Column(title="Hardware of what stays", width=1.2, number=True)] if stays else []),
                Column(title="Running", width=1, number=True),
                Column(title="of which paid twice", width=1.1, number=True),
                Column(title="All", width=1, number=True),
                Column(title="Running, against doing nothing", width=1.5, number=True),
            ),
            rows=tuple(rows),
            source=f"The likely figures; Appendix C has the ranges. A year runs from April to March. “Moving” is paid once. "
            f"{STAYS if stays else ''}“Paid twice”: for what runs on both sides during the move. {AS_ABOVE}",
            total=True,
        )
    ]
    return headed("years-short", "By financial year", *blocks, *_budgets(matter))


def _budgets(matter: Matter) -> list[Block]:
    """What planning.toml allows for the moves of a year, beside what is planned, and what partners pay besides."""
    years = matter.case.budgets
    if not years:
        return []
    partners = sorted({name for one in years for name in one.partners})
    allowed = [one.allowed for one in years if one.allowed is not None]
    rows = [
        (
            one.year,
            "none is given" if one.allowed is None else sum_of(one.allowed),
            sum_of(one.planned),
            _beside(one),
            *(sum_of(one.partners.get(name, 0)) for name in partners),
        )
        for one in years
    ]
    rows.append(
        (
            "All years",
            sum_of(sum(allowed)) if allowed else "none is given",
            sum_of(sum(one.planned for one in years)),
            "",
            *(sum_of(sum(one.partners.get(name, 0) for one in years)) for name in partners),
        )
    )
    return [
        Table(
            caption="Budgets of the moves, beside what is planned",
            columns=(
                Column(title="Year", width=1),
                Column(title="Budget", width=1.2, number=True),
                Column(title="Planned", width=1.2, number=True),
                Column(title="Difference", width=1.6, number=True),
                *(Column(title=f"{name} pays", width=1.2, number=True) for name in partners),
            ),
            rows=tuple(rows),
            total=True,
            source="Source: budgets of planning.toml. Planned: what the plan’s moves cost the council once (likely, as "
            "“moving” above), without what partners pay.",
        )
    ]


def _beside(one: Budgeted) -> str:
    if one.allowed is None:
        return "no budget is given"
    if one.over:
        return f"{sum_of(one.over)} over the budget"
    return f"{sum_of(one.allowed - one.planned)} left"


def _sure(matter: Matter) -> Section:
    option = matter.preferred
    items = []
    if option.optimism_bias:
        items.append(
            f"Optimism bias is in the highest figure alone, and counts where it is more than a price’s own range: "
            f"{sum_of(option.optimism_bias)} of it is bias beyond those ranges."
        )
    others = [one for one in matter.case.sensitivity if not one.assumption.startswith(WHEN_SAVED)]
    largest = sorted(others, key=lambda one: -abs(one.difference))[:2]
    items += [
        f"{one.assumption}: at {one.to_value} instead of {one.from_value}, it would be {signed(one.difference)}."
        for one in largest
        if one.difference
    ]
    number = len(matter.unpriced)
    blocks: list[Block] = [Points(items=tuple(items)), *_by_head(matter)]
    if matter.costs.cautions:
        blocks += [
            Text(lead="What to know of these prices.", text=""),
            Points(items=tuple(map(_begun, matter.costs.cautions))),
        ]
    if number:
        blocks.append(
            Warn(
                text=f"{count(number, 'item')} without a price {'is' if number == 1 else 'are'} "
                "in no figure here: the real cost is higher. Appendix G has each with the reason."
            )
        )
    return Section(id="how-sure", title="How sure these figures are", blocks=tuple(blocks))


def _begun(said: str) -> str:
    """A sentence with a capital, where it does not begin with the name of a setting."""
    first = said.partition(" ")[0]
    return said[:1].upper() + said[1:] if first.isalpha() else said


def _by_head(matter: Matter) -> list[Block]:
    """Where the room's cost was given as one sum: how it was shared, and what that does to the saving."""
    parts = [
        line
        for line in matter.costs.lines
        if line.side == "on-premises" and line.nature == "annual" and "on_premises_total" in line.assumptions
    ]
    if not parts:
        return []
    whole = figures.total(line.amount for line in parts).likely
    late = next((one for one in matter.case.sensitivity if one.assumption.startswith(WHEN_SAVED)), None)
    return [
        Text(
            lead="What the saving rests on.",
            text=f"The server room’s {sum_of(whole)} a year was given as one sum (on_premises_total in "
            f"assumptions.toml) and is shared by head: each of {count(len(parts), 'server')} "
            f"counts as much, the smallest as the largest, and saves its part when it leaves. "
            "Rent, power and contracts may not fall so."
            + (
                f" If nothing is saved until the last server leaves, it costs {signed(late.difference)}."
                if late
                else ""
            ),
        )
    ]


def _people(matter: Matter) -> Section:
    work = matter.case.people
    if not work:
        return headed(
            "people-short",
            "People",
            Text(text="How many days of work are needed by month is not known: nobody has given the effort yet."),
        )
    days = sum(one.days for one in work)
    short = sorted({one.month for one in work if one.short})
    unknown = sorted({one.skill for one in work if one.available is None})
    text = (
        f"In the nights and weekends of the moves themselves, {days:,.1f} days of work fall, in "
        f"{count(len({one.month for one in work}), 'month')} (Appendix B). Preparing, trying and planning the moves is far "
        "more, on ordinary days: it is most of what is paid once. "
    )
    text += (
        f"In {count(len(short), 'month')} that is more than there is. "
        if short
        else "No month needs more than is known to be there. "
    )
    if unknown:
        text += f"How much there is of {', '.join(unknown)}, nobody has said."
    return Section(id="people-short", title="People", blocks=(Text(text=text.strip()),))


def _partners(matter: Matter) -> tuple[Section, ...]:
    if not matter.case.shares:
        return ()
    once = matter.case.moving_once
    parts = sorted(matter.case.shares.items(), key=lambda pair: (-pair[1], pair[0]))
    sums = {name: once * part for name, part in parts}
    if years := matter.case.budgets:
        # The very sums of the table of budgets, so that nobody finds two figures a pound apart.
        sums = {name: sum(one.partners.get(name, one.planned) for one in years) for name in sums}
        once = sum(sums.values())
    paid = "; ".join(f"{name} {share(part, 1)}, {sum_of(sums[name])}" for name, part in parts)
    return (
        headed(
            "partners",
            "Partner authorities",
            Text(
                text=f"Of the {sum_of(once)} that the plan’s moves cost once, each pays: {paid}. A partner pays its part of "
                "moving its own servers, and nothing of hardware that stays."
            ),
        ),
    )
