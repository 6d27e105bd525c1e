#!/bin/bash
# copy_table.sh READ WRITE   one table, on the seed's snapshot; both statements in base64
set -euo pipefail
out=$(base64 -d <<<"$1") into=$(base64 -d <<<"$2")
quiet=(-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)
psql "${quiet[@]}" -d "$SOURCE" -c "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" \
  -c "SET TRANSACTION SNAPSHOT '$SNAPSHOT'" -c "COPY $out TO STDOUT" |
  psql "${quiet[@]}" -d "$NEW" -c BEGIN -c "TRUNCATE ONLY ${into%%$'\n'*}" -c "COPY ${into#*$'\n'} FROM STDIN (FREEZE)" -c COMMIT
