"""Settings that replication needs, in a file of Decant's own beside the server's: taken away again by `restore`."""

import base64
import time
from dataclasses import dataclass

from estate.errors import RefusedError
from migration.mariadb.server import Server
from migration.mariadb.sides import Sides
from migration.mariadb.sql import literal, wild

RESTART_SECONDS = 90.0
_FOLDERS = ("/etc/mysql/mariadb.conf.d", "/etc/my.cnf.d")


@dataclass(frozen=True)
class Change:
    """One setting to change. `restart`: it takes effect when MariaDB starts again."""

    name: str
    value: str
    old: str
    restart: bool
    why: str


def needed(sides: Sides, server: Server) -> list[Change]:
    """What has to change on one server, read from how it runs now; empty where all is as it must be."""
    running = {
        name: str(value)
        for name, value in server.rows(
            """SELECT @@global.log_bin AS log_bin, @@global.binlog_format AS binlog_format,
                      @@global.binlog_row_image AS binlog_row_image, @@global.server_id AS server_id"""
        )[0].items()
    }
    found = []
    if running["log_bin"] != "1":
        found.append(Change("log_bin", "mariadb-bin", "OFF", True, "so that changes can be followed"))
    # A session keeps the format that it began with, so only a restart makes sure of it.
    if running["binlog_format"] != "ROW":
        found.append(
            Change("binlog_format", "ROW", running["binlog_format"], True, "so that rows flow as they are")
        )
    if running["binlog_row_image"] != "FULL":
        found.append(
            Change("binlog_row_image", "FULL", running["binlog_row_image"], True, "so that no column is left out")
        )
    if server is sides.target and running["server_id"] == sides.source.variable("server_id"):
        found.append(
            Change(
                "server_id", str(sides.names.server_id), running["server_id"], False, "both sides have the same"
            )
        )
    return found


def file_of(sides: Sides, server: Server) -> str:
    """Where the settings are written; read last of its folder."""
    script = f"for d in {' '.join(_FOLDERS)}; do [ ! -d $d ] || {{ echo $d; break; }}; done"
    folder = server.root.run(["sh", "-c", script]).text.strip()
    if not folder:
        raise RefusedError(
            f"MariaDB on {server.host.name} reads its settings from neither of {', '.join(_FOLDERS)}",
            "make one of these folders, with an !includedir for it in my.cnf",
        )
    return f"{folder}/zz-{sides.names.tag}.cnf"


def allowed(sides: Sides, server: Server) -> None:
    """Raise `RefusedError` where MariaDB would have to be restarted, and the move's operator did not allow it."""
    restart = [change for change in needed(sides, server) if change.restart]
    if restart and server.host.name not in sides.ctx.move.confirmed:
        raise RefusedError(
            f"MariaDB on {server.host.name} must be restarted once for {', '.join(c.name for c in restart)}",
            f"allow it with --confirm={server.host.name}",
        )


def apply(sides: Sides, server: Server) -> None:
    """Make the changes, for which `allowed` has given leave. Safe to repeat."""
    allowed(sides, server)
    changes = needed(sides, server)
    path = file_of(sides, server)
    sides.note(server, "file", path)
    for change in changes:
        sides.note(server, "setting", change.name, old=change.old, new=change.value)
    flow = sides.flow("forward" if server is sides.target else "back")
    # What runs so already may do that only until the next restart, as after an earlier move: it is written all the same.
    kept = {
        "log_bin": server.value("SELECT @@global.log_bin_basename"),
        "binlog_format": "ROW",
        "binlog_row_image": "FULL",
    }
    wanted = {name: value for name, value in kept.items() if value}
    wanted |= {note.name: str(note.new) for note in sides.notes(server, "setting") if note.name not in wanted}
    lines = [f"{name} = {value}" for name, value in wanted.items()]
    pattern = wild(sides.database).replace("\\", "\\\\")
    lines += [
        f"{flow.name}.replicate_do_db = {sides.database}",
        f"{flow.name}.replicate_wild_do_table = {pattern}",
    ]
    content = base64.b64encode(("[mysqld]\n" + "\n".join(lines) + "\n").encode()).decode()
    server.run(f"umask 022; echo {content} | base64 -d > {path}.new && mv -f {path}.new {path}").must(
        f"Writing {path} on {server.host.name}"
    )
    for change in changes:
        if not change.restart:
            server.do(f"SET GLOBAL {change.name} = {change.value};")
    if any(change.restart for change in changes):
        restart_server(server)
    left = [change.name for change in needed(sides, server)]
    if left:
        raise RefusedError(
            f"MariaDB on {server.host.name} still runs with its old {', '.join(left)}",
            "see what else sets it (its command line, a later file of settings) and run again",
        )


def restore(sides: Sides, server: Server) -> None:
    """Take the file away, and put back what can be without a restart. The rest is back at the server's next one.

    While another move of Decant uses this server, the file stays, and stays noted, until that has ended.
    """
    others = server.number(
        f"""SELECT COUNT(*) FROM mysql.global_priv
            WHERE User LIKE 'decant\\_%' AND User NOT IN ({literal(sides.names.user)}, {literal(sides.names.copy_user)})"""
    )
    notes = sides.notes(server, "setting")
    if notes and others:
        return
    for note in notes:
        if note.name in ("server_id", "binlog_format", "binlog_row_image") and note.old:
            current = server.variable(note.name)
            if current == note.new:
                server.do(f"SET GLOBAL {note.name} = {literal(note.old) if not note.old.isdigit() else note.old};")
        sides.ctx.forget(note)
    path = file_of(sides, server)
    server.run(f"rm -f {path}").must(f"Removing {path} on {server.host.name}")
    sides.forget(server, "file", path)


def restart_server(server: Server) -> None:
    """Restart MariaDB through the unit that runs it, and wait until it answers."""
    pid_file = server.value("SELECT IF(@@pid_file LIKE '/%', @@pid_file, CONCAT(@@datadir, @@pid_file))")
    server.run(
        f"""set -eu
        pid=$(cat '{pid_file}')
        unit=$(grep -o '[^/]*\\.service' "/proc/$pid/cgroup" | head -n 1)
        [ -n "$unit" ] || {{ echo "no systemd unit runs MariaDB here" >&2; exit 1; }}
        systemctl restart "$unit" """,
        timeout=RESTART_SECONDS,
    ).must(f"Restarting MariaDB on {server.host.name}")
    deadline = time.monotonic() + RESTART_SECONDS
    while not server.root.run([*server.argv(), "-e", "SELECT 1"]).ok:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"MariaDB on {server.host.name} did not come back after its restart", "see its log there"
            )
        time.sleep(0.2)


def free_bytes(server: Server) -> int:
    """Free space on the file system of the server's data, in bytes."""
    result = server.root.run(["df", "-B1", "--output=avail", server.facts["data"]])
    return int(result.must(f"Reading free space on {server.host.name}").text.split()[-1])
