"""Looks at a tree that is to go to an object store, and puts into words what its move will do."""

from collections import Counter
from collections.abc import Sequence

from estate.errors import RefusedError
from estate.object_names import object_name
from estate.records.move import Description
from migration.files import look
from migration.files.sides import LONG, q
from migration.objects.forward import unfit
from migration.objects.sides import Both

RATE = 20 * 1024 * 1024
"""Bytes a second of a first copy, for the estimate: what passes through this machine, by SSH in and HTTPS out."""
FILES_A_SECOND = 150
"""Small files a second, for the estimate; each is a request of its own."""
LISTED_A_SECOND = 5_000
MOST_NAMED = 20


def require_fit(sides: Both) -> Counter[str]:
    """Look at every entry, and count what is said of them. Raises `RefusedError` where one cannot be an object."""
    found: Counter[str] = Counter()
    wrong: list[str] = []
    tree = sides.tree()
    folders = tree.folders()
    for batch in tree.files(sorted(folders)):
        for one in batch:
            found["files"] += 1
            found["bytes"] += one.size
            found["links"] += one.kind == "l"
            found["spelt"] += object_name(one.path).encode() != one.path
            why = unfit(one)
            if why:
                found["unfit"] += 1
                wrong += [f"{object_name(one.path)[:80]}: {why}"][: MOST_NAMED - len(wrong)]
    if wrong:
        raise RefusedError(
            f"{found['unfit']} entries of {sides.source.tree} cannot be objects ({'; '.join(wrong)})",
            "move them out of the tree, or move the tree to a server",
        )
    found["folders"] = len(folders)
    lists = sides.source.read(f"getfacl -R -P -p -s -- {q(sides.source.tree)} | grep -c '^# file'", timeout=LONG)
    found["lists"] = int(lists.text.strip() or 0)
    return found


def describe(sides: Both, seen: Counter[str], size: look.Measure, kept: str) -> Description:
    """The description for a person to approve."""
    source, store = sides.source, sides.store
    where = f"{store.container}/{store.prefix}" if store.prefix else store.container
    leaving: Sequence[look.Exporter] = look.exporters(source)
    frozen = 5 + 3 * seen["files"] / LISTED_A_SECOND + seen["bytes"] / (200 * 1024 * 1024)
    warnings = [
        "applications must be told to use the container: no share and no DNS name leads there",
        "all bytes pass through the machine that Decant runs on, forward and back",
        f"nobody can be kept from writing to {where} by Decant: before a rollback, stop the applications. One that "
        "writes on is seen and the rollback refused; what it writes after the last look stays in the container, which "
        "is then kept",
        f"{seen['folders']} folders are part of names alone: their owners, modes and times, and empty ones, stay behind",
    ]
    if seen["links"]:
        warnings.append(f"{seen['links']} symbolic links become empty objects that say where they lead")
    if size.linked:
        warnings.append(f"{size.linked} names of files with several become objects of their own")
    if seen["lists"]:
        warnings.append(f"access lists ({seen['lists']}) are not carried: a container has its own rights")
    warnings.append("extended attributes and file flags are not carried")
    if seen["spelt"]:
        warnings.append(f"{seen['spelt']} names are spelt otherwise (`%XX`), as no object can be called so")
    if store.url.startswith("http://"):
        warnings.append(f"{store.url} is not encrypted")
    if not leaving:
        warnings.append(f"no exporter of {source.tree} was found on {source.host.name}: the freeze stops none")
    return Description(
        workload=sides.ctx.workload.id,
        target=store.name,
        kind="objects",
        method=f"{'Azure Blob Storage' if store.kind == 'azure' else 'S3'}, {where}, sent from this machine",
        steps=(
            f"copy {seen['files']} files, several at once, large ones block by block; each block is checked by the service",
            "carry over what changed, as often as needed",
            f"freeze {source.tree} on {source.host.name}: exporters stopped, no file open for writing, mounted read-only",
            "carry over the rest; read every new object back and compare it with its file",
            "you point the applications at the container",
            "carry changes back at each `decant move`, and in a rollback",
            f"accept: everything temporary goes, and {source.tree} on {source.host.name} is closed",
            f"or roll back: carry back the rest, compare, open {source.tree}; then remove the copy from the container",
        ),
        bytes=seen["bytes"],
        expected_seconds=round(seen["bytes"] / RATE + seen["files"] / FILES_A_SECOND + 5, 1),
        expected_frozen_seconds=round(frozen, 1),
        rights=(
            f"root on {source.host.name}, by its login or sudo",
            f"list, read, write and delete in {where}, versions too",
        ),
        changes=(
            f"{source.folder} on {source.host.name}",
            f"units named {source.tag}_… on {source.host.name}",
            f"an object {sides.fence} in {where}",
            f"{source.tree} on {source.host.name} is read-only from the freeze until a rollback or accept",
        ),
        lasting=(
            f"after accept: {source.tree} on {source.host.name} keeps its data with mode 0000, so that only root gets in",
            f"after accept: {kept}",
            "after a rollback: nothing; what was copied is removed from the container, with its versions. Where you accept "
            "a loss, or somebody wrote there, it is kept",
        ),
        stops=tuple(
            f"{one.unit} on {source.host.name}, from the freeze"
            + (" on" if one.only else f", for a moment; it also serves {', '.join(one.others[:3])}")
            for one in leaving
        ),
        lossless_rollback=True,
        warnings=tuple(warnings),
    )
