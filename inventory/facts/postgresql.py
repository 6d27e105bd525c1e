"""Fact `postgresql`: servers on the host, their databases, roles and settings."""

import shlex
from typing import Any

from estate.records.facts.postgresql import (
    PostgresCluster,
    PostgresDatabase,
    Postgresql,
    PostgresReplica,
    PostgresRole,
    PostgresSlot,
)
from estate.redact import redact
from inventory.facts._json import loads
from inventory.facts.base import Fact, Reading, Section, absent, denied, failed, known, unreadable

_SETTINGS = (
    *("wal_level", "max_replication_slots", "max_wal_senders", "max_logical_replication_workers"),
    *("listen_addresses", "port", "ssl", "ssl_min_protocol_version", "password_encryption"),
    *("log_connections", "log_disconnections", "log_destination", "logging_collector"),
    *("shared_preload_libraries", "data_directory", "max_connections", "shared_buffers", "server_encoding"),
    *("TimeZone", "lc_collate", "archive_mode"),
)

# Each query gives one line of JSON a row, so that no name can pretend to be another column.
_SERVER = f"""
select 'cluster ' || row_to_json(x) from (select current_setting('server_version') as version,
  current_setting('port') as port, pg_is_in_recovery() as standby) x;
select 'setting ' || row_to_json(x) from (select name, setting || coalesce('', '') as setting from pg_settings
  where name in ({", ".join(f"'{name}'" for name in _SETTINGS)})) x;
select 'database ' || row_to_json(x) from (select d.datname as name, pg_get_userbyid(d.datdba) as owner,
  pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collation, d.datistemplate as template,
  d.datallowconn as connects, case when has_database_privilege(d.datname, 'connect')
  then pg_database_size(d.oid) end as bytes from pg_database d order by 1) x;
select 'role ' || row_to_json(x) from (select rolname as name, rolcanlogin as login, rolsuper as superuser,
  rolreplication as replication, rolcreaterole as create_role from pg_roles where rolname !~ '^pg_' order by 1) x;
select 'hba ' || row_to_json(x) from (select type, database, user_name, address, netmask, auth_method as method
  from pg_hba_file_rules where error is null order by line_number) x;
select 'slot ' || row_to_json(x) from (select slot_name as name, slot_type as type, database, plugin, active
  from pg_replication_slots order by 1) x;
select 'replica ' || row_to_json(x) from (select application_name as name, host(client_addr) as address,
  coalesce(state, '') as state, coalesce(sync_state, '') as sync from pg_stat_replication order by 1, 2, pid) x;
select 'primary ' || row_to_json(x) from (select sender_host as host, sender_port as port from pg_stat_wal_receiver
  where sender_host is not null) x;
select 'subscription ' || row_to_json(x) from (select d.datname as database, s.subname as name
  from pg_subscription s join pg_database d on d.oid = s.subdbid order by 1, 2) x;
"""  # noqa: S608 - made of our own constants alone
# Names that could end a psql command early are left alone: what is inside such a database stays unknown.
_EACH = """select '\\connect ' || quote_ident(datname) || E'\\n' || $q$
select 'inside ' || row_to_json(x) from (select current_database() as name,
  (select coalesce(json_agg(extname order by extname), '[]') from pg_extension) as extensions,
  (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
    and n.nspname !~ '^(pg_|information_schema$)') as tables,
  (select coalesce(json_agg(n.nspname || '.' || c.relname order by 1), '[]') from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
    and n.nspname !~ '^(pg_|information_schema$)' and not exists
    (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')) as keyless,
  (select count(*) from pg_largeobject_metadata) as large_objects) x;
$q$ from pg_database where datallowconn and not datistemplate and datname ~ '^[[:alnum:]_. -]+$'"""

_LABELS = frozenset(
    {
        *("cluster", "setting", "database", "role", "hba", "inside"),
        *("slot", "replica", "primary", "subscription"),
    }
)
_PSQL = 'psql -XAtq -v VERBOSITY=terse -h "$d" -p "$p" -d postgres'
# By `-f -` and not `-c`: before version 15 psql shows only the last result of a `-c`.
_COMMAND = f'printf \'%s\\n\' "$a" | {_PSQL} -f - 2>&1; {_PSQL} -c "$b" 2>/dev/null | {_PSQL} -f - 2>&1'

