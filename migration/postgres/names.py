"""Every name that a move gives to something temporary, in one place: all begin with `decant_`."""

from dataclasses import dataclass

from migration import fence
from migration.context import Direction


@dataclass(frozen=True)
class Names:
    """The names of one move."""

    tag: str

    @classmethod
    def of(cls, move: str) -> "Names":
        """The names for the move with this id."""
        return cls(fence.tag(move))

    @property
    def folder(self) -> str:
        """The move's own folder on each host; gone after `clean`."""
        return f"/var/lib/{self.tag}"

    @property
    def work(self) -> str:
        """What PostgreSQL's own user may read: the password file, the seed's files."""
        return f"{self.folder}/postgres"

    @property
    def gate(self) -> str:
        """The gate of the database: script, state, what it was before."""
        return f"{self.folder}/gate"

    @property
    def role(self) -> str:
        """Carries the flow of changes: replication, nothing else."""
        return self.tag

    @property
    def copy_role(self) -> str:
        """Reads everything, for the time of a copy only."""
        return f"{self.tag}_copy"

    @property
    def database(self) -> str:
        """The target's database until its seed is whole; then it takes the real name."""
        return self.tag

    @property
    def seed_unit(self) -> str:
        """The transient unit of the seed, without its suffix."""
        return f"{self.tag}_seed"

    @property
    def hold_unit(self) -> str:
        """The unit that holds the seed's snapshot on the source, without its suffix."""
        return f"{self.tag}_hold"

    def flow(self, direction: Direction) -> str:
        """Slot, publication and subscription of one direction share this name."""
        return self.tag if direction == "forward" else f"{self.tag}_back"

    def thaw_unit(self, epoch: int) -> str:
        """The unit that thaws when a freeze's deadline lapses, without its suffix."""
        return f"{self.tag}_thaw_e{epoch}"
