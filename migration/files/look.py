"""Looks at both sides of a file tree, changes nothing, and says what it found."""

from dataclasses import dataclass, field

from estate.errors import UsageError
from migration.files.sides import LONG, Place, q, script

TOOLS = (
    "rsync",
    "getfacl",
    "getfattr",
    "systemd-run",
    "findmnt",
    "flock",
    "openssl",
    "ssh",
    "ssh-keygen",
    "sha256sum",
)
"""Programs that a move of files uses on both hosts, and the Debian package of those that may be missing."""
PACKAGES = {"getfacl": "acl", "getfattr": "attr", "rsync": "rsync", "openssl": "openssl", "ssh": "openssh-client"}
OLDEST_RSYNC = (3, 1, 3)
"""The first that compares times to the nanosecond when it is asked to (rsync's NEWS, 3.1.3)."""
NOT_SHARES = frozenset({"global", "homes", "printers", "print$"})


@dataclass(frozen=True)
class Seen:
    """One side before the move. Bytes are as the file system counts them (`free_bytes`)."""

    there: bool
    folder: bool
    """It is a real folder, and no symbolic link on the way to it."""
    empty: bool
    readonly: bool
    below: tuple[str, ...]
    """File systems mounted inside the tree."""
    free_bytes: int
    free_inodes: int | None
    """None where the file system has no fixed number."""
    cpus: int


@dataclass(frozen=True)
class Measure:
    """A tree's size."""

    allocated: int
    """Bytes on disk: holes and second names not counted."""
    size: int
    entries: int
    linked: int
    kinds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Exporter:
    """A unit that writes the tree, or may. `others` is what else it serves, by path or in words."""

    unit: str
    others: tuple[str, ...] = ()

    @property
    def only(self) -> bool:
        """Whether it serves nothing else, so that it can stay stopped."""
        return not self.others


def look(place: Place) -> Seen:
    """Look at one side. Raises `UsageError` where a tool is missing or too old, with what to install."""
    result = place.root.run(["sh", "-c", script("look.sh"), "sh", place.tree, *TOOLS], timeout=120)
    lines = [
        line.split(" ", 1)
        for line in result.must(f"Looking at {place.tree} on {place.host.name}").text.splitlines()
    ]
    facts = dict(line for line in lines if len(line) == 2)
    missing = sorted({line[1] for line in lines if line[0] == "missing"})
    if missing:
        names = " ".join(dict.fromkeys(PACKAGES.get(tool, tool) for tool in missing))
        raise UsageError(f"{place.host.name} lacks {', '.join(missing)}", f"install them there: {names}")
    version = tuple(int(part) for part in facts.get("rsync", "0").split(".") if part)
    if version < OLDEST_RSYNC:
        raise UsageError(
            f"{place.host.name} has rsync {facts.get('rsync')}, which does not see changes within one second",
            "install rsync 3.1.3 or later there",
        )
    if "systemd" not in facts:
        raise UsageError(
            f"{place.host.name} does not run systemd, which keeps a freeze's deadline",
            "copy this tree by other means",
        )
    blocks, block, inodes = (int(word) for word in facts["free"].split())
    return Seen(
        there="absent" not in facts,
        folder="folder" in facts,
        empty="absent" in facts or "empty" in facts,
        readonly="readonly" in facts,
        below=mounted_inside(place),
        free_bytes=blocks * block,
        free_inodes=inodes or None,
        cpus=int(facts["cpus"]),
    )


def mounted_inside(place: Place) -> tuple[str, ...]:
    """The file systems that are mounted inside the tree now."""
    said = place.root.run(["sh", "-c", script("below.sh"), "sh", place.tree])
    return tuple(said.must(f"Looking at the mounts of {place.host.name}").text.splitlines())


def measure(place: Place) -> Measure:
    """Count what the tree holds. Reads every folder."""
    result = place.root.run(["sh", "-c", script("measure.sh"), "sh", place.tree], timeout=LONG)
    lines = [
        line.split() for line in result.must(f"Measuring {place.tree} on {place.host.name}").text.splitlines()
    ]
    facts = {line[0]: int(line[1]) for line in lines if line[0] != "kind"}
    kinds = {line[1]: int(line[2]) for line in lines if line[0] == "kind"}
    return Measure(facts["bytes"], facts["size"], facts["entries"], facts["linked"], kinds)


def exporters(place: Place) -> tuple[Exporter, ...]:
    """The units that serve the tree to others or hold something of it open, each with what else it serves."""
    result = place.root.run(["sh", "-c", script("exporters.sh"), "sh", place.tree], timeout=120)
    lines = [
        line.partition(" ")
        for line in result.must(f"Looking for exporters on {place.host.name}").text.splitlines()
    ]
    told: dict[str, set[str]] = {}
    for word, _, rest in lines:
        told.setdefault(word, set()).add(rest)
    shares = [share.partition("] ") for share in told.get("share", ())]
    samba = {path for name, _, path in shares if name.strip("[]") not in NOT_SHARES}
    found: dict[str, tuple[str, ...]] = {}
    for daemons, paths in (("smbd", samba), ("nfsd", told.get("nfs", set()))):
        if not any(_touches(path, place.tree) for path in paths):
            continue
        for unit in told.get(daemons, ()):
            if unit:
                found[unit] = tuple(sorted(path for path in paths if not _touches(path, place.tree)))
    for unit in told.get("holds", ()):
        found.setdefault(unit, ("what it does besides",))
    return tuple(Exporter(unit, others) for unit, others in sorted(found.items()))


def _touches(path: str, tree: str) -> bool:
    return path == tree or path.startswith(f"{tree}/") or tree.startswith(f"{path.rstrip('/')}/")


def reaches(place: Place, other: Place) -> bool:
    """Whether one host reaches the other's SSH port directly."""
    address, port = q(other.host.address), other.host.port
    return place.read(f"ssh-keyscan -T 10 -p {port} {address} 2>/dev/null | grep -q .", timeout=60).ok
