"""What a preview is compared with: an earlier preview, a file of one, or what is built."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from decant.app import App
from decant.journeys.stack_files import DEPLOYED
from estate.errors import UsageError
from estate.records.preview import Preview
from stacks.preview.deployed import alike_where_unknown, rows_of_state
from stacks.preview.difference import Change, difference, rows

Compare = Callable[[Preview], list[Change]]


def compared_with(app: App, name: str, against: str) -> Compare:
    """What says how a preview of the stack `name` differs from `against`: a file that `--json` wrote, the last
    preview of a stack, or `deployed`.

    Read before the preview is made, which replaces the last. Raises `UsageError` for what is none of these, and
    `ToolMissingError` for what is built where there is no Pulumi CLI.
    """
    if against == DEPLOYED:
        return _with_built(app, name)
    before = _earlier(app, against)
    return lambda made: difference(before, rows(made.resources))


def _with_built(app: App, name: str) -> Compare:
    from decant.journeys.stack_deploy import deployment

    built = rows_of_state(deployment(app, name).state())

    def compare(made: Preview) -> list[Change]:
        now = rows(made.resources)
        return difference(alike_where_unknown(built, now), now)

    return compare


def _earlier(app: App, against: str) -> list[dict[str, Any]]:
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
        return _read(json.loads(path.read_text("utf-8"))["resources"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{against} is not a preview", "give a file that `decant stack preview NAME --json` wrote"
        ) from None


def _read(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **{key: str(row[key]) for key in ("urn", "type", "name")},
            "inputs": dict(row["inputs"]),
            "protect": bool(row.get("protect", False)),
        }
        for row in found
    ]
