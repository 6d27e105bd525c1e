"""One booted host: an overlay over its image, its own systemd, in a network namespace of its own."""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from estate.errors import DecantError, UnreachableError
from practice import container, disk, network, places, processes, tool
from practice.overlay import Overlay
from practice.spec import PracticeHost

READY_SECONDS = 90.0
_PORT = 22


@dataclass(frozen=True)
class HostStatus:
    """What is true of one host now."""

    name: str
    address: str
    running: bool
    """Its systemd runs."""
    answers: bool
    """It answers SSH."""
    units: dict[str, str]
    """State of each unit that must be active, as systemd says it."""
    memory_bytes: int

    @property
    def ready(self) -> bool:
        """Whether it does all that it should."""
        return self.running and self.answers and all(state == "active" for state in self.units.values())


class BootedHost:
    """A host of one estate."""

    def __init__(self, estate: str, spec: PracticeHost) -> None:
        self.spec = spec
        self.namespace = places.namespace(estate, spec.name)
        self._client = places.namespace(estate, network.CLIENT)
        self._namespace_file = places.NETNS / self.namespace
        self.overlay = Overlay(places.folder(estate) / "hosts" / spec.name)

    def mount(self, layers: Sequence[Path], disk_bytes: int | None = None) -> Path:
        """Mount its root file system, on a disk of that size where one is given; gives the place."""
        if disk_bytes is not None:
            disk.attach(self.overlay.folder, disk_bytes)
        self.overlay.mount(layers)
        return self.overlay.root

    def boot(self) -> None:
        """Start its systemd, which outlives this process."""
        argv = container.boot(self.overlay.root, self.spec.name, self.namespace)
        with (self.overlay.folder / "console.log").open("wb") as log:
            subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers SSH and its units are active. Raises `UnreachableError` after `seconds`."""
        deadline = time.monotonic() + seconds
        self.wait_for_answer(seconds)
        while True:
            states = self.units()
            if all(state == "active" for state in states.values()):
                return
            if "failed" in states.values():
                deadline = time.monotonic()
            wrong = ", ".join(f"{unit} is {state}" for unit, state in states.items() if state != "active")
            self._not_after(deadline, f"is not ready ({wrong})")
            time.sleep(0.2)

    def wait_for_answer(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers SSH. Raises `UnreachableError` after `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            self._not_after(deadline, "does not answer SSH")
            time.sleep(0.1)

    def _not_after(self, deadline: float, what: str) -> None:
        if time.monotonic() >= deadline:
            raise UnreachableError(
                f"{self.spec.name} {what}", f"read {self.overlay.folder / 'console.log'} and its journal"
            )

    def answers(self) -> bool:
        """Whether sshd greets a client of the estate."""
        try:
            with network.connect(self._client, self.spec.address, _PORT, 2.0) as connection:
                connection.settimeout(2.0)
                return connection.recv(4) == b"SSH-"
        except (OSError, DecantError):
            return False

    def units(self) -> dict[str, str]:
        """The state of each unit that must be active; `unknown` where the host does not run."""
        states = dict.fromkeys(self.spec.units, "unknown")
        if processes.leader(self._namespace_file) is None:
            return states
        for unit in self.spec.units:
            try:
                asked = ["systemctl", "show", "--property=ActiveState", "--value", unit]
                told = self.run(asked, f"asking {self.spec.name} for {unit}", 10.0)
            except DecantError:
                continue
            states[unit] = _worst(told.split())
        return states

    def run(self, argv: Sequence[str], what: str, timeout: float) -> str:
        """Run a command inside it as root, with no SSH; gives its output. `what` names it in an error.

        Raises `UnreachableError` where the host does not run, `DecantError` where the command fails.
        """
        pid = processes.leader(self._namespace_file)
        if pid is None:
            raise UnreachableError(f"{self.spec.name} does not run", "start it first")
        return tool.run([*_inside(pid), *argv], what, timeout=timeout)

    def status(self) -> HostStatus:
        """What is true of it now."""
        running = processes.leader(self._namespace_file) is not None
        return HostStatus(
            self.spec.name,
            self.spec.address,
            running,
            self.answers(),
            self.units(),
            processes.memory_bytes(processes.in_namespace(self._namespace_file)),
        )


def _inside(pid: int) -> list[str]:
    return ["nsenter", "--target", str(pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--"]


def _worst(states: Sequence[str]) -> str:
    """One state for a pattern that stands for several units; `inactive` where it stands for none."""
    return next((state for state in states if state != "active"), states[0] if states else "inactive")
