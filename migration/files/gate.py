"""The gate of a tree, worked from here: closed under a deadline that the host itself keeps, and opened again."""

from dataclasses import dataclass

from estate.errors import RefusedError, UnfinishedError
from estate.transport.base import Result
from migration.files import look
from migration.files.sides import Place, conf, q, script

EXIT_REFUSED = 4
SECONDS = 180.0


@dataclass(frozen=True)
class State:
    """What the gate says: `open`, `armed`, `held`, `shut`, `lapsed`, or `none` where there is no gate."""

    word: str
    epoch: int
    seconds_left: int

    @property
    def closed(self) -> bool:
        """Whether nobody but Decant can write."""
        return self.word in ("held", "shut") or (self.word == "armed" and self.seconds_left > 0)


def install(place: Place, exporters: tuple[tuple[str, bool], ...]) -> None:
    """Put the gate on a host. `exporters` are units that write the tree, and whether they serve nothing else."""
    listed = "".join(f"{unit} {'stays' if only else 'resumes'}\n" for unit, only in exporters)
    settings = conf(TAG=place.tag, TREE=place.tree, SHADOW=place.shadow)
    place.put(place.gate, {"gate.sh": script("gate.sh"), "gate.conf": settings, "exporters": listed})


def status(place: Place) -> State:
    """The gate's state, read without changing anything."""
    gate = f"{q(place.gate)}/gate.sh"
    said = (
        place.read(f"[ ! -e {gate} ] || sh {gate} status")
        .must(f"Reading the gate on {place.host.name}")
        .text.split()
    )
    return State(said[0], int(said[1]), int(said[2])) if said else State("none", 0, 0)


def freeze(place: Place, epoch: int, deadline_seconds: float) -> None:
    """Close the gate under a deadline. Raises `RefusedError`, open again, where a writer stays."""
    _note(place)
    _work(place, f"arm {epoch} {int(deadline_seconds)}")
    _work(place, f"close {epoch}")


def hold(place: Place, epoch: int, least_seconds: float) -> None:
    """Take the deadline away for good. Raises `RefusedError` where it has lapsed or too little is left."""
    _work(place, f"hold {epoch} {int(least_seconds)}")


def shut(place: Place) -> None:
    """Close a side that serves nobody yet, with no deadline."""
    _note(place)
    _work(place, "shut")


def reopen(place: Place) -> None:
    """Open the gate, whatever was before, and start the exporters that ran. Safe to repeat."""
    if status(place).word == "none":
        return
    _work(place, "open")
    place.forget("gate", "closed exporter")


def require_closed(place: Place) -> None:
    """Raise `RefusedError` unless nobody but Decant can write."""
    if not status(place).closed:
        raise RefusedError(
            f"{place.tree} on {place.host.name} is open to its users again (the freeze has lapsed)",
            "freeze it once more: run the command again",
        )


def require_whole(place: Place) -> None:
    """Raise `RefusedError` where another file system is mounted inside the tree: what it holds is not carried."""
    inside = look.mounted_inside(place)
    if inside:
        raise RefusedError(
            f"Other file systems are mounted inside {place.tree} on {place.host.name} ({', '.join(inside[:5])}), "
            "and are not part of this move",
            "unmount them there, and run again; what they hold can be moved as a tree of its own",
        )


def _note(place: Place) -> None:
    place.note("gate", place.tree, old="writable", new="read-only")


def _work(place: Place, command: str) -> Result:
    result = place.run(f"exec sh {q(place.gate)}/gate.sh {command}", timeout=SECONDS)
    if result.status == EXIT_REFUSED:
        said = result.stderr.decode("utf-8", "replace").strip().splitlines()[-1].removeprefix("gate: ")
        raise RefusedError(
            f"{place.tree} on {place.host.name} could not be frozen: {said}",
            "see to that on the host, and run again",
        )
    if not result.ok:
        last = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1][:300]
        raise UnfinishedError(
            f"The gate of {place.tree} on {place.host.name} failed ({last})",
            "mend that there and run the same command again",
        )
    return result
