"""What the folder mover runs on a "host": a folder with `data/` and the state of its freeze. Run as a program.

Every command but `digest` carries an epoch and is refused where a higher one was there before.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OLD_EPOCH, NOT_FROZEN = 75, 76


@contextlib.contextmanager
def state_of(root: Path, epoch: int | None) -> Iterator[dict[str, Any]]:
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = root / ".state.json"
        state = json.loads(file.read_text()) if file.exists() else {"epoch": 0, "frozen": False, "deadline": None}
        if epoch is not None:
            if state["epoch"] > epoch:
                sys.exit(OLD_EPOCH)
            state["epoch"] = epoch
        yield state
        (root / ".state.new").write_text(json.dumps(state))
        (root / ".state.new").replace(file)


def digests(root: Path) -> dict[str, str]:
    found = {}
    for path in sorted((root / "data").iterdir()):
        if path.suffix != ".tmp":
            with contextlib.suppress(FileNotFoundError):
                found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def mirror(source: Path, target: Path, epoch: int, pause: float) -> int:
    with state_of(target, epoch):
        here, there = digests(source), digests(target)
        # A blind spot, so that a verification has something to find that the mover does not.
        changed = [n for n, digest in here.items() if there.get(n) != digest and not n.startswith("unseen")]
        gone = [name for name in there if name not in here]
        for name in changed:
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(source / "data" / name, target / "data" / f"{name}.tmp")
                (target / "data" / f"{name}.tmp").replace(target / "data" / name)
            time.sleep(pause)
        for name in gone:
            (target / "data" / name).unlink(missing_ok=True)
        return len(changed) + len(gone)


def freeze(root: Path, epoch: int, seconds: float) -> None:
    with state_of(root, epoch) as state:
        token = uuid.uuid4().hex
        state.update(frozen=True, token=token, deadline=time.time() + seconds)
        subprocess.Popen(
            [sys.executable, __file__, "lapse", str(root), token, str(seconds)],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        (root / "data").chmod(0o555)


def lapse(root: Path, token: str, seconds: float) -> None:
    time.sleep(seconds)
    with state_of(root, None) as state:
        if state["frozen"] and state["token"] == token and state["deadline"] is not None:
            state.update(frozen=False, deadline=None)
            (root / "data").chmod(0o755)


def hold(root: Path, epoch: int, least: float) -> None:
    with state_of(root, epoch) as state:
        held = state["deadline"] is None
        if not state["frozen"] or (not held and state["deadline"] - time.time() < least):
            sys.exit(NOT_FROZEN)
        state["deadline"] = None


def close(root: Path, epoch: int) -> None:
    with state_of(root, epoch) as state:
        state.update(frozen=True, token="", deadline=None)
        (root / "data").chmod(0o555)


def thaw(root: Path, epoch: int) -> None:
    with state_of(root, epoch) as state:
        state.update(frozen=False, deadline=None)
        (root / "data").chmod(0o755)


def touch(root: Path, epoch: int, name: str) -> None:
    with state_of(root, epoch):
        (root / name).touch()


def remove(root: Path, epoch: int, name: str) -> None:
    with state_of(root, epoch):
        (root / name).unlink(missing_ok=True)


def empty(root: Path, epoch: int) -> None:
    with state_of(root, epoch) as state:
        for path in (root / "data").iterdir() if state["frozen"] else ():  # open again: what is there is not ours
            path.unlink()
        state["emptied"] = state["frozen"] or state.get("emptied", False)


def main() -> None:
    command, root = sys.argv[1], Path(sys.argv[2])
    rest = sys.argv[3:]
    result: object = None
    match command:
        case "digest":
            result = digests(root)
        case "left":
            result = sorted(path.name for path in root.glob(".decant_*"))
        case "mirror":
            result = mirror(root, Path(rest[0]), int(rest[1]), float(rest[2]))
        case "freeze":
            freeze(root, int(rest[0]), float(rest[1]))
        case "lapse":
            lapse(root, rest[0], float(rest[1]))
        case "hold":
            hold(root, int(rest[0]), float(rest[1]))
        case "close" | "thaw" | "empty":
            {"close": close, "thaw": thaw, "empty": empty}[command](root, int(rest[0]))
        case "touch" | "remove":
            {"touch": touch, "remove": remove}[command](root, int(rest[0]), rest[1])
        case _:
            sys.exit(2)
    print(json.dumps(result))  # noqa: T201 - a program's output
    os._exit(0) if command == "lapse" else None


if __name__ == "__main__":
    main()
