"""Everything that a host of the practice estate keeps in files, as it stands: to be compared with how it stood."""

from dataclasses import dataclass

from practice.estate import Estate
from tests.inventory.practice_hosts import as_root

SMALL = 64 << 10
"""Bytes up to which a file's contents are compared too."""

# Path last, as it may hold anything but NUL. Times of access are not compared: reading a file is what we do. Contents
# are not below /usr and /srv: the time of the last change of an inode, which nobody can set, says enough there.
_LIST = f"""
for d in / /run /tmp /dev/shm; do
  [ -d $d ] && find $d -xdev \\( -path /proc -o -path /sys -o -path /run/host \\) -prune -o \\
    -printf '%y %s %m %U:%G %T@ %C@ %l|%p\\0'
done
printf '\\0'
for d in / /run /tmp /dev/shm; do
  [ -d $d ] && find $d -xdev \\( -path /proc -o -path /sys -o -path /run/host -o -path /usr -o -path /srv \\) -prune -o \\
    -type f -size -{SMALL // 512} -print0 | xargs -0 sha256sum -z 2>/dev/null || :
done
"""


@dataclass(frozen=True)
class Entry:
    """One name: its type, size, mode, owner, times of change and target of a link, and the contents of what is small."""

    stat: str
    contents: str


def snapshot(estate: Estate, host: str) -> dict[str, Entry]:
    """Every name on the host's own file systems and on its /run, /tmp and /dev/shm."""
    listed, _, hashed = as_root(estate, host, _LIST).partition(b"\0\0")
    sums = {}
    for line in hashed.split(b"\0"):
        if line:
            digest, _, path = line.decode("utf-8", "surrogateescape").partition("  ")
            sums[path] = digest
    out = {}
    for line in listed.split(b"\0"):
        stat, _, path = line.decode("utf-8", "surrogateescape").partition("|")
        # A folder's size says how it once grew; its time of change says whether it changed now.
        out[path] = Entry(
            " ".join(stat.split(" ")[:1] + stat.split(" ")[2:]) if stat.startswith("d") else stat,
            sums.get(path, ""),
        )
    assert len(out) > 5000, f"{host} has more files than {len(out)}"
    assert len(sums) > 500
    return out


def changed(before: dict[str, Entry], after: dict[str, Entry]) -> set[str]:
    """Names that came, went, or are no longer as they were."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
