"""The stacks of a workspace, each with what it is and what it costs."""

from decant.app import App
from decant.journeys.stack_files import names
from decant.rows import StackRow
from estate.errors import DecantError
from estate.records.preview import Preview
from stacks.settings.file import load


def listing(app: App) -> list[StackRow]:
    """Every stack of the workspace; one whose settings are wrong is listed with the problem."""
    found: list[StackRow] = []
    for name in names(app):
        last = app.store.get(Preview, name)
        entry: StackRow = {
            "name": name,
            "kind": None,
            "budget_gbp": None,
            "expires_on": None,
            "monthly_gbp": last.estimate.monthly_gbp if last else None,
            "previewed_at": last.at.isoformat(timespec="seconds") if last else None,
            "problem": "",
        }
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError as wrong:
            found.append({**entry, "problem": str(wrong)})
            continue
        expires = settings.expires_on.isoformat() if settings.expires_on else None
        found.append(
            {**entry, "kind": settings.kind, "budget_gbp": settings.budget.monthly_gbp, "expires_on": expires}
        )
    return found
