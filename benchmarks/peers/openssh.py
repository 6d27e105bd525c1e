"""OpenSSH's own client, one process a host, with curve25519; the same script on its standard input."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from benchmarks.peers.base import AT_ONCE, Course
from inventory.facts import all_facts
from inventory.script import compose, cut


class OpenSsh:
    """`ssh HOST sh`, as many at once as Decant has connections."""

    name = "openssh"

    def missing(self) -> str:
        """Whether there is a client."""
        return "" if shutil.which("ssh") else "ssh is not installed"

    def prepare(self, course: Course) -> None:
        """Nothing is written."""
        del course

    def run(self, course: Course) -> int:
        """The script on every host."""
        script = compose([fact for fact in all_facts().values() if fact.tier == 1], sudo=True)
        options = [
            *("-F", "none", "-T", "-i", str(course.fleet.estate.key), "-o", "BatchMode=yes"),
            *("-o", f"UserKnownHostsFile={course.fleet.known_hosts}", "-o", "StrictHostKeyChecking=yes"),
            *("-o", "KexAlgorithms=curve25519-sha256", "-o", "GSSAPIAuthentication=no"),
        ]

        def one(address: str) -> bool:
            argv = course.fleet.estate.command(["ssh", *options, f"ops@{address}", "sh"])
            done = subprocess.run(argv, input=script.text.encode(), capture_output=True, timeout=600, check=False)
            return not cut(script, done.stdout).broken

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(one, [host.address for host in course.fleet.hosts()]))


CONTESTANT = OpenSsh()
