"""`decant demo`: the whole journey in the practice estate, by the commands that a person would type.

Each stage runs real commands as processes of their own, in the estate's client namespace, in a workspace of the
demo's own. The writer runs from before the first look until after the last move.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from decant.journeys.commands import run
from estate import writing
from estate.errors import RefusedError, UnfinishedError
from estate.paths import Workspace

MARKER = ".decant-demo"
SOAK_SECONDS = 10.0
APPROVER = "second.person"


@dataclass
class Demo:
    """What the stages share."""

    workspace: Workspace
    tell: Callable[[str], None]
    wrap: tuple[str, ...] = ()
    """What leads into the estate's client namespace: a command's words that go before `decant`."""
    lost: int | None = None
    moves: dict[str, str] = field(default_factory=dict)
    """The id of each workload's move."""
    left_out: list[str] = field(default_factory=list)
    report: str = ""

    def decant(self, *words: str, as_json: bool = True) -> dict[str, Any]:
        """Run one command in the workspace, as a client of the estate; with `as_json`, return what it printed.

        Raises `UnfinishedError` where it exits with anything but 0 or 1.
        """
        argv = [*self.wrap, sys.executable, "-m", "decant", "--no-input", "--workspace", str(self.workspace.root)]
        return self._run(argv, words, as_json)

    def practice(self, *words: str, as_json: bool = False) -> dict[str, Any]:
        """Run one `decant practice` command on this machine; the same otherwise."""
        return self._run([sys.executable, "-m", "decant", "--no-input"], ("practice", *words), as_json)

    def _run(self, argv: Sequence[str], words: Sequence[str], as_json: bool) -> dict[str, Any]:
        output = ["--json"] if as_json else []
        text = run([*argv, *words, *output], "decant " + " ".join(words), self.tell)
        return dict(json.loads(text)) if as_json else {}


@dataclass(frozen=True)
class Stage:
    """One stage: `act` does it and returns one line on what was done."""

    name: str
    act: Callable[[Demo], str]


@dataclass(frozen=True)
class Done:
    """A stage that was done."""

    name: str
    what: str
    seconds: float


def fresh(folder: Path) -> Workspace:
    """Empty the demo's own folder, or make it. Raises `RefusedError` where it is not the demo's."""
    root = folder.resolve()
    if root.exists() and any(root.iterdir()):
        if not (root / MARKER).is_file():
            raise RefusedError(
                f"{root} holds something that the demo did not make", "move it away, or give another --folder"
            )
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / MARKER).write_text("This workspace is made anew by each `decant demo`.\n", "utf-8")
    return Workspace(root)


def play(demo: Demo, stages: Sequence[Stage], at_the_end: Callable[[], None]) -> list[Done]:
    """Do every stage in turn, telling of each; `at_the_end` always runs.

    Raises `UnfinishedError` that names the stage and the command that failed.
    """
    done: list[Done] = []
    try:
        for number, stage in enumerate(stages, 1):
            demo.tell(f"[{number}/{len(stages)}] {stage.name}")
            started = time.monotonic()
            try:
                what = stage.act(demo)
            except UnfinishedError as failed:
                raise UnfinishedError(
                    f"The demo stopped at “{stage.name}”: {failed.what}",
                    f"look into {demo.workspace.root}, then run `decant demo` again; it starts anew",
                ) from None
            done.append(Done(stage.name, what, time.monotonic() - started))
            demo.tell(f"    {what} ({done[-1].seconds:.1f} s)")
    finally:
        at_the_end()
    return done


def init(demo: Demo, council: str) -> None:
    """Make the workspace with the files that the estate gave."""
    folder = str(demo.workspace.root)
    run([sys.executable, "-m", "decant", "init", folder, "--council", council], "decant init", demo.tell)


def write(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    writing.replace(path, text, writing.PRIVATE)


def counted(findings: Sequence[Mapping[str, Any]]) -> str:
    """How many rules ended how: `12 pass, 3 fail`."""
    statuses = [str(finding["status"]) for finding in findings]
    return ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(sorted(statuses)))
