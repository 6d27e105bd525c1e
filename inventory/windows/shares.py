"""Fact `shares` of Windows: folders that are shared, who may, and how much is in them."""

from estate.records.facts.shares import Share, Shares
from inventory.facts.base import Reading
from inventory.windows.base import Row, Rows, fact

# Of one share to the next, what is left of the time is shared out evenly, so that a vast one starves no other.
SNIPPET = r"""
@{ kind = 'server'; smb1 = (value 'SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters' 'SMB1') }
part 'the settings of the file server' { cim MSFT_SmbServerConfiguration 'root/Microsoft/Windows/SMB' | ForEach-Object {
  @{ kind = 'settings'; smb1 = $_.EnableSMB1Protocol } } }
$shares = @(cim Win32_Share | Where-Object { $_.Type -eq 0 })
part 'who may use the shares' { cim Win32_LogicalShareSecuritySetting | ForEach-Object {
  $name = $_.Name
  $said = Invoke-CimMethod -InputObject $_ -MethodName GetSecurityDescriptor
  if ($said.ReturnValue -eq 5) { throw (New-Object UnauthorizedAccessException) }
  foreach ($entry in $said.Descriptor.DACL) {
    @{ kind = 'may'; share = $name; type = $entry.AceType; mask = $entry.AccessMask; sid = $entry.Trustee.SIDString
       account = (@($entry.Trustee.Domain, $entry.Trustee.Name) | Where-Object { $_ }) -join '\' } } } }
$clock = [Diagnostics.Stopwatch]::StartNew()
$left = $shares.Count
foreach ($share in $shares) {
  $each = ($seconds * 0.75 - $clock.Elapsed.TotalSeconds) / [Math]::Max(1, $left)
  $left -= 1
  @{ kind = 'share'; name = $share.Name; path = $share.Path }
  part "the size of $($share.Name)" {
    $sum = weigh $share.Path $each
    @{ kind = 'size'; share = $share.Name; bytes = $sum.bytes; files = $sum.files
       refused = $sum.refused; whole = $sum.whole }
  }
}
@{ kind = 'end' }
"""

_ALLOW = 0
_WRITE = 0x2
"""In an entry's mask: the right to write into a file, or to make one in a folder."""
_GUESTS = frozenset({"S-1-5-7", "S-1-5-32-546"})
"""Anonymous, and the group of guests. Everyone (S-1-1-0) includes neither since Server 2003."""


def parse(rows: Rows) -> Reading:
    """A share is read-only where nobody may change anything in it. What could not be measured wholly has no size."""
    rows.one("end")
    settings = next((row.flag("smb1") for row in rows.of("settings")), None)
    switched = rows.one("server").number("smb1")
    unmeasured: list[str] = []
    shares = [_share(row, rows, unmeasured) for row in rows.of("share")]
    return rows.known(
        Shares(
            shares=tuple(shares),
            smb1=settings if settings is not None else None if switched is None else switched != 0,
        ),
        f"the size of {', '.join(unmeasured[:8])}: too large, or closed to the account" if unmeasured else "",
    )


def _share(row: Row, rows: Rows, unmeasured: list[str]) -> Share:
    name = row.text("name")
    may = [one for one in rows.of("may") if one.text("share") == name and one.number("type") == _ALLOW]
    size = next((one for one in rows.of("size") if one.text("share") == name), None)
    whole = size is not None and size.flag("whole") and not size.number("refused")
    if size is not None and not whole:
        unmeasured.append(name)
    return Share(
        protocol="smb",
        name=name,
        path=row.text("path"),
        # What is not known to be read-only is not called so.
        read_only=bool(may) and not any(one.count("mask") & _WRITE for one in may),
        guest=any(one.text("sid") in _GUESTS for one in may),
        clients=tuple(dict.fromkeys(one.text("account") or one.text("sid") for one in may)),
        bytes=size.number("bytes") if size and whole else None,
        files=size.number("files") if size and whole else None,
    )


FACT = fact(
    "shares",
    "Win32_Share, MSFT_SmbServerConfiguration, who may use each share, and the sizes of the files in them (names "
    "are not kept). Any account; Administrators for rights and for folders that are closed to others.",
    "the WMI class Win32_Share",
    SNIPPET,
    parse,
    tier=2,
)