SNIPPET = f"""
found=
for s in /var/run/postgresql/.s.PGSQL.* /tmp/.s.PGSQL.*; do
  case $s in *.lock|*'*') continue ;; esac
  [ -S "$s" ] || continue
  found=1
  command -v psql >/dev/null || exit 127
  export d="${{s%/*}}" p="${{s##*.}}" PGCONNECT_TIMEOUT=5 PGAPPNAME=decant
  export PGOPTIONS='-c statement_timeout=20000 -c default_transaction_read_only=on'
  export a={shlex.quote(_SERVER)}
  export b={shlex.quote(_EACH)}
  c={shlex.quote(_COMMAND)}
  printf 'socket %s\\n' "$p"
  if [ "$uid" = 0 ] && command -v setpriv >/dev/null; then
    $t setpriv --reuid=postgres --regid=postgres --init-groups sh -c "$c"
  elif [ "$uid" = 0 ]; then
    $t su postgres -s /bin/sh -c "$c"
  else
    $t sh -c "$c"
  fi
  [ $? = 124 ] && exit 124
done
[ "$found" ] || echo none
echo end
"""


def parse(section: Section) -> Reading:
    """Read the rows by cluster; PostgreSQL's own refusals become reasons."""
    lines = section.lines
    if not lines or lines[-1] != "end":
        return failed("the answers of PostgreSQL were cut off")
    if lines[0] == "none":
        return absent("no PostgreSQL server listens on a socket of the host")
    clusters, reasons, right = [], [], ""
    for chunk in _split(lines[:-1]):
        rows: dict[str, list[dict[str, Any]]] = {}
        said = []
        for line in chunk[1:]:
            label, _, body = line.partition(" ")
            if label in _LABELS and body.startswith("{"):
                rows.setdefault(label, []).append(loads(body))
            else:
                said.append(line)
        if "cluster" in rows:
            clusters.append(_cluster(rows))
            if said:
                reasons.append(f"port {chunk[0].split()[1]}: {redact(said[0])[:160]}")
        else:
            message = redact(said[0])[:200] if said else "no answer"
            reasons.append(f"the server on port {chunk[0].split()[1]}: {message}")
            if section.uid != 0 or denied(Section("\n".join(said).encode())):
                right = "root, or the role postgres"
    if clusters:
        return known(Postgresql(clusters=tuple(clusters)), partial="; ".join(reasons), privilege=right)
    return unreadable("; ".join(reasons), right) if right else failed("; ".join(reasons))


def _split(lines: list[str]) -> list[list[str]]:
    chunks: list[list[str]] = []
    for line in lines:
        if line.startswith("socket "):
            chunks.append([line])
        elif not chunks:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
        else:
            chunks[-1].append(line)
    return chunks


def _cluster(rows: dict[str, list[dict[str, Any]]]) -> PostgresCluster:
    inside = {row["name"]: row for row in rows.get("inside", [])}
    settings = {row["name"]: redact(str(row["setting"])) for row in rows.get("setting", [])}
    databases = []
    for row in rows.get("database", []):
        more = inside.get(row["name"])
        databases.append(
            PostgresDatabase(
                name=row["name"],
                owner=row["owner"],
                encoding=row["encoding"] or "",
                collation=row["collation"] or "",
                bytes=row["bytes"],
                template=row["template"],
                allows_connections=row["connects"],
                extensions=tuple(more["extensions"]) if more else None,
                tables=more["tables"] if more else None,
                tables_without_key=tuple(more["keyless"]) if more else None,
                large_objects=more["large_objects"] if more else None,
            )
        )
    return PostgresCluster(
        port=int(rows["cluster"][0]["port"]),
        # "13.22 (Debian 13.22-0+deb11u1)"
        version=rows["cluster"][0]["version"].split(" ", 1)[0],
        data_directory=settings.pop("data_directory", ""),
        databases=tuple(databases),
        roles=tuple(PostgresRole(**row) for row in rows.get("role", [])),
        settings=settings,
        hba=tuple(_hba(row) for row in rows.get("hba", [])),
        standby=rows["cluster"][0].get("standby"),
        primary=next((f"{row['host']}:{row['port']}" for row in rows.get("primary", [])), None),
        slots=tuple(PostgresSlot(**row) for row in rows.get("slot", [])),
        replicas=tuple(PostgresReplica(**row) for row in rows.get("replica", [])),
        subscriptions=tuple(f"{row['database']}/{row['name']}" for row in rows.get("subscription", [])),
    )


def _hba(row: dict[str, Any]) -> str:
    where = " ".join(str(row[key]) for key in ("address", "netmask") if row.get(key))
    names = (",".join(row[key] or []) for key in ("database", "user_name"))
    return " ".join(part for part in (row["type"], *names, where, row["method"]) if part)


FACT = Fact(
    id="postgresql",
    reads="system catalogues by psql over the local socket, read-only, no table of the council's: "
    "databases with size, extensions, tables without key, count of large objects, roles without hashes, settings, "
    "pg_hba, replication slots, replicas and subscriptions by name. Root (as postgres).",
    tool="psql",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=8 << 20,
    tier=2,
)
