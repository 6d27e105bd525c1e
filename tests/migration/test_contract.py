"""Every mover, on two real servers: closed until the switch, frozen in earnest, nothing lost, nothing left."""

import time
from collections.abc import Callable, Iterator

import pytest

import migration.movers
from estate.errors import HeldError, RefusedError
from estate.registry import load
from migration.context import Direction, Side
from migration.movers.base import Mover
from practice.estate import Estate
from tests.migration import kinds
from tests.migration.kinds.base import Kind, Trial

pytestmark = [pytest.mark.practice, pytest.mark.slow]

KINDS = load(kinds, "TRIAL", Kind, lambda one: one.kind)  # type: ignore[type-abstract]


OTHERWISE = {"objects": "nobody can be kept from writing to a container: test_objects_move.py"}
"""Kinds that cannot keep this contract whole, and where they are tried."""


@pytest.fixture(params=list(KINDS))
def trial(request: pytest.FixtureRequest, estate: Estate) -> Iterator[Trial]:
    """One workload of each kind."""
    with KINDS[request.param].trial(estate) as made:
        yield made


def drained(trial: Trial, direction: Direction) -> None:
    """Carried over until nothing is left."""
    deadline = time.monotonic() + 60
    while not (lag := trial.mover.sync(trial.context(), direction)).zero:
        assert time.monotonic() < deadline, lag


def until_ready(trial: Trial) -> None:
    trial.mover.describe(trial.context())
    trial.mover.prepare(trial.context())
    trial.mover.seed(trial.context())


def twice(act: Callable[[], object]) -> None:
    """Every step can be repeated, as after a kill just behind it."""
    act()
    act()


def frozen_and_compared(trial: Trial, side: Side) -> None:
    """Frozen, in step, finished and alike; each step twice."""
    direction: Direction = "forward" if side == "source" else "back"
    twice(lambda: trial.mover.freeze(trial.context(), side, 120))
    assert not trial.write(side, "too-late")
    drained(trial, direction)
    twice(lambda: trial.mover.finish(trial.context(), direction))
    seen = trial.verifier.verify(trial.context(), frozen=True)
    assert seen.agrees, [check for check in seen.checks if not check.agrees]


def cut_over(trial: Trial) -> None:
    frozen_and_compared(trial, "source")
    twice(lambda: trial.mover.reverse(trial.context()))
    twice(lambda: trial.mover.hold(trial.context(), "source", 5))
    assert not trial.write("target", "too-early")
    twice(lambda: trial.mover.thaw(trial.context(), "target"))


def nothing_is_left(trial: Trial) -> None:
    assert trial.mover.residue(trial.context()) == ()
    assert trial.notes == []


def test_a_description_changes_nothing(trial: Trial) -> None:
    trial.mover.describe(trial.context())
    assert trial.mover.describe(trial.context()).steps
    nothing_is_left(trial)
    assert trial.write("source", "served")
    assert trial.words("target") == set()


def test_what_is_acknowledged_is_kept_forth_and_back_with_every_step_done_twice(trial: Trial) -> None:
    twice(lambda: trial.mover.prepare(trial.context()))
    twice(lambda: trial.mover.seed(trial.context()))
    assert trial.write("source", "since-the-copy")
    assert not trial.write("target", "too-early")
    cut_over(trial)
    assert trial.write("target", "on-the-target")
    assert not trial.write("source", "too-late")
    assert trial.mover.healthy(trial.context()) == ""
    assert trial.write("target", "just-before-the-way-back")
    frozen_and_compared(trial, "target")
    twice(lambda: trial.mover.hold(trial.context(), "target", 5))
    twice(lambda: trial.mover.thaw(trial.context(), "source"))
    assert trial.mover.still(trial.context()) == ""
    twice(lambda: trial.mover.fold(trial.context()))
    twice(lambda: trial.mover.clean(trial.context(), None))
    kept = {"first", "since-the-copy", "on-the-target", "just-before-the-way-back"}
    assert trial.words("source") == kept
    assert trial.words("target") == set()
    assert trial.write("source", "served-again")
    nothing_is_left(trial)


def test_accepted_the_target_serves_and_the_source_takes_no_more(trial: Trial) -> None:
    until_ready(trial)
    cut_over(trial)
    assert trial.write("target", "on-the-target")
    twice(lambda: trial.mover.clean(trial.context(), "target"))
    assert trial.write("target", "after-it")
    assert not trial.write("source", "too-late")
    assert trial.words("target") == {"first", "on-the-target", "after-it"}
    nothing_is_left(trial)


def test_cancelled_at_any_point_the_source_serves_and_the_target_is_empty(trial: Trial) -> None:
    def frozen() -> None:
        trial.mover.freeze(trial.context(), "source", 120)

    def turned() -> None:
        drained(trial, "forward")
        trial.mover.finish(trial.context(), "forward")
        trial.mover.reverse(trial.context())

    steps = (
        lambda: trial.mover.prepare(trial.context()),
        lambda: trial.mover.seed(trial.context()),
        frozen,
        turned,
    )
    for last in range(1, len(steps) + 1):
        trial.epoch += 1
        for step in steps[:last]:
            step()
        twice(lambda: trial.mover.clean(trial.context(), None))
        assert trial.write("source", f"after-{last}")
        assert trial.words("target") == set()
        nothing_is_left(trial)


def test_a_freeze_that_nobody_holds_ends_by_itself_and_then_nothing_is_switched(trial: Trial) -> None:
    until_ready(trial)
    trial.mover.freeze(trial.context(), "source", 4)
    assert not trial.write("source", "too-late")
    deadline = time.monotonic() + 30
    while not trial.write("source", "served-again"):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    mover = trial.mover
    for act in (
        lambda: mover.hold(trial.context(), "source", 1),
        lambda: mover.finish(trial.context(), "forward"),
        lambda: mover.reverse(trial.context()),
    ):
        with pytest.raises(RefusedError):
            act()
    trial.epoch += 1
    mover.freeze(trial.context(), "source", 20)
    with pytest.raises(RefusedError, match="seconds"):
        mover.hold(trial.context(), "source", 60)
    mover.hold(trial.context(), "source", 5)
    assert not trial.write("source", "too-late")


def test_an_attempt_that_was_overtaken_changes_nothing_more(trial: Trial) -> None:
    until_ready(trial)
    mover, old = trial.mover, trial.epoch
    trial.epoch += 1
    mover.freeze(trial.context(), "source", 120)
    for act in (
        lambda: mover.prepare(trial.context(old)),
        lambda: mover.freeze(trial.context(old), "source", 60),
        lambda: mover.hold(trial.context(old), "source", 5),
        lambda: mover.reverse(trial.context(old)),
        lambda: mover.thaw(trial.context(old), "source"),
        lambda: mover.clean(trial.context(old), None),
    ):
        with pytest.raises(HeldError):
            act()
    assert not trial.write("source", "too-late")
    mover.hold(trial.context(), "source", 5)


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_difference_is_found_and_named(trial: Trial, side: Side) -> None:
    until_ready(trial)
    drained(trial, "forward")
    trial.mover.freeze(trial.context(), "source", 120)
    drained(trial, "forward")
    planted = trial.plant(side)
    seen = trial.verifier.verify(trial.context(), frozen=True)
    assert not seen.agrees
    assert [check.name for check in seen.checks if not check.agrees and planted in check.name]


def test_every_mover_is_tried() -> None:
    found = load(migration.movers, "MOVER", Mover, lambda one: one.kind)  # type: ignore[type-abstract]
    assert set(KINDS) | set(OTHERWISE) == set(found)
