"""What no flow of changes carries: where numbers stand, and events."""

from migration.mariadb import gate
from migration.mariadb.server import Server
from migration.mariadb.sides import Flow, Sides
from migration.mariadb.sql import ident, literal


def numbers(sides: Sides, flow: Flow) -> int:
    """Set AUTO_INCREMENT of the subscriber's tables to where the publisher's stands; returns how many it set."""
    here, there = _numbers(flow.publisher, sides.database), _numbers(flow.subscriber, sides.database)
    behind = {name: value for name, value in here.items() if name in there and there[name] != value}
    flow.subscriber.do(
        "".join(
            f"ALTER TABLE {ident(sides.database)}.{ident(name)} AUTO_INCREMENT = {value};\n"
            for name, value in behind.items()
        )
    )
    return len(behind)


def _numbers(server: Server, database: str) -> dict[str, int]:
    rows = server.rows(
        f"""SELECT TABLE_NAME AS name, AUTO_INCREMENT AS value FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = {literal(database)} AND AUTO_INCREMENT IS NOT NULL"""
    )
    return {str(row["name"]): int(row["value"] or 0) for row in rows}


def events(sides: Sides, flow: Flow) -> None:
    """Make the subscriber's events those of the publisher, all disabled: they run where the gate is opened next.

    They are no part of the first copy, so that none ever runs on both sides.
    """
    publisher, subscriber, database = flow.publisher, flow.subscriber, ident(sides.database)
    here, there = (_events(server, sides.database) for server in (publisher, subscriber))
    statements = [f"USE {database};"]
    statements += [f"DROP EVENT IF EXISTS {ident(name)};" for name in there]
    for name in here:
        made = publisher.rows(f"SHOW CREATE EVENT {database}.{ident(name)}")[0]
        statements += [
            f"SET SESSION sql_mode = {literal(made['sql_mode'] or '')}, "
            f"time_zone = {literal(made['time_zone'] or 'SYSTEM')}, "
            f"character_set_client = {made['character_set_client']}, "
            f"collation_connection = {made['collation_connection']};",
            f"DELIMITER $decant$\n{made['Create Event']} $decant$\nDELIMITER ;",
            "SET SESSION sql_mode = '';",
        ]
    subscriber.do("\n".join(statements) + "\n")
    opened = gate.listed(sides, subscriber, "accounts")
    runs = gate.listed(sides, publisher, "events")
    gate.relist(sides, subscriber, opened, runs)


def _events(server: Server, database: str) -> list[str]:
    rows = server.rows(
        f"SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {literal(database)} ORDER BY 1"
    )
    return [str(row["name"]) for row in rows]
