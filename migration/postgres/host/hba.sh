#!/bin/sh
# hba.sh put FILE MARK   the lines on standard input go to the top of FILE, between marks
# hba.sh drop FILE MARK  they go again; every other byte stays as it was
set -eu
export LC_ALL=C
action=$1 file=$(readlink -f "$2") mark=$3
begin="# $mark begin" end="# $mark end"
new="$file.${mark%% *}"

count() { grep -cFx -- "$1" "$file" || true; }
case "$(count "$begin")/$(count "$end")" in
0/0) [ "$action" = put ] || exit 0 ;;
1/1) ;;
*) echo "hba.sh: the block '$mark' in $file is damaged: take it out by hand" >&2; exit 3 ;;
esac

# -p: owner and mode stay. The new file is whole on the disk before it takes the old one's place.
cp -p -- "$file" "$new"
{
  if [ "$action" = put ]; then printf '%s\n' "$begin"; cat; printf '%s\n' "$end"; fi
  sed "/^$begin\$/,/^$end\$/d" "$file"
} >"$new"
sync "$new"
mv -f -- "$new" "$file"
