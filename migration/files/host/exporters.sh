#!/bin/sh
# exporters.sh TREE   who serves it to others, and who holds something of it open. Reads only.
export LC_ALL=C
tree=$1
pattern=$(printf %s "$tree" | sed 's/[][*?\\]/\\&/g')
unit_of() { sed -n 's#^.*/\([^/]*\.service\)\(/.*\)\{0,1\}$#\1#p' "/proc/$1/cgroup" 2>/dev/null | head -n 1; }
find /proc/[0-9]*/fd /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/map_files -maxdepth 1 -type l \
    \( -lname "$pattern" -o -lname "$pattern/*" \) 2>/dev/null | cut -d / -f 3 | sort -u | while read -r pid; do
  unit=$(unit_of "$pid")
  case $unit in user@*.service | session-*) ;; ?*) echo "holds $unit" ;; esac
done
if command -v testparm >/dev/null 2>&1; then
  testparm -s -l 2>/dev/null | awk -F ' = ' '/^\[/ { share = $0 } /^[ \t]*path = / { print "share " share " " $2 }'
fi
for pid in $(cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (smbd).*/\1/p'); do echo "smbd $(unit_of "$pid")"; done | sort -u
if [ -r /etc/exports ]; then sed -n 's/^\(\/[^ \t]*\)[ \t].*/nfs \1/p' /etc/exports; fi
for unit in nfs-server.service nfs-kernel-server.service; do systemctl -q is-active "$unit" && echo "nfsd $unit"; done
true
