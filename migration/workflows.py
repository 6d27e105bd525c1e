"""Phases as durable workflows on DBOS: each stage of each attempt is recorded, with its outcome as JSON.

As we found DBOS 3.4, and what follows from it here:

- An attempt is one workflow, `MOVE/PHASE/EPOCH`. Another attempt has another epoch, so no workflow is run by two
  processes or given other arguments; a known id is refused (by default DBOS would return the old result).
- A takeover cancels what older attempts left pending, which also stops one that merely slept, at its next stage.
  It then starts its own from the phase's first stage: what DBOS remembers of a stage is history and not truth,
  since a freeze may have lapsed meanwhile. The truth is looked up on the hosts and in the store. DBOS's own
  recovery is left idle: it only ever takes up executors of its own id, and ours are unique for each process.
- Everything is written by its portable JSON serializer. The default is pickle, which in a database that others can
  write to is code execution.
- Workflows are called in the caller's thread: errors come back as they were raised, where one that was started in
  the background would also be printed as a traceback.
- The application version is pinned. Without a conductor key it calls nobody. Its SQLite file would be open to all,
  so it is made first, with mode 0600. Closing it takes as long as its listener's polling interval.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import error as dbos_error

from estate.errors import DecantError, HeldError, UnreachableError, worst
from estate.records.move import Phase
from migration import machine
from migration.phases import PROGRAMS
from migration.work import Work

APPLICATION_VERSION = "moves-1"
"""To be raised when the stages change so that an attempt under way could not go on."""

_ABANDON = "abandon"


@dataclass
class _Attempt:
    work: Work
    phase: Phase
    error: DecantError | None = None


_attempts: dict[str, _Attempt] = {}
"""The attempts of this process, by workflow id: live objects have no place in a workflow's arguments."""


class Workflows:
    """The workflows of one workspace. DBOS allows a process one at a time; opening another closes the first."""

    _open: "Workflows | None" = None

    def __init__(self, url: str, executor: str) -> None:
        """`executor` is an id that no other process has, now or later."""
        self._url = url
        self._executor = executor

    def run(self, work: Work) -> None:
        """Run the phase that the move is in, from its first stage to its end.

        Raises what a stage raised, after the phase was abandoned where it can be; `HeldError` where the move was
        taken over.
        """
        self._launch()
        phase = work.move.phase
        identity = f"{work.move.id}/{phase.replace(' ', '-')}/{work.hold.epoch}"
        while identity in _attempts or self._known(identity):
            identity += "+"
        for older in DBOS.list_workflows(
            workflow_id_prefix=f"{work.move.id}/", status="PENDING", load_input=False, load_output=False
        ):
            DBOS.cancel_workflow(older.workflow_id)
        attempt = _attempts[identity] = _Attempt(work, phase)
        try:
            with SetWorkflowID(identity, workflow_id_reuse_policy="reject"):
                _run_phase(work.move.id, phase.value, work.hold.epoch)
        except (dbos_error.DBOSWorkflowCancelledError, dbos_error.DBOSAwaitedWorkflowCancelledError):
            work.hold.check()
            raise HeldError(
                f"{work.move.id} was taken over while this run slept", "look at `decant moves`"
            ) from None
        except sa.exc.SQLAlchemyError as fault:
            raise _without_store(attempt, fault) from fault
        finally:
            del _attempts[identity]

    def close(self) -> None:
        """Close it. Safe to repeat."""
        if Workflows._open is self:
            DBOS.destroy()
            Workflows._open = None

    def _known(self, identity: str) -> bool:
        return DBOS.get_workflow_status(identity) is not None

    def _launch(self) -> None:
        if Workflows._open is self:
            return
        if Workflows._open is not None:
            Workflows._open.close()
        parsed = sa.make_url(self._url)
        if parsed.drivername == "sqlite" and parsed.database:
            _must_be_usable(Path(parsed.database))
        DBOS(
            config=DBOSConfig(
                name="decant",
                system_database_url=self._url,
                executor_id=self._executor,
                application_version=APPLICATION_VERSION,
                serializer=DBOSPortableJSONSerializer(),
                log_level="WARNING",
                enable_otlp=False,
                notification_listener_polling_interval_sec=0.1,
            )
        )
        DBOS.launch()
        Workflows._open = self


