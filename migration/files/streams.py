"""Shares a tree out among the streams of a first copy."""

import heapq
from collections.abc import Iterable

from migration.files.sides import LONG, Place, q

MOST = 8


def share_out(sizes: Iterable[tuple[int, bytes]], streams: int) -> list[list[bytes]]:
    """Names in at most `streams` lists of about the same size: the largest first, each to the lightest list."""
    loads: list[tuple[int, int]] = [(0, number) for number in range(max(1, streams))]
    lists: list[list[bytes]] = [[] for _ in loads]
    for size, name in sorted(sizes, key=lambda item: (-item[0], item[1])):
        load, number = heapq.heappop(loads)
        lists[number].append(name)
        heapq.heappush(loads, (load + size, number))
    return [names for names in lists if names]


def groups(source: Place, streams: int) -> dict[str, bytes]:
    """Input files for the streams: `group.N`, each a list of folders below the tree's top, ended by NUL.

    One stream, or a tree with nothing to share out, gives none: the whole pass does it all.
    """
    if streams < 2:
        return {}
    script = f"cd {q(source.tree)} && find . -mindepth 1 -maxdepth 1 -type d -exec du -s -B1 -0 {{}} +"
    said = source.read(script, timeout=LONG, limit=1 << 28).must(f"Measuring folders on {source.host.name}").stdout
    sizes = []
    for entry in said.split(b"\0"):
        size, tab, name = entry.partition(b"\t")
        if tab:
            sizes.append((int(size), name.removeprefix(b"./")))
    shared = share_out(sizes, min(streams, MOST))
    if len(shared) < 2:
        return {}
    return {f"group.{number}": b"".join(name + b"\0" for name in names) for number, names in enumerate(shared, 1)}
