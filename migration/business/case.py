"""The whole business case from what it is made of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import floor

from estate.documents.words import LONDON, count, day, financial_year
from estate.records.assessment import Disposition
from estate.records.business_case import Budgeted, BusinessCase
from estate.records.cost import NotPriced
from migration.business.given import Given
from migration.business.moving import BY_DAYS, once_by_move
from migration.business.options import options, ways
from migration.business.sensitivity import sensitivity
from migration.business.terms import GREEN_BOOK, OF_OUR_OWN, OPTIMISM, TREASURY_RATE
from migration.business.ways import ESTATE, server_of

CASE_ID = "business-case"


def business_case(given: Given, at: datetime) -> BusinessCase:
    """What every way of acting costs over the years, how sure that is, and who does the work."""
    made, rule = options(given)
    best = next(one for one in made if one.preferred)
    chosen = next(one for one in ways(given) if one.id == best.id)
    shares, moving_once = _shares(given)
    return BusinessCase(
        id=CASE_ID,
        options=made,
        sensitivity=sensitivity(given, chosen, best.net_present_cost.likely),
        people=tuple(given.people),
        unpriced=(*given.costs.unpriced, *_unpriced(given)),
        shares=shares,
        moving_once=moving_once,
        budgets=_budgets(given),
        rule=rule,
        conventions=tuple(_conventions(given)),
        discount_rate=given.terms.discount_rate,
        priced_at=_oldest(line.priced_at for line in given.lines),
        kind="indicative" if given.roadmap.supposed else "dated",
        at=at,
    )


def _oldest(dates: Iterable[date | None]) -> date | None:
    return min((one for one in dates if one is not None), default=None)


def _unpriced(given: Given) -> list[NotPriced]:
    """What this case itself cannot price."""
    found = []
    named = {one.subject for one in given.costs.unpriced}
    servers = {one.server for one in given.sold}
    if servers and given.terms.extended_support is None:
        found.append(
            NotPriced(
                subject=ESTATE,
                what=f"extended support of {count(len(servers), 'server')} for which it is sold",
                why="assumptions.toml gives no price of it (`extended_support` under [business])",
            )
        )
    if not any(line.side == "on-premises" and line.category == "hardware" for line in given.lines):
        found.append(
            NotPriced(
                subject=ESTATE,
                what="hardware bought anew for servers that stay",
                why="neither rates.toml nor assumptions.toml gives a price of it",
            )
        )
    replaced = [
        one.server
        for one in given.assessments
        if one.disposition in (Disposition.REPURCHASE, Disposition.REFACTOR)
        and one.server not in named | given.roadmap.bought
    ]
    if replaced:
        found.append(
            NotPriced(
                subject=ESTATE,
                what=f"what takes the place of {count(len(replaced), 'server')} to be replaced or rewritten",
                why="it is a project of its own; the server's cost today goes on in every option",
            )
        )
    contracts = [server for server, end in given.contracts.items() if end < given.over.until]
    if contracts:
        found.append(
            NotPriced(
                subject=ESTATE,
                what=f"the contract of {count(len(contracts), 'server')}, renewed where it stays beyond its end",
                why="what a new contract costs is not known",
            )
        )
    return found


def _shares(given: Given) -> tuple[dict[str, float], float]:
    """The part of what moving costs once that each partner pays for its own servers, and those costs in pounds.

    The council pays the rest. Nothing else is shared: hardware of what stays is none of moving's costs.
    """
    planned = given.roadmap.way()
    account = given.account(planned)
    total, owed = 0.0, dict.fromkeys(given.pays, 0.0)
    for line in given.lines:
        if line.side != "move" or line.nature != "one-off" or line.category == BY_DAYS:
            continue
        paid = line.amount.likely * sum(account.part(line).paid)
        total += paid
        whose = given.authorities.get(server_of(line.subject))
        if whose in owed:
            owed[whose] += paid * given.pays[whose]
    if not given.pays or not total:
        return {}, round(total)
    parts = {name: round(paid / total, 6) for name, paid in owed.items()}
    return {given.council: round(1 - sum(parts.values()), 6)} | parts, round(total)


def _budgets(given: Given) -> tuple[Budgeted, ...]:
    """By financial year: the budget of planning.toml, what the year's moves cost the council once, and each partner."""
    if not given.budgets and not given.pays:
        return ()
    days = given.roadmap.way().moved

    def by_year(pays: Mapping[str, float]) -> Mapping[str, float]:
        held: dict[str, float] = defaultdict(float)
        for name, amount in once_by_move(given.costs, given.assessments, days, given.authorities, pays).items():
            held[financial_year(days[name])] += amount
        return held

    whole, council = by_year({}), by_year(given.pays)
    without = {name: by_year({name: part}) for name, part in sorted(given.pays.items())}
    first = financial_year(given.on)
    years = given.budgets.keys() | {year for year, amount in whole.items() if amount and year >= first}
    found = []
    for year in sorted(years):
        paid = {name: whole.get(year, 0.0) - less.get(year, 0.0) for name, less in without.items()}
        shared = apportioned(round(whole.get(year, 0.0)), {"": council.get(year, 0.0), **paid})
        planned = shared.pop("")
        found.append(Budgeted(year=year, allowed=given.budgets.get(year), planned=planned, partners=shared))
    return tuple(found)


