#!/bin/bash
# changes.sh MARK SEQUENCES TOOL LOGS TIMELINE UNTIL DATABASE   the file numbers of its tables are on standard input
# Reads the write-ahead log from the mark to UNTIL and prints the position of each record that changed the database,
# and a line where its sequences do not stand as they did.
set -euo pipefail
export LC_ALL=C
nodes=$(cat)
read -r since sequences <"$1"
[ "$sequences" = "$2" ] || echo "a sequence"
runuser -u postgres -- "$3" -p "$4" -t "$5" -s "$since" -e "$6" | awk -v db="$7" -v nodes="$nodes" '
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
