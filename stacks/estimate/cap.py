"""The cap: what an estimate may come to. It limits estimates; a budget in Azure warns, and stops nothing."""

from collections.abc import Mapping, Sequence

from estate.documents.words import count, some
from estate.errors import RefusedError
from estate.records.base import Record
from estate.records.preview import Estimate

_PENNY = 0.005


class Allowance(Record):
    """One budget that a stack draws on, with what the other stacks that draw on it take. Pounds a month, without VAT."""

    stack: str
    """Whose budget it is: the stack's own, or its platform's."""
    budget_gbp: float
    others: dict[str, float | None] = {}
    """By stack, its last estimate; None where what it takes is not known."""

    @property
    def left_gbp(self) -> float:
        """What is left of it for this stack, beside the others as far as they are known."""
        return round(self.budget_gbp - sum(taken or 0.0 for taken in self.others.values()), 2)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The others of which nobody knows what they take."""
        return tuple(sorted(name for name, taken in self.others.items() if taken is None))


class Override(Record):
    """The named person who lets an estimate pass that is over the cap, and why."""

    who: str
    reason: str


class Cap(Record):
    """What holds for one estimate. `over` has a sentence for each way in which it is too much; empty where it is not."""

    allowances: tuple[Allowance, ...]
    left_gbp: float
    """The least that is left of any of them, before this stack."""
    unpriced: tuple[str, ...]
    """Resources that may cost something and have no price."""
    unpriced_allowed: int
    over: tuple[str, ...]
    override: Override | None = None

    @property
    def notes(self) -> list[str]:
        """What is not known of the money left."""
        return [
            f"what {', '.join(one.unknown)} takes of the budget of {one.stack} is not known: no preview of it can be made"
            for one in self.allowances
            if one.unknown
        ]


def cap(name: str, estimate: Estimate, allowances: Sequence[Allowance], unpriced_allowed: int) -> Cap:
    """Hold the estimate of the stack `name` against every budget that it draws on."""
    unpriced = tuple(sorted({one.resource for one in estimate.unpriced}))
    cost = estimate.monthly_gbp
    over = [_too_much(name, cost, one) for one in allowances if cost > one.left_gbp + _PENNY]
    if len(unpriced) > unpriced_allowed:
        over.append(
            f"{count(len(unpriced), 'resource')} of {name} that may cost something "
            f"{'has' if len(unpriced) == 1 else 'have'} no price ({some(unpriced, 3)}), "
            f"and {unpriced_allowed or 'none'} {'is' if unpriced_allowed < 2 else 'are'} allowed"
        )
    return Cap(
        allowances=tuple(allowances),
        left_gbp=min(one.left_gbp for one in allowances),
        unpriced=unpriced,
        unpriced_allowed=unpriced_allowed,
        over=tuple(over),
    )


def refusal(found: Cap) -> RefusedError:
    """The error for an estimate over the cap that nobody lets pass."""
    ways = []
    if len(found.unpriced) > found.unpriced_allowed:
        ways.append("give what has no price one in rates.toml")
    if len(found.over) > bool(ways):
        ways.append("make it smaller, or have budget.monthly_gbp raised by whoever holds the budget")
    return RefusedError(
        "; ".join(found.over),
        f"{'; '.join(ways)}; or a named person lets it pass: --over-budget NAME --reason TEXT",
    )


def _too_much(name: str, cost: float, one: Allowance) -> str:
    excess = f"£{cost - one.left_gbp:,.2f} too much"
    about = f"{name} would cost about £{cost:,.2f} a month"
    whose = "its budget" if one.stack == name else f"the budget of {one.stack}"
    if not one.others:
        return f"{about}, and {whose} is £{one.budget_gbp:,.2f}: {excess}"
    left = f"there is £{one.left_gbp:,.2f}" if one.left_gbp > 0 else "nothing is"
    return f"{about}, and of {whose} of £{one.budget_gbp:,.2f} {left} left beside {_taken(one.others)}: {excess}"


def _taken(others: Mapping[str, float | None]) -> str:
    parts = [
        f"{name} ({'not known' if taken is None else f'£{taken:,.2f}'})" for name, taken in sorted(others.items())
    ]
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"
