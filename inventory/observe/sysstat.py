"""What a server has kept of its own use: the daily files of sysstat, read with the server's own `sadf -j`.

`sar`'s files are binary and differ between versions, so only the server itself reads them well. The newest
`DAYS` files are asked for, once a run; any account may read them on most systems.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from estate.errors import DecantError
from estate.records.sample import Sample
from estate.records.usage import Usage
from estate.transport.base import Transport
from inventory.facts._json import loads
from inventory.facts.base import Section
from inventory.observe.rates import usage

DAYS = 8
SECONDS = 120.0
"""What a server may take to read its files."""
OUTPUT_LIMIT = 64 << 20

SCRIPT = rf"""
export LC_ALL=C TZ=UTC0
cd /
printf 'history\n'
command -v sadf >/dev/null || {{ printf 'none sysstat is not installed\n'; exit 0; }}
t=
command -v timeout >/dev/null && t='timeout {SECONDS - 20:.0f}'
for f in /sys/block/*/device /sys/class/net/*/device; do [ -e "$f" ] && printf 'real %s\n' "$f"; done
while read -r k v _; do [ "$k" != MemTotal: ] || printf 'total %s\n' "$v"; done </proc/meminfo
for d in /var/log/sysstat /var/log/sa; do
  [ -d "$d" ] || continue
  [ -r "$d" ] && [ -x "$d" ] || printf 'refused %s\n' "$d"
  for f in $(cd "$d" 2>/dev/null && ls -t | grep -x 'sa[0-9]*' | head -n {DAYS}); do
    [ -r "$d/$f" ] || {{ printf 'refused %s\n' "$d/$f"; continue; }}
    printf 'file %s\n' "$d/$f"
    $t sadf -j "$d/$f" -- -u -r -d -p -q -n DEV 2>/dev/null
    printf '\n'
  done
done
printf 'end\n'
"""


@dataclass(frozen=True)
class History:
    """What came of asking. `said` tells a person why there is no usage, or what it may lack."""

    server: str
    usage: Usage | None = None
    said: str = ""


def ask(server: str, transport: Transport) -> History:
    """Ask one server for what it kept. Never raises for what is wrong with the server: that is said."""
    try:
        result = transport.run(["sh"], SCRIPT.encode(), SECONDS, OUTPUT_LIMIT)
    except DecantError as wrong:
        return History(server, said=str(wrong))
    return read(server, result.stdout)


def read(server: str, output: bytes) -> History:
    """Understand what the script printed, file by file: one that cannot be understood costs only itself."""
    lines = Section(output).lines
    if "history" not in lines:
        return History(server, said="the history could not be read: the host printed something else")
    lines = lines[lines.index("history") + 1 :]
    words = [line.partition(" ") for line in lines]
    none = next((rest for word, _, rest in words if word == "none"), None)
    if none is not None:
        return History(server, said=none)
    real = frozenset(rest for word, _, rest in words if word == "real")
    total = next((int(rest) * 1024 for word, _, rest in words if word == "total" and rest.isdigit()), None)
    refused = [rest for word, _, rest in words if word == "refused"]
    samples: dict[datetime, Sample] = {}
    failed = []
    for name, text in _files(lines):
        try:
            samples.update((one.at, one) for one in _samples(loads(text), real, total))
        except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RecursionError):
            failed.append(name)
    found = usage(server, "sysstat", [samples[at] for at in sorted(samples)])
    said = [f"{name} may not be read by this account" for name in refused]
    said += [f"{name} could not be understood" for name in failed]
    if lines[-1:] != ["end"]:
        said.append("its output is cut off")
    if found is None and not said:
        said.append("sysstat is installed and has kept nothing")
    return History(server, found, "; ".join(said))


def _files(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each file's name and what sadf printed of it; no line of its JSON begins with such a word."""
    name, held = "", list[str]()
    for line in (*lines, "end"):
        if line.startswith("file ") or line == "end":
            if name:
                yield name, "\n".join(held)
            name, held = line.removeprefix("file ") if line != "end" else "", []
        elif not line.startswith("refused "):
            held.append(line)


def _samples(day: Any, real: frozenset[str], total: int | None) -> Iterator[Sample]:
    for host in day["sysstat"]["hosts"]:
        for one in host["statistics"]:
            stamp = one.get("timestamp")
            seconds = float(stamp.get("interval", 0)) if stamp else 0.0
            if stamp is None or not 0 < seconds <= 24 * 3600:
                continue
            at = datetime.fromisoformat(f"{stamp['date']}T{stamp['time']}").replace(tzinfo=UTC)
            disks = [
                (_figure(disk, "tps"), _figure(disk, "rkB") + _figure(disk, "wkB"))
                if "rkB" in disk
                else (_figure(disk, "tps"), (_figure(disk, "rd_sec") + _figure(disk, "wr_sec")) / 2)
                for disk in one.get("disk", ())
                if f"/sys/block/{disk['disk-device']}/device" in real
            ]
            cards = _cards(one.get("network", {}).get("net-dev", ()), real)
            yield Sample(
                at=at,
                seconds=seconds,
                cpu_percent=_busy(one.get("cpu-load", one.get("cpu-load-all", ()))),
                memory_bytes=_memory(one.get("memory", {}), total),
                disk_iops=sum(ops for ops, _ in disks) if disks else None,
                disk_bytes_per_second=sum(kib for _, kib in disks) * 1024 if disks else None,
                received_bytes_per_second=sum(_figure(card, "rxkB") for card in cards) * 1024 if cards else None,
                sent_bytes_per_second=sum(_figure(card, "txkB") for card in cards) * 1024 if cards else None,
                load=_figure(one["queue"], "ldavg-1") if "queue" in one else None,
            )


def _figure(row: Mapping[str, Any], name: str) -> float:
    """A figure that is a number and no less than nothing. Raises `ValueError`."""
    value = float(row[name])
    if not 0 <= value < 1e18:
        raise ValueError(f"{name} is {value}")
    return value


def _busy(rows: Iterable[Mapping[str, Any]]) -> float | None:
    """As in Decant's own samples: all but idle and waiting for a disk."""
    for row in rows:
        if row.get("cpu") in ("all", "-1", -1):
            return min(100.0, max(0.0, 100 - _figure(row, "idle") - _figure(row, "iowait")))
    return None


def _memory(row: Mapping[str, Any], total: int | None) -> int | None:
    if total is None or "memfree" not in row:
        return None
    names = ("avail",) if "avail" in row else ("memfree", "buffers", "cached")
    return max(0, total - round(sum(_figure(row, name) for name in names) * 1024))


def _cards(rows: Iterable[Mapping[str, Any]], real: frozenset[str]) -> list[Mapping[str, Any]]:
    listed = [row for row in rows if row["iface"] != "lo"]
    return [row for row in listed if f"/sys/class/net/{row['iface']}/device" in real] or listed
