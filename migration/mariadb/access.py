"""How one server reaches the other: an account on the publisher for the flow, and one for the copy while it lasts."""

import secrets
from dataclasses import dataclass

from estate.errors import RefusedError
from migration.mariadb.server import Server
from migration.mariadb.sides import Flow, Sides
from migration.mariadb.sql import account, ident, literal


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


@dataclass(frozen=True)
class Login:
    """How the subscriber gets in. The password is in no argument, no log and no note."""

    host: str
    port: str
    user: str
    password: str
    tls: bool

    @property
    def option_file(self) -> str:
        """As clients read it."""
        ssl = "ssl\nssl-verify-server-cert=0\n" if self.tls else "skip-ssl\n"
        return (
            f"[client]\nhost={self.host}\nport={self.port}\nuser={self.user}\npassword={self.password}\n"
            f"protocol=tcp\n{ssl}[mariadb]\nconnect-timeout=10\n"
        )


def allow(sides: Sides, flow: Flow) -> Login:
    """An account that may read the publisher's binary log, with a fresh password. Safe to repeat."""
    return _make(sides, flow, sides.names.user, "GRANT REPLICATION SLAVE ON *.* TO {};")


def begin_copy(sides: Sides, flow: Flow) -> Login:
    """An account that may read the database and hold it still for a moment. Safe to repeat."""
    database = ident(sides.database.replace("_", "\\_").replace("%", "\\%"))
    return _make(
        sides,
        flow,
        sides.names.copy_user,
        "GRANT RELOAD, PROCESS, BINLOG MONITOR ON *.* TO {};"
        f"GRANT SELECT, SHOW VIEW, TRIGGER, EXECUTE, LOCK TABLES ON {database}.* TO {{}};"
        "GRANT SELECT ON mysql.proc TO {};",
    )


def drop(sides: Sides, server: Server, user: str) -> None:
    """End an account's sessions and drop it. Safe to repeat."""
    for row in server.rows(f"SELECT ID FROM information_schema.PROCESSLIST WHERE USER = {literal(user)}"):
        server.run(f"mariadb -e 'KILL CONNECTION {int(row['ID'] or 0)}' 2>/dev/null || true")
    made = server.rows(f"SELECT User, Host FROM mysql.global_priv WHERE User = {literal(user)}")
    server.do("".join(f"DROP USER {account(str(m['User']), str(m['Host']))};\n" for m in made))
    sides.forget(server, "role", user)


def disallow(sides: Sides, server: Server) -> None:
    """Take away both accounts."""
    for user in (sides.names.copy_user, sides.names.user):
        drop(sides, server, user)


def _make(sides: Sides, flow: Flow, user: str, grants: str) -> Login:
    publisher = flow.publisher
    who = account(user, comes_from(sides, flow.subscriber))
    sides.note(publisher, "role", user)
    password = secrets.token_urlsafe(32)
    publisher.do(
        f"""CREATE USER IF NOT EXISTS {who} IDENTIFIED BY {literal(password)};
            ALTER USER {who} IDENTIFIED BY {literal(password)};
            {grants.replace("{}", who)}"""
    )
    return Login(address_of(sides, publisher), publisher.facts["port"], user, password, publisher.tls)
