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


def read(
    server: Server, database: str, parts: dict[str, list[str]], exact_floats: bool = True
) -> dict[str, list[dict[str, Any]]]:
    """The rows of several named readings, all of one snapshot.

    A reading is SELECTs without their semicolons. One that ends in `\\gexec` gives SELECTs to run in its place.
    Before version 12 floats were written with other digits than since; `exact_floats` False rounds them to 15
    digits, which are the same in all versions.
    """
    settings = _SETTINGS | {"extra_float_digits": "1" if exact_floats else "0"}
    lines = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"]
    # A setting that the version does not know is passed over.
    lines += [
        f"SELECT set_config(name, '{value}', true) FROM pg_settings WHERE lower(name) = lower('{name}') \\g /dev/null"
        for name, value in settings.items()
    ]
    for part, selects in parts.items():
        lines.append(f"SELECT json_build_object('part', '{part}');")
        lines += [
            select if select.endswith("\\gexec") else f"SELECT row_to_json(q) FROM ({select}) q;"
            for select in selects
        ]
    found: dict[str, list[dict[str, Any]]] = {part: [] for part in parts}
    part = ""
    for row in server.read("\n".join([*lines, "COMMIT;"]), database, LONG):
        if row.keys() == {"part"}:
            part = row["part"]
        else:
            found[part].append(row)
    return found
