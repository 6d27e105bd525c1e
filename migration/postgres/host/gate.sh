#!/bin/sh
# The gate of one database: closed to everybody but Decant and the server's own superuser, and opened again just
# as it was. It stands alone, so that the deadline of a freeze works with nobody there to help.
#
#   gate.sh arm EPOCH SECONDS   set the deadline: the gate opens by itself when it lapses
#   gate.sh close EPOCH         close, under a deadline of this epoch
#   gate.sh shut                close with no deadline: a target that serves nobody yet
#   gate.sh hold EPOCH LEAST    take the deadline away, if at least LEAST seconds are left
#   gate.sh open                open, whatever was before
#   gate.sh retire              leave it closed by privilege, without a trace in pg_hba.conf
#   gate.sh lapse EPOCH         what the deadline runs, and a restart of the host
#   gate.sh status              one line: STATE EPOCH SECONDS-LEFT
#
# States: open, armed, held, shut, lapsed. Exit 4: refused; the reason is on standard error.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
. ./gate.conf # TAG BIN PORT DATABASE HBA ROLE
PATH="$BIN:$PATH" # the server's own psql: Debian's wrapper takes twice as long to start

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
  runuser -u postgres -- env PGAPPNAME=decant PGOPTIONS='-c statement_timeout=60s -c default_transaction_read_only=off' \
    psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse -p "$PORT" -d postgres -v database="$DATABASE" -v role="$ROLE" "$@" 9>&-
}

reload() {
  before=$(sql -c "SELECT pg_conf_load_time() || substr(pg_reload_conf()::text, 1, 0)")
  tries=0
  while [ "$tries" -lt 40 ]; do
    [ "$(sql -c 'SELECT pg_conf_load_time()::text')" = "$before" ] || return 0
    tries=$((tries + 1))
    sleep 0.05
  done
  refuse "PostgreSQL did not take up pg_hba.conf"
}

unit() { echo "${TAG}_thaw_e$1"; }

arm() {
  disarm
  name=$(unit "$1")
  # Wanted at boot as well: a host that restarts while it is frozen comes back open.
  cat >"/etc/systemd/system/$name.service" <<END
[Unit]
Description=Decant opens $TAG when the deadline of its freeze lapses
After=postgresql.service
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

keep_acl() {
  [ ! -e acl ] || return 0
  sql -f - <gate_acl.sql >acl.new
  sync acl.new
  mv acl.new acl
}

close() {
  keep_acl
  sh ./hba.sh put "$HBA" "$TAG gate" <hba
  reload
  sql -f - <gate_close.sql
}

open() {
  sh ./hba.sh drop "$HBA" "$TAG gate"
  reload
  [ ! -e acl ] || sql -v acl="$(cat acl)" -f - <gate_open.sql
  rm -f acl since
}

case $1 in
arm)
  [ "$state" != held ] || exit 0
  keep_acl
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
  # A deadline that lapses now finds the gate held, and does nothing; so nobody need wait until its units are gone.
  disarm >/dev/null 2>&1 9>&- &
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
  sh ./hba.sh drop "$HBA" "$TAG gate"
  reload
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
