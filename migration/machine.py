"""The state machine of a move: which phase may follow which, and which command goes on from where. Pure.

::

    planned ─▶ preparing ─▶ seeding ─▶ syncing ─▶ READY ─▶ cutting over ─▶ SOAKING ─▶ accepting ─▶ accepted
       ▲                                            ▲           │            │  ▲  └▶ BROKEN ─┘
       │                                            └───────────┤            ▼  │
       └── (the flow was turned already) ───────────────────────┘       rolling back ─▶ rolled back

    before the target serves, anything can be cancelled: ─▶ cancelling ─▶ cancelled
    cutting over, the target serves already:             ◀─▶ rolling back

In capitals: states, which may last for days. A command takes a move from a state into work, and work ends in a
state or at an end; work that was interrupted is gone on with by the same command.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from estate.errors import DecantError, RefusedError
from estate.records.move import ENDED, Move, Phase

WORKING = frozenset(
    {
        Phase.PREPARING,
        Phase.SEEDING,
        Phase.SYNCING,
        Phase.CUTTING_OVER,
        Phase.ROLLING_BACK,
        Phase.ACCEPTING,
        Phase.CANCELLING,
    }
)
"""Phases in which somebody is at work, or was and was interrupted."""

TRANSITIONS: Mapping[Phase, frozenset[Phase]] = MappingProxyType(
    {
        Phase.PLANNED: frozenset({Phase.PREPARING, Phase.CANCELLING}),
        Phase.PREPARING: frozenset({Phase.SEEDING, Phase.CANCELLING}),
        Phase.SEEDING: frozenset({Phase.SYNCING, Phase.CANCELLING}),
        Phase.SYNCING: frozenset({Phase.READY, Phase.CANCELLING}),
        Phase.READY: frozenset({Phase.CUTTING_OVER, Phase.SYNCING, Phase.CANCELLING}),
        Phase.CUTTING_OVER: frozenset(
            {Phase.SOAKING, Phase.READY, Phase.PLANNED, Phase.CANCELLING, Phase.ROLLING_BACK}
        ),
        Phase.SOAKING: frozenset({Phase.BROKEN, Phase.ROLLING_BACK, Phase.ACCEPTING}),
        Phase.BROKEN: frozenset({Phase.ROLLING_BACK, Phase.ACCEPTING}),
        Phase.ROLLING_BACK: frozenset({Phase.ROLLED_BACK, Phase.SOAKING, Phase.BROKEN, Phase.CUTTING_OVER}),
        Phase.ACCEPTING: frozenset({Phase.ACCEPTED}),
        Phase.CANCELLING: frozenset({Phase.CANCELLED}),
        Phase.ACCEPTED: frozenset(),
        Phase.ROLLED_BACK: frozenset(),
        Phase.CANCELLED: frozenset(),
    }
)


class Command(StrEnum):
    """What an operator asks of a move."""

    MOVE = "move"
    CUTOVER = "cutover"
    ROLLBACK = "rollback"
    ACCEPT = "accept"
    CANCEL = "cancel"


ADMITTED: Mapping[Command, frozenset[Phase]] = MappingProxyType(
    {
        Command.MOVE: frozenset(
            {
                Phase.PLANNED,
                Phase.PREPARING,
                Phase.SEEDING,
                Phase.SYNCING,
                Phase.READY,
                Phase.SOAKING,
                Phase.BROKEN,
            }
        ),
        Command.CUTOVER: frozenset({Phase.READY, Phase.CUTTING_OVER}),
        Command.ROLLBACK: frozenset({Phase.CUTTING_OVER, Phase.SOAKING, Phase.BROKEN, Phase.ROLLING_BACK}),
        Command.ACCEPT: frozenset({Phase.SOAKING, Phase.BROKEN, Phase.ACCEPTING}),
        Command.CANCEL: frozenset(
            {
                Phase.PLANNED,
                Phase.PREPARING,
                Phase.SEEDING,
                Phase.SYNCING,
                Phase.READY,
                Phase.CUTTING_OVER,
                Phase.CANCELLING,
            }
        ),
    }
)

_GOES_ON_BY = {
    Phase.CUTTING_OVER: Command.CUTOVER,
    Phase.ROLLING_BACK: Command.ROLLBACK,
    Phase.ACCEPTING: Command.ACCEPT,
    Phase.CANCELLING: Command.CANCEL,
}


def step(move: Move, to: Phase) -> Phase:
    """The phase `to`, where `move` may go there. Raises `DecantError` where it may not: a fault of ours."""
    if to not in TRANSITIONS[move.phase]:
        raise DecantError(
            f"{move.id} cannot go from {move.phase} to {to}", "look at `decant moves` and report this"
        )
    if to is Phase.CANCELLING and move.serving == "target":
        raise DecantError(f"{move.id} cannot be cancelled: its target serves", "use `decant rollback`")
    if to is Phase.ROLLING_BACK and move.serving == "source":
        raise DecantError(f"{move.id} cannot be rolled back: its source serves", "use `decant cancel`")
    return to


def admit(move: Move, command: Command) -> None:
    """Raise `RefusedError` where `command` does not go with the phase that `move` is in; it says what would."""
    past_return = command is Command.CANCEL and move.serving == "target"
    too_early = command is Command.ROLLBACK and move.phase is Phase.CUTTING_OVER and move.serving == "source"
    if move.phase not in ADMITTED[command] or past_return or too_early:
        serves = f", its {move.serving} serves" if past_return or too_early else ""
        state = f"{move.phase}{serves}"
        raise RefusedError(
            f"{move.id} cannot be given `{command}`: it is {state}", f"go on with {next_command(move)}"
        )


def next_command(move: Move) -> str:
    """What to type next, as a whole command."""
    if move.phase in ENDED:
        return f"`decant moves {move.id}`"
    if move.phase is Phase.READY:
        return f"`decant cutover {move.id}`" if move.approved_by else f"`decant approve {move.id}`"
    if move.phase in {Phase.SOAKING, Phase.BROKEN}:
        return f"`decant accept {move.id}` or `decant rollback {move.id}`"
    if move.phase is Phase.CUTTING_OVER and move.serving == "target":
        return f"`decant cutover {move.id}` or `decant rollback {move.id}`"
    command = _GOES_ON_BY.get(move.phase)
    if command is not None:
        return f"`decant {command} {move.id}`"
    return f"`decant move {move.workload} --to {move.target}`"


def meanwhile(move: Move) -> str:
    """Who takes writes while a move stands where it stopped, past the point of no return."""
    if move.frozen_at is not None:
        return f"neither side takes writes until {next_command(move)} is run"
    return f"{move.source if move.serving == 'source' else move.target} serves meanwhile"
