"""What one contestant of the move benchmark is, and the hosts that all of them copy between."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from benchmarks.measure import Used, used
from estate.errors import UnfinishedError
from practice.estate import Estate

SOURCES: Mapping[str, str] = {"files": "files-legacy", "postgres": "db-legacy"}
"""Where each kind of workload is copied from."""
TARGET = "data-target"
TREE = "/srv/shared"
DATABASE = "bench"
PASSWORD = "only-for-a-benchmark-on-this-machine"  # noqa: S105 - of a role that is made and dropped here
ROLE = "bench_copier"


@dataclass(frozen=True)
class Field:
    """The practice estate with something large in it, and a workspace of Decant's."""

    estate: Estate
    workspace: Path

    def on(self, host: str, script: str) -> str:
        """Run a script as root on a host; what it printed. Raises `UnfinishedError` where it fails."""
        argv = self.estate.command(self.estate.ssh(host, ["sudo sh -eu -s"]))
        done = subprocess.run(argv, input=script, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode:
            raise UnfinishedError(
                f"a script on {host} ended with {done.returncode}: {done.stderr.strip()[-300:]}", "run it by hand"
            )
        return done.stdout

    def timed(self, host: str, script: str) -> Used:
        """The same, measured; memory is that of our end alone."""
        argv = self.estate.command(
            self.estate.ssh(host, ["sudo", "bash", "-euo", "pipefail", "-c", quoted(script)])
        )
        return used(argv, self.workspace, {})

    def decant(self, *words: str, ends: int = 0) -> Used:
        """Run a command of Decant's in the workspace, measured."""
        argv = self.estate.command([sys.executable, "-m", "decant", *words])
        environment = {"HOME": str(self.workspace), "DECANT_WORKSPACE_OPERATOR": "bench"}
        return used(argv, self.workspace, environment, ends)


@runtime_checkable
class Copier(Protocol):
    """One way to a verified copy of a workload on another host."""

    name: str
    kind: str
    """Of the workload: one of `SOURCES`."""

    def missing(self) -> str:
        """Why it cannot run here; empty where it can."""

    def prepare(self, field: Field) -> None:
        """Make what it needs; not measured."""

    def copy(self, field: Field) -> Used:
        """Copy and verify, measured. Raises `UnfinishedError` where the copy is not as the source."""

    def again(self, field: Field) -> Used | None:
        """A second pass with nothing changed, measured; None where it knows none."""

    def clear(self, field: Field) -> None:
        """Remove the copy, so that the next round begins with nothing; not measured."""


def quoted(script: str) -> str:
    """A script as one word for the shell at the other end."""
    return "'" + script.replace("'", "'\\''") + "'"


def address(field: Field, host: str) -> str:
    """The address of one of the estate's hosts."""
    return next(str(one.address) for one in field.estate.hosts() if one.name == host)
