"""Compares a file tree with a container, file by file: every object is read back, whole.

Names are compared as bytes; with them size, SHA-256 of the content, mode, owner and group by name, time to the
nanosecond, and where links lead. Of what applications wrote in the container after the cutover, content and name.
"""

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from secrets import token_hex

from estate.errors import UsageError
from estate.object_names import object_name
from estate.progress import Step
from estate.records.base import now
from estate.records.object_store import ObjectStore
from estate.records.verification import Check, Verification
from estate.transport.privilege import rooted
from migration.context import Context
from migration.verify.container.objects import Content, Found, Reader, reader
from migration.verify.tree.comparison import MOST_NAMED, shown
from migration.verify.tree.walk import Entry, Walk

FOLDERS_AT_ONCE = 256
READERS = 8
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
METHOD = (
    "every name, size, SHA-256 of the object read back, and the mode, owner, group, time and link that it says"
)


class ObjectsVerifier:
    """See `migration.verify.base.Verifier`."""

    kind = "objects"

    def __init__(self) -> None:
        self._known: dict[str, sqlite3.Connection] = {}

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """See `Verifier.verify`. An object that was read once in this process is not read again in the same state."""
        start = time.monotonic()
        stores: Mapping[str, ObjectStore] = ctx.settings.get("object_stores", {})
        if ctx.move.target not in stores:
            raise UsageError(f"{ctx.move.target} is no object store of this workspace", "see decant.toml")
        walk = Walk(rooted(ctx.source, ctx.source_host), str(ctx.workload.detail["path"]))
        comparison = Comparison(
            walk,
            reader(stores[ctx.move.target]),
            self._known.setdefault(
                ctx.move.id, sqlite3.connect("", check_same_thread=False, isolation_level=None)
            ),
            ctx.move.serving == "target",
        )
        comparison.run(
            lambda done, total: ctx.progress(Step(f"verify {ctx.workload.name}", done, total, "folders"))
        )
        return Verification(
            id=f"{ctx.move.id}-{token_hex(6)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=comparison.differences == 0,
            checks=tuple(comparison.checks),
            items=comparison.items,
            frozen=frozen,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )


_TABLES = """
create table if not exists content (name text, etag text, sha256 text, said text, primary key (name, etag));
drop table if exists found;
create table found (name text primary key, size integer, etag text, seen integer default 0) without rowid;
"""


class Comparison:
    """One comparison under way. What is known of the objects stands in a file, so that any number needs little memory."""

    def __init__(self, walk: Walk, store: Reader, known: sqlite3.Connection, after_cutover: bool) -> None:
        self._walk = walk
        self._reader = store
        self._known = known
        self._turn = threading.Lock()
        self._after_cutover = after_cutover
        self.checks: list[Check] = []
        self.differences = 0
        self.items = 0

    def run(self, progress: "object") -> None:
        """Compare everything; the outcome is in `checks`, `differences` and `items`."""
        assert callable(progress)  # noqa: S101 - for the type alone
        self._known.executescript(_TABLES)
        self._list()
        folders = sorted(self._walk.folders())
        with ThreadPoolExecutor(READERS) as pool:
            for begin in range(0, len(folders), FOLDERS_AT_ONCE):
                entries = self._walk.look(folders[begin : begin + FOLDERS_AT_ONCE])
                pairs = [(path, entry) for path, entry in sorted(entries.items()) if entry.type != "d"]
                for outcome in pool.map(lambda pair: self._look(*pair), pairs):
                    self.items += 1
                    if outcome is not None:
                        self._differ(*outcome)
                progress(min(begin + FOLDERS_AT_ONCE, len(folders)), len(folders))
        rest = self._known.execute("select name, etag from found where seen = 0 order by name")
        for name, etag in rest.fetchall():
            self.items += 1
            self._differ(name, "missing", f"etag {etag}", "only in the container")
        whole = Check(
            name="every object",
            source=f"{self.items} names",
            target=f"{self.differences} differ",
            agrees=self.differences == 0,
            note=f"{self.items} compared",
        )
        self.checks.append(whole)

    def _list(self) -> None:
        each = iter(self._reader.listing())
        while batch := list(islice(each, 1000)):
            rows = [(one.name, one.size, one.etag) for one in batch if not one.name.startswith(".decant_")]
            self._known.execute("begin")
            self._known.executemany("insert or replace into found values (?, ?, ?, 0)", rows)
            self._known.execute("commit")

    def _look(self, path: bytes, entry: Entry) -> tuple[str, str, str, str] | None:
        plain = path.removeprefix(b"./")
        name = object_name(plain)
        with self._turn:
            row = self._known.execute("select name, size, etag from found where name = ?", (name,)).fetchone()
            self._known.execute("update found set seen = 1 where name = ?", (name,))
        here = _wanted(entry)
        if row is None:
            return shown(plain), _words(here), "missing", "missing in the container"
        found = Found(*row)
        content = self._content(found)
        if content is None:
            return shown(plain), _words(here), f"etag {found.etag}", "written while it was read"
        there = {"size": str(found.size).encode(), "sha256": content.sha256.encode()}
        own = content.said.get("sha256", b"").decode("ascii", "replace") == content.sha256
        words: Sequence[str] = ("size", "sha256")
        if own or not self._after_cutover:
            words = tuple(here)
            there |= {word: content.said.get(word, b"") for word in ("mode", "owner", "group", "mtime", "link")}
        wrong = [word for word in words if here[word] != there[word]]
        if not wrong:
            return None
        return (
            shown(plain),
            _words({word: here[word] for word in wrong}),
            _words({word: there[word] for word in wrong}),
            ", ".join(wrong),
        )

    def _content(self, found: Found) -> Content | None:
        with self._turn:
            row = self._known.execute(
                "select sha256, said from content where name = ? and etag = ?", (found.name, found.etag)
            ).fetchone()
        if row is not None:
            return Content(row[0], _unpacked(row[1]))
        content = self._reader.read(found)
        if content is not None:
            with self._turn:
                self._known.execute(
                    "insert or replace into content values (?, ?, ?, ?)",
                    (found.name, found.etag, content.sha256, _packed(content.said)),
                )
        return content

    def _differ(self, name: str, source: str, target: str, note: str) -> None:
        self.differences += 1
        if self.differences <= MOST_NAMED:
            self.checks.append(Check(name=name, source=source, target=target, agrees=False, note=note))
        elif self.differences == MOST_NAMED + 1:
            more = "and more, which are not listed"
            self.checks.append(Check(name=more, source="", target="", agrees=False, note=more))


def _wanted(entry: Entry) -> dict[str, bytes]:
    """What the object of an entry has to be and to say."""
    link = entry.type == "l"
    said = {
        "size": str(entry.size).encode(),
        "sha256": (entry.content or EMPTY).encode(),
        "owner": entry.owner.encode("utf-8", "surrogateescape"),
        "group": entry.group.encode("utf-8", "surrogateescape"),
        "mtime": entry.time.encode(),
        "link": entry.link if link else b"",
    }
    # A link has no mode of its own.
    return said if link else said | {"mode": entry.mode.encode()}


def _words(values: Mapping[str, bytes]) -> str:
    return ", ".join(f"{word} {shown(value)}" for word, value in values.items())


def _packed(said: Mapping[str, bytes]) -> str:
    return "\n".join(f"{word} {value.hex()}" for word, value in said.items())


def _unpacked(text: str) -> dict[str, bytes]:
    return {word: bytes.fromhex(value) for word, _, value in (line.partition(" ") for line in text.splitlines())}


VERIFIER = ObjectsVerifier()
"""The verifier of what was moved to an object store."""
