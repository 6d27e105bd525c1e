#!/bin/sh
# residue.sh TAG TREE   everything on this host that bears the move's tag: a kind and a name a line. Reads only.
tag=$1 tree=$2
for path in "/var/lib/$tag" "/run/$tag.closed"; do
  [ ! -e "$path" ] || echo "directory $path"
done
for path in /etc/systemd/system/*.d/"$tag".conf /etc/systemd/system/"$tag"_*; do
  [ ! -e "$path" ] || echo "file $path"
done
systemctl list-units --all --plain --no-legend "${tag}_*" | while read -r unit _; do echo "unit $unit"; done
grep -F "/$tag/" /proc/self/mountinfo | while read -r _ _ _ _ where _; do echo "mount $where"; done
# Another move may be at work on the same tree by now: what is partial is then that one's.
for other in /var/lib/decant_*/gate/gate.conf; do
  [ "$other" != "/var/lib/$tag/gate/gate.conf" ] && [ -e "$other" ] || continue
  [ "$(. "$other" && echo "$TREE")" != "$tree" ] || exit 0
done
[ ! -d "$tree" ] || find "$tree" -type d -name .decant_partial -printf 'partial %p\n'
