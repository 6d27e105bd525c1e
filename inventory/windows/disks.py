"""Fact `disks` of Windows: disks, their partitions, and the letters these have."""

import re

from estate.records.facts.disks import Disk, Disks
from inventory.facts.base import MISSING, Reading
from inventory.windows.base import Rows, fact

SNIPPET = r"""
cim Win32_DiskDrive | ForEach-Object {
  @{ kind = 'disk'; index = $_.Index; model = $_.Model; size = $_.Size; bus = $_.InterfaceType; media = $_.MediaType } }
part 'partitions' { cim Win32_DiskPartition | ForEach-Object {
  @{ kind = 'partition'; id = $_.DeviceID; disk = $_.DiskIndex; size = $_.Size; type = $_.Type } } }
part 'letters' { cim Win32_LogicalDiskToPartition | ForEach-Object {
  @{ kind = 'letter'; partition = $_.Antecedent.DeviceID; letter = $_.Dependent.DeviceID } } }
part 'BitLocker' { cim Win32_EncryptableVolume 'root/cimv2/Security/MicrosoftVolumeEncryption' | ForEach-Object {
  @{ kind = 'volume'; letter = $_.DriveLetter; protection = $_.ProtectionStatus } } }
part 'the sort of disk' { cim MSFT_PhysicalDisk 'root/Microsoft/Windows/Storage' | ForEach-Object {
  @{ kind = 'physical'; index = $_.DeviceId; media = $_.MediaType } } }
"""

_PROTECTED = 1
"""Win32_EncryptableVolume.ProtectionStatus: 0 is off or suspended, 2 is locked, so that nobody can tell."""
_ROTATES = {"3": True, "4": False}
"""MSFT_PhysicalDisk.MediaType: a hard disk, a solid-state one; a virtual disk says 0, which is neither."""


def parse(rows: Rows) -> Reading:
    """Name disks and partitions as Windows counts them. A dynamic disk's volumes are in the fact `filesystems`."""
    rotates = {row.text("index"): _ROTATES.get(row.text("media")) for row in rows.of("physical")}
    letters = {row.text("partition"): row.text("letter") for row in rows.of("letter")}
    protected = {row.text("letter") for row in rows.of("volume") if row.number("protection") == _PROTECTED}
    found = [
        Disk(
            name=f"Disk {row.count('index')}",
            type="disk",
            size_bytes=row.number("size") or 0,
            model=row.text("model"),
            rotational=rotates.get(row.text("index")),
            removable="removable" in row.text("media").lower() or row.text("bus").upper() == "USB",
        )
        for row in rows.of("disk")
    ]
    for row in rows.of("partition"):
        disk = f"Disk {row.count('disk')}"
        number = re.search(r"(\d{1,4})$", row.text("id"))
        letter = letters.get(row.text("id"))
        mountpoint = f"{letter}\\" if letter else None
        part = Disk(
            name=f"{disk} partition {int(number[1]) + 1 if number else '?'}",
            type="part",
            size_bytes=row.number("size") or 0,
            parent=disk,
            members=(disk,),
            mountpoint=None if letter in protected else mountpoint,
        )
        found.append(part)
        if letter in protected:
            found.append(
                Disk(
                    name=f"BitLocker {letter}",
                    type="crypt",
                    size_bytes=part.size_bytes,
                    parent=part.name,
                    members=(part.name,),
                    mountpoint=mountpoint,
                )
            )
    rows.one("disk")
    # Where BitLocker is not installed, nothing is encrypted by it, and that is known.
    told = [row for row in rows.rows if (row.text("note"), row.number("status")) != ("BitLocker", MISSING)]
    return Rows(told, rows.uid).known(Disks(disks=tuple(found)))


FACT = fact(
    "disks",
    "Win32_DiskDrive, Win32_DiskPartition, the letters of partitions, BitLocker's Win32_EncryptableVolume "
    "(on or off, never a key), and MSFT_PhysicalDisk (solid or not). Any account; Administrators for the last two.",
    "the WMI class Win32_DiskDrive",
    SNIPPET,
    parse,
)
