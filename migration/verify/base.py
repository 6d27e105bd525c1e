"""What a verifier is: an independent comparison of the two sides of one workload.

Every verifier can compare everything, which inside a freeze takes as long as that takes. One that is `Ahead` as well
does the bulk before the freeze, while writes go on, and inside it compares only what changed since. What changed it
learns by itself, on both sides, and not from the mover: else a change that the mover misses would be missed twice.
"""

from typing import Protocol, runtime_checkable

from estate.records.move import Residue
from estate.records.verification import Verification
from migration.context import Context


@runtime_checkable
class Verifier(Protocol):
    """Compares the two sides of one kind of workload by means of its own."""

    kind: str

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """Compare everything. With `frozen` False the result may name differences that are only in flight."""


class Rest(Protocol):
    """What is left to compare once the bulk was compared; kept by the attempt that made it, and by no record."""

    def verify(self, ctx: Context) -> Verification:
        """With the writing side frozen and nothing left to carry over: compare what changed since, on either side,
        and what did not agree then.

        What it can no longer tell, it compares whole. The outcome stands for everything, and is final.
        """


@runtime_checkable
class Ahead(Verifier, Protocol):
    """A verifier that compares the bulk before a freeze. What it makes on the hosts is noted, as a mover's."""

    def ahead(self, ctx: Context) -> Rest | None:
        """While writes go on: compare everything, and watch both sides for what changes from here on.

        What differs is looked at again once the copy has had time to follow; what then still differs is left to
        `Rest.verify`. None where this workload cannot be watched: all of it is then compared inside the freeze. Can
        be repeated after a kill at any point.
        """

    def forget(self, ctx: Context) -> None:
        """Stop watching: remove what `ahead` made, on each host that answers. Safe to repeat."""

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """What of that is really left, looked up on both hosts."""
