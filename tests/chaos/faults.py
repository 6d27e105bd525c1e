"""The faults of the matrix: what each does, how it ends, and where it does not apply and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from practice.faults import Faults
from tests.chaos import points
from tests.chaos.points import Point
from tests.chaos.store_server import StoreServer
from tests.journey.person import TARGET, Person

LINE = 10_000_000
"""Bytes a second of a slow link: an 80 Mbit/s line."""
STEP = 3600
"""Seconds by which a clock is stepped."""


@dataclass
class Scene:
    """What a fault may touch. `clock` is the file that libfaketime reads in every run of Decant."""

    person: Person
    faults: Faults
    source: str
    clock: Path | None = None
    server: StoreServer | None = None


@dataclass(frozen=True)
class Fault:
    """One row of the table; `lasts` is for how many seconds at the most, or until the command under way has ended."""

    name: str
    begin: Callable[[Scene], None] = field(repr=False)
    end: Callable[[Scene], None] = field(repr=False, default=lambda scene: None)
    lasts: float = 12.0
    worker: str = ""
    """`killed` or `frozen`: it befalls the run of Decant itself."""
    needs: str = ""
    """`clock` or `server`: what a scene has to have for it."""
    kinds: tuple[str, ...] = ("postgres", "files")
    only: Mapping[str, str] = field(default_factory=dict)
    """Points by name at which it does not apply, and why."""

    def why_not(self, kind: str, point: Point) -> str:
        """Why it cannot strike there; empty where it can."""
        if kind not in self.kinds:
            return "a file tree has no database"
        if point.at_rest and (self.worker or self.needs):
            return "no run of Decant is under way in a move that is ready"
        return self.only.get(point.name, "")


def _nothing(scene: Scene) -> None:
    """It befalls the run itself: see `Journey`."""


def _set_clock(seconds: int) -> Callable[[Scene], None]:
    def step(scene: Scene) -> None:
        assert scene.clock is not None
        new = scene.clock.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(scene.clock)

    return step


def _store_down(scene: Scene) -> None:
    assert scene.server is not None
    scene.server.stop()


def _store_up(scene: Scene) -> None:
    assert scene.server is not None
    scene.server.start()


def _room_again(scene: Scene) -> None:
    scene.faults.clear(TARGET)
    scene.faults.repair(TARGET)


def _column(scene: Scene) -> None:
    scene.person.on(
        TARGET, "runuser -u postgres -- psql -X -q -d reports -c 'ALTER TABLE reports ADD COLUMN odd text'"
    )


_POSTGRES = "postgresql@*"
_ELSEWHERE = "only what changes the schema of a target that serves can break a flow back"

FAULTS = (
    Fault("worker killed", _nothing, worker="killed"),
    Fault("worker frozen, woken", _nothing, worker="frozen"),
    Fault("source cut off", lambda s: s.faults.cut(s.source), lambda s: s.faults.mend(s.source)),
    Fault("target cut off", lambda s: s.faults.cut(TARGET), lambda s: s.faults.mend(TARGET)),
    Fault("source rebooted", lambda s: s.faults.power_off(s.source), lambda s: s.faults.power_on(s.source), 2.0),
    Fault("target rebooted", lambda s: s.faults.power_off(TARGET), lambda s: s.faults.power_on(TARGET), 2.0),
    Fault("target disk full", lambda s: s.faults.fill(TARGET), _room_again),
    Fault(
        "source database restarted",
        lambda s: s.faults.restart(s.source, _POSTGRES),
        lasts=2.0,
        kinds=("postgres",),
    ),
    Fault(
        "target database restarted", lambda s: s.faults.restart(TARGET, _POSTGRES), lasts=2.0, kinds=("postgres",)
    ),
    Fault("state database away", _store_down, _store_up, needs="server"),
    Fault("clock an hour on", _set_clock(STEP), _set_clock(0), needs="clock"),
    Fault("clock an hour back", _set_clock(-STEP), _set_clock(0), needs="clock"),
    Fault("slow link", lambda s: s.faults.slow(s.source, LINE), lambda s: s.faults.quicken(s.source), 200.0),
    Fault(
        "schema changed on target",
        _column,
        kinds=("postgres",),
        only=MappingProxyType(
            {
                one.name: _ELSEWHERE
                for one in points.POINTS
                if one not in {points.SOAKING, points.GOING_BACK, points.ACCEPTING}
            }
            | {
                points.GOING_BACK.name: "the target is frozen",
                points.ACCEPTING.name: "nothing flows back any more",
            }
        ),
    ),
)
BY_NAME = {one.name: one for one in FAULTS}
