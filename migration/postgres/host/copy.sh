#!/bin/bash
# One try at the copy, with the environment of seed.sh. Goes on where an earlier one stopped: what is behind a mark, or
# counted in decant_seed.done, is there for good.
set -euo pipefail
QUIET=(-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)

phase() { echo "$1" >phase.new && mv -f phase.new phase; }

if [ ! -e defined ]; then
  phase "copying definitions"
  psql "${QUIET[@]}" -d postgres -f create.sql
  pg_dump -d "$SOURCE" -Fc --snapshot="$SNAPSHOT" --section=pre-data --section=post-data \
    --no-publications --no-subscriptions -f definitions.dump
  pg_restore --no-tablespaces --exit-on-error --section=pre-data -d "$NEW" definitions.dump
  psql "${QUIET[@]}" -d "$NEW" -c "CREATE SCHEMA decant_seed" -c "CREATE TABLE decant_seed.done (part integer PRIMARY KEY)"
  # One line a part of a table, the largest tables first: its number, how to read it, how to write it, both in base64.
  psql "${QUIET[@]}" -d "$SOURCE" -f parts.sql >parts
  psql "${QUIET[@]}" -d "$NEW" -c "SELECT count(*) FROM pg_largeobject_metadata" >made
  : >defined
fi

if [ ! -e rows ]; then
  phase "copying rows"
  xargs -r -P "$JOBS" -n 3 bash ./copy_part.sh <parts
  : >rows
fi

if [ "$LARGE_OBJECTS" -gt 0 ] && [ ! -e objects ]; then
  phase "copying large objects"
  # Until version 17 the definitions make the objects, empty, and a second try writes over what they hold. Later the
  # copy itself makes them, and would find them there.
  few=1
  while [ "$(cat made)" = 0 ] && [ "$few" -gt 0 ]; do
    few=$(psql "${QUIET[@]}" -d "$NEW" \
      -c "SELECT count(lo_unlink(oid)) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT 1000) few")
  done
  pg_dump -d "$SOURCE" -Fc -Z0 --snapshot="$SNAPSHOT" --section=data --blobs -T '*.*' |
    pg_restore --exit-on-error -d "$NEW"
  : >objects
fi

phase "building indexes"
build() { pg_restore --no-tablespaces "$@" --section=post-data -j "$JOBS" -d "$NEW" definitions.dump; }
contents() { pg_restore -l --section=post-data "$1" | sed -En 's/^[0-9]+; [0-9]+ [0-9]+ //p' | sort; }
if [ ! -e indexing ]; then
  : >indexing
  build --exit-on-error
else
  # What is there already is refused, and stays. In the end it must be all; else the whole copy is begun anew.
  build || true
  pg_dump -d "$NEW" -Fc --section=post-data --no-publications --no-subscriptions -f built.dump
  contents definitions.dump >wanted
  contents built.dump | cmp - wanted || { rm -f defined rows objects indexing; exit 1; }
fi
vacuumdb -q --analyze-only -j "$JOBS" -d "$NEW"
psql "${QUIET[@]}" -d "$NEW" -c "DROP SCHEMA IF EXISTS decant_seed CASCADE"
