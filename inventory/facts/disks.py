"""Fact `disks`: block devices."""

import shlex

from estate.records.facts.disks import Disk, Disks
from inventory.facts.base import Fact, Reading, Section, absent, failed, known

SNIPPET = r"""
if command -v lsblk >/dev/null; then
  $t lsblk -b -P -o NAME,TYPE,SIZE,FSTYPE,MOUNTPOINT,PKNAME
else
  [ -d /sys/block ] || exit 127
  for d in /sys/block/*; do
    [ -r "$d/size" ] && read -r n <"$d/size" && printf 'SECTORS="%s" NAME="%s" TYPE="disk"\n' "$n" "${d##*/}"
  done
  exit 0
fi
"""

_NOT_DISKS = ("loop", "ram", "zram", "fd", "sr")


def parse(section: Section) -> Reading:
    """Read lsblk's pairs, or the sizes (in sectors of 512 bytes) that the kernel gives where there is no lsblk."""
    disks: dict[str, Disk] = {}
    poor = False
    for line in section.lines:
        pairs = dict(word.split("=", 1) for word in shlex.split(line))
        name = pairs["NAME"]
        if name.startswith(_NOT_DISKS):
            continue
        poor = poor or "SECTORS" in pairs
        size = int(pairs["SECTORS"]) * 512 if "SECTORS" in pairs else int(pairs["SIZE"] or 0)
        if size == 0:
            continue
        # A device with two parents (a mirror) is listed under each; one is enough.
        disks.setdefault(
            name,
            Disk(
                name=name,
                type=pairs["TYPE"],
                size_bytes=size,
                parent=pairs.get("PKNAME") or None,
                filesystem=pairs.get("FSTYPE") or None,
                mountpoint=pairs.get("MOUNTPOINT") or None,
            ),
        )
    if section.status != 0:
        return failed(f"lsblk ended with status {section.status}")
    if not disks:
        return absent("no block device can be seen from the host")
    return known(
        Disks(disks=tuple(disks.values())),
        partial="partitions, volumes and file systems: lsblk is not installed" if poor else "",
    )


FACT = Fact(
    id="disks",
    reads="lsblk, or /sys/block where it is missing. Any account.",
    tool="lsblk",
    snippet=SNIPPET,
    parser=parse,
)
