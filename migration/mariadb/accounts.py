"""The accounts that use a database: locked while it is frozen, copied with their rights on it."""

from dataclasses import dataclass

from migration.mariadb.server import Server
from migration.mariadb.sides import Sides
from migration.mariadb.sql import account, ident, literal

_WRITES = 62
"""Bits of `access`: INSERT, UPDATE, DELETE, CREATE, DROP."""
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Account:
    """One account with rights that reach into the database."""

    user: str
    host: str
    here: bool
    """It has rights on this database by name."""
    elsewhere: bool
    """It has rights on others by name, or by a pattern that fits more than one."""
    writes_everywhere: bool
    locked: bool
    is_role: bool

    @property
    def sql(self) -> str:
        """As statements take it."""
        return account(self.user, self.host)

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.user}@{self.host}"

    @property
    def administers(self) -> bool:
        """It may write everywhere, from the server itself: a person's, whom no lock keeps out, but a log tells of."""
        return self.writes_everywhere and self.host in _LOCAL


def of(server: Server, database: str) -> list[Account]:
    """Every account that may write into the database, or has rights on it."""
    escaped = database.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    fits = f"{literal(database)} LIKE p.Db"
    rows = server.rows(
        f"""SELECT g.User, g.Host, COALESCE(SUM({fits}), 0) > 0 AS here,
                   COALESCE(SUM(NOT {fits} OR p.Db NOT IN ({literal(database)}, {literal(escaped)})), 0) > 0 AS elsewhere,
                   (COALESCE(JSON_VALUE(g.Priv, '$.access'), 0) & {_WRITES}) <> 0 AS everywhere,
                   COALESCE(JSON_VALUE(g.Priv, '$.account_locked'), 0) IN ('1', 'true') AS locked,
                   COALESCE(JSON_VALUE(g.Priv, '$.is_role'), 0) IN ('1', 'true') AS is_role
            FROM mysql.global_priv g LEFT JOIN (
                SELECT User, Host, Db FROM mysql.db UNION ALL SELECT User, Host, Db FROM mysql.tables_priv
                UNION ALL SELECT User, Host, Db FROM mysql.procs_priv) p ON p.User = g.User AND p.Host = g.Host
            WHERE g.User NOT LIKE 'decant\\_%' AND g.User NOT IN ('mariadb.sys', 'PUBLIC')
            GROUP BY g.User, g.Host, g.Priv HAVING here OR everywhere ORDER BY 1, 2"""
    )
    return [
        Account(
            str(row["User"] or ""),
            str(row["Host"] or ""),
            *(row[name] == "1" for name in ("here", "elsewhere", "everywhere", "locked", "is_role")),
        )
        for row in rows
    ]


def own(server: Server, database: str) -> list[Account]:
    """Those that are for this database alone: they are locked and copied."""
    return [one for one in of(server, database) if one.here and not one.is_role and not one.writes_everywhere]


def grants(server: Server, one: Account) -> list[str]:
    """What the account may do, as statements, without its password."""
    found = [str(next(iter(row.values()))) for row in server.rows(f"SHOW GRANTS FOR {one.sql}")]
    return [line.split(" IDENTIFIED BY ")[0] for line in found]


def made_by(server: Server, one: Account) -> str:
    """The statement that makes the account, with its stored password."""
    return str(server.value(f"SHOW CREATE USER {one.sql}")).removesuffix(" ACCOUNT LOCK")


def differing(sides: Sides) -> list[str]:
    """Accounts that are on the target already and are not the same there, in words."""
    noted = {note.name for note in sides.notes(sides.target, "account")}
    there = {
        (str(row["User"] or ""), str(row["Host"] or ""))
        for row in sides.target.rows("SELECT User, Host FROM mysql.global_priv")
    }
    found = []
    for one in own(sides.source, sides.database):
        if one.label in noted or (one.user, one.host) not in there:
            continue
        if made_by(sides.source, one) != made_by(sides.target, one):
            found.append(f"{one.label} (password or limits)")
        elif set(grants(sides.target, one)) - set(grants(sides.source, one)):
            found.append(f"{one.label} (rights that it has not on {sides.source.host.name})")
    return found


def missing(sides: Sides) -> list[str]:
    """Accounts that the move will make on the target."""
    there = {
        (str(row["User"] or ""), str(row["Host"] or ""))
        for row in sides.target.rows("SELECT User, Host FROM mysql.global_priv")
    }
    return [one.label for one in own(sides.source, sides.database) if (one.user, one.host) not in there]


def copy(sides: Sides) -> list[str]:
    """Make the accounts on the target, locked, with their rights on the database; gives them as statements take them."""
    lines, unlocked = ["SET SESSION sql_mode='';"], []
    new = set(missing(sides))
    for one in own(sides.source, sides.database):
        if one.label in new:
            sides.note(sides.target, "account", one.label, old="none", new=one.sql)
        lines.append(
            f"{made_by(sides.source, one).replace('CREATE USER ', 'CREATE USER IF NOT EXISTS ', 1)} ACCOUNT LOCK;"
        )
        lines.append(f"ALTER USER {one.sql} ACCOUNT LOCK;")
        lines += [f"{line};" for line in grants(sides.source, one)]
        if not one.locked:
            unlocked.append(one.sql)
    sides.target.do("\n".join(lines))
    return unlocked


def drop_made(sides: Sides) -> None:
    """Remove from the target the accounts that this move made."""
    for note in sides.notes(sides.target, "account"):
        sides.target.do(f"DROP USER IF EXISTS {note.new};")
        sides.ctx.forget(note)


def keep_made(sides: Sides) -> None:
    """They are the target's own from now on."""
    sides.forget(sides.target, "account")


def events(server: Server, database: str) -> list[str]:
    """The events of the database that run, as statements take them."""
    rows = server.rows(
        f"""SELECT EVENT_NAME AS name FROM information_schema.EVENTS
            WHERE EVENT_SCHEMA = {literal(database)} AND STATUS = 'ENABLED' ORDER BY 1"""
    )
    return [f"{ident(database)}.{ident(str(row['name']))}" for row in rows]
