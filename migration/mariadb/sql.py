"""Quoting for MariaDB, in this file alone. Sessions of Decant have an empty sql_mode, so a backslash escapes."""

from collections.abc import Iterable


def literal(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def literals(values: Iterable[str]) -> str:
    """A list for IN; one that holds nothing where there are none."""
    return ", ".join(map(literal, values)) or "NULL"


def ident(name: str) -> str:
    """A quoted name."""
    return "`" + name.replace("`", "``") + "`"


def account(user: str, host: str) -> str:
    """An account, as statements take it."""
    return f"{literal(user)}@{literal(host)}"


def wild(database: str) -> str:
    """The pattern of a replication filter that fits every table of one database, and of no other."""
    return "".join(f"\\{c}" if c in "_%\\" else c for c in database) + ".%"
