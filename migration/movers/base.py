"""What a mover is: one kind of workload, moved in steps that can each be repeated.

Every method starts by looking at what is there, and reads before it writes, so that it can be run again after
a kill at any point. Side effects carry the move's epoch and are refused by the resource where a higher one was
there before (`migration/fence.py`).
"""

from typing import Protocol, runtime_checkable

from estate.records.move import Description, Lag, Residue
from migration.context import Context, Direction, Side


@runtime_checkable
class Mover(Protocol):
    """One kind of workload. All times in seconds."""

    kind: str

    def describe(self, ctx: Context) -> Description:
        """Look at both sides, change nothing, and say everything that the move will do.

        Raises `RefusedError` where the target holds something else already or has too little room,
        `UsageError` where the workload cannot move so.
        """

    def prepare(self, ctx: Context) -> None:
        """Make what the copy needs on both sides: roles, keys, settings, slots."""

    def seed(self, ctx: Context) -> None:
        """Make the first copy. The bulk runs outside this process; a second call finds it running and waits."""

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        """Carry over what changed since; returns what is left.

        Repeated until the lag is small, and after a freeze until it is zero.
        """

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        """Stop all writes on one side and prove it.

        First arms, on that host itself, a timer that thaws it after `deadline_seconds` should nobody call
        `hold`. Raises `RefusedError`, thawed again, where a writer cannot be shown to be gone.
        """

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        """Cancel the deadline of a freeze for good, just before the switch.

        Raises `RefusedError` where the side has thawed already or less than `least_seconds` were left.
        """

    def finish(self, ctx: Context, direction: Direction) -> None:
        """With the writing side frozen and the lag zero, carry over what the flow does not.

        Sequences and large objects, for example, or the times of folders.
        """

    def reverse(self, ctx: Context) -> None:
        """End the flow forward and start the flow back, before the target takes its first write."""

    def healthy(self, ctx: Context) -> str:
        """While soaking: empty where the flow back is whole, else one line on what broke it."""

    def thaw(self, ctx: Context, side: Side) -> None:
        """Let applications write on one side (again). Safe to repeat."""

    def sever(self, ctx: Context) -> None:
        """End the flow back at the source alone, so that nothing of it arrives there any more.

        Needs no target: one that is out of reach may come back. Safe to repeat.
        """

    def fold(self, ctx: Context) -> None:
        """After a rollback's switch: end the flow back.

        The target keeps its copy until `clean`. It is closed to applications, or seen by `still` to have been opened.
        """

    def still(self, ctx: Context) -> str:
        """After a rollback's switch, before and after `fold`: whether the target stayed closed since it was compared.

        Empty where it has, so that its copy holds nothing that the source has not, or where the copy is removed
        already; else one line on what is known.
        """

    def clean(self, ctx: Context, keep: Side | None) -> None:
        """Remove everything temporary and put every setting back.

        `keep` names the side that serves from now on; the other side's data is left as it is, closed to
        applications. None is a cancelled move, or a rollback that was verified: the source serves, and what this
        move copied to the target is removed, and nothing else.
        """

    def forsake(self, ctx: Context) -> None:
        """As `clean` where the source serves, on the source alone: the target is out of reach, and keeps what it has.

        What is noted of the target stays noted.
        """

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """What is really left on both hosts that is named `decant_…`, or is still changed.

        Looked up there, not in the notes.
        """
