"""One look at a server: a script of two processes, and what it says.

The shell itself tells which disks and network cards are real; one `grep` prints the kernel's files, each line
behind the name of its file; one `df` tells the space. Nothing is written, and any account may read all of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from estate.redact import redact
from inventory.facts._sockets import Sockets, sockets
from inventory.facts.base import Section, file_lines, lines_of, values_of

OUTPUT_LIMIT = 32 << 20
"""Bytes: about 200,000 connections."""

_FILES = (
    *("/proc/uptime", "/proc/sys/kernel/random/boot_id", "/proc/stat", "/proc/meminfo", "/proc/loadavg"),
    *("/proc/diskstats", "/proc/net/dev", "/proc/net/tcp", "/proc/net/tcp6"),
)
SCRIPT = rf"""
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
unset GREP_OPTIONS
cd /
printf 'look\nown %s\n' "$SSH_CONNECTION"
for f in /sys/block/*/device /sys/class/net/*/device; do [ -e "$f" ] && printf 'real %s\n' "$f"; done
grep -aHsv ^intr {" ".join(_FILES)}
printf 'df\n'
df -P -k -l 2>/dev/null
printf 'end\n'
"""

_SECTOR = 512
_NOT_DISKS = ("loop", "ram", "zram", "fd", "sr", "nbd", "dm-", "md")
# The kernel's states of a connection that was open: FIN_WAIT1 and 2, TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSING.
_CLOSING = frozenset({"04", "05", "06", "08", "09", "0B"})
_OPEN, _LISTENING = "01", "0A"
_PSEUDO = frozenset({"tmpfs", "devtmpfs", "udev", "none", "shm", "overlay", "rootfs", "ramfs"})


@dataclass(frozen=True)
class Seen:
    """One connection, told from the server's side: `port` is that of the end that answers, `client_port` the other."""

    direction: Literal["in", "out"]
    peer: str
    port: int
    client_port: int


@dataclass(frozen=True)
class Look:
    """What the kernel said at one moment. Counters only ever rise, until the server starts anew."""

    at: datetime
    """By the clock of the machine that Decant runs on."""
    uptime: float
    """Seconds since the server started: its own clock may jump, this does not."""
    boot: str
    busy: int | None = None
    ticks: int | None = None
    """Processor time, busy and all, summed over all processors."""
    disks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Operations and bytes of each disk."""
    cards: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Bytes received and sent of each network card."""
    memory_bytes: int | None = None
    load: float | None = None
    disk_used_bytes: int | None = None
    open: frozenset[Seen] = frozenset()
    closing: frozenset[Seen] = frozenset()
    """What was open a while ago, and is not yet forgotten: for a minute, mostly."""


def read(output: bytes, at: datetime) -> Look:
    """Understand what the script printed. Raises `ValueError` for what it did not print."""
    text = Section(output)
    lines = text.lines
    if "look" not in lines:
        raise ValueError(f"the host printed {redact(lines[0])[:60]!r}" if lines else "the host printed nothing")
    lines = lines[lines.index("look") :]  # a login shell may have greeted before
    if lines[-1] != "end" or "df" not in lines:
        raise ValueError("what the host printed is cut off")
    df = lines.index("df")
    real = frozenset(line.removeprefix("real ") for line in lines if line.startswith("real "))
    listed = [line for line in lines[1:df] if line.startswith("/")]
    pairs, _ = file_lines(Section("\n".join(listed).encode()))
    values = values_of(pairs)
    try:
        uptime = float(values["/proc/uptime"].split()[0])
        boot = values["/proc/sys/kernel/random/boot_id"]
    except (KeyError, IndexError):
        raise ValueError("the host tells no uptime") from None
    busy, ticks = _processors(values.get("/proc/stat", ""))
    table = [line for line in listed if line.startswith("/proc/net/tcp")]
    opened, closing = _connections(lines[1], table)
    return Look(
        at=at,
        uptime=uptime,
        boot=boot,
        busy=busy,
        ticks=ticks,
        disks=_disks(lines_of(pairs, "/proc/diskstats"), real),
        cards=_cards(lines_of(pairs, "/proc/net/dev"), real),
        memory_bytes=_memory(lines_of(pairs, "/proc/meminfo")),
        load=_load(values.get("/proc/loadavg", "")),
        disk_used_bytes=_space(lines[df + 1 : -1]),
        open=opened,
        closing=closing,
    )


