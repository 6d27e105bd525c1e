"""The floor: the same script run in each host with no SSH at all."""

import resource
import subprocess
from concurrent.futures import ThreadPoolExecutor

from benchmarks.peers.base import AT_ONCE, Course
from inventory.facts import all_facts
from inventory.script import Script, compose, cut
from practice import places, processes
from practice.fleet import name


class Floor:
    """Decant's own script for tier 1, started inside each host. Its processor time is what a host spends."""

    name = "floor"

    def __init__(self) -> None:
        self._leaders: list[int] = []

    def missing(self) -> str:
        """It needs nothing but the fleet."""
        return ""

    def prepare(self, course: Course) -> None:
        """Find each host's first process: looking for them is no part of the floor."""
        estate = course.fleet.estate.name
        files = [places.NETNS / places.namespace(estate, name(number)) for number in course.fleet.numbers()]
        self._leaders = [pid for file in files if (pid := processes.leader(file)) is not None]

    def run(self, course: Course) -> int:
        """The script in every host."""
        del course
        script = compose([fact for fact in all_facts().values() if fact.tier == 1], sudo=True)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(lambda leader: _inside(leader, script), self._leaders))

    def seconds_a_host(self, course: Course) -> float:
        """Processor seconds that the script takes in one host: of it and every process that it starts."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = self.run(course)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / whole


def _inside(leader: int, script: Script) -> bool:
    """Run the script as the operator in a host; whether every fact answered."""
    argv = ["nsenter", f"--target={leader}", "--all", "--setuid=1000", "--setgid=1000", "--", "sh"]
    done = subprocess.run(argv, input=script.text.encode(), capture_output=True, timeout=600, check=False)
    return not cut(script, done.stdout).broken


CONTESTANT = Floor()
