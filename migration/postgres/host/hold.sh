#!/bin/bash
# On the source's host, as its user postgres: makes the slot of a seed, and holds the snapshot that belongs to it until
# this unit is ended. It needs no network, so that a copy which was cut off goes on with the same snapshot.
set -euo pipefail
cd "$(dirname "$0")"
. ./hold.conf # BIN DATABASE SLOT
exec >hold.log 2>&1 </dev/null
export PGAPPNAME=decant_hold
export PGOPTIONS='-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0'
QUIET=("$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)

if [ -n "$SLOT" ]; then
  coproc HOLDER { exec "${QUIET[@]}" -F ' ' "$DATABASE replication='database'"; }
  echo "CREATE_REPLICATION_SLOT $SLOT LOGICAL pgoutput EXPORT_SNAPSHOT;" >&"${HOLDER[1]}"
  read -r _ _ snapshot _ <&"${HOLDER[0]}"
else
  coproc HOLDER { exec "${QUIET[@]}" "$DATABASE"; }
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();" >&"${HOLDER[1]}"
  read -r snapshot <&"${HOLDER[0]}"
fi
[[ $snapshot =~ ^[0-9A-F-]+$ ]] || { echo "ERROR: the source gave no snapshot"; exit 1; }
echo "$snapshot" >snapshot.new && mv -f snapshot.new snapshot
wait "$HOLDER_PID"
