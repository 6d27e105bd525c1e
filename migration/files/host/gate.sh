#!/bin/sh
# The gate of one file tree: closed to every writer but Decant, and opened again just as it was. It stands alone, so
# that the deadline of a freeze works with nobody there to help.
#
#   gate.sh arm EPOCH SECONDS   set the deadline: the gate opens by itself when it lapses, or when the host restarts
#   gate.sh close EPOCH         close, under a deadline of this epoch
#   gate.sh shut                close with no deadline, over restarts: a target that serves nobody yet
#   gate.sh hold EPOCH LEAST    take the deadline away, if at least LEAST seconds are left; closed over restarts
#   gate.sh open                open, whatever was before
#   gate.sh lapse EPOCH         what the deadline runs
#   gate.sh boot                what a restart of the host runs
#   gate.sh writers             who could still write, one a line
#   gate.sh status              one line: STATE EPOCH SECONDS-LEFT
#
# States: open, armed, held, shut, lapsed. Exit 4: refused; the reason is on standard error.
# Closed means: the exporters are stopped, nobody has a file of the tree open for writing, no other file system is
# mounted inside it, and the tree is mounted over itself read-only, in every mount namespace. Decant itself writes
# through SHADOW, which only root may enter.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
. ./gate.conf # TAG TREE SHADOW

if [ "$1" = lapse ]; then # tried until it succeeds, without holding the lock in between
  until sh ./gate.sh lapsed "$2"; do sleep 2; done
  exit 0
fi

exec 9>lock
flock 9

HERE=$PWD
RUN=/run/$TAG.closed
UNITS=/etc/systemd/system
BOOT=$(cat /proc/sys/kernel/random/boot_id)
WAIT=4 # seconds for writers to end after their exporters were stopped

state=open epoch=0 deadline=0 boot=$BOOT
[ ! -s state ] || read -r state epoch deadline boot <state
# A restart took away the deadline's timer, the mounts and the mark in /run: the tree is open.
if [ "$state" = armed ] && [ "$boot" != "$BOOT" ]; then state=lapsed; fi

become() {
  state=$1 epoch=$2 deadline=$3
  echo "$state $epoch $deadline $BOOT" >state.new
  sync state.new
  mv -f state.new state
}

refuse() {
  echo "gate: $1" >&2
  exit 4
}

few() { echo "$1" | head -n 3 | paste -s -d ';' -; }

uptime() { cut -d . -f 1 /proc/uptime; }

bound() { findmnt -n -o OPTIONS -M "$TREE" | tail -n 1 | grep -q '^ro\(,\|$\)'; }

shadowed() { findmnt -n -M "$SHADOW" >/dev/null; }

# Made read-only before it is put over the tree: so every mount namespace that gets it gets it read-only.
bind() {
  mkdir -p "$SHADOW" once
  shadowed || { mount --bind -- "$TREE" "$SHADOW" && mount --make-private "$SHADOW"; }
  bound && return 0
  mount --bind -- "$SHADOW" once
  mount --make-private once
  mount -o remount,bind,ro once
  mount --bind -- once "$TREE"
  umount once
}

unbind() {
  ! bound || umount -l -- "$TREE"
  ! shadowed || umount -- "$SHADOW" 2>/dev/null || umount -l -- "$SHADOW"
}

# A look that could see nothing must not be taken for nothing to see.
can_look() {
  exec 7>>probe
  find /proc/self/fd -maxdepth 1 -perm -200 -lname "*/probe" 2>/dev/null | grep -q . || refuse "open files cannot be seen here"
  exec 7>&-
}

