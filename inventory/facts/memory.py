"""Fact `memory`: memory and swap."""

from estate.records.facts.memory import Memory, Swap
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of, plain

_WANTED = frozenset({"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree"})


def parse(section: Section) -> Reading:
    """Read /proc/meminfo and /proc/swaps, which count in KiB."""
    pairs = section.pairs
    seen = {}
    for line in lines_of(pairs, "/proc/meminfo"):
        name, _, value = line.partition(":")
        if name in _WANTED:
            seen[name] = int(value.split()[0]) * 1024
    if "MemTotal" not in seen:
        return failed("/proc/meminfo does not say how much memory there is")
    # Kernels before 3.14 do not say MemAvailable; this is what they took it to be.
    older = sum(seen[name] for name in ("MemFree", "Buffers", "Cached") if name in seen)
    return known(
        Memory(
            total_bytes=seen["MemTotal"],
            available_bytes=seen.get("MemAvailable", older),
            swap_total_bytes=seen.get("SwapTotal", 0),
            swap_free_bytes=seen.get("SwapFree", 0),
            swaps=tuple(_swap(line) for line in lines_of(pairs, "/proc/swaps") if not line.startswith("Filename")),
        )
    )


def _swap(line: str) -> Swap:
    path, kind, size, used = line.rsplit(None, 1)[0].rsplit(None, 3)
    return Swap(path=plain(path.strip()), type=kind, size_bytes=int(size) * 1024, used_bytes=int(used) * 1024)


FACT = Fact(
    id="memory",
    reads="/proc/meminfo and /proc/swaps. Any account.",
    tool="grep",
    files=("/proc/meminfo", "/proc/swaps"),
    parser=parse,
)
