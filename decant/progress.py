"""Draws progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import threading
import time
from typing import TYPE_CHECKING, TextIO

from decant.output import console, plain
from estate.documents.words import size
from estate.printable import printable
from estate.progress import Step

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PLAIN_EVERY = 5.0


def drawer(stream: TextIO) -> "Bars | Lines":
    """The drawer that fits the stream."""
    return Lines(stream) if plain(stream) else Bars(stream)


def amount(step: Step) -> str:
    """How far a step is, for people; empty where there is nothing to count."""
    if not step.done and not step.total:
        return ""
    if step.unit == "bytes":
        done, total = size(step.done), size(step.total) if step.total is not None else ""
    else:
        done, total = f"{step.done:,}", f"{step.total:,}" if step.total is not None else ""
    of = f" of {total}" if total else ""
    unit = step.unit.removesuffix("s") if (step.total or step.done) == 1 else step.unit
    return f"{done}{of}" + ("" if step.unit == "bytes" else f" {unit}")


class Lines:
    """A plain line for each task when it starts, every few seconds, and when it is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: dict[str, float] = {}
        self._notes: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, step: Step) -> None:
        """Write the step where it is news."""
        with self._lock:
            finished = step.total is not None and step.done >= step.total
            due = time.monotonic() - self._last.get(step.task, -PLAIN_EVERY) >= PLAIN_EVERY
            if not (due or finished or self._notes.get(step.task) != step.note):
                return
            self._last[step.task] = time.monotonic()
            self._notes[step.task] = step.note
            told = ": ".join(part for part in (step.task, amount(step), step.note) if part)
            self._stream.write(f"{printable(told)}\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is kept open."""


class Bars:
    """A bar for each task, until they are closed; a later step begins new ones below."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __call__(self, step: Step) -> None:
        """Move the task's bar."""
        with self._lock:
            drawn = self._drawn or self._begin()
            if step.task not in self._tasks:
                self._tasks[step.task] = drawn.add_task(printable(step.task), total=step.total, amount="", note="")
            drawn.update(
                self._tasks[step.task],
                completed=step.done,
                total=step.total,
                amount=amount(step),
                note=printable(step.note)[:60],
            )

    def close(self) -> None:
        """Leave the bars as they stand, so that what is written next comes below them."""
        with self._lock:
            if self._drawn is not None:
                self._drawn.stop()
                self._drawn = None
                self._tasks.clear()

    def _begin(self) -> "Progress":
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._drawn = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[amount]} {task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            console=console(self._stream),
            transient=False,
        )
        self._drawn.start()
        return self._drawn
