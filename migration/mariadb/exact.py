"""Rows of tables with FLOAT columns, as statements: mariadb-dump writes six digits of those, and so loses some.

Text and bytes are written as hexadecimal digits, so that no character set has a say in them.
"""

from migration.mariadb.server import Server
from migration.mariadb.sql import ident, literal

_PLAIN = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "year"})
_BYTES = frozenset(
    {
        *("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"),
        *("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
        *("geometry", "point", "linestring", "polygon", "multipoint"),
        *("multilinestring", "multipolygon", "geometrycollection"),
    }
)


def selects(server: Server, database: str) -> dict[str, str]:
    """By the names of such tables, a SELECT that gives an INSERT for each row."""
    rows = server.rows(
        f"""SELECT TABLE_NAME AS name, COLUMN_NAME AS field, DATA_TYPE AS kind FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = {literal(database)} AND COALESCE(GENERATION_EXPRESSION, '') = ''
              AND TABLE_NAME IN (SELECT c.TABLE_NAME FROM information_schema.COLUMNS c
                  JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
                  WHERE c.TABLE_SCHEMA = {literal(database)} AND c.DATA_TYPE = 'float' AND t.TABLE_TYPE = 'BASE TABLE')
            ORDER BY TABLE_NAME, ORDINAL_POSITION"""
    )
    tables: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        tables.setdefault(str(row["name"]), []).append((str(row["field"]), str(row["kind"])))
    return {name: _select(database, name, columns) for name, columns in tables.items()}


def _select(database: str, name: str, columns: list[tuple[str, str]]) -> str:
    fields = ", ".join(ident(field) for field, _ in columns)
    begin = literal(f"INSERT INTO {ident(name)} ({fields}) VALUES (")
    values = ", ',', ".join(_written(ident(field), kind) for field, kind in columns)
    return f"SELECT CONCAT({begin}, {values}, ');') FROM {ident(database)}.{ident(name)}"


def _written(field: str, kind: str) -> str:
    if kind in _PLAIN:
        return f"COALESCE({field}, 'NULL')"
    if kind == "float":
        return f"COALESCE({field} + 0e0, 'NULL')"
    if kind == "bit":
        return f"COALESCE({field} + 0, 'NULL')"
    if kind in _BYTES:
        return f"IF({field} IS NULL, 'NULL', CONCAT('X', QUOTE(HEX({field}))))"
    return f"QUOTE({field})"
