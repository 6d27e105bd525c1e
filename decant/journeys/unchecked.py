"""Which stacks and servers were not checked against the rules, and which stacks have changed since they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from decant.rows import StackRow
from estate.records.finding import Finding
from estate.records.preview import Preview
from policies.current import checked


@dataclass(frozen=True)
class Unchecked:
    """What the counts of a check do not speak of, or not any more."""

    stacks: tuple[str, ...]
    """Never checked."""
    previewed: tuple[str, ...]
    """Those of them that were previewed: what they would be is known, and waits for its check."""
    older: tuple[str, ...]
    """Checked, and previewed or changed since."""
    servers: bool
    """Whether servers are known and none was checked."""

    @property
    def told(self) -> str:
        """What a person is told of it; empty where everything was checked as it is now."""
        left = [*(["the servers"] if self.servers else []), *self.stacks]
        return "; ".join(
            [
                *([f"out of date for {', '.join(self.older)}"] if self.older else []),
                *([f"not checked: {', '.join(left)}"] if left else []),
            ]
        )

    @property
    def next(self) -> str:
        """The check that comes next; empty where none does. A stack that was never previewed waits for that."""
        if self.servers:
            return "decant check hosts"
        return next((f"decant check stack {one}" for one in (*self.older, *self.previewed)), "")


def unchecked(
    stacks: Sequence[StackRow], previews: Sequence[Preview], findings: Sequence[Finding], *, servers: bool
) -> Unchecked:
    """Hold the last check of each stack against its last preview and its settings of today.

    `findings` are those that hold; `servers` says whether any server is known.
    """
    at = {checked(one): one.at for one in findings if one.scope != "host"}
    made = {one.stack: one.at for one in previews}
    there = [one["name"] for one in stacks if not one["problem"]]
    changed = {one["name"] for one in stacks if one["out_of_date"]}
    never = tuple(one for one in there if one not in at)
    return Unchecked(
        stacks=never,
        previewed=tuple(one for one in never if one in made),
        older=tuple(
            one for one in there if one in at and (one in changed or (one in made and made[one] > at[one]))
        ),
        servers=servers and not any(one.scope == "host" for one in findings),
    )
