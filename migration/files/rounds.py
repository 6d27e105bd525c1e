"""Rounds: carrying over what changed, forward while the source serves, back while the target does."""

from estate.documents import words
from estate.errors import RefusedError, UnfinishedError
from estate.records.move import Lag
from migration.files import access, gate, owners, transfer
from migration.files.gate import State
from migration.files.sides import LONG, Place, Sides, q, together
from migration.files.transfer import Carried


def forward(both: Sides) -> Lag:
    """One round from the source to the target, whose tree must be closed."""
    source, target = both.source, both.target
    states = together(lambda: gate.status(source), lambda: gate.status(target))
    _must_be_closed(target, states[1])
    gate.require_whole(source)
    inputs = _changed(both)
    transfer.start(target, "sync", "forward", inputs)
    carried = transfer.watch(both, "sync", f"sync {both.ctx.workload.name}", None)
    if carried.whole:
        noting = f"cd {q(target.work)} && cat >since_forward"
        target.run(noting, inputs["began"]).must("Noting the round")
    return _lag(source, states[0], carried)


def back(both: Sides) -> Lag:
    """One round from the target to the source, whose tree must be closed; more then follow by themselves."""
    source, target = both.source, both.target
    states = together(lambda: gate.status(source), lambda: gate.status(target))
    _must_be_closed(source, states[0])
    gate.require_whole(target)
    against = owners.unknown_back(target, source)
    if against:
        raise RefusedError(
            f"New owners on {target.host.name} are not known on {source.host.name}: {'; '.join(against[:10])}",
            f"make them on {source.host.name} too, or go on without a way back",
        )
    access.point(both, "back")
    transfer.start(target, "backnow", "back", {})
    carried = transfer.watch(both, "backnow", f"sync back {both.ctx.workload.name}", None)
    if not states[1].closed:
        transfer.keep_going_back(both)
    return _lag(target, states[1], carried)


def _lag(writing: Place, before: State, carried: Carried) -> Lag:
    """What is left: nothing, where nobody could write while all of it was carried."""
    still = before.closed and gate.status(writing).closed
    if still and not carried.whole:
        raise UnfinishedError(
            f"Some files of {writing.tree} could not be carried though nobody writes "
            f"({'; '.join(carried.complaints[:3]) or 'rsync gave no reason'})",
            "see to these files, and run again",
        )
    if still or carried.nothing:
        return Lag(bytes=0, text="none", zero=True)
    text = f"{carried.files} changes, {words.size(carried.bytes)} in the last round"
    return Lag(bytes=carried.bytes, text=text, zero=False)


def _must_be_closed(place: Place, state: State) -> None:
    if not state.closed:
        raise RefusedError(
            f"{place.tree} on {place.host.name} is open to its users, and is not written over",
            "see `decant moves` for where this move stands",
        )


def _changed(both: Sides) -> dict[str, bytes]:
    """Points the key forward, and lists what changed since the last round.

    By the time of change that nobody can set back (ctime): these files are compared byte by byte. `began` is the
    source's clock before the list was made; two seconds of overlap cover the coarseness of its file times.
    """
    source, target = both.source, both.target
    since = int(target.read(f"cat {q(target.work)}/since_forward").must("Reading the last round").text) - 2
    script = f"""set -eu
    cd {q(source.work)}; echo forward >direction.new; mv -f direction.new direction
    date +%s
    cd {q(source.tree)}; find . -ignore_readdir_race -type f -newerct @{since} -printf '%P\\0'"""
    said = (
        source.run(script, timeout=LONG, limit=1 << 28).must(f"Looking for changes on {source.host.name}").stdout
    )
    began, _, dirty = said.partition(b"\n")
    return {"began": began, "dirty": dirty}
