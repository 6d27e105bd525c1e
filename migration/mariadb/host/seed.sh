#!/bin/bash
# The first copy: several dumps of one moment of the source, each into the target. Runs on when Decant dies.
#
# The source is held still (FLUSH TABLES WITH READ LOCK) until every dump has begun its snapshot and what has no
# transactions is across; then it goes on, while the dumps read what was there at that moment.
set -eu -o pipefail
export LC_ALL=C
cd "$(dirname "$0")"
. ./seed.conf # DATABASE COPY_USER CHARSET
exec 2>>seed.log

say() { echo "$1" >phase.new && mv -f phase.new phase; }
fail() { echo "ERROR $1" >&2; exit 1; }
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

source_sql() { mariadb --defaults-file=copy.cnf --batch --skip-column-names "$@"; }
dump() {
  mariadb-dump --defaults-file=copy.cnf --default-character-set=utf8mb4 --single-transaction --quick --skip-lock-tables \
    --hex-blob --skip-triggers --skip-add-locks --skip-comments --max-allowed-packet=1G "$@"
}
into_target() {
  mariadb --protocol=socket --default-character-set=utf8mb4 --max-allowed-packet=1G --binary-mode \
    --init-command="SET SESSION sql_log_bin=0, sql_log_off=1, time_zone='+00:00', foreign_key_checks=0, unique_checks=0, max_statement_time=0" "$DATABASE" \
    2> >(grep -a '^ERROR' | sed "s/entry '.*' for/entry for/" >&2)  # its other lines hold the statement, and so data
}
copy() { # GROUP, a list of tables; GROUP.sql gives rows as statements
  if [ -s "$1" ]; then
    mapfile -d '' -t tables <"$1"
    dump -- "$DATABASE" "${tables[@]}" | into_target
  fi
  if [ -s "$1.sql" ]; then
    {
      echo "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', autocommit = 0;"
      { echo 'START TRANSACTION WITH CONSISTENT SNAPSHOT;' && cat "$1.sql"; } | source_sql --raw --quick \
        --init-command="SET SESSION sql_mode = '', time_zone = '+00:00'"
      echo 'COMMIT;'
    } | into_target
  fi
  touch "$1.done"
}

say definitions
if [ -s exact ]; then mapfile -d '' -t exact <exact; dump --no-data -- "$DATABASE" "${exact[@]}" | into_target; fi

say locking
locked=
for _ in 1 2 3 4 5 6; do
  coproc LOCK { mariadb --defaults-file=copy.cnf --batch --skip-column-names --unbuffered 2>>seed.log; }
  echo "SET SESSION lock_wait_timeout=5; FLUSH TABLES WITH READ LOCK; SELECT 'locked';" >&"${LOCK[1]}"
  if IFS= read -r -t 20 line <&"${LOCK[0]}" && [ "$line" = locked ]; then locked=yes; break; fi
  wait "$LOCK_PID" 2>/dev/null || true
  sleep 3
done
[ -n "$locked" ] || fail "statements on the source ran for so long that it could not be held still for a moment"

say beginning
last=0 dumps=()
for group in group_*[0-9]; do
  [ -e "$group" ] || continue
  copy "$group" &
  dumps+=($!)
  for turn in $(seq 300); do
    [ ! -e "$group.done" ] || break
    kill -0 "${dumps[-1]}" 2>/dev/null || [ -e "$group.done" ] || fail "a dump ended at once"
    seen=$(source_sql -e "SELECT COALESCE(MAX(t.trx_mysql_thread_id), 0) FROM information_schema.INNODB_TRX t
      JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id WHERE p.USER = '$COPY_USER' AND p.ID > $last")
    [ "$seen" = 0 ] || { last=$seen; break; }
    [ "$turn" != 300 ] || fail "a dump did not begin"
    sleep 0.1
  done
done
copy plain
echo "SHOW MASTER STATUS; UNLOCK TABLES; SELECT 'unlocked';" >&"${LOCK[1]}"
IFS=$'\t' read -r -t 20 file at _ <&"${LOCK[0]}" || fail "the source was not held still to the end"
IFS= read -r -t 20 line <&"${LOCK[0]}" && [ "$line" = unlocked ] || fail "the source was not let go"
[ -n "$at" ] || fail "the source keeps no binary log"
eval "exec ${LOCK[1]}>&-"

say copying
for one in ${dumps[@]+"${dumps[@]}"}; do wait "$one"; done

say programs
dump --routines --no-create-info --no-data --no-create-db -- "$DATABASE" | into_target
if [ -s views ]; then mapfile -d '' -t views <views; dump -- "$DATABASE" "${views[@]}" | into_target; fi
mariadb-dump --defaults-file=copy.cnf --default-character-set=utf8mb4 --single-transaction --skip-lock-tables --skip-comments \
  --triggers --no-create-info --no-data --no-create-db -- "$DATABASE" | into_target
echo "$file $at" >position.new && mv -f position.new position
say done
