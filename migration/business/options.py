"""The options of a business case: what each costs, what speaks for it and against it, and which one is preferred."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from estate.documents.words import count, day, pounds
from estate.records.business_case import Option
from estate.records.cost import Amount, CostLine
from migration.business.given import Given
from migration.business.moving import BY_DAYS
from migration.business.reckon import Account, Reckoned
from migration.business.ways import ESTATE, Way, a_year_later

PLANNED = "as-planned"


@dataclass(frozen=True)
class Chosen:
    """One way of acting with its name."""

    id: str
    name: str
    what: str
    among: Callable[[str], bool]
    later: Callable[[date], date]
    way: Way

    def otherwise(self, given: Given, later: Callable[[date], date], soak_days: int | None = None) -> Way:
        """The same way of acting with its days put off, or its servers kept for longer."""
        return given.roadmap.way(self.among, lambda day: later(self.later(day)), soak_days)


def ways(given: Given) -> list[Chosen]:
    """The ways that are compared. One that comes to the same as another is left out."""
    roadmap = given.roadmap
    planned, begun = roadmap.way(), roadmap.way(_nothing)
    least = roadmap.way(given.pressing.__contains__)
    few, left = len(least.servers - least.staying), len(least.staying)
    told: tuple[tuple[str, str, str, Callable[[str], bool], Callable[[date], date]], ...] = (
        (
            "do-nothing",
            "Do nothing",
            "Everything stays where it is. Hardware is bought anew when it is due, and extended support where it is"
            f" sold.{' What has moved already has moved.' if begun.moved else ''}",
            _nothing,
            _as_planned,
        ),
        (
            "minimum",
            "Do the minimum",
            "Of the servers that the plan holds, only those leave that are out of support or will be within half a"
            f" year, or whose contract ends in these years: {count(few, 'server')} of {len(roadmap.servers):,}."
            f" {left:,} {'stays' if left == 1 else 'stay'}.",
            given.pressing.__contains__,
            _as_planned,
        ),
        (
            PLANNED,
            "Move as planned",
            f"{count(len(planned.moved), 'workload')} in {count(len(given.plan.waves), 'wave')}, the last on"
            f" {day(roadmap.last)}. {_leaving(planned)}"
            if planned.moved
            else "The plan moves nothing.",
            _everything,
            _as_planned,
        ),
        (
            "later",
            "Move a year later",
            "The same moves in the same order, each twelve months later.",
            _everything,
            a_year_later,
        ),
    )
    found = [
        Chosen(name, title, what, among, later, roadmap.way(among, later))
        for name, title, what, among, later in told
    ]
    same = ((planned.moved, planned.gone), (begun.moved, begun.gone))
    return [one for one in found if one.id in ("do-nothing", PLANNED) or (one.way.moved, one.way.gone) not in same]


def _in_the_end(account: Account, lines: Iterable[CostLine], way: Way) -> str:
    """What running costs in the last year, by where: two sums that are not to be taken for each other."""
    if not way.days and not way.bought:
        return ""
    found = {"azure": 0.0, "on-premises": 0.0, "move": 0.0}
    for line in lines:
        if line.nature == "annual" and line.category != BY_DAYS:
            found[line.side] += line.amount.likely * account.part(line).paid[-1]
    services = ", services that are bought among it," if way.bought else ""
    return (
        f" Running costs £{found['azure']:,.0f} in Azure{services} and £{found['on-premises']:,.0f} on-premises in the last"
        " year."
    )


def _leaving(way: Way) -> str:
    """How many servers leave, and in what way: each server once."""
    away, bought = way.servers - way.staying, len(way.bought)
    moved = len({name for name in away if name in way.days})
    retired = len(away) - moved - bought
    parts = [
        *([f"{moved:,} moved"] if moved else []),
        *([f"{bought:,} replaced by a service that is bought"] if bought else []),
        *([f"{retired:,} retired"] if retired else []),
    ]
    left = len(way.staying)
    stays = f" {left:,} {'stays' if left == 1 else 'stay'}." if left else ""
    leave = "leaves" if len(away) == 1 else "leave"
    return f"{count(len(away), 'server')} of {len(way.servers):,} {leave}: {', '.join(parts)}.{stays}"


def _nothing(_server: str) -> bool:
    return False


def _everything(_server: str) -> bool:
    return True


def _as_planned(day: date) -> date:
    return day


def biased(lines: Iterable[CostLine], one_off: float, running: float) -> list[CostLine]:
    """The lines with optimism bias in `high`: the likely figure with the upper bound, where that is more.

    It is not laid on top of a price's own range, which says the same again.
    """
    found = []
    for line in lines:
        times = one_off if line.nature == "one-off" else running if line.side == "azure" else 0.0
        worst = max(line.amount.high, line.amount.likely * (1 + times))
        found.append(line.model_copy(update={"amount": line.amount.model_copy(update={"high": worst})}))
    return found


def options(given: Given) -> tuple[tuple[Option, ...], str]:
    """Every option, the preferred one marked, and by what rule it is."""
    terms = given.terms
    with_bias = biased(given.lines, terms.one_off_bias, terms.running_bias)
    made = []
    for one in ways(given):
        account = given.account(one.way)
        plain = account.reckon(given.lines, terms.discount_rate)
        high = account.reckon(with_bias, terms.discount_rate).net_present_cost.high
        cost = plain.net_present_cost
        for_it, against = _words(given, one, plain)
        made.append(
            Option(
                id=one.id,
                name=one.name,
                what=one.what + _in_the_end(account, given.lines, one.way),
                years=plain.years,
                net_present_cost=Amount(low=cost.low, likely=cost.likely, high=max(cost.high, high)),
                optimism_bias=max(0.0, high - cost.high),
                exposure=given.exposure(one.way),
                for_it=for_it,
                against=against,
            )
        )
    return _prefer(made, given.lines)


RULE = (
    "Preferred is the option with the least net present cost (likely) among those that leave servers out of support"
    " for no longer than the plan does"
)


def _prefer(made: Sequence[Option], lines: Iterable[CostLine]) -> tuple[tuple[Option, ...], str]:
    """The options with the preferred one marked, and the rule in words, with what it costs to hold to it."""
    planned = next(one for one in made if one.id == PLANNED)
    if not any(line.side == "on-premises" for line in lines):
        best, said = planned, (
            "The plan is shown as preferred because figures cannot tell: what the server room costs today has no"
            " price, so that doing nothing seems to cost less than it does"
        )  # fmt: skip
    elif planned.exposure is None:
        best = _cheapest(made)
        said = (
            "Preferred is the option with the least net present cost (likely), as no end of support is known:"
            f" {best.name.lower()}"
        )
    else:
        best = _cheapest([one for one in made if one.exposure is not None and one.exposure <= planned.exposure])
        said = f"{RULE}: {best.name.lower()}"
    marked = tuple(one.model_copy(update={"preferred": one.id == best.id}) for one in made)
    return marked, f"{said}. {_passed_over(best, _cheapest(made))}A person decides."


def _cheapest(made: Sequence[Option]) -> Option:
    """Of options that cost the same, the plan."""
    return min(made, key=lambda one: (one.net_present_cost.likely, one.id != PLANNED))


def _passed_over(best: Option, cheapest: Option) -> str:
    """What the rule passes over, so that nobody has to look for it."""
    if cheapest.id == best.id:
        return ""
    less = pounds(best.net_present_cost.likely - cheapest.net_present_cost.likely)
    exposed = (cheapest.exposure or 0) - (best.exposure or 0)
    more = f", and leaves servers out of support for {count(exposed, 'day')} more, summed" if exposed > 0 else ""
    return f"“{cheapest.name}” costs {less} less{more}. "


def _words(given: Given, one: Chosen, reckoned: Reckoned) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks for an option and against it, in figures. It names no server: a committee's paper is public."""
    way = one.way
    for_it, against = [], []
    late = sum(end < given.over.until for end in given.ends.values())
    stay_late = sum(server not in way.gone and end < given.over.until for server, end in given.ends.items())
    stays = sum(year.staying_hardware.likely for year in reckoned.years)
    capital = sum(year.capital.likely for year in reckoned.years) - stays
    once = sum(year.one_off_revenue.likely for year in reckoned.years)
    twice = sum(year.dual_running.likely for year in reckoned.years)
    if one.id == "do-nothing":
        for_it.append("No cost and no risk of moving.")
    if late and not stay_late:
        for_it.append("No server whose support is known to end is left behind.")
    if way.emptied is not None:
        for_it.append(f"No server is left on-premises after {day(way.emptied)}.")
    if stay_late:
        against.append(
            f"{count(stay_late, 'server')} will be out of support by {day(given.over.until)} and stay:"
            " no more fixes of faults that attackers know. The cost of a breach or an outage is a risk, and is not"
            " in these figures."
        )
    contracts = sum(server not in way.gone and end < given.over.until for server, end in given.contracts.items())
    if contracts:
        against.append(
            f"The contract of {count(contracts, 'server')} ends in these years and has to be renewed, at a price"
            " that is not known."
        )
    shared = sum(
        line.amount.likely for line in given.lines
        if (line.side, line.nature, line.subject) == ("on-premises", "annual", ESTATE)
    )  # fmt: skip
    if way.staying and way.moved and shared:
        against.append(
            f"{count(len(way.staying), 'server')} {'stays' if len(way.staying) == 1 else 'stay'}, so that what the"
            f" server room costs whatever is in it goes on: {pounds(shared)} a year."
        )
    if once:
        against.append(f"{pounds(once)} has to be found once, in revenue.")
    if capital:
        against.append(f"{pounds(capital)} of capital has to be found for moving.")
    if stays:
        against.append(
            f"{pounds(stays)} of capital has to be found for hardware of what stays or has not left yet."
        )
    if twice:
        against.append(f"{pounds(twice)} is paid twice, while both sides run.")
    if one.id == "later":
        more = _more_exposed(given, way)
        if more:
            against.append(f"Servers run {count(more, 'day')} more out of support over all years.")
    return tuple(for_it), tuple(against)


def _more_exposed(given: Given, way: Way) -> int:
    late, planned = given.exposure(way), given.exposure(given.roadmap.way())
    return (late or 0) - (planned or 0)
