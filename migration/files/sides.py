"""Both sides of one move of a file tree, and every name and path that it uses there, in one place."""

import shlex
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TypeVar

from estate.errors import UsageError
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Residue
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result, Transport
from estate.transport.privilege import rooted
from migration import fence
from migration.context import Context, Side

T = TypeVar("T")

LONG = 3600.0
"""Seconds allowed to what looks at a whole tree."""


@dataclass(frozen=True)
class Place:
    """One side: its host, as root, and the paths there. Readings are free; changes go through the fence."""

    ctx: Context
    side: Side

    @property
    def host(self) -> Host:
        """Its entry of the hosts file."""
        return self.ctx.source_host if self.side == "source" else self.ctx.target_host

    @cached_property
    def root(self) -> Transport:
        """Its transport, as root."""
        return rooted(self.ctx.side(self.side), self.host)

    @property
    def tag(self) -> str:
        """`decant_MOVE`: what every temporary thing is named after."""
        return fence.tag(self.ctx.move.id)

    @property
    def tree(self) -> str:
        """The tree's own path, the same on both sides unless `target_path` of the workload says otherwise."""
        detail = self.ctx.workload.detail
        path = detail.get("target_path") if self.side == "target" else None
        return str(path or detail.get("path") or "")

    @property
    def folder(self) -> str:
        """The move's folder on this host; gone after `clean`."""
        return fence.folder(self.ctx.move.id)

    @property
    def gate(self) -> str:
        """The gate of the tree: script, state, exporters."""
        return f"{self.folder}/gate"

    @property
    def work(self) -> str:
        """Key, scripts and logs of the transfers."""
        return f"{self.folder}/files"

    @property
    def shadow(self) -> str:
        """The tree's second mount, through which Decant alone writes while the gate is closed."""
        return f"{self.gate}/tree"

    def read(
        self, script: str, stdin: bytes | None = None, timeout: float = DEFAULT_TIMEOUT, limit: int = OUTPUT_LIMIT
    ) -> Result:
        """Run a script as root that changes nothing."""
        return self.root.run(["sh", "-c", script], stdin, timeout, limit)

    def run(
        self, script: str, stdin: bytes | None = None, timeout: float = DEFAULT_TIMEOUT, limit: int = OUTPUT_LIMIT
    ) -> Result:
        """Run a script as root that changes something, behind the fence."""
        return fence.run(self.ctx.side(self.side), self.host, self.ctx.move, script, stdin, timeout, limit)

    def note(self, kind: str, name: str, old: str | None = None, new: str | None = None) -> None:
        """Take note of something temporary or changed on this host, before it is made."""
        self.ctx.record(Residue(host=self.host.name, kind=kind, name=name, old=old, new=new, at=now()))

    def forget(self, *kinds: str) -> None:
        """Take back the notes of these kinds on this host; of all kinds where none is named."""
        for noted in list(self.ctx.known()):
            if noted.host == self.host.name and (not kinds or noted.kind in kinds) and noted.kind in OURS:
                self.ctx.forget(noted)

    def put(self, folder: str, contents: Mapping[str, str], mode: str = "0700") -> None:
        """Write files into a folder of this host, each whole or not at all; makes the folder."""
        lines = [f"set -eu; umask 077; mkdir -p {q(folder)}; chmod {mode} {q(folder)}; cd {q(folder)}"]
        lines += [
            f"head -c {len(content.encode())} >{name}.new && mv -f {name}.new {name}"
            for name, content in contents.items()
        ]
        self.run("\n".join(lines), "".join(contents.values()).encode()).must(
            f"Writing {folder} on {self.host.name}"
        )


OURS = frozenset({"directory", "key", "key line", "unit", "gate", "partial", "closed exporter"})
"""The kinds of residue that a move of files notes."""


@dataclass(frozen=True)
class Sides:
    """Source and target of one move."""

    ctx: Context

    @cached_property
    def source(self) -> Place:
        """Where the tree comes from."""
        return Place(self.ctx, "source")

    @cached_property
    def target(self) -> Place:
        """Where it goes."""
        return Place(self.ctx, "target")

    def at(self, side: Side) -> Place:
        """One side by name."""
        return self.source if side == "source" else self.target


def sides(ctx: Context) -> Sides:
    """The sides of a move; `UsageError` where the workload's path cannot be that of a tree."""
    both = Sides(ctx)
    for place in (both.source, both.target):
        path = place.tree
        parts = path.split("/")
        wrong = not path.startswith("/") or path == "/" or any(part in ("", ".", "..") for part in parts[1:])
        if wrong or "\n" in path or path.startswith(f"{place.folder}/"):
            raise UsageError(
                f"{ctx.workload.id} has no path that can be moved ({path or 'none'})",
                "give it an absolute path without `..` and without a slash at its end",
            )
    return both


def together(*calls: Callable[[], T]) -> list[T]:
    """Results of calls that are made at the same time: a freeze waits for the slowest, not for the sum."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def script(name: str) -> str:
    """One of the scripts that run on a host."""
    return (files("migration.files") / "host" / name).read_text("utf-8")


def q(word: object) -> str:
    """One word of a shell script."""
    return shlex.quote(str(word))


def conf(**values: object) -> str:
    """Settings that a script on a host reads."""
    return "".join(f"{key}={q(value)}\n" for key, value in values.items())
