"""What the preferred option would cost if one assumption were otherwise."""

from collections.abc import Callable, Iterable
from datetime import date

from estate.documents.words import count, pounds
from estate.records.business_case import Sensitivity
from estate.records.cost import CostLine
from migration.business.given import Given
from migration.business.options import Chosen
from migration.business.period import days_after
from migration.business.reckon import BY_DAYS, Account

LONG_SOAK = 90
"""Days that a server is kept after its move, where nobody dares to switch it off."""

Belongs = Callable[[CostLine], bool]


def sensitivity(given: Given, chosen: Chosen) -> tuple[Sensitivity, ...]:
    """Each main assumption lower and higher, the one that matters most first; what makes no difference is left out."""
    terms, lines = given.terms, given.lines
    account = given.account(chosen.way)
    base = _cost(account, lines, terms.discount_rate)
    found: list[Sensitivity] = []

    def note(assumption: str, before: str, after: str, cost: float) -> None:
        if cost != base:
            found.append(
                Sensitivity(
                    assumption=assumption,
                    from_value=before,
                    to_value=after,
                    net_present_cost=cost,
                    difference=cost - base,
                )
            )

    for assumption, belongs, unit in (
        ("Prices of what runs in Azure", _azure, " a year"),
        ("What the server room costs today", _premises, " a year"),
        ("Cost of moving, paid once", _once, ""),
    ):
        now = f"{pounds(_sum(account, lines, belongs, 'likely'))}{unit}"
        for end in ("low", "high"):
            otherwise = [_at(line, end) if belongs(line) else line for line in lines]
            cost = _cost(account, otherwise, terms.discount_rate)
            note(assumption, now, f"{pounds(_sum(account, lines, belongs, end))}{unit}", cost)
    for assumption, belongs, bias in (
        ("Optimism bias of what is paid once", _all_once, terms.one_off_bias),
        ("Optimism bias of running in Azure", _azure, terms.running_bias),
    ):
        dearer = [_times(line, 1 + bias) if belongs(line) else line for line in lines]
        note(assumption, "0%", f"{bias:.0%}", _cost(account, dearer, terms.discount_rate))
    if chosen.way.moved:
        late = given.account(chosen.otherwise(given, _stretched(given.on, terms.delay_bias)))
        note(
            "How long the moves take",
            "as planned",
            f"{terms.delay_bias:.0%} longer",
            _cost(late, lines, terms.discount_rate),
        )
        kept = given.account(chosen.otherwise(given, lambda day: day, LONG_SOAK))
        note(
            "How long a server is kept after its move",
            count(terms.soak_days, "day"),
            count(LONG_SOAK, "day"),
            _cost(kept, lines, terms.discount_rate),
        )
    most = {one.assumption: 0.0 for one in found}
    for one in found:
        most[one.assumption] = max(most[one.assumption], abs(one.difference))
    return tuple(sorted(found, key=lambda one: (-most[one.assumption], one.assumption, one.difference)))


def _cost(account: Account, lines: Iterable[CostLine], rate: float) -> float:
    return account.reckon(lines, rate).net_present_cost.likely


def _sum(account: Account, lines: Iterable[CostLine], belongs: Belongs, end: str) -> float:
    """Of the lines that are paid at all in this way of acting."""
    return sum(
        float(getattr(line.amount, end))
        for line in lines
        if belongs(line) and line.category != BY_DAYS and any(account.part(line).paid)
    )


def _at(line: CostLine, end: str) -> CostLine:
    """The line, as if this end of its range were the likely figure."""
    amount = line.amount.model_copy(update={"likely": getattr(line.amount, end)})
    return line.model_copy(update={"amount": amount})


def _times(line: CostLine, times: float) -> CostLine:
    return line.model_copy(update={"amount": line.amount * times})


def _stretched(on: date, more: float) -> Callable[[date], date]:
    def later(day: date) -> date:
        return days_after(day, round(max(0, (day - on).days) * more))

    return later


def _azure(line: CostLine) -> bool:
    return line.side == "azure" and line.nature == "annual"


def _premises(line: CostLine) -> bool:
    return line.side == "on-premises" and line.nature == "annual"


def _once(line: CostLine) -> bool:
    return line.side == "move" and line.nature == "one-off"


def _all_once(line: CostLine) -> bool:
    return line.nature == "one-off"
