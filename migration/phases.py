"""Every phase of work as a tuple of stages: the whole of a move, on one page.

A stage reads before it writes and can be run again after a kill at any point. One that comes to nothing before its
phase's point of no return is undone by `abandon`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from estate.errors import DecantError
from estate.records.move import Move, Phase
from migration import cutover, ending, rollback, seeding
from migration.work import Work

Stage = Callable[[Work], dict[str, Any]]


@dataclass(frozen=True)
class Program:
    """The stages of one phase. `abandon` undoes them; `settled` says that there is no return any more."""

    stages: tuple[Stage, ...]
    abandon: Callable[[Work, DecantError], None] | None = None
    settled: Callable[[Move], bool] = lambda move: False  # noqa: ARG005


PROGRAMS: Mapping[Phase, Program] = MappingProxyType(
    {
        Phase.PREPARING: Program((seeding.prepare,)),
        Phase.SEEDING: Program((seeding.seed,)),
        Phase.SYNCING: Program((seeding.follow, seeding.compare)),
        Phase.CUTTING_OVER: Program(
            (
                cutover.approved,
                cutover.reachable,
                cutover.ahead,
                cutover.freeze,
                cutover.drain,
                cutover.finish,
                cutover.prove,
                cutover.turn,
                cutover.hold,
                cutover.take_over,
                cutover.switch,
                cutover.open_target,
            ),
            cutover.abandon,
            lambda move: move.serving == "target",
        ),
        Phase.ROLLING_BACK: Program(
            (
                rollback.reachable,
                rollback.ahead,
                rollback.freeze,
                rollback.drain,
                rollback.finish,
                rollback.prove,
                rollback.hold,
                rollback.give_back,
                rollback.switch,
                rollback.open_source,
                rollback.judge_copy,
                rollback.tidy,
            ),
            rollback.abandon,
            lambda move: move.serving == "source",
        ),
        Phase.ACCEPTING: Program((ending.tidy_accepted,)),
        Phase.CANCELLING: Program((ending.release_source, ending.tidy_cancelled)),
    }
)
