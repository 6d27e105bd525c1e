"""A small real mover: a folder copied between two folders, each a "host" of its own reached by a local transport.

It kills or stops its own process at points that a test names by a marker file, so that the engine is tried against
deaths that are real.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estate.errors import HeldError, RefusedError, UnreachableError
from estate.records.base import now
from estate.records.move import Description, Lag, Residue
from estate.records.verification import Check, Verification
from migration.context import Context, Direction, Side

TOOL = Path(__file__).with_name("folder_tool.py")
FLOW = ".decant_flow"
WATCH = ".decant_watch"


class Faults:
    """Does what a marker file `KIND.POINT` in the folder asks for, once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def at(self, point: str) -> None:
        for kind, which in (("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)):
            if self._asked(f"{kind}.{point}"):
                os.kill(os.getpid(), which)
        if self._asked(f"pause.{point}"):
            (self._folder / "paused").touch()
            while (self._folder / "paused").exists():
                time.sleep(0.02)

    def soon(self, point: str) -> None:
        """Die a moment later, in the middle of what follows."""
        if self._asked(f"kill.{point}"):
            threading.Timer(0.15, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def _asked(self, name: str) -> bool:
        marker = self._folder / name
        if not marker.exists():
            return False
        marker.unlink()
        return True


class FolderMover:
    """Moves the folder `data/` of one root to another."""

    kind = "files"

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def describe(self, ctx: Context) -> Description:
        found = _tool(ctx, "source", "digest")
        there = _tool(ctx, "target", "digest")
        if there:
            raise RefusedError("the target folder holds something else", "empty it")
        restarts = tuple(ctx.workload.detail.get("restarts", ()))
        return Description(
            workload=ctx.workload.id,
            target=ctx.move.target,
            kind=self.kind,
            method="copy",
            steps=("copy",),
            bytes=100 * len(found),
            expected_seconds=1.0,
            expected_frozen_seconds=0.5,
            rights=(),
            changes=(f"{FLOW} and {self._mark(ctx)} on both sides",),
            restarts=restarts,
            lossless_rollback=True,
        )

    def prepare(self, ctx: Context) -> None:
        self._faults.at("prepare.begin")
        for side in ("source", "target"):
            ctx.record(_note(ctx, side, self._mark(ctx)))
            self._faults.at(f"prepare.noted.{side}")
            _tool(ctx, side, "touch", self._mark(ctx))
        _tool(ctx, "target", "close")
        self._faults.at("prepare.end")

    def seed(self, ctx: Context) -> None:
        self._faults.at("seed.begin")
        self._faults.soon("seed.middle")
        self._mirror(ctx, "forward", pause=0.01)
        self._faults.at("seed.end")

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        self._faults.at(f"sync.{direction}")
        changed = self._mirror(ctx, direction)
        return Lag(text=f"{changed} files", zero=changed == 0)

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        self._faults.at(f"freeze.begin.{side}")
        _tool(ctx, side, "freeze", str(deadline_seconds))
        self._faults.at(f"freeze.end.{side}")

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        self._faults.at(f"hold.begin.{side}")
        _tool(ctx, side, "hold", str(least_seconds))
        self._faults.at(f"hold.end.{side}")

    def finish(self, ctx: Context, direction: Direction) -> None:
        self._faults.at(f"finish.{direction}")

    def reverse(self, ctx: Context) -> None:
        self._faults.at("reverse.begin")
        ctx.record(_note(ctx, "target", FLOW))
        _tool(ctx, "target", "touch", FLOW)
        self._faults.at("reverse.end")

    def healthy(self, ctx: Context) -> str:
        return "" if FLOW in _tool(ctx, "target", "left") else "the flow's file is gone"

    def thaw(self, ctx: Context, side: Side) -> None:
        self._faults.at(f"thaw.begin.{side}")
        _tool(ctx, side, "thaw")
        self._faults.at(f"thaw.end.{side}")

    def sever(self, ctx: Context) -> None:
        _tool(ctx, "source", "touch", "severed")

    def forsake(self, ctx: Context) -> None:
        _tool(ctx, "source", "remove", self._mark(ctx))
        ctx.forget(_note(ctx, "source", self._mark(ctx)))

    def fold(self, ctx: Context) -> None:
        self._faults.at("fold.begin")
        _tool(ctx, "target", "remove", FLOW)
        ctx.forget(_note(ctx, "target", FLOW))
        self._faults.at("fold.end")

    def still(self, ctx: Context) -> str:
        state = json.loads((Path(_root(ctx, "target")) / ".state.json").read_text())
        if state.get("emptied"):
            return ""
        open_to_all = (Path(_root(ctx, "target")) / "data").stat().st_mode & 0o200
        return "the target was opened" if open_to_all else ""

    def clean(self, ctx: Context, keep: Side | None) -> None:
        self._faults.at("clean.begin")
        if keep is None:
            _tool(ctx, "target", "empty")
            self._faults.at("clean.emptied")
            _tool(ctx, "target", "thaw")
        for name in (FLOW, self._mark(ctx)):
            for side in ("source", "target"):
                _tool(ctx, side, "remove", name)
                ctx.forget(_note(ctx, side, name))
                self._faults.at("clean.middle")
        self._faults.at("clean.end")

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        self._faults.at("residue")
        return tuple(_note(ctx, side, name) for side in ("source", "target") for name in _tool(ctx, side, "left"))

    def _mirror(self, ctx: Context, direction: Direction, pause: float = 0.0) -> int:
        here, there = ("source", "target") if direction == "forward" else ("target", "source")
        result = ctx.side(here).run(  # type: ignore[arg-type]  # one of the two sides
            [
                sys.executable,
                "-I",
                "-S",
                str(TOOL),
                "mirror",
                _root(ctx, here),
                _root(ctx, there),
                str(ctx.move.epoch),
                str(pause),
            ]
        )
        return int(json.loads(_checked(result.status, result.text)))

    def _mark(self, ctx: Context) -> str:
        return f".decant_{ctx.move.id}"


@dataclass(frozen=True)
class FolderRest:
    """What a `FolderVerifier` that went ahead leaves to the freeze."""

    verifier: "FolderVerifier"

    def verify(self, ctx: Context) -> Verification:
        return self.verifier.verify(ctx, frozen=True)


class FolderVerifier:
    """Compares both folders by digests of its own; it watches them by a file that it must not leave behind."""

    kind = "files"

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def ahead(self, ctx: Context) -> FolderRest:
        self._faults.at("ahead.begin")
        for side in ("source", "target"):
            ctx.record(_note(ctx, side, WATCH))
            self._faults.at(f"ahead.noted.{side}")
            _tool(ctx, side, "touch", WATCH)
        self.verify(ctx, frozen=False)
        self._faults.at("ahead.end")
        return FolderRest(self)

    def forget(self, ctx: Context) -> None:
        self._faults.at("forget.begin")
        for side in ("source", "target"):
            with contextlib.suppress(UnreachableError):
                _tool(ctx, side, "remove", WATCH)
                ctx.forget(_note(ctx, side, WATCH))

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        sides = ("source", "target")
        return tuple(_note(ctx, side, WATCH) for side in sides if WATCH in _tool(ctx, side, "left"))

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        self._faults.at(f"verify.{'frozen' if frozen else 'live'}")
        started = time.monotonic()
        found: list[dict[str, str]] = []
        for side in ("source", "target"):
            result = ctx.side("source" if side == "source" else "target").run(
                [sys.executable, "-I", "-S", str(TOOL), "digest", _root(ctx, side)]
            )
            found.append(json.loads(_checked(result.status, result.text)))
        here, there = found
        checks = tuple(
            Check(name=n, source=here.get(n, ""), target=there.get(n, ""), agrees=here.get(n) == there.get(n))
            for n in sorted({*here, *there})
        )
        return Verification(
            id=f"{ctx.move.id}-{time.time_ns()}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method="SHA-256 of every file",
            agrees=all(check.agrees for check in checks),
            checks=checks,
            items=len(checks),
            frozen=frozen,
            seconds=time.monotonic() - started,
            at=now(),
        )


def _tool(ctx: Context, side: str, command: str, *rest: str) -> Any:
    epoch = [] if command in {"digest", "left"} else [str(ctx.move.epoch)]
    arguments = [sys.executable, "-I", "-S", str(TOOL), command, _root(ctx, side), *epoch, *rest]
    result = ctx.side("source" if side == "source" else "target").run(arguments)
    return json.loads(_checked(result.status, result.text or result.stderr.decode()))


def _note(ctx: Context, side: str, name: str) -> Residue:
    host = ctx.move.source if side == "source" else ctx.move.target
    return Residue(host=host, kind="file", name=name, at=now())


def _root(ctx: Context, side: str) -> str:
    return str(ctx.workload.detail[side])


def _checked(status: int, text: str) -> str:
    if status == 75:
        raise HeldError("the folder was there for a later epoch", "look at `decant moves`")
    if status == 76:
        raise RefusedError("the folder took writes again", "run again")
    assert status == 0, text
    return text
