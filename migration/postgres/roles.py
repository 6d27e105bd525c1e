"""The roles that a database needs on its new server: with their passwords, which go from server to server unseen."""

import secrets
import shlex

from migration.postgres import access
from migration.postgres.psql import Server
from migration.postgres.sides import Sides
from migration.postgres.sql import conninfo, ident, literal, literals

LIST_SETTINGS = (
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
)
"""Settings that PostgreSQL keeps as a list already quoted (GUC_LIST_QUOTE; as in pg_dump's dumputils.c)."""

_OF_DATABASE = """
    WITH RECURSIVE named AS (
        SELECT s.refobjid AS oid FROM pg_shdepend s, pg_database d
        WHERE d.datname = {database} AND s.refclassid = 'pg_authid'::regclass
          AND (s.dbid = d.oid OR s.classid = 'pg_database'::regclass AND s.objid = d.oid)
        UNION SELECT datdba FROM pg_database WHERE datname = {database}
        UNION SELECT setrole FROM pg_db_role_setting s, pg_database d
              WHERE s.setdatabase = d.oid AND d.datname = {database} AND setrole <> 0
    ), related AS (
        SELECT oid FROM named
        UNION SELECT CASE WHEN m.member = r.oid THEN m.roleid ELSE m.member END
              FROM related r JOIN pg_auth_members m ON r.oid IN (m.member, m.roleid) AND r.oid >= 16384
    )
    SELECT a.rolname AS name FROM pg_authid a JOIN related USING (oid)
    WHERE a.oid >= 16384 AND a.rolname !~ '^decant_' ORDER BY 1"""
_RIGHTS = {
    "superuser": "rolsuper", "inherits": "rolinherit", "makes roles": "rolcreaterole", "makes databases": "rolcreatedb",
    "signs in": "rolcanlogin", "replicates": "rolreplication", "passes row security": "rolbypassrls",
    "most connections": "rolconnlimit", "valid until": "extract(epoch FROM rolvaliduntil)",
    "member of": """(SELECT string_agg(pg_get_userbyid(m.roleid), ', ' ORDER BY pg_get_userbyid(m.roleid) COLLATE "C")
                     FROM pg_auth_members m WHERE m.member = a.oid)""",
    "password": "md5({nonce} || coalesce(rolpassword, ''))",
}  # fmt: skip
"""What a role may, by the words for it. Passwords are compared by salted hashes of their hashes, which are in no log."""


def needed(sides: Sides) -> list[str]:
    """Every role that owns something, holds a privilege or has a setting in the database, with all related by membership."""
    sql = _OF_DATABASE.format(database=literal(sides.database))
    return [row["name"] for row in sides.source.rows(sql)]


def missing(sides: Sides) -> list[str]:
    """Those of them that the target does not have."""
    there = {row["rolname"] for row in sides.target.rows("SELECT rolname FROM pg_roles")}
    return [name for name in needed(sides) if name not in there]


def differing(sides: Sides) -> dict[str, list[str]]:
    """Of the roles that are on both sides and that no move of ours is making, what is not alike, in words."""
    names = needed(sides)
    if not names:
        return {}
    nonce = literal(secrets.token_hex(16))
    columns = ", ".join(f'{sql.replace("{nonce}", nonce)} AS "{word}"' for word, sql in _RIGHTS.items())
    sql = f"SELECT rolname AS name, {columns} FROM pg_authid a WHERE rolname IN ({literals(names)})"
    here, there = ({row["name"]: row for row in server.rows(sql)} for server in (sides.source, sides.target))
    ours = {note.name for note in sides.notes(sides.target, "application role")}
    found = {
        name: [word for word in _RIGHTS if there[name][word] != row[word]]
        for name, row in sorted(here.items())
        if name in there and name not in ours
    }
    return {name: words for name, words in found.items() if words}


def copy(sides: Sides) -> None:
    """Make on the target the roles that it lacks, with attributes, settings and memberships. Needs the copy's role.

    What is made is noted first. One psql on the target's host reads the statements from the source and another
    runs them there, so the password hashes pass through nothing of ours; neither server logs them.
    """
    wanted = missing(sides)
    for name in wanted:
        sides.note(sides.target, "application role", name)
    ours = [note.name for note in sides.notes(sides.target, "application role")]
    made = [name for name in needed(sides) if name in ours]
    if not made:
        return
    target = sides.target
    source = access.to_publisher(sides, sides.flow("forward"), sides.names.copy_role)
    local = conninfo(port=target.port, dbname="postgres")
    quiet = "-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate"
    target.run(
        f"""set -eu
        exec runuser -u postgres -- bash -c {
            shlex.quote(
                f"set -o pipefail; psql {quiet} {shlex.quote(source)} -f - | psql {quiet} {shlex.quote(local)} -f -"
            )
        }""",
        _statements(made).encode(),
    ).must(f"Copying roles to {target.host.name}")


