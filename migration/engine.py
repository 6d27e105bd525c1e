"""The moves of an estate, for the face: describe, start, approve, cut over, roll back, accept, cancel."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from estate import approvals
from estate.errors import DecantError, HeldError, RefusedError, UnreachableError, UsageError
from estate.progress import Step
from estate.records.base import now
from estate.records.move import ENDED, Description, Move, Phase, Residue
from estate.records.workload import Workload
from estate.store import lease_key
from migration import cutover, flow, looking, machine, planned, rollback, seeding
from migration.hold import BEAT, TTL, Hold
from migration.machine import Command
from migration.work import Tools, Work

if TYPE_CHECKING:
    from migration.workflows import Workflows


@dataclass(frozen=True)
class Standing:
    """A move as it stands, and what the record alone cannot tell."""

    move: Move
    held_by: str
    """Who is at work on it now; empty where nobody is."""
    flow: str
    """While soaking: `whole`, `broken: …` or `unknown: …`; else empty."""


class Engine:
    """Moves workloads. `ttl` and `beat` are seconds: see `migration/hold.py`.

    `workflows_url` is the database of the durable workflows, as `sqlite:///PATH` or `postgresql://HOST/NAME`.
    """

    def __init__(self, tools: Tools, workflows_url: str, ttl: float = TTL, beat: float = BEAT) -> None:
        self._tools = tools
        self._workflows_url = workflows_url
        self._workflows: Workflows | None = None
        self._executor = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._ttl = ttl
        self._beat = beat

    def close(self) -> None:
        """Close the workflows' database. Safe to repeat."""
        if self._workflows is not None:
            self._workflows.close()
            self._workflows = None

    def may_start(self, workload_text: str, target: str, against_plan: str = "") -> None:
        """Raise what `start` would refuse before it reaches a host, so that nobody is asked for nothing."""
        workload = self._tools.store.resolve(Workload, workload_text)
        move = self._under_way(workload.id)
        if move is None:
            looking.wanted(self._tools, looking.draft(self._tools, workload, target), against_plan)
        else:
            _same_target(move, target)
            machine.admit(move, Command.MOVE)

    def may(self, text: str, command: Command, against_plan: str = "") -> Move:
        """The move, where `command` goes with how it stands; else raises what the command itself would refuse."""
        move = self._tools.store.move(text)
        machine.admit(move, command)
        if command is Command.CUTOVER and move.phase is Phase.READY:
            planned.require(f"cutting over {move.id} now", self._outside_window(move), against_plan)
        return move

    def describe(self, workload_text: str, target: str, against_plan: str = "") -> Description:
        """What moving a workload there would do. Changes nothing.

        Raises `UsageError` where there is no such workload or target, or it cannot move; `RefusedError` where the
        target holds something else, or has too little room, or it was decided otherwise and `against_plan` gives
        no reason.
        """
        workload = self._tools.store.resolve(Workload, workload_text)
        under_way = self._under_way(workload.id)
        if under_way is not None and under_way.target == target and under_way.description is not None:
            return under_way.description
        return looking.describe(self._tools, looking.draft(self._tools, workload, target), workload, against_plan)

    def start(
        self, workload_text: str, target: str, confirmed: Sequence[str] = (), against_plan: str = ""
    ) -> Move:
        """Start a move, or go on with one, until it is READY; while it soaks, bring back what was written since.

        Raises `RefusedError` where a server must be restarted that `confirmed` does not name, or where it was
        decided otherwise and `against_plan` gives no reason; `HeldError` where somebody else is at work on it.
        """
        workload = self._tools.store.resolve(Workload, workload_text)
        move, description = self._under_way(workload.id), None
        if move is None:
            move = looking.draft(self._tools, workload, target)
            description = looking.describe(self._tools, move, workload, against_plan)
            looking.require_confirmed(description, confirmed)
            self._tools.store.create_move(move)
        _same_target(move, target)
        machine.admit(move, Command.MOVE)
        with self._at_work(move) as work:
            machine.admit(work.move, Command.MOVE)
            if work.move.phase in {Phase.SOAKING, Phase.BROKEN}:
                flow.follow_back(work)
                return work.move
            if work.move.phase is Phase.PLANNED:
                description = description or looking.describe(self._tools, work.move, workload, against_plan)
                looking.require_confirmed(description, confirmed)
                seeding.begin(work, description, confirmed)
            elif work.move.phase is Phase.READY:
                work.enter(Phase.SYNCING)
            while work.move.phase is not Phase.READY:
                self._run_phase(work)
            return work.move

    def to_be_approved(self, text: str) -> Move:
        """The move whose cutover a second person may approve. Raises `RefusedError` where that comes too late."""
        move = self._tools.store.move(text)
        if move.phase in ENDED or move.phase in {Phase.SOAKING, Phase.BROKEN}:
            raise RefusedError(f"{move.id} needs no approval: it is {move.phase}", "see `decant moves`")
        return move

    def approve(self, text: str, key: Path | None, principal: str | None) -> approvals.Approval:
        """Sign the cutover of a move with a second person's SSH key. Raises as `estate.approvals.approve`."""
        move = self.to_be_approved(text)
        made = approvals.approve(self._tools.ledger, move, cutover.ACTION, key, principal, self._tools.actor)
        # Only for show: a cutover looks into the ledger. Whoever is at work keeps its own epoch.
        self._tools.store.update_move(move.id, self._tools.store.move(move.id).epoch, approved_by=made.principal)
        return made

    def cutover(self, text: str, against_plan: str = "") -> Move:
        """Cut over, or finish a cutover that was interrupted; the move then soaks.

        Raises `RefusedError` where it is not ready or not approved, or outside its wave's window and `against_plan`
        gives no reason. Whatever stops it before the target serves leaves the source serving, frozen for no longer
        than the deadline.
        """

        def ready(work: Work) -> None:
            outside = self._outside_window(work.move)
            planned.require(f"cutting over {work.move.id} now", outside, against_plan)
            if work.move.verification is None:
                raise RefusedError(f"{work.move.id} was never verified", f"run {machine.next_command(work.move)}")
            approvals.require(work.tools.ledger, work.move, cutover.ACTION)
            if outside:
                work.against_plan((*outside, f"{self._tools.operator} says why: {against_plan.strip()}"))

        return self._run(text, Command.CUTOVER, Phase.CUTTING_OVER, ready)

    def rollback(self, text: str, accept_loss: bool = False) -> Move:
        """Roll back, or finish a rollback that was interrupted; what was written on the target is kept.

        With `accept_loss`, a person accepts that what a broken flow back did not bring is lost, or what is on a
        target that is out of reach. Raises `RefusedError` where the flow is broken, `UnreachableError` where the
        target is away, and nobody did.
        """

        def ready(work: Work) -> None:
            broke = self._lost_by_going_back(work, accept_loss)
            work.update(loss_accepted=bool(broke))
            if broke:
                work.enter_ledger("move.loss_accepted", {"flow": broke})

        def again(work: Work) -> None:
            if accept_loss and not work.move.loss_accepted:
                ready(work)

        return self._run(text, Command.ROLLBACK, Phase.ROLLING_BACK, ready, again)

    def accept(self, text: str, backup: str) -> Move:
        """End the soak: the target serves for good. `backup` says which restored backup of the target was checked.

        That statement is the operator's, and goes into the ledger as such. Raises `RefusedError` where the flow
        back is found broken for the first time, or a name does not stand for the target.
        """
        if not backup.strip():
            raise UsageError(
                "a backup of the target must have been restored and checked",
                "say which with --backup-verified REFERENCE",
            )

        def ready(work: Work) -> None:
            known_broken = work.move.phase is Phase.BROKEN
            broke = flow.broken(work)
            if broke and not known_broken:
                raise RefusedError(
                    f"the flow back of {work.move.id} broke ({broke}): going back is no longer without loss",
                    f"`decant accept {work.move.id}` again to give up the way back",
                )
            self._tools.services.check_serves(work.move, work.context().target_host)
            work.enter_ledger(
                "backup.verified", {"reference": backup, "stated_by": self._tools.operator, "flow": broke}
            )

        return self._run(text, Command.ACCEPT, Phase.ACCEPTING, ready)

    def cancel(self, text: str) -> Move:
        """Give a move up before its target serves; what was copied is removed."""
        return self._run(text, Command.CANCEL, Phase.CANCELLING, _nothing_to_see)

    def find(self, text: str) -> Move:
        """The move by its id or workload. Raises `UsageError` where there is none."""
        return self._tools.store.move(text)

    def standings(self, look: bool = True) -> list[Standing]:
        """Every move. With `look`, the flow back of those that soak is looked at on the hosts."""
        found = []
        for move in self._tools.store.moves():
            held = self._tools.store.lease_holder(lease_key(move.id))
            soaks = look and held is None and move.phase in {Phase.SOAKING, Phase.BROKEN}
            seen, said = self._look(move) if soaks else (move, "")
            found.append(Standing(seen, held[0] if held else "", said))
        return found

    def residue(self, text: str) -> tuple[Residue, ...]:
        """What a move really left on its hosts, looked up there now."""
        move = self._tools.store.move(text)
        workload = looking.workload(self._tools, move)
        return self._tools.residue(looking.context(self._tools, move, workload))

    def _lost_by_going_back(self, work: Work, accept_loss: bool) -> str:
        """Why going back loses something; empty where it does not. Raises as `rollback` where nobody accepted it."""
        identity = work.move.id
        lossy = f"`decant rollback {identity} --accept-loss={identity}`"
        if accept_loss and (lost := rollback.out_of_reach(work)):
            return lost
        if work.move.serving == "source" or work.move.unopened:
            return ""
        try:
            broke = flow.broken(work)
        except UnreachableError as away:
            raise type(away)(
                away.what,
                f"{away.remedy}; if {work.move.target} is lost, switch it off and {lossy}: what was written there "
                "and did not flow back is then lost",
            ) from away
        if broke and not accept_loss:
            raise RefusedError(
                f"the flow back of {identity} broke ({broke}): a rollback would lose what it did not bring",
                f"`decant accept {identity}`, or {lossy}",
            )
        return broke

    def _run(
        self,
        text: str,
        command: Command,
        phase: Phase,
        ready: Callable[[Work], None],
        again: Callable[[Work], None] | None = None,
    ) -> Move:
        """Run a phase; `ready` comes before it is entered, `again` before it is gone on with."""
        found = self._tools.store.move(text)
        machine.admit(found, command)
        with self._at_work(found) as work:
            machine.admit(work.move, command)
            if work.move.phase is not phase:
                ready(work)
                work.enter(phase)
            elif again is not None:
                again(work)
            self._run_phase(work)
            return work.move

    @contextmanager
    def _at_work(self, move: Move) -> Iterator[Work]:
        """Hold a move and work on it. Raises `HeldError` where somebody else does."""
        workload = looking.workload(self._tools, move)
        looking.require_hosts(self._tools, move)
        holder = f"{self._tools.actor}:{os.getpid()} ({self._executor})"
        with Hold(self._tools.store, move.id, holder, self._ttl, self._beat, self._waiting) as hold:
            work = Work(self._tools, self._tools.store.move(move.id), workload, hold)
            work.update()
            if work.move.phase in machine.WORKING:
                work.enter_ledger("move.resumed", {"phase": work.move.phase})
            yield work

    def _waiting(self, holder: str, seconds: float) -> None:
        note = f"for a sign of life of {holder}; without one its lease lapses in {seconds:.0f} s"
        self._tools.progress(Step(task="wait", note=note))

    def _run_phase(self, work: Work) -> None:
        if self._workflows is None:
            # Imported only here: DBOS takes a second to import, and most commands run no phase.
            from migration.workflows import Workflows  # noqa: PLC0415

            self._workflows = Workflows(self._workflows_url, self._executor)
        self._workflows.run(work)

    def _outside_window(self, move: Move) -> tuple[str, ...]:
        outside = planned.outside_window(self._tools.decided(), move.workload, now())
        return (outside,) if outside else ()

    def _look(self, move: Move) -> tuple[Move, str]:
        """The flow back of a move that soaks, as the hosts show it; a break that is found is noted."""
        try:
            broke = self._tools.movers[move.kind].healthy(
                looking.context(self._tools, move, looking.workload(self._tools, move))
            )
        except DecantError as error:
            return move, f"unknown: {error.what}"
        if not broke and move.phase is Phase.SOAKING:
            return move, "whole"
        if move.phase is Phase.SOAKING:
            try:
                with self._at_work(move) as work:
                    flow.broken(work)
                    move = work.move
            except HeldError:
                pass  # who holds it will find the same
        return move, f"broken: {broke or move.note}"

    def _under_way(self, workload_id: str) -> Move | None:
        its = [m for m in self._tools.store.moves() if m.workload == workload_id and m.phase not in ENDED]
        return its[0] if its else None


def _same_target(move: Move, target: str) -> None:
    if move.target != target:
        raise RefusedError(
            f"{move.workload} is on its way to {move.target} already", "cancel that move, or name that target"
        )


def _nothing_to_see(work: Work) -> None:
    """A cancel needs nothing to be so or so."""
    del work
