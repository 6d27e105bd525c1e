"""What a verifier is: an independent comparison of the two sides of one workload."""

from typing import Protocol, runtime_checkable

from estate.records.verification import Verification
from migration.context import Context


@runtime_checkable
class Verifier(Protocol):
    """Compares the two sides of one kind of workload by means of its own."""

    kind: str

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """Compare everything. With `frozen` False the result may name differences that are only in flight."""
