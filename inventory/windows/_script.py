"""One PowerShell script with every fact's snippet. What comes back is cut into sections as that of `sh` is.

Written for Windows PowerShell 3 to 5.1, as Server 2012 to 2025 have it. The script goes by standard input to a
`powershell.exe` whose whole command is to gather its input and run it: `-Command -` would run it line by line and stop
at the first block, and a command line may have 8,191 characters only. All of it is ASCII, and what comes back is
written as UTF-8 to the stream itself, so no code page of the host's matters.

Each snippet runs in a runspace beside the main one, so that it can be left when its time is up, and has its own status:
0, 124 out of time, 126 refused for want of a right, 127 no such class, object,
command or file, 1 anything else. Status and
objects are told by the types and numbers of errors, never by their words, which are in the host's own language.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from html import unescape

from inventory.facts.base import Fact
from inventory.script import Script

_GATHER = "$ProgressPreference='SilentlyContinue';&([scriptblock]::Create((@($input) -join [string][char]10)))"
ARGV = (
    "powershell.exe",
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-OutputFormat",
    "Text",
    "-EncodedCommand",
    base64.b64encode(_GATHER.encode("utf-16-le")).decode(),
)
"""Words that need no quotes in cmd, PowerShell or sh, whichever the account's shell is."""

TIER_SECONDS = {1: 15, 2: 60}
"""What one fact of a tier may take."""
LIMIT = 8 << 20
"""Bytes that one fact may print; what is more is cut, and the fact fails."""

# What every snippet may use, beside `$seconds`, the time that it has. `part` reads what may fail on its own: what went
# wrong is then said, and the rest stands.
_ROOM = r"""
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
Remove-TypeData -TypeName System.Array -ErrorAction SilentlyContinue
$machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
$invariant = [Globalization.CultureInfo]::InvariantCulture
function code($wrong) {
  $x = $wrong.Exception
  while ($x) {
    if ($x -is [UnauthorizedAccessException] -or $x -is [Security.SecurityException]) { return 126 }
    if ($x -is [Management.Automation.CommandNotFoundException]) { return 127 }
    if ($x -is [IO.FileNotFoundException] -or $x -is [IO.DirectoryNotFoundException]) { return 127 }
    if (@(-2147024891, -2147217405) -contains $x.HResult) { return 126 }
    if (@(-2147217394, -2147217392, -2147221164, -2147221005) -contains $x.HResult) { return 127 }
    $x = $x.InnerException
  }
  if ([string]$wrong.CategoryInfo.Category -eq 'PermissionDenied') { return 126 }
  if ($wrong.FullyQualifiedErrorId -match '0x8004100e|0x80041010|0x80040154') { return 127 }
  1
}
function why($wrong) {
  $said = [string]$wrong.Exception.Message
  $said.Substring(0, [Math]::Min(300, $said.Length))
}
function part([string]$what, $read) {
  try { & $read } catch { @{ note = $what; status = (code $_); said = (why $_) } }
}
function when($at) {
  if ($at) { ([datetime]$at).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', $invariant) }
}
function key([string]$path) { $machine.OpenSubKey($path) }
function value([string]$path, [string]$name) {
  $k = $machine.OpenSubKey($path)
  if ($k) { $k.GetValue($name) }
}
function cim([string]$class, [string]$namespace = 'root/cimv2', [string]$filter = '') {
  if ($filter) { Get-CimInstance -Namespace $namespace -ClassName $class -Filter $filter }
  else { Get-CimInstance -Namespace $namespace -ClassName $class }
}
function weigh([string]$root, [double]$seconds) {
  $clock = [Diagnostics.Stopwatch]::StartNew()
  $sum = @{ bytes = [long]0; files = [long]0; refused = 0; whole = $true }
  $left = New-Object System.Collections.Stack
  $left.Push((New-Object IO.DirectoryInfo $root))
  while ($left.Count) {
    if ($clock.Elapsed.TotalSeconds -gt $seconds) { $sum.whole = $false; break }
    $folder = $left.Pop()
    try {
      foreach ($one in $folder.EnumerateFileSystemInfos()) {
        # A folder that leads elsewhere is not followed; a file of that sort is a deduplicated one, and counts.
        if ($one -isnot [IO.DirectoryInfo]) { $sum.bytes += $one.Length; $sum.files += 1 }
        elseif (-not ($one.Attributes -band [IO.FileAttributes]::ReparsePoint)) { $left.Push($one) }
      }
    } catch { if ((code $_) -eq 126) { $sum.refused += 1 } else { $sum.whole = $false } }
  }
  $sum
}
function rows($read) {
  $sum = @{ n = 0 }
  try {
    & $read | ForEach-Object {
      $line = ConvertTo-Json -InputObject $_ -Compress -Depth 4
      $sum.n += $line.Length
      if ($sum.n -gt $most) { throw 'over the limit' }
      $line
    }
    'status 0'
  } catch {
    if ($sum.n -gt $most) { 'status over' }
    else {
      ConvertTo-Json -InputObject @{ error = (why $_) } -Compress
      'status ' + (code $_)
    }
  }
}
"""

