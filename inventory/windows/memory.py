"""Fact `memory` of Windows: physical memory, and page files as swap."""

from estate.records.facts.memory import Memory, Swap
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
$o = cim Win32_OperatingSystem
@{ kind = 'memory'; total_kib = $o.TotalVisibleMemorySize; free_kib = $o.FreePhysicalMemory }
part 'page files' { cim Win32_PageFileUsage | ForEach-Object {
  @{ kind = 'pagefile'; path = $_.Name; size_mib = $_.AllocatedBaseSize; used_mib = $_.CurrentUsage } } }
"""


def parse(rows: Rows) -> Reading:
    """Windows counts memory in KiB and page files in MiB."""
    memory = rows.one("memory")
    free = memory.number("free_kib")
    swaps = tuple(
        Swap(
            path=row.text("path"),
            type="file",
            size_bytes=row.count("size_mib") << 20,
            used_bytes=(row.number("used_mib") or 0) << 20,
        )
        for row in rows.of("pagefile")
    )
    size = sum(one.size_bytes for one in swaps)
    return rows.known(
        Memory(
            total_bytes=memory.count("total_kib") << 10,
            available_bytes=free << 10 if free is not None else None,
            swap_total_bytes=size,
            swap_free_bytes=max(0, size - sum(one.used_bytes for one in swaps)),
            swaps=swaps,
        )
    )


FACT = fact(
    "memory",
    "Win32_OperatingSystem and Win32_PageFileUsage. Any account.",
    "the WMI class Win32_OperatingSystem",
    SNIPPET,
    parse,
)
