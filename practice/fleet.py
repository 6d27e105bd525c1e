"""Light hosts for scale: sshd and nginx in namespaces over one root file system, no systemd."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from estate.errors import DecantError, UnreachableError
from estate.progress import Progress, Step, silent
from estate.records.host import Host
from practice import handover, identity, lock, network, places, processes, spec, tool
from practice.estate import Estate
from practice.images import layers
from practice.overlay import Overlay

LAYER = "fleet-host"
READY_SECONDS = 60.0
WORKERS = 8
_TASK = "fleet"
_PORT = 22

# Runs in new mount, process, host name and IPC namespaces, and becomes the host's first process.
_START = """
set -e
root=$1 name=$2
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mkdir -p run/sshd dev/pts dev/shm .machine
for node in null zero full random urandom tty; do touch "dev/$node"; mount --bind "/dev/$node" "dev/$node"; done
mount -t devpts -o newinstance,ptmxmode=666,gid=5,mode=620 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
hostname "$name"
pivot_root . .machine
umount --lazy /.machine
mkdir -p run/lock var/lib/nginx
/usr/sbin/nginx
exec /usr/sbin/sshd -D -e
"""


class Fleet:
    """The light hosts of one estate, numbered from 1. They share the estate's bridge, key and folder."""

    def __init__(self, estate: str) -> None:
        self.estate = Estate(estate)
        self._hosts_folder = self.estate.folder / "fleet"

    @property
    def hosts_file(self) -> Path:
        """`hosts.toml` of the fleet alone."""
        return self.estate.folder / "fleet.toml"

    @property
    def known_hosts(self) -> Path:
        """The fleet's SSH keys."""
        return self.estate.folder / "fleet_known_hosts"

    def numbers(self) -> list[int]:
        """Which hosts are there now."""
        start = places.namespace(self.estate.name, "f")
        names = network.of_estate(self.estate.name)
        return sorted(int(name[len(start) :]) for name in names if name[len(start) :].isdigit())

    def hosts(self) -> list[Host]:
        """The hosts that are there now, as records."""
        return [
            Host(
                name=name(number),
                address=spec.fleet_address(number),
                user=spec.OPERATOR,
                key=f"file:{self.estate.key}",
                sudo="nopasswd",
            )
            for number in self.numbers()
        ]

    def resize(self, count: int, progress: Progress = silent) -> None:
        """Add or remove hosts until there are `count`, numbered 1 to `count`, and each answers SSH.

        Raises as `Estate.up` does.
        """
        tool.need()
        with lock.held(places.RUN / f"{self.estate.name}.lock", f"the estate {self.estate.name}", 0.0, progress):
            there = self.numbers()
            self._remove([number for number in there if number > count])
            new = [number for number in range(1, count + 1) if number not in there]
            if new:
                self._add(new, progress)
            self.hosts_file.write_text(
                handover.tables("host", [h.model_dump(exclude_defaults=True) for h in self.hosts()])
            )

    def _add(self, numbers: Sequence[int], progress: Progress) -> None:
        below = layers([LAYER], progress)[LAYER]
        self.estate.prepare()
        network.attach(self.estate.name, [(name(n), spec.fleet_address(n)) for n in numbers])
        done = 0

        def start(number: int) -> str:
            nonlocal done
            known = self._start(number, below)
            done += 1
            progress(Step(_TASK, done, len(numbers), "hosts"))
            return known

        with ThreadPoolExecutor(WORKERS) as pool:
            known = list(pool.map(start, numbers))
            with self.known_hosts.open("a") as file:
                file.writelines(known)
            list(pool.map(self._wait, numbers))

    def _start(self, number: int, layers: Sequence[Path]) -> str:
        overlay = Overlay(self._hosts_folder / name(number))
        overlay.mount(layers)
        public = self.estate.key.with_suffix(".pub").read_text()
        known = identity.write(overlay.root, name(number), spec.fleet_address(number), public)
        namespace = places.namespace(self.estate.name, name(number))
        argv = [
            "unshare",
            "--mount",
            "--pid",
            "--uts",
            "--ipc",
            "--fork",
            "--kill-child",
            "--propagation",
            "private",
        ]
        argv += ["sh", "-c", _START, "sh", str(overlay.root), name(number)]
        with (overlay.folder / "console.log").open("wb") as log:
            subprocess.Popen(
                ["nsenter", f"--net={places.NETNS / namespace}", *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return known

    def _wait(self, number: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                with network.connect(self.estate.client, spec.fleet_address(number), _PORT, 2.0) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except (OSError, DecantError):
                pass
            if time.monotonic() > deadline:
                log = self._hosts_folder / name(number) / "console.log"
                raise UnreachableError(f"{name(number)} does not answer SSH", f"read {log}")
            time.sleep(0.05)

    def _remove(self, numbers: Sequence[int]) -> None:
        files = {n: places.NETNS / places.namespace(self.estate.name, name(n)) for n in numbers}
        processes.end([pid for file in files.values() for pid in processes.in_namespace(file)])
        for number, file in files.items():
            folder = self._hosts_folder / name(number)
            processes.unmount_below(folder)
            network.remove(file.name)
            shutil.rmtree(folder)
        if self.known_hosts.exists():
            gone = {name(number) for number in numbers}
            kept = [
                line for line in self.known_hosts.read_text().splitlines(True) if line.split(",")[0] not in gone
            ]
            self.known_hosts.write_text("".join(kept))


def name(number: int) -> str:
    """The name of the light host `number`."""
    return f"f{number}"
