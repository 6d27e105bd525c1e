"""Whether two environments of a workspace are apart, by fresh previews of all their stacks."""

from dataclasses import dataclass

from decant.app import App
from decant.journeys.stack_files import names, settings_file
from decant.journeys.stack_preview import preview
from estate.errors import DecantError, UsageError
from stacks.separation.judge import Separation, separation
from stacks.separation.side import Side, StatePlace
from stacks.settings.file import load


@dataclass(frozen=True)
class Compared:
    """Two environments, the stacks that each is made of, and what was found between them."""

    made_of: tuple[tuple[str, ...], tuple[str, ...]]
    found: Separation


def compare(app: App, one: str, other: str) -> Compared:
    """Preview both environments and look for every path between them; a workload stack stands for its environment.

    Raises `UsageError` for a stack that is not there, and for two stacks of one environment.
    """
    first, second = sorted((_platform(app, one), _platform(app, other)))
    if first == second:
        raise UsageError(
            f"{one} and {other} are one environment, {first}", "name two stacks that stand on different platforms"
        )
    stood_on, unread = _stood_on(app)
    made_of = tuple((name, *sorted(stood_on.get(name, ()))) for name in (first, second))
    found = separation(*(_side(app, stacks) for stacks in made_of))
    told = (
        *(f"the stack {name}, whose settings cannot be read: whether it is part of either" for name in unread),
    )
    found = Separation(found.stacks, found.ways, found.said, (*told, *found.unjudged))
    app.ledger.append(
        "stack.separation",
        [f"stack:{first}", f"stack:{second}"],
        {
            "paths": len(found.ways),
            "joins": sorted({way.join for way in found.ways}),
            "unjudged": len(found.unjudged),
        },
        app.actor,
    )
    return Compared((made_of[0], made_of[1]), found)


def _platform(app: App, name: str) -> str:
    return load(settings_file(app, name)).platform or name


def _stood_on(app: App) -> tuple[dict[str, list[str]], list[str]]:
    """The workload stacks of each platform, and the stacks whose settings cannot be read."""
    found: dict[str, list[str]] = {}
    unread = []
    for name in names(app):
        try:
            platform = load(app.workspace.stacks / f"{name}.toml").platform
        except DecantError:
            unread.append(name)
            continue
        if platform:
            found.setdefault(platform, []).append(name)
    return found, unread


def _side(app: App, stacks: tuple[str, ...]) -> Side:
    resources = tuple(one for name in stacks for one in preview(app, name).resources)
    states = []
    for name in stacks:
        kept = load(settings_file(app, name)).state
        states.append(StatePlace(name, kept.backend, kept.secrets_provider, kept.passphrase))
    return Side(stacks[0], resources, tuple(states))