def _processors(line: str) -> tuple[int | None, int | None]:
    """`cpu user nice system idle iowait irq softirq steal guest guest_nice`: guests are in `user` already."""
    words = line.split()
    if len(words) < 5 or words[0] != "cpu":
        return None, None
    ticks = [int(word) for word in words[1:9]]
    waiting = sum(ticks[3:5])
    return sum(ticks) - waiting, sum(ticks)


def _memory(lines: Iterable[str]) -> int | None:
    """What is in use, in bytes. Kernels before 3.14 do not say what is available: then free, buffers and cache are."""
    found: dict[str, int] = {}
    for line in lines:
        words = line.split()
        if len(words) > 1 and words[1].isdigit():
            found[words[0]] = int(words[1]) * 1024
    total = found.get("MemTotal:")
    free = found.get("MemAvailable:")
    if free is None and "MemFree:" in found:
        free = found["MemFree:"] + found.get("Buffers:", 0) + found.get("Cached:", 0)
    return None if total is None or free is None else max(0, total - free)


def _load(line: str) -> float | None:
    words = line.split()
    return float(words[0]) if words else None


def _disks(lines: Iterable[str], real: frozenset[str]) -> dict[str, tuple[int, int]]:
    """Operations and bytes of whole disks: what lies on them (partitions, volumes, mirrors) would count twice."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        words = line.split()
        if len(words) >= 14:
            found[words[2]] = (int(words[3]) + int(words[7]), (int(words[5]) + int(words[9])) * _SECTOR)
    whole = {name: value for name, value in found.items() if f"/sys/block/{name}/device" in real}
    # Where none shows its device (some hypervisors' disks), all that are not made of others.
    return whole or {
        name: value
        for name, value in found.items()
        if not name.startswith(_NOT_DISKS) and not any(name != other and name.startswith(other) for other in found)
    }


def _cards(lines: Iterable[str], real: frozenset[str]) -> dict[str, tuple[int, int]]:
    """Bytes of real cards: bonds, bridges and tunnels would count them twice. In a container, all but loopback."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        name, colon, rest = line.strip().partition(":")
        words = rest.split()
        if colon and len(words) >= 9 and words[0].isdigit():
            found[name] = (int(words[0]), int(words[8]))
    cards = {name: value for name, value in found.items() if f"/sys/class/net/{name}/device" in real}
    return cards or {name: value for name, value in found.items() if name != "lo"}


def _space(lines: Iterable[str]) -> int | None:
    """Bytes used on local file systems; one that is mounted twice counts once."""
    used: dict[str, int] = {}
    for line in lines:
        words = line.split()
        if len(words) >= 6 and words[2].isdigit() and words[0] not in _PSEUDO:
            used.setdefault(words[0], int(words[2]) * 1024)
    return sum(used.values()) if used else None


def _connections(own: str, table: Iterable[str]) -> tuple[frozenset[Seen], frozenset[Seen]]:
    """Who talks with the server, and who did. Decant's own connections, and its talk with itself, are left out."""
    kinds: dict[str, list[str]] = {_LISTENING: [], _OPEN: [], "closing": []}
    for line in table:
        words = line.split()
        state = words[4] if len(words) > 4 else ""
        kind = "closing" if state in _CLOSING else state
        if kind in kinds:
            # The facts know no closing ones: to their parser those are open.
            kinds[kind].append(" ".join([*words[:4], _OPEN, *words[5:]]) if kind == "closing" else line)
    listening = frozenset(one.local_port for one in _table(own, kinds[_LISTENING]).sockets)
    return (
        frozenset(_told(_table(own, kinds[_OPEN]), listening)),
        frozenset(_told(_table(own, kinds["closing"]), listening)),
    )


def _told(table: Sockets, listening: frozenset[int]) -> Iterator[Seen]:
    for one in table.sockets:
        itself = one.peer == one.local or one.peer.startswith("127.") or one.peer == "::1"
        if itself or (one.peer, str(one.local_port)) == table.own:
            continue
        if one.local_port in listening:
            yield Seen("in", one.peer, one.local_port, one.peer_port)
        else:
            yield Seen("out", one.peer, one.peer_port, one.local_port)


def _table(own: str, lines: list[str]) -> Sockets:
    head = "/proc/net/tcp: sl local_address rem_address st"
    return sockets(Section("\n".join([own, head, *lines]).encode()))