# Files of the tree open for writing or mapped from such: the kernel says so in the rights of the links in /proc.
open_files() {
  pattern=$(printf %s "$TREE" | sed 's/[][*?\\]/\\&/g')
  find /proc/[0-9]*/fd /proc/[0-9]*/map_files -maxdepth 1 -type l -perm -200 -lname "$pattern/*" 2>/dev/null |
    while IFS=/ read -r _ _ pid _ fd; do
      echo "process $pid ($(cat "/proc/$pid/comm" 2>/dev/null), $(stat -c %U "/proc/$pid" 2>/dev/null)): $(readlink "/proc/$pid/fd/$fd" 2>/dev/null || echo mapped)"
    done
  for backing in /sys/block/loop*/loop/backing_file; do
    [ -e "$backing" ] || continue
    case $(cat "$backing") in "$TREE"/*) echo "loop device ${backing#/sys/block/}: $(cat "$backing")" ;; esac
  done
}

# Whoever works in a folder of the tree, or has one open, from before the read-only mount: it writes on by names
# relative to that. What came later is in the read-only mount, and may not write there (nor may root).
inside() {
  bound || return 0
  pattern=$(printf %s "$TREE" | sed 's/[][*?\\]/\\&/g')
  find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd -maxdepth 1 -type l \
    \( -lname "$pattern" -o -lname "$pattern/*" \) 2>/dev/null | while read -r link; do
    [ -d "$link" ] && [ -w "$link" ] || continue
    pid=${link#/proc/} pid=${pid%%/*}
    echo "process $pid ($(cat "/proc/$pid/comm" 2>/dev/null), $(stat -c %U "/proc/$pid" 2>/dev/null)) works in $(readlink "$link")"
  done
}

# As the kernel writes a path in a list of mounts.
spelt() { printf %s "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g'; }

# File systems mounted inside the tree: the read-only mount is not theirs, and what they hold is not carried over.
mounted_inside() {
  spot=$(spelt "$TREE") awk 'index($5, ENVIRON["spot"] "/") == 1 { print "another file system is mounted at " $5 }' \
    /proc/self/mountinfo | sort -u
}

# Ways to the tree around the read-only mount: a second mount, or a mount namespace that did not get it.
other_ways() {
  bound || return 0
  spot=$(spelt "$TREE")
  shadow=$(spelt "$SHADOW")
  what=$(spot=$spot awk '$5 == ENVIRON["spot"] { found = $3 " " $4 } END { print found }' /proc/self/mountinfo)
  find /proc/[0-9]*/ns -maxdepth 1 -name mnt -printf '%l %h\n' 2>/dev/null | sort -u -k 1,1 | while read -r _ folder; do
    spot=$spot shadow=$shadow device=${what%% *} root=${what#* } who=$folder awk '
      BEGIN { spot = ENVIRON["spot"]; shadow = ENVIRON["shadow"]; root = ENVIRON["root"]; split(ENVIRON["who"], p, "/") }
      $3 != ENVIRON["device"] { next }
      { rw = $6 ~ /^rw(,|$)/ }
      $5 == spot { covered = !rw }
      $5 == shadow || !rw { next }
      $4 == root || index($4, root "/") == 1 { if ($5 != spot) print "mounted for writing at " $5 " too" }
      $4 == "/" || index(root "/", $4 "/") == 1 { seen = 1 }
      END { if (seen && !covered) print "process " p[3] " has a view of its own of the file system" }
    ' "$folder/../mountinfo" 2>/dev/null || true
  done | sort -u
}

writers() {
  open_files
  inside
  mounted_inside
  other_ways
}

exporters() { [ ! -e exporters ] || cat exporters; }

# Exporters that serve nothing else stay stopped, whoever tries to start them; the others serve on, read-only here.
stop_exporters() {
  [ -e running ] || {
    exporters | while read -r unit after; do
      ! systemctl -q is-active "$unit" || echo "$unit $after"
    done >running.new
    mv -f running.new running
  }
  exporters | while read -r unit after; do
    [ "$after" = stays ] || continue
    mkdir -p "$UNITS/$unit.d"
    printf '[Unit]\nConditionPathExists=!%s\nConditionPathExists=!%s/closed\n' "$RUN" "$HERE" >"$UNITS/$unit.d/$TAG.conf"
  done
  systemctl daemon-reload
  exporters | while read -r unit _; do systemctl stop "$unit" </dev/null; done
}

start_exporters() {
  exporters | while read -r unit _; do
    [ ! -e "$UNITS/$unit.d/$TAG.conf" ] || rm -f "$UNITS/$unit.d/$TAG.conf"
    [ ! -d "$UNITS/$unit.d" ] || rmdir --ignore-fail-on-non-empty "$UNITS/$unit.d"
  done
  systemctl daemon-reload
  [ ! -e running ] || while read -r unit _; do systemctl start "$unit" </dev/null; done <running
  rm -f running
}

resume_exporters() {
  while read -r unit after; do
    [ "$after" = stays ] || systemctl start "$unit" </dev/null
  done <running
}

give_up() {
  open_it
  become open "$epoch" 0
  stop_timers
  refuse "$1"
}

close_it() {
  can_look
  left=$(mounted_inside)
  [ -z "$left" ] || give_up "$(few "$left")"
  stop_exporters
  until=$(($(uptime) + WAIT))
  while left=$(open_files) && [ -n "$left" ]; do
    [ "$(uptime)" -lt "$until" ] || give_up "still open for writing: $(few "$left")"
    sleep 0.1
  done
  bind
  # What was opened between the last look and the mount writes on; what comes later cannot.
  left=$(writers)
  [ -z "$left" ] || give_up "can still write: $(few "$left")"
  resume_exporters
}

persist() {
  : >closed
  printf '[Unit]\nDescription=Keep %s closed while Decant moves it\nDefaultDependencies=no\nAfter=local-fs.target\nBefore=sysinit.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh %s/gate.sh boot\n[Install]\nWantedBy=sysinit.target\n' \
    "$TAG" "$HERE" >"$UNITS/${TAG}_gate.service"
  systemctl daemon-reload
  systemctl -q enable "${TAG}_gate.service"
}

open_it() {
  unbind
  rm -f "$RUN" closed
  if [ -e "$UNITS/${TAG}_gate.service" ]; then
    systemctl -q disable "${TAG}_gate.service"
    rm -f "$UNITS/${TAG}_gate.service"
  fi
  # After a restart of the host it counts as running, and would be listed on without its file.
  systemctl stop "${TAG}_gate.service" 2>/dev/null || true
  start_exporters
}

stop_timers() { systemctl stop "${TAG}_thaw_e*.timer" 2>/dev/null || true; }

case $1 in
arm)
  [ "$state" != held ] || exit 0
  stop_timers
  systemd-run -q --collect --on-active="$3" --timer-property=AccuracySec=100ms --unit="${TAG}_thaw_e$2" \
    /bin/sh "$HERE/gate.sh" lapse "$2"
  become armed "$2" $(($(uptime) + $3))
  ;;
