#!/bin/sh
# look.sh TREE TOOL…   what is there: tools, the tree, its file system; one fact a line. Reads only.
export LC_ALL=C
tree=$1; shift
for tool; do command -v "$tool" >/dev/null 2>&1 || echo "missing $tool"; done
echo "rsync $(rsync --version 2>/dev/null | sed -n 's/^rsync *version *v\{0,1\}\([0-9.]*\).*/\1/p')"
[ -d /run/systemd/system ] && echo systemd yes
echo "cpus $(nproc)"
if [ ! -e "$tree" ] && [ ! -L "$tree" ]; then
  echo absent yes
  until [ -d "$tree" ]; do tree=$(dirname "$tree"); done
else
  [ -d "$tree" ] && [ ! -L "$tree" ] && [ "$(readlink -f "$tree")" = "$tree" ] && echo folder yes
  [ -z "$(find "$tree" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ] && echo empty yes
  case $(findmnt -n -o OPTIONS -T "$tree") in ro | ro,*) echo readonly yes ;; esac
fi
stat -f -c 'free %a %S %d' "$tree"
