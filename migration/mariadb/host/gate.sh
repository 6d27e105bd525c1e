#!/bin/sh
# The gate of one database: its accounts locked and its events disabled, and both put back just as they were.
# It stands alone, so that the deadline of a freeze works with nobody there to help.
#
#   gate.sh arm EPOCH SECONDS   set the deadline: the gate opens by itself when it lapses
#   gate.sh close EPOCH         close, under a deadline of this epoch
#   gate.sh shut                close with no deadline: a target that serves nobody yet
#   gate.sh hold EPOCH LEAST    take the deadline away, if at least LEAST seconds are left
#   gate.sh open                open, whatever was before
#   gate.sh retire              leave it closed for good
#   gate.sh lapse EPOCH         what the deadline runs, and a restart of the host
#   gate.sh status              one line: STATE EPOCH SECONDS-LEFT
#
# `accounts` and `events` list what was open, a statement's name a line. Exit 4: refused; the reason is on standard error.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
. ./gate.conf # TAG

if [ "$1" = lapse ]; then # tried until it succeeds, without holding the lock in between
  until sh "$0" lapsed "$2"; do sleep 2; done
  exit 0
fi

exec 9>lock
flock 9

state=open epoch=0 deadline=0
[ ! -s state ] || read -r state epoch deadline <state

become() {
  state=$1 epoch=$2 deadline=$3
  echo "$state $epoch $deadline" >state.new
  sync state.new
  mv -f state.new state
}

refuse() {
  echo "gate: $1" >&2
  exit 4
}

sql() {
  mariadb --batch --protocol=socket --default-character-set=utf8mb4 \
    --init-command="SET SESSION sql_log_bin=0, sql_log_off=1, sql_mode='', lock_wait_timeout=30" 9>&-
}

each() { # LIST WORDS-BEFORE WORDS-AFTER
  [ ! -e "$1" ] || while IFS= read -r name; do echo "$2 $name $3;"; done <"$1"
}

unit() { echo "${TAG}_thaw_e$1"; }

arm() {
  disarm
  name=$(unit "$1")
  # Wanted at boot as well: a host that restarts while it is frozen comes back open.
  cat >"/etc/systemd/system/$name.service" <<END
[Unit]
Description=Decant opens $TAG when the deadline of its freeze lapses
After=mariadb.service
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/sh $PWD/gate.sh lapse $1
END
  mkdir -p /etc/systemd/system/multi-user.target.wants
  ln -sf "../$name.service" "/etc/systemd/system/multi-user.target.wants/$name.service"
  systemctl daemon-reload
  systemd-run --quiet --on-active="$2" --timer-property=AccuracySec=100ms --unit="$name.service" 9>&-
}

disarm() {
  found=
  for path in /etc/systemd/system/"${TAG}"_thaw_e*.service; do
    [ -e "$path" ] || continue
    name=$(basename "$path" .service)
    systemctl stop "$name.timer" 9>&- 2>/dev/null || true
    rm -f "$path" "/etc/systemd/system/multi-user.target.wants/$name.service"
    found=yes
  done
  [ -z "$found" ] || systemctl daemon-reload
}

close() {
  { each accounts 'ALTER USER' 'ACCOUNT LOCK' && each events 'ALTER EVENT' 'DISABLE'; } | sql
}

open() {
  { each accounts 'ALTER USER' 'ACCOUNT UNLOCK' && each events 'ALTER EVENT' 'ENABLE'; } | sql
  rm -f accounts events since
}

case $1 in
arm)
  [ "$state" != held ] || exit 0
  become armed "$2" $(($(date +%s) + $3))
  arm "$2" "$3"
  ;;
close)
  case "$state $epoch" in
  "armed $2") [ "$(date +%s)" -lt "$deadline" ] || refuse "the deadline has lapsed" ;;
  "held "*) ;;
  *) refuse "the gate is $state at epoch $epoch, not armed at epoch $2" ;;
  esac
  close
  ;;
shut)
  [ "$state" = open ] && become shut 0 0
  [ "$state" != shut ] || close
  ;;
hold)
  [ "$state" != held ] || exit 0
  [ "$state" = armed ] && [ "$epoch" -le "$2" ] || refuse "the gate is $state"
  left=$((deadline - $(date +%s)))
  [ "$left" -ge "$3" ] || refuse "$left seconds of the deadline are left, and $3 are needed"
  become held "$2" 0
  disarm
  ;;
open)
  open
  become open 0 0
  disarm
  ;;
lapsed)
  [ "$state $epoch" = "armed $2" ] || exit 0
  open
  become lapsed "$2" 0
  disarm
  ;;
retire)
  become retired 0 0
  disarm
  ;;
status)
  left=0
  [ "$state" != armed ] || left=$((deadline - $(date +%s)))
  echo "$state $epoch $left"
  ;;
*) refuse "no such command: $1" ;;
esac
