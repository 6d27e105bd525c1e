"""The shared drive: 20,000 small files in department folders, some large ones, and everything that is awkward.

Written as root straight into the server's root file system, owners by number (the numbers are in the layer's
`accounts`). ACLs are set afterwards by the layer's `setup.sh`.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practice.data.people import NOW, Borough
from practice.places import LAYERS
from practice.spec import SHARED_TREE

SMALL_FILES = 20_000
YEARS = tuple(range(2017, 2027))
DEPARTMENTS = {
    "housing": "jhughes",
    "planning": "akhan",
    "revenues": "mobrien",
    "democratic": "swilliams",
    "highways": "dpatel",
}
MIB = 1024 * 1024
ORPHAN = 4242
"""A user id that no account has any more."""


def write(root: Path, bundle: Path) -> None:
    """Put the tree in place under `root`."""
    del bundle
    top = root / SHARED_TREE.lstrip("/")
    users, groups = _accounts()
    borough = Borough("shared drive")
    top.mkdir(parents=True)
    os.chown(top, 0, groups["shareddrive"])
    top.chmod(0o2775)
    for department, user in DEPARTMENTS.items():
        _department(top / department, users[user], groups[department], borough)
    _large(top / "highways" / "surveys", users["dpatel"], groups["highways"])
    _awkward(top / "planning" / "odd things", users["akhan"], groups["planning"], users["jhughes"])
    _stamp(top)


def _accounts() -> tuple[dict[str, int], dict[str, int]]:
    users: dict[str, int] = {}
    groups: dict[str, int] = {}
    for line in (LAYERS / "files-legacy" / "accounts").read_text().splitlines():
        if not line.startswith("#"):
            kind, number, name, *_ = line.split()
            (groups if kind == "group" else users)[name] = int(number)
    return users, groups


def _department(folder: Path, uid: int, gid: int, borough: Borough) -> None:
    """One department: a folder a year, with its share of the small files."""
    per_year = SMALL_FILES // len(DEPARTMENTS) // len(YEARS)
    folder.mkdir()
    for year in YEARS:
        inside = folder / str(year)
        inside.mkdir()
        for number in range(1, per_year + 1):
            file = inside / f"file-{number:05d}.txt"
            words = borough.random.sample(borough.sentences, 4) * borough.random.randrange(1, 20)
            file.write_text(f"{folder.name.title()} {year}/{number}\n" + "\n".join(words))
            os.chown(file, uid, gid)
            file.chmod(0o664 if number % 10 else 0o640)
        os.chown(inside, uid, gid)
        inside.chmod(0o2770 if year % 2 else 0o2775)
    os.chown(folder, 0, gid)
    folder.chmod(0o2770)


def _large(folder: Path, uid: int, gid: int) -> None:
    """Files of hundreds of MiB: two that hold something, one that is mostly holes."""
    folder.mkdir()
    source = random.Random("large files")
    for name, size in (("aerial-survey-2024.tif", 200), ("street-lights.mbtiles", 100)):
        with (folder / name).open("wb") as file:
            for _ in range(size):
                file.write(source.randbytes(MIB))
    with (folder / "drainage-model.vhd").open("wb") as file:
        for place in (0, 97, 311, 499):
            file.seek(place * MIB)
            file.write(source.randbytes(MIB))
        file.truncate(512 * MIB)
    for path in (folder, *folder.iterdir()):
        os.chown(path, uid, gid)


AWKWARD_NAMES: tuple[bytes, ...] = (
    b"two  spaces.txt",
    b" leading space.txt",
    b"trailing space ",
    b"new\nline.txt",
    b"tab\tand bell\x07.txt",
    "naïve café – £5 – 東京 🏛.txt".encode(),
    b"latin-1 caf\xe9.txt",
    b"broken utf-8 \xff\xfe\x80.txt",
    "Å composed.txt".encode(),
    "A\u030a decomposed.txt".encode(),
    b"Minutes.doc",
    b"MINUTES.DOC",
    b"-rf",
    b"--help",
    b"*",
    b"$(reboot)`id`;&|.txt",
    b"back\\slash.txt",
    b"'single' \"double\".txt",
    b"~$owner.docx",
    b".hidden",
    b"ends with dot.",
    b"n" * 255,
)


def _awkward(folder: Path, uid: int, gid: int, other: int) -> None:
    """Names, links, holes, attributes, owners, modes and times that a copy easily loses."""
    folder.mkdir()
    here = os.fsencode(folder)
    for number, awkward in enumerate(AWKWARD_NAMES):
        with open(os.path.join(here, awkward), "wb") as file:  # noqa: PTH118, PTH123  (names are bytes, not text)
            file.write(b"%d\n" % number)
    (folder / "empty file").touch()
    (folder / "empty folder").mkdir()
    (folder / "empty folder" / "empty in it").mkdir()
    deep = folder.joinpath(*(f"level {n}" for n in range(30)))
    deep.mkdir(parents=True)
    (deep / "at the bottom.txt").write_text("thirty folders down\n")

    (folder / "linked.txt").write_text("one file, three names\n")
    os.link(folder / "linked.txt", folder / "linked again.txt")
    os.link(folder / "linked.txt", deep / "linked far away.txt")
    (folder / "to a file").symlink_to("linked.txt")
    (folder / "to a folder").symlink_to("../2019")
    (folder / "to nothing").symlink_to("no such file")
    (folder / "to outside").symlink_to("/etc/hostname")
    (folder / "to itself").symlink_to("to itself")
    (folder / "absolute").symlink_to(f"{SHARED_TREE}/planning/2019/file-00001.txt")

    with (folder / "holes.bin").open("wb") as file:
        file.seek(40 * MIB)
        file.write(b"in the middle")
        file.truncate(80 * MIB)

    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)
    for name, mode in {"none": 0, "write only": 0o222, "setuid": 0o4755, "run": 0o751}.items():
        (folder / f"mode {name}").write_text(name)
        (folder / f"mode {name}").chmod(mode)
    (folder / "sticky").mkdir()
    (folder / "sticky").chmod(0o1777)
    for name, owner, group in (("somebody else's", other, gid), ("nobody's any more", ORPHAN, ORPHAN)):
        (folder / name).write_text(name)
        os.chown(folder / name, owner, group)
    (folder / "attributes").write_text("extended attributes\n")
    os.setxattr(folder / "attributes", "user.comment", "Signed off – café".encode())
    os.setxattr(folder / "attributes", "user.binary", bytes(range(256)))
    os.setxattr(folder / "empty folder", "user.DOSATTRIB", b"0x10")


def _stamp(top: Path) -> None:
    """Give everything a time, the deepest first: old ones, one before 1970, one in the future."""
    source = random.Random("times")
    for where, folders, files in os.walk(os.fsencode(top), topdown=False):
        for entry in (*files, *folders, b"."):
            moment = NOW - timedelta(seconds=source.randrange(9 * 365 * 86400))
            _touch(os.path.join(where, entry), moment, source.randrange(10**9))  # noqa: PTH118
    odd = top / "planning" / "odd things"
    for name, year in (("before 1970", 1965), ("in the future", 2061)):
        (odd / name).write_text(name)
        _touch(os.fsencode(odd / name), datetime(year, 6, 1, tzinfo=UTC), 5)


def _touch(path: bytes, moment: datetime, nanoseconds: int) -> None:
    stamp = int(moment.timestamp()) * 10**9 + nanoseconds
    os.utime(path, ns=(stamp, stamp), follow_symlinks=False)
