"""What really runs and is mounted: read from /proc, so that it is true also after a crash."""

import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from estate.errors import DecantError
from practice import tool

_PROC = Path("/proc")
_PATIENCE = 15.0


def naming(text: str) -> list[int]:
    """Processes with an argument that starts with `text`."""
    wanted = text.encode()
    return _those(
        lambda pid: any(a.startswith(wanted) for a in (_PROC / pid / "cmdline").read_bytes().split(b"\0"))
    )


def in_namespace(file: Path) -> list[int]:
    """Processes in the network namespace that `file` names; none where it names none (any more)."""
    try:
        wanted = file.stat()
    except FileNotFoundError:
        return []

    def there(pid: str) -> bool:
        seen = (_PROC / pid / "ns" / "net").stat()
        return (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino)

    return _those(there)


def leader(file: Path) -> int | None:
    """The process that is number 1 inside a host, by the host's network namespace; None where none runs."""
    for pid in in_namespace(file):
        try:
            status = (_PROC / str(pid) / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
        if len(numbers) > 1 and numbers[-1] == "1":
            return pid
    return None


def memory_bytes(pids: Iterable[int]) -> int:
    """Memory that the processes hold, shared pages counted once for each (proportional set size)."""
    total = 0
    for pid in pids:
        try:
            rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total * 1024


def end(pids: Iterable[int]) -> None:
    """Kill processes and wait until they are gone. Never ends the caller or what it runs under."""
    wanted = set(pids) - lineage()
    for pid in wanted:
        _kill(pid)
    deadline = time.monotonic() + _PATIENCE
    while any(_lives(pid) for pid in wanted):
        if time.monotonic() > deadline:
            raise DecantError(
                f"processes {sorted(p for p in wanted if _lives(p))} do not end", "see what they wait for"
            )
        time.sleep(0.02)


def unmount_below(folder: Path) -> None:
    """Unmount everything at and below `folder`, the newest first."""
    for place in reversed(mounts_below(folder)):
        tool.run(["umount", "--lazy", str(place)], f"unmounting {place}")


def mounts_below(folder: Path) -> list[Path]:
    """Mounts at and below `folder`, in the order they were made."""
    places = []
    for line in (_PROC / "self" / "mounts").read_text().splitlines():
        place = Path(line.split()[1].encode().decode("unicode_escape"))
        if place == folder or folder in place.parents:
            places.append(place)
    return places


def _those(wanted: Callable[[str], bool]) -> list[int]:
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                if wanted(entry.name):
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
    return found


def lineage() -> set[int]:
    """The caller and all that it runs under."""
    found, pid = set(), os.getpid()
    while pid > 0:
        found.add(pid)
        pid = int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _lives(pid: int) -> bool:
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
