"""Fact `filesystems`: mounted file systems with their use."""

import re

from estate.records.facts.filesystems import Filesystem, Filesystems, RemoteMount
from inventory.facts.base import Fact, Reading, Section, failed, known

# Remote mounts are listed from the kernel's table and never touched: a dead file server would hang df.
SNIPPET = r"""
command -v df >/dev/null || exit 127
grep -E '^[^ ]+ [^ ]+ (nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|afs|fuse\.[a-z]+) ' /proc/self/mounts
echo '--- df'
$t df -l -B1 --output=fstype,size,used,avail,itotal,iused,source,target 2>/dev/null || $t df -P -k 2>&1
"""

_PSEUDO = frozenset(
    {
        *("tmpfs", "devtmpfs", "proc", "sysfs", "devpts", "cgroup", "cgroup2", "squashfs", "efivarfs"),
        *("ramfs", "rootfs", "none", "mqueue", "udev"),
    }
)


def parse(section: Section) -> Reading:
    """Read the kernel's remote mounts, and df's table in its GNU or its POSIX form."""
    before, marker, after = section.text.partition("--- df\n")
    if not marker:
        return failed("df was not reached")
    remote = tuple(
        RemoteMount(source=_plain(words[0]), type=words[2], mountpoint=_plain(words[1]))
        for words in (line.split() for line in before.splitlines() if line.strip())
    )
    rows = [line for line in after.splitlines() if line.strip()]
    if not rows:
        return failed("df printed nothing")
    # Where GNU df could not read one mount it still prints the others, and the POSIX table follows.
    heads = [number for number, line in enumerate(rows) if re.match(r"(Type|Filesystem)\s", line)]
    if not heads or heads[0] != 0:
        return failed(f"df printed no table: {rows[0][:80]}")
    table = rows[1 : heads[1] if len(heads) > 1 else len(rows)]
    read = _gnu if rows[0].startswith("Type") else _posix
    found = {fs.mountpoint: fs for fs in (read(line) for line in table) if fs is not None}
    remote_points = {mount.mountpoint for mount in remote}
    return known(
        Filesystems(
            filesystems=tuple(fs for point, fs in found.items() if point not in remote_points), remote=remote
        ),
        partial="types and inodes: this df does not say" if read is _posix else "",
    )


def _gnu(line: str) -> Filesystem | None:
    kind, size, used, free, inodes, inodes_used, source, target = line.split(None, 7)
    # Files that a container's keeper lends to it are not the server's own file systems.
    if kind in _PSEUDO or size in ("0", "-") or target.startswith("/run/host/"):
        return None
    return Filesystem(
        source=source,
        type=kind,
        mountpoint=target,
        size_bytes=int(size),
        used_bytes=int(used),
        available_bytes=int(free),
        inodes=None if inodes in ("-", "0") else int(inodes),
        inodes_used=None if inodes in ("-", "0") else int(inodes_used),
    )


def _posix(line: str) -> Filesystem | None:
    found = re.match(r"(.*\S)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\S+%\s+(/.*)$", line)
    if found is None:
        if line.startswith("df:"):
            return None
        raise ValueError(f"df printed {line[:40]!r}")
    source, size, used, free, target = found.groups()
    if source in _PSEUDO or size == "0":
        return None
    return Filesystem(
        source=source,
        type="",
        mountpoint=target,
        size_bytes=int(size) * 1024,
        used_bytes=int(used) * 1024,
        available_bytes=int(free) * 1024,
    )


def _plain(text: str) -> str:
    """The kernel writes a space in a path as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text).replace("\0", "\\x00")


FACT = Fact(
    id="filesystems",
    reads="/proc/self/mounts and df of local file systems; remote ones are listed and not touched. Any account.",
    tool="df",
    snippet=SNIPPET,
    parser=parse,
)
