"""Compares one MariaDB database on both sides: every definition, every row, where every number stands.

It reads with sessions and snapshots of its own and knows nothing of how the copy was made. Digests, counts, names and
whole numbers that are keys leave the servers; no other value does.
"""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from estate.progress import Step
from estate.records.base import now
from estate.records.verification import Check, Verification
from migration.context import Context
from migration.verify.mariadb_sql import catalogue, rows
from migration.verify.mariadb_sql.rows import Difference, Table
from migration.verify.mariadb_sql.session import Session

METHOD = "definitions by digest; rows by count and digest, then by key; where numbers stand by value"
ROUNDS = 5
ROUND_SECONDS = 1.0
"""A difference that is still the same after so many looks is not in flight."""
ABSENT = "absent"

Rows = list[dict[str, Any]]


class _Pair:
    """Both sides, read at the same time."""

    def __init__(self, ctx: Context) -> None:
        self.database = ctx.workload.name
        self._source = Session(ctx.source, ctx.source_host)
        self._target = Session(ctx.target, ctx.target_host)

    def read(self, *selects: str) -> tuple[Rows, Rows]:
        """The rows of the same SELECTs on the source and on the target, each of one moment."""
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(self._source.read, self.database, selects)
            other = pool.submit(self._target.read, self.database, selects)
            return one.result(), other.result()


class MariadbVerifier:
    """See `Verifier`."""

    kind = "mariadb"

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """Compare everything.

        While the source is written to, a difference in rows counts only if it stays the same over several looks. What
        is carried over inside the freeze (events, where numbers stand) is then left out.
        """
        start = time.monotonic()
        pair = _Pair(ctx)
        ctx.progress(Step(f"verify {pair.database}", note="definitions"))
        checks = _compared(*pair.read(*catalogue.queries(pair.database, frozen)))
        found = rows.tables(*pair.read(rows.LIST))
        row_checks, counted = _rows(pair, found, frozen, ctx)
        checks += row_checks
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


def _compared(here: Rows, there: Rows) -> list[Check]:
    """One check a difference, and one for each kind with how many are alike."""
    ours, theirs = ({(row["kind"], row["name"]): row["digest"] for row in side} for side in (here, there))
    checks, alike = [], dict.fromkeys((kind for kind, _ in [*ours, *theirs]), 0)
    for kind, name in sorted(set(ours) | set(theirs)):
        one, other = ours.get((kind, name)), theirs.get((kind, name))
        if one == other:
            alike[kind] += 1
        else:
            shown = [ABSENT if digest is None else digest[:12] for digest in (one, other)]
            checks.append(Check(name=f"{kind} {name}", source=shown[0], target=shown[1], agrees=False))
    return checks + [
        Check(name=f"{kind}: all alike", source=f"{count} alike", target=f"{count} alike", agrees=True)
        for kind, count in alike.items()
        if count
    ]


def _rows(pair: _Pair, tables: list[Table], frozen: bool, ctx: Context) -> tuple[list[Check], int]:
    """Checks of every table, and how many rows were counted on the source."""
    ctx.progress(Step(f"verify {pair.database}", 0, len(tables), "tables", "rows"))
    here, there = pair.read(*(table.whole() for table in tables))
    ours, theirs = ({row["name"]: row for row in side} for side in (here, there))
    checks = []
    for done, table in enumerate(tables, 1):
        one, other = ours[table.name], theirs[table.name]
        difference = None if one == other else _difference(pair, table, frozen)
        note = ""
        if difference is not None:
            note = difference.text(table) if difference.lasting else "differed in flight only"
        checks.append(
            Check(
                name=f"rows of {table.name}",
                source=f"{one['rows']} rows, digest {one['digest']}",
                target=f"{other['rows']} rows, digest {other['digest']}",
                agrees=difference is None or not difference.lasting,
                note=note,
            )
        )
        ctx.progress(Step(f"verify {pair.database}", done, len(tables), "tables", table.name))
    return checks, sum(int(row["rows"]) for row in here)


def _difference(pair: _Pair, table: Table, frozen: bool) -> Difference:
    """How a table differs; while it is being written to, what stays different in the same way over several looks."""
    found = _look(pair, table)
    for _ in range(0 if frozen else ROUNDS):
        if not found.lasting:
            break
        time.sleep(ROUND_SECONDS)
        again = _look(pair, table)
        found = again if found.uncounted or again.uncounted else Difference(found.rows & again.rows)
    return found


def _look(pair: _Pair, table: Table) -> Difference:
    buckets, count = rows.differing_buckets(*pair.read(table.buckets()))
    if not buckets:
        return Difference(frozenset())
    if count > rows.MOST_ROWS:
        return Difference(frozenset(), uncounted=True)
    return rows.differing_rows(*pair.read(table.within(buckets)))


VERIFIER = MariadbVerifier()
