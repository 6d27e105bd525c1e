"""What the preferred option would cost if one assumption were otherwise."""

from collections.abc import Callable, Iterable
from datetime import date

from estate.documents.words import count
from estate.records.business_case import Sensitivity
from estate.records.cost import CostLine
from migration.business.given import Given
from migration.business.moving import BY_DAYS
from migration.business.options import Chosen
from migration.business.period import days_after
from migration.business.reckon import Account
from migration.business.ways import ESTATE

LONG_SOAK = 90
"""Days that a server is kept after its move, where nobody dares to switch it off."""

SAVED = "When what the server room costs is saved"
BY_HEAD = "on_premises_total"
"""The assumption of a sum for the whole room, which is shared by its servers."""

Belongs = Callable[[CostLine], bool]
Figure = Callable[[CostLine], float]
"""What a line is reckoned to cost."""


def sensitivity(given: Given, chosen: Chosen, cost: float) -> tuple[Sensitivity, ...]:
    """Each main assumption lower and higher, the one that matters most first; what makes no difference is left out.

    `cost` is the likely net present cost of the way that was `chosen`.
    """
    terms, lines = given.terms, given.lines
    account = given.account(chosen.way)

    def at(account: Account, figure: Figure) -> float:
        return account.present(lines, terms.discount_rate, figure)

    base = at(account, _likely)
    found: list[Sensitivity] = []

    def note(assumption: str, before: str, after: str, otherwise: float) -> None:
        difference = round(otherwise - base)
        if difference:
            found.append(
                Sensitivity(
                    assumption=assumption,
                    from_value=before,
                    to_value=after,
                    net_present_cost=cost + difference,
                    difference=difference,
                )
            )

    for assumption, belongs, unit in (
        ("Prices of what runs in Azure, and of services that are bought", _azure, " a year"),
        ("What the server room costs today", _premises, " a year"),
        ("Extended support of what stays", _extended, " a year"),
        ("Cost of moving, paid once", _once, ""),
    ):
        now = f"{_whole(_sum(account, lines, belongs, _likely))}{unit}"
        for end in (_low, _high):
            after = f"{_whole(_sum(account, lines, belongs, end))}{unit}"
            note(assumption, now, after, at(account, _where(belongs, end)))
    for assumption, belongs, bias in (
        ("Optimism bias in the likely figure of what is paid once", _all_once, terms.one_off_bias),
        ("Optimism bias in the likely figure of running in Azure", _azure, terms.running_bias),
    ):
        note(assumption, "0%", f"{bias:.0%}", at(account, _where(belongs, _likely, 1 + bias)))
    if chosen.way.moved:
        late = given.account(chosen.otherwise(given, _stretched(given.on, terms.delay_bias)))
        kept = given.account(chosen.otherwise(given, lambda day: day, LONG_SOAK))
        note("How long the moves take", "as planned", f"{terms.delay_bias:.0%} longer", at(late, _likely))
        note(
            "How long a server is kept after its move",
            count(terms.soak_days, "day"),
            count(LONG_SOAK, "day"),
            at(kept, _likely),
        )
        together = [_of_the_room(line) for line in lines]
        whole = account.present(together, terms.discount_rate, _likely)
        note(SAVED, "as each server leaves", "when the last has left", whole)
    most = {one.assumption: 0.0 for one in found}
    for one in found:
        most[one.assumption] = max(most[one.assumption], abs(one.difference))
    return tuple(sorted(found, key=lambda one: (-most[one.assumption], one.assumption, one.difference)))


def _sum(account: Account, lines: Iterable[CostLine], belongs: Belongs, figure: Figure) -> float:
    """Of the lines that are paid at all in this way of acting: by the year, or once and rounded as the years are."""
    years = [0.0] * len(account.over.years)
    yearly = 0.0
    for line in lines:
        if belongs(line) and line.category != BY_DAYS and any(account.part(line).paid):
            if line.nature == "annual":
                yearly += figure(line)
            else:
                for place, paid in enumerate(account.part(line).paid):
                    years[place] += figure(line) * paid
    return yearly + sum(map(round, years))


def _whole(amount: float) -> str:
    """£1,234,567: figures that are compared with each other are all in whole pounds."""
    return f"£{amount:,.0f}"


def _of_the_room(line: CostLine) -> CostLine:
    """The line; of a sum for the whole room, a server's part as if the room had it until the last server leaves."""
    return line.model_copy(update={"subject": ESTATE}) if BY_HEAD in line.assumptions else line


def _where(belongs: Belongs, figure: Figure, times: float = 1) -> Figure:
    """That figure, so many times, where a line belongs; the likely one elsewhere."""
    return lambda line: figure(line) * times if belongs(line) else _likely(line)


def _low(line: CostLine) -> float:
    return line.amount.low


def _likely(line: CostLine) -> float:
    return line.amount.likely


def _high(line: CostLine) -> float:
    return line.amount.high


def _stretched(on: date, more: float) -> Callable[[date], date]:
    def later(day: date) -> date:
        return days_after(day, round(max(0, (day - on).days) * more))

    return later


def _azure(line: CostLine) -> bool:
    return line.side == "azure" and line.nature == "annual"


def _premises(line: CostLine) -> bool:
    return line.side == "on-premises" and line.nature == "annual" and not _extended(line)


def _extended(line: CostLine) -> bool:
    return "business.extended_support" in line.assumptions


def _once(line: CostLine) -> bool:
    return line.side == "move" and line.nature == "one-off"


def _all_once(line: CostLine) -> bool:
    return line.nature == "one-off"