def drop_made(sides: Sides) -> None:
    """Remove the roles that we made on the target (a cancelled move); one that something else uses by now stays."""
    target = sides.target
    for note in sides.notes(target, "application role"):
        used = target.rows(
            f"""SELECT 1 AS one FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
                WHERE s.refclassid = 'pg_authid'::regclass AND r.rolname = {literal(note.name)} LIMIT 1"""
        )
        if not used:
            target.do(f"DROP ROLE IF EXISTS {ident(note.name)};")
        sides.ctx.forget(note)


def keep_made(sides: Sides) -> None:
    """The roles are the target's own from now on."""
    sides.forget(sides.target, "application role")


def left(sides: Sides, server: Server) -> list[str]:
    """Roles of ours that are there."""
    ours = (sides.names.role, sides.names.copy_role)
    sql = f"SELECT rolname FROM pg_roles WHERE rolname IN ({literals(ours)})"
    return [row["rolname"] for row in server.rows(sql)]


def _statements(names: list[str]) -> str:
    """SQL for the source that prints SQL for the target, made to be run again over what is there."""
    chosen = f"rolname IN ({literals(names)})"
    value = f"CASE WHEN split_part(c, '=', 1) IN ({literals(LIST_SETTINGS)}) THEN v ELSE quote_literal(v) END"
    return f"""SET search_path = '';
        SET DateStyle = ISO;
        SELECT 'SET log_statement = ''none''; SET log_min_duration_statement = -1; SET log_min_error_statement = panic;';
        SELECT format('SELECT %L WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %L) \\gexec',
                      format('CREATE ROLE %I', rolname), rolname)
        FROM pg_authid WHERE {chosen} ORDER BY rolname;
        SELECT format('ALTER ROLE %I WITH ', rolname)
            || CASE WHEN rolsuper THEN 'SUPERUSER ' ELSE 'NOSUPERUSER ' END
            || CASE WHEN rolinherit THEN 'INHERIT ' ELSE 'NOINHERIT ' END
            || CASE WHEN rolcreaterole THEN 'CREATEROLE ' ELSE 'NOCREATEROLE ' END
            || CASE WHEN rolcreatedb THEN 'CREATEDB ' ELSE 'NOCREATEDB ' END
            || CASE WHEN rolcanlogin THEN 'LOGIN ' ELSE 'NOLOGIN ' END
            || CASE WHEN rolreplication THEN 'REPLICATION ' ELSE 'NOREPLICATION ' END
            || CASE WHEN rolbypassrls THEN 'BYPASSRLS ' ELSE 'NOBYPASSRLS ' END
            || format('CONNECTION LIMIT %s', rolconnlimit)
            || coalesce(' PASSWORD ' || quote_literal(rolpassword), '')
            || coalesce(' VALID UNTIL ' || quote_literal(rolvaliduntil::text), '') || ';'
        FROM pg_authid WHERE {chosen} ORDER BY rolname;
        SELECT format('ALTER ROLE %I SET %I TO %s;', rolname, split_part(c, '=', 1), {value})
        FROM pg_authid, unnest(coalesce((SELECT setconfig FROM pg_db_role_setting
             WHERE setrole = pg_authid.oid AND setdatabase = 0), '{{}}')) AS c,
             LATERAL (SELECT substr(c, strpos(c, '=') + 1) AS v) AS tail
        WHERE {chosen} ORDER BY 1;
        SELECT format('GRANT %I TO %I%s;', g.rolname, m.rolname,
                      CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)
        FROM pg_auth_members a JOIN pg_authid g ON g.oid = a.roleid JOIN pg_authid m ON m.oid = a.member
        WHERE g.rolname IN ({literals(names)}) OR m.rolname IN ({literals(names)}) ORDER BY 1;
        SELECT format('COMMENT ON ROLE %I IS %L;', rolname, shobj_description(oid, 'pg_authid'))
        FROM pg_authid WHERE {chosen} AND shobj_description(oid, 'pg_authid') IS NOT NULL ORDER BY 1;
"""
