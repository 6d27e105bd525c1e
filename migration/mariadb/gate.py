"""The freeze: accounts locked under a deadline that the host itself keeps, every session killed, the stillness proved."""

import base64
import re
import shlex
import time
from dataclasses import dataclass
from importlib.resources import files

from estate.errors import DecantError, RefusedError
from migration.mariadb import accounts
from migration.mariadb.server import Server
from migration.mariadb.sides import Sides
from migration.mariadb.sql import literal, literals

CLOSE_SECONDS = 10.0
"""How long sessions may take to end before the freeze is given up."""
CALM_LOOKS = 2
PAUSE_SECONDS = 0.1
EXIT_REFUSED = 4
_HARMLESS = re.compile(r"^(BEGIN|COMMIT|ROLLBACK|XA|SAVEPOINT)")


@dataclass(frozen=True)
class State:
    """What the gate says: `open`, `armed`, `held`, `shut`, `lapsed`, `retired`, or `none` where there is no gate."""

    word: str
    epoch: int
    seconds_left: int

    @property
    def closed(self) -> bool:
        """Whether applications are kept out."""
        return self.word in ("armed", "held", "shut") and (self.word != "armed" or self.seconds_left > 0)


def put(contents: dict[str, str]) -> str:
    """A script that writes files into the folder it runs in, each whole or not at all."""
    return "\n".join(
        f"echo {base64.b64encode(content.encode()).decode()} | base64 -d > {name}.new && mv -f {name}.new {name}"
        for name, content in contents.items()
    )


def text(name: str) -> str:
    """One of the scripts that run on a host."""
    return (files("migration.mariadb") / "host" / name).read_text("utf-8")


def install(sides: Sides, server: Server) -> None:
    """Make the move's folder and put the gate into it. Safe to repeat."""
    names = sides.names
    sides.note(server, "directory", names.folder)
    contents = {"gate.sh": text("gate.sh"), "gate.conf": f"TAG={shlex.quote(names.tag)}\n"}
    server.run(
        f"""set -eu
        umask 077
        mkdir -p {names.gate} {names.work}
        chmod 0711 {names.folder}
        cd {names.gate}
        {put(contents)}"""
    ).must(f"Making {names.folder} on {server.host.name}")


def status(sides: Sides, server: Server) -> State:
    """The gate's state, read without changing anything."""
    gate = f"{sides.names.gate}/gate.sh"
    result = server.root.run(["sh", "-c", f"[ ! -e {gate} ] || sh {gate} status"])
    words = result.must(f"Reading the gate on {server.host.name}").text.split()
    return State(words[0], int(words[1]), int(words[2])) if words else State("none", 0, 0)


def freeze(sides: Sides, server: Server, deadline_seconds: float) -> None:
    """Close the gate of one side, end every session, and prove that nothing writes any more.

    Raises `RefusedError`, with the gate open again, where it cannot be proved. A gate that is held already stays so.
    """
    if server.rows("XA RECOVER"):
        raise RefusedError(
            f"MariaDB on {server.host.name} has prepared XA transactions, which a freeze cannot end",
            "commit them or roll them back (XA RECOVER), and run again",
        )
    epoch = sides.ctx.move.epoch
    held = status(sides, server).word == "held"
    sides.note(server, "unit", sides.names.thaw_unit(epoch))
    sides.note(server, "gate", f"accounts and events of {sides.database}")
    found = [one.sql for one in accounts.own(server, sides.database) if not one.locked]
    _list(sides, server, found, accounts.events(server, sides.database))
    try:
        _gate(sides, server, f"arm {epoch} {int(deadline_seconds)}", f"close {epoch}")
        _end_sessions(sides, server)
        if not held:
            mark(sides, server)
    except DecantError:
        if not held:
            thaw(sides, server)
        raise


def shut(sides: Sides, server: Server, opened: list[str], runs: list[str], anew: bool = False) -> None:
    """Close a side that serves nobody yet; `opened` and `runs` are what shall be open once it opens."""
    sides.note(server, "gate", f"accounts and events of {sides.database}")
    _list(sides, server, opened, runs, anew)
    _gate(sides, server, "shut")


def _list(sides: Sides, server: Server, opened: list[str], runs: list[str], anew: bool = False) -> None:
    """Keep what was open beside the gate; what is listed already is the truth, unless it is to be `anew`."""
    wanted = {"accounts": opened, "events": runs}
    script = "\n".join(
        f"[ {int(not anew)} = 1 ] && [ -e {name} ] || {{ {put({name: ''.join(f'{one}{chr(10)}' for one in lines)})}; }}"
        for name, lines in wanted.items()
    )
    server.run(f"set -eu\numask 077\ncd {sides.names.gate}\n{script}").must(
        f"Preparing the gate on {server.host.name}"
    )


def relist(sides: Sides, server: Server, opened: list[str], runs: list[str]) -> None:
    """Say anew what shall be open once a closed side opens."""
    _list(sides, server, opened, runs, anew=True)


def listed(sides: Sides, server: Server, name: str) -> list[str]:
    """What a side's gate has listed as open before: `accounts` or `events`."""
    result = server.root.run(["sh", "-c", f"cat {sides.names.gate}/{name} 2>/dev/null || true"])
    return result.must(f"Reading the gate on {server.host.name}").text.splitlines()


def hold(sides: Sides, server: Server, least_seconds: float) -> None:
    """Take the deadline away for good, after one more proof that nobody got in."""
    require_closed(sides, server)
    prove(sides, server)
    _gate(sides, server, f"hold {sides.ctx.move.epoch} {int(least_seconds)}")
    _forget_units(sides, server)


