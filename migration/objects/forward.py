"""One pass from the tree to the container: what is not there as it stands is sent, what is gone is deleted."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from estate.errors import RefusedError, UnfinishedError
from estate.object_names import LONGEST, object_name
from migration.objects.base import BLOCK, OURS, About, Held, Remote, block_size
from migration.objects.index import Index
from migration.objects.tree import File, Tree

FILES_AT_ONCE = 128
WAITING = 4
"""Groups of files for each stream that are listed before they are sent."""


@dataclass
class Carried:
    """What one pass did."""

    changes: int = 0
    bytes: int = 0
    left: int = 0
    """Files that changed or went away while they were read: another pass sees to them."""


class Forward:
    """One pass. `sent` is told how many bytes were dealt with, sent or found there."""

    def __init__(
        self, tree: Tree, remote: Remote, index: Index, streams: int, sent: Callable[[int], None]
    ) -> None:
        self._tree = tree
        self._remote = remote
        self._index = index
        self._streams = streams
        self._sent = sent
        self._done = Carried()
        self._adding = threading.Lock()

    def run(self) -> Carried:
        """Do it. Raises `RefusedError` where the container holds what this move did not copy."""
        self._index.begin()
        # Small files wait for the answers of the service, not for one another: a pool of its own.
        with ThreadPoolExecutor(self._streams) as work, ThreadPoolExecutor(4 * self._streams) as puts:
            self._puts = puts
            waiting: list[Future[None]] = []
            try:
                small: list[File] = []
                for batch in self._tree.files(sorted(self._tree.folders())):
                    self._index.see(object_name(one.path) for one in batch)
                    for one in batch:
                        if not self._to_send(one):
                            self._sent(one.size)
                        elif one.size > BLOCK:
                            waiting.append(work.submit(self._send_large, one))
                        else:
                            if len(small) == FILES_AT_ONCE or sum(each.size for each in small) + one.size > BLOCK:
                                waiting.append(work.submit(self._send_small, small))
                                small = []
                            small.append(one)
                        if len(waiting) > WAITING * self._streams:
                            waiting.pop(0).result()
                if small:
                    waiting.append(work.submit(self._send_small, small))
                for each in waiting:
                    each.result()
            finally:
                for each in waiting:
                    each.cancel()
        self._delete()
        return self._done

    def _to_send(self, one: File) -> bool:
        name = object_name(one.path)
        if why := unfit(one):
            raise UnfinishedError(
                f"{name[:200]} cannot be an object: {why}",
                "move it out of the tree, and run the same command again",
            )
        held = self._index.get(name)
        return held is None or held.size != one.size or _without_digest(held.about) != one.about

    def _send_small(self, files: Sequence[File]) -> None:
        wanted = [one.path for one in files if one.kind == "f"]
        contents = self._tree.contents(wanted, sum(one.size for one in files)) if wanted else {}
        list(
            self._puts.map(lambda one: self._send(one, b"" if one.kind == "l" else contents.get(one.path)), files)
        )

    def _send(self, one: File, data: bytes | None) -> None:
        if data is None:
            self._add(left=1)
            return
        told = replace(one.about, sha256=hashlib.sha256(data).hexdigest())
        name = object_name(one.path)
        held = self._index.get(name)
        if held is not None and _same_content(held, told, len(data)):
            etag = self._remote.say(name, told.metadata(), held.etag)
        else:
            etag = self._remote.put(name, data, told.metadata(), held.etag if held else None)
            self._add(bytes_=len(data))
        self._index.put(Held(name, len(data), etag, 0, told))
        self._add(changes=1, left=int(len(data) != one.size))
        self._sent(one.size)

    def _send_large(self, one: File) -> None:
        told = replace(one.about, sha256=self._tree.digest(one.path, "sha256"))
        name = object_name(one.path)
        held = self._index.get(name)
        if held is not None and _same_content(held, told, one.size):
            etag = self._remote.say(name, told.metadata(), held.etag)
            self._sent(one.size)
        else:
            block = block_size(one.size)
            upload = self._remote.begin(name, f"{one.inode}:{told.ctime}:{one.size}:{block}", told.metadata())

            def carry(number: int) -> bool:
                offset, length = number * block, min(block, one.size - number * block)
                there = upload.there.get(number)
                if there is None or (there and there != self._tree.digest(one.path, "md5", offset, length)):
                    data = self._tree.block(one.path, offset, length)
                    if len(data) != length:
                        return False
                    self._remote.send(upload, number, data)
                    self._add(bytes_=length)
                self._sent(length)
                return True

            count = -(-one.size // block)
            with ThreadPoolExecutor(WAITING) as pool:
                if not all(list(pool.map(carry, range(count)))):
                    self._add(left=1)
                    return
            etag = self._remote.commit(upload, count, told.metadata(), held.etag if held else None)
        self._index.put(Held(name, one.size, etag, 0, told))
        self._add(changes=1)

    def _delete(self) -> None:
        while gone := self._index.unseen():
            foreign = [held.name for held in gone if held.about is None]
            if foreign:
                raise RefusedError(
                    f"the container holds what this move did not copy ({', '.join(foreign[:5])})",
                    "see who writes there already, and move it away; then run the same command again",
                )
            for held in gone:
                self._remote.delete(held.name, held.etag)
                self._index.drop(held.name)
                self._add(changes=1)

    def _add(self, changes: int = 0, bytes_: int = 0, left: int = 0) -> None:
        with self._adding:
            self._done.changes += changes
            self._done.bytes += bytes_
            self._done.left += left


def unfit(one: File) -> str:
    """Why an entry of the tree cannot be an object; empty where it can."""
    name = object_name(one.path)
    if one.kind not in ("f", "l"):
        return f"it is a {_KINDS.get(one.kind, 'thing of another kind')}"
    if len(name.encode()) > LONGEST:
        return f"its name is longer than {LONGEST} bytes"
    return "its name is one of Decant's own" if name.startswith(OURS) else ""


_KINDS = {"p": "pipe", "s": "socket", "b": "block device", "c": "character device"}


def _without_digest(about: About | None) -> About | None:
    return None if about is None else replace(about, sha256="")


def _same_content(held: Held, told: About, size: int) -> bool:
    return (
        held.about is not None
        and held.size == size
        and held.about.sha256 == told.sha256
        and (held.about.link == told.link)
    )
