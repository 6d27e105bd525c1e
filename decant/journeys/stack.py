"""What the stack commands do across rooms: previews to the store, the ledger and `.decant/previews/`."""

import json
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from decant.app import App
from decant.journeys.prices import prices
from decant.output import jsonable, table
from decant.rows import StackRow
from estate import writing
from estate.documents import words
from estate.errors import DecantError, RefusedError, UsageError
from estate.records.preview import Preview
from estate.suggest import unknown
from stacks.addresses import refuse_overlap
from stacks.kinds import KINDS
from stacks.preview.difference import Change, difference, rows
from stacks.settings.file import load, template
from stacks.settings.whole import StackSettings

if TYPE_CHECKING:
    from stacks.deploy import Deployment

EXAMPLE = "Its machines, databases and assumptions are still the template's: an example, not your workloads."
_NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")


def settings_file(app: App, name: str) -> Path:
    """The settings file of a stack; raises `UsageError` with what is close where there is none."""
    path = app.workspace.stacks / f"{name}.toml"
    if not _NAME.fullmatch(name) or not path.is_file():
        kind = name if name in KINDS else "|".join(KINDS)
        raise unknown("stack", name, _names(app), f"`decant stack new {name} --kind {kind}` makes it")
    return path


def preview(app: App, name: str) -> Preview:
    """Preview a stack and keep the preview: in the store, in `.decant/previews/`, and noted in the ledger."""
    from stacks.preview.stack import preview_stack

    path = settings_file(app, name)
    load(path)
    _refuse_overlap(app)
    made = preview_stack(path, progress=app.progress, prices=prices(app))
    app.store.put(made)
    saved = app.workspace.previews / f"{name}.json"
    text = json.dumps(
        {"schema": "decant.preview/1", **jsonable(document(made, None))}, indent=1, ensure_ascii=False
    )
    writing.replace(saved, text + "\n", writing.PRIVATE)
    record(
        app,
        name,
        "stack.preview",
        {
            "settings_sha256": made.settings_sha256,
            "resources": len(made.built),
            "monthly_gbp": f"{made.estimate.monthly_gbp:.2f}",
            "unpriced": len(made.estimate.unpriced),
        },
    )
    return made


def document(made: Preview, changes: Sequence[Change] | None) -> dict[str, Any]:
    """A preview as scripts read it; `docs/json.md` describes it."""
    whole: dict[str, Any] = made.model_dump(mode="json", by_alias=True)
    return {**whole, "built": len(made.built), "changes": changes}


