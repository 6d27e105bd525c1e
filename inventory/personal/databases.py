"""From the sample of a database to its record: counts by column."""

from collections.abc import Sequence
from dataclasses import dataclass

from estate.records.base import now
from estate.records.observation import Outcome
from estate.records.personal import PersonalData, PersonalKind, PersonalPlace
from inventory.personal import judge, mariadb, postgres
from inventory.personal.places import hidden
from inventory.personal.sample import TOO_LARGE, Limits, Passed, Sampled, Samples
from inventory.personal.shell import Shell


@dataclass(frozen=True)
class Database:
    """One database to sample, as the facts name it."""

    id: str
    server: str
    engine: str
    """`postgres` or `mariadb`."""
    name: str
    port: int


def look(shell: Shell, database: Database, limits: Limits) -> PersonalData:
    """Sample one database. Raises `UnreachableError` where the host does not answer."""
    if database.engine == "postgres":
        samples = postgres.sample(shell, database.port, database.name, limits)
    else:
        samples = mariadb.sample(shell, database.name, limits)
    return record(database, samples, limits)


def record(database: Database, samples: Samples, limits: Limits) -> PersonalData:
    """What a sample holds, in counts."""
    passed = Passed()
    for left in samples.left_out:
        passed.add(left.what, left.reason, left.count)
    places: list[PersonalPlace] = []
    columns = values = size = 0
    for sampled in samples.tables:
        if sampled.reason:
            passed.add(f"table {hidden(sampled.table.where)}", sampled.reason)
            continue
        for place in _places(sampled, passed):
            columns += 1
            values += place.looked_at
            size += place.bytes
            if place.found:
                places.append(place)
    return PersonalData(
        id=database.id,
        server=database.server,
        source="postgres" if database.engine == "postgres" else "mariadb",
        name=database.name,
        outcome=Outcome.KNOWN
        if not samples.failure
        else Outcome.UNREADABLE
        if samples.privilege
        else Outcome.FAILED,
        reason=samples.failure,
        privilege=samples.privilege,
        sample=f"up to {limits.rows} rows of each table, of each value the first {limits.value_characters} characters",
        columns=columns,
        values=values,
        bytes=size,
        places=tuple(places),
        not_looked_at=passed.all(),
        at=now(),
    )


def _places(sampled: Sampled, passed: Passed) -> Sequence[PersonalPlace]:
    table = sampled.table
    names = [column.name for column in table.columns]
    places = []
    for number, column in enumerate(table.read):
        given = [row[number] for row in sampled.rows]
        large = sum(value == TOO_LARGE for value in given)
        passed.add("values", "too large on the server's disk", large)
        filled = [value for value in given if value and value != TOO_LARGE]
        values = [part for value in filled for part in value.split("\n")] if column.kind == "array" else filled
        found = judge.column(
            _called(table.name, column.name), values, [name for name in names if name != column.name]
        )
        places.append(
            PersonalPlace(
                where=hidden(f"{table.where}.{column.name}"),
                looked_at=len(values),
                of_about=table.rows,
                bytes=sum(len(value.encode("utf-8", "replace")) for value in values),
                found=tuple(
                    PersonalKind(kind=one.kind, matches=one.matches, confidence=one.confidence) for one in found
                ),
            )
        )
    return places


def _called(table: str, column: str) -> str:
    """What a column is called: `name` alone says nothing without its table."""
    return f"{table.removesuffix('s')}_name" if column.lower() == "name" else column
