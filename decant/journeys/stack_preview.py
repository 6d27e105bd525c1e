"""Previews of stacks, to the store, the ledger and `.decant/previews/`, and what differs between two."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from decant.app import App
from decant.journeys.prices import prices
from decant.journeys.stack_files import record, refuse_overlaps, settings_file
from decant.output import jsonable
from estate import writing
from estate.errors import UsageError
from estate.records.preview import Preview
from stacks.preview.difference import Change, difference, rows
from stacks.settings.file import load


def preview(app: App, name: str) -> Preview:
    """Preview a stack and keep the preview: in the store, in `.decant/previews/`, and noted in the ledger."""
    from stacks.preview.stack import preview_stack

    path = settings_file(app, name)
    load(path)
    refuse_overlaps(app)
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
