"""The flow of changes: a replication connection of its own name, bound to one database."""

import re

from estate.errors import RefusedError
from estate.records.move import Lag
from migration.mariadb import access
from migration.mariadb.server import Server
from migration.mariadb.sides import Flow, Sides
from migration.mariadb.sql import literal, wild

WAIT_SECONDS = 3
"""One round of `lag` waits so long for the subscriber to come up to where the publisher stood when it was asked."""

_COLUMNS = """
    SELECT t.TABLE_NAME AS name, MD5(CONCAT_WS('|', t.ENGINE, (SELECT GROUP_CONCAT(
           CONCAT_WS(',', c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, c.CHARACTER_MAXIMUM_LENGTH)
           ORDER BY c.ORDINAL_POSITION SEPARATOR ';')
           FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME)))
           AS digest
    FROM information_schema.TABLES t
    WHERE t.TABLE_SCHEMA = {database} AND t.TABLE_TYPE IN ('BASE TABLE', 'SEQUENCE') ORDER BY 1"""


def look(server: Server, name: str) -> dict[str, str | None] | None:
    """How one replication connection stands; None where there is none of that name."""
    return next((row for row in server.rows("SHOW ALL SLAVES STATUS") if row["Connection_name"] == name), None)


def subscribe(sides: Sides, flow: Flow, file: str, position: int) -> None:
    """Follow the publisher from a place in its binary log, or find that it is followed. Safe to repeat."""
    there = look(flow.subscriber, flow.name)
    if there is not None and there["Slave_SQL_Running"] == "Yes" and there["Slave_IO_Running"] != "No":
        return
    sides.note(flow.subscriber, "flow", flow.name)
    if there is not None and there["Master_Log_File"]:
        flow.subscriber.do(f"START SLAVE {literal(flow.name)};")  # it was made, and stopped since
        return
    login = access.allow(sides, flow)
    ssl = ", MASTER_SSL=1, MASTER_SSL_VERIFY_SERVER_CERT=0" if login.tls else ""
    flow.subscriber.do(
        f"""CHANGE MASTER {literal(flow.name)} TO MASTER_HOST={literal(login.host)}, MASTER_PORT={login.port},
              MASTER_USER={literal(login.user)}, MASTER_PASSWORD={literal(login.password)},
              MASTER_CONNECT_RETRY=2, MASTER_HEARTBEAT_PERIOD=5, MASTER_USE_GTID=no{ssl},
              MASTER_LOG_FILE={literal(file)}, MASTER_LOG_POS={position};
            SET SESSION default_master_connection = {literal(flow.name)};
            SET GLOBAL replicate_do_db = {literal(sides.database)};
            SET GLOBAL replicate_wild_do_table = '{wild(sides.database).replace("'", "''")}';
            START SLAVE {literal(flow.name)};"""
    )


def unsubscribe(sides: Sides, flow: Flow) -> None:
    """End following, and forget how far it was. Safe to repeat."""
    if look(flow.subscriber, flow.name) is not None:
        name = literal(flow.name)
        flow.subscriber.do(
            f"""SET SESSION default_master_connection = {name}; STOP SLAVE {name};
                SET GLOBAL replicate_do_db = ''; SET GLOBAL replicate_wild_do_table = ''; RESET SLAVE {name} ALL;"""
        )
    sides.forget(flow.subscriber, "flow", flow.name)


def lag(flow: Flow) -> Lag:
    """What the subscriber has not carried out of all that the publisher had logged when this began.

    The log holds a transaction before its client is told that it is done, so zero with the publisher frozen is proof.
    """
    file, position = flow.publisher.position()
    reached = flow.subscriber.value(
        f"SELECT MASTER_POS_WAIT({literal(file)}, {position}, {WAIT_SECONDS}, {literal(flow.name)})"
    )
    if reached is not None and int(reached) >= 0:
        return Lag(bytes=0, text="nothing", zero=True)
    status = look(flow.subscriber, flow.name)
    said = trouble(flow, status)
    if said or status is None:
        raise RefusedError(
            said,
            "see the log of MariaDB there; if it cannot be mended, give this move up with `decant cancel`, and begin anew",
        )
    if status["Relay_Master_Log_File"] != file:
        return Lag(bytes=None, text="more than one file of the binary log", zero=False)
    left = max(position - int(status["Exec_Master_Log_Pos"] or 0), 1)
    return Lag(bytes=left, text=f"{left} bytes of the binary log", zero=False)


def trouble(flow: Flow, status: dict[str, str | None] | None) -> str:
    """One line on what stopped a flow; empty where it runs, or tries to reach a publisher that is away."""
    there = flow.subscriber.host.name
    if status is None:
        return f"the replication connection {flow.name} on {there} is gone"
    for part in ("SQL", "IO"):
        if status[f"Slave_{part}_Running"] == "No":
            # What the server says holds the statement, and that may hold data.
            code = status[f"Last_{part}_Errno"]
            table = re.search(r"on table ([^;:]+)", status[f"Last_{part}_Error"] or "")
            where = f", table {table[1]}" if table else ""
            return f"changes are not taken up on {there}: its {part} thread stopped (error {code}{where})"
    return ""


def broken(sides: Sides, flow: Flow) -> str:
    """One line on what broke the flow; empty where it is whole."""
    said = trouble(flow, look(flow.subscriber, flow.name))
    if said:
        return said
    changed = changed_tables(sides)
    if changed:
        # A change of definitions flows like a row: only what is there after all has flowed is a difference.
        lag(flow)
        changed = sorted(set(changed) & set(changed_tables(sides)))
    if changed:
        return f"{changed[0]} differs between both sides: its definition was changed"
    return trouble(flow, look(flow.subscriber, flow.name))


def changed_tables(sides: Sides) -> list[str]:
    """Tables that do not have the same columns on both sides, or are on one only."""
    sql = _COLUMNS.format(database=literal(sides.database))
    here, there = ({r["name"]: r["digest"] for r in server.rows(sql)} for server in (sides.source, sides.target))
    return sorted(str(name) for name in set(here) | set(there) if here.get(name) != there.get(name))
