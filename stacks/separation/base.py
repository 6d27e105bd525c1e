"""What a join is, and what it finds. Each join is a file of `joins/`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stacks.separation.side import Reference, Side


@dataclass(frozen=True)
class Step:
    """One step of a path."""

    where: str
    """The environment that it is in, or the place between."""
    what: str
    how: str = ""
    """How it leads to the next; empty at the end."""

    @property
    def told(self) -> str:
        """The step as people read it."""
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.what}" + (f", {self.how}" if self.how else "")


@dataclass(frozen=True)
class Way:
    """A path from one environment to the other."""

    join: str
    """The id of the join (`stacks/separation/joins/`)."""
    title: str
    steps: tuple[Step, ...]


@dataclass
class Found:
    """What one join finds between two sides."""

    ways: list[tuple[Step, ...]] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    """Sentences, without a full stop."""
    said: list[str] = field(default_factory=list)
    """What both have in common without being joined by it. Sentences, without a full stop."""


def _no_reference(one: Reference) -> bool:
    del one
    return False


def _nothing(a: Side, b: Side) -> Found:
    del a, b
    return Found()


@dataclass(frozen=True)
class Join:
    """One way of being joined: by references of a kind, by something else that is looked for, or both."""

    id: str
    title: str
    claims: Callable[[Reference], bool] = _no_reference
    """Whether a reference to the other side, or of both to a third place, is a join of this kind."""
    find: Callable[[Side, Side], Found] = _nothing
    """What else to look for. It finds the same whichever side is first."""
    packets: bool = False
    """Whether packets can go this way."""


def pairs(a: Side, b: Side) -> tuple[tuple[Side, Side], tuple[Side, Side]]:
    """Each side with the other."""
    return ((a, b), (b, a))
