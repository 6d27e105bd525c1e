"""How one server reaches the other: two roles on the publisher, lines in its pg_hba.conf, a subscriber's password file.

The role of the flow may replicate and nothing else. The role of the copy reads everything, so it is a superuser;
it may come from one address and exists only while something is copied.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from estate.errors import RefusedError
from migration.postgres.psql import Server
from migration.postgres.scram import new_password, verifier
from migration.postgres.sides import Flow, Sides
from migration.postgres.sql import conninfo, hba_name, ident, literal


def address_of(sides: Sides, server: Server) -> str:
    """The address by which the other side reaches this one: set as `SIDE_address`, or the one in the hosts file."""
    given = sides.setting(f"{server.side}_address", server.host.address)
    found = sides.other(server).root.run(["getent", "ahosts", str(given)])
    if not found.ok:
        raise RefusedError(
            f"{sides.other(server).host.name} cannot resolve {given}, the address of {server.host.name}",
            f"set {server.side}_address to one that it can",
        )
    return found.text.split()[0]


def comes_from(sides: Sides, server: Server) -> str:
    """The address that this server shows to the other side, as its own routes say."""
    result = server.root.run(["ip", "-o", "route", "get", address_of(sides, sides.other(server))])
    words = result.must(f"Reading the routes of {server.host.name}").text.split()
    if "src" not in words:
        raise RefusedError(
            f"{server.host.name} has no route to {sides.other(server).host.name}", "connect their networks first"
        )
    return words[words.index("src") + 1]


def method(server: Server) -> str:
    """The password check that the server knows."""
    return "scram-sha-256" if server.major >= 10 else "md5"


def lines(sides: Sides, flow: Flow) -> str:
    """The lines of pg_hba.conf by which the subscriber gets in, and nobody else by these roles."""
    publisher = flow.publisher
    kind = "hostssl" if publisher.facts["tls"] else "host"
    come = comes_from(sides, flow.subscriber)
    width = 128 if ":" in come else 32
    return "".join(
        f"{kind} {hba_name(sides.database)} {role} {come}/{width} {method(publisher)}\n"
        for role in (sides.names.role, sides.names.copy_role)
    )


def to_publisher(sides: Sides, flow: Flow, role: str) -> str:
    """The connection string from the subscriber's host to the publisher; the password is in the file it names.

    A publisher that disappears is noticed within 50 seconds: by keepalives where the connection is quiet, else by what
    it does not acknowledge. By the system's defaults the first takes two hours, the second a quarter of an hour.
    """
    # libpq knows the last of these since 12; an older one refuses what it does not know.
    unacknowledged = {"tcp_user_timeout": 50_000} if flow.subscriber.major >= 12 else {}
    return conninfo(
        host=address_of(sides, flow.publisher),
        port=flow.publisher.port,
        dbname=sides.database,
        user=role,
        passfile=pgpass(sides),
        sslmode="require" if flow.publisher.facts["tls"] else "prefer",
        application_name=sides.names.tag,
        connect_timeout=10,
        keepalives_idle=20,
        keepalives_interval=10,
        keepalives_count=3,
        **unacknowledged,
    )


def pgpass(sides: Sides) -> str:
    """The password file, on the host that connects."""
    return f"{sides.names.work}/pgpass"


def allow(sides: Sides, flow: Flow) -> None:
    """Let the subscriber in with the role of the flow, and show that it gets in. Safe to repeat.

    Both hosts have the move's files already. Raises `RefusedError` where it cannot log in.
    """
    publisher, mark = flow.publisher, f"{sides.names.tag} access"
    sides.note(publisher, "pg_hba", mark)
    publisher.run(
        f"""set -eu
        cd {sides.names.gate}
        sh ./hba.sh put {shlex.quote(str(publisher.facts["hba"]))} {shlex.quote(mark)}""",
        lines(sides, flow).encode(),
    ).must(f"Changing pg_hba.conf on {publisher.host.name}")
    publisher.do("SELECT pg_reload_conf();")
    sides.note(publisher, "role", sides.names.role)
    if not _enters(sides, flow, sides.names.role):
        _give(sides, flow, sides.names.role, "LOGIN REPLICATION NOINHERIT")
        _must_enter(sides, flow, sides.names.role)


@contextmanager
def copying(sides: Sides, flow: Flow) -> Iterator[str]:
    """The connection string of a role that reads everything; the role is gone afterwards."""
    begin_copy(sides, flow)
    try:
        yield to_publisher(sides, flow, sides.names.copy_role)
    finally:
        end_copy(sides, flow.publisher)


def begin_copy(sides: Sides, flow: Flow) -> None:
    """Make the role of the copy, or find that it is there and works."""
    role = sides.names.copy_role
    sides.note(flow.publisher, "role", role)
    if not _enters(sides, flow, role):
        _give(sides, flow, role, "LOGIN SUPERUSER")
        _must_enter(sides, flow, role)


def end_copy(sides: Sides, publisher: Server) -> None:
    """Take the role of the copy away, with its sessions."""
    drop_role(sides, publisher, sides.names.copy_role)


def drop_role(sides: Sides, server: Server, role: str) -> None:
    """End a role's sessions and drop it. Safe to repeat."""
    server.do(
        f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {literal(role)};
            SELECT format('REVOKE ALL ON DATABASE %I FROM %I', d.datname, r.rolname)
            FROM pg_database d, pg_roles r WHERE r.rolname = {literal(role)}
              AND EXISTS (SELECT FROM aclexplode(d.datacl) a WHERE a.grantee = r.oid) \\gexec
            DROP ROLE IF EXISTS {ident(role)};"""
    )
    sides.forget(server, "role", role)


def disallow(sides: Sides, publisher: Server) -> None:
    """Take away both roles and the lines of pg_hba.conf."""
    for role in (sides.names.copy_role, sides.names.role):
        drop_role(sides, publisher, role)
    mark = f"{sides.names.tag} access"
    hba = shlex.quote(str(publisher.facts["hba"]))
    publisher.run(
        f"""set -eu
        [ -d {sides.names.gate} ] || exit 0
        cd {sides.names.gate}
        sh ./hba.sh drop {hba} {shlex.quote(mark)}"""
    ).must(f"Restoring pg_hba.conf on {publisher.host.name}")
    publisher.do("SELECT pg_reload_conf();")
    sides.forget(publisher, "pg_hba", mark)


def _give(sides: Sides, flow: Flow, role: str, rights: str) -> None:
    """A fresh password: first into the subscriber's file, then, as a verifier, into the publisher's role."""
    password = new_password()
    subscriber, publisher = flow.subscriber, flow.publisher
    key = f"{address_of(sides, publisher).replace(':', chr(92) + ':')}:{publisher.port}:*:{role}:"
    subscriber.run(
        f"""set -eu
        umask 077
        touch {pgpass(sides)}
        {{ grep -vF {shlex.quote(f":{role}:")} {pgpass(sides)} || true; cat; }} > {pgpass(sides)}.new
        chown postgres: {pgpass(sides)}.new
        mv -f {pgpass(sides)}.new {pgpass(sides)}""",
        f"{key}{password}\n".encode(),
    ).must(f"Writing the password file on {subscriber.host.name}")
    stored = literal(verifier(password, role, publisher.major >= 10))
    publisher.do(
        f"""SET log_statement = 'none';
            SELECT 'CREATE ROLE {ident(role)}'
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(role)}) \\gexec
            ALTER ROLE {ident(role)} WITH {rights} PASSWORD {stored};
            SELECT format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, r.rolname) FROM pg_database d, pg_roles r
            WHERE d.datname = {literal(sides.database)} AND r.rolname = {literal(role)}
              AND NOT has_database_privilege(r.oid, d.oid, 'CONNECT') \\gexec"""
    )


def _enters(sides: Sides, flow: Flow, role: str) -> bool:
    mode = " replication='database'" if role == sides.names.role else ""
    tried = flow.subscriber.root.run(
        [
            *("runuser", "-u", "postgres", "--", "psql", "-X", "-w", "-A", "-t", "-q", "-d"),
            *(to_publisher(sides, flow, role) + mode, "-c", "SELECT 1"),
        ],
        timeout=30,
    )
    return tried.ok


def _must_enter(sides: Sides, flow: Flow, role: str) -> None:
    if not _enters(sides, flow, role):
        raise RefusedError(
            f"PostgreSQL on {flow.subscriber.host.name} cannot log in to {flow.publisher.host.name} as {role}",
            f"see the log of PostgreSQL on {flow.publisher.host.name}; a firewall may stand between them",
        )
