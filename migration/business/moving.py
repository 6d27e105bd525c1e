"""What moving costs once, laid at what it is paid for: as the business case counts it, and a budget with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from estate.records.assessment import Assessment, Disposition
from estate.records.cost import Amount, CostLine, Costs
from migration.business.ways import ESTATE, retired, server_of

BY_DAYS = "dual running"
"""Lines of this category are left out: dual running is counted by days, from what both sides cost."""


def bought(costs: Costs, assessments: Iterable[Assessment]) -> frozenset[str]:
    """The servers in whose place a service is bought that has a price: they leave without a move."""
    priced = {line.subject for line in costs.lines if line.side == "azure" and line.nature == "annual"}
    return frozenset(
        one.server for one in assessments if one.disposition is Disposition.REPURCHASE and one.server in priced
    )


def laid(lines: Sequence[CostLine]) -> list[CostLine]:
    """The lines, the contingency of moving laid at what it is for: as much of it as of what moving costs.

    So a server that does not move has no part in it, and its part falls into the year of the move; the part of dual
    running is counted, or left out, as dual running is.
    """
    base: dict[tuple[str, str], Amount] = {}
    for one in lines:
        if one.side == "move" and one.nature == "one-off" and one.category != "contingency":
            what = one.subject, BY_DAYS if one.category == BY_DAYS else "contingency"
            base[what] = base[what] + one.amount if what in base else one.amount
    whole = [sum(ends) for ends in zip(*((one.low, one.likely, one.high) for one in base.values()), strict=True)]
    found: list[CostLine] = []
    for one in lines:
        if (
            one.side != "move"
            or one.category != "contingency"
            or one.subject != ESTATE
            or not whole
            or not whole[1]
        ):
            found.append(one)
            continue
        for (subject, category), part in base.items():
            low, likely, high = (
                end * of / all_of if all_of else 0.0
                for end, of, all_of in zip(
                    (one.amount.low, one.amount.likely, one.amount.high),
                    (part.low, part.likely, part.high),
                    whole,
                    strict=True,
                )
            )
            amount = Amount(low=low, likely=likely, high=high)
            name = f"{one.id}/{subject}" + (f"/{category}" if category == BY_DAYS else "")
            about = {"id": name, "subject": subject, "category": category, "amount": amount}
            found.append(one.model_copy(update=about))
    return found


def once_by_move(
    costs: Costs,
    assessments: Collection[Assessment],
    moves: Collection[str],
    authorities: Mapping[str, str | None] | None = None,
    pays: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """What each of these moves costs the council once, in pounds, likely: it is paid in the financial year of the move.

    `moves` are all workloads of the plan. Summed by the years of their days, this is what the business case pays once
    for moving, less the part (`pays`, by authority) that a partner pays for its own servers (`authorities`, by server).
    A server's own cost is shared by its moves, and by all moves what all share: of the estate, and of servers that
    leave without a move. Dual running is not in it: the case counts that by days, as running cost.
    """
    held: dict[str, list[str]] = defaultdict(list)
    for name in moves:
        held[name].append(name)
        held[server_of(name)].append(name)
    leaving = bought(costs, assessments) | retired(assessments) | {ESTATE}
    found = dict.fromkeys(moves, 0.0)
    for line in laid(costs.lines):
        if line.side != "move" or line.nature != "one-off" or line.category == BY_DAYS:
            continue
        among = held.get(line.subject) or (list(moves) if line.subject in leaving else [])
        whose = (authorities or {}).get(server_of(line.subject)) or ""
        for name in among:
            found[name] += line.amount.likely * (1 - (pays or {}).get(whose, 0)) / len(among)
    return found