def _must_be_usable(database: Path) -> None:
    """Make the workflows' own database where there is none. Raises `UnreachableError` for one that is none.

    Nothing is lost with it: where a move stands is in the estate's store, and every stage can be repeated.
    """
    try:
        database.touch(mode=0o600)
        with closing(sqlite3.connect(database, timeout=20)) as raw:
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (OSError, sqlite3.Error) as wrong:
        raise UnreachableError(
            f"the store of the workflows, {database}, cannot be used ({wrong})",
            "see that nothing else is at work, move it aside, and run the same command again: moves go on from "
            "where the estate's store says they stand",
        ) from wrong


@DBOS.workflow(name="decant.phase")
def _run_phase(move_id: str, phase: str, epoch: int) -> dict[str, Any]:
    """One attempt at one phase. The arguments are for whoever reads the database."""
    del move_id, epoch
    program = PROGRAMS[Phase(phase)]
    identity = _identity()
    attempt = _attempts[identity]
    outcomes: dict[str, Any] = {}
    try:
        for stage in program.stages:
            if not program.settled(attempt.work.move):
                attempt.work.pause_point()
            outcomes[stage.__name__] = _run_stage(stage.__name__)
    except HeldError:
        raise
    except DecantError as error:
        attempt.error = error
        _give_up(attempt, lambda: _run_stage(_ABANDON))
        raise
    return outcomes


def _give_up(attempt: _Attempt, abandon: Callable[[], object]) -> None:
    """Undo a phase that stopped, or say who takes writes where it cannot be undone any more."""
    program, error, move = PROGRAMS[attempt.phase], attempt.error, attempt.work.move
    if program.abandon is None or error is None:
        return
    if program.settled(move):
        raise type(error)(f"{error.what.rstrip('.')}; {machine.meanwhile(move)}", error.remedy) from error
    try:
        abandon()
    except HeldError:
        raise
    except DecantError as second:
        worse = error if worst((error.exit_code, second.exit_code)) == error.exit_code else second
        raise type(worse)(
            f"{error.what.rstrip('.')}; undoing it stopped as well: {second.what}", second.remedy
        ) from error


def _without_store(attempt: _Attempt, fault: sa.exc.SQLAlchemyError) -> DecantError:
    """The workflows' own store fails: what is undone is undone without it."""
    said = str(getattr(fault, "orig", None) or type(fault).__name__).strip().splitlines()[0][:200]
    error = attempt.error = UnreachableError(
        f"the store of the workflows cannot be written ({said})",
        f"make room for .decant, and go on with {machine.next_command(attempt.work.move)}",
    )
    program = PROGRAMS[attempt.phase]
    if program.abandon is not None and attempt.work.move.phase is attempt.phase:
        undo = program.abandon
        _give_up(attempt, lambda: undo(attempt.work, error))
    return error


@DBOS.step(name="decant.stage")
def _run_stage(name: str) -> dict[str, Any]:
    """One stage; its outcome is recorded as JSON."""
    attempt = _attempts[_identity()]
    program = PROGRAMS[attempt.phase]
    if name == _ABANDON and program.abandon is not None and attempt.error is not None:
        program.abandon(attempt.work, attempt.error)
        return {}
    stages: dict[str, Callable[[Work], dict[str, Any]]] = {stage.__name__: stage for stage in program.stages}
    return stages[name](attempt.work)


def _identity() -> str:
    identity = DBOS.workflow_id
    if identity is None:
        raise DecantError("a stage ran outside of its workflow", "report this")
    return identity
