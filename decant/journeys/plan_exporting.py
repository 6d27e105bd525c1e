"""A plan as files that others take: a table, a calendar, settings of a stack."""

import csv
import io
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from decant.journeys.exporting import plain
from decant.journeys.plan_stacks import Exported, workload_stacks
from decant.journeys.planning import given, held
from estate import reading, writing
from estate.records.plan import Plan
from migration.planning.ical import calendar

if TYPE_CHECKING:
    from decant.app import App

COLUMNS = (
    "wave", "name", "day", "window_start", "window_end", "pilot", "workload", "target", "how", "state", "pinned",
    "bytes", "why",
)  # fmt: skip


def as_csv(plan: Plan) -> bytes:
    """One row a workload, those that do not move last; with a mark, so that Excel reads it as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for wave in plan.waves:
        start, end = (one.isoformat() if one else None for one in (wave.window_start, wave.window_end))
        for move in wave.moves:
            row: tuple[object, ...] = (
                wave.number, wave.name, wave.expected, start, end, wave.pilot, move.workload, move.target, move.how,
                move.state, move.pinned, move.bytes, move.why,
            )  # fmt: skip
            writer.writerow([plain(value) for value in row])
    for name, why in sorted(plan.not_moving.items()):
        row = (None, None, None, None, None, False, name, None, None, "not moving", False, None, why)
        writer.writerow([plain(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def write_csv(app: "App", path: Path) -> Plan:
    """Write the plan that holds as a table. Raises `UsageError` where there is none."""
    plan = held(app, given(app))
    writing.replace(path, as_csv(plan), writing.PRIVATE, "choose another file")
    return plan


def write_calendar(app: "App", path: Path) -> Plan:
    """Write its waves as change windows. Raises `UsageError` where there is no plan."""
    plan = held(app, given(app))
    who = sha256(reading.content(app.workspace.ledger_public)).hexdigest()
    made = calendar(plan, app.settings.workspace.council, who)
    writing.replace(path, made.encode("utf-8", "replace"), writing.PRIVATE, "choose another file")
    return plan


def stacks_of(app: "App") -> Exported:
    """The workload stacks of the plan that holds. Raises `UsageError` where there is no plan, or nothing to build."""
    about = given(app)
    return workload_stacks(app, held(app, about), about.estate)


def stack_files(made: Exported, folder: Path) -> dict[Path, str]:
    """The files that `write_stacks` writes, with their texts."""
    return {folder / f"{name}.toml": text for name, text in made.texts.items()}


def write_stacks(made: Exported, folder: Path) -> None:
    """Write the settings of workload stacks, one file a system."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in stack_files(made, folder).items():
        writing.replace(path, text, remedy="choose another folder")
