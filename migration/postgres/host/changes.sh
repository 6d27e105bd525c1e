#!/bin/bash
# changes.sh TOOL LOGS TIMELINE SINCE UNTIL DATABASE   the file numbers of its tables are on standard input
# Reads the write-ahead log from SINCE to UNTIL, and prints the position of each record that changed the database.
set -euo pipefail
export LC_ALL=C
nodes=$(cat)
"$1" -p "$2" -t "$3" -s "$4" -e "$5" | awk -v db="$6" -v nodes="$nodes" '
  BEGIN { split(nodes, list, " "); for (i in list) user[list[i]] = 1 }
  function where() { match($0, /lsn: [^,]*/); return substr($0, RSTART + 5, RLENGTH - 5) }
  /^rmgr: (Heap|Heap2|Sequence) / && /desc: (INSERT|UPDATE|HOT_UPDATE|DELETE|MULTI_INSERT|TRUNCATE|LOG)/ {
    rest = $0
    while (match(rest, /rel [0-9]+\/[0-9]+\/[0-9]+/)) {
      split(substr(rest, RSTART + 4, RLENGTH - 4), part, "/")
      if (part[2] == db && part[3] in user) { print where(); break }
      rest = substr(rest, RSTART + RLENGTH)
    }
  }
  /^rmgr: Storage/ && /desc: CREATE/ && index($0, "/" db "/") { print where() }'
