"""What hosts print when they are looked at, made up for tests."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result

BOOT = "adf2ce12-bf33-41d5-95cc-20b0489417f7"
STATES = {"listening": "0A", "open": "01", "time-wait": "06", "close-wait": "08", "syn-sent": "02"}

NOBODY = ("0.0.0.0", 0)  # noqa: S104 - what the kernel writes; nothing is opened


def _hex(address: str, port: int) -> str:
    return ipaddress.ip_address(address).packed[::-1].hex().upper() + f":{port:04X}"


def row(state: str, local: tuple[str, int], peer: tuple[str, int] = NOBODY) -> str:
    """One line of /proc/net/tcp."""
    return f"   0: {_hex(*local)} {_hex(*peer)} {STATES[state]} 00000000:00000000 00:00000000 00000000     0        0 1"


def printed(
    rows: Iterable[str] = (),
    *,
    uptime: float = 1000.0,
    boot: str = BOOT,
    cpu: str = "100 0 100 800 0 0 0 0 0 0",
    disks: Mapping[str, str] | None = None,
    net: Mapping[str, str] | None = None,
    real: Iterable[str] = ("/sys/block/sda/device", "/sys/class/net/eth0/device"),
    own: str = "",
    memory: Mapping[str, int] | None = None,
) -> bytes:
    """What the script prints on a host of these values."""
    lines = ["look", f"own {own}", *(f"real {one}" for one in real)]
    lines += [f"/proc/uptime:{uptime} 500.0", f"/proc/sys/kernel/random/boot_id:{boot}", f"/proc/stat:cpu  {cpu}"]
    lines += [
        f"/proc/meminfo:{name}: {kib} kB"
        for name, kib in (memory or {"MemTotal": 4000, "MemAvailable": 3000}).items()
    ]
    lines.append("/proc/loadavg:0.50 0.40 0.30 1/100 4242")
    disks = {"sda": "10 0 80 0 20 0 160 0 0 0 0"} if disks is None else disks
    lines += [f"/proc/diskstats:   8       0 {name} {rest}" for name, rest in disks.items()]
    lines += ["/proc/net/dev:Inter-|   Receive", "/proc/net/dev: face |bytes"]
    net = {"lo": "999 0 0 0 0 0 0 0 999 0", "eth0": "1000 0 0 0 0 0 0 0 2000 0"} if net is None else net
    lines += [f"/proc/net/dev:  {name}: {rest}" for name, rest in net.items()]
    lines.append("/proc/net/tcp:  sl  local_address rem_address   st")
    lines += [f"/proc/net/tcp:{one}" for one in rows]
    lines += ["df", "Filesystem 1024-blocks Used Available Capacity Mounted on", "/dev/sda1 1000 400 600 40% /"]
    lines += ["/dev/sda1 1000 400 600 40% /again", "tmpfs 500 5 495 1% /run", "end"]
    return "\n".join(lines).encode()


@dataclass
class LookedAt:
    """A host without sysstat that answers each look, numbered from 1 on, as `answer` says."""

    host: str
    answer: Callable[[int], bytes] = lambda number: printed(uptime=1000 + number)
    asked: int = 0
    closed: int = 0

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        del argv, timeout, limit
        if stdin is not None and b"sadf" in stdin:
            return Result(0, b"history\nnone sysstat is not installed\n", b"", 0)
        self.asked += 1
        return Result(0, self.answer(self.asked), b"", 0)

    def close(self) -> None:
        self.closed += 1
