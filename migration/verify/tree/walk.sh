# walk.sh WHAT TREE [SINCE]   one look at a tree. Folders or files come on stdin, each `./path` ended by NUL. Reads only.
set -u
export LC_ALL=C
cd "$2" || exit 1
of() { xargs -0 -r sh -c "exec find \"\$@\" -ignore_readdir_race -mindepth 1 -maxdepth 1 $1" sh; }
fields='%y %m %u %g %s %T@ %D %i %n\0%l\0%p\0'
# Names that a line of text cannot hold: openssl changes them, by its version.
export newline='
' return=$(printf '\r')
odd='\( -path "*\\\\*" -o -path "*$newline*" -o -path "*$return*" \)'
# openssl is several times quicker than sha256sum where the processor has instructions for it. The names go with its
# output, in order, so that nothing depends on reading them back; chunks are told apart by a lock.
sums() {
  xargs -0 -r -n 200 -P "$(nproc)" sh -c '
    exec 8<.
    out=$(openssl dgst -sha256 -r "$@" 2>/dev/null)
    flock 8
    printf "%s\0" "$@"
    printf "\0%s\n\0" "$out"
  ' sh
}
oddsums() { xargs -0 -r sha256sum -z --; }
case $1 in
folders) find . -ignore_readdir_race -type d -print0 ;;
top) find . -maxdepth 0 -printf "$fields" ;;
entries) of "-printf '$fields'" ;;
contents) of "-type f -size +0 ! $odd -print0" | sums ;;
oddcontents) of "-type f -size +0 $odd -print0" | oddsums ;;
hash) sums ;;
oddhash) oddsums ;;
clock) date +%s.%N && cut -d ' ' -f 1 /proc/uptime ;;
# What was changed since, and every name of a file that has several.
changed)
  find . -ignore_readdir_race \( -newerct "@$3" -printf 'c %p\0' \) , \( ! -type d -links +1 -printf 'l%D:%i %p\0' \)
  ;;
lists) of "! -type l -print0" | xargs -0 -r getfacl -P -p -s -- ;;
toplist) getfacl -P -p -s -- . ;;
attributes) of "-print0" | xargs -0 -r getfattr -h -d -m - -e hex --absolute-names -- ;;
topattributes) getfattr -h -d -m - -e hex --absolute-names -- . ;;
esac
