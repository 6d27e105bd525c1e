"""The stacks of a workspace, each with what it is, what it costs, what is left of its money and of its days."""

from decant.app import App
from decant.journeys.check import outdated
from decant.journeys.stack_files import can_be, names
from decant.journeys.stack_life import built, today
from decant.journeys.stack_money import allowances
from decant.rows import StackRow
from estate.errors import DecantError
from estate.records.preview import Preview
from stacks.expiry import days_left
from stacks.settings.file import load
from stacks.settings.whole import StackSettings


def listing(app: App) -> list[StackRow]:
    """Every stack of the workspace; one whose settings are wrong is listed with the problem."""
    found: list[StackRow] = []
    states = built(app)
    for name in names(app):
        last = app.store.get(Preview, name)
        cost = last.estimate.monthly_gbp if last else None
        entry: StackRow = {
            "name": name,
            "kind": None,
            "platform": "",
            "budget_gbp": None,
            "monthly_gbp": cost,
            "left_gbp": None,
            "expires_on": None,
            "days_left": None,
            "state": states.get(name, "not built"),
            "previewed_at": last.at.isoformat(timespec="seconds") if last else None,
            "out_of_date": "",
            "problem": "",
        }
        if not can_be(name):
            found.append({**entry, "problem": f"{name!r} cannot be a stack's name: rename its file"})
            continue
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError as wrong:
            found.append({**entry, "problem": str(wrong)})
            continue
        ends = settings.expires_on
        found.append(
            {
                **entry,
                "kind": settings.kind,
                "platform": settings.platform,
                "out_of_date": outdated(last, app.workspace.stacks / f"{name}.toml") if last else "",
                "budget_gbp": settings.budget.monthly_gbp,
                "left_gbp": _left(app, name, settings, cost),
                "expires_on": ends.isoformat() if ends else None,
                "days_left": days_left(ends, today()) if ends else None,
            }
        )
    return found


def _left(app: App, name: str, settings: StackSettings, cost: float | None) -> float | None:
    """What is left of the money when the stack itself has its part; None where some of that is not known."""
    drawn = allowances(app, name, settings)
    if cost is None or any(one.unknown for one in drawn):
        return None
    return round(min(one.left_gbp for one in drawn) - cost, 2)
