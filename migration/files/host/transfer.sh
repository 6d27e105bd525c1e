#!/bin/sh
# transfer.sh JOB DIRECTION   carry the tree over, once; runs on the target, as a unit of its own
# transfer.sh try             only see whether the key opens the door
#
# What it needs lies in JOB/: groups (group.N: what the streams of a first copy take, each a list of paths), dirty
# (paths whose content is compared byte by byte, whatever their times say). What came of it is in JOB/status: rsync's
# own exit status, and in JOB/log.
set -u
export LC_ALL=C
cd "$(dirname "$0")" || exit 1
here=$PWD job=$1 direction=${2-}
. ./transfer.conf # HOST PORT LOGIN TREE SHADOW CIPHERS
door="ssh -F none -i $here/key -p $PORT -l $LOGIN -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes"
door="$door -o UserKnownHostsFile=$here/known_hosts -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no"
door="$door -o ConnectTimeout=15 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o LogLevel=ERROR -o Ciphers=$CIPHERS"
[ "$job" != try ] || exec $door "$HOST" check
export RSYNC_RSH="$door"
exec 9>lock
flock 9

if [ "$direction" = forward ]; then
  parts=--partial-dir=.decant_partial # a large file that was broken off goes on where it was
  from="$HOST:tree/" to="$SHADOW/"
  findmnt -n -M "$SHADOW" >/dev/null || { echo "the target's tree is not closed" >"$job/log.0"; echo 4 >"$job/status"; exit 0; }
else
  parts="" # nothing of ours in the source's tree, not even for a moment
  from="$TREE/" to="$HOST:tree/"
fi

# -aHAXS: everything that a file is. Times are compared to the nanosecond: seconds alone miss a second write.
# How far it is goes into progress.NAME, of which only the last word is kept; the rest into log.NAME.
carry() {
  name=$1
  shift
  {
    code=0
    rsync -aHAXS --modify-window=-1 $parts --timeout=120 --info=progress2,stats2 "$@" 2>&1 || code=$?
    echo "$code" >"$job/code.$name"
  } | tr '\r' '\n' | awk -v p="$job/progress.$name" '/%.*chk=/ { print $1 >p; close(p); next } { print; fflush() }' >"$job/log.$name"
  return "$(cat "$job/code.$name")"
}

rm -f "$job/status"
was_broken=no
[ ! -e broken ] || was_broken=yes
: >broken
if [ "$direction" = back ]; then
  date +%s >since.new
  cp -f since.new "$job/started"
  since=$(($(cat since) - 2))
  (cd "$TREE" && find . -ignore_readdir_race -type f -newerct "@$since" -printf '%P\0') >"$job/dirty"
fi

# The streams only warm up: what they miss, or cannot know of each other (hard links between them), the whole pass
# after them makes right.
running=""
for group in "$job"/group.*; do
  [ -e "$group" ] || continue
  carry "${group##*.}" -r --from0 --files-from="$group" "$from" "$to" &
  running="$running $!"
done
for one in $running; do wait "$one"; done

status=0
if [ -s "$job/dirty" ]; then
  carry dirty -I --from0 --files-from="$job/dirty" "$from" "$to" || status=$?
  [ "$status" -ne 24 ] && [ "$status" -ne 23 ] || status=0
fi
if [ "$status" -eq 0 ]; then
  carry 0 --delete "$from" "$to"
  status=$?
fi

# A copy that was broken off left parts behind; once all is there, they go.
if [ "$status" -eq 0 ] && [ "$was_broken" = yes ] && [ "$direction" = forward ]; then
  find "$SHADOW" -depth -type d -name .decant_partial -exec rm -rf {} +
  carry 0 --delete "$from" "$to"
  status=$?
fi
[ "$status" -ne 0 ] || rm -f broken
if [ "$status" -eq 0 ] && [ "$direction" = back ]; then mv -f since.new since; fi
echo "$status" >"$job/status.new"
mv -f "$job/status.new" "$job/status"
