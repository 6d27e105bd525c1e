"""A move: one workload on its way from one server to another, as a state machine."""

from enum import StrEnum
from typing import Literal

from estate.records.base import Instant, Record


class Phase(StrEnum):
    """Where a move stands. One that ends in -ing is work under way; the others are states that may last days."""

    PLANNED = "planned"
    PREPARING = "preparing"
    SEEDING = "seeding"
    SYNCING = "syncing"
    READY = "ready"
    """Seeded, in step, verified once: waits for approval and cutover, still following the source."""
    CUTTING_OVER = "cutting over"
    SOAKING = "soaking"
    """The target serves; changes flow back, so that going back loses nothing."""
    BROKEN = "broken"
    """The flow back stopped: a rollback would lose writes, and is refused unless a person accepts that."""
    ROLLING_BACK = "rolling back"
    ACCEPTING = "accepting"
    CANCELLING = "cancelling"
    ACCEPTED = "accepted"
    ROLLED_BACK = "rolled back"
    CANCELLED = "cancelled"


ENDED = frozenset({Phase.ACCEPTED, Phase.ROLLED_BACK, Phase.CANCELLED})


class Residue(Record):
    """Something temporary that a move made, or a setting that it changed, on one host.

    `kind` is `role`, `slot`, `publication`, `subscription`, `key`, `unit`, `file`, `directory`, `setting` …;
    a setting keeps its `old` value (None: it was not set), so that it can be put back.
    """

    host: str
    kind: str
    name: str
    old: str | None = None
    new: str | None = None
    at: Instant


class Lag(Record):
    """What is left to copy; `text` is for people ("12 transactions", "1.4 MiB, 3 files")."""

    bytes: int | None = None
    text: str
    zero: bool


class Description(Record):
    """What a move will do, before it does it. An approval binds to its hash."""

    workload: str
    target: str
    kind: str
    method: str
    steps: tuple[str, ...]
    bytes: int | None
    expected_seconds: float | None
    expected_frozen_seconds: float | None
    rights: tuple[str, ...]
    changes: tuple[str, ...]
    """Everything that it will create or change on either side, and put back at the end."""
    lasting: tuple[str, ...] = ()
    """What stays changed: after accept, after a rollback."""
    stops: tuple[str, ...] = ()
    """What stops serving, on which server, when, and for about how long."""
    restarts: tuple[str, ...] = ()
    """Servers on which a service must be restarted: needs `--confirm=SERVER`."""
    lossless_rollback: bool
    warnings: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    """What the plan and the overrides say of this workload."""
    against_plan: tuple[str, ...] = ()
    """What of that it goes against, and the reason that a person gave."""


class Move(Record):
    """One move. `epoch` rises with each attempt; a resource refuses a lower one."""

    id: str
    workload: str
    kind: str
    source: str
    target: str
    services: tuple[str, ...] = ()
    phase: Phase = Phase.PLANNED
    epoch: int = 0
    description: Description | None = None
    description_sha256: str = ""
    started_by: str = ""
    """Who started it; an approval is another person's."""
    approved_by: str | None = None
    lag: Lag | None = None
    bytes: int = 0
    frozen_seconds: float | None = None
    verified: bool | None = None
    verification: str | None = None
    """Id of the last verification."""
    residue: tuple[Residue, ...] = ()
    confirmed: tuple[str, ...] = ()
    """Servers on which the operator allowed a restart."""
    freeze_deadline: Instant | None = None
    frozen_at: Instant | None = None
    """Since when the serving side has taken no writes; None while it does."""
    serving: Literal["source", "target"] = "source"
    """The side that clients are sent to. Changing it is the point of no return of a cutover and of a rollback."""
    turned: bool = False
    """The flow forward was ended, or is being ended, for the flow back: a seed cannot be continued any more."""
    unopened: bool = False
    """The target has taken over and was never let take a write: going back needs nothing of it."""
    loss_accepted: bool = False
    """A person accepted that a rollback loses what was written after the flow back broke."""
    copy_kept: str | None = None
    """After a rollback: why the target keeps its copy; empty where it is removed, None before that was decided."""
    note: str = ""
    """One line for people: why it stands where it stands."""
    created_at: Instant
    changed_at: Instant
