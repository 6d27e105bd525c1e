"""The two sides of one move to an object store: a tree on a host, and a container."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from estate.errors import HeldError, UnfinishedError, UsageError
from estate.progress import Step
from estate.records.base import now
from estate.records.move import Residue
from estate.records.object_store import ObjectStore
from migration import fence
from migration.context import Context
from migration.files.sides import Place, sides
from migration.objects.azure import Azure
from migration.objects.base import OURS, Remote
from migration.objects.index import Index
from migration.objects.s3 import S3
from migration.objects.tree import Tree

NOTE = "object"
"""The kind of residue of what Decant keeps in the container."""


@dataclass(frozen=True)
class Both:
    """The sides of one move."""

    ctx: Context
    source: Place
    store: ObjectStore
    remote: Remote

    @cached_property
    def index(self) -> Index:
        """What is known of the container; the same in all of this process."""
        path = _path(self.ctx)
        with _opening:
            if (self.ctx.move.id, path) not in _open:
                _open[self.ctx.move.id, path] = Index(path)
            return _open[self.ctx.move.id, path]

    @property
    def fence(self) -> str:
        """The object that bears the highest epoch that has been there; it goes last."""
        return f"{OURS}{fence.tag(self.ctx.move.id).removeprefix('decant_')}"

    @property
    def streams(self) -> int:
        """How many files are read at once."""
        return int(self.ctx.settings.get("parallel", 2))

    def tree(self) -> Tree:
        """The tree as users have it."""
        return Tree(self.source, self.source.tree)

    def shadow(self) -> Tree:
        """The tree behind its closed gate, where Decant alone writes."""
        return Tree(self.source, self.source.shadow)

    def refresh(self) -> None:
        """Learn what is in the container."""
        self.index.refresh(self.remote, 8 * self.streams)

    def claimed(self) -> bool:
        """Whether this move was prepared there."""
        return self.remote.head(self.fence) is not None

    def claim(self, first: bool = False) -> None:
        """Shut earlier attempts out of the container. Raises `HeldError` where a later one has been there.

        Only the `first` time, in preparing, the mark is made.
        """
        epoch = self.ctx.move.epoch
        held = self.remote.head(self.fence)
        if held is None and not first:
            raise UnfinishedError(
                f"the mark of this move ({self.fence}) is gone from {self.store.name}",
                "see who removed it; cancel the move, or roll it back, and start again",
            )
        seen = 0 if held is None else int(json.loads(self.remote.read(held, 0, held.size))["epoch"])
        if seen > epoch:
            raise HeldError(
                f"attempt {seen} has been in {self.store.name}, and this is attempt {epoch}",
                "see `decant moves`: another run of Decant has taken the move over; let it go on",
            )
        if seen < epoch:
            said = json.dumps({"epoch": epoch}).encode()
            self.remote.put(self.fence, said, {}, None if held is None else held.etag)

    def note(self) -> Residue:
        """The note of the mark in the container."""
        return Residue(host=self.store.name, kind=NOTE, name=self.fence, at=now())


class Counter:
    """Adds up the bytes that were dealt with, and reports them."""

    def __init__(self, ctx: Context, task: str, total: int | None) -> None:
        self._ctx = ctx
        self._task = task
        self._total = total
        self._done = 0
        self._turn = threading.Lock()

    def add(self, number: int) -> None:
        """So many bytes more. Safe in several threads."""
        with self._turn:
            self._done += number
            done = self._done if self._total is None else min(self._done, self._total)
            self._ctx.progress(Step(f"{self._task} {self._ctx.workload.name}", done, self._total, "bytes"))


_open: dict[tuple[str, Path | None], Index] = {}
_opening = threading.Lock()


def both(ctx: Context) -> Both:
    """The sides of a move. Raises `UsageError` where its target is no container, or its path that of no tree."""
    stores: Mapping[str, ObjectStore] = ctx.settings.get("object_stores", {})
    if ctx.move.target not in stores:
        raise UsageError(
            f"no object store is called {ctx.move.target}", "name it in decant.toml as an [[object_store]]"
        )
    store = stores[ctx.move.target]
    remote: Remote = Azure(store) if store.kind == "azure" else S3(store)
    return Both(ctx, sides(ctx).source, store, remote)


def forget(ctx: Context) -> None:
    """Give up what is known of the container."""
    path = _path(ctx)
    with _opening:
        index = _open.pop((ctx.move.id, path), None)
    if index is not None:
        index.close()
    if path is not None:
        path.unlink(missing_ok=True)


def _path(ctx: Context) -> Path | None:
    folder = ctx.settings.get("objects_folder")
    if not folder or ctx.move.epoch == 0:
        return None
    return Path(str(folder)) / f"{ctx.move.id}.db"
