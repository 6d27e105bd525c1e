"""Owners by name: whether every owner and group of a tree means the same one person or group on the other side.

rsync carries owners over by name, and falls back to the number where the other side lacks the name: the file would
then belong to whoever has that number there. So every name must exist there, one name to one number, and a number
without a name must have none there either. `root` and number 0 are always the same.

A name that stands in access lists only (a leaver's, most often) may be missing there: its number is carried, if it
is nobody's there, and nobody gains a right by it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from migration.files.sides import LONG, Place, q

Sort = Literal["user", "group"]


@dataclass(frozen=True, order=True)
class Owner:
    """A user or a group that a tree names; `name` is the number itself where it has none."""

    sort: Sort
    number: int
    name: str
    listed_only: bool = False
    """Named in access lists, and owner of nothing."""

    @property
    def named(self) -> bool:
        """Whether its host has a name for it."""
        return self.name != str(self.number)


@dataclass(frozen=True)
class Mapped:
    """How owners map to the other side."""

    problems: tuple[str, ...]
    """What stands against it, one line each."""
    as_numbers: tuple[Owner, ...]
    """Names of access lists that are carried as numbers, because they are missing there."""


def compare(
    owners: Iterable[Owner], there: Mapping[tuple[Sort, str], int], numbers: Collection[tuple[Sort, int]]
) -> Mapped:
    """Map `owners` to the other side.

    `there` gives the number that a name has there, and `numbers` which numbers have a name there.
    """
    problems: list[str] = []
    as_numbers: list[Owner] = []
    claimed: dict[tuple[Sort, int], set[str]] = defaultdict(set)
    names: dict[tuple[Sort, str], set[int]] = defaultdict(set)
    for owner in sorted(set(owners)):
        if owner.number == 0 or owner.name == "root":
            continue
        names[owner.sort, owner.name].add(owner.number)
        number = there.get((owner.sort, owner.name)) if owner.named else None
        if number is not None:
            claimed[owner.sort, number].add(owner.name)
        elif owner.named and not owner.listed_only:
            problems.append(f"{owner.sort} {owner.name} is not there")
        elif (owner.sort, owner.number) in numbers:
            problems.append(
                f"{owner.sort} {owner.name} is not there, and its number {owner.number} is somebody else's"
            )
        else:
            claimed[owner.sort, owner.number].add(owner.name)
            if owner.named:
                as_numbers.append(owner)
    for (sort, number), who in sorted(claimed.items()):
        if len(who) > 1 or number == 0:
            problems.append(f"{sort}s {', '.join(sorted(who))} are all number {number} there")
    problems += [
        f"{sort} {name} is more than one number here"
        for (sort, name), ids in sorted(names.items())
        if len(ids) > 1
    ]
    return Mapped(tuple(problems), tuple(as_numbers))


def used(place: Place) -> set[Owner]:
    """Every owner and group that the tree on one side names: of its files, and in its access lists."""
    script = f"""
    find {q(place.tree)} -ignore_readdir_race -printf 'user %U %u\\ngroup %G %g\\n' | sort -u
    getfacl -R -P -p -s -- {q(place.tree)} |
      sed -n -e 's/^default://' -e 's/^\\(user\\|group\\):\\([^:]\\{{1,\\}}\\):.*/\\1 - \\2/p' | sort -u
    """
    owners: set[Owner] = set()
    listed: set[tuple[Sort, str]] = set()
    for line in place.read(script, timeout=LONG).must(f"Listing owners on {place.host.name}").text.splitlines():
        sort, number, name = line.split(" ", 2)
        kind: Sort = "user" if sort == "user" else "group"
        if number == "-":
            listed.add((kind, name))
        else:
            owners.add(Owner(kind, int(number), name))
    known = {(owner.sort, owner.name) for owner in owners}
    numbers = _numbers(place, listed - known)
    return owners | {Owner(sort, number, name, listed_only=True) for (sort, name), number in numbers.items()}


def mapped(here: Place, there: Place, carried: Collection[tuple[Sort, int]] = ()) -> Mapped:
    """How the owners of the tree on one side map to the other.

    `carried` are the numbers that came from there as numbers, and stand for the same ones again on their way back.
    """
    owners = {owner for owner in used(here) if owner.number != 0 and owner.name != "root"}
    numbers = _numbers(there, {(owner.sort, owner.name) for owner in owners if owner.named})
    asked = sorted({(owner.sort, owner.number) for owner in owners if (owner.sort, owner.name) not in numbers})
    script = "".join(
        f"getent {'passwd' if sort == 'user' else 'group'} {number} >/dev/null && echo {sort} {number}\n"
        for sort, number in asked
    )
    taken: set[tuple[Sort, int]] = set()
    for line in there.read(f"{script}true").must(f"Looking up owners on {there.host.name}").text.splitlines():
        sort, number = line.split()
        taken.add(("user" if sort == "user" else "group", int(number)))
    return compare(owners, numbers, taken - {*carried})


def keep(target: Place, as_numbers: Iterable[Owner]) -> None:
    """Note on the target which names are carried as numbers."""
    target.put(target.work, {"as_numbers": "".join(f"{one.sort} {one.number}\n" for one in as_numbers)})


def unknown_back(target: Place, source: Place) -> tuple[str, ...]:
    """What stands against carrying the target's owners back."""
    carried: set[tuple[Sort, int]] = set()
    for line in target.read(f"cat {q(target.work)}/as_numbers").must("Reading the owners' map").text.splitlines():
        sort, number = line.split()
        carried.add(("user" if sort == "user" else "group", int(number)))
    return mapped(target, source, carried).problems


def _numbers(place: Place, names: Collection[tuple[Sort, str]]) -> dict[tuple[Sort, str], int]:
    """The numbers that names have on a host; a name that is a number stands for itself."""
    found: dict[tuple[Sort, str], int] = {(sort, name): int(name) for sort, name in names if name.isdigit()}
    for sort, database in (("user", "passwd"), ("group", "group")):
        kind: Sort = "user" if sort == "user" else "group"
        wanted = sorted(name for its, name in names if its == sort and not name.isdigit())
        if not wanted:
            continue
        # getent exits with 2 where one of several is missing, and prints the others.
        said = place.read(f"getent {database} {' '.join(map(q, wanted))}").text
        by_name = {
            fields[0]: int(fields[2])
            for fields in (line.split(":") for line in said.splitlines())
            if len(fields) > 2
        }
        found |= {(kind, name): by_name[name] for name in wanted if name in by_name}
    return found
