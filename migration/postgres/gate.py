"""The freeze: the gate closed under a deadline that the host itself keeps, every session ended, and the stillness proved."""

import json
import time
from dataclasses import dataclass
from typing import Any

from estate.errors import DecantError, RefusedError
from estate.transport.base import DEFAULT_TIMEOUT, quote
from migration.postgres import stillness
from migration.postgres.psql import LONG, MAINTENANCE, Server
from migration.postgres.sides import Sides, together
from migration.postgres.sql import literal, literals

CLOSE_SECONDS = 10.0
"""How long sessions may take to end before the freeze is given up."""
CALM_LOOKS = 2
PAUSE_SECONDS = 0.05
EXIT_REFUSED = 4
_THEN = "then"


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


def status(sides: Sides, server: Server) -> State:
    """The gate's state, read without changing anything."""
    gate = f"{sides.names.gate}/gate.sh"
    result = server.root.run(["sh", "-c", f"[ ! -e {gate} ] || sh {gate} status"])
    return _state(result.must(f"Reading the gate on {server.host.name}").text)


def _state(line: str) -> State:
    words = line.split()
    return State(words[0], int(words[1]), int(words[2])) if words else State("none", 0, 0)


def freeze(sides: Sides, server: Server, deadline_seconds: float) -> None:
    """Close the gate of one side, end every session, and prove that nothing writes any more.

    Raises `RefusedError`, with the gate open again, where it cannot be proved. A gate that is held already stays so.
    """
    # The other side's facts are wanted inside the freeze, and asked for before it.
    before, (state, _) = together(
        lambda: _look(sides, server), lambda: (status(sides, server), sides.other(server).facts)
    )
    _refuse_other_writers(sides, server, before)
    epoch = sides.ctx.move.epoch
    sides.note(server, "unit", sides.names.thaw_unit(epoch))
    sides.note(server, "privilege", f"CONNECT on {sides.database}", old=before["acl"], new="revoked")
    sides.note(server, "pg_hba", f"{sides.names.tag} gate")
    held = state.word == "held"
    try:
        _gate(sides, server, f"arm {epoch} {int(deadline_seconds)}", f"close {epoch}")
        _end_sessions(sides, server, mark=not held)
    except DecantError:
        if not held:
            thaw(sides, server)
        raise


def privileges(sides: Sides, server: Server) -> str | None:
    """Who may do what with the database, as PostgreSQL writes it; None where it has the defaults."""
    acl: str | None = _look(sides, server)["acl"]
    return acl


def shut(sides: Sides, server: Server, acl: str | None) -> None:
    """Close a side that serves nobody yet; `acl` is what the database shall have once it opens."""
    sides.note(server, "pg_hba", f"{sides.names.tag} gate")
    server.run(
        f"""set -eu
        cd {sides.names.gate}
        [ -e acl ] || {{ cat > acl.new; mv acl.new acl; }}""",
        f"{acl or ''}\n".encode(),
    ).must(f"Preparing the gate on {server.host.name}")
    _gate(sides, server, "shut")


def hold(sides: Sides, server: Server, least_seconds: float) -> None:
    """Take the deadline away for good, after one more proof that nobody got in."""
    stillness.prove(sides, server, require_closed(sides, server, stillness.asking(server))[0])
    _gate(sides, server, f"hold {sides.ctx.move.epoch} {int(least_seconds)}", mark=True)
    for note in sides.notes(server, "unit"):
        if note.name.startswith(f"{sides.names.tag}_thaw_"):
            sides.ctx.forget(note)