def earlier(app: App, against: str) -> list[dict[str, Any]]:
    """The resources of an earlier preview: of a file that `--json` wrote, or the last of a stack of that name."""
    path = Path(against)
    if not path.is_file():
        stored = app.store.get(Preview, against)
        if stored is None:
            raise UsageError(
                f"{against} is neither a file nor a stack that was previewed",
                f"run `decant stack preview {against}`",
            )
        return rows(stored.resources)
    try:
        read = json.loads(path.read_text("utf-8"))
        found: list[dict[str, Any]] = [
            {
                **{key: str(row[key]) for key in ("urn", "type", "name")},
                "inputs": dict(row["inputs"]),
                "protect": bool(row.get("protect", False)),
            }
            for row in read["resources"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{against} is not a preview", "give a file that `decant stack preview NAME --json` wrote"
        ) from None
    return found


def compare(before: Sequence[Mapping[str, Any]], made: Preview) -> list[Change]:
    """How a preview differs from an earlier one."""
    return difference(before, rows(made.resources))


def show(made: Preview, changes: Sequence[Change] | None) -> None:
    """Print a preview for a person: by component with its cost, the dearest lines, and what has no price."""
    cost: dict[str, float] = defaultdict(float)
    for line in made.estimate.lines:
        cost[line.resource] += line.monthly_gbp
    by_urn = {resource.urn: resource for resource in made.resources}
    parts: dict[str, list[float]] = {}
    for resource in made.built:
        above = by_urn.get(resource.parent)
        part = above.name if above is not None and not above.type.startswith("pulumi:") else "stack"
        counted = parts.setdefault(part, [0, 0.0])
        counted[0] += 1
        counted[1] += cost.get(resource.name, 0.0)
    table(
        f"{made.stack}, by part",
        ("part", "resources", "£ a month"),
        [
            (part, int(count), f"{pounds:,.2f}")
            for part, (count, pounds) in sorted(parts.items(), key=lambda entry: -entry[1][1])
        ],
        numbers=("resources", "£ a month"),
    )
    click.echo()
    table(
        "What costs most",
        ("resource", "meter", "£ a month", "price", "supposes"),
        [
            (line.resource, line.meter, f"{line.monthly_gbp:,.2f}", line.basis, line.assumption)
            for line in made.estimate.lines[:10]
        ],
        numbers=("£ a month",),
    )
    if made.estimate.unpriced:
        click.echo()
        table(
            "No price, so not in the total",
            ("resource", "type", "why"),
            [(entry.resource, entry.type, entry.why) for entry in made.estimate.unpriced],
        )
    if changes is not None:
        click.echo()
        table(
            "What differs",
            ("change", "resource", "type", "inputs"),
            [(c.change, c.name, c.type, ", ".join(c.changed)) for c in changes],
        )
    bases: dict[str, float] = defaultdict(float)
    for line in made.estimate.lines:
        bases[line.basis] += line.monthly_gbp
    unpriced = len(made.estimate.unpriced)
    click.echo(f"\n{made.stack} is a {made.kind} stack of {words.count(len(made.built), 'resource')}.")
    click.echo(
        f"Total: £{made.estimate.monthly_gbp:,.2f} a month, without VAT"
        + (f", and {unpriced} that have no price" if unpriced else "; everything has a price")
        + f". Oldest price: {words.day(made.estimate.priced_at)}."
    )
    click.echo(
        f"Of it, £{made.estimate.guessed_gbp:,.2f} rests on guessed prices: our own judgement, undated, "
        "or another region's."
    )
    if made.example:
        click.echo(EXAMPLE)
    click.echo(
        "Prices: "
        + ", ".join(f"£{pounds:,.2f} {basis}" for basis, pounds in sorted(bases.items(), key=lambda b: -b[1]))
        + f". {made.estimate.source}."
    )


def new(app: App, name: str, kind: str) -> Path:
    """Write the settings of a new stack; raises `UsageError` where the name is not right or is taken."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a stack's name", "use 2 to 30 lower-case letters, digits and hyphens"
        )
    path = app.workspace.stacks / f"{name}.toml"
    text = template(name, kind)
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = writing.create(path)
    except FileExistsError:
        raise UsageError(f"there is a stack {name} already", f"edit {path}, or choose another name") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    record(app, name, "stack.new", {"kind": kind})
    return path


def listing(app: App) -> list[StackRow]:
    """Every stack of the workspace; one whose settings are wrong is listed with the problem."""
    found: list[StackRow] = []
    for name in _names(app):
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


def deployment(app: App, name: str) -> "Deployment":
    """The stack, ready for Pulumi; raises `ToolMissingError` without its CLI."""
    from stacks.deploy import Deployment, require_cli

    path = settings_file(app, name)
    require_cli()
    return Deployment(path, app.workspace.state / "pulumi" / name)


def within_budget(made: Preview, settings: StackSettings) -> None:
    """Raises `RefusedError` where the estimate is more than the stack's budget."""
    budget = settings.budget.monthly_gbp
    cost = made.estimate.monthly_gbp
    if cost > budget:
        raise RefusedError(
            f"{made.stack} would cost about £{cost:,.2f} a month, and its budget is £{budget:,.2f}",
            "make it smaller, or have budget.monthly_gbp raised by whoever holds the budget",
        )


def record(app: App, name: str, action: str, payload: Mapping[str, Any]) -> None:
    """Note in the ledger what was done to a stack."""
    app.ledger.append(action, [f"stack:{name}"], dict(payload), app.actor)


def _names(app: App) -> list[str]:
    return sorted(path.stem for path in app.workspace.stacks.glob("*.toml"))


def _refuse_overlap(app: App) -> None:
    spaces = {}
    for name in _names(app):
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError:
            continue  # `stack list` and its own preview say what is wrong with it
        if not settings.platform:
            spaces[name] = settings.network.address_space
    refuse_overlap(spaces)
