"""Previews of stacks: made, held against the cap and the rules, and kept."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from decant.app import App
from decant.journeys.check import Checked, judge, outdated
from decant.journeys.prices import prices
from decant.journeys.stack_files import names, record, refuse_overlaps, refuse_same_names, settings_file
from decant.journeys.stack_money import held, sharing
from decant.output import jsonable
from estate import writing
from estate.errors import DecantError
from estate.records.finding import Status
from estate.records.preview import Preview
from estate.records.server import Server
from stacks.estimate.cap import Cap
from stacks.preview.difference import Change
from stacks.settings.base import NOBODY
from stacks.settings.file import load
from stacks.settings.whole import StackSettings

_SETTLED = (Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class Made:
    """A preview, with what the cap and the rules make of it."""

    preview: Preview
    cap: Cap
    checked: Checked


def preview(app: App, name: str) -> Preview:
    """Preview a stack and keep the preview."""
    return make(app, name).preview


def make(app: App, name: str) -> Made:
    """Preview a stack, hold it against the cap and the rules, and keep the preview, and a note of it in the ledger."""
    settings_file(app, name)
    refuse_overlaps(app)
    refuse_same_names(app)
    previewed = _kept(app, name)
    for other in sharing(app, name):
        _brought_up_to_date(app, other)
    made = Made(previewed, held(app, previewed), judge(app, previewed))
    text = json.dumps(
        {"schema": "decant.preview/1", **jsonable(document(made, None))}, indent=1, ensure_ascii=False
    )
    writing.replace(app.workspace.previews / f"{name}.json", text + "\n", writing.PRIVATE)
    record(
        app,
        name,
        "stack.preview",
        {
            "settings_sha256": previewed.settings_sha256,
            "resources": len(previewed.built),
            "monthly_gbp": f"{previewed.estimate.monthly_gbp:.2f}",
            "unpriced": len(previewed.estimate.unpriced),
            "over_cap": bool(made.cap.over),
        },
    )
    return made


def _kept(app: App, name: str) -> Preview:
    """Preview a stack and keep the preview in the store."""
    from stacks.preview.stack import preview_stack

    path = settings_file(app, name)
    found = preview_stack(path, progress=app.progress, prices=prices(app))
    settings = load(path)
    warnings = (*found.warnings, *_shared(app, name, settings), *_gone(app, settings))
    found = found.model_copy(update={"warnings": warnings})
    app.store.put(found)
    return found


def _brought_up_to_date(app: App, name: str) -> None:
    """Preview a stack that draws on the same budget where what it costs is not known, or not any more.

    One that is wrong itself stays unknown; its own preview says why.
    """
    with suppress(DecantError):
        if outdated(app.store.get(Preview, name), settings_file(app, name)):
            _kept(app, name)


def _shared(app: App, name: str, settings: StackSettings) -> Iterator[str]:
    """A warning where another environment is in the same subscription: whoever is let into one is near the other."""
    own = settings.platform or name
    for other in names(app):
        with suppress(DecantError):
            there = load(app.workspace.stacks / f"{other}.toml")
            if (there.platform or other) != own and there.subscription == settings.subscription != NOBODY:
                yield f"{other} is in the same subscription: `decant stack separation {name} {other}` shows what joins them"


def _gone(app: App, settings: StackSettings) -> Iterator[str]:
    """Warnings of targets that are for servers which are no longer known; none before any server was."""
    known = {one.id for one in app.store.all(Server)}
    for target in settings.targets if known else ():
        gone = [one for one in target.takes_over if one not in known]
        if gone:
            yield f"{target.name} takes over from {', '.join(gone)}, and no such server is known: look whether it is needed"


def document(made: Made, changes: Sequence[Change] | None) -> dict[str, Any]:
    """A preview as scripts read it; `docs/json.md` describes it."""
    whole: dict[str, Any] = made.preview.model_dump(mode="json", by_alias=True)
    return {
        **whole,
        "built": len(made.preview.built),
        "cap": made.cap,
        "findings": [one for one in made.checked.findings if one.status not in _SETTLED],
        "finding_counts": made.checked.counts,
        "changes": changes,
    }
