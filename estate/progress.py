"""How the rooms report progress: one callback, which the face draws."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Step:
    """One report of progress.

    `task` names what is under way ("discover", "seed reports"); `done` and `total` count in `unit`
    ("hosts", "bytes", "rows"); `total` is None where it is not known; `note` is one short line.
    """

    task: str
    done: int = 0
    total: int | None = None
    unit: str = "steps"
    note: str = ""


class Progress(Protocol):
    """Receives each step. May be called from several threads, so an implementation must be safe for that."""

    def __call__(self, step: Step) -> None:
        """Take note of one step."""


def silent(step: Step) -> None:
    """A progress that nobody watches."""
    del step
