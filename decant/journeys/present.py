"""What of the store is about what the workspace has now: a stack whose settings were taken out is no stack any more."""

from decant.app import App
from decant.journeys.stack_files import names
from estate.records.finding import Finding
from estate.records.preview import Preview
from policies.current import checked, current


def previews(app: App) -> list[Preview]:
    """The last preview of every stack of the workspace that has one, in the order of their names."""
    there = set(names(app))
    return sorted((one for one in app.store.all(Preview) if one.stack in there), key=lambda one: one.stack)


def findings(app: App) -> list[Finding]:
    """The findings of the last check of every server, and of every stack of the workspace."""
    there = set(names(app))
    return [one for one in current(app.store.all(Finding)) if one.scope == "host" or checked(one) in there]
