"""Fact `filesystems` of Windows: volumes with their use, and the shares of others that are in use."""

from estate.records.facts.filesystems import Filesystem, Filesystems, RemoteMount
from inventory.facts.base import Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
cim Win32_Volume 'root/cimv2' 'DriveType=3' | ForEach-Object {
  @{ kind = 'volume'; id = $_.DeviceID; path = $_.Name; type = $_.FileSystem; size = $_.Capacity; free = $_.FreeSpace } }
part 'shares of others that are in use' {
  cim MSFT_SmbConnection 'root/Microsoft/Windows/SMB' | ForEach-Object {
    @{ kind = 'remote'; server = $_.ServerName; share = $_.ShareName } } }
"""


def parse(rows: Rows) -> Reading:
    """A volume may have a letter, a folder, or neither (then it is none of the council's); NTFS counts no inodes."""
    found = []
    for row in rows.of("volume"):
        size, free, path = row.number("size"), row.number("free"), row.text("path")
        if size is None or free is None or path.startswith("\\\\?\\"):
            continue
        found.append(
            Filesystem(
                source=row.text("id"),
                type=row.text("type").lower(),
                mountpoint=path,
                size_bytes=size,
                used_bytes=max(0, size - free),
                available_bytes=free,
            )
        )
    if not found:
        raise ValueError("it did not say its volumes")
    remote = {
        f"//{row.text('server')}/{row.text('share')}": None
        for row in rows.of("remote")
        if row.text("server") and row.text("share").upper() != "IPC$"
    }
    return rows.known(
        Filesystems(
            filesystems=tuple(found),
            remote=tuple(RemoteMount(source=one, type="cifs", mountpoint="") for one in remote),
        )
    )


FACT = fact(
    "filesystems",
    "Win32_Volume, and MSFT_SmbConnection: server and share of what is mounted from elsewhere at that moment. "
    "Any account; Administrators for the latter.",
    "the WMI class Win32_Volume",
    SNIPPET,
    parse,
)
