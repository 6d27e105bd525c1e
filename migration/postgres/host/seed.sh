#!/bin/bash
# The first copy of a database, as one supervised unit on the target's host, as its user postgres. It leaves a database
# that is whole, closed, and still without its real name; `seed` gives it the name. What was copied stays where it is
# cut off: it tries again once the source can be reached, and a unit that is started anew goes on where this one stopped.
set -euo pipefail
cd "$(dirname "$0")"
set -a
. ./seed.conf # BIN PORT NEW JOBS SOURCE SNAPSHOT LARGE_OBJECTS PATIENCE
PATH="$BIN:$PATH" PGCLIENTENCODING=UTF8 PGPORT="$PORT" PGAPPNAME=decant_seed
PGOPTIONS='-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off -c DateStyle=ISO'
PGOPTIONS+=' -c IntervalStyle=postgres -c extra_float_digits=3 -c lc_monetary=C -c bytea_output=hex -c xmloption=content'
set +a
exec >>seed.log 2>&1 </dev/null
QUIET=(-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)

phase() { echo "$1" >phase.new && mv -f phase.new phase; }

# How far it is: two failures at the same place, with the source there, are no cut.
far() {
  ls defined rows objects indexing 2>/dev/null || true
  psql "${QUIET[@]}" -d "$NEW" -c "SELECT count(*) FROM decant_seed.done" 2>/dev/null || true
}

# Wait until the source answers; sets `waited` where that took more than one question. The snapshot must still be held.
reach_source() {
  local began=$SECONDS status
  waited=
  until psql "${QUIET[@]}" -d "$SOURCE" -c "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" \
    -c "SET TRANSACTION SNAPSHOT '$SNAPSHOT'"; do
    status=$?
    [ $status -eq 2 ] || { echo "ERROR: the snapshot on the source is gone"; exit 1; }
    [ $((SECONDS - began)) -lt "$PATIENCE" ] || exit 1
    waited=yes
    phase "waiting for the source, which cannot be reached"
    sleep 2
  done
}

before=none
until bash ./copy.sh; do
  here=$(far)
  reach_source
  [ -n "$waited" ] || [ "$here" != "$before" ] || exit 1
  before=$here
done
phase "done"
