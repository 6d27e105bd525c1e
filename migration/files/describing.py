"""Puts into words what a move of files will do, and how long it may take."""

from collections.abc import Sequence

from estate.records.move import Description
from migration.files import look, owners, transfer
from migration.files.sides import Sides

RATE = 60 * 1024 * 1024
"""Bytes a second of a first copy, for the estimate; measured with four streams on one two-core machine, halved."""
VERIFY_RATE = 200 * 1024 * 1024
"""Bytes a second that are read and hashed on both hosts, for the estimate; measured likewise."""
ENTRIES_A_SECOND = 8_000
"""Files that a quick pass looks at in a second, for the estimate; measured likewise."""

SECONDS_STOPPED = 5
"""How long an exporter that serves more than the tree is stopped: until no file is open for writing, at most some 4 s."""


def describe(both: Sides, size: look.Measure, account: str, as_numbers: Sequence[owners.Owner]) -> Description:
    """The description of a move whose source measures `size`, for a person to approve."""
    source, target = both.source, both.target
    leaving, coming = look.exporters(source), look.exporters(target)
    frozen = 5 + 4 * size.entries / ENTRIES_A_SECOND
    verifying = size.size / VERIFY_RATE
    warnings: list[str] = []
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
    tag = source.tag
    changes = (
        f"{source.folder} on both hosts",
        f"a key for one command in authorized_keys of {account} on {source.host.name}",
        f"units named {tag}_… on both hosts",
        f"{target.tree} on {target.host.name} is read-only from preparing until the switch",
        f"{source.tree} on {source.host.name} is read-only from the freeze until a rollback or accept",
    )
    lasting = (
        f"after accept: {source.tree} on {source.host.name} keeps its data with mode 0000, so that only root gets in",
        f"after a rollback: nothing; the copy on {target.host.name} is removed, and the top folder made what it was. "
        "Where you accept a loss, the copy is kept with mode 0000",
        f"authorized_keys of {account} on {source.host.name}, if it was not there before, stays as an empty file",
    )
    return Description(
        workload=both.ctx.workload.id,
        target=target.host.name,
        kind="files",
        method="rsync over SSH, pulled by the target",
        steps=(
            f"close {target.tree} on {target.host.name} to everybody else",
            f"copy {size.entries} entries in several streams, then look over the whole tree in one pass",
            "carry over what changed, as often as needed",
            "compare every name, owner, right, time and content while it is written to",
            f"freeze {source.tree} on {source.host.name}: exporters stopped, no file open for writing, mounted read-only",
            "carry over the rest; compare all that either side's time of change says was changed since",
            f"switch, and open {target.tree} on {target.host.name}",
            f"carry changes back every {transfer.BACK_SECONDS} seconds until accept",
            f"accept: everything temporary goes, and {source.tree} on {source.host.name} is closed",
            f"or roll back: freeze {target.tree} on {target.host.name}, carry back the rest, compare, switch; "
            f"then remove the copy on {target.host.name}",
        ),
        bytes=size.size,
        expected_seconds=round(size.size / RATE + verifying + size.entries / ENTRIES_A_SECOND + 5, 1),
        expected_frozen_seconds=round(frozen, 1),
        rights=(
            f"root on {source.host.name} and {target.host.name}",
            f"{target.host.name} reaches {source.host.name} by SSH",
        ),
        changes=changes,
        lasting=lasting,
        stops=tuple(_stops(both, frozen, leaving, coming)),
        lossless_rollback=True,
        warnings=tuple(warnings),
    )


def _stops(
    both: Sides, frozen: float, leaving: Sequence[look.Exporter], coming: Sequence[look.Exporter]
) -> list[str]:
    """Who cannot write, or is not served, when, and for how long."""
    source, target = both.source, both.target
    found = [
        f"writes to {source.tree}: from the freeze until the switch, about {frozen:.0f} s; likewise in a rollback"
    ]
    for place, units, when, until in (
        (target, coming, "while preparing", "until the switch, which may be days"),
        (source, leaving, "at the freeze", "until a rollback or accept"),
    ):
        for one in units:
            what = f"{one.unit} on {place.host.name}"
            if one.only:
                found.append(f"{what}: stopped {when}, and stays so {until}")
            else:
                found.append(
                    f"{what}: stopped {when} for some {SECONDS_STOPPED} s; it then serves {', '.join(one.others)} on, and "
                    f"{place.tree} read-only, {until}"
                )
    found += [
        f"{one.unit} on {target.host.name}: in a rollback, stopped once more "
        + ("until the copy is removed" if one.only else f"for some {SECONDS_STOPPED} s")
        for one in coming
    ]
    return found
