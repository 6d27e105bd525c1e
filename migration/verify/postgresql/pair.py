"""Both sides of one database, read at the same time, and what two readings say of each other."""

import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from estate.records.verification import Check
from migration.context import Context
from migration.verify.postgresql import catalogue, others, rows
from migration.verify.postgresql.rows import FAST, SURE, Difference, Table
from migration.verify.postgresql.server import Row, Server, both, literal

ABSENT = "absent"
Rows = list[Row]


@dataclass
class Pair:
    """Both servers of one workload."""

    source: Server
    target: Server
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))
    """Salts the digests of passwords, so that they can be compared and tell nothing."""
    hashing: str = SURE

    @classmethod
    def of(cls, ctx: Context) -> "Pair":
        """The sides of a move, each asked once, and the hash that both know."""
        pair = cls(Server(ctx, "source"), Server(ctx, "target"))
        both(lambda server: (server.psql, server.version), pair.source, pair.target)
        # The fast hash is the servers' own and not promised to stay the same: used where both give the same.
        if min(pair.source.major, pair.target.major) >= 11:
            here, there = pair.read(f"SELECT {FAST.format(literal('Ambleford £ 1,234.50'))} AS h")
            pair.hashing = FAST if here == there else SURE
        return pair

    @property
    def exact_floats(self) -> bool:
        """Whether both write floats with all their digits."""
        return min(self.source.version, self.target.version) >= 120000

    def ask(
        self, parts: Callable[[Server], dict[str, list[str]]], by_key: bool = False, flush: bool = False
    ) -> dict[str, tuple[Rows, Rows]]:
        """Named readings, each with the rows of the source and of the target."""
        here, there = both(
            lambda server: server.read(parts(server), self.exact_floats, by_key, flush), self.source, self.target
        )
        return {part: (here[part], there[part]) for part in here}

    def read(self, *selects: str, by_key: bool = False) -> tuple[Rows, Rows]:
        """The rows of the same SELECTs on the source and on the target."""
        return self.ask(lambda _: {"rows": list(selects)}, by_key)["rows"]

    def definitions(self, server: Server) -> list[str]:
        """SELECTs of every definition of one side."""
        return catalogue.queries(literal(server.database), server.version, literal(self.nonce))

    def look(self, table: Table) -> Difference:
        """How a table differs now: bucket by bucket, and down to the rows."""
        here, there = self.read(table.in_buckets(self.hashing))
        buckets = rows.differing_buckets(here, there)
        if not buckets:
            return Difference(0, frozenset())
        chosen = set(buckets)
        most = max(sum(int(row["rows"]) for row in side if row["bucket"] in chosen) for side in (here, there))
        if most > rows.MOST_ROWS:
            return Difference(len(buckets), frozenset(), uncounted=True)
        return rows.differing_rows(*self.read(table.within(self.hashing, buckets)), len(buckets))


def kind(name: str, side: Rows) -> Rows:
    """The rows as definitions of one kind."""
    return [row | {"kind": name} for row in side]


def compared(here: Rows, there: Rows) -> list[Check]:
    """One check a difference, and one for each kind with how many are alike."""
    ours, theirs = ({(row["kind"], row["name"]): row["digest"] for row in side} for side in (here, there))
    checks, alike = [], dict.fromkeys((kind for kind, _ in [*ours, *theirs]), 0)
    for sort, name in sorted(set(ours) | set(theirs)):
        one, other = ours.get((sort, name)), theirs.get((sort, name))
        if one == other:
            alike[sort] += 1
        else:
            checks.append(
                Check(name=f"{sort} {name}".strip(), source=_shown(one), target=_shown(other), agrees=False)
            )
    checks += [
        Check(
            name=f"{sort}: all others" if any(c.name.startswith(sort) for c in checks) else f"{sort}: all",
            source=f"{count} alike",
            target=f"{count} alike",
            agrees=True,
        )
        for sort, count in alike.items()
        if count
    ]
    return checks


def sequences(here: Rows, there: Rows) -> list[Check]:
    """One check for each sequence."""
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


def carried_over(parts: dict[str, tuple[Rows, Rows]]) -> list[Check]:
    """Checks of what no flow of changes carries: sequences and large objects."""
    large = (kind("large object", side) for side in parts["large objects"])
    return sequences(*parts["sequences"]) + compared(*large)


def standing() -> dict[str, list[str]]:
    """Readings for `carried_over`."""
    return {"sequences": [others.SEQUENCES], "large objects": [others.LARGE_OBJECTS]}


def by_table(side: Rows) -> dict[str, Rows]:
    """Rows by the label of their table."""
    found: dict[str, Rows] = defaultdict(list)
    for row in side:
        found[row["name"]].append(row)
    return found


def count(row: Row) -> str:
    """A whole table, for people."""
    return f"{row['rows']} rows, digest {row['digest']}"


def _shown(digest: str | None) -> str:
    return ABSENT if digest is None else (digest[:12] or "present")
