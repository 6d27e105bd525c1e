"""Compares one PostgreSQL database on both sides: every definition, every row, every sequence and large object.

It reads with sessions and snapshots of its own and knows nothing of how the copy was made. Digests, counts, names and
keys leave the servers; what is kept names no value of a row but a key that says nothing of a person.
"""

import secrets
import time

from estate.errors import UnfinishedError, UnreachableError
from estate.progress import Step
from estate.records.base import now
from estate.records.move import Residue
from estate.records.verification import Check, Verification
from migration.context import Context
from migration.verify.postgresql import bulk, others, rows
from migration.verify.postgresql.pair import Pair, carried_over, compared, count, standing
from migration.verify.postgresql.rows import Difference, Table
from migration.verify.postgresql.server import Server
from migration.verify.postgresql.watch import Watch

METHOD = "definitions by digest; rows by count and digest, then by key; sequences by value; large objects by page"
ROUNDS = 5
ROUND_SECONDS = 1.0
"""A difference that is still the same after so many looks is not in flight."""


class PostgresVerifier:
    """See `Verifier` and `Ahead`."""

    kind = "postgres"

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """Compare everything.

        While the source is written to, a difference in rows counts only if it stays the same over several looks;
        where nothing follows the source (a copy that is made again inside the freeze), rows are only counted.
        What is carried over inside the freeze (sequences, large objects, unlogged tables) is then left out.
        """
        start = time.monotonic()
        pair = Pair.of(ctx)
        ctx.progress(Step(f"verify {ctx.workload.name}", note="definitions"))
        parts = pair.ask(
            lambda server: {
                "definitions": pair.definitions(server),
                "tables": [rows.LIST],
                "followed": [others.FOLLOWED] if server.major >= 10 else [],
                **(standing() if frozen else {}),
            }
        )
        checks = compared(*parts["definitions"])
        found = [table for table in rows.tables(*parts["tables"]) if frozen or table.logged]
        followed = frozen or any(row["followed"] for side in parts["followed"] for row in side)
        row_checks, counted = _rows(pair, found, frozen, followed, ctx)
        checks += row_checks
        if frozen:
            checks += carried_over(parts)
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

    def ahead(self, ctx: Context) -> bulk.Rest | None:
        """See `Ahead.ahead`."""
        pair = Pair.of(ctx)
        return bulk.ahead(ctx, pair) if bulk.can(pair) else None

    def forget(self, ctx: Context) -> None:
        """See `Ahead.forget`."""
        for watch in _watches(ctx):
            try:
                watch.end()
            except (UnreachableError, UnfinishedError):
                continue  # its host or its server is away: what is there stays noted

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """See `Ahead.residue`."""
        return tuple(left for watch in _watches(ctx) for left in watch.left())


def _watches(ctx: Context) -> tuple[Watch, Watch]:
    return Watch(ctx, Server(ctx, "source")), Watch(ctx, Server(ctx, "target"))


def _rows(pair: Pair, tables: list[Table], frozen: bool, followed: bool, ctx: Context) -> tuple[list[Check], int]:
    """Checks of every table, and how many rows were counted on the source."""
    task = f"verify {ctx.workload.name}"
    ctx.progress(Step(task, 0, len(tables), "tables", "rows"))
    here, there = pair.read(*(table.whole(pair.hashing) for table in tables))
    ours, theirs = ({row["name"]: row for row in side} for side in (here, there))
    checks = []
    for done, table in enumerate(tables, 1):
        one, other = ours[table.label], theirs[table.label]
        same = one == other
        difference = None if same or not followed else _difference(pair, table, frozen)
        note = ""
        if difference is not None:
            note = difference.text(table) if difference.buckets else "differed in flight only"
        elif not same:
            note = "written since the trial copy; copied again, and compared, inside the freeze"
        checks.append(
            Check(
                name=f"rows of {table.label}",
                source=count(one),
                target=count(other),
                agrees=same or difference is None or not difference.buckets,
                note=note,
            )
        )
        ctx.progress(Step(task, done, len(tables), "tables", table.label))
    return checks, sum(int(row["rows"]) for row in here)


def _difference(pair: Pair, table: Table, frozen: bool) -> Difference:
    """How a table differs; while it is being written to, what stays different in the same way over several looks."""
    found = pair.look(table)
    for _ in range(0 if frozen else ROUNDS):
        if not found.buckets:
            break
        time.sleep(ROUND_SECONDS)
        again = pair.look(table)
        if found.uncounted or again.uncounted:
            found = again
            continue
        lasting = found.rows & again.rows
        found = Difference(min(again.buckets, len(lasting)), lasting)
    return found


VERIFIER = PostgresVerifier()
