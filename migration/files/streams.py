"""Shares a tree out among the streams of a first copy."""

import heapq
from collections.abc import Iterable, Mapping

from migration.files.sides import LONG, Place, q

MOST = 8
DEPTH = 4
"""How many levels of folders are looked at to share a tree out."""
FAIR = 3
"""A folder is taken apart that outweighs a third of what one stream would carry."""

MOSTLY = 0.75
"""How much of a folder must be in folders for it to be taken apart."""


def share_out(sizes: Iterable[tuple[int, bytes]], streams: int) -> list[list[bytes]]:
    """Names in at most `streams` lists of about the same size: the largest first, each to the lightest list."""
    loads: list[tuple[int, int]] = [(0, number) for number in range(max(1, streams))]
    lists: list[list[bytes]] = [[] for _ in loads]
    for size, name in sorted(sizes, key=lambda item: (-item[0], item[1])):
        load, number = heapq.heappop(loads)
        lists[number].append(name)
        heapq.heappush(loads, (load + size, number))
    return [names for names in lists if names]


def pieces(sizes: Mapping[bytes, int], streams: int) -> list[tuple[int, bytes]]:
    """Folders to be shared out, none inside another: one that outweighs a fair share is taken apart into those below it.

    `sizes` has every folder down to a certain depth by its path, with all that is in it. What lies directly in a folder
    that was taken apart is left to the whole pass, so one that holds much itself stays whole.
    """
    below: dict[bytes, list[bytes]] = {}
    for path in sizes:
        parent, slash, _ = path.rpartition(b"/")
        below.setdefault(parent if slash else b"", []).append(path)
    fair = sum(sizes[path] for path in below.get(b"", ())) / (FAIR * max(1, streams))
    found, waiting = [], list(below.get(b"", ()))
    while waiting:
        path = waiting.pop()
        inner = sum(sizes[one] for one in below.get(path, ()))
        if sizes[path] > fair and inner > MOSTLY * sizes[path]:
            waiting += below[path]
        else:
            found.append((sizes[path], path))
    return found


def groups(source: Place, streams: int) -> dict[str, bytes]:
    """Input files for the streams: `group.N`, each a list of folders of the tree, ended by NUL.

    One stream, or a tree with nothing to share out, gives none: the whole pass does it all.
    """
    if streams < 2:
        return {}
    measure = f"du -x -B1 -0 --max-depth={DEPTH - 1}"
    script = f"cd {q(source.tree)} && find . -mindepth 1 -maxdepth 1 -type d -exec {measure} {{}} +"
    said = source.read(script, timeout=LONG, limit=1 << 28).must(f"Measuring folders on {source.host.name}").stdout
    sizes = {}
    for entry in said.split(b"\0"):
        size, tab, name = entry.partition(b"\t")
        if tab:
            sizes[name.removeprefix(b"./")] = int(size)
    shared = share_out(pieces(sizes, min(streams, MOST)), min(streams, MOST))
    if len(shared) < 2:
        return {}
    return {f"group.{number}": b"".join(name + b"\0" for name in names) for number, names in enumerate(shared, 1)}
