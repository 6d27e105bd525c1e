"""What is known of a container's objects, on this machine's disk: a cache of what the service says, and no more.

An object's etag names one state of it; as long as that is the same, so is all the rest. Where the cache is lost, or
another machine goes on with the move, it is filled anew from the service.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from migration.objects.base import Held, Remote, about

AT_ONCE = 1000
_TABLES = """
create table if not exists held (name text primary key, size integer, etag text, changed real, said text);
create temp table seen (name text primary key) without rowid;
"""


class Index:
    """The objects of one container. Safe in several threads."""

    def __init__(self, path: Path | None) -> None:
        """`path` is None where nothing outlives this process."""
        self._file = sqlite3.connect(path or "", check_same_thread=False, isolation_level=None)
        self._file.executescript(_TABLES)
        self._turn = threading.RLock()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def get(self, name: str) -> Held | None:
        """What is known of one object."""
        with self._turn:
            row = self._file.execute("select * from held where name = ?", (name,)).fetchone()
        return None if row is None else _held(row)

    def put(self, held: Held) -> None:
        """Take note of an object as it is now."""
        said = "" if held.about is None else json.dumps(held.about.metadata())
        with self._turn:
            self._file.execute(
                "insert or replace into held values (?, ?, ?, ?, ?)",
                (held.name, held.size, held.etag, held.changed, said),
            )

    def drop(self, name: str) -> None:
        """Take note that an object is gone."""
        with self._turn:
            self._file.execute("delete from held where name = ?", (name,))

    def count(self) -> int:
        """How many objects are known."""
        with self._turn:
            return int(self._file.execute("select count(*) from held").fetchone()[0])

    def begin(self) -> None:
        """Nothing was seen yet in this round."""
        with self._turn:
            self._file.execute("delete from seen")

    def see(self, names: Iterable[str]) -> None:
        """These are there."""
        with self._turn:
            self._file.execute("begin")
            self._file.executemany("insert or ignore into seen values (?)", ((name,) for name in names))
            self._file.execute("commit")

    def saw(self, name: str) -> bool:
        """Whether a name was seen in this round."""
        with self._turn:
            return self._file.execute("select 1 from seen where name = ?", (name,)).fetchone() is not None

    def saw_below(self, name: str) -> bool:
        """Whether a name was seen that lies below this one, as if it were a folder."""
        with self._turn:
            found = self._file.execute(
                "select 1 from seen where name > ? and name < ? limit 1", (f"{name}/", f"{name}0")
            )
            return found.fetchone() is not None

    def unseen(self) -> list[Held]:
        """What is known and was not seen in this round, some of it at a time: the first thousand."""
        with self._turn:
            found = self._file.execute(
                "select * from held where name not in (select name from seen) limit ?", (AT_ONCE,)
            )
            return [_held(row) for row in found]

    def refresh(self, remote: Remote, threads: int) -> None:
        """Learn from the service what is there now."""

        def learn(held: Held) -> None:
            known = self.get(held.name)
            if known is not None and known.etag == held.etag:
                return
            whole = held if held.about is not None else remote.head(held.name)
            if whole is not None:
                self.put(whole)

        self.begin()
        with ThreadPoolExecutor(threads) as pool:
            for batch in _batches(remote.listing()):
                self.see(held.name for held in batch)
                list(pool.map(learn, batch))
        while gone := self.unseen():
            for held in gone:
                self.drop(held.name)

    def differs(self, remote: Remote) -> list[str]:
        """Names that came, went or were written since they were noted here; at most a few."""
        self.begin()
        found: list[str] = []
        for batch in _batches(remote.listing()):
            self.see(held.name for held in batch)
            for held in batch:
                known = self.get(held.name)
                if known is None or known.etag != held.etag:
                    found.append(held.name)
        return [*found, *(held.name for held in self.unseen())][:20]


def _batches(each: Iterator[Held]) -> Iterator[list[Held]]:
    while batch := list(islice(each, AT_ONCE)):
        yield batch


def _held(row: tuple[str, int, str, float, str]) -> Held:
    name, size, etag, changed, said = row
    return Held(name, size, etag, changed, about(json.loads(said)) if said else None)
