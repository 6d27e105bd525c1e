"""What a stack may cost: its budget, its platform's, and who lets an estimate pass that is over them."""

from typing import Any

from decant.app import App
from decant.journeys.stack_files import names, record
from estate import reading
from estate.errors import DecantError, UsageError
from estate.records.preview import Preview
from stacks.estimate.cap import Allowance, Cap, Override, cap
from stacks.settings.file import load
from stacks.settings.whole import StackSettings


def held(app: App, made: Preview) -> Cap:
    """Hold a preview against the budgets that its stack draws on: its own, and its platform's."""
    settings = load(app.workspace.stacks / f"{made.stack}.toml")
    return cap(made.stack, made.estimate, allowances(app, made.stack, settings), settings.budget.unpriced_allowed)


def allowances(app: App, name: str, settings: StackSettings) -> tuple[Allowance, ...]:
    """The budgets that a stack draws on, by the last previews of the other stacks that do."""
    shared = {other: _cost(app, other) for other in sharing(app, name)}
    if not settings.platform:
        return (Allowance(stack=name, budget_gbp=settings.budget.monthly_gbp, others=shared),)
    platform = settings.platform
    below = load(app.workspace.stacks / f"{platform}.toml")
    found = [Allowance(stack=platform, budget_gbp=below.budget.monthly_gbp, others=shared)]
    if "monthly_gbp" in _said(app, name).get("budget", {}):
        found.append(Allowance(stack=name, budget_gbp=settings.budget.monthly_gbp))
    return tuple(found)


def sharing(app: App, name: str) -> list[str]:
    """The other stacks that draw on the same budget: a platform, and what stands on it."""
    platform = _said(app, name).get("platform") or name
    return [other for other in (platform, *_standing_on(app, platform)) if other != name]


def override(who: str | None, reason: str | None) -> Override | None:
    """Who lets it pass, from `--over-budget` and `--reason`. Raises `UsageError` where one comes without the other."""
    who, reason = " ".join((who or "").split()), " ".join((reason or "").split())
    if bool(who) != bool(reason):
        raise UsageError(
            "An estimate over the cap passes only by a named person with a reason",
            "give --over-budget NAME and --reason TEXT together",
        )
    return Override(who=who, reason=reason) if who else None


def let_pass(app: App, made: Preview, found: Cap, by: Override | None, action: str) -> Cap:
    """The cap with who lets the estimate pass, noted in the ledger; as it was where it is not over, or nobody does."""
    if by is None or not found.over:
        return found
    record(
        app,
        made.stack,
        "stack.over-budget",
        {
            "for": action,
            "who": by.who,
            "reason": by.reason,
            "monthly_gbp": f"{made.estimate.monthly_gbp:.2f}",
            "left_gbp": f"{found.left_gbp:.2f}",
            "unpriced": len(found.unpriced),
            "over": list(found.over),
        },
    )
    return found.model_copy(update={"override": by})


def _standing_on(app: App, platform: str) -> list[str]:
    return [name for name in names(app) if _said(app, name).get("platform") == platform]


def _said(app: App, name: str) -> dict[str, Any]:
    """What a stack's own file says; nothing of one that cannot be read, which `stack list` tells of."""
    try:
        return reading.toml(app.workspace.stacks / f"{name}.toml")
    except DecantError:
        return {}


def _cost(app: App, name: str) -> float | None:
    last = app.store.get(Preview, name)
    return None if last is None else last.estimate.monthly_gbp
