"""Fact `filesystems`: mounted file systems with their use."""

import re

from estate.records.facts.filesystems import Filesystem, Filesystems, RemoteMount
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of, plain

# Remote mounts are listed from the kernel's table and never touched: a dead file server would hang df.
SNIPPET = r"""
command -v df >/dev/null || exit 127
$t df -l -B1 --output=fstype,size,used,avail,itotal,iused,source,target 2>/dev/null || $t df -P -k 2>&1
"""

_REMOTE = re.compile(r"nfs4?|cifs|smb3|smbfs|ceph|glusterfs|afs|ncpfs|davfs2?|fuse\.[a-z]+")
_PSEUDO = frozenset(
    {
        *("tmpfs", "devtmpfs", "proc", "sysfs", "devpts", "cgroup", "cgroup2", "squashfs", "efivarfs"),
        *("ramfs", "rootfs", "none", "mqueue", "udev"),
    }
)


def parse(section: Section) -> Reading:
    """Read the kernel's remote mounts, and df's table in its GNU or its POSIX form."""
    pairs = section.pairs
    mounts = [line.split() for line in lines_of(pairs, "/proc/self/mounts")]
    mounted = tuple(
        RemoteMount(source=plain(words[0]), type=words[2], mountpoint=plain(words[1]))
        for words in mounts
        if _REMOTE.fullmatch(words[2])
    )
    points = {mount.mountpoint for mount in mounted}
    table_of_mounts = (line.split() for line in lines_of(pairs, "/etc/fstab"))
    remote = mounted + tuple(
        RemoteMount(source=plain(words[0]), type=words[2], mountpoint=plain(words[1]), mounted=False)
        for words in table_of_mounts
        if len(words) > 2 and _REMOTE.fullmatch(words[2]) and plain(words[1]) not in points
    )
    rows = [line for line in section.text.splitlines() if line.strip()]
    if not rows:
        return failed("df printed nothing")
    # Where GNU df could not read one mount it still prints the others, and the POSIX table follows.
    heads = [number for number, line in enumerate(rows) if re.match(r"(Type|Filesystem)\s", line)]
    if not heads or heads[0] != 0:
        return failed(f"df printed no table: {rows[0][:80]}")
    table = rows[1 : heads[1] if len(heads) > 1 else len(rows)]
    read = _gnu if rows[0].startswith("Type") else _posix
    found = {fs.mountpoint: fs for fs in (read(line) for line in table) if fs is not None}
    return known(
        Filesystems(filesystems=tuple(fs for point, fs in found.items() if point not in points), remote=remote),
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


FACT = Fact(
    id="filesystems",
    reads="/proc/self/mounts and df of local file systems; remote ones, of /etc/fstab too, are listed and not "
    "touched. Any account.",
    tool="df",
    snippet=SNIPPET,
    files=("/proc/self/mounts", "/etc/fstab"),
    parser=parse,
)