def require_closed(sides: Sides, server: Server) -> None:
    """Raise `RefusedError` unless the gate is closed, its deadline not lapsed, and nobody inside."""
    if not status(sides, server).closed:
        raise RefusedError(
            f"{sides.database} on {server.host.name} is open to its applications again (the freeze has lapsed)",
            "freeze it once more: run the command again",
        )
    open_again = [one.label for one in accounts.own(server, sides.database) if not one.locked]
    inside = [*sessions(sides, server).values(), *(f"{label} is not locked" for label in open_again)]
    if inside:
        raise RefusedError(
            f"{sides.database} on {server.host.name} can be written to though it is frozen ({', '.join(inside[:5])})",
            "end what opened it there, and freeze it once more",
        )


def thaw(sides: Sides, server: Server) -> None:
    """Open the gate, whatever was before. Safe to repeat."""
    if status(sides, server).word != "none":
        _gate(sides, server, "open")
    _forget(sides, server)


def retire(sides: Sides, server: Server) -> None:
    """Leave a side closed by the locks alone: it serves no more, and keeps its data."""
    if status(sides, server).word not in ("none", "open"):
        _gate(sides, server, "retire")
    _forget(sides, server)


def sessions(sides: Sides, server: Server) -> dict[int, str]:
    """Who is inside the database, or has an account for it, in words: everybody but Decant and replication."""
    ours = literals((sides.names.user, sides.names.copy_user, "system user", "event_scheduler"))
    users = literals(sorted({one.user for one in accounts.own(server, sides.database)}))
    rows = server.rows(
        f"""SELECT ID, USER, HOST FROM information_schema.PROCESSLIST
            WHERE ID <> CONNECTION_ID() AND USER NOT IN ({ours})
              AND (DB = {literal(sides.database)} OR USER IN ({users}))"""
    )
    return {int(r["ID"] or 0): f"session {r['ID']}, {r['USER']} from {str(r['HOST']).split(':')[0]}" for r in rows}


def mark(sides: Sides, server: Server) -> None:
    """Note where the binary log stands, from where on there must be nothing of this database."""
    file, position = server.position()
    server.run(f"cd {sides.names.gate} && echo '{file} {position}' >since.new && mv -f since.new since").must(
        f"Marking the log of {server.host.name}"
    )


def prove(sides: Sides, server: Server) -> None:
    """Raise `RefusedError` where the binary log tells of a write into the database since the freeze, whoever made it."""
    result = server.root.run(["sh", "-c", f"cat {sides.names.gate}/since 2>/dev/null || true"])
    words = result.must(f"Reading the gate on {server.host.name}").text.split()
    if len(words) != 2:
        raise RefusedError(f"{sides.database} on {server.host.name} was not frozen", "run the command again")
    file, position = words[0], int(words[1])
    logs = [str(row["Log_name"]) for row in server.rows("SHOW BINARY LOGS")]
    if file not in logs:
        raise RefusedError(
            f"the binary log of {server.host.name} since the freeze is gone, so nothing is known of writes",
            "freeze it once more: run the command again",
        )
    for log in logs[logs.index(file) :]:
        start = f" FROM {position}" if log == file else ""
        for row in server.rows(f"SHOW BINLOG EVENTS IN {literal(log)}{start}"):
            if _writes(str(row["Event_type"]), str(row["Info"] or ""), sides.database):
                raise RefusedError(
                    f"{sides.database} on {server.host.name} was written to after its freeze "
                    f"({row['Event_type']} at {log} {row['Pos']})",
                    "see who did that (an administrator's session), and freeze it once more",
                )


def _writes(kind: str, info: str, database: str) -> bool:
    if kind == "Table_map":
        return f"({database}." in info
    if kind != "Query" or _HARMLESS.match(info):
        return False
    return re.search(rf"(?<![\w$]){re.escape(database)}(?![\w$])", info) is not None


def _end_sessions(sides: Sides, server: Server) -> None:
    """Kill until nobody is left at two looks in a row; give up after `CLOSE_SECONDS`."""
    deadline = time.monotonic() + float(sides.setting("close_seconds", CLOSE_SECONDS))
    calm = 0
    while calm < CALM_LOOKS:
        inside = sessions(sides, server)
        calm = 0 if inside else calm + 1
        if inside:
            # One that has ended meanwhile is an error of its own: each by itself, so that none stops the others.
            server.run(
                "mariadb --force --batch --protocol=socket 2>/dev/null || true",
                "".join(f"KILL CONNECTION {number};\n" for number in inside).encode(),
            )
            if time.monotonic() > deadline:
                raise RefusedError(
                    f"sessions come back to {sides.database} on {server.host.name} or do not end "
                    f"({', '.join(list(inside.values())[:5])})",
                    "stop what opens them there, and run again; it serves as before",
                )
        if calm < CALM_LOOKS:
            time.sleep(PAUSE_SECONDS)


def _gate(sides: Sides, server: Server, *commands: str) -> None:
    steps = " && ".join(f"sh {sides.names.gate}/gate.sh {command}" for command in commands)
    result = server.run(steps, timeout=120)
    if result.status == EXIT_REFUSED:
        said = result.stderr.decode("utf-8", "replace").strip().removeprefix("gate: ")
        raise RefusedError(
            f"The gate of {sides.database} on {server.host.name} refused: {said}", "run the command again"
        )
    result.must(f"Working the gate of {sides.database} on {server.host.name}")


def _forget_units(sides: Sides, server: Server) -> None:
    for note in sides.notes(server, "unit"):
        if note.name.startswith(f"{sides.names.tag}_thaw_"):
            sides.ctx.forget(note)


def _forget(sides: Sides, server: Server) -> None:
    _forget_units(sides, server)
    sides.forget(server, "gate")
