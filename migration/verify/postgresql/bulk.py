"""The bulk of a database, compared while it is written to, and the rest, compared inside a freeze.

Both sides are watched from before the first row is read. So a row that agreed once, and that neither side's watch
named since, agrees still. What did not agree, or was changed, is looked at again by its key, round after round, until
only what is in flight is left; that, and what is changed after it, is what a freeze has to wait for.

A table is compared whole inside the freeze where its changes cannot be told by row (no key, unlogged, part of an
extension) and it was changed, or where it was emptied, written anew or redefined meanwhile.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from estate.errors import UnfinishedError
from estate.progress import Step
from estate.records.base import now
from estate.records.verification import Check, Verification
from migration.context import Context
from migration.verify.postgresql import others, rows
from migration.verify.postgresql.pair import Pair, by_table, carried_over, compared, count, standing
from migration.verify.postgresql.rows import Difference, Key, Table
from migration.verify.postgresql.server import Row, Server, both
from migration.verify.postgresql.watch import MOST_CHANGES, Changed, Watch, changed, joined

METHOD = (
    "definitions by digest; rows by count and digest before the freeze, while both sides were watched for changes, and "
    "inside it by key what was changed since; sequences by value; large objects by page"
)
BATCH_ROWS = 500_000
BATCH_TABLES = 50
KEYS_AT_ONCE = 5_000
SELECTS_AT_ONCE = 600
FEW = 2_000
"""Rows left to look at that need no further round before the freeze."""
ROUNDS = 30
PAUSE = 0.3
NEVER = 1 << 64
"""No position yet: the row is to be looked at once more before it is said when it should agree."""

Places = dict[str, Row]
"""One side's tables, by label."""
Suspects = dict[str, dict[Key, int]]
"""Rows that did not agree when last looked at, and the position of the log from which on they should have."""


def can(pair: Pair) -> bool:
    """Whether both sides can be watched, and one follows the other."""
    if min(pair.source.major, pair.target.major) < 10:
        return False
    seen = pair.ask(lambda _: {"ready": [others.READY], "followed": [others.FOLLOWED]})
    ready = all(row["ready"] for side in seen["ready"] for row in side)
    return ready and any(row["followed"] for side in seen["followed"] for row in side)


def ahead(ctx: Context, pair: Pair) -> "Rest":
    """Compare everything while writes go on. Raises `UnfinishedError` where rows differ that are not in flight."""
    watches = Watch(ctx, pair.source), Watch(ctx, pair.target)
    first = rows.tables(*pair.read(rows.LIST))
    both(lambda server: watches[server is pair.target].begin(first), pair.source, pair.target)
    made = Rest(pair, watches, *pair.read(rows.LIST))
    made.compare(ctx)
    made.follow(ctx)
    return made


