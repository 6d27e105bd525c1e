"""One reading session on one side: its own snapshot, and settings under which equal values have equal texts."""

from typing import Any

from migration.postgres.psql import LONG, Server

_SETTINGS = {
    "search_path": "",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "xmloption": "content",
    "lc_monetary": "C",
    "row_security": "off",
    "jit": "off",
}


def read(server: Server, database: str, selects: list[str], exact_floats: bool = True) -> list[dict[str, Any]]:
    """The rows of several SELECTs, all of one snapshot. Each SELECT is a query without its semicolon.

    Before version 12 floats were written with other digits than since; `exact_floats` False rounds them to
    15 digits, which are the same in all versions.
    """
    settings = _SETTINGS | {"extra_float_digits": "1" if exact_floats else "0"}
    lines = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"]
    # A setting that the version does not know is passed over.
    lines += [
        f"SELECT set_config(name, '{value}', true) FROM pg_settings WHERE lower(name) = lower('{name}') \\g /dev/null"
        for name, value in settings.items()
    ]
    lines += [f"SELECT row_to_json(q) FROM ({select}) q;" for select in selects]
    return server.read("\n".join([*lines, "COMMIT;"]), database, LONG)
