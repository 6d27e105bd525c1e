"""Previews one stack of a workspace: runs its program offline, and says what it would cost."""

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import stacks
from estate.catalogue.prices import PriceList
from estate.documents.words import day
from estate.progress import Progress, silent
from estate.records.base import now
from estate.records.preview import Preview
from stacks.estimate.reckon import reckon
from stacks.moves import open_ports
from stacks.naming import refuse_long_names
from stacks.preview.run import TIME_LIMIT, record
from stacks.settings import fingerprint
from stacks.settings.example import is_example
from stacks.settings.file import load
from stacks.settings.whole import StackSettings

PROJECT = "decant"
"""The name in `Pulumi.yaml`; it is part of every URN."""
PLACEHOLDER = "given-for-previews-and-no-secret"
"""Stands in a preview for each secret that the program asks for; the program is told that it is one."""
PROGRAM = Path(stacks.__file__).parent


def preview_stack(
    settings_file: Path,
    *,
    program: Path = PROGRAM,
    secrets: Mapping[str, str] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress = silent,
    today: date | None = None,
    prices: PriceList | None = None,
) -> Preview:
    """What the stack of `settings_file` (`stacks/NAME.toml`) would register, with its monthly estimate.

    `prices` are the lists of the workspace; the book that ships with Decant by default.

    Raises `UsageError` for settings or a program that are not right, `RefusedError` for a kind that cannot be
    built yet, and `UnfinishedError` where the program does not come to an end.
    """
    settings = load(settings_file)
    hidden = {**placeholders(settings), **(secrets or {})}
    name = settings_file.stem
    # The program would say so too, after its start, and as a fault of its own.
    refuse_long_names(name, settings)
    open_ports(settings, settings_file)
    begun = time.monotonic()
    recording = record(
        program,
        project=PROJECT,
        stack=name,
        config={"decant:settings": str(settings_file.resolve())},
        secrets=hidden,
        time_limit=time_limit,
        progress=progress,
    )
    today = today or date.today()  # noqa: DTZ011 - an expiry is a day in the council's own calendar
    # Programs register as their parts become ready, in no fixed order.
    resources = tuple(sorted(recording.resources.values(), key=lambda resource: resource.urn))
    estimate = reckon(resources, settings, today, prices)
    unfilled = settings.unfilled()
    warnings = [f"before the stack can be built, fill in {', '.join(unfilled)}"] if unfilled else []
    warnings += settings.doubts()
    if settings.expires_on is not None and settings.expires_on < today:
        warnings.append(f"the stack expired on {day(settings.expires_on)}")
    return Preview(
        stack=name,
        kind=settings.kind,
        settings_sha256=fingerprint.settings(settings_file),
        programs_sha256=fingerprint.programs(),
        resources=resources,
        outputs=recording.outputs,
        estimate=estimate,
        example=is_example(settings),
        warnings=(*warnings, *recording.warnings),
        seconds=round(time.monotonic() - begun, 3),
        at=now(),
    )


def placeholders(settings: StackSettings) -> dict[str, str]:
    """What a preview gives for the secrets that a stack's program asks for."""
    return dict.fromkeys(settings.asks_for, PLACEHOLDER)
