"""Settings of a server that logical replication needs: changed by ALTER SYSTEM, noted first, put back by `restore`."""

import shlex
import time
from dataclasses import dataclass

from estate.errors import RefusedError
from migration.postgres.psql import Server
from migration.postgres.sides import Sides
from migration.postgres.sql import literal

SLOTS_NEEDED = 3
"""Our slot, the verification's, and one more for what the server itself may take while they are in use."""
RESTART_SECONDS = 90.0
LEAST_CAP = 256 << 20


@dataclass(frozen=True)
class Change:
    """One setting to change. `restart`: it takes effect when PostgreSQL starts again."""

    name: str
    value: str
    restart: bool
    why: str


def needed(sides: Sides, server: Server) -> list[Change]:
    """What has to change on one server, read from how it runs now; empty where all is as it must be."""
    running = server.rows(
        """SELECT current_setting('wal_level') AS wal_level,
                  current_setting('max_replication_slots')::int AS slots,
                  (SELECT count(*) FROM pg_replication_slots) AS slots_used,
                  current_setting('max_wal_senders')::int AS senders,
                  (SELECT count(*) FROM pg_stat_replication) AS senders_used,
                  coalesce(current_setting('max_slot_wal_keep_size', true), '') AS cap"""
    )[0]
    changes = []
    if running["wal_level"] != "logical":
        changes.append(Change("wal_level", "logical", True, "so that changes can be followed"))
    if running["slots"] - running["slots_used"] < SLOTS_NEEDED:
        slots = str(running["slots_used"] + SLOTS_NEEDED + 2)
        changes.append(Change("max_replication_slots", slots, True, "so that there is room for our slot"))
    if running["senders"] - running["senders_used"] < SLOTS_NEEDED:
        senders = str(running["senders_used"] + SLOTS_NEEDED + 2)
        changes.append(Change("max_wal_senders", senders, True, "so that there is room for our connection"))
    # With other slots on the server the cap would bind them too; then the growth is only watched.
    if running["cap"] == "-1" and running["slots_used"] == 0:
        changes.append(
            Change(
                "max_slot_wal_keep_size",
                f"{cap_bytes(sides, server) >> 20}MB",
                False,
                "so that our slot cannot fill the disk",
            )
        )
    return changes


def cap_bytes(sides: Sides, server: Server) -> int:
    """How much write-ahead log our slot may hold back: set, or half of what is free where the log is kept."""
    given = int(sides.setting("slot_cap_mib", 0)) << 20
    if given:
        return given
    half = free_bytes(server, f"{server.facts['data']}/pg_wal") // 2
    return max(half >> 30 << 30, LEAST_CAP)  # whole GiB, so that two descriptions say the same


def free_bytes(server: Server, folder: str) -> int:
    """Free space on the file system of a folder, in bytes."""
    result = server.root.run(["df", "-B1", "--output=avail", folder]).must(
        f"Reading free space on {server.host.name}"
    )
    return int(result.text.split()[-1])


def apply(sides: Sides, server: Server) -> None:
    """Make the changes. Restarts PostgreSQL only where the move's operator allowed that for this server."""
    changes = needed(sides, server)
    restart = [change for change in changes if change.restart]
    if restart and server.host.name not in sides.ctx.move.confirmed:
        raise RefusedError(
            f"PostgreSQL on {server.host.name} must be restarted once for {', '.join(c.name for c in restart)}",
            f'allow it with --confirm={server.host.name}, or set move.method to "dump" to copy inside the freeze',
        )
    for change in changes:
        sides.note(server, "setting", change.name, old=_configured(server, change.name), new=change.value)
        note = sides.noted(server, "setting", change.name)
        value = (note.new if note else None) or change.value
        server.do(f"ALTER SYSTEM SET {change.name} = {literal(value)};")
    if changes:
        server.do("SELECT pg_reload_conf();")
    if restart:
        restart_server(server)
    left = [change.name for change in needed(sides, server) if change.restart]
    if left:
        raise RefusedError(
            f"PostgreSQL on {server.host.name} still runs with its old {', '.join(left)}",
            "see what else sets it (its command line, a later line of postgresql.conf) and run again",
        )


def restore(sides: Sides, server: Server) -> None:
    """Put every noted setting back. What needs a restart takes effect at the server's next one.

    Another move's slot on the same server still needs `wal_level`; then it stays, and stays noted, until that
    move's own `clean` has run and this one is repeated.
    """
    notes = sides.notes(server, "setting")
    if not notes:
        return
    busy = server.value("SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'")
    for note in notes:
        if busy and note.name != "max_slot_wal_keep_size":
            continue
        if _configured(server, note.name) == note.new:
            value = "DEFAULT" if note.old is None else literal(note.old)
            server.do(f"ALTER SYSTEM SET {note.name} = {value};")
        sides.ctx.forget(note)
    server.do("SELECT pg_reload_conf();")


def changed(sides: Sides, server: Server) -> list[str]:
    """The noted settings that are still set as we set them."""
    return [n.name for n in sides.notes(server, "setting") if _configured(server, n.name) == n.new]


def restart_server(server: Server) -> None:
    """Restart PostgreSQL through the unit that runs it, and wait until it answers."""
    server.run(
        f"""set -eu
        pid=$(head -n 1 {shlex.quote(str(server.facts["data"]))}/postmaster.pid)
        unit=$(grep -o '[^/]*\\.service' "/proc/$pid/cgroup" | head -n 1)
        [ -n "$unit" ] || {{ echo "no systemd unit runs PostgreSQL here" >&2; exit 1; }}
        systemctl restart "$unit" """,
        timeout=RESTART_SECONDS,
    ).must(f"Restarting PostgreSQL on {server.host.name}")
    deadline = time.monotonic() + RESTART_SECONDS
    while not server.root.run([f"{server.bin}/pg_isready", "-q", "-p", str(server.port)]).ok:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"PostgreSQL on {server.host.name} did not come back after its restart", "see its log there"
            )
        time.sleep(0.2)


def _configured(server: Server, name: str) -> str | None:
    """What ALTER SYSTEM has set for it, None where it has set nothing."""
    rows = server.rows(
        f"""SELECT setting FROM pg_file_settings
            WHERE name = {literal(name)} AND sourcefile LIKE '%/postgresql.auto.conf'"""
    )
    return str(rows[-1]["setting"]) if rows else None