def apportioned(total: int, parts: Mapping[str, float]) -> dict[str, int]:
    """Whole pounds for each part, which come to `total`: what is left over goes to where most was cut off."""
    found = {name: floor(part) for name, part in parts.items()}
    left = total - sum(found.values())
    for name in sorted(parts, key=lambda one: (found[one] - parts[one], one))[: max(0, left)]:
        found[name] += 1
    return found


def _conventions(given: Given) -> list[str]:
    terms, over = given.terms, given.over
    found = [
        f"Costs are counted from {day(given.on)} to 31 March {over.until.year}:"
        f" {count(terms.appraisal_years, 'year')} after the last wave, to the end of that financial year. What was"
        " paid before is left out.",
        f"Pounds of today without VAT. Years after the first are discounted at {terms.discount_rate:.1%} a year"
        f"{OF_OUR_OWN if terms.discount_rate != TREASURY_RATE else ''}; the first, {over.years[0].name}, is not"
        f" ({GREEN_BOOK}).",
        f"A server costs on-premises until {count(terms.soak_days, 'day')} after its last move, and in Azure from"
        f" {count(terms.build_days, 'day')} before its first. Dual running is counted by those days.",
        f"Optimism bias at the upper bound stands in the high figure: {terms.one_off_bias:.0%} of what is paid once"
        f" (equipment and development), {terms.running_bias:.0%} of running in Azure (outsourcing). {OPTIMISM}."
        " The likely figure has none.",
        "What a server costs on-premises ends with that server; a room that is half empty may save less than its half.",
    ]
    if any((line.side, line.nature) == ("on-premises", "one-off") for line in given.lines):
        found.append(f"Hardware for what stays is bought anew on {day(given.refresh_on)}, once.")
    left_out = sorted(given.without_wave)
    if left_out:
        found.append(
            f"{count(len(left_out), 'server')} with a price for moving {'is' if len(left_out) == 1 else 'are'} in no"
            " wave: what moving them costs is in no option, and what they cost today goes on."
        )
    if given.roadmap.retired:
        found.append(
            f"{count(len(given.roadmap.retired), 'server')} to be retired"
            f" {'is' if len(given.roadmap.retired) == 1 else 'are'} supposed to be off by the last wave."
        )
    if given.roadmap.bought:
        number = len(given.roadmap.bought)
        found.append(
            f"{count(number, 'server')} {'is' if number == 1 else 'are'} replaced by a service that is bought: it is paid"
            " from the last wave on, and its server leaves."
        )
    if given.roadmap.supposed and given.plan.waves:
        found.append("Days of the waves are supposed, as no windows were given: the figures are indicative.")
    first = _oldest(line.priced_at for line in given.lines)
    lines = given.costs.lines
    dated = sum(line.priced_at is not None for line in lines)
    if first:
        found.append(
            f"The oldest price is of {day(first)}; {dated:,} of {count(len(lines), 'cost line')} carry a date."
        )
    return found


def today(at: datetime) -> date:
    """The day in London of an instant: the day of the case."""
    return at.astimezone(LONDON).date()
