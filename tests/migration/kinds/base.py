"""How one kind of workload is tried: an application that writes words, and what of them is there."""

from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from estate.records.move import Residue
from migration.context import Context, Side
from migration.movers.base import Mover
from migration.verify.base import Verifier
from practice.estate import Estate


class Trial(Protocol):
    """One move of one small workload, which holds the word `first`; its application writes one word at a time."""

    epoch: int
    mover: Mover
    verifier: Verifier
    notes: list[Residue]

    def context(self, epoch: int | None = None) -> Context:
        """What an attempt sees."""

    def write(self, side: Side, word: str) -> bool:
        """Write as the application does; whether it was taken."""

    def words(self, side: Side) -> set[str]:
        """What is there, as the superuser sees it; empty where there is nothing."""

    def plant(self, side: Side) -> str:
        """Change something on one side alone, past every flow; how a comparison must name it."""


@runtime_checkable
class Kind(Protocol):
    """A file of this folder."""

    kind: str

    def trial(self, estate: Estate) -> AbstractContextManager[Trial]:
        """A new workload; all of it is gone at the end, whatever happened."""
