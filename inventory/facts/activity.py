"""Fact `activity`: how much changes in shared folders, websites and databases."""

import shlex

from estate.records.facts.activity import Activity, LogActivity, TreeActivity
from inventory.facts.base import Fact, Reading, Section, absent, known, whole

# Each answer is one number; what an older server does not know gives none. PostgreSQL counts bytes of its log from
# 14 on; before, only the position tells, of which two readings make a rate.
_POSITION = "select 'at ' || pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
_OLD_POSITION = "select 'at ' || pg_xlog_location_diff(pg_current_xlog_location(), '0/0')"
_WRITTEN = "select 'wrote ' || wal_bytes || ' ' || extract(epoch from now() - stats_reset) from pg_stat_wal"
_MARIADB = "show global status where variable_name in ('Innodb_os_log_written', 'Uptime'); select 'port', @@port"

_PSQL = 'psql -XAtq -v VERBOSITY=terse -h "$d" -p "$p" -d postgres'
_COMMAND = f'{_PSQL} -c "$a" 2>/dev/null || {_PSQL} -c "$b" 2>/dev/null; {_PSQL} -c "$c" 2>/dev/null'

SNIPPET = (
    r"""
echo activity
n='
'
l=$(
  for f in /etc/samba/smb.conf /etc/exports; do [ -r $f ] || continue
    while IFS= read -r l; do
      case $l in
        [[:space:]]*path*=*|path*=*) r=${l#*=}; r=${r#"${r%%[![:space:]]*}"}; r=${r%"${r##*[![:space:]]}"} ;;
        /*) r=${l%%[[:space:]]*} ;;
        *) continue ;;
      esac
      printf '%s\n' "$r"
    done <$f
  done
  grep -hasE '^[[:space:]]*(root|DocumentRoot)[[:space:]]' /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf \
    /etc/nginx/sites-enabled/* /etc/apache2/sites-enabled/* /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf \
    | sed 's/^[[:space:]]*[A-Za-z]*[[:space:]]*//; s/[;"]//g; s/[[:space:]]*$//'
)
IFS=$n
for r in $(printf '%s\n' "$l" | sort -u); do
  case $r in /*[!/]*) [ -d "$r" ] || continue ;; *) continue ;; esac
  o=$(stat -c %U "$r" 2>/dev/null)
  unset IFS
  a=$({ $t find "$r" -xdev -type f -mtime -1 -exec stat -c %s {} + 2>/dev/null; echo "end $?"; } \
    | awk '$1 == "end" { s = $2; next } { n++; b += $1 } END { printf "%s %d %.0f", s, n, b }')
  IFS=$n
  printf 'tree %s %s %s\n' "$a" "${o:--}" "$r"
done
unset IFS
for s in /var/run/postgresql/.s.PGSQL.* /tmp/.s.PGSQL.*; do
  case $s in *.lock|*'*') continue ;; esac
  [ -S "$s" ] && command -v psql >/dev/null || continue
  export d="${s%/*}" p="${s##*.}" PGCONNECT_TIMEOUT=5 PGAPPNAME=decant
  export PGOPTIONS='-c statement_timeout=20000 -c default_transaction_read_only=on'
  export a=@A@ b=@B@ c=@C@
  printf 'postgres %s\n' "$p"
  if [ "$uid" = 0 ] && command -v setpriv >/dev/null; then
    $t setpriv --reuid=postgres --regid=postgres --init-groups sh -c @COMMAND@
  elif [ "$uid" = 0 ]; then
    $t su postgres -s /bin/sh -c @COMMAND@
  else
    $t sh -c @COMMAND@
  fi
done
for s in /var/run/mysqld/mysqld.sock /run/mysql/mysql.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock; do
  [ -S $s ] && break
done
for c in mariadb mysql ''; do command -v "$c" >/dev/null 2>&1 && break; done
if [ -S $s ] && [ "$c" ]; then
  echo mariadb
  $t "$c" --connect-timeout=5 -S $s -N -B -e @MARIADB@ 2>/dev/null
fi
echo end
""".replace("@A@", shlex.quote(_POSITION))
    .replace("@B@", shlex.quote(_OLD_POSITION))
    .replace("@C@", shlex.quote(_WRITTEN))
    .replace("@COMMAND@", shlex.quote(_COMMAND))
    .replace("@MARIADB@", shlex.quote(_MARIADB))
)


def parse(section: Section) -> Reading:
    """Read each tree's line, and the few numbers of each database server."""
    lines = section.lines
    if not lines or lines[0] != "activity" or lines[-1] != "end":
        raise ValueError("the numbers were cut off")
    trees: list[TreeActivity] = []
    postgres: dict[int, dict[str, float]] = {}
    mariadb: dict[str, float] | None = None
    port = 0
    for line in lines[1:-1]:
        words = line.split()
        if words[0] == "tree" and len(words) >= 6:
            trees.append(_tree(line, section.uid))
        elif words[0] == "postgres" and len(words) == 2:
            port = int(words[1])
            postgres[port] = {}
        elif line == "mariadb":
            mariadb = {}
        elif words[0] == "at" and len(words) == 2 and port:
            postgres[port]["position"] = float(words[1])
        elif words[0] == "wrote" and len(words) == 3 and port:
            postgres[port] |= {"written": float(words[1]), "seconds": float(words[2])}
        elif mariadb is not None and len(words) == 2:
            mariadb[words[0]] = float(words[1])
        else:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    logs = [_log("postgres", number, **values) for number, values in postgres.items()]
    if mariadb is not None:
        written, seconds = mariadb.get("Innodb_os_log_written"), mariadb.get("Uptime")
        logs.append(_log("mariadb", int(mariadb.get("port", 0)), written=written, seconds=seconds))
    if not trees and not logs:
        return absent("there is no shared folder, website or database whose changes could be counted")
    silent = [f"the log of {one.engine}" for one in logs if one.position is None and one.written is None]
    closed = [one.path for one in trees if one.files is None]
    missing = [*silent, *([f"what changed in {', '.join(closed[:8])}"] if closed else [])]
    return known(
        Activity(trees=tuple(trees), logs=tuple(logs)),
        partial="; ".join(missing),
        privilege="root" if missing and section.uid != 0 else "",
    )


def _tree(line: str, uid: int) -> TreeActivity:
    _, status, files, size, owner, path = line.split(" ", 5)
    sure = whole(status, uid)
    return TreeActivity(
        path=path,
        owner="" if owner in ("-", "UNKNOWN") else owner,
        files=int(files) if sure else None,
        bytes=int(size) if sure else None,
    )


def _log(
    engine: str,
    port: int,
    position: float | None = None,
    written: float | None = None,
    seconds: float | None = None,
) -> LogActivity:
    counted = written is not None and seconds is not None and seconds > 0
    return LogActivity(
        engine="postgres" if engine == "postgres" else "mariadb",
        port=port,
        position=None if position is None else int(position),
        written=int(written) if counted and written is not None else None,
        seconds=seconds if counted else None,
    )


FACT = Fact(
    id="activity",
    reads="by find, how many files of each shared folder and website's root changed within a day and what they take, "
    "and whose the folder is; the position of PostgreSQL's log and what it counted (pg_stat_wal, from 14 on), and "
    "Innodb_os_log_written of MariaDB and MySQL. Any account for open folders; root for the others and for databases.",
    tool="find",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=1 << 20,
    tier=2,
)
"""Nothing of what was written is read."""
