"""What goes wrong with real servers, done to one estate: for trials of what has to survive it.

Each fault has its end beside it, and both can be repeated. A power cut ends every process of a host at once; what the
host wrote stays, synced to a disk or not, since the machine beneath goes on.
"""

from practice import container, disk, network, places, processes, spec, tool
from practice.host import READY_SECONDS, BootedHost

REPAIR_SECONDS = 90.0


class Faults:
    """The faults of one estate, which must be up; a host is named as in `spec.HOSTS`."""

    def __init__(self, estate: str) -> None:
        self._estate = estate
        self._client = places.namespace(estate, network.CLIENT)

    def cut(self, host: str) -> None:
        """Pull the host's network cable."""
        self._cable(host, "down")

    def mend(self, host: str) -> None:
        """Put it in again."""
        self._cable(host, "up")

    def slow(self, host: str, bytes_per_second: int) -> None:
        """Let no more than that through, to the host and from it."""
        burst = max(
            32 << 10, bytes_per_second // 50
        )  # less than a tick of the kernel's lets through would slow it more
        limit = ["rate", f"{bytes_per_second * 8}bit", "burst", str(burst), "latency", "400ms"]
        for namespace, device in self._ends(host):
            words = ["tc", "-n", namespace, "qdisc", "replace", "dev", device, "root", "tbf", *limit]
            tool.run(words, f"slowing the network of {host}")

    def quicken(self, host: str) -> None:
        """Take the limit off."""
        for namespace, device in self._ends(host):
            shown = tool.run(["tc", "-n", namespace, "qdisc", "show", "dev", device], "looking at a limit")
            if " tbf " in f" {shown}":
                tool.run(["tc", "-n", namespace, "qdisc", "del", "dev", device, "root"], "taking a limit off")

    def power_off(self, host: str) -> None:
        """Cut the host's power: everything on it ends at once, unasked."""
        booted = self._booted(host)
        file = places.NETNS / booted.namespace
        starts = f"--directory={booted.overlay.root}"
        while running := {*processes.in_namespace(file), *processes.naming(starts)} - processes.lineage():
            processes.end(running)
        container.forget(booted.overlay.root, booted.namespace)

    def power_on(self, host: str, seconds: float = READY_SECONDS) -> None:
        """Boot it again, and wait until it answers and its systemd has started what it starts.

        That need not be all of it: a service that is held closed stays so. Raises `UnreachableError` after `seconds`.
        """
        booted = self._booted(host)
        if processes.leader(places.NETNS / booted.namespace) is None:
            booted.boot()
        booted.wait_for_answer(seconds)
        booted.run(["sh", "-c", "systemctl is-system-running --wait || :"], f"waiting for {host}", seconds)

    def fill(self, host: str) -> None:
        """Leave no free byte on the host's disk; see `disk.fill`."""
        disk.fill(self._booted(host).overlay.folder)

    def clear(self, host: str) -> None:
        """Make room again."""
        disk.clear(self._booted(host).overlay.folder)

    def restart(self, host: str, unit: str) -> None:
        """Have the host's systemd restart a unit, or every one that a pattern stands for."""
        self._booted(host).run(["systemctl", "restart", unit], f"restarting {unit} on {host}", REPAIR_SECONDS)

    def repair(self, host: str) -> None:
        """As its operator would once the cause is gone: start what has failed."""
        booted = self._booted(host)
        ask = ["systemctl", "list-units", "--failed", "--plain", "--no-legend"]
        for line in booted.run(ask, f"asking what has failed on {host}", REPAIR_SECONDS).splitlines():
            unit = line.split()[0]
            # One that failed too often is started no more until that is forgiven.
            again = 'systemctl restart "$1" || { systemctl reset-failed "$1" && exec systemctl restart "$1"; }'
            booted.run(["sh", "-c", again, "sh", unit], f"starting {unit} on {host}", REPAIR_SECONDS)

    def _booted(self, host: str) -> BootedHost:
        return BootedHost(self._estate, spec.host(host))

    def _ends(self, host: str) -> list[tuple[str, str]]:
        """Both ends of the host's cable: namespace and device."""
        return [(self._client, f"v-{spec.host(host).name}"), (self._booted(host).namespace, "eth0")]

    def _cable(self, host: str, state: str) -> None:
        [(namespace, device), _] = self._ends(host)
        tool.run(["ip", "-n", namespace, "link", "set", device, state], f"putting {device} {state}")
