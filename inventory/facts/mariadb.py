"""Fact `mariadb`: a MariaDB or MySQL server on the host, its databases, accounts and settings."""

import re
import shlex

from estate.records.facts.mariadb import Mariadb, MariadbAccount, MariadbDatabase
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, absent, denied, failed, known, unreadable

_OWN = "('mysql', 'information_schema', 'performance_schema', 'sys')"
_VARIABLES = (
    *("version", "version_comment", "port", "log_bin", "binlog_format", "server_id", "bind_address"),
    *("have_ssl", "datadir", "gtid_mode", "gtid_strict_mode", "character_set_server", "collation_server"),
    *("default_storage_engine", "sql_mode", "tls_version", "require_secure_transport"),
    *("innodb_buffer_pool_size", "max_connections", "time_zone", "log_error", "lower_case_table_names"),
)
# Made of our own constants alone.
_QUERIES = f"""
show global variables where variable_name in ({", ".join(f"'{name}'" for name in _VARIABLES)});
select 'database', s.schema_name, s.default_character_set_name, count(t.table_name),
  coalesce(sum(t.data_length + t.index_length), 0), coalesce(group_concat(distinct t.engine), '')
  from information_schema.schemata s left join information_schema.tables t
  on t.table_schema = s.schema_name and t.table_type = 'BASE TABLE'
  where s.schema_name not in {_OWN} group by 1, 2, 3;
select 'keyless', t.table_schema, t.table_name from information_schema.tables t
  left join information_schema.table_constraints c on c.table_schema = t.table_schema
  and c.table_name = t.table_name and c.constraint_type = 'PRIMARY KEY'
  where t.table_type = 'BASE TABLE' and t.table_schema not in {_OWN} and c.constraint_name is null;
select 'account', user, host, plugin from mysql.user;
select 'end', 1;
"""  # noqa: S608

SNIPPET = f"""
for s in /var/run/mysqld/mysqld.sock /run/mysql/mysql.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock; do
  [ -S $s ] && break
done
[ -S $s ] || {{ echo none; exit 0; }}
for c in mariadb mysql ''; do command -v "$c" >/dev/null 2>&1 && break; done
[ "$c" ] || exit 127
$t "$c" --connect-timeout=5 -S $s -N -B -e {shlex.quote(_QUERIES)} 2>&1
"""


def parse(section: Section) -> Reading:
    """Read the client's tab-separated rows, whose tabs and newlines inside a value are escaped."""
    lines = section.lines
    if lines == ["none"]:
        return absent("no MariaDB or MySQL server listens on a socket of the host")
    if section.status != 0 or not lines or lines[-1] != "end\t1":
        errors = [redact(line)[:200] for line in lines if line.startswith("ERROR")]
        if denied(section) or any(" 1698 " in line or " 1045 " in line for line in errors):
            return unreadable(errors[0] if errors else "the server did not let us in", "root")
        return failed(errors[0] if errors else "the server's answers were cut off")
    settings: dict[str, str] = {}
    databases: dict[str, MariadbDatabase] = {}
    keyless: dict[str, list[str]] = {}
    accounts = []
    for line in lines[:-1]:
        words = line.split("\t")
        if words[0] == "database" and len(words) == 6:
            databases[_plain(words[1])] = MariadbDatabase(
                name=_plain(words[1]),
                character_set=words[2],
                tables=int(words[3]),
                bytes=int(float(words[4])),
                engines=tuple(sorted(engine for engine in words[5].split(",") if engine)),
            )
        elif words[0] == "keyless" and len(words) == 3:
            keyless.setdefault(_plain(words[1]), []).append(_plain(words[2]))
        elif words[0] == "account" and len(words) == 4:
            accounts.append(MariadbAccount(user=_plain(words[1]), host=_plain(words[2]), plugin=words[3]))
        elif len(words) == 2 and words[0] in _VARIABLES:
            settings[words[0]] = redact(_plain(words[1]))
        else:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    version = settings.pop("version")
    comment = settings.pop("version_comment", "")
    return known(
        Mariadb(
            product="mariadb" if "mariadb" in f"{version} {comment}".lower() else "mysql",
            port=int(settings.pop("port")),
            version=re.split(r"[-+]", version)[0],
            databases=tuple(
                one.model_copy(update={"tables_without_key": tuple(keyless.get(name, ()))})
                for name, one in databases.items()
            ),
            accounts=tuple(accounts),
            settings=settings,
        )
    )


def _plain(text: str) -> str:
    return re.sub(r"\\([tn0\\])", lambda found: {"t": "\t", "n": "\n", "0": "\\x00", "\\": "\\"}[found[1]], text)


FACT = Fact(
    id="mariadb",
    reads="information_schema and mysql.user (without hashes) by the client over the local socket: "
    "databases with size, tables without key, accounts, settings. Root, where the server trusts its socket.",
    tool="the mariadb or mysql client",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=8 << 20,
    tier=2,
)
