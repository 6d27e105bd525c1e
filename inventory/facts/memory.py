"""Fact `memory`: memory and swap."""

from estate.records.facts.memory import Memory
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
grep -E '^(MemTotal|MemFree|MemAvailable|Buffers|Cached|SwapTotal|SwapFree):' /proc/meminfo
"""


def parse(section: Section) -> Reading:
    """Read /proc/meminfo, which counts in KiB."""
    seen = {}
    for line in section.lines:
        name, _, value = line.partition(":")
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
        )
    )


FACT = Fact(id="memory", reads="/proc/meminfo. Any account.", tool="grep", snippet=SNIPPET, parser=parse)