# Only what PowerShell 2 can parse, so that such a host can say that it is too old.
_MAIN = r"""
$ErrorActionPreference = 'Stop'
$env:PSModulePath = "$PSHOME\Modules"
$env:PSModuleAnalysisCachePath = 'nul'
$clock = [Diagnostics.Stopwatch]::StartNew()
$stream = [Console]::OpenStandardOutput()
function say([string]$text) {
  $bytes = [Text.Encoding]::UTF8.GetBytes($text)
  $stream.Write($bytes, 0, $bytes.Length)
  $stream.Flush()
}
function room {
  $space = [runspacefactory]::CreateRunspace()
  $space.Open()
  $shell = [powershell]::Create()
  $shell.Runspace = $space
  [void]$shell.AddScript($prelude)
  [void]$shell.Invoke()
  $shell.Dispose()
  $space
}
$me = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
$uid = 1
if ($me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { $uid = 0 }
$version = $PSVersionTable.PSVersion
say "`n$m hello $uid`n"
$space = $null
foreach ($fact in $facts) {
  $key = $fact[0]
  say "`n$m begin $key $uid`n"
  $status = '124'
  $most = [Math]::Min([double]$fact[1], $seconds - $clock.Elapsed.TotalSeconds)
  if ($version.Major -lt 3) {
    say "{`"error`":`"PowerShell $version is older than 3.0`"}`n"
    $status = '1'
  } elseif ($most -gt 0) {
    try {
      if (-not $space) { $space = room }
      $space.SessionStateProxy.SetVariable('seconds', $most)
      $shell = [powershell]::Create()
      $shell.Runspace = $space
      [void]$shell.AddScript("rows {`n" + $fact[2] + "`n}")
      $none = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
      $none.Complete()
      $kept = New-Object 'System.Management.Automation.PSDataCollection[psobject]'
      $wait = $shell.BeginInvoke($none, $kept)
      if ($wait.AsyncWaitHandle.WaitOne([int]($most * 1000))) { $shell.Dispose() }
      else {
        [void]$shell.BeginStop($null, $null)
        $space = $null
      }
      $text = New-Object Text.StringBuilder
      foreach ($line in $kept.ReadAll()) {
        $line = [string]$line
        if ($line.StartsWith('status ')) { $status = $line.Substring(7) }
        else { [void]$text.Append($line).Append("`n") }
      }
      say $text.ToString()
    } catch {
      $status = '1'
    }
  }
  if ($status -ne 'over') { say "`n$m end $key $status`n" }
}
say "`n$m bye`n"
[Environment]::Exit(0)
"""


def compose(facts: Sequence[Fact], seconds: int = 50, word: str | None = None) -> Script:
    """The script for `facts` of Windows; each snippet once, the cheap ones first. `seconds` is the time of all."""
    word = word or secrets.token_hex(16)
    snippets: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda one: one.tier):
        snippets.setdefault(fact.section or fact.id, fact)
    listed = ",\n".join(
        f"@({_quoted(key)}, {TIER_SECONDS[fact.tier]}, {_quoted(fact.snippet.strip())})"
        for key, fact in snippets.items()
    )
    lines = [
        f"$m = {_quoted(word)}",
        f"$seconds = {seconds}",
        f"$prelude = {_quoted(f'$most = {LIMIT}{_ROOM}')}",
        # With one fact alone, the comma keeps the list a list of facts.
        f"$facts = @({',' if len(snippets) == 1 else ''}\n{listed}\n)",
        _MAIN.strip(),
    ]
    return Script("\n".join(lines) + "\n", word, tuple(facts))


def _quoted(text: str) -> str:
    """`text` as a PowerShell literal, in which nothing is special but the quote. Raises `ValueError` outside ASCII."""
    if not text.isascii():
        raise ValueError("a script for PowerShell is written in ASCII")
    return "'" + text.replace("'", "''") + "'"


def plain_errors(stderr: bytes) -> str:
    """What a shell said on standard error; of PowerShell's own form for errors (CLIXML) the text alone."""
    text = stderr.decode("utf-8", "backslashreplace")
    if not text.startswith("#< CLIXML"):
        return text
    said = "".join(re.findall(r'<S S="Error">([^<]*)</S>', text))
    return unescape(re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), said))
