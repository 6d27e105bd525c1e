#!/bin/bash
# copy_part.sh NUMBER READ WRITE   one part of a table, on the seed's snapshot; both statements in base64
# Its number, and the COMMIT, are sent only once the source has given all of it. With 255, xargs begins no other part.
set -euo pipefail
quiet=(-X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse)
there=$(psql "${quiet[@]}" -d "$NEW" -c "SELECT 1 FROM decant_seed.done WHERE part = $1") || exit 255
[ -z "$there" ] || exit 0
echo "part $1 begins"
out=$(base64 -d <<<"$2") into=$(base64 -d <<<"$3")
{
  printf 'BEGIN;\n%s;\n' "$into" &&
    psql "${quiet[@]}" -d "$SOURCE" -c "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" \
      -c "SET TRANSACTION SNAPSHOT '$SNAPSHOT'" -c "$out" &&
    printf '\\.\nINSERT INTO decant_seed.done VALUES (%d);\nCOMMIT;\n' "$1"
} | psql "${quiet[@]}" -d "$NEW" -f - || exit 255
there=$(psql "${quiet[@]}" -d "$NEW" -c "SELECT 1 FROM decant_seed.done WHERE part = $1") || exit 255
[ -n "$there" ] || exit 255
