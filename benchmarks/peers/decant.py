"""Decant itself: the whole command, with its start, its store and its ledger."""

import json
import shutil
import sys

from benchmarks.peers.base import Course


class Decant:
    """`decant discover --tier 1`: every fact of tier 1, by SSH with strict host keys."""

    name = "decant"

    def missing(self) -> str:
        """It is here."""
        return ""

    def prepare(self, course: Course) -> None:
        """A new workspace."""
        shutil.rmtree(course.folder / "workspace", ignore_errors=True)
        course.run([*_DECANT, "init", "workspace"], {})
        workspace = course.folder / "workspace"
        shutil.copy(course.fleet.hosts_file, workspace / "hosts.toml")
        shutil.copy(course.fleet.known_hosts, workspace / ".decant" / "known_hosts")

    def run(self, course: Course) -> int:
        """One discovery."""
        done = course.run([*_DECANT, "--workspace", "workspace", "discover", "--tier", "1", "--json"], {})
        return len(json.loads(done.stdout)["servers"])


_DECANT = (sys.executable, "-m", "decant")

CONTESTANT = Decant()
