"""The bulk of a tree, compared while it is written to, and the rest, compared inside a freeze.

What was changed since is known by the time of change that nobody can set back (ctime), on both sides, by each host's
own clock: so a file that somebody else wrote on the target is found as well. A folder that was not there before is
compared whole. Which names are one file is compared anew for all of them. Where a clock was stepped meanwhile,
everything is compared again.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

from estate.progress import Step
from estate.records.base import now
from estate.records.verification import Check, Verification
from migration.context import Context
from migration.verify.tree.comparison import MOST_DIFFERING, Comparison, Links, top_of
from migration.verify.tree.walk import TOP, Walk

METHOD = (
    "every name, kind, mode, owner, group, size, time, link, access list, extended attribute and SHA-256, before the "
    "freeze; inside it, of all that either side's time of change names since"
)
STEPPED_SECONDS = 1.5
"""A clock that went on by so much more or less than the host's uptime was set."""

Everything = Callable[[Context, bool], Verification]


def ahead(ctx: Context, walks: tuple[Walk, Walk], everything: Everything) -> "Rest | None":
    """Compare everything while writes go on; None where too much differs for it to be of use."""
    with ThreadPoolExecutor(2) as pool:
        clocks = list(pool.map(lambda walk: walk.clock(), walks))
    comparison = Comparison(*walks)
    folders = comparison.run(_telling(ctx))
    if len(comparison.differing) >= MOST_DIFFERING:
        return None
    return Rest(walks, clocks, comparison, folders, everything)


class Rest:
    """What is left to compare. See `migration.verify.base.Rest`."""

    def __init__(
        self,
        walks: tuple[Walk, Walk],
        clocks: list[tuple[float, float]],
        before: Comparison,
        folders: list[set[bytes]],
        everything: Everything,
    ) -> None:
        self._walks = walks
        self._clocks = clocks
        self._items = before.items
        self._counts = dict(before.counts)
        self._suspects = before.differing
        self._folders = folders
        self._everything = everything

    def verify(self, ctx: Context) -> Verification:
        """See `migration.verify.base.Rest.verify`."""
        start = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            clocks = list(pool.map(lambda walk: walk.clock(), self._walks))
            if any(map(_stepped, self._clocks, clocks)):
                return self._everything(ctx, True)
            begun = [clock for clock, _ in self._clocks]
            changed = list(pool.map(lambda walk, since: walk.changed(since), self._walks, begun))
        comparison = Comparison(*self._walks)
        folders = comparison.folders()
        new = [its - before for its, before in zip(folders, self._folders, strict=True)]
        fresh = new[0] | new[1]
        paths = self._suspects.union(*(paths for paths, _ in changed)) - fresh
        dirty = ({_parent(path) for path in paths} | (paths & (folders[0] | folders[1]))) - fresh
        telling = _telling(ctx)
        comparison.look([its & dirty for its in folders], paths, telling)
        comparison.look([its & fresh for its in folders], None, telling)
        comparison.compare_links([_grouped(pairs) for _, pairs in changed])
        wrong = {top_of(path, path in folders[0] | folders[1]) for path in comparison.differing}
        checks = [*comparison.checks]
        for top in sorted({*self._counts, *comparison.counts}):
            count = comparison.counts.get(top, 0)
            said = f"{self._counts.get(top, 0)} entries before the freeze, {count} looked at inside it"
            checks.append(Check(name=f"folder {top}", source=said, target=said, agrees=top not in wrong))
        return Verification(
            id=f"{ctx.move.id}-{token_hex(6)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=comparison.differences == 0,
            checks=tuple(checks),
            items=self._items,
            frozen=True,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )


def _telling(ctx: Context) -> Callable[[int, int], None]:
    return lambda done, total: ctx.progress(Step(f"verify {ctx.workload.name}", done, total, "folders"))


def _stepped(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Whether a clock (seconds of the day's clock, and of uptime) was set, or its host started anew."""
    passed, up = after[0] - before[0], after[1] - before[1]
    return up < 0 or abs(passed - up) > STEPPED_SECONDS


def _grouped(pairs: list[tuple[str, bytes]]) -> dict[str, Links]:
    found: dict[str, Links] = defaultdict(Links)
    for inode, path in pairs:
        found[inode].add(path)
    return found


def _parent(path: bytes) -> bytes:
    return path.rpartition(b"/")[0] or TOP