def require_closed(sides: Sides, server: Server, reading: str = "") -> list[Any]:
    """Raise `RefusedError` unless the gate is closed, its deadline not lapsed, and nobody inside.

    What a further `reading` of the database answers is given back: it is in the same session, which is no writer.
    """
    argv = server.argv(sides.database if reading else MAINTENANCE)
    asking = f"SELECT row_to_json(q) FROM ({_sessions(sides, server)}) q;\n\\echo {_THEN}\n{reading}"
    result = server.root.run(
        ["sh", "-c", f"sh {sides.names.gate}/gate.sh status </dev/null && exec {quote(argv)}"],
        asking.encode(),
        LONG if reading else DEFAULT_TIMEOUT,
    )
    lines = result.must(f"Looking at the gate of {sides.database} on {server.host.name}").text.splitlines()
    _refuse_open(sides, server, _state(lines[0]))
    end = lines.index(_THEN)
    inside = [_who(json.loads(line)) for line in lines[1:end]]
    if inside:
        raise RefusedError(
            f"{len(inside)} session(s) are inside {sides.database} on {server.host.name} though it is frozen "
            f"({', '.join(inside[:5])})",
            "end what opened them there, and freeze it once more",
        )
    return [json.loads(line) for line in lines[end + 1 :] if line]


def do_closed(sides: Sides, server: Server, sql: str) -> None:
    """Change something in the database, in one go with seeing that it is closed. Raises as `require_closed`."""
    run = f"""set -eu
        said=$(sh {sides.names.gate}/gate.sh status </dev/null)
        echo "$said"
        set -- $said
        case $1 in held | shut) ;; armed) [ "$3" -gt 0 ] || exit 0 ;; *) exit 0 ;; esac
        exec {quote(server.argv(sides.database))}"""
    result = server.run(run, sql.encode()).must(f"Changing {sides.database} on {server.host.name}")
    _refuse_open(sides, server, _state(result.text.splitlines()[0]))


def _refuse_open(sides: Sides, server: Server, state: State) -> None:
    if not state.closed:
        raise RefusedError(
            f"{sides.database} on {server.host.name} is open to its applications again (the freeze has lapsed)",
            "freeze it once more: run the command again",
        )


def thaw(sides: Sides, server: Server) -> None:
    """Open the gate, whatever was before. Safe to repeat."""
    unlock(sides, server)
    forget(sides, server)


def unlock(sides: Sides, server: Server) -> None:
    """Open the gate, and leave the notes of it to `forget`."""
    _gate(sides, server, "open", where_there=True)


def retire(sides: Sides, server: Server) -> None:
    """Leave a side closed by privilege alone: it serves no more, and keeps its data."""
    state = status(sides, server)
    if state.word not in ("none", "open"):
        _gate(sides, server, "retire")
    forget(sides, server)


def sessions(sides: Sides, server: Server) -> list[str]:
    """Who is inside the database, in words: everybody but Decant, streaming replication and vacuum."""
    return [_who(row) for row in server.rows(_sessions(sides, server))]


def _sessions(sides: Sides, server: Server) -> str:
    kind = _kind(server)
    return f"""SELECT a.pid, coalesce(a.usename::text, {kind}) AS role, coalesce(a.application_name, '') AS name
               FROM pg_stat_activity a
               WHERE a.datname = {literal(sides.database)} AND a.pid <> pg_backend_pid() AND {_foreign(sides, kind)}"""


def _who(row: dict[str, Any]) -> str:
    return f"process {row['pid']}, {row['role']}{' by ' + row['name'] if row['name'] else ''}"


def _kind(server: Server) -> str:
    return "a.backend_type" if server.major >= 10 else "'client backend'::text"


def _foreign(sides: Sides, kind: str) -> str:
    ours = literals((sides.names.role, sides.names.copy_role))
    flows = literals([sides.flow(direction).name for direction in ("forward", "back")])
    return f"""{kind} NOT IN ('autovacuum worker', 'parallel worker')
        AND coalesce(a.usename::text, '') NOT IN ({ours})
        AND a.pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE active_pid IS NOT NULL)
        AND a.pid NOT IN (SELECT pid FROM pg_stat_subscription WHERE pid IS NOT NULL AND subname IN ({flows}))"""


def _look(sides: Sides, server: Server) -> dict[str, Any]:
    """What a freeze must know first: privileges, and who writes without being a client's session."""
    flows = literals([sides.flow(direction).name for direction in ("forward", "back")])
    others = (
        f"""(SELECT min(subname::text) FROM pg_subscription s WHERE s.subdbid = d.oid AND subenabled
             AND subname NOT IN ({flows}))"""
        if server.major >= 10
        else "NULL"
    )
    return server.rows(
        f"""SELECT d.datacl::text AS acl, {others} AS subscription,
                   (SELECT count(*) FROM pg_prepared_xacts p WHERE p.database = d.datname) AS prepared
            FROM pg_database d WHERE d.datname = {literal(sides.database)}"""
    )[0]


