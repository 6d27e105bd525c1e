"""What a group of workloads is called before a person names it: the same wherever groups are proposed or planned."""

from collections import Counter
from collections.abc import Iterable, Sequence

from estate.records.workload import Workload

_RANK = ("website", "postgres", "mariadb", "sqlserver", "files", "service", "machine", "schedule")


def first(held: Iterable[Workload]) -> Workload:
    """The workload that a group is named after: its website, else its database, share, service, machine, job."""
    return min(held, key=lambda one: (_RANK.index(one.kind), one.id))


def names(groups: Sequence[Iterable[Workload]], taken: Iterable[str]) -> list[str]:
    """A name for each group, the same at each run: its first workload's, with the server and the kind where two would
    have one name, or it is `taken`."""
    closed = set(taken)
    heads = [first(held) for held in groups]
    forms = [
        (head.id.rsplit("/", 1)[-1], f"{head.id.rsplit('/', 1)[-1]}-{head.server}", head.id.replace("/", "-"))
        for head in heads
    ]
    often = [Counter(form[number] for form in forms) for number in (0, 1)]
    return [
        next((form[n] for n in (0, 1) if often[n][form[n]] == 1 and form[n] not in closed), form[2])
        for form in forms
    ]
