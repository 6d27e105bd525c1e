"""Compares two file trees, entry by entry, by what the hosts themselves say of them.

Names are compared as bytes; with them kind, mode, owner and group by name, size, time to the nanosecond, where
links lead, which names are one file, access lists, extended attributes, and the SHA-256 of every content. A few
hundred folders are looked at at a time, so that a tree of any size needs little memory here.
"""

import time
from secrets import token_hex

from estate.progress import Step
from estate.records.base import now
from estate.records.move import Residue
from estate.records.verification import Verification
from estate.transport.privilege import rooted
from migration.context import Context
from migration.verify.tree import rest
from migration.verify.tree.comparison import Comparison
from migration.verify.tree.walk import Walk

METHOD = "every name, kind, mode, owner, group, size, time, link, access list, extended attribute and SHA-256"


class FilesVerifier:
    """See `migration.verify.base.Verifier` and `Ahead`."""

    kind = "files"

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """See `Verifier.verify`."""
        start = time.monotonic()
        comparison = Comparison(*_walks(ctx))
        comparison.run(
            lambda done, total: ctx.progress(Step(f"verify {ctx.workload.name}", done, total, "folders"))
        )
        return Verification(
            id=f"{ctx.move.id}-{token_hex(6)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=comparison.differences == 0,
            checks=tuple(comparison.checks),
            items=comparison.items,
            frozen=frozen,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )

    def ahead(self, ctx: Context) -> rest.Rest | None:
        """See `Ahead.ahead`. A tree tells by itself what was changed: nothing is made on the hosts."""
        return rest.ahead(ctx, _walks(ctx), self.verify)

    def forget(self, ctx: Context) -> None:
        """Nothing was made."""

    def residue(self, ctx: Context) -> tuple[Residue, ...]:  # noqa: ARG002 - nothing was made
        """Nothing."""
        return ()


def _walks(ctx: Context) -> tuple[Walk, Walk]:
    path = str(ctx.workload.detail["path"])
    return (
        Walk(rooted(ctx.source, ctx.source_host), path),
        Walk(rooted(ctx.target, ctx.target_host), str(ctx.workload.detail.get("target_path") or path)),
    )


VERIFIER = FilesVerifier()
