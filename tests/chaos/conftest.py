"""A scene for each journey, and the table of all that came about, drawn at the end of the run."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from practice.faults import Faults
from tests.chaos import table
from tests.chaos.faults import Scene
from tests.chaos.journey import STREAMS
from tests.chaos.store_server import StoreServer
from tests.conftest import own_estate_of
from tests.journey.person import TARGET, Person
from tests.packages import ROOT

DISK = 6 << 30
"""Bytes of the target's disk: more than anything needs, until it is filled."""
SOURCES = {"postgres": "db-legacy", "files": "files-legacy"}
CELLS = "chaos-cells"


@pytest.fixture
def scene_for(tmp_path: Path) -> Iterator[Callable[[str, str], Scene]]:
    """Makes a scene for a mover, with what a fault needs, on an estate of its own, and the writer at work."""
    with ExitStack() as stack:

        def make(kind: str, needs: str) -> Scene:
            environment: dict[str, str] = {}
            clock, server = None, None
            if "clock" in needs:
                clock = tmp_path / "clock"
                clock.write_text("+0\n")
                environment |= _faked(clock)
            if "server" in needs:
                server = StoreServer()
                stack.callback(server.remove)
                environment |= {"DECANT_DATABASE_URL": server.url}
            estate = stack.enter_context(own_estate_of("x", disks={TARGET: DISK}))
            person = Person(estate, tmp_path / "anytown", **environment)
            stack.callback(person.store.close)
            person.start_load(STREAMS[kind])
            return Scene(person, Faults(estate.name), SOURCES[kind], clock, server)

        yield make


def _faked(clock: Path) -> dict[str, str]:
    """What makes libfaketime step the wall clock of a run, and leave the clock that only goes on alone."""
    [library] = [*ROOT.glob("usr/lib/*/faketime/libfaketimeMT.so.1")] or [
        *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    ]
    # Its sleep until a moment of the clock that only goes on is refused by the kernel; a wait for a lock is not.
    patch = clock.with_name("faked")
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(
        "import threading, time\ntime.sleep = lambda seconds: threading.Event().wait(seconds) and None\n"
    )
    return {
        "PYTHONPATH": str(patch),
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest.fixture
def keep(record_property: Callable[[str, object], None]) -> Callable[[list[table.Cell]], None]:
    """Keeps the cells of a journey for the table at the end."""
    return lambda cells: record_property(CELLS, json.dumps([vars(cell) for cell in cells]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Draw the table of what came about."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    told = [value for one in reports for name, value in one.user_properties if name == CELLS]
    cells = [table.Cell(**cell) for one in told for cell in json.loads(str(one))]
    if cells:
        terminalreporter.section("chaos")
        terminalreporter.write_line(table.draw(cells))
        terminalreporter.write_line(f"struck: {table.struck(cells)}")
        terminalreporter.write_line(f"lost: {table.lost(cells)}")
