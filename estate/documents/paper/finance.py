"""Financial and other resource implications: options, years, what is sure and what is not, people."""

from estate.documents.paper import figures
from estate.documents.paper.figures import money, signed, sum_of
from estate.documents.paper.issues import unpriced
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Blank, Block, Column, Points, Section, Table, Text, Warn
from estate.documents.words import count, day, share
from estate.records.business_case import Option

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
            _years(matter),
            _sure(matter),
            _people(matter),
            *_partners(matter),
        ),
    )


def priced(matter: Matter) -> str:
    """Where the figures of the case are from, of which day, and what they leave out: a line below a table."""
    return (
        f"Source: business case of {day(matter.case.at)}, prices of {day(matter.case.priced_at)}. Pounds of today, without "
        f"VAT. {_left_out(matter)} Assumptions: Appendix F."
    )


def _left_out(matter: Matter) -> str:
    number = len(unpriced(matter))
    return (
        f"Covers what has a price; {count(number, 'item')} without one {'is' if number == 1 else 'are'} in Appendix G."
        if number
        else "Covers everything that was found."
    )


def _options(matter: Matter) -> Section:
    options = matter.case.options
    text = (
        f"{count(len(options), 'option')} {'was' if len(options) == 1 else 'were'} compared over the same years. Their net "
        "present cost discounts later years at 3.5% a year, as the Treasury’s Green Book asks. The highest figure of each "
        "includes optimism bias: what projects of this kind have cost more than was expected."
    )
    blocks: list[Block] = [
        Text(text=text),
        Table(
            caption="Options",
            columns=(
                Column(title="Option", width=2),
                Column(title="Paid once", width=1.6, number=True),
                Column(title="Running, all years", width=1.6, number=True),
                Column(title="Net present cost", width=1.8, number=True),
                Column(title="Against doing nothing", width=1.4, number=True),
            ),
            rows=tuple(
                (
                    one.name + (" (preferred)" if one.preferred else ""),
                    money(figures.one_off(one)),
                    money(figures.running(one)),
                    money(one.net_present_cost),
                    _against_nothing(matter, one),
                )
                for one in options
            ),
            source=priced(matter),
        ),
    ]
    if matter.case.rule:
        blocks.append(Text(lead="Why this one is preferred.", text=matter.case.rule))
    return Section(id="options-short", title="Options", blocks=tuple(blocks))


def _against_nothing(matter: Matter, option: Option) -> str:
    if matter.nothing is None:
        return "not reckoned"
    if option.id == matter.nothing.id:
        return ""
    return signed(option.net_present_cost.likely - matter.nothing.net_present_cost.likely)


def _years(matter: Matter) -> Section:
    option = matter.preferred
    before = {one.year: one.annual_revenue.likely for one in matter.nothing.years} if matter.nothing else {}
    rows = [
        (
            one.year,
            sum_of(one.capital.likely),
            sum_of(one.one_off_revenue.likely),
            sum_of(one.annual_revenue.likely),
            sum_of(one.dual_running.likely),
            sum_of(figures.of_year(one).likely),
            signed(one.annual_revenue.likely - before[one.year]) if one.year in before else "not reckoned",
        )
        for one in option.years
    ]
    nothing = sum(before.values())
    whole = figures.capital(option) + figures.one_off_revenue(option) + figures.running(option)
    rows.append(
        (
            "All years",
            sum_of(figures.capital(option).likely),
            sum_of(figures.one_off_revenue(option).likely),
            sum_of(figures.running(option).likely),
            sum_of(figures.dual(option).likely),
            sum_of(whole.likely),
            signed(figures.running(option).likely - nothing) if matter.nothing else "not reckoned",
        )
    )
    blocks: list[Block] = [
        Table(
            caption=f"“{option.name}” by financial year",
            columns=(
                Column(title="Year", width=1),
                Column(title="Capital", width=1, number=True),
                Column(title="Revenue, paid once", width=1.1, number=True),
                Column(title="Running", width=1, number=True),
                Column(title="of which paid twice", width=1.1, number=True),
                Column(title="All", width=1, number=True),
                Column(title="Running, against doing nothing", width=1.5, number=True),
            ),
            rows=tuple(rows),
            source=f"The likely figures; Appendix C has the ranges. A year runs from April to March. “Paid twice”: for what "
            f"runs on both sides during the move. {priced(matter)}",
            total=True,
        )
    ]
    return Section(id="years-short", title="By financial year", blocks=tuple(blocks))


def _sure(matter: Matter) -> Section:
    option = matter.preferred
    items = [f"Net present cost: {money(option.net_present_cost)}."]
    if option.optimism_bias:
        items.append(f"Of the highest figure, {sum_of(option.optimism_bias)} is optimism bias.")
    largest = sorted(matter.case.sensitivity, key=lambda one: -abs(one.difference))[:3]
    items += [
        f"{one.assumption}: at {one.to_value} instead of {one.from_value}, it would be {signed(one.difference)}."
        for one in largest
        if one.difference
    ]
    number = len(unpriced(matter))
    blocks: list[Block] = [Points(items=tuple(items))]
    if number:
        blocks.append(
            Warn(
                text=f"{count(number, 'item')} without a price {'is' if number == 1 else 'are'} "
                "in no figure here: the real cost is higher. Appendix G has each with the reason."
            )
        )
    return Section(id="how-sure", title="How sure these figures are", blocks=tuple(blocks))


def _people(matter: Matter) -> Section:
    work = matter.case.people
    if not work:
        return Section(
            id="people-short",
            title="People",
            blocks=(
                Text(
                    text="How many days of work are needed by month is not known: nobody has given the effort yet."
                ),
            ),
        )
    days = sum(one.days for one in work)
    short = sorted({one.month for one in work if one.available is not None and one.days > one.available})
    unknown = sorted({one.skill for one in work if one.available is None})
    text = f"The plan needs {days:,.1f} days of work in {count(len({one.month for one in work}), 'month')} (Appendix B). "
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
    once = figures.one_off(matter.preferred).likely
    return (
        Section(
            id="partners",
            title="Partner authorities",
            blocks=(
                Table(
                    caption="Each authority’s share of what is paid once",
                    columns=(
                        Column(title="Authority", width=3),
                        Column(title="Share", number=True),
                        Column(title="Of what is paid once", width=1.5, number=True),
                    ),
                    rows=tuple(
                        (name, share(part, 1), sum_of(once * part))
                        for name, part in sorted(matter.case.shares.items())
                    ),
                    source=priced(matter),
                ),
            ),
        ),
    )
