"""The fence: what changes something on a host runs behind it, and a later attempt shuts an earlier one out.

Each move has a folder on each host that it touches. There stand the highest epoch that has been there, and the
process that is at work. A script of a lower epoch is refused. One of a higher epoch ends what an older one left
running; one of the same epoch waits for it. So nothing of a stopped or forgotten attempt acts after its successor.

Units named `decant_MOVE_…_eEPOCH` of an older epoch are ended with it. Units without an epoch in their name are
bulk copies, which a later attempt takes over; those named `…_thaw_e…` keep a freeze's deadline and are left alone.
"""

import hashlib
import re

from estate.errors import HeldError
from estate.records.host import Host
from estate.records.move import Move
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result, Transport
from estate.transport.privilege import rooted

LONGEST_TAG = 47
"""Leaves room for suffixes within the 63 characters of a PostgreSQL identifier."""
WAIT_SECONDS = 120
"""How long a script of the same attempt waits for one that is still running."""

_REFUSED = 75
# The script's own process group is noted with the time it began, so that a number used again harms nobody. It
# inherits the lock on `fence.work`: as long as any of it lives, nobody else works here.
_GUARD = r"""
set -u
folder=$1 epoch=$2 script=$3 wait=$4
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
seen() { cat fence.epoch 2>/dev/null || echo 0; }
refuse() { echo "fence: $1" >&2; exit 75; }
outrun() { [ "$epoch" -ge "$(seen)" ] || refuse "attempt $(seen) has been here, and this is attempt $epoch"; }
end() {
  read -r group start <fence.group 2>/dev/null || return 0
  [ "$(began "$group")" != "$start" ] || kill -s "$1" -- "-$group" 2>/dev/null
}
units() {
  systemctl list-units --all --plain --no-legend "${folder##*/}_*_e*" | while read -r unit _; do
    number=${unit##*_e} number=${number%%.*}
    case $unit in "${folder##*/}_thaw_e"*) continue ;; esac
    case $number in '' | *[!0-9]*) continue ;; esac
    [ "$number" -ge "$epoch" ] || systemctl stop "$unit" </dev/null
  done
}
(umask 077; mkdir -p "$folder") && chmod 0711 "$folder" && cd "$folder" || exit 1
exec 3<&0 7>>fence.turn 8>>fence.work
flock 7
outrun
if [ "$epoch" -gt "$(seen)" ]; then
  echo "$epoch" >fence.new && sync fence.new && mv -f fence.new fence.epoch
  flock -n 8 || { end TERM; flock -w 5 8 || end KILL; }
  [ ! -d /run/systemd/system ] || units
fi
flock -u 7
flock -w "$wait" 8 || refuse "an earlier step of this attempt is still at work"
flock 7
outrun
setsid sh -c "$script" <&3 3<&- 7>&- &
child=$!
trap 'kill -s TERM -- "-$child" 2>/dev/null' TERM INT HUP
echo "$child $(began "$child")" >fence.group
flock -u 7
wait "$child"
"""


def tag(move: str) -> str:
    """`decant_MOVE` as slots, roles, units and files allow it: small letters, digits and underscores.

    A move's id that had to be changed for that, or cut, keeps apart from others by eight digits of its hash.
    """
    plain = re.sub(r"[^a-z0-9_]", "_", move.lower())
    room = LONGEST_TAG - len("decant_")
    if plain != move.replace("-", "_") or len(plain) > room:
        plain = f"{plain[: room - 9]}_{hashlib.sha256(move.encode()).hexdigest()[:8]}"
    return f"decant_{plain}"


def folder(move: str) -> str:
    """The move's own folder on a host. Whoever cleans up removes it last."""
    return f"/var/lib/{tag(move)}"


def remove(transport: Transport, host: Host, move: Move) -> None:
    """Take the move's folder away, fence and all: the last thing that a move does on a host. Safe to repeat."""
    # The guard of this very script may still be writing its note into the folder.
    again = f"rm -rf -- {folder(move.id)}"
    script = f"for look in 1 2 3 4 5; do {again} 2>/dev/null && exit 0; sleep 0.2; done; exec {again}"
    run(transport, host, move, script).must(f"Removing {folder(move.id)} on {host.name}")


def run(
    transport: Transport,
    host: Host,
    move: Move,
    script: str,
    stdin: bytes | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    limit: int = OUTPUT_LIMIT,
) -> Result:
    """Run a shell script as root on `host`, unless a later attempt of this move has been there.

    The script can be read in the list of processes: what is secret goes by `stdin`. Raises `HeldError` where it is
    refused; its own failure is in the result, as with `Transport.run`.
    """
    argv = ["sh", "-c", _GUARD, "decant", folder(move.id), str(move.epoch), script, str(WAIT_SECONDS)]
    result = rooted(transport, host).run(argv, stdin, timeout, limit)
    said = result.stderr.decode("utf-8", "replace").strip()
    if result.status == _REFUSED and said.startswith("fence: "):
        raise HeldError(
            f"{host.name} refused this step of move {move.id} ({said.removeprefix('fence: ')})",
            "see `decant moves`: another run of Decant has taken the move over; let it go on",
        )
    return result