close)
  [ "$state" != held ] || exit 0
  [ "$state" = armed ] && [ "$epoch" = "$2" ] || refuse "the deadline has lapsed"
  : >"$RUN"
  close_it
  ;;
shut)
  [ "$state" != shut ] || { bind; exit 0; }
  : >"$RUN"
  : >closed
  close_it
  persist
  become shut "$epoch" 0
  ;;
hold)
  [ "$state" != held ] || exit 0
  [ "$state" = armed ] || refuse "the deadline has lapsed and writes go on"
  # A later attempt may finish what an earlier one froze; that none goes back is the fence's business.
  [ "$epoch" -le "$2" ] || refuse "the deadline is of attempt $epoch"
  left=$((deadline - $(uptime)))
  [ "$left" -ge "$3" ] || refuse "$left seconds are left of the deadline, and $3 are needed"
  can_look
  left=$(writers)
  [ -z "$left" ] || refuse "can still write: $(few "$left")"
  bound || refuse "the tree is not mounted read-only any more"
  persist
  become held "$2" 0
  stop_timers
  ;;
open)
  open_it
  become open "$epoch" 0
  stop_timers
  ;;
lapsed)
  [ "$state" = armed ] && [ "$epoch" = "$2" ] || exit 0
  open_it
  become lapsed "$2" 0
  ;;
boot)
  case $state in held | shut) bind ;; esac
  ;;
writers)
  can_look
  writers
  ;;
status)
  left=0
  [ "$state" != armed ] || left=$((deadline - $(uptime)))
  case $state in armed | held | shut) bound || state=open ;; esac
  echo "$state $epoch $left"
  ;;
*) refuse "there is no command $1" ;;
esac