class Rest:
    """What is known of the two sides, and so what is left. See `migration.verify.base.Rest`."""

    def __init__(self, pair: Pair, watches: tuple[Watch, Watch], here: list[Row], there: list[Row]) -> None:
        self._pair = pair
        self._watches = watches
        self._listed: tuple[Places, Places] = (_places(here), _places(there))
        self._tables = {table.label: table for table in rows.tables(here, there)}
        self._begun: set[str] = set()
        self._rows: dict[str, int] = {}
        self._whole: set[str] = set()
        """Tables that are to be looked at whole."""
        self._suspects: Suspects = defaultdict(dict)
        self._late: Changed = {}
        """Changed in the last round: a change may show in the log a moment before it does in the table."""
        self._overdue: set[tuple[str, Key]] = set()
        """Differed in the last round though the copy had had time to follow."""

    def compare(self, ctx: Context) -> None:
        """Read every row on both sides."""
        done, every = 0, list(self._tables.values())
        for batch in _batches(every):
            self._begun |= {table.label for table in batch}
            here, there = map(
                by_table, self._pair.read(*(table.in_buckets(self._pair.hashing) for table in batch))
            )
            for table in batch:
                self._rows[table.label] = sum(int(row["rows"]) for row in here[table.label])
                self._suspect(table, here[table.label], there[table.label])
            done += len(batch)
            ctx.progress(Step(f"verify {ctx.workload.name}", done, len(every), "tables", batch[-1].label))
            self._round()

    def follow(self, ctx: Context) -> None:
        """Look again at what differs or was changed, until what is left is little and in flight."""
        for table in [self._tables[label] for label in sorted(self._whole)]:
            if table.told:
                self._whole.discard(table.label)
                self._judge(table, self._pair.look(table))
        for _ in range(ROUNDS):
            looked, old = self._round()
            ctx.progress(Step(f"verify {ctx.workload.name}", note=f"{looked} rows looked at again"))
            if looked <= FEW and not old:
                return
            time.sleep(PAUSE)

    def verify(self, ctx: Context) -> Verification:
        """See `migration.verify.base.Rest.verify`."""
        start = time.monotonic()
        pair = self._pair
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(pair.ask, lambda server: {"definitions": pair.definitions(server), **standing()})
            parts = pair.ask(
                lambda server: {
                    "changes": [self._watch(server).changes(self._place(server))],
                    "tables": [rows.LIST],
                },
                flush=True,
            )
            dirty = self._late = joined(self._late, self._learn(parts["changes"])[0])
            found = rows.tables(*parts["tables"])
            whole = [table for table in found if self._is_whole(table, parts["tables"], dirty)]
            chosen = {table.label for table in whole}
            keys = {label: its for label, its in self._to_look_at(dirty).items() if label not in chosen}
            differing, sides = self._look(keys, whole)
            parts |= asked.result()
        checks = compared(*parts["definitions"])
        for table in found:
            if table.label in chosen:
                checks.append(self._whole_check(table, *(side[table.label][0] for side in sides)))
            else:
                checks.append(self._check(table, len(keys.get(table.label, ())), differing.get(table.label)))
        checks += carried_over(parts)
        return Verification(
            id=f"{ctx.move.id}.{secrets.token_hex(4)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=all(check.agrees for check in checks),
            checks=tuple(checks),
            items=len(found) + sum(self._rows.values()),
            frozen=True,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )

    def _round(self) -> tuple[int, int]:
        """One look at what was changed and what did not agree; how many rows, and how many still differ that were
        not changed meanwhile. Raises `UnfinishedError` where such a row should have come to agree.
        """
        dirty: Changed = {}
        while True:
            parts = self._pair.ask(
                lambda server: {
                    "changes": [self._watch(server).changes(self._place(server), MOST_CHANGES)],
                    "position": [self._watch(server).position()],
                },
                flush=True,
            )
            found, most = self._learn(parts["changes"])
            dirty = joined(dirty, found)
            if most < MOST_CHANGES:
                break
        upto, followed = _positions(*(side[0] for side in parts["position"]))
        keys = self._to_look_at(joined(self._late, dirty))
        differing, _ = self._look(keys, [])
        before, self._suspects = self._suspects, defaultdict(dict)
        overdue = set()
        for label, difference in differing.items():
            fresh = dirty.get(label) or set()
            for key, _, _ in difference.rows:
                known = None if key in fresh else before.get(label, {}).get(key)
                self._suspects[label][key] = upto if known in (None, NEVER) else known
                if known is not None and followed is not None and known <= followed:
                    overdue.add((label, key))
        if lasting := overdue & self._overdue:
            raise self._lasting(lasting)
        self._overdue = overdue
        self._whole |= {
            label
            for label, its in dirty.items()
            if label in self._begun and (its is None or not self._tables[label].by_key)
        }
        self._late = dirty
        old = sum(since < upto for its in self._suspects.values() for since in its.values())
        return sum(map(len, keys.values())), old

    def _suspect(self, table: Table, here: list[Row], there: list[Row]) -> None:
        """Keep which rows differ at the first reading."""
        buckets = set(rows.differing_buckets(here, there))
        if not buckets:
            return
        most = max(sum(int(row["rows"]) for row in side if row["bucket"] in buckets) for side in (here, there))
        if not table.by_key or not table.told or most > rows.MOST_ROWS:
            self._whole.add(table.label)
            return
        self._judge(
            table, rows.differing_rows(*self._pair.read(table.within(self._pair.hashing, buckets)), len(buckets))
        )

    def _judge(self, table: Table, difference: Difference) -> None:
        if difference.uncounted or (difference.buckets and not table.by_key):
            self._whole.add(table.label)
            return
        for key, _, _ in difference.rows:
            self._suspects[table.label].setdefault(key, NEVER)

    def _to_look_at(self, dirty: Changed) -> dict[str, set[Key]]:
        """Rows that may not agree, of the tables that were read already: the others are still to be read."""
        labels = {*dirty, *self._suspects} & self._begun
        found = {
            label: (dirty.get(label) or set()) | self._suspects.get(label, {}).keys()
            for label in labels
            if self._tables[label].by_key
        }
        return {label: keys for label, keys in found.items() if keys}

    def _look(
        self, keys: dict[str, set[Key]], whole: list[Table]
    ) -> tuple[dict[str, Difference], tuple[dict[str, list[Row]], dict[str, list[Row]]]]:
        """How the rows with these keys differ, by table; and the digests of whole tables."""
        hashing = self._pair.hashing
        selects = [table.whole(hashing) for table in whole]
        for label, its in keys.items():
            every = sorted(its)
            selects += [
                self._tables[label].by_keys(hashing, every[begin : begin + KEYS_AT_ONCE])
                for begin in range(0, len(every), KEYS_AT_ONCE)
            ]
        sides: tuple[list[Row], list[Row]] = ([], [])
        for begin in range(0, len(selects), SELECTS_AT_ONCE):
            for side, said in zip(
                sides, self._pair.read(*selects[begin : begin + SELECTS_AT_ONCE], by_key=True), strict=True
            ):
                side.extend(said)
        here, there = map(by_table, sides)
        found = {label: rows.differing_rows(here[label], there[label], 1) for label in keys}
        return {label: difference for label, difference in found.items() if difference.rows}, (here, there)

    def _is_whole(self, table: Table, now_listed: tuple[list[Row], list[Row]], dirty: Changed) -> bool:
        label = table.label
        if not table.told or label not in self._begun or label in self._whole:
            return True
        for before, after in zip(self._listed, map(_places, now_listed), strict=True):
            if any(
                before[label][what] != after[label][what] for what in ("oid", "file", "columns", "key", "told")
            ):
                return True
        return label in dirty and (dirty[label] is None or not table.by_key)

    def _whole_check(self, table: Table, one: Row, other: Row) -> Check:
        same = one == other
        note = "compared whole inside the freeze" if same else self._pair.look(table).text(table)
        return Check(name=f"rows of {table.label}", source=count(one), target=count(other), agrees=same, note=note)

    def _check(self, table: Table, looked: int, difference: Difference | None) -> Check:
        said = f"{self._rows[table.label]} rows before the freeze, {looked} changed since"
        return Check(
            name=f"rows of {table.label}",
            source=said,
            target=said,
            agrees=difference is None,
            note=difference.text(table) if difference else "",
        )

    def _lasting(self, found: set[tuple[str, Key]]) -> UnfinishedError:
        named = [f"{label} ({self._tables[label].named(key)})" for label, key in sorted(found)]
        shown = "; ".join(named[: rows.MOST_NAMED])
        return UnfinishedError(
            f"{len(found)} row(s) of {self._pair.source.database} differ between {self._pair.source.host.name} and "
            f"{self._pair.target.host.name} though the copy has followed: {shown}",
            "mend them at the side that does not serve, and run again; nothing was frozen",
        )

    def _learn(self, said: tuple[list[Row], list[Row]]) -> tuple[Changed, int]:
        """What both watches told, and the greater number of messages."""
        told = [changed(listed, its) for listed, its in zip(self._listed, said, strict=True)]
        return joined(told[0][0], told[1][0]), max(count for _, count in told)

    def _watch(self, server: Server) -> Watch:
        return self._watches[server is self._pair.target]

    def _place(self, server: Server) -> Places:
        return self._listed[server is self._pair.target]


def _places(listed: list[Row]) -> Places:
    return {f"{row['schema']}.{row['name']}": row for row in listed}


def _batches(every: list[Table]) -> Iterator[list[Table]]:
    """Small tables together, for each reading has its price; large ones alone, for each holds a snapshot."""
    batch: list[Table] = []
    for table in sorted(every, key=lambda table: table.about):
        if batch and (len(batch) == BATCH_TABLES or sum(t.about for t in batch) + table.about > BATCH_ROWS):
            yield batch
            batch = []
        batch.append(table)
    if batch:
        yield batch


def _positions(here: Row, there: Row) -> tuple[int, int | None]:
    """How far the log of the side is written that the other follows, and how far that one has confirmed."""
    leading = here if here["followed"] or not there["followed"] else there
    return _position(leading["upto"]), _position(leading["followed"]) if leading["followed"] else None


def _position(text: str) -> int:
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)
