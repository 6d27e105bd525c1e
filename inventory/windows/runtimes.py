"""Fact `runtimes` of Windows: .NET, Java, Python, Node and PHP, by the registry and by names of folders."""

import re
from typing import Literal

from estate.records.facts.runtimes import Runtime, Runtimes
from inventory.facts.base import Reading
from inventory.windows.base import Row, Rows, fact

SNIPPET = r"""
$net = 'SOFTWARE\Microsoft\NET Framework Setup\NDP'
foreach ($name in 'v2.0.50727', 'v3.0', 'v3.5', 'v4\Full') {
  $k = key "$net\$name"
  if ($k -and $k.GetValue('Install') -eq 1) {
    @{ kind = 'framework'; version = [string]$k.GetValue('Version'); release = $k.GetValue('Release')
       path = "$env:SystemRoot\Microsoft.NET" } } }
part '.NET' {
  foreach ($name in 'Microsoft.NETCore.App', 'Microsoft.AspNetCore.App') {
    $root = "$env:ProgramFiles\dotnet\shared\$name"
    if ([IO.Directory]::Exists($root)) {
      foreach ($one in [IO.Directory]::GetDirectories($root)) { @{ kind = 'dotnet'; path = $one } } } } }
foreach ($place in 'SOFTWARE', 'SOFTWARE\WOW6432Node') {
  foreach ($name in 'Java Runtime Environment', 'Java Development Kit', 'JRE', 'JDK') {
    $k = key "$place\JavaSoft\$name"
    if ($k) { foreach ($one in $k.GetSubKeyNames()) { $home_of = $k.OpenSubKey($one).GetValue('JavaHome')
      if ($home_of) { @{ kind = 'java'; version = $one; path = [string]$home_of; maker = 'Oracle' } } } } }
  foreach ($maker in 'Eclipse Adoptium\JDK', 'Eclipse Adoptium\JRE', 'Eclipse Foundation\JDK', 'AdoptOpenJDK\JDK',
    'AdoptOpenJDK\JRE', 'Microsoft\JDK', 'Azul Systems\Zulu', 'Amazon Corretto\JDK') {
    $k = key "$place\$maker"
    if ($k) { foreach ($one in $k.GetSubKeyNames()) {
      $where = value "$place\$maker\$one\hotspot\MSI" 'Path'
      @{ kind = 'java'; version = $one; path = [string]$where; maker = $maker.Split('\')[0] } } } }
  $k = key "$place\Python\PythonCore"
  if ($k) { foreach ($one in $k.GetSubKeyNames()) {
    @{ kind = 'python'; version = $one; path = [string](value "$place\Python\PythonCore\$one\InstallPath" '') } } }
  $k = key "$place\Node.js"
  if ($k -and $k.GetValue('InstallPath')) {
    @{ kind = 'node'; version = [string]$k.GetValue('Version'); path = [string]$k.GetValue('InstallPath') } }
  $k = key "$place\PHP"
  if ($k -and $k.GetValue('InstallDir')) {
    @{ kind = 'php'; version = [string]$k.GetValue('version'); path = [string]$k.GetValue('InstallDir') } }
}
@{ kind = 'end' }
"""

_Name = Literal["php", "python", "java", "node", "dotnet"]
_NAMES: dict[str, _Name] = {"java": "java", "python": "python", "node": "node", "php": "php", "dotnet": "dotnet"}
# The number that Microsoft publishes as the least of each version of the .NET Framework.
_RELEASES = (
    (533320, "4.8.1"), (528040, "4.8"), (461808, "4.7.2"), (461308, "4.7.1"), (460798, "4.7"), (394802, "4.6.2"),
    (394254, "4.6.1"), (393295, "4.6"), (379893, "4.5.2"), (378675, "4.5.1"), (378389, "4.5"),
)  # fmt: skip


def parse(rows: Rows) -> Reading:
    """The .NET Framework says its true version by a number only."""
    rows.one("end")
    found = [
        Runtime(name="dotnet", version=_framework(row), path=row.text("path"), maker="Microsoft (.NET Framework)")
        for row in rows.of("framework")
    ]
    for kind, name in _NAMES.items():
        for row in rows.of(kind):
            path = row.text("path").rstrip("\\")
            version = row.text("version") or path.rsplit("\\", 1)[-1]
            maker = row.text("maker") or ("Microsoft (.NET)" if kind == "dotnet" else "")
            found.append(
                Runtime(
                    name=name,
                    version=version,
                    path=path or "not said",
                    maker=maker,
                    packaged=bool(re.match(r"[A-Za-z]:\\(program files|windows)", path, re.I)),
                )
            )
    # A version's own folder is listed once for .NET and once for ASP.NET; Java once for each name of its key.
    once = {(one.name, one.version, one.path.lower()): one for one in reversed(found)}
    return rows.known(Runtimes(runtimes=tuple(reversed(once.values()))))


def _framework(row: Row) -> str:
    release = row.number("release")
    said = next((version for least, version in _RELEASES if release and release >= least), None)
    return said or row.text("version")


FACT = fact(
    "runtimes",
    "the registry's entries of .NET, Java, Python, Node and PHP, and names of folders of .NET; nothing is started. "
    "What was only unpacked is not seen. Any account.",
    "the registry",
    SNIPPET,
    parse,
)
