"""Fact `disks`: block devices, with partitions, volumes, mirrors and encryption."""

from collections.abc import Mapping, Sequence

from estate.records.facts.disks import Disk, Disks
from inventory.facts.base import (
    Fact,
    Reading,
    Section,
    absent,
    failed,
    known,
    lines_of,
    plain,
    unreadable,
    values_of,
)

# The kernel tells all of it in files: lsblk takes as long as five other facts, and not every host has it. Links
# are followed by the shell's own patterns.
SNIPPET = r"""
[ -d /sys/block ] || return 127
for f in /sys/class/block/[!lz]*/slaves/*; do [ -e "$f" ] && printf '%s\n' "$f"; done
for f in /sys/block/[!lz]*; do [ -e "$f" ] && printf '%s\n' "$f"; done
return 0
"""
_OWN = (
    "size",
    "dev",
    "ro",
    "removable",
    "partition",
    "dm/name",
    "dm/uuid",
    "md/level",
    "md/degraded",
    "md/array_state",
)
FILES = (
    *(f"/sys/block/[!lz]*/{name}" for name in (*_OWN, "queue/rotational", "device/vendor", "device/model")),
    *(f"/sys/block/[!lz]*/*/{name}" for name in ("size", "dev", "partition")),
    *("/proc/self/mountinfo", "/proc/swaps"),
)

_NOT_DISKS = ("loop", "ram", "zram", "fd", "sr", "nbd")
_INSIDE = {"lvm": "LVM2_member", "crypt": "crypto_LUKS", "raid": "linux_raid_member"}


def parse(section: Section) -> Reading:
    """Put together what the kernel says of each device: sizes are in sectors of 512 bytes."""
    if section.status != 0 or not all(line.startswith("/sys/") for line in section.lines):
        return failed("the kernel's list of block devices could not be read")
    pairs = section.pairs
    values = {file: value for file, value in values_of(pairs).items() if file.startswith("/sys/block/")}
    folders = [file.removesuffix("/size") for file in values if file.endswith("/size")]
    below: dict[str, list[str]] = {}
    for line in section.lines:
        if "/slaves/" in line:
            upper, _, lower = line.removeprefix("/sys/class/block/").partition("/slaves/")
            below.setdefault(upper, []).append(lower)
    mounts = _mounts(lines_of(pairs, "/proc/self/mountinfo"))
    swaps = {line.split()[0].rsplit("/", 1)[-1] for line in lines_of(pairs, "/proc/swaps")}
    disks = {
        folder.rsplit("/", 1)[-1]: disk
        for folder in folders
        if (disk := _disk(folder, values, below, mounts, swaps))
    }
    if not disks and section.refused:
        return unreadable("the kernel's files on block devices may not be read")
    if not disks:
        return absent("no block device can be seen from the host")
    names = {kernel: disk.name for kernel, disk in disks.items()}
    # What lies on a device says what the device holds.
    inside = {
        lower: word
        for kernel, disk in disks.items()
        for kind, word in _INSIDE.items()
        if disk.type.startswith(kind)
        for lower in below.get(kernel, ())
    }
    return known(
        Disks(
            disks=tuple(
                disk.model_copy(
                    update={
                        "parent": names.get(disk.parent, disk.parent) if disk.parent else None,
                        "members": tuple(names.get(one, one) for one in disk.members),
                        "filesystem": disk.filesystem or inside.get(kernel),
                    }
                )
                for kernel, disk in disks.items()
            )
        )
    )


def _disk(
    folder: str,
    values: Mapping[str, str],
    below: Mapping[str, Sequence[str]],
    mounts: Mapping[str, tuple[str, str]],
    swaps: set[str],
) -> Disk | None:
    kernel = folder.rsplit("/", 1)[-1]
    size = int(values[f"{folder}/size"]) * 512
    if kernel.startswith(_NOT_DISKS) or size == 0:
        return None
    partition = f"{folder}/partition" in values
    mapped = values.get(f"{folder}/dm/uuid", "").partition("-")[0].lower()
    level = values.get(f"{folder}/md/level", "")
    kind = "part" if partition else mapped if mapped else level if level else "disk"
    if kernel.startswith("dm-") and not mapped:
        kind = "dm"
    name = values.get(f"{folder}/dm/name", kernel)
    filesystem, mountpoint = mounts.get(values.get(f"{folder}/dev", "-")) or mounts.get(name) or (None, None)
    if kernel in swaps or name in swaps:
        filesystem = "swap"
    parent = folder.rsplit("/", 2)[-2] if partition else next(iter(below.get(kernel, ())), None)
    flags = {"1": True, "0": False}
    rotational = flags.get(values.get(f"{folder}/queue/rotational", ""))
    maker, name_of_model = values.get(f"{folder}/device/vendor", ""), values.get(f"{folder}/device/model", "")
    # Of a virtual disk the kernel knows the maker's number alone.
    model = " ".join(f"{'' if maker.startswith('0x') else maker} {name_of_model}".split())
    degraded = values.get(f"{folder}/md/degraded", "")
    return Disk(
        name=name,
        type="part" if mapped.startswith("part") else kind,
        size_bytes=size,
        parent=parent,
        members=tuple(below.get(kernel, ())),
        filesystem=filesystem,
        mountpoint=mountpoint,
        model=model,
        rotational=None if partition else rotational,
        removable=values.get(f"{folder}/removable") == "1",
        degraded=int(degraded) > 0 if degraded.isdigit() else None,
    )


def _mounts(lines: Sequence[str]) -> dict[str, tuple[str, str]]:
    """File system and first place of each mounted device, by its numbers and by its name.

    `36 35 8:1 / /boot rw - ext4 /dev/sda1 rw`; btrfs has numbers of its own, so there the name counts.
    """
    found: dict[str, tuple[str, str]] = {}
    for words in map(str.split, lines):
        # What a container's keeper lends to it is not its own.
        if "-" in words[6:] and not words[4].startswith("/run/host/"):
            kind, source = words[words.index("-", 6) + 1 :][:2]
            for key in (words[2], source.rsplit("/", 1)[-1] if source.startswith("/dev/") else ""):
                found.setdefault(key, (kind, plain(words[4])))
    return found


FACT = Fact(
    id="disks",
    reads="the block devices below /sys/block, /proc/self/mountinfo and /proc/swaps. Any account.",
    tool="/sys",
    snippet=SNIPPET,
    files=FILES,
    parser=parse,
    light=True,
)
