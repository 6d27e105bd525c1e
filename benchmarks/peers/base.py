"""What one contestant of the inventory benchmark is."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from estate.errors import UnfinishedError
from practice.fleet import Fleet

ENVIRONMENT = Path(sys.prefix).with_name(".venv-benchmarks")
"""Where the peers that are Python packages live: `make bench` makes it."""

AT_ONCE = 32
"""How many hosts each is to have under way at once, where it does not know better."""


@dataclass(frozen=True)
class Course:
    """What every contestant is given: the hosts, and an empty folder of its own."""

    fleet: Fleet
    folder: Path

    @property
    def count(self) -> int:
        """How many hosts there are."""
        return len(self.fleet.numbers())

    def run(self, argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
        """Run a client of the fleet, in the course's folder, which is its home; `environment` comes on top.

        Raises `UnfinishedError` where it fails: half a run is no figure.
        """
        own = [f"{name}={value}" for name, value in {"HOME": str(self.folder), **environment}.items()]
        done = subprocess.run(
            self.fleet.estate.command(["env", *own, *argv]),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=1800,
            check=False,
        )
        if done.returncode:
            last = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()[-1:]
            raise UnfinishedError(f"{argv[0]} ended with {done.returncode}: {last}", "run it by hand to see why")
        return done


@runtime_checkable
class Contestant(Protocol):
    """One way to ask every host of the fleet."""

    name: str

    def missing(self) -> str:
        """Why it cannot run here; empty where it can."""

    def prepare(self, course: Course) -> None:
        """Write what it needs; not measured."""

    def run(self, course: Course) -> int:
        """Ask every host, measured; returns how many gave whole answers."""
