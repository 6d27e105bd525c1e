"""Fact `processes` of Windows. Which service each is of, the fact `services` tells."""

from estate.records.facts.processes import Process, Processes
from inventory.facts.base import Reading
from inventory.windows.base import ADMIN, Rows, fact, redacted

SNIPPET = r"""
$owners = @{}
part 'owners' { foreach ($p in Get-Process -IncludeUserName) { $owners[[int]$p.Id] = [string]$p.UserName } }
cim Win32_Process | ForEach-Object {
  @{ kind = 'process'; pid = $_.ProcessId; parent = $_.ParentProcessId; name = $_.Name; line = $_.CommandLine
     bytes = $_.WorkingSetSize; owner = $owners[[int]$_.ProcessId] } }
"""

_KERNEL = frozenset({0, 4})
"""System Idle Process and System, which are no programs."""


def parse(rows: Rows) -> Reading:
    """Read the table; Windows hides the command lines of other accounts from those who are no administrator."""
    rows.one("process")
    found = [
        Process(
            pid=row.count("pid"),
            ppid=row.number("parent") or 0,
            user=row.text("owner"),
            rss_bytes=row.number("bytes"),
            name=row.text("name"),
            args=redacted(row.text("line")),
        )
        for row in rows.of("process")
        if row.count("pid") not in _KERNEL
    ]
    blind = rows.uid != 0 and any(not one.args for one in found)
    reading = rows.known(Processes(processes=tuple(found)), "command lines of other accounts" if blind else "")
    return reading if not blind else type(reading)(**{**reading.__dict__, "privilege": ADMIN})


FACT = fact(
    "processes",
    "Win32_Process, and the owners by Get-Process -IncludeUserName; command lines are redacted. Any account; "
    "Administrators for owners and for the command lines of others.",
    "the WMI class Win32_Process",
    SNIPPET,
    parse,
)
