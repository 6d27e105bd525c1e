"""Compares one PostgreSQL database on both sides: every definition, every row, every sequence and large object.

It reads with sessions and snapshots of its own and knows nothing of how the copy was made. Only digests, counts and
names leave the servers.
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from estate.progress import Step
from estate.records.base import now
from estate.records.verification import Check, Verification
from migration.context import Context
from migration.postgres.psql import Server, servers
from migration.postgres.sql import literal
from migration.verify.postgresql import catalogue, others, rows
from migration.verify.postgresql.rows import FAST, SURE, Difference, Table
from migration.verify.postgresql.session import read

METHOD = "definitions by digest; rows by count and digest, then by key; sequences by value; large objects by page"
ROUNDS = 5
ROUND_SECONDS = 1.0
"""A difference that is still the same after so many looks is not in flight."""
ABSENT = "absent"

T = TypeVar("T")


Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class _Pair:
    """Both sides, read at the same time."""

    source: Server
    target: Server
    database: str

    @property
    def exact_floats(self) -> bool:
        """Whether both write floats with all their digits."""
        return min(self.source.version, self.target.version) >= 120000

    def ask(self, parts: Callable[[Server], dict[str, list[str]]]) -> dict[str, tuple[Rows, Rows]]:
        """Named readings, each with the rows of the source and of the target."""

        def one(server: Server) -> dict[str, Rows]:
            return read(server, self.database, parts(server), self.exact_floats)

        here, there = _both(one, self.source, self.target)
        return {part: (here[part], there[part]) for part in here}

    def read(self, *selects: str) -> tuple[Rows, Rows]:
        """The rows of the same SELECTs on the source and on the target."""
        return self.ask(lambda _: {"rows": list(selects)})["rows"]


class PostgresVerifier:
    """See `Verifier`."""

    kind = "postgres"

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """Compare everything.

        While the source is written to, a difference in rows counts only if it stays the same over several looks;
        where nothing follows the source (a copy that is made again inside the freeze), rows are only counted.
        What is carried over inside the freeze (sequences, large objects, unlogged tables) is then left out.
        """
        start = time.monotonic()
        pair = _Pair(*servers(ctx), ctx.workload.name)
        _both(lambda server: server.version, pair.source, pair.target)
        ctx.progress(Step(f"verify {pair.database}", note="definitions"))
        parts = pair.ask(_first_reading(pair, frozen))
        checks = _compared(*parts["definitions"])
        found = [table for table in rows.tables(*parts["tables"]) if frozen or table.logged]
        followed = frozen or any(row["followed"] for side in parts["followed"] for row in side)
        # The fast hash is the servers' own and not promised to stay the same: used where both give the same.
        hashing = FAST if parts["probe"][0] and parts["probe"][0] == parts["probe"][1] else SURE
        row_checks, counted = _rows(pair, hashing, found, frozen, followed, ctx)
        checks += row_checks
        if frozen:
            checks += _sequences(*parts["sequences"])
            checks += _compared(*(_kind("large object", side) for side in parts["large objects"]))
        return Verification(
            id=f"{ctx.move.id}.{secrets.token_hex(4)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=all(check.agrees for check in checks),
            checks=tuple(checks),
            items=len(found) + counted,
            frozen=frozen,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )


def _first_reading(pair: _Pair, frozen: bool) -> Callable[[Server], dict[str, list[str]]]:
    database, nonce = literal(pair.database), literal(secrets.token_hex(16))

    def parts(server: Server) -> dict[str, list[str]]:
        logical, fast = server.major >= 10, server.major >= 11
        return {
            "definitions": catalogue.queries(database, server.version, nonce),
            "tables": [rows.LIST],
            "followed": [others.FOLLOWED] if logical else [],
            "probe": [f"SELECT {FAST.format(literal('Ambleford £ 1,234.50'))} AS h"] if fast else [],
            "sequences": [others.SEQUENCES] if frozen else [],
            "large objects": [others.LARGE_OBJECTS] if frozen else [],
        }

    return parts


def _kind(kind: str, side: Rows) -> Rows:
    return [row | {"kind": kind} for row in side]


def _compared(here: Rows, there: Rows) -> list[Check]:
    """One check a difference, and one for each kind with how many are alike."""
    ours, theirs = ({(row["kind"], row["name"]): row["digest"] for row in side} for side in (here, there))
    checks, alike = [], dict.fromkeys((kind for kind, _ in [*ours, *theirs]), 0)
    for kind, name in sorted(set(ours) | set(theirs)):
        one, other = ours.get((kind, name)), theirs.get((kind, name))
        if one == other:
            alike[kind] += 1
        else:
            checks.append(
                Check(name=f"{kind} {name}".strip(), source=_shown(one), target=_shown(other), agrees=False)
            )
    checks += [
        Check(
            name=f"{kind}: all others" if any(c.name.startswith(kind) for c in checks) else f"{kind}: all",
            source=f"{count} alike",
            target=f"{count} alike",
            agrees=True,
        )
        for kind, count in alike.items()
        if count
    ]
    return checks


def _shown(digest: str | None) -> str:
    return ABSENT if digest is None else (digest[:12] or "present")


def _rows(
    pair: _Pair, hashing: str, tables: list[Table], frozen: bool, followed: bool, ctx: Context
) -> tuple[list[Check], int]:
    """Checks of every table, and how many rows were counted on the source."""
    ctx.progress(Step(f"verify {pair.database}", 0, len(tables), "tables", "rows"))
    here, there = pair.read(*(table.whole(hashing) for table in tables))
    ours, theirs = ({row["name"]: row for row in side} for side in (here, there))
    checks = []
    for done, table in enumerate(tables, 1):
        one, other = ours[table.label], theirs[table.label]
        same = one == other
        difference = None if same or not followed else _difference(pair, hashing, table, frozen)
        note = ""
        if difference is not None:
            note = difference.text(bool(table.key)) if difference.buckets else "differed in flight only"
        elif not same:
            note = "written since the trial copy; copied again, and compared, inside the freeze"
        checks.append(
            Check(
                name=f"rows of {table.label}",
                source=_count(one),
                target=_count(other),
                agrees=same or difference is None or not difference.buckets,
                note=note,
            )
        )
        ctx.progress(Step(f"verify {pair.database}", done, len(tables), "tables", table.label))
    return checks, sum(int(row["rows"]) for row in here)


def _count(row: dict[str, Any]) -> str:
    return f"{row['rows']} rows, digest {row['digest']}"


def _difference(pair: _Pair, hashing: str, table: Table, frozen: bool) -> Difference:
    """How a table differs; while it is being written to, what stays different in the same way over several looks."""
    found = _look(pair, hashing, table)
    for _ in range(0 if frozen else ROUNDS):
        if not found.buckets:
            break
        time.sleep(ROUND_SECONDS)
        again = _look(pair, hashing, table)
        if found.uncounted or again.uncounted:
            found = again
            continue
        lasting = found.rows & again.rows
        found = Difference(min(again.buckets, len(lasting)), lasting)
    return found


def _look(pair: _Pair, hashing: str, table: Table) -> Difference:
    buckets = rows.differing_buckets(*pair.read(table.buckets(hashing)))
    if not buckets:
        return Difference(0, frozenset())
    counted = pair.read(
        f"SELECT coalesce(sum(rows), 0)::bigint AS rows FROM ({table.buckets(hashing)}) b"
        f" WHERE bucket IN ({', '.join(map(str, buckets))})"
    )
    if max(side[0]["rows"] for side in counted) > rows.MOST_ROWS:
        return Difference(len(buckets), frozenset(), uncounted=True)
    return rows.differing_rows(*pair.read(table.within(hashing, buckets)), len(buckets))


def _sequences(here: Rows, there: Rows) -> list[Check]:
    ours, theirs = ({row["name"]: row["value"] for row in side} for side in (here, there))
    return [
        Check(
            name=f"sequence {name} stands",
            source=ours.get(name, ABSENT),
            target=theirs.get(name, ABSENT),
            agrees=ours.get(name) == theirs.get(name),
        )
        for name in sorted(set(ours) | set(theirs))
    ]


def _both(ask: Callable[[Server], T], source: Server, target: Server) -> tuple[T, T]:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(ask, source), pool.submit(ask, target)
        return one.result(), other.result()


VERIFIER = PostgresVerifier()
