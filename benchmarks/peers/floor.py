"""The floor: the same script run in each host with no SSH at all."""

import resource
import subprocess
from concurrent.futures import ThreadPoolExecutor

from benchmarks.peers.base import AT_ONCE, Course
from inventory.facts import all_facts
from inventory.script import Script, compose, cut
from practice.fleet import name


class Floor:
    """Decant's own script for tier 1, started inside each host. Its processor time is what a host spends."""

    name = "floor"

    def __init__(self) -> None:
        self._starts: list[list[str]] = []

    def missing(self) -> str:
        """It needs nothing but the fleet."""
        return ""

    def prepare(self, course: Course) -> None:
        """Find the way into each host: looking for it is no part of the floor."""
        estate = course.fleet.estate
        self._starts = [estate.inside(name(number)) for number in course.fleet.numbers()]

    def run(self, course: Course) -> int:
        """The script in every host."""
        del course
        script = compose([fact for fact in all_facts().values() if fact.tier == 1], sudo=True)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(lambda start: _inside(start, script), self._starts))

    def seconds_a_host(self, course: Course) -> float:
        """Processor seconds that the script takes in one host: of it and every process that it starts."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = self.run(course)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / whole


def _inside(start: list[str], script: Script) -> bool:
    """Run the script as the operator in a host; whether every fact answered."""
    done = subprocess.run(
        [*start, "sh"], input=script.text.encode(), capture_output=True, timeout=600, check=False
    )
    return not cut(script, done.stdout).broken


CONTESTANT = Floor()
