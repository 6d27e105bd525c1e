"""Puts into words what a move of files will do, and how long it may take."""

from collections.abc import Sequence

from estate.records.move import Description
from migration.files import look, owners, transfer
from migration.files.sides import Sides

RATE = 60 * 1024 * 1024
"""Bytes a second of a first copy, for the estimate; measured with four streams on one two-core machine, halved."""
ENTRIES_A_SECOND = 8_000
"""Files that a quick pass looks at in a second, for the estimate; measured likewise."""


def describe(both: Sides, size: look.Measure, account: str, as_numbers: Sequence[owners.Owner]) -> Description:
    """The description of a move whose source measures `size`, for a person to approve."""
    source, target = both.source, both.target
    leaving, coming = look.exporters(source), look.exporters(target)
    frozen = 5 + 4 * size.entries / ENTRIES_A_SECOND + size.size / (200 * 1024 * 1024)
    warnings = [
        f"while the source is frozen and soaks, {', '.join(one.others)} on {source.host.name} are served on by {one.unit}; "
        "it is stopped for a moment at the freeze"
        for one in leaving
        if one.others
    ]
    odd = {"b": "block devices", "c": "character devices", "p": "pipes", "s": "sockets"}
    warnings += [
        f"{size.kinds[kind]} {name} are carried as such" for kind, name in odd.items() if size.kinds.get(kind)
    ]
    warnings += [
        f"{one.sort} {one.name} stands in access lists and is not on {target.host.name}: its number {one.number}, which is "
        "nobody's there, is carried"
        for one in as_numbers
    ]
    warnings += [
        "file flags (chattr) and open locks are not carried",
        "share settings and Samba's own accounts are not moved: the target must have them",
    ]
    if not leaving:
        warnings.append(f"no exporter of {source.tree} was found on {source.host.name}: the freeze stops none")
    stops = [f"{one.unit} on {source.host.name}" for one in leaving if one.only]
    waits = [f"{one.unit} on {target.host.name}" for one in coming if one.only]
    tag = source.tag
    changes = [
        f"{source.folder} on both hosts",
        f"a key for one command in authorized_keys of {account} on {source.host.name}",
        f"units named {tag}_… on both hosts",
        f"{target.tree} on {target.host.name} is read-only until the switch"
        + (f", and {', '.join(waits)} stopped" if waits else ""),
        f"{source.tree} on {source.host.name} is read-only from the freeze on"
        + (f", and {', '.join(stops)} stopped" if stops else ""),
        f"after accept, {source.tree} on {source.host.name} has mode 0000, so that only root gets in",
    ]
    return Description(
        workload=both.ctx.workload.id,
        target=target.host.name,
        kind="files",
        method="rsync over SSH, pulled by the target",
        steps=(
            f"close {target.tree} on {target.host.name} to everybody else",
            f"copy {size.entries} entries in several streams, then look over the whole tree in one pass",
            "carry over what changed, as often as needed",
            f"freeze {source.tree} on {source.host.name}: exporters stopped, no file open for writing, mounted read-only",
            "carry over the rest; compare every name, owner, right, time and content",
            f"switch, and open {target.tree} on {target.host.name}",
            f"carry changes back every {transfer.BACK_SECONDS} seconds until accept",
        ),
        bytes=size.size,
        expected_seconds=round(size.size / RATE + size.entries / ENTRIES_A_SECOND + 5, 1),
        expected_frozen_seconds=round(frozen, 1),
        rights=(
            f"root on {source.host.name} and {target.host.name}",
            f"{target.host.name} reaches {source.host.name} by SSH",
        ),
        changes=tuple(changes),
        lossless_rollback=True,
        warnings=tuple(warnings),
    )