def _refuse_other_writers(sides: Sides, server: Server, seen: dict[str, Any]) -> None:
    """What writes without a session of a client: prepared transactions, and subscriptions to elsewhere."""
    if seen["prepared"]:
        raise RefusedError(
            f"{sides.database} on {server.host.name} has {seen['prepared']} prepared transaction(s), "
            "which a freeze cannot end",
            "commit them or roll them back (pg_prepared_xacts), and run again",
        )
    if seen["subscription"]:
        raise RefusedError(
            f"subscription {seen['subscription']} writes into {sides.database} on {server.host.name}",
            "disable it (ALTER SUBSCRIPTION … DISABLE), and run again",
        )


def _end_sessions(sides: Sides, server: Server, mark: bool) -> None:
    """Terminate until nobody is left at two looks in a row; give up after `CLOSE_SECONDS`.

    All of it in one session on the host, which then marks the moment of the freeze: each way there has its price. The
    gate stops everybody but the server's own superuser: where such a session was ended, it may come back, and another
    look is taken.
    """
    deadline = time.monotonic() + float(sides.setting("close_seconds", CLOSE_SECONDS))
    inside = f"SELECT row_to_json(q) FROM ({_sessions(sides, server)}) q"
    able = f"{inside} JOIN pg_stat_activity a USING (pid) JOIN pg_roles r ON r.oid = a.usesysid WHERE r.rolsuper;"
    ending = f"SELECT pg_terminate_backend(q.pid) FROM ({_sessions(sides, server)}) q \\g /dev/null"
    looking = f"SELECT pg_sleep({PAUSE_SECONDS}) \\g /dev/null\n{inside};"
    script = "\n".join([able, ending, *[looking] * CALM_LOOKS, stillness.marking(server)])
    run = f"set -eu; said=$({quote(server.argv(sides.database))}); printf '%s\\n' \"$said\""
    if mark:
        run += f"""
        case $said in '{{'*) exit 0 ;; esac
        printf '%s\\n' "$said" > {sides.names.gate}/since.new
        mv -f {sides.names.gate}/since.new {sides.names.gate}/since"""
    while True:
        said = server.run(run, script.encode()).must(f"Ending sessions on {server.host.name}").text
        found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        if not found:
            return
        if time.monotonic() > deadline:
            raise RefusedError(
                f"sessions come back to {sides.database} on {server.host.name} or do not end "
                f"({', '.join(dict.fromkeys(map(_who, found[:5])))})",
                "stop what opens them there, and run again; it serves as before",
            )


def _gate(sides: Sides, server: Server, *commands: str, where_there: bool = False, mark: bool = False) -> None:
    """Work the gate; `where_there`: a gate that was never made is open already; `mark`: the moment, afterwards."""
    gate = f"{sides.names.gate}/gate.sh"
    steps = " && ".join(f"sh {gate} {command}" for command in commands)
    if where_there:
        steps = f"[ ! -e {gate} ] || {{ {steps}; }}"
    stdin = None
    if mark:
        steps, stdin = stillness.marking_after(sides, server, steps)
    result = server.run(steps, stdin, timeout=120)
    if result.status == EXIT_REFUSED:
        said = result.stderr.decode("utf-8", "replace").strip().removeprefix("gate: ")
        raise RefusedError(
            f"The gate of {sides.database} on {server.host.name} refused: {said}", "run the command again"
        )
    result.must(f"Working the gate of {sides.database} on {server.host.name}")


def forget(sides: Sides, server: Server) -> None:
    """Take back the notes of a gate that is open."""
    for note in sides.notes(server, "unit"):
        if note.name.startswith(f"{sides.names.tag}_thaw_"):
            sides.ctx.forget(note)
    sides.forget(server, "privilege")
    sides.forget(server, "pg_hba", f"{sides.names.tag} gate")
