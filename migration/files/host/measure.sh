#!/bin/sh
# measure.sh TREE   how much it holds, one figure a line. Reads only.
export LC_ALL=C
echo "bytes $(du -s -B1 -- "$1" | cut -f 1)"
find "$1" -ignore_readdir_race -printf '%y %n %s\n' | awk '
  { n++; kinds[$1]++ } $1 == "f" && $2 > 1 { linked++ } $1 == "f" { size += $3 }
  END { print "entries " n + 0; print "linked " linked + 0; printf "size %.0f\n", size
        for (k in kinds) print "kind " k " " kinds[k] }'
