#!/bin/sh
# serve.sh COMMAND   what the move's key may do on this host, and nothing else: rsync's server part on the one tree,
#                    reading it (direction forward) or writing it behind its closed gate (direction back)
set -euf
export LC_ALL=C
cd "$(dirname "$0")"
. ./serve.conf # TREE SHADOW
direction=$(cat direction)

deny() {
  echo "decant: this key may not do that ($1)" >&2
  exit 126
}

[ "$1" != check ] || exit 0 # whether the key opens the door at all
case $1 in *[!A-Za-z0-9\ ._=@,/-]*) deny "strange characters" ;; esac
set -- $1
[ "${1-} ${2-}" = "rsync --server" ] || deny "not rsync's server"
shift 2
sending=no
for option; do
  case $option in
  --sender) sending=yes ;;
  -[A-Za-z.]* | --timeout=[0-9]* | --partial-dir | --partial-dir=.decant_partial | .decant_partial | -@-1) ;;
  --info=[A-Z]* | --delete | --delete-during | --from0 | --files-from=- | --no-implied-dirs | --log-format=* | --stats | --partial) ;;
  . | tree/) ;;
  *) deny "$option" ;;
  esac
done
case " $* " in *" . tree/ ") ;; *) deny "another place" ;; esac

count=$#
for word; do # the options, without the two last words
  shift
  count=$((count - 1))
  [ "$count" -lt 2 ] || set -- "$@" "$word"
done
case $direction/$sending in
forward/yes) exec rsync --server "$@" . "$TREE/" ;;
back/no)
  findmnt -n -M "$SHADOW" >/dev/null || deny "the tree is not closed"
  exec rsync --server "$@" . "$SHADOW/"
  ;;
*) deny "the direction is $direction" ;;
esac
