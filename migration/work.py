"""One attempt at one move: what its stages know, write and touch."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estate.errors import InterruptedRunError, RefusedError, UnreachableError
from estate.ledger import Ledger
from estate.progress import Progress, Step
from estate.records.host import Host
from estate.records.move import Move, Phase, Residue
from estate.records.verification import Verification
from estate.records.workload import Workload
from estate.store import Store
from estate.transport.base import Transport
from migration import machine
from migration.context import Context
from migration.hold import Hold, guarded
from migration.movers.base import Mover
from migration.planned import Decided
from migration.services import Services
from migration.verify.base import Ahead, Rest, Verifier

LEAST_SECONDS = 5.0
"""How much of a freeze's deadline a switch wants left: several times what an update of DNS takes."""


@dataclass(frozen=True)
class Tools:
    """What an engine is given by the face, the same for every move.

    `connect` gives a transport by the host's name; `settings` are the workspace's settings for moves, in seconds
    where they are times; `stop` is set when a person asked to stop; `decided` gives the plan and the overrides.
    """

    store: Store
    ledger: Ledger
    hosts: Mapping[str, Host]
    connect: Callable[[str], Transport]
    services: Services
    movers: Mapping[str, Mover]
    verifiers: Mapping[str, Verifier]
    progress: Progress
    operator: str
    actor: str
    settings: Mapping[str, Any]
    stop: threading.Event
    decided: Callable[[], Decided] = Decided

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """What mover and verifier of a move really left on both hosts, looked up there now."""
        verifier = self.verifiers[ctx.move.kind]
        watching = verifier.residue(ctx) if isinstance(verifier, Ahead) else ()
        return (*self.movers[ctx.move.kind].residue(ctx), *watching)


class Work:
    """One attempt. `move` is the record as this attempt last wrote it."""

    def __init__(self, tools: Tools, move: Move, workload: Workload, hold: Hold) -> None:
        self.tools = tools
        self.move = move
        self.workload = workload
        self.hold = hold
        self.mover = tools.movers[move.kind]
        self.verifier = tools.verifiers[move.kind]
        self.rest: Rest | None = None
        """What is left to compare inside the freeze, where the bulk was compared before it."""
        self._source = guarded(tools.connect(move.source), hold.check)
        self._target = guarded(tools.connect(move.target), hold.check)

    @property
    def freeze_seconds(self) -> float:
        """How long a freeze may last before the frozen host itself ends it."""
        return float(self.tools.settings["freeze_seconds"])

    @property
    def least_seconds(self) -> float:
        """How much of a freeze's deadline must be left for a switch."""
        return float(self.tools.settings.get("least_seconds", LEAST_SECONDS))

    def context(self) -> Context:
        """What the mover and the verifier see now."""
        return Context(
            move=self.move,
            workload=self.workload,
            source=self._source,
            target=self._target,
            source_host=self.tools.hosts[self.move.source],
            target_host=self.tools.hosts[self.move.target],
            progress=self._progress,
            record=self.record,
            forget=self.forget,
            known=lambda: self.move.residue,
            settings=self.tools.settings,
        )

    def update(self, **changes: Any) -> Move:
        """Write fields of the move, under this attempt's epoch. Raises `HeldError` where it has lost the move."""
        self.hold.check()
        self.move = self.tools.store.update_move(self.move.id, self.hold.epoch, **changes)
        return self.move

    def enter(self, phase: Phase, note: str = "", **changes: Any) -> None:
        """Take the move to another phase, and say so in the ledger."""
        before = self.move.phase
        self.update(phase=machine.step(self.move, phase), note=note, **changes)
        self.enter_ledger("move.phase", {"from": before, "to": phase, "note": note})

    def enter_ledger(self, action: str, payload: Mapping[str, Any]) -> None:
        """Note in the ledger what was done to this move."""
        self.hold.check()
        self.tools.ledger.append(
            action,
            [self.move.id, self.move.workload],
            {"epoch": self.hold.epoch, **payload},
            self.tools.actor,
        )

    def against_plan(self, lines: Sequence[str]) -> None:
        """Note in the ledger that this goes against what was decided: `lines` end with the reason."""
        self.enter_ledger("move.against_plan", {"decided": lines[:-1], "reason": lines[-1]})

    def record(self, left: Residue) -> None:
        """Take note of something temporary, or of a setting's old value, before it is made or changed.

        What is noted already is kept: only the first old value is the true one.
        """
        if any(_same(left, noted) for noted in self.move.residue):
            return
        self.enter_ledger("residue.noted", {"residue": left})
        self.update(residue=(*self.move.residue, left))

    def forget(self, gone: Residue) -> None:
        """Take the note back: it is gone, or put back."""
        if not any(_same(gone, noted) for noted in self.move.residue):
            return
        self.update(residue=tuple(noted for noted in self.move.residue if not _same(gone, noted)))
        self.enter_ledger("residue.gone", {"host": gone.host, "kind": gone.kind, "name": gone.name})

    def verified(self, verification: Verification) -> None:
        """Keep a verification with the move."""
        self.tools.store.put(verification)
        self.update(verified=verification.agrees, verification=verification.id)
        self.enter_ledger(
            "move.verified",
            {
                "verification": verification.id,
                "agrees": verification.agrees,
                "frozen": verification.frozen,
                "items": verification.items,
                "method": verification.method,
            },
        )

    def say(self, task: str, note: str = "") -> None:
        """Report what is under way."""
        self.tools.progress(Step(task=f"{task} {self.workload.name}", note=note))

    def anchor(self) -> None:
        """Anchor the ledger. A second place that is away is said, and stops nothing."""
        try:
            self.tools.ledger.anchor(str(self.tools.settings.get("anchor_file", "")))
        except UnreachableError as away:
            self.say("anchor", str(away))

    def pause_point(self) -> None:
        """Between two steps: raise where the move was lost, or a person asked to stop."""
        self.hold.check()
        if self.tools.stop.is_set():
            raise InterruptedRunError(
                f"{self.move.id} stopped after a whole step, as you asked",
                f"go on with {machine.next_command(self.move)}",
            )

    def leave_no_residue(self) -> None:
        """Raise `RefusedError` where something is still noted, or really left on a host."""
        left = {*map(_name, self.move.residue), *map(_name, self.tools.residue(self.context()))}
        if left:
            raise RefusedError(
                f"{self.move.id} still left something behind: {', '.join(sorted(left))}",
                "run the same command again; if it stays, remove it by hand and run again",
            )

    def _progress(self, step: Step) -> None:
        if step.unit == "bytes" and self.move.phase is Phase.SEEDING and step.done > self._most_bytes:
            self._most_bytes = step.done
        self.tools.progress(step)

    _most_bytes = 0

    @property
    def copied_bytes(self) -> int:
        """How many bytes the mover reported while it seeded in this attempt."""
        return self._most_bytes


def _same(one: Residue, other: Residue) -> bool:
    return (one.host, one.kind, one.name) == (other.host, other.kind, other.name)


def _name(left: Residue) -> str:
    return f"{left.kind} {left.name} on {left.host}"


def names(residue: Sequence[Residue]) -> str:
    """Residue in one line, for people."""
    return ", ".join(sorted(map(_name, residue)))
