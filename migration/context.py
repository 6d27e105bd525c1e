"""What a mover and a verifier may know and touch: both sides, the move's record, and notes of what it changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from estate.progress import Progress
from estate.records.host import Host
from estate.records.move import Move, Residue
from estate.records.workload import Workload
from estate.transport.base import Transport

Side = Literal["source", "target"]
Direction = Literal["forward", "back"]


@dataclass(frozen=True)
class Context:
    """All that a mover or a verifier may know and touch.

    `record` takes note of something temporary, or of a changed setting with its old value, BEFORE it is made
    (so that a kill between the two leaves a note and no orphan); `forget` is called once it is gone or put back.
    `known` lists what is noted now. `settings` are the workspace's settings for movers.
    """

    move: Move
    workload: Workload
    source: Transport
    target: Transport
    source_host: Host
    target_host: Host
    progress: Progress
    record: Callable[[Residue], None]
    forget: Callable[[Residue], None]
    known: Callable[[], Sequence[Residue]]
    settings: Mapping[str, Any]

    def side(self, side: Side) -> Transport:
        """The transport of one side."""
        return self.source if side == "source" else self.target
