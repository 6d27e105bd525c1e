"""Fact `timesync` of Windows: the time service, and whom it follows."""

import re

from estate.records.facts.timesync import Timesync
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
$time = 'SYSTEM\CurrentControlSet\Services\W32Time'
$policy = 'SOFTWARE\Policies\Microsoft\W32Time\Parameters'
$type = value $policy 'Type'
$servers = value $policy 'NtpServer'
if (-not $type) { $type = value "$time\Parameters" 'Type' }
if (-not $servers) { $servers = value "$time\Parameters" 'NtpServer' }
$service = cim Win32_Service 'root/cimv2' "Name='W32Time'"
@{ kind = 'time'; there = [bool](key $time); type = [string]$type; servers = [string]$servers; state = $service.State }
part 'how far the clock is off' {
  $said = @(& "$env:SystemRoot\System32\w32tm.exe" /query /status /verbose)
  if ("$said" -match '0x80070005') { throw (New-Object UnauthorizedAccessException) }
  if ($LASTEXITCODE -eq 0) { @{ kind = 'status'; lines = @($said | ForEach-Object { [string]$_ }) } }
}
"""

_FROM_DOMAIN = "nt5ds"
_UNSYNCHRONISED = "3"


def parse(rows: Rows) -> Reading:
    """w32tm speaks the host's language: the first number (leap indicator) is read in any, the offset in English."""
    time = rows.one("time")
    if not time.flag("there"):
        return rows.known(Timesync(active=False))
    kind = time.text("type").lower()
    lines = next((row.texts("lines") for row in rows.of("status")), ())
    leap = next((found[1] for line in lines if (found := re.match(r"[^:]+:\s*(\d)\(", line))), None)
    offset = next((found[1] for line in lines if (found := re.match(r"Phase Offset: (-?\d+\.\d+)s", line))), None)
    source = next((line.partition(":")[2].strip() for line in lines if line.startswith("Source:")), "")
    named = [one.partition(",")[0] for one in time.text("servers").split()] if kind in ("ntp", "allsync") else []
    if kind == _FROM_DOMAIN and re.fullmatch(r"[\w.-]+\.[\w.-]+(,0x\w+)?", source):
        named = [source.partition(",")[0]]
    return rows.known(
        Timesync(
            service="W32Time",
            active=time.text("state") == "Running" and kind != "nosync",
            synchronised=None if leap is None else leap != _UNSYNCHRONISED,
            servers=tuple(dict.fromkeys(named)),
            offset_seconds=float(offset) if offset else None,
        ),
        "" if leap is not None or any("note" in row.values for row in rows.rows) else "whether it is in step",
    )


FACT = fact(
    "timesync",
    "the time service's settings in the registry and w32tm /query /status. Any account; Administrators for the "
    "latter.",
    "the time service",
    SNIPPET,
    parse,
)
