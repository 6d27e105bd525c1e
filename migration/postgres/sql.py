"""Quoting for SQL and for pg_hba.conf. Nothing else in this package builds a quoted name or value."""

from collections.abc import Iterable

from estate.errors import UsageError


def ident(name: str) -> str:
    """A name as a quoted identifier. Raises `UsageError` for what no identifier can hold."""
    if not name or "\0" in name:
        raise UsageError(f"{name!r} cannot be a name in PostgreSQL", "see how the workload is named")
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A value as a string literal that means the same with `standard_conforming_strings` on or off."""
    if "\0" in value:
        raise UsageError("a value for PostgreSQL holds a zero byte", "see where it comes from")
    quoted = "'" + value.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted


def literals(values: Iterable[str]) -> str:
    """Values for `IN (…)`; for none, `NULL`, which nothing equals."""
    return ", ".join(literal(value) for value in values) or "NULL"


def qualified(schema: str, name: str) -> str:
    """`"schema"."name"`."""
    return f"{ident(schema)}.{ident(name)}"


def hba_name(name: str) -> str:
    """A name for a line of pg_hba.conf, quoted so that no keyword (`all`, `replication`) is meant.

    Raises `UsageError` where the file cannot carry it.
    """
    if any(c in name for c in "\0\n\r"):
        raise UsageError(f"{name!r} cannot be named in pg_hba.conf", "rename it first")
    return '"' + name.replace('"', '""') + '"'


def conninfo(**parts: str | int) -> str:
    """A libpq connection string."""
    return " ".join(
        "{}='{}'".format(key, str(value).replace("\\", "\\\\").replace("'", "\\'")) for key, value in parts.items()
    )
