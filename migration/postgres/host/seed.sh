#!/bin/bash
# The first copy of a database, as one supervised unit on the target's host, as its user postgres. It makes the
# slot, holds the snapshot that belongs to it for as long as it copies, and leaves a database that is whole, closed,
# and still without its real name; `seed` gives it the name. If it dies, all of it is thrown away and begun again.
set -euo pipefail
cd "$(dirname "$0")"
. ./seed.conf # BIN PORT DATABASE NEW SLOT JOBS SOURCE LARGE_OBJECTS
exec >seed.log 2>&1 </dev/null
export PATH="$BIN:$PATH" PGCLIENTENCODING=UTF8 PGPORT="$PORT" PGAPPNAME=decant_seed
export PGOPTIONS='-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off -c DateStyle=ISO'
PGOPTIONS+=' -c IntervalStyle=postgres -c extra_float_digits=3 -c lc_monetary=C -c bytea_output=hex -c xmloption=content'
QUIET=(-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)
export SOURCE NEW

phase() { echo "$1" >phase.new && mv -f phase.new phase; }

phase "waiting for the source's open transactions"
if [ -n "$SLOT" ]; then
  coproc HOLDER { exec psql "${QUIET[@]}" -F ' ' "$SOURCE_FLOW replication='database'"; }
  echo "CREATE_REPLICATION_SLOT $SLOT LOGICAL pgoutput EXPORT_SNAPSHOT;" >&"${HOLDER[1]}"
  read -r _ _ SNAPSHOT _ <&"${HOLDER[0]}"
else
  coproc HOLDER { exec psql "${QUIET[@]}" "$SOURCE"; }
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();" >&"${HOLDER[1]}"
  read -r SNAPSHOT <&"${HOLDER[0]}"
fi
holder=$HOLDER_PID
export SNAPSHOT
[[ $SNAPSHOT =~ ^[0-9A-F-]+$ ]] || { echo "ERROR: the source gave no snapshot"; exit 1; }

phase "copying definitions"
psql "${QUIET[@]}" -d postgres -f create.sql
pg_dump -d "$SOURCE" -Fc --snapshot="$SNAPSHOT" --section=pre-data --section=post-data \
  --no-publications --no-subscriptions -f definitions.dump
pg_restore --no-tablespaces --exit-on-error --section=pre-data -d "$NEW" definitions.dump

phase "copying rows"
# One line a table, the largest first: how to read it, how to write it, both in base64.
psql "${QUIET[@]}" -d "$SOURCE" -f tables.sql >tables
xargs -r -P "$JOBS" -n 2 bash ./copy_table.sh <tables

if [ "$LARGE_OBJECTS" -gt 0 ]; then
  phase "copying large objects"
  pg_dump -d "$SOURCE" -Fc -Z0 --snapshot="$SNAPSHOT" --section=data --blobs -T '*.*' |
    pg_restore --exit-on-error -d "$NEW"
fi

phase "building indexes"
pg_restore --no-tablespaces --exit-on-error --section=post-data -j "$JOBS" -d "$NEW" definitions.dump
vacuumdb -q --analyze-only -j "$JOBS" -d "$NEW"

kill -0 "$holder" # the snapshot was held to the end
phase "done"
