"""How a move of files ends on its hosts: put back, closed for good, and looked over for what may be left."""

from estate.records.base import now
from estate.records.move import Residue
from migration import fence
from migration.context import Side
from migration.files import access, gate, owners, transfer
from migration.files.sides import Place, Sides, q, script

LATE = 5 * transfer.BACK_SECONDS
"""Seconds without a good round after which the flow back counts as broken."""

# What the top of the target's tree was: whether it was there, its owner, mode, access list, attributes and time.
KEEP_TOP = """set -eu; umask 077; mkdir -p {folder}; cd {folder}
if [ ! -e top ]; then
  if [ -e {tree} ]; then
    (cd {tree} && getfacl .) >top.acl
    (cd {tree} && getfattr -d -m '^user|^trusted' -e hex .) >top.attributes
    stat -c '%U:%G %a %y' -- {tree} >top.new
  else
    echo absent >top.new
  fi
  mv -f top.new top
fi
umask 022; mkdir -p -- {tree}
"""

_EMPTY = """set -eu; cd {folder}
[ -e top ] || exit 0
[ -e removed ] || find {tree} -mindepth 1 -delete
: >removed
read -r owner mode when <top
if [ "$owner" = absent ]; then echo absent; exit 0; fi
chown "$owner" -- {tree}
here=$PWD
(cd {tree} && setfacl --restore="$here/top.acl")
getfattr -m '^user|^trusted' --absolute-names -- {tree} | sed 1d | while read -r name; do
  [ -z "$name" ] || setfattr -x "$name" -- {tree}
done
(cd {tree} && setfattr --restore="$here/top.attributes")
chmod "$mode" -- {tree}
touch -d "$when" -- {tree}
"""


# The key carries nothing any more, and a round that is on its way in is ended: it holds the shadow open, through
# which it would write on when the gate is open. Tried until none is left.
_SEVER = """set -eu; [ -d {work} ] || exit 0; umask 077; cd {work}
echo none >direction.new; mv -f direction.new direction
for try in 1 2 3 4 5 6 7 8 9 10; do
  rounds=$(find /proc/[0-9]*/cwd -maxdepth 0 '(' -lname {shadow} -o -lname {below} ')' 2>/dev/null |
    while IFS=/ read -r _ _ pid _; do ! grep -qx rsync "/proc/$pid/comm" 2>/dev/null || echo "$pid"; done)
  [ -n "$rounds" ] || exit 0
  kill -9 $rounds 2>/dev/null || true
  sleep 0.1
done
echo "rsync writes on into the tree" >&2
exit 1
"""


def sever(source: Place) -> None:
    """End the flow back where it arrives; the target may be out of reach. Safe to repeat."""
    source.run(_SEVER.format(work=q(source.work), shadow=q(source.shadow), below=q(f"{source.shadow}/*"))).must(
        f"Ending the flow back on {source.host.name}"
    )


def forsake(both: Sides) -> None:
    """Clean the source alone; see `Mover.forsake`."""
    source = both.source
    sever(source)
    access.withdraw(both)
    gate.reopen(source)
    fence.remove(source.ctx.side(source.side), source.host, source.ctx.move)
    source.forget()


def clean(both: Sides, keep: Side | None) -> None:
    """Remove everything temporary, put every setting back; see `Mover.clean` for `keep`."""
    source, target = both.source, both.target
    for place in (source, target):
        # What is mounted on a closed tree would be taken away with the gate, and is no copy of ours to remove.
        if gate.status(place).closed:
            gate.require_whole(place)
    transfer.stop(target, "seed", "sync", "back")
    access.withdraw(both)
    if keep is None:
        _discard(target)
    elif gate.status(both.at("target" if keep == "source" else "source")).word != "none":
        retire(both.at("target" if keep == "source" else "source"))
    for place in (source, target):
        gate.reopen(place)
        fence.remove(place.ctx.side(place.side), place.host, place.ctx.move)
        place.forget()


def _discard(target: Place) -> None:
    """Remove what was copied, and make the top of the tree what it was."""
    if gate.status(target).word in ("shut", "held"):
        emptying = _EMPTY.format(folder=q(target.gate), tree=q(target.shadow))
        said = target.run(emptying, timeout=3600).must(f"Removing the copy on {target.host.name}").text
        gate.reopen(target)
    else:
        # Nothing was copied yet, or it was removed: at most the empty folder is there.
        said = target.run(f"cat {q(target.gate)}/top 2>/dev/null || true").text
    if said.strip() == "absent":
        target.run(f"[ ! -d {q(target.tree)} ] || rmdir --ignore-fail-on-non-empty -- {q(target.tree)}").must(
            f"Removing {target.tree} on {target.host.name}"
        )


def removed(target: Place) -> bool:
    """Whether the copy is gone already: what is in the tree from then on is not ours."""
    return target.read(f"[ -e {q(target.gate)}/removed ]").ok


def retire(place: Place) -> None:
    """Leave a tree as it is, closed to everybody but root by the mode of its top folder."""
    where = place.shadow if gate.status(place).closed else place.tree
    place.run(f"chmod 0000 -- {q(where)}").must(f"Closing {place.tree} on {place.host.name}")


def healthy(both: Sides) -> str:
    """While soaking: empty where the flow back is whole, else one line on what broke it."""
    target, source = both.target, both.source
    if not gate.status(source).closed:
        return f"{source.tree} on {source.host.name} is open to its users"
    said = target.read(
        f"""cd {q(target.work)}; systemctl is-active {target.tag}_back.timer; systemctl is-active {target.tag}_back.service
        cat since; date +%s; cat back/status 2>/dev/null"""
    ).text.split()
    if len(said) < 4 or said[0] != "active":
        return f"the flow back does not run on {target.host.name}"
    behind = int(said[3]) - int(said[2])
    if behind > LATE and said[1] == "inactive":
        status = f", rsync's last status is {said[4]}" if len(said) > 4 else ""
        return f"nothing has flowed back from {target.host.name} for {behind} seconds{status}"
    against = owners.unknown_back(target, source)
    return f"owners are not known on {source.host.name}: {'; '.join(against[:5])}" if against else ""


def residue(both: Sides) -> tuple[Residue, ...]:
    """What is really left on both hosts of this move, or still changed."""
    left: list[Residue] = []
    for place in (both.source, both.target):
        left += [_residue(place, kind, name) for kind, name in found(place)]
    left += [_residue(both.source, "key line", file) for file in access.key_lines(both.source)]
    return tuple(left)


def found(place: Place) -> list[tuple[str, str]]:
    """What on one host bears the move's tag: kind and name."""
    argv = ["sh", "-c", script("residue.sh"), "sh", place.tag, place.tree]
    said = place.root.run(argv, timeout=3600).must(f"Looking for residue on {place.host.name}").text
    return [(kind, name) for kind, _, name in (line.partition(" ") for line in said.splitlines())]


def _residue(place: Place, kind: str, name: str) -> Residue:
    return Residue(host=place.host.name, kind=kind, name=name, at=now())
